"""Taking dates, times and intervals apart: extract and date_part.

A unit is any word that PostgreSQL's date/time input knows as one ('day', 'days', 'd'). extract gives an exact numeric,
date_part a double. A field of infinity is infinite if it grows with time (year, epoch), else unknown (NULL).
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from math import inf
from typing import NoReturn

from executor.builtins.base import Builtin, Python
from executor.builtins.datetime import (
    INFINITE,
    timestamp_of_date,
    timestamptz_micros,
)
from executor.context import Context
from executor.errors import SqlError
from executor.identifiers import fold
from executor.sqlstates import FeatureNotSupported, InvalidParameterValue
from executor.types.datetime_tokens import WORDS, Token
from executor.types.instants import (
    DAY,
    HOUR,
    JULIAN_2000,
    SECOND,
    UNIX_EPOCH,
    civil_from_days,
    clock,
    date_days,
    days_from_civil,
    time_micros,
    timestamp_micros,
    timetz_parts,
    weekday,
)
from executor.types.interval_input import INTERVAL_UNITS, TOKEN_LENGTH
from executor.types.spans import interval, quotient, split_micros
from executor.types.timezones import Zone, find_zone, zone_of

Number = int | Decimal
Part = tuple[Number, int | float]
"""A field twice: exact, for extract, and as a double, for date_part."""

TIMESTAMP_NAME = "timestamp without time zone"
TIMESTAMPTZ_NAME = "timestamp with time zone"
_CALENDAR_TYPES = frozenset({"date", TIMESTAMP_NAME, TIMESTAMPTZ_NAME})
_SPECIAL_UNITS = {
    **{word: word for word in ("epoch", "dow", "doy", "isodow", "isoyear")},
    **dict.fromkeys(("j", "jd", "julian"), "julian"),
}

# --- units -----------------------------------------------------------------------------------------------------------


def unsupported(unit: str, type_name: str, detail: str | None = None) -> SqlError:
    """0A000: a unit, but none of this type's."""
    return FeatureNotSupported(f'unit "{unit}" not supported for type {type_name}', detail=detail)


def lower_ascii(text: str) -> str:
    """As PostgreSQL does it with identifiers: A to Z only."""
    return text.translate(_LOWER)


_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def unit_of(text: str, type_name: str) -> str:
    """The unit of extract a word names (22023 if it names none)."""
    word = fold(text)[:TOKEN_LENGTH]
    unit = INTERVAL_UNITS.get(word) or _SPECIAL_UNITS.get(word)
    if unit is not None:
        return word if unit == "timezone" else unit
    if WORDS.get(word, (None, 0))[0] is Token.RESERVED and type_name in _CALENDAR_TYPES:
        raise unsupported(fold(text), type_name)
    raise unrecognized(text, type_name)


def unrecognized(text: str, type_name: str) -> SqlError:
    """22023: no unit at all."""
    return InvalidParameterValue(f'unit "{fold(text)}" not recognized for type {type_name}')


def raise_unsupported(unit: str, type_name: str) -> NoReturn:
    """Raises `unsupported`."""
    raise unsupported(fold(unit), type_name)


# --- fields ----------------------------------------------------------------------------------------------------------


def _scaled(micros: int, digits: int) -> Decimal:
    """Microseconds over 10**digits, exactly and with that many digits."""
    return Decimal(micros).scaleb(-digits)


def _second_parts(second: int, fraction: int) -> dict[str, Callable[[], Part]]:
    micros = second * SECOND + fraction
    return {
        "microsecond": lambda: (micros, float(micros)),
        "millisecond": lambda: (_scaled(micros, 3), second * 1000.0 + fraction / 1000.0),
        "second": lambda: (_scaled(micros, 6), second + fraction / 1000000.0),
    }


def _whole(value: int) -> Part:
    return value, float(value)


def era_year(year: int) -> int:
    """A year as PostgreSQL shows it: there is none between 1 BC (-1) and 1 AD."""
    return year if year > 0 else year - 1


def century(year: int, length: int) -> int:
    """Which century (or millennium, of 1000 years) an astronomical year is in; they start with the year 1."""
    return (year + length - 1) // length if year > 0 else -((length - 1 - (year - 1)) // length)


def decade(year: int) -> int:
    """Which decade an astronomical year is in; they start with years that end in 0."""
    return year // 10 if year >= 0 else -((8 - (year - 1)) // 10)


def iso_week(days: int) -> tuple[int, int]:
    """ISO 8601 year and week: those of the week's Thursday."""
    thursday = days - (weekday(days) + 6) % 7 + 3
    year = civil_from_days(thursday)[0]
    return year, (thursday - days_from_civil(year, 1, 1)) // 7 + 1


def _julian(days: int, time: int) -> Part:
    with localcontext() as context:
        context.prec, context.rounding = 60, ROUND_HALF_UP
        quotient_scale = _division_scale(time, DAY)
        fraction = (Decimal(time) / DAY).quantize(Decimal(1).scaleb(-quotient_scale))
        hour, minute, second, micros = clock(time)
        double = days + JULIAN_2000 + ((hour * 60 + minute) * 60 + second + micros / 1000000.0) / 86400.0
        return Decimal(days + JULIAN_2000) + fraction, double


def _division_scale(dividend: int, divisor: int) -> int:
    """Digits after the point of PostgreSQL's numeric quotient of two integers: at least 16 significant ones.

    The estimate counts in groups of four digits.
    """

    def weight_and_lead(value: int) -> tuple[int, int]:
        digits = str(value)
        weight = (len(digits) - 1) // 4
        return (weight, int(digits[: len(digits) - 4 * weight])) if value else (0, 0)

    weight, lead = weight_and_lead(dividend)
    divisor_weight, divisor_lead = weight_and_lead(divisor)
    quotient_weight = weight - divisor_weight - (lead <= divisor_lead)
    return max(16 - quotient_weight * 4, 0)


def _timestamp_part(unit: str, local: int, instant: int) -> Part | None:
    """A field of a finite timestamp; `instant` is what its epoch counts from. None: it has no such field."""
    days, time = divmod(local, DAY)
    year, month, day = civil_from_days(days)
    hour, minute, second, fraction = clock(time)
    parts: dict[str, Callable[[], Part]] = {
        **_second_parts(second, fraction),
        "minute": lambda: _whole(minute),
        "hour": lambda: _whole(hour),
        "day": lambda: _whole(day),
        "month": lambda: _whole(month),
        "quarter": lambda: _whole((month - 1) // 3 + 1),
        "week": lambda: _whole(iso_week(days)[1]),
        "year": lambda: _whole(era_year(year)),
        "decade": lambda: _whole(decade(year)),
        "century": lambda: _whole(century(year, 100)),
        "millennium": lambda: _whole(century(year, 1000)),
        "julian": lambda: _julian(days, time),
        "isoyear": lambda: _whole(era_year(iso_week(days)[0])),
        "dow": lambda: _whole(weekday(days)),
        "isodow": lambda: _whole(weekday(days) or 7),
        "doy": lambda: _whole(days - days_from_civil(year, 1, 1) + 1),
        "epoch": lambda: (_epoch(instant - UNIX_EPOCH), (instant - UNIX_EPOCH) / 1000000.0),
    }
    part = parts.get(unit)
    return part() if part else None


def _epoch(micros: int) -> Decimal:
    """Seconds since 1970; beyond 64 bits of microseconds PostgreSQL has the precision of a division only."""
    if micros < 2**63 - 1:
        return _scaled(micros, 6)
    rounded = _scaled(micros, 6).quantize(Decimal(1).scaleb(-_division_scale(micros, SECOND)), ROUND_HALF_UP)
    return rounded.quantize(Decimal("0.000001"))


def _offset_part(unit: str, offset: int) -> Part | None:
    values = {
        "timezone": offset,
        "timezone_h": quotient(offset, 3600),
        "timezone_m": quotient(offset, 60) - quotient(offset, 3600) * 60,
    }
    return _whole(values[unit]) if unit in values else None


_GROWING = frozenset({"year", "decade", "century", "millennium", "julian", "isoyear", "epoch"})
_CYCLIC = frozenset(
    {
        *("microsecond", "millisecond", "second", "minute", "hour", "day", "month", "quarter", "week"),
        *("dow", "isodow", "doy", "timezone", "timezone_h", "timezone_m"),
    }
)
_DATE_UNITS = frozenset({"day", "month", "quarter", "week", "dow", "isodow", "doy"}) | _GROWING
_INTERVAL_GROWING = frozenset({"hour", "day", "year", "decade", "century", "millennium", "epoch"})
_INTERVAL_UNITS = _INTERVAL_GROWING | {"microsecond", "millisecond", "second", "minute", "week", "month", "quarter"}


def _infinite_part(unit: str, stored: str, growing: frozenset[str]) -> Part | None:
    if unit not in growing:
        return None
    sign = "-" if stored[0] == "-" else ""
    return Decimal(f"{sign}Infinity"), -inf if sign else inf


def timestamp_field(text: str, stored: str) -> Part | None:
    """A field of a timestamp."""
    unit = unit_of(text, TIMESTAMP_NAME)
    if stored in INFINITE:
        if unit not in _GROWING | _CYCLIC:
            raise_unsupported(text, TIMESTAMP_NAME)
        return _infinite_part(unit, stored, _GROWING)
    micros = timestamp_micros(stored)
    return _timestamp_part(unit, micros, micros) or raise_unsupported(text, TIMESTAMP_NAME)


def timestamptz_field(context: Context, text: str, stored: str) -> Part | None:
    """A field of a timestamptz, on the session's clock."""
    unit = unit_of(text, TIMESTAMPTZ_NAME)
    if stored in INFINITE:
        if unit not in _GROWING | _CYCLIC:
            raise_unsupported(text, TIMESTAMPTZ_NAME)
        return _infinite_part(unit, stored, _GROWING)
    zone = zone_of(context.env)
    if unit in _OF_THE_HOUR and (hour := hour_of(stored, zone)) and (known := _part_of_hour(unit, hour, zone.name)):
        return known
    micros = timestamptz_micros(stored)
    offset = zone.offset_at(micros)
    part = _offset_part(unit, offset) or _timestamp_part(unit, micros + offset * SECOND, micros)
    return part or raise_unsupported(text, TIMESTAMPTZ_NAME)


_OF_THE_HOUR = frozenset({"hour", "day", "month", "quarter", "week", "year", "dow", "isodow", "doy"})
"""Fields that all instants of an hour have alike."""
HOURS_KEPT = 16_384


def hour_of(stored: str, zone: Zone) -> str:
    """The hour in UTC of a stored timestamptz, "2020-01-31 04"; "" if nothing may be remembered of it in this zone."""
    return stored[:13] if stored[:4].isdecimal() and find_zone(zone.name) is zone else ""


def even_hour(hour: str, zone: Zone) -> int | None:
    """When an hour in UTC begins that is an hour on the zone's clock too, from 0 minutes on; None if it is none."""
    start = timestamptz_micros(f"{hour}:00:00")
    offset = zone.offset_at(start)
    return start if offset % 3600 == 0 and zone.offset_at(start + HOUR - 1) == offset else None


@lru_cache(maxsize=HOURS_KEPT)
def _part_of_hour(unit: str, hour: str, zone_name: str) -> Part | None:
    zone = find_zone(zone_name)
    start = even_hour(hour, zone) if zone else None
    return None if zone is None or start is None else _timestamp_part(unit, start + zone.offset_at(start) * SECOND, start)


def date_field(text: str, stored: str) -> Part | None:
    """A field of a date; it has none of a time's."""
    unit = unit_of(text, "date")
    if unit not in _DATE_UNITS:
        raise_unsupported(text, "date")
    if stored in INFINITE:
        return _infinite_part(unit, stored, _GROWING)
    days = date_days(stored)
    whole = {"julian": days + JULIAN_2000, "epoch": (days * DAY - UNIX_EPOCH) // SECOND}
    return _whole(whole[unit]) if unit in whole else _timestamp_part(unit, days * DAY, days * DAY)


def _time_part(unit: str, micros: int, epoch: int) -> Part | None:
    hour, minute, second, fraction = clock(micros)
    parts: dict[str, Callable[[], Part]] = {
        **_second_parts(second, fraction),
        "minute": lambda: _whole(minute),
        "hour": lambda: _whole(hour),
        "epoch": lambda: (_scaled(epoch, 6), epoch / 1000000.0),
    }
    part = parts.get(unit)
    return part() if part else None


def time_field(text: str, stored: str) -> Part:
    """A field of a time."""
    name = "time without time zone"
    micros = time_micros(stored)
    return _time_part(unit_of(text, name), micros, micros) or raise_unsupported(text, name)


def timetz_field(text: str, stored: str) -> Part:
    """A field of a timetz."""
    name = "time with time zone"
    unit = unit_of(text, name)
    micros, offset = timetz_parts(stored)
    part = _offset_part(unit, offset) or _time_part(unit, micros, micros - offset * SECOND)
    if unit == "epoch" and part:
        return part[0], micros / 1000000.0 - offset
    return part or raise_unsupported(text, name)


def interval_field(text: str, stored: str) -> Part | None:
    """A field of an interval; all have the sign of their part."""
    unit = unit_of(text, "interval")
    if unit not in _INTERVAL_UNITS:
        raise_unsupported(text, "interval")
    if stored in INFINITE:
        return _infinite_part(unit, stored, _INTERVAL_GROWING)
    months, days, micros = interval(stored)
    hour, minute, second, fraction = split_micros(micros)
    years = quotient(months, 12)
    month = months - years * 12
    parts: dict[str, Callable[[], Part]] = {
        **_second_parts(second, fraction),
        "minute": lambda: _whole(minute),
        "hour": lambda: _whole(hour),
        "day": lambda: _whole(days),
        "week": lambda: _whole(quotient(days, 7)),
        "month": lambda: _whole(month),
        "quarter": lambda: _whole(month // 3 + 1 if months >= 0 else -(-month // 3 + 1)),
        "year": lambda: _whole(years),
        "decade": lambda: _whole(quotient(years, 10)),
        "century": lambda: _whole(quotient(years, 100)),
        "millennium": lambda: _whole(quotient(years, 1000)),
        "epoch": lambda: _interval_epoch(years, month, days, micros),
    }
    return parts[unit]()


def _interval_epoch(years: int, months: int, days: int, micros: int) -> Part:
    """Seconds, of years of 365.25 days and months of 30."""
    year_seconds = 31557600
    exact = ((years * year_seconds + months * 30 * 86400 + days * 86400) * SECOND) + micros
    double = micros / 1000000.0
    double += float(year_seconds) * years
    double += 30 * 86400.0 * months
    return _scaled(exact, 6), double + 86400.0 * days


def _exact(field: Callable[..., Part | None]) -> Callable[..., str | None]:
    def extract(*arguments: str) -> str | None:
        part = field(*arguments)
        if part is None:
            return None
        return str(part[0]) if isinstance(part[0], int) else f"{part[0]:f}"

    return extract


def _double(field: Callable[..., Part | None]) -> Callable[..., float | None]:
    def date_part(*arguments: str) -> float | None:
        part = field(*arguments)
        return None if part is None else float(part[1])

    return date_part


def _date_field_as_timestamp(text: str, stored: str) -> Part | None:
    """date_part of a date has all of a timestamp's fields."""
    return timestamp_field(text, timestamp_of_date(stored))


_EXAMPLES = {
    "date": ("doy", "47", "2001-02-16"),
    "time": ("second", "40.500000", "20:38:40.5"),
    "timetz": ("timezone_hour", "-7", "20:38:40-07"),
    "timestamp": ("century", "21", "2001-02-16 20:38:40"),
    "timestamptz": ("epoch", "982384720.120000", "2001-02-16 20:38:40.12-08"),
    "interval": ("millisecond", "5500.000", "1 day 00:00:05.5"),
}
"""(unit, its value, the text it is taken from)"""


def _field_rows() -> tuple[Builtin, ...]:
    fields: dict[str, tuple[Callable[..., Part | None], bool]] = {
        "date": (date_field, False),
        "time": (time_field, False),
        "timetz": (timetz_field, False),
        "timestamp": (timestamp_field, False),
        "timestamptz": (timestamptz_field, True),
        "interval": (interval_field, False),
    }
    rows = []
    for name, (field, context) in fields.items():
        unit, shown, value = _EXAMPLES[name]
        exact = Python(_exact(field), context=context)
        rows.append(Builtin(f"extract(text,{name})", exact, (f"extract({unit} FROM {name} '{value}')", shown)))
        double = Python(_double(_date_field_as_timestamp if name == "date" else field), context=context)
        number = shown.rstrip("0").rstrip(".") if "." in shown else shown
        rows.append(Builtin(f"date_part(text,{name})", double, (f"date_part('{unit}', {name} '{value}')", number)))
    return tuple(rows)


BUILTINS = (
    *_field_rows(),
)
