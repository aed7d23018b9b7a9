"""The arithmetic of the replication benchmark, and one short run of our side."""

from pathlib import Path

from benchmarks import replication
from benchmarks.replication import area, ask, at_once, backlog, busy_reader, pgquill


def test_late_is_the_area_under_what_was_not_seen() -> None:
    assert area([(10.0, True), (110.0, True)]) == 0
    assert area([(10.0, False), (110.0, True)]) == 30  # up to the middle between the first two delays
    half = [(10.0, True), (10.0, False), (110.0, True), (110.0, False)]
    assert area(half) == 15 + 50
    assert at_once(half) == 50


def test_standby_is_measured(tmp_path: Path) -> None:
    with pgquill(tmp_path) as pair:
        answers = ask(pair, 2, seed=1)
        assert len(answers) == 2 * len(replication.DELAYS_US)
        assert 0 <= at_once(answers) <= 100
        assert busy_reader(pair) > 0
        assert backlog(pair, 20) > 0
        assert pair.count() == 20
