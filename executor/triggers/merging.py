"""MERGE into a table whose triggers fire: the rows of the join are dealt with in their order, each by its clause."""

from collections.abc import Iterator
from typing import Any

from executor.context import Context
from executor.triggers.calls import guarded
from executor.triggers.firing import Row
from executor.triggers.program import MergeProgram
from executor.triggers.run import Change
from storage.errors import EngineError

EVENTS = ("INSERT", "UPDATE", "DELETE")


def run_merge(program: MergeProgram, context: Context, own: Row) -> list[Any]:
    """The rows of RETURNING. own: the parameters of the whole statement."""
    clauses = [Change(clause, context, own, number=i) for i, clause in enumerate(program.clauses)]
    first = clauses[0]
    for clause in clauses[1:]:
        clause.calls, clause.moved, clause.written = first.calls, first.moved, first.written
        clause.levels, clause.order = first.levels, first.order
    try:
        found = _run(program, clauses)
    except EngineError as error:
        raise guarded(error, context) from error
    context.nested.report(sum(clause.count for clause in clauses))
    return found


def _run(program: MergeProgram, clauses: list[Change]) -> list[Any]:
    first = clauses[0]
    by_event = {event: change for event in EVENTS for change in clauses if change.program.event == event}
    events = [event for event in EVENTS if event in by_event]
    for event in events:
        by_event[event].statement_triggers("BEFORE", event)
    found_rows: list[tuple[Any, Change, Row]] = [(row[-1], c, row[:-1]) for c in clauses for row in c.rows()]
    rows = sorted(found_rows, key=lambda item: item[0])

    def work() -> None:
        for _, clause, row in rows:
            clause.changer(clause, row)

    tables = {table.key: table for clause in clauses for table in clause.watched()}
    first.guarded(list(tables.values()), work)
    returned: list[Iterator[Any]] = [iter(clause.returned()) for clause in clauses]
    found = [next(returned[number]) for number in first.order]
    for event in reversed(events):
        by_event[event].statement_triggers("AFTER", event)
    first.fire()
    return found
