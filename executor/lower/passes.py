"""Rewrites of a query that SQLite lacks words for, one function each, in the order of PASSES.

A pass takes a query of one level and gives an equal one; inner queries get their own turn when they are printed.
"""

from collections.abc import Callable
from typing import Any

from executor import plan, walk
from executor.errors import not_supported
from executor.facts import lookup
from executor.lower.generator import Generator
from executor.lower.grouping_sets import grouping_sets
from executor.lower.rewriting import new_entry, replace, rewrite
from executor.plan import ColumnRef, Expr, FunctionEntry, Query, QueryEntry, Select, SortKey, Target
from executor.types import oids as T


def prepare(q: Query, g: Generator) -> Query:
    """The query after all passes."""
    for change in PASSES:
        q = change(q, g)
    return q


# ---------------------------------------------------------------- set-returning functions in the target list


def project_set(q: Query, g: Generator) -> Query:
    """SELECT f(x) with a set-returning f: the calls move to FROM, side by side, after grouping if there is any."""
    if not isinstance(q, Select):
        return q
    calls = _set_calls(tuple(t.expr for t in q.targets))
    if not calls:
        return q
    if q.aggregated or _has_window(q) or q.distinct_on is not None:
        q = _split(q, calls, g)
        calls = _set_calls(tuple(t.expr for t in q.targets))
    number = new_entry(g)
    columns = tuple((f"c{i}", c.type, c.typmod) for i, c in enumerate(calls))
    entry = FunctionEntry(number=number, alias="", columns=columns, calls=tuple(calls), widths=(1,) * len(calls), lateral=True)
    found = {walk.key(c): ColumnRef(type=c.type, typmod=c.typmod, entry=number, index=i, name=f"c{i}")
             for i, c in enumerate(calls)}

    def change(expr: Expr) -> Expr | None:
        return found.get(walk.key(expr)) if isinstance(expr, plan.Call) and expr.function.returns_set else None

    return replace(q, targets=rewrite(q.targets, change), order=rewrite(q.order, change), source=(*q.source, entry))


def _set_calls(exprs: tuple[Expr, ...]) -> list[plan.Call]:
    found: dict[Any, plan.Call] = {}
    stack = list(reversed(exprs))
    while stack:
        expr = stack.pop()
        if isinstance(expr, plan.Call) and expr.function.returns_set:
            if any(isinstance(e, plan.Call) and e.function.returns_set for a in expr.arguments for e in walk.descend(a)):
                raise not_supported("nested set-returning functions", position=expr.position or None)
            if len(expr.function.outputs) > 1:
                raise not_supported(f"function {expr.function.name} in the target list", position=expr.position or None)
            found.setdefault(walk.key(expr), expr)
            continue
        if isinstance(expr, (plan.Case, plan.Coalesce)) and _set_calls(tuple(walk.children(expr))):
            raise not_supported("set-returning functions in CASE or COALESCE", position=expr.position or None)
        stack.extend(reversed(list(walk.children(expr))))
    return list(found.values())


def _has_window(q: Select) -> bool:
    return any(isinstance(e, plan.AggregateCall) and e.window is not None for t in q.targets for e in walk.descend(t.expr))


def _split(q: Select, calls: list[plan.Call], g: Generator) -> Select:
    """Grouping, windows and DISTINCT below; the set-returning calls over their outputs above."""
    if q.distinct_on is not None:
        raise not_supported("set-returning functions with DISTINCT")
    number = new_entry(g)
    inner: list[Target] = []
    outputs: dict[Any, ColumnRef] = {}

    def below(expr: Expr) -> Expr:
        wanted = walk.key(expr)
        if wanted not in outputs:
            outputs[wanted] = ColumnRef(type=expr.type, typmod=expr.typmod, entry=number, index=len(inner), name=f"c{len(inner)}")
            inner.append(Target(expr=expr, name=f"c{len(inner)}"))
        return outputs[wanted]

    def above(expr: Expr) -> Expr:
        if not _set_calls((expr,)):
            return expr if isinstance(expr, plan.Const) else below(expr)
        if isinstance(expr, plan.Call):
            return replace(expr, arguments=tuple(above(a) for a in expr.arguments))
        raise not_supported("set-returning functions inside this expression of a grouped query", position=expr.position or None)

    targets = tuple(replace(t, expr=above(t.expr)) for t in q.targets)
    order = tuple(replace(k, expr=above(k.expr)) for k in q.order)
    body = replace(q, targets=(), order=(), limit=None, offset=None, with_ties=False, ctes=())
    body = replace(body, targets=tuple(inner) or (Target(expr=plan.Const(type=T.INT4, value=1), name="c0"),))
    entry = QueryEntry(number=number, alias="", query=body,
                       columns=tuple((t.name, t.expr.type, t.expr.typmod) for t in body.targets))
    return Select(targets=targets, source=(entry,), order=order, limit=q.limit, offset=q.offset, with_ties=q.with_ties,
                  ctes=q.ctes)


# ---------------------------------------------------------------- DISTINCT ON, WITH TIES


def _ranked(q: Select | plan.SetOperation, g: Generator, function: str, partition: tuple[Expr, ...]) -> tuple[QueryEntry, int]:
    """The query with its sort keys and a row_number() or rank() as further outputs."""
    (fact,) = [f for f in lookup.functions_by_name()[function] if f.kind == "w"]
    number = plan.AggregateCall(type=T.INT8, function=fact, arguments=(),
                                window=plan.Window(partition=partition, order=q.order))
    keys = tuple(Target(expr=k.expr, name="k") for k in q.order)
    body = replace(q, targets=(*q.targets, *keys, Target(expr=number, name="n")), order=(), limit=None, offset=None,
                   with_ties=False, ctes=())
    if isinstance(body, Select) and function == "row_number":
        body = replace(body, distinct_on=None)
    columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in body.targets)
    return QueryEntry(number=new_entry(g), alias="", query=body, columns=columns), len(q.targets)


def _outer(q: Query, entry: QueryEntry, width: int, where: Expr) -> Select:
    def output(i: int) -> ColumnRef:
        name, oid, typmod = entry.columns[i]
        return ColumnRef(type=oid, typmod=typmod, entry=entry.number, index=i, name=name)

    targets = tuple(replace(t, expr=output(i)) for i, t in enumerate(q.targets))
    order = tuple(SortKey(expr=output(width + i), descending=k.descending, nulls_first=k.nulls_first)
                  for i, k in enumerate(q.order))
    return Select(targets=targets, source=(entry,), where=where, order=order, ctes=q.ctes)


def _compare(name: str, left: Expr, right: Expr) -> plan.Call:
    operator = lookup.operator_by_signature(name, T.INT8, T.INT8)
    assert operator is not None
    return plan.Call(type=T.BOOL, function=lookup.functions_by_oid()[operator.function], arguments=(left, right), operator=name)


def distinct_on(q: Query, g: Generator) -> Query:
    """DISTINCT ON (a): the first row of each partition by a, in the query's order."""
    if not isinstance(q, Select) or not q.distinct_on:
        return q
    if q.with_ties:
        raise not_supported("DISTINCT ON with FETCH ... WITH TIES")
    entry, width = _ranked(q, g, "row_number", q.distinct_on)
    last = len(entry.columns) - 1
    number = ColumnRef(type=T.INT8, entry=entry.number, index=last, name="n")
    outer = _outer(q, entry, width, _compare("=", number, plan.Const(type=T.INT8, value=1)))
    return replace(outer, limit=q.limit, offset=q.offset)


def with_ties(q: Query, g: Generator) -> Query:
    """FETCH FIRST n ROWS WITH TIES: the rows whose rank() is at most offset + n."""
    if not q.with_ties:
        return q
    if not isinstance(q, Select):
        raise not_supported("FETCH ... WITH TIES of a set operation")
    if q.limit is None:
        return replace(q, with_ties=False)
    entry, width = _ranked(q, g, "rank", ())
    last = len(entry.columns) - 1
    bound: Expr = q.limit
    if q.offset is not None:
        plus = lookup.operator_by_signature("+", T.INT8, T.INT8)
        assert plus is not None
        bound = plan.Call(type=T.INT8, function=lookup.functions_by_oid()[plus.function], arguments=(q.limit, q.offset))
    number = ColumnRef(type=T.INT8, entry=entry.number, index=last, name="n")
    return replace(_outer(q, entry, width, _compare("<=", number, bound)), offset=q.offset)


def correlated_limit(q: Query, g: Generator) -> Query:
    """LIMIT and OFFSET that use columns of an enclosing query, which SQLite's cannot: rows are numbered instead."""
    bounds = [e for e in (q.limit, q.offset) if e is not None]
    if not any(isinstance(e, ColumnRef) for b in bounds for e in walk.descend(b)):
        return q
    if not isinstance(q, Select) or q.distinct_on is not None:
        raise not_supported("LIMIT or OFFSET with a column of an enclosing query here")
    entry, width = _ranked(q, g, "row_number", ())
    number = ColumnRef(type=T.INT8, entry=entry.number, index=len(entry.columns) - 1, name="n")
    tests: list[Expr] = []
    offset: Expr = plan.Coalesce(type=T.INT8, arguments=(q.offset, plan.Const(type=T.INT8, value=0))) if q.offset is not None \
        else plan.Const(type=T.INT8, value=0)
    if q.limit is not None:
        plus = lookup.operator_by_signature("+", T.INT8, T.INT8)
        assert plus is not None
        bound = plan.Call(type=T.INT8, function=lookup.functions_by_oid()[plus.function], arguments=(q.limit, offset))
        unlimited = plan.IsTest(type=T.BOOL, test="null", negated=False, argument=q.limit)
        tests.append(plan.BoolOp(type=T.BOOL, operator="OR", arguments=(unlimited, _compare("<=", number, bound))))
    tests.append(_compare(">", number, offset))
    where = tests[0] if len(tests) == 1 else plan.BoolOp(type=T.BOOL, operator="AND", arguments=tuple(tests))
    return _outer(q, entry, width, where)


PASSES: tuple[Callable[[Query, Generator], Query], ...] = (grouping_sets, project_set, distinct_on, with_ties, correlated_limit)
