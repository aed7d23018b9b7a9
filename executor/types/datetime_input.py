"""Reads dates, times and timestamps as PostgreSQL reads them.

`read_datetime` serves date, timestamp and timestamptz, `read_time` serves time and timetz. Fields may stand in nearly
any order; each field claims the parts it gives (year, month, ..., zone), and claiming one twice is an error. What a
bare number is depends on what has been claimed before it and on DateStyle's order.
Source: datetime-input-rules.html.
"""

from collections.abc import Callable
from typing import ClassVar

from executor.types.base import Env
from executor.types.datetime_parts import (
    DATE,
    DAY_OF_YEAR,
    DAY_PART,
    DST,
    DST_MODIFIER,
    DYNAMIC_ZONE,
    ERA,
    MERIDIEM,
    MONTH,
    TIME,
    WEEKDAY,
    YEAR,
    ZONE,
    Parts,
    adjust_meridiem,
    clock_fields,
    now_micros,
    read_offset,
    resolve_zone,
    resolve_zone_of_time,
    time_is_valid,
    validate_date,
    zone_word,
)
from executor.types.datetime_tokens import (
    WORDS,
    BadInput,
    Field,
    Kind,
    Problem,
    Token,
    bad_format,
    fraction,
    fraction_micros,
    integer_prefix,
    overflow,
    split,
)
from executor.types.instants import DAY, JULIAN_2000, SECOND, UNIX_EPOCH_DAYS
from executor.types.timezones import Zone, find_zone, zone_of


def read_datetime(text: str, env: Env) -> Parts:
    """Read a date with or without a time; the offset is the session zone's where none is written. Raises BadInput."""
    reader = DateTimeReader(split(text), env)
    reader.read()
    parts = reader.parts
    if not parts.special:
        validate_date(parts)
        adjust_meridiem(parts)
        if parts.claimed & DATE != DATE:
            bad_format()
        resolve_zone(parts, env)
    return parts


def read_time(text: str, env: Env) -> Parts:
    """Read a time of day, perhaps with a date that tells what a zone means. Raises BadInput."""
    reader = TimeReader(split(text), env)
    reader.read()
    parts = reader.parts
    validate_date(parts)
    adjust_meridiem(parts)
    if not time_is_valid(parts):
        overflow()
    if parts.claimed & TIME != TIME:
        bad_format()
    resolve_zone_of_time(parts, env)
    return parts


class Reader:
    """What DateTimeReader and TimeReader share: bare numbers, dates, and words."""

    def __init__(self, fields: list[Field], env: Env) -> None:
        if not fields:
            bad_format()
        self.fields = fields
        self.env = env
        self.parts = Parts()
        self.prefix: str | None = None  # what the field before said the next one is
        self.text_month = False

    def read(self) -> None:
        """Read all fields into `parts`."""
        for i, field in enumerate(self.fields):
            claims = self._by_kind[field.kind](self, i, field.text)
            if claims & self.parts.claimed:
                bad_format()
            self.parts.claimed |= claims
        if self.prefix is not None:
            bad_format()

    _by_kind: ClassVar[dict[Kind, Callable[["Reader", int, str], int]]] = {
        Kind.DATE: lambda reader, i, text: reader.date_like(i, text),
        Kind.TIME: lambda reader, i, text: reader.time(text),
        Kind.ZONE: lambda reader, i, text: reader.offset(text),
        Kind.NUMBER: lambda reader, i, text: reader.number(i, text),
        Kind.WORD: lambda reader, i, text: reader.word(i, text),
        Kind.SPECIAL: lambda reader, i, text: reader.word(i, text),
    }

    def date_like(self, i: int, text: str) -> int:
        """A date, a zone's name, or a run-together time with an offset."""
        raise NotImplementedError

    def number(self, i: int, text: str) -> int:
        """A number that stands alone."""
        raise NotImplementedError

    def reserved(self, name: str) -> int:
        """A word such as 'today'."""
        raise NotImplementedError

    def iso_time(self, i: int) -> int:
        """The T before a time."""
        raise NotImplementedError

    def time(self, text: str) -> int:
        """hh:mm:ss."""
        if self.prefix not in (None, "time"):
            bad_format()
        self.prefix = None
        parts = self.parts
        parts.hour, parts.minute, parts.second, parts.micros = clock_fields(text)
        return TIME if parts.hour < 1 << 31 else overflow()

    def offset(self, text: str) -> int:
        """+hh:mm."""
        self.parts.offset = read_offset(text)
        return ZONE

    def time_with_offset(self, text: str, claimed: int) -> int:
        """hhmmss-zz."""
        dash = text.find("-")
        if dash < 0:
            bad_format()
        self.parts.offset = read_offset(text[dash:])
        return self.run_together(text[:dash], claimed) | ZONE

    def zone_name(self, text: str) -> int:
        """A zone's full name; the offset is found when the date is known."""
        zone = find_zone(text)
        if zone is None:
            raise BadInput(Problem.BAD_ZONE, text)
        self.parts.zone = zone
        return ZONE

    # --- words

    def word(self, i: int, text: str) -> int:
        """Abbreviations of zones take precedence over other words."""
        zone = zone_word(text, self.env)
        if zone is not None:
            return self._abbreviation(text, *zone)
        token, value = WORDS.get(text, (None, ""))
        if token is None:
            zone_named = find_zone(text)
            if zone_named is None:
                bad_format()
            self.parts.zone = zone_named
            return ZONE
        return self._by_token[token](self, i, value)

    def _abbreviation(self, text: str, offset: int, zone: Zone | None, is_dst: bool) -> int:
        if zone is not None:
            self.parts.zone, self.parts.abbreviation = zone, text
            return ZONE | DYNAMIC_ZONE
        self.parts.offset = offset
        return ZONE | DST if is_dst else ZONE

    def _month(self, i: int, value: int | str) -> int:
        parts, claims = self.parts, MONTH
        mistaken = parts.claimed & MONTH and not self.text_month and not parts.claimed & DAY_PART
        if mistaken and 1 <= parts.month <= 31:  # the number taken for a month was the day
            parts.day, claims = parts.month, DAY_PART
        self.text_month = True
        parts.month = int(value)
        return claims

    def _dst(self, i: int, value: int | str) -> int:
        self.parts.offset += int(value)
        return DST | DST_MODIFIER

    def _meridiem(self, i: int, value: int | str) -> int:
        self.parts.meridiem = str(value)
        return MERIDIEM

    def _era(self, i: int, value: int | str) -> int:
        self.parts.era = str(value)
        return ERA

    def _set_prefix(self, i: int, value: int | str) -> int:
        if self.prefix is not None:
            bad_format()
        self.prefix = str(value)
        return 0

    _by_token: ClassVar[dict[Token, Callable[["Reader", int, int | str], int]]] = {
        Token.MONTH: lambda reader, i, value: reader._month(i, value),
        Token.WEEKDAY: lambda reader, i, value: WEEKDAY,
        Token.RESERVED: lambda reader, i, value: reader.reserved(str(value)),
        Token.MERIDIEM: lambda reader, i, value: reader._meridiem(i, value),
        Token.ERA: lambda reader, i, value: reader._era(i, value),
        Token.IGNORED: lambda reader, i, value: 0,
        Token.DST: lambda reader, i, value: reader._dst(i, value),
        Token.PREFIX: lambda reader, i, value: reader._set_prefix(i, value),
        Token.TIME_FOLLOWS: lambda reader, i, value: reader.iso_time(i),
    }

    # --- numbers

    def labelled_number(self, text: str, labels: tuple[str, ...]) -> int:
        """A number after 'J' or 'T'."""
        value, end = integer_prefix(text)
        rest = text[end:]
        if (rest and rest[0] != ".") or self.prefix not in labels:
            bad_format()
        label, self.prefix = self.prefix, None
        if label == "time":
            claims = self.run_together(text, self.parts.claimed | DATE)
            return claims if claims == TIME else bad_format()
        if value < 0:
            overflow()
        self.julian_day(value)
        if not rest:
            return DATE
        self.parts.set_time(int(fraction(rest) * DAY))
        return DATE | TIME

    def julian_day(self, value: int) -> None:
        """Set the date by its Julian day number."""
        self.parts.set_days(value - JULIAN_2000)
        self.parts.julian = True

    def run_together(self, text: str, claimed: int) -> int:
        """yyyymmdd, yymmdd, hhmmss(.s) or hhmm; the date comes first."""
        parts = self.parts
        whole, point, rest = text.partition(".")
        if not whole.isdigit():
            bad_format()
        if point:
            parts.micros = round(_float("0." + rest) * SECOND) if rest else 0
        elif claimed & DATE != DATE and len(whole) >= 6:
            parts.day, parts.month, parts.year = int(whole[-2:]), int(whole[-4:-2]), _wrapped(whole[:-4])
            parts.short_year = parts.short_year or len(whole) == 6
            return DATE
        if not claimed & TIME and len(whole) in (4, 6):
            parts.hour, parts.minute, parts.second = int(whole[:2]), int(whole[2:4]), int(whole[4:] or 0)
            return TIME
        bad_format()

    def bare_number(self, text: str, claimed: int, text_month: bool) -> int:
        """One number whose meaning follows from what is known already."""
        parts = self.parts
        value, end = integer_prefix(text)
        if end == 0:
            bad_format()
        if text[end : end + 1] == ".":
            if end > 2:
                return self.run_together(text, claimed | DATE)
            parts.micros = fraction_micros(text[end:])
        elif end != len(text):
            bad_format()
        if len(text) == 3 and claimed & DATE == YEAR and 1 <= value <= 366:
            parts.day_of_year = value
            return DAY_OF_YEAR | MONTH | DAY_PART
        if claimed & DATE == DATE:
            return self.run_together(text, claimed)
        claims = self._guess(len(text), claimed & DATE, text_month)
        if claims == YEAR:
            parts.year, parts.short_year = value, len(text) <= 2
        elif claims == MONTH:
            parts.month = value
        elif claimed & YEAR and claimed & MONTH and text_month and len(text) >= 3 and parts.short_year:
            # The first number was taken for the year, but this one must be it.
            parts.day, parts.year, parts.short_year = parts.year, value, False
        else:
            parts.day = value
        return claims

    def _guess(self, length: int, known: int, text_month: bool) -> int:
        """Which part of the date a number of so many digits is."""
        order = self.env.date_order
        if known == 0:
            return YEAR if length >= 3 or order == "YMD" else DAY_PART if order == "DMY" else MONTH
        if known == MONTH:
            return YEAR if text_month and (length >= 3 or order == "YMD") else DAY_PART
        after = {YEAR: MONTH, YEAR | MONTH: DAY_PART, DAY_PART: MONTH, MONTH | DAY_PART: YEAR}
        return after.get(known) or bad_format()

    def date(self, text: str) -> int:
        """A date with separators: 1999-01-08, 8/Jan/1999, 1.8.1999."""
        pieces = _pieces(text)
        claims = 0
        for piece in pieces:
            if piece.isalpha():
                token, value = WORDS.get(piece, (None, ""))
                if token is Token.IGNORED:
                    continue
                if token is not Token.MONTH:
                    bad_format()
                self.parts.month = int(value)
                claims = _claim(self.parts.claimed, claims, MONTH)
        text_month = bool(claims)
        for piece in pieces:
            if not piece.isalpha():
                more = self.bare_number(piece, self.parts.claimed | claims, text_month)
                claims = _claim(self.parts.claimed, claims, more)
        if (self.parts.claimed | claims) & ~(DAY_OF_YEAR | ZONE) != DATE:
            bad_format()
        return claims


def _claim(claimed: int, claims: int, more: int) -> int:
    return bad_format() if (claimed | claims) & more else claims | more


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        bad_format()


def _wrapped(digits: str) -> int:
    """A year as a 32-bit integer. PostgreSQL wraps here, and what it then says about the value follows from that."""
    value = min(int(digits), 2**63 - 1) & 0xFFFFFFFF
    return value - (value >> 31 << 32)


def _pieces(text: str) -> list[str]:
    """Runs of digits or of letters between single separators."""
    pieces: list[str] = []
    position, end = 0, len(text)
    while position < end:
        while position < end and not text[position].isalnum():
            position += 1
        if position == end:
            bad_format()
        start, digits = position, text[position].isdigit()
        while position < end and text[position].isalnum() and text[position].isdigit() == digits:
            position += 1
        pieces.append(text[start:position])
        position += 1
    return pieces


class DateTimeReader(Reader):
    """Fields of a date, timestamp or timestamptz."""

    def date_like(self, i: int, text: str) -> int:
        """See Reader."""
        claimed = self.parts.claimed
        if self.prefix == "julian":  # J2451187-0500; other forms are several fields
            value, end = integer_prefix(text)
            if value < 0:
                overflow()
            self.julian_day(value)
            self.parts.offset = read_offset(text[end:] or " ")
            self.prefix = None
            return DATE | TIME | ZONE
        if self.prefix is None and claimed & (MONTH | DAY_PART) != MONTH | DAY_PART:
            return self.date(text)
        if not text[0].isdigit() and self.prefix is None:
            return self.zone_name(text)
        if self.prefix not in (None, "time") or claimed & TIME:
            bad_format()
        self.prefix = None
        return self.time_with_offset(text, claimed)

    def time(self, text: str) -> int:
        """See Reader."""
        claims = super().time(text)
        if not time_is_valid(self.parts):
            overflow()
        return claims

    def number(self, i: int, text: str) -> int:
        """See Reader."""
        if self.prefix is not None:
            return self.labelled_number(text, ("julian", "time"))
        claimed = self.parts.claimed
        whole, point, _ = text.partition(".")
        if point and not claimed & DATE:
            return self.date(text)
        if point and len(whole) > 2:
            return self.run_together(text, claimed)
        if len(text) >= 6 and not (claimed & DATE and claimed & TIME):
            return self.run_together(text, claimed)
        return self.bare_number(text, claimed, self.text_month)

    def reserved(self, name: str) -> int:
        """See Reader."""
        parts = self.parts
        if name in ("epoch", "infinity", "-infinity"):
            parts.special = name
            if name == "epoch":
                parts.set_days(UNIX_EPOCH_DAYS)
            return DATE | TIME | ZONE
        parts.special = ""
        if name == "allballs":
            parts.set_time(0)
            return TIME | ZONE
        utc = now_micros(self.env)
        offset = zone_of(self.env).offset_at(utc)
        days, time = divmod(utc + offset * SECOND, DAY)
        parts.set_days(days + {"yesterday": -1, "tomorrow": 1}.get(name, 0))
        if name != "now":
            return DATE
        parts.set_time(time)
        parts.offset = offset
        return DATE | TIME | ZONE

    def iso_time(self, i: int) -> int:
        """See Reader."""
        if self.parts.claimed & DATE != DATE:
            bad_format()
        return self._set_prefix(i, "time")


class TimeReader(Reader):
    """Fields of a time or timetz."""

    def word(self, i: int, text: str) -> int:
        """See Reader. Months may stand in a date only, and weekdays not at all."""
        if WORDS.get(text, (None, 0))[0] in (Token.MONTH, Token.WEEKDAY):
            bad_format()
        return super().word(i, text)

    def _date_allowed(self, i: int) -> bool:
        fields = self.fields
        return i == 0 and len(fields) >= 2 and (fields[-1].kind is Kind.DATE or fields[1].kind is Kind.TIME)

    def date_like(self, i: int, text: str) -> int:
        """See Reader."""
        if self._date_allowed(i):
            return self.date(text)
        if not text[0].isdigit():
            return self.zone_name(text)
        if self.parts.claimed & TIME:
            bad_format()
        return self.time_with_offset(text, self.parts.claimed | DATE)

    def number(self, i: int, text: str) -> int:
        """See Reader."""
        if self.prefix is not None:
            return self.labelled_number(text, ("julian", "time"))
        claimed = self.parts.claimed | DATE
        whole, point, _ = text.partition(".")
        if point:
            if i == 0 and len(self.fields) >= 2 and self.fields[-1].kind is Kind.DATE:
                return self.date(text)
            return self.run_together(text, claimed) if len(whole) > 2 else bad_format()
        return self.run_together(text, claimed) if len(text) > 4 else self.bare_number(text, claimed, False)

    def reserved(self, name: str) -> int:
        """See Reader."""
        if name == "allballs":
            self.parts.set_time(0)
            return TIME | ZONE
        if name != "now":
            bad_format()
        utc = now_micros(self.env)
        self.parts.set_time((utc + zone_of(self.env).offset_at(utc) * SECOND) % DAY)
        return TIME

    def iso_time(self, i: int) -> int:
        """See Reader."""
        following = self.fields[i + 1 : i + 2]
        if not following or following[0].kind not in (Kind.NUMBER, Kind.TIME, Kind.DATE):
            bad_format()
        return self._set_prefix(i, "time")
