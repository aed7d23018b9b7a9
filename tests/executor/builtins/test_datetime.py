"""Date/time functions against calls recorded from PostgreSQL 18 by record_datetime.py, and what needs a clock."""

import json
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from executor.builtins import datetime as clock
from executor.builtins.base import PythonAggregate
from executor.builtins.datetime_arithmetic import age_of_today
from executor.builtins.registry import find
from executor.builtins.zones import timetz_at_local, timetz_at_zone
from executor.context import Context
from executor.errors import SqlError
from executor.facts import table
from executor.types.instants import UNIX_EPOCH, timestamp_micros
from executor.types.registry import codec
from executor.types.timezones import set_time_zone
from tests.executor.builtins.harness import Harness

GOLDENS: list[Any] = json.loads(Path(__file__).with_name("datetime_goldens.json").read_text())
OIDS = {name: oid for oid, name in table("pg_type").select("oid", "typname")}
BOOLEANS = {b"t": "true", b"f": "false"}


def by_signature() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for golden in GOLDENS:
        found.setdefault(golden[1], []).append(golden)
    return found


def context_in(zone: str, now: str = "2024-07-01 12:34:56.789") -> Context:
    context = Context("test", "tester")
    assert set_time_zone(context.env, zone)
    context.env.now_us = timestamp_micros(now) - UNIX_EPOCH
    context.transaction_ns = context.statement_ns = context.env.now_us * 1000
    return context


class Runner:
    """Runs the calls of one signature in one time zone."""

    def __init__(self, signature: str, result: int, zone: str) -> None:
        types = signature.removesuffix(")").partition("(")[2]
        self.types = [OIDS[name] for name in types.split(",")] if types else []
        self.result = result
        self.context = context_in(zone)
        self.harness = Harness(signature, tuple(self.types), result)
        self.harness.context = self.context

    def stored(self, text: str | None, oid: int) -> Any:
        return None if text is None else codec(oid).parse(text, -1, self.context.env)

    def shown(self, value: Any) -> str | None:
        if value is None:
            return None
        printed = codec(self.result).text_encoder(-1, self.context.env)(value)
        return BOOLEANS[printed] if self.result == OIDS["bool"] else printed.decode()

    def results(self, arguments: list[str | None]) -> list[Any]:
        """What each way to run the call gives, as text or as an error."""
        try:
            if self.harness.function.kind == "a":
                rows = [[self.stored(text, self.types[0])] for text in arguments]
                return [self.shown(value) for value in self.harness.aggregate(rows)]
            values = [self.stored(text, oid) for text, oid in zip(arguments, self.types, strict=True)]
            if self.harness.function.returns_set:
                return [[self.shown(row) for row in self.harness.rows(values)]]
            return [self.shown(value) for value in self.harness.scalar(values)]
        except SqlError as error:
            return [{"sqlstate": error.sqlstate, "message": error.message, "detail": error.detail, "hint": error.hint}]


@pytest.mark.parametrize("signature", by_signature())
def test_calls_give_postgresqls_results(signature: str) -> None:
    wrong = []
    runners: dict[str, Runner] = {}
    for zone, _, arguments, result, expected in by_signature()[signature]:
        if signature.startswith(("max", "min", "sum", "avg")):
            runners.clear()  # an aggregate's table is made once
        runner = runners.setdefault(zone, Runner(signature, result, zone))
        found = runner.results(arguments)
        if any(value != expected for value in found) or not found:
            wrong.append((zone, arguments, found, expected))
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("max(interval)", ["P1D", "P1M", "P30D", "PT1H", "P2D"]),
        ("min(interval)", ["P1M", "P30D", "P2M", "P1D", "PT24H"]),
        ("sum(interval)", ["P1D", "infinity", "P1M", "-infinity", "PT1H"]),
        ("avg(interval)", ["P1D", "P2D", "P6D", "infinity", "P1M"]),
        ("max(timetz)", ["10:00:00+00", "10:00:00-01", "09:00:00+00"]),
    ],
)
def test_window_frame_that_moves_gives_what_the_rows_in_it_give(name: str, values: list[str]) -> None:
    row = find(name)
    assert row is not None
    implementation = row.implementation
    assert isinstance(implementation, PythonAggregate)
    assert implementation.over is not None
    moving, frame = implementation.over(), deque[str]()
    for value in values:
        moving.step(value)
        frame.append(value)
        if len(frame) > 2:
            moving.inverse(frame.popleft())
        fresh = implementation.factory()
        for kept in frame:
            fresh.step(kept)
        assert outcome(moving.value) == outcome(fresh.final)


def outcome(call: Any) -> Any:
    try:
        return call()
    except SqlError as error:
        return error.sqlstate


def test_current_values_show_the_start_of_the_transaction_in_the_sessions_zone() -> None:
    context = context_in("America/New_York")
    assert clock.now(context) == "2024-07-01 12:34:56.789"
    assert clock.current_date(context) == "2024-07-01"
    assert clock.current_time(context) == "08:34:56.789-04"
    assert clock.current_time(context, 0) == "08:34:57-04"
    assert clock.current_timestamp(context, 1) == "2024-07-01 12:34:56.8"
    assert clock.localtime(context, 2) == "08:34:56.79"
    assert clock.localtimestamp(context) == "2024-07-01 08:34:56.789"


def test_current_date_near_midnight_is_the_sessions() -> None:
    assert clock.current_date(context_in("Asia/Tokyo", "2024-07-01 20:00:00")) == "2024-07-02"


def test_time_with_a_zone_takes_todays_offset() -> None:
    context = context_in("America/New_York")
    assert clock.timetz_of_time(context, "10:00:00") == "10:00:00-04"
    assert clock.timetz_of_time(context_in("America/New_York", "2024-01-01 00:00:00"), "10:00:00") == "10:00:00-05"
    assert timetz_at_zone(context, "Asia/Kolkata", "10:00:00+00") == "15:30:00+05:30"
    assert timetz_at_local(context, "10:00:00+00") == "06:00:00-04"


def test_age_of_one_argument_counts_from_midnight() -> None:
    assert age_of_today(context_in("UTC"), "2024-06-30 12:00:00") == "PT12H"
    assert age_of_today(context_in("UTC"), "2024-01-01 00:00:00") == "P6M"


def test_timeofday_is_in_the_style_of_the_c_library() -> None:
    words = clock.timeofday(context_in("UTC")).split()
    assert len(words) == 6
    assert words[-1] == "UTC"
    assert len(words[3]) == len("12:34:56.123456")
