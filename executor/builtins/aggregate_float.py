"""sum, avg, variance, correlation and regression over float4 and float8, by PostgreSQL's own recurrences.

The last digits depend on the order of operations, so it is PostgreSQL's (Youngs and Cramer) step by step.
"""

from collections.abc import Callable, Iterator
from math import isinf, nan, sqrt

from executor.builtins.base import Builtin, NativeAggregate, PythonAggregate
from executor.builtins.float import Float, number, overflow, stored
from executor.types.base import Stored
from executor.types.float import to_single


class _Sum:
    """A plain sum in the order of the rows."""

    single = False

    def __init__(self) -> None:
        self.total: float | None = None

    def step(self, value: Float) -> None:
        x = number(value)
        if self.total is None:
            self.total = x
            return
        result = self.total + x
        if self.single and result == result:
            result = to_single(result)
        if isinf(result) and not isinf(self.total) and not isinf(x):
            raise overflow()
        self.total = result

    def final(self) -> Stored:
        return None if self.total is None else stored(self.total)


class _SingleSum(_Sum):
    single = True


class _Moments:
    """n, sum and sum of squared deviations from the mean."""

    def __init__(self) -> None:
        self.n = self.sum = self.squares = 0.0

    def step(self, value: Float) -> None:
        x = number(value)
        before, total = self.n, self.sum
        self.n += 1.0
        self.sum += x
        if before > 0.0:
            deviation = x * self.n - self.sum
            self.squares += deviation * deviation / (self.n * before)
            if isinf(self.sum) or isinf(self.squares):
                if not isinf(total) and not isinf(x):
                    raise overflow()
                self.squares = nan
        elif x != x or isinf(x):
            self.squares = nan

    def final(self) -> Stored:
        raise NotImplementedError


class _Average(_Moments):
    def final(self) -> Stored:
        return stored(self.sum / self.n) if self.n else None


class _SampleVariance(_Moments):
    def final(self) -> Stored:
        return stored(self.squares / (self.n - 1.0)) if self.n > 1 else None


class _PopulationVariance(_Moments):
    def final(self) -> Stored:
        return stored(self.squares / self.n) if self.n else None


class _SampleDeviation(_Moments):
    def final(self) -> Stored:
        return stored(sqrt(self.squares / (self.n - 1.0))) if self.n > 1 else None


class _PopulationDeviation(_Moments):
    def final(self) -> Stored:
        return stored(sqrt(self.squares / self.n)) if self.n else None


class _Regression:
    """n, sums and sums of products of deviations of pairs (Y, X); `result` makes the aggregate's value of them."""

    def __init__(self, result: Callable[["_Regression"], float | None]) -> None:
        self.result = result
        self.n = self.sx = self.sxx = self.sy = self.syy = self.sxy = 0.0

    def step(self, first: Float, second: Float) -> None:
        y, x = number(first), number(second)
        before, sx, sy = self.n, self.sx, self.sy
        self.n += 1.0
        self.sx += x
        self.sy += y
        if before > 0.0:
            dx, dy = x * self.n - self.sx, y * self.n - self.sy
            scale = 1.0 / (self.n * before)
            self.sxx += dx * dx * scale
            self.syy += dy * dy * scale
            self.sxy += dx * dy * scale
            self._check(sx, sy, x, y)
        else:
            if x != x or isinf(x):
                self.sxx = self.sxy = nan
            if y != y or isinf(y):
                self.syy = self.sxy = nan

    def _check(self, sx: float, sy: float, x: float, y: float) -> None:
        if any(map(isinf, (self.sx, self.sxx, self.sy, self.syy, self.sxy))):
            finite_x, finite_y = not isinf(sx) and not isinf(x), not isinf(sy) and not isinf(y)
            if ((isinf(self.sx) or isinf(self.sxx)) and finite_x) or (
                    (isinf(self.sy) or isinf(self.syy)) and finite_y) or (isinf(self.sxy) and finite_x and finite_y):
                raise overflow()
            self.sxx = nan if isinf(self.sxx) else self.sxx
            self.syy = nan if isinf(self.syy) else self.syy
            self.sxy = nan if isinf(self.sxy) else self.sxy

    def final(self) -> Stored:
        value = self.result(self)
        return None if value is None else stored(value)


def _corr(r: _Regression) -> float | None:
    if r.n < 1 or r.sxx == 0 or r.syy == 0:
        return None
    return r.sxy / sqrt(r.sxx * r.syy)


def _r2(r: _Regression) -> float | None:
    if r.n < 1 or r.sxx == 0:
        return None
    return 1.0 if r.syy == 0 else (r.sxy * r.sxy) / (r.sxx * r.syy)


_REGRESSIONS: dict[str, tuple[Callable[[_Regression], float | None], str]] = {
    "corr": (_corr, "0.989743318610787"), "regr_r2": (_r2, "0.979591836734694"),
    "covar_pop": (lambda r: r.sxy / r.n if r.n else None, "2.6666666666666665"),
    "covar_samp": (lambda r: r.sxy / (r.n - 1.0) if r.n > 1 else None, "4"),
    "regr_avgx": (lambda r: r.sx / r.n if r.n else None, "2.3333333333333335"),
    "regr_avgy": (lambda r: r.sy / r.n if r.n else None, "4"),
    "regr_sxx": (lambda r: r.sxx if r.n else None, "4.666666666666666"),
    "regr_syy": (lambda r: r.syy if r.n else None, "14"), "regr_sxy": (lambda r: r.sxy if r.n else None, "8"),
    "regr_slope": (lambda r: r.sxy / r.sxx if r.n and r.sxx else None, "1.7142857142857144"),
    "regr_intercept": (lambda r: (r.sy - r.sx * r.sxy / r.sxx) / r.n if r.n and r.sxx else None,
    "-5.921189464667501e-16"),
}
_SPREADS: dict[str, tuple[type[_Moments], str]] = {
    "avg": (_Average, "2.3333333333333335"), "variance": (_SampleVariance, "2.3333333333333335"),
    "var_samp": (_SampleVariance, "2.3333333333333335"), "var_pop": (_PopulationVariance, "1.5555555555555556"),
    "stddev": (_SampleDeviation, "1.5275252316519468"), "stddev_samp": (_SampleDeviation, "1.5275252316519468"),
    "stddev_pop": (_PopulationDeviation, "1.247219128924647"),
}


def _regression(result: Callable[[_Regression], float | None]) -> Callable[[], _Regression]:
    return lambda: _Regression(result)


def _rows(name: str, kind: str, expected: str) -> tuple[str, str]:
    return f"(SELECT {name}(x::{kind}) FROM (VALUES (1), (2), (4)) v (x))", expected


def _pairs(name: str, expected: str) -> tuple[str, str]:
    return f"(SELECT {name}(y::float8, x::float8) FROM (VALUES (2, 1), (3, 2), (7, 4)) v (y, x))", expected


def _spreads() -> Iterator[Builtin]:
    for name, (factory, expected) in _SPREADS.items():
        for kind in ("float4", "float8"):
            yield Builtin(f"{name}({kind})", PythonAggregate(factory), _rows(name, kind, expected))


BUILTINS = (
    Builtin("sum(float8)", PythonAggregate(_Sum), _rows("sum", "float8", "7")),
    Builtin("sum(float4)", PythonAggregate(_SingleSum), _rows("sum", "float4", "7")),
    *_spreads(),
    *(Builtin(f"{name}(float8,float8)", PythonAggregate(_regression(result)), _pairs(name, expected))
      for name, (result, expected) in _REGRESSIONS.items()),
    Builtin("regr_count(float8,float8)", NativeAggregate(
        lambda over, y, x: f"count(CASE WHEN {y} IS NOT NULL THEN {x} END){over}", single=False),
            _pairs("regr_count", "3")),
)
