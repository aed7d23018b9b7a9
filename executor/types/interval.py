"""The type interval: its codec and its four output styles. See executor.types.spans for values and the stored form."""

import struct
from collections.abc import Callable
from functools import lru_cache

from executor.sqlstates import InvalidParameterValue
from executor.types import oids
from executor.types.base import Codec, Encoder, Env, Stored, misfit
from executor.types.datetime import MAX_PRECISION, round_micros, unpack
from executor.types.datetime_tokens import BadInput, input_error
from executor.types.instants import HOUR, MINUTE, MalformedStoredError
from executor.types.interval_input import ALL_FIELDS, FIELD_BITS, read_interval
from executor.types.spans import (
    INT64_MAX,
    INT64_MIN,
    Interval,
    compare_intervals,
    interval,
    interval_text,
    out_of_range,
    quotient,
    seconds_text,
    split_micros,
)

_FULL_PRECISION = 0xFFFF


def apply_typmod(value: Interval, typmod: int) -> Interval:
    """Zero the fields less than the type's least one and round the seconds (22008, or 22023 for a bad precision)."""
    if typmod < 0 or not value.finite:
        return value
    fields, precision = typmod >> 16 & ALL_FIELDS, typmod & _FULL_PRECISION
    if fields != ALL_FIELDS:
        value = _cut(value, fields)
    if precision == _FULL_PRECISION:
        return value
    if precision > MAX_PRECISION:
        raise InvalidParameterValue(f"interval({precision}) precision must be between 0 and {MAX_PRECISION}")
    micros = round_micros(value.micros, precision)
    if not INT64_MIN <= micros <= INT64_MAX:
        raise out_of_range()
    return Interval(value.months, value.days, micros)


def _cut(value: Interval, fields: int) -> Interval:
    months, days, micros = value
    if fields & FIELD_BITS["second"]:
        return value
    if fields & FIELD_BITS["minute"]:
        return Interval(months, days, quotient(micros, MINUTE) * MINUTE)
    if fields & FIELD_BITS["hour"]:
        return Interval(months, days, quotient(micros, HOUR) * HOUR)
    if fields & FIELD_BITS["day"]:
        return Interval(months, days, 0)
    return Interval(months if fields & FIELD_BITS["month"] else quotient(months, 12) * 12, 0, 0)


def parse_interval_value(text: str, typmod: int, env: Env) -> Interval:
    """Read an interval (22007, 22008, 22015)."""
    try:
        value = read_interval(text, ALL_FIELDS if typmod < 0 else typmod >> 16 & ALL_FIELDS, env)
    except BadInput as bad:
        raise input_error(bad, text, "interval") from None
    return apply_typmod(value, typmod)


def parse_interval(text: str, typmod: int, env: Env) -> str:
    """See Codec.parse."""
    return interval_text(parse_interval_value(text, typmod, env))


# --- output ----------------------------------------------------------------------------------------------------------


def _parts(value: Interval) -> tuple[int, int]:
    years = quotient(value.months, 12)
    return years, value.months - years * 12


def _print_postgres(value: Interval) -> str:
    years, months = _parts(value)
    words: list[str] = []
    after_negative = False  # a positive part behind a negative one shows its sign
    for number, unit in ((years, "year"), (months, "mon"), (value.days, "day")):
        if number:
            sign = "+" if after_negative and number > 0 else ""
            words.append(f"{sign}{number} {unit}{'' if number == 1 else 's'}")
            after_negative = number < 0
    if value.micros or not words:
        sign = "-" if value.micros < 0 else "+" if after_negative else ""
        hour, minute, second, fraction = split_micros(value.micros)
        words.append(f"{sign}{abs(hour):02d}:{abs(minute):02d}:{seconds_text(second, fraction, True)}")
    return " ".join(words)


def _print_verbose(value: Interval) -> str:
    years, months = _parts(value)
    hour, minute, second, fraction = split_micros(value.micros)
    words = ["@"]
    ago: bool | None = None  # the sign of the first part, which all others are shown relative to
    units = ((years, "year"), (months, "mon"), (value.days, "day"), (hour, "hour"), (minute, "min"))
    for number, unit in units:
        if number:
            ago = number < 0 if ago is None else ago
            shown = -number if ago else number
            words.append(f"{shown} {unit}{'' if shown == 1 else 's'}")
    if second or fraction:
        negative = value.micros < 0
        ago = negative if ago is None else ago
        sign = "-" if negative != ago else ""
        plural = "" if abs(second) == 1 and not fraction else "s"
        words.append(f"{sign}{seconds_text(second, fraction, False)} sec{plural}")
    if ago is None:
        return "@ 0"
    return " ".join(words) + (" ago" if ago else "")


def _print_standard(value: Interval) -> str:
    years, months = _parts(value)
    hour, minute, second, fraction = split_micros(value.micros)
    if not any(value):
        return "0"
    negative, positive = any(part < 0 for part in value), any(part > 0 for part in value)
    time = f"{abs(hour)}:{abs(minute):02d}:{seconds_text(second, fraction, True)}"
    if (negative and positive) or (value.months and (value.days or value.micros)):
        signs = ["-" if part < 0 else "+" for part in value]
        return f"{signs[0]}{abs(years)}-{abs(months)} {signs[1]}{abs(value.days)} {signs[2]}{time}"
    sign = "-" if negative else ""
    if value.months:
        return f"{sign}{abs(years)}-{abs(months)}"
    return f"{sign}{abs(value.days)} {time}" if value.days else sign + time


_STYLES: dict[str, Callable[[Interval], str]] = {
    "postgres": _print_postgres,
    "postgres_verbose": _print_verbose,
    "sql_standard": _print_standard,
    "iso_8601": interval_text,
}


def print_interval(value: Interval, style: str) -> str:
    """An interval in one of the four interval styles."""
    if not value.finite:
        return "infinity" if value.months > 0 else "-infinity"
    return _STYLES[style](value)


@lru_cache(maxsize=4096)
def _print_stored(text: str, style: str) -> bytes:
    return print_interval(interval(text), style).encode()


def interval_encoder(typmod: int, env: Env) -> Encoder:
    """See Codec.text_encoder."""
    style = env.interval_style

    def encode(value: Stored) -> bytes:
        if not isinstance(value, str):
            raise misfit("interval", value)
        try:
            return _print_stored(value, style)
        except MalformedStoredError:
            raise misfit("interval", value) from None

    return encode


_BINARY = struct.Struct(">qii")


def receive_interval(body: bytes, typmod: int, env: Env) -> str:
    """See Codec.receive."""
    micros, days, months = unpack(_BINARY, body)
    return interval_text(apply_typmod(Interval(months, days, micros), typmod))


def interval_binary_encoder(typmod: int, env: Env) -> Encoder:
    """See Codec.binary_encoder."""

    def encode(value: Stored) -> bytes:
        if not isinstance(value, str):
            raise misfit("interval", value)
        try:
            months, days, micros = interval(value)
        except MalformedStoredError:
            raise misfit("interval", value) from None
        return _BINARY.pack(micros, days, months)

    return encode


_FIELD_ORDER = ("year", "month", "day", "hour", "minute", "second")


def typmod_fields(typmod: int) -> str:
    """The fields of a restricted type, as in 'day to second'; '' if it has them all."""
    fields = typmod >> 16 & ALL_FIELDS
    if typmod < 0 or fields == ALL_FIELDS:
        return ""
    names = [name for name in _FIELD_ORDER if fields & FIELD_BITS[name]]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def declare_interval(typmod: int) -> str:
    """`interval TEXT`, `interval_day_to_second TEXT(3)`. The word "interval" holds "int", so SQLite gives the column
    INTEGER affinity; that changes no stored value, since none looks like a number."""
    fields = typmod_fields(typmod).replace(" ", "_")
    name = f"interval_{fields} TEXT" if fields else "interval TEXT"
    precision = typmod & _FULL_PRECISION
    return name if typmod < 0 or precision == _FULL_PRECISION else f"{name}({precision})"


CODECS = (
    Codec(
        oid=oids.INTERVAL,
        parse=parse_interval,
        text_encoder=interval_encoder,
        receive=receive_interval,
        binary_encoder=interval_binary_encoder,
        declare=declare_interval,
        collation="pg_interval",
        compare=compare_intervals,
    ),
)
