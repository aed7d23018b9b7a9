"""Cuts the text of a date, time or interval into fields, and knows the words that may stand in one.

The cutting is the same for all these types; what a field means is decided by executor.types.datetime_input and
executor.types.interval_input. Source: datatype-datetime.html, datetime-input-rules.html.
"""

import re
from enum import Enum, auto
from typing import NamedTuple, NoReturn

from executor.errors import SqlError
from executor.sqlstates import (
    DatetimeFieldOverflow,
    IntervalFieldOverflow,
    InvalidDatetimeFormat,
    InvalidParameterValue,
    InvalidTimeZoneDisplacementValue,
)


class Problem(Enum):
    """What can be wrong with an input."""

    BAD_FORMAT = auto()
    FIELD_OVERFLOW = auto()
    MONTH_DAY_OVERFLOW = auto()  # perhaps the fields stand in another order
    INTERVAL_OVERFLOW = auto()
    ZONE_OVERFLOW = auto()
    BAD_ZONE = auto()


class BadInput(Exception):
    """Raised while reading; `input_error` says it to the client."""

    def __init__(self, problem: Problem = Problem.BAD_FORMAT, zone: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.zone = zone


_OUT_OF_RANGE = 'date/time field value out of range: "{text}"'
_MESSAGES: dict[Problem, tuple[type[SqlError], str, str | None]] = {
    Problem.BAD_FORMAT: (InvalidDatetimeFormat, 'invalid input syntax for type {type}: "{text}"', None),
    Problem.FIELD_OVERFLOW: (DatetimeFieldOverflow, _OUT_OF_RANGE, None),
    Problem.MONTH_DAY_OVERFLOW: (
        DatetimeFieldOverflow,
        _OUT_OF_RANGE,
        'Perhaps you need a different "DateStyle" setting.',
    ),
    Problem.INTERVAL_OVERFLOW: (IntervalFieldOverflow, 'interval field value out of range: "{text}"', None),
    Problem.ZONE_OVERFLOW: (
        InvalidTimeZoneDisplacementValue,
        'time zone displacement out of range: "{text}"',
        None,
    ),
    Problem.BAD_ZONE: (InvalidParameterValue, 'time zone "{zone}" not recognized', None),
}


def input_error(bad: BadInput, text: str, type_name: str) -> SqlError:
    """PostgreSQL's error for an input that could not be read (22007, 22008, 22009, 22015 or 22023)."""
    error, message, hint = _MESSAGES[bad.problem]
    return error(message.format(text=text, type=type_name, zone=bad.zone), hint=hint)


def bad_format() -> NoReturn:
    """The field does not make sense."""
    raise BadInput


def overflow() -> NoReturn:
    """The field makes sense but its value does not."""
    raise BadInput(Problem.FIELD_OVERFLOW)


class Kind(Enum):
    """What a field looks like."""

    NUMBER = auto()  # 2020, 1.5
    DATE = auto()  # 2020-01-31, 8/Jan/1999, America/New_York
    TIME = auto()  # 04:05:06.789
    ZONE = auto()  # a sign and digits: +05:30
    WORD = auto()  # letters, in lower case
    SPECIAL = auto()  # a sign and letters: -infinity


class Field(NamedTuple):
    """One field of the input; letters are in lower case."""

    kind: Kind
    text: str


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = (
    *("sun sunday", "mon monday", "tue tues tuesday", "wed weds wednesday"),
    *("thu thur thurs thursday", "fri friday", "sat saturday"),
)


class Token(Enum):
    """The kinds of words in a date or time."""

    MONTH = auto()
    WEEKDAY = auto()
    RESERVED = auto()  # now, today, infinity, ...
    MERIDIEM = auto()
    ERA = auto()
    IGNORED = auto()
    DST = auto()  # "MET DST"
    PREFIX = auto()  # tells what the next number is
    TIME_FOLLOWS = auto()  # the T of ISO 8601


WORDS: dict[str, tuple[Token, int | str]] = {
    **{name: (Token.MONTH, i + 1) for i, name in enumerate(MONTHS)},
    **{name: (Token.MONTH, i + 1) for i, name in enumerate(_LONG_MONTHS)},
    "sept": (Token.MONTH, 9),
    **{name: (Token.WEEKDAY, i) for i, names in enumerate(_WEEKDAYS) for name in names.split()},
    **{name: (Token.RESERVED, name) for name in ("now", "today", "tomorrow", "yesterday", "epoch", "allballs")},
    "infinity": (Token.RESERVED, "infinity"),
    "+infinity": (Token.RESERVED, "infinity"),
    "-infinity": (Token.RESERVED, "-infinity"),
    **{name: (Token.MERIDIEM, name) for name in ("am", "pm")},
    **{name: (Token.ERA, name) for name in ("ad", "bc")},
    **dict.fromkeys(("at", "on"), (Token.IGNORED, 0)),
    "dst": (Token.DST, 3600),
    **dict.fromkeys(("j", "jd", "julian"), (Token.PREFIX, "julian")),
    **dict.fromkeys(("d", "h", "m", "mm", "s", "y", "dow", "doy", "isodow", "isoyear"), (Token.PREFIX, "")),
    "t": (Token.TIME_FOLLOWS, "time"),
}
"""Every word but the names of zones. An empty prefix may be read but nothing may follow it."""

_LIMIT = 25  # fields
_TEXT_LIMIT = 128 + 25  # characters of all fields with an end mark each
_SPACE = " \t\n\v\f\r"
_NUMERIC = re.compile(
    r"(?P<time>[0-9]+:[0-9:.]*)"
    r"|[0-9]+(?P<delimiter>[-/.])[0-9]+(?P<third>(?P=delimiter)(?:[0-9]|(?P=delimiter))*)?"
    r"|(?P<date>[0-9]+(?P<mark>[-/.])(?:[A-Za-z0-9]|(?P=mark))*)"
    r"|[0-9]+|\.[0-9]*"
)
_LETTERS = re.compile(r"[A-Za-z]+")
_NAME_REST = re.compile(r"[-+/_.:A-Za-z0-9]+")
_SIGNED = re.compile(r"([-+])[ \t\n\v\f\r]*(?:([0-9][0-9:.\-]*)|([A-Za-z]+))")


def split(text: str) -> list[Field]:
    """The fields of an input, in order. Raises BadInput."""
    fields: list[Field] = []
    position, end, size = 0, len(text), 0
    while position < end:
        character = text[position]
        if character in _SPACE:
            position += 1
            continue
        if character.isascii() and character.isalpha():
            field, position = _letters(text, position)
        elif character in "0123456789.":
            field, position = _number(text, position)
        elif character in "+-":
            field, position = _signed(text, position)
        elif character.isascii() and character.isprintable():
            position += 1  # PostgreSQL skips other punctuation
            continue
        else:
            bad_format()
        fields.append(field)
        size += len(field.text) + 1
        if len(fields) > _LIMIT or size > _TEXT_LIMIT:
            bad_format()
    return fields


def _number(text: str, position: int) -> tuple[Field, int]:
    match = _NUMERIC.match(text, position)
    assert match is not None
    if match["time"]:
        kind = Kind.TIME
    elif match["date"] or match["third"] or match["delimiter"] in ("-", "/"):
        kind = Kind.DATE
    else:
        kind = Kind.NUMBER
    return Field(kind, match[0].lower()), match.end()


def _letters(text: str, position: int) -> tuple[Field, int]:
    match = _LETTERS.match(text, position)
    assert match is not None
    word, end = match[0].lower(), match.end()
    following = text[end : end + 1]
    if (following and following in "-/.") or (following and following in "+0123456789" and word not in WORDS):
        rest = _NAME_REST.match(text, end)
        assert rest is not None
        return Field(Kind.DATE, word + rest[0].lower()), rest.end()
    return Field(Kind.WORD, word), end


def _signed(text: str, position: int) -> tuple[Field, int]:
    match = _SIGNED.match(text, position)
    if match is None:
        bad_format()
    sign, digits, letters = match.groups()
    if digits is not None:
        return Field(Kind.ZONE, sign + digits), match.end()
    return Field(Kind.SPECIAL, sign + letters.lower()), match.end()


_INTEGER = re.compile(r"[ \t\n\v\f\r]*[-+]?[0-9]+")


def integer_prefix(text: str, position: int = 0, bits: int = 32) -> tuple[int, int]:
    """The integer at a position and where it ends; nothing there counts as 0.

    Raises BadInput if it needs more than `bits` bits.
    """
    match = _INTEGER.match(text, position)
    if match is None:
        return 0, position
    value = int(match[0]) if match.end() - position < 40 else 1 << 99
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        overflow()
    return value, match.end()


_FRACTION = re.compile(r"\.[0-9]*")


def fraction(text: str) -> float:
    """The value of a text that must be a '.' and digits (or none). Raises BadInput."""
    if not _FRACTION.fullmatch(text):
        bad_format()
    return float("0" + text) if len(text) > 1 else 0.0


def fraction_micros(text: str) -> int:
    """The same in microseconds, rounded as PostgreSQL does (to even, of a double)."""
    return round(fraction(text) * 1_000_000)
