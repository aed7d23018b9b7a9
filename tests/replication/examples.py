"""A table and transactions about it."""

from replication import decoded
from replication.decoded import Column, Identity, Relation

ID, NAME = Column("id", 23, -1, "integer", True, position=1, is_pk=True), Column("name", 25, -1, "text", False, position=2)
TABLE = Relation(16384, "public", "t", Identity.DEFAULT, (ID, NAME))
LOCAL = decoded.Insert(TABLE, (b"1", b"one"))


def transaction(
    *changes: decoded.Change, xid: int = 7, size: int = 100, origin: decoded.Origin | None = None
) -> decoded.Transaction:
    return decoded.Transaction(xid, 0x1000, 0x1028, 1_700_000_000_500_000, origin, size, changes, 0xFF0)
