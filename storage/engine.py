"""What the transactions of one database share: settings, connections, the turn to write, locks, history, the worker, plans."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import apsw
import trio

from storage.changes import Table, read_table
from storage.connection import Connection, Settings
from storage.counters import LogCounters
from storage.errors import Busy, Closed, EngineError, translate
from storage.flusher import Flusher
from storage.history import History
from storage.locks import LockManager, Mode
from storage.plans import Plans
from storage.pool import Pool
from storage.serializable import Readers
from storage.turn import Turn
from storage.wal import Wal
from storage.worker import Worker

CHECKPOINT_PAGES = 1000
"""Pages in the write-ahead log after which a commit is followed by a checkpoint (SQLite's own default)."""
LOG_BYTES_MAX = 1 << 30
"""Size of the write-ahead log beyond which idle readers have to let go of it (PostgreSQL's default of max_wal_size)."""


class Reader(Protocol):
    """A transaction that keeps an old state of the file readable."""

    async def let_go_of_log(self) -> None:
        """Put results aside, and give up a snapshot, unless it is at work."""


@dataclass(slots=True)
class Engine:
    """One open database.

    writer: the connection that transactions write on; only who has the turn uses it. watch: a connection that is only ever
    used in the event loop, for versions. path: None in memory. lockers: the transactions that hold locks on rows. readers:
    those that have a snapshot or an unfinished result, the oldest first. foreign: how many commits of other programs have
    been noticed, counting doubt as one. committing: a COMMIT is running in a thread.
    """

    settings: Settings
    path: str | None
    pool: Pool
    writer: Connection
    watch: Connection
    worker: Worker
    busy_timeout_s: float
    budget_s: float
    locks: LockManager = field(default_factory=LockManager)
    history: History = field(default_factory=History)
    serializable: Readers = field(default_factory=Readers)
    plans: Plans = field(default_factory=Plans)
    lockers: set[Any] = field(default_factory=set)
    readers: dict[Reader, None] = field(default_factory=dict)
    log_bytes_max: int = LOG_BYTES_MAX
    log: LogCounters = field(default_factory=LogCounters)
    closed: bool = False
    foreign: int = 0
    committing: bool = False
    turn: Turn = field(init=False)
    flusher: Flusher = field(init=False)
    wal: Wal = field(init=False)
    _version: int = -1
    _rowids: dict[str, int] = field(default_factory=dict)
    _tables: dict[str, Table | None] = field(default_factory=dict)
    _tables_token: int = -1
    _data_version: int = 0
    _size: int = 0
    _checkpointing: bool = False
    _checkpoint_at: int = CHECKPOINT_PAGES
    _checkpointed: trio.lowlevel.ParkingLot = field(default_factory=trio.lowlevel.ParkingLot)

    def __post_init__(self) -> None:
        self.turn = Turn(self.locks)
        log = None if self.settings.in_memory or self.path is None else self.path + "-wal"
        self.flusher = Flusher(self.worker, log)
        self.wal = Wal(self)

    def pinned_from(self, connection: Connection | None) -> Connection:
        """A connection to be one session's own: the one its transaction works on, replaced for everybody else, or a new
        one. So a transaction need not be moved, whatever it has done."""
        if connection is None:
            return Connection(self.settings)
        if connection is self.writer:
            self.writer = Connection(self.settings)
            self._version = -1
        else:
            self.pool.give_up()
        return connection

    def check_open(self) -> None:
        """Raises: Closed."""
        if self.closed:
            raise Closed("the database has been closed")

    def newest_schema_token(self) -> int:
        """The schema version as committed. While the file cannot be read (another program is recovering it, or in
        memory somebody writes), the one known last: what has not been committed does not count."""
        with suppress(Busy):
            self.watch.fresh_schema_token()
        return self.watch.last_schema_token

    def newest_data_version(self) -> int:
        """A number that moves with every commit. In memory, where no other program can commit, it is counted."""
        if not self.settings.in_memory:
            with suppress(Busy):
                self._data_version = self.watch.number("data_version")
        return self._data_version

    def newest_size(self) -> int:
        """Bytes of the database as committed."""
        with suppress(Busy):
            self._size = self.watch.number("page_count") * self.watch.number("page_size")
        return self._size

    # --- other programs -------------------------------------------------------------------------------------------

    def note_foreign(self) -> None:
        """Whoever calls this has begun to write: notice whether another program has committed since the last time. 0.1 us."""
        version = self.writer.raw.data_version()
        if version != self._version:
            self.foreign += self._version != -1
            self._version = version

    def wrote(self, connection: Connection) -> None:
        """A transaction has been ended on a connection that writes: from here on, what is new is another program's."""
        if connection is self.writer:
            self._version = connection.raw.data_version()
            return
        # The writer's version moves with this commit too. If by then the session's own connection sees nothing newer than
        # its commit, there was no other. 5 us; in doubt it is another program's.
        own = connection.raw.data_version()
        with suppress(Busy):
            self.writer.number("data_version")
            version = self.writer.raw.data_version()
            connection.number("data_version")
            if connection.raw.data_version() == own:
                self._version = version

    def look_for_foreign(self) -> None:
        """The same without the lock, as far as it can be known."""
        if self.turn.holder is None:
            self.look_for_foreign_alone()

    def look_for_foreign_alone(self) -> None:
        """The same by who has the turn and nothing open."""
        with suppress(Busy):
            self.writer.number("data_version")  # looks at the file
            self.note_foreign()

    # --- tables ---------------------------------------------------------------------------------------------------

    def facts(self, connection: Connection) -> Callable[[str, str], Table | None]:
        """What is known of the tables, as the connection sees the schema now. 2 us, and 150 for each new table."""
        token = connection.schema_token()
        if token != self._tables_token:
            self._tables, self._tables_token = {}, token
        main = self._tables

        def table(database: str, name: str) -> Table | None:
            known = main if database == "main" else connection.temporary_facts()
            if name not in known:
                try:
                    known[name] = read_table(connection.raw, database, name)
                except apsw.Error as error:
                    raise translate(error) from error
            return known[name]

        return table

    def free_rowid(self, table: str, taken: int) -> int:
        """A number for a row, beyond `taken`, which is the table's highest, that no open transaction has either."""
        found = max(self._rowids.get(table, 0), taken) + 1
        while self.locks.is_held(("row", table, found), against=Mode.FOR_UPDATE):
            found += 1
        self._rowids[table] = found
        return found

    # --- after a commit -------------------------------------------------------------------------------------------

    def committed(self) -> None:
        """After each commit of this process."""
        if self.settings.in_memory:
            self._data_version += 1
            self.watch.fresh_schema_token()

    def checkpoint_if_due(self, log_pages: int) -> None:
        """After a commit: when the log has grown, copy it into the file, beside readers and writers, in a thread."""
        self.log.committed(log_pages)
        if log_pages < CHECKPOINT_PAGES:
            self._checkpoint_at = CHECKPOINT_PAGES
        if log_pages >= self._checkpoint_at and not self._checkpointing and not self.closed:
            self._checkpointing = True
            trio.lowlevel.spawn_system_task(self._checkpoint)

    async def checkpoint(self) -> None:
        """Do so now, as far as no reader needs the log, on a connection of its own: who asks may hold one of the pool."""
        if self.settings.in_memory:
            return
        connection = Connection(self.settings)
        try:
            with trio.CancelScope(shield=True):
                _, copied = await self.worker.write(partial(_checkpoint, connection.raw))
            self.log.checkpointed(max(0, copied))
        finally:
            connection.close()

    async def _checkpoint(self) -> None:
        connection = None
        try:
            with trio.CancelScope(shield=True):
                with suppress(EngineError):
                    connection = self.pool.take_nowait()
                if connection is not None:
                    pages, copied = await self.worker.write(partial(_checkpoint, connection.raw))
                    if copied < pages and pages * self._page_size() > self.log_bytes_max:
                        pages, copied = await self._free_log(connection)
                    self.log.checkpointed(max(0, copied))
                    # Readers may keep part of the log from being copied; then wait for as much again before the next try.
                    self._checkpoint_at = CHECKPOINT_PAGES if copied >= pages else pages + CHECKPOINT_PAGES
        finally:
            self._checkpointing = False
            if connection is not None:
                self.pool.give_back(connection)
            self._checkpointed.unpark_all()

    async def checkpoint_ended(self) -> None:
        """Wait for the checkpoint that runs in the background, if one does."""
        while self._checkpointing:
            await self._checkpointed.park()

    def _page_size(self) -> int:
        return self.watch.number("page_size")

    async def _free_log(self, connection: Connection) -> tuple[int, int]:
        """Make readers let go of the log, the oldest first, until all of it is in the file."""
        pages, copied = 1, 0
        for reader in list(self.readers):
            await reader.let_go_of_log()
            pages, copied = await self.worker.write(partial(_checkpoint, connection.raw))
            if copied >= pages:
                break
        return pages, copied


def _checkpoint(raw: apsw.Connection) -> tuple[int, int]:
    try:
        return raw.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_PASSIVE)
    except apsw.Error:
        return (1, 0)  # another program is at it, or the disk is full: the log goes on growing, nothing is lost
