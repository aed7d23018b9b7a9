import contextlib
import math

import pytest
import trio
import trio.testing

from storage.errors import Busy, LockTimeout
from storage.locks import LockManager, LockOwner
from storage.turn import Patience, Turn

pytestmark = pytest.mark.trio


class Writer:
    """A transaction, as far as the turn knows it."""

    def __init__(self, *, is_idle: bool = False, is_fixed: bool = False) -> None:
        self.owner = LockOwner()
        self.is_idle = is_idle
        self.is_fixed = is_fixed
        self.has_results = False
        self.parked = 0

    def park(self) -> None:
        self.parked += 1

    async def put_results_aside(self) -> None:
        self.has_results = False


async def test_turn_goes_to_waiters_in_the_order_they_came() -> None:
    turn = Turn(LockManager())
    holder = Writer()
    assert turn.take_nowait(holder)
    order: list[int] = []

    async def wait(number: int) -> None:
        writer = Writer()
        await turn.take(writer)
        order.append(number)
        turn.leave(writer)

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(wait, number)
            await trio.testing.wait_all_tasks_blocked()
        assert turn.waiting == 5
        turn.leave(holder)
        assert not turn.take_nowait(Writer())  # handed to the first waiter, not up for grabs
    assert order == [0, 1, 2, 3, 4]


async def test_idle_holder_is_parked_for_whoever_wants_the_turn() -> None:
    turn = Turn(LockManager())
    idle, other = Writer(is_idle=True), Writer()
    assert turn.take_nowait(idle)
    assert turn.take_nowait(other)
    assert idle.parked == 1
    assert turn.holder is other


async def test_holder_that_becomes_idle_is_parked_for_the_first_waiter() -> None:
    turn = Turn(LockManager())
    busy, other = Writer(), Writer()
    assert turn.take_nowait(busy)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(turn.take, other)
        await trio.testing.wait_all_tasks_blocked()
        assert turn.holder is busy
        busy.is_idle = True
        turn.pass_on()
    assert turn.holder is other


async def test_fixed_holder_keeps_its_turn_until_it_leaves() -> None:
    turn = Turn(LockManager())
    fixed, other = Writer(is_idle=True, is_fixed=True), Writer()
    assert turn.take_nowait(fixed)
    assert not turn.take_nowait(other)
    assert fixed.parked == 0


async def test_results_of_an_idle_holder_are_put_aside_before_it_is_parked() -> None:
    turn = Turn(LockManager())
    idle, other = Writer(is_idle=True), Writer()
    idle.has_results = True
    assert turn.take_nowait(idle)
    assert not turn.take_nowait(other)
    await turn.take(other)
    assert (idle.parked, turn.holder) == (1, other)


async def test_turn_not_had_in_time_is_a_timeout(autojump_clock: trio.testing.MockClock) -> None:
    turn = Turn(LockManager())
    assert turn.take_nowait(Writer())
    with pytest.raises(LockTimeout):
        await turn.take(Writer(), 5)
    assert turn.waiting == 0


async def test_search_for_a_deadlock_looks_at_each_waiter_once() -> None:
    locks = LockManager()
    turn = Turn(locks)
    assert turn.take_nowait(Writer())
    writers = [Writer() for _ in range(3000)]
    async with trio.open_nursery() as nursery:
        for writer in writers:
            nursery.start_soon(turn.take, writer)
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        looked_at = sum(len(list(locks.blockers(writer.owner))) for writer in writers)
        locks.refuse_deadlock(writers[-1].owner)
        nursery.cancel_scope.cancel()
    assert looked_at < 2 * len(writers)
    assert turn.waiting == 0


async def test_waiter_behind_one_that_gave_up_waits_for_those_before_it(autojump_clock: trio.testing.MockClock) -> None:
    locks = LockManager()
    turn = Turn(locks)
    holder, first, second, third = Writer(), Writer(), Writer(), Writer()
    assert turn.take_nowait(holder)
    async with trio.open_nursery() as nursery:
        for writer, timeout_s in ((first, math.inf), (second, 5), (third, math.inf)):
            nursery.start_soon(_take_or_give_up, turn, writer, timeout_s)
            await trio.testing.wait_all_tasks_blocked()
        assert set(locks.blockers(third.owner)) == {holder.owner, second.owner}
        await trio.sleep(6)
        assert set(locks.blockers(third.owner)) == {holder.owner, first.owner}
        turn.leave(holder)
        await trio.testing.wait_all_tasks_blocked()
        assert turn.holder is first
        turn.leave(first)
        await trio.testing.wait_all_tasks_blocked()
        assert turn.holder is third


async def _take_or_give_up(turn: Turn, writer: Writer, timeout_s: float) -> None:
    with contextlib.suppress(LockTimeout):
        await turn.take(writer, timeout_s)


async def test_cancelled_waiter_leaves_the_queue(autojump_clock: trio.testing.MockClock) -> None:
    turn = Turn(LockManager())
    holder = Writer()
    assert turn.take_nowait(holder)
    with trio.move_on_after(1):
        await turn.take(Writer(), math.inf)
    turn.leave(holder)
    assert turn.take_nowait(Writer())


async def test_patience_ends_after_its_time(autojump_clock: trio.testing.MockClock) -> None:
    started = trio.current_time()
    patience = Patience(2)

    async def wait_for_ever() -> None:
        while True:
            await patience.wait(Busy("busy"))

    with pytest.raises(LockTimeout):
        await wait_for_ever()
    assert trio.current_time() - started == pytest.approx(2)
