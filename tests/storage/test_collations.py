import pytest

from storage.collations import compare_decimal
from tests.storage.bench import Bench

ORDERED = ["-Infinity", "-100000000000000000000.5", "-1", "-0.1", "0", "0.10", "2", "10", "99999999999999999999.1",
           "99999999999999999999.2", "Infinity", "NaN", "", "abc"]


def test_decimal_texts_are_in_numeric_order() -> None:
    for i, left in enumerate(ORDERED):
        for j, right in enumerate(ORDERED):
            assert compare_decimal(left, right) == (i > j) - (i < j), (left, right)


def test_equal_numbers_with_different_digits_are_equal() -> None:
    assert compare_decimal("1.50", "1.5") == compare_decimal("0", "-0.00") == compare_decimal("NaN", "nan") == 0


@pytest.mark.trio
async def test_decimal_column_sorts_and_is_unique_by_value(bench: Bench) -> None:
    await bench.execute("CREATE TABLE d(x TEXT COLLATE decimal UNIQUE)")
    for text in reversed(ORDERED):
        await bench.execute("INSERT INTO d VALUES (?)", (text,))
    assert await bench.query("SELECT x FROM d ORDER BY x") == [(text,) for text in ORDERED]
    assert await bench.query("SELECT x FROM d WHERE x = '2.000'") == [("2",)]
