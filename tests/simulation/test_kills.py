"""What a killed server had acknowledged is there, and nothing is half there.

The full run: python -m pytest -m full tests/simulation/test_kills.py, or python -m tests.simulation kills.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.pgquill_server import needs_engine
from tests.simulation.fleet import Found, Notes, State, complaints
from tests.simulation.kills import Pgquill, PostgreSQL, integrity, kill_again_and_again


def survive(path: Path, kills: int, seed: int) -> None:
    victim = Pgquill(path)
    try:
        assert kill_again_and_again(victim, kills, seed) == []
    finally:
        if victim.server.process.running:
            victim.server.stop()
    assert integrity(path) == []


@needs_engine
def test_acknowledged_work_survives_three_kills(tmp_path: Path) -> None:
    survive(tmp_path / "fleet.db", kills=3, seed=4)


@needs_engine
@pytest.mark.full
def test_acknowledged_work_survives_fifty_kills(tmp_path: Path) -> None:
    survive(tmp_path / "fleet.db", kills=50, seed=50)


@pytest.mark.full
def test_postgresql_survives_ten_kills() -> None:
    victim = PostgreSQL()
    try:
        assert kill_again_and_again(victim, 10, seed=10) == []
    finally:
        victim.server.stop()


@pytest.mark.parametrize(("work", "found", "complaint"), [
    ({("pair", 1): State.WHOLE}, {}, "pair 1 was acknowledged and is gone"),
    ({("pair", 1): State.EITHER}, {("pair", 1): 1}, "pair 1 is half there: 1 of 2"),
    ({("copy", 1): State.EITHER}, {("copy", 1): 19}, "copy 1 is half there: 19 of 20"),
    ({("transfer", 1): State.ABSENT}, {("transfer", 1): 2}, "transfer 1 was rolled back or deleted and is there"),
    ({}, {("table", 1): 0}, "table 1 is there without its row"),
    ({("pair", 1): State.EITHER}, {("pair", 1): 2}, None),
    ({("pair", 1): State.EITHER}, {}, None),
])
def test_planted_damage_is_found(
    work: dict[tuple[str, int], State], found: dict[tuple[str, int], int], complaint: str | None
) -> None:
    state = Found(Counter(found), {}, {}, {}, {}, {})
    assert complaints(Notes(work=work), state) == ([complaint] if complaint else [])


def test_planted_wrong_balance_and_counter_are_found() -> None:
    state = Found(Counter({("transfer", 1): 2}), {3: 4}, {0: -5}, {0: 0}, {1: (0, 5)}, {1: (0, 5)})
    notes = Notes(work={("transfer", 1): State.WHOLE}, counted={3: (5, 1)})
    assert complaints(notes, state) == ["counter 3 is 4, acknowledged 5, under way 1", "savings 0 holds 0, its transfers say 5"]
