"""Runs a statement that takes several SQLite statements (see executor.lower.steps): all of them, or none."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor.analysis import Analyzed, slot_values
from executor.sqlstates import CardinalityViolation
from executor.types.base import Stored
from storage.rows import Rows

if TYPE_CHECKING:
    from executor.session import Session

CHUNK_ROWS = 1000


async def run_steps(session: "Session", transaction: Any, analyzed: Analyzed, parameters: Sequence[Stored],
                    literals: Sequence[tuple[str, str]]) -> Rows | None:
    """The result, with the changes of all steps that count in the tag; None if the schema turned out to be another.

    Raises LiteralNeeded before anything has run. The rows kept from step to step are in memory, and go at the end.
    """
    steps = analyzed.lowered.steps
    values = [slot_values(step.lowered.slots, parameters, literals, session.context.env) for step in steps]
    kept = session.context.kept_rows = {}
    result: Rows | None = None
    changes = 0
    try:
        async with transaction.atomic():
            for step, given in zip(steps, values, strict=True):
                part = replace(analyzed, lowered=step.lowered, plan=step.plan)
                statement = step.lowered.statement
                if step.lowered.system:
                    from executor.systemtables import system_tables

                    statement = system_tables(session, part)
                rows = await session.run_statement(transaction, statement, given, part, only=False)
                if rows is None:
                    return None  # so says the first step, or none: the schema cannot change under the write lock
                changes += rows.changes if step.counts else 0
                if step.keep:
                    kept[step.keep] = await _all(rows, step.first_only)
                    if step.once:
                        _check_once(kept[step.keep], step.once)
                if step.is_result:
                    result = rows
                else:
                    await rows.close()
    finally:
        session.context.kept_rows = {}
    assert result is not None
    result.changes = changes
    return result


def _check_once(rows: list[tuple[Any, ...]], actions: tuple[int, ...]) -> None:
    """21000 if a MERGE would change a row twice."""
    seen: set[Any] = set()
    for row in rows:
        if row[1] in actions:
            if row[0] in seen:
                raise CardinalityViolation("MERGE command cannot affect row a second time",
                                           hint="Ensure that not more than one source row matches any one target row.")
            seen.add(row[0])


async def _all(rows: Rows, first_only: bool) -> list[tuple[Any, ...]]:
    """The rows of a step. first_only: those whose first column is new, as a row is changed once however often it was met."""
    found: list[tuple[Any, ...]] = []
    seen: set[Any] = set()
    while chunk := await rows.fetch(CHUNK_ROWS):
        for row in chunk:
            if not first_only or row[0] not in seen:
                found.append(row)
                if first_only:
                    seen.add(row[0])
    return found
