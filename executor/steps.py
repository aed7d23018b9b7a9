"""Runs a statement that takes several SQLite statements (see executor.lower.steps): all of them, or none."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace as replace_field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor import plan
from executor.analysis import Analyzed, slot_values
from executor.lower.generator import Step
from executor.sqlstates import CardinalityViolation
from executor.translate import translate
from executor.triggers.state import begin_level, state_of
from executor.types.base import Stored
from storage.errors import EngineError, LockConflict
from storage.rows import Rows
from storage.statement import Isolation, Statement, TableFunction

if TYPE_CHECKING:
    from executor.session import Session

CHUNK_ROWS = 1000
FEW_ROWS = 200
"""With more rows kept, a step that changes something may take long."""


async def run_steps(session: "Session", transaction: Any, analyzed: Analyzed, parameters: Sequence[Stored],
                    literals: Sequence[tuple[str, str]]) -> Rows | None:
    """The result, with the changes of all steps that count in the tag; None if the schema turned out to be another.

    Raises LiteralNeeded before anything has run; LockConflict, when it is to be waited for a lock and then run again. The
    rows kept from step to step are in memory, and go at the end.
    """
    steps = analyzed.lowered.steps
    values = [slot_values(step.lowered.slots, parameters, literals, session.context.env) for step in steps]
    run = partial(run_once, session, transaction, analyzed, values, (parameters, literals))
    with transaction.hold():
        if analyzed.writes:
            if not steps[0].lowered.statement.writes:
                await _begin_write(session, transaction, analyzed)
            return await run()
        from executor.locking import Snapshot  # steps that write nothing lock rows

        snapshot = Snapshot(session, transaction)
        while (rows := await run()) is not None and snapshot.is_outdated():
            await rows.close()
            await snapshot.renew()
        return rows


async def _begin_write(session: "Session", transaction: Any, analyzed: Analyzed) -> None:
    """Keep others from writing before the statement has a snapshot, so that all of its steps have the same."""
    try:
        with session.block.timeout():
            await transaction.begin_write()
    except EngineError as error:
        raise translate(error, analyzed.catalog) from None


async def run_once(session: "Session", transaction: Any, analyzed: Analyzed, values: list[list[Stored]],
                    given: tuple[Sequence[Stored], Sequence[tuple[str, str]]]) -> Rows | None:
    """All steps, in a transaction that writes already if they do; see `run_steps`."""
    before = session.context.kept_rows
    kept = session.context.kept_rows = {number: rows for number, rows in before.items() if number < 0}  # a trigger's
    result: Rows | None = None
    changes = 0
    step = analyzed.lowered.steps[0]
    own = values[0]
    fires = analyzed.lowered.steps[-1].fires
    level = begin_level(session.context) if fires else None
    try:
        async with transaction.atomic() if analyzed.writes else nullcontext():
            for step, own in zip(analyzed.lowered.steps, values, strict=True):
                if step.only is not None and not _is_needed(kept, *step.only):
                    if step.keep:
                        kept[step.keep] = []
                    continue
                rows = await _run_step(session, transaction, step, own, analyzed, given)
                if rows is None:
                    return None  # so says the first step, or none: the schema cannot change under the write lock
                changes += rows.changes if step.counts else 0
                if step.keep:
                    kept[step.keep] = await _all(rows, step.key if step.first_only else ())
                    if step.once:
                        _check_once(kept[step.keep], step.key, step.once)
                if step.is_result:
                    result = rows
                else:
                    await rows.close()
            assert result is not None
            if kept:
                await result.materialize()
    except LockConflict as conflict:
        if isinstance(analyzed.plan, plan.Merge) and isinstance(step.plan, plan.Insert):
            conflict.meanwhile = partial(_refuse_duplicate, session, analyzed, (step, own), given, kept)
        raise
    finally:
        session.context.kept_rows = before
        if fires:
            state_of(session.context).level = level
    result.changes = changes
    return result


class _Undone(Exception):
    """Not an error: what was tried is to be undone."""


async def _refuse_duplicate(session: "Session", analyzed: Analyzed, step: tuple[Step, list[Stored]],
                            given: tuple[Sequence[Stored], Sequence[tuple[str, str]]], kept: dict[int, Any]) -> None:
    """23505 if somebody has inserted meanwhile what the INSERT of a MERGE was about to: PostgreSQL does not look for a row
    to match once more. Otherwise the MERGE runs again, from its beginning."""
    transaction = session.block.ensure()
    if transaction.isolation is not Isolation.READ_COMMITTED:
        return
    session.context.kept_rows = kept
    try:
        async with transaction.atomic():
            await _run_step(session, transaction, *step, analyzed, given)
            raise _Undone
    except (_Undone, LockConflict):
        pass
    finally:
        session.context.kept_rows = {}


async def _run_step(session: "Session", transaction: Any, step: Step, values: list[Stored], analyzed: Analyzed,
                    given: tuple[Sequence[Stored], Sequence[tuple[str, str]]]) -> Rows | None:
    part = replace(analyzed, lowered=step.lowered, plan=step.plan)
    if step.locks is not None:
        from executor.locking import run_locking

        return await run_locking(session, transaction, step, values, part, given)
    statement = session.statement_of(part)
    if statement.writes and sum(map(len, session.context.kept_rows.values())) > FEW_ROWS:
        statement = _over_many_rows(statement)
    return await session.run_statement(transaction, statement, values, part, only=False)


@lru_cache(maxsize=100)
def _over_many_rows(statement: Statement) -> Statement:
    """A statement under another name, since it may take long now that many rows have been kept."""
    needs = tuple(replace_field(need, few=False) if isinstance(need, TableFunction) else need for need in statement.needs)
    return replace_field(statement, sql=f"{statement.sql} -- of many rows", needs=needs)


def _is_needed(kept: dict[int, list[tuple[Any, ...]]], number: int, column: int, value: int) -> bool:
    return any(row[column] == value for row in kept[number])


def _check_once(rows: list[tuple[Any, ...]], key: tuple[int, ...], actions: tuple[int, ...]) -> None:
    """21000 if a MERGE would change a row twice."""
    seen: set[Any] = set()
    for row in rows:
        if row[1] in actions:
            address = tuple(row[i] for i in key)
            if address in seen:
                raise CardinalityViolation("MERGE command cannot affect row a second time",
                                           hint="Ensure that not more than one source row matches any one target row.")
            seen.add(address)


async def _all(rows: Rows, key: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """The rows of a step. key: only those with new values in these columns, as a row is changed once however often it was
    met."""
    found: list[tuple[Any, ...]] = []
    seen: set[Any] = set()
    while chunk := await rows.fetch(CHUNK_ROWS):
        for row in chunk:
            address = tuple([row[i] for i in key])
            if not key or address not in seen:
                found.append(row)
                if key:
                    seen.add(address)
    return found
