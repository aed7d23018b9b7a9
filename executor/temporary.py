"""A session's temporary objects: its own SQLite connection, and what it sees on top of everybody's catalog.

The tables live in the schema `temp` of one connection, which the session keeps from its first CREATE TEMP on and to
which all its transactions are pinned. The Catalog that its statements are bound against is the database's with the
temporary objects added; it is a Catalog of its own, so its plans are kept apart from those of other sessions.
Until a transaction commits, the objects it has made or dropped are in Session.own_catalog alone.
"""

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from msgspec.structs import replace

from executor.catalog.model import FIRST_TEMPORARY_OID, Catalog, Comment, Relation, Sequence
from executor.database import PlanCache
from executor.lower.generator import quote
from storage.holding import PinnedConnection
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.ddl.dependency import Thing
    from executor.session import Session

OIDS: Iterator[int] = count(FIRST_TEMPORARY_OID)


class Temporary:
    """See the module. Empty, and free, for a session that has no temporary objects."""

    def __init__(self) -> None:
        self.pinned: PinnedConnection | None = None
        self.plans = PlanCache()
        self.relations: tuple[Relation, ...] = ()
        self.sequences: tuple[Sequence, ...] = ()
        self.comments: tuple[Comment, ...] = ()
        self._base: Catalog | None = None
        self._catalog: Catalog | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no committed temporary object exists."""
        return not self.relations and not self.sequences

    def over(self, base: Catalog) -> Catalog:
        """The database's catalog with the temporary objects; the same object as long as neither has changed."""
        if not self.relations and not self.sequences:
            return base
        if self._catalog is None or self._base is not base:
            self._base = base
            self._catalog = replace(base, relations=base.relations + self.relations,
                                    sequences=base.sequences + self.sequences, comments=base.comments + self.comments)
        return self._catalog

    def keep(self, catalog: Catalog) -> None:
        """A transaction with this catalog has been committed."""
        self.relations = tuple(r for r in catalog.relations if r.oid >= FIRST_TEMPORARY_OID)
        self.sequences = tuple(s for s in catalog.sequences if s.oid >= FIRST_TEMPORARY_OID)
        self.comments = tuple(c for c in catalog.comments if c.object >= FIRST_TEMPORARY_OID)
        self._catalog = None

    def release(self, *, ended: bool = False) -> None:
        """Give the connection up if nothing temporary is left; `ended`: the session is over. No transaction is open."""
        if self.pinned is not None and (ended or self.is_empty):
            pinned, self.pinned = self.pinned, None
            self.plans = PlanCache()
            pinned.close()


def without_temporary(catalog: Catalog) -> Catalog:
    """What everybody sees of a session's catalog; the same object if it has nothing temporary."""
    oids = [*(r.oid for r in catalog.relations), *(s.oid for s in catalog.sequences)]
    if all(oid < FIRST_TEMPORARY_OID for oid in oids):
        return catalog
    return replace(catalog, relations=tuple(r for r in catalog.relations if r.oid < FIRST_TEMPORARY_OID),
                   sequences=tuple(s for s in catalog.sequences if s.oid < FIRST_TEMPORARY_OID),
                   comments=tuple(c for c in catalog.comments if c.object < FIRST_TEMPORARY_OID))


async def pin(session: "Session") -> None:
    """Make sure that the session's transaction is on the session's own connection."""
    if session.temporary.pinned is None:
        session.temporary.pinned = await session.block.ensure().pin()


async def on_commit(session: "Session") -> None:
    """ON COMMIT DELETE ROWS and ON COMMIT DROP, at the end of a transaction that has written."""
    catalog = session.catalog_now()
    if session.temporary.pinned is None or catalog is None:
        return
    transaction = session.block.ensure()
    affected = [r for r in catalog.relations if r.on_commit]
    if not affected or not transaction.has_written:
        return
    for relation in affected:
        if relation.on_commit == "delete":
            sql = f"DELETE FROM {relation.sqlite_schema}.{quote(relation.sqlite_name)}"
            await (await transaction.run(Statement(sql, writes=True, temp_schema=True))).close()
    from executor.ddl.dependency import Thing

    await drop(session, [Thing("relation", r.oid) for r in affected if r.on_commit == "drop"])


async def drop_all(session: "Session") -> None:
    """DISCARD TEMP."""
    catalog = session.catalog_now()
    if session.temporary.pinned is None or catalog is None:
        return
    from executor.ddl.dependency import Thing

    owned = {s.oid for s in catalog.sequences if s.owned_by}
    await drop(session, [
        *(Thing("relation", r.oid) for r in catalog.relations if r.oid >= FIRST_TEMPORARY_OID),
        *(Thing("sequence", s.oid) for s in catalog.sequences if s.oid >= FIRST_TEMPORARY_OID and s.oid not in owned)])


async def drop(session: "Session", things: "list[Thing]") -> None:
    """Drop temporary objects and what depends on them."""
    from executor.commands.ddl import apply, context
    from executor.ddl.base import DdlResult
    from executor.ddl.dependency import deletion
    from executor.ddl.removal import remove

    if not things:
        return
    await session.block.ensure().begin_write()
    before = await session.catalog()
    ddl = context(session, before, "")
    steps = remove(ddl, deletion(ddl, things, True))
    ddl.notices.clear()
    await apply(session, ddl, DdlResult(ddl.catalog, steps, "DROP TABLE"), before)
