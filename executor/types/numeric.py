"""numeric: exact decimals of up to 131072 digits before and 16383 after the point.

Stored as TEXT in the form PostgreSQL prints, trailing zeros of the scale included, and compared with the collation
`decimal`. A column numeric(p,s) with 0 <= s <= p <= 15 has NUMERIC affinity instead and holds INTEGER or REAL, which
are exact for 15 digits; `numeric_from_number` lifts such a value to the text form when it is read.
Everything here computes with decimal.Decimal in contexts that never round by accident. Source: datatype-numeric.html
"""

import re
from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import cache
from struct import Struct

from executor.sqlstates import InvalidBinaryRepresentation, NumericValueOutOfRange, ProtocolViolation
from executor.types.base import Codec, Encoder, Env, Stored, invalid_syntax, misfit
from executor.types.oids import NUMERIC

WEIGHT_MAX = 131072
"""Digits before the point."""
SCALE_MAX = 16383
"""Digits after the point."""
NATIVE_PRECISION_MAX = 15

EXACT = Context(prec=400_000, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation])
"""Wide enough that adding and multiplying two numerics is exact, and quantizing rounds half away from zero."""

NAN, INFINITY, MINUS_INFINITY = Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")

_SPACE = " \t\n\v\f\r"
_CANONICAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DECIMAL = re.compile(r"([-+]?)((?:[0-9](?:_?[0-9])*)?(?:\.(?:[0-9](?:_?[0-9])*)?)?)(?:[eE]([-+]?[0-9](?:_?[0-9])*))?")
RADIX_DIGITS_MAX = 500_000
"""More binary digits than the largest numeric has."""
_RADIX = re.compile(r"([-+]?)0(?:[xX]((?:_?[0-9a-fA-F])+)|[oO]((?:_?[0-7])+)|[bB]((?:_?[01])+))")
_SPECIAL = {
    "nan": "NaN", "infinity": "Infinity", "+infinity": "Infinity", "-infinity": "-Infinity", "inf": "Infinity",
    "+inf": "Infinity", "-inf": "-Infinity",
}
_SPECIAL_VALUES = frozenset(("NaN", "Infinity", "-Infinity"))


@cache
def quantum(scale: int) -> Decimal:
    """10^-scale, to quantize with."""
    return Decimal((0, (1,), -scale))


@cache
def truncating(precision: int) -> Context:
    """A context of this many digits that cuts the rest off; rounding what it gives half up is then exact."""
    return Context(prec=precision, rounding=ROUND_DOWN, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation])


def overflow() -> NumericValueOutOfRange:
    """PostgreSQL's error for a result with too many digits."""
    return NumericValueOutOfRange("value overflows numeric format")


def scale_of(value: Decimal) -> int:
    """Digits after the point (dscale); 0 for NaN and the infinities."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def rounded(value: Decimal, scale: int) -> Decimal:
    """Round half away from zero to `scale` digits after the point (before it if negative)."""
    return value.quantize(quantum(scale), context=EXACT)


def text_of(value: Decimal) -> str:
    """A finite or special Decimal in stored form; 22003 where numeric cannot hold it."""
    if value.is_finite():
        if value.adjusted() >= WEIGHT_MAX and value:
            raise overflow()
        if value:
            return format(value, "f")
        return format(abs(value), "f")
    return "NaN" if value.is_nan() else "Infinity" if value > 0 else "-Infinity"


def decimal_of(value: Stored) -> Decimal:
    """The Decimal of a stored value of type numeric, in either of its forms."""
    if isinstance(value, str):
        return Decimal(value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    raise misfit("numeric", value)


def typmod_parts(typmod: int) -> tuple[int, int]:
    """(precision, scale) of a numeric typmod; the scale may be negative."""
    packed = typmod - 4
    return (packed >> 16) & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024


def apply_typmod(value: Decimal, typmod: int) -> Decimal:
    """Round to the scale of a numeric(p,s); 22003 if more than p - s digits remain before the point."""
    if typmod < 4 or value.is_nan():
        return value
    precision, scale = typmod_parts(typmod)
    if value.is_infinite():
        raise NumericValueOutOfRange(
            "numeric field overflow",
            detail=f"A field with precision {precision}, scale {scale} cannot hold an infinite value.")
    result = rounded(value, scale)
    if result and result.adjusted() >= precision - scale:
        limit = f"10^{precision - scale}" if precision != scale else "1"
        raise NumericValueOutOfRange(
            "numeric field overflow",
            detail=f"A field with precision {precision}, scale {scale} must round to an absolute value "
                   f"less than {limit}.")
    return result.quantize(quantum(0), context=EXACT) if scale < 0 else result


def _canonical(text: str) -> str:
    """Text of a number -> stored form, without typmod."""
    trimmed = text.strip(_SPACE)
    match = _DECIMAL.fullmatch(trimmed)
    if match and match[2] not in ("", "."):
        return _from_digits(match[1], match[2].replace("_", ""), int((match[3] or "0").replace("_", "")[:12]))
    radix = _RADIX.fullmatch(trimmed)
    if radix:
        sign, *numbers = radix.groups()
        digits, base = next((n, b) for n, b in zip(numbers, (16, 8, 2), strict=True) if n)
        if len(digits) > RADIX_DIGITS_MAX:
            raise NumericValueOutOfRange("value overflows numeric format")
        value = int(digits.replace("_", ""), base)
        return text_of(Decimal(-value if sign == "-" else value))
    special = _SPECIAL.get(trimmed.lower())
    if special is None:
        raise invalid_syntax("numeric", text)
    return special


def _from_digits(sign: str, digits: str, exponent: int) -> str:
    whole, _, fraction = digits.partition(".")
    scale = max(len(fraction) - exponent, 0)
    if abs(exponent) > 200_000 or scale > SCALE_MAX:
        raise overflow()
    value = Decimal(f"{sign}{whole or '0'}.{fraction}e{exponent}")
    return text_of(value if value.as_tuple().exponent == -scale else rounded(value, scale))


def parse_numeric(text: str, typmod: int, env: Env) -> Stored:
    """numeric_in: 22P02 for what is no number, 22003 for what does not fit the typmod."""
    if _CANONICAL.fullmatch(text) and len(text) < 1000 and text[0] != "-":
        result = text
    else:
        result = _canonical(text)
    if typmod >= 4:
        return text_of(apply_typmod(Decimal(result), typmod))
    return result


def numeric_from_number(value: Stored, scale: int | None) -> str:
    """Lift what a NUMERIC-affinity column holds to the text form with `scale` digits after the point.

    A number that another program wrote with more digits than the scale allows keeps all of them: it is not changed.
    scale None: of a numeric without typmod.
    """
    if value.__class__ is str:
        if value in _SPECIAL_VALUES or _CANONICAL.fullmatch(value):
            return value
        raise misfit("numeric", value)
    if scale is None or scale < 0 or scale > NATIVE_PRECISION_MAX:
        return text_of(decimal_of(value))
    if value.__class__ is int:
        return f"{value}.{'0' * scale}" if scale else str(value)
    if value.__class__ is not float:
        raise misfit("numeric", value)
    text = f"{value:.{scale}f}"
    if float(text) != value and float(f"{value:.15g}") != float(text):
        return text_of(decimal_of(value))
    return text.removeprefix("-") if value == 0 else text


def is_native(typmod: int) -> bool:
    """Whether a column of this typmod has NUMERIC affinity and holds numbers, not text."""
    if typmod < 4:
        return False
    precision, scale = typmod_parts(typmod)
    return 0 <= scale <= precision <= NATIVE_PRECISION_MAX


def declare_numeric(typmod: int) -> str:
    """The type's name in CREATE TABLE; where it is not `is_native` the column must also have COLLATE decimal."""
    if typmod < 4:
        return "numeric TEXT"
    precision, scale = typmod_parts(typmod)
    return f"NUMERIC({precision},{scale})" if is_native(typmod) else f"numeric TEXT({precision},{scale})"


def _text_encoder(typmod: int, env: Env) -> Encoder:
    scale = typmod_parts(typmod)[1] if typmod >= 4 else None

    def encode(value: Stored) -> bytes:
        return numeric_from_number(value, scale).encode()

    return encode


# The binary format: count of base-10000 digits, weight of the first, sign, dscale, then the digits.
_HEAD = Struct("!hhHH")
_SIGNS = {0x0000: "", 0x4000: "-", 0xC000: "NaN", 0xD000: "Infinity", 0xF000: "-Infinity"}
# PostgreSQL sends the infinities with bits of their internal form where the scale would be.
_SPECIAL_BINARY = {text: _HEAD.pack(0, 0, sign, 0 if text == "NaN" else 0x20)
                   for sign, text in _SIGNS.items() if len(text) > 1}


def _pack(text: str) -> bytes:
    special = _SPECIAL_BINARY.get(text)
    if special is not None:
        return special
    sign = 0x4000 if text[0] == "-" else 0
    whole, _, fraction = text.lstrip("-").partition(".")
    groups = -(-len(whole) // 4)
    padded = whole.zfill(groups * 4) + fraction + "0" * (-len(fraction) % 4)
    digits = [int(padded[at : at + 4]) for at in range(0, len(padded), 4)]
    weight = groups - 1
    first = 0
    while first < len(digits) and digits[first] == 0:
        first += 1
        weight -= 1
    while len(digits) > first and digits[-1] == 0:
        digits.pop()
    if first >= len(digits):
        return _HEAD.pack(0, 0, 0, len(fraction))
    digits = digits[first:]
    return _HEAD.pack(len(digits), weight, sign, len(fraction)) + Struct(f"!{len(digits)}h").pack(*digits)


def _binary_encoder(typmod: int, env: Env) -> Encoder:
    scale = typmod_parts(typmod)[1] if typmod >= 4 else None

    def encode(value: Stored) -> bytes:
        return _pack(numeric_from_number(value, scale))

    return encode


def _unpack(data: bytes) -> Decimal:
    if len(data) < _HEAD.size:
        raise ProtocolViolation("insufficient data left in message")
    count, weight, sign, scale = _HEAD.unpack_from(data)
    if sign not in _SIGNS:
        raise InvalidBinaryRepresentation('invalid sign in external "numeric" value')
    if scale > SCALE_MAX:
        raise InvalidBinaryRepresentation('invalid scale in external "numeric" value')
    if count < 0 or len(data) < _HEAD.size + 2 * count:
        raise ProtocolViolation("insufficient data left in message")
    if len(data) > _HEAD.size + 2 * count:
        raise InvalidBinaryRepresentation("incorrect binary data format")
    digits = Struct(f"!{count}h").unpack_from(data, _HEAD.size)
    if any(not 0 <= digit < 10000 for digit in digits):
        raise InvalidBinaryRepresentation('invalid digit in external "numeric" value')
    if len(_SIGNS[sign]) > 1:
        return Decimal(_SIGNS[sign])
    text = "".join(f"{digit:04d}" for digit in digits) or "0"
    value = Decimal(f"{_SIGNS[sign]}{text}e{(weight - count + 1) * 4 if count else 0}")
    return value.quantize(quantum(scale), rounding=ROUND_DOWN, context=EXACT)  # digits beyond the scale are dropped


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    return text_of(apply_typmod(_unpack(data), typmod))


def compare_numeric(a: str, b: str) -> int:
    """The order of the collation `decimal`: by value; NaN equals itself and is above everything."""
    if a == b:
        return 0
    first, second = Decimal(a), Decimal(b)
    if first.is_nan() or second.is_nan():
        return first.is_nan() - second.is_nan()
    return (first > second) - (first < second)


_parse: Callable[[str, int, Env], Stored] = parse_numeric

CODECS = (
    Codec(NUMERIC, _parse, _text_encoder, _receive, _binary_encoder, declare_numeric, "decimal", compare_numeric),
)
