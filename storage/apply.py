"""Doing logged changes on an exact copy of the database they were made in.

Each row is found by its rowid, or by its key where there is none. Triggers, the actions of foreign keys and checks are off:
what they did is in the records. A change that does not meet exactly one row, or a schema that a statement does not fit, means
that this is no exact copy: ApplyConflict, and nothing of the transaction stays.
"""

from collections.abc import Callable, Sequence
from typing import Any

import apsw

from storage.changes import DELETE, INSERT, ROWID_NAMES, UPDATE, Change, Values, quote
from storage.connection import Connection
from storage.errors import ApplyConflict, DiskFull, IoError, OutOfMemory, translate
from storage.logged import FOREIGN_WRITE, FORK, SQL, TRUNCATE


class _Target:
    """How the rows of one table are written. stored: the columns that are; key: of the columns or the rowid, to find a row."""

    def __init__(self, raw: apsw.Connection, name: str) -> None:
        columns: Any = raw.execute("SELECT name, pk, hidden FROM pragma_table_xinfo(?, 'main')", (name,)).fetchall()
        kind: Any = raw.execute(
            "SELECT wr FROM pragma_table_list(?) WHERE schema = 'main' AND type = 'table'", (name,)).fetchall()
        if not kind:
            raise ApplyConflict(f"there is no table {name}")
        taken = {column.lower() for column, _, _ in columns}
        self.width = len(columns)
        self.stored = [i for i, column in enumerate(columns) if column[2] == 0]
        self.rowid = None if kind[0][0] else next((r for r in ROWID_NAMES if r not in taken), None)
        table = f"main.{quote(name)}"
        written = [quote(columns[i][0]) for i in self.stored]
        if self.rowid is not None:
            shown, where = [self.rowid, *written], f"{self.rowid} = ?"
            self.key: list[int] = []
        else:
            shown = written
            self.key = [i for i, column in enumerate(columns) if column[1]] or self.stored
            where = " AND ".join(f"{quote(columns[i][0])} IS ?" for i in self.key)
        self.insert = f"INSERT INTO {table}({', '.join(shown)}) VALUES ({', '.join('?' * len(shown))})"
        self.update = f"UPDATE {table} SET {', '.join(f'{column} = ?' for column in shown)} WHERE {where}"
        self.delete = f"DELETE FROM {table} WHERE {where}"
        self.all_stored = len(self.stored) == self.width

    def written(self, rowid: int, row: Values) -> list[Any]:
        """The values of `insert`."""
        values = list(row) if self.all_stored else [row[i] for i in self.stored]
        return [rowid, *values] if self.rowid is not None else values

    def found(self, rowid: int, row: Values | None) -> list[Any]:
        """The values of the WHERE."""
        if self.rowid is not None:
            return [rowid]
        assert row is not None
        return [row[i] for i in self.key]


class Applier:
    """A connection that does nothing else."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._raw = connection.raw
        self._targets: dict[str, _Target] = {}
        self._schema = -1
        config = connection.raw.config
        config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 0)
        config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        connection.raw.pragma("ignore_check_constraints", True)

    def begin(self) -> None:
        """A transaction has begun: the schema may be another one."""
        schema = self.connection.number("schema_version")
        if schema != self._schema:
            self._targets.clear()
            self._schema = schema

    def apply(self, changes: Sequence[Change]) -> None:
        """Do changes in their order. Raises: ApplyConflict, DiskFull, IoError."""
        for change in changes:
            what = _WHAT.get(change.op)
            if what is None:
                continue  # said to others
            try:
                what(self, change)
            except apsw.Error as error:
                failure = translate(error)
                if isinstance(failure, DiskFull | IoError | OutOfMemory):
                    raise failure from error
                raise ApplyConflict(f"a change of {change.table} cannot be done: {failure.message}") from error

    def _target(self, table: str, *rows: Values | None) -> _Target:
        target = self._targets.get(table)
        if target is None:
            target = self._targets[table] = _Target(self._raw, table)
        if any(row is not None and len(row) != target.width for row in rows):
            raise ApplyConflict(f"the table {table} has other columns")
        return target

    def _insert(self, change: Change) -> None:
        assert change.new is not None
        target = self._target(change.table, change.new)
        self._raw.execute(target.insert, target.written(change.new_rowid, change.new)).fetchall()

    def _update(self, change: Change) -> None:
        assert change.new is not None
        target = self._target(change.table, change.old, change.new)
        values = target.written(change.new_rowid, change.new) + target.found(change.rowid, change.old)
        self._raw.execute(target.update, values).fetchall()
        self._check_one(change)

    def _delete(self, change: Change) -> None:
        target = self._target(change.table, change.old)
        self._raw.execute(target.delete, target.found(change.rowid, change.old)).fetchall()
        self._check_one(change)

    def _check_one(self, change: Change) -> None:
        if self._raw.changes() != 1:
            raise ApplyConflict(f"a row of {change.table} that was changed is not there")

    def _sql(self, change: Change) -> None:
        self._raw.execute(change.table, change.old or ()).fetchall()
        self._targets.clear()
        self._schema = -1

    def _truncate(self, change: Change) -> None:
        for table in change.old or ():
            self._raw.execute(f"DELETE FROM main.{quote(table)}").fetchall()

    def _fork(self, change: Change) -> None:
        if change.table == FOREIGN_WRITE:
            raise ApplyConflict("another program has written to the primary's file, and no record tells what")


_WHAT: dict[int, Callable[[Applier, Change], None]] = {
    INSERT: Applier._insert, UPDATE: Applier._update, DELETE: Applier._delete, SQL: Applier._sql, TRUNCATE: Applier._truncate,
    FORK: Applier._fork}
