"""Rewrites of a query that SQLite lacks words for, one function each, in the order of PASSES.

A pass takes a query of one level and gives an equal one; inner queries get their own turn when they are printed.
"""

from collections.abc import Callable

from executor import plan, walk
from executor.errors import not_supported
from executor.facts import lookup
from executor.lower.generator import Generator
from executor.lower.grouping_sets import grouping_sets
from executor.lower.levels import aggregates_below, numbered_after_sorting, volatile_below, volatile_groups
from executor.lower.rewriting import new_entry, numbers_inside, replace
from executor.lower.set_returning import project_set
from executor.plan import ColumnRef, Expr, Query, QueryEntry, Select, SortKey, Target
from executor.types import oids as T


def prepare(q: Query, g: Generator) -> Query:
    """The query after all passes."""
    for change in PASSES:
        q = change(q, g)
    return q


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
    if q.limit is None:
        return replace(q, with_ties=False)
    bound = limit = q.limit
    q = _as_rows(q, g)
    entry, width = _ranked(q, g, "rank", ())
    last = len(entry.columns) - 1
    if q.offset is not None:
        plus = lookup.operator_by_signature("+", T.INT8, T.INT8)
        assert plus is not None
        bound = plan.Call(type=T.INT8, function=lookup.functions_by_oid()[plus.function], arguments=(limit, q.offset))
    number = ColumnRef(type=T.INT8, entry=entry.number, index=last, name="n")
    # The limit stays, for its value to be checked (executor.lower.query.limits).
    return replace(_outer(q, entry, width, _compare("<=", number, bound)), offset=q.offset, limit=q.limit, with_ties=True)


def _as_rows(q: Query, g: Generator) -> Select:
    """A query whose rows are made by DISTINCT or a set operation as one that selects those rows, to be numbered."""
    if isinstance(q, Select) and q.distinct_on is None:
        return q
    body = replace(q, order=(), limit=None, offset=None, with_ties=False, ctes=())
    columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in body.targets)
    entry = QueryEntry(number=new_entry(g), alias="", query=body, columns=columns)
    outputs = {walk.key(t.expr): ColumnRef(type=t.expr.type, typmod=t.expr.typmod, entry=entry.number, index=i, name=t.name)
               for i, t in enumerate(q.targets)}
    targets = tuple(replace(t, expr=replace(outputs[walk.key(t.expr)], index=i)) for i, t in enumerate(q.targets))
    order = tuple(replace(k, expr=outputs[walk.key(k.expr)]) for k in q.order)
    return Select(targets=targets, source=(entry,), order=order, limit=q.limit, offset=q.offset, ctes=q.ctes)


def correlated_limit(q: Query, g: Generator) -> Query:
    """LIMIT and OFFSET that use columns of an enclosing query, which SQLite's cannot: rows are numbered instead."""
    bounds = [e for e in (q.limit, q.offset) if e is not None]
    own = numbers_inside(tuple(bounds))
    if not any(isinstance(e, ColumnRef) and e.entry not in own for b in bounds for e in walk.descend(b)):
        return q
    if not isinstance(q, Select) or q.distinct_on is not None or q.with_ties:
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


PASSES: tuple[Callable[[Query, Generator], Query], ...] = (
    volatile_groups, grouping_sets, aggregates_below, volatile_below, project_set, numbered_after_sorting,
    distinct_on, with_ties, correlated_limit)
