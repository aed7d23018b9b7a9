"""Replication slots: who reads the log of a database, and how far, so that nothing goes that somebody needs.

A slot is one reader's at a time. What it has confirmed is kept in the file now and then and at the end, as PostgreSQL keeps it at
checkpoints: after a crash a slot may stand a little further back, and its reader is told again what it knows already. Temporary
slots are in memory alone, and go with their connection.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import time_ns
from typing import Protocol

import trio

from storage.log_readers import SlotFacts
from storage.wal import StoredSlot, Wal

_NAME = re.compile(r"[a-z0-9_]+")
NAME_BYTES_MAX = 63
NEWEST_BYTES = 2 << 20
"""Of what a reader has, so much is kept: a copy compares its newest record with what it is sent. More than a record has."""
REMOVED = "wal_removed"
IDLE = "idle_timeout"
_WHY = {
    REMOVED: 'This replication slot has been invalidated due to "wal_removed".',
    IDLE: 'This replication slot has been invalidated due to "idle_timeout".',
}


class MakeError(Protocol):
    """Makes the error that a client is told."""

    def __call__(self, sqlstate: str, message: str, *, detail: str | None = None, hint: str | None = None,
                 where: str | None = None) -> Exception:
        """The error; raise it."""


@dataclass(slots=True)
class Counts:
    """What pg_stat_replication_slots shows; bytes as they are in the log. Nothing is spilled: it is decoded from the log."""

    stream_txns: int = 0
    stream_count: int = 0
    stream_bytes: int = 0
    total_txns: int = 0
    total_bytes: int = 0
    stats_reset: int | None = None


class Slot:
    """A slot. confirmed: its reader has all before it. active: the process id of the reader; 0 if there is none. inactive_since:
    microseconds since 1970; None while it is active. owner: of a temporary slot, the process id of its session. sent: by whoever
    shows what the sender is at."""

    def __init__(self, name: str, database: str, wal: Wal, plugin: str, confirmed: int, *, owner: int = 0,
                 failover: bool = False, reason: str | None = None) -> None:
        self.name, self.database, self.wal, self.plugin = name, database, wal, plugin
        self.confirmed = confirmed
        self.owner = owner
        self.failover = failover
        self.reason = reason
        self.active = 0
        self.inactive_since: int | None = _now()
        self.saved: StoredSlot | None = None
        self.counts = Counts()

    @property
    def temporary(self) -> bool:
        """Whether it goes with its session."""
        return self.owner != 0

    def facts(self) -> SlotFacts:
        """What pg_replication_slots shows."""
        return SlotFacts(self.name, self.database, self.plugin, self.temporary, self.active, self.confirmed, self.confirmed,
                         self.inactive_since, self.reason, self.failover, **asdict(self.counts))

    def stored(self) -> StoredSlot:
        """What the file keeps."""
        return StoredSlot(self.name, self.plugin, self.confirmed, self.confirmed, self.failover, self.reason)

    def confirm(self, position: int) -> None:
        """The reader has everything before a position; it never goes back."""
        self.confirmed = max(self.confirmed, position)


def _now() -> int:
    return time_ns() // 1000


class Slots:
    """All slots of a server."""

    def __init__(self, error: MakeError, limit: Callable[[], int]) -> None:
        """limit: max_replication_slots."""
        self._error = error
        self._limit = limit
        self._slots: dict[str, Slot] = {}
        self.released = trio.lowlevel.ParkingLot()
        """Unparked whenever a slot is nobody's any more."""

    def __iter__(self) -> Iterator[Slot]:
        return iter(tuple(self._slots.values()))

    def load(self, database: str, wal: Wal) -> None:
        """Take the slots that a file keeps."""
        for stored in wal.slots().values():
            slot = Slot(stored.name, database, wal, stored.plugin, stored.confirmed, failover=stored.failover,
                        reason=stored.reason)
            slot.saved = stored
            self._slots[slot.name] = slot

    def forget(self, database: str) -> None:
        """A database is gone."""
        for slot in self:
            if slot.database == database:
                del self._slots[slot.name]

    def check_name(self, name: str) -> None:
        """42602, 42710, 53400."""
        if not name:
            raise self._error("42602", f'replication slot name "{name}" is too short')
        if len(name.encode()) > NAME_BYTES_MAX:
            raise self._error("42602", f'replication slot name "{name}" is too long')
        if not _NAME.fullmatch(name):
            raise self._error("42602", f'replication slot name "{name}" contains invalid character',
                              hint="Replication slot names may only contain lower case letters, numbers, and the underscore "
                                   "character.")
        if name == "pg_conflict_detection":
            raise self._error("42939", f'replication slot name "{name}" is reserved')
        if name in self._slots:
            raise self._error("42710", f'replication slot "{name}" already exists')
        if len(self._slots) >= self._limit():
            raise self._error("53400", "all replication slots are in use", hint='Free one or increase "max_replication_slots".')

    def add(self, slot: Slot) -> None:
        """A slot that `check_name` has let through."""
        self._slots[slot.name] = slot

    def discard(self, slot: Slot) -> None:
        """It could not be kept."""
        self._slots.pop(slot.name, None)

    async def keep(self, slot: Slot) -> None:
        """Save a slot now, unless it is temporary."""
        if not slot.temporary:
            slot.saved = slot.stored()
            await slot.wal.save_slots([slot.saved])

    async def save(self) -> None:
        """Save what has moved since it was saved last."""
        moved: dict[int, tuple[Wal, list[Slot]]] = {}
        for slot in self:
            if not slot.temporary and slot.stored() != slot.saved:
                moved.setdefault(id(slot.wal), (slot.wal, []))[1].append(slot)
        for wal, slots in moved.values():
            stored = [slot.stored() for slot in slots]
            await wal.save_slots(stored)
            for slot, saved in zip(slots, stored, strict=True):
                slot.saved = saved

    def find(self, name: str) -> Slot:
        """42704."""
        slot = self._slots.get(name)
        if slot is None:
            raise self._error("42704", f'replication slot "{name}" does not exist')
        return slot

    def usable(self, name: str, process_id: int) -> Slot:
        """A slot that this process may take (42704, 55006)."""
        slot = self.find(name)
        if slot.owner not in (0, process_id):
            raise self._error("42704", f'replication slot "{name}" does not exist')
        if slot.active not in (0, process_id):
            raise self._error("55006", f'replication slot "{name}" is active for PID {slot.active}')
        return slot

    @contextmanager
    def acquired(self, name: str, process_id: int, database: str | None = None) -> Iterator[Slot]:
        """The slot, nobody else's meanwhile (42704, 55006, 55000 if it has been invalidated, 0A000 from another database)."""
        slot = self.usable(name, process_id)
        if slot.active:
            raise self._error("55006", f'replication slot "{name}" is active for PID {slot.active}')
        if slot.reason is not None:
            raise self._error("55000", f'can no longer access replication slot "{name}"', detail=_WHY.get(slot.reason))
        if database is not None and slot.database != database:
            raise self._error("55000", f'replication slot "{name}" was not created in this database')
        slot.active, slot.inactive_since = process_id, None
        try:
            yield slot
        finally:
            slot.active, slot.inactive_since = 0, _now()
            self.released.unpark_all()

    async def drop(self, name: str, process_id: int) -> None:
        """42704, 55006."""
        slot = self.usable(name, process_id)
        if slot.active:
            raise self._error("55006", f'replication slot "{name}" is active for PID {slot.active}')
        del self._slots[name]
        if not slot.temporary:
            await slot.wal.save_slots((), gone=(name,))

    def drop_temporary(self, process_id: int) -> None:
        """A session is over."""
        for slot in self:
            if slot.owner == process_id:
                del self._slots[slot.name]

    def of(self, wal: Wal) -> list[Slot]:
        """The slots in one log."""
        return [slot for slot in self if slot.wal is wal]

    def invalidate(self, wals: Mapping[str, Wal], keep_bytes: int | None, idle_us: int) -> list[Slot]:
        """Give up slots that hold back more than `keep_bytes` (None: as much as they like), or that nobody has used for
        `idle_us` microseconds (0: for ever); those given up now."""
        found = []
        for slot in self:
            if slot.reason is not None:
                continue
            if keep_bytes is not None and slot.wal.written - slot.confirmed > keep_bytes:
                slot.reason = REMOVED
            elif idle_us and not slot.temporary and slot.inactive_since is not None and _now() - slot.inactive_since > idle_us:
                slot.reason = IDLE
            if slot.reason is not None:
                found.append(slot)
        return found

    def release(self, wal: Wal, keep_bytes: int) -> None:
        """Let the log of a database go as far as no slot needs it. keep_bytes: wal_keep_size."""
        needed = [slot.confirmed - NEWEST_BYTES for slot in self.of(wal) if slot.reason is None]
        upto = min(needed, default=wal.written)
        wal.keep_from(max(0, min(upto, wal.written - keep_bytes)))
