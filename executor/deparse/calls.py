"""Function calls, operators, aggregates and window functions."""

from executor import plan, walk
from executor.catalog.quoting import quote_identifier, quote_qualified
from executor.deparse.constants import constant
from executor.deparse.entries import column_name, written
from executor.deparse.expressions import cast
from executor.deparse.parentheses import is_function
from executor.deparse.printer import PRINTERS, Printer
from executor.deparse.syntax import sql_syntax
from executor.facts import lookup
from executor.facts.lookup import Function
from executor.plan import AggregateCall, Call, Const, Expr, OuterAggregate, SortKey, Window
from executor.types import oids as T


def _call(p: Printer, node: Call, implicit: bool) -> None:
    if node.sql_value:
        p.put(node.sql_value)
    elif node.operator:
        _operator(p, node)
    elif node.implicit_cast and not implicit:
        p.paren(node.arguments[0], False, node)
    elif node.implicit_cast or node.explicit_cast:
        cast(p, node.arguments[0], node.type, _length(node), node)
    elif not (node.sql_syntax and sql_syntax(p, node)):
        _function(p, node)


def _length(node: Call) -> int:
    """The typmod of a cast whose function takes one."""
    if len(node.arguments) in (2, 3):
        second = node.arguments[1]
        if isinstance(second, Const) and second.type == T.INT4 and isinstance(second.value, int):
            return second.value
    return -1


def _operator(p: Printer, node: Call) -> None:
    p.open()
    if len(node.arguments) == 2:
        p.paren(node.arguments[0], True, node)
        p.put(f" {node.operator} ")
        p.paren(node.arguments[1], True, node)
    else:
        p.put(f"{node.operator} ")
        p.paren(node.arguments[0], True, node)
    p.close()


def function_name(p: Printer, function: Function) -> str:
    """A function's name, qualified if the search path does not find it."""
    if function.schema in ("pg_catalog", *p.path):
        return quote_identifier(function.name)
    return quote_qualified(function.schema, function.name)


def _function(p: Printer, node: Call) -> None:
    written = node.written if node.written is not None else tuple((i, "") for i in range(len(node.arguments)))
    variadic = node.spread or (
        node.function.variadic not in (0, T.ANY) and len(written) == len(node.function.arguments))
    p.put(f"{function_name(p, node.function)}(")
    for i, (index, name) in enumerate(written):
        p.put(", " if i else "")
        p.put("VARIADIC " if variadic and i == len(written) - 1 else "")
        p.put(f"{quote_identifier(name)} => " if name else "")
        p.expr(node.arguments[index], True)
    p.put(")")


def table_call(p: Printer, node: Expr) -> None:
    """A function in FROM, where other expressions need a CAST around them."""
    if looks_like_function(node):
        p.expr(node, True)
    else:
        p.put("CAST(")
        p.expr(node)
        p.put(f" AS {p.type_name(node.type, node.typmod)})")


def looks_like_function(node: Expr) -> bool:
    """True for what is written name(...), or may stand where that may."""
    if isinstance(node, Call):
        return not (node.operator or node.implicit_cast or node.explicit_cast)
    return isinstance(node, (plan.Coalesce, plan.MinMax, plan.NullIf))


# ---------------------------------------------------------------- aggregates and windows


def _aggregate(p: Printer, node: AggregateCall, implicit: bool) -> None:
    p.put(f"{function_name(p, node.function)}({'DISTINCT ' if node.distinct else ''}")
    fact = lookup.aggregates().get(node.function.oid)
    if fact is not None and fact.kind != "n":
        p.items(node.direct_arguments)
        p.put(") WITHIN GROUP (ORDER BY ")
        sort_keys(p, node.order)
    else:
        p.put("*" if node.star else "")
        variadic = node.function.variadic not in (0, T.ANY)
        for i, argument in enumerate(node.arguments):
            p.put(", " if i else "")
            p.put("VARIADIC " if variadic and i == len(node.arguments) - 1 else "")
            p.expr(argument, True)
        if node.order:
            p.put(" ORDER BY ")
            sort_keys(p, node.order)
    if node.filter is not None:
        p.put(") FILTER (WHERE ")
        p.expr(node.filter)
    p.put(")")
    if node.window is not None:
        p.put(" OVER ")
        _over(p, node.window)


def _over(p: Printer, window: Window) -> None:
    named = p.levels[-1].windows if p.levels else ()
    name = window.name or next((w.name for w in named if _alike(w, window)), "")
    if name:
        p.put(quote_identifier(name))
    else:
        window_text(p, window)


def _alike(one: Window, other: Window) -> bool:
    def meaning(w: Window) -> object:
        return [walk.key(getattr(w, field)) for field in w.__struct_fields__ if field not in ("name", "copied_order")]

    return meaning(one) == meaning(other)


def window_text(p: Printer, window: Window) -> None:
    """A window in parentheses; what it has from its base is left out."""
    parts: list[str] = [quote_identifier(window.base)] if window.base else []
    if window.partition and not window.base:
        with p.captured() as found:
            p.put("PARTITION BY ")
            for i, expr in enumerate(window.partition):
                p.put(", " if i else "")
                clause_item(p, expr)
        parts += found
    if window.order and not window.copied_order:
        with p.captured() as found:
            p.put("ORDER BY ")
            sort_keys(p, window.order)
        parts += found
    if not window.default_frame:
        with p.captured() as found:
            _frame(p, window)
        parts += found
    p.put(f"({' '.join(parts)})")


def _frame(p: Printer, window: Window) -> None:
    p.put(f"{window.mode.upper()} {'BETWEEN ' if window.between else ''}")
    _bound(p, window.start, window.start_offset)
    if window.between:
        p.put(" AND ")
        _bound(p, window.end, window.end_offset)
    if window.exclude:
        p.put(f" EXCLUDE {window.exclude.upper()}")


def _bound(p: Printer, kind: str, offset: Expr | None) -> None:
    if offset is not None:
        p.expr(offset)
        p.put(" ")
    p.put(kind.upper())


# ---------------------------------------------------------------- ORDER BY, GROUP BY, PARTITION BY


def clause_item(p: Printer, node: Expr, *, ordering: bool = False) -> None:
    """An item of such a clause: never a bare number or a bare call, which would be read otherwise there."""
    name = column_name(p, node, ordering=ordering)
    if name is not None:
        p.put(written(name))
        return
    if isinstance(node, Const):
        constant(p, node, label=True)
        return
    brackets = p.pretty or is_function(node) or isinstance(node, AggregateCall)
    p.put("(" if brackets else "")
    p.expr(node, True)
    p.put(")" if brackets else "")


def sort_keys(p: Printer, keys: tuple[SortKey, ...], numbers: dict[int, int] | None = None) -> None:
    """ORDER BY's list. numbers: index of a key -> the number of the output column to print for it."""
    for i, key in enumerate(keys):
        p.put(", " if i else "")
        if numbers is not None:
            p.put(str(numbers[i]))
        else:
            clause_item(p, key.expr, ordering=True)
        p.put(" DESC" if key.descending else "")
        if key.nulls_first != key.descending:
            p.put(" NULLS FIRST" if key.nulls_first else " NULLS LAST")


PRINTERS.update({Call: _call, AggregateCall: _aggregate,
                 OuterAggregate: lambda p, node, implicit: _aggregate(p, node.call, implicit)})
