"""Records of the log as transactions in PostgreSQL's terms, as output plugins are told of them.

A Decoder reads the log from a position on. It knows the tables as they were there: what its snapshot of the catalog says, or
what the first FACTS after that position say they were before; and from FACTS to FACTS what has become of them (tables.py).
Which changes, rows and columns are told is up to the publications that the plugin was asked for, as of where the change was made
(telling.py). Large transactions: beyond SPOOL_BYTES their records are kept in a temporary file, and decoded as `changes` is
iterated.
"""

import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Protocol

from replication.contract import Catalog
from replication.decoded import Message, Origin, Transaction
from replication.tables import Tables
from replication.telling import told_changes
from storage.changes import Change as Logged
from storage.logged import FACTS, FOREIGN_WRITE, FORK, MESSAGE, ORIGIN, Record, decode
from storage.wal import Wal

SILENT = frozenset({"pgquill_sequence"})
"""Tables whose changes alone make no transaction that anybody is told of."""
SPOOL_BYTES = 16 << 20
READ_BYTES = 128 << 10
"""How much of the log is decoded at a time, in the event loop: a few milliseconds."""
KEPT_BYTES = 64 << 10
"""The only record of a transaction is decoded once if it has no more bytes."""


class LogIncomplete(Exception):
    """Another program has changed the file, and no record tells what it did, so nobody can be told. lsn: where that is known."""

    def __init__(self, lsn: int) -> None:
        super().__init__("another program has written to the database file, and no record of the log tells what it did")
        self.lsn = lsn


class Wants(Protocol):
    """What decoding asks of an output plugin (replication.plugins.Plugin)."""

    @property
    def binary(self) -> bool:
        """Whether values are wanted in the binary format."""

    @property
    def publications(self) -> tuple[str, ...] | None:
        """Which publications say what is told; None: everything."""

    @property
    def messages(self) -> bool:
        """Whether it wants messages."""


class Decoder:
    """Whole transactions of a log, in order, from a position on, where a transaction must begin. For one task.

    position: after what `next` gave last. Methods, and the iteration of a transaction's changes, raise LogGone, LogIncomplete,
    and what the executor raises where a row or a publication cannot be understood.
    """

    def __init__(self, wal: Wal, catalog: Catalog, plugin: Wants, start: int) -> None:
        self.position = start
        self._read = start  # of the log: beyond `position` while a transaction is not complete
        self._wal = wal
        self._catalog = catalog
        self._plugin = plugin
        self._tables: Tables | None = None
        self._open: _Records | None = None  # a transaction of which not all has been read

    async def next(self) -> Sequence[Transaction | Message]:
        """What comes next of what is flushed; [] when there is nothing that is complete yet (`Wal.wait_beyond` the position)."""
        if self._tables is None:
            self._tables = await self._begin()
        while True:
            records = await self._wal.read(self._read, READ_BYTES)
            if not records:
                return []
            found: list[Transaction | Message] = []
            for record in records:
                found += self._take(record)
                self._read = record.end
                if record.committed_at is not None:
                    self.position = record.end
            if found:
                return found

    async def _begin(self) -> Tables:
        """The tables as they were at the position."""
        snapshot = await self._catalog.snapshot()
        await self._wal.settled()
        written = self._wal.written
        if written > self.position:
            await self._wal.wait_beyond(written - 1)  # what the snapshot knows of is among what can be read
        known: dict[str, bytes | None] = {}
        for record in await self._wal.read_facts(self.position):
            for change in record.changes:
                if change.op == FACTS:
                    for name, before, _ in change.old or ():
                        known.setdefault(name, before)
        return Tables(self._catalog, snapshot, known, self._plugin.publications, binary=self._plugin.binary)

    def _take(self, record: Record) -> Iterator[Transaction | Message]:
        """One record more: what is complete with it."""
        records = self._open = self._open or _Records()
        records.add(record.data)
        if record.committed_at is not None:
            self._open = None
            yield from self._finish(records, record)

    def _finish(self, records: "_Records", last: Record) -> Iterator[Transaction | Message]:
        assert self._tables is not None
        messages, origin, is_told = self._plugin.messages, None, False
        for number, changes in enumerate(records):
            _refuse_foreign(changes, last)
            if number == 0:
                origin = next((Origin(c.table, c.rowid, c.new_rowid) for c in changes if c.op == ORIGIN), None)
            if messages:
                yield from (Message(c.table, (c.old or (b"",))[0], False, self.position) for c in changes
                            if c.op == MESSAGE and not c.rowid)
            is_told = is_told or any(map(_is_told, changes))
            if is_told and not messages:
                break  # a large transaction is not looked through twice
        tables = self._tables
        if last.facts:
            self._tables = self._after(records)
            tables = tables.fork()
        if is_told:
            changes_told = told_changes(records, tables, last.lsn, messages=messages)
            committed_at = last.committed_at or 0
            yield Transaction(last.xid, last.lsn, last.end, committed_at, origin, records.size, changes_told, self.position)
        else:
            records.close()

    def _after(self, records: "_Records") -> Tables:
        """The tables after a transaction that has changed some."""
        assert self._tables is not None
        tables = self._tables.fork()
        for changes in records:
            for change in changes:
                if change.op == FACTS:
                    tables.pass_facts(change)
        return tables


def _refuse_foreign(changes: Sequence[Logged], record: Record) -> None:
    if any(change.op == FORK and change.table == FOREIGN_WRITE for change in changes):
        raise LogIncomplete(record.lsn)


def _is_told(change: Logged) -> bool:
    """Whether a change makes its transaction one that is told."""
    return change.op not in (FACTS, FORK, ORIGIN) and not (change.op == MESSAGE and not change.rowid) \
        and change.table not in SILENT


class _Records:
    """The records of one transaction, in order; may be iterated again until it is closed. size: bytes."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes | tuple[int, int]] = []
        self._file: IO[bytes] | None = None
        self._only: list[Logged] | None = None  # what is in the only one

    def add(self, data: bytes) -> None:
        """One more."""
        self.size += len(data)
        if self.size <= SPOOL_BYTES:
            self._parts.append(data)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="pgquill-")  # noqa: SIM115  (closed by `close`)
        self._parts.append((self._file.seek(0, 2), len(data)))
        self._file.write(data)

    def __iter__(self) -> Iterator[list[Logged]]:
        if self.size <= KEPT_BYTES and len(self._parts) == 1:  # as most are
            self._only = self._only or decode(self._bytes(self._parts[0]))
            yield self._only
            return
        for part in self._parts:
            yield decode(self._bytes(part))

    def _bytes(self, part: bytes | tuple[int, int]) -> bytes:
        if isinstance(part, bytes):
            return part
        assert self._file is not None
        self._file.seek(part[0])
        return self._file.read(part[1])

    def close(self) -> None:
        """Give memory and file back."""
        self._parts.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
