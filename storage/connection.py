"""One SQLite connection: how it is set up, what is registered on it, and how a statement on it is watched.

Invariants
- Used by one task, or one worker thread on a task's behalf, at a time. SQLite never waits (busy_timeout 0): whoever
  gets Busy decides how to wait.
- A statement is stopped through the progress handler alone, never by sqlite3_interrupt, which would also end every
  other open cursor of the connection (a suspended portal's, for example).
- `deadline` is infinite except while a statement runs inline in the event loop.

Schema token: SQLite's file-control data version costs 0.1 us and moves whenever anyone commits, so PRAGMA
schema_version (0.5 us in a transaction, 2.5 us outside) is asked only when it has moved, or where the schema is being
altered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from operator import length_hint
from time import monotonic
from typing import Any
from urllib.parse import quote

import apsw

from storage.changes import Capture, Table
from storage.collations import DECIMAL
from storage.errors import translate
from storage.functions import register_collation, register_function
from storage.memorytables import fill
from storage.nested import Nested, own
from storage.spool import Spool, weight
from storage.statement import (
    Collation,
    Function,
    Lateral,
    MemoryTable,
    Need,
    Row,
    RowBatch,
    Statement,
    Synchronous,
    TableFunction,
    Value,
)
from storage.tablefunctions import forget, register_lateral, register_table_function

STATEMENT_CACHE = 300
"""Prepared statements kept by each connection."""
PROGRESS_STEPS = 1000
"""Virtual machine instructions between two looks at the clock: 20 to 50 us of plain SQLite work."""
KNOWN_NEEDS_MAX = 4096
CHUNK_ROWS = 1000
CHUNK_BYTES = 2 * 1024 * 1024
FIRST_BATCH = 16
"""Rows taken before their size is looked at for the first time."""
LATERALS_MAX = 512
"""Lateral queries kept registered on an idle connection; each statement may bring new ones."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How connections of one database are opened. uri: what SQLite opens; attach: schema name -> read-only file."""

    uri: str
    flags: int
    read_only: bool = False
    in_memory: bool = False
    synchronous: Synchronous = Synchronous.FULL
    cache_kib: int = 2000
    attach: Mapping[str, str] = field(default_factory=dict)


def file_uri(path: str, **parameters: str) -> str:
    """The URI SQLite opens for a path, whatever characters the path has."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return "file:" + quote(path) + (f"?{query}" if query else "")


def open_raw(settings: Settings, wait_s: float = 0.0) -> apsw.Connection:
    """Open and set up a SQLite connection. Each pragma is set here and nowhere else.

    wait_s: how long to wait, blocking, for another program to give the file free.
    Raises: NotADatabase, CannotOpen, Busy (another program holds the file), Corrupt, IoError.
    """
    try:
        raw = apsw.Connection(settings.uri, flags=settings.flags, statementcachesize=STATEMENT_CACHE)
        # A string in double quotes is never a literal: a misspelt column must be an error.
        raw.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
        raw.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
        # Views and triggers of a file made by others may call harmless functions only.
        raw.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        # ATTACH inside SQL text must never create or change another file; our own attaching is of read-only files.
        raw.config(apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, 0)
        raw.set_busy_timeout(int(wait_s * 1000))
        raw.pragma("cache_size", -settings.cache_kib)
        raw.pragma("temp_store", "file")
        raw.pragma("foreign_keys", True)
        # REPLACE must fire delete triggers, as PostgreSQL's own deletes do.
        raw.pragma("recursive_triggers", True)
        # LIKE is case-sensitive in PostgreSQL; the generator relies on it.
        raw.pragma("case_sensitive_like", True)
        if not settings.read_only:
            if not settings.in_memory:
                raw.pragma("journal_mode", "wal")
            # A commit that has to wait for the disk does so with others; see flusher.py.
            raw.pragma("synchronous", "OFF" if settings.synchronous is Synchronous.OFF else "NORMAL")
            # Commits look after checkpoints themselves, to keep them off the event loop; see transaction.py.
            raw.wal_autocheckpoint(0)
        register_collation(raw, DECIMAL)
        for name, path in settings.attach.items():
            source = file_uri(path, mode="ro", immutable="1")
            raw.execute(f'ATTACH {apsw.format_sql_value(source)} AS "{name}"')
        raw.pragma("schema_version")  # reads the file: notices one that is no database
        raw.set_busy_timeout(0)
    except apsw.Error as error:
        raise translate(error) from error
    return raw


class Connection:
    """A SQLite connection with what storage keeps beside it. `context` is what functions with context=True get."""

    __slots__ = (
        "_cursor",
        "_known_needs",
        "_nested",
        "_passing",
        "_registered",
        "_seen_data",
        "_seen_schema",
        "_temporary",
        "_temporary_version",
        "altering",
        "capture",
        "context",
        "deadline",
        "noting",
        "raw",
        "reported",
        "stop",
        "tripped",
        "wal_pages",
    )

    def __init__(self, settings: Settings, wait_s: float = 0.0) -> None:
        self.raw = open_raw(settings, wait_s)
        self.context: Any = None
        self.deadline = inf
        self.stop = False
        self.tripped = False
        self.altering = False  # its transaction alters the schema, so that what was read of it may be wrong
        self.capture: Capture | None = None
        self._temporary: dict[str, Table | None] = {}
        self._temporary_version = -1
        self.noting: set[Any] | None = None  # where the tables go that statements run by functions read
        self.reported: int | None = None  # rows changed, by a function that changes rows on its statement's behalf
        self.wal_pages = 0
        self._cursor = self.raw.cursor()
        self._known_needs: dict[int, tuple[Need, ...]] = {}  # by id(), which stays theirs since they are kept
        self._registered: dict[tuple[str, int], Need] = {}
        self._passing: dict[str, Lateral | TableFunction] = {}
        self._seen_data = -1
        self._seen_schema = -1
        self._nested: Nested | None = None
        self.raw.set_progress_handler(self._progress, PROGRESS_STEPS)
        self.raw.set_wal_hook(self._count_wal)
        # Always there, because SQLite empties a table without calling it if it was not there when DELETE was prepared.
        self.raw.preupdate_hook(self._captured)

    def _progress(self) -> bool:
        if self.stop:
            return True
        if monotonic() < self.deadline:
            return False
        self.tripped = True
        return True

    def _captured(self, update: apsw.PreUpdate) -> None:
        if self.capture is not None:
            self.capture.add(update)

    def _count_wal(self, _connection: apsw.Connection, schema: str, pages: int) -> int:
        if schema == "main":
            self.wal_pages = pages
        return 0

    @property
    def nested(self) -> Nested:
        """What functions run further statements with."""
        if self._nested is None:
            self._nested = Nested(self)
        return self._nested

    # --- what statements need -------------------------------------------------------------------------------------

    def prepare(self, needs: tuple[Need, ...]) -> None:
        """Register what is not registered yet. A tuple seen before costs one dictionary look-up."""
        if self._known_needs.get(id(needs)) is needs:
            return
        try:
            for need in needs:
                self._register(need)
        except apsw.Error as error:
            raise translate(error) from error
        if any(isinstance(need, MemoryTable) for need in needs):
            return  # their rows may be gone again after a rollback
        if len(self._known_needs) >= KNOWN_NEEDS_MAX:
            self._known_needs.clear()
        self._known_needs[id(needs)] = needs

    def _register(self, need: Need) -> None:
        if isinstance(need, MemoryTable):
            fill(self.raw, self.context, need)
            return
        key = (need.name, need.nargs if isinstance(need, Function) else -2)
        if self._registered.get(key) == need:
            return
        if isinstance(need, Function):
            register_function(self.raw, self, need)
        elif isinstance(need, Collation):
            register_collation(self.raw, need)
        elif isinstance(need, TableFunction):
            register_table_function(self.raw, self, need)
            if need.passing:
                self._passing[need.name] = need
        else:
            register_lateral(self.raw, need)
            self._passing[need.name] = need
        self._registered[key] = need

    def tidy(self) -> None:
        """Before the connection waits in the pool: forget the context and, when there are many, lateral queries."""
        self.context = None
        if len(self._passing) > LATERALS_MAX:
            for name in self._passing:
                forget(self.raw, name)
                del self._registered[name, -2]
            self._passing.clear()
            self._known_needs.clear()

    # --- running --------------------------------------------------------------------------------------------------

    @property
    def in_transaction(self) -> bool:
        """Whether a SQLite transaction is open."""
        return self.raw.in_transaction

    @property
    def is_writing(self) -> bool:
        """Whether this connection holds SQLite's write lock on the main file."""
        return self.raw.txn_state("main") == apsw.SQLITE_TXN_WRITE

    @property
    def has_unresolved_foreign_keys(self) -> bool:
        """Whether rows violate foreign keys that are checked at COMMIT."""
        return bool(self.raw.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0])

    def command(self, sql: str) -> None:
        """Run a short statement without parameters or rows: BEGIN, SAVEPOINT, COMMIT, a pragma."""
        try:
            self.raw.execute(sql).fetchall()  # only reading to the end makes sure that all of it is done
        except apsw.Error as error:
            raise translate(error) from error

    def first_rows(self, statement: Statement, params: Sequence[Value], limit: int) -> list[Row]:
        """Start a statement and take up to `limit` rows; fewer mean that it has ended (see `take_cursor`)."""
        try:
            return list(islice(self._cursor.execute(statement.sql, params), limit))
        except BaseException as error:
            self._renew_cursor()
            raise own(error) from error

    def take_cursor(self) -> apsw.Cursor:
        """The cursor of the statement `first_rows` started and did not end; it is the caller's from now on."""
        cursor = self._cursor
        self._cursor = self.raw.cursor()
        return cursor

    def start(self, statement: Statement, params: Sequence[Value], limit: int) -> tuple[list[Row], apsw.Cursor | None]:
        """Start a statement and take a chunk of rows, bounded in number and bytes; the cursor, if there are more."""
        cursor = self.raw.cursor()
        try:
            cursor.execute(statement.sql, params)
            rows, ended = self.next_rows(cursor, limit)
        except BaseException as error:
            cursor.close(True)
            raise own(error) from error
        return rows, None if ended else cursor

    def next_rows(self, cursor: apsw.Cursor, limit: int) -> tuple[list[Row], bool]:
        """Up to `limit` more rows or about CHUNK_BYTES, and whether there are no more."""
        rows: list[Row] = []
        batch_rows, size = FIRST_BATCH, 0
        try:
            while len(rows) < limit and size < CHUNK_BYTES:
                wanted = min(batch_rows, limit - len(rows))
                batch = list(islice(cursor, wanted))
                rows += batch
                if len(batch) < wanted:
                    return rows, True
                size += weight(batch)
                batch_rows *= 2
        except (apsw.Error, SystemError) as error:
            raise own(error) from error
        return rows, False

    def drain(self, cursor: apsw.Cursor, spool: Spool) -> None:
        """Take all the rows that are left."""
        ended = False
        while not ended:
            rows, ended = self.next_rows(cursor, CHUNK_ROWS)
            spool.add(rows)

    def change(self, statement: Statement, params: Sequence[Value]) -> tuple[list[Row], Spool | None, int]:
        """Run a statement that writes to its end: RETURNING rows (the first of them, and the rest), rows changed."""
        before, self.reported = self.raw.total_changes(), None
        rows, cursor = self.start(statement, params, CHUNK_ROWS)
        spool = None
        if cursor is not None:
            spool = Spool()
            self.drain(cursor, spool)
        changed = self.raw.changes() if self.raw.total_changes() != before else 0
        if self.reported is not None:
            changed, self.reported = self.reported, None
        return rows, spool, changed

    def change_many(self, statement: Statement, batch: RowBatch) -> int:
        """Run a statement that writes and gives no rows, once for each row; rows changed, also by triggers.

        After a failure `batch.failed` says which row it was about.
        """
        before = self.raw.total_changes()
        cursor = self.raw.cursor()
        rows = iter(batch.rows)
        try:
            cursor.executemany(statement.sql, rows)
        except BaseException as error:
            batch.failed = len(batch.rows) - length_hint(rows) - 1
            if isinstance(error, apsw.Error):
                raise translate(error) from error
            raise
        finally:
            cursor.close(True)
        return self.raw.total_changes() - before

    def _renew_cursor(self) -> None:
        self._cursor.close(True)
        self._cursor = self.raw.cursor()

    def schema_token(self) -> int:
        """SQLite's schema version as the newest statement of this connection saw it (a later one outside a
        transaction). Equal tokens of one database mean equal schemas."""
        if not self.altering and self.raw.data_version() == self._seen_data:
            return self._seen_schema
        return self.fresh_schema_token()

    def fresh_schema_token(self) -> int:
        """The schema version now: outside a transaction, of the newest commit."""
        self._seen_schema = self.number("schema_version")
        self._seen_data = -1 if self.altering else self.raw.data_version()
        return self._seen_schema

    def end_alteration(self) -> None:
        """The transaction that has altered the schema has ended."""
        self.altering = False
        self._seen_data = -1

    @property
    def last_schema_token(self) -> int:
        """The schema version that was read last."""
        return self._seen_schema

    def number(self, pragma: str) -> int:
        """The value of a pragma that is a number."""
        try:
            return int(self.raw.execute(f"PRAGMA main.{pragma}").get)
        except apsw.Error as error:
            raise translate(error) from error

    def temporary_facts(self) -> dict[str, Table | None]:
        """Where to keep what is known of the temporary tables, as their schema is now; only this connection has them."""
        version = int(self.raw.execute("PRAGMA temp.schema_version").get)
        if version != self._temporary_version:
            self._temporary, self._temporary_version = {}, version
        return self._temporary

    def begin_snapshot(self) -> None:
        """Open a transaction whose snapshot is the newest state now."""
        self.command("BEGIN")
        self.fresh_schema_token()

    def close(self) -> None:
        """Close; the last one to do so checkpoints the log and removes it."""
        self._cursor.close(True)
        self.raw.close(True)
