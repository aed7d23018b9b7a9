"""Calls that give a VARIADIC "any" parameter an array: `concat(VARIADIC array)`. The elements become arguments."""

from collections.abc import Callable
from functools import cache
from typing import Any

from executor import plan
from executor.bind.resolve import element_type
from executor.builtins.base import Python
from executor.context import Context
from executor.errors import not_supported
from executor.facts.lookup import Function as Fact
from executor.facts.lookup import base_type
from executor.lower import functions
from executor.lower.generator import Generator
from executor.types import arrays
from executor.types.base import Stored
from storage.statement import Function

NULL_IS_EMPTY = frozenset({"format"})
"""Functions to which a NULL array means no arguments; it makes the result of the others NULL."""


def spread_call(g: Generator, expr: plan.Call) -> str:
    """The call as SQLite text."""
    implementation = functions.builtin(expr.function, expr.position).implementation
    if not isinstance(implementation, Python):
        raise not_supported(f'VARIADIC array for {expr.function.name}(VARIADIC "any")', position=expr.position or None)
    types = functions.argument_types(expr.arguments)
    made = _spread(expr.function, implementation, types, functions.plain_type(expr.type))
    return f"{g.need(made)}({', '.join(functions.value(g, a) for a in expr.arguments)})"


@cache
def _spread(fact: Fact, implementation: Python, types: functions.Types, result: int) -> Function:
    fixed, element = types[:-1], base_type(element_type(types[-1][0]))
    read = arrays.from_json(element)

    @cache
    def of_size(count: int) -> Callable[..., Any]:
        if not implementation.typed:
            return implementation.function
        made: Callable[..., Any] = implementation.function(fixed + ((element, types[-1][1]),) * count, result)
        return made

    def call(context: Context, *arguments: Stored) -> Stored:
        array = arguments[-1]
        if array is None and fact.name not in NULL_IS_EMPTY:
            return None
        items = () if array is None else (None if i is None else read(i) for i in arrays.load_items(array))
        values = [*arguments[:-1], *items]
        function = of_size(len(values) - len(fixed))
        found: Stored = function(context, *values) if implementation.context else function(*values)
        return found

    named = "_".join(f"{oid}m{typmod}" if typmod >= 0 else f"{oid}" for oid, typmod in types)
    return Function(f"pg_{fact.name}_{fact.oid}_spread_{named}_r{result}", call, len(types), fact.volatility != "v",
                    context=True)
