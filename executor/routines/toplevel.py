"""A client's SELECT whose outputs are calls of routines: its rows are computed first, then the routines are called with them.

The calls run in a SessionHost, so their bodies may wait for locks in their midst, and change what the SELECT reads. So run
SELECTs without FROM, and those with one of which it has turned out that a routine changes data. All other calls are made by
SQLite, in the middle of the statement (executor.routines.call).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from executor import plan, walk
from executor.analysis import Analyzed, slot_values
from executor.catalog.routines import IS_ROUTINE
from executor.lower.generator import Lowered
from executor.lower.statement import lower
from executor.routines.call import nothing, run_routine
from executor.routines.hosts import SessionHost
from executor.translate import translate
from executor.types import oids as T
from executor.types.base import Stored
from executor.types.made import fields_of
from executor.types.record import dump_fields
from executor.waiting import run_waiting
from storage.errors import EngineError
from storage.rows import Rows

if TYPE_CHECKING:
    from executor.session import Session


class CallOutput(msgspec.Struct, frozen=True):
    """An output that is a call: its arguments are these columns of the rows."""

    oid: int
    types: tuple[int, ...]
    result: int
    strict: bool
    columns: tuple[int, ...]


class Split(msgspec.Struct, frozen=True):
    """A SELECT in two parts. outputs: a column of the rows, or a call. alone: it has no FROM."""

    lowered: Lowered
    plan: plan.Select
    outputs: tuple[int | CallOutput, ...]
    alone: bool


def split_of(analyzed: Analyzed) -> Split | None:
    """The two parts; None if the statement is not of this form."""
    found = analyzed.__dict__.get("split", analyzed)
    if found is analyzed:
        found = analyzed.__dict__["split"] = _split(analyzed)
    return found  # type: ignore[no-any-return]


def _split(analyzed: Analyzed) -> Split | None:
    p = analyzed.plan
    if not isinstance(p, plan.Select) or not any(_is_call(t.expr) for t in p.targets) or analyzed.lowered.steps:
        return None
    if p.aggregated or p.group or p.distinct_on is not None or p.ctes or p.locking:
        return None
    inner: list[plan.Target] = []
    outputs: list[int | CallOutput] = []
    for target in p.targets:
        expr = target.expr
        if not _is_call(expr) or target.hidden:
            outputs.append(len(inner))
            inner.append(target)
            continue
        assert isinstance(expr, plan.Call)
        columns = tuple(range(len(inner), len(inner) + len(expr.arguments)))
        inner += [plan.Target(expr=a, name=f"a{i}") for i, a in enumerate(expr.arguments)]
        outputs.append(CallOutput(expr.function.oid, tuple(a.type for a in expr.arguments), expr.type, expr.function.strict,
                                  columns))
    rest = replace(p, targets=tuple(inner) or (plan.Target(expr=plan.Const(type=T.INT4, value=1), name="x"),))
    if any(_is_routine(e) for e in walk.descend(rest)):
        return None
    if any(isinstance(e, plan.Call) and e.function.returns_set for t in rest.targets for e in walk.descend(t.expr)):
        return None
    if p.order and any(target.hidden and _is_call(target.expr) for target in p.targets):
        return None
    return Split(_exact(rest, analyzed), rest, tuple(outputs), not p.source and p.where is None)


def _exact(rest: plan.Select, analyzed: Analyzed) -> Lowered:
    from executor.lower.generator import Generator
    from executor.lower.query import query

    found = lower(rest, analyzed.catalog)
    if found.steps:
        return found
    generator = Generator()
    return generator.finish(query(generator, rest), writes=found.statement.writes)


def _is_routine(expr: plan.Expr) -> bool:
    return isinstance(expr, plan.Call) and expr.function.source == IS_ROUTINE


def _is_call(expr: plan.Expr) -> bool:
    return isinstance(expr, plan.Call) and expr.function.source == IS_ROUTINE and not expr.function.returns_set


async def run_split(session: "Session", transaction: Any, analyzed: Analyzed, split: Split, parameters: Sequence[Stored],
                    literals: Sequence[tuple[str, str]]) -> Rows | None:
    """All rows; None if the schema is not the one the plan was made for."""
    part = replace(analyzed, lowered=split.lowered, plan=split.plan, needs_writer=False)
    if split.lowered.steps:
        from executor.steps import run_steps

        rows = await run_waiting(session, lambda: run_steps(session, transaction, part, parameters, literals))
    else:
        values = slot_values(split.lowered.slots, parameters, literals, session.context.env)
        statement = session.statement_of(part)
        rows = await run_waiting(session, lambda: session.run_statement(transaction, statement, values, part, only=False))
    if rows is None:
        return None
    found: list[tuple[Any, ...]] = []
    while chunk := await session.fetch(rows, 10_000):
        found += chunk
    try:
        with session.block.timeout():
            return Rows(len(split.outputs), [await _row(session, analyzed, split, row) for row in found])
    except EngineError as error:
        raise translate(error, session.context.catalog) from None


async def _row(session: "Session", analyzed: Analyzed, split: Split, row: tuple[Any, ...]) -> tuple[Any, ...]:
    host = SessionHost(session, atomic=True)
    outputs: list[Stored] = []
    for output in split.outputs:
        if isinstance(output, int):
            outputs.append(row[output])
            continue
        arguments = [row[i] for i in output.columns]
        if output.strict and None in arguments:
            outputs.append(None)
            continue
        catalog = session.context.catalog
        routine = catalog.routines_by_oid.get(output.oid) or analyzed.catalog.routines_by_oid[output.oid]
        results = await run_routine(host, session.context, routine, output.types, output.result, arguments)
        value = results[0] if results else nothing(routine, output.result)
        if isinstance(value, tuple):
            value = dump_fields(value, [f.type for f in fields_of(output.result) or ()])
        outputs.append(value)
    return tuple(outputs)
