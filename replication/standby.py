"""A server that follows a primary, and how it becomes one itself.

`Standby` is what replication.service.Replication asks of the standby's half: how far it is, waiting for a position, pausing,
promotion. What is kept of it in the file itself, in pgquill_node, is a `Mark`: under the name STANDBY it says that the file is a
copy, so that nobody writes to it by mistake. A promotion makes it PROMOTED.
"""

import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import msgspec
import trio

from replication.client import ConnectionInfo, ConnectionLost, ServerError, connect
from replication.follower import CopyLog, Follower, NeedsBaseBackup, Timing, warn_older
from replication.login import CannotLogIn
from storage.log_readers import ReceiverFacts
from storage.logged import PROMOTION, Record, format_lsn

STANDBY, PROMOTED, FENCED = "standby", "promoted", "fenced"
"""Names of notes in pgquill_node."""
COPY_REFUSAL = "this is a copy: only its primary's changes are written"


class Mark(msgspec.Struct, frozen=True):
    """What a copy knows of itself. name: of the database, as on the primary."""

    name: str
    slot: str


class StandbyLog(CopyLog, Protocol):
    """The part of storage.wal.Wal that a standby needs."""

    refusal: str | None

    async def begin_timeline(self, why: str = PROMOTION) -> int:
        """Begin another history."""

    def note(self, name: str) -> str | None:
        """What is kept."""

    async def keep_note(self, name: str, value: str | None) -> None:
        """Keep it."""


class Copy(Protocol):
    """The executor's view of the copy: executor.replaying.Copy."""

    async def replayed(self, records: Sequence[Record]) -> None:
        """These have been applied: sequences, roles and notifications have moved."""

    async def reload(self) -> None:
        """The file may be any other: read all that is in memory anew."""

    async def promoted(self) -> None:
        """Writes are accepted from now on."""


def read_mark(wal: StandbyLog, kind: str = STANDBY) -> Mark | None:
    """The mark of a file; None if it is no copy (PROMOTED: has never been one that was promoted)."""
    text = wal.note(kind)
    return None if text is None else msgspec.json.decode(text, type=Mark)


async def save_mark(wal: StandbyLog, mark: Mark) -> None:
    """From now on the file is a copy."""
    await wal.keep_note(STANDBY, msgspec.json.encode(mark).decode())
    for name in (PROMOTED, FENCED):
        await wal.keep_note(name, None)


async def promote_file(wal: StandbyLog) -> int:
    """Make a primary's file of a copy's: the timeline it begins. Nothing is received meanwhile. Crashed in between, it is a copy
    that has a timeline of its own, which a second call finishes."""
    timeline = await wal.begin_timeline()
    await wal.keep_note(PROMOTED, wal.note(STANDBY))
    for name in (STANDBY, FENCED):
        await wal.keep_note(name, None)
    return timeline


class Standby:
    """See the module. is_standby: until it is promoted. rebuild: called with the reason when a new base backup is needed.

    follows: whether it is a copy; otherwise it has been promoted before, and only sees to it that its old primary knows.
    """

    def __init__(self, wal: StandbyLog, copy: Copy, info: ConnectionInfo, mark: Mark, timing: Timing,
                 rebuild: Callable[[str], Awaitable[None]], log: Any, *, follows: bool = True) -> None:
        self._wal = wal
        self._copy = copy
        self.info = info
        self._timing = timing
        self._rebuild = rebuild
        self._log = log
        self.follower = Follower(wal, info, mark.slot, copy.replayed, copy.reload, timing, log)
        self.is_standby = follows
        self._asked = trio.Event()
        self._promoted = trio.Event()
        if follows:
            wal.refusal = COPY_REFUSAL
        else:
            self._promoted.set()

    async def run(self) -> None:
        """Follow until promoted, or until a new base backup is needed; as a primary, fence the old one. Does not end by itself
        after a promotion."""
        if self.is_standby:
            try:
                await self.follower.run()
            except NeedsBaseBackup as error:
                self._log.error("this copy cannot follow its primary any more", reason=str(error),
                                position=format_lsn(self._wal.written))
                self.follower.status = "stopped"
                await self._rebuild_until_promoted(str(error))
            await self._become_primary()
        await self._fence_others()

    async def _rebuild_until_promoted(self, reason: str) -> None:
        """Another copy is made, with which the server begins anew. This one may be promoted all the same."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._rebuild, reason)
            await self._asked.wait()
            nursery.cancel_scope.cancel()

    # --- promotion --------------------------------------------------------------------------------------------------

    async def promote(self, wait_s: float | None) -> bool:
        """Become a primary; False if that takes longer than `wait_s` (None: does not wait). A second call waits as well."""
        self._asked.set()
        self.follower.stop()
        if wait_s is None:
            return True
        with trio.move_on_after(wait_s):
            await self._promoted.wait()
        return self._promoted.is_set()

    async def _become_primary(self) -> None:
        with trio.CancelScope(shield=True):
            position = self._wal.written
            timeline = await promote_file(self._wal)
            await self._copy.reload()
            self._wal.refusal = None
            self.is_standby = False
            await self._copy.promoted()
        self._log.info("promoted", timeline=timeline, position=format_lsn(position))
        self._promoted.set()
        self.follower.progress.wake()

    async def _fence_others(self) -> None:
        """Tell the old primary, whenever it can be reached, that it is one no longer."""
        tries = 0
        while True:
            for host in self.info.hosts:
                with suppress(ConnectionLost, ServerError, CannotLogIn):
                    await self._fence(ConnectionInfo((host,), self.info.words | {"target_session_attrs": "any"}))
            await trio.sleep(self._timing.pause(tries))
            tries += 1

    async def _fence(self, info: ConnectionInfo) -> None:
        client = await connect(info, replication="database")
        try:
            wal, found = self._wal, await client.identify()
            is_older = found.system == wal.system_identifier and found.timeline < wal.timeline
            if is_older and await warn_older(client, wal.timeline):
                self._log.warning("the old primary takes no more writes", primary=client.host.shown)
        finally:
            await client.close()

    # --- how far it is ----------------------------------------------------------------------------------------------

    async def wait_for_replay(self, lsn: int, timeout_s: float | None) -> str:
        """"success", "timeout" or "not in recovery"."""
        progress = self.follower.progress
        with trio.move_on_after(float("inf") if timeout_s is None else timeout_s):
            while progress.replay < lsn:
                if not self.is_standby:
                    return "not in recovery"
                await progress.changed()
            return "success"
        return "timeout"


class StandbyHalf:
    """The part of executor.replicas.Replication that is about following, and about having been followed too long.

    standby: of a server that follows or has followed a primary; None otherwise.
    """

    standby: Standby | None = None
    stop_server: Callable[[], None] | None = None
    """Ends the server; set by who runs it."""
    fenced_by: int | None = None
    """The timeline of the newer primary that has been heard of."""

    @property
    def is_standby(self) -> bool:
        """Whether nothing can be written: it follows, or there is a newer primary."""
        return self.fenced_by is not None or (self.standby is not None and self.standby.is_standby)

    async def run_standby(self) -> None:
        """Follow, if this is a standby."""
        if self.standby is not None:
            await self.standby.run()

    async def fence(self, wal: StandbyLog, timeline: int, log: Any) -> bool:
        """Somebody knows a timeline of this database: if it is newer than ours, this is no primary any more. Until it is
        started again as a standby nothing is written, and the file keeps that; whether that is so."""
        if timeline <= wal.timeline:
            return False
        if not self.is_standby:
            self.fenced_by = timeline
            wal.refusal = f"there is a newer primary, on timeline {timeline}: this server must be restarted as its standby"
            log.error("there is a newer primary: this server takes no more writes", timeline=wal.timeline, newer=timeline,
                      remedy="restart it with pgquill standby --primary, naming the new one")
            await wal.keep_note(FENCED, str(timeline))
        return True

    def receiver(self) -> ReceiverFacts | None:
        """The connection to the primary, if there is one."""
        if self.standby is None or self.standby.follower.client is None:
            return None
        follower = self.standby.follower
        assert follower.client is not None
        progress, host = follower.progress, follower.client.host
        return ReceiverFacts(
            os.getpid(), follower.status, progress.start, follower.start_timeline, progress.receive, follower.flushed,
            follower.timeline, progress.sent_at, progress.received_at, progress.latest_end, progress.latest_end_at, follower.slot,
            host.name or host.address, host.port, self.standby.info.shown)

    async def wait_for_replay(self, lsn: int, timeout_s: float | None) -> str:
        """WAIT FOR LSN."""
        return "not in recovery" if self.standby is None else await self.standby.wait_for_replay(lsn, timeout_s)

    async def promote(self, wait_s: float | None) -> bool:
        """pg_promote(); False as well if this is no standby, or a primary that a newer one has left behind."""
        return self.standby is not None and self.fenced_by is None and await self.standby.promote(wait_s)

    def replay_lsn(self) -> int | None:
        """pg_last_wal_replay_lsn()."""
        return None if self.standby is None else self.standby.follower.progress.replay

    def receive_lsn(self) -> int | None:
        """pg_last_wal_receive_lsn()."""
        return None if self.standby is None else self.standby.follower.progress.receive

    def replay_time(self) -> int | None:
        """pg_last_xact_replay_timestamp()."""
        return None if self.standby is None else self.standby.follower.progress.committed_at

    def pause_replay(self, paused: bool) -> None:
        """pg_wal_replay_pause() and _resume()."""
        if self.standby is not None:
            self.standby.follower.progress.paused = paused

    @property
    def replay_is_paused(self) -> bool:
        """pg_is_wal_replay_paused()."""
        return self.standby is not None and self.standby.follower.progress.paused
