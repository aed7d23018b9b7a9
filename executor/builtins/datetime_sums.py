"""timestamp + interval and its kin in SQLite, for a constant interval of whole seconds and the years around now.

SQLite's datetime() adds months as PostgreSQL does with its modifier `floor` (to the month's last day), then days, then
seconds; it drops fractions of a second, which are put back. Everything else is executor.builtins.datetime_arithmetic's.
"""

import re
from collections.abc import Callable

from executor.builtins.base import Builtin, Native, call
from executor.builtins.datetime import without_zone
from executor.builtins.datetime_arithmetic import negated, timestamp_minus, timestamp_plus, timestamptz_minus, timestamptz_plus
from executor.builtins.zones import session_is_utc
from executor.context import Context
from executor.types.instants import DAY, SECOND
from executor.types.spans import Interval, interval

_LITERAL = re.compile(r"'([-+.0-9A-Z]+)'")
_MONTHS_MAX, _DAYS_MAX = 1200, 36_500
_FIRST, _LAST = "'0401'", "'9600'"
"""Years that are so far from the ends of the calendar that no sum leaves it."""


def interval_plus_timestamp(span: str, stored: str) -> str:
    """interval + timestamp."""
    return timestamp_plus(stored, span)


def interval_plus_timestamptz(context: Context, span: str, stored: str) -> str:
    """interval + timestamptz."""
    return timestamptz_plus(context, stored, span)


def _modifiers(value: Interval) -> str | None:
    """The arguments of datetime(), None for an interval that it cannot add exactly."""
    months, days, micros = value
    if micros % SECOND or abs(months) > _MONTHS_MAX or max(abs(days), abs(micros) // DAY) > _DAYS_MAX:
        return None
    parts = [f"'{months:+d} months', 'floor'" if months else "", f"'{days:+d} days'" if days else "",
             f"'{micros // SECOND:+d} seconds'" if micros else ""]
    return ", ".join(part for part in parts if part)


def _lower(x: str, span: str, general: str, zoned: bool, minus: bool) -> str:
    literal = _LITERAL.fullmatch(span)
    value = interval(literal[1]) if literal else None
    modifiers = _modifiers(negated(value) if minus else value) if value is not None and value.finite else None
    if value is None or not modifiers:
        return general
    guard = f"{x} BETWEEN {_FIRST} AND {_LAST} AND {without_zone(x)}"
    if zoned and (value.months or value.days):
        guard += f" AND {call(session_is_utc)}"
    # NULL for what another program wrote that is no timestamp: the general way refuses it.
    return f"coalesce(CASE WHEN {guard} THEN datetime(substr({x}, 1, 19), {modifiers}) || substr({x}, 20) END, {general})"


def _sum(helper: Callable[..., str], *, zoned: bool = False, minus: bool = False, flipped: bool = False) -> Native:
    def lower(a: str, b: str) -> str:
        x, span = (b, a) if flipped else (a, b)
        return _lower(x, span, call(helper, a, b), zoned, minus)

    literals = (0,) if flipped else (1,)
    if zoned:
        return Native(lower, 5, helper, literals=literals, context_helpers=(helper, session_is_utc))
    return Native(lower, 5, helper, (helper,), literals=literals)



BUILTINS = (
    Builtin(
        "timestamp_pl_interval(timestamp,interval)",
        _sum(timestamp_plus),
        ("timestamp_pl_interval(timestamp '2024-11-03 01:30:00', interval '0')", "2024-11-03 01:30:00"),
    ),
    Builtin(
        "interval_pl_timestamp(interval,timestamp)",
        _sum(interval_plus_timestamp, flipped=True),
        ("interval_pl_timestamp(interval '0', timestamp '12345-06-07 08:09:10')", "12345-06-07 08:09:10"),
    ),
    Builtin(
        "timestamp_mi_interval(timestamp,interval)",
        _sum(timestamp_minus, minus=True),
        ("timestamp_mi_interval(timestamp '2004-12-27 10:00:00', interval '0')", "2004-12-27 10:00:00"),
    ),
    Builtin(
        "timestamptz_pl_interval(timestamptz,interval)",
        _sum(timestamptz_plus, zoned=True),
        ("timestamptz_pl_interval(timestamptz '2024-11-03 06:30:00+00', interval '1 day')", "2024-11-04 06:30:00+00"),
    ),
    Builtin(
        "interval_pl_timestamptz(interval,timestamptz)",
        _sum(interval_plus_timestamptz, zoned=True, flipped=True),
        ("interval_pl_timestamptz(interval '1 day', timestamptz '1850-07-01 00:00:00+00')", "1850-07-02 00:00:00+00"),
    ),
    Builtin(
        "timestamptz_mi_interval(timestamptz,interval)",
        _sum(timestamptz_minus, zoned=True, minus=True),
        ("timestamptz_mi_interval(timestamptz '2024-03-09 07:30:00+00', interval '0')", "2024-03-09 07:30:00+00"),
    ),
)
