"""Functions of float8: roots, powers, logarithms, trigonometry in radians and degrees, the error function."""

import math
from collections.abc import Callable
from math import cos, inf, isinf, nan, sin, tan

from executor.builtins.base import Builtin, Python
from executor.builtins.float import Float, number, overflow, stored, underflow
from executor.sqlstates import (
    InvalidArgumentForLog,
    InvalidArgumentForPowerFunction,
    NumericValueOutOfRange,
)

_RADIANS_PER_DEGREE = 0.0174532925199432957692


def _out_of_range() -> NumericValueOutOfRange:
    return NumericValueOutOfRange("input is out of range")


def _of_number(function: Callable[[float], float]) -> Callable[[Float], Float]:
    """NaN gives NaN; anything else goes to the function."""
    return lambda value: value if isinstance(value, str) else stored(function(value))


def _finite(function: Callable[[float], float]) -> Callable[[float], float]:
    def compute(value: float) -> float:
        if isinf(value):
            raise _out_of_range()
        return function(value)

    return compute


def _sqrt(value: float) -> float:
    if value < 0:
        raise InvalidArgumentForPowerFunction("cannot take square root of a negative number")
    return math.sqrt(value)


def _exp(value: float) -> float:
    if isinf(value):
        return value if value > 0 else 0.0
    try:
        result = math.exp(value)
    except OverflowError:
        raise overflow() from None
    if result == 0:
        raise underflow()
    return result


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    def compute(value: float) -> float:
        if value == 0:
            raise InvalidArgumentForLog("cannot take logarithm of zero")
        if value < 0:
            raise InvalidArgumentForLog("cannot take logarithm of a negative number")
        return function(value)

    return compute


def power(base: Float, exponent: Float) -> Float:
    """base ^ exponent with the SQL standard's errors. 1 ^ NaN and NaN ^ 0 are 1."""
    x, y = number(base), number(exponent)
    if x != x or y != y:
        return 1.0 if x == 1 or y == 0 else stored(nan)
    if x == 0 and y < 0:
        raise InvalidArgumentForPowerFunction("zero raised to a negative power is undefined")
    if x < 0 and not isinf(y) and y != math.floor(y):
        raise InvalidArgumentForPowerFunction(
            "a negative number raised to a non-integer power yields a complex result")
    try:
        result = math.pow(x, y)
    except OverflowError:
        raise overflow() from None
    if result == 0 and x != 0 and not isinf(x) and not isinf(y):
        raise underflow()
    return result


def _inverse(function: Callable[[float], float]) -> Callable[[float], float]:
    def compute(value: float) -> float:
        if not -1 <= value <= 1:
            raise _out_of_range()
        return function(value)

    return compute


def _cotangent(value: float) -> float:
    tangent = tan(value)
    return 1 / tangent if tangent else math.copysign(inf, tangent)


def _sinh(value: float) -> float:
    try:
        return math.sinh(value)
    except OverflowError:
        return math.copysign(inf, value)


def _cosh(value: float) -> float:
    try:
        return math.cosh(value)
    except OverflowError:
        return inf


def _acosh(value: float) -> float:
    if value < 1:
        raise _out_of_range()
    return math.acosh(value)


def _atanh(value: float) -> float:
    if not -1 <= value <= 1:
        raise _out_of_range()
    return math.copysign(inf, value) if abs(value) == 1 else math.atanh(value)


# The functions of degrees are exact at multiples of 30 and 45 degrees: each is scaled by its own value there.
_SIN_30 = sin(30 * _RADIANS_PER_DEGREE)
_ONE_MINUS_COS_60 = 1.0 - cos(60 * _RADIANS_PER_DEGREE)
_TAN_45 = 0.0  # set below, they need the functions
_COT_45 = 0.0
_ASIN_05, _ACOS_05, _ATAN_10 = math.asin(0.5), math.acos(0.5), math.atan(1.0)


def _sin_first_third(x: float) -> float:
    return (sin(x * _RADIANS_PER_DEGREE) / _SIN_30) / 2.0


def _cos_first_two_thirds(x: float) -> float:
    return 1.0 - ((1.0 - cos(x * _RADIANS_PER_DEGREE)) / _ONE_MINUS_COS_60) / 2.0


def _sin_quadrant(x: float) -> float:
    return _sin_first_third(x) if x <= 30 else _cos_first_two_thirds(90 - x)


def _cos_quadrant(x: float) -> float:
    return _cos_first_two_thirds(x) if x <= 60 else _sin_first_third(90 - x)


def _sind(value: float) -> float:
    x, sign = math.fmod(value, 360.0), 1
    if x < 0:
        x, sign = -x, -sign
    if x > 180:
        x, sign = 360.0 - x, -sign
    if x > 90:
        x = 180.0 - x
    return sign * _sin_quadrant(x)


def _cosd(value: float) -> float:
    x, sign = abs(math.fmod(value, 360.0)), 1
    if x > 180:
        x = 360.0 - x
    if x > 90:
        x, sign = 180.0 - x, -sign
    return sign * _cos_quadrant(x)


def _first_quadrant(value: float) -> tuple[float, int]:
    """The angle folded into 0..90 degrees and the sign, for functions of period 180."""
    x, sign = math.fmod(value, 360.0), 1
    if x < 0:
        x, sign = -x, -sign
    if x > 180:
        x, sign = 360.0 - x, -sign
    if x > 90:
        x, sign = 180.0 - x, -sign
    return x, sign


def _tand(value: float) -> float:
    x, sign = _first_quadrant(value)
    cosine = _cos_quadrant(x)
    ratio = _sin_quadrant(x) / cosine if cosine else inf
    result = sign * (ratio / _TAN_45)
    return 0.0 if result == 0 else result


def _cotd(value: float) -> float:
    x, sign = _first_quadrant(value)
    sine = _sin_quadrant(x)
    ratio = _cos_quadrant(x) / sine if sine else math.copysign(inf, sine)
    result = sign * (ratio / _COT_45)
    return 0.0 if result == 0 else result


_TAN_45 = _sin_quadrant(45.0) / _cos_quadrant(45.0)
_COT_45 = _cos_quadrant(45.0) / _sin_quadrant(45.0)


def _asin_quadrant(x: float) -> float:
    if x <= 0.5:
        return (math.asin(x) / _ASIN_05) * 30.0
    return 90.0 - (math.acos(x) / _ACOS_05) * 60.0


def _asind(value: float) -> float:
    return _asin_quadrant(value) if value >= 0 else -_asin_quadrant(-value)


def _acosd(value: float) -> float:
    if value >= 0:
        if value <= 0.5:
            return 90.0 - (math.asin(value) / _ASIN_05) * 30.0
        return (math.acos(value) / _ACOS_05) * 60.0
    return 90.0 + _asin_quadrant(-value)


def _atand(value: float) -> float:
    return (math.atan(value) / _ATAN_10) * 45.0


def _two(function: Callable[[float, float], float]) -> Callable[[Float, Float], Float]:
    def compute(a: Float, b: Float) -> Float:
        x, y = number(a), number(b)
        return stored(nan) if x != x or y != y else stored(function(x, y))

    return compute


def _degrees(value: float) -> float:
    result = value / _RADIANS_PER_DEGREE
    if isinf(result) and not isinf(value):
        raise overflow()
    return result


def _radians(value: float) -> float:
    result = value * _RADIANS_PER_DEGREE
    if result == 0 and value != 0:
        raise underflow()
    return result


_ONE_ARGUMENT: dict[str, tuple[Callable[[float], float], str, str]] = {
    "sqrt": (_sqrt, "2", "1.4142135623730951"), "dsqrt": (_sqrt, "-1", "ERROR 2201F"),
    "cbrt": (math.cbrt, "-8", "-2"), "dcbrt": (math.cbrt, "8", "2"),
    "exp": (_exp, "1", "2.718281828459045"), "dexp": (_exp, "1000", "ERROR 22003"),
    "ln": (_logarithm(math.log), "2", "0.6931471805599453"), "dlog1": (_logarithm(math.log), "0", "ERROR 2201E"),
    "log": (_logarithm(math.log10), "100", "2"), "log10": (_logarithm(math.log10), "-1", "ERROR 2201E"),
    "dlog10": (_logarithm(math.log10), "1000", "3"),
    "sin": (_finite(sin), "1", "0.8414709848078965"), "cos": (_finite(cos), "1", "0.5403023058681398"),
    "tan": (_finite(tan), "1", "1.5574077246549023"), "cot": (_finite(_cotangent), "1", "0.6420926159343306"),
    "asin": (_inverse(math.asin), "1", "1.5707963267948966"), "acos": (_inverse(math.acos), "2", "ERROR 22003"),
    "atan": (math.atan, "1", "0.7853981633974483"),
    "sinh": (_sinh, "1", "1.1752011936438014"), "cosh": (_cosh, "0", "1"),
    "tanh": (math.tanh, "1", "0.7615941559557649"),
    "asinh": (math.asinh, "1", "0.881373587019543"), "acosh": (_acosh, "1", "0"), "atanh": (_atanh, "1", "Infinity"),
    "sind": (_finite(_sind), "30", "0.5"), "cosd": (_finite(_cosd), "60", "0.5"), "tand": (_finite(_tand), "45", "1"),
    "cotd": (_finite(_cotd), "45", "1"), "asind": (_inverse(_asind), "0.5", "30"),
    "acosd": (_inverse(_acosd), "0.5", "60"),
    "atand": (_atand, "1", "45"), "degrees": (_degrees, "0.5", "28.64788975654116"),
    "radians": (_radians, "45", "0.7853981633974483"),
    "erf": (math.erf, "1", "0.8427007929497149"), "erfc": (math.erfc, "1", "0.15729920705028513"),
}

BUILTINS = (
    *(Builtin(f"{name}(float8)", Python(_of_number(function)), (f"{name}(({text})::float8)", expected))
      for name, (function, text, expected) in _ONE_ARGUMENT.items()),
    *(Builtin(f"{name}(float8,float8)", Python(power), (f"{name}(2::float8, 0.5::float8)", "1.4142135623730951"))
      for name in ("power", "pow", "dpow")),
    Builtin("atan2(float8,float8)", Python(_two(math.atan2)), ("atan2(1::float8, 1::float8)", "0.7853981633974483")),
    Builtin("atan2d(float8,float8)", Python(_two(lambda y, x: (math.atan2(y, x) / _ATAN_10) * 45.0)),
            ("atan2d(1::float8, 1::float8)", "45")),
    Builtin("pi()", Python(lambda: math.pi), ("pi()", "3.141592653589793")),
)
