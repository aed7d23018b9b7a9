"""The turn to write: SQLite has one writer at a time, and here is whose turn it is.

A transaction keeps the turn between its statements only until somebody else wants it. Then, if it is idle, its changes
are put aside (see transaction.py: parked), and it takes a turn again for its next statement. One that is `fixed` (it did
DDL, or more than can be put aside) keeps the turn until it ends, and the others wait, first come, first served.

Busy can only come from another program (or, for a database in memory, from a reader), and is waited for by trying again
with growing pauses that leave the loop free.
"""

from collections.abc import Iterable
from math import inf
from typing import Protocol

import trio

from storage.errors import Busy, LockTimeout
from storage.locks import DEADLOCK_S, LockManager, LockOwner
from storage.worker import shielded

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


class _Place:
    """A place in the queue, with its neighbours."""

    __slots__ = ("after", "before", "turn", "writer")

    def __init__(self, writer: Writer, before: "_Place | None") -> None:
        self.writer = writer
        self.turn = trio.Event()
        self.before = before
        self.after: _Place | None = None


class Turn:
    """See the module. A turn belongs to a transaction, not to a task."""

    def __init__(self, locks: LockManager) -> None:
        self.holder: Writer | None = None
        self._locks = locks
        self._first: _Place | None = None
        self._last: _Place | None = None
        self.waiting = 0  # how many transactions wait
        self._clearing = False

    def take_nowait(self, writer: Writer) -> bool:
        """Take the turn if nobody has to be waited for."""
        if self.holder is writer:
            return True
        if self._first or not self._vacate():
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
        place = self._join(writer)
        writer.owner.blocked_by = lambda: self._before(place)
        try:
            with trio.move_on_after(timeout_s):
                if not self._clearing:
                    await self._clear()
                with trio.move_on_after(deadlock_s):
                    await place.turn.wait()
                if not place.turn.is_set():
                    self._locks.refuse_deadlock(writer.owner)
                    await place.turn.wait()
            if not place.turn.is_set():
                raise LockTimeout("the turn to write did not come in time")
        except BaseException:
            if self.holder is writer:
                self.holder = None
            else:
                self._remove(place)
            self.pass_on()
            raise
        finally:
            writer.owner.blocked_by = None

    def _join(self, writer: Writer) -> _Place:
        place = _Place(writer, self._last)
        if self._last is None:
            self._first = place
        else:
            self._last.after = place
        self._last = place
        self.waiting += 1
        return place

    def _remove(self, place: _Place) -> None:
        before, after = place.before, place.after
        if before is None:
            self._first = after
        else:
            before.after = after
        if after is None:
            self._last = before
        else:
            after.before = before
        self.waiting -= 1

    def _before(self, place: _Place) -> Iterable[LockOwner]:
        """Who has the turn, and who is next before a place: he waits for those before him in his turn. A search through all
        that wait would else look at each of them as often as somebody is behind."""
        if self.holder is not None:
            yield self.holder.owner
        if place.before is not None:
            yield place.before.writer.owner

    async def _clear(self) -> None:
        """Put the results of an idle holder aside, so that it can be parked."""
        self._clearing = True
        try:
            if self._is_cluttered() and self.holder is not None:
                # Shielded, because they are the holder's: it must not lose them because we are cancelled.
                await shielded(self.holder.put_results_aside())
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
        if self._first and self._vacate():
            place = self._first
            self._remove(place)
            self.holder = place.writer
            place.turn.set()
        elif self._first and not self._clearing and self._is_cluttered():
            self._clearing = True
            trio.lowlevel.spawn_system_task(self._clear)


class Alone:
    """Who has the turn for something that is no transaction (see turn.Writer)."""

    def __init__(self) -> None:
        self.owner = LockOwner()

    @property
    def is_idle(self) -> bool:
        """Never: it is running."""
        return False

    @property
    def is_fixed(self) -> bool:
        """It has nothing to put aside."""
        return True

    @property
    def has_results(self) -> bool:
        """It has none."""
        return False

    def park(self) -> None:
        """Is never asked for."""

    async def put_results_aside(self) -> None:
        """Is never asked for."""


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
