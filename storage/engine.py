"""What the transactions of one database share: settings, connections, the write lock, the worker, the plans."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import apsw

from storage.connection import Connection, Settings
from storage.errors import Busy, Closed, EngineError
from storage.plans import Plans
from storage.pool import Pool
from storage.worker import Worker
from storage.writer import WriteLock

CHECKPOINT_PAGES = 1000
"""Pages in the write-ahead log after which a commit is followed by a checkpoint (SQLite's own default)."""


@dataclass(slots=True)
class Engine:
    """One open database. writer: the connection of READ COMMITTED transactions that write; only who holds `lock` uses
    it. watch: a connection that is only ever used in the event loop, for versions. path: None in memory."""

    settings: Settings
    path: str | None
    pool: Pool
    writer: Connection
    watch: Connection
    worker: Worker
    busy_timeout_s: float
    budget_s: float
    lock: WriteLock = field(default_factory=WriteLock)
    plans: Plans = field(default_factory=Plans)
    closed: bool = False
    _data_version: int = 0
    _size: int = 0
    _checkpointing: bool = False
    _checkpoint_at: int = CHECKPOINT_PAGES

    def pinned_from(self, connection: Connection | None) -> Connection:
        """A connection to be one session's own: the one its transaction works on, replaced for everybody else, or a new
        one. So a transaction need not be moved, whatever it has done."""
        if connection is None:
            return Connection(self.settings)
        if connection is self.writer:
            self.writer = Connection(self.settings)
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

    def committed(self) -> None:
        """After each commit of this process."""
        if self.settings.in_memory:
            self._data_version += 1
            self.watch.fresh_schema_token()

    async def sync_log(self) -> None:
        """Make sure that the disk has what has been committed, for a commit begun with less than FULL."""
        if self.path is not None:
            await self.worker.write(partial(_fsync, self.path + "-wal"))

    async def checkpoint_if_due(self, log_pages: int) -> None:
        """After a commit: when the log has grown, copy it into the file, beside readers and writers, in a thread."""
        if log_pages < CHECKPOINT_PAGES:
            self._checkpoint_at = CHECKPOINT_PAGES
        if log_pages < self._checkpoint_at or self._checkpointing:
            return
        connection = None
        with suppress(EngineError):  # the commit is done: trouble with a new connection must not make it look failed
            connection = self.pool.take_nowait()
        if connection is None:
            return
        self._checkpointing = True
        try:
            pages, copied = await self.worker.write(partial(_checkpoint, connection.raw))
            # Readers may keep part of the log from being copied; then wait for as much again before the next attempt.
            self._checkpoint_at = CHECKPOINT_PAGES if copied >= pages else pages + CHECKPOINT_PAGES
        finally:
            self._checkpointing = False
            self.pool.give_back(connection)


def _checkpoint(raw: apsw.Connection) -> tuple[int, int]:
    try:
        return raw.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_PASSIVE)
    except apsw.Error:
        return (1, 0)  # another program is at it, or the disk is full: the log goes on growing, nothing is lost


def _fsync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
