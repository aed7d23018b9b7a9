"""Queries, laid out as PostgreSQL lays them out."""

from msgspec.structs import replace

from executor import plan, walk
from executor.catalog.quoting import quote_identifier
from executor.deparse.calls import clause_item, sort_keys, window_text
from executor.deparse.entries import column_name, level
from executor.deparse.expressions import top_level
from executor.deparse.printer import STEP, Printer
from executor.deparse.source import from_clause
from executor.errors import not_supported
from executor.plan import Call, Const, Expr, Query, Select, SetOperation, Target, ValuesEntry


def query(p: Printer, node: plan.Query | plan.DataChange, names: tuple[str, ...] = (), *, visible_names: bool = True) -> None:
    """A query at the present indentation. names: of its outputs (a view's columns); visible_names: they matter."""
    if not isinstance(node, Query):
        raise not_supported("printing data-modifying WITH queries")
    with level(p, node) as own:
        outputs = [t for t in node.targets if not t.hidden]
        own.outputs = tuple((names[i] if i < len(names) else t.name, t.expr) for i, t in enumerate(outputs))
        _with(p, node)
        if isinstance(node, SetOperation):
            _set_operation(p, node, names, visible_names)
            numbers: dict[int, int] | None = _numbers(node)
        else:
            assert isinstance(node, Select)
            _select(p, node, names, visible_names)
            numbers = None
        if node.order:
            p.keyword(" ORDER BY ", -STEP, STEP, 1)
            sort_keys(p, node.order, numbers)
        _limits(p, node)
        for locking in node.locking if isinstance(node, Select) else ():
            p.keyword(f" {locking.strength} OF {quote_identifier(p.entries[locking.entry].refname or '')}", -STEP, STEP)
            p.put(f" {locking.wait}" if locking.wait else "")


def _numbers(node: SetOperation) -> dict[int, int]:
    keys = [walk.key(t.expr) for t in node.targets]
    return {i: keys.index(walk.key(k.expr)) + 1 for i, k in enumerate(node.order)}


def _limits(p: Printer, node: Query) -> None:
    if node.offset is not None:
        p.keyword(" OFFSET ", -STEP, STEP)
        p.expr(node.offset)
    if node.limit is None:
        return
    if node.with_ties:
        p.keyword(" FETCH FIRST (", -STEP, STEP)
        p.expr(node.limit)
        p.put(") ROWS WITH TIES")
        return
    p.keyword(" LIMIT ", -STEP, STEP)
    if isinstance(node.limit, Const) and node.limit.value is None:
        p.put("ALL")
    else:
        p.expr(node.limit)


MATERIALIZED = {"always": "MATERIALIZED ", "never": "NOT MATERIALIZED "}


def _with(p: Printer, node: Query) -> None:
    if not node.ctes:
        return
    p.indent += STEP
    p.put(" WITH RECURSIVE " if node.recursive else " WITH ")
    for i, cte in enumerate(node.ctes):
        p.put(", " if i else "")
        p.put(quote_identifier(cte.name))
        if cte.aliases:
            p.put(f"({', '.join(map(quote_identifier, cte.aliases))})")
        p.put(f" AS {MATERIALIZED.get(cte.materialized, '')}(")
        p.keyword("")
        query(p, cte.query)
        p.keyword("")
        p.put(")")
    p.indent -= STEP
    p.keyword("")


# ---------------------------------------------------------------- SELECT


def simple_values(node: Select) -> ValuesEntry | None:
    """The VALUES entry of a query that was written VALUES (...)."""
    if len(node.source) != 1 or not isinstance(node.source[0], ValuesEntry) or node.where is not None:
        return None
    return node.source[0]


def _select(p: Printer, node: Select, names: tuple[str, ...], visible_names: bool) -> None:
    p.indent += STEP
    p.put(" ")
    values = simple_values(node)
    outputs = tuple(t.name for t in node.targets if not t.hidden)
    if values is not None and all(a == b for a, b in zip(names, outputs, strict=False)):
        values_lists(p, values)
        return
    p.put("SELECT")
    _distinct(p, node)
    _targets(p, node.targets, names, visible_names)
    from_clause(p, node.source)
    _clause(p, " WHERE ", node.where, 1)
    _group(p, node)
    _clause(p, " HAVING ", node.having, 0)
    _windows(p, node)


def _clause(p: Printer, word: str, condition: Expr | None, plus: int) -> None:
    if condition is not None:
        p.keyword(word, -STEP, STEP, plus)
        p.expr(condition)


def _distinct(p: Printer, node: Select) -> None:
    if node.distinct_on is None:
        return
    p.put(" DISTINCT")
    for i, expr in enumerate(node.distinct_on):
        p.put(", " if i else " ON (")
        clause_item(p, expr, ordering=True)
    p.put(")" if node.distinct_on else "")


def _targets(p: Printer, targets: tuple[Target, ...], names: tuple[str, ...], visible_names: bool) -> None:
    multiline = False
    shown = [t for t in targets if not t.hidden]
    for i, target in enumerate(shown):
        p.put(", " if i else " ")
        with p.captured() as found:
            top_level(p, target.expr)
            column = column_name(p, target.expr)
            natural = column[1] if column else None if visible_names else "?column?"
            name = names[i] if i < len(names) else target.name
            if name != natural:
                p.put(f" AS {quote_identifier(name)}")
        p.wrapped(found[0], first=i == 0, force=multiline)
        multiline = "\n" in found[0][1:]


def _group(p: Printer, node: Select) -> None:
    if node.grouping_sets is not None:
        raise not_supported("printing GROUPING SETS")
    for i, expr in enumerate(node.group):
        if i:
            p.put(", ")
        else:
            p.keyword(" GROUP BY ", -STEP, STEP, 1)
        clause_item(p, expr)


def _windows(p: Printer, node: Select) -> None:
    for i, window in enumerate(node.windows):
        if i:
            p.put(", ")
        else:
            p.keyword(" WINDOW ", -STEP, STEP, 1)
        p.put(f"{quote_identifier(window.name)} AS ")
        window_text(p, window)


def values_lists(p: Printer, entry: ValuesEntry) -> None:
    """VALUES and its rows."""
    p.put("VALUES ")
    for i, row in enumerate(entry.rows):
        p.put(", (" if i else "(")
        for j, item in enumerate(row):
            p.put("," if j else "")
            top_level(p, item, False)
        p.put(")")


# ---------------------------------------------------------------- UNION, INTERSECT, EXCEPT


def _is_operation(node: Query) -> bool:
    """True for an operand that is a set operation itself, not a query of its own with ORDER BY or the like."""
    return isinstance(node, SetOperation) and not _is_closed(node)


def _is_closed(node: Query) -> bool:
    return bool(node.ctes or node.order or node.limit is not None or node.offset is not None
                or (isinstance(node, Select) and node.locking))


def _unconverted(node: Query) -> Query:
    """An operand without the conversions to the common type of the operation, which PostgreSQL adds when it plans."""
    return replace(node, targets=tuple(replace(t, expr=_unwrapped(t.expr)) for t in node.targets))


def _unwrapped(expr: Expr) -> Expr:
    if isinstance(expr, Call):
        return expr.arguments[0] if expr.implicit_cast else expr
    plain = isinstance(expr, (plan.ConvertText, plan.ArrayConvert)) or (
        isinstance(expr, plan.Relabel) and not expr.collation and not expr.merged)
    return expr.argument if plain and not expr.explicit else expr  # type: ignore[attr-defined]


def _operand(p: Printer, node: Query, names: tuple[str, ...], visible_names: bool) -> None:
    if _is_operation(node):
        assert isinstance(node, SetOperation)
        _set_operation(p, node, names, visible_names)
        return
    p.put("(" if _is_closed(node) else "")
    query(p, _unconverted(node), names, visible_names=visible_names)
    p.put(")" if _is_closed(node) else "")


def _set_operation(p: Printer, node: SetOperation, names: tuple[str, ...], visible_names: bool) -> None:
    left, right = node.left, node.right
    nested = isinstance(left, SetOperation) and _is_operation(left) and (left.operator, left.every) != (
        node.operator, node.every)
    if nested:
        p.put("(")
        p.keyword("", STEP)
    _operand(p, left, names, visible_names)
    p.keyword(") " if nested else "", -STEP if nested else 0)
    p.put(f"{node.operator} {'ALL ' if node.every else ''}")
    nested = _is_operation(right)
    p.put("(" if nested else "")
    p.keyword("", STEP if nested else 0)
    _operand(p, right, names, False)
    p.indent -= STEP if nested else 0
    if nested:
        p.keyword(")")
