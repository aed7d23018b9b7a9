"""numeric: what NUMERIC-affinity columns hold, typmods, declared types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import SqlError
from executor.types.base import Env
from executor.types.numeric import declare_numeric, numeric_from_number
from executor.types.oids import NUMERIC
from executor.types.registry import codec


def typmod(precision: int, scale: int) -> int:
    return ((precision << 16) | (scale & 0x7FF)) + 4


@pytest.mark.parametrize(("value", "scale", "text"), [
    (1, 2, "1.00"), (1.5, 2, "1.50"), (10, 0, "10"), (-0.0, 2, "0.00"), (0.1 + 0.2, 2, "0.30"), (10.123, 2, "10.123"),
    ("NaN", 2, "NaN"), ("1.50", 2, "1.50"), (12345678901234.5, 1, "12345678901234.5"), (1.5, None, "1.5"),
    (99999999999999.9, 1, "99999999999999.9"), (1e20, 0, "100000000000000000000"),
])
def test_number_is_lifted_to_text_with_scale(value: int | float | str, scale: int | None, text: str) -> None:
    assert numeric_from_number(value, scale) == text


@given(st.integers(-10**15 + 1, 10**15 - 1), st.integers(0, 15))
def test_fifteen_digits_survive_a_column_of_numbers(digits: int, scale: int) -> None:
    kind = codec(NUMERIC)
    text = kind.parse(f"{digits}e-{scale}", typmod(15, scale), Env())
    assert isinstance(text, str)
    assert numeric_from_number(float(text), scale) == text


def test_text_that_is_no_number_is_refused() -> None:
    with pytest.raises(SqlError):
        numeric_from_number("abc", 2)


@pytest.mark.parametrize(("precision", "scale", "declaration"), [
    (10, 2, "NUMERIC(10,2)"), (15, 0, "NUMERIC(15,0)"), (16, 2, "numeric TEXT(16,2)"), (3, -2, "numeric TEXT(3,-2)"),
    (2, 5, "numeric TEXT(2,5)"),
])
def test_declared_type_says_whether_numbers_or_text_are_stored(precision: int, scale: int, declaration: str) -> None:
    assert declare_numeric(typmod(precision, scale)) == declaration
