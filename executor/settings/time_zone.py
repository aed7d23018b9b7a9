"""TimeZone's values: a zone's name, a POSIX rule, a number of hours, or INTERVAL '...'."""

from typing import TYPE_CHECKING

from executor.settings.definitions import Definition, Typed, invalid_value
from executor.settings.numbers import BadNumberError, parse_real
from executor.types.base import Env
from executor.types.timezones import find_zone, offset_zone

if TYPE_CHECKING:
    from executor.settings.session import Settings

_HOUR = 3600
_MICROS = 1_000_000
_OFFSET_MAX = 168 * _HOUR
"""Offsets are less than a week."""


def check_time_zone(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    """The zone's name as SHOW prints it (22023 where there is no such zone)."""
    text = str(value)
    if text[:8].lower() == "interval":
        return _offset(definition, text, _interval_seconds(definition, text))
    try:
        if text[-1:].isspace():
            raise BadNumberError
        hours = parse_real(text, None)
    except BadNumberError:
        zone = find_zone(text)
        if zone is None:
            raise invalid_value(definition, text) from None
        return zone.name
    return _offset(definition, text, int(max(-1e9, min(1e9, hours * _HOUR))))


def _offset(definition: Definition, text: str, seconds: int) -> str:
    if abs(seconds) >= _OFFSET_MAX:
        raise invalid_value(definition, text, detail="UTC timezone offset is out of range.")
    return offset_zone(seconds).name


def _interval_seconds(definition: Definition, text: str) -> int:
    body = text[8:].lstrip()
    if len(body) < 2 or body[0] != "'" or body[-1] != "'":
        raise invalid_value(definition, text)
    from executor.types.interval import parse_interval_value  # the date/time readers take 50 ms to import

    span = parse_interval_value(body[1:-1], -1, Env())
    if not span.finite or span.months:
        raise invalid_value(definition, text, detail="Cannot specify months in time zone interval.")
    if span.days:
        raise invalid_value(definition, text, detail="Cannot specify days in time zone interval.")
    return -(-span.micros // _MICROS) if span.micros < 0 else span.micros // _MICROS
