"""Sends the log of a database to one reader: START_REPLICATION ... LOGICAL on one connection.

One task reads what the reader says (how far it has written, flushed and applied), another sends. What is sent are XLogData
messages: the words of an output plugin or, for exact copies (plugin `pgquill`), the records themselves. Nothing polls: the sender
sleeps until the log has moved, or a keepalive is due.
"""

import struct
from collections import deque
from collections.abc import Callable, Sequence
from time import time_ns
from typing import Protocol

import msgspec
import trio

from replication.slots import MakeError, Slot
from storage.errors import LogGone
from storage.wal import Wal

EPOCH_US = 946_684_800_000_000
"""2000-01-01, from where PostgreSQL counts microseconds, in microseconds since 1970."""
RECORDS = "pgquill"
"""The plugin that sends records as they are."""
BATCH_BYTES = 1 << 20
LAG_SAMPLES = 8192

_XLOG_DATA = struct.Struct(">cqqq")
_KEEPALIVE = struct.Struct(">cqqB")
_STATUS = struct.Struct(">cqqqqB")
_encode = msgspec.msgpack.Encoder().encode


class Channel(Protocol):
    """The connection, as pgwire gives it while it is in COPY BOTH."""

    async def receive(self) -> bytes | None:
        """The next CopyData; None when the client says that it is done. Raises what ends the connection."""

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Send each as a CopyData; waits while the client does not read."""

    stopping: trio.Event
    """Set when the server is being stopped."""


class Source(Protocol):
    """What is sent: see Records, and replication.changes.Changes."""

    position: int
    """The reader needs nothing before it once it has what was given."""

    async def next(self) -> Sequence[tuple[int, bytes]]:
        """(position, words): what is new since the last call; () if nothing is. `position` moves even if nothing is to be
        said about it. Raises: LogGone."""


class Records:
    """The records themselves, whole transactions at a time."""

    def __init__(self, wal: Wal, start: int) -> None:
        self._wal = wal
        self.position = start

    async def next(self) -> Sequence[tuple[int, bytes]]:
        """See Source."""
        records = await self._wal.read(self.position, BATCH_BYTES)
        if not records:
            return ()
        self.position = records[-1].end
        return [(record.lsn, _encode(record)) for record in records]


class _Lag:
    """When positions were sent, to say how long the reader took for them."""

    def __init__(self) -> None:
        self._sent: deque[tuple[int, int]] = deque()
        self.value: int | None = None

    def sent(self, position: int, now: int) -> None:
        if len(self._sent) < LAG_SAMPLES and (not self._sent or self._sent[-1][0] < position):
            self._sent.append((position, now))

    def reached(self, position: int, now: int) -> None:
        found = None
        while self._sent and self._sent[0][0] <= position:
            found = self._sent.popleft()[1]
        if found is not None:
            self.value = now - found


class Sender:
    """One run of START_REPLICATION. state: as pg_stat_replication has it. `on_reply` is called after each word of the reader."""

    def __init__(self, slot: Slot, source: Source, channel: Channel, error: MakeError, *, timeout_s: float,
                 on_reply: Callable[[], None]) -> None:
        """timeout_s: wal_sender_timeout; 0 for none."""
        self.slot = slot
        self.state = "startup"
        self.end = "done"
        self.sent = self.write = self.flush = self.apply = source.position
        self.write_lag, self.flush_lag, self.apply_lag = _Lag(), _Lag(), _Lag()
        self.reply_time: int | None = None
        self._source = source
        self._channel = channel
        self._error = error
        self._timeout_s = timeout_s
        self._on_reply = on_reply
        self._heard = trio.current_time()
        self._asked = False  # for a reply, since the reader was heard last
        self._wants_keepalive = False
        self._wake = trio.Event()

    async def run(self) -> str:
        """Send until the reader is done ("done"), the server stops ("stop"), or nothing is heard any more ("timeout"). Raises
        SqlErrors."""
        self.slot.wal.listeners.add(self._moved)
        with trio.CancelScope() as scope:
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._listen, scope)
                    nursery.start_soon(self._watch_stop)
                    await self._send()
                    nursery.cancel_scope.cancel()
            except BaseExceptionGroup as group:
                raise _only(group) from None
            finally:
                self.slot.wal.listeners.discard(self._moved)
        return self.end

    async def _watch_stop(self) -> None:
        await self._channel.stopping.wait()
        self._wake.set()

    # --- what the reader says ----------------------------------------------------------------------------------------

    async def _listen(self, done: trio.CancelScope) -> None:
        while (data := await self._channel.receive()) is not None:
            self._heard = trio.current_time()
            self._asked = False
            if data[:1] == b"r" and len(data) == _STATUS.size:
                self._status(data)
            elif data[:1] != b"h":  # hot standby feedback: nothing here depends on it
                raise self._error("08P01", f'unexpected message type "{data[:1].decode("latin-1")}"')
        done.cancel()

    def _status(self, data: bytes) -> None:
        _, write, flush, apply, sent_at, wants_reply = _STATUS.unpack(data)
        now = time_ns() // 1000
        self.write, self.flush, self.apply = max(write, self.write), max(flush, self.flush), max(apply, self.apply)
        for lag, position in ((self.write_lag, write), (self.flush_lag, flush), (self.apply_lag, apply)):
            lag.reached(position, now)
        self.reply_time = sent_at + EPOCH_US
        if flush:
            self.slot.confirm(min(flush, self.slot.wal.written))
        if wants_reply:
            self._wants_keepalive = True
            self._wake.set()
        self._on_reply()

    # --- what it is told ----------------------------------------------------------------------------------------------

    async def _send(self) -> None:
        wal = self.slot.wal
        self.state = "catchup"
        while True:
            try:
                words = await self._source.next()
            except LogGone as error:
                raise self._error("58P01", error.message) from None
            if words:
                now = time_ns() // 1000
                await self._channel.send([_XLOG_DATA.pack(b"w", position, position, now - EPOCH_US) + data
                                          for position, data in words])
                self._has_sent(now)
            elif self._source.position > self.sent:  # there was nothing to be said about what is new
                self._has_sent(time_ns() // 1000)
                self._wants_keepalive = True
            if self._wants_keepalive:
                await self._keepalive(ask=False)
            if self._source.position >= wal.flushed:
                if self.state == "catchup":
                    self.state = "streaming"
                    await self._keepalive(ask=False)  # there may be nothing to say for long: it tells how far the log is
                if self._channel.stopping.is_set():
                    self.state, self.end = "stopping", "stop"
                    return
                if not await self._sleep():
                    self.end = "timeout"
                    return

    def _has_sent(self, now: int) -> None:
        self.sent = self._source.position
        for lag in (self.write_lag, self.flush_lag, self.apply_lag):
            lag.sent(self.sent, now)

    async def _sleep(self) -> bool:
        """Until the log has moved, a keepalive is asked for or due, or the server stops. False: silence."""
        self._wake = trio.Event()
        if self._wants_keepalive or self._channel.stopping.is_set() or self.slot.wal.flushed > self._source.position:
            return True
        if not self._timeout_s:
            await self._wake.wait()
            return True
        with trio.move_on_at(self._heard + self._timeout_s * (1.0 if self._asked else 0.5)):
            await self._wake.wait()
        silent_s = trio.current_time() - self._heard
        if silent_s >= self._timeout_s:
            return False
        if not self._asked and silent_s >= self._timeout_s / 2:
            self._asked = True
            await self._keepalive(ask=True)
        return True

    def _moved(self) -> None:
        self._wake.set()

    async def _keepalive(self, *, ask: bool) -> None:
        self._wants_keepalive = False
        position = max(self.sent, self._source.position)
        await self._channel.send([_KEEPALIVE.pack(b"k", position, time_ns() // 1000 - EPOCH_US, ask)])


def _only(group: BaseExceptionGroup) -> BaseException:
    """The error itself, not the group that a nursery makes of it."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        errors = [error for error in found.exceptions if not isinstance(error, trio.Cancelled)]
        found = (errors or found.exceptions)[0]
    return found
