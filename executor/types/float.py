"""float4, float8: stored as REAL; NaN is the text 'NaN', which sorts after every number as in PostgreSQL.

A float4 is stored as the double that equals it. Text output is the shortest digits that give the same value back
(extra_float_digits > 0), or a fixed number of digits, exactly as PostgreSQL lays them out.
"""

import re
from collections.abc import Callable
from decimal import Context, Decimal
from functools import partial
from math import inf, isinf, nextafter, ulp
from struct import Struct
from struct import error as struct_error

from executor.sqlstates import NumericValueOutOfRange
from executor.types.base import (
    Codec,
    Encoder,
    Env,
    Stored,
    binary_length,
    constant,
    declared,
    invalid_syntax,
    misfit,
)
from executor.types.oids import FLOAT4, FLOAT8

NAN = "NaN"

_SINGLE = Struct("!f")
_SINGLE_BITS = Struct("!I")
_SINGLE_NORMAL = 1.1754943508222875e-38  # from here on, six digits never name two singles
_DOUBLE = Struct("!d")
_DOUBLE_BITS = Struct("!Q")
_NAN_SINGLE = bytes.fromhex("7fc00000")
_NAN_DOUBLE = bytes.fromhex("7ff8000000000000")
_SPACE = " \t\n\v\f\r"
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_HEXADECIMAL = re.compile(r"[-+]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][-+]?[0-9]+)?")
_SPECIAL: dict[str, float | str] = {
    "nan": NAN, "+nan": NAN, "-nan": NAN, "infinity": inf, "+infinity": inf, "-infinity": -inf, "inf": inf,
    "+inf": inf, "-inf": -inf,
}
_NONZERO = re.compile(r"[1-9]")
_NONZERO_HEXADECIMAL = re.compile(r"[xX][0.]*[1-9a-fA-F]")


def to_single(value: float) -> float:
    """Round a double to the nearest single, as a double; infinite where it is too large."""
    try:
        rounded: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    except (OverflowError, struct_error):
        return inf if value > 0 else -inf
    return rounded


def float8_from_text(text: str, type_name: str = "double precision") -> float | str:
    """Read a double as float8in does. 22P02 for what is no number, 22003 for what no double can hold."""
    trimmed = text.strip(_SPACE)
    if _DECIMAL.fullmatch(trimmed):
        value = float(trimmed)
        nonzero = _NONZERO.search(trimmed.lower().partition("e")[0])
    elif _HEXADECIMAL.fullmatch(trimmed):
        try:
            value = float.fromhex(trimmed)
        except OverflowError:
            value = inf
        nonzero = _NONZERO_HEXADECIMAL.search(trimmed)
    else:
        special = _SPECIAL.get(trimmed.lower())
        if special is None:
            raise invalid_syntax(type_name, text)
        return special
    if isinf(value) or (value == 0 and nonzero):
        raise NumericValueOutOfRange(f'"{trimmed}" is out of range for type {type_name}')
    return value


def float4_from_text(text: str) -> float | str:
    """Read a single as float4in does, as the double that equals it."""
    value = float8_from_text(text, "real")
    if isinstance(value, str) or isinf(value):
        return value
    trimmed = text.strip(_SPACE)
    if to_single(value) != value and _DECIMAL.fullmatch(trimmed):
        # Rounding twice, to a double and then to a single, is wrong if the double is halfway between two singles.
        exact = Decimal(trimmed)
        if exact != Decimal(value) and _DOUBLE_BITS.unpack(_DOUBLE.pack(value))[0] & 0x1FFFFFFF == 0x10000000:
            value = nextafter(value, inf if exact > Decimal(value) else -inf)
    single = to_single(value)
    if isinf(single) or (single == 0 and value != 0):
        raise NumericValueOutOfRange(f'"{trimmed}" is out of range for type real')
    return single


def _spread(digits: str, exponent: int, negative: bool, limit: int) -> str:
    """Lay out significant digits d.ddd * 10^exponent: plain from 10^-4 to 10^limit, else with an exponent."""
    if -4 <= exponent < limit:
        if exponent < 0:
            text = "0." + "0" * (-exponent - 1) + digits
        elif len(digits) <= exponent + 1:
            text = digits + "0" * (exponent + 1 - len(digits))
        else:
            text = digits[: exponent + 1] + "." + digits[exponent + 1 :]
    else:
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        text = f"{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return "-" + text if negative else text


def _special(value: float) -> str:
    return "Infinity" if value > 0 else "-Infinity"


def float8_text(value: float) -> str:
    """The shortest text that reads back as the same double."""
    if -1e15 < value < 1e15:
        text = repr(value)
        return text[:-2] if text.endswith(".0") else text
    if isinf(value):
        return _special(value)
    size = abs(value)
    low = (Decimal(size) + Decimal(nextafter(size, 0))) / 2
    high = Decimal(size) + Decimal(ulp(size)) / 2
    digits = repr(size).partition("e")[0].replace(".", "").rstrip("0")
    return _shortest(value, len(digits) - 1, (low, high), 15)


def float4_text(value: float) -> str:
    """The shortest text that reads back as the same single."""
    if isinf(value):
        return _special(value)
    if value == 0:
        return "-0" if str(value)[0] == "-" else "0"
    size = abs(value)
    (bits,) = _SINGLE_BITS.unpack(_SINGLE.pack(size))
    below, above = (_SINGLE.unpack(_SINGLE_BITS.pack(bits + step))[0] for step in (-1, 1))
    if isinf(above):
        above = 2 * size - below
    interval = (Decimal((below + size) / 2), Decimal((above + size) / 2))
    return _shortest(value, 5 if size >= _SINGLE_NORMAL else 0, interval, 6)


def _shortest(value: float, precision: int, interval: tuple[Decimal, Decimal], limit: int) -> str:
    """The shortest digits strictly inside the interval of numbers that round to |value|.

    repr() would also take an end of the interval (1e23), where PostgreSQL does not (9.999999999999999e+22).
    """
    low, high = interval
    size = abs(value)
    while True:
        nearest = Decimal(text := f"{size:.{precision}e}")
        if low < nearest < high:
            break
        # Above a power of two the interval is twice as wide: the next number up may be in it.
        following = nearest.next_plus(Context(prec=precision + 1))
        if low < following < high:
            text = f"{following:.{precision}e}"
            break
        precision += 1
    mantissa, _, exponent = text.partition("e")
    digits = mantissa.replace(".", "").rstrip("0")
    return _spread(digits, int(exponent), value < 0, limit)


def _fixed_digits(value: float, digits: int) -> str:
    return _special(value) if isinf(value) else f"{value:.{digits}g}"


def float_printer(oid: int, extra_float_digits: int) -> Callable[[float], str]:
    """The function that prints a float4 or float8 under this setting."""
    if extra_float_digits > 0:
        return float8_text if oid == FLOAT8 else float4_text
    return partial(_fixed_digits, digits=max((15 if oid == FLOAT8 else 6) + extra_float_digits, 1))


def _text_encoder(oid: int, type_name: str) -> Callable[[int, Env], Encoder]:
    def text_encoder(typmod: int, env: Env) -> Encoder:
        show = float_printer(oid, env.extra_float_digits)

        def encode(value: Stored) -> bytes:
            if value.__class__ is float:
                return show(value).encode()
            if value == NAN:
                return b"NaN"
            if value.__class__ is int:
                return show(float(value)).encode()
            raise misfit(type_name, value)

        return encode

    return text_encoder


def _receive(layout: Struct) -> Callable[[bytes, int, Env], Stored]:
    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        value: float = layout.unpack(binary_length(data, layout.size))[0]
        return value if value == value else NAN

    return receive


def _binary(type_name: str, layout: Struct, nan: bytes) -> Encoder:
    def encode(value: Stored) -> bytes:
        if isinstance(value, float | int):
            return layout.pack(value)
        if value == NAN:
            return nan
        raise misfit(type_name, value)

    return encode


CODECS = (
    Codec(FLOAT4, lambda text, typmod, env: float4_from_text(text), _text_encoder(FLOAT4, "real"), _receive(_SINGLE),
          constant(_binary("real", _SINGLE, _NAN_SINGLE)), declared("real")),
    Codec(FLOAT8, lambda text, typmod, env: float8_from_text(text), _text_encoder(FLOAT8, "double precision"),
          _receive(_DOUBLE), constant(_binary("double precision", _DOUBLE, _NAN_DOUBLE)),
          declared("double precision")),
)
