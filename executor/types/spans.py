"""Intervals as three integers, and the text they are stored as in SQLite.

An interval is months, days and microseconds, kept apart because a month has no fixed number of days nor a day of
hours. All three at their largest (smallest) is infinity (-infinity). The stored form is what intervalstyle iso_8601
prints, `P1Y2M-3DT4H5M6.789S`; equal intervals may be stored differently (`P1M`, `P30D`), so comparing needs the
collation pg_interval.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from executor.sqlstates import DatetimeFieldOverflow
from executor.types.instants import DAY, HOUR, MINUTE, SECOND, MalformedStoredError

INT32_MAX: Final = 2**31 - 1
INT32_MIN: Final = -(2**31)
INT64_MAX: Final = 2**63 - 1
INT64_MIN: Final = -(2**63)
MONTH_DAYS: Final = 30


class Interval(NamedTuple):
    """A span of time."""

    months: int
    days: int
    micros: int

    @property
    def finite(self) -> bool:
        """Neither infinity nor -infinity."""
        return self != ENDLESS and self != NEG_ENDLESS

    @property
    def span(self) -> int:
        """Microseconds by which intervals are compared: a month is 30 days, a day 24 hours."""
        return (self.months * MONTH_DAYS + self.days) * DAY + self.micros


ENDLESS: Final = Interval(INT32_MAX, INT32_MAX, INT64_MAX)
NEG_ENDLESS: Final = Interval(INT32_MIN, INT32_MIN, INT64_MIN)


def out_of_range() -> DatetimeFieldOverflow:
    """22008."""
    return DatetimeFieldOverflow("interval out of range")


def fits(months: int, days: int, micros: int) -> bool:
    """Whether each part fits its integer type."""
    return INT32_MIN <= months <= INT32_MAX and INT32_MIN <= days <= INT32_MAX and INT64_MIN <= micros <= INT64_MAX


def checked(months: int, days: int, micros: int) -> Interval:
    """The finite interval of these parts; 22008 if one does not fit or the whole would read as infinity."""
    value = Interval(months, days, micros)
    if not fits(months, days, micros) or not value.finite:
        raise out_of_range()
    return value


def quotient(value: int, divisor: int) -> int:
    """Integer division that truncates toward zero, as C's does."""
    return value // divisor if value >= 0 else -(-value // divisor)


def split_micros(micros: int) -> tuple[int, int, int, int]:
    """Hours, minutes, seconds and microseconds, all with the sign of the whole."""
    sign = -1 if micros < 0 else 1
    rest = abs(micros)
    hour, rest = divmod(rest, HOUR)
    minute, rest = divmod(rest, MINUTE)
    second, fraction = divmod(rest, SECOND)
    return sign * hour, sign * minute, sign * second, sign * fraction


def seconds_text(second: int, fraction: int, pad: bool) -> str:
    """Seconds without their sign, fractional zeros trimmed; `pad` to two digits."""
    whole = f"{abs(second):02d}" if pad else str(abs(second))
    return f"{whole}.{abs(fraction):06d}".rstrip("0") if fraction else whole


def interval_text(value: Interval) -> str:
    """The stored form; also the print of intervalstyle iso_8601."""
    months, days, micros = value
    if not (months or days or micros):
        return "PT0S"
    if not value.finite:
        return "infinity" if months > 0 else "-infinity"
    year = quotient(months, 12)
    text = "P" + _part(year, "Y") + _part(months - year * 12, "M") + _part(days, "D")
    if not micros:
        return text
    hour, minute, second, fraction = split_micros(micros)
    text += "T" + _part(hour, "H") + _part(minute, "M")
    if second or fraction:
        text += ("-" if micros < 0 else "") + seconds_text(second, fraction, False) + "S"
    return text


def _part(value: int, unit: str) -> str:
    return f"{value}{unit}" if value else ""


_STORED = re.compile(
    r"P(?:(-?[0-9]+)Y)?(?:(-?[0-9]+)M)?(?:(-?[0-9]+)D)?"
    r"(?:T(?:(-?[0-9]+)H)?(?:(-?[0-9]+)M)?(?:(-?)([0-9]+)(?:\.([0-9]{1,6}))?S)?)?"
)
_UNIT_LIMIT = 25  # more characters than any part needs: int() of a longer one would be slow


@lru_cache(maxsize=4096)
def interval(text: str) -> Interval:
    """The value of a stored interval. Raises MalformedStoredError."""
    if text == "infinity":
        return ENDLESS
    if text == "-infinity":
        return NEG_ENDLESS
    match = _STORED.fullmatch(text)
    if match is None or len(text) < 3 or len(text) > 6 * _UNIT_LIMIT or text.endswith("T"):
        raise MalformedStoredError(text)
    year, month, day, hour, minute, sign, second, fraction = match.groups()
    micros = int(second or 0) * SECOND + int((fraction or "").ljust(6, "0"))
    total = int(hour or 0) * HOUR + int(minute or 0) * MINUTE + (-micros if sign else micros)
    value = Interval(int(year or 0) * 12 + int(month or 0), int(day or 0), total)
    if not fits(*value):
        raise MalformedStoredError(text)
    return value


def compare_intervals(left: str, right: str) -> int:
    """The order of two stored intervals: the collation pg_interval."""
    left_span, right_span = interval(left).span, interval(right).span
    return (left_span > right_span) - (left_span < right_span)
