"""Aggregates over moving frames."""

from typing import Any

from executor.builtins.base import PythonAggregate, windowed
from executor.builtins.registry import find


def frames(signature: str, rows: list[Any], width: int) -> list[Any]:
    """The results over frames of the current row and up to width - 1 rows before it."""
    row = find(signature)
    assert row is not None
    assert isinstance(row.implementation, PythonAggregate)
    state = windowed(row.implementation.factory)()
    found = []
    for number, value in enumerate(rows):
        state.step(value)
        if number >= width:
            state.inverse(rows[number - width])
        found.append(state.value())
    return found


def test_sum_of_numerics_over_moving_frame_forgets_rows_and_their_scale() -> None:
    assert frames("sum(numeric)", ["1.50", "2", "3", "4.5"], 2) == ["1.50", "3.50", "5", "7.5"]


def test_average_of_floats_over_moving_frame_is_computed_anew() -> None:
    assert frames("avg(float8)", [1e30, 1.0, 2.0], 1) == [1e30, 1.0, 2.0]
