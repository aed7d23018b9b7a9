"""One SQLite connection: how it is set up, what is registered on it, and how a statement on it is watched.

Invariants
- Used by one task, or one worker thread on a task's behalf, at a time. SQLite never waits (busy_timeout 0): whoever
  gets Busy decides how to wait.
- A statement is stopped through the progress handler alone, never by sqlite3_interrupt, which would also end every
  other open cursor of the connection (a suspended portal's, for example).
- `deadline` is infinite except while a statement runs inline in the event loop.

Schema token: SQLite's file-control data version costs 0.1 us and moves whenever anyone commits, so PRAGMA
schema_version (0.5 us in a transaction, 2.5 us outside) is asked only when it has moved or this transaction has written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from time import monotonic
from typing import Any
from urllib.parse import quote

import apsw

from storage.collations import DECIMAL
from storage.errors import translate
from storage.functions import register_collation, register_function
from storage.statement import Collation, Function, Lateral, Need, Row, Statement, Synchronous, TableFunction, Value
from storage.tablefunctions import forget, register_lateral, register_table_function

STATEMENT_CACHE = 300
"""Prepared statements kept by each connection."""
PROGRESS_STEPS = 1000
"""Virtual machine instructions between two looks at the clock: 20 to 50 us of plain SQLite work."""
KNOWN_NEEDS_MAX = 4096
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


def open_raw(settings: Settings) -> apsw.Connection:
    """Open and set up a SQLite connection. Each pragma is set here and nowhere else.

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
        raw.set_busy_timeout(0)
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
            raw.pragma("synchronous", settings.synchronous.name)
            # Commits look after checkpoints themselves, to keep them off the event loop; see transaction.py.
            raw.wal_autocheckpoint(0)
        register_collation(raw, DECIMAL)
        for name, path in settings.attach.items():
            source = file_uri(path, mode="ro", immutable="1")
            raw.execute(f'ATTACH {apsw.format_sql_value(source)} AS "{name}"')
        raw.pragma("schema_version")  # reads the file: notices one that is no database
    except apsw.Error as error:
        raise translate(error) from error
    return raw


class Connection:
    """A SQLite connection with what storage keeps beside it. `context` is what functions with context=True get."""

    __slots__ = (
        "_cursor",
        "_known_needs",
        "_laterals",
        "_registered",
        "_seen_data",
        "_seen_schema",
        "context",
        "deadline",
        "raw",
        "stop",
        "synchronous",
        "tripped",
        "wal_pages",
    )

    def __init__(self, settings: Settings) -> None:
        self.raw = open_raw(settings)
        self.context: Any = None
        self.deadline = inf
        self.stop = False
        self.tripped = False
        self.synchronous = settings.synchronous
        self.wal_pages = 0
        self._cursor = self.raw.cursor()
        self._known_needs: dict[int, tuple[Need, ...]] = {}  # by identity; the tuple is kept so that the id stays its own
        self._registered: dict[tuple[str, int], Need] = {}
        self._laterals: dict[str, Lateral] = {}
        self._seen_data = -1
        self._seen_schema = -1
        self.raw.set_progress_handler(self._progress, PROGRESS_STEPS)
        self.raw.set_wal_hook(self._count_wal)

    def _progress(self) -> bool:
        if self.stop:
            return True
        if monotonic() < self.deadline:
            return False
        self.tripped = True
        return True

    def _count_wal(self, _connection: apsw.Connection, schema: str, pages: int) -> int:
        if schema == "main":
            self.wal_pages = pages
        return 0

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
        if len(self._known_needs) >= KNOWN_NEEDS_MAX:
            self._known_needs.clear()
        self._known_needs[id(needs)] = needs

    def _register(self, need: Need) -> None:
        key = (need.name, need.nargs if isinstance(need, Function) else -2)
        if self._registered.get(key) == need:
            return
        if isinstance(need, Function):
            register_function(self.raw, self, need)
        elif isinstance(need, Collation):
            register_collation(self.raw, need)
        elif isinstance(need, TableFunction):
            register_table_function(self.raw, self, need)
        else:
            register_lateral(self.raw, need)
            self._laterals[need.name] = need
        self._registered[key] = need

    def tidy(self) -> None:
        """Before the connection waits in the pool: forget the context and, when there are many, lateral queries."""
        self.context = None
        if len(self._laterals) > LATERALS_MAX:
            for name in self._laterals:
                forget(self.raw, name)
                del self._registered[name, -2]
            self._laterals.clear()
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

    def command(self, sql: str) -> None:
        """Run a short statement without parameters or rows: BEGIN, SAVEPOINT, COMMIT, a pragma."""
        try:
            self.raw.execute(sql)
        except apsw.Error as error:
            raise translate(error) from error

    def first_rows(self, statement: Statement, params: Sequence[Value], limit: int) -> list[Row]:
        """Start a statement and take up to `limit` rows; fewer mean that it has ended (see `take_cursor`)."""
        try:
            return list(islice(self._cursor.execute(statement.sql, params), limit))
        except BaseException as error:
            self._renew_cursor()
            if isinstance(error, apsw.Error):
                raise translate(error) from error
            raise

    def take_cursor(self) -> apsw.Cursor:
        """The cursor of the statement `first_rows` started and did not end; it is the caller's from now on."""
        cursor = self._cursor
        self._cursor = self.raw.cursor()
        return cursor

    def next_rows(self, cursor: apsw.Cursor, limit: int) -> list[Row]:
        """Up to `limit` more rows; fewer mean that there are no more."""
        try:
            return list(islice(cursor, limit))
        except apsw.Error as error:
            raise translate(error) from error

    def _renew_cursor(self) -> None:
        self._cursor.close(True)
        self._cursor = self.raw.cursor()

    def schema_token(self) -> int:
        """SQLite's schema version as the newest statement of this connection saw it (a later one outside a
        transaction). Equal tokens of one database mean equal schemas."""
        raw = self.raw
        if raw.data_version() == self._seen_data and not raw.in_transaction:
            return self._seen_schema
        if self._seen_data == raw.data_version() and not self.is_writing:
            return self._seen_schema
        try:
            self._seen_schema = raw.execute("PRAGMA main.schema_version").get
            self._seen_data = -1 if self.is_writing else raw.data_version()
        except apsw.Error as error:
            raise translate(error) from error
        return self._seen_schema

    def set_synchronous(self, wanted: Synchronous) -> None:
        """What the next transactions' commits wait for. Only outside a transaction."""
        if wanted is not self.synchronous:
            self.command(f"PRAGMA synchronous = {wanted.name}")
            self.synchronous = wanted

    def close(self) -> None:
        """Close; the last one to do so checkpoints the log and removes it."""
        self._cursor.close(True)
        self.raw.close(True)
