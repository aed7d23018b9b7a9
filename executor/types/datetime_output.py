"""Prints dates and times in every DateStyle.

ISO is the stored form with years written out; the other styles are built from the parts.
Source: datatype-datetime.html, "Date/Time Output".
"""

from collections.abc import Callable

from executor.types.base import Env
from executor.types.datetime_tokens import MONTHS
from executor.types.instants import (
    DATE_INFINITY,
    DATE_NEG_INFINITY,
    DAY,
    INFINITY,
    NEG_INFINITY,
    SECOND,
    civil_from_days,
    offset_text,
    time_text,
    weekday,
)
from executor.types.timezones import Zone

WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_ZONE_LIMIT = 10  # PostgreSQL cuts the abbreviation of a zone here
_LETTERED = frozenset({"SQL", "German", "Postgres"})


def _era(year: int) -> tuple[str, str]:
    """The year in at least four digits and what follows the whole date."""
    return (f"{year:04d}", "") if year > 0 else (f"{1 - year:04d}", " BC")


def _day_first(env: Env) -> bool:
    return env.date_order == "DMY"


_DATE_STYLES: dict[str, Callable[[str, int, int, bool], str]] = {
    "ISO": lambda year, month, day, _: f"{year}-{month:02d}-{day:02d}",
    "SQL": lambda year, month, day, dmy: f"{day:02d}/{month:02d}/{year}" if dmy else f"{month:02d}/{day:02d}/{year}",
    "German": lambda year, month, day, _: f"{day:02d}.{month:02d}.{year}",
    "Postgres": lambda year, month, day, dmy: (
        f"{day:02d}-{month:02d}-{year}" if dmy else f"{month:02d}-{day:02d}-{year}"
    ),
}


def print_date(days: int, env: Env) -> str:
    """A date in the session's DateStyle."""
    if days in (DATE_INFINITY, DATE_NEG_INFINITY):
        return "infinity" if days > 0 else "-infinity"
    year, month, day = civil_from_days(days)
    shown, era = _era(year)
    return _DATE_STYLES[env.date_style](shown, month, day, _day_first(env)) + era


def print_timestamp(micros: int, env: Env, zone: Zone | None = None) -> str:
    """A timestamp in the session's DateStyle; with a zone, a timestamptz shown there."""
    if micros in (INFINITY, NEG_INFINITY):
        return "infinity" if micros > 0 else "-infinity"
    suffix = ""
    if zone is not None:
        offset = zone.offset_at(micros)
        suffix = _zone_suffix(micros, offset, zone, env.date_style)
        micros += offset * SECOND
    days, time = divmod(micros, DAY)
    year, month, day = civil_from_days(days)
    shown, era = _era(year)
    if env.date_style == "Postgres":
        name = MONTHS[month - 1].title()
        date = f"{day:02d} {name}" if _day_first(env) else f"{name} {day:02d}"
        return f"{WEEKDAYS[weekday(days)]} {date} {time_text(time)} {shown}{suffix}{era}"
    date = _DATE_STYLES[env.date_style](shown, month, day, _day_first(env))
    return f"{date} {time_text(time)}{suffix}{era}"


def _zone_suffix(micros: int, offset: int, zone: Zone, style: str) -> str:
    if style not in _LETTERED:
        return offset_text(offset)
    return " " + zone.abbreviation_at(micros)[:_ZONE_LIMIT]
