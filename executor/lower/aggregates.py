"""Aggregates and window functions as SQLite text."""

from functools import cache

from msgspec.structs import replace

from executor import plan, walk
from executor.builtins.base import NativeAggregate, PythonAggregate, windowed
from executor.errors import not_supported
from executor.facts import lookup
from executor.facts.lookup import Function as Fact
from executor.lower import functions, rows, scaled_aggregates
from executor.lower.expressions import collation, order_term, sortable, value
from executor.lower.generator import Generator
from storage.statement import Function

ANY_ORDER = frozenset({"count", "min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor", "regr_count"})
"""Aggregates that give the same in whatever order the rows come."""
REPEATABLE = ANY_ORDER - {"count", "bit_xor", "regr_count"}
"""Aggregates that give the same however often a row comes."""


def aggregate(g: Generator, expr: plan.AggregateCall) -> str:
    """An aggregate, or a function over a window."""
    if expr.function.name in ANY_ORDER and not expr.direct_arguments:
        distinct = expr.distinct and expr.function.name not in REPEATABLE
        expr = replace(expr, order=(), distinct=distinct) if expr.order or expr.distinct else expr
    implementation = functions.builtin(expr.function, expr.position).implementation
    condition = value(g, expr.filter) if expr.filter is not None else ""
    over = f" OVER ({window(g, expr.window)})" if expr.window is not None else ""
    if (fast := scaled_aggregates.aggregate(g, expr, condition, over)) is not None:
        return fast
    if condition:
        over = f" FILTER (WHERE {condition}){over}"
    arguments = [*expr.direct_arguments, *rows.rows_as_json(expr.function, expr.arguments)]
    if isinstance(implementation, NativeAggregate):
        if expr.window is not None and implementation.over is not None:
            return _python(g, expr, implementation.over, arguments, over)
        decorated = expr.distinct or bool(expr.order)
        if decorated and not implementation.single:
            if implementation.python is None:
                raise not_supported(f"DISTINCT or ORDER BY in {expr.function.name}", position=expr.position or None)
            return _python(g, expr, implementation.python, arguments, over)
        return _native(g, expr, implementation, arguments, over)
    if isinstance(implementation, PythonAggregate):
        if lookup.aggregates()[expr.function.oid].kind == "h":
            return _hypothetical(g, expr, implementation, over)
        return _python(g, expr, implementation, arguments, over)
    raise not_supported(f"aggregate {expr.function.name}", position=expr.position or None)


def _native(g: Generator, expr: plan.AggregateCall, implementation: NativeAggregate, arguments: list[plan.Expr],
            over: str) -> str:
    for helper in implementation.helpers:
        g.need(functions.helper_function(helper))
    lower = implementation.lower
    if implementation.typed:
        lower = implementation.lower(functions.argument_types(arguments), functions.plain_type(expr.type))
    return str(lower(over, *_arguments(g, expr, arguments, implementation.collate)))


def _arguments(g: Generator, expr: plan.AggregateCall, arguments: list[plan.Expr], collate: bool = False) -> list[str]:
    if expr.star:
        return []
    texts = [functions.operand(g, expr, a) for a in arguments]
    for a in arguments:
        collation(g, a.type)
    if collate:
        texts[0] += collation(g, arguments[0].type)
    if expr.distinct:
        if len(texts) != 1:
            raise not_supported(f"{expr.function.name}(DISTINCT ...) with several arguments", position=expr.position or None)
        texts[0] = f"DISTINCT {texts[0]}{'' if collate else collation(g, arguments[0].type)}"
        if not expr.order and expr.function.name not in ANY_ORDER:
            texts[0] += " ORDER BY " + order_term(g, plan.SortKey(expr=arguments[0]))
    if expr.order:
        texts[-1] += " ORDER BY " + ", ".join(order_term(g, key) for key in expr.order)
    return texts


def _python(g: Generator, expr: plan.AggregateCall, implementation: PythonAggregate, arguments: list[plan.Expr],
            over: str) -> str:
    types = functions.argument_types(arguments) if implementation.typed else ()
    if expr.distinct and len(arguments) > 1 and expr.window is None:
        return _distinct(g, expr, implementation, arguments, types) + over
    function = _function(expr.function, implementation, types, functions.plain_type(expr.type), len(arguments),
                         expr.window is not None)
    return f"{g.need(function)}({', '.join(_arguments(g, expr, arguments))}){over}"


def _distinct(g: Generator, expr: plan.AggregateCall, implementation: PythonAggregate, arguments: list[plan.Expr],
              types: functions.Types) -> str:
    """DISTINCT over several arguments, which SQLite has not: different rows, sorted, when all have come."""
    if len(expr.arguments) == len(arguments) and any(a is not b for a, b in zip(expr.arguments, arguments, strict=True)):
        raise not_supported(f"{expr.function.name}(DISTINCT ...) of rows", position=expr.position or None)
    texts = [value(g, a) for a in arguments]
    sorted_by = [[walk.key(a) for a in arguments].index(walk.key(k.expr)) for k in expr.order]
    keys = tuple((functions.plain_type(k.expr.type), k.descending, k.nulls_first) for k in expr.order)
    rest = [i for i in range(len(arguments)) if i not in sorted_by]
    keys += tuple((functions.plain_type(arguments[i].type), False, False) for i in rest)
    function = _distinct_function(expr.function, implementation, types, functions.plain_type(expr.type), keys,
                                  (*sorted_by, *rest))
    return f"{g.need(function)}({', '.join(texts)})"


@cache
def _distinct_function(fact: Fact, implementation: PythonAggregate, types: functions.Types, result: int,
                       keys: tuple[tuple[int, bool, bool], ...], order: tuple[int, ...]) -> Function:
    from executor.builtins.aggregate_distinct import distinct_rows
    from executor.builtins.aggregate_hypothetical import Key, row_order

    factory = implementation.factory(types, result) if implementation.typed else implementation.factory
    compare = row_order(tuple(Key(*key) for key in keys))
    shown = "_".join(f"{i}t{oid}{'d' if descending else 'a'}{'f' if first else 'l'}"
                     for i, (oid, descending, first) in zip(order, keys, strict=True))
    name = f"pg_{fact.name}_{fact.oid}_u{shown}_" + "_".join(f"{oid}m{max(typmod, 0)}" for oid, typmod in types)
    return Function(name, distinct_rows(factory, compare, order), len(order), True, kind="aggregate",
                    strict=implementation.strict, context=implementation.context)


def _hypothetical(g: Generator, expr: plan.AggregateCall, implementation: PythonAggregate, over: str) -> str:
    """Where a row that is not there would stand: the rows need no order, for each is compared with that row."""
    keys = tuple((functions.plain_type(k.expr.type), k.descending, k.nulls_first) for k in expr.order)
    texts = [value(g, a) for a in (*expr.direct_arguments, *expr.arguments)]
    return f"{g.need(_hypothetical_function(expr.function, implementation, keys))}({', '.join(texts)}){over}"


@cache
def _hypothetical_function(fact: Fact, implementation: PythonAggregate, keys: tuple[tuple[int, bool, bool], ...]) -> Function:
    from executor.builtins.aggregate_hypothetical import Key

    named = "_".join(f"{oid}{'d' if descending else 'a'}{'f' if first else 'l'}" for oid, descending, first in keys)
    return Function(f"pg_{fact.name}_{fact.oid}_{named}", implementation.factory(tuple(Key(*key) for key in keys)),
                    2 * len(keys), True, kind="aggregate")


@cache
def _function(fact: Fact, implementation: PythonAggregate, types: functions.Types, result: int, nargs: int,
              over: bool) -> Function:
    factory = implementation.factory(types, result) if implementation.typed else implementation.factory
    if over:
        own = implementation.over
        factory = (own(types, result) if implementation.typed else own) if own is not None else windowed(factory)
    name = f"pg_{fact.name}_{fact.oid}_{nargs}" + ("_w" if over else "")
    name += "".join(f"_{oid}m{typmod}" if typmod >= 0 else f"_{oid}" for oid, typmod in types) + (f"_r{result}" if types else "")
    return Function(name, factory, nargs, True, kind="window" if over else "aggregate", strict=implementation.strict,
                    context=implementation.context)


def window(g: Generator, w: plan.Window) -> str:
    """What stands in OVER's parentheses."""
    parts = []
    if w.partition:
        parts.append("PARTITION BY " + ", ".join(sortable(g, p) for p in w.partition))
    if w.order:
        parts.append("ORDER BY " + ", ".join(order_term(g, key) for key in w.order))
    if not w.default_frame:
        frame = f"{w.mode} BETWEEN {_bound(g, w.start, w.start_offset)} AND {_bound(g, w.end, w.end_offset)}"
        parts.append(frame + (f" EXCLUDE {w.exclude}" if w.exclude else ""))
    return " ".join(parts)


def _bound(g: Generator, name: str, offset: plan.Expr | None) -> str:
    """One end of a frame. SQLite refuses offsets that cannot be one; executor.translate words that as PostgreSQL."""
    return name if offset is None else f"{value(g, offset)} {name}"
