"""Subquery expressions as SQLite text."""

from executor import plan, walk
from executor.bind.resolve import element_type
from executor.lower import functions
from executor.lower.expressions import equality, value
from executor.lower.generator import Generator
from executor.lower.set_returning import contains
from executor.sqlstates import CardinalityViolation
from storage.statement import Function


def subquery(g: Generator, expr: plan.Subquery) -> str:
    """A subquery in an expression."""
    from executor.lower.query import query

    sql = query(g, expr.query)
    return KINDS[expr.kind](g, expr, sql)


def _exists(g: Generator, expr: plan.Subquery, sql: str) -> str:
    return f"EXISTS ({sql})"


def _scalar(g: Generator, expr: plan.Subquery, sql: str) -> str:
    if at_most_one_row(expr.query):
        return f"({sql})"
    return f"(SELECT CASE WHEN count(*) > 1 THEN {g.need(SEVERAL)}() ELSE max(c0) END FROM ({sql} {_limit_two(expr.query)}))"


def _limit_two(query: plan.Query) -> str:
    return "" if query.limit is not None or query.offset is not None or query.with_ties else "LIMIT 2"


def _several() -> None:
    raise CardinalityViolation("more than one row returned by a subquery used as an expression")


SEVERAL = Function("pg_several_rows", _several, 0, False)


def at_most_one_row(query: plan.Query) -> bool:
    """True if the query cannot give two rows."""
    if isinstance(query.limit, plan.Const) and query.limit.lifted is None and query.limit.value in (0, 1) \
            and not query.with_ties:
        return True
    if not isinstance(query, plan.Select) or query.grouping_sets is not None or any(contains(t.expr) for t in query.targets):
        return False
    if query.aggregated and not query.group:
        return True
    if not query.source:
        return True
    if len(query.source) == 1 and isinstance(query.source[0], plan.ValuesEntry):
        return len(query.source[0].rows) == 1
    return len(query.source) == 1 and isinstance(query.source[0], plan.TableEntry) and _by_key(query.source[0], query.where)


def _by_key(entry: plan.TableEntry, where: plan.Expr | None) -> bool:
    """True if WHERE fixes every column of the primary key by equality."""
    key = entry.relation.primary_key
    if key is None or where is None:
        return False
    tests = where.arguments if isinstance(where, plan.BoolOp) and where.operator == "AND" else (where,)
    fixed = set()
    for test in tests:
        if isinstance(test, plan.Call) and test.operator == "=" and len(test.arguments) == 2:
            for side, other in (test.arguments, test.arguments[::-1]):
                if isinstance(side, plan.ColumnRef) and side.entry == entry.number and side.index >= 0 and not any(
                        isinstance(e, plan.ColumnRef) and e.entry == entry.number for e in walk.descend(other)):
                    fixed.add(entry.relation.columns[side.index].number)
    return set(key.columns) <= fixed


def _array(g: Generator, expr: plan.Subquery, sql: str) -> str:
    element = functions.plain_type(element_type(expr.type))
    return f"(SELECT {g.need(functions.array_collector(element))}(c0) FROM ({sql}))"


def _compares(g: Generator, expr: plan.Subquery, alias: str) -> list[str]:
    texts = []
    for i, compare in enumerate(expr.compare):
        g.placeholders.append(f"{alias}.c{i}")
        texts.append(value(g, compare))
        g.placeholders.pop()
    return texts


def _by_in(g: Generator, expr: plan.Subquery, sql: str) -> str | None:
    """The comparison as SQLite's IN, if it compares stored forms."""
    calls = [c for c in expr.compare if isinstance(c, plan.Call)]
    if len(calls) != len(expr.compare) or not all(functions.stored_alike(c) for c in calls):
        return None
    if any(not isinstance(c.arguments[1], plan.ElementRef) for c in calls):
        return None
    left = [value(g, c.arguments[0]) for c in calls]
    if len(left) == 1:
        return f"{left[0]}{equality(g, calls[0].arguments[0].type)} IN ({sql})"
    if any(equality(g, c.arguments[0].type) for c in calls):
        return None
    return f"({', '.join(left)}) IN ({sql})"


def _any(g: Generator, expr: plan.Subquery, sql: str) -> str:
    if expr.operator == "=" and (text := _by_in(g, expr, sql)) is not None:
        return f"({text})"
    return _quantified(g, expr, sql, every=False)


def _all(g: Generator, expr: plan.Subquery, sql: str) -> str:
    return _quantified(g, expr, sql, every=True)


def _quantified(g: Generator, expr: plan.Subquery, sql: str, every: bool) -> str:
    alias = g.fresh()
    # Rows differ when one of their columns does.
    test = (" OR " if expr.operator == "<>" else " AND ").join(_compares(g, expr, alias))
    chosen = "min(r)" if every else "max(r)"
    decided, otherwise = ("0", "1") if every else ("1", "0")
    return (f"(SELECT CASE WHEN {chosen} = {decided} THEN {decided} WHEN count(*) > count(r) THEN NULL ELSE {otherwise} END "
            f"FROM (SELECT ({test}) AS r FROM ({sql}) AS {alias}))")


def _row(g: Generator, expr: plan.Subquery, sql: str) -> str:
    alias = g.fresh()
    test = " AND ".join(_compares(g, expr, alias))
    return (f"(SELECT CASE WHEN count(*) > 1 THEN {g.need(SEVERAL)}() ELSE max(r) END "
            f"FROM (SELECT ({test}) AS r FROM ({sql}) AS {alias}))")


KINDS = {"exists": _exists, "scalar": _scalar, "array": _array, "any": _any, "all": _all, "row": _row}
