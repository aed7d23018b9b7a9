"""Time zones: names, POSIX rules and offsets; expectations from PostgreSQL 18."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from executor.types.base import Env
from executor.types.instants import timestamp_micros
from executor.types.timezones import UTC_ZONE, find_zone, offset_zone, set_time_zone, zone_names, zone_of


def offset_at(name: str, stored: str) -> int:
    zone = find_zone(name)
    assert zone is not None
    return zone.offset_at(timestamp_micros(stored))


def offset_of_local(name: str, stored: str) -> int:
    zone = find_zone(name)
    assert zone is not None
    return zone.offset_of_local(timestamp_micros(stored))


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("america/new_york", "America/New_York"),
        ("utc", "UTC"),
        ("est7foo", "EST7FOO"),
        ("<+03>-03", "<+03>-03"),
        ("Etc/UTC", "Etc/UTC"),
    ],
)
def test_name_in_any_case_is_found_with_its_canonical_name(name: str, canonical: str) -> None:
    zone = find_zone(name)
    assert zone is not None
    assert zone.name == canonical


@pytest.mark.parametrize(
    "name",
    [
        "",
        "foo",
        "nowhere/land",
        "posixrules",
        "posix/UTC",
        "right/UTC",
        "../etc/passwd",
        "zone.tab",
        "tzdata.zi",
        "EST5EDT,",
        "EST5EDT,M3",
        "EST200",
        "EST5:60",
        "America/",
        "/America/New_York",
        "a\0b",
    ],
)
def test_unknown_name_is_not_found(name: str) -> None:
    assert find_zone(name) is None


@pytest.mark.parametrize(
    ("name", "stored", "offset"),
    [
        ("America/New_York", "1850-07-01 00:00:00", -17762),
        ("America/New_York", "2024-07-01 00:00:00", -14400),
        ("America/New_York", ":0012345-07-01 00:00:00", -14400),
        ("America/New_York", ":0294276-12-31 00:00:00", -18000),
        ("America/New_York", "/99955-07-01 00:00:00", -17762),
        ("UTC+3", "2024-01-01 00:00:00", -10800),
        ("FOO+100", "2024-01-01 00:00:00", -360000),
        ("EST7FOO", "2024-07-01 00:00:00", -21600),
        ("EST7FOO", "/99955-07-01 00:00:00", -21600),
        ("PST8PDT,M4.1.0,M10.5.0", "2024-03-20 00:00:00", -28800),
        ("+3", "2024-01-01 00:00:00", -10800),
    ],
)
def test_offset_at_instant(name: str, stored: str, offset: int) -> None:
    assert offset_at(name, stored) == offset


@pytest.mark.parametrize(
    ("name", "stored", "offset"),
    [
        ("America/New_York", "2024-03-10 02:30:00", -18000),  # does not exist: the offset before the change
        ("America/New_York", "2024-11-03 01:30:00", -18000),  # happens twice: the offset after the change
        ("Europe/Moscow", "2014-10-26 01:30:00", 10800),
        ("Australia/Lord_Howe", "2024-04-07 01:45:00", 37800),
    ],
)
def test_offset_of_ambiguous_or_missing_local_time(name: str, stored: str, offset: int) -> None:
    assert offset_of_local(name, stored) == offset


def test_abbreviation_means_what_it_meant_at_the_time() -> None:
    zone = find_zone("Europe/Moscow")
    assert zone is not None
    assert [kind.offset for kind in zone.meanings("msk")] != []
    summer_2011, summer_2000 = (timestamp_micros(f"{year}-07-01 00:00:00") for year in (2011, 2000))
    assert zone.meaning_near("MSK", summer_2011).offset == 14400  # type: ignore[union-attr]
    assert zone.meaning_near("MSK", summer_2000).offset == 10800  # type: ignore[union-attr]
    assert zone.meaning_near("XXX", summer_2000) is None


@pytest.mark.parametrize(("name", "is_utc"), [("UTC", True), ("GMT", True), ("<+01>-01", False), ("Europe/London", False),
                                              ("EST5EDT", False)])
def test_zone_that_is_surely_utc(name: str, is_utc: bool) -> None:
    zone = find_zone(name)
    assert zone is not None
    assert zone.is_utc == is_utc


def test_session_zone_is_set_with_its_name() -> None:
    env = Env()
    assert zone_of(env) is UTC_ZONE
    assert set_time_zone(env, "asia/kolkata")
    assert (env.timezone_name, zone_of(env).fixed_offset()) == ("Asia/Kolkata", None)
    assert isinstance(env.timezone, ZoneInfo)
    assert not set_time_zone(env, "nowhere")
    assert env.timezone_name == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("offset", "name"),
    [(19800, "<+05:30>-05:30"), (-30600, "<-08:30>+08:30"), (0, "<+00>-00"), (3661, "<+01:01:01>-01:01:01")],
)
def test_zone_of_a_number_has_the_name_postgresql_gives_it(offset: int, name: str) -> None:
    zone = offset_zone(offset)
    assert zone.name == name
    assert zone.info.utcoffset(None) == timedelta(seconds=offset)
    assert zone.fixed_offset() == offset


def test_zone_names_are_those_of_the_database() -> None:
    names = zone_names()
    assert {"UTC", "America/New_York", "Asia/Kolkata"} <= {*names}
    assert not any(name.startswith(("posix/", "right/")) for name in names)
