"""Reads intervals: PostgreSQL's own forms, the SQL standard's, and ISO 8601 with designators or alternative.

The fields are read from right to left, since a unit stands behind its number; a number without a unit takes it from
the field to its right, or from the type ('5' INTERVAL MINUTE). Source: datatype-datetime.html, "Interval Input".
"""

import math
import re
from collections.abc import Callable

from executor.types.base import Env
from executor.types.datetime_parts import clock_fields
from executor.types.datetime_tokens import (
    WORDS,
    BadInput,
    Field,
    Kind,
    Problem,
    Token,
    bad_format,
    fraction,
    integer_prefix,
    overflow,
    split,
)
from executor.types.instants import DAY, HOUR, MINUTE, SECOND
from executor.types.spans import (
    ENDLESS,
    INT32_MAX,
    INT32_MIN,
    INT64_MAX,
    INT64_MIN,
    NEG_ENDLESS,
    Interval,
    out_of_range,
)

FIELD_BITS = {"month": 1 << 1, "year": 1 << 2, "day": 1 << 3, "hour": 1 << 10, "minute": 1 << 11, "second": 1 << 12}
"""The bits of an interval typmod's upper half: which fields the type has."""
ALL_FIELDS = 0x7FFF

_LAST_FIELD = ("second", "minute", "hour", "day", "month", "year")

_UNITS_BY_NAME = {
    "microsecond": "us usec usecond useconds usecs microsecon",
    "millisecond": "ms msec msecond mseconds msecs millisecon",
    "second": "s sec second seconds secs",
    "minute": "m mm min mins minute minutes",
    "hour": "h hour hours hr hrs",
    "day": "d day days",
    "week": "w week weeks",
    "month": "mon mons month months",
    "year": "y year years yr yrs",
    "decade": "dec decade decades decs",
    "century": "c cent centuries century",
    "millennium": "mil mils millennia millennium",
    "quarter": "qtr quarter",
    "timezone": "timezone timezone_h timezone_m",
}
INTERVAL_UNITS = {word: unit for unit, words in _UNITS_BY_NAME.items() for word in words.split()}
TOKEN_LENGTH = 10
"""Words are compared up to here, as in PostgreSQL: 'microseconds' is 'microsecon'."""


class Span:
    """An interval being put together; each part is checked against its type's bounds as it grows."""

    def __init__(self) -> None:
        self.years = 0
        self.months = 0
        self.days = 0
        self.micros = 0

    def add_micros(self, value: int, part: float, unit: int) -> None:
        """`value` whole and `part` of units of so many microseconds."""
        total = self.micros + value * unit
        if not INT64_MIN <= total <= INT64_MAX:
            overflow()
        self.micros = total
        self._add_fraction(part * unit)

    def _add_fraction(self, micros: float) -> None:
        whole = int(micros)
        rest = micros - whole
        total = self.micros + whole + (rest > 0.5) - (rest < -0.5)
        if not INT64_MIN <= total <= INT64_MAX:
            overflow()
        self.micros = total

    def add_days(self, value: int, part: float, unit: int) -> None:
        """`value` whole and `part` of units of so many days; what is less than a day becomes time."""
        self.days = _int32(self.days + _int32(value) * unit)
        days = part * unit
        whole = int(days)
        self.days = _int32(self.days + whole)
        self._add_fraction((days - whole) * DAY)

    def add_months(self, value: int, part: float) -> None:
        """Months; what is less than one becomes days, of 30."""
        self.months = _int32(self.months + _int32(value))
        self.add_days(0, part, 30)

    def add_years(self, value: int, part: float, unit: int) -> None:
        """`value` whole and `part` of units of so many years; what is less than one becomes months, rounded."""
        self.years = _int32(self.years + _int32(value) * unit)
        self.months = _int32(self.months + round(part * unit * 12))

    def negate(self) -> None:
        """Turn all parts around."""
        for name in ("years", "months", "days"):
            setattr(self, name, _int32(-getattr(self, name)))
        if self.micros == INT64_MIN:
            overflow()
        self.micros = -self.micros

    def interval(self) -> Interval:
        """The value. Raises 22008."""
        months = self.years * 12 + self.months
        if not INT32_MIN <= months <= INT32_MAX:
            raise out_of_range()
        return Interval(months, self.days, self.micros)


def _int32(value: int) -> int:
    return value if INT32_MIN <= value <= INT32_MAX else overflow()


Adder = Callable[[Span, int, float], None]
_ADD: dict[str, Adder] = {
    "microsecond": lambda span, value, part: span.add_micros(value, part, 1),
    "millisecond": lambda span, value, part: span.add_micros(value, part, 1000),
    "second": lambda span, value, part: span.add_micros(value, part, SECOND),
    "minute": lambda span, value, part: span.add_micros(value, part, MINUTE),
    "hour": lambda span, value, part: span.add_micros(value, part, HOUR),
    "day": lambda span, value, part: span.add_days(value, part, 1),
    "week": lambda span, value, part: span.add_days(value, part, 7),
    "month": lambda span, value, part: span.add_months(value, part),
    "year": lambda span, value, part: span.add_years(value, part, 1),
    "decade": lambda span, value, part: span.add_years(value, part, 10),
    "century": lambda span, value, part: span.add_years(value, part, 100),
    "millennium": lambda span, value, part: span.add_years(value, part, 1000),
}
_SECONDS = frozenset({"second", "millisecond", "microsecond"})
_TIME = _SECONDS | {"hour", "minute"}
_ALL = _TIME | {"year", "month", "day"}


class IntervalReader:
    """Reads the fields of one interval, from the right."""

    def __init__(self, fields: list[Field], fields_of_type: int, env: Env) -> None:
        self.fields = fields
        self.fields_of_type = fields_of_type
        self.env = env
        self.span = Span()
        self.unit = ""  # of the number to the left
        self.unit_waits = False  # a unit was read and its number was not yet
        self.ago = False
        self.endless: Interval | None = None

    def read(self) -> Interval:
        """The interval. Raises BadInput, 22008."""
        claimed: set[str] = set()
        for i in range(len(self.fields) - 1, -1, -1):
            claims = self._field(i, self.fields[i])
            if claims & claimed:
                bad_format()
            claimed |= claims
        if not claimed or self.unit_waits:
            bad_format()
        if self.endless is not None:
            return self.endless
        if self.env.interval_style == "sql_standard" and self._leading_sign_only():
            span = self.span
            span.micros, span.days = -abs(span.micros), -abs(span.days)
            span.months, span.years = -abs(span.months), -abs(span.years)
        if self.ago:
            self.span.negate()
        return self.span.interval()

    def _leading_sign_only(self) -> bool:
        """The standard lets one sign before everything hold for everything; so it is read if it is the only sign."""
        first, *others = (field.text for field in self.fields)
        return first.startswith("-") and not any(text[0] in "+-" for text in others)

    def _field(self, i: int, field: Field) -> frozenset[str]:
        kind, text = field
        if kind is Kind.TIME:
            return self._time(text, 1)
        if kind in (Kind.WORD, Kind.SPECIAL):
            return self._word(i, text)
        if kind is Kind.ZONE and ":" in text[1:]:
            try:
                return self._time(text[1:], -1 if text[0] == "-" else 1)
            except BadInput:
                pass  # perhaps a signed number
        return self._number(text)

    def _time(self, text: str, sign: int) -> frozenset[str]:
        bits = FIELD_BITS
        hour, minute, second, micros = clock_fields(text, self.fields_of_type == bits["minute"] | bits["second"])
        total = hour * HOUR + minute * MINUTE + second * SECOND + micros
        if not INT64_MIN <= total <= INT64_MAX:
            overflow()
        self.span.micros = sign * total
        self.unit, self.unit_waits = "day", False
        return _TIME

    def _number(self, text: str) -> frozenset[str]:
        unit = self.unit or self._unit_of_type()
        value, end = integer_prefix(text, 0, 64)
        rest, part = text[end:], 0.0
        if rest.startswith("-"):  # the SQL standard's years-months
            months, end = integer_prefix(text, end + 1)
            if not 0 <= months < 12:
                overflow()
            if end != len(text):
                bad_format()
            unit = "month"
            value = value * 12 + (-months if text[0] == "-" else months)
        elif rest:
            part = fraction(rest)
            part = -part if text[0] == "-" else part
        self.unit_waits = False
        add = _ADD.get(unit)
        if add is None:
            bad_format()
        add(self.span, value, part)
        self.unit = "day" if unit == "hour" else unit
        return _SECONDS if unit == "second" and part else frozenset({unit})

    def _unit_of_type(self) -> str:
        """What a number without a unit means at the right end: the type's least field."""
        if self.fields_of_type == ALL_FIELDS:
            return "second"
        return next((name for name in _LAST_FIELD if self.fields_of_type & FIELD_BITS[name]), "second")

    def _word(self, i: int, text: str) -> frozenset[str]:
        if self.unit_waits:
            bad_format()
        last = i == len(self.fields) - 1
        word = text[:TOKEN_LENGTH]
        if word == "@":
            return frozenset()
        if word == "ago":
            if not last:
                bad_format()
            self.ago, self.unit = True, "ago"
            return frozenset()
        if word in INTERVAL_UNITS:
            self.unit, self.unit_waits = INTERVAL_UNITS[word], True
            return frozenset()
        token, value = WORDS.get(word, (None, ""))
        if token is Token.IGNORED:
            return frozenset()
        if token is Token.PREFIX:
            self.unit, self.unit_waits = "none", True
            return frozenset()
        if token is not Token.RESERVED or value not in ("infinity", "-infinity") or not last:
            bad_format()
        self.endless = ENDLESS if value == "infinity" else NEG_ENDLESS
        return _ALL


def read_interval(text: str, fields_of_type: int, env: Env) -> Interval:
    """Read an interval. `fields_of_type` is the upper half of the typmod. Raises BadInput, 22008."""
    try:
        try:
            return IntervalReader(split(text), fields_of_type, env).read()
        except BadInput as bad:
            if bad.problem is not Problem.BAD_FORMAT:
                raise
            return _read_iso(text)
    except BadInput as bad:
        problem = Problem.INTERVAL_OVERFLOW if bad.problem is Problem.FIELD_OVERFLOW else bad.problem
        raise BadInput(problem) from None


# --- ISO 8601 --------------------------------------------------------------------------------------------------------

_ISO_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_ISO_LIMIT = 1e15
_ISO_DATE = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_ISO_TIME = {"H": "hour", "M": "minute", "S": "second"}
_EXTENDED_DATE = ("year", "month", "day")
_EXTENDED_TIME = ("hour", "minute", "second")


def _iso_number(text: str, position: int) -> tuple[int, float, int]:
    """The whole and fractional part of a number and where it ends."""
    match = _ISO_NUMBER.match(text, position) if text[position : position + 1] not in ("+", "") else None
    if match is None:
        bad_format()
    value = float(match[0])
    if not -_ISO_LIMIT <= value <= _ISO_LIMIT:
        overflow()
    whole = math.trunc(value)
    return whole, value - whole, match.end()


def _digits(text: str) -> int:
    """How many digits the whole part of a number has."""
    return len(text.lstrip("-").split(".")[0])


def _read_iso(text: str) -> Interval:
    if len(text) < 2 or text[0] != "P":
        bad_format()
    span = Span()
    date, _, time = text[1:].partition("T")
    _read_half(span, date, _ISO_DATE, "-", _EXTENDED_DATE, 8)
    if "T" in text:
        _read_half(span, time, _ISO_TIME, ":", _EXTENDED_TIME, 6)
    return span.interval()


def _read_half(
    span: Span, text: str, designators: dict[str, str], separator: str, extended: tuple[str, ...], basic: int
) -> None:
    """The part before or after the T: numbers with designators, or one of the two alternative forms."""
    position, first = 0, True
    while position < len(text):
        whole, part, end = _iso_number(text, position)
        mark = text[end : end + 1]
        if mark in designators:
            _ADD[designators[mark]](span, whole, part)
        elif not mark and first and _digits(text[position:end]) == basic:
            _read_basic(span, whole, part, basic)
        elif mark in ("", separator) and first:
            return _read_extended(span, text, separator, extended)
        else:
            bad_format()
        position, first = end + 1, False
    return None


def _read_basic(span: Span, whole: int, part: float, digits: int) -> None:
    """yyyymmdd or hhmmss."""
    high, middle, low = whole // 10000, whole // 100 % 100, whole % 100
    if digits == 8:
        span.add_years(high, 0, 1)
        span.add_months(middle, 0)
        span.add_days(low, part, 1)
        return
    span.add_micros(high, 0, HOUR)
    span.add_micros(middle, 0, MINUTE)
    span.add_micros(low, 0, SECOND)
    span.add_micros(0, part, 1)


def _read_extended(span: Span, text: str, separator: str, units: tuple[str, ...]) -> None:
    """yyyy-mm-dd or hh:mm:ss; later ones may be missing."""
    position = 0
    for unit in units:
        whole, part, position = _iso_number(text, position)
        _ADD[unit](span, whole, part)
        if position == len(text):
            return
        if text[position] != separator:
            bad_format()
        position += 1
    bad_format()
