"""Hypothetical-set aggregates: a step gets the hypothetical row's values and then those of a row, in no order.

What they hold is made by the kinds and directions of the sort keys: `factory(keys)` instead of `factory(types, result)`.
"""

from collections.abc import Callable
from functools import cmp_to_key
from itertools import pairwise
from typing import Any, NamedTuple

from executor.builtins.base import Builtin, PythonAggregate
from executor.types import arrays
from executor.types.base import Stored
from executor.types.registry import codec


class Key(NamedTuple):
    """One sort key: the type compared, and its direction."""

    type: int
    descending: bool
    nulls_first: bool


Row = tuple[Any, ...]


def row_order(keys: tuple[Key, ...]) -> Callable[[Row, Row], int]:
    """The order of two rows of stored values."""
    parts = [(arrays.element_comparison(codec(key.type)), arrays.to_json(key.type), key) for key in keys]

    def compare(a: Row, b: Row) -> int:
        for x, y, (order, write, key) in zip(a, b, parts, strict=True):
            if x is None or y is None:
                found = ((y is None) - (x is None)) * (1 if key.nulls_first else -1)
            else:
                found = order(write(x), write(y)) * (-1 if key.descending else 1)
            if found:
                return found
        return 0

    return compare


class _Standing:
    """Counts the rows before the hypothetical row, and its peers."""

    def __init__(self, compare: Callable[[Row, Row], int]) -> None:
        self.compare = compare
        self.before = 0
        self.peers = 0
        self.rows = 0

    def step(self, *values: Stored) -> None:
        """The hypothetical values and a row's."""
        half = len(values) // 2
        order = self.compare(values[half:], values[:half])
        self.rows += 1
        self.before += order < 0
        self.peers += order == 0

    def final(self) -> Stored:
        """rank"""
        return self.before + 1


class _PercentRank(_Standing):
    def final(self) -> Stored:
        return self.before / self.rows if self.rows else 0.0


class _CumeDist(_Standing):
    def final(self) -> Stored:
        return (self.before + self.peers + 1) / (self.rows + 1)


class _DenseRank(_Standing):
    """Counts different rows once."""

    def __init__(self, compare: Callable[[Row, Row], int]) -> None:
        super().__init__(compare)
        self.found: list[Row] = []

    def step(self, *values: Stored) -> None:
        half = len(values) // 2
        if self.compare(values[half:], values[:half]) < 0:
            self.found.append(values[half:])

    def final(self) -> Stored:
        ordered = sorted(self.found, key=cmp_to_key(self.compare))
        changes = sum(self.compare(a, b) != 0 for a, b in pairwise(ordered))
        return 1 + changes + bool(ordered)


def _factory(made: Callable[[Callable[[Row, Row], int]], Any]) -> Callable[[tuple[Key, ...]], Callable[[], Any]]:
    return lambda keys: lambda: made(row_order(keys))


def _example(call: str, expected: str) -> tuple[str, str]:
    return f"(SELECT {call} WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (1), (2), (4)) v (x))", expected


BUILTINS = tuple(
    Builtin(f"{name}(any)", PythonAggregate(_factory(made), typed=True, strict=False), _example(f"{name}(2)", expected))
    for name, made, expected in (("rank", _Standing, "3"), ("dense_rank", _DenseRank, "2"), ("percent_rank", _PercentRank,
                                                                                       "0.5"), ("cume_dist", _CumeDist, "0.8"))
)
