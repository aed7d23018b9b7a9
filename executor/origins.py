"""Replication origins: where changes that somebody applies here were made first, and how far each has been followed.

    pgquill_origin(oid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, remote INTEGER NOT NULL, local INTEGER NOT NULL)

A session that has set up an origin notes it in the log with each of its commits, and writes down how far it is in the same
transaction: what is applied and the position are never at odds. What a transaction changes of the origins waits in
`Block.at_commit`, from where it goes into the file just before the commit. Source: replication-origins.html.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from executor.sqlstates import ObjectInUse, ObjectNotInPrerequisiteState, UndefinedObject
from storage.changes import Change
from storage.logged import FIRST_LSN, ORIGIN
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session
    from storage.transaction import Transaction

_CREATE = Statement("CREATE TABLE IF NOT EXISTS main.pgquill_origin(oid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
                    "remote INTEGER NOT NULL, local INTEGER NOT NULL)", writes=True)
EXISTS = "SELECT 1 FROM main.sqlite_schema WHERE name = 'pgquill_origin'"
READ = "SELECT oid, name, remote, local FROM main.pgquill_origin ORDER BY oid"
_PUT = Statement("INSERT OR REPLACE INTO main.pgquill_origin(oid, name, remote, local) VALUES (?1, ?2, ?3, ?4)", writes=True)
_DROP = Statement("DELETE FROM main.pgquill_origin WHERE oid = ?1", writes=True)


class Origin(msgspec.Struct, frozen=True):
    """An origin. remote: the position there up to which it has been followed, 0 if nothing is known; local: ours after that."""

    oid: int
    name: str
    remote: int = 0
    local: int = 0


class Origins(dict[int, Origin]):
    """Those of a database that are committed, by their numbers."""


class OriginChange:
    """An origin that a transaction makes, moves or (None) drops; called when it has committed."""

    def __init__(self, origins: Origins, oid: int, after: Origin | None) -> None:
        self.oid, self.after = oid, after
        self._origins = origins

    def __call__(self) -> None:
        """It is so now."""
        self.apply(self._origins)

    def apply(self, origins: dict[int, Origin]) -> None:
        """Do the change to these."""
        if self.after is None:
            origins.pop(self.oid, None)
        else:
            origins[self.oid] = self.after


def origins_of(session: "Session") -> dict[int, Origin]:
    """The origins as the session's transaction sees them."""
    committed = session.database.origins
    changes = list(_changes(session))
    if not changes:
        return committed
    found = dict(committed)
    for change in changes:
        change.apply(found)
    return found


def _changes(session: "Session") -> Iterator[OriginChange]:
    return (effect for effect in session.block.at_commit if isinstance(effect, OriginChange))


def change_origin(session: "Session", oid: int, after: Origin | None) -> None:
    """Note what the transaction does with an origin."""
    session.block.at_commit.append(OriginChange(session.database.origins, oid, after))


def named(session: "Session", name: str) -> Origin:
    """An origin by its name (42704)."""
    found = next((origin for origin in origins_of(session).values() if origin.name == name), None)
    if found is None:
        raise UndefinedObject(f'replication origin "{name}" does not exist')
    return found


def user_of(session: "Session", oid: int) -> int | None:
    """The process id of the session that has set up an origin."""
    return session.engine.origins_in_use.get((session.database.name, oid))  # type: ignore[no-any-return]


class SessionOrigin:
    """What a session does comes from here, until it says otherwise. remote: where its transaction ended there; 0 as long as
    nobody has said. Raises: 55000 if the session has one already, 55006 if another session has it."""

    def __init__(self, session: "Session", name: str) -> None:
        if session.origin is not None:
            raise ObjectNotInPrerequisiteState("cannot setup replication origin when one is already setup")
        origin = named(session, name)
        user = user_of(session, origin.oid)
        if user is not None:
            raise ObjectInUse(f"replication origin with ID {origin.oid} is already active for PID {user}")
        self._key = (session.database.name, origin.oid)
        self._in_use: dict[tuple[str, int], int] = session.engine.origins_in_use
        self._in_use[self._key] = session.process_id
        self.oid, self.name = origin.oid, origin.name
        self.remote = 0

    def release(self) -> None:
        """Others may have it."""
        self._in_use.pop(self._key, None)


async def before_commit(session: "Session", transaction: "Transaction") -> None:
    """Write what the transaction has changed of the origins, and note in the log where it comes from."""
    own = session.origin
    if own is not None and transaction.has_written:
        if own.remote:
            local = session.database.file.wal.written or FIRST_LSN
            change_origin(session, own.oid, Origin(own.oid, own.name, own.remote, local))
        await transaction.begin_write()
        transaction.log(Change("", own.name, ORIGIN, own.remote, own.oid, None, None))
    changes = list(_changes(session))
    if changes and not session.database.origins_are_kept:
        await transaction.run(_CREATE)
    for change in changes:
        if change.after is None:
            await transaction.run(_DROP, (change.oid,))
        else:
            await transaction.run(_PUT, (change.oid, change.after.name, change.after.remote, change.after.local))
