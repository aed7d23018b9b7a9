"""Which connection and which locks a transaction holds: how it gets them, and how it lets them go.

States (of `_connection` and `has_written`)
- nothing held: each READ COMMITTED read borrows a connection from the pool for itself, without BEGIN, and so sees
  the newest commit. Savepoints are only names.
- snapshot (REPEATABLE READ, SERIALIZABLE): a pooled connection with an open read transaction is kept.
- writing: the write lock is held, and SQLite's own on the engine's writer connection, or on the one that has the
  snapshot, or on the session's pinned one. All statements now run there and see the transaction's own changes.

Lock order: a transaction that holds the write lock never waits for a pooled connection, and one that waits for either
has put its suspended results aside. A snapshot holds one pooled connection and never needs a second.
"""

from math import inf

from storage.connection import Connection
from storage.engine import Engine
from storage.errors import Busy, ReadOnly, StaleSnapshot
from storage.rows import Rows
from storage.statement import Isolation, Synchronous
from storage.worker import Worker
from storage.writer import Patience


class PinnedConnection:
    """A connection that is one session's own, with its temporary tables. Get it from Database.pin()."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def close(self) -> None:
        """Close it; its temporary tables are gone. No transaction may be using it."""
        self.connection.close()


class Holding:
    """The part of a transaction that holds connections and locks. It is the owner of its live results."""

    __slots__ = ("_connection", "_engine", "_live", "_locked", "_pinned", "_pristine", "_savepoints", "has_written",
                 "isolation", "lock_timeout_s", "lost", "synchronous", "waits_for_lock")

    def __init__(self, engine: Engine, isolation: Isolation, pinned: PinnedConnection | None) -> None:
        self._engine = engine
        self._pinned = pinned
        self._connection: Connection | None = None
        self._locked = False
        self._pristine = False  # writing, but nothing has been done yet that a restart would lose
        self._savepoints: list[str] = []
        self._live: list[Rows] = []
        self.isolation = isolation
        self.has_written = False
        self.lost = False
        self.waits_for_lock = False
        self.synchronous: Synchronous | None = None
        self.lock_timeout_s = inf

    @property
    def pinned(self) -> PinnedConnection | None:
        """The session's own connection, if it has one."""
        return self._pinned

    async def pin(self) -> PinnedConnection:
        """Make the connection it works on, or will work on, the session's own, for temporary tables; once for a session.

        Whatever it has done so far stays as it is. Give what this returns to the session's later transactions.
        """
        if self._pinned is None:
            await self._put_aside()
            self._pinned = PinnedConnection(self._engine.pinned_from(self._connection))
        return self._pinned

    @property
    def is_pristine(self) -> bool:
        """Whether it has begun to write, but nothing has been done in it yet."""
        return self._pristine

    @property
    def has_unresolved_foreign_keys(self) -> bool:
        """Whether COMMIT would fail because of a foreign key whose check was put off. 0.3 us."""
        return self.has_written and self._connection is not None and self._connection.has_unresolved_foreign_keys

    @property
    def holds_write_lock(self) -> bool:
        """Whether others wait for this transaction before they can write."""
        return self._locked

    # --- reading --------------------------------------------------------------------------------------------------

    def _reader_nowait(self) -> Connection | None:
        """The connection for the next read; None if it has to be waited for."""
        connection = self._connection
        if connection is not None:
            return connection
        if self._pinned is not None:
            if self._live:
                return None  # an open cursor would keep its old snapshot open for this statement too
            connection = self._pinned.connection
        else:
            connection = self._engine.pool.take_nowait()
            if connection is None:
                return None
        if self.isolation is not Isolation.READ_COMMITTED:
            self._begin_snapshot(connection)
        return connection

    def _begin_snapshot(self, connection: Connection) -> None:
        self._connection = connection
        try:
            connection.set_synchronous(self.synchronous or self._engine.settings.synchronous)
            connection.begin_snapshot()
            for name in self._savepoints:
                connection.command(f'SAVEPOINT "{name}"')
        except BaseException:
            self._let_go()
            raise

    async def _reader(self) -> Connection:
        connection = self._reader_nowait()
        if connection is None:
            await self._put_aside()  # frees connections, so that nobody waits while holding one
            connection = self._reader_nowait()
        if connection is None:
            connection = await self._engine.pool.take()
            if self.isolation is not Isolation.READ_COMMITTED:
                self._begin_snapshot(connection)
        return connection

    def _give_back(self, connection: Connection) -> None:
        if connection is not self._connection and self._pinned is None:
            self._engine.pool.give_back(connection)

    # --- writing --------------------------------------------------------------------------------------------------

    async def begin_write(self) -> None:
        """Become a writing transaction, as the first write does by itself: wait for the write lock and take it.

        Raises: LockTimeout, ReadOnly, StaleSnapshot (in memory, where waiting with a snapshot could last for ever).
        """
        if self._begin_write_nowait(keep_lock=True):
            return
        if not self._locked:
            if self._engine.settings.in_memory and self._connection is not None:
                raise StaleSnapshot("another transaction is writing")
            self.waits_for_lock = True
            try:
                await self._engine.lock.acquire(self.lock_timeout_s)
            finally:
                self.waits_for_lock = False
            self._locked = True
        try:
            if self._pinned is not None:
                await self._put_aside()  # an open cursor would keep its old snapshot, which must not be written on
            patience = self._patience()
            while not self._begin_write_nowait(keep_lock=True):
                await patience.wait(Busy("database is locked"))
        except BaseException:
            self._unlock()
            raise

    def _begin_write_nowait(self, *, keep_lock: bool = False) -> bool:
        """Be ready for a write without waiting; False if that cannot be. keep_lock: because another try will follow."""
        if self.has_written:
            return True
        if self._engine.settings.read_only:
            raise ReadOnly("attempt to write a readonly database")
        if self._live and self._pinned is not None and self._connection is None:
            return False
        if not self._locked:
            if not self._engine.lock.acquire_nowait():
                return False
            self._locked = True
        if self._connection is not None:
            return True  # its first write makes the snapshot a writing transaction
        try:
            self._begin_immediate()
        except BaseException as error:
            busy = isinstance(error, Busy)
            if not (busy and keep_lock):
                self._unlock()
            if busy:
                return False
            raise
        return True

    def _begin_immediate(self) -> None:
        connection = self._engine.writer if self._pinned is None else self._pinned.connection
        connection.set_synchronous(self.synchronous or self._engine.settings.synchronous)
        connection.command("BEGIN IMMEDIATE")
        self._connection = connection
        self.has_written = self._pristine = True
        for name in self._savepoints:
            connection.command(f'SAVEPOINT "{name}"')

    def _patience(self) -> Patience:
        """For another program's locks, which may be waited for no longer than the database says."""
        return Patience(min(self.lock_timeout_s, self._engine.busy_timeout_s))

    # --- live results (rows.Owner) --------------------------------------------------------------------------------

    @property
    def worker(self) -> Worker:
        """The database's worker."""
        return self._engine.worker

    @property
    def crowded(self) -> bool:
        """Whether a suspended result should give its connection back."""
        return self._engine.pool.crowded or self._engine.settings.in_memory

    def ended(self, rows: Rows, connection: Connection) -> None:
        """A live result has no cursor any more."""
        self._live.remove(rows)
        self._give_back(connection)

    async def _put_aside(self, connection: Connection | None = None) -> None:
        """Materialize the live results, of one connection or of all."""
        for rows in list(self._live):
            if connection is None or rows.connection is connection:
                await rows.materialize()

    def _close_live(self) -> None:
        for rows in list(self._live):
            rows.close_now()

    def _let_go(self) -> None:
        """Roll back what is open, give the connection back and hand the write lock on."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                if connection.in_transaction:
                    connection.command("ROLLBACK")
                if self._pinned is None and connection is not self._engine.writer:
                    self._engine.pool.give_back(connection)
                else:
                    connection.tidy()
            elif self._pinned is not None:
                self._pinned.connection.tidy()
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if self._locked:
            self._locked = False
            self._engine.lock.release()
