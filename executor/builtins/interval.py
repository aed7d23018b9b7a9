"""Intervals: comparing, arithmetic, justifying, aggregates.

Intervals compare by a month of 30 days and a day of 24 hours, so equal ones may be stored as different texts: where
SQLite compares it uses the collation pg_interval; where PostgreSQL says which of two equals is meant, Python decides.
"""

import math
from collections import deque
from collections.abc import Callable
from functools import partial

from executor.builtins.base import Builtin, Python, PythonAggregate, native
from executor.builtins.datetime import INFINITE
from executor.builtins.datetime_arithmetic import carry_days, negated
from executor.builtins.datetime_comparison import chooser_example, comparisons, extreme_example
from executor.builtins.float import overflow
from executor.sqlstates import DatetimeFieldOverflow, DivisionByZero
from executor.types.datetime import compare_timetz
from executor.types.instants import DAY, time_micros, time_text
from executor.types.interval import apply_typmod
from executor.types.spans import (
    ENDLESS,
    INT32_MAX,
    INT32_MIN,
    INT64_MIN,
    MONTH_DAYS,
    NEG_ENDLESS,
    Interval,
    checked,
    compare_intervals,
    fits,
    interval,
    interval_text,
    out_of_range,
    quotient,
)

_DAY_SECONDS = 86400

# --- arithmetic ------------------------------------------------------------------------------------------------------


def _sum(left: Interval, right: Interval) -> Interval:
    if left.finite and right.finite:
        return checked(left.months + right.months, left.days + right.days, left.micros + right.micros)
    if not left.finite and not right.finite and left != right:
        raise out_of_range()
    return right if left.finite else left


def interval_plus(left: str, right: str) -> str:
    """interval + interval."""
    return interval_text(_sum(interval(left), interval(right)))


def interval_minus(left: str, right: str) -> str:
    """interval - interval."""
    first, second = interval(left), interval(right)
    if first.finite and second.finite:
        return interval_text(
            checked(first.months - second.months, first.days - second.days, first.micros - second.micros)
        )
    if first == second:
        raise out_of_range()
    return interval_text(negated(second) if first.finite else first)


def interval_negated(stored: str) -> str:
    """- interval."""
    return interval_text(negated(interval(stored)))


def _float(value: float | str) -> float:
    """A stored float8 (NaN is text)."""
    return float(value)


def _to_int(value: float, low: int, high: int) -> int:
    if math.isnan(value) or not low <= value <= high or value >= high + 1:
        raise out_of_range()
    return int(value)


def _micro_rounded(value: float) -> float:
    return round(value * 1000000.0) / 1000000.0


def _scaled(value: Interval, scale: Callable[[int], float]) -> Interval:
    """An interval each part of which went through `scale`; what is left over goes down to the smaller parts."""
    months_exact, days_exact = scale(value.months), scale(value.days)
    months = _to_int(months_exact, INT32_MIN, INT32_MAX)
    days = _to_int(days_exact, INT32_MIN, INT32_MAX)
    days_left = _micro_rounded((months_exact - months) * MONTH_DAYS)
    seconds_left = _micro_rounded((days_exact - days + days_left - int(days_left)) * _DAY_SECONDS)
    if abs(seconds_left) >= _DAY_SECONDS:
        whole_days = int(seconds_left / _DAY_SECONDS)
        days += whole_days
        seconds_left -= whole_days * _DAY_SECONDS
    days += int(days_left)
    micros = scale(value.micros) + seconds_left * 1000000.0
    if not math.isfinite(micros) or not INT64_MIN <= micros < float(2**63):
        raise out_of_range()
    return checked(months, days, round(micros))


def interval_times(stored: str, factor: float | str) -> str:
    """interval * float8."""
    value, number = interval(stored), _float(factor)
    sign = (value.span > 0) - (value.span < 0)
    if math.isnan(number) or (math.isinf(number) and sign == 0) or (not value.finite and number == 0):
        raise out_of_range()
    if math.isinf(number) or not value.finite:
        return "infinity" if (number > 0) == (sign > 0) else "-infinity"
    return interval_text(_scaled(value, lambda part: part * number))


def interval_over(stored: str, divisor: float | str) -> str:
    """interval / float8."""
    value, number = interval(stored), _float(divisor)
    if number == 0:
        raise DivisionByZero("division by zero")
    if math.isnan(number) or (math.isinf(number) and not value.finite):
        raise out_of_range()
    if not value.finite:
        return interval_text(value if number > 0 else negated(value))
    return interval_text(_scaled(value, lambda part: part / number))


# --- justifying ------------------------------------------------------------------------------------------------------


def _carry_months(value: Interval) -> Interval:
    """Turn each 30 days into a month."""
    months = quotient(value.days, MONTH_DAYS)
    return Interval(value.months + months, value.days - months * MONTH_DAYS, value.micros)


def _in_range(value: Interval) -> Interval:
    if not (INT32_MIN <= value.months <= INT32_MAX and INT32_MIN <= value.days <= INT32_MAX):
        raise out_of_range()
    return value


def justify_hours(stored: str) -> str:
    """24 hours become a day."""
    return stored if stored in INFINITE else interval_text(carry_days(interval(stored)))


def justify_days(stored: str) -> str:
    """30 days become a month."""
    if stored in INFINITE:
        return stored
    months, days, micros = _in_range(_carry_months(interval(stored)))
    if months > 0 > days:
        months, days = months - 1, days + MONTH_DAYS
    elif months < 0 < days:
        months, days = months + 1, days - MONTH_DAYS
    return interval_text(Interval(months, days, micros))


def justify_interval(stored: str) -> str:
    """Both, with all parts of one sign."""
    if stored in INFINITE:
        return stored
    value = interval(stored)
    whole_days = quotient(value.micros, DAY)
    value = Interval(value.months, value.days + whole_days, value.micros - whole_days * DAY)
    months, days, micros = _in_range(_carry_months(value))
    if months > 0 and (days, micros) < (0, 0):
        months, days = months - 1, days + MONTH_DAYS
    elif months < 0 and (days, micros) > (0, 0):
        months, days = months + 1, days - MONTH_DAYS
    if days > 0 > micros:
        days, micros = days - 1, micros + DAY
    elif days < 0 < micros:
        days, micros = days + 1, micros - DAY
    return interval_text(Interval(months, days, micros))


# --- conversions and construction ------------------------------------------------------------------------------------


def time_of_interval(stored: str) -> str:
    """time(interval): the time part, round the clock."""
    if stored in INFINITE:
        raise DatetimeFieldOverflow("cannot convert infinite interval to time")
    return time_text(interval(stored).micros % DAY)


def interval_of_time(stored: str) -> str:
    """interval(time)."""
    return interval_text(Interval(0, 0, time_micros(stored)))


def fit_interval(stored: str, typmod: int) -> str:
    """interval(interval, int4): what a column of this typmod would hold."""
    return interval_text(apply_typmod(interval(stored), typmod))


def make_interval(
    years: int, months: int, weeks: int, days: int, hours: int, minutes: int, seconds: float | str
) -> str:
    """make_interval."""
    if not fits(years * 12 + months, weeks * 7 + days, 0):
        raise out_of_range()
    exact = _float(seconds) * 1000000.0
    if math.isinf(exact) and not math.isinf(_float(seconds)):
        raise overflow()
    if not math.isfinite(exact) or not INT64_MIN <= exact < float(2**63):
        raise out_of_range()
    micros = (hours * 3600 + minutes * 60) * 1000000 + round(exact)
    return interval_text(checked(years * 12 + months, weeks * 7 + days, micros))


# --- aggregates ------------------------------------------------------------------------------------------------------


class Sum:
    """sum(interval) and, with `average`, avg(interval)."""

    average = False

    def __init__(self) -> None:
        self.months = self.days = self.micros = 0
        self.count = 0
        self.endless = 0
        self.neg_endless = 0

    def _add(self, stored: str, sign: int) -> None:
        value = interval(stored)
        if value == ENDLESS:
            self.endless += sign
        elif value == NEG_ENDLESS:
            self.neg_endless += sign
        else:
            self.months += sign * value.months
            self.days += sign * value.days
            self.micros += sign * value.micros
            self.count += sign
            checked(self.months, self.days, self.micros)  # even if the sum will be infinite

    def step(self, stored: str) -> None:
        """A row enters."""
        self._add(stored, 1)

    def inverse(self, stored: str) -> None:
        """A row leaves the window's frame."""
        self._add(stored, -1)

    def value(self) -> str | None:
        """The result so far; NULL without rows."""
        if not (self.count or self.endless or self.neg_endless):
            return None
        if self.endless and self.neg_endless:
            raise out_of_range()
        if self.endless or self.neg_endless:
            return "infinity" if self.endless else "-infinity"
        total = interval_text(checked(self.months, self.days, self.micros))
        return interval_over(total, float(self.count)) if self.average else total

    final = value


class Average(Sum):
    """avg(interval)."""

    average = True


class Extreme:
    """max and min by a collation's order; of equals the last, as in PostgreSQL.

    A queue holds the rows that may still become the result while the frame moves on: each better than all after it.
    """

    def __init__(self, compare: Callable[[str, str], int], sign: int) -> None:
        self.compare = compare
        self.sign = sign  # 1: the largest, -1: the smallest
        self.rows: deque[tuple[int, str]] = deque()  # (number of the row, value)
        self.entered = 0
        self.left = 0

    def step(self, stored: str) -> None:
        """A row enters."""
        while self.rows and self.sign * self.compare(stored, self.rows[-1][1]) >= 0:
            self.rows.pop()
        self.rows.append((self.entered, stored))
        self.entered += 1

    def inverse(self, stored: str) -> None:
        """The oldest row leaves the window's frame."""
        if self.rows[0][0] == self.left:
            self.rows.popleft()
        self.left += 1

    def value(self) -> str | None:
        """The result so far."""
        return self.rows[0][1] if self.rows else None

    final = value


def _choosers(name: str, compare: Callable[[str, str], int]) -> tuple[Builtin, ...]:
    """larger, smaller, max and min of a type that has a collation."""
    rows = []
    for verb, aggregate, sign in (("larger", "max", 1), ("smaller", "min", -1)):
        factory = partial(Extreme, compare, sign)
        choose = Python(partial(_better, compare, sign))
        rows.append(Builtin(f"{name}_{verb}({name},{name})", choose, chooser_example(name, verb)))
        most = PythonAggregate(factory, over=factory)
        rows.append(Builtin(f"{aggregate}({name})", most, extreme_example(name, aggregate)))
    return tuple(rows)


def _better(compare: Callable[[str, str], int], sign: int, left: str, right: str) -> str:
    """One of two; of equals the second."""
    return left if sign * compare(left, right) > 0 else right


BUILTINS = (
    *comparisons("interval", "pg_interval", compare_intervals),
    *_choosers("interval", compare_intervals),
    *_choosers("timetz", compare_timetz),
    Builtin("sum(interval)", PythonAggregate(Sum, over=Sum), ("sum(interval '-13 mons')", "-1 years -1 mons")),
    Builtin("avg(interval)", PythonAggregate(Average, over=Average), ("avg(interval '-13 mons')", "-1 years -1 mons")),
    Builtin(
        "interval_pl(interval,interval)",
        Python(interval_plus),
        ("interval '1 day' + interval '1 hour'", "1 day 01:00:00"),
    ),
    Builtin(
        "interval_mi(interval,interval)",
        Python(interval_minus),
        ("interval_mi(interval '0', interval '0')", "00:00:00"),
    ),
    Builtin("interval_um(interval)", Python(interval_negated), ("- interval '1 mon -1 day'", "-1 mons +1 day")),
    Builtin("interval_mul(interval,float8)", Python(interval_times), ("interval '1 mon' * 1.5", "1 mon 15 days")),
    Builtin(
        "mul_d_interval(float8,interval)",
        Python(lambda factor, stored: interval_times(stored, factor)),
        ("mul_d_interval(0, interval '0')", "00:00:00"),
    ),
    Builtin("interval_div(interval,float8)", Python(interval_over), ("interval '1 hour' / 1.5", "00:40:00")),
    Builtin("justify_hours(interval)", Python(justify_hours), ("justify_hours('50:10')", "2 days 02:10:00")),
    Builtin("justify_days(interval)", Python(justify_days), ("justify_days('1 year 65 days')", "1 year 2 mons 5 days")),
    Builtin(
        "justify_interval(interval)",
        Python(justify_interval),
        ("justify_interval('1 mon -1 hour')", "29 days 23:00:00"),
    ),
    Builtin(
        "isfinite(interval)",
        native(lambda x: f"({x} NOT IN ('infinity', '-infinity'))"),
        ("isfinite(interval '0')", "t"),
    ),
    Builtin("interval(interval,int4)", Python(fit_interval), ("\"interval\"(interval '0', -1)", "00:00:00")),
    Builtin("interval(time)", Python(interval_of_time), ("time '04:05' :: interval", "04:05:00")),
    Builtin("time(interval)", Python(time_of_interval), ("interval '-1 hour' :: time", "23:00:00")),
    Builtin(
        "make_interval(int4,int4,int4,int4,int4,int4,float8)",
        Python(make_interval),
        ("make_interval(days => 10, secs => 1.5)", "10 days 00:00:01.5"),
    ),
)
