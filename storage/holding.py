"""Which connection, which turn and which locks a transaction holds: how it gets them, and how it lets them go.

States
- nothing held: each READ COMMITTED read borrows a connection from the pool for itself, without BEGIN, and so sees
  the newest commit. Savepoints are only names.
- snapshot (REPEATABLE READ, SERIALIZABLE): a pooled connection with an open read transaction is kept.
- writing, resident: it has the turn to write, and SQLite's write lock on the engine's writer connection or on the
  session's pinned one. All statements run there and see the transaction's own changes.
- writing, parked: somebody else has the turn. The file knows nothing of the transaction; its changes are in `_mine`, and
  its rows stay locked. Its next statement takes a turn and does the changes again (see replay.py): on the newest state,
  or on the snapshot's, which is made from the newest state by undoing what was committed since.

`is_fixed`: it cannot be parked, because it did DDL, or changed more than is captured, or rows of an odd table.

Lock order: a transaction that has the turn never waits for a pooled connection, and one that waits for either has put its
suspended results aside. A snapshot holds one pooled connection and never needs a second.
"""

from math import inf
from typing import NamedTuple

import trio

from storage.changes import Change
from storage.connection import Connection
from storage.engine import Engine
from storage.errors import (
    Busy,
    ConstraintFailed,
    ReadOnly,
    SnapshotTaken,
    SnapshotTooOld,
    StaleSnapshot,
    TransactionLost,
)
from storage.exporting import Export, export
from storage.locks import DEADLOCK_S, LockOwner, Mode, Request
from storage.logbuffer import LogMark
from storage.replay import Replay, with_checks_put_off
from storage.rows import Rows
from storage.serializable import EVERYTHING, Reader
from storage.statement import Isolation, Synchronous
from storage.turn import Patience
from storage.worker import Worker, shielded


class PinnedConnection:
    """A connection that is one session's own, with its temporary tables. Get it from Database.pin()."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def close(self) -> None:
        """Close it; its temporary tables are gone. No transaction may be using it."""
        self.connection.close()


class Savepoint(NamedTuple):
    """A savepoint, how many changes and locks there were when it was made, whether the turn had to be kept already, and what
    there was for the log."""

    name: str
    changes: int
    locks: int
    fixed: bool
    log: LogMark | None


class Hold:
    """While it is entered, a transaction is not idle. (A class, since it is on the way of every write.)"""

    __slots__ = ("_of",)

    def __init__(self, of: "Holding") -> None:
        self._of = of

    def __enter__(self) -> None:
        self._of._busy += 1

    def __exit__(self, *_: object) -> None:
        self._of._busy -= 1
        self._of._make_room()


class Holding:
    """The part of a transaction that holds connections, the turn and locks. It is the owner of its live results."""

    __slots__ = ("_busy", "_clearing", "_connection", "_engine", "_exports", "_fixed", "_foreign", "_has_all_rows", "_heavy",
                 "_live", "_mine", "_pinned", "_pristine", "_reading", "_resident", "_savepoints", "_shapes", "_snapshot",
                 "deadlock_s", "deferrable", "has_written", "isolation", "lock_timeout_s", "lost", "owner", "read_only",
                 "synchronous", "too_old", "waits_for_lock")

    def __init__(self, engine: Engine, isolation: Isolation, pinned: PinnedConnection | None, owner: LockOwner) -> None:
        self._engine = engine
        self._pinned = pinned
        self._connection: Connection | None = None
        self._resident = False
        self._fixed = False
        self._has_all_rows = False  # locked at once, because its changes are not captured
        self._heavy = False  # it has written much: COMMIT takes its time
        self._pristine = False  # writing, but nothing has been done yet that a restart would lose
        self._busy = 0
        self._clearing: trio.Event | None = None
        self._mine: list[Change] = []
        self._savepoints: list[Savepoint] = []
        self._shapes: dict[str, tuple[tuple[str, str], ...]] = {}  # of the tables it has changed
        self._live: list[Rows] = []
        self._snapshot: int | None = None  # its number in the history
        self._foreign = 0  # other programs' commits, when the snapshot was taken or the changes parked
        self._reading: Reader | None = None  # of a SERIALIZABLE transaction with a snapshot
        self._exports: list[Export] = []
        self.read_only = False
        self.deferrable = False
        self.owner = owner
        self.isolation = isolation
        self.has_written = False
        self.lost = False
        self.too_old = False
        self.waits_for_lock = False
        self.synchronous: Synchronous | None = None
        self.lock_timeout_s = inf
        self.deadlock_s = DEADLOCK_S

    @property
    def pinned(self) -> PinnedConnection | None:
        """The session's own connection, if it has one."""
        return self._pinned

    async def pin(self) -> PinnedConnection:
        """Make the connection it works on, or will work on, the session's own, for temporary tables; once for a session.

        Whatever it has done so far stays as it is. Give what this returns to the session's later transactions.
        """
        if self._pinned is None:
            with self.hold():
                await self._put_aside()
                self._pinned = PinnedConnection(self._engine.pinned_from(self._connection))
        return self._pinned

    @property
    def is_pristine(self) -> bool:
        """Whether it has begun to write, but nothing has been done in it yet."""
        return self._pristine

    @property
    def has_unresolved_foreign_keys(self) -> bool:
        """Whether COMMIT would fail because of a foreign key whose check was put off. 0.3 us. Resident only."""
        return self._resident and self._connection is not None and self._connection.has_unresolved_foreign_keys

    @property
    def holds_write_lock(self) -> bool:
        """Whether others wait for this transaction before they can write."""
        return self._engine.turn.holder is self

    # --- reading --------------------------------------------------------------------------------------------------

    def _reader_nowait(self) -> Connection | None:
        """The connection for the next read; None if it has to be waited for."""
        if self._clearing is not None:
            return None
        if self.has_written:
            return self._connection if self._enter_nowait() else None
        connection = self._connection
        if connection is not None:
            return connection
        if self._snapshot is not None:
            raise SnapshotTooOld("the snapshot was given up for a write that could not be begun")
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
        engine = self._engine
        try:
            engine.look_for_foreign()
            connection.begin_snapshot()
            for savepoint in self._savepoints:
                connection.command(f'SAVEPOINT "{savepoint.name}"')
        except BaseException:
            self._let_go()
            raise
        # While a commit runs in a thread, nobody can say on which side of it the snapshot is: it cannot be written on.
        self._foreign = -1 if engine.committing else engine.foreign
        engine.readers[self] = None
        self._open_snapshot()

    def _open_snapshot(self) -> None:
        self._have_snapshot(self._engine.history.open())

    def _have_snapshot(self, number: int) -> None:
        self._snapshot = number
        if self.isolation is Isolation.SERIALIZABLE:
            self._reading = self._engine.serializable.begin(self._snapshot)
            if self.deferrable and self.read_only:
                self._reading.reads.add(EVERYTHING)  # others have to take care that it never fails

    def open_snapshot_nowait(self) -> bool:
        """Under REPEATABLE READ, take the snapshot now; False if a connection for it would have to be waited for."""
        return self._reader_nowait() is not None

    def export_snapshot(self) -> Export:
        """Let others have its snapshot, or the newest state under READ COMMITTED, as long as it lasts. Short.

        Raises: Busy while somebody commits; StaleSnapshot if somebody has since the snapshot was taken.
        """
        if self.isolation is not Isolation.READ_COMMITTED and self._snapshot is None:
            self._reader_nowait()
        made = export(self._engine, self._snapshot, self._foreign)
        self._exports.append(made)
        self._engine.readers[self] = None
        return made

    def import_snapshot(self, exported: Export) -> None:
        """Have the snapshot that another transaction has exported. The first thing it does, under REPEATABLE READ or
        SERIALIZABLE; then that is SERIALIZABLE too. Raises: SnapshotGone, SnapshotTaken."""
        assert self._connection is None and self._snapshot is None and not self._savepoints
        if self._pinned is not None:
            raise SnapshotTaken("a session that has temporary tables cannot import a snapshot")
        engine = self._engine
        self._connection = exported.take()
        self._foreign = exported.foreign
        engine.readers[self] = None
        self._have_snapshot(engine.history.hold(exported.number))

    async def _reader(self) -> Connection:
        await self._cleared()
        if self.has_written:
            await self.begin_write()
            assert self._connection is not None
            return self._connection
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

    def _drop_log(self) -> None:
        """What there was for the log is not committed, or has been written."""

    # --- the turn to write (turn.Writer) --------------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it is running."""
        return not self._busy

    @property
    def is_fixed(self) -> bool:
        """Whether it keeps its turn until it ends."""
        return self._fixed

    @property
    def has_results(self) -> bool:
        """Whether results are still being produced on the connection it writes on."""
        return bool(self._live) and any(rows.connection is self._connection for rows in self._live)

    def hold(self) -> "Hold":
        """Keep the turn, and so the state of the file, between several statements that belong together."""
        return Hold(self)

    def _make_room(self) -> None:
        """Nothing is running any more: whoever waits for the turn can have it."""
        turn = self._engine.turn
        if turn.holder is self and not self._busy:
            if not self._resident:
                turn.leave(self)
            elif turn.waiting:
                turn.pass_on()

    def fix(self) -> None:
        """What follows alters the schema, which cannot be done again by writing rows: keep the turn until the end."""
        self._fixed = True
        if self._connection is not None:
            self._connection.altering = True

    async def put_results_aside(self) -> None:
        """For somebody else: finish the results that are still being produced."""
        self._busy += 1
        self._clearing = trio.Event()
        try:
            await self._put_aside()
        finally:
            self._busy -= 1
            self._clearing.set()
            self._clearing = None

    async def let_go_of_log(self) -> None:
        """The log has grown too large: put results aside, and give up the snapshot, unless something is running."""
        if self._busy:
            return
        await self.put_results_aside()
        connection = self._connection
        if connection is not None and not self._resident and not self._busy:
            self.too_old, self._connection = True, None
            connection.command("ROLLBACK")
            self._engine.readers.pop(self, None)
            if self._pinned is None:
                self._engine.pool.give_back(connection)
        if self._exports and not self._busy:
            self._end_exports()

    def _end_exports(self) -> None:
        while self._exports:
            self._exports.pop().close()

    async def _cleared(self) -> None:
        while self._clearing is not None:
            await self._clearing.wait()

    async def begin_write(self) -> None:
        """Become a writing transaction with the turn, as each write does by itself.

        Raises: LockTimeout, Deadlock, ReadOnly, StaleSnapshot.
        """
        if self.is_ready_to_write:
            return
        with self.hold():
            await self._cleared()
            if not self._enter_nowait(keep_turn=True):
                await self._enter()

    @property
    def is_ready_to_write(self) -> bool:
        """Whether it has the turn, and `begin_write` would have nothing to do."""
        return self._resident and self._clearing is None

    def begin_write_nowait(self) -> bool:
        """`begin_write` if that needs no waiting; whether it was done. Raises: ReadOnly, StaleSnapshot."""
        return self._resident or (self._clearing is None and self._enter_nowait())

    async def _enter(self) -> None:
        engine = self._engine
        if engine.turn.holder is not self:
            if engine.settings.in_memory and self._connection is not None:
                raise StaleSnapshot("another transaction is writing")
            self.waits_for_lock = True
            try:
                await engine.turn.take(self, self.lock_timeout_s, self.deadlock_s)
            finally:
                self.waits_for_lock = False
        try:
            if self._live and (self._pinned is not None or self._snapshot is not None):
                await self._put_aside()  # an open cursor would keep its old snapshot, which must not be written on
            patience = self._patience()
            while not self._enter_nowait(keep_turn=True):
                await patience.wait(Busy("database is locked"))
        except BaseException:
            if not self._resident:
                engine.turn.leave(self)
            raise

    def _enter_nowait(self, *, keep_turn: bool = False) -> bool:
        """Be resident without waiting; False if that cannot be. keep_turn: because another try will follow."""
        if self._resident:
            return True
        self._check_not_lost()
        engine = self._engine
        if engine.settings.read_only:
            raise ReadOnly("attempt to write a readonly database")
        if self._live and (self._pinned is not None or self._snapshot is not None):
            return False
        if not engine.turn.take_nowait(self):
            return False
        try:
            self._open_writing()
        except BaseException as error:
            busy = isinstance(error, Busy)
            if not (busy and keep_turn):
                engine.turn.leave(self)
            if busy:
                return False
            raise
        return True

    def _open_writing(self) -> None:
        """Begin SQLite's write transaction, on the state this transaction is about."""
        engine = self._engine
        connection = engine.writer if self._pinned is None else self._pinned.connection
        old = self._connection
        if old is connection:
            connection.command("ROLLBACK")  # of a pinned connection's own snapshot
            self._connection = old = None
        connection.command("BEGIN IMMEDIATE")
        try:
            if connection is not engine.writer:
                engine.writer.number("data_version")  # looks at the file, which nobody else can change now
            engine.note_foreign()
            if self._snapshot is None and self.isolation is not Isolation.READ_COMMITTED:
                self._foreign = engine.foreign  # its snapshot is the state that it begins to write on
                self._open_snapshot()
            if self.has_written or self._snapshot is not None:
                self._rebuild(connection, engine.foreign != self._foreign)
            else:
                self._set_savepoints(connection)
        except BaseException as error:
            if connection.in_transaction:
                connection.command("ROLLBACK")
            engine.wrote(connection)
            if not isinstance(error, Busy):  # that can be tried again
                self.lost = self.lost or self.has_written or (self._snapshot is not None and old is None)
            raise
        if old is not None:
            engine.pool.give_back(old)  # its snapshot lives on in the history
            engine.readers.pop(self, None)
        self._connection = connection
        self._resident = True
        if not self.has_written:
            self.has_written = self._pristine = True

    def _set_savepoints(self, connection: Connection) -> None:
        for savepoint in self._savepoints:
            connection.command(f'SAVEPOINT "{savepoint.name}"')

    def _rebuild(self, connection: Connection, foreign: bool, *, newest: bool = False) -> None:
        """Bring a connection that has just begun to the state of this transaction; `newest`: to what its commit makes of
        the newest state. Raises: StaleSnapshot."""
        commits = []
        if self._snapshot is not None:
            found = None if foreign else self._engine.history.since(self._snapshot)
            if found is None:
                raise StaleSnapshot("the state of the snapshot is not known any more")
            commits = [] if newest else found
        elif not self._mine:
            self._set_savepoints(connection)
            return

        def job() -> None:
            replay = Replay(connection, self._engine.facts(connection), checked=foreign, free_rowid=self._engine.free_rowid,
                            shapes=self._shapes)
            if commits:
                replay.undo([commit.changes or () for commit in commits])
            at = 0
            for savepoint in self._savepoints:
                replay.redo(self._mine[at : savepoint.changes])
                connection.command(f'SAVEPOINT "{savepoint.name}"')
                at = savepoint.changes
            replay.redo(self._mine[at:])
            if replay.moved:
                self._follow(replay.moved)

        try:
            job()
        except ConstraintFailed:
            connection.command("ROLLBACK")
            self._engine.wrote(connection)
            connection.command("BEGIN IMMEDIATE")
            self._engine.note_foreign()
            try:
                with_checks_put_off(connection, job)
            except ConstraintFailed as error:
                raise StaleSnapshot(error.message) from None

    def _follow(self, moved: dict[tuple[str, int], int]) -> None:
        """Rows have other numbers now, which nobody had."""
        for (table, _), new in moved.items():
            self._engine.locks.take(self.owner, Request(("row", table, new), Mode.FOR_UPDATE))

        def number(table: str, rowid: int) -> int:
            return moved.get((table, rowid), rowid)

        self._mine = [c._replace(rowid=number(c.table, c.rowid), new_rowid=number(c.table, c.new_rowid))
                      if c.database == "main" else c for c in self._mine]

    async def _rebase(self, connection: Connection) -> None:
        """Before COMMIT: leave the snapshot's state for the newest. Not cancellable. Raises: StaleSnapshot, LockTimeout."""
        if self._snapshot is None or not self._engine.history.has_since(self._snapshot):
            return
        if self._fixed:
            raise StaleSnapshot("the schema, or very much, was changed on a snapshot that is not the newest any more")
        connection.command("ROLLBACK")
        self._engine.wrote(connection)
        patience = self._patience()
        while not connection.in_transaction:
            try:
                connection.command("BEGIN IMMEDIATE")
            except Busy as busy:  # another program was quick
                await shielded(patience.wait(busy))
        self._engine.note_foreign()
        self._rebuild(connection, self._engine.foreign != self._foreign, newest=True)

    def park(self) -> None:
        """Somebody else wants the turn: take the changes out of the file (see turn.Writer)."""
        connection = self._connection
        if not self._resident or connection is None:
            return
        self._connection, self._resident = None, False
        connection.command("ROLLBACK")
        self._engine.wrote(connection)
        if connection.altering:
            connection.end_alteration()
        self._foreign = self._engine.foreign if self._snapshot is None else self._foreign
        if not self._mine and self._snapshot is None:
            self.has_written = self._pristine = False  # there is nothing to come back to

    def _check_not_lost(self) -> None:
        if self.too_old:
            raise SnapshotTooOld("the snapshot was given up")
        if self.lost:
            raise TransactionLost("the transaction has been rolled back")

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
        if not self._live and (self._connection is None or self._resident) and not self._exports:
            self._engine.readers.pop(self, None)
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
        """Roll back what is open, give the connection, the locks and the turn back."""
        connection, self._connection = self._connection, None
        engine = self._engine
        try:
            if connection is not None:
                if connection.in_transaction:
                    connection.command("ROLLBACK")
                if connection.altering:
                    connection.end_alteration()
                if self._resident:
                    engine.wrote(connection)
                if self._pinned is None and connection is not engine.writer:
                    engine.pool.give_back(connection)
                else:
                    connection.tidy()
            elif self._pinned is not None:
                self._pinned.connection.tidy()
        finally:
            self._resident = self._has_all_rows = False
            self._mine = []
            self._drop_log()
            if self._reading is not None:
                engine.serializable.undone(self._reading)
                self._reading = None
            if self._snapshot is not None:
                engine.history.close(self._snapshot)
                self._snapshot = None
            if self._exports:
                self._end_exports()
            engine.readers.pop(self, None)
            engine.lockers.discard(self)
            engine.locks.release_since(self.owner)
            engine.turn.leave(self)
