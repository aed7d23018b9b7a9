"""money, as with lc_monetary C: stored as TEXT, a decimal number with two digits after the point.

The collation `decimal` orders it, in the sqlite3 shell too. Computing is done in cents, 64-bit integers.
"""

import re
from struct import Struct

from executor.sqlstates import NumericValueOutOfRange
from executor.types.base import Codec, Env, Stored, binary_length, constant, declared, invalid_syntax, misfit
from executor.types.numeric import compare_numeric
from executor.types.oids import MONEY

CENTS_MIN, CENTS_MAX = -(1 << 63), (1 << 63) - 1
_DIGITS_MAX = 17
_INT8 = Struct("!q")
_STORED = re.compile(r"(-?)([0-9]+)\.([0-9]{2})")
# cash_in: a sign, a currency symbol and blanks in nearly any order, digits with commas anywhere, signs again at the end.
_INPUT = re.compile(r"""
    [ \t\n\v\f\r]* \$? [ \t\n\v\f\r]* (?P<sign>[-(+]?) [ \t\n\v\f\r]* \$? [ \t\n\v\f\r]*
    (?P<whole>[0-9,]*) (?:\.(?P<fraction>[0-9,]*))? (?P<tail>[ \t\n\v\f\r)\-+$]*)""", re.VERBOSE)


def out_of_range() -> NumericValueOutOfRange:
    """22003 of arithmetic."""
    return NumericValueOutOfRange("money out of range")


def cents_of(value: Stored) -> int:
    """The cents of a stored amount."""
    match = _STORED.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise misfit("money", value)
    cents = int(match[2]) * 100 + int(match[3])
    return -cents if match[1] else cents


def money_of(cents: int) -> str:
    """The stored form of an amount in cents (22003)."""
    if not CENTS_MIN <= cents <= CENTS_MAX:
        raise out_of_range()
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02d}"


def read_money(text: str) -> int:
    """cash_in: the cents that text means, a third digit after the point rounding them (22P02, 22003)."""
    match = _INPUT.fullmatch(text)
    if match is None:
        raise invalid_syntax("money", text)
    digits = match["whole"].replace(",", "")
    fraction = (match["fraction"] or "").replace(",", "")
    digits = digits.lstrip("0")[: _DIGITS_MAX + 1]  # more are out of range as well
    cents = int(f"{digits}{fraction[:2]:0<2}") + (fraction[2:3] >= "5")
    negative = match["sign"] in ("-", "(") or "-" in match["tail"]
    if cents > CENTS_MAX + negative:
        raise NumericValueOutOfRange(f'value "{text}" is out of range for type money')
    return -cents if negative else cents


def money_text(value: Stored) -> str:
    """cash_out: -$1,234.56"""
    cents = cents_of(value)
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{part:02d}"


def _parse(text: str, typmod: int, env: Env) -> Stored:
    return money_of(read_money(text))


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    (cents,) = _INT8.unpack(binary_length(data, _INT8.size))
    return money_of(cents)


CODECS = (
    Codec(MONEY, _parse, constant(lambda value: money_text(value).encode()), _receive,
          constant(lambda value: _INT8.pack(cents_of(value))), declared("money TEXT"), "decimal", compare_numeric),
)
