"""Aggregates with DISTINCT over several arguments: the rows are kept, and given to the aggregate sorted, each once."""

from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any

from executor.builtins.base import Aggregate
from executor.types.base import Stored

Row = tuple[Any, ...]


def distinct_rows(factory: Callable[..., Aggregate], compare: Callable[[Row, Row], int],
                  order: Sequence[int]) -> Callable[..., Aggregate]:
    """The factory of an aggregate whose rows come once each, in an order.

    compare: two rows' sort keys; order: which argument is the first sort key, the second, ... (all are among them).
    """

    def by_key(a: tuple[Row, Row], b: tuple[Row, Row]) -> int:
        return compare(a[0], b[0])

    class Distinct:
        def __init__(self, *context: Any) -> None:
            self.context = context
            self.rows: list[Row] = []

        def step(self, *arguments: Stored) -> None:
            self.rows.append(arguments)

        def final(self) -> Stored:
            inner = factory(*self.context)
            keyed: list[tuple[Row, Row]] = [(tuple(row[i] for i in order), row) for row in self.rows]
            keyed.sort(key=cmp_to_key(by_key))
            last: Row | None = None
            for key, row in keyed:
                if last is None or compare(last, key):
                    inner.step(*row)
                last = key
            return inner.final()

    return Distinct
