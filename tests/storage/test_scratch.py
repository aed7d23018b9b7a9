"""Expressions over rows that are in no table."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.errors import SqlLogicError
from storage.scratch import Scratch
from storage.statement import Function


@pytest.fixture
def evaluate() -> Callable[..., Any]:
    def run(expression: str, *row: Any, needs: tuple[Any, ...] = ()) -> Any:
        scratch = Scratch([("a", "INTEGER"), ('b "odd"', "TEXT COLLATE decimal")], expression, needs, None)
        try:
            scratch.value((0, "0"))
            return scratch.value(row)
        finally:
            scratch.close()
    return run


def test_value_is_of_the_row_given_last(evaluate: Callable[..., Any]) -> None:
    assert evaluate("a * 2", 21, "x") == 42
    assert evaluate("count(*)", 1, "x") == 1


def test_columns_compare_as_they_are_declared(evaluate: Callable[..., Any]) -> None:
    assert evaluate('"b ""odd""" = \'1.50\'', 1, "1.5") == 1
    assert evaluate("a = '7'", 7, None) == 1


def test_functions_that_are_needed_are_there(evaluate: Callable[..., Any]) -> None:
    assert evaluate("twice(a)", 4, None, needs=(Function("twice", lambda x: x * 2, 1),)) == 8


def test_expression_that_sqlite_does_not_know_is_an_error(evaluate: Callable[..., Any]) -> None:
    with pytest.raises(SqlLogicError):
        evaluate("nosuch(a)", 1, None)
