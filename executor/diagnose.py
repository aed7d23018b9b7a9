"""Finds out, after a constraint has refused a statement, what PostgreSQL would say about it.

Nothing of this runs unless a statement failed. Its rows are computed again, by a query, and changed one by one inside a
savepoint until one is refused; PostgreSQL's order of rules says which of those that this row breaks is reported. The
effort is bounded (executor.diagnosis.replay); beyond it the error goes to the client without its DETAIL. While the rows
are computed again, sequences give the values that the statement had.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import trio

from executor import plan
from executor import sqlstates as states
from executor.analysis import Analyzed
from executor.diagnosis.foreign_keys import deleted, violated, violated_at_commit, violated_by_delete
from executor.diagnosis.replay import ROWS_MAX, SECONDS_MAX, GiveUp, Replay
from executor.diagnosis.rows import replay_insert, replay_update
from executor.errors import SqlError
from executor.lower import probes
from executor.lower.generator import Lowered
from executor.types.base import Stored
from storage.errors import ConstraintFailed, EngineError, TypeMismatch
from storage.statement import Isolation, RowBatch, Statement
from storage.transaction import Transaction

if TYPE_CHECKING:
    from executor.session import Session

READ_DEFERRED = Lowered(Statement("PRAGMA defer_foreign_keys"), ())
DEFER = "PRAGMA defer_foreign_keys = {}"
_names = count(1)


async def diagnose(session: "Session", found: SqlError, error: Exception, transaction: Transaction, analyzed: Analyzed,
                   values: Sequence[Stored], before: RowBatch | None = None) -> SqlError:
    """The error to report for a statement that a constraint refused: `found`, or a better one.

    error: what storage or a function raised. The statement's effects are undone already. In autocommit the transaction
    may be lost; then it is ended here, and the committed state is looked at. before: what the statement was run for
    before `values`, and is undone too (COPY).
    """
    change = analyzed.plan
    if not isinstance(change, plan.DataChange) or not _is_of_constraint(found, error):
        return found
    if change.firing is not None:
        return found  # to be run again, its triggers would fire again; see executor.triggers.refusals
    if any(isinstance(cte.query, plan.DataChange) for cte in change.ctes):
        return found
    # Whatever stands in the way here, the client gets the error there is.
    with suppress(GiveUp, SqlError, EngineError, OverflowError), _sequences_as_before(session):
        async with _attempt(session, transaction) as attempt:
            replay = Replay(session, attempt, analyzed, values)
            if before is not None and before.rows:
                await attempt.run_many(analyzed.lowered.statement, before)
            return await KINDS[type(change)](replay, change) or found
    return found


def _is_of_constraint(found: SqlError, error: Exception) -> bool:
    if isinstance(error, ConstraintFailed | TypeMismatch):
        return True
    if isinstance(found, states.WithCheckOptionViolation):
        return True  # PostgreSQL makes this check last
    # Raised by the guards of executor.lower.change. Violations of domains name no table: they have no DETAIL.
    return isinstance(found, states.CheckViolation | states.NotNullViolation) and bool(found.table) and not found.detail


@contextmanager
def _sequences_as_before(session: "Session") -> Iterator[None]:
    """The sequences as they were when the statement began, for this session alone."""
    kept = session.context.sequences
    session.context.sequences = kept.before_statement()
    try:
        yield
    finally:
        session.context.sequences = kept


@asynccontextmanager
async def _attempt(session: "Session", transaction: Transaction) -> AsyncIterator[Transaction]:
    """A place to run things in that is as it was afterwards: a savepoint, or a transaction of its own."""
    if transaction.lost:
        await transaction.rollback()
        own = session.database.file.transaction(isolation=Isolation.READ_COMMITTED, context=session.context,
                                                pinned=transaction.pinned)
        own.lock_timeout_s = SECONDS_MAX
        try:
            await own.begin_write()
            await _set_deferred(own, 1)
            yield own
        finally:
            with trio.CancelScope(shield=True):
                await own.rollback()
        return
    name = f"pgquill_diagnosis_{next(_names)}"
    await transaction.begin_write()
    await transaction.savepoint(name)
    try:
        ((deferred,),) = await (await transaction.run(READ_DEFERRED.statement)).fetch(1)
        await _set_deferred(transaction, 1)
        try:
            yield transaction
        finally:
            with trio.CancelScope(shield=True):
                await _set_deferred(transaction, deferred)
    finally:
        with trio.CancelScope(shield=True):
            if not transaction.lost:
                await transaction.rollback_to(name)
                await transaction.release(name)


async def _set_deferred(transaction: Transaction, value: int) -> None:
    if not transaction.lost:
        await (await transaction.run(Statement(DEFER.format(value)))).close()


async def _insert(replay: Replay, change: plan.Insert) -> SqlError | None:
    failure, rows = await replay_insert(replay, change)
    return failure or await violated(replay, change.relation, rows)


async def _update(replay: Replay, change: plan.Update) -> SqlError | None:
    failure, rows = await replay_update(replay, change)
    return failure or await violated(replay, change.relation, rows)


async def _delete(replay: Replay, change: plan.Delete) -> SqlError | None:
    rows = await replay.rows(probes.deleted_rows(change), limit=ROWS_MAX + 1)
    if len(rows) > ROWS_MAX:
        return None
    gone = await deleted(replay, change.relation, rows)
    with suppress(ConstraintFailed):  # RESTRICT and SET NULL are never put off: the tables are as they were then
        await replay.change(replay.analyzed.lowered)
    return await violated_by_delete(replay, gone)


KINDS: dict[type, Callable[[Replay, Any], Awaitable[SqlError | None]]] = {
    plan.Insert: _insert, plan.Update: _update, plan.Delete: _delete}


async def diagnose_commit(session: "Session", transaction: Transaction) -> SqlError | None:
    """The error for a COMMIT that a foreign key will refuse; None if it cannot be found out."""
    catalog = session.own_catalog or session.context.catalog
    nothing = Analyzed(catalog=catalog, plan=plan.Select(targets=()), lowered=READ_DEFERRED, parameters=(),
                       columns=None, verb="", writes=False, may_be_kept=False)
    with suppress(GiveUp, SqlError, EngineError):
        return await violated_at_commit(session, transaction, nothing)
    return None


