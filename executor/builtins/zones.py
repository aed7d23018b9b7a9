"""AT TIME ZONE and AT LOCAL: moving values between time zones."""

from datetime import UTC

from executor.builtins.base import Builtin, Python
from executor.builtins.datetime import (
    INFINITE,
    checked_timestamp,
    now,
    timestamp_of_timestamptz,
    timestamptz_micros,
    timestamptz_of_timestamp,
    utc_from_local,
)
from executor.context import Context
from executor.sqlstates import InvalidParameterValue
from executor.types.datetime_parts import zone_word
from executor.types.instants import DAY, SECOND, timestamp_micros, timetz_parts, timetz_text
from executor.types.interval import print_interval
from executor.types.spans import interval, quotient
from executor.types.timezones import Zone, find_zone, offset_zone, zone_of

_NAME_LENGTH = 255


class _AbbreviatedZone:
    """What a dynamic abbreviation such as MSK means: at an instant, and for a wall-clock time."""

    def __init__(self, abbreviation: str, zone: Zone) -> None:
        self.abbreviation = abbreviation
        self.zone = zone

    def offset_at(self, micros: int) -> int:
        meaning = self.zone.meaning_near(self.abbreviation, micros)
        return meaning.offset if meaning else self.zone.offset_at(micros)

    def offset_of_local(self, micros: int) -> int:
        return self.offset_at(utc_from_local(micros, self.zone))


def named_zone(context: Context, name: str) -> Zone | _AbbreviatedZone:
    """The zone of a name, an abbreviation or a POSIX rule (22023)."""
    word = zone_word(name[:_NAME_LENGTH].lower(), context.env)
    if word is not None:
        offset, zone, _ = word
        return offset_zone(offset) if zone is None else _AbbreviatedZone(name, zone)
    found = find_zone(name[:_NAME_LENGTH])
    if found is None:
        raise InvalidParameterValue(f'time zone "{name}" not recognized')
    return found


def session_is_utc(context: Context) -> int:
    """Whether the session's clock shows what a timestamptz is stored as. SQLite asks once a statement."""
    return int(zone_of(context.env).is_utc)


def session_or_named_zone(context: Context, name: str | None) -> Zone:
    """The zone in which a calendar is kept: the session's, or that of a name."""
    if name is None:
        return zone_of(context.env)
    zone = named_zone(context, name)
    return zone.zone if isinstance(zone, _AbbreviatedZone) else zone


def zone_of_interval(context: Context, span: str) -> Zone:
    """The zone an interval names: a constant distance from UTC (22023)."""
    value = interval(span)
    shown = print_interval(value, context.env.interval_style)
    if not value.finite:
        raise InvalidParameterValue(f'interval time zone "{shown}" must be finite')
    if value.months or value.days:
        raise InvalidParameterValue(f'interval time zone "{shown}" must not include months or days')
    return Zone("", UTC, shift=quotient(value.micros, SECOND))


def _to_timestamptz(stored: str, zone: Zone | _AbbreviatedZone) -> str:
    if stored in INFINITE:
        return stored
    micros = timestamp_micros(stored)
    return checked_timestamp(micros - zone.offset_of_local(micros) * SECOND)


def _to_timestamp(stored: str, zone: Zone | _AbbreviatedZone) -> str:
    if stored in INFINITE:
        return stored
    micros = timestamptz_micros(stored)
    return checked_timestamp(micros + zone.offset_at(micros) * SECOND)


def _shift_timetz(stored: str, offset: int) -> str:
    micros, old_offset = timetz_parts(stored)
    return timetz_text((micros + (offset - old_offset) * SECOND) % DAY, offset)


def timestamp_at_zone(context: Context, zone: str, stored: str) -> str:
    """timezone(text, timestamp): the instant at which that zone's clocks show this."""
    return stored if stored in INFINITE else _to_timestamptz(stored, named_zone(context, zone))


def timestamptz_at_zone(context: Context, zone: str, stored: str) -> str:
    """timezone(text, timestamptz): what that zone's clocks show then."""
    return stored if stored in INFINITE else _to_timestamp(stored, named_zone(context, zone))


def timetz_at_zone(context: Context, zone: str, stored: str) -> str:
    """timezone(text, timetz): with the offset the zone has now."""
    return _shift_timetz(stored, named_zone(context, zone).offset_at(timestamptz_micros(now(context))))


def timestamp_at_interval(context: Context, span: str, stored: str) -> str:
    """timezone(interval, timestamp)."""
    return stored if stored in INFINITE else _to_timestamptz(stored, zone_of_interval(context, span))


def timestamptz_at_interval(context: Context, span: str, stored: str) -> str:
    """timezone(interval, timestamptz)."""
    return stored if stored in INFINITE else _to_timestamp(stored, zone_of_interval(context, span))


def timetz_at_interval(context: Context, span: str, stored: str) -> str:
    """timezone(interval, timetz)."""
    return _shift_timetz(stored, zone_of_interval(context, span).offset_at(0))


def timetz_at_local(context: Context, stored: str) -> str:
    """timezone(timetz): in the session's zone."""
    return _shift_timetz(stored, zone_of(context.env).offset_at(timestamptz_micros(now(context))))


BUILTINS = (
    Builtin(
        "timezone(text,timestamp)",
        Python(timestamp_at_zone, context=True),
        ("timestamp '2001-02-16 20:38:40' AT TIME ZONE 'America/Denver' AT TIME ZONE 'UTC'", "2001-02-17 03:38:40"),
    ),
    Builtin(
        "timezone(text,timestamptz)",
        Python(timestamptz_at_zone, context=True),
        ("timezone('UTC', timestamptz '2004-12-27 10:00:00+00')", "2004-12-27 10:00:00"),
    ),
    Builtin(
        "timezone(text,timetz)",
        Python(timetz_at_zone, context=True),
        ("timezone('UTC', timetz '10:00+02')", "08:00:00+00"),
    ),
    Builtin(
        "timezone(interval,timestamp)",
        Python(timestamp_at_interval, context=True),
        (
            "timezone(interval '-00:00:00.000001', timestamp '1999-12-31 23:59:59.999999')",
            "1999-12-31 23:59:59.999999+00",
        ),
    ),
    Builtin(
        "timezone(interval,timestamptz)",
        Python(timestamptz_at_interval, context=True),
        ("timezone(interval '0', timestamptz '2024-03-09 07:30:00+00')", "2024-03-09 07:30:00"),
    ),
    Builtin(
        "timezone(interval,timetz)",
        Python(timetz_at_interval, context=True),
        ("timetz '10:00+00' AT TIME ZONE interval '02:00'", "12:00:00+02"),
    ),
    Builtin(
        "timezone(timestamp)",
        Python(timestamptz_of_timestamp, context=True),
        ("timezone(timestamp '2004-12-27 10:00:00')", "2004-12-27 10:00:00+00"),
    ),
    Builtin(
        "timezone(timestamptz)",
        Python(timestamp_of_timestamptz, context=True),
        ("timezone(timestamptz '2004-12-27 10:00:00+00')", "2004-12-27 10:00:00"),
    ),
    Builtin("timezone(timetz)", Python(timetz_at_local, context=True), ("timezone(timetz '10:00+02')", "08:00:00+00")),
)
