"""Square root, exponential, logarithms and powers of numeric, with PostgreSQL's rules for the scale of results.

PostgreSQL computes each with a few guard digits and rounds to a scale that gives at least 16 significant digits;
the functions here choose the same scale and round the correct value to it. Python's operators on Decimals round to 28
digits, so signs are changed with copy_abs and copy_negate, and sums are made in a wide context.
"""

import math
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from functools import cache

from executor.builtins.base import Builtin, Python
from executor.builtins.numeric import DISPLAY_SCALE_MAX, SIGNIFICANT_DIGITS_MIN, divide, weight
from executor.sqlstates import DivisionByZero, InvalidArgumentForLog, InvalidArgumentForPowerFunction
from executor.types.numeric import EXACT, INFINITY, NAN, WEIGHT_MAX, overflow, rounded, scale_of, text_of

_LOG10_E = 0.434294481903252
_RESULT_SCALE_MAX = 2 * DISPLAY_SCALE_MAX
_GUARD_DIGITS = 12


@cache
def _context(precision: int) -> Context:
    return Context(prec=precision, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation])


def _working(digits: int) -> Context:
    """A context of at least this many digits and some guard digits."""
    return _context(-(-max(digits, 1) // 16) * 16 + _GUARD_DIGITS)


def _scale(value_weight: int, *least: int) -> int:
    """Digits after the point for a result whose first digit is at 10^value_weight."""
    return min(max(SIGNIFICANT_DIGITS_MIN - value_weight, 0, *least), DISPLAY_SCALE_MAX)


def _double(value: Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def numeric_sqrt(a: str) -> str:
    """The square root; 2201F for a negative number."""
    value = Decimal(a)
    if value.is_nan():
        return a
    if value < 0:
        raise InvalidArgumentForPowerFunction("cannot take square root of a negative number")
    if value.is_infinite():
        return a
    return text_of(square_root(value, _scale(weight(value) * 2 + 1, scale_of(value))))


def square_root(value: Decimal, scale: int) -> Decimal:
    """The root of a number that is not negative, rounded to `scale` digits after the point."""
    # The integer root of value * 100^(scale + 1), whose last digit only decides the rounding.
    root = math.isqrt(int(value.scaleb(2 * (scale + 1), _context(400_000))))
    return rounded(Decimal(root).scaleb(-(scale + 1), _context(400_000)), scale)


def _exponential(value: Decimal, scale: int) -> Decimal:
    """e^value rounded to `scale` digits after the point."""
    size = _double(value) * _LOG10_E
    if abs(_double(value)) >= 3 * _RESULT_SCALE_MAX:
        if value > 0:
            raise overflow()
        return rounded(Decimal(0), scale)
    if size < -scale - 5:
        return rounded(Decimal(0), scale)
    return rounded(_working(int(size) + scale + 2).exp(value), scale)


def numeric_exp(a: str) -> str:
    """e^a."""
    value = Decimal(a)
    if value.is_nan():
        return a
    if value.is_infinite():
        return a if value > 0 else "0"
    size = min(max(_double(value) * _LOG10_E, -_RESULT_SCALE_MAX), _RESULT_SCALE_MAX)
    return text_of(_exponential(value, _scale(int(size), scale_of(value))))


def _leading(value: Decimal, groups: int) -> tuple[int, int]:
    """The first base-10000 digits of a number as an integer, and the power of ten it is to be multiplied by."""
    exponent = (weight(value) - groups + 1) * 4
    digits = value.as_tuple()
    assert isinstance(digits.exponent, int)
    coefficient = int("".join(map(str, digits.digits[:40])))
    shift = digits.exponent + max(len(digits.digits) - 40, 0) - exponent
    return (coefficient * 10**shift if shift >= 0 else coefficient // 10**-shift), exponent


def _logarithm_weight(value: Decimal) -> int:
    """An estimate of the decimal weight of ln(value) (estimate_ln_dweight)."""
    if Decimal("0.9") <= value <= Decimal("1.1"):
        distance = EXACT.subtract(value, Decimal(1)).copy_abs()
        return distance.adjusted() if distance else 0
    groups = 2 if _group_count(value) > 1 else 1
    digits, exponent = _leading(value, groups)
    logarithm = math.log(digits) + exponent * 2.302585092994046
    return int(math.log10(abs(logarithm)))


def _group_count(value: Decimal) -> int:
    """How many base-10000 digits PostgreSQL keeps for a number (without trailing zeros)."""
    normal = _context(400_000).normalize(value)
    exponent = normal.as_tuple().exponent
    assert isinstance(exponent, int)
    return weight(value) - exponent // 4 + 1


def _logarithm(value: Decimal, scale: int) -> Decimal:
    """ln(value) rounded to `scale` digits after the point."""
    if value == 1:
        return rounded(Decimal(0), scale)
    size = _logarithm_weight(value)
    return rounded(_working(scale + size + 3 + max(-size, 0)).ln(value), scale)


def _check_logarithm(value: Decimal) -> None:
    if value < 0:
        raise InvalidArgumentForLog("cannot take logarithm of a negative number")
    if value == 0:
        raise InvalidArgumentForLog("cannot take logarithm of zero")


def numeric_ln(a: str) -> str:
    """The natural logarithm; 2201E for zero and negative numbers."""
    value = Decimal(a)
    if value.is_nan():
        return a
    _check_logarithm(value)
    if value.is_infinite():
        return a
    return text_of(_logarithm(value, _scale(_logarithm_weight(value), scale_of(value))))


def numeric_log(base: str, a: str) -> str:
    """The logarithm of a to this base."""
    root, value = Decimal(base), Decimal(a)
    if root.is_nan() or value.is_nan():
        return "NaN"
    if value.is_infinite() and value < 0:
        _check_logarithm(value)
    _check_logarithm(root)
    _check_logarithm(value)
    if root.is_infinite() or value.is_infinite():
        return "NaN" if root.is_infinite() and value.is_infinite() else "0" if root.is_infinite() else "Infinity"
    root_size, value_size = _logarithm_weight(root), _logarithm_weight(value)
    size = value_size - root_size
    scale = _scale(size, scale_of(root), scale_of(value))
    divisor = _logarithm(root, max(scale + size - root_size + 8, 0))
    if not divisor:
        raise DivisionByZero("division by zero")
    dividend = _logarithm(value, max(scale + size - value_size + 8, 0))
    return text_of(divide(dividend, divisor, scale))


def _power_of_special(x: Decimal, y: Decimal) -> Decimal:
    """x ^ y where one is NaN or infinite, as POSIX pow() has it."""
    if x.is_nan() or y.is_nan():
        return Decimal(1) if x == 1 or (y == 0 and not y.is_nan()) else NAN
    if not x and y < 0:
        raise InvalidArgumentForPowerFunction("zero raised to a negative power is undefined")
    if x < 0 and not y.is_infinite() and y != y.to_integral_value():
        raise InvalidArgumentForPowerFunction(
            "a negative number raised to a non-integer power yields a complex result")
    if x == 1 or y == 0:
        return Decimal(1)
    if y.is_infinite():
        size = x.copy_abs()
        if size == 1:
            return Decimal(1)
        return INFINITY if (size > 1) == (y > 0) else Decimal(0)
    if y < 0:
        return Decimal(0)
    odd = y == y.to_integral_value() and int(y) % 2
    return -INFINITY if x < 0 and odd else INFINITY


def _integer_power(x: Decimal, exponent: int, exponent_scale: int) -> Decimal:
    size = 0.0
    if x:
        digits, power_of_ten = _leading(x, min(4, _group_count(x)))
        size = exponent * (math.log10(digits) + power_of_ten)
    if size > WEIGHT_MAX + 4:
        raise overflow()
    if size + 1 < -DISPLAY_SCALE_MAX:
        return rounded(Decimal(0), DISPLAY_SCALE_MAX)
    scale = _scale(int(size), scale_of(x), exponent_scale)
    if not x:
        if exponent < 0:
            raise DivisionByZero("division by zero")
        return rounded(Decimal(1 if exponent == 0 else 0), scale)
    if exponent == -1:
        return divide(Decimal(1), x, scale)
    digits_needed = max(int(size) + scale + 8, 0) + len(str(abs(exponent)))
    return rounded(_working(digits_needed).power(x, exponent), scale)


def numeric_power(a: str, b: str) -> str:
    """a ^ b; 2201F for zero to a negative power and for a root of a negative number."""
    x, y = Decimal(a), Decimal(b)
    if not (x.is_finite() and y.is_finite()):
        return text_of(_power_of_special(x, y))
    if not x and y < 0:
        raise InvalidArgumentForPowerFunction("zero raised to a negative power is undefined")
    integral = y == y.to_integral_value()
    if x < 0 and not integral:
        raise InvalidArgumentForPowerFunction(
            "a negative number raised to a non-integer power yields a complex result")
    if integral and abs(y) < 1 << 31:
        return text_of(_integer_power(x, int(y), scale_of(y)))
    if not x:
        return text_of(rounded(x, SIGNIFICANT_DIGITS_MIN))
    negative = x < 0 and int(y) % 2 == 1
    result = _real_power(x.copy_abs(), y, scale_of(x))
    return text_of(result.copy_negate() if negative else result)


def _real_power(x: Decimal, y: Decimal, base_scale: int) -> Decimal:
    size = _logarithm_weight(x)
    estimate = _double(_context(60).multiply(_logarithm(x, max(8 - size, 0)), y))
    if estimate > 3.01 * _RESULT_SCALE_MAX:
        raise overflow()
    if estimate < -3.01 * _RESULT_SCALE_MAX:
        return rounded(Decimal(0), DISPLAY_SCALE_MAX)
    weight_of_result = estimate * _LOG10_E
    scale = _scale(int(weight_of_result), base_scale, scale_of(y))
    digits = max(scale + int(weight_of_result), 0)
    logarithm = _working(digits + max(y.adjusted(), 0) + abs(size) + 16).ln(x)
    return _exponential(_working(digits + max(y.adjusted(), 0) + 24).multiply(logarithm, y), scale)


BUILTINS = (
    Builtin("sqrt(numeric)", Python(numeric_sqrt), ("sqrt(2.0)", "1.414213562373095")),
    Builtin("numeric_sqrt(numeric)", Python(numeric_sqrt), ("numeric_sqrt(-1)", "ERROR 2201F")),
    Builtin("exp(numeric)", Python(numeric_exp), ("exp(1.0)", "2.7182818284590452")),
    Builtin("numeric_exp(numeric)", Python(numeric_exp), ("numeric_exp(-1.0)", "0.3678794411714423")),
    Builtin("ln(numeric)", Python(numeric_ln), ("ln(2.0)", "0.6931471805599453")),
    Builtin("numeric_ln(numeric)", Python(numeric_ln), ("numeric_ln(0)", "ERROR 2201E")),
    Builtin("log(numeric,numeric)", Python(numeric_log), ("log(2.0, 64.0)", "6.0000000000000000")),
    Builtin("numeric_log(numeric,numeric)", Python(numeric_log), ("numeric_log(2.0, 64.0)", "6.0000000000000000")),
    Builtin("log(numeric)", Python(lambda a: numeric_log("10", a)), ("log(100.0)", "2.0000000000000000")),
    Builtin("log10(numeric)", Python(lambda a: numeric_log("10", a)), ("log10(100.0)", "2.0000000000000000")),
    *(Builtin(f"{name}(numeric,numeric)", Python(numeric_power), (f"{name}(2, 0.5)", "1.4142135623730950"))
      for name in ("power", "pow", "numeric_power")),
)
