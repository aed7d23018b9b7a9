"""to_char of timestamps and intervals."""

from collections.abc import Callable
from dataclasses import dataclass

from executor.builtins.base import Builtin, Python
from executor.builtins.datetime import INFINITE, timestamptz_micros
from executor.builtins.datetime_fields import iso_week
from executor.builtins.datetime_pictures import Node, NodeKind, parse_template
from executor.context import Context
from executor.sqlstates import InvalidDatetimeFormat, InvalidTextRepresentation
from executor.types.instants import (
    DAY,
    JULIAN_2000,
    SECOND,
    civil_from_days,
    clock,
    days_from_civil,
    timestamp_micros,
    weekday,
)
from executor.types.spans import interval, quotient, split_micros
from executor.types.timezones import zone_of

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_NAME_WIDTH = 9
_ROMAN_WIDTH = 4


@dataclass(slots=True)
class Moment:
    """What is shown: the parts of a wall-clock time, or of an interval, whose parts may be negative."""

    year: int  # 0 is 1 BC, except in an interval
    month: int
    day: int
    hour: int
    minute: int
    second: int
    fraction: int  # microseconds
    day_of_year: int
    days: int = 0  # since 2000-01-01
    is_interval: bool = False
    offset: int = 0  # seconds east of UTC
    zone: str = ""

    @property
    def shown_year(self) -> int:
        """The year as a number without an era."""
        return self.year if self.is_interval or self.year > 0 else 1 - self.year

    @property
    def iso_year(self) -> int:
        """The ISO 8601 week-numbering year, likewise."""
        year = iso_week(self.days)[0]
        return year if self.is_interval or year > 0 else 1 - year

    @property
    def weekday(self) -> int:
        """0 is Sunday."""
        return weekday(self.days)

    @property
    def iso_day(self) -> int:
        """Day of the ISO 8601 week-numbering year."""
        monday = self.days - (self.weekday + 6) % 7
        return (iso_week(self.days)[1] - 1) * 7 + self.days - monday + 1


def _remainder(value: int, divisor: int) -> int:
    """With the sign of the value, as in C."""
    return value - quotient(value, divisor) * divisor


# --- numbers ---------------------------------------------------------------------------------------------------------

Show = Callable[[Moment, Node], str]


def _number(take: Callable[[Moment], int], width: int, signed: bool = False) -> Show:
    """A number with leading zeros unless FM; `signed` ones get room for a minus sign."""

    def show(moment: Moment, node: Node) -> str:
        value = take(moment)
        places = 0 if node.fill else width + 1 if signed and value < 0 else width
        return f"{value:0{places}d}" if places else str(value)

    return show


def _calendar_number(take: Callable[[Moment], int], width: int) -> Show:
    """A number that no interval has."""
    show = _number(take, width)
    return lambda moment, node: show(_no_interval(moment), node)


def _fraction(digits: int) -> Show:
    return lambda moment, node: f"{quotient(moment.fraction, 10 ** (6 - digits)):0{digits}d}"


def _century(moment: Moment, node: Node) -> str:
    year = moment.year
    if moment.is_interval:
        value = quotient(year, 100)
    else:
        value = (year - 1) // 100 + 1 if year > 0 else quotient(year, 100) - 1
    if abs(value) > 99 or node.fill:
        return str(value)
    return f"{value:0{2 if value >= 0 else 3}d}"


def _year_part(take: Callable[[Moment], int], digits: int) -> Show:
    def show(moment: Moment, node: Node) -> str:
        value = _remainder(take(moment), 10**digits)
        if node.fill or digits == 1:
            return str(value)
        return f"{value:0{_year_width(moment, digits)}d}"

    return show


def _year_width(moment: Moment, digits: int) -> int:
    """Room for a minus sign is made by the sign of the calendar year, also for ISO years."""
    return digits if moment.shown_year >= 0 else digits + 1


def _year(take: Callable[[Moment], int]) -> Show:
    return lambda moment, node: str(take(moment)) if node.fill else f"{take(moment):0{_year_width(moment, 4)}d}"


def _comma_year(moment: Moment, node: Node) -> str:
    thousands = quotient(moment.shown_year, 1000)
    return f"{thousands},{moment.shown_year - thousands * 1000:03d}"


def _ordinal(number: str, suffix: str) -> str:
    """1ST, 2ND, 3RD, 4TH; in lower case for th."""
    if not number[-1:].isdigit():
        raise InvalidTextRepresentation(f'"{number}" is not a number')
    teens = number[-2:-1] == "1"
    ending = "th" if teens else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return number + (ending.upper() if suffix == "TH" else ending)


# --- names -----------------------------------------------------------------------------------------------------------


def _no_interval(moment: Moment) -> Moment:
    if moment.is_interval:
        raise InvalidDatetimeFormat(
            "invalid format specification for an interval value",
            hint="Intervals are not tied to specific calendar dates.",
        )
    return moment


def _name(take: Callable[[Moment], str], case: Callable[[str], str], width: int = 0) -> Show:
    """A name, padded to the longest's width unless FM or TM."""

    def show(moment: Moment, node: Node) -> str:
        text = case(take(_no_interval(moment)))
        return text if node.fill or node.translated else text.ljust(width)

    return show


def _meridiem(morning: str, evening: str) -> Show:
    return lambda moment, node: evening if _remainder(moment.hour, 24) >= 12 else morning


def _era(bc: str, ad: str) -> Show:
    return lambda moment, node: bc if _no_interval(moment).year <= 0 else ad


def _roman(case: Callable[[str], str]) -> Show:
    def show(moment: Moment, node: Node) -> str:
        month = moment.month
        if not month and not moment.year:
            return ""
        if month == 0:  # an interval of whole years
            numeral = ROMAN[11 if moment.year >= 0 else 0]
        else:
            numeral = ROMAN[month - 1] if month > 0 else ROMAN[12 + month]
        return case(numeral if node.fill else numeral.ljust(_ROMAN_WIDTH))

    return show


def _signed_hours(moment: Moment) -> tuple[str, int, int]:
    offset = _no_interval(moment).offset
    hours, rest = divmod(abs(offset), 3600)
    return "+" if offset >= 0 else "-", hours, rest // 60


def _zone_offset(moment: Moment, node: Node) -> str:
    sign, hours, minutes = _signed_hours(moment)
    shown = f"{sign}{hours}" if node.fill else f"{sign}{hours:02d}"
    return f"{shown}:{minutes:02d}" if abs(moment.offset) % 3600 else shown


_LETTER_CASES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("MONTH DAY MON DY", str.upper),
    ("Month Day Mon Dy", str),
    ("month day mon dy", str.lower),
)
_NAMES: dict[str, tuple[Callable[[Moment], str], int]] = {
    "MONTH": (lambda moment: MONTH_NAMES[moment.month - 1], _NAME_WIDTH),
    "DAY": (lambda moment: DAY_NAMES[moment.weekday], _NAME_WIDTH),
    "MON": (lambda moment: MONTH_NAMES[moment.month - 1][:3], 0),
    "DY": (lambda moment: DAY_NAMES[moment.weekday][:3], 0),
}
_ANY_CASE: dict[str, Show] = {
    "HH24": _number(lambda moment: moment.hour, 2, signed=True),
    **dict.fromkeys(("HH12", "HH"), _number(lambda moment: _remainder(moment.hour, 12) or 12, 2, signed=True)),
    "MI": _number(lambda moment: moment.minute, 2, signed=True),
    "SS": _number(lambda moment: moment.second, 2, signed=True),
    **{f"FF{digits}": _fraction(digits) for digits in range(1, 7)},
    "MS": _fraction(3),
    "US": _fraction(6),
    **dict.fromkeys(
        ("SSSSS", "SSSS"), lambda moment, node: str(moment.hour * 3600 + moment.minute * 60 + moment.second)
    ),
    "TZH": lambda moment, node: "{}{:02d}".format(*_signed_hours(moment)[:2]),
    "TZM": lambda moment, node: f"{_signed_hours(moment)[2]:02d}",
    "OF": _zone_offset,
    "MM": _number(lambda moment: moment.month, 2, signed=True),
    "DDD": _number(lambda moment: moment.day_of_year, 3),
    "IDDD": _number(lambda moment: moment.iso_day, 3),
    "DD": _number(lambda moment: moment.day, 2),
    "D": _calendar_number(lambda moment: moment.weekday + 1, 0),
    "ID": _calendar_number(lambda moment: moment.weekday or 7, 0),
    "WW": _number(lambda moment: quotient(moment.day_of_year - 1, 7) + 1, 2),
    "IW": _number(lambda moment: iso_week(moment.days)[1], 2),
    "Q": lambda moment, node: str(quotient(moment.month - 1, 3) + 1) if moment.month else "",
    "CC": _century,
    "Y,YYY": _comma_year,
    "YYYY": _year(lambda moment: moment.shown_year),
    "IYYY": _year(lambda moment: moment.iso_year),
    **{"Y" * n: _year_part(lambda moment: moment.shown_year, n) for n in (1, 2, 3)},
    **{"I" + "Y" * (n - 1): _year_part(lambda moment: moment.iso_year, n) for n in (1, 2, 3)},
    "W": lambda moment, node: str(quotient(moment.day - 1, 7) + 1),
    "J": lambda moment, node: str(moment.days + JULIAN_2000),
    "FX": lambda moment, node: "",
}
SHOW: dict[str, Show] = {
    **_ANY_CASE,
    **{name.lower(): show for name, show in _ANY_CASE.items()},
    **{
        name: _name(_NAMES[name.upper()][0], case, _NAMES[name.upper()][1])
        for names, case in _LETTER_CASES
        for name in names.split()
    },
    **dict.fromkeys(("A.M.", "P.M."), _meridiem("A.M.", "P.M.")),
    **dict.fromkeys(("AM", "PM"), _meridiem("AM", "PM")),
    **dict.fromkeys(("a.m.", "p.m."), _meridiem("a.m.", "p.m.")),
    **dict.fromkeys(("am", "pm"), _meridiem("am", "pm")),
    **dict.fromkeys(("A.D.", "B.C."), _era("B.C.", "A.D.")),
    **dict.fromkeys(("AD", "BC"), _era("BC", "AD")),
    **dict.fromkeys(("a.d.", "b.c."), _era("b.c.", "a.d.")),
    **dict.fromkeys(("ad", "bc"), _era("bc", "ad")),
    "TZ": lambda moment, node: _no_interval(moment).zone,
    "tz": lambda moment, node: _no_interval(moment).zone.lower(),
    "RM": _roman(str),
    "rm": _roman(str.lower),
}
_UNNUMBERED = frozenset(
    {"TZ", "TZH", "TZM", "OF", "FX", "RM", *_NAMES, "A.M.", "P.M.", "AM", "PM", "A.D.", "B.C.", "AD", "BC"}
)
"""Fields that TH does not apply to."""


def show_moment(template: str, moment: Moment) -> str:
    """Fill in a template."""
    shown = []
    for node in parse_template(template):
        if node.kind is not NodeKind.FIELD:
            shown.append(node.text)
            continue
        text = SHOW[node.text](moment, node)
        if node.ordinal and text and node.text.upper() not in _UNNUMBERED:
            text = _ordinal(text, node.ordinal)
        shown.append(text)
    return "".join(shown)


def _moment(local: int, offset: int = 0, zone: str = "") -> Moment:
    days, time = divmod(local, DAY)
    year, month, day = civil_from_days(days)
    day_of_year = days - days_from_civil(year, 1, 1) + 1
    return Moment(year, month, day, *clock(time), day_of_year, days, offset=offset, zone=zone)


def timestamp_to_char(stored: str, template: str) -> str | None:
    """to_char(timestamp, text); NULL for infinity and for an empty template, as in PostgreSQL."""
    if stored in INFINITE or not template:
        return None
    return show_moment(template, _moment(timestamp_micros(stored)))


def timestamptz_to_char(context: Context, stored: str, template: str) -> str | None:
    """to_char(timestamptz, text): on the session's clock."""
    if stored in INFINITE or not template:
        return None
    micros, zone = timestamptz_micros(stored), zone_of(context.env)
    offset = zone.offset_at(micros)
    return show_moment(template, _moment(micros + offset * SECOND, offset, zone.abbreviation_at(micros)))


def interval_to_char(stored: str, template: str) -> str | None:
    """to_char(interval, text)."""
    if stored in INFINITE or not template:
        return None
    months, days, micros = interval(stored)
    year = quotient(months, 12)
    month = months - year * 12
    carried, month_in_year = divmod(month - 1, 12)
    as_date = days_from_civil(year + carried, month_in_year + 1, days)
    moment = Moment(year, month, days, *split_micros(micros), months * 30 + days, as_date, is_interval=True)
    return show_moment(template, moment)


BUILTINS = (
    Builtin(
        "to_char(timestamp,text)",
        Python(timestamp_to_char),
        (
            "to_char(timestamp '2002-04-20 17:31:12.66', 'Day, DDth Month YYYY HH12:MI:SS.MS AM')",
            "Saturday , 20th April     2002 05:31:12.660 PM",
        ),
    ),
    Builtin(
        "to_char(timestamptz,text)",
        Python(timestamptz_to_char, context=True),
        ("to_char(timestamptz '0001-01-02 00:00:00+00', 'FXYYYY')", "0001"),
    ),
    Builtin(
        "to_char(interval,text)", Python(interval_to_char), ("to_char(interval '15h 2m 12s', 'HH24:MI:SS')", "15:02:12")
    ),
)
