"""What the log holds: each committed transaction as the changes it made, in order, and where they stand.

The log is the table `pgquill_wal` of the file itself. A record is written in the transaction that it tells of, so nothing is
committed and not logged, or logged and not committed. A transaction that is large takes several rows; `committed_at` is
NULL in all but the last. Positions are byte positions as PostgreSQL's LSNs are: they only grow, and none is used twice.

A record is a MessagePack array of `Change`s. A row that has changed is one as SQLite's hook sees it; what else there is has
an op of its own, and "" for a database:

    SQL        one statement that changed the schema; table: its text; old: its parameters
    TRUNCATE   tables were emptied; old: their names; rowid: a sum of CASCADE and RESTART_IDENTITY
    MESSAGE    pg_logical_emit_message; table: the prefix; old: (content,); rowid: 1 if it belongs to the transaction
    FACTS      what the executor knows of tables, before and after this transaction; old: ((name, before, after), ...), bytes or
               None each; storage does not look into them
    ORIGIN     where the transaction came from first; table: the name; rowid: its position there; new_rowid: its number here
    FORK       a new timeline begins; table: why, one of the reasons below. After FOREIGN_WRITE the file has changes that no
               record tells of: who follows needs a new base backup
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from storage.changes import Change

SQL, TRUNCATE, MESSAGE, FACTS, ORIGIN, FORK = 1, 2, 3, 4, 5, 6
PROMOTION, FOREIGN_WRITE = "promotion", "another program has written to the file"
CASCADE, RESTART_IDENTITY = 1, 2
NOTIFY_PREFIX = "pgquill.notify"
"""Of the MESSAGE that tells copies of a transaction's NOTIFYs: content (process id, ((channel, payload), ...)) in MessagePack."""
FIRST_LSN = 0x1000000
"""Where the first log of a file begins."""
HEAD_BYTES = 40
"""What a record takes beside its bytes."""
ALIGNMENT = 8
LOCAL_TABLES = frozenset({"pgquill_wal", "pgquill_slot", "pgquill_node"})
"""Tables about one copy of a database, which are not replicated."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Change]).decode


class Record(NamedTuple):
    """A row of the log. lsn: where it begins. xid: of its transaction; all records of one are neighbours. committed_at:
    microseconds since 1970, UTC, in the last record of a transaction; None in those before it. timeline: on which it was first
    written. facts: whether it has FACTS."""

    lsn: int
    xid: int
    committed_at: int | None
    timeline: int
    facts: bool
    data: bytes

    @property
    def end(self) -> int:
        """Where the next record may begin."""
        return end_of(self.lsn, len(self.data))

    @property
    def changes(self) -> list[Change]:
        """What it tells, in order."""
        return decode(self.data)


def end_of(lsn: int, size: int) -> int:
    """The position after a record of so many bytes."""
    return lsn + (HEAD_BYTES + size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


def is_logged(change: Change) -> bool:
    """Whether a change belongs into the log: not of temporary tables, of LOCAL_TABLES, and of SQLite's own (statistics)."""
    table = change.table
    return change.database != "temp" and table not in LOCAL_TABLES and not table.startswith("sqlite_")


def encode(changes: Sequence[Change]) -> bytes:
    """The bytes of a record, with those of the changes that are logged."""
    return _encode([change for change in changes if is_logged(change)])


def decode(data: bytes) -> list[Change]:
    """What `encode` was given. Raises: msgspec.DecodeError."""
    return _decode(data)


def format_lsn(lsn: int) -> str:
    """As PostgreSQL prints a position: 0/16B3748."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"
