"""The claims that scaled integers rest on: what SQLite makes of a number of up to 15 digits, and what the rest adds up to."""

from decimal import Decimal

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import SqlError
from executor.lower.scaled import scaled_text, sort_number
from executor.lower.scaled_aggregates import Rest, average_of_scaled, extreme_of_scaled, sum_of_scaled
from executor.sqlstates import InvalidTextRepresentation

CONNECTION = apsw.Connection(":memory:")
CONNECTION.execute("CREATE TABLE t (x NUMERIC)")


def integer_and_guard(text: str, precision: int, scale: int) -> tuple[int, int | None]:
    """What executor.lower.scaled.Scaler says of a column numeric(precision, scale) that holds a number."""
    CONNECTION.execute("DELETE FROM t")
    CONNECTION.execute("INSERT INTO t VALUES (?)", (text,))
    limit, unit = 10 ** (precision - scale), 10**scale
    k = f"CAST(round(x * {unit}.0) AS INTEGER)"
    found: tuple[int, int | None] = CONNECTION.execute(
        f"SELECT {k}, x BETWEEN -{limit} AND {limit} AND {k} / {unit}.0 = x FROM t").get
    return found


@given(st.integers(0, 15), st.integers(-(10**15) + 1, 10**15 - 1))
def test_number_of_fifteen_digits_is_its_scaled_integer(scale: int, number: int) -> None:
    assert integer_and_guard(scaled_text(number, scale, scale), 15, scale) == (number, 1)


@pytest.mark.parametrize("text", ["1.234", "0.005", "NaN", "99999999999999.99", "1e300", "abc", "0.30000000000000004"])
def test_number_that_the_type_cannot_have_fails_the_guard(text: str) -> None:
    assert integer_and_guard(text, 12, 2)[1] == 0


@given(st.lists(st.tuples(st.decimals(places=2, min_value=-(10**10), max_value=10**10), st.booleans()), min_size=1))
def test_sum_with_rest_is_the_sum(rows: list[tuple[Decimal, bool]]) -> None:
    """Rows that a guard lets through count by their integer; the others by their value, whatever integer was added for them."""
    rest, high, low = Rest(), 0, 0
    for value, held in rows:
        k = int(value.scaleb(2)) if held else 12345678901
        high, low = high + (k >> 32), low + (k & 4294967295)
        if not held:
            rest.step(f"{value:f}", k >> 32, k & 4294967295, 2)
    expected = sum((value for value, _ in rows), Decimal(0))
    assert sum_of_scaled(high, low, 2, 2, rest.final()) == f"{expected + 0:.2f}".replace("-0.00", "0.00")  # type: ignore[arg-type]


def test_sum_of_values_without_integers_is_theirs() -> None:
    rest = Rest()
    rest.step("1.5", None, None, 0)
    rest.step(None, None, None, 0)
    assert sum_of_scaled(None, None, 0, 0, rest.final()) == "1.5"  # type: ignore[arg-type]
    assert average_of_scaled(None, None, 0, 0, rest.final(), 0) == "1.50000000000000000000"  # type: ignore[arg-type]


def test_sum_of_nothing_is_null() -> None:
    assert sum_of_scaled(None, None, 2, 2, Rest().final()) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(("values", "total"), [(["NaN"], "NaN"), (["Infinity", "1"], "Infinity"),
                                               (["Infinity", "-Infinity"], "NaN")])
def test_rest_that_is_not_finite_is_the_sum(values: list[str], total: str) -> None:
    rest = Rest()
    for value in values:
        rest.step(value, 0, 7, 0)
    assert sum_of_scaled(0, 7, 0, 0, rest.final()) == total  # type: ignore[arg-type]


@pytest.mark.parametrize(("number", "rest", "sign", "expected"), [
    (150, None, 1, "1.50"), (150, "NaN", 1, "NaN"), (150, "NaN", -1, "1.50"), (None, "2", 1, "2"), (None, None, 1, None)])
def test_extreme_is_the_better_of_both(number: int | None, rest: str | None, sign: int, expected: str | None) -> None:
    assert extreme_of_scaled(number, 2, rest, sign) == expected


@pytest.mark.parametrize(("number", "shown", "scale", "text"), [
    (-5, 2, 2, "-0.05"), (0, 2, 2, "0.00"), (500, 0, 2, "5"), (-500, 0, 2, "-5"), (12345, 1, 3, "12.3"), (7, 0, 0, "7")])
def test_scaled_integer_is_printed_with_its_digits(number: int, shown: int, scale: int, text: str) -> None:
    if number % 10 ** (scale - shown) == 0:
        assert scaled_text(number, shown, scale) == text


@pytest.mark.parametrize(("text", "key"), [("NaN", "NaN"), ("Infinity", float("inf")), ("-Infinity", float("-inf")),
                                           ("1.23", 123), ("1.234", 123.4), ("10000000000", 10**12)])
def test_sort_number_is_exact(text: str, key: object) -> None:
    assert sort_number(text, 2) == key


def test_sort_number_that_no_number_holds_is_refused() -> None:
    with pytest.raises(InvalidTextRepresentation):
        sort_number("1.23456789012345678901", 2)
    assert issubclass(InvalidTextRepresentation, SqlError)
