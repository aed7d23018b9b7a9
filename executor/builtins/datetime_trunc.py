"""The start of the unit, or of the bin, that a time is in: date_trunc and date_bin."""

from collections.abc import Callable
from functools import lru_cache

from executor.builtins.base import Builtin, Native, Python, call
from executor.builtins.datetime import (
    INFINITE,
    checked_timestamp,
    timestamptz_micros,
    utc_from_local,
    written_plainly,
)
from executor.builtins.datetime_fields import (
    HOURS_KEPT,
    TIMESTAMP_NAME,
    TIMESTAMPTZ_NAME,
    even_hour,
    hour_of,
    raise_unsupported,
    unrecognized,
    unsupported,
)
from executor.builtins.zones import session_is_utc, session_or_named_zone
from executor.context import Context
from executor.identifiers import fold
from executor.sqlstates import DatetimeFieldOverflow, FeatureNotSupported
from executor.types.datetime import out_of_range
from executor.types.instants import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    civil_from_days,
    days_from_civil,
    timestamp_micros,
    weekday,
)
from executor.types.interval_input import INTERVAL_UNITS, TOKEN_LENGTH
from executor.types.spans import Interval, interval, interval_text, quotient
from executor.types.spans import out_of_range as interval_out_of_range
from executor.types.timezones import Zone, find_zone

# --- date_trunc ------------------------------------------------------------------------------------------------------

_TIME_UNITS = {"microsecond": 1, "millisecond": 1000, "second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY}


_YEAR_STARTS: dict[str, Callable[[int], int]] = {
    "year": lambda year: year,
    "decade": lambda year: year // 10 * 10 if year > 0 else -((8 - (year - 1)) // 10) * 10,
    "century": lambda year: (year + 99) // 100 * 100 - 99 if year > 0 else -((99 - (year - 1)) // 100) * 100 + 1,
    "millennium": lambda year: (
        (year + 999) // 1000 * 1000 - 999 if year > 0 else -((999 - (year - 1)) // 1000) * 1000 + 1
    ),
}
TRUNC_UNITS = frozenset({*_TIME_UNITS, *_YEAR_STARTS, "week", "month", "quarter"})


def truncated(unit: str, micros: int) -> int:
    """The start of the unit that a wall-clock time is in."""
    if unit in _TIME_UNITS:
        return micros - micros % _TIME_UNITS[unit]
    days = micros // DAY
    if unit == "week":
        return (days - (weekday(days) + 6) % 7) * DAY
    year, month, _ = civil_from_days(days)
    if unit in _YEAR_STARTS:
        return days_from_civil(_YEAR_STARTS[unit](year), 1, 1) * DAY
    return days_from_civil(year, month if unit == "month" else (month - 1) // 3 * 3 + 1, 1) * DAY


def _trunc_unit(text: str, type_name: str) -> str:
    unit = INTERVAL_UNITS.get(fold(text)[:TOKEN_LENGTH])
    if unit is None:
        raise unrecognized(text, type_name)
    return unit if unit in TRUNC_UNITS else raise_unsupported(text, type_name)


def date_trunc(text: str, stored: str) -> str:
    """date_trunc(text, timestamp)."""
    unit = _trunc_unit(text, TIMESTAMP_NAME)
    return stored if stored in INFINITE else checked_timestamp(truncated(unit, timestamp_micros(stored)))


def date_trunc_timestamptz(context: Context, text: str, stored: str, zone: str | None = None) -> str:
    """date_trunc(text, timestamptz [, zone]): on that zone's clock."""
    there = session_or_named_zone(context, zone)
    unit = _trunc_unit(text, TIMESTAMPTZ_NAME)
    if stored in INFINITE:
        return stored
    if unit not in _WITHIN_HOURS and (hour := hour_of(stored, there)) and (known := _start_of_hour(unit, hour, there.name)):
        return known
    return checked_timestamp(_truncate_instant(unit, timestamptz_micros(stored), there))


_WITHIN_HOURS = frozenset({"microsecond", "millisecond", "second", "minute"})


@lru_cache(maxsize=HOURS_KEPT)
def _start_of_hour(unit: str, hour: str, zone_name: str) -> str | None:
    """What date_trunc gives for every instant of an hour; None if that is not one value."""
    zone = find_zone(zone_name)
    start = even_hour(hour, zone) if zone else None
    return None if zone is None or start is None else checked_timestamp(_truncate_instant(unit, start, zone))


def _lower_trunc_utc(unit: str, x: str) -> str:
    """The same of a timestamptz, where the session's clock shows UTC."""
    general = call(date_trunc_timestamptz, unit, x)
    cut = _CUTS.get(unit)
    if cut is None:
        return general
    here = written_plainly(x) + (f" AND {call(session_is_utc)}" if unit not in _IN_EVERY_ZONE else "")
    return f"(CASE WHEN {here} THEN substr({x}, 1, {cut[0]}) || '{cut[1]}' ELSE {general} END)"


_IN_EVERY_ZONE = frozenset({"'second'"})
"""Units of which zones are a whole number away from UTC."""


def _truncate_instant(unit: str, micros: int, zone: Zone) -> int:
    offset = zone.offset_at(micros)
    start = truncated(unit, micros + offset * SECOND)
    # Within an hour the offset is kept: an hour that the clocks go through twice must not become the other one.
    if unit in _TIME_UNITS and unit != "day":
        return start - offset * SECOND
    return utc_from_local(start, zone)


def date_trunc_interval(text: str, stored: str) -> str:
    """date_trunc(text, interval): cut what is less than the unit, toward zero."""
    unit = _trunc_unit(text, "interval")
    if unit == "week":
        raise unsupported(fold(text), "interval", "Months usually have fractional weeks.")
    value = interval(stored)
    if not value.finite:
        return stored
    months, days, micros = value
    if unit in _TIME_UNITS:
        size = _TIME_UNITS[unit]
        return interval_text(Interval(months, days, 0 if unit == "day" else quotient(micros, size) * size))
    size = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200, "millennium": 12000}[unit]
    return interval_text(Interval(quotient(months, size) * size, 0, 0))


_CUTS = {
    "'second'": ("19", ""),
    "'minute'": ("16", ":00"),
    "'hour'": ("13", ":00:00"),
    "'day'": ("10", " 00:00:00"),
    "'month'": ("7", "-01 00:00:00"),
    "'year'": ("4", "-01-01 00:00:00"),
}


def _lower_trunc(unit: str, x: str) -> str:
    """For a constant unit and a year of four digits, the start of the text; else the function."""
    general = call(date_trunc, unit, x)
    cut = _CUTS.get(unit)
    if cut is None:
        return general
    return f"(CASE WHEN {written_plainly(x)} THEN substr({x}, 1, {cut[0]}) || '{cut[1]}' ELSE {general} END)"


# --- date_bin --------------------------------------------------------------------------------------------------------


def date_bin(stride: str, stored: str, origin: str) -> str:
    """date_bin: the start of the stride-long bin, counted from origin, that a timestamp is in."""
    if stored in INFINITE:
        return stored
    if origin in INFINITE:
        raise DatetimeFieldOverflow("origin out of range")
    span = interval(stride)
    if not span.finite:
        raise DatetimeFieldOverflow("timestamps cannot be binned into infinite intervals")
    if span.months:
        raise FeatureNotSupported("timestamps cannot be binned into intervals containing months or years")
    width = span.days * DAY + span.micros
    if not -(2**63) <= width < 2**63:
        raise interval_out_of_range()
    if width <= 0:
        raise DatetimeFieldOverflow("stride must be greater than zero")
    start, micros = timestamptz_micros(origin), timestamptz_micros(stored)
    if not -(2**63) <= micros - start < 2**63:
        raise interval_out_of_range()
    result = start + (micros - start) // width * width
    if result < -(2**63):
        raise out_of_range("timestamp")
    return checked_timestamp(result)


BUILTINS = (
    Builtin(
        "date_trunc(text,timestamp)",
        Native(_lower_trunc, 6, date_trunc, (date_trunc,), literals=(0,)),
        ("date_trunc('week', timestamp '2001-02-16 20:38:40')", "2001-02-12 00:00:00"),
    ),
    Builtin(
        "date_trunc(text,timestamptz)",
        Native(_lower_trunc_utc, 6, date_trunc_timestamptz, literals=(0,),
               context_helpers=(date_trunc_timestamptz, session_is_utc)),
        ("date_trunc('m', timestamptz '2024-03-10 06:30:00+00')", "2024-03-10 06:30:00+00"),
    ),
    Builtin(
        "date_trunc(text,timestamptz,text)",
        Python(date_trunc_timestamptz, context=True),
        ("date_trunc('m', timestamptz '2024-11-03 06:30:00+00', 'UTC')", "2024-11-03 06:30:00+00"),
    ),
    Builtin(
        "date_trunc(text,interval)",
        Python(date_trunc_interval),
        ("date_trunc('hour', interval '1 day 2:30')", "1 day 02:00:00"),
    ),
    Builtin(
        "date_bin(interval,timestamp,timestamp)",
        Python(date_bin),
        ("date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01')", "2020-02-11 15:30:00"),
    ),
    Builtin(
        "date_bin(interval,timestamptz,timestamptz)",
        Python(date_bin),
        (
            "date_bin(interval '24:00:00', timestamptz '1850-07-01 00:00:00+00', timestamptz '0001-01-02 00:00:00+00')",
            "1850-07-01 00:00:00+00",
        ),
    ),
)
