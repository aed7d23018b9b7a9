"""Group commit: commits that arrive together share one fsync of the write-ahead log.

A transaction is committed without waiting for the disk (to SQLite: synchronous=NORMAL), and answered when a flush that
began afterwards has ended. One flush runs at a time; all who come meanwhile share the next. So what is acknowledged is on
the disk, with everything committed before it. Others can see a commit while it is being flushed; what they commit is
behind it in the log, so a power failure never keeps the second without the first.

A disk that has been quick is flushed from the event loop, after one more pass through it, in which the others commit who can: to
wake a thread and to be woken by it would cost as much as the flush. One slow flush, and the next ones are a thread's again.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import perf_counter

import trio

from storage.errors import IoError
from storage.worker import Worker, shielded

LATER_S = 0.2
"""How long a commit that does not wait for the disk may be on its way there (PostgreSQL's wal_writer_delay)."""
QUICK_S = 0.001
"""A flush that takes longer than this would hold up other sessions."""
QUICK_FLUSHES = 8
"""So many flushes in a row have to be quick before the next one is done in the event loop."""


def sync_file(path: str) -> None:
    """Make sure that the disk has the file's content, and the file its name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: str) -> None:
    """Make sure that the disk knows of a file that was made."""
    descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_the_end(_: Callable[[], None]) -> trio.lowlevel.Abort:
    """Of somebody who waits for a flush: a cancellation comes after it."""
    return trio.lowlevel.Abort.FAILED


class Flusher:
    """Flushes the log of one database. sync: what makes the disk have the log; simulations have their own.

    position: how far the replication log has been written; reached: called with that, when the disk has it.
    """

    position: Callable[[], int] = staticmethod(lambda: 0)
    reached: Callable[[int], None] = staticmethod(lambda _: None)

    def __init__(self, worker: Worker, log: str | None, sync: Callable[[str], None] = sync_file) -> None:
        self._worker = worker
        self._log = log
        self._sync = sync
        self._wanted = 0
        self._done = 0
        self._running = False
        self._later = False
        self._failed = False
        self._waiting: list[trio.lowlevel.Task] = []
        self._is_new = True
        self._quick = 0  # flushes in a row

    async def flush(self, *, apart: bool = False) -> None:
        """When this returns, the disk has what was committed before the call. Not cancellable. apart: in a thread, because
        there are others who should not wait.

        Raises: IoError if it could not be written: then nothing more is acknowledged by this process, because the system
        may have forgotten what it could not write.
        """
        if self._log is None:
            self.reached(self.position())
            return
        self._wanted += 1
        mine = self._wanted
        while self._done < mine:
            if self._failed:
                raise IoError("the write-ahead log could not be flushed to the disk")
            if self._running:
                self._waiting.append(trio.lowlevel.current_task())
                await trio.lowlevel.wait_task_rescheduled(_to_the_end)
            else:
                await self._flush_now(apart=apart)

    async def _flush_now(self, *, apart: bool) -> None:
        assert self._log is not None
        self._running = True
        try:
            if self._is_new:
                await shielded(self._worker.write(partial(sync_folder, self._log)))
            if self._quick >= QUICK_FLUSHES and not apart:
                await trio.lowlevel.cancel_shielded_checkpoint()
                upto, position = self._wanted, self.position()
                self._sync_log()
            else:
                upto, position = self._wanted, self.position()
                await shielded(self._worker.write(self._sync_log))
            self._is_new = False
            self._done = upto
            self.reached(position)
        except OSError:
            self._failed = True
        finally:
            self._running = False
            waiting, self._waiting = self._waiting, []
            for task in waiting:
                trio.lowlevel.reschedule(task)

    def _sync_log(self) -> None:
        assert self._log is not None
        began = perf_counter()
        self._sync(self._log)
        self._quick = self._quick + 1 if perf_counter() - began < QUICK_S else 0

    def flush_later(self) -> None:
        """For a commit that does not wait: the disk will have it soon."""
        if self._log is None:
            self.reached(self.position())
        elif not self._later and not self._failed:
            self._later = True
            trio.lowlevel.spawn_system_task(self._flush_soon)

    async def _flush_soon(self) -> None:
        await trio.sleep(LATER_S)
        self._later = False
        with suppress(IoError):  # whoever commits next is told
            await self.flush()
