"""The only thread seam: runs one blocking job in a worker thread while the event loop goes on.

A job is never abandoned. When the task that waits is cancelled, the job's `Stoppable` is told to stop, the task goes on
waiting until the thread has really stopped, and only then is the cancellation raised; a job that finished all the same
gives its result (the cancellation comes at the next checkpoint). So nobody else ever uses a connection that a thread
still works on. A job without a Stoppable (COMMIT) is simply waited for.

Reads and writes have separate limits, so that a commit never waits behind long reads. `Worker(inline=True)` runs jobs
in the event loop's own thread: deterministic, for simulations.
"""

import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Protocol, TypeVar

import outcome
import trio

from storage.errors import Interrupted, NeedsThread

T = TypeVar("T")

READ_THREADS = 8
WRITE_THREADS = 2
_thread = threading.local()


class Stoppable(Protocol):
    """What a job works on: looks at `stop` every now and then, and raises Interrupted when it is set."""

    stop: bool


def interrupted() -> bool:
    """Whether the statement that runs in this thread has been asked to stop: for Python functions that take long."""
    current: Stoppable | None = getattr(_thread, "current", None)
    return current is not None and current.stop


class Budget:
    """How long the statement that runs in the event loop may take, if it may be begun again in a thread."""

    def __init__(self) -> None:
        self.until = inf


inline = Budget()


def may_move() -> bool:
    """Whether this is the event loop, and the statement that runs in it may be moved to a thread."""
    return inline.until != inf and not in_thread()


def in_thread() -> bool:
    """Whether this is a thread for statements, where waiting holds nobody up."""
    return getattr(_thread, "current", None) is not None


def look_up() -> None:
    """For Python functions that take long, to be called now and then (0.2 us).

    Raises: Interrupted if the statement is to stop, NeedsThread if it has held the event loop long enough.
    """
    current: Stoppable | None = getattr(_thread, "current", None)
    if current is not None:
        if current.stop:
            raise Interrupted("interrupted")
    elif monotonic() > inline.until:
        raise NeedsThread("this takes long")


async def shielded(wait: Awaitable[T]) -> T:
    """Wait without being cancelled. Only around what does wait: the scope costs 15 us."""
    with trio.CancelScope(shield=True):
        result = await wait
    return result


class Worker:
    """Threads for jobs, at most `reads` and `writes` at a time; the others wait their turn."""

    def __init__(self, *, reads: int = READ_THREADS, writes: int = WRITE_THREADS, inline: bool = False) -> None:
        self._inline = inline
        self._reads = trio.CapacityLimiter(reads)
        self._writes = trio.CapacityLimiter(writes)

    async def read(self, job: Callable[[], T], stoppable: Stoppable | None) -> T:
        """Run a job that only reads."""
        return await self._run(job, stoppable, self._reads)

    async def write(self, job: Callable[[], T], stoppable: Stoppable | None = None) -> T:
        """Run a job that writes. Without a stoppable it runs to its end whatever happens to the waiting task."""
        return await self._run(job, stoppable, self._writes)

    async def _run(self, job: Callable[[], T], stoppable: Stoppable | None, limiter: trio.CapacityLimiter) -> T:
        if self._inline:
            await trio.lowlevel.checkpoint()
            return job()
        me = object()
        await limiter.acquire_on_behalf_of(me)
        try:
            return await _in_thread(job, stoppable)
        finally:
            limiter.release_on_behalf_of(me)


async def _in_thread(job: Callable[[], T], stoppable: Stoppable | None) -> T:
    task = trio.lowlevel.current_task()
    loop = trio.lowlevel.current_trio_token()
    cancellation: list[Callable[[], None]] = []

    def deliver(result: outcome.Outcome[T]) -> None:
        with suppress(trio.RunFinishedError):
            loop.run_sync_soon(trio.lowlevel.reschedule, task, result)

    def abort(raise_cancel: Callable[[], None]) -> trio.lowlevel.Abort:
        cancellation.append(raise_cancel)
        if stoppable is not None:
            stoppable.stop = True
        return trio.lowlevel.Abort.FAILED

    def work() -> T:
        _thread.current = stoppable
        try:
            return job()
        finally:
            _thread.current = None

    trio.lowlevel.start_thread_soon(work, deliver)
    try:
        result: T = await trio.lowlevel.wait_task_rescheduled(abort)
        return result
    except Interrupted:
        if cancellation:
            cancellation[0]()
        raise
    finally:
        if stoppable is not None:
            stoppable.stop = False
