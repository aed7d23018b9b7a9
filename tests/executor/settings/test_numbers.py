import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.settings.numbers import (
    INT_MAX,
    INT_MIN,
    UNITS,
    BadNumberError,
    parse_integer,
    parse_real,
    print_integer,
    print_real,
)

units = st.sampled_from([None, *UNITS])


@given(st.integers(INT_MIN, INT_MAX), units)
def test_printed_integer_reads_back_the_same(value: int, unit: str | None) -> None:
    if unit is not None and value < 0:
        assert parse_integer(f"{value}{unit}" if unit in UNITS[unit] else str(value), unit) == value
    assert parse_integer(print_integer(value, unit), unit) == value


@given(st.integers(0, 10**5), units)
def test_printed_real_reads_back_the_same(value: int, unit: str | None) -> None:
    assert parse_real(print_real(value / 8, unit), unit) == pytest.approx(value / 8, rel=1e-5, abs=1e-5)


@given(st.text(max_size=12), units)
def test_any_text_is_a_number_or_refused(text: str, unit: str | None) -> None:
    for parse in (parse_integer, parse_real):
        try:
            parse(text, unit)
        except BadNumberError:
            continue
