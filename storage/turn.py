"""The turn to write: SQLite has one writer at a time, and here is whose turn it is.

A transaction keeps the turn between its statements only until somebody else wants it. Then, if it is idle, its changes
are put aside (see transaction.py: parked), and it takes a turn again for its next statement. One that is `fixed` (it did
DDL, or more than can be put aside) keeps the turn until it ends, and the others wait, first come, first served.

Busy can only come from another program (or, for a database in memory, from a reader), and is waited for by trying again
with growing pauses that leave the loop free.
"""

from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Protocol

import trio

from storage.errors import Busy, LockTimeout
from storage.locks import DEADLOCK_S, LockManager, LockOwner

FIRST_PAUSE_S = 0.001
LONGEST_PAUSE_S = 0.05


class Writer(Protocol):
    """A transaction, to the turn."""

    owner: LockOwner

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it is running."""

    @property
    def is_fixed(self) -> bool:
        """Whether it cannot be put aside."""

    @property
    def has_results(self) -> bool:
        """Whether results that are still being produced have to be put aside first."""

    def park(self) -> None:
        """Take its changes out of the file. Idle, not fixed, without results."""

    async def put_results_aside(self) -> None:
        """Finish the results that are still being produced, out of the way. It is not idle meanwhile."""


class Turn:
    """See the module. A turn belongs to a transaction, not to a task."""

    def __init__(self, locks: LockManager) -> None:
        self.holder: Writer | None = None
        self._locks = locks
        self._queue: deque[tuple[Writer, trio.Event]] = deque()
        self._clearing = False

    @property
    def waiting(self) -> int:
        """How many transactions wait."""
        return len(self._queue)

    def take_nowait(self, writer: Writer) -> bool:
        """Take the turn if nobody has to be waited for."""
        if self.holder is writer:
            return True
        if self._queue or not self._vacate():
            return False
        self.holder = writer
        return True

    def _vacate(self) -> bool:
        """Put the holder aside, if it can be at once."""
        holder = self.holder
        if holder is None:
            return True
        if not holder.is_idle or holder.is_fixed or holder.has_results:
            return False
        self.holder = None
        holder.park()
        return True

    async def take(self, writer: Writer, timeout_s: float = inf, deadlock_s: float = DEADLOCK_S) -> None:
        """Take the turn when all who came before have had it. Raises: LockTimeout, Deadlock."""
        if self.take_nowait(writer):
            return
        entry = (writer, trio.Event())
        self._queue.append(entry)
        writer.owner.blocked_by = lambda: self._before(writer)
        try:
            with trio.move_on_after(timeout_s):
                if not self._clearing:
                    await self._clear()
                with trio.move_on_after(deadlock_s):
                    await entry[1].wait()
                if not entry[1].is_set():
                    self._locks.refuse_deadlock(writer.owner)
                    await entry[1].wait()
            if not entry[1].is_set():
                raise LockTimeout("the turn to write did not come in time")
        except BaseException:
            if self.holder is writer:
                self.holder = None
            else:
                self._queue.remove(entry)
            self.pass_on()
            raise
        finally:
            writer.owner.blocked_by = None

    def _before(self, writer: Writer) -> Iterable[LockOwner]:
        if self.holder is not None:
            yield self.holder.owner
        for other, _ in self._queue:
            if other is writer:
                return
            yield other.owner

    async def _clear(self) -> None:
        """Put the results of an idle holder aside, so that it can be parked."""
        self._clearing = True
        try:
            if self._is_cluttered() and self.holder is not None:
                with trio.CancelScope(shield=True):  # they are the holder's: it must not lose them because we are cancelled
                    await self.holder.put_results_aside()
        finally:
            self._clearing = False
        self.pass_on()

    def _is_cluttered(self) -> bool:
        """Whether nothing but results is in the way of putting the holder aside."""
        holder = self.holder
        return holder is not None and holder.is_idle and not holder.is_fixed and holder.has_results

    def leave(self, writer: Writer) -> None:
        """The transaction has ended, or wants nothing of the file for now."""
        if self.holder is writer:
            self.holder = None
            self.pass_on()

    def pass_on(self) -> None:
        """The holder has become idle, or there is none: the first in the queue has the turn, if that can be."""
        if self._queue and self._vacate():
            writer, turn = self._queue.popleft()
            self.holder = writer
            turn.set()
        elif self._queue and not self._clearing and self._is_cluttered():
            self._clearing = True
            trio.lowlevel.spawn_system_task(self._clear)


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
