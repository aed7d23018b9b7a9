"""What a transaction tells the log: each row its statements change, and what else it says there, in order.

While it can be put aside, the log will have what it has kept of itself anyway (`_mine`). From the moment it is fixed, a
LogBuffer has that and all that comes after it, however much. At COMMIT either becomes records, in the same transaction.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from storage.changes import Capture, Change, Values, quote
from storage.connection import Connection
from storage.engine import Engine
from storage.holding import Holding, PinnedConnection
from storage.locks import LockOwner
from storage.logbuffer import LogBuffer, LogMark
from storage.logged import FACTS, SQL, encode
from storage.statement import Isolation, Value

_TEMPORARY = re.compile(
    r"CREATE\s+TEMP|(CREATE|DROP|ALTER)\s+(UNIQUE\s+)?(TABLE|INDEX|VIEW|TRIGGER)\s+(IF\s+(NOT\s+)?EXISTS\s+)?\"?temp\"?\.", re.I)
_SCHEMA_PRAGMAS = ("PRAGMA writable_schema", "PRAGMA main.schema_version = ")


def alters_schema(sql: str, *, schema: bool) -> bool:
    """Whether a statement changes the file's schema, so that the log has to have it as it is. schema: it is DDL."""
    if schema:
        return not sql.startswith(("ANALYZE", "VACUUM", "REINDEX")) and not _TEMPORARY.match(sql)
    return sql.startswith(_SCHEMA_PRAGMAS) or (sql.startswith("UPDATE ") and "main.sqlite_schema" in sql)


class Recording(Holding):
    """The part of a transaction that makes its records. committed_lsn: where they end, once it is committed and if there
    are any."""

    __slots__ = ("_buffer", "_unlogged", "committed_lsn")

    def __init__(self, engine: Engine, isolation: Isolation, pinned: PinnedConnection | None, owner: LockOwner) -> None:
        super().__init__(engine, isolation, pinned, owner)
        self._buffer: LogBuffer | None = None
        self._unlogged = False
        self.committed_lsn: int | None = None

    @property
    def logs(self) -> bool:
        """Whether its changes go into the log."""
        return self._engine.wal.is_on and not self._unlogged

    def log(self, change: Change) -> None:
        """Say something that is no change of a row (see storage.logged), after what has been done so far. The transaction must
        have begun to write; FACTS and the like only where the schema changes."""
        if not self.logs:
            return
        self._pristine = False
        if self._fixed:
            self._filled().add((change,))
        else:
            assert change.op != FACTS
            self._mine.append(change)

    @contextmanager
    def unlogged(self) -> Iterator[None]:
        """What is changed meanwhile is logged by other words, which the caller says with `log`. The schema changes, so that the
        transaction is fixed."""
        assert self._fixed
        if self.logs:
            self._filled()
        before, self._unlogged = self._unlogged, True
        try:
            yield
        finally:
            self._unlogged = before

    # --- a statement's changes ------------------------------------------------------------------------------------

    def _mark_log(self) -> LogMark | None:
        return self._buffer.mark() if self._buffer is not None else None

    def _cut_log(self, mark: LogMark | None) -> None:
        """Go back to a mark."""
        if self._buffer is None:
            return
        if mark is None:
            self._drop_log()
        else:
            self._buffer.cut(mark)

    def _drop_log(self) -> None:
        if self._buffer is not None:
            self._buffer.close()
            self._buffer = None

    def _keep(self, capture: Capture | None) -> None:
        """A statement has been settled: what it changed is part of the transaction."""
        if capture is None:
            return
        if self._fixed and capture.log is not None:
            self._filled().add(capture.changes)
        if not self._has_all_rows and not (capture.full and capture.log is not None):
            self._mine += capture.changes

    def _keep_sql(self, sql: str, params: tuple[Value, ...]) -> None:
        """A statement has changed the schema."""
        if self.logs:
            self._filled().add((Change("", sql, SQL, 0, 0, tuple(params), None),))

    def _filled(self) -> LogBuffer:
        """The buffer, with what was changed before there was one."""
        if self._buffer is None:
            self._buffer = LogBuffer()
            self._buffer.add(self._mine)
        return self._buffer

    def spill(self, changes: list[Change]) -> None:
        """See storage.changes.RowReader."""
        self._filled().add(changes)
        changes.clear()

    def read_row(self, database: str, table: str, rowid: int) -> Values | None:
        """See storage.changes.RowReader."""
        assert self._connection is not None
        facts = self._engine.facts(self._connection)(database, table)
        if facts is None:
            return None
        names = ", ".join(quote(name) for name, _ in facts.shape)
        key = quote(facts.shape[facts.alias][0]) if facts.alias is not None else facts.rowid
        sql = f"SELECT {names} FROM {quote(database)}.{quote(table)} WHERE {key} = ?"
        row = self._connection.raw.execute(sql, (rowid,)).fetchone()
        return None if row is None else tuple(row)

    # --- the end --------------------------------------------------------------------------------------------------

    def _write_log(self, connection: Connection) -> int | None:
        """Before COMMIT: the records. Gives where they end, or None if there are none."""
        wal = self._engine.wal
        if not wal.is_on:
            return None
        if self._buffer is not None:
            if self._buffer.is_empty:
                return None
            return wal.write(connection, self._buffer.records(), facts=self._buffer.facts)
        data = encode(self._mine)
        return None if data == b"\x90" else wal.write(connection, (data,))
