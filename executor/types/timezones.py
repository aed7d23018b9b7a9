"""Time zones: names, POSIX rules, and the distance from UTC at any instant of PostgreSQL's range.

`find_zone(name)` accepts what SET TimeZone and AT TIME ZONE accept: names of the IANA database in any case
('america/new_york'), POSIX rules ('EST5EDT,M3.2.0,M11.1.0', '<+03>-03'), and nothing else. Offsets are seconds
east of UTC everywhere in this package; PostgreSQL's own internals count them west.

Calendar work is done on integers (executor.types.instants); zoneinfo answers only "how far from UTC". Its range is
the years 1 to 9999. The rules of a zone repeat every 400 years, as the Gregorian calendar does, so a later instant is
looked up in the years 9600 to 9999; an earlier one has the zone's first offset, as in PostgreSQL.
"""

import io
import re
import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from executor.types.base import Env
from executor.types.instants import DAY, SECOND, UNIX_EPOCH

_EPOCH = datetime(2000, 1, 1)
_EPOCH_UTC = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST = -730119 * DAY + 2 * DAY  # two days inside datetime's range: room for any offset
_LAST = 2921940 * DAY - 2 * DAY
_CYCLE = 146097 * DAY
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """One meaning of an abbreviation such as PST in one zone."""

    name: str
    offset: int
    is_dst: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """One time zone. `changes` are seconds since 1970 at which `kinds` (one more than changes) take effect in turn.

    `shift` seconds are added to what `info` says: PostgreSQL's POSIX rules reach a week from UTC, Python's zones a day.
    """

    name: str
    info: tzinfo
    changes: tuple[int, ...] = ()
    kinds: tuple[Abbreviation, ...] = ()
    others: tuple[Abbreviation, ...] = field(default=())  # of the rule for the years after the last change
    shift: int = 0

    def offset_at(self, micros: int) -> int:
        """Seconds east of UTC at an instant (microseconds since 2000-01-01 00:00 UTC)."""
        return self.shift + _seconds(self._local(micros).utcoffset())

    def offset_of_local(self, micros: int) -> int:
        """Seconds east of UTC for a wall-clock time (microseconds since 2000-01-01 00:00 there).

        A time that does not exist is taken with the offset from before the change, an ambiguous one with the offset
        from after it, as PostgreSQL does: both are the smaller of the two offsets.
        """
        local = _EPOCH + timedelta(microseconds=self._near(micros))
        first = self.info.utcoffset(local.replace(tzinfo=self.info))
        second = self.info.utcoffset(local.replace(tzinfo=self.info, fold=1))
        return self.shift + min(_seconds(first), _seconds(second))

    def abbreviation_at(self, micros: int) -> str:
        """The zone's abbreviation at an instant, such as 'PDT'."""
        return self._local(micros).tzname() or self.name

    def is_dst_at(self, micros: int) -> bool:
        """Whether daylight-saving time is in force at an instant."""
        return bool(self._local(micros).dst())

    @property
    def is_utc(self) -> bool:
        """Whether this surely is UTC: one of the zones that are no more than a constant distance of 0."""
        return isinstance(self.info, timezone) and not self.shift and self.offset_at(0) == 0

    def fixed_offset(self) -> int | None:
        """The offset of a zone that never changes it, else None."""
        offsets = {kind.offset for kind in (*self.kinds, *self.others)}
        return offsets.pop() if len(offsets) == 1 else None

    def meanings(self, abbreviation: str) -> tuple[Abbreviation, ...]:
        """The different meanings an abbreviation (any case) ever had in this zone."""
        wanted = abbreviation.upper()
        return tuple(dict.fromkeys(kind for kind in (*self.kinds, *self.others) if kind.name == wanted))

    def meaning_near(self, abbreviation: str, micros: int) -> Abbreviation | None:
        """What an abbreviation (any case) meant in this zone at or last before an instant, else first after it."""
        wanted = abbreviation.upper()
        index = bisect_right(self.changes, (micros - UNIX_EPOCH) // SECOND)
        for kind in (*self.kinds[index::-1], *self.kinds[index + 1 :], *self.others):
            if kind.name == wanted:
                return kind
        return None

    def _local(self, micros: int) -> datetime:
        return (_EPOCH_UTC + timedelta(microseconds=self._near(micros + self.shift * SECOND))).astimezone(self.info)

    def _near(self, micros: int) -> int:
        """An instant inside datetime's range at which the zone is as far from UTC as at the given one."""
        if micros >= _LAST:
            return micros - ((micros - _LAST) // _CYCLE + 1) * _CYCLE
        if micros >= _FIRST:
            return micros
        return _FIRST if self.changes else micros + ((_FIRST - micros) // _CYCLE + 1) * _CYCLE


def _seconds(offset: timedelta | None) -> int:
    delta = offset or _NO_TIME
    return delta.days * 86400 + delta.seconds


UTC_ZONE = Zone("UTC", UTC, (), (Abbreviation("UTC", 0, False),))


# --- names -----------------------------------------------------------------------------------------------------------

_FILE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+)*")

_OTHER_FILE = re.compile(r"(?:posix|right)/|posixrules|localtime", re.IGNORECASE)
"""Files that a system keeps beside the zones and PostgreSQL does not have."""


@lru_cache(maxsize=1024)
def find_zone(name: str) -> Zone | None:
    """The zone of this name or POSIX rule, or None if PostgreSQL would not recognize it."""
    upper = name.upper()
    if upper in ("UTC", "GMT"):
        return Zone(upper, UTC if upper == "UTC" else timezone(_NO_TIME, "GMT"), (), (Abbreviation(upper, 0, False),))
    if _FILE_NAME.fullmatch(name) and len(name) <= 255 and not _OTHER_FILE.match(name):
        exact = name if _read(name) else _names_by_upper().get(upper)
        body = _read(exact) if exact else None
        if exact and body:
            return _from_file(exact, body)
    return _from_posix(name)


def zone_of(env: Env) -> Zone:
    """The session's zone."""
    if env.timezone is UTC:
        return UTC_ZONE
    return find_zone(env.timezone_name) or Zone(env.timezone_name, env.timezone)


def set_time_zone(env: Env, name: str) -> bool:
    """Make a zone the session's, with its name as SHOW TimeZone prints it; False if it is not recognized."""
    zone = find_zone(name)
    if zone is None:
        return False
    env.timezone, env.timezone_name = zone.info, zone.name
    return True


@lru_cache(maxsize=256)
def offset_zone(offset: int) -> Zone:
    """The zone always `offset` seconds east of UTC, named as SET TIME ZONE INTERVAL names it: <+05:30>-05:30."""
    hour, rest = divmod(abs(offset), 3600)
    minute, second = divmod(rest, 60)
    shown = f"{hour:02d}" + (f":{minute:02d}" if rest else "") + (f":{second:02d}" if second else "")
    east, west = ("+", "-") if offset >= 0 else ("-", "+")
    return find_zone(f"<{east}{shown}>{west}{shown}") or UTC_ZONE


def zone_names() -> list[str]:
    """The IANA names there are, sorted; what pg_timezone_names lists."""
    return sorted(_names_by_upper().values())


@cache
def _names_by_upper() -> dict[str, str]:
    return {name.upper(): name for name in available_timezones() if _FILE_NAME.fullmatch(name)}


def _read(name: str) -> bytes | None:
    """The zone's file: the system's, else the tzdata package's. None if there is none (or it is another file)."""
    for folder in TZPATH:
        path = Path(folder, name)
        if path.is_file():
            body = path.read_bytes()
            return body if body.startswith(b"TZif") else None
    try:
        path_in_package = resources.files("tzdata.zoneinfo").joinpath(*name.split("/"))
        body = path_in_package.read_bytes() if path_in_package.is_file() else b""
    except (ModuleNotFoundError, OSError):
        return None
    return body if body.startswith(b"TZif") else None


# --- files -----------------------------------------------------------------------------------------------------------

_HEADER = struct.Struct(">4sc15x6l")
"""Magic, version, then the counts of UT indicators, standard indicators, leap seconds, times, kinds, characters."""


def _from_file(name: str, body: bytes) -> Zone:
    """Read a TZif file. zoneinfo reads it too, but shows neither the changes nor the abbreviations."""
    _, _, utc_count, standard_count, leaps, times, kinds, characters = _HEADER.unpack_from(body)
    width = 4
    start = _HEADER.size
    if body[4:5] != b"\0":  # version 2 and later: the same again with 8-byte times, then the rule for later years
        start += times * 5 + kinds * 6 + characters + leaps * 8 + standard_count + utc_count
        _, _, utc_count, standard_count, leaps, times, kinds, characters = _HEADER.unpack_from(body, start)
        width = 8
        start += _HEADER.size
    changes = struct.unpack_from(f">{times}{'q' if width == 8 else 'l'}", body, start)
    start += times * width
    indexes = body[start : start + times]
    start += times
    texts = start + kinds * 6
    table = []
    for kind in range(kinds):
        offset, is_dst, text = struct.unpack_from(">lBB", body, start + kind * 6)
        end = body.index(b"\0", texts + text)
        table.append(Abbreviation(body[texts + text : end].decode(), offset, bool(is_dst)))
    footer = body[texts + characters + leaps * (width + 4) + standard_count + utc_count :].strip(b"\n").decode()
    info = ZoneInfo.from_file(io.BytesIO(body), key=name)
    return Zone(name, info, changes, (table[0], *(table[i] for i in indexes)), _rule_kinds(footer))


# --- POSIX rules -----------------------------------------------------------------------------------------------------

_POSIX_NAME = r"(?:<([^>]*)>|([^-+,0-9<>;]*))"
_POSIX_OFFSET = r"([-+]?[0-9]{1,20}(?::[0-9]{1,2}(?::[0-9]{1,2})?)?)"
_POSIX = re.compile(rf"{_POSIX_NAME}{_POSIX_OFFSET}(?:(?!:){_POSIX_NAME}{_POSIX_OFFSET}?(?:[,;](.*))?)?", re.DOTALL)
_POSIX_DATE = r"(?:J[0-9]{1,3}|[0-9]{1,3}|M[0-9]{1,2}\.[0-9]\.[0-9])"
_POSIX_RULES = re.compile(rf"{_POSIX_DATE}(?:/{_POSIX_OFFSET})?,{_POSIX_DATE}(?:/{_POSIX_OFFSET})?")
_DEFAULT_RULES = "M3.2.0,M11.1.0"  # what PostgreSQL assumes where a rule names daylight-saving time but no dates
_WEEK_HOURS = 168
_DAY_SECONDS = 86400
_SAFE_NAME = re.compile(r"[A-Za-z0-9+\-]+")


@dataclass(frozen=True, slots=True)
class _Rule:
    standard: Abbreviation
    summer: Abbreviation | None
    dates: str  # of the change to summer time and back

    def footer(self, shift: int) -> str:
        """The rule as a TZif footer wants it, with all offsets less by `shift`."""
        assert self.summer is not None
        kinds = "".join(f"{_footer_name(kind.name)}{_footer_offset(kind.offset - shift)}" for kind in self.kinds())
        return f"{kinds},{self.dates}"

    def kinds(self) -> tuple[Abbreviation, ...]:
        return (self.standard,) if self.summer is None else (self.standard, self.summer)


def _rule_kinds(footer: str) -> tuple[Abbreviation, ...]:
    rule = _parse_posix(footer)
    return () if rule is None else rule.kinds()


def _west(text: str) -> int | None:
    """Seconds of a POSIX offset, positive to the west; None if out of bounds."""
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    if any(part > 59 for part in parts[1:]):
        return None
    seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    return (-seconds if text[0] == "-" else seconds) if parts[0] < _WEEK_HOURS else None


def _parse_posix(text: str) -> _Rule | None:
    match = _POSIX.fullmatch(text)
    if match is None:
        return None
    quoted, plain, offset, summer_quoted, summer_plain, summer_offset, dates = match.groups()
    west = _west(offset)
    if west is None:
        return None
    standard = Abbreviation(quoted or plain or "", -west, False)
    summer_name = summer_quoted or summer_plain
    if not summer_name:
        return None if summer_offset or dates is not None else _Rule(standard, None, "")
    summer_west = _west(summer_offset) if summer_offset else west - 3600
    dates = _DEFAULT_RULES if dates is None else dates
    if summer_west is None or not _POSIX_RULES.fullmatch(dates):
        return None
    return _Rule(standard, Abbreviation(summer_name, -summer_west, True), dates)


def _footer_name(name: str) -> str:
    return f"<{name}>" if _SAFE_NAME.fullmatch(name) else "<->"


def _footer_offset(east: int) -> str:
    minutes, second = divmod(abs(east), 60)
    return f"{'-' if east > 0 else ''}{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def _from_posix(name: str) -> Zone | None:
    """A zone made of one POSIX rule for all time: a TZif file with no changes and the rule as its footer."""
    rule = _parse_posix(name.upper())
    if rule is None:
        return None
    standard = rule.standard
    shift = standard.offset if any(abs(kind.offset) >= _DAY_SECONDS for kind in rule.kinds()) else 0
    if rule.summer is None:
        info: tzinfo = timezone(timedelta(seconds=standard.offset - shift), standard.name)
        return Zone(name.upper(), info, (), (standard,), (), shift)
    counts = _HEADER.pack(b"TZif", b"2", 0, 0, 0, 0, 1, 2)
    block = counts + struct.pack(">lBB", standard.offset - shift, 0, 0) + b"-\0"
    try:
        info = ZoneInfo.from_file(io.BytesIO(block + block + f"\n{rule.footer(shift)}\n".encode()), key=name.upper())
    except ValueError:
        return None
    return Zone(name.upper(), info, (), (standard,), rule.kinds(), shift)
