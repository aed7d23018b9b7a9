"""The write lock: one writing transaction at a time, first come, first served, before SQLite's own lock is taken.

Inside one process SQLite's lock is then always free at once; Busy can only come from another program (or, for a
database in memory, from a reader), and is waited for by trying again with growing pauses that leave the loop free.
Whoever waits can be cancelled. The queue is also where commits that arrive together will share one fsync.
"""

import trio

from storage.errors import Busy, LockTimeout

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


class Patience:
    """Waits between attempts that met Busy; `timeout_s` in all."""

    def __init__(self, timeout_s: float) -> None:
        self._deadline = trio.current_time() + timeout_s
        self._pause_s = FIRST_PAUSE_S

    async def wait(self, busy: Busy) -> None:
        """Pause before the next attempt. Raises: LockTimeout when the time is up."""
        left = self._deadline - trio.current_time()
        if left <= 0:
            raise LockTimeout("another connection holds a lock on the database") from busy
        await trio.sleep(min(self._pause_s, left))
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
