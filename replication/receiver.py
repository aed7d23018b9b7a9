"""One stream from a primary: records in, whole transactions applied, and word sent back of how far that is.

One task receives, however long applying takes; one applies what is there, as many transactions at once as have come meanwhile,
and readers see it; one flushes that to the disk; and one tells the server, which hears of nothing that is not on the disk. What
has been received and is no whole transaction is forgotten when the stream ends: the next one begins where the copy's own log
ends, so nothing is missed and nothing done twice.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from time import time_ns
from typing import Protocol

import trio

from replication.client import ConnectionLost, CopyBoth
from replication.stream import Keepalive, XLogData, decode, decode_record, encode_status
from storage.errors import ApplyConflict
from storage.logged import Record, format_lsn

BATCH_BYTES = 1 << 20
"""About so much is applied in one transaction of the copy."""
DIRECT_BYTES = 16 << 10
"""As little as this is applied as soon as it is here: to hand it to another task would take longer."""
PENDING_BYTES_MAX = 32 << 20
"""With so much waiting to be applied nothing more is received, as long as there is a whole transaction to apply."""
STATUS_INTERVAL_S = 10.0
TIMEOUT_S = 60.0

Replayed = Callable[[Sequence[Record]], Awaitable[None]]


class Log(Protocol):
    """The part of storage.wal.Wal that a copy is made with."""

    written: int
    flushed: int

    async def apply(self, records: Sequence[Record]) -> None:
        """Do whole transactions."""

    async def flush(self) -> None:
        """Make what was done durable."""


class Progress:
    """How far a standby is; lives as long as it. Positions, and times in microseconds since 1970, None if there was none.

    receive: what has been received. replay: what has been applied. committed_at: when the transaction applied last was
    committed on the primary. paused: received but not applied.
    """

    def __init__(self, position: int) -> None:
        self.start = self.receive = self.replay = position
        self.committed_at: int | None = None
        self.sent_at: int | None = None
        self.received_at: int | None = None
        self.latest_end = position
        self.latest_end_at: int | None = None
        self._paused = False
        self._changed = trio.lowlevel.ParkingLot()

    @property
    def paused(self) -> bool:
        """See the class."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        self._changed.unpark_all()

    def applied(self, records: Sequence[Record]) -> None:
        """These have been applied."""
        self.replay = records[-1].end
        self.committed_at = records[-1].committed_at
        self._changed.unpark_all()

    def wake(self) -> None:
        """Something else that is waited for has happened."""
        self._changed.unpark_all()

    async def changed(self) -> None:
        """Until something is applied, or applying is paused or resumed."""
        await self._changed.park()


class Receiver:
    """One stream. run: until it ends, fails, or `stop` is called."""

    def __init__(self, stream: CopyBoth, log: Log, progress: Progress, replayed: Replayed, *, known: Record | None = None,
                 status_interval_s: float = STATUS_INTERVAL_S, timeout_s: float = TIMEOUT_S) -> None:
        """known: what comes first must be this, which is here already."""
        self._stream = stream
        self._known = known
        self._log = log
        self._progress = progress
        self._replayed = replayed
        self._status_interval_s = status_interval_s or float("inf")
        self._timeout_s = timeout_s or float("inf")
        self._pending: deque[Record] = deque()
        self._pending_bytes = 0
        self._whole = 0  # how many of them are whole transactions
        self._ended = self._stopped = self._applying = self._all_applied = False
        self._failure: Exception | None = None
        self._come = trio.lowlevel.ParkingLot()
        self._room = trio.lowlevel.ParkingLot()
        self._applied = trio.lowlevel.ParkingLot()
        self._due = trio.Event()  # a status is to be sent
        self._scope = trio.CancelScope()

    def stop(self) -> None:
        """Receive no more; `run` ends when what is here has been applied, paused or not."""
        self._stopped = True
        self._scope.cancel()

    async def run(self) -> None:
        """Receive and apply. Ends when the server ends the stream. Raises: ConnectionLost, ServerError, BadStream, and what
        Log.apply raises; before that, what is here is applied, unless that is paused."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._guarded, self._apply_all)
            nursery.start_soon(self._guarded, self._flush)
            with self._scope:
                async with trio.open_nursery() as inner:
                    inner.start_soon(self._guarded, self._report)
                    await self._guarded(self._receive)
                    inner.cancel_scope.cancel()
            self._ended = True
            self._come.unpark_all()
            self._progress.wake()
        if self._failure is not None:
            raise self._failure

    async def _guarded(self, task: Callable[[], Awaitable[None]]) -> None:
        """Run one of the tasks; what it raises ends the stream, and `run` raises the first."""
        try:
            await task()
        except Exception as error:
            self._failure = self._failure or error
            self._scope.cancel()

    async def _receive(self) -> None:
        while payloads := await self._next_payloads():
            for payload in payloads:
                message = decode(payload)
                if isinstance(message, XLogData):
                    self._take(decode_record(message.data))
                elif message.reply_wanted:
                    self._due.set()
                self._note(message)
            if self._can_apply and self._pending_bytes <= DIRECT_BYTES:
                with trio.CancelScope(shield=True):
                    await self._apply_next()
            elif self._whole:
                self._come.unpark_all()
            while self._pending_bytes > PENDING_BYTES_MAX and self._whole:
                await self._room.park()

    async def _next_payloads(self) -> list[bytes]:
        with trio.move_on_after(self._timeout_s):
            return await self._stream.receive_many()
        raise ConnectionLost("nothing has come from the primary within wal_receiver_timeout")

    def _take(self, record: Record) -> None:
        if self._known is not None:
            known, self._known = self._known, None
            if record != known:
                raise ApplyConflict(f"the primary's log is another one at {format_lsn(known.lsn)} than this copy's")
            return
        self._pending.append(record)
        self._pending_bytes += len(record.data)
        if record.committed_at is not None:
            self._whole = len(self._pending)
            self._progress.receive = record.end

    def _note(self, message: XLogData | Keepalive) -> None:
        progress = self._progress
        progress.sent_at, progress.received_at = message.sent_at, time_ns() // 1000
        if message.end > progress.latest_end or progress.latest_end_at is None:
            progress.latest_end, progress.latest_end_at = message.end, message.sent_at

    async def _report(self) -> None:
        """Say how far we are: when that has changed, when it is asked for, and now and then."""
        while True:
            # What is only in memory is not said to be written: a crash of ours would lose it.
            log = self._log
            replay = min(self._progress.replay, log.flushed)
            await self._stream.send(encode_status(log.written, log.flushed, replay, time_ns() // 1000))
            with trio.move_on_after(self._status_interval_s):
                await self._due.wait()
            self._due = trio.Event()

    async def _apply_all(self) -> None:
        try:
            await self._apply()
        finally:
            self._all_applied = True
            self._applied.unpark_all()

    async def _apply(self) -> None:
        while True:
            if self._can_apply:
                await self._apply_next()
            elif self._ended:
                return
            elif self._is_paused:
                await self._progress.changed()
            else:
                await self._come.park()

    @property
    def _is_paused(self) -> bool:
        return self._progress.paused and not self._stopped

    @property
    def _can_apply(self) -> bool:
        return self._whole > 0 and not self._applying and not self._is_paused

    async def _apply_next(self) -> None:
        self._applying = True
        try:
            batch = self._next_batch()
            await self._log.apply(batch)
            self._progress.applied(batch)
            await self._replayed(batch)
            self._applied.unpark_all()
        finally:
            self._applying = False
            self._come.unpark_all()

    async def _flush(self) -> None:
        log = self._log
        while True:
            if log.flushed < log.written:
                await log.flush()
                self._due.set()
            elif self._all_applied:
                return
            else:
                await self._applied.park()

    def _next_batch(self) -> list[Record]:
        """Whole transactions, about BATCH_BYTES of them, the first of any size."""
        batch: list[Record] = []
        size = 0
        while self._whole and (size < BATCH_BYTES or batch[-1].committed_at is None):
            record = self._pending.popleft()
            self._whole -= 1
            batch.append(record)
            size += len(record.data)
        self._pending_bytes -= size
        self._room.unpark_all()
        return batch
