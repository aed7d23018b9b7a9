"""The write lock: one writing transaction at a time, first come, first served, before SQLite's own lock is taken.

Inside one process SQLite's lock is then always free at once; Busy can only come from another program (or, for a
database in memory, from a reader), and is waited for by trying again with growing pauses that leave the loop free.
Whoever waits can be cancelled. The queue is also where commits that arrive together will share one fsync.
"""

from collections.abc import Callable
from typing import TypeVar

import trio

from storage.errors import Busy, LockTimeout

T = TypeVar("T")

FIRST_PAUSE_S = 0.001
LONGEST_PAUSE_S = 0.05


class WriteLock:
    """A fair lock that belongs to a transaction, not to a task (a transaction may be ended by another task)."""

    def __init__(self) -> None:
        self._free = trio.Semaphore(1, max_value=1)

    def acquire_nowait(self) -> bool:
        """Take the lock if it is free and nobody waits for it."""
        try:
            self._free.acquire_nowait()
        except trio.WouldBlock:
            return False
        return True

    async def acquire(self, timeout_s: float) -> None:
        """Take the lock when all who came before have had it. Raises: LockTimeout after `timeout_s`."""
        with trio.move_on_after(timeout_s):
            await self._free.acquire()
            return
        raise LockTimeout("the write lock was not free in time")

    def release(self) -> None:
        """Hand the lock to the next in line."""
        self._free.release()

    @property
    def waiting(self) -> int:
        """How many transactions wait."""
        return self._free.statistics().tasks_waiting


async def retry_busy(attempt: Callable[[], T], timeout_s: float) -> T:
    """Call `attempt` until it does not raise Busy. Raises: LockTimeout after `timeout_s`."""
    deadline = trio.current_time() + timeout_s
    pause = FIRST_PAUSE_S
    while True:
        try:
            return attempt()
        except Busy as error:
            if trio.current_time() >= deadline:
                raise LockTimeout("another connection holds a lock on the database") from error
        await trio.sleep(min(pause, max(deadline - trio.current_time(), 0)))
        pause = min(pause * 2, LONGEST_PAUSE_S)
