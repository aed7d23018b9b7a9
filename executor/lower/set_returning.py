"""Set-returning functions in the target list: the calls move to FROM, those of one level side by side.

A call inside another call's arguments comes first, and the outer one runs for each of its rows. What is grouped by is
expanded before grouping; every other call over the rows of groups and windows.
"""

from typing import Any

from executor import plan, walk
from executor.bind.volatility import volatility
from executor.errors import not_supported
from executor.lower.generator import Generator
from executor.lower.rewriting import new_entry, replace, rewrite
from executor.plan import ColumnRef, Expr, FunctionEntry, Query, QueryEntry, Select, Target
from executor.types import oids as T
from executor.types.made import fields_of


def project_set(q: Query, g: Generator) -> Query:
    """The pass: a query whose target list, ORDER BY and GROUP BY have no set-returning functions."""
    if not isinstance(q, Select):
        return q
    if q.aggregated and any(map(contains, q.group)):
        q = _expanded(q, q.group, g)
    exprs = (*(t.expr for t in q.targets), *(k.expr for k in q.order), *(q.distinct_on or ()))
    if not any(map(contains, exprs)):
        return q
    if q.aggregated or _has_window(q) or q.distinct_on:
        q = _split(q, g)
    return _expanded(q, None, g)


def contains(expr: Expr) -> bool:
    """True if a set-returning function is called inside (not in a subquery)."""
    return _is_set(expr) or any(map(contains, walk.children(expr)))


def _is_set(expr: Expr) -> bool:
    return isinstance(expr, plan.Call) and expr.function.returns_set


def _expanded(q: Select, exprs: tuple[Expr, ...] | None, g: Generator) -> Select:
    """The query with the calls in these expressions (None: in targets and order) in FROM, one level after the other."""
    while True:
        within = exprs if exprs is not None else (*(t.expr for t in q.targets), *(k.expr for k in q.order))
        calls = _innermost(within)
        if not calls:
            return q
        number = new_entry(g)
        columns = tuple((f"c{i}", oid, typmod) for i, (oid, typmod) in enumerate(c for call in calls for c in _columns(call)))
        entry = FunctionEntry(number=number, alias="", columns=columns, calls=tuple(calls),
                              widths=tuple(len(_columns(call)) for call in calls), lateral=True)
        found = _replacements(calls, number)

        def change(expr: Expr, found: dict[Any, Expr] = found) -> Expr | None:
            if isinstance(expr, plan.Field) and isinstance(row := found.get(_key(expr.argument)), plan.Row):
                return row.fields[expr.index]
            return found.get(_key(expr)) if _is_set(expr) else None

        q = replace(q, source=(*q.source, entry), **{
            name: rewrite(getattr(q, name), change) for name in ("targets", "order", "group", "having", "distinct_on")})
        exprs = rewrite(exprs, change) if exprs is not None else None


def _columns(call: plan.Call) -> list[tuple[int, int]]:
    """(type, typmod) of what a call gives: its columns, where the function has several."""
    fields = fields_of(call.type) if len(call.function.outputs) > 1 else None
    return [(call.type, call.typmod)] if fields is None else [(f.type, f.typmod) for f in fields]


def _replacements(calls: list[plan.Call], number: int) -> dict[Any, Expr]:
    """What stands for each call: a column of entry `number`, or a row of columns."""
    found: dict[Any, Expr] = {}
    at = 0
    for call in calls:
        refs = tuple(ColumnRef(type=oid, typmod=typmod, entry=number, index=at + i, name=f"c{at + i}")
                     for i, (oid, typmod) in enumerate(_columns(call)))
        at += len(refs)
        several = len(call.function.outputs) > 1
        found[_key(call)] = plan.Row(type=call.type, fields=refs, names=tuple(
            name for name, _ in call.function.outputs)) if several else refs[0]
    return found


def _key(expr: Expr) -> Any:
    """What makes two expressions one: their meaning, but a volatile one is computed wherever it stands."""
    return ("volatile", id(expr)) if volatility(expr) == "v" else walk.key(expr)


def _innermost(exprs: tuple[Expr, ...]) -> list[plan.Call]:
    """The calls without calls in their arguments, each once."""
    found: dict[Any, plan.Call] = {}
    stack = list(reversed(exprs))
    while stack:
        expr = stack.pop()
        if isinstance(expr, plan.Call) and expr.function.returns_set and not any(map(contains, expr.arguments)):
            found.setdefault(_key(expr), expr)
            continue
        stack.extend(reversed(list(walk.children(expr))))
    calls = list(found.values())
    rows = next((call for call in calls if len(call.function.outputs) > 1), None)
    if rows is not None and (len(calls) > 1 or fields_of(rows.type) is None):
        # Beside a longer set its last rows would be NULL, not rows of NULLs.
        raise not_supported(f"function {rows.function.name} in the target list", position=rows.position or None)
    return calls


def _has_window(q: Select) -> bool:
    exprs = (*(t.expr for t in q.targets), *(k.expr for k in q.order), *(q.distinct_on or ()))
    return any(isinstance(e, plan.AggregateCall) and e.window is not None for expr in exprs for e in walk.descend(expr))


def _split(q: Select, g: Generator) -> Select:
    """Grouping, windows and DISTINCT ON below; the set-returning calls over their outputs above."""
    number = new_entry(g)
    inner: list[Target] = []
    outputs: dict[Any, ColumnRef] = {}

    def above(expr: Expr) -> Expr | None:
        if contains(expr):
            if isinstance(expr, plan.AggregateCall):
                raise not_supported("set-returning functions in a window", position=expr.position or None)
            return None
        if isinstance(expr, plan.Const):
            return expr
        wanted = _key(expr)
        if wanted not in outputs:
            outputs[wanted] = ColumnRef(type=expr.type, typmod=expr.typmod, entry=number, index=len(inner),
                                        name=f"c{len(inner)}")
            inner.append(Target(expr=expr, name=f"c{len(inner)}"))
        return outputs[wanted]

    targets, order, distinct_on = rewrite(q.targets, above), rewrite(q.order, above), rewrite(q.distinct_on, above)
    body = replace(q, targets=(), order=(), limit=None, offset=None, with_ties=False, distinct_on=None, ctes=())
    if q.distinct_on and q.order and not any(map(contains, (*q.distinct_on, *(k.expr for k in q.order)))):
        # PostgreSQL sorts first and makes the sets of the rows that are left.
        body, distinct_on = replace(body, order=q.order, distinct_on=q.distinct_on), None
    body = replace(body, targets=tuple(inner) or (Target(expr=plan.Const(type=T.INT4, value=1), name="c0"),))
    entry = QueryEntry(number=number, alias="", query=body,
                       columns=tuple((t.name, t.expr.type, t.expr.typmod) for t in body.targets))
    return Select(targets=targets, source=(entry,), order=order, limit=q.limit, offset=q.offset, with_ties=q.with_ties,
                  ctes=q.ctes, distinct_on=distinct_on)
