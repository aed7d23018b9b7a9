"""Adding and subtracting dates, times and intervals; age, overlaps, series.

An interval is added to a timestamp in the order months, days, time. For a timestamptz the months and days are added
on the clock of a zone, so that a day may have 23 or 25 hours; the time is added in UTC.
"""

from executor.builtins.base import Builtin, Python
from executor.builtins.datetime import (
    INFINITE,
    checked_timestamp,
    current_date,
    local_micros,
    timestamp_of_date,
    timestamptz_micros,
    timestamptz_of_timestamp,
    utc_from_local,
)
from executor.builtins.zones import session_or_named_zone
from executor.context import Context
from executor.sqlstates import DatetimeFieldOverflow
from executor.types.datetime import out_of_range
from executor.types.instants import (
    DAY,
    SECOND,
    civil_from_days,
    date_days,
    date_in_range,
    date_text,
    days_from_civil,
    month_length,
    time_micros,
    time_text,
    timestamp_in_range,
    timestamp_micros,
    timetz_parts,
    timetz_text,
)
from executor.types.spans import (
    ENDLESS,
    INT32_MAX,
    INT32_MIN,
    INT64_MAX,
    INT64_MIN,
    NEG_ENDLESS,
    Interval,
    checked,
    interval,
    interval_text,
)
from executor.types.spans import out_of_range as interval_out_of_range
from executor.types.timezones import Zone, zone_of

# --- dates -----------------------------------------------------------------------------------------------------------


def date_plus(stored: str, days: int) -> str:
    """date + integer."""
    if stored in INFINITE:
        return stored
    total = date_days(stored) + days
    if not date_in_range(total):
        raise out_of_range("date")
    return date_text(total)


def date_minus(stored: str, days: int) -> str:
    """date - integer."""
    return date_plus(stored, -days)


def days_between(left: str, right: str) -> int:
    """date - date."""
    if left in INFINITE or right in INFINITE:
        raise DatetimeFieldOverflow("cannot subtract infinite dates")
    return date_days(left) - date_days(right)


# --- timestamps ------------------------------------------------------------------------------------------------------


def negated(value: Interval) -> Interval:
    """-interval (22008)."""
    if not value.finite:
        return NEG_ENDLESS if value == ENDLESS else ENDLESS
    return checked(-value.months, -value.days, -value.micros)


def add_months(days: int, months: int) -> int:
    """A date so many months later, on its month's last day if it has no such day."""
    year, month, day = civil_from_days(days)
    year, month = divmod(year * 12 + month - 1 + months, 12)
    if not -4714 <= year <= 5874898:
        raise out_of_range("timestamp")
    return days_from_civil(year, month + 1, min(day, month_length(year, month + 1)))


def _add_calendar(local: int, value: Interval) -> int:
    """Add an interval's months and days to a wall-clock time."""
    days, time = divmod(local, DAY)
    days = add_months(days, value.months) if value.months else days
    if value.months and not timestamp_in_range(days * DAY + time):
        raise out_of_range("timestamp")
    days += value.days
    if value.days and not date_in_range(days):
        raise out_of_range("timestamp")
    return days * DAY + time


def _add_infinite(stored: str, value: Interval) -> str:
    """A sum of which at least one part is infinite; opposite infinities have no sum."""
    if value.finite:
        return stored
    sign = "infinity" if value == ENDLESS else "-infinity"
    if stored in INFINITE and stored != sign:
        raise out_of_range("timestamp")
    return sign


def add_to_timestamp(stored: str, value: Interval) -> str:
    """timestamp + interval."""
    if stored in INFINITE or not value.finite:
        return _add_infinite(stored, value)
    return checked_timestamp(_add_calendar(timestamp_micros(stored), value) + value.micros)


def add_to_timestamptz(stored: str, value: Interval, zone: Zone) -> str:
    """timestamptz + interval, on a zone's calendar."""
    if stored in INFINITE or not value.finite:
        return _add_infinite(stored, value)
    micros = timestamptz_micros(stored)
    # The months are settled to an instant before the days are added: the first may end on a time that does not exist.
    for part in (Interval(value.months, 0, 0), Interval(0, value.days, 0)):
        if any(part):
            micros = utc_from_local(_add_calendar(micros + zone.offset_at(micros) * SECOND, part), zone)
            if not timestamp_in_range(micros):
                raise out_of_range("timestamp")
    return checked_timestamp(micros + value.micros)


def timestamp_plus(stored: str, span: str) -> str:
    """timestamp + interval."""
    return add_to_timestamp(stored, interval(span))


def timestamp_minus(stored: str, span: str) -> str:
    """timestamp - interval."""
    return add_to_timestamp(stored, negated(interval(span)))


def date_plus_interval(stored: str, span: str) -> str:
    """date + interval: a timestamp."""
    return timestamp_plus(timestamp_of_date(stored), span)


def date_minus_interval(stored: str, span: str) -> str:
    """date - interval: a timestamp."""
    return timestamp_minus(timestamp_of_date(stored), span)


def timestamptz_plus(context: Context, stored: str, span: str, zone: str | None = None) -> str:
    """timestamptz + interval; date_add, with a zone other than the session's."""
    return add_to_timestamptz(stored, interval(span), session_or_named_zone(context, zone))


def timestamptz_minus(context: Context, stored: str, span: str, zone: str | None = None) -> str:
    """timestamptz - interval; date_subtract."""
    return add_to_timestamptz(stored, negated(interval(span)), session_or_named_zone(context, zone))


def carry_days(value: Interval) -> Interval:
    """Turn each 24 hours into a day, days and time of one sign (22008)."""
    days, micros = abs(value.micros) // DAY, abs(value.micros) % DAY
    if value.micros < 0:
        days, micros = -days, -micros
    days += value.days
    if days > 0 > micros:
        days, micros = days - 1, micros + DAY
    elif days < 0 < micros:
        days, micros = days + 1, micros - DAY
    if not INT32_MIN <= days <= INT32_MAX:
        raise interval_out_of_range()
    return Interval(value.months, days, micros)


def _infinite_difference(left: str, right: str) -> str:
    """A difference of which at least one part is infinite; equal infinities have none."""
    if left == right:
        raise interval_out_of_range()
    if left in INFINITE:
        return left
    return "-infinity" if right == "infinity" else "infinity"


def timestamp_difference(left: str, right: str) -> str:
    """timestamp - timestamp, and the same of timestamptz: days and time."""
    if left in INFINITE or right in INFINITE:
        return _infinite_difference(left, right)
    micros = timestamptz_micros(left) - timestamptz_micros(right)
    if not INT64_MIN <= micros <= INT64_MAX:
        raise interval_out_of_range()
    return interval_text(carry_days(Interval(0, 0, micros)))


# --- times of day ----------------------------------------------------------------------------------------------------


def _time_span(span: str, verb: str) -> int:
    value = interval(span)
    if not value.finite:
        raise DatetimeFieldOverflow(f"cannot {verb} time")
    return value.micros


def time_plus(stored: str, span: str) -> str:
    """time + interval, round the clock; months and days do not count."""
    return time_text((time_micros(stored) + _time_span(span, "add infinite interval to")) % DAY)


def time_minus(stored: str, span: str) -> str:
    """time - interval."""
    return time_text((time_micros(stored) - _time_span(span, "subtract infinite interval from")) % DAY)


def timetz_plus(stored: str, span: str) -> str:
    """timetz + interval."""
    micros, offset = timetz_parts(stored)
    return timetz_text((micros + _time_span(span, "add infinite interval to")) % DAY, offset)


def timetz_minus(stored: str, span: str) -> str:
    """timetz - interval."""
    micros, offset = timetz_parts(stored)
    return timetz_text((micros - _time_span(span, "subtract infinite interval from")) % DAY, offset)


def time_difference(left: str, right: str) -> str:
    """time - time."""
    return interval_text(Interval(0, 0, time_micros(left) - time_micros(right)))


# --- age -------------------------------------------------------------------------------------------------------------


def _age(left: int, right: int) -> Interval:
    """The difference of two wall-clock times in years, months, days and time.

    Days are borrowed from the month of the earlier time.
    """
    later, earlier, sign = (right, left, -1) if left < right else (left, right, 1)
    later_days, later_time = divmod(later, DAY)
    earlier_days, earlier_time = divmod(earlier, DAY)
    later_year, later_month, later_day = civil_from_days(later_days)
    earlier_year, earlier_month, earlier_day = civil_from_days(earlier_days)
    micros = later_time - earlier_time
    days = later_day - earlier_day
    if micros < 0:
        micros, days = micros + DAY, days - 1
    months = (later_year - earlier_year) * 12 + later_month - earlier_month
    while days < 0:
        days += month_length(earlier_year, earlier_month)
        months -= 1
    return Interval(sign * months, sign * days, sign * micros)


def age(left: str, right: str) -> str:
    """age(timestamp, timestamp)."""
    if left in INFINITE or right in INFINITE:
        return _infinite_difference(left, right)
    return interval_text(_age(timestamp_micros(left), timestamp_micros(right)))


def age_of_timestamptz(context: Context, left: str, right: str) -> str:
    """age(timestamptz, timestamptz): by the session's clocks."""
    if left in INFINITE or right in INFINITE:
        return _infinite_difference(left, right)
    zone = zone_of(context.env)
    return interval_text(_age(local_micros(left, zone), local_micros(right, zone)))


def age_of_today(context: Context, stored: str) -> str:
    """age(timestamp): from the midnight that today began with."""
    return age(timestamp_of_date(current_date(context)), stored)


def age_of_today_timestamptz(context: Context, stored: str) -> str:
    """age(timestamptz)."""
    midnight = timestamptz_of_timestamp(context, timestamp_of_date(current_date(context)))
    return age_of_timestamptz(context, midnight, stored)


BUILTINS = (
    Builtin("date_pli(date,int4)", Python(date_plus), ("date '2020-02-28' + 2", "2020-03-01")),
    Builtin(
        "integer_pl_date(int4,date)",
        Python(lambda days, stored: date_plus(stored, days)),
        ("integer_pl_date(5, date '2020-02-29')", "2020-03-05"),
    ),
    Builtin("date_mii(date,int4)", Python(date_minus), ("date '2020-03-01' - 1", "2020-02-29")),
    Builtin("date_mi(date,date)", Python(days_between), ("date '2020-03-01' - date '2020-02-01'", "29")),
    Builtin(
        "date_pl_interval(date,interval)",
        Python(date_plus_interval),
        ("date '2020-01-31' + interval '1 month'", "2020-02-29 00:00:00"),
    ),
    Builtin(
        "interval_pl_date(interval,date)",
        Python(lambda span, stored: date_plus_interval(stored, span)),
        ("interval_pl_date(interval '0', date '12345-06-07')", "12345-06-07 00:00:00"),
    ),
    Builtin(
        "date_mi_interval(date,interval)",
        Python(date_minus_interval),
        ("date_mi_interval(date '0001-01-01', interval '1 mon')", "0001-12-01 00:00:00 BC"),
    ),
    Builtin(
        "date_add(timestamptz,interval)",
        Python(timestamptz_plus, context=True),
        ("date_add(timestamptz '2024-11-03 06:30:00+00', interval '0')", "2024-11-03 06:30:00+00"),
    ),
    Builtin(
        "date_add(timestamptz,interval,text)",
        Python(timestamptz_plus, context=True),
        ("date_add(timestamptz '2024-03-10 06:30:00+00', interval '1 day', 'UTC')", "2024-03-11 06:30:00+00"),
    ),
    Builtin(
        "date_subtract(timestamptz,interval)",
        Python(timestamptz_minus, context=True),
        ("date_subtract(timestamptz '2024-11-03 06:30:00+00', interval '1 mon')", "2024-10-03 06:30:00+00"),
    ),
    Builtin(
        "date_subtract(timestamptz,interval,text)",
        Python(timestamptz_minus, context=True),
        ("date_subtract(timestamptz '1850-07-01 00:00:00+00', interval '0', 'UTC')", "1850-07-01 00:00:00+00"),
    ),
    Builtin(
        "timestamp_mi(timestamp,timestamp)",
        Python(timestamp_difference),
        ("timestamp '2020-03-01' - timestamp '2020-02-28 12:00'", "1 day 12:00:00"),
    ),
    Builtin(
        "timestamptz_mi(timestamptz,timestamptz)",
        Python(timestamp_difference),
        (
            "timestamptz_mi(timestamptz '2024-03-10 06:30:00+00', timestamptz '2024-11-03 05:30:00+00')",
            "-237 days -23:00:00",
        ),
    ),
    Builtin("time_pl_interval(time,interval)", Python(time_plus), ("time '23:00' + interval '2 hours'", "01:00:00")),
    Builtin(
        "interval_pl_time(interval,time)",
        Python(lambda span, stored: time_plus(stored, span)),
        ("interval_pl_time(interval '1 mon', time '00:00:00')", "00:00:00"),
    ),
    Builtin(
        "time_mi_interval(time,interval)",
        Python(time_minus),
        ("time_mi_interval(time '12:00:00', interval '0')", "12:00:00"),
    ),
    Builtin(
        "timetz_pl_interval(timetz,interval)",
        Python(timetz_plus),
        ("timetz_pl_interval(timetz '00:00:00+00', interval '0')", "00:00:00+00"),
    ),
    Builtin(
        "interval_pl_timetz(interval,timetz)",
        Python(lambda span, stored: timetz_plus(stored, span)),
        ("interval_pl_timetz(interval '1 mon', timetz '24:00:00-12')", "00:00:00-12"),
    ),
    Builtin(
        "timetz_mi_interval(timetz,interval)",
        Python(timetz_minus),
        ("timetz_mi_interval(timetz '00:00:00+00', interval '1 mon')", "00:00:00+00"),
    ),
    Builtin("time_mi_time(time,time)", Python(time_difference), ("time '05:00' - time '03:30'", "01:30:00")),
    Builtin(
        "age(timestamp,timestamp)",
        Python(age),
        ("age(timestamp '2001-04-10', timestamp '1957-06-13')", "43 years 9 mons 27 days"),
    ),
    Builtin(
        "age(timestamptz,timestamptz)",
        Python(age_of_timestamptz, context=True),
        ("age(timestamptz '2024-11-03 05:30:00+00', timestamptz '2024-11-03 05:30:00+00')", "00:00:00"),
    ),
    Builtin("age(timestamp)", Python(age_of_today, context=True), ("age(current_date :: timestamp)", "00:00:00")),
    Builtin(
        "age(timestamptz)",
        Python(age_of_today_timestamptz, context=True),
        ("age(current_date :: timestamptz)", "00:00:00"),
    ),
)
