"""A server that follows a primary, and how it becomes one itself.

`Standby` is what replication.service.Replication asks of the standby's half: how far it is, waiting for a position, pausing,
promotion. What is kept of it in the file itself, in pgquill_node, is a `Mark`: under the name STANDBY it says that the file is a
copy, so that nobody writes to it by mistake. A promotion makes it PROMOTED.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec
import trio

from replication.conninfo import ConnectionInfo
from replication.follower import CopyLog, Follower, NeedsBaseBackup, Timing
from storage.logged import PROMOTION, Record, format_lsn

STANDBY, PROMOTED = "standby", "promoted"
"""Names of notes in pgquill_node."""


class Mark(msgspec.Struct, frozen=True):
    """What a copy knows of itself. name: of the database, as on the primary."""

    name: str
    slot: str


class StandbyLog(CopyLog, Protocol):
    """The part of storage.wal.Wal that a standby needs."""

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
    await wal.keep_note(PROMOTED, None)


async def promote_file(wal: StandbyLog) -> int:
    """Make a primary's file of a copy's: the timeline it begins. Nothing is received meanwhile. Crashed in between, it is a copy
    that has a timeline of its own, which a second call finishes."""
    timeline = await wal.begin_timeline()
    mark = wal.note(STANDBY)
    await wal.keep_note(PROMOTED, mark)
    await wal.keep_note(STANDBY, None)
    return timeline


class Standby:
    """See the module. is_standby: until it is promoted. rebuild: called with the reason when a new base backup is needed."""

    def __init__(self, wal: StandbyLog, copy: Copy, info: ConnectionInfo, mark: Mark, timing: Timing,
                 rebuild: Callable[[str], Awaitable[None]], log: Any) -> None:
        self._wal = wal
        self._copy = copy
        self._info = info
        self._rebuild = rebuild
        self._log = log
        self.follower = Follower(wal, info, mark.slot, copy.replayed, copy.reload, timing, log)
        self.is_standby = True
        self._promoting = False
        self._ended = trio.Event()
        self._promoted = trio.Event()

    async def run(self) -> None:
        """Follow until promoted, or until a new base backup is needed."""
        try:
            await self.follower.run()
        except NeedsBaseBackup as error:
            self._log.error("this copy cannot follow its primary any more", reason=str(error),
                            position=format_lsn(self._wal.written))
            self.follower.status = "stopped"
            await self._rebuild(str(error))
        finally:
            self._ended.set()
        if self._promoting:
            await self._become_primary()

    # --- promotion --------------------------------------------------------------------------------------------------

    async def promote(self, wait_s: float | None) -> bool:
        """Become a primary; False if that takes longer than `wait_s` (None: does not wait). A second call waits as well."""
        self._promoting = True
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
            self.is_standby = False
            await self._copy.reload()
            await self._copy.promoted()
        self._log.info("promoted", timeline=timeline, position=format_lsn(position))
        self._promoted.set()
        self.follower.progress.wake()

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

    def pause(self, paused: bool) -> None:
        """Apply no more for now, or go on."""
        self.follower.progress.paused = paused

    @property
    def is_paused(self) -> bool:
        """Whether nothing is applied."""
        return self.follower.progress.paused
