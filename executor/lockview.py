"""What pg_locks and pg_stat_activity show of locks.

Locks on tables and advisory locks are shown as they are. A row that is locked is shown as PostgreSQL shows it: whoever holds
it holds the lock on its own transaction, and who waits for it waits for that transaction; of several waiters the first has
the lock on the tuple, and the others wait for that. The numbers of transactions are given out when somebody looks.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from executor.catalog.system.session_view import Lock
from executor.clock import stored_timestamp
from executor.lock_names import MODES, TABLE
from storage.locks import ADVISORY, BITS, CONFLICTS, Key, LockOwner, Mode

if TYPE_CHECKING:
    from executor.database import ServedDatabase
    from executor.engine import Engine
    from executor.session import Session

ROW = "row"
EVENTS = {TABLE: "relation", ADVISORY: "advisory"}
"""By the first item of a key; for the others a session waits for a transaction, or behind others for a tuple."""
TUPLES = 1 << 15


def wait_event(session: "Session") -> str | None:
    """What a session that runs waits for; None if for no lock."""
    owner = session.lock_owner
    if owner.waiting is None:
        return None if owner.blocked_by is None else "transactionid"
    key = owner.waiting.request.key
    if key[0] == ROW and not _is_first(session.database, owner):
        return "tuple"
    return EVENTS.get(key[0], "transactionid")


def _is_first(database: "ServedDatabase", owner: LockOwner) -> bool:
    """Whether a session waits for holders alone."""
    locks = database.file.locks
    return len(set(locks.blockers(owner))) == len(set(locks.blockers(owner, queued=False)))


def lock_rows(engine: "Engine") -> Iterator[Lock]:
    """The rows of pg_locks."""
    for database in engine.databases.values():
        yield from _Rows(engine, database).rows()


class _Rows:
    """The rows for one database."""

    def __init__(self, engine: "Engine", database: "ServedDatabase") -> None:
        self.database = database
        self.oids = {r.sqlite_name or r.name: r.oid for r in (database.catalog.relations if database.catalog else ())}
        self.sessions: dict[LockOwner, Session] = {s.lock_owner: s for s in engine.sessions if s.database is database}
        self.numbers = engine.transaction_numbers
        self.now = database.file.locks.rows()

    def rows(self) -> Iterator[Lock]:
        """See the module."""
        for session in self.sessions.values():
            yield from self._transaction(session)
        strong = {key for _, key, mode, _ in self.now if mode > Mode.ROW_EXCLUSIVE}
        for owner, key, mode, granted in self.now:
            if owner not in self.sessions:
                continue
            session = self.sessions[owner]
            if key[0] == TABLE:
                fast = granted and mode <= Mode.ROW_EXCLUSIVE and key not in strong
                yield self._lock(session, "relation", MODES[mode], granted, relation=key[1], fast_path=fast)
            elif key[0] == ADVISORY:
                yield self._lock(session, "advisory", MODES[mode], granted, class_id=key[1], object_id=key[2],
                                 object_sub_id=key[3])
            elif not granted:
                yield from self._row(session, key, mode)
        for session in self.sessions.values():
            if session.lock_owner.waiting is None and session.lock_owner.blocked_by is not None:
                yield from self._for_transactions(session, session.lock_owner.blocked_by())

    def _lock(self, session: "Session", kind: str, mode: str, granted: bool = True, **fields: object) -> Lock:
        own = kind in ("virtualxid", "transactionid")
        return Lock(kind, mode, session.process_id, granted, None if own else self.database.oid,
                    virtual_transaction=_virtual(session),
                    wait_start=None if granted else stored_timestamp(session.wait_start_ns) or None,
                    **fields)  # type: ignore[arg-type]

    def _transaction(self, session: "Session") -> Iterator[Lock]:
        block = session.block
        if block.transaction is None:
            return
        yield self._lock(session, "virtualxid", "ExclusiveLock", virtual_id=_virtual(session), fast_path=True)
        locks_rows = any(request.key[0] == ROW for request in session.lock_owner.taken)
        if locks_rows or block.shown is not None or block.transaction.has_written:
            yield self._lock(session, "transactionid", "ExclusiveLock", transaction_id=self._number(session))

    def _number(self, session: "Session") -> int:
        return session.block.transaction_number(self.numbers) & 0xFFFFFFFF  # an xid is the lower half of an xid8

    def _row(self, session: "Session", key: Key, mode: Mode) -> Iterator[Lock]:
        """Somebody waits for a row, or for a unique value."""
        first = _is_first(self.database, session.lock_owner)
        if key[0] == ROW:
            yield self._lock(session, "tuple", MODES[mode], first, relation=self.oids.get(key[1]),
                             page=key[2] // TUPLES & 0x7FFFFFFF, tuple=key[2] % TUPLES)
        if first:
            holders = [owner for owner, held, other, granted in self.now
                       if granted and held == key and CONFLICTS[mode] & BITS[other]]
            yield from self._for_transactions(session, holders)

    def _for_transactions(self, session: "Session", owners: Iterable[LockOwner]) -> Iterator[Lock]:
        for owner in owners:
            other = self.sessions.get(owner)
            if other is not None and other is not session:
                yield self._lock(session, "transactionid", "ShareLock", False, transaction_id=self._number(other))
                return  # it waits for one after the other


def _virtual(session: "Session") -> str:
    return f"{session.process_id}/{session.block.number}"
