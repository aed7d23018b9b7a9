"""Making dates and times from numbers: make_date and its kin, to_timestamp(float8)."""

import math
from decimal import Decimal

from executor.builtins.base import Builtin, Python
from executor.builtins.zones import named_zone
from executor.context import Context
from executor.errors import SqlError
from executor.sqlstates import DatetimeFieldOverflow, InvalidParameterValue
from executor.types.datetime_parts import DATE, Parts, read_offset, validate_date
from executor.types.datetime_tokens import BadInput, Problem
from executor.types.instants import (
    DAY,
    HOUR,
    MIN_DAYS,
    MINUTE,
    SECOND,
    UNIX_EPOCH,
    date_in_range,
    date_text,
    time_text,
    timestamp_in_range,
    timestamp_text,
)
from executor.types.integer import INT4_MIN
from executor.types.timezones import zone_of

_END_TIMESTAMP_SECONDS = 9224318016000.0  # 294277-01-01, since 1970


def _float(value: float | str) -> float:
    """A stored float8 (NaN is text)."""
    return float(value)


def _parts(year: int, month: int, day: int, shown_year: int) -> Parts:
    """The date; `shown_year` is the year in the error."""
    parts = Parts(year=abs(year), month=month, day=day, claimed=DATE, era="bc" if year < 0 else "")
    try:
        if year == INT4_MIN:
            raise BadInput
        validate_date(parts)
    except BadInput:
        raise DatetimeFieldOverflow(f"date field value out of range: {shown_year}-{month:02d}-{day:02d}") from None
    if not parts.valid_julian():
        raise _date_out_of_range(parts)
    return parts


def _date_out_of_range(parts: Parts) -> SqlError:
    """PostgreSQL shows the year as it counts internally: 1 BC is 0."""
    return DatetimeFieldOverflow(f"date out of range: {parts.year}-{parts.month:02d}-{parts.day:02d}")


def _micros(hour: int, minute: int, second: float) -> int:
    finite = math.isfinite(second)
    fraction = round(second * SECOND) if finite else -1
    valid = 0 <= hour <= 24 and 0 <= minute < 60 and 0 <= fraction <= MINUTE
    micros = hour * HOUR + minute * MINUTE + fraction if valid else DAY + 1
    if micros > DAY:
        raise DatetimeFieldOverflow(f"time field value out of range: {_clock(hour, minute, second)}")
    return micros


def _clock(hour: int, minute: int, second: float) -> str:
    shown = "%02g" % second if math.isfinite(second) else str(Decimal(second))  # noqa: UP031 - C's %g
    return f"{hour}:{minute:02d}:{shown}"


def make_date(year: int, month: int, day: int) -> str:
    """make_date; a negative year is BC."""
    # PostgreSQL has counted 1 BC as 0 by the time it finds a month or day wrong, but not the least year of all.
    parts = _parts(year, month, day, year + 1 if INT4_MIN < year < 0 else year)
    if not date_in_range(parts.days()):
        raise _date_out_of_range(parts)
    return date_text(parts.days())


def make_time(hour: int, minute: int, second: float | str) -> str:
    """make_time."""
    return time_text(_micros(hour, minute, _float(second)))


def _timestamp(year: int, month: int, day: int, hour: int, minute: int, second: float) -> int:
    micros = _parts(year, month, day, year).days() * DAY + _micros(hour, minute, second)
    if not timestamp_in_range(micros):
        shown = f"{year}-{month:02d}-{day:02d} {_clock(hour, minute, second)}"
        raise DatetimeFieldOverflow(f"timestamp out of range: {shown}")
    return micros


def make_timestamp(year: int, month: int, day: int, hour: int, minute: int, second: float | str) -> str:
    """make_timestamp."""
    return timestamp_text(_timestamp(year, month, day, hour, minute, _float(second)))


def make_timestamptz(
    context: Context,
    year: int,
    month: int,
    day: int,
    hour: int,
    minute: int,
    second: float | str,
    zone: str | None = None,
) -> str:
    """make_timestamptz: a wall-clock time of a zone, or of the session's."""
    local = _timestamp(year, month, day, hour, minute, _float(second))
    offset = zone_of(context.env).offset_of_local(local) if zone is None else _written_offset(context, zone, local)
    micros = local - offset * SECOND
    if not timestamp_in_range(micros):
        raise DatetimeFieldOverflow("timestamp out of range")
    return timestamp_text(micros)


def _written_offset(context: Context, zone: str, local: int) -> int:
    """Seconds east of UTC of a zone given by name, or by a number with its sign as in ISO 8601 (22023)."""
    if zone[:1].isdigit():
        raise InvalidParameterValue(
            f'invalid input syntax for type numeric time zone: "{zone}"',
            hint='Numeric time zones must have "-" or "+" as first character.',
        )
    try:
        return read_offset(zone or " ")
    except BadInput as bad:
        if bad.problem is Problem.ZONE_OVERFLOW:
            raise InvalidParameterValue(f'numeric time zone "{zone}" out of range') from None
    return named_zone(context, zone).offset_of_local(local)


def to_timestamp(seconds: float | str) -> str:
    """to_timestamp(float8): seconds since 1970."""
    value = _float(seconds)
    if math.isnan(value):
        raise DatetimeFieldOverflow("timestamp cannot be NaN")
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    first = float((MIN_DAYS * DAY - UNIX_EPOCH) // SECOND)
    in_bounds = first <= value < _END_TIMESTAMP_SECONDS
    micros = round((value + UNIX_EPOCH / SECOND) * SECOND) if in_bounds else 0
    if not in_bounds or not timestamp_in_range(micros):
        raise DatetimeFieldOverflow('timestamp out of range: "%g"' % value)  # noqa: UP031 - as above
    return timestamp_text(micros)


BUILTINS = (
    Builtin("make_date(int4,int4,int4)", Python(make_date), ("make_date(2013, 7, 15)", "2013-07-15")),
    Builtin("make_time(int4,int4,float8)", Python(make_time), ("make_time(8, 15, 23.5)", "08:15:23.5")),
    Builtin(
        "make_timestamp(int4,int4,int4,int4,int4,float8)",
        Python(make_timestamp),
        ("make_timestamp(2013, 7, 15, 8, 15, 23.5)", "2013-07-15 08:15:23.5"),
    ),
    Builtin(
        "make_timestamptz(int4,int4,int4,int4,int4,float8)",
        Python(make_timestamptz, context=True),
        ("make_timestamptz(2014, 12, 10, 0, 0, 0)", "2014-12-10 00:00:00+00"),
    ),
    Builtin(
        "make_timestamptz(int4,int4,int4,int4,int4,float8,text)",
        Python(make_timestamptz, context=True),
        ("make_timestamptz(2014, 12, 10, 0, 0, 0, '-8')", "2014-12-10 08:00:00+00"),
    ),
    Builtin(
        "to_timestamp(float8)", Python(to_timestamp), ("to_timestamp(0) AT TIME ZONE 'UTC'", "1970-01-01 00:00:00")
    ),
)
