"""What reading a date or time collects, and the checks made when all of it is there.

Times of day, offsets and the words that name zones are read here, for executor.types.datetime_input and interval_input.
"""

import time
from dataclasses import dataclass

from executor.types.base import Env
from executor.types.datetime_tokens import BadInput, Problem, bad_format, fraction_micros, integer_prefix, overflow
from executor.types.instants import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    UNIX_EPOCH,
    civil_from_days,
    clock,
    days_from_civil,
    month_length,
)
from executor.types.timezones import Zone, find_zone, zone_of
from executor.types.zone_abbreviations import DYNAMIC, fixed

YEAR, MONTH, DAY_PART, DAY_OF_YEAR, TIME, ZONE, DST, DST_MODIFIER, DYNAMIC_ZONE = (1 << i for i in range(9))
DATE = YEAR | MONTH | DAY_PART
MERIDIEM, ERA, WEEKDAY = (1 << i for i in range(9, 12))

Special = str
"""'' for an ordinary value, else 'epoch', 'infinity' or '-infinity'."""


@dataclass(slots=True)
class Parts:
    """What has been read so far."""

    year: int = 0
    month: int = 0
    day: int = 0
    day_of_year: int = 0
    hour: int = 0
    minute: int = 0
    second: int = 0
    micros: int = 0
    claimed: int = 0
    special: Special = ""
    short_year: bool = False  # written with one or two digits
    julian: bool = False
    era: str = ""
    meridiem: str = ""
    offset: int = 0  # seconds east of UTC
    zone: Zone | None = None  # a full zone: the offset depends on the date
    abbreviation: str = ""  # one whose meaning in `zone` depends on the date

    def days(self) -> int:
        """Days since 2000-01-01 of the date."""
        return days_from_civil(self.year, self.month, self.day)

    def time(self) -> int:
        """Microseconds since midnight."""
        return self.hour * HOUR + self.minute * MINUTE + self.second * SECOND + self.micros

    def valid_julian(self) -> bool:
        """Whether the date is one PostgreSQL's calendar reaches at all."""
        return (-4713, 11) <= (self.year, self.month) < (5874898, 6)

    def set_days(self, days: int) -> None:
        """Set the date."""
        self.year, self.month, self.day = civil_from_days(days)

    def set_time(self, micros: int) -> None:
        """Set the time of day."""
        self.hour, self.minute, self.second, self.micros = clock(micros)


def now_micros(env: Env) -> int:
    """Start of the transaction, in microseconds since 2000-01-01 UTC; the clock's time outside of one."""
    return UNIX_EPOCH + (env.now_us or time.time_ns() // 1000)


# --- final checks ----------------------------------------------------------------------------------------------------


def validate_date(parts: Parts) -> None:
    """Settle era, short years and the day of the year, then check month and day."""
    claimed = parts.claimed
    if claimed & YEAR and not parts.julian:
        _settle_year(parts)
    if claimed & DAY_OF_YEAR:
        parts.set_days(days_from_civil(parts.year, 1, 1) + parts.day_of_year - 1)
    if claimed & MONTH and not 1 <= parts.month <= 12:
        raise BadInput(Problem.MONTH_DAY_OVERFLOW)
    if claimed & DAY_PART and not 1 <= parts.day <= 31:
        raise BadInput(Problem.MONTH_DAY_OVERFLOW)
    if claimed & DATE == DATE and parts.day > month_length(parts.year, parts.month):
        overflow()


def _settle_year(parts: Parts) -> None:
    year = parts.year
    if parts.era == "bc":
        if year <= 0:
            overflow()
        parts.year = 1 - year
    elif parts.short_year:
        if year < 0:
            overflow()
        parts.year = year + (2000 if year < 70 else 1900 if year < 100 else 0)
    elif year <= 0:
        overflow()


def adjust_meridiem(parts: Parts) -> None:
    """Apply AM or PM to the hour."""
    if not parts.meridiem:
        return
    if parts.hour > 12:
        overflow()
    if parts.hour == 12:
        parts.hour = 0
    if parts.meridiem == "pm":
        parts.hour += 12


def time_is_valid(parts: Parts) -> bool:
    """Whether the time is one of 00:00:00 to 24:00:00 (a second may be 60)."""
    in_bounds = 0 <= parts.hour <= 24 and 0 <= parts.minute <= 59 and 0 <= parts.second <= 60
    return in_bounds and 0 <= parts.micros <= SECOND and parts.time() <= DAY


def resolve_zone(parts: Parts, env: Env) -> None:
    """Find the offset from UTC, now that the date is known."""
    if parts.zone is None and parts.claimed & ZONE:
        return
    if parts.claimed & DST_MODIFIER:
        bad_format()
    zone = parts.zone or zone_of(env)
    if not parts.valid_julian():
        parts.offset = 0
        return
    parts.offset = zone.offset_of_local(parts.days() * DAY + parts.time())
    if parts.abbreviation:
        meaning = zone.meaning_near(parts.abbreviation, parts.days() * DAY + parts.time() - parts.offset * SECOND)
        parts.offset = meaning.offset if meaning else parts.offset


def resolve_zone_of_time(parts: Parts, env: Env) -> None:
    """The same for a time, for which a zone with a fixed offset needs no date and the session's takes today's."""
    if parts.zone is None and parts.claimed & ZONE:
        return
    if parts.claimed & DST_MODIFIER:
        bad_format()
    named = parts.zone is not None and not parts.abbreviation
    offset = parts.zone.fixed_offset() if parts.zone is not None and named else None
    if offset is not None:
        parts.offset = offset
        return
    if not parts.claimed & DATE and not named:
        local = now_micros(env)
        parts.set_days((local + zone_of(env).offset_at(local) * SECOND) // DAY)
    elif parts.claimed & DATE != DATE:
        bad_format()
    resolve_zone(parts, env)


# --- fields of both --------------------------------------------------------------------------------------------------


def read_offset(text: str) -> int:
    """Seconds east of UTC of +hh, +hhmm, +hh:mm or +hh:mm:ss. Raises BadInput."""
    if text[0] not in "+-":
        bad_format()
    try:
        values, end = [0, 0, 0], 0
        for i in range(3):
            values[i], end = integer_prefix(text, end + 1)
            if text[end : end + 1] != ":":
                break
    except BadInput:
        raise BadInput(Problem.ZONE_OVERFLOW) from None
    hour, minute, second = values
    if i == 0 and end == len(text) and len(text) > 3:
        hour, minute = divmod(hour, 100)
    if not (0 <= hour <= 15 and 0 <= minute < 60 and 0 <= second < 60):
        raise BadInput(Problem.ZONE_OVERFLOW)
    if end != len(text):
        bad_format()
    seconds = (hour * 60 + minute) * 60 + second
    return -seconds if text[0] == "-" else seconds


def clock_fields(text: str, minutes_first: bool = False) -> tuple[int, int, int, int]:
    """Hours, minutes, seconds, microseconds of hh:mm, hh:mm:ss.s or mm:ss.s; of 64 bits; the caller checks the hours.

    `minutes_first`: mm:ss is meant by two fields, as in an INTERVAL MINUTE TO SECOND. Raises BadInput.
    """
    hour, end = integer_prefix(text, 0, 64)
    if text[end : end + 1] != ":":
        bad_format()
    minute, end = integer_prefix(text, end + 1)
    second, micros, rest = 0, 0, text[end:]
    if rest.startswith(":"):
        second, end = integer_prefix(text, end + 1)
        rest = text[end:]
        micros = _micros_to_end(rest)
    elif minutes_first or rest:
        micros = _micros_to_end(rest)
        hour, minute, second = 0, _int32(hour), minute
    if hour < 0 or not 0 <= minute <= 59 or not 0 <= second <= 60:
        overflow()
    return hour, minute, second, micros


def _int32(value: int) -> int:
    return value if -(1 << 31) <= value < 1 << 31 else overflow()


def _micros_to_end(rest: str) -> int:
    if not rest:
        return 0
    if rest[0] != ".":
        bad_format()
    return fraction_micros(rest)


def zone_word(word: str, env: Env) -> tuple[int, Zone | None, bool] | None:
    """A zone abbreviation: (offset, None, is daylight-saving time) or (0, the zone that defines it, False)."""
    session = zone_of(env)
    meanings = session.meanings(word)
    if len({(kind.offset, kind.is_dst) for kind in meanings}) > 1:
        return 0, session, False
    if meanings:
        return meanings[0].offset, None, meanings[0].is_dst
    if word in DYNAMIC:
        zone = find_zone(DYNAMIC[word])
        return (0, zone, False) if zone is not None else None
    known = fixed().get(word)
    return (known[0], None, known[1]) if known else None
