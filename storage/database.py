"""Opens a SQLite file, or a database in memory, and gives out transactions.

A file is opened for reading and writing, and put into WAL mode; if the file or its folder cannot be written, it is
opened for reading only, and nothing is created beside it. In memory all connections share one memdb, where SQLite has
no WAL: a transaction that writes keeps readers waiting, and the other way round, until it ends.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import apsw
import trio

from storage.backup import BaseCopy, Report, base_copy, copy_to
from storage.connection import Connection, Settings, file_uri
from storage.counters import LogCounters
from storage.engine import Engine
from storage.errors import Busy, CannotOpen, LockedByOther, ReadOnly
from storage.foreign import leave_note
from storage.holding import PinnedConnection
from storage.locks import LockManager, LockOwner, Mode, Request
from storage.pool import Pool
from storage.statement import Isolation, Synchronous
from storage.transaction import Transaction
from storage.turn import Alone
from storage.wal import Wal
from storage.worker import Worker

READERS_MAX = 100
BUSY_TIMEOUT_S = 30.0
BUDGET_S = 0.005
"""How long a statement may keep the event loop before it is moved to a thread."""
OPEN_WAIT_S = 1.0
_WAL_HEADER = b"\x02\x02"
_memory_names = count(1)


class Database:
    """One open database. All methods belong to the event loop's thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, path: str | None, *, create: bool = True, read_only: bool = False, readers_max: int = READERS_MAX,
             busy_timeout_s: float = BUSY_TIMEOUT_S, synchronous: Synchronous = Synchronous.FULL,
             cache_kib: int = 2000, attach: Mapping[str, str] | None = None, worker: Worker | None = None,
             budget_s: float = BUDGET_S) -> "Database":
        """Open the file at `path`, or with None a new database in memory.

        create: make the file if there is none. attach: schema name -> read-only SQLite file, attached to every
        connection. worker: for simulations. budget_s: the longest a statement may keep the event loop.
        Blocks for OPEN_WAIT_S at most. Raises: NotADatabase, CannotOpen, LockedByOther, Corrupt, IoError.
        """
        settings = _settings(path, create, read_only, Settings(
            "", 0, synchronous=synchronous, cache_kib=cache_kib, attach=dict(attach or {})))
        try:
            writer = Connection(settings, OPEN_WAIT_S)
            watch = Connection(settings, OPEN_WAIT_S)
        except Busy as error:
            raise LockedByOther("another program has locked the database") from error
        pool = Pool(partial(Connection, settings), readers_max)
        where = None if path is None else os.path.abspath(path)
        engine = Engine(settings, where, pool, writer, watch, worker or Worker(), busy_timeout_s, budget_s)
        engine.wal.load()
        return cls(engine)

    @property
    def path(self) -> str | None:
        """Absolute path of the file; None in memory."""
        return self._engine.path

    @property
    def read_only(self) -> bool:
        """Whether the file could only be opened for reading."""
        return self._engine.settings.read_only

    @property
    def size(self) -> int:
        """Bytes of the database as committed, without its log."""
        return self._engine.newest_size()

    @property
    def log(self) -> LogCounters:
        """What the write-ahead log has been through since the file was opened."""
        return self._engine.log

    @property
    def wal(self) -> Wal:
        """The log for replication."""
        return self._engine.wal

    @property
    def page_bytes(self) -> int:
        """The size of a page."""
        return self._engine.watch.number("page_size")

    def transaction(self, *, isolation: Isolation = Isolation.READ_COMMITTED, context: Any = None,
                    pinned: PinnedConnection | None = None, owner: LockOwner | None = None) -> Transaction:
        """A new transaction; it holds nothing until it runs a statement. owner: whose locks it takes; a new one's for
        None. Raises: Closed."""
        self._engine.check_open()
        return Transaction(self._engine, isolation, context=context, pinned=pinned, owner=owner or LockOwner())

    @property
    def locks(self) -> LockManager:
        """The locks on everything in this database."""
        return self._engine.locks

    @property
    def commits(self) -> int:
        """How many transactions that wrote this process has committed."""
        return self._engine.history.number

    def pin(self) -> PinnedConnection:
        """A connection for one session's temporary tables: give it to all the session's transactions, and close it."""
        self._engine.check_open()
        return PinnedConnection(Connection(self._engine.settings))

    def data_version(self) -> int:
        """A number that moves whenever anyone, another program included, has committed. 2 us."""
        return self._engine.newest_data_version()

    def schema_token(self) -> int:
        """The schema version now; see Transaction.schema_token."""
        return self._engine.newest_schema_token()

    async def maintain(self, sql: str, *, timeout_s: float | None = None) -> None:
        """Run something that cannot be in a transaction (VACUUM, PRAGMA optimize), alone, in a thread. Cancellable.

        Raises: LockTimeout, ReadOnly, EngineError.
        """
        engine = self._engine
        engine.check_open()
        if engine.settings.read_only:
            raise ReadOnly("attempt to write a readonly database")
        wait_s = engine.busy_timeout_s if timeout_s is None else timeout_s
        alone = Alone()
        try:
            # Rows may get other numbers, so nobody may hold a lock on one, or wait to write one again.
            await engine.locks.acquire(alone.owner, Request(("rows",), Mode.ACCESS_EXCLUSIVE), timeout_s=wait_s)
            await engine.turn.take(alone, wait_s)
            engine.look_for_foreign_alone()
            if sql.startswith("VACUUM") and engine.wal.is_on and _renumbers(engine.writer):
                return  # its rows are known elsewhere by their numbers
            try:
                await engine.worker.write(partial(engine.writer.command, sql), engine.writer)
            finally:
                engine.wrote(engine.writer)
            engine.history.add(None)
        finally:
            engine.locks.release_since(alone.owner)
            engine.turn.leave(alone)

    async def flush(self) -> None:
        """The disk has what was committed when this returns. Raises: IoError."""
        await self._engine.flusher.flush()

    async def checkpoint(self) -> None:
        """Copy the log into the file as far as no reader needs it, beside readers and writers. Raises: ReadOnly, IoError."""
        engine = self._engine
        engine.check_open()
        if engine.settings.read_only:
            raise ReadOnly("attempt to write a readonly database")
        await engine.checkpoint()

    async def backup_to(self, path: str) -> None:
        """Write a consistent copy of the newest state to a new file, beside readers and writers. Cancellable.

        The copy is a database of its own, without a log. It appears under its name only when it is complete. Raises:
        EngineError; CannotOpen if `path` exists.
        """
        self._engine.check_open()
        source = Connection(self._engine.settings)
        try:
            await self._engine.worker.read(partial(copy_to, source, path), source)
        finally:
            source.close()

    async def base_copy(self, report: Report | None = None) -> BaseCopy:
        """A copy of the newest state for a base backup, made beside readers and writers. Close it. Cancellable.

        report: is told (bytes copied, bytes in all), in a thread. Raises: DiskFull, IoError, EngineError.
        """
        return await base_copy(self._engine, report)

    async def close(self) -> None:
        """Checkpoint and close. Transactions must have ended; a connection still out is closed when it comes back."""
        engine = self._engine
        if engine.closed:
            return
        engine.closed = True
        with trio.CancelScope(shield=True):
            await engine.turn.take(Alone(), engine.busy_timeout_s)
            await engine.checkpoint_ended()  # it looks at the file, too
            await engine.worker.write(partial(_close, engine))


def _renumbers(connection: Connection) -> bool:
    """Whether VACUUM would give rows other numbers: those of tables without an index, where no column is the number."""
    sql = ("SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT wr AND name NOT LIKE 'sqlite\\_%' "
           "ESCAPE '\\' AND NOT EXISTS (SELECT 1 FROM pragma_index_list(pragma_table_list.name)) AND NOT EXISTS (SELECT 1 FROM "
           "pragma_table_info(pragma_table_list.name) AS c WHERE c.pk AND upper(c.type) = 'INTEGER') LIMIT 1")
    return bool(connection.raw.execute(sql).fetchall())


def _settings(path: str | None, create: bool, read_only: bool, settings: Settings) -> Settings:
    """Complete the settings with the URI and the flags that fit the file and its folder."""
    writing = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI
    if path is None:
        uri = f"file:/pgquill-{os.getpid()}-{next(_memory_names)}?vfs=memdb"
        return replace(settings, uri=uri, flags=writing | apsw.SQLITE_OPEN_CREATE, in_memory=True)
    folder = os.path.dirname(os.path.abspath(path))
    exists = os.path.exists(path)
    if os.path.isdir(path) or not os.path.isdir(folder) or not (exists or create):
        raise CannotOpen(f"unable to open {path}")
    writable = _may_write(folder) and (not exists or _may_write(path))
    if writable and not read_only:
        return replace(settings, uri=file_uri(path), flags=writing | (apsw.SQLITE_OPEN_CREATE if create else 0))
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    # A WAL file needs its -shm file; where that cannot be made and nobody has made it, nobody writes either.
    lone = not writable and is_wal(path) and not os.path.exists(path + "-shm")
    uri = file_uri(path, immutable="1") if lone else file_uri(path)
    return replace(settings, uri=uri, flags=flags, read_only=True)


def _may_write(path: str) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def is_wal(path: str) -> bool:
    """Whether a file is in WAL mode; not for one that this process has open, whose locks would go. Raises: CannotOpen."""
    try:
        with open(path, "rb") as file:
            return file.read(20)[18:] == _WAL_HEADER
    except OSError as error:
        raise CannotOpen(f"unable to open {path}: {error.strerror}") from error


def _close(engine: Engine) -> None:
    engine.pool.close()
    engine.watch.close()
    engine.wal.stop_applying()
    leave_note(engine)
    engine.writer.close()  # the last connection copies the log into the file and removes it
