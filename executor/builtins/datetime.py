"""Dates and times: converting into each other, and the clock.

What only takes a stored text apart is SQL; what depends on the session's time zone or can fail runs in Python.

The binder turns SQL's CURRENT_DATE and its kin into calls of `current_date(context)`, `current_time(context, p)`,
`current_timestamp(context, p)`, `localtime(context, p)` and `localtimestamp(context, p)`; p is the precision or -1.
"""

import time as system_clock

from executor.builtins.base import Builtin, Python, native
from executor.context import Context
from executor.sqlstates import DatetimeFieldOverflow
from executor.types.datetime import out_of_range, round_micros, round_timestamp
from executor.types.datetime_output import WEEKDAYS
from executor.types.datetime_tokens import MONTHS
from executor.types.instants import (
    DAY,
    SECOND,
    UNIX_EPOCH,
    civil_from_days,
    date_days,
    date_text,
    time_micros,
    time_text,
    timestamp_in_range,
    timestamp_micros,
    timestamp_text,
    timetz_parts,
    timetz_text,
    weekday,
)
from executor.types.timezones import UTC_ZONE, Zone, zone_of

INFINITE = ("infinity", "-infinity")

# --- values for the functions of this family -------------------------------------------------------------------------


def timestamptz_micros(stored: str) -> int:
    """Microseconds since 2000-01-01 UTC of a stored timestamptz."""
    return timestamp_micros(stored, zoned=True)


def written_plainly(x: str) -> str:
    """SQL: whether a stored timestamp is of the years 1 to 9999 and has no zone."""
    return f"{x} >= '0' AND {x} < ':' AND {without_zone(x)}"


def without_zone(x: str) -> str:
    """SQL: whether a timestamp has its seconds and perhaps a fraction, and no zone as other programs may write one."""
    return f"(length({x}) = 19 OR (length({x}) > 20 AND substr({x}, 20) NOT GLOB '*[^.0-9]*'))"


def checked_timestamp(micros: int) -> str:
    """The stored form of a finite timestamp that was computed (22008 out of range)."""
    if not timestamp_in_range(micros):
        raise out_of_range("timestamp")
    return timestamp_text(micros)


def local_micros(stored: str, zone: Zone) -> int:
    """Wall-clock microseconds in a zone of a finite stored timestamptz."""
    micros = timestamptz_micros(stored)
    return micros + zone.offset_at(micros) * SECOND


def utc_from_local(micros: int, zone: Zone) -> int:
    """The instant at which a zone's clocks show a finite wall-clock time."""
    return micros - zone.offset_of_local(micros) * SECOND


# --- conversions -----------------------------------------------------------------------------------------------------


def timestamp_of_date(stored: str) -> str:
    """timestamp(date): midnight of the date; 22008 for a date no timestamp reaches."""
    if stored in INFINITE:
        return stored
    micros = date_days(stored) * DAY
    if not timestamp_in_range(micros):
        raise DatetimeFieldOverflow("date out of range for timestamp")
    return timestamp_text(micros)


def timestamptz_of_date(context: Context, stored: str) -> str:
    """timestamptz(date): midnight in the session's zone."""
    if stored in INFINITE:
        return stored
    midnight = timestamp_of_date(stored)
    micros = utc_from_local(timestamp_micros(midnight), zone_of(context.env))
    if not timestamp_in_range(micros):
        raise DatetimeFieldOverflow("date out of range for timestamp")
    return timestamp_text(micros)


def timestamptz_of_timestamp(context: Context, stored: str) -> str:
    """timestamptz(timestamp): the instant at which the session's clocks show this."""
    zone = zone_of(context.env)
    if stored in INFINITE or zone is UTC_ZONE:
        return stored
    return checked_timestamp(utc_from_local(timestamp_micros(stored), zone))


def timestamp_of_timestamptz(context: Context, stored: str) -> str:
    """timestamp(timestamptz): what the session's clocks show."""
    zone = zone_of(context.env)
    if stored in INFINITE or zone is UTC_ZONE:
        return stored
    return checked_timestamp(local_micros(stored, zone))


def date_of_timestamp(stored: str) -> str:
    """date(timestamp)."""
    return stored.partition(" ")[0]


def time_of_timestamp(stored: str) -> str | None:
    """time(timestamp); NULL for infinity, as in PostgreSQL."""
    return None if stored in INFINITE else stored.partition(" ")[2]


def date_of_timestamptz(context: Context, stored: str) -> str:
    """date(timestamptz)."""
    if stored in INFINITE:
        return stored
    return date_text(local_micros(stored, zone_of(context.env)) // DAY)


def time_of_timestamptz(context: Context, stored: str) -> str | None:
    """time(timestamptz); NULL for infinity, as in PostgreSQL."""
    if stored in INFINITE:
        return None
    return time_text(local_micros(stored, zone_of(context.env)) % DAY)


def timetz_of_timestamptz(context: Context, stored: str) -> str | None:
    """timetz(timestamptz)."""
    if stored in INFINITE:
        return None
    micros = timestamptz_micros(stored)
    offset = zone_of(context.env).offset_at(micros)
    return timetz_text((micros + offset * SECOND) % DAY, offset)


def timetz_of_time(context: Context, stored: str) -> str:
    """timetz(time): with the offset that the session's zone has at this time today."""
    zone = zone_of(context.env)
    micros = time_micros(stored)
    today = local_micros(now(context), zone) // DAY
    return timetz_text(micros, zone.offset_of_local(today * DAY + micros))


def time_of_timetz(stored: str) -> str:
    """time(timetz): without the zone."""
    return time_text(timetz_parts(stored)[0])


def timestamptz_of_date_timetz(date: str, time: str) -> str:
    """date + timetz."""
    if date in INFINITE:
        return date
    micros, offset = timetz_parts(time)
    days = date_days(date)
    if not timestamp_in_range(days * DAY):
        raise DatetimeFieldOverflow("date out of range for timestamp")
    return checked_timestamp(days * DAY + micros - offset * SECOND)


def timestamp_of_date_time(date: str, time: str) -> str:
    """date + time."""
    midnight = timestamp_of_date(date)
    return midnight if midnight in INFINITE else checked_timestamp(timestamp_micros(midnight) + time_micros(time))


def timestamptz_of_date_time(context: Context, date: str, time: str) -> str:
    """date + time, as a wall-clock time of the session."""
    return timestamptz_of_timestamp(context, timestamp_of_date_time(date, time))


def round_stored_timestamp(stored: str, precision: int) -> str:
    """timestamp(timestamp, int4): to that many digits of a second."""
    return timestamp_text(round_timestamp(timestamp_micros(stored, zoned=True), precision))


def round_stored_time(stored: str, precision: int) -> str:
    """time(time, int4)."""
    return time_text(round_micros(time_micros(stored), precision))


def round_stored_timetz(stored: str, precision: int) -> str:
    """timetz(timetz, int4)."""
    micros, offset = timetz_parts(stored)
    return timetz_text(round_micros(micros, precision), offset)


def _first_letter(x: str, far: str, bc: str, infinite: str, plain: str) -> str:
    """SQL that takes apart a stored timestamp by the kind of its year."""
    return f"CASE substr({x}, 1, 1) WHEN ':' THEN {far} WHEN '/' THEN {bc} {infinite}ELSE {plain} END"


def _date_part(x: str) -> str:
    return f"substr({x}, 1, {_first_letter(x, '14', '12', '', '10')})"


def _time_part(x: str) -> str:
    return _first_letter(
        x,
        f"substr({x}, 16)",
        f"substr({x}, 14)",
        "WHEN 'i' THEN NULL WHEN '-' THEN NULL ",
        f"substr({x}, 12)",
    )


CONVERSIONS = (
    Builtin("timestamp(date)", Python(timestamp_of_date), ("date '2020-01-31' :: timestamp", "2020-01-31 00:00:00")),
    Builtin(
        "timestamp(date,time)",
        Python(timestamp_of_date_time),
        ("\"timestamp\"(date '2024-11-03', time '24:00:00')", "2024-11-04 00:00:00"),
    ),
    Builtin(
        "timestamp(timestamp,int4)",
        Python(round_stored_timestamp),
        ("timestamp(2) '2020-01-01 00:00:00.555'", "2020-01-01 00:00:00.56"),
    ),
    Builtin(
        "timestamp(timestamptz)",
        Python(timestamp_of_timestamptz, context=True),
        ("\"timestamp\"(timestamptz '0001-01-02 00:00:00+00')", "0001-01-02 00:00:00"),
    ),
    Builtin(
        "timestamptz(date)",
        Python(timestamptz_of_date, context=True),
        ("timestamptz(date '2020-02-29')", "2020-02-29 00:00:00+00"),
    ),
    Builtin(
        "timestamptz(timestamp)",
        Python(timestamptz_of_timestamp, context=True),
        ("timestamptz(timestamp '2000-01-01 00:00:00')", "2000-01-01 00:00:00+00"),
    ),
    Builtin(
        "timestamptz(timestamptz,int4)",
        Python(round_stored_timestamp),
        ("timestamptz(timestamptz '2024-11-03 06:30:00+00', 5)", "2024-11-03 06:30:00+00"),
    ),
    Builtin(
        "timestamptz(date,time)",
        Python(timestamptz_of_date_time, context=True),
        ("timestamptz(date '2020-02-29', time '00:00:00')", "2020-02-29 00:00:00+00"),
    ),
    Builtin(
        "timestamptz(date,timetz)",
        Python(timestamptz_of_date_timetz),
        ("timestamptz(date '12345-06-07', timetz '24:00:00-12')", "12345-06-08 12:00:00+00"),
    ),
    Builtin(
        "datetime_pl(date,time)",
        Python(timestamp_of_date_time),
        ("date '2020-01-31' + time '04:05'", "2020-01-31 04:05:00"),
    ),
    Builtin(
        "timedate_pl(time,date)",
        Python(lambda time, date: timestamp_of_date_time(date, time)),
        ("timedate_pl(time '12:00:00', date '1999-12-31')", "1999-12-31 12:00:00"),
    ),
    Builtin(
        "datetimetz_pl(date,timetz)",
        Python(timestamptz_of_date_timetz),
        ("datetimetz_pl(date '1999-12-31', timetz '24:00:00-12')", "2000-01-01 12:00:00+00"),
    ),
    Builtin(
        "timetzdate_pl(timetz,date)",
        Python(lambda time, date: timestamptz_of_date_timetz(date, time)),
        ("timetzdate_pl(timetz '00:00:00+00', date '2020-02-29')", "2020-02-29 00:00:00+00"),
    ),
    Builtin(
        "date(timestamp)",
        native(_date_part, repeats=2, python=date_of_timestamp),
        ("timestamp '2020-01-31 04:05' :: date", "2020-01-31"),
    ),
    Builtin(
        "date(timestamptz)",
        Python(date_of_timestamptz, context=True),
        ("date(timestamptz '2024-11-03 06:30:00+00')", "2024-11-03"),
    ),
    Builtin(
        "time(timestamp)",
        native(_time_part, repeats=4, python=time_of_timestamp),
        ("timestamp '2020-01-31 04:05' :: time", "04:05:00"),
    ),
    Builtin(
        "time(timestamptz)",
        Python(time_of_timestamptz, context=True),
        ("\"time\"(timestamptz '2024-11-03 05:30:00+00')", "05:30:00"),
    ),
    Builtin("time(timetz)", Python(time_of_timetz), ("timetz '04:05+02' :: time", "04:05:00")),
    Builtin("time(time,int4)", Python(round_stored_time), ("time(0) '04:05:06.5'", "04:05:07")),
    Builtin("timetz(time)", Python(timetz_of_time, context=True), ("timetz(time '10:00')", "10:00:00+00")),
    Builtin(
        "timetz(timestamptz)",
        Python(timetz_of_timestamptz, context=True),
        ("timetz(timestamptz '1850-07-01 00:00:00+00')", "00:00:00+00"),
    ),
    Builtin("timetz(timetz,int4)", Python(round_stored_timetz), ("timetz(0) '04:05:06.5+02'", "04:05:07+02")),
)

# --- the clock -------------------------------------------------------------------------------------------------------


def now(context: Context) -> str:
    """now(), transaction_timestamp(): when the transaction started."""
    return context.transaction_timestamp or clock_timestamp()


def statement_timestamp(context: Context) -> str:
    """When the statement arrived."""
    return context.statement_timestamp or now(context)


def clock_timestamp() -> str:
    """The system's clock."""
    return timestamp_text(UNIX_EPOCH + system_clock.time_ns() // 1000)


def timeofday(context: Context) -> str:
    """The clock in the style of the C library: Wed Feb 21 11:32:46.123456 2024 EST."""
    zone = zone_of(context.env)
    micros = timestamptz_micros(clock_timestamp())
    days, time = divmod(micros + zone.offset_at(micros) * SECOND, DAY)
    year, month, day = civil_from_days(days)
    seconds, fraction = divmod(time, SECOND)
    name = f"{WEEKDAYS[weekday(days)]} {MONTHS[month - 1].title()} {day:02d}"
    return f"{name} {time_text(seconds * SECOND)}.{fraction:06d} {year} {zone.abbreviation_at(micros)}"


def current_date(context: Context) -> str:
    """CURRENT_DATE."""
    return date_of_timestamptz(context, now(context))


def current_time(context: Context, precision: int = -1) -> str:
    """CURRENT_TIME, CURRENT_TIME(p): a timetz."""
    value = timetz_of_timestamptz(context, now(context))
    assert value is not None
    return round_stored_timetz(value, precision)


def current_timestamp(context: Context, precision: int = -1) -> str:
    """CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(p): a timestamptz."""
    return round_stored_timestamp(now(context), precision)


def localtime(context: Context, precision: int = -1) -> str:
    """LOCALTIME, LOCALTIME(p): a time."""
    value = time_of_timestamptz(context, now(context))
    assert value is not None
    return round_stored_time(value, precision)


def localtimestamp(context: Context, precision: int = -1) -> str:
    """LOCALTIMESTAMP, LOCALTIMESTAMP(p): a timestamp."""
    return round_stored_timestamp(timestamp_of_timestamptz(context, now(context)), precision)


CLOCK = (
    Builtin("now()", Python(now, context=True), ("now() = transaction_timestamp()", "t")),
    Builtin("transaction_timestamp()", Python(now, context=True), ("transaction_timestamp() = now()", "t")),
    Builtin(
        "statement_timestamp()", Python(statement_timestamp, context=True), ("statement_timestamp() >= now()", "t")
    ),
    Builtin("clock_timestamp()", Python(clock_timestamp), ("clock_timestamp() >= now()", "t")),
    Builtin("timeofday()", Python(timeofday, context=True), ("length(timeofday()) > 30", "t")),
    Builtin(
        "isfinite(date)",
        native(lambda x: f"({x} NOT IN ('infinity', '-infinity'))"),
        ("isfinite(date 'infinity')", "f"),
    ),
    Builtin(
        "isfinite(timestamp)",
        native(lambda x: f"({x} NOT IN ('infinity', '-infinity'))"),
        ("isfinite(timestamp '2004-12-27 10:00:00')", "t"),
    ),
    Builtin(
        "isfinite(timestamptz)",
        native(lambda x: f"({x} NOT IN ('infinity', '-infinity'))"),
        ("isfinite(timestamptz '2024-03-09 07:30:00+00')", "t"),
    ),
)

BUILTINS = (*CONVERSIONS, *CLOCK)
