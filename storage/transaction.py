"""A transaction: how its statements run, and how it ends. What it holds meanwhile is in holding.py and rowlocks.py.

SERIALIZABLE is REPEATABLE READ that is refused where it might not be serial: see serializable.py.

Writer algorithm: the turn to write (fair queue), BEGIN IMMEDIATE (tried again while another program is writing),
statements, each in its own savepoint because SQLite alone does not undo a statement that fails in an aggregate or a virtual
table, and each settled: its rows locked, or undone again (LockConflict). COMMIT, the turn and the locks handed on, and
then the flush, which commits share. When SQLite itself rolls everything back (a write that was interrupted, a full disk),
the changes made before are done again, or the transaction is `lost`, and only rollback() works.

Reader algorithm: a statement not known to be long runs inline within a budget; over it, it is stopped, started again in
a thread and remembered. In a thread, rows come in chunks, as they are asked for.

Nothing here awaits unless it has to wait: a caller that never waits itself must yield now and then.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from math import inf
from time import monotonic
from typing import Any, TypeVar

import trio

from storage.changes import Change
from storage.connection import CHUNK_ROWS, Connection
from storage.engine import Engine
from storage.errors import (
    Busy,
    ConstraintFailed,
    InternalError,
    Interrupted,
    LockConflict,
    NeedsThread,
    Unserializable,
)
from storage.history import Commit
from storage.holding import PinnedConnection, Savepoint
from storage.locks import LockOwner, Mode, Request
from storage.plans import Plan
from storage.recording import alters_schema
from storage.rowlocks import EVERY_ROW, RowLocks, touched_by
from storage.rows import Rows
from storage.serializable import EVERYTHING, Read, meets
from storage.statement import Isolation, RowBatch, Statement, Synchronous, Value
from storage.turn import Patience
from storage.worker import inline, shielded

T = TypeVar("T")
INLINE_ROWS = 500
"""Rows a statement may give inline; what comes after them is produced in a thread."""
_atomic_names = count(1)


class Transaction(RowLocks):
    """One transaction, from Database.transaction(); it takes no connection until it needs one.

    Public state: context (what functions with context=True get; may be set at any time), has_written, lost,
    waits_for_lock (now, for the turn to write), synchronous (None: the database's), lock_timeout_s (how long to wait for
    locks; those of other programs are waited for within the database's bound), deadlock_s, isolation, owner, after_commit
    (called when it is committed and before anybody else can be, not yet durable; must not raise).
    Every method may raise EngineErrors; after a failed statement the transaction goes on without that statement's
    effects, unless `lost`. Cancelling a read stops the read alone; cancelling a write may leave the transaction `lost`.
    LockConflict: wait with `wait_for(error.request)`, then run the statement again.
    """

    __slots__ = ("_noted", "after_commit", "context")

    def __init__(self, engine: Engine, isolation: Isolation, *, context: Any, pinned: PinnedConnection | None,
                 owner: LockOwner) -> None:
        super().__init__(engine, isolation, pinned, owner)
        self.context = context
        self._noted: set[Read] = set()  # tables that functions have read in a SERIALIZABLE transaction
        self.after_commit: Callable[[], None] | None = None

    # --- statements -----------------------------------------------------------------------------------------------

    async def run(self, statement: Statement, params: Sequence[Value] = (), *, autocommit: bool = False) -> Rows:
        """Run a statement; its rows are in memory if they were few and quick, else they come as they are fetched.

        autocommit: it is the only statement of this transaction, which a failure then ends. A write still needs
        commit(). Raises: EngineError, or what a function raised; TransactionLost.
        """
        rows = self.run_inline_or_none(statement, params, autocommit=autocommit)
        if rows is not None:
            return rows
        self._busy += 1
        try:
            await self._cleared()
            if statement.writes:
                return await self._write(statement, params, autocommit)
            return await self._read_when_free(statement, params)
        finally:
            self._busy -= 1
            if not self._busy and self._engine.turn.holder is self:
                self._make_room()

    def run_inline_or_none(self, statement: Statement, params: Sequence[Value] = (), *,
                           autocommit: bool = False) -> Rows | None:
        """Run a statement known to be short, if nothing has to be waited for; None if it was not run: use `run`."""
        self._check_not_lost()
        plan = self._engine.plans.known(statement.sql)
        if plan is None or plan.long or self._clearing is not None:
            return None
        try:
            if statement.writes:
                if self._live or not self._enter_nowait():
                    return None
                try:
                    return self._try_change(plan, statement, params, autocommit)
                finally:
                    self._make_room()
            else:
                if self._resident and self._engine.turn.waiting:
                    return None  # what is left of its rows would have to be put aside
                connection = self._reader_nowait()
                return None if connection is None else self._try_read(connection, plan, statement, params)
        except Busy:
            return None

    def schema_token(self) -> int:
        """The schema version: of the transaction's snapshot (taken now under REPEATABLE READ), else the newest committed.
        2.5 us; `Rows.schema_token` says for nothing what a statement saw."""
        if self._connection is not None:
            return self._connection.schema_token()
        if self.isolation is not Isolation.READ_COMMITTED:
            with suppress(Busy):
                connection = self._reader_nowait()
                if connection is not None:
                    return connection.schema_token()
        if self._pinned is not None:
            return self._pinned.connection.fresh_schema_token()
        return self._engine.newest_schema_token()

    # --- reading --------------------------------------------------------------------------------------------------

    def _try_read(self, connection: Connection, plan: Plan, statement: Statement,
                  params: Sequence[Value]) -> Rows | None:
        """Run inline within the budget; None if that was not enough. Gives the connection back unless rows are live."""
        try:
            connection.context = self.context
            if statement.needs:
                connection.prepare(statement.needs)
            if plan.restartable:
                connection.deadline = monotonic() + self._engine.budget_s
                if statement.needs:
                    inline.until = connection.deadline
            buffer = connection.first_rows(statement, params, INLINE_ROWS)
            connection.deadline = inline.until = inf
            self._note_read(plan.reads)
            rows = Rows(plan.columns, buffer, 0, connection.schema_token())
        except BaseException as error:
            connection.deadline = inline.until = inf
            self._give_back(connection)
            if isinstance(error, Interrupted) and (connection.tripped or isinstance(error, NeedsThread)):
                connection.tripped = False
                plan.learn_long()
                return None
            raise
        if len(buffer) < INLINE_ROWS:
            if connection is not self._connection and self._pinned is None:
                self._engine.pool.give_back(connection)
            return rows
        rows.make_live(self, connection, connection.take_cursor())
        self._live.append(rows)
        self._engine.readers[self] = None
        return rows

    async def _read_when_free(self, statement: Statement, params: Sequence[Value]) -> Rows:
        patience: Patience | None = None
        while True:
            try:
                connection = await self._reader()
                plan = self._judge(connection, statement, params)
                if plan.long:
                    return await self._read_in_thread(connection, plan, statement, params)
                rows = self._try_read(connection, plan, statement, params)
                if rows is not None:
                    return rows
            except Busy as busy:
                patience = patience or self._patience()
                await self._retry_later(patience, busy)

    def _introduce(self, connection: Connection) -> None:
        """Tell a connection what functions may need to know, and what this transaction needs to know of them."""
        connection.context = self.context
        connection.noting = self._noted if self._reading is not None else None

    def _note_read(self, reads: AbstractSet[Read]) -> None:
        """Of a SERIALIZABLE transaction, with what functions have read meanwhile. Raises: Unserializable."""
        reading = self._reading
        if reading is None:
            return
        reads = reads | self._noted
        if reads <= reading.reads:
            return
        reading.reads |= reads
        reading.read_only = self.read_only and not self.has_written
        pivots = [*self._engine.serializable.pending, *self._commits()]
        if any(pivot.out is not None and reading.completes(pivot, pivot.out) for pivot in pivots):
            raise Unserializable("what it has read was written by a transaction that has read what others have written")
        if self._mine:
            self._refuse_pivot(self._as_commit([]))

    async def _retry_later(self, patience: Patience, busy: Busy) -> None:
        """SQLite was busy: with another program or, when a function was to be replaced, with our own open cursors."""
        if self._live:
            await self._put_aside()
        else:
            await patience.wait(busy)

    def _judge(self, connection: Connection, statement: Statement, params: Sequence[Value]) -> Plan:
        try:
            if statement.temp_schema and self._pinned is None:
                raise InternalError("a statement with temporary objects needs a pinned connection")
            self._introduce(connection)
            connection.prepare(statement.needs)
            return self._engine.plans.judge(connection, statement, params)
        except BaseException:
            self._give_back(connection)
            raise

    async def _read_in_thread(self, connection: Connection, plan: Plan, statement: Statement,
                              params: Sequence[Value]) -> Rows:
        started = monotonic()
        try:
            job = partial(connection.start, statement, params, CHUNK_ROWS)
            buffer, cursor = await self.worker.read(job, connection)
            self._note_read(plan.reads)
            rows = Rows(plan.columns, buffer, 0, connection.schema_token())
        except BaseException:
            self._give_back(connection)
            raise
        if cursor is None:
            plan.ran_in_thread(monotonic() - started)
            self._give_back(connection)
            return rows
        rows.make_live(self, connection, cursor)
        self._live.append(rows)
        self._engine.readers[self] = None
        return rows

    # --- writing --------------------------------------------------------------------------------------------------

    async def _write(self, statement: Statement, params: Sequence[Value], autocommit: bool) -> Rows:
        patience: Patience | None = None
        while True:
            await self.begin_write()
            connection = self._connection
            assert connection is not None
            try:
                await self._put_aside(connection)
                plan = self._judge(connection, statement, params)
                if plan.long:
                    self._heavy = True
                    job = partial(self._change, connection, plan, statement, params, autocommit, guarded=False)
                    return await self.worker.write(job, connection)
                rows = self._try_change(plan, statement, params, autocommit)
                if rows is not None:
                    return rows
            except Busy as busy:
                patience = patience or self._patience()
                await self._retry_later(patience, busy)

    async def run_many(self, statement: Statement, batch: RowBatch) -> int:
        """Run a statement that writes and gives no rows once for each row of a batch, in a thread; all or none.

        Gives the rows changed, also by triggers. Waits for locks. Raises as `run` does; batch.failed then says which row
        it was about.
        """
        self._check_not_lost()
        patience: Patience | None = None
        while True:
            with self.hold():
                await self.begin_write()
                connection = self._connection
                assert connection is not None
                try:
                    await self._put_aside(connection)
                    self._heavy = True
                    job = partial(self._change_many, connection, statement, batch)
                    return await self.worker.write(job, connection)
                except Busy as busy:
                    patience = patience or self._patience()
                    await patience.wait(busy)
                    continue
                except LockConflict as conflict:
                    met = conflict
            await self.wait_for(met.request, keep=met.keep)

    def _change_many(self, connection: Connection, statement: Statement, batch: RowBatch) -> int:
        self._introduce(connection)
        connection.prepare(statement.needs)
        connection.command("SAVEPOINT pgquill_statement")
        try:
            job = partial(connection.change_many, statement, batch)
            changes = self._settled(connection, job, frozenset(), autocommit=False, nested=statement.nested)
        except BaseException as error:
            self._undo_statement(connection, error, False)
            raise
        connection.command("RELEASE pgquill_statement")
        self._pristine = False
        return changes

    def _settled(self, connection: Connection, run: Callable[[], T], reads: AbstractSet[Read], *, autocommit: bool,
                 nested: bool) -> T:
        """Run a statement that changes rows, and lock them. Raises: LockConflict, StaleSnapshot."""
        mark = self._mark_log()
        try:
            return self._settled_or_raise(connection, run, reads, autocommit=autocommit, nested=nested)
        except BaseException:
            self._cut_log(mark)
            raise

    def _settled_or_raise(self, connection: Connection, run: Callable[[], T], reads: AbstractSet[Read], *, autocommit: bool,
                          nested: bool) -> T:
        capture = connection.capture = self._capture(autocommit=autocommit, nested=nested)
        if capture is not None and nested:
            capture.facts = self._engine.facts(connection)
        try:
            result = run()
            if capture is not None:
                capture.finish()
        except ConstraintFailed as error:
            connection.capture = None
            self._note_read({EVERYTHING})
            request = self._duplicate_of_others(connection, error, run)
            if request is not None:
                raise LockConflict(request, keep=False) from None
            raise
        finally:
            connection.capture = None
            connection.deadline = inf
        if self._reading is not None:
            self._note_read(reads)
            self._refuse_pivot(self._as_commit(None if capture is None or capture.full else capture.changes))
        fixed = self._fixed
        try:
            self._settle(connection, capture)
        except BaseException:
            self._fixed = fixed  # the statement is undone, and others may need the turn before it can run again
            raise
        self._keep(capture)
        return result

    def _try_change(self, plan: Plan, statement: Statement, params: Sequence[Value], autocommit: bool) -> Rows | None:
        """Run a short write inline; None if it went over its budget, which only a first write has."""
        connection = self._connection
        assert connection is not None
        connection.context = self.context
        if statement.needs:
            connection.prepare(statement.needs)
        guarded = self._pristine and plan.restartable
        try:
            return self._change(connection, plan, statement, params, autocommit, guarded=guarded)
        except Interrupted:
            if not connection.tripped:
                raise
            connection.tripped = False
            plan.learn_long()
            return None  # nothing had happened yet in this transaction, which SQLite has undone: it is begun again

    def _change(self, connection: Connection, plan: Plan, statement: Statement, params: Sequence[Value],
                autocommit: bool, *, guarded: bool) -> Rows:
        if plan.schema:
            self.fix()
            self._heavy = True
        if not autocommit:
            connection.command("SAVEPOINT pgquill_statement")
        if guarded:
            connection.deadline = monotonic() + self._engine.budget_s
        try:
            job = partial(connection.change, statement, params)
            buffer, spool, changes = self._settled(connection, job, plan.reads, autocommit=autocommit, nested=statement.nested)
        except BaseException as error:
            self._undo_statement(connection, error, autocommit)
            raise
        if self._fixed and alters_schema(statement.sql, schema=plan.schema):
            self._keep_sql(statement.sql, tuple(params))
        if not autocommit:
            connection.command("RELEASE pgquill_statement")
        self._pristine = False
        rows = Rows(plan.columns, buffer, changes)
        rows.spill(spool)
        return rows

    def _undo_statement(self, connection: Connection, error: BaseException, autocommit: bool) -> None:
        """A statement has failed: nothing of it stays, and what was done before it does."""
        if connection.in_transaction and not autocommit:
            connection.command("ROLLBACK TO pgquill_statement")
            connection.command("RELEASE pgquill_statement")
            if isinstance(error, Busy) and not self._engine.settings.in_memory:
                raise InternalError("SQLite reported a lock conflict to the holder of the lock") from error
            return
        if connection.in_transaction:
            connection.command("ROLLBACK")
        # SQLite has undone everything, or there was nothing else to undo. What came before can be done again.
        self.lost = self._fixed and not self._pristine
        self._engine.wrote(connection)
        if connection.altering:
            connection.end_alteration()
        self._connection, self._resident = None, False
        self._foreign = self._engine.foreign if self._snapshot is None else self._foreign
        if not self.lost:
            self._drop_log()
        if not self._mine and self._snapshot is None and not self.lost:
            self.has_written = self._pristine = self._fixed = False
            if self._has_all_rows:
                self._has_all_rows = False
                self._engine.locks.release(self.owner, Request(EVERY_ROW, Mode.EXCLUSIVE))

    # --- savepoints -----------------------------------------------------------------------------------------------

    async def savepoint(self, name: str) -> None:
        """Set a savepoint; names are unique within the transaction and hold no double quote."""
        self._check_not_lost()
        await self._cleared()
        if self._connection is not None:
            self._connection.command(f'SAVEPOINT "{name}"')
        self._savepoints.append(Savepoint(name, len(self._mine), len(self.owner.taken), self._fixed, self._mark_log()))

    def _find(self, name: str) -> int:
        return next(i for i, savepoint in enumerate(self._savepoints) if savepoint.name == name)

    async def release(self, name: str) -> None:
        """Forget the savepoint and those set after it; their effects stay."""
        self._check_not_lost()
        await self._cleared()
        at = self._find(name)
        if self._connection is not None:
            self._connection.command(f'RELEASE "{name}"')
        del self._savepoints[at:]

    async def rollback_to(self, name: str) -> None:
        """Undo what happened since the savepoint, which stays. Raises: TransactionLost."""
        self._check_not_lost()
        at = self._find(name)
        with self.hold():
            await self._cleared()
            if self._connection is not None:
                await self._put_aside(self._connection)
                self._connection.command(f'ROLLBACK TO "{name}"')
            mark = self._savepoints[at]
            del self._savepoints[at + 1 :]
            del self._mine[mark.changes :]
            self._fixed = mark.fixed
            self._cut_log(mark.log)
            self._engine.locks.release_since(self.owner, mark.locks)

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[None]:
        """Several statements that take effect together or, when an exception leaves the block, not at all."""
        name = f"pgquill_atomic_{next(_atomic_names)}"
        with self.hold():
            await self.savepoint(name)
            try:
                yield
            except BaseException as error:
                if not self.lost:
                    if isinstance(error, LockConflict):  # what it has got so far it keeps, while it waits for the rest
                        at = self._find(name)
                        self._savepoints[at] = self._savepoints[at]._replace(locks=len(self.owner.taken))
                    with trio.CancelScope(shield=True):
                        await self.rollback_to(name)
                        await self.release(name)
                raise
            await self.release(name)

    # --- the end --------------------------------------------------------------------------------------------------

    async def commit(self) -> None:
        """Make the changes permanent; when this returns, the disk has them (as far as `synchronous` asks for it).

        Holds no connection and no locks afterwards, whatever happens. Not cancellable once COMMIT has begun.
        Raises: ConstraintFailed (a deferred foreign key), DiskFull, IoError, LockTimeout, StaleSnapshot (SERIALIZABLE): all
        is rolled back then; TransactionLost.
        """
        pages = 0
        with self.hold():
            try:
                await self._cleared()
                self._close_live()
                self._check_not_lost()
                self._note_read(frozenset())
                if self.has_written:
                    await self.begin_write()
                    assert self._connection is not None
                    pages = await self._commit_changes(self._connection)
                elif self._connection is not None:
                    self._connection.command("COMMIT")
                    self._note_committed()
            finally:
                self._let_go()
            if self.after_commit is not None:
                self.after_commit()
        if pages:
            self._engine.checkpoint_if_due(pages)
            if (self.synchronous or self._engine.settings.synchronous) is Synchronous.FULL:
                await self._engine.flusher.flush()
            else:
                self._engine.flusher.flush_later()

    def end_read(self) -> bool:
        """End a transaction that wrote nothing and holds nothing, without waiting; False if it must be committed."""
        if self._connection is not None or self._live or self.lost or self.has_written or self.owner.taken:
            return False
        self._let_go()
        return True

    async def _commit_changes(self, connection: Connection) -> int:
        """COMMIT, not cancellable. Gives the pages of the log if anything was written to it, else 0."""
        engine = self._engine
        connection.wal_pages = 0
        pivot = None
        if self._reading is not None and (pivot := self._as_commit([])).out is not None:
            engine.serializable.pending.add(pivot)
        try:
            if pivot is not None:
                self._refuse_pivot(pivot)
            await self._commit_file(connection, None if pivot is None else pivot.out)
        finally:
            if pivot is not None:
                engine.serializable.pending.discard(pivot)
        self._note_committed()
        return connection.wal_pages

    async def _commit_file(self, connection: Connection, out: int | None) -> None:
        engine = self._engine
        await self._rebase(connection)
        wanted = engine.history.is_wanted
        known = not self._fixed
        keys, gone = self._keys_for_history(connection) if wanted and known else (set(), set())
        touched = set() if engine.serializable.is_empty or not keys else touched_by(self._mine, engine.facts(connection))
        logged = self._write_log(connection)
        job = partial(connection.command, "COMMIT")
        patience: Patience | None = None
        while True:
            try:
                if self._heavy:
                    engine.committing = True
                    await shielded(self.worker.write(job))
                else:
                    job()
                break
            except Busy as busy:  # in memory only: readers are at it
                patience = patience or self._patience()
                await shielded(patience.wait(busy))
            finally:
                engine.committing = False
        if logged is not None:
            self.committed_lsn = logged
            engine.wal.committed()
        if connection.wal_pages or engine.settings.in_memory:
            shared = {r.key for r in self.owner.taken if r.mode is Mode.FOR_KEY_SHARE}
            known = known and (wanted or not engine.history.is_wanted)  # a snapshot that is new does not know its keys
            engine.history.add(self._mine if known else None, keys, gone, shared, touched, out)
        engine.committed()

    def _note_committed(self) -> None:
        if self._reading is not None:
            read_only = self.read_only and not self.has_written
            self._engine.serializable.committed(self._reading, self._engine.history.number, read_only=read_only)

    def _as_commit(self, more: list[Change] | None) -> Commit:
        """What it has written so far, as others will see it; None: not known. Raises: Unserializable if it has read what others
        have changed, and what it or they have written is not known."""
        assert self._reading is not None
        commits = self._commits()
        outs = [commit.number for commit in commits if commit.changes is None or meets(commit, self._reading.reads)]
        if not outs:
            return Commit(0, self._mine)
        if more is None or self._fixed or any(commit.changes is None for commit in commits):
            raise Unserializable("a table was changed after it was read")
        assert self._connection is not None
        changes = [*self._mine, *more]
        touched = touched_by(changes, self._engine.facts(self._connection))
        return Commit(0, changes, touched=touched, out=min(outs))

    def _refuse_pivot(self, mine: Commit) -> None:
        """Raises: Unserializable if somebody has read what this transaction writes, which has read what others have changed."""
        assert self._reading is not None
        if mine.out is not None and any(other.completes(mine, mine.out)
                                        for other in self._engine.serializable.others(self._reading)):
            raise Unserializable("what it has written was read, and what it has read was written")

    async def rollback(self) -> None:
        """Undo everything. Holds no connection and no locks afterwards. Waits for nobody's lock."""
        if self._clearing is not None:
            await shielded(self._cleared())
        self._close_live()
        self._let_go()
