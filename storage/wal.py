"""The log of one database: writing it, reading it, applying it. Database.wal is one of these; see storage/logged.py.

Only what a crash cannot take back is read: `flushed` moves after the flush of a commit, and so do those who wait. The newest
records are kept in memory, since that is what those who follow ask for.

    pgquill_wal(lsn INTEGER PRIMARY KEY, xid, committed_at, timeline, facts, record)   the log
    pgquill_slot(name TEXT PRIMARY KEY, definition TEXT)                              who reads it, and how far
    pgquill_node(name TEXT PRIMARY KEY, value)                                        system_identifier, timeline, history, end
"""

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from time import time_ns
from typing import TYPE_CHECKING, Any

import apsw
import msgspec
import trio
from msgspec.structs import replace

from storage.apply import Applier
from storage.changes import Change
from storage.connection import Connection
from storage.errors import ApplyConflict, Busy, LogGone, ReadOnly, translate
from storage.foreign import written_by_others
from storage.logged import FIRST_LSN, FOREIGN_WRITE, FORK, PROMOTION, Record, encode
from storage.rewind import Rewound, undo_from
from storage.turn import Alone, Patience

if TYPE_CHECKING:
    from storage.engine import Engine

FIRST_XID = 1000
RECENT_BYTES = 8 << 20
"""How much of the newest log is kept in memory."""
NEW_MAX = 8
"""Records of one transaction that are kept in memory."""
PRUNE_BYTES = 256 << 10
"""So much of the log must have become superfluous before some of it is deleted."""
PRUNE_STEP_BYTES = 1 << 20
SETTLE_S = 0.001
APPLY_INLINE_BYTES = 16 << 10
"""Records of so many bytes are applied in the event loop; a thread costs as much."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS main.pgquill_wal(lsn INTEGER PRIMARY KEY, xid INTEGER NOT NULL, committed_at INTEGER, "
    "timeline INTEGER NOT NULL, facts INTEGER NOT NULL, record BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS main.pgquill_wal_facts ON pgquill_wal(lsn) WHERE facts",
    "CREATE TABLE IF NOT EXISTS main.pgquill_slot(name TEXT PRIMARY KEY, definition TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS main.pgquill_node(name TEXT PRIMARY KEY, value)",
)
_INSERT = "INSERT INTO main.pgquill_wal(lsn, xid, committed_at, timeline, facts, record) VALUES (?, ?, ?, ?, ?, ?)"
_SELECT = "SELECT lsn, xid, committed_at, timeline, facts, record FROM main.pgquill_wal"
_SAVE_NODE = "INSERT INTO main.pgquill_node(name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_SAVE_SLOT = "INSERT INTO main.pgquill_slot(name, definition) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET definition = ?2"


class StoredSlot(msgspec.Struct, frozen=True):
    """What the file keeps of a replication slot. restart, confirmed: positions. reason: why it cannot be used any more."""

    name: str
    plugin: str
    restart: int
    confirmed: int
    failover: bool = False
    reason: str | None = None


def _node(raw: apsw.Connection) -> dict[str, Any]:
    rows: Any = raw.execute("SELECT name, value FROM main.pgquill_node").fetchall()
    return dict(rows)


def _history(node: dict[str, Any]) -> tuple[tuple[int, int, str], ...]:
    return tuple((old, end, why) for old, end, why in json.loads(node.get("history", "[]")))


class Wal:
    """See the module. All methods belong to the event loop's thread. Positions as in storage/logged.py.

    is_on: whether commits are logged. written, flushed: the end of the log, and as much of it as the disk has. oldest: where
    the log that is still there begins. timeline, history: which timeline this is, and (timeline, where it ended, why) of
    those before (PROMOTION or FOREIGN_WRITE). system_identifier: PostgreSQL's 64 bits for this database and its copies; 0 as long
    as there has been no log. listeners: called whenever `flushed` has moved; must not raise.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self.is_on = False
        self.written = self.flushed = self.oldest = 0
        self.timeline = 1
        self.history: tuple[tuple[int, int, str], ...] = ()
        self.system_identifier = 0
        self._xid = FIRST_XID
        self._slots: dict[str, StoredSlot] = {}
        self._recent: deque[Record] = deque()
        self._recent_bytes = 0
        self._new: list[Record] = []  # of the transaction that is being committed
        self._is_gap = False  # there are more of it, before those
        self._fork: tuple[int, tuple[tuple[int, int, str], ...]] | None = None  # that it brings
        self._foreign = 0  # other programs' commits that have a timeline of their own already
        self._keep_from: int | None = 0
        self._waiting = trio.lowlevel.ParkingLot()
        self.listeners: set[Callable[[], None]] = set()
        self._applier: Applier | None = None
        self._lent = 0  # connections to readers, before the last `flush`
        self._notes: dict[str, str] = {}
        self.refusal: str | None = None
        """Why nothing may be committed that the log would tell of: this is a copy, or there is a newer primary."""
        engine.flusher.position = lambda: self.written
        engine.flusher.reached = self._reached

    def load(self) -> None:
        """Read from the file where the log stands."""
        raw = self._engine.writer.raw
        try:
            if not raw.execute("SELECT 1 FROM main.sqlite_schema WHERE name = 'pgquill_node'").fetchall():
                return
            node = _node(raw)
            last: Any = raw.execute(f"{_SELECT} ORDER BY lsn DESC LIMIT 1").fetchone()
            first: Any = raw.execute("SELECT min(lsn) FROM main.pgquill_wal").fetchone()
            slots: Any = raw.execute("SELECT definition FROM main.pgquill_slot").fetchall()
        except apsw.Error as error:
            raise translate(error) from error
        self._take_node(node)
        self.is_on = last is not None
        if last is not None:
            record = Record(*last)
            self._xid = record.xid
            self.oldest, self.written = first[0], record.end
        self.flushed = self.written
        if self.is_on and written_by_others(self._engine):
            self._engine.foreign += 1  # the next commit begins a new timeline
        self._slots = {slot.name: slot for slot in (msgspec.json.decode(text, type=StoredSlot) for (text,) in slots)}

    def _take_node(self, node: dict[str, Any]) -> None:
        self._notes = {name: value for name, value in node.items() if isinstance(value, str)}
        self.system_identifier = int(node.get("system_identifier", 0))
        self.timeline = int(node.get("timeline", 1))
        self.history = _history(node)
        self.written = self.oldest = int(node.get("end", FIRST_LSN))

    # --- on and off -----------------------------------------------------------------------------------------------

    async def turn_on(self) -> None:
        """Begin to log; what is committed from now on is in the log. Nothing to do if it is on. Raises: LockTimeout, ReadOnly."""
        if self.is_on:
            return

        def job(connection: Connection) -> None:
            if self.is_on:
                return
            for sql in _TABLES:
                connection.command(sql)
            self._take_node(_node(connection.raw))
            if not self.system_identifier:
                now = time_ns() // 1000
                self.system_identifier = (now // 1_000_000) << 32 | (now % 1_000_000) << 12 | (os.getpid() & 0xFFF)
            self._save_node(connection, self.timeline, self.history)
            self._foreign = self._engine.foreign
            self.write(connection, (encode(()),))

        await self._alone(job)

    async def turn_off(self) -> None:
        """Stop logging, and drop the log. Slots must be gone. Raises: LockTimeout."""
        if not self.is_on:
            return

        def job(connection: Connection) -> None:
            connection.raw.execute(_SAVE_NODE, ("end", self.written)).fetchall()
            connection.command("DELETE FROM main.pgquill_wal")

        await self._alone(job)
        self.is_on = False
        self.oldest = self.written
        self._recent.clear()
        self._recent_bytes = 0

    async def _alone(self, job: Callable[[Connection], None]) -> None:
        """Run a job in a transaction of its own that is about this copy alone; durable when it returns."""
        engine = self._engine
        engine.check_open()
        if engine.settings.read_only:
            raise ReadOnly("attempt to write a readonly database")
        alone = Alone()
        await engine.turn.take(alone, engine.busy_timeout_s)
        try:
            connection = engine.writer
            await self._begin(connection)
            try:
                engine.note_foreign()
                job(connection)
                connection.command("COMMIT")
            except BaseException as error:
                if connection.in_transaction:
                    connection.command("ROLLBACK")
                raise translate(error) if isinstance(error, apsw.Error) else error from None
            finally:
                engine.wrote(connection)
            self.committed()
            engine.committed()
        finally:
            engine.turn.leave(alone)
        await engine.flusher.flush()

    async def at_rest(self, job: Callable[[], None]) -> None:
        """Run something short while nobody can commit. Raises: LockTimeout, and what it raises."""
        engine = self._engine
        alone = Alone()
        await engine.turn.take(alone, engine.busy_timeout_s)
        try:
            job()
        finally:
            engine.turn.leave(alone)

    async def _begin(self, connection: Connection) -> None:
        patience = Patience(self._engine.busy_timeout_s)
        while not connection.in_transaction:
            try:
                connection.command("BEGIN IMMEDIATE")
            except Busy as busy:
                await patience.wait(busy)

    # --- writing --------------------------------------------------------------------------------------------------

    def write(self, connection: Connection, records: Iterable[bytes], *, facts: bool = False) -> int:
        """Append the records of the transaction that is about to be committed on a connection; where they end. `committed` says
        that it is. 5 us and more. Raises: ReadOnly, if there is a `refusal`."""
        if self.refusal is not None:
            raise ReadOnly(self.refusal)
        self._new = []
        self._fork, self._is_gap = None, False
        if self._foreign != self._engine.foreign:
            self._catch_up(connection)
            self._fork_here(connection, FOREIGN_WRITE)
        timeline = self.timeline if self._fork is None else self._fork[0]
        end = self._new[-1].end if self._new else self.written
        xid = self._xid + 1 + len(self._new)
        execute = connection.raw.execute
        last: Record | None = None
        for data in records:
            if last is not None:
                execute(_INSERT, last).fetchall()
                self._new.append(last)
                if len(self._new) > NEW_MAX:
                    self._new.clear()  # they are read from the file
                    self._is_gap = True
            last = Record(end, xid, None, timeline, facts, data)
            end = last.end
        assert last is not None
        last = last._replace(committed_at=time_ns() // 1000)
        execute(_INSERT, last).fetchall()
        self._new.append(last)
        self._prune(connection)
        return end

    def committed(self) -> None:
        """What was written last has been committed."""
        new, self._new = self._new, []
        if not new:
            return
        if self._fork is not None:
            (self.timeline, self.history), self._fork = self._fork, None
        self._foreign = self._engine.foreign
        self.is_on = True
        self._xid = new[-1].xid
        if self._is_gap:
            self._recent.clear()
            self._recent_bytes = 0
        self._remember(new)

    def _remember(self, new: Sequence[Record]) -> None:
        """These are the newest records now."""
        self.written = new[-1].end
        self._recent.extend(new)
        self._recent_bytes += sum(len(record.data) for record in new)
        while self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= len(self._recent.popleft().data)

    def _catch_up(self, connection: Connection) -> None:
        """The other program may be one of ours, which has written to the log, too."""
        node = _node(connection.raw)
        last: Any = connection.raw.execute(f"{_SELECT} ORDER BY lsn DESC LIMIT 1").fetchone()
        if last is not None and (end := Record(*last).end) != self.written:
            self.timeline, self.history = int(node["timeline"]), _history(node)
            self.written, self._xid = end, last[1]
            self._recent.clear()
            self._recent_bytes = 0

    def _fork_here(self, connection: Connection, why: str) -> None:
        timeline = self.timeline + 1
        history = (*self.history, (self.timeline, self.written, why))
        self._save_node(connection, timeline, history)
        data = encode((Change("", why, FORK, 0, 0, None, None),))
        record = Record(self.written, self._xid + 1, time_ns() // 1000, timeline, False, data)
        connection.raw.execute(_INSERT, record).fetchall()
        self._new = [record]
        self._fork = (timeline, history)

    def _save_node(self, connection: Connection, timeline: int, history: Sequence[tuple[int, int, str]]) -> None:
        values = (("system_identifier", self.system_identifier), ("timeline", timeline), ("history", json.dumps(history)))
        for value in values:
            connection.raw.execute(_SAVE_NODE, value).fetchall()

    def _prune(self, connection: Connection) -> None:
        """Delete some of what nobody needs; never the newest record, which says where the log stands."""
        upto = self._new[-1].lsn if self._keep_from is None else min(self._keep_from, self._new[-1].lsn)
        if upto - self.oldest < PRUNE_BYTES:
            return
        upto = min(upto, self.oldest + PRUNE_STEP_BYTES)
        connection.raw.execute("DELETE FROM main.pgquill_wal WHERE lsn < ?", (upto,)).fetchall()
        first: Any = connection.raw.execute("SELECT min(lsn) FROM main.pgquill_wal").fetchone()
        self.oldest = first[0]

    def _reached(self, position: int) -> None:
        if position > self.flushed:
            self.flushed = position
            self._waiting.unpark_all()
            for listener in tuple(self.listeners):
                listener()

    async def append(self, changes: Sequence[Change]) -> int:
        """Log something outside of all transactions, durably; where it ends."""
        await self._alone(lambda connection: self._append(connection, changes))
        return self.written

    def _append(self, connection: Connection, changes: Sequence[Change]) -> None:
        self.write(connection, (encode(changes),))

    @property
    def knows_all(self) -> bool:
        """Whether the log tells of every commit, as far as this process has noticed."""
        return self._foreign == self._engine.foreign

    async def notice_foreign(self) -> None:
        """Look whether another program has written since the last commit; if so, begin the new timeline now."""
        self._engine.look_for_foreign()
        if self.is_on and self._foreign != self._engine.foreign:
            await self.append(())

    async def begin_timeline(self, why: str = PROMOTION) -> int:
        """From here on this is another history than that of whoever has the same log: the new timeline."""
        self.stop_applying()

        def job(connection: Connection) -> None:
            self._new = []
            self._fork_here(connection, why)

        await self._alone(job)
        return self.timeline

    # --- reading --------------------------------------------------------------------------------------------------

    async def read(self, start: int, bytes_max: int = 1 << 20) -> Sequence[Record]:
        """Flushed records from the first that begins at `start` or after it: at least one if there is one.

        Raises: LogGone if `start` is older than `oldest`.
        """
        if start < self.oldest:
            raise LogGone("requested log position has already been removed")
        if start >= self.flushed:
            return ()
        recent = self._recent
        if not recent or recent[0].lsn > start:
            return await self._select(f"{_SELECT} WHERE lsn >= ?1 AND lsn < ?2 ORDER BY lsn", (start, self.flushed), bytes_max)
        at = len(recent)
        while at and recent[at - 1].lsn >= start:  # from the newest back: few are asked for that are old
            at -= 1
        found, size = [], 0
        for record in islice(recent, at, None):
            if record.lsn >= self.flushed or size >= bytes_max:
                break
            found.append(record)
            size += len(record.data)
        return found

    async def newest(self) -> Record | None:
        """The newest flushed record; None if there is none."""
        for record in reversed(self._recent):
            if record.lsn < self.flushed:
                return record
        found = await self._select(f"{_SELECT} WHERE lsn >= ?1 AND lsn < ?2 ORDER BY lsn DESC LIMIT 1", (0, self.flushed), 0)
        return found[0] if found else None

    async def read_facts(self, start: int) -> Sequence[Record]:
        """The flushed records from `start` on that have FACTS, all of them."""
        if not self.is_on:
            return ()
        sql = f"{_SELECT} WHERE facts AND lsn >= ?1 AND lsn < ?2 ORDER BY lsn"
        return await self._select(sql, (start, self.flushed), 1 << 62)

    async def _select(self, sql: str, params: tuple[int, int], bytes_max: int) -> Sequence[Record]:
        engine = self._engine
        connection = await engine.pool.take()

        def job() -> list[Record]:
            found, size = [], 0
            for row in connection.raw.execute(sql, params):
                found.append(Record(*row))
                size += len(found[-1].data)
                if size >= bytes_max:
                    break
            return found

        try:
            return await engine.worker.read(job, connection)
        except apsw.Error as error:
            raise translate(error) from error
        finally:
            engine.pool.give_back(connection)

    async def wait_beyond(self, position: int) -> None:
        """Until `flushed` is beyond a position."""
        while self.flushed <= position:
            await self._waiting.park()

    async def settled(self) -> None:
        """Until what can be seen in the file is in `written`: no COMMIT runs in a thread."""
        while self._engine.committing or isinstance(self._engine.turn.holder, Alone):  # noqa: ASYNC110  (some milliseconds)
            await trio.sleep(SETTLE_S)

    # --- slots ----------------------------------------------------------------------------------------------------

    def slots(self) -> dict[str, StoredSlot]:
        """The slots that the file keeps."""
        return dict(self._slots)

    async def save_slots(self, slots: Sequence[StoredSlot], gone: Sequence[str] = ()) -> None:
        """Keep what has changed of slots, and forget those that are `gone`; durable when it returns."""
        def job(connection: Connection) -> None:
            for slot in slots:
                connection.raw.execute(_SAVE_SLOT, (slot.name, msgspec.json.encode(slot).decode())).fetchall()
            for name in gone:
                connection.raw.execute("DELETE FROM main.pgquill_slot WHERE name = ?", (name,)).fetchall()

        await self._alone(job)
        self._slots.update((slot.name, slot) for slot in slots)
        for name in gone:
            self._slots.pop(name, None)

    def keep_from(self, position: int | None) -> None:
        """Nobody needs records before a position (None: any) any more: they go with later commits."""
        self._keep_from = position

    # --- a copy ---------------------------------------------------------------------------------------------------

    async def apply(self, records: Sequence[Record]) -> None:
        """On a standby: do whole transactions of the primary, and log them under their own positions, in one transaction.
        Everybody sees them when it returns; they are durable after `flush`.

        The first must begin where the log ends. Raises: ApplyConflict if the file is not as the records need it, or if they say
        that the primary's file has changes that nobody has logged; LockTimeout while another program writes.
        """
        if not records:
            return
        if records[-1].committed_at is None:
            raise ApplyConflict("a transaction is not complete")
        engine = self._engine
        engine.check_open()
        if self._applier is None:
            self._applier = Applier(Connection(engine.settings))
        applier = self._applier
        alone = Alone()
        await engine.turn.take(alone, engine.busy_timeout_s)
        try:
            await self._begin(applier.connection)
            self._refuse_foreign()
            with trio.CancelScope(shield=True):
                if sum(len(record.data) for record in records) <= APPLY_INLINE_BYTES:
                    forks = self._apply(applier, records)
                else:
                    forks = await engine.worker.write(lambda: self._apply(applier, records))
            self._take_forks(forks)
            self._xid = records[-1].xid
            self._remember(records)
            engine.history.add(None)
            engine.committed()
        finally:
            if applier.connection.in_transaction:
                applier.connection.command("ROLLBACK")
            engine.wrote(applier.connection)
            engine.turn.leave(alone)
        engine.checkpoint_if_due(applier.connection.wal_pages)

    async def flush(self) -> None:
        """Until `flushed` is what `written` is now. Raises: IoError."""
        lent, self._lent = self._lent, self._engine.pool.lent
        await self._engine.flusher.flush(apart=lent != self._lent)  # readers should not have to wait for it

    async def rewind(self, position: int) -> int:
        """Undo all from a position on, so that this copy can follow another history that has its log up to there; how many
        records that were. Raises: CannotRewind, ApplyConflict; then nothing has been done."""
        engine = self._engine
        self.stop_applying()
        applier = Applier(Connection(engine.settings))
        connection = applier.connection
        alone = Alone()
        await engine.turn.take(alone, engine.busy_timeout_s)
        try:
            await self._begin(connection)
            self._refuse_foreign()

            def job() -> Rewound:
                rewound = undo_from(applier, position)
                self._save_node(connection, rewound.last.timeline, self._history_before(rewound.last.timeline))
                connection.command("COMMIT")
                return rewound

            with trio.CancelScope(shield=True):
                done = await engine.worker.write(job)
            self.history, self.timeline = self._history_before(done.last.timeline), done.last.timeline
            self._xid = done.last.xid
            self.written = self.flushed = position
            self._recent.clear()
            self._recent_bytes = 0
            engine.history.add(None)
            engine.committed()
        finally:
            if connection.in_transaction:
                connection.command("ROLLBACK")
            engine.wrote(connection)
            engine.turn.leave(alone)
            connection.close()
        gone = [replace(slot, reason=slot.reason or "wal_removed") for slot in self._slots.values() if slot.confirmed > position]
        await self.save_slots(gone)
        return done.records

    def _history_before(self, timeline: int) -> tuple[tuple[int, int, str], ...]:
        return tuple(row for row in self.history if row[0] < timeline)

    def note(self, name: str) -> str | None:
        """What `keep_note` has kept."""
        return self._notes.get(name)

    async def keep_note(self, name: str, value: str | None) -> None:
        """Keep something about this copy alone, beside the log; None forgets it. Durable when it returns."""
        def job(connection: Connection) -> None:
            for sql in _TABLES:
                connection.command(sql)
            if value is None:
                connection.raw.execute("DELETE FROM main.pgquill_node WHERE name = ?", (name,)).fetchall()
            else:
                connection.raw.execute(_SAVE_NODE, (name, value)).fetchall()

        await self._alone(job)
        self._notes = {known: kept for known, kept in self._notes.items() if known != name} | (
            {} if value is None else {name: value})

    def _refuse_foreign(self) -> None:
        engine = self._engine
        engine.writer.number("data_version")  # looks at the file, which nobody else can change now
        engine.note_foreign()
        if self._foreign != engine.foreign:
            raise ApplyConflict("another program has written to this copy")

    def _apply(self, applier: Applier, records: Sequence[Record]) -> list[tuple[int, int]]:
        """In the transaction that has begun: do the records and COMMIT. Gives (timeline, where it begins) of new timelines."""
        connection = applier.connection
        connection.wal_pages = 0
        forks: list[tuple[int, int]] = []
        position, timeline = self.written, self.timeline
        applier.begin()
        for record in records:
            if record.lsn != position or record.timeline < timeline:
                raise ApplyConflict(f"the record at {record.lsn} is not the next one, which is at {position}")
            if record.timeline != timeline:
                timeline = record.timeline
                forks.append((timeline, position))
            applier.apply(record.changes)
            connection.raw.execute(_INSERT, record).fetchall()
            position = record.end
        if forks:
            self._save_node(connection, timeline, self._history_with(forks))
        self._new = [records[-1]]
        self._prune(connection)
        self._new = []
        connection.command("COMMIT")
        return forks

    def _history_with(self, forks: Sequence[tuple[int, int]]) -> tuple[tuple[int, int, str], ...]:
        timelines = (self.timeline, *(timeline for timeline, _ in forks))
        return (*self.history, *((old, begin, PROMOTION) for old, (_, begin) in zip(timelines, forks, strict=False)))

    def _take_forks(self, forks: Sequence[tuple[int, int]]) -> None:
        if forks:
            self.history = self._history_with(forks)
            self.timeline = forks[-1][0]

    def stop_applying(self) -> None:
        """This is no copy any more, or is being closed."""
        if self._applier is not None:
            self._applier.connection.close()
            self._applier = None
