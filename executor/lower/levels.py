"""Queries cut in two: what must be computed by itself goes into a subquery, the rest of the query reads its outputs.

SQLite takes an aggregate or a window function for that of the innermost SELECT around it, and computes an expression
wherever it is named. So aggregates and window functions go below where an expression around them is printed as a SELECT,
or where a pass numbers the rows of their query; and volatile GROUP BY expressions, which are named in the outputs again.
"""

from collections.abc import Callable, Iterator
from typing import Any

from executor import plan, walk
from executor.bind.volatility import SEQUENCE_WRITERS, volatility
from executor.errors import not_supported
from executor.lower.generator import Generator
from executor.lower.outputs import Outputs, targets_of
from executor.lower.rewriting import new_entry, range_entries, replace, rewrite
from executor.plan import AggregateCall, ColumnRef, Expr, Grouping, Query, QueryEntry, Select
from executor.plan_json import PathCall
from executor.types import oids as T

PRINTED_AS_SELECT = (plan.Subquery, plan.ArrayCompare, plan.MinMax, plan.CheckDomain, plan.ArrayConvert, PathCall)
"""Expressions that executor.lower may print as a SELECT around their operands."""
ONE = plan.Const(type=T.INT4, value=1)


def volatile_groups(q: Query, g: Generator) -> Query:
    """The pass for GROUP BY expressions that are volatile: they are computed once a row, below."""
    if not isinstance(q, Select) or not any(volatility(e) == "v" for e in q.group):
        return q
    below = _Below(q, g, lambda expr: False)
    groups = tuple(below.outputs.add(expr) for expr in q.group)
    above = {walk.key(old): new for old, new in zip(q.group, groups, strict=True)}
    below.bottom = lambda expr: above.get(walk.key(expr))
    changed = below.rewritten((q.targets, q.order, q.having, q.distinct_on))
    body = Select(targets=below.targets(), source=q.source, where=q.where)
    return replace(q, targets=changed[0], order=changed[1], having=changed[2], distinct_on=changed[3], group=groups, where=None,
                   source=(below.entry(body),))


def aggregates_below(q: Query, g: Generator) -> Query:
    """The pass for aggregates and window functions inside of expressions that are printed as SELECTs."""
    if not isinstance(q, Select):
        return q
    exprs = (*(t.expr for t in q.targets), *(k.expr for k in q.order), *((q.having,) if q.having is not None else ()),
             *(q.distinct_on or ()))
    if q.aggregated and (any(_is_enclosed(expr, _is_plain) for expr in exprs) or _reaches_in(q, exprs)):
        q = _aggregates(q, g)
    numbered = bool(q.distinct_on) or q.with_ties
    if any(_is_enclosed(expr, _is_window) or (numbered and _has(expr, _is_window)) for expr in exprs):
        q = _windows(q, g)
    return q


def volatile_operands(expr: Expr) -> list[Expr]:
    """Volatile calls whose values SQLite would compute twice, or once for all rows: operands of what is named again or
    printed as a SELECT that uses no column."""
    found: list[Expr] = []
    for e in walk.own(expr):
        operands: tuple[Expr, ...] = ()
        if isinstance(e, PRINTED_AS_SELECT):
            operands = tuple(walk.children(e))
        elif isinstance(e, plan.NullIf):
            operands = (e.first,)
        elif isinstance(e, plan.Case) and e.subject is not None:
            operands = (e.subject,)
        found += [o for operand in operands for o in walk.own(operand)
                  if isinstance(o, plan.Call) and o.function.volatility == "v"]
    return found


def volatile_below(q: Query, g: Generator) -> Query:
    """The pass for such operands: they are computed once a row, below."""
    if not isinstance(q, Select) or not q.source or q.aggregated:
        return q
    exprs = (*(t.expr for t in q.targets), *(k.expr for k in q.order))
    moved = {id(e) for expr in exprs for e in volatile_operands(expr)}
    if q.where is not None and any(_varies(call) for call in volatile_operands(q.where)):
        raise not_supported("a volatile function in this place of a WHERE")
    if not moved:
        return q
    for call in (c for expr in exprs for c in _conditional(expr, False)):
        if id(call) in moved and call.function.name not in HARMLESS:
            raise not_supported(f"{call.function.name} in a branch of this expression", position=call.position or None)
    places: dict[int, ColumnRef] = {}

    def bottom(expr: Expr) -> Expr | None:
        if id(expr) in moved:
            if id(expr) not in places:
                places[id(expr)] = below.outputs.add(expr)
            return places[id(expr)]
        return below.outputs.reference(expr) if _is_window(expr) else None

    below = _Below(q, g, _is_window)
    below.bottom = bottom
    changed = below.rewritten((q.targets, q.order, q.distinct_on))
    body = Select(targets=below.targets(), source=q.source, where=q.where)
    return replace(q, targets=changed[0], order=changed[1], distinct_on=changed[2], where=None, source=(below.entry(body),))


RANDOM = frozenset({"random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7"})
HARMLESS = RANDOM | {"clock_timestamp", "timeofday"}
"""Volatile functions that may run more often than they are asked: nothing but their value comes of it."""


def _conditional(expr: Expr, inside: bool) -> Iterator[plan.Call]:
    """The calls that are only made if something else is so."""
    if inside and isinstance(expr, plan.Call):
        yield expr
    always: tuple[Expr | None, ...] = ()
    if isinstance(expr, plan.Case):
        always = (expr.subject, expr.whens[0][0])
    elif isinstance(expr, (plan.Coalesce, plan.BoolOp)):
        always = expr.arguments[:1]
    branches = isinstance(expr, (plan.Case, plan.Coalesce, plan.BoolOp))
    for child in walk.children(expr):
        yield from _conditional(child, inside or (branches and not any(child is each for each in always)))


VARYING = RANDOM | SEQUENCE_WRITERS
"""The volatile functions that give another value to each row, whatever their arguments are."""


def _varies(call: Expr) -> bool:
    return isinstance(call, plan.Call) and call.function.name in VARYING and not any(
        isinstance(e, ColumnRef) for e in walk.own(call))


def numbered_after_sorting(q: Query, g: Generator) -> Query:
    """The pass for sequences among the outputs of a query with ORDER BY: they count its rows in their order."""
    if not isinstance(q, Select) or not q.order or q.aggregated or q.distinct_on is not None or not any(
            _has(t.expr, _is_sequence) for t in q.targets):
        return q
    if any(_has(k.expr, _is_sequence) for k in q.order) or any(_has(t.expr, _is_window) for t in q.targets):
        return q
    below = _Below(q, g, lambda expr: False)
    (targets,) = below.rewritten((q.targets,))
    body = replace(q, targets=below.targets(), ctes=())
    return Select(targets=targets, source=(below.entry(body),), ctes=q.ctes)


def _is_sequence(expr: Expr) -> bool:
    return isinstance(expr, plan.Call) and expr.function.name in SEQUENCE_WRITERS


def _is_plain(expr: Expr) -> bool:
    return isinstance(expr, Grouping) or (isinstance(expr, AggregateCall) and expr.window is None)


def _is_window(expr: Expr) -> bool:
    return isinstance(expr, AggregateCall) and expr.window is not None


def _has(expr: Expr, wanted: Callable[[Expr], bool]) -> bool:
    return any(wanted(e) for e in walk.own(expr))


def _is_enclosed(expr: Expr, wanted: Callable[[Expr], bool]) -> bool:
    """True if such an expression is inside of one that is printed as a SELECT."""
    return any(isinstance(e, PRINTED_AS_SELECT) and _has(e, wanted) for e in walk.own(expr))


def _reaches_in(q: Select, exprs: tuple[Expr, ...]) -> bool:
    """True if subqueries have aggregates of this query."""
    own = range_entries(q.source)
    return any(isinstance(e, plan.OuterAggregate) and e.entry in own for e in walk.descend(exprs))


def _aggregates(q: Select, g: Generator) -> Select:
    """Grouping below; HAVING becomes the WHERE above."""
    groups = {walk.key(e) for e in q.group}
    below = _Below(q, g, lambda expr: _is_plain(expr) or walk.key(expr) in groups)
    changed = below.rewritten((q.targets, q.order, q.having, q.distinct_on))
    body = Select(targets=below.targets(), source=q.source, where=q.where, group=q.group, aggregated=True)
    return replace(q, targets=changed[0], order=changed[1], where=changed[2], distinct_on=changed[3], having=None, group=(),
                   aggregated=False, source=(below.entry(body),))


def _windows(q: Select, g: Generator) -> Select:
    """Window functions below, and grouping with them."""
    groups = {walk.key(e) for e in q.group}
    below = _Below(q, g, lambda expr: _is_window(expr) or _is_plain(expr) or walk.key(expr) in groups)
    changed = below.rewritten((q.targets, q.order, q.distinct_on))
    body = Select(targets=below.targets(), source=q.source, where=q.where, group=q.group, aggregated=q.aggregated,
                  having=q.having)
    return replace(q, targets=changed[0], order=changed[1], distinct_on=changed[2], where=None, having=None, group=(),
                   aggregated=False, source=(below.entry(body),))


class _Below:
    """The outputs of the lower of two queries. goes_below: which expressions are among them, beside columns."""

    def __init__(self, q: Select, g: Generator, goes_below: Callable[[Expr], bool]) -> None:
        self.outputs = Outputs(new_entry(g))
        self.own = range_entries(q.source)
        self.bottom: Callable[[Expr], Expr | None] = \
            lambda expr: self.outputs.reference(expr) if goes_below(expr) else None

    def rewritten(self, parts: tuple[Any, ...]) -> list[Any]:
        """Parts of the query over these outputs."""
        return [rewrite(part, self._above, self._column) for part in parts]

    def _above(self, expr: Expr) -> Expr | None:
        return self.bottom(expr) or self._column(expr)

    def _column(self, expr: Expr) -> Expr | None:
        """Also in subqueries, whose aggregates are their own but for OuterAggregate."""
        if isinstance(expr, plan.OuterAggregate) and expr.entry in self.own:
            return self.outputs.reference(expr.call)
        return self.outputs.reference(expr) if isinstance(expr, ColumnRef) and expr.entry in self.own else None

    def targets(self) -> tuple[plan.Target, ...]:
        """The lower query's target list."""
        return self.outputs.targets or targets_of([ONE])

    def entry(self, body: Select) -> QueryEntry:
        """The lower query in FROM."""
        columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in body.targets)
        return QueryEntry(number=self.outputs.number, alias="", query=body, columns=columns)
