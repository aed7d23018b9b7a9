"""numeric: exact arithmetic with PostgreSQL's rules for the scale of results. Values come and go as stored text.

Sums, differences and products are exact; division keeps at least 16 significant digits and never fewer digits than
either operand shows. Roots, powers and logarithms are in executor.builtins.numeric_math.
"""

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from functools import lru_cache
from math import gcd as _gcd

from executor.builtins.base import Builtin, Native, Python, SetReturning, native
from executor.sqlstates import DivisionByZero, InvalidParameterValue, NumericValueOutOfRange
from executor.sqlstates import InvalidArgumentForWidthBucketFunction as WrongBucket
from executor.types.integer import INT2_MAX, INT2_MIN, INT4_MAX, INT4_MIN, INT8_MAX, INT8_MIN
from executor.types.numeric import (
    EXACT,
    NAN,
    SCALE_MAX,
    apply_typmod,
    compare_numeric,
    overflow,
    quantum,
    rounded,
    scale_of,
    text_of,
    truncating,
)

SIGNIFICANT_DIGITS_MIN = 16
DISPLAY_SCALE_MAX = 1000
_GROUP = 4  # PostgreSQL counts in digits of base 10000

_INTEGERS = {
    "int2": (INT2_MIN, INT2_MAX, "smallint"), "int4": (INT4_MIN, INT4_MAX, "integer"),
    "int8": (INT8_MIN, INT8_MAX, "bigint"),
}

decimal = lru_cache(maxsize=256)(Decimal)
"""Text -> Decimal, remembering the last few: constants of a query are read once."""


def _capped(value: Decimal) -> str:
    """Stored form of a sum or product: at most 16383 digits after the point."""
    return text_of(rounded(value, SCALE_MAX) if scale_of(value) > SCALE_MAX else value)


def _special(function: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Decimal, Decimal], Decimal]:
    """Wrap an operation for operands that may be NaN or infinite: an invalid one gives NaN instead of an exception."""

    def compute(a: Decimal, b: Decimal) -> Decimal:
        if a.is_nan() or b.is_nan():
            return NAN
        try:
            return function(a, b)
        except ArithmeticError:
            return NAN

    return compute


_add, _subtract, _multiply = (_special(f) for f in (EXACT.add, EXACT.subtract, EXACT.multiply))


def numeric_add(a: str, b: str) -> str:
    """a + b, exactly."""
    return _capped(_add(Decimal(a), Decimal(b)))


def numeric_sub(a: str, b: str) -> str:
    """a - b, exactly."""
    return _capped(_subtract(Decimal(a), Decimal(b)))


def numeric_mul(a: str, b: str) -> str:
    """a * b, exactly."""
    return _capped(_multiply(Decimal(a), Decimal(b)))


def weight(value: Decimal) -> int:
    """Position of the first base-10000 digit: 0 for 1..9999."""
    return value.adjusted() // _GROUP if value else 0


def _first_group(value: Decimal) -> int:
    """The first base-10000 digit."""
    if not value:
        return 0
    count = value.adjusted() % _GROUP + 1
    digits = value.as_tuple().digits[:count]
    return int("".join(map(str, digits)).ljust(count, "0"))


def division_scale(a: Decimal, b: Decimal) -> int:
    """How many digits after the point a / b has (select_div_scale)."""
    size = weight(a) - weight(b)
    if _first_group(a) <= _first_group(b):
        size -= 1
    return min(max(SIGNIFICANT_DIGITS_MIN - size * _GROUP, scale_of(a), scale_of(b), 0), DISPLAY_SCALE_MAX)


def divide(a: Decimal, b: Decimal, scale: int) -> Decimal:
    """a / b for finite operands, b not zero, rounded half away from zero to `scale` digits after the point."""
    precision = max(a.adjusted() - b.adjusted() + 1 + scale + 2, 1) if a else 1
    return rounded(truncating(-(-precision // 16) * 16).divide(a, b), scale)


def _divide_special(a: Decimal, b: Decimal) -> Decimal:
    """a / b where one is NaN or infinite."""
    if a.is_nan() or b.is_nan():
        return NAN
    if a.is_infinite():
        if b.is_infinite():
            return NAN
        if not b:
            raise DivisionByZero("division by zero")
        return a if b > 0 else -a
    return Decimal(0)


def numeric_div(a: str, b: str) -> str:
    """a / b."""
    x, y = Decimal(a), decimal(b)
    if not (x.is_finite() and y.is_finite()):
        return text_of(_divide_special(x, y))
    if not y:
        raise DivisionByZero("division by zero")
    return text_of(divide(x, y, division_scale(x, y)))


def numeric_div_trunc(a: str, b: str) -> str:
    """div(a, b): the quotient without its fraction."""
    x, y = Decimal(a), Decimal(b)
    if not (x.is_finite() and y.is_finite()):
        return text_of(_divide_special(x, y))
    if not y:
        raise DivisionByZero("division by zero")
    return text_of(truncating(max(x.adjusted() - y.adjusted() + 2, 1)).divide(x, y)
                   .quantize(quantum(0), ROUND_DOWN, EXACT)) if x else "0"


def numeric_mod(a: str, b: str) -> str:
    """The remainder of div, with the sign of the dividend."""
    x, y = Decimal(a), Decimal(b)
    if x.is_nan() or y.is_nan():
        return "NaN"
    if not y:
        raise DivisionByZero("division by zero")
    if x.is_infinite():
        return "NaN"
    return a if y.is_infinite() else text_of(EXACT.remainder(x, y))


def numeric_uminus(a: str) -> str:
    """-a; the scale stays."""
    return text_of(Decimal(a).copy_negate()) if a != "NaN" else a


def numeric_abs(a: str) -> str:
    """|a|."""
    return a[1:] if a[0] == "-" else a


def _sign(a: str) -> str:
    value = Decimal(a)
    return "NaN" if value.is_nan() else str((value > 0) - (value < 0))


def _limited(scale: int) -> int:
    return min(max(scale, -DISPLAY_SCALE_MAX * 200), SCALE_MAX)


def numeric_round(a: str, scale: int = 0) -> str:
    """Round half away from zero; a negative scale rounds before the point."""
    value = Decimal(a)
    if not value.is_finite():
        return a
    result = rounded(value, _limited(scale))
    return text_of(result.quantize(quantum(0), context=EXACT) if scale < 0 else result)


def numeric_trunc(a: str, scale: int = 0) -> str:
    """Cut digits off; a negative scale makes them zero before the point."""
    value = Decimal(a)
    if not value.is_finite():
        return a
    result = value.quantize(quantum(_limited(scale)), ROUND_DOWN, EXACT)
    return text_of(result.quantize(quantum(0), context=EXACT) if scale < 0 else result)


def _integral(rounding: str) -> Callable[[str], str]:
    def compute(a: str) -> str:
        value = Decimal(a)
        return text_of(value.quantize(quantum(0), rounding, EXACT)) if value.is_finite() else a

    return compute


def numeric_scale(a: str) -> int | None:
    """Digits after the point; NULL for NaN and the infinities."""
    return None if a[-1] in "Ny" else len(a.partition(".")[2])


def min_scale(a: str) -> int | None:
    """Digits after the point that are needed; NULL for NaN and the infinities."""
    return None if a[-1] in "Ny" else len(a.partition(".")[2].rstrip("0"))


def trim_scale(a: str) -> str:
    """Without trailing zeros after the point."""
    return a.rstrip("0").rstrip(".") if "." in a else a


def to_integer(kind: str) -> Callable[[str], int]:
    """The cast to int2, int4 or int8: rounds half away from zero; 22003 out of range, 0A000 for NaN."""
    low, high, name = _INTEGERS[kind]

    def convert(a: str) -> int:
        value = Decimal(a)
        if not value.is_finite():
            from executor.sqlstates import FeatureNotSupported

            raise FeatureNotSupported(f"cannot convert {'NaN' if value.is_nan() else 'infinity'} to {name}")
        result = int(rounded(value, 0)) if value.adjusted() < 20 else high + 1
        if low <= result <= high:
            return result
        raise NumericValueOutOfRange(f"{name} out of range")

    return convert


def _cast(a: str, typmod: int) -> str:
    return text_of(apply_typmod(Decimal(a), typmod))


def _common(function: Callable[[Decimal, Decimal, int], Decimal]) -> Callable[[str, str], str]:
    """gcd and lcm work on the integers that remain when both operands are scaled alike."""

    def compute(a: str, b: str) -> str:
        x, y = Decimal(a), Decimal(b)
        if not (x.is_finite() and y.is_finite()):
            return "NaN"
        return text_of(function(x, y, max(scale_of(x), scale_of(y))))

    return compute


def _divisor(x: Decimal, y: Decimal, scale: int) -> Decimal:
    common = _gcd(int(x.scaleb(scale, EXACT)), int(y.scaleb(scale, EXACT)))
    return Decimal(common).scaleb(-scale, EXACT)


def _multiple(x: Decimal, y: Decimal, scale: int) -> Decimal:
    if not x or not y:
        return rounded(Decimal(0), scale)
    a, b = int(x.scaleb(scale, EXACT)), int(y.scaleb(scale, EXACT))
    return Decimal(abs(a * b) // _gcd(a, b)).scaleb(-scale, EXACT)


_FACTORIAL_MAX = 32177


def factorial(value: int) -> str:
    """n!; 22003 for a negative n and where the result has more digits than numeric can hold."""
    if value < 0:
        raise NumericValueOutOfRange("factorial of a negative number is undefined")
    if value > _FACTORIAL_MAX:
        raise overflow()
    result = Decimal(1)
    for factor in range(2, value + 1):
        result = EXACT.multiply(result, Decimal(factor))
    return text_of(result)


def width_bucket(operand: str, low: str, high: str, count: int) -> int:
    """The number of the bucket of an equal-width histogram; 0 and count + 1 outside."""
    x, a, b = Decimal(operand), Decimal(low), Decimal(high)
    if count <= 0:
        raise WrongBucket("count must be greater than zero")
    if x.is_nan() or a.is_nan() or b.is_nan():
        raise WrongBucket("operand, lower bound, and upper bound cannot be NaN")
    if a.is_infinite() or b.is_infinite():
        raise WrongBucket("lower and upper bounds must be finite")
    if a == b:
        raise WrongBucket("lower bound cannot equal upper bound")
    if a > b:
        a, b, x = a.copy_negate(), b.copy_negate(), x.copy_negate()  # the operator - rounds
    if x < a:
        return 0
    if x >= b:
        if count >= INT4_MAX:
            raise NumericValueOutOfRange("integer out of range")
        return count + 1
    share = EXACT.divide_int(EXACT.multiply(EXACT.subtract(x, a), Decimal(count)), EXACT.subtract(b, a))
    return int(share) + 1


def series(start: str, stop: str, step: str = "1") -> Iterator[str]:
    """generate_series; both ends are included."""
    value, last, increment = Decimal(start), Decimal(stop), Decimal(step)
    for name, part in (("start", value), ("stop", last), ("step size", increment)):
        if not part.is_finite():
            kind = "NaN" if part.is_nan() else "infinity"
            raise InvalidParameterValue(f"{name} {'value ' if name != 'step size' else ''}cannot be {kind}")
    if not increment:
        raise InvalidParameterValue("step size cannot equal zero")
    while value <= last if increment > 0 else value >= last:
        yield text_of(value)
        value = EXACT.add(value, increment)


def _compare(a: str, b: str) -> int:
    return compare_numeric(a, b)


_IDENTITY = native(lambda a: a)
_AS_TEXT = Native(lambda a: f"CAST({a} AS TEXT)")

_ARITHMETIC: tuple[tuple[str, Callable[[str, str], str], str], ...] = (
    ("numeric_add", numeric_add, "9.25"), ("numeric_sub", numeric_sub, "4.75"), ("numeric_mul", numeric_mul, "15.75"),
    ("numeric_div", numeric_div, "3.1111111111111111"), ("numeric_mod", numeric_mod, "0.25"),
     ("mod", numeric_mod, "0.25"),
    ("div", numeric_div_trunc, "3"), ("numeric_div_trunc", numeric_div_trunc, "3"),
)

BUILTINS = (
    *(Builtin(f"{name}(numeric,numeric)", Python(function), (f"{name}(7, 2.25)", expected))
      for name, function, expected in _ARITHMETIC),
    Builtin("numeric_uminus(numeric)", Python(numeric_uminus), ("numeric_uminus(1.50)", "-1.50")),
    Builtin("numeric_uplus(numeric)", _IDENTITY, ("numeric_uplus(1.50)", "1.50")),
    Builtin("numeric_inc(numeric)", Python(lambda a: numeric_add(a, "1")), ("numeric_inc(1.50)", "2.50")),
    Builtin("numeric_abs(numeric)", Python(numeric_abs), ("numeric_abs(-1.50)", "1.50")),
    Builtin("abs(numeric)", Python(numeric_abs), ("abs(-1.50)", "1.50")),
    Builtin("sign(numeric)", Python(_sign), ("sign(-1.50)", "-1")),
    Builtin("round(numeric,int4)", Python(numeric_round), ("round(1234.565, 2)", "1234.57")),
    Builtin("round(numeric)", Python(numeric_round), ("round(-2.5)", "-3")),
    Builtin("trunc(numeric,int4)", Python(numeric_trunc), ("trunc(1234.567, -2)", "1200")),
    Builtin("trunc(numeric)", Python(numeric_trunc), ("trunc(-2.5)", "-2")),
    *(Builtin(f"{name}(numeric)", Python(_integral(ROUND_CEILING)), (f"{name}(-1.5)", "-1"))
      for name in ("ceil", "ceiling")),
    Builtin("floor(numeric)", Python(_integral(ROUND_FLOOR)), ("floor(-1.5)", "-2")),
    Builtin("scale(numeric)", Python(numeric_scale), ("scale(1.50)", "2")),
    Builtin("min_scale(numeric)", Python(min_scale), ("min_scale(1.50)", "1")),
    Builtin("trim_scale(numeric)", Python(trim_scale), ("trim_scale(1.500)", "1.5")),
    Builtin("numeric_cmp(numeric,numeric)", Python(_compare), ("numeric_cmp(1.50, 1.5)", "0")),
    Builtin("numeric_larger(numeric,numeric)", Python(lambda a, b: a if compare_numeric(a, b) > 0 else b),
            ("numeric_larger(9, 10)", "10")),
    Builtin("numeric_smaller(numeric,numeric)", Python(lambda a, b: a if compare_numeric(a, b) < 0 else b),
            ("numeric_smaller(9, 10)", "9")),
    Builtin("gcd(numeric,numeric)", Python(_common(_divisor)), ("gcd(1.5, 0.60)", "0.30")),
    Builtin("lcm(numeric,numeric)", Python(_common(_multiple)), ("lcm(1.5, 0.60)", "3.00")),
    Builtin("factorial(int8)", Python(factorial), ("factorial(20)", "2432902008176640000")),
    Builtin("width_bucket(numeric,numeric,numeric,int4)", Python(width_bucket),
            ("width_bucket(5.35, 0.024, 10.06, 5)", "3")),
    Builtin("numeric(numeric,int4)", Python(_cast), ("\"numeric\"(1234.567, 393222)", "1234.57")),
    *(Builtin(f"numeric({kind})", _AS_TEXT, (f"\"numeric\"(7::{kind})", "7")) for kind in _INTEGERS),
    *(Builtin(f"{kind}(numeric)", Python(to_integer(kind)), (f"{kind}(2.5)", "3")) for kind in _INTEGERS),
    Builtin("generate_series(numeric,numeric,numeric)", SetReturning(series)),
    Builtin("generate_series(numeric,numeric)", SetReturning(series)),
)
