"""Dates and times as integers, and the text they are stored as in SQLite.

Inside functions every value is an integer, as in PostgreSQL: a date is days since 2000-01-01, a time microseconds
since midnight, a timestamp microseconds since 2000-01-01 00:00 (UTC for timestamptz). The calendar is the proleptic
Gregorian one for all years; year 0 is 1 BC. Infinity is the largest or smallest integer of the type's width.

The stored form is text whose plain (BINARY) order is the order of time:

| value | stored |
|---|---|
| date | `2020-01-31` |
| time | `04:05:06.789`, fractional zeros trimmed; `24:00:00` exists |
| timetz | `04:05:06.789+05:30` (order by UTC needs the collation pg_timetz) |
| timestamp | `2020-01-31 04:05:06.789` |
| timestamptz | the same, in UTC, without a zone suffix |
| a year after 9999 | `:` and seven digits: `:0294276-12-31`; ':' sorts after '9' |
| a year BC | `/` and 99999 minus its distance from 1 BC in five digits: 4713 BC is `/95287-…`; '/' sorts before '0' |
| infinity | `infinity`, `-infinity`: 'i' sorts after ':', '-' before '/' |
"""

import re
from datetime import date, datetime, timedelta
from typing import Final

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

JULIAN_2000: Final = 2451545
"""Julian day number of 2000-01-01."""
UNIX_EPOCH_DAYS: Final = -10957
UNIX_EPOCH: Final = UNIX_EPOCH_DAYS * DAY

INFINITY: Final = 2**63 - 1
NEG_INFINITY: Final = -(2**63)
DATE_INFINITY: Final = 2**31 - 1
DATE_NEG_INFINITY: Final = -(2**31)

MIN_DAYS: Final = -JULIAN_2000  # 4714-11-24 BC
END_DATE_DAYS: Final = 2147483494 - JULIAN_2000  # 5874898-06-03
MIN_TIMESTAMP: Final = -211813488000000000
END_TIMESTAMP: Final = 9223371331200000000  # 294277-01-01

_EPOCH: Final = datetime(2000, 1, 1)
_FIRST_DATETIME: Final = -730119 * DAY  # the years that Python's datetime knows: 1 to 9999
_LAST_DATETIME: Final = 2921940 * DAY - 1
_WITHOUT_FRACTION: Final = len("2000-01-01 00:00:00")
_ORDINAL_2000: Final = date(2000, 1, 1).toordinal()
_CYCLE_YEARS: Final = 400
_CYCLE_DAYS: Final = 146097
_MONTH_DAYS: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def month_length(year: int, month: int) -> int:
    """Days in a month of the proleptic Gregorian calendar (year 0 is 1 BC)."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_DAYS[month]


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 2000-01-01. `month` must be 1..12; a `day` outside its month runs into its neighbours."""
    cycles = 0
    if not 1 <= year <= 9999:
        cycles, within = divmod(year - 2000, _CYCLE_YEARS)
        year = 2000 + within
    return date(year, month, 1).toordinal() + day - 1 - _ORDINAL_2000 + cycles * _CYCLE_DAYS


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year (0 is 1 BC), month and day of a count of days since 2000-01-01."""
    cycles = 0
    if not -730119 <= days <= 2921939:
        cycles, days = divmod(days, _CYCLE_DAYS)
    day = date.fromordinal(days + _ORDINAL_2000)
    return day.year + cycles * _CYCLE_YEARS, day.month, day.day


def weekday(days: int) -> int:
    """0 is Sunday."""
    return (days + 6) % 7


def clock(micros: int) -> tuple[int, int, int, int]:
    """Hours, minutes, seconds and microseconds of a time of day."""
    seconds, fraction = divmod(micros, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return hour, minute, second, fraction


def date_in_range(days: int) -> bool:
    """Whether a finite date of this many days exists in PostgreSQL."""
    return MIN_DAYS <= days < END_DATE_DAYS


def timestamp_in_range(micros: int) -> bool:
    """Whether a finite timestamp of this value exists in PostgreSQL."""
    return MIN_TIMESTAMP <= micros < END_TIMESTAMP


# --- stored text -----------------------------------------------------------------------------------------------------


def year_text(year: int) -> str:
    """The year part of a stored date."""
    if 1 <= year <= 9999:
        return f"{year:04d}"
    return f":{year:07d}" if year > 0 else f"/{99999 + year:05d}"


def date_text(days: int) -> str:
    """The stored form of a date."""
    if -730119 <= days <= 2921939:
        return date.fromordinal(days + _ORDINAL_2000).isoformat()
    if days == DATE_INFINITY:
        return "infinity"
    if days == DATE_NEG_INFINITY:
        return "-infinity"
    year, month, day = civil_from_days(days)
    return f"{year_text(year)}-{month:02d}-{day:02d}"


def time_text(micros: int) -> str:
    """The stored form of a time, which is also how PostgreSQL prints it."""
    hour, minute, second, fraction = clock(micros)
    if fraction:
        return f"{hour:02d}:{minute:02d}:{second:02d}.{fraction:06d}".rstrip("0")
    return f"{hour:02d}:{minute:02d}:{second:02d}"


def timestamp_text(micros: int) -> str:
    """The stored form of a timestamp, or of a timestamptz given in UTC."""
    if _FIRST_DATETIME <= micros <= _LAST_DATETIME:
        text = (_EPOCH + timedelta(microseconds=micros)).isoformat(" ")
        return text.rstrip("0") if len(text) > _WITHOUT_FRACTION else text
    if micros == INFINITY:
        return "infinity"
    if micros == NEG_INFINITY:
        return "-infinity"
    days, time = divmod(micros, DAY)
    return f"{date_text(days)} {time_text(time)}"


def offset_text(seconds: int) -> str:
    """A distance from UTC (east is positive) as PostgreSQL prints it: +00, -03:30, +00:19:32."""
    sign = "-" if seconds < 0 else "+"
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    if second:
        return f"{sign}{hour:02d}:{minute:02d}:{second:02d}"
    return f"{sign}{hour:02d}:{minute:02d}" if minute else f"{sign}{hour:02d}"


def timetz_text(micros: int, offset: int) -> str:
    """The stored form of a timetz; `offset` is in seconds east of UTC."""
    return time_text(micros) + offset_text(offset)


_STORED = re.compile(
    r"(?:(?P<year>[0-9]{4})|:(?P<far>[0-9]{7})|/(?P<bc>[0-9]{5}))-(?P<month>[0-9][0-9])-(?P<day>[0-9][0-9])"
    r"(?:[ T](?P<hour>[0-9][0-9]):(?P<minute>[0-9][0-9])(?::(?P<second>[0-9][0-9])(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<zone>Z|[+-][0-9][0-9](?::?[0-9][0-9])?)?)?"
)


_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?")


class MalformedStoredError(ValueError):
    """A stored value that is no form of its type; only other programs write such a thing. Not the client's fault."""


def _fields(text: str) -> tuple[int, int, int]:
    """Days, microseconds of the day and seconds of zone of any accepted form of a stored timestamp."""
    match = _STORED.fullmatch(text)
    if match is None:
        raise MalformedStoredError(text)
    far, bc = match["far"], match["bc"]
    year = int(match["year"] or far) if not bc else int(bc) - 99999
    month, day = int(match["month"]), int(match["day"])
    if not 1 <= month <= 12 or not 1 <= day <= month_length(year, month) or (year == 0 and not bc):
        raise MalformedStoredError(text)
    hour, minute, second = int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise MalformedStoredError(text)
    fraction = match["fraction"] or "0"
    micros = round(int(fraction) * SECOND / 10 ** len(fraction))
    return days_from_civil(year, month, day), (hour * 60 + minute) * MINUTE + second * SECOND + micros, _zone(match)


def _zone(match: re.Match[str]) -> int:
    zone = match["zone"]
    if zone is None or zone == "Z":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = (int(digits[:2]) * 60 + int(digits[2:])) * 60
    return -seconds if zone[0] == "-" else seconds


def date_days(text: str) -> int:
    """Days since 2000-01-01 of a stored date.

    Raises MalformedStoredError if it is none; a time of midnight behind it (written by other programs) is allowed.
    """
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        try:
            return date.fromisoformat(text).toordinal() - _ORDINAL_2000
        except ValueError:
            raise MalformedStoredError(text) from None
    if text == "infinity":
        return DATE_INFINITY
    if text == "-infinity":
        return DATE_NEG_INFINITY
    days, micros, zone = _fields(text)
    if micros or zone:
        raise MalformedStoredError(text)
    return days


def timestamp_micros(text: str, zoned: bool = False) -> int:
    """Microseconds since 2000-01-01 of a stored timestamp, or of a stored timestamptz (`zoned`) in UTC.

    Other programs' forms of the same instant (a 'T', no seconds, no time, a zone) are accepted; a zone other than UTC
    only if `zoned`. Raises MalformedStoredError.
    """
    if _PLAIN.fullmatch(text):
        try:
            since = datetime.fromisoformat(text) - _EPOCH
        except ValueError:
            raise MalformedStoredError(text) from None
        return since.days * DAY + since.seconds * SECOND + since.microseconds
    if text == "infinity":
        return INFINITY
    if text == "-infinity":
        return NEG_INFINITY
    days, micros, zone = _fields(text)
    if zone and not zoned:
        raise MalformedStoredError(text)
    return days * DAY + micros - zone * SECOND


_TIME = re.compile(
    r"([0-9][0-9]):([0-9][0-9])(?::([0-9][0-9])(?:\.([0-9]{1,6}))?)?"
    r"([+-][0-9][0-9](?::[0-9][0-9](?::[0-9][0-9])?)?)?"
)


def timetz_parts(text: str) -> tuple[int, int]:
    """Microseconds of the day and seconds east of UTC of a stored timetz (or time: offset 0)."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise MalformedStoredError(text)
    hour, minute, second, fraction, zone = match.groups()
    micros = (int(hour) * 60 + int(minute)) * MINUTE + int(second or 0) * SECOND
    if fraction:
        micros += int(fraction.ljust(6, "0"))
    if micros > DAY or int(minute) > 59 or int(second or 0) > 60:
        raise MalformedStoredError(text)
    return micros, offset_seconds(zone) if zone else 0


def offset_seconds(text: str) -> int:
    """Seconds east of UTC of `offset_text`'s print."""
    parts = [int(part) for part in text[1:].split(":")]
    seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    return -seconds if text[0] == "-" else seconds


def time_micros(text: str) -> int:
    """Microseconds since midnight of a stored time."""
    if text[-3:-2] in ("+", "-"):
        raise MalformedStoredError(text)
    return timetz_parts(text)[0]
