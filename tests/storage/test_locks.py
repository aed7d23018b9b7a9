import pytest
import trio
import trio.testing

from storage.errors import Deadlock, LockTimeout
from storage.locks import ADVISORY, LockManager, LockOwner, Mode, Request

pytestmark = pytest.mark.trio

A, B = ("table", 1), ("table", 2)
TABLE_MODES = [mode for mode in Mode if mode <= Mode.ACCESS_EXCLUSIVE]
ROW_MODES = [mode for mode in Mode if mode > Mode.ACCESS_EXCLUSIVE]
# Rows and columns in the order of the modes; X for a conflict. Source: explicit-locking.html, tables 13.2 and 13.3.
TABLES = """
.......X
......XX
....XXXX
...XXXXX
..XX.XXX
..XXXXXX
.XXXXXXX
XXXXXXXX
"""
ROWS = """
...X
..XX
.XXX
XXXX
"""


@pytest.mark.parametrize(("modes", "text"), [(TABLE_MODES, TABLES), (ROW_MODES, ROWS)])
async def test_modes_stand_against_each_other_as_in_postgresql(modes: list[Mode], text: str) -> None:
    found = ""
    for held in modes:
        for wanted in modes:
            locks = LockManager()
            assert locks.take(LockOwner(), Request(A, held))
            found += "." if locks.take(LockOwner(), Request(A, wanted)) else "X"
        found += "\n"
    assert found == text.lstrip()


async def test_owner_is_never_in_its_own_way() -> None:
    locks, one = LockManager(), LockOwner()
    assert all(locks.take(one, Request(A, mode)) for mode in (*TABLE_MODES, *reversed(TABLE_MODES)))
    locks.release_since(one)
    assert locks.rows() == []


async def test_back_to_a_savepoint_only_what_came_after_it_is_given_back() -> None:
    locks, one, other = LockManager(), LockOwner(), LockOwner()
    locks.take(one, Request(A, Mode.SHARE))
    mark = len(one.taken)
    locks.take(one, Request(A, Mode.EXCLUSIVE))
    locks.take(one, Request(B, Mode.EXCLUSIVE))
    locks.release_since(one, mark)
    assert locks.take(other, Request(B, Mode.EXCLUSIVE))
    assert locks.take(other, Request(A, Mode.SHARE))
    assert not locks.take(other, Request(A, Mode.EXCLUSIVE))


async def test_lock_of_the_session_is_counted_and_outlives_the_transaction() -> None:
    locks, one, other = LockManager(), LockOwner(), LockOwner()
    key = (ADVISORY, 0, 1, 1)
    request = Request(key, Mode.EXCLUSIVE, session=True)
    assert locks.take(one, request)
    assert locks.take(one, request)
    assert locks.take(one, Request(key, Mode.EXCLUSIVE))
    locks.release_since(one)
    assert locks.release(one, request)
    assert not locks.take(other, request)
    assert locks.release(one, request)
    assert not locks.release(one, request)
    assert locks.take(other, request)


async def wait_in_turn(locks: LockManager, owner: LockOwner, mode: Mode, order: list[LockOwner]) -> None:
    await locks.acquire(owner, Request(A, mode))
    order.append(owner)


async def test_newcomer_does_not_overtake_a_waiter_it_would_keep_waiting() -> None:
    locks, holder, exclusive, newcomer = LockManager(), LockOwner(), LockOwner(), LockOwner()
    locks.take(holder, Request(A, Mode.ACCESS_SHARE))
    order: list[LockOwner] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_in_turn, locks, exclusive, Mode.ACCESS_EXCLUSIVE, order)
        await trio.testing.wait_all_tasks_blocked()
        assert not locks.take(newcomer, Request(A, Mode.ACCESS_SHARE))
        nursery.start_soon(wait_in_turn, locks, newcomer, Mode.ACCESS_SHARE, order)
        await trio.testing.wait_all_tasks_blocked()
        locks.release_since(holder)
        await trio.testing.wait_all_tasks_blocked()
        assert order == [exclusive]
        locks.release_since(exclusive)
    assert order == [exclusive, newcomer]


async def test_timeout_and_cancellation_leave_no_trace(autojump_clock: trio.testing.MockClock) -> None:
    locks, holder, waiter = LockManager(), LockOwner(), LockOwner()
    locks.take(holder, Request(A, Mode.EXCLUSIVE))
    with pytest.raises(LockTimeout):
        await locks.acquire(waiter, Request(A, Mode.EXCLUSIVE), timeout_s=5)
    with trio.move_on_after(5):
        await locks.acquire(waiter, Request(A, Mode.EXCLUSIVE))
    locks.release_since(holder)
    assert locks.rows() == []
    assert waiter.waiting is None


async def test_lock_granted_to_a_waiter_that_is_being_cancelled_is_given_back() -> None:
    locks, holder, waiter = LockManager(), LockOwner(), LockOwner()
    locks.take(holder, Request(A, Mode.EXCLUSIVE))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(locks.acquire, waiter, Request(A, Mode.EXCLUSIVE))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
        locks.release_since(holder)
    assert locks.rows() == [] or [row[0] for row in locks.rows()] == [waiter]


async def test_whoever_closes_a_circle_and_looks_first_gives_up() -> None:
    locks, one, other = LockManager(), LockOwner(1), LockOwner(2)
    locks.take(one, Request(A, Mode.EXCLUSIVE))
    locks.take(other, Request(B, Mode.EXCLUSIVE))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(locks.acquire, one, Request(B, Mode.EXCLUSIVE))
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(Deadlock) as caught:
            await locks.acquire(other, Request(A, Mode.EXCLUSIVE), deadlock_s=0)
        assert [owner.label for owner in caught.value.circle] == [2, 1]
        locks.release_since(other)
    assert locks.deadlocks == 1


async def test_circle_through_a_queue_is_solved_by_going_ahead(autojump_clock: trio.testing.MockClock) -> None:
    locks, holder, exclusive, sharer = LockManager(), LockOwner("h"), LockOwner("x"), LockOwner("s")
    locks.take(holder, Request(A, Mode.ACCESS_SHARE))
    locks.take(sharer, Request(B, Mode.EXCLUSIVE))
    order: list[LockOwner] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_in_turn, locks, exclusive, Mode.ACCESS_EXCLUSIVE, order)  # waits for the holder
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(locks.acquire, holder, Request(B, Mode.EXCLUSIVE))  # waits for the sharer
        await trio.testing.wait_all_tasks_blocked()
        await wait_in_turn(locks, sharer, Mode.ACCESS_SHARE, order)  # would queue behind the exclusive one
        locks.release_since(sharer)
        await trio.testing.wait_all_tasks_blocked()
        locks.release_since(holder)
    assert order == [sharer, exclusive]


async def test_thousands_in_one_queue_are_looked_through() -> None:
    locks, holder = LockManager(), LockOwner()
    locks.take(holder, Request(A, Mode.EXCLUSIVE))
    async with trio.open_nursery() as nursery:
        for _ in range(1000):
            nursery.start_soon(locks.acquire, LockOwner(), Request(A, Mode.EXCLUSIVE))
        await trio.testing.wait_all_tasks_blocked()
        last = LockOwner()
        nursery.start_soon(locks.acquire, last, Request(A, Mode.EXCLUSIVE))
        await trio.testing.wait_all_tasks_blocked()
        locks.refuse_deadlock(last)
        nursery.cancel_scope.cancel()
    locks.release_since(holder)


async def test_chain_of_thousands_that_closes_is_a_deadlock() -> None:
    locks = LockManager()
    owners = [LockOwner(i) for i in range(2000)]
    for i, owner in enumerate(owners):
        locks.take(owner, Request(("table", i), Mode.EXCLUSIVE))
    async with trio.open_nursery() as nursery:
        for i, owner in enumerate(owners[:-1]):
            nursery.start_soon(locks.acquire, owner, Request(("table", i + 1), Mode.EXCLUSIVE))
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(Deadlock) as caught:
            await locks.acquire(owners[-1], Request(("table", 0), Mode.EXCLUSIVE), deadlock_s=0)
        assert len(caught.value.circle) == 2000
        nursery.cancel_scope.cancel()
