"""sum, avg, variance and standard deviation of integers and numerics: exact, with PostgreSQL's scales."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from executor.builtins.base import Builtin, NativeAggregate, PythonAggregate, call
from executor.builtins.numeric import divide, division_scale
from executor.builtins.numeric_math import square_root
from executor.types.base import Stored
from executor.types.numeric import EXACT, NAN, text_of

_INTEGERS = ("int2", "int4", "int8")


def sum_of_halves(high: int, low: int) -> str:
    """The sum of bigints from the sums of their upper and lower 32 bits."""
    return str((high << 32) + low)


def average(total: int, count: int) -> str | None:
    """The quotient of a sum and a count; NULL for none."""
    if not count:
        return None
    dividend, divisor = Decimal(total), Decimal(count)
    return text_of(divide(dividend, divisor, division_scale(dividend, divisor)))


def average_of_halves(high: int, low: int, count: int) -> str | None:
    """The average of bigints from the sums of their halves."""
    return average((high << 32) + low, count)


class _Sums:
    """Number, sum and sum of squares, as Decimals. NaN and the infinities are counted aside.

    `squares`: whether the sum of squares is needed.
    """

    squares = False

    def __init__(self) -> None:
        self.count = 0
        self.total = Decimal(0)
        self.total_of_squares = Decimal(0)
        self.special = Decimal(0)  # the sum of what is not finite

    def step(self, value: str | int) -> None:
        number = Decimal(value)
        self.count += 1
        if not number.is_finite():
            try:
                self.special = EXACT.add(self.special, number)
            except ArithmeticError:
                self.special = NAN
            return
        self.total = EXACT.add(self.total, number)
        if self.squares:
            self.total_of_squares = EXACT.add(self.total_of_squares, EXACT.multiply(number, number))

    def final(self) -> Stored:
        raise NotImplementedError


class _Sum(_Sums):
    def final(self) -> Stored:
        if not self.count:
            return None
        return text_of(self.special if self.special else self.total)


class _IntegerSum:
    """sum(bigint), where it cannot be native."""

    def __init__(self) -> None:
        self.total: int | None = None

    def step(self, value: int) -> None:
        self.total = value + (self.total or 0)

    def final(self) -> Stored:
        return None if self.total is None else str(self.total)


class _Average(_Sums):
    def final(self) -> Stored:
        if not self.count:
            return None
        if self.special:
            return text_of(self.special)
        divisor = Decimal(self.count)
        return text_of(divide(self.total, divisor, division_scale(self.total, divisor)))


class _Spread(_Sums):
    """Variance and standard deviation: (n * sum of squares - square of sum) / (n * (n - 1) or n * n)."""

    squares = True
    sample = True
    root = False

    def final(self) -> Stored:
        if self.count <= self.sample:
            return None
        if self.special:
            return "NaN"
        count = Decimal(self.count)
        dividend = EXACT.subtract(EXACT.multiply(count, self.total_of_squares), EXACT.multiply(self.total, self.total))
        if dividend <= 0:
            return "0"
        divisor = EXACT.multiply(count, count - 1 if self.sample else count)
        scale = division_scale(dividend, divisor)
        variance = divide(dividend, divisor, scale)
        return text_of(square_root(variance, scale) if self.root else variance)


class _SampleVariance(_Spread):
    pass


class _PopulationVariance(_Spread):
    sample = False


class _SampleDeviation(_Spread):
    root = True


class _PopulationDeviation(_Spread):
    sample = False
    root = True


_SPREADS: dict[str, tuple[type[_Spread], str]] = {
    "variance": (_SampleVariance, "2.3333333333333333"), "var_samp": (_SampleVariance, "2.3333333333333333"),
    "var_pop": (_PopulationVariance, "1.5555555555555556"), "stddev": (_SampleDeviation, "1.5275252316519467"),
    "stddev_samp": (_SampleDeviation, "1.5275252316519467"), "stddev_pop": (_PopulationDeviation, "1.2472191289246471"),
}


def _rows(name: str, kind: str, expected: str) -> tuple[str, str]:
    return f"(SELECT {name}(x::{kind}) FROM (VALUES (1), (2), (4)) v (x))", expected


def _spreads() -> Iterator[Builtin]:
    for name, (factory, expected) in _SPREADS.items():
        for kind in (*_INTEGERS, "numeric"):
            yield Builtin(f"{name}({kind})", PythonAggregate(factory), _rows(name, kind, expected))


def _sum(over: str, x: str) -> str:
    return f"sum({x}){over}"


def _average(over: str, x: str) -> str:
    return call(average, f"sum({x}){over}", f"count({x}){over}")


def _halves(function: Callable[..., object], count: bool) -> Callable[[str, str], str]:
    def lower(over: str, x: str) -> str:
        sums = (f"sum({x} >> 32){over}", f"sum({x} & 4294967295){over}")
        return call(function, *sums, *((f"count({x}){over}",) if count else ()))

    return lower


BUILTINS = (
    *(Builtin(f"sum({kind})", NativeAggregate(_sum), _rows("sum", kind, "7")) for kind in ("int2", "int4")),
    *(Builtin(f"avg({kind})", NativeAggregate(_average, (average,)), _rows("avg", kind, "2.3333333333333333"))
      for kind in ("int2", "int4")),
    Builtin("sum(int8)", NativeAggregate(_halves(sum_of_halves, False), (sum_of_halves,), single=False,
                                         python=PythonAggregate(_IntegerSum)), _rows("sum", "int8", "7")),
    Builtin("avg(int8)", NativeAggregate(_halves(average_of_halves, True), (average_of_halves,), single=False,
                                         python=PythonAggregate(_Average)), _rows("avg", "int8", "2.3333333333333333")),
    Builtin("sum(numeric)", PythonAggregate(_Sum), _rows("sum", "numeric", "7")),
    Builtin("avg(numeric)", PythonAggregate(_Average), _rows("avg", "numeric", "2.3333333333333333")),
    *_spreads(),
)
