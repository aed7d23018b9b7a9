"""Dates and times in jsonpath: reading texts by SQL's standard templates, casts between the types, comparison, printing.

A Moment is an item that no JSON document has: it comes from .datetime() and its kin and becomes a string at the end.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from executor.builtins import datetime as casts
from executor.builtins.datetime_comparison import compare_text
from executor.builtins.datetime_pictures import NodeKind, is_space, parse_template
from executor.builtins.datetime_scan import Scanner, parts_of
from executor.context import Context
from executor.errors import SqlError
from executor.sqlstates import DatetimeFieldOverflow, FeatureNotSupported, InvalidDatetimeFormat
from executor.types.base import Env
from executor.types.datetime import compare_timetz, out_of_range, round_micros
from executor.types.datetime_parts import Parts
from executor.types.instants import (
    DAY,
    SECOND,
    date_days,
    date_in_range,
    date_text,
    time_text,
    timestamp_in_range,
    timestamp_micros,
    timestamp_text,
    timetz_text,
)
from executor.types.oids import DATE, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ
from executor.types.timezones import zone_of

PRECISION_MAX = 6
NAMES = {DATE: "date", TIME: "time without time zone", TIMETZ: "time with time zone",
         TIMESTAMP: "timestamp without time zone", TIMESTAMPTZ: "timestamp with time zone"}
_SHORT = {DATE: "date", TIME: "time", TIMETZ: "timetz", TIMESTAMP: "timestamp", TIMESTAMPTZ: "timestamptz"}
_TIMED = frozenset(("A.M.", "AM", "P.M.", "PM", "HH", "HH12", "HH24", "MI", "SS", "MS", "US", "SSSS", "SSSSS",
                    "FF1", "FF2", "FF3", "FF4", "FF5", "FF6"))
_ZONED = frozenset(("TZ", "OF", "TZH", "TZM"))
ISO_TEMPLATES = (
    "yyyy-mm-dd", "HH24:MI:SS.USTZ", "HH24:MI:SSTZ", "HH24:MI:SS.US", "HH24:MI:SS", "yyyy-mm-dd HH24:MI:SS.USTZ",
    "yyyy-mm-dd HH24:MI:SSTZ", 'yyyy-mm-dd"T"HH24:MI:SS.USTZ', 'yyyy-mm-dd"T"HH24:MI:SSTZ', "yyyy-mm-dd HH24:MI:SS.US",
    "yyyy-mm-dd HH24:MI:SS", 'yyyy-mm-dd"T"HH24:MI:SS.US', 'yyyy-mm-dd"T"HH24:MI:SS',
)
"""The forms that .datetime() without template tries, in this order."""


class Moment(NamedTuple):
    """A date or time: its stored form, type OID, and for timestamptz the offset (seconds east) it is printed with."""

    text: str
    type: int
    offset: int = 0


class _StandardScanner(Scanner):
    """Reads by SQL's stricter rules: separators and literals must match, nothing may be left over."""

    def scan(self) -> object:  # type: ignore[override]
        self.fixed = True
        for number, node in enumerate(self.nodes):
            if self.at >= len(self.text):
                raise InvalidDatetimeFormat("input string is too short for datetime format")
            if node.kind is NodeKind.FIELD:
                self._field(number, node)
            elif node.text != self._current():
                what = "character" if node.kind is NodeKind.LITERAL else "separator"
                raise InvalidDatetimeFormat(f'unmatched format {what} "{node.text}"')
            else:
                self.at += 1
        while is_space(self._current()):
            self.at += 1
        if self.at < len(self.text):
            raise InvalidDatetimeFormat("trailing characters remain in input string after datetime format")
        return self.fields


@lru_cache(maxsize=256)
def _flags(template: str) -> tuple[bool, bool, bool]:
    """Whether a template has parts of a date, of a time, of a zone."""
    names = {node.text.upper() for node in parse_template(template, True) if node.kind is NodeKind.FIELD} - {"FX"}
    return bool(names - _TIMED - _ZONED), bool(names & _TIMED), bool(names & _ZONED)


def check_template(template: str) -> None:
    """Refuse characters that a standard template cannot have (22007, also in silent mode)."""
    parse_template(template, True)


def has_zone(template: str) -> bool:
    """Whether a template reads a time zone (22007 for one that is not standard)."""
    return _flags(template)[2]


def parse(text: str, template: str, env: Env) -> Moment:
    """Read a text by a template, as the type that the template's fields make up. 22007, 22008, 22009."""
    scanner = _StandardScanner(text, parse_template(template, True), env)
    scanner.scan()
    parts = parts_of(scanner.fields, text, env)
    dated, timed, zoned = _flags(template)
    if dated and zoned and not timed:
        raise InvalidDatetimeFormat("datetime format is zoned but not timed")
    if not dated and not timed:
        raise InvalidDatetimeFormat("datetime format is not dated and not timed")
    precision = scanner.fields.precision
    return _dated(parts, text, timed, zoned, precision) if dated else _timed(parts, zoned, precision)


def _dated(parts: Parts, text: str, timed: bool, zoned: bool, precision: int) -> Moment:
    days = parts.days()
    if not timed:
        if not parts.valid_julian() or not date_in_range(days):
            raise out_of_range("date", text)
        return Moment(date_text(days), DATE)
    micros = days * DAY + parts.time() - (parts.offset * SECOND if zoned else 0)
    if not parts.valid_julian() or not timestamp_in_range(micros):
        raise DatetimeFieldOverflow("timestamptz out of range" if zoned else "timestamp out of range")
    shown = timestamp_text(round_micros(micros, precision))
    return Moment(shown, TIMESTAMPTZ, parts.offset) if zoned else Moment(shown, TIMESTAMP)


def _timed(parts: Parts, zoned: bool, precision: int) -> Moment:
    micros = round_micros(parts.time(), precision)
    return Moment(timetz_text(micros, parts.offset), TIMETZ) if zoned else Moment(time_text(micros), TIME)


# --- casts -----------------------------------------------------------------------------------------------------------


class Uncastable(Exception):
    """There is no cast between two types of moments."""


def _offset_there(context: Context, stored: str) -> int:
    return zone_of(context.env).offset_at(timestamp_micros(stored))


_Cast = Callable[[Context, str], str | None]
_CASTS: dict[tuple[int, int], tuple[bool, _Cast]] = {
    # (from, to): whether the session's time zone decides, the function
    (TIMESTAMP, DATE): (False, lambda context, text: casts.date_of_timestamp(text)),
    (TIMESTAMPTZ, DATE): (True, casts.date_of_timestamptz),
    (TIMETZ, TIME): (True, lambda context, text: casts.time_of_timetz(text)),
    (TIMESTAMP, TIME): (False, lambda context, text: casts.time_of_timestamp(text)),
    (TIMESTAMPTZ, TIME): (True, casts.time_of_timestamptz),
    (TIME, TIMETZ): (True, casts.timetz_of_time),
    (TIMESTAMPTZ, TIMETZ): (False, casts.timetz_of_timestamptz),
    (DATE, TIMESTAMP): (False, lambda context, text: casts.timestamp_of_date(text)),
    (TIMESTAMPTZ, TIMESTAMP): (True, casts.timestamp_of_timestamptz),
    (DATE, TIMESTAMPTZ): (True, casts.timestamptz_of_date),
    (TIMESTAMP, TIMESTAMPTZ): (True, casts.timestamptz_of_timestamp),
}


def zone_needed(source: int, target: int) -> SqlError:
    """The error of a cast that depends on the session's time zone in a function that may not (0A000)."""
    return FeatureNotSupported(
        f"cannot convert value from {_SHORT[source]} to {_SHORT[target]} without time zone usage",
        hint="Use *_tz() function for time zone support.")


def cast(context: Context, moment: Moment, target: int, zones: bool) -> Moment:
    """A moment as another type. `zones`: the session's time zone may be used (else 0A000). Raises Uncastable, 22008."""
    if moment.type == target:
        return moment
    if (moment.type, target) not in _CASTS:
        raise Uncastable
    zoned, function = _CASTS[moment.type, target]
    if zoned and not zones:
        raise zone_needed(moment.type, target)
    text = function(context, moment.text)
    assert text is not None
    return Moment(text, target, _offset_there(context, text) if target == TIMESTAMPTZ else 0)


def rounded(moment: Moment, precision: int) -> Moment:
    """A time or timestamp with that many digits of a second."""
    rounders = {TIME: casts.round_stored_time, TIMETZ: casts.round_stored_timetz}
    return moment._replace(text=rounders.get(moment.type, casts.round_stored_timestamp)(moment.text, precision))


# --- comparison and output -------------------------------------------------------------------------------------------

_DATES = frozenset((DATE, TIMESTAMP, TIMESTAMPTZ))
_RANK = {DATE: 0, TIMESTAMP: 1, TIMESTAMPTZ: 2, TIME: 0, TIMETZ: 1}


def compare(context: Context, a: Moment, b: Moment, zones: bool) -> int | None:
    """Negative, 0 or positive; None where they cannot be compared. 0A000 if that needs a time zone and may not."""
    if (a.type in _DATES) is not (b.type in _DATES):
        return None
    target = max(a.type, b.type, key=_RANK.__getitem__)
    for one in (a, b):
        if one.type != target and _CASTS[one.type, target][0] and not zones:
            raise zone_needed(one.type, target)
    if target != TIMETZ and (far := _beyond(a, b, target)):
        return far
    first, second = (cast(context, one, target, True).text for one in (a, b))
    return compare_timetz(first, second) if target == TIMETZ else compare_text(first, second)


def _beyond(a: Moment, b: Moment, target: int) -> int:
    """The order where one is a date after every timestamp; 0 otherwise."""
    if target == DATE or a.type == b.type:
        return 0
    for one, sign in ((a, 1), (b, -1)):
        if one.type == DATE and not timestamp_in_range(date_days(one.text) * DAY):
            return sign
    return 0


def shown(moment: Moment) -> str:
    """The text of a moment in JSON: XML Schema's form, a timestamptz with the offset that it was read with."""
    from executor.types.registry import codec

    if moment.type == TIMESTAMPTZ:
        local = timestamp_text(timestamp_micros(moment.text, zoned=True) + moment.offset * SECOND)
        return _printed(local, TIMESTAMP).replace(" ", "T", 1) + timetz_zone(moment.offset)
    if moment.type == TIMETZ:
        text = moment.text
        return text + ":00" if text[-3] in "+-" else text
    return codec(moment.type).text_encoder(-1, Env())(moment.text).decode().replace(" ", "T", 1)


def _printed(text: str, oid: int) -> str:
    from executor.types.registry import codec

    return codec(oid).text_encoder(-1, Env())(text).decode()


def timetz_zone(offset: int) -> str:
    """An offset in seconds as +hh:mm, with seconds if it has some."""
    sign, (minutes, seconds) = "-" if offset < 0 else "+", divmod(abs(offset), 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
