"""The `decimal` collation: texts of numbers in numeric order, exactly, whatever their number of digits.

It is the one collation of ours that may stand in a file, so it is registered on every connection. The sqlite3 shell
has a collation of the same name that agrees on finite numbers. Order: -Infinity, finite numbers, Infinity, NaN (equal
to itself), as in PostgreSQL; then texts that are no number, by code point, so that a foreign file has a total order.
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

from storage.statement import Collation

NUMBER, NOT_A_NUMBER, TEXT = 0, 1, 2
Key = tuple[int, Decimal, str]
ZERO = Decimal(0)


@lru_cache(maxsize=8192)
def _key(text: str) -> Key:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return (TEXT, ZERO, text)
    return (NOT_A_NUMBER, ZERO, "") if number.is_nan() else (NUMBER, number, "")


def compare_decimal(left: str, right: str) -> int:
    """Negative, 0 or positive as `left` is less than, equal to or greater than `right`. Comparison is exact."""
    first, second = _key(left), _key(right)
    return (first > second) - (first < second)


DECIMAL = Collation("decimal", compare_decimal)
