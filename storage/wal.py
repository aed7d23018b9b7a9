"""The log of one database: writing it, reading it, applying it. Database.wal is one of these; see storage/logged.py.

Only what a crash cannot take back is read: `flushed` moves after the flush of a commit, and so do those who wait.
"""

from collections.abc import Sequence

import msgspec

from storage.logged import Record


class StoredSlot(msgspec.Struct, frozen=True):
    """What the file keeps of a replication slot. restart, confirmed: positions. reason: why it cannot be used any more."""

    name: str
    plugin: str
    restart: int
    confirmed: int
    failover: bool = False
    reason: str | None = None


class Wal:
    """See the module. All methods belong to the event loop's thread. Positions as in storage/logged.py.

    is_on: whether commits are logged. written, flushed: the end of the log, and as much of it as the disk has. oldest: where
    the log that is still there begins. timeline, history: which timeline this is, and ((timeline, where it ended), ...) of
    those before. system_identifier: PostgreSQL's 64 bits for this database and its copies.
    """

    is_on: bool
    written: int
    flushed: int
    oldest: int
    timeline: int
    history: tuple[tuple[int, int], ...]
    system_identifier: int

    async def turn_on(self) -> None:
        """Begin to log; what is committed from now on is in the log. Nothing to do if it is on. Raises: LockTimeout, ReadOnly."""
        raise NotImplementedError

    async def turn_off(self) -> None:
        """Stop logging, and drop the log. Slots must be gone."""
        raise NotImplementedError

    async def read(self, start: int, bytes_max: int = 1 << 20) -> Sequence[Record]:
        """Flushed records from `start`, the position of a record or the end of the log, on: at least one if there is one.

        Raises: LogGone if `start` is older than `oldest` or is no position of this log.
        """
        raise NotImplementedError

    async def read_facts(self, start: int) -> Sequence[Record]:
        """The flushed records from `start` on that have FACTS, all of them."""
        raise NotImplementedError

    async def wait_beyond(self, position: int) -> None:
        """Until `flushed` is beyond a position."""
        raise NotImplementedError

    def slots(self) -> dict[str, StoredSlot]:
        """The slots that the file keeps."""
        raise NotImplementedError

    async def save_slots(self, slots: Sequence[StoredSlot], gone: Sequence[str] = ()) -> None:
        """Keep what has changed of slots, and forget those that are `gone`; durable when it returns."""
        raise NotImplementedError

    async def keep_from(self, position: int | None) -> None:
        """Nobody needs records before a position (None: any) any more: they go with a later commit."""
        raise NotImplementedError

    async def apply(self, records: Sequence[Record]) -> None:
        """On a standby: do whole transactions of the primary, and log them under their own positions, in one transaction.

        The first must begin where the log ends. Raises: ApplyConflict if the file is not as the records need it.
        """
        raise NotImplementedError

    async def begin_timeline(self) -> int:
        """From here on this is another history than that of whoever has the same log: the new timeline."""
        raise NotImplementedError
