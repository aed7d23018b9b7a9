"""When the kernel is asked whether a client is still there."""

from typing import Any

import pytest
from trio.testing import MockClock

from pgwire.session import Interrupt
from pgwire.watch import WATCH_INTERVAL_S, Lateness, Watch


class Worker:
    """A session that works on one statement, and its link."""

    running = True
    statement_serial = 1

    def __init__(self, check_interval_s: float) -> None:
        self.check_interval_s = check_interval_s
        self.asked = 0
        self.interrupts: list[Interrupt] = []

    def peer_closed(self) -> bool:
        self.asked += 1
        return self.asked == 2

    def interrupt(self, interrupt: Interrupt) -> None:
        self.interrupts.append(interrupt)


@pytest.mark.trio
@pytest.mark.parametrize(("interval_s", "asked"), [(0.0, 9), (WATCH_INTERVAL_S * 2.5, 3), (1000.0, 0)])
async def test_client_is_asked_about_as_often_as_its_session_wants(
        mock_clock: MockClock, interval_s: float, asked: int) -> None:
    watch, worker = Watch(), Worker(interval_s)
    anything: Any = worker
    watch.add(anything, anything)
    for _ in range(10):
        watch._look()
        mock_clock.jump(WATCH_INTERVAL_S)
    assert worker.asked == asked
    assert worker.interrupts == [Interrupt.GONE] * (asked >= 2)


@pytest.mark.trio
async def test_client_of_short_statements_is_never_asked_about(mock_clock: MockClock) -> None:
    watch, worker = Watch(), Worker(0.0)
    anything: Any = worker
    watch.add(anything, anything)
    for _ in range(10):
        watch._look()
        worker.statement_serial += 1
        mock_clock.jump(WATCH_INTERVAL_S)
    assert worker.asked == 0


def test_lateness_keeps_last_largest_and_average() -> None:
    lateness = Lateness()
    assert lateness.average_s == 0
    for seconds in (0.1, 0.3, -0.1):
        lateness.note(seconds)
    assert (lateness.last_s, lateness.max_s, round(lateness.average_s, 6), lateness.looks) == (0, 0.3, 0.133333, 3)
