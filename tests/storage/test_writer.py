import math

import pytest
import trio
import trio.testing

from storage.errors import Busy, LockTimeout
from storage.writer import Patience, WriteLock

pytestmark = pytest.mark.trio


async def test_lock_goes_to_waiters_in_the_order_they_came() -> None:
    lock = WriteLock()
    assert lock.acquire_nowait()
    order: list[int] = []

    async def wait(number: int) -> None:
        await lock.acquire(math.inf)
        order.append(number)
        lock.release()

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(wait, number)
            await trio.testing.wait_all_tasks_blocked()
        assert lock.waiting == 5
        lock.release()
        assert not lock.acquire_nowait()  # handed to the first waiter, not up for grabs
    assert order == [0, 1, 2, 3, 4]


async def test_lock_not_had_in_time_is_a_timeout(autojump_clock: trio.testing.MockClock) -> None:
    lock = WriteLock()
    assert lock.acquire_nowait()
    with pytest.raises(LockTimeout):
        await lock.acquire(5)
    assert lock.waiting == 0


async def test_cancelled_waiter_leaves_the_queue(autojump_clock: trio.testing.MockClock) -> None:
    lock = WriteLock()
    assert lock.acquire_nowait()
    with trio.move_on_after(1):
        await lock.acquire(math.inf)
    lock.release()
    assert lock.acquire_nowait()


async def test_patience_ends_after_its_time(autojump_clock: trio.testing.MockClock) -> None:
    started = trio.current_time()
    patience = Patience(2)

    async def wait_for_ever() -> None:
        while True:
            await patience.wait(Busy("busy"))

    with pytest.raises(LockTimeout):
        await wait_for_ever()
    assert trio.current_time() - started == pytest.approx(2)
