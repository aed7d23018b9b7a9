"""The rule that every column of a grouped query is grouped, aggregated, or determined by a grouped primary key."""

from executor import plan
from executor.bind.scope import Scope
from executor.bind.statement import Statement
from executor.plan import AggregateCall, ColumnRef, Expr, Select
from executor.sqlstates import GroupingError


def check_grouping(s: Statement, scope: Scope, query: Select) -> None:
    """42803 for a column that is neither grouped nor aggregated."""
    own = {item.entry.number: item for item in scope.items if item.entry is not None}
    keys = {plan.key(g) for g in query.group}
    grouped_columns = {(g.entry, g.index) for g in query.group if isinstance(g, ColumnRef)}
    determined = {number for number, item in own.items() if _determined(item.entry, number, grouped_columns)}

    def check(expr: Expr, subquery: bool) -> None:
        if plan.key(expr) in keys:
            return
        if isinstance(expr, AggregateCall) and expr.window is None:
            return
        if isinstance(expr, ColumnRef):
            if expr.entry in own and expr.entry not in determined:
                item = own[expr.entry]
                where = "subquery uses ungrouped column" if subquery else "column"
                shown = f'"{item.alias}.{expr.name}"' if item.alias else f'"{expr.name}"'
                if subquery:
                    raise GroupingError(f"{where} {shown} from outer query", position=expr.position or None)
                raise GroupingError(f"{where} {shown} must appear in the GROUP BY clause or be used in an aggregate function",
                                    position=expr.position or None)
            return
        if isinstance(expr, plan.Subquery):
            for value in expr.value:
                check(value, subquery)
            for inner in plan.descend(expr.query):
                if isinstance(inner, ColumnRef):
                    check(inner, True)
            return
        for child in plan.children(expr):
            check(child, subquery)

    for target in query.targets:
        check(target.expr, False)
    if query.having is not None:
        check(query.having, False)
    for key in query.order:
        check(key.expr, False)
    for on in query.distinct_on or ():
        check(on, False)


def _determined(entry: plan.RangeEntry | None, number: int, grouped: set[tuple[int, int]]) -> bool:
    """True if the entry's primary key is grouped."""
    if not isinstance(entry, plan.TableEntry) or entry.relation.primary_key is None:
        return False
    numbers = [c.number for c in entry.relation.columns]
    return all((number, numbers.index(c)) in grouped for c in entry.relation.primary_key.columns)
