"""float4, float8: arithmetic with PostgreSQL's overflow errors, rounding, casts.

SQLite has no NaN: what would be one becomes NULL, and the stored form of NaN is a text. So a native expression is used
only where operands and result are finite, which it checks; the functions here do the rest. They take and give
stored values, in which NaN is the text 'NaN'.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from math import copysign, isinf, nan
from typing import cast

from executor.builtins.base import Builtin, Native, Python, call, native
from executor.sqlstates import DivisionByZero, NumericValueOutOfRange
from executor.sqlstates import InvalidArgumentForWidthBucketFunction as Wrong
from executor.types.float import NAN, float4_from_text, float8_from_text, to_single
from executor.types.integer import INT2_MAX, INT2_MIN, INT4_MAX, INT4_MIN, INT8_MAX, INT8_MIN
from executor.types.numeric import text_of

Float = float | str
"""A stored float: a number, or 'NaN'."""

_MAX = "1.7976931348623157e308"
_INTEGERS = {
    "int2": (INT2_MIN, INT2_MAX, "smallint out of range"), "int4": (INT4_MIN, INT4_MAX, "integer out of range"),
    "int8": (INT8_MIN, INT8_MAX, "bigint out of range"),
}


def number(value: Float) -> float:
    """A stored float as a Python float."""
    return nan if value.__class__ is str else cast(float, value)


def stored(value: float) -> Float:
    """A Python float as a stored float."""
    return value if value == value else NAN


def overflow() -> NumericValueOutOfRange:
    """A result too large for its type."""
    return NumericValueOutOfRange("value out of range: overflow")


def underflow() -> NumericValueOutOfRange:
    """A result too small for its type."""
    return NumericValueOutOfRange("value out of range: underflow")


def _add(a: float, b: float) -> float:
    return a + b


def _subtract(a: float, b: float) -> float:
    return a - b


def _multiply(a: float, b: float) -> float:
    result = a * b
    if result == 0 and a != 0 and b != 0:
        raise underflow()
    return result


def _divide(a: float, b: float) -> float:
    if b == 0:
        if a != a:
            return a
        raise DivisionByZero("division by zero")
    result = a / b
    if result == 0 and a != 0 and not isinf(b):
        raise underflow()
    return result


def _double(function: Callable[[float, float], float], name: str) -> Callable[[Float, Float], Float]:
    def compute(a: Float, b: Float) -> Float:
        x, y = number(a), number(b)
        result = function(x, y)
        if isinf(result) and not isinf(x) and not isinf(y):
            raise overflow()
        return stored(result)

    compute.__name__ = name
    return compute


def _single(function: Callable[[float, float], float], name: str) -> Callable[[Float, Float], Float]:
    # The double result of two singles, rounded to a single, is the correctly rounded single result.
    def compute(a: Float, b: Float) -> Float:
        x, y = number(a), number(b)
        exact = function(x, y)
        result = to_single(exact) if exact == exact else exact
        if isinf(result) and not isinf(x) and not isinf(y):
            raise overflow()
        if result == 0 and exact != 0:
            raise underflow()
        return stored(result)

    compute.__name__ = name
    return compute


def _guarded(symbol: str, function: Callable[[Float, Float], Float], condition: str = "") -> Native:
    """`condition`: more to check, with {a} and {b}. A text (NaN) is above every number in SQLite's max()."""

    def lower(a: str, b: str) -> str:
        result = f"{a} {symbol} {b}"
        return (f"(CASE WHEN max({a}, {b}) <= {_MAX} AND {result} BETWEEN -{_MAX} AND {_MAX}"
                f"{condition.format(a=a, b=b)} THEN {result} ELSE {call(function, a, b)} END)")

    return Native(lower, 5, function, (function,))


_DOUBLES = {
    "pl": ("+", _add, ""), "mi": ("-", _subtract, ""), "mul": ("*", _multiply, " AND {a} * {b} <> 0.0"),
    "div": ("/", _divide, " AND {b} <> 0.0 AND {a} / {b} <> 0.0"),
}
_EXPECTED = {"pl": "9.25", "mi": "4.75", "mul": "15.75", "div": "3.111111111111111"}
_EXPECTED_SINGLE = {**_EXPECTED, "div": "3.1111112"}


def _arithmetic() -> Iterator[Builtin]:
    for name, (symbol, function, condition) in _DOUBLES.items():
        for prefix, left, right in (("8", "float8", "float8"), ("48", "float4", "float8"), ("84", "float8", "float4")):
            compute = _double(function, f"float8{name}")
            yield Builtin(f"float{prefix}{name}({left},{right})", _guarded(symbol, compute, condition),
                          (f"float{prefix}{name}(7::{left}, 2.25::{right})", _EXPECTED[name]))
        yield Builtin(f"float4{name}(float4,float4)", Python(_single(function, f"float4{name}")),
                      (f"float4{name}(7::float4, 2.25::float4)", _EXPECTED_SINGLE[name]))


def negate(value: Float) -> Float:
    """Unary minus; minus zero is kept."""
    return value if isinstance(value, str) else -value


def absolute(value: Float) -> Float:
    """abs()."""
    return value if isinstance(value, str) else abs(value)


def _integral(function: Callable[[float], float]) -> Callable[[Float], Float]:
    def compute(value: Float) -> Float:
        return value if isinstance(value, str) or isinf(value) else copysign(float(function(value)), value)

    return compute


_ceil = _integral(lambda value: value.__ceil__())
_floor = _integral(lambda value: value.__floor__())
_round = _integral(lambda value: value.__round__())
_trunc = _integral(lambda value: value.__trunc__())


def sign(value: Float) -> Float:
    """-1, 0 or 1; 0 for NaN."""
    return 0.0 if isinstance(value, str) else float((value > 0) - (value < 0))


def to_integer(kind: str) -> Callable[[Float], int]:
    """The cast to int2, int4 or int8: rounds to even; 22003 out of range and for NaN."""
    low, high, message = _INTEGERS[kind]

    def convert(value: Float) -> int:
        if not isinstance(value, str) and not isinf(value):
            result = round(value)
            if low <= result <= high:
                return result
        raise NumericValueOutOfRange(message)

    return convert


def float4_from_float8(value: Float) -> Float:
    """The cast to float4; 22003 where only an infinity or zero would be near."""
    if isinstance(value, str):
        return value
    result = to_single(value)
    if isinf(result) and not isinf(value):
        raise overflow()
    if result == 0 and value != 0:
        raise underflow()
    return result


_SINGLE_DIGITS = 24


def float4_from_int(value: int) -> float:
    """The cast of an integer to float4: rounded once, ties to even."""
    excess = value.bit_length() - 53
    if excess > 0:  # it would be rounded to a double first
        excess = value.bit_length() - _SINGLE_DIGITS
        unit = 1 << excess
        whole, rest = divmod(abs(value), unit)
        whole += rest * 2 > unit or (rest * 2 == unit and whole & 1)
        return copysign(float(whole * unit), value)
    return to_single(float(value))


def float8_from_numeric(value: str) -> Float:
    """The cast numeric -> float8."""
    return float8_from_text(value)


def float4_from_numeric(value: str) -> Float:
    """The cast numeric -> float4."""
    return float4_from_text(value)


def _numeric_from_float(digits: int) -> Callable[[Float], str]:
    def convert(value: Float) -> str:
        return value if isinstance(value, str) else text_of(Decimal(f"{value:.{digits}g}"))

    return convert


def _bucket_checks(operand: float, low: float, high: float, count: int) -> None:
    if count <= 0:
        raise Wrong("count must be greater than zero")
    if operand != operand or low != low or high != high:
        raise Wrong("operand, lower bound, and upper bound cannot be NaN")
    if isinf(low) or isinf(high):
        raise Wrong("lower and upper bounds must be finite")
    if low == high:
        raise Wrong("lower bound cannot equal upper bound")


def width_bucket(operand: Float, low: Float, high: Float, count: int) -> int:
    """The number of the bucket of an equal-width histogram; 0 and count + 1 outside."""
    x, a, b = number(operand), number(low), number(high)
    _bucket_checks(x, a, b, count)
    if a > b:
        a, b, x = -a, -b, -x
    if x < a:
        return 0
    if x >= b:
        if count >= INT4_MAX:
            raise NumericValueOutOfRange("integer out of range")
        return count + 1
    ratio = (x - a) / (b - a) if not isinf(b - a) else (x / 2 - a / 2) / (b / 2 - a / 2)
    return min(int(count * ratio), count - 1) + 1


BUILTINS = (
    *_arithmetic(),
    *(Builtin(f"float{n}um(float{n})", Python(negate), (f"float{n}um(0::float{n})", "-0")) for n in (4, 8)),
    *(Builtin(f"float{n}up(float{n})", native(lambda a: a), (f"float{n}up(1.5::float{n})", "1.5")) for n in (4, 8)),
    *(Builtin(f"{name}(float{n})", Python(absolute), (f"{name}((-1.5)::float{n})", "1.5"))
      for n in (4, 8) for name in (f"float{n}abs", "abs")),
    # Of 0 and -0 the second is the larger as well as the smaller; SQLite's max() gives the first of equals, min() the last.
    *(Builtin(f"float{n}larger(float{n},float{n})", native(lambda a, b: f"max({b}, {a})"),
              (f"float{n}larger(1::float{n}, 'NaN'::float{n})", "NaN")) for n in (4, 8)),
    *(Builtin(f"float{n}smaller(float{n},float{n})", native(lambda a, b: f"min({a}, {b})"),
              (f"float{n}smaller(1::float{n}, 'NaN'::float{n})", "1")) for n in (4, 8)),
    *(Builtin(f"{name}(float8)", Python(_ceil), (f"{name}((-0.5)::float8)", "-0")) for name in ("ceil", "ceiling")),
    Builtin("floor(float8)", Python(_floor), ("floor((-1.5)::float8)", "-2")),
    *(Builtin(f"{name}(float8)", Python(_round), (f"{name}(2.5::float8)", "2")) for name in ("round", "dround")),
    *(Builtin(f"{name}(float8)", Python(_trunc), (f"{name}((-2.7)::float8)", "-2")) for name in ("trunc", "dtrunc")),
    Builtin("sign(float8)", Python(sign), ("sign((-2.5)::float8)", "-1")),
    *(Builtin(f"{kind}(float{n})", Python(to_integer(kind)), (f"{kind}(2.5::float{n})", "2"))
      for kind in _INTEGERS for n in (4, 8)),
    *(Builtin(f"float8({kind})", native(lambda a: f"CAST({a} AS REAL)"), (f"float8(7::{kind})", "7"))
      for kind in _INTEGERS),
    *(Builtin(f"float4({kind})", Python(float4_from_int), (f"float4(7::{kind})", "7")) for kind in _INTEGERS),
    Builtin("float8(float4)", native(lambda a: a), ("float8(0.1::float4)", "0.10000000149011612")),
    Builtin("float4(float8)", Python(float4_from_float8), ("float4(1e300::float8)", "ERROR 22003")),
    Builtin("float8(numeric)", Python(float8_from_numeric), ("float8(1.50)", "1.5")),
    Builtin("float4(numeric)", Python(float4_from_numeric), ("float4(0.1)", "0.1")),
    Builtin("numeric(float8)", Python(_numeric_from_float(15)), ('"numeric"(0.30000000000000004::float8)', "0.3")),
    Builtin("numeric(float4)", Python(_numeric_from_float(6)), ('"numeric"(1234567::float4)', "1234570")),
    Builtin("width_bucket(float8,float8,float8,int4)", Python(width_bucket),
            ("width_bucket(5.35::float8, 0.024::float8, 10.06::float8, 5)", "3")),
)
