"""Dates, times and intervals against values recorded from PostgreSQL 18 by record_datetime.py, and their order."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import SqlError
from executor.types import datetime, oids
from executor.types.base import Env
from executor.types.instants import (
    DAY,
    END_DATE_DAYS,
    END_TIMESTAMP,
    INFINITY,
    MIN_DAYS,
    MIN_TIMESTAMP,
    NEG_INFINITY,
    UNIX_EPOCH,
    civil_from_days,
    date_days,
    date_text,
    days_from_civil,
    offset_seconds,
    offset_text,
    time_micros,
    time_text,
    timestamp_micros,
    timestamp_text,
)
from executor.types.registry import codec
from executor.types.timezones import set_time_zone

GOLDENS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("datetime_goldens.json").read_text())
KINDS = {1082: "date", 1083: "time", 1266: "timetz", 1114: "timestamp", 1184: "timestamptz", 1186: "interval"}
NOT_RECEIVED = {"2011-12-18 11:38ESTFOO24", "294276-12-31 23:59:59.999999"}
"""A zone of 24 hours, and a time rounded out of its range: PostgreSQL prints these but does not take them in binary."""


def env_of(golden: dict[str, Any]) -> Env:
    style, order, zone, interval_style = golden["settings"]
    env = Env(date_style=style, date_order=order, interval_style=interval_style,
              now_us=(timestamp_micros(golden["now"], zoned=True) - UNIX_EPOCH) if golden["now"] else 0)
    assert set_time_zone(env, zone)
    return env


def groups() -> list[Any]:
    return [
        pytest.param(golden, oid, id=f"{'-'.join(golden['settings'])}-{name}")
        for golden in GOLDENS
        for oid, name in KINDS.items()
    ]


@pytest.mark.parametrize(("golden", "oid"), groups())
def test_input_gives_postgresqls_value_or_error(golden: dict[str, Any], oid: int) -> None:
    env, kind, wrong = env_of(golden), codec(oid), []
    for row in golden["values"]:
        if row[0] != oid:
            continue
        _, typmod, text, *expected = row
        try:
            stored = kind.parse(text, typmod, env)
            binary = kind.binary_encoder(typmod, env)(stored)
            found: list[Any] = [kind.text_encoder(typmod, env)(stored).decode(), binary.hex()]
            if text not in NOT_RECEIVED:
                assert kind.receive(binary, -1, env) == stored, text
        except SqlError as error:
            found = [error.sqlstate, error.message, error.hint]
        if found != expected:
            wrong.append((text, typmod, found, expected))
    assert wrong == []


timestamps = st.one_of(
    st.integers(MIN_TIMESTAMP, END_TIMESTAMP - 1),
    st.integers(-10 * DAY, 10 * DAY),
    st.sampled_from(
        [INFINITY, NEG_INFINITY, MIN_TIMESTAMP, END_TIMESTAMP - 1, -730119 * DAY, -730119 * DAY - 1, 2921940 * DAY]
    ),
)
days = st.integers(MIN_DAYS, END_DATE_DAYS - 1)


@given(st.lists(timestamps, min_size=2, max_size=6))
def test_stored_timestamps_order_as_text_as_in_time(values: list[int]) -> None:
    texts = [timestamp_text(value) for value in sorted(values)]
    assert all(a <= b for a, b in pairwise(texts))
    assert [timestamp_micros(text) for text in texts] == sorted(values)


@given(days, days)
def test_stored_dates_order_as_text_as_in_time(first: int, second: int) -> None:
    assert (date_text(first) < date_text(second)) == (first < second)
    assert date_days(date_text(first)) == first


@given(days)
def test_calendar_there_and_back_is_the_same_day(value: int) -> None:
    assert days_from_civil(*civil_from_days(value)) == value


@given(st.integers(0, DAY), st.integers(0, DAY))
def test_stored_times_order_as_text(first: int, second: int) -> None:
    assert (time_text(first) < time_text(second)) == (first < second)
    assert time_micros(time_text(first)) == first


fragments = st.sampled_from(
    "0 1 12 99 2020 000000 99999999999 . - : / + @ T J P PT1 M D Y jan mon bc am pm est msk utc dst ago now day months "
    "infinity America/New_York EST5EDT,M3 <+03>-03 é 1-2 24:00:00 +05:30 -99 1e5".split(" ")
)


@given(st.lists(fragments, max_size=6), st.sampled_from(["", " ", "-"]), st.sampled_from(sorted(KINDS)))
def test_any_text_is_read_or_refused_as_input(pieces: list[str], glue: str, oid: int) -> None:
    env, kind = Env(now_us=1577836800_000000), codec(oid)
    try:
        stored = kind.parse(glue.join(pieces), -1, env)
    except SqlError as error:
        refusal = error.sqlstate
    else:
        refusal = "" if kind.text_encoder(-1, env)(stored) else "nothing printed"
    assert refusal in ("", "22007", "22008", "22009", "22015", "22023")


@given(st.integers(-86399, 86399))
def test_offset_text_there_and_back(seconds: int) -> None:
    assert offset_seconds(offset_text(seconds)) == seconds


@given(
    timestamps.filter(
        lambda value: value in (INFINITY, NEG_INFINITY) or MIN_TIMESTAMP + DAY < value < END_TIMESTAMP - DAY
    ),
    st.sampled_from(["ISO", "Postgres", "SQL", "German"]),
    st.sampled_from(["MDY", "DMY"]),
    st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Africa/Monrovia"]),
)
def test_printed_timestamptz_reads_back_the_same(value: int, style: str, order: str, zone: str) -> None:
    env = Env(date_style=style, date_order=order, now_us=1_577_836_800_000_000)
    env.date_order = "DMY" if style == "German" else order
    assert set_time_zone(env, "UTC" if style != "ISO" else zone)  # abbreviations are ambiguous
    kind = codec(oids.TIMESTAMPTZ)
    stored = timestamp_text(value)
    printed = kind.text_encoder(-1, env)(stored).decode()
    assert kind.parse(printed, -1, env) == stored


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        ("2020-01-31T04:05:06", "2020-01-31 04:05:06"),
        ("2020-01-31 04:05", "2020-01-31 04:05:00"),
        ("2020-01-31", "2020-01-31 00:00:00"),
        ("2020-01-31 04:05:06.500000", "2020-01-31 04:05:06.5"),
        ("2020-01-31 04:05:06.000000", "2020-01-31 04:05:06"),
        ("2020-01-31T04:05:06Z", "2020-01-31 04:05:06"),
        ("2020-01-31 04:05:06+00:00", "2020-01-31 04:05:06"),
    ],
)
def test_other_programs_spelling_prints_as_the_same_timestamp(stored: str, printed: str) -> None:
    assert codec(oids.TIMESTAMP).text_encoder(-1, Env())(stored) == printed.encode()
    assert codec(oids.TIMESTAMPTZ).text_encoder(-1, Env())(stored) == printed.encode() + b"+00"


@pytest.mark.parametrize("oid", KINDS)
@pytest.mark.parametrize(
    "stored",
    [
        1577836800,
        1.5,
        b"x",
        "x",
        "",
        "2020-13-01 00:00:00",
        "2020-02-30",
        "2020-01-01 25:00:00",
        "0000-01-01 00:00:00",
        "P",
        "2020-01-01 00:00:00+05",
        "２０２０-01-01",
    ],
)
def test_stored_value_of_no_date_or_time_is_an_error(oid: int, stored: Any) -> None:
    if oid == oids.TIMESTAMPTZ and stored == "2020-01-01 00:00:00+05":
        return
    for encoder in (codec(oid).text_encoder(-1, Env()), codec(oid).binary_encoder(-1, Env())):
        with pytest.raises(SqlError):
            encoder(stored)


@pytest.mark.parametrize(
    ("oid", "typmod", "declared"),
    [
        (oids.DATE, -1, "date TEXT"),
        (oids.TIMESTAMPTZ, 3, "timestamptz TEXT(3)"),
        (oids.INTERVAL, -1, "interval TEXT"),
        (oids.INTERVAL, 470286337, "interval_day_to_second TEXT(1)"),
        (oids.INTERVAL, 327679, "interval_year TEXT"),
    ],
)
def test_declared_type_carries_the_modifier(oid: int, typmod: int, declared: str) -> None:
    assert codec(oid).declare(typmod) == declared


def test_timetz_compares_by_instant_then_zone() -> None:
    ordered = ["00:00:00+10", "00:00:00+05:30", "12:00:00+00", "11:00:00-01", "24:00:00-12"]
    assert all(datetime.compare_timetz(a, b) < 0 for a, b in pairwise(ordered))
    assert datetime.compare_timetz("01:00:00+01", "01:00:00+01") == 0


def test_interval_compares_by_month_of_30_days() -> None:
    kind = codec(oids.INTERVAL)
    assert kind.compare is not None
    assert kind.compare("P1M", "P30D") == 0
    assert kind.compare("P1D", "PT24H") == 0
    assert kind.compare("P1M", "P30DT0.000001S") < 0
    assert kind.compare("infinity", "P178000000Y") > 0
    assert kind.compare("-infinity", "P-178000000Y") < 0
