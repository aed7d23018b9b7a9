"""A transaction: how its statements run, and how it ends. What it holds meanwhile is in holding.py.

SERIALIZABLE is REPEATABLE READ here: a write is refused unless the snapshot is the newest state, and after that nobody
else can commit, so the transactions that write are serial by construction.

Writer algorithm: write lock (fair queue), BEGIN IMMEDIATE (tried again while another program is writing), statements,
each in its own savepoint because SQLite alone does not undo a statement that fails in an aggregate or a virtual table,
COMMIT with its fsync in a thread, lock handed on, checkpoint if due. When SQLite itself rolls everything back (a
write that was interrupted, a full disk), the transaction is `lost`, and only rollback() works.

Reader algorithm: a statement not known to be long runs inline within a budget; over it, it is stopped, started again in
a thread and remembered. In a thread, rows come in chunks, as they are asked for.

Nothing here awaits unless it has to wait: a caller that never waits itself must yield now and then.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from math import inf
from time import monotonic
from typing import Any

import trio

from storage.connection import CHUNK_ROWS, Connection
from storage.engine import Engine
from storage.errors import Busy, InternalError, Interrupted, StaleSnapshot, TransactionLost
from storage.holding import Holding, PinnedConnection
from storage.plans import Plan
from storage.rows import Rows
from storage.statement import Isolation, RowBatch, Statement, Synchronous, Value
from storage.writer import Patience

INLINE_ROWS = 500
"""Rows a statement may give inline; what comes after them is produced in a thread."""
_atomic_names = count(1)


class Transaction(Holding):
    """One transaction, from Database.transaction(); it takes no connection until it needs one.

    Public state: context (what functions with context=True get; may be set at any time), has_written, lost,
    waits_for_lock (now, for the write lock), synchronous (None: the database's), lock_timeout_s (how long to wait for
    locks; those of other programs are waited for within the database's bound), isolation.
    Every method may raise EngineErrors; after a failed statement the transaction goes on without that statement's
    effects, unless `lost`. Cancelling a read stops the read alone; cancelling a write may leave the transaction `lost`.
    """

    __slots__ = ("context",)

    def __init__(self, engine: Engine, isolation: Isolation, *, context: Any, pinned: PinnedConnection | None) -> None:
        super().__init__(engine, isolation, pinned)
        self.context = context

    # --- statements -----------------------------------------------------------------------------------------------

    async def run(self, statement: Statement, params: Sequence[Value] = (), *, autocommit: bool = False) -> Rows:
        """Run a statement; its rows are in memory if they were few and quick, else they come as they are fetched.

        autocommit: it is the only statement of this transaction, which a failure then ends. A write still needs
        commit(). Raises: EngineError, or what a function raised; TransactionLost.
        """
        rows = self.run_inline_or_none(statement, params, autocommit=autocommit)
        if rows is not None:
            return rows
        if statement.writes:
            return await self._write(statement, params, autocommit)
        return await self._read(statement, params)

    def run_inline_or_none(self, statement: Statement, params: Sequence[Value] = (), *,
                           autocommit: bool = False) -> Rows | None:
        """Run a statement known to be short, if nothing has to be waited for; None if it was not run: use `run`."""
        if self.lost:
            raise TransactionLost("the transaction has been rolled back")
        plan = self._engine.plans.known(statement.sql)
        if plan is None or plan.long:
            return None
        try:
            if statement.writes:
                if self._live or not self._begin_write_nowait():
                    return None
                return self._try_change(plan, statement, params, autocommit)
            connection = self._reader_nowait()
            return None if connection is None else self._try_read(connection, plan, statement, params)
        except Busy:
            return None

    def schema_token(self) -> int:
        """The schema version: of the transaction's snapshot (taken now under REPEATABLE READ), else the newest.
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
            buffer = connection.first_rows(statement, params, INLINE_ROWS)
            connection.deadline = inf
            rows = Rows(plan.columns, buffer, 0, connection.schema_token())
        except BaseException as error:
            connection.deadline = inf
            self._give_back(connection)
            if isinstance(error, Interrupted) and connection.tripped:
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
        return rows

    async def _read(self, statement: Statement, params: Sequence[Value]) -> Rows:
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
            connection.context = self.context
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
                    job = partial(self._change, connection, plan, statement, params, autocommit, guarded=False)
                    return await self.worker.write(job, connection)
                rows = self._try_change(plan, statement, params, autocommit)
                if rows is not None:
                    return rows
            except Busy as busy:
                patience = patience or self._patience()
                await self._retry_later(patience, busy)
            finally:
                if not self.has_written:
                    self._unlock()  # the snapshot is stale, or its first write failed before it had SQLite's lock

    async def run_many(self, statement: Statement, batch: RowBatch) -> int:
        """Run a statement that writes and gives no rows once for each row of a batch, in a thread; all or none.

        Gives the rows changed, also by triggers. Raises as `run` does; batch.failed then says which row it was about.
        """
        if self.lost:
            raise TransactionLost("the transaction has been rolled back")
        patience: Patience | None = None
        while True:
            await self.begin_write()
            connection = self._connection
            assert connection is not None
            try:
                await self._put_aside(connection)
                job = partial(self._change_many, connection, statement, batch)
                return await self.worker.write(job, connection)
            except Busy as busy:
                patience = patience or self._patience()
                await patience.wait(busy)
            finally:
                if not self.has_written:
                    self._unlock()

    def _change_many(self, connection: Connection, statement: Statement, batch: RowBatch) -> int:
        connection.context = self.context
        connection.prepare(statement.needs)
        connection.command("SAVEPOINT pgquill_statement")
        try:
            changes = connection.change_many(statement, batch)
        except BaseException as error:
            self._undo_statement(connection, error, False)
            raise
        connection.command("RELEASE pgquill_statement")
        self.has_written, self._pristine = True, False
        return changes

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
            # Nothing had happened yet in this transaction, which SQLite has undone: begin it again.
            if connection.in_transaction:
                connection.command("ROLLBACK")
            self._connection, self.has_written = None, False
            self._begin_immediate()
            return None
        finally:
            if not self.has_written:
                self._unlock()

    def _change(self, connection: Connection, plan: Plan, statement: Statement, params: Sequence[Value],
                autocommit: bool, *, guarded: bool) -> Rows:
        if not autocommit:
            connection.command("SAVEPOINT pgquill_statement")
        if guarded:
            connection.deadline = monotonic() + self._engine.budget_s
        try:
            buffer, spool, changes = connection.change(statement, params)
        except BaseException as error:
            connection.deadline = inf
            self._undo_statement(connection, error, autocommit)
            raise
        connection.deadline = inf
        if not autocommit:
            connection.command("RELEASE pgquill_statement")
        self.has_written, self._pristine = True, False
        rows = Rows(plan.columns, buffer, changes)
        rows.spill(spool)
        return rows

    def _undo_statement(self, connection: Connection, error: BaseException, autocommit: bool) -> None:
        if not connection.in_transaction:
            self.lost = not connection.tripped
            return
        if not autocommit:
            connection.command("ROLLBACK TO pgquill_statement")
            connection.command("RELEASE pgquill_statement")
        else:
            self.lost = not (connection.tripped or isinstance(error, Busy | StaleSnapshot))
        self.has_written = connection.is_writing
        if isinstance(error, Busy) and self.has_written:
            raise InternalError("SQLite reported a lock conflict to the holder of the lock") from error

    # --- savepoints -----------------------------------------------------------------------------------------------

    async def savepoint(self, name: str) -> None:
        """Set a savepoint; names are unique within the transaction and hold no double quote."""
        self._check_not_lost()
        if self._connection is not None:
            self._connection.command(f'SAVEPOINT "{name}"')
        self._savepoints.append(name)

    async def release(self, name: str) -> None:
        """Forget the savepoint and those set after it; their effects stay."""
        self._check_not_lost()
        at = self._savepoints.index(name)
        if self._connection is not None:
            self._connection.command(f'RELEASE "{name}"')
        del self._savepoints[at:]

    async def rollback_to(self, name: str) -> None:
        """Undo what happened since the savepoint, which stays. Raises: TransactionLost."""
        self._check_not_lost()
        at = self._savepoints.index(name)
        if self._connection is not None:
            await self._put_aside(self._connection)
            self._connection.command(f'ROLLBACK TO "{name}"')
        del self._savepoints[at + 1 :]

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[None]:
        """Several statements that take effect together or, when an exception leaves the block, not at all."""
        name = f"pgquill_atomic_{next(_atomic_names)}"
        await self.savepoint(name)
        try:
            yield
        except BaseException:
            if not self.lost:
                with trio.CancelScope(shield=True):
                    await self.rollback_to(name)
                    await self.release(name)
            raise
        await self.release(name)

    def _check_not_lost(self) -> None:
        if self.lost:
            raise TransactionLost("the transaction has been rolled back")

    # --- the end --------------------------------------------------------------------------------------------------

    async def commit(self) -> None:
        """Make the changes permanent; when this returns, the disk has them (as far as `synchronous` asks for it).

        Holds no connection afterwards, whatever happens. Not cancellable once COMMIT has begun.
        Raises: ConstraintFailed (a deferred foreign key), DiskFull, IoError, LockTimeout: all is rolled back then;
        TransactionLost.
        """
        self._close_live()
        connection = self._connection
        try:
            self._check_not_lost()
            if connection is not None and self.has_written:
                with trio.CancelScope(shield=True):
                    await self._commit_changes(connection)
            elif connection is not None:
                connection.command("COMMIT")
        finally:
            self._let_go()
        if connection is not None and connection.wal_pages:
            pages, connection.wal_pages = connection.wal_pages, 0
            with trio.CancelScope(shield=True):
                await self._engine.checkpoint_if_due(pages)

    def end_read(self) -> bool:
        """End a transaction that wrote nothing and holds nothing, without waiting; False if it must be committed."""
        if self._connection is not None or self._live or self.lost or self.has_written:
            return False
        self._let_go()
        return True

    async def _commit_changes(self, connection: Connection) -> None:
        engine = self._engine
        wanted = self.synchronous or engine.settings.synchronous
        job = partial(connection.command, "COMMIT")
        patience: Patience | None = None
        while True:
            try:
                if connection.synchronous is Synchronous.FULL and not engine.settings.in_memory:
                    await self.worker.write(job)
                else:
                    job()
                break
            except Busy as busy:  # in memory only: readers are at it
                patience = patience or self._patience()
                await patience.wait(busy)
        engine.committed()
        if wanted is Synchronous.FULL and connection.synchronous is not Synchronous.FULL:
            await engine.sync_log()  # asked for after BEGIN, when the connection's own setting cannot change any more

    async def rollback(self) -> None:
        """Undo everything. Holds no connection afterwards. Never waits."""
        self._close_live()
        self._let_go()
