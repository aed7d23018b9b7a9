"""Runs a query whose rows are locked: takes its rows in order, locks them, counts LIMIT and OFFSET.

A row that somebody else has locked is waited for (the statement then runs again from its beginning, and sees the row as
it was left), refused (NOWAIT) or left out (SKIP LOCKED). Locks that were taken stay until the end of the transaction.

Under READ COMMITTED the rows may have been changed between the statement's snapshot and their locking. Whoever changes a
row holds its lock until the change is committed, so after the locks are taken it is enough to see whether anything
was committed meanwhile, and to run the statement again if so. From the third time on nobody else may write meanwhile.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor.analysis import Analyzed, slot_values
from executor.context import Context
from executor.lower.generator import Bound, RowLock, RowLocks, Slot, Step
from executor.lower.query import check_limit, check_offset
from executor.sqlstates import LockNotAvailable
from executor.translate import translate
from executor.types.base import Stored
from storage.errors import EngineError, LockConflict
from storage.locks import Mode, Request
from storage.rows import Rows
from storage.statement import Function, Isolation

if TYPE_CHECKING:
    from executor.session import Session

CHUNK_ROWS = 500
SKIPPED_MAX = 64
"""How many rows more than asked for are read at first where locked ones may be left out."""
BOUND = Slot("bound")
QUIET_RUNS = 2
"""How often a statement whose snapshot was outdated is run again before it keeps others from writing."""


class Snapshot:
    """Says whether what a statement has read is still so, now that its rows are locked."""

    def __init__(self, session: "Session", transaction: Any) -> None:
        self.file = session.database.file
        self.transaction = transaction
        self.version = self.file.data_version()
        self.renewals = 0

    def is_outdated(self) -> bool:
        """True if something was committed since, which the statement would have seen."""
        return (self.transaction.isolation is Isolation.READ_COMMITTED and not self.transaction.holds_write_lock
                and self.version != self.file.data_version())

    async def renew(self) -> None:
        """Before the statement runs again."""
        self.renewals += 1
        if self.renewals > QUIET_RUNS:
            await self.transaction.begin_write()
        self.version = self.file.data_version()


async def run_locking(session: "Session", transaction: Any, step: Step, values: list[Stored], analyzed: Analyzed,
                      given: tuple[Sequence[Stored], Sequence[tuple[str, str]]]) -> Rows | None:
    """The locked rows of a step, in memory; None if the schema is not the one the plan was made for.

    analyzed: the statement as if the step were all of it; values: of the step's slots; given: the statement's parameters
    and literals. Raises: LockConflict, 55P03, 2201W, 2201X.
    """
    locks = step.locks
    assert locks is not None
    bounds = await _bounds(session, transaction, locks, analyzed, given)
    if bounds is None:
        return None
    limit, offset = bounds
    wanted = None if limit is None else limit + offset
    most = -1 if wanted is None else wanted + SKIPPED_MAX if locks.skips else wanted
    while True:
        rows = await session.run_statement(transaction, session.statement_of(analyzed), _with_bound(step, values, most),
                                           analyzed, only=False)
        if rows is None:
            return None
        try:
            found, seen = await _take(session, transaction, rows, locks, wanted)
        finally:
            await rows.close()
        if wanted is None or len(found) >= wanted or seen < most or most < 0:
            return Rows(locks.width, found[offset:])
        most = -1  # more rows were left out than thought of


def _with_bound(step: Step, values: list[Stored], most: int) -> list[Stored]:
    slots = step.lowered.slots
    return [most if slot.source == BOUND.source else value for slot, value in zip(slots, values, strict=True)]


async def _take(session: "Session", transaction: Any, rows: Rows, locks: RowLocks,
                wanted: int | None) -> tuple[list[tuple[Any, ...]], int]:
    """Lock rows until there are as many as wanted; those, and how many were looked at."""
    found: list[tuple[Any, ...]] = []
    seen = 0
    while (wanted is None or len(found) < wanted) and (chunk := await session.fetch(rows, CHUNK_ROWS)):
        for row in chunk:
            seen += 1
            if _lock(session, transaction, locks, row):
                found.append(row[: locks.width])
                if len(found) == wanted:
                    break
    return found, seen


def _lock(session: "Session", transaction: Any, locks: RowLocks, row: tuple[Any, ...]) -> bool:
    """Lock a row of the result; False if it is left out."""
    for lock in locks.rows:
        rowid = row[lock.output]
        if rowid is None:  # there is no such row: the empty side of an outer join
            continue
        request = _try(session, transaction, lock, rowid)
        if request is None:
            continue
        if lock.wait == "SKIP LOCKED":
            return False
        if lock.wait == "NOWAIT":
            raise LockNotAvailable(f'could not obtain lock on row in relation "{lock.relation}"')
        raise LockConflict(request)
    return True


def _try(session: "Session", transaction: Any, lock: RowLock, rowid: int) -> Request | None:
    """Lock one row; what stands in the way."""
    found: Request | None
    try:
        if lock.whole:
            found = transaction.lock_all_rows(lock.table)
        else:
            found = transaction.lock_row(lock.table, rowid, Mode(lock.mode))
    except EngineError as error:
        raise translate(error, session.context.catalog) from None
    return found


@cache
def lock_function(lock: RowLock) -> Function:
    """The function by which a subquery locks a row where it stands; false if it is left out. Raises as `run_locking`."""

    def run(context: Context, rowid: int | None) -> bool:
        session = context.session
        return _lock(session, session.block.transaction, RowLocks(width=0, rows=(lock,)), (rowid,))

    return Function(f"pg_lock_{lock.mode}_{lock.wait}_{lock.table}", run, 1, False, context=True)


@cache
def certain_function(table: str) -> Function:
    """The function by which ON CONFLICT DO NOTHING waits until it is certain that a row it has met is there; gives 1."""

    def run(context: Context, rowid: int) -> int:
        session = context.session
        try:
            changer = session.block.transaction.changer_of(table, rowid)
        except EngineError as error:
            raise translate(error, session.context.catalog) from None
        if changer is not None:
            raise LockConflict(changer, keep=False)
        return 1

    # Deterministic, though it is not: it has no effects, so that a statement with it may be stopped and run again.
    return Function(f"pg_certain_{table}", run, 1, deterministic=True, context=True)


@cache
def seen_function(table: str) -> Function:
    """The function by which ON CONFLICT DO UPDATE ... WHERE notes that it has looked at a row; gives 1."""

    def run(context: Context, rowid: int) -> int:
        context.session.block.transaction.note_row(table, rowid)
        return 1

    return Function(f"pg_seen_{table}", run, 1, deterministic=True, context=True)  # see certain_function


async def _bounds(session: "Session", transaction: Any, locks: RowLocks, analyzed: Analyzed,
                  given: tuple[Sequence[Stored], Sequence[tuple[str, str]]]) -> tuple[int | None, int] | None:
    """LIMIT (None for none) and OFFSET (2201W, 2201X for negative ones); None if the schema is another."""
    parameters, literals = given
    env = session.context.env

    def known(bound: Bound) -> Any:
        return slot_values((bound,), parameters, literals, env)[0] if isinstance(bound, Slot) else bound

    limit, offset = known(locks.limit), known(locks.offset)
    if locks.bounds is not None:
        values = slot_values(locks.bounds.slots, parameters, literals, env)
        part = replace(analyzed, lowered=locks.bounds)
        rows = await session.run_statement(transaction, session.statement_of(part), values, part, only=False)
        if rows is None:
            return None
        ((limit, offset),) = await session.fetch(rows, 1)
        await rows.close()
    skipped = check_offset(offset)
    found = check_limit(limit)
    return (None if found < 0 else found), skipped
