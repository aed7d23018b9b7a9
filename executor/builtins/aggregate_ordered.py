"""Ordered-set aggregates. A step gets the direct arguments and then the row's value, rows in WITHIN GROUP's order."""

from collections.abc import Callable
from math import ceil, floor, nan
from typing import Any

from executor.builtins.array import element_of, equality
from executor.builtins.base import ArgumentTypes, Builtin, PythonAggregate
from executor.builtins.float import Float, number, stored
from executor.facts.lookup import types_by_oid
from executor.sqlstates import NumericValueOutOfRange
from executor.types import arrays
from executor.types.base import Stored


def _shown(value: float) -> str:
    """As C's %g, but with PostgreSQL's names of the infinities."""
    return f"{value:g}".replace("inf", "Infinity").replace("nan", "NaN")


def _checked(fraction: Any) -> float:
    value = number(fraction)
    if not 0 <= value <= 1:
        raise NumericValueOutOfRange(f"percentile value {_shown(value)} is not between 0 and 1")
    return value


class _Ordered:
    """Keeps the values; `pick` makes the result of them and a fraction, or of each fraction of an array."""

    def __init__(self, pick: Callable[[list[Any], float], Stored], many: Callable[[Stored], Any] | None) -> None:
        self.pick = pick
        self.many = many
        self.fraction: Any = None
        self.values: list[Any] = []

    def step(self, fraction: Any, value: Stored) -> None:
        self.fraction = fraction
        if value is not None:
            self.values.append(value)

    def final(self) -> Stored:
        if not self.values or self.fraction is None:
            return None
        if self.many is None:
            return self.pick(self.values, _checked(self.fraction))
        array = arrays.load(self.fraction)
        found = [None if part is None else self.many(self.pick(self.values, _checked(part)))
                 for part in arrays.flat(array.items)]
        return arrays.dump(arrays.nest(found, array.lengths), array.lowers)


def _continuous(values: list[Float], fraction: float) -> Stored:
    """The value at a fraction of the way through, interpolated between neighbours."""
    place = fraction * (len(values) - 1)
    first, second = number(values[floor(place)]), number(values[ceil(place)])
    if floor(place) == ceil(place):
        return stored(first)
    try:
        return stored(first + (place - floor(place)) * (second - first))
    except ArithmeticError:
        return stored(nan)


def _discrete(values: list[Any], fraction: float) -> Stored:
    """The first value whose place reaches the fraction."""
    result: Stored = values[max(ceil(fraction * len(values)), 1) - 1]
    return result


def _percentile(pick: Callable[[list[Any], float], Stored]) -> Callable[[ArgumentTypes, int], Callable[[], _Ordered]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[], _Ordered]:
        many = arrays.to_json(element_of(result)) if types_by_oid()[types[0][0]].is_array else None
        return lambda: _Ordered(pick, many)

    return factory


class _Mode:
    """The most frequent value, the first of them in order."""

    def __init__(self, equal: Callable[[Any, Any], bool]) -> None:
        self.equal = equal
        self.best: Stored = None
        self.best_count = 0
        self.current: Stored = None
        self.count = 0

    def step(self, value: Stored) -> None:
        if value is None:
            return
        self.count = self.count + 1 if self.count and self.equal(value, self.current) else 1
        if self.count == 1:
            self.current = value
        if self.count > self.best_count:
            self.best, self.best_count = self.current, self.count

    def final(self) -> Stored:
        return self.best


def _mode(types: ArgumentTypes, result: int) -> Callable[[], _Mode]:
    equal = equality(types[0][0])
    return lambda: _Mode(equal)


_CONTINUOUS = PythonAggregate(_percentile(_continuous), typed=True, strict=False)
_DISCRETE = PythonAggregate(_percentile(_discrete), typed=True, strict=False)


def _example(call: str, expected: str) -> tuple[str, str]:
    return f"(SELECT {call} WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (4), (4)) v (x))", expected


BUILTINS = (
    Builtin("percentile_cont(float8,float8)", _CONTINUOUS, _example("percentile_cont(0.5)", "3")),
    Builtin("percentile_cont(_float8,float8)", _CONTINUOUS, _example("percentile_cont(ARRAY[0.25,0.75])", "{1.75,4}")),
    Builtin("percentile_disc(float8,anyelement)", _DISCRETE, _example("percentile_disc(0.5)", "2")),
    Builtin("percentile_disc(_float8,anyelement)", _DISCRETE, _example("percentile_disc(ARRAY[0.25,0.75])", "{1,4}")),
    Builtin("mode(anyelement)", PythonAggregate(_mode, typed=True, strict=False), _example("mode()", "4")),
)
