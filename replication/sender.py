"""Sends the log of a database to one reader: START_REPLICATION ... LOGICAL on one connection.

One task reads what the reader says (how far it has written, flushed and applied), another sends. What is sent are XLogData
messages: the words of an output plugin or, for exact copies (plugin `pgquill`), the records themselves. Nothing polls: the sender
sleeps until the log has moved, or a keepalive is due.
"""

from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from time import time_ns
from typing import Protocol

import trio

from replication.slots import MakeError, Slot
from replication.stream import Keepalive, Status, XLogData, decode_status, encode_data, encode_keepalive, encode_record
from storage.errors import LogGone
from storage.wal import Wal

RECORDS = "pgquill"
"""The plugin that sends records as they are."""
BATCH_BYTES = 1 << 20
STOPPING_S = 10.0
"""How long a server that stops waits for a reader to say that it has everything."""
LAG_SAMPLES = 8192


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
    is_partial: bool
    """Whether there are transactions of which nothing is said."""

    async def next(self) -> Sequence[tuple[int, bytes]]:
        """(position, words): what is new since the last call; () if nothing is. `position` moves even if nothing is to be
        said about it. Raises: LogGone."""


class Records:
    """The records themselves, whole transactions at a time."""

    is_partial = False

    def __init__(self, wal: Wal, start: int) -> None:
        self._wal = wal
        self.position = start

    async def next(self) -> Sequence[tuple[int, bytes]]:
        """See Source."""
        records = await self._wal.read(self.position, BATCH_BYTES)
        if not records:
            return ()
        self.position = records[-1].end
        return [(record.lsn, encode_record(record)) for record in records]


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
        self.sent = source.position
        self.write = self.flush = self.apply = 0  # as it has said
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
        self._stop_at: float | None = None  # when the server is being stopped
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
            if (status := decode_status(data)) is not None:
                self._status(status)
            elif data[:1] != b"h":  # hot standby feedback: nothing here depends on it
                raise self._error("08P01", f'unexpected message type "{data[:1].decode("latin-1")}"')
        done.cancel()

    def _status(self, status: Status) -> None:
        write, flush, apply = status.written, status.flushed, status.applied
        now = time_ns() // 1000
        self.write, self.flush, self.apply = max(write, self.write), max(flush, self.flush), max(apply, self.apply)
        for lag, position in ((self.write_lag, write), (self.flush_lag, flush), (self.apply_lag, apply)):
            lag.reached(position, now)
        self.reply_time = status.sent_at
        if self.state == "stopping":
            self._wake.set()
        if flush:
            self.slot.confirm(min(flush, self.slot.wal.written))
        if status.reply_wanted:
            self._wants_keepalive = True
            self._wake.set()
        self._on_reply()

    # --- what it is told ----------------------------------------------------------------------------------------------

    async def _send(self) -> None:
        wal = self.slot.wal
        self.state = "catchup"
        while True:
            self._wake = trio.Event()  # before anything is looked at that sets it
            try:
                words = await self._source.next()
            except LogGone as error:
                raise self._error("58P01", error.message) from None
            if words:
                now = time_ns() // 1000
                await self._channel.send([encode_data(XLogData(position, position, now, data)) for position, data in words])
                self._has_sent(now)
                self._wants_keepalive |= self._source.is_partial and words[-1][0] < self.sent
            elif self._source.position > self.sent:  # there was nothing to be said about what is new
                self._has_sent(time_ns() // 1000)
                self._wants_keepalive = True
            if self._wants_keepalive:
                await self._keepalive(ask=False)
            if self._source.position >= wal.flushed and await self._is_over():
                return

    async def _is_over(self) -> bool:
        """Everything has been sent: wait for more, unless that was all; then `end` says why."""
        if self._channel.stopping.is_set():
            if self._stop_at is None:
                self.state, self._stop_at = "stopping", trio.current_time() + STOPPING_S
                await self._ask()
            if (self.flush or self.write) >= self.sent or trio.current_time() >= self._stop_at:
                self.end = "stop"
                return True
        elif self.state != "streaming":
            self.state = "streaming"
            self._on_reply()  # commits may wait for it from now on
            await self._keepalive(ask=False)  # there may be nothing to say for long: it tells how far the log is
        if await self._sleep():
            return False
        self.end = "timeout"
        return True

    def _has_sent(self, now: int) -> None:
        self.sent = self._source.position
        for lag in (self.write_lag, self.flush_lag, self.apply_lag):
            lag.sent(self.sent, now)

    async def _sleep(self) -> bool:
        """Until the log has moved, a keepalive is asked for or due, or the server stops. False: silence."""
        patience_s = self._timeout_s or inf
        until = self._heard + patience_s * (1.0 if self._asked else 0.5)
        with trio.move_on_at(until if self._stop_at is None else min(until, self._stop_at)):
            await self._wake.wait()
        silent_s = trio.current_time() - self._heard
        if silent_s >= patience_s:
            return False
        if not self._asked and silent_s >= patience_s / 2:
            await self._ask()
        return True

    async def _ask(self) -> None:
        self._asked = True
        await self._keepalive(ask=True)

    def _moved(self) -> None:
        self._wake.set()

    async def _keepalive(self, *, ask: bool) -> None:
        self._wants_keepalive = False
        position = max(self.sent, self._source.position)
        await self._channel.send([encode_keepalive(Keepalive(position, time_ns() // 1000, ask))])


def _only(group: BaseExceptionGroup) -> BaseException:
    """The error itself, not the group that a nursery makes of it."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        errors = [error for error in found.exceptions if not isinstance(error, trio.Cancelled)]
        found = (errors or found.exceptions)[0]
    return found
