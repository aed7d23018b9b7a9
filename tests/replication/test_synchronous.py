"""synchronous_standby_names: who counts, and how far they are. The meanings are those of PostgreSQL 18's manual."""

import pytest

from executor.settings.standby_names import parse_standby_names
from replication.synchronous import Positions, Rule, Standby, agreed, is_reached, priority, sync_states


def rule(text: str) -> Rule:
    found = parse_standby_names(text)
    assert found is not None
    return found


def standby(name: str, at: int, *, streaming: bool = True, applied: int | None = None) -> Standby:
    return Standby(name, streaming, at + 2, at + 1, at if applied is None else applied)


@pytest.mark.parametrize(("text", "name", "expected"), [
    ("a, b", "a", 1), ("a, b", "B", 2), ("a, b", "c", 0), ("*", "anyone", 1), ("a, *", "x", 2), ("ANY 2 (a, b, c)", "c", 1),
    ("ANY 1 (a)", "b", 0),
])
def test_priority_of_names_is_their_place(text: str, name: str, expected: int) -> None:
    assert priority(rule(text), name) == expected


def test_without_a_rule_everybody_is_async_and_nothing_waits() -> None:
    assert sync_states(None, [standby("a", 10)]) == [(0, "async")]
    assert is_reached(None, [], 100, "on")


def test_first_counts_the_earliest_names_that_are_connected() -> None:
    standbys = [standby("c", 30), standby("b", 20), standby("x", 99)]
    assert sync_states(rule("FIRST 1 (a, b, c)"), standbys) == [(3, "potential"), (2, "sync"), (0, "async")]
    assert agreed(rule("FIRST 1 (a, b, c)"), standbys) == Positions(22, 21, 20)


def test_first_waits_for_the_slowest_of_those_that_count() -> None:
    standbys = [standby("a", 50), standby("b", 20), standby("c", 30)]
    assert agreed(rule("FIRST 2 (a, b, c)"), standbys) == Positions(22, 21, 20)


def test_of_two_with_one_name_the_first_connected_counts() -> None:
    assert sync_states(rule("1 (a)"), [standby("a", 5), standby("a", 9)]) == [(1, "sync"), (1, "potential")]


def test_any_waits_for_the_fastest_that_are_enough() -> None:
    standbys = [standby("a", 10), standby("b", 30), standby("c", 20)]
    assert agreed(rule("ANY 1 (*)"), standbys) == Positions(32, 31, 30)
    assert agreed(rule("ANY 2 (a, b, c)"), standbys) == Positions(22, 21, 20)
    assert sync_states(rule("ANY 2 (a, b)"), standbys) == [(1, "quorum"), (1, "quorum"), (0, "async")]


def test_any_takes_each_position_by_itself() -> None:
    standbys = [standby("a", 10, applied=3), standby("b", 8, applied=7)]
    assert agreed(rule("ANY 1 (a, b)"), standbys) == Positions(12, 11, 7)


def test_too_few_standbys_agree_on_nothing() -> None:
    assert agreed(rule("2 (a, b)"), [standby("a", 10)]) is None
    assert agreed(rule("ANY 2 (a, b)"), [standby("a", 10), standby("x", 10)]) is None
    assert not is_reached(rule("a"), [], 1, "remote_write")


def test_who_catches_up_or_has_said_nothing_does_not_count() -> None:
    silent = Standby("a", True, 0, 0, 0)
    assert sync_states(rule("a"), [silent, standby("a", 5, streaming=False)]) == [(0, "async"), (1, "potential")]
    assert agreed(rule("a"), [silent, standby("a", 5, streaming=False)]) is None


@pytest.mark.parametrize(("level", "lsn", "expected"), [
    ("remote_write", 12, True), ("remote_write", 13, False), ("on", 11, True), ("on", 12, False), ("remote_apply", 10, True),
    ("remote_apply", 11, False),
])
def test_level_says_which_position_must_reach_the_commit(level: str, lsn: int, expected: bool) -> None:
    assert is_reached(rule("a"), [standby("a", 10)], lsn, level) is expected
