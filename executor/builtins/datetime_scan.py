"""to_date and to_timestamp: reading a text by a template.

Outside of FX mode the template's blanks and punctuation stand for any number of blanks, and a field may be shorter
than its pattern where something other than a digit follows. What stands behind the last field is ignored.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from executor.builtins.base import Builtin, Python
from executor.builtins.datetime_format import DAY_NAMES, MONTH_NAMES, ROMAN
from executor.builtins.datetime_pictures import (
    FIELDS,
    Convention,
    Node,
    NodeKind,
    is_separator,
    is_space,
    parse_template,
)
from executor.context import Context
from executor.errors import SqlError
from executor.sqlstates import DatetimeFieldOverflow, InvalidDatetimeFormat, InvalidTimeZoneDisplacementValue
from executor.types.base import Env
from executor.types.datetime import out_of_range, round_micros
from executor.types.datetime_parts import DAY_PART, MONTH, YEAR, Parts, resolve_zone, validate_date, zone_word
from executor.types.datetime_tokens import BadInput
from executor.types.instants import (
    DAY,
    JULIAN_2000,
    SECOND,
    civil_from_days,
    date_in_range,
    date_text,
    days_from_civil,
    timestamp_in_range,
    timestamp_text,
    weekday,
)
from executor.types.timezones import Zone

_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
_FM_HINT = 'If your source string is not fixed-width, try using the "FM" modifier.'
_ABBREVIATION_MAX = 10
_ZONE_HOUR_MAX = 15
_INTEGER = re.compile(r"[ \t\n\v\f\r]*[-+]?[0-9]+")
_COMMA_YEAR = re.compile(r"[ \t\n\v\f\r]*([-+]?[0-9]+),[ \t\n\v\f\r]*([-+]?[0-9]{1,3}|[-+][0-9]{1,2})")


@dataclass(slots=True)
class Fields:
    """The numbers that were read; 0 is "not given", as in PostgreSQL."""

    convention: Convention = Convention.NONE
    hour: int = 0
    pm: int = 0
    minute: int = 0
    second: int = 0
    seconds_of_day: int = 0
    weekday: int = 0  # 1 is Sunday
    day: int = 0
    day_of_year: int = 0
    month: int = 0
    millisecond: int = 0
    year: int = 0
    bc: int = 0
    week: int = 0
    week_of_month: int = 0
    century: int = 0
    julian: int = 0
    microsecond: int = 0
    year_digits: int = 0
    twelve_hours: bool = False
    zone_sign: int = 0
    zone_hour: int = 0
    zone_minute: int = 0
    has_zone: bool = False
    offset: int = 0
    zone: Zone | None = None
    abbreviation: str = ""
    precision: int = -1


class Scanner:
    """Reads one text by the nodes of a template."""

    def __init__(self, text: str, nodes: tuple[Node, ...], env: Env) -> None:
        self.text = text
        self.nodes = nodes
        self.env = env
        self.at = 0
        self.fields = Fields()
        self.fixed = False  # FX
        self.skipped = 0  # blanks and separators passed over that the template did not name

    def scan(self) -> Fields:
        """The fields. Raises 22007, 22008."""
        for i, node in enumerate(self.nodes):
            if self.at >= len(self.text):
                break
            is_field = node.kind is NodeKind.FIELD
            if not self.fixed and (is_field or i == 0) and not (is_field and node.text in ("FX", "fx")):
                self._skip_spaces()
            if is_field:
                self._field(i, node)
            else:
                self._character(node)
        return self.fields

    def _skip_spaces(self) -> None:
        while is_space(self._current()):
            self.at += 1
            self.skipped += 1

    def _current(self) -> str:
        return self.text[self.at : self.at + 1]

    def _character(self, node: Node) -> None:
        if self.fixed:
            self.at += 1
        elif node.kind in (NodeKind.SPACE, NodeKind.SEPARATOR):
            # One of these stands for one blank or separator, or for none if there is none.
            self.skipped -= 1
            if is_space(self._current()) or is_separator(self._current()):
                self.at += 1
                self.skipped += 1
        elif self.skipped > 0:
            self.skipped -= 1
        else:
            self.at += 1

    def _field(self, i: int, node: Node) -> None:
        convention = FIELDS[node.text].convention
        if convention is not Convention.NONE:
            if self.fields.convention not in (Convention.NONE, convention):
                raise InvalidDatetimeFormat(
                    "invalid combination of date conventions",
                    hint="Do not mix Gregorian and ISO week date conventions in a formatting template.",
                )
            self.fields.convention = convention
        _READERS[node.text.upper()](self, i)
        if not self.fixed:
            self.skipped = 0
            self._skip_spaces()

    # --- what the readers use

    def set(self, i: int, name: str, value: int) -> None:
        """Set a field, which must not have another value already (22007)."""
        if getattr(self.fields, name) not in (0, value):
            raise InvalidDatetimeFormat(
                f'conflicting values for "{self.nodes[i].text}" field in formatting string',
                detail="This value contradicts a previous setting for the same field type.",
            )
        setattr(self.fields, name, value)

    def integer(self, i: int, length: int, name: str = "") -> int:
        """Read a number of at most `length` digits into a field; gives how many characters it took (22007, 22008)."""
        start, node = self.at, self.nodes[i]
        while is_space(self._current()):
            self.at += 1
        copied = self.text[self.at : self.at + length]
        if node.fill or self._free_length(i):
            match = _INTEGER.match(self.text, start)
            self.at = match.end() if match else start
        else:
            if len(copied) < length:
                detail = f"Field requires {length} characters, but only {len(copied)} remain."
                message = f'source string too short for "{node.text}" formatting field'
                raise InvalidDatetimeFormat(message, detail=detail, hint=_FM_HINT)
            match = _INTEGER.match(copied)
            used = match.end() if match else 0
            if 0 < used < length:
                detail = f"Field requires {length} characters, but only {used} could be parsed."
                raise InvalidDatetimeFormat(self._invalid(copied, node), detail=detail, hint=_FM_HINT)
            self.at += used
        if self.at == start or match is None:
            raise InvalidDatetimeFormat(self._invalid(copied, node), detail="Value must be an integer.")
        value = int(match[0][:40])
        if not _INT_MIN <= value <= _INT_MAX:
            raise DatetimeFieldOverflow(
                f'value for "{node.text}" in source string is out of range',
                detail=f"Value must be in the range {_INT_MIN} to {_INT_MAX}.",
            )
        if name:
            self.set(i, name, value)
        return self.at - start

    @staticmethod
    def _invalid(value: str, node: Node) -> str:
        return f'invalid value "{value}" for "{node.text}"'

    def _free_length(self, i: int) -> bool:
        """Whether something other than a digit follows, so that a number may have any length."""
        if self.nodes[i].ordinal or i + 1 == len(self.nodes):
            return True
        following = self.nodes[i + 1]
        if following.kind is NodeKind.FIELD:
            return not FIELDS[following.text].digits
        return following.text not in "0123456789"

    def skip_ordinal(self, i: int) -> None:
        """Pass over the two letters that TH stands for."""
        if self.nodes[i].ordinal:
            self.at = min(self.at + 2, len(self.text))

    def word(self, i: int, words: tuple[str, ...]) -> int:
        """Read one of the words, in any case; gives its index (22007)."""
        rest = self.text[self.at :]
        for index, word in enumerate(words):
            if rest[: len(word)].lower() == word.lower():
                self.at += len(word)
                return index
        shown = re.split(r"[ \t\n\v\f\r]", rest, maxsplit=1)[0]
        raise InvalidDatetimeFormat(
            self._invalid(shown, self.nodes[i]),
            detail="The given value did not match any of the allowed values for this field.",
        )

    def zone_sign(self) -> int:
        """The sign of an offset; a minus may have been passed over as a separator."""
        if self._current() in ("+", "-", " ") and self._current():
            self.at += 1
            return -1 if self.text[self.at - 1] == "-" else 1
        return -1 if self.skipped > 0 and self.text[self.at - 1] == "-" else 1


Reader = Callable[[Scanner, int], None]


def _numeric(name: str, length: int, ordinal: bool = True) -> Reader:
    def read(scanner: Scanner, i: int) -> None:
        scanner.integer(i, length, name)
        if ordinal:
            scanner.skip_ordinal(i)

    return read


def _twelve_hours(scanner: Scanner, i: int) -> None:
    scanner.integer(i, 2, "hour")
    scanner.fields.twelve_hours = True
    scanner.skip_ordinal(i)


def _meridiem(words: tuple[str, ...]) -> Reader:
    def read(scanner: Scanner, i: int) -> None:
        scanner.set(i, "pm", scanner.word(i, words))
        scanner.fields.twelve_hours = True

    return read


def _era(words: tuple[str, ...]) -> Reader:
    return lambda scanner, i: scanner.set(i, "bc", scanner.word(i, words))


def _fraction(name: str, length: int, precision: int = -1) -> Reader:
    """Digits of a fraction: 25 is .25, as 250 is."""

    def read(scanner: Scanner, i: int) -> None:
        if precision > 0:
            scanner.fields.precision = precision
        digits = scanner.integer(i, length, name)
        full = 3 if name == "millisecond" else 6
        if digits < full:
            setattr(scanner.fields, name, getattr(scanner.fields, name) * 10 ** (full - digits))
        scanner.skip_ordinal(i)

    return read


def _names(field: str, words: tuple[str, ...]) -> Reader:
    return lambda scanner, i: scanner.set(i, field, scanner.word(i, words) + 1)


def _roman(scanner: Scanner, i: int) -> None:
    numerals = tuple(reversed(ROMAN))
    scanner.set(i, "month", 12 - scanner.word(i, numerals))


def _iso_weekday(scanner: Scanner, i: int) -> None:
    """Monday is 1; kept with Sunday as 1."""
    scanner.integer(i, 1, "weekday")
    scanner.fields.weekday = scanner.fields.weekday % 7 + 1 if scanner.fields.weekday < 7 else 1
    scanner.skip_ordinal(i)


def _quarter(scanner: Scanner, i: int) -> None:
    """Read and ignored: it is not clear which date of the quarter is meant."""
    scanner.integer(i, 1)
    scanner.skip_ordinal(i)


def _comma_year(scanner: Scanner, i: int) -> None:
    match = _COMMA_YEAR.match(scanner.text, scanner.at)
    if match is None:
        raise InvalidDatetimeFormat(f'invalid value "{scanner.text[scanner.at :]}" for "Y,YYY"')
    value = int(match[1]) * 1000 + int(match[2])
    if not _INT_MIN <= value <= _INT_MAX:
        raise DatetimeFieldOverflow('value for "Y,YYY" in source string is out of range')
    scanner.set(i, "year", value)
    scanner.fields.year_digits = 4
    scanner.at = match.end()
    scanner.skip_ordinal(i)


def _full_year(year: int) -> int:
    """A year of less than four digits, taken as the one nearest to 2020."""
    if year < 70:
        return year + 2000
    if year < 100:
        return year + 1900
    if year < 520:
        return year + 2000
    return year + 1000 if year < 1000 else year


def _year(digits: int) -> Reader:
    def read(scanner: Scanner, i: int) -> None:
        length = scanner.integer(i, digits, "year")
        if digits < 4 and length < 4:
            scanner.fields.year = _full_year(scanner.fields.year)
        scanner.fields.year_digits = digits
        scanner.skip_ordinal(i)

    return read


def _zone_hours(scanner: Scanner, i: int) -> None:
    scanner.fields.zone_sign = scanner.zone_sign()
    scanner.integer(i, 2, "zone_hour")


def _zone_minutes(scanner: Scanner, i: int) -> None:
    scanner.fields.zone_sign = scanner.fields.zone_sign or 1
    scanner.integer(i, 2, "zone_minute")


def _zone_offset(scanner: Scanner, i: int) -> None:
    _zone_hours(scanner, i)
    if scanner.text[scanner.at : scanner.at + 1] == ":":
        scanner.at += 1
        scanner.integer(i, 2, "zone_minute")


def _zone(scanner: Scanner, i: int) -> None:
    """An abbreviation, the longest that fits, or an offset."""
    fields, rest = scanner.fields, scanner.text[scanner.at :]
    letters = re.match(r"[A-Za-z]*", rest[:_ABBREVIATION_MAX])
    for length in range(len(letters[0]) if letters else 0, 0, -1):
        found = zone_word(rest[:length].lower(), scanner.env)
        if found is not None:
            fields.offset, fields.zone, _ = found
            fields.abbreviation = rest[:length] if fields.zone is not None else ""
            fields.has_zone, fields.zone_sign = True, 0
            scanner.at += length
            return
    if rest[:1].isascii() and rest[:1].isalpha():
        raise InvalidDatetimeFormat(
            f'invalid value "{rest}" for "{scanner.nodes[i].text}"', detail="Time zone abbreviation is not recognized."
        )
    _zone_offset(scanner, i)


def _fixed_mode(scanner: Scanner, i: int) -> None:
    scanner.fixed = True


_SHORT_MONTHS, _SHORT_DAYS = tuple(n[:3] for n in MONTH_NAMES), tuple(n[:3] for n in DAY_NAMES)
_READERS: dict[str, Reader] = {
    "FX": _fixed_mode,
    **dict.fromkeys(("A.M.", "P.M."), _meridiem(("a.m.", "p.m."))),
    **dict.fromkeys(("AM", "PM"), _meridiem(("am", "pm"))),
    **dict.fromkeys(("HH", "HH12"), _twelve_hours),
    "HH24": _numeric("hour", 2),
    "MI": _numeric("minute", 2),
    "SS": _numeric("second", 2),
    "MS": _fraction("millisecond", 3),
    "US": _fraction("microsecond", 6),
    **{f"FF{digits}": _fraction("microsecond", digits, digits) for digits in range(1, 7)},
    "SSSS": _numeric("seconds_of_day", 4),
    "SSSSS": _numeric("seconds_of_day", 5),
    "TZ": _zone,
    "OF": _zone_offset,
    "TZH": _zone_hours,
    "TZM": _zone_minutes,
    **dict.fromkeys(("A.D.", "B.C."), _era(("a.d.", "b.c."))),
    **dict.fromkeys(("AD", "BC"), _era(("ad", "bc"))),
    "MONTH": _names("month", MONTH_NAMES),
    "MON": _names("month", _SHORT_MONTHS),
    "MM": _numeric("month", 2),
    "DAY": _names("weekday", DAY_NAMES),
    "DY": _names("weekday", _SHORT_DAYS),
    "DDD": _numeric("day_of_year", 3),
    "IDDD": _numeric("day_of_year", 3),
    "DD": _numeric("day", 2),
    "D": _numeric("weekday", 1),
    "ID": _iso_weekday,
    "WW": _numeric("week", 2),
    "IW": _numeric("week", 2),
    "Q": _quarter,
    "CC": _numeric("century", 2),
    "Y,YYY": _comma_year,
    **{"Y" * digits: _year(digits) for digits in range(1, 5)},
    **{"I" + "Y" * (digits - 1): _year(digits) for digits in range(1, 5)},
    "RM": _roman,
    "W": _numeric("week_of_month", 1),
    "J": _numeric("julian", 1),
}

# --- from fields to a date and time ----------------------------------------------------------------------------------


def _overflow(text: str) -> SqlError:
    return DatetimeFieldOverflow(f'date/time field value out of range: "{text}"')


def _set_time(parts: Parts, fields: Fields) -> None:
    if fields.seconds_of_day:
        parts.hour, rest = divmod(fields.seconds_of_day, 3600)
        parts.minute, parts.second = divmod(rest, 60)
    parts.second = fields.second or parts.second
    parts.minute = fields.minute or parts.minute
    parts.hour = fields.hour or parts.hour
    if fields.twelve_hours:
        if not 1 <= parts.hour <= 12:
            raise InvalidDatetimeFormat(
                f'hour "{parts.hour}" is invalid for the 12-hour clock',
                hint="Use the 24-hour clock, or give an hour between 1 and 12.",
            )
        if fields.pm and parts.hour < 12:
            parts.hour += 12
        elif not fields.pm and parts.hour == 12:
            parts.hour = 0
    parts.micros = fields.millisecond * 1000 + fields.microsecond


def _set_year(parts: Parts, fields: Fields) -> None:
    century = -fields.century if fields.bc else fields.century
    if fields.year and century and fields.year_digits <= 2:
        year = fields.year % 100
        if year:
            parts.year = year + (century - 1) * 100 if century >= 0 else (century + 1) * 100 - year + 1
        else:
            parts.year = century * 100 + (0 if century >= 0 else 1)
    elif fields.year:
        year = -fields.year if fields.bc else fields.year
        parts.year = year + 1 if year < 0 else year
    elif century:
        parts.year = (century - 1) * 100 + 1 if century >= 0 else century * 100 + 1
    if fields.year or century:
        parts.claimed |= YEAR


def _iso_week_start(year: int, week: int) -> int:
    fourth = days_from_civil(year, 1, 4)
    return fourth - (weekday(fourth) + 6) % 7 + (week - 1) * 7


def _set_days(parts: Parts, days: int) -> None:
    parts.year, parts.month, parts.day = civil_from_days(days)
    parts.claimed |= YEAR | MONTH | DAY_PART


def _set_day(parts: Parts, fields: Fields) -> None:
    day_of_year, day = fields.day_of_year, fields.day
    iso = fields.convention is Convention.ISO_WEEK
    if fields.julian:
        _set_days(parts, fields.julian - JULIAN_2000)
    if fields.week and iso:
        monday = _iso_week_start(parts.year, fields.week)
        _set_days(parts, monday + ((fields.weekday + 5) % 7 if fields.weekday else 0))
    elif fields.week:
        day_of_year = (fields.week - 1) * 7 + 1
    if fields.week_of_month:
        day = (fields.week_of_month - 1) * 7 + 1
    if day:
        parts.day, parts.claimed = day, parts.claimed | DAY_PART
    if fields.month:
        parts.month, parts.claimed = fields.month, parts.claimed | MONTH
    if day_of_year and (parts.month <= 1 or parts.day <= 1):
        if not parts.year and not fields.bc:
            raise InvalidDatetimeFormat("cannot calculate day of year without year information")
        if iso:
            _set_days(parts, _iso_week_start(parts.year, 1) - 1 + day_of_year)
        else:
            _set_day_of_year(parts, day_of_year)


def _set_day_of_year(parts: Parts, day_of_year: int) -> None:
    """Fill in month and day; a month or day that was given stays (and the sum may be no date)."""
    start = days_from_civil(parts.year, 1, 1)
    month, day = 13, day_of_year - (days_from_civil(parts.year + 1, 1, 1) - start)
    if day_of_year <= 0:
        month, day = 1, day_of_year
    elif day <= 0:
        _, month, day = civil_from_days(start + day_of_year - 1)
    parts.month = month if parts.month <= 1 else parts.month
    parts.day = day if parts.day <= 1 else parts.day
    parts.claimed |= MONTH | DAY_PART


def _resolve_zone(parts: Parts, fields: Fields, text: str, env: Env) -> None:
    if fields.zone_sign:
        if not 0 <= fields.zone_hour <= _ZONE_HOUR_MAX or not 0 <= fields.zone_minute < 60:
            raise InvalidTimeZoneDisplacementValue(f'time zone displacement out of range: "{text}"')
        parts.offset = fields.zone_sign * (fields.zone_hour * 60 + fields.zone_minute) * 60
        return
    if fields.has_zone and fields.zone is None:
        parts.offset = fields.offset
        return
    parts.zone, parts.abbreviation = fields.zone, fields.abbreviation
    resolve_zone(parts, env)


def scan_parts(text: str, template: str, env: Env) -> tuple[Parts, int]:
    """Read a text by a template: the date and time, and the precision an FF field asks for (or -1)."""
    fields = Scanner(text, parse_template(template), env).scan()
    return parts_of(fields, text, env), fields.precision


def parts_of(fields: Fields, text: str, env: Env) -> Parts:
    """The date and time that the fields read from `text` mean (22007, 22008, 22009)."""
    parts = Parts(year=0, month=1, day=1, julian=True)
    _set_time(parts, fields)
    _set_year(parts, fields)
    if not _INT_MIN <= parts.year <= _INT_MAX:
        raise _overflow(text)
    _set_day(parts, fields)
    try:
        validate_date(parts)
    except BadInput:
        raise _overflow(text) from None
    in_bounds = 0 <= parts.hour < 24 and 0 <= parts.minute < 60 and 0 <= parts.second < 60
    if not in_bounds or not 0 <= parts.micros < SECOND:
        raise _overflow(text)
    parts.claimed &= YEAR | MONTH | DAY_PART
    _resolve_zone(parts, fields, text, env)
    return parts


def to_date(context: Context, text: str, template: str) -> str:
    """to_date(text, text)."""
    parts, _ = scan_parts(text, template, context.env)
    if not parts.valid_julian() or not date_in_range(parts.days()):
        raise out_of_range("date", text)
    return date_text(parts.days())


def to_timestamp(context: Context, text: str, template: str) -> str:
    """to_timestamp(text, text); without a zone in the template the session's is meant."""
    parts, precision = scan_parts(text, template, context.env)
    micros = parts.days() * DAY + parts.time() - parts.offset * SECOND
    if not parts.valid_julian() or not timestamp_in_range(micros):
        raise out_of_range("timestamp")
    return timestamp_text(round_micros(micros, precision))


BUILTINS = (
    Builtin(
        "to_date(text,text)", Python(to_date, context=True), ("to_date('05 Dec 2000', 'DD Mon YYYY')", "2000-12-05")
    ),
    Builtin(
        "to_timestamp(text,text)",
        Python(to_timestamp, context=True),
        ("to_timestamp('05 Dec 2000 +02', 'DD Mon YYYY TZH') AT TIME ZONE 'UTC'", "2000-12-04 22:00:00"),
    ),
)
