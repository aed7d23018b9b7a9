"""The types date, time, timetz, timestamp and timestamptz.

Stored forms are described in executor.types.instants. Reading tries the canonical ISO form first and PostgreSQL's
full reader (executor.types.datetime_input) otherwise; printing in DateStyle ISO is the stored text wherever that is
already what PostgreSQL prints.

Columns written by other SQLite programs may hold other spellings of the same instant (a 'T', no seconds, only a date,
fractions with trailing zeros, a zone). They are printed in canonical form; what is no date or time at all is 22P02.
"""

import re
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from executor.errors import SqlError
from executor.sqlstates import (
    DatetimeFieldOverflow,
    InvalidParameterValue,
    InvalidTimeZoneDisplacementValue,
)
from executor.types import oids
from executor.types.base import Codec, Encoder, Env, Stored, binary_length, misfit
from executor.types.datetime_input import read_datetime, read_time
from executor.types.datetime_output import print_date, print_timestamp
from executor.types.datetime_parts import Parts
from executor.types.datetime_tokens import BadInput, input_error
from executor.types.instants import (
    DATE_INFINITY,
    DATE_NEG_INFINITY,
    DAY,
    HOUR,
    INFINITY,
    NEG_INFINITY,
    SECOND,
    UNIX_EPOCH,
    MalformedStoredError,
    date_days,
    date_in_range,
    date_text,
    offset_text,
    time_micros,
    time_text,
    timestamp_in_range,
    timestamp_micros,
    timestamp_text,
    timetz_parts,
    timetz_text,
)
from executor.types.timezones import Zone, zone_of

MAX_PRECISION = 6


def out_of_range(type_name: str, text: str | None = None) -> SqlError:
    """22008: the value exists but its type cannot hold it."""
    shown = "" if text is None else f': "{text}"'
    return DatetimeFieldOverflow(f"{type_name} out of range{shown}")


def round_micros(micros: int, precision: int) -> int:
    """Round to `precision` digits of a second, halves away from zero; -1 leaves the value as it is."""
    if not 0 <= precision < MAX_PRECISION:
        return micros
    unit: int = 10 ** (MAX_PRECISION - precision)
    rounded = (abs(micros) + unit // 2) // unit * unit
    return rounded if micros >= 0 else -rounded


def round_timestamp(micros: int, precision: int, type_name: str = "timestamp") -> int:
    """The same for a timestamp, which may be infinite. Raises 22023 for a precision PostgreSQL does not have."""
    if micros in (INFINITY, NEG_INFINITY):
        return micros
    if precision > MAX_PRECISION or precision < -1:
        raise InvalidParameterValue(f"{type_name}({precision}) precision must be between 0 and {MAX_PRECISION}")
    return round_micros(micros, precision)


# --- input -----------------------------------------------------------------------------------------------------------

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SIGNS = frozenset("+-")
_OFFSET = re.compile(r"(?:0[0-9]|1[0-5])(?::[0-5][0-9])?")
_CANONICAL_TIMESTAMP = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8]) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{0,5}[1-9])?"
)
"""A stored timestamp that is surely printed as it stands; the last days of a month take the slower way."""
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")


def _read(reader: Callable[[str, Env], Parts], text: str, env: Env, type_name: str) -> Parts:
    try:
        return reader(text, env)
    except BadInput as bad:
        raise input_error(bad, text, type_name) from None


def parse_date(text: str, typmod: int, env: Env) -> str:
    """Read a date."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            pass  # the full reader knows the right message
    parts = _read(read_datetime, text, env, "date")
    if parts.special in ("infinity", "-infinity"):
        return parts.special
    if not parts.valid_julian() or not date_in_range(parts.days()):
        raise out_of_range("date", text)
    return date_text(parts.days())


def _micros(text: str, env: Env, type_name: str, zoned: bool) -> int:
    parts = _read(read_datetime, text, env, type_name)
    if parts.special:
        return {"epoch": UNIX_EPOCH, "infinity": INFINITY, "-infinity": NEG_INFINITY}[parts.special]
    micros = parts.time() - (parts.offset * SECOND if zoned else 0)
    micros += parts.days() * DAY if parts.valid_julian() else INFINITY
    if not timestamp_in_range(micros):
        raise out_of_range("timestamp", text)
    return micros


def parse_timestamp(text: str, typmod: int, env: Env) -> str:
    """Read a timestamp; a zone in the text is checked and ignored, as in PostgreSQL."""
    if _is_canonical(text) and not 0 <= typmod < MAX_PRECISION:
        return text
    return timestamp_text(round_timestamp(_micros(text, env, "timestamp", False), typmod))


def parse_timestamptz(text: str, typmod: int, env: Env) -> str:
    """Read a timestamptz; a text without a zone is in the session's."""
    body, sign, offset = text, "", ""
    if text[-3:-2] in _SIGNS:
        body, sign, offset = text[:-3], text[-3], text[-2:]
    elif text[-6:-5] in _SIGNS:
        body, sign, offset = text[:-6], text[-6], text[-5:]
    if _is_canonical(body) and (not offset or _OFFSET.fullmatch(offset)):
        micros = timestamp_micros(body)
        if sign:
            east = int(offset[:2]) * 3600 + int(offset[3:] or 0) * 60
            micros -= (east if sign == "+" else -east) * SECOND
        elif env.timezone is not UTC:
            micros -= zone_of(env).offset_of_local(micros) * SECOND
    else:
        micros = _micros(text, env, "timestamp with time zone", True)
    return timestamp_text(round_timestamp(micros, typmod))


def _is_canonical(text: str) -> bool:
    """Whether a text surely is a timestamp as PostgreSQL prints it, of the years that need no other care."""
    return _CANONICAL_TIMESTAMP.fullmatch(text) is not None and "0001-02" < text < "9999-12"


def parse_time(text: str, typmod: int, env: Env) -> str:
    """Read a time; a zone in the text is checked and ignored, as in PostgreSQL."""
    if _TIME.fullmatch(text):
        return text
    return time_text(round_micros(_read(read_time, text, env, "time").time(), typmod))


def parse_timetz(text: str, typmod: int, env: Env) -> str:
    """Read a timetz; a text without a zone takes the session's offset of today (or of the date in the text)."""
    parts = _read(read_time, text, env, "time with time zone")
    return timetz_text(round_micros(parts.time(), typmod), parts.offset)


# --- text output -----------------------------------------------------------------------------------------------------


def _guarded(print_value: Callable[[str], str], type_name: str) -> Encoder:
    """An encoder that turns a stored value that is none into a clear error."""

    def encode(value: Stored) -> bytes:
        if not isinstance(value, str):
            raise misfit(type_name, value)
        try:
            return print_value(value).encode()
        except MalformedStoredError:
            raise misfit(type_name, value) from None

    return encode


@lru_cache(maxsize=16384)
def _iso_date(value: Stored) -> bytes:
    """Dates repeat a lot, so the check that the stored text is one is made once for each."""
    return _guarded(lambda text: print_date(date_days(text), _ISO), "date")(value)


_ISO = Env()
_CANONICAL_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{0,5}[1-9])?")


def date_encoder(typmod: int, env: Env) -> Encoder:
    """See Codec.text_encoder."""
    if env.date_style == "ISO":
        return _iso_date
    return _guarded(lambda text: print_date(date_days(text), env), "date")


def timestamp_encoder(typmod: int, env: Env) -> Encoder:
    """See Codec.text_encoder."""
    slow = _guarded(lambda text: print_timestamp(timestamp_micros(text), env), "timestamp")
    if env.date_style != "ISO":
        return slow
    canonical = _CANONICAL_TIMESTAMP.fullmatch

    def encode(value: Stored) -> bytes:
        if type(value) is str and canonical(value) and value >= "0001":
            return value.encode()
        return slow(value)

    return encode


def timestamptz_encoder(typmod: int, env: Env) -> Encoder:
    """See Codec.text_encoder. The session's zone is the one of `env` at the time of this call."""
    zone = zone_of(env)
    info = zone.info
    slow = _guarded(
        lambda text: print_timestamp(timestamp_micros(text, zoned=True), env, zone), "timestamp with time zone"
    )
    if env.date_style != "ISO" or zone.shift:
        return slow
    canonical = _CANONICAL_TIMESTAMP.fullmatch

    def encode_utc(value: Stored) -> bytes:
        if type(value) is str and canonical(value) and value >= "0001":
            return f"{value}+00".encode()
        return slow(value)

    hours: dict[str, _Hour | None] = {}  # by date and hour in UTC

    def encode(value: Stored) -> bytes:
        if type(value) is not str or not canonical(value) or not "0001-02" < value < "9999-12":
            return slow(value)
        hour = value[:13]
        if hour not in hours:
            if len(hours) > _CACHED_HOURS:
                hours.clear()
            hours[hour] = _hour_there(hour, zone)
        there = hours[hour]
        if there is None:
            return slow(value)
        if there.text:
            return f"{there.text}{value[13:]}{there.suffix}".encode()
        shown = (datetime.fromisoformat(value[:19]) + there.offset).isoformat(" ")
        return f"{shown}{value[19:]}{there.suffix}".encode()

    constant = isinstance(info, timezone) and zone.offset_at(0) == 0
    return encode_utc if constant else encode


_CACHED_HOURS = 10_000


class _Hour(NamedTuple):
    """An hour of UTC in a zone that does not change its offset meanwhile."""

    text: str  # the same hour there, "2020-01-31 04"; '' if the zone is not whole hours away
    offset: timedelta
    suffix: str  # the offset as it is printed


def _hour_there(hour: str, zone: Zone) -> _Hour | None:
    """What is known of "2020-01-31 04" in a zone; None if its offset changes within this hour."""
    start = timestamp_micros(f"{hour}:00:00")
    offset = zone.offset_at(start)
    if zone.offset_at(start + HOUR - 1) != offset:
        return None
    text = "" if offset % 3600 else timestamp_text(start + offset * SECOND)[:13]
    return _Hour(text, timedelta(seconds=offset), offset_text(offset))


def time_encoder(typmod: int, env: Env) -> Encoder:
    """See Codec.text_encoder."""
    slow = _guarded(lambda text: time_text(time_micros(text)), "time")
    canonical = _CANONICAL_TIME.fullmatch

    def encode(value: Stored) -> bytes:
        return value.encode() if type(value) is str and canonical(value) else slow(value)

    return encode


def timetz_encoder(typmod: int, env: Env) -> Encoder:
    """See Codec.text_encoder."""
    return _guarded(lambda text: timetz_text(*timetz_parts(text)), "time with time zone")


# --- binary ----------------------------------------------------------------------------------------------------------

_INT32, _INT64, _TIMETZ = struct.Struct(">i"), struct.Struct(">q"), struct.Struct(">qi")
_MAX_OFFSET = 16 * 3600


def unpack(form: struct.Struct, body: bytes) -> tuple[int, ...]:
    """The integers of a binary value. Raises 08P01 if it is too short, 22P03 if too long, as PostgreSQL does."""
    return form.unpack(binary_length(body, form.size))


def receive_date(body: bytes, typmod: int, env: Env) -> str:
    """See Codec.receive."""
    (days,) = unpack(_INT32, body)
    if days not in (DATE_INFINITY, DATE_NEG_INFINITY) and not date_in_range(days):
        raise out_of_range("date")
    return date_text(days)


def receive_timestamp(body: bytes, typmod: int, env: Env) -> str:
    """See Codec.receive."""
    (micros,) = unpack(_INT64, body)
    if micros not in (INFINITY, NEG_INFINITY) and not timestamp_in_range(micros):
        raise out_of_range("timestamp")
    return timestamp_text(round_timestamp(micros, typmod))


def receive_time(body: bytes, typmod: int, env: Env) -> str:
    """See Codec.receive."""
    (micros,) = unpack(_INT64, body)
    if not 0 <= micros <= DAY:
        raise out_of_range("time")
    return time_text(round_micros(micros, typmod))


def receive_timetz(body: bytes, typmod: int, env: Env) -> str:
    """See Codec.receive."""
    micros, west = unpack(_TIMETZ, body)
    if not 0 <= micros <= DAY:
        raise out_of_range("time")
    if not -_MAX_OFFSET < west < _MAX_OFFSET:
        raise InvalidTimeZoneDisplacementValue("time zone displacement out of range")
    return timetz_text(round_micros(micros, typmod), -west)


def _binary(pack: Callable[[str], bytes], type_name: str) -> Callable[[int, Env], Encoder]:
    def encode(value: Stored) -> bytes:
        if not isinstance(value, str):
            raise misfit(type_name, value)
        try:
            return pack(value)
        except MalformedStoredError:
            raise misfit(type_name, value) from None

    return lambda typmod, env: encode


def _pack_timetz(text: str) -> bytes:
    micros, offset = timetz_parts(text)
    return _TIMETZ.pack(micros, -offset)


# --- the table -------------------------------------------------------------------------------------------------------


def compare_timetz(left: str, right: str) -> int:
    """PostgreSQL's order: by the instant in UTC, equal instants from east to west."""
    (left_time, left_offset), (right_time, right_offset) = timetz_parts(left), timetz_parts(right)
    left_key = (left_time - left_offset * SECOND, -left_offset)
    right_key = (right_time - right_offset * SECOND, -right_offset)
    return (left_key > right_key) - (left_key < right_key)


def _declare(name: str) -> Callable[[int], str]:
    return lambda typmod: f"{name} TEXT" if typmod < 0 else f"{name} TEXT({typmod})"


CODECS = (
    Codec(
        oid=oids.DATE,
        parse=parse_date,
        text_encoder=date_encoder,
        receive=receive_date,
        binary_encoder=_binary(lambda text: _INT32.pack(date_days(text)), "date"),
        declare=_declare("date"),
    ),
    Codec(
        oid=oids.TIME,
        parse=parse_time,
        text_encoder=time_encoder,
        receive=receive_time,
        binary_encoder=_binary(lambda text: _INT64.pack(time_micros(text)), "time"),
        declare=_declare("time"),
    ),
    Codec(
        oid=oids.TIMETZ,
        parse=parse_timetz,
        text_encoder=timetz_encoder,
        receive=receive_timetz,
        binary_encoder=_binary(_pack_timetz, "time with time zone"),
        declare=_declare("timetz"),
        collation="pg_timetz",
        compare=compare_timetz,
    ),
    Codec(
        oid=oids.TIMESTAMP,
        parse=parse_timestamp,
        text_encoder=timestamp_encoder,
        receive=receive_timestamp,
        binary_encoder=_binary(lambda text: _INT64.pack(timestamp_micros(text)), "timestamp"),
        declare=_declare("timestamp"),
    ),
    Codec(
        oid=oids.TIMESTAMPTZ,
        parse=parse_timestamptz,
        text_encoder=timestamptz_encoder,
        receive=receive_timestamp,
        binary_encoder=_binary(
            lambda text: _INT64.pack(timestamp_micros(text, zoned=True)), "timestamp with time zone"
        ),
        declare=_declare("timestamptz"),
    ),
)
