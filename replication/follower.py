"""Keeps a copy in step with its primary: connects, makes sure that it is the same database, streams, and connects again.

What may pass by itself (the network, a primary that starts, a disk that is full) is tried again with a pause that grows, and is
said once. What does not: the copy is of another history than the primary. Then, in this order, it is rewound to where the two
part, or NeedsBaseBackup says why it needs to be made anew. A primary that is on an older timeline than the
copy is never followed.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import trio

from pgwire.messages.error import ErrorResponse
from replication.client import Client, ConnectionInfo, ConnectionLost, ServerError, connect
from replication.history import BadHistory, Ended, meeting_of, parse_history, parse_lsn
from replication.login import CannotLogIn
from replication.receiver import STATUS_INTERVAL_S, TIMEOUT_S, Log, Progress, Receiver, Replayed
from replication.stream import KNOWN_TIMELINE, BadStream
from storage.errors import ApplyConflict, CannotRewind, EngineError
from storage.logged import FOREIGN_WRITE, Record, format_lsn

RETRY_S = 5.0
"""The longest pause between two tries: wal_retrieve_retry_interval."""
FIRST_RETRY_S = 0.05
PLUGIN = "pgquill"
INVALID_SLOT, FENCED = "55000", "55000"


class NeedsBaseBackup(Exception):
    """The copy cannot follow its primary any more; says why."""


class NotNow(Exception):
    """The primary cannot be followed at the moment; says why."""


class CopyLog(Log, Protocol):
    """The part of storage.wal.Wal that a follower needs."""

    timeline: int
    history: tuple[Ended, ...]
    system_identifier: int

    async def rewind(self, position: int) -> int:
        """Undo all from a position on."""

    async def newest(self) -> Record | None:
        """The newest record."""


class Timing:
    """What may be set. Seconds. random: between 0 and 1."""

    def __init__(self, random: Callable[[], float], *, retry_s: float = RETRY_S, status_interval_s: float = STATUS_INTERVAL_S,
                 timeout_s: float = TIMEOUT_S) -> None:
        self.random = random
        self.retry_s = retry_s
        self.status_interval_s = status_interval_s
        self.timeout_s = timeout_s

    def pause(self, tries: int) -> float:
        """How long to wait after so many tries in a row that came to nothing: grows, and no two standbys come at once."""
        longest: float = min(self.retry_s, FIRST_RETRY_S * 2.0 ** min(tries, 20))
        return longest * (0.5 + 0.5 * self.random())


class Follower:
    """See the module. status: as pg_stat_wal_receiver shows it; connected_to: the connection, if there is one."""

    def __init__(self, wal: CopyLog, info: ConnectionInfo, slot: str, replayed: Replayed, rewound: Callable[[], Awaitable[None]],
                 timing: Timing, log: Any) -> None:
        self._wal = wal
        self._info = info
        self.slot = slot
        self._replayed = replayed
        self._rewound = rewound
        self._timing = timing
        self._log = log
        self.progress = Progress(wal.written)
        self.status = "starting"
        self.client: Client | None = None
        self.start_timeline = wal.timeline
        self._receiver: Receiver | None = None
        self._scope = trio.CancelScope()
        self._stopped = False
        self._said = ""
        self.made_contact = trio.Event()
        """Set when the first stream has begun."""

    @property
    def timeline(self) -> int:
        """That of what was applied last."""
        return self._wal.timeline

    @property
    def flushed(self) -> int:
        """How far the copy's own log is on the disk."""
        return self._wal.flushed

    def stop(self) -> None:
        """Follow no longer; `run` ends when what has been received is applied."""
        self._stopped = True
        if self._receiver is not None:
            self._receiver.stop()
        else:
            self._scope.cancel()

    async def run(self) -> None:
        """Follow until `stop`. Raises: NeedsBaseBackup."""
        tries = 0
        while not self._stopped:
            before = self._wal.written
            try:
                with trio.CancelScope() as self._scope:
                    if self._stopped:
                        break
                    await self._follow_once()
                    self._say("the primary has ended the stream")
            except ApplyConflict as error:
                raise NeedsBaseBackup(error.message) from None
            except (ConnectionLost, CannotLogIn, BadStream, BadHistory, NotNow, EngineError, ServerError) as error:
                self._say(getattr(error, "message", None) or str(error))
            self.status = "waiting"
            tries = 0 if self._wal.written != before else tries + 1
            with trio.CancelScope() as self._scope:
                if self._stopped:
                    break
                await trio.sleep(self._timing.pause(tries))
        self.status = "stopped"

    def _say(self, reason: str) -> None:
        """Once, until something else is the matter."""
        if reason != self._said and not self._stopped:
            self._said = reason
            self._log.warning("not streaming", reason=reason, position=format_lsn(self._wal.written))

    async def _follow_once(self) -> None:
        self.status = "connecting"
        client = await connect(self._info, replication="database")
        try:
            await self._check_system(client)
            await self._make_slot(client)
            # From the newest record that is here: it comes first, and shows that the logs are the same, not only as long.
            known = await self._wal.newest()
            start = format_lsn(self._wal.written if known is None else known.lsn)
            try:
                options = f"({KNOWN_TIMELINE} '{self._wal.timeline}')"
                async with client.copy_both(f'START_REPLICATION SLOT "{self.slot}" LOGICAL {start} {options}') as stream:
                    await self._stream(client, stream, known)
            except ServerError as error:
                if error.sqlstate == INVALID_SLOT or _says_gone(error.response):
                    raise NeedsBaseBackup(f"the primary's log does not begin at {start} any more: {error.message}") from None
                raise
        finally:
            self.client = None
            await client.close()

    async def _stream(self, client: Client, stream: Any, known: Record | None) -> None:
        wal, timing = self._wal, self._timing
        self._log.info("streaming", primary=client.host.shown, position=format_lsn(wal.written), timeline=wal.timeline)
        self._said = ""
        self.status, self.client = "streaming", client
        self.progress.start, self.start_timeline = wal.written, wal.timeline
        receiver = Receiver(stream, wal, self.progress, self._replayed, known=known, status_interval_s=timing.status_interval_s,
                            timeout_s=timing.timeout_s)
        self._receiver = receiver
        self.made_contact.set()
        try:
            if self._stopped:
                return
            await receiver.run()
            if not self._stopped:
                await stream.finish()
        finally:
            self._receiver = None

    # --- is it the same database? -----------------------------------------------------------------------------------

    async def _check_system(self, client: Client) -> None:
        wal = self._wal
        system, timeline, position, _ = await client.identify()
        try:
            end = parse_lsn(position)
        except ValueError as error:
            raise ConnectionLost(f"{client.host.shown}: {error}") from None
        if system != wal.system_identifier:
            raise NotNow(f"{client.host.shown} is another database system: its identifier is {system}, and this copy's is "
                         f"{wal.system_identifier}")
        if timeline < wal.timeline:
            await warn_older(client, wal.timeline)
            raise NotNow(f"{client.host.shown} is on timeline {timeline}, and this copy has gone on to timeline {wal.timeline}: "
                         "that server must be made a standby of the newer one")
        history = await self._history_of(client, timeline)
        if any(ended >= wal.timeline and why == FOREIGN_WRITE for ended, _, why in history):
            raise NeedsBaseBackup("another program has written to the primary's file, and no record tells what")
        await self._meet(client, history, timeline, end)

    async def _history_of(self, client: Client, timeline: int) -> tuple[Ended, ...]:
        if timeline == 1:
            return ()
        found = await client.simple_query(f"TIMELINE_HISTORY {timeline}")
        return parse_history((found[0].one().get("content") if found else None) or "")

    async def _meet(self, client: Client, history: Sequence[Ended], timeline: int, end: int) -> None:
        """Make sure that what this copy has, the primary has as well."""
        wal = self._wal
        meeting = meeting_of(wal.history, wal.timeline, wal.written, history, timeline)
        if meeting is None:
            raise NeedsBaseBackup("the primary has no timeline in common with this copy")
        position = meeting.position
        if timeline == wal.timeline and position == wal.written and end < position:
            if client.parameters.get("in_hot_standby") == "on":
                raise NotNow(f"{client.host.shown} is a standby itself and not yet as far as this copy")
            position = end  # the primary has lost what it had told
        if position == wal.written:
            return
        ahead = wal.written - position
        try:
            undone = await wal.rewind(position)
        except CannotRewind as error:
            raise NeedsBaseBackup(f"this copy has gone another way from {format_lsn(position)} on, and {error.message}") from None
        self._log.warning("rewound", records=undone, bytes=ahead, position=format_lsn(position))
        self.progress.replay = self.progress.receive = position
        await self._rewound()

    async def _make_slot(self, client: Client) -> None:
        """The slot, if it is not there: made here when an operator has dropped it, or after the primary was failed over."""
        name = self.slot
        found = await client.simple_query(f"SELECT plugin FROM pg_catalog.pg_replication_slots WHERE slot_name = '{name}'")
        if found[0].rows:
            if found[0].rows[0][0] != PLUGIN:
                raise NotNow(f'the replication slot "{name}" is of the plugin {found[0].rows[0][0]}')
            return
        await make_slot(client, name)


async def make_slot(client: Client, name: str) -> None:
    """Make a standby's slot. Raises: ServerError."""
    await client.simple_query(f'CREATE_REPLICATION_SLOT "{name}" LOGICAL {PLUGIN} (SNAPSHOT \'nothing\')')


async def warn_older(client: Client, timeline: int) -> bool:
    """Tell a primary of an older timeline that there is a newer one, so that it takes no more writes; whether it listened."""
    if client.parameters.get("in_hot_standby") == "on":
        return False
    slot = f"pgquill_warning_{client.process_id}"
    try:
        await client.simple_query(f"CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL {PLUGIN} (SNAPSHOT 'nothing')")
        async with client.copy_both(f"START_REPLICATION SLOT {slot} LOGICAL 0/0 ({KNOWN_TIMELINE} '{timeline}')"):
            return False
    except ServerError as error:
        return error.sqlstate == FENCED


def _says_gone(response: ErrorResponse) -> bool:
    """Whether a server says that it does not have the log any more."""
    return "already been removed" in response.message
