"""money: arithmetic in cents, comparisons, casts, the amount in words."""

import math
from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Native, Python, PythonAggregate, extreme, native
from executor.builtins.float import Float, number, stored
from executor.builtins.numeric import numeric_mul, to_integer
from executor.sqlstates import DivisionByZero, NumericValueOutOfRange
from executor.types.base import Stored
from executor.types.money import CENTS_MAX, CENTS_MIN, cents_of, money_of, out_of_range
from executor.types.numeric import compare_numeric

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}
_TO_INT8 = to_integer("int8")


def _rounded(cents: float) -> str:
    """Cents as a float, rounded half to even (22003)."""
    if math.isnan(cents) or not CENTS_MIN <= cents < -CENTS_MIN:
        raise out_of_range()
    return money_of(round(cents))


def times_float(amount: str, factor: Float) -> str:
    """amount * factor (22003)."""
    by = number(factor)
    product = cents_of(amount) * by
    if math.isinf(product) and not math.isinf(by):
        raise NumericValueOutOfRange("value out of range: overflow")
    return _rounded(product)


def over_float(amount: str, divisor: Float) -> str:
    """amount / divisor (22012, 22003)."""
    by = number(divisor)
    if by == 0:
        raise DivisionByZero("division by zero")
    quotient = cents_of(amount) / by
    if math.isinf(quotient):
        raise NumericValueOutOfRange("value out of range: overflow")
    return _rounded(quotient)


def times_integer(amount: str, factor: int) -> str:
    """amount * factor (22003)."""
    return money_of(cents_of(amount) * factor)


def over_integer(amount: str, divisor: int) -> str:
    """amount / divisor, truncated toward zero (22012, 22003)."""
    if divisor == 0:
        raise DivisionByZero("division by zero")
    cents = cents_of(amount)
    quotient = abs(cents) // abs(divisor)
    return money_of(quotient if (cents < 0) == (divisor < 0) else -quotient)


def ratio(a: str, b: str) -> Stored:
    """amount / amount as float8 (22012)."""
    divisor = cents_of(b)
    if divisor == 0:
        raise DivisionByZero("division by zero")
    return stored(float(cents_of(a)) / float(divisor))


def add(a: str, b: str) -> str:
    """+ (22003)."""
    return money_of(cents_of(a) + cents_of(b))


def subtract(a: str, b: str) -> str:
    """- (22003)."""
    return money_of(cents_of(a) - cents_of(b))


def from_integer(value: int) -> str:
    """Whole units (22003)."""
    if not CENTS_MIN <= value * 100 <= CENTS_MAX:
        raise NumericValueOutOfRange("bigint out of range")
    return money_of(value * 100)


def from_numeric(value: str) -> str:
    """Rounded to cents, half away from zero (22003, 0A000 for NaN and infinity)."""
    return money_of(_TO_INT8(numeric_mul(value, "100")))


class _Sum:
    """sum(money) (22003 as soon as the sum so far does not fit)."""

    def __init__(self) -> None:
        self.total: str | None = None

    def step(self, value: str) -> None:
        self.total = value if self.total is None else add(self.total, value)

    def final(self) -> Stored:
        return self.total


# In words

_SMALL = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
          "seventeen eighteen nineteen twenty").split()
_TENS = ". . twenty thirty forty fifty sixty seventy eighty ninety".split()
_GROUPS = ("quadrillion", "trillion", "billion", "million", "thousand")


def _below_hundred(value: int) -> str:
    if value <= 20:
        return _SMALL[value]
    return _TENS[value // 10] + (f" {_SMALL[value % 10]}" if value % 10 else "")


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return _below_hundred(rest)
    if not rest:
        return f"{_SMALL[hundreds]} hundred"
    joint = " and" if rest < 20 else ""
    return f"{_SMALL[hundreds]} hundred{joint} {_below_hundred(rest)}"


def in_words(amount: str) -> str:
    """The amount in English, with two blanks after a round thousand as PostgreSQL has them."""
    cents = cents_of(amount)
    units, part = divmod(abs(cents), 100)
    text = "minus " if cents < 0 else ""
    for power, name in zip(range(5, 0, -1), _GROUPS, strict=True):
        if group := units // 1000**power % 1000:
            text += f"{_below_thousand(group)} {name} "
    if units % 1000:
        text += _below_thousand(units % 1000)
    if not units:
        text += "zero"
    text += " dollar and " if units == 1 else " dollars and "
    text += _below_hundred(part) + (" cent" if part == 1 else " cents")
    return text[0].upper() + text[1:]


# Rows


def _collated(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {sign} {b} COLLATE decimal)"


def _chooser(name: str) -> Callable[[str, str], str]:
    return lambda a, b: f"{name}({a} COLLATE decimal, {b})"


def _comparison_rows() -> Iterator[Builtin]:
    values = "'9.50'::money, '10'::money"
    for verb, sign in _COMPARISONS.items():
        yield Builtin(f"cash_{verb}(money,money)", Native(_collated(sign), collate=True),
                      (f"cash_{verb}({values})", "t" if verb in _TRUE_OF_ASCENDING else "f"))
    for name, verb, expected in (("max", "larger", "$10.00"), ("min", "smaller", "$9.50")):
        yield Builtin(f"cash{verb}(money,money)", Native(_chooser(name), collate=True),
                      (f"cash{verb}({values})", expected))
        yield Builtin(f"{name}(money)", extreme(name),
                      (f"(SELECT {name}(x) FROM (VALUES ('9.50'::money), ('10')) v (x))", expected))


def _arithmetic_rows() -> Iterator[Builtin]:
    for kind, times, over, factor in (
            ("flt8", times_float, over_float, "1.5::float8"), ("flt4", times_float, over_float, "1.5::float4"),
            ("int8", times_integer, over_integer, "3::int8"), ("int4", times_integer, over_integer, "3"),
            ("int2", times_integer, over_integer, "3::int2")):
        oid = kind.replace("flt", "float")
        product, quotient = ("$15.02", "$6.67") if "flt" in kind else ("$30.03", "$3.33")
        yield Builtin(f"cash_mul_{kind}(money,{oid})", Python(times),
                      (f"cash_mul_{kind}('10.01'::money, {factor})", product))
        yield Builtin(f"{kind}_mul_cash({oid},money)", Python(_swapped(times)),
                      (f"{kind}_mul_cash({factor}, '10.01'::money)", product))
        yield Builtin(f"cash_div_{kind}(money,{oid})", Python(over),
                      (f"cash_div_{kind}('10.01'::money, {factor})", quotient))


def _swapped(function: Callable[..., str]) -> Callable[..., str]:
    return lambda a, b: function(b, a)


BUILTINS = (
    *_comparison_rows(), *_arithmetic_rows(),
    Builtin("cash_cmp(money,money)", Python(compare_numeric), ("cash_cmp('9.50'::money, '10'::money)", "-1")),
    Builtin("cash_pl(money,money)", Python(add), ("cash_pl('9.50'::money, '10'::money)", "$19.50")),
    Builtin("cash_mi(money,money)", Python(subtract), ("cash_mi('9.50'::money, '10'::money)", "-$0.50")),
    Builtin("cash_div_cash(money,money)", Python(ratio), ("cash_div_cash('9.50'::money, '10'::money)", "0.95")),
    Builtin("cash_words(money)", Python(in_words),
            ("cash_words('1.23'::money)", "One dollar and twenty three cents")),
    Builtin("money(int4)", Python(from_integer), ("(-12)::money", "-$12.00")),
    Builtin("money(int8)", Python(from_integer), ("12::int8::money", "$12.00")),
    Builtin("money(numeric)", Python(from_numeric), ("1234.565::numeric::money", "$1,234.57")),
    Builtin("numeric(money)", native(lambda a: a), ("'$1,234.50'::money::numeric", "1234.50")),
    Builtin("sum(money)", PythonAggregate(_Sum), ("(SELECT sum(x::money) FROM (VALUES ('1.5'), ('2')) v (x))", "$3.50")),
)
