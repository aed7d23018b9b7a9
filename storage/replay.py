"""Doing captured changes again, or undoing them, on a connection that has just begun to write.

Foreign keys stay on. A row may refer to one that comes later (a statement had inserted both); then everything is done
once more with their checks put off until all rows are there. That is rare, and costs the connection its prepared
statements. Foreign-key actions run again and find done what the captured changes would do, which is why a change that
finds its row gone already is no error then.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import apsw

from storage.changes import DELETE, INSERT, Capture, Change, Table, Values
from storage.connection import Connection
from storage.errors import ConstraintFailed, StaleSnapshot, translate

Facts = Callable[[str, str], Table | None]
"""(database, table) -> its facts."""
Shapes = Mapping[str, tuple[tuple[str, str], ...]]
"""Table -> its columns when the changes were made."""


class Replay:
    """Writes changes on one connection. checked: another program may have written, so that old values are compared.
    free_rowid: (table, the highest number taken) -> a number for a row that no open transaction has. shapes: see Shapes."""

    def __init__(self, connection: Connection, facts: Facts, *, checked: bool = False,
                 free_rowid: Callable[[str, int], int], shapes: Shapes) -> None:
        self._raw = connection.raw
        self._connection = connection
        self._facts = facts
        self._checked = checked
        self._free_rowid = free_rowid
        self._shapes = shapes
        self._seen = Capture(sys.maxsize) if checked else None
        self.moved: dict[tuple[str, int], int] = {}
        """(table, rowid) -> the rowid that a row got instead because its own was taken."""

    def redo(self, changes: Sequence[Change]) -> None:
        """Do the changes again, in their order. Raises: StaleSnapshot if the file is not as they need it."""
        self._connection.capture = self._seen
        try:
            for change in changes:
                self._write(change, change.op, change.rowid, change.new_rowid, change.old, change.new)
        finally:
            self._connection.capture = None

    def undo(self, commits: Sequence[Sequence[Change]]) -> None:
        """Undo the changes of commits, the last one first.

        Foreign keys are off meanwhile: they held before and will hold then, and their actions would take rows along.
        """
        config = self._raw.config
        config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 0)
        try:
            for change in chain.from_iterable(reversed(changes) for changes in reversed(commits)):
                op = {INSERT: DELETE, DELETE: INSERT}.get(change.op, change.op)
                self._write(change, op, change.new_rowid, change.rowid, change.new, change.old)
        finally:
            config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 1)

    def _write(self, change: Change, op: int, rowid: int, new_rowid: int, old: Values | None, new: Values | None) -> None:
        if not change.database:
            return  # something else that is said to the log
        table = self._facts(change.database, change.table)
        if (table is None or table.odd or any(row is not None and len(row) != table.width for row in (old, new))
                or self._shapes.get(change.table, table.shape) != table.shape):
            raise StaleSnapshot(f"the table {change.table} has been altered")
        if self.moved:
            rowid = self.moved.get((change.table, rowid), rowid)
            new_rowid = self.moved.get((change.table, new_rowid), new_rowid)
        lead = () if table.alias is not None else (new_rowid,)
        before = () if old is None else table.pick(old)
        try:
            if op == INSERT:
                assert new is not None
                self._insert(change, table, new_rowid, table.pick(new))
            elif op == DELETE:
                sql = table.checked_delete if self._checked else table.delete
                self._run(change, rowid, new_rowid, sql, (rowid, *before) if self._checked else (rowid,))
            else:
                assert new is not None
                values = (*lead, *table.pick(new), rowid)
                sql = table.checked_update if self._checked else table.update
                self._run(change, rowid, new_rowid, sql, (*values, *before) if self._checked else values)
        except apsw.ConstraintError as error:
            failure = translate(error)
            if isinstance(failure, ConstraintFailed) and failure.kind == "FOREIGNKEY":
                raise failure from error
            raise StaleSnapshot(f"another program has written: {failure.message}") from error
        except apsw.Error as error:
            raise translate(error) from error

    def _run(self, change: Change, rowid: int, new_rowid: int, sql: str, values: Values) -> None:
        """Write one row; when old values are compared, it may be done already only if a foreign key's action did just that."""
        self._raw.execute(sql, values).fetchall()
        if (self._seen is not None and not self._raw.changes()
                and change._replace(rowid=rowid, new_rowid=new_rowid) not in self._seen.changes):
            raise StaleSnapshot(f"another program has changed a row of {change.table}")

    def _insert(self, change: Change, table: Table, rowid: int, row: Values) -> None:
        if table.alias is not None:
            self._raw.execute(table.insert, row).fetchall()
            return
        try:
            self._raw.execute(table.insert, (rowid, *row)).fetchall()
        except apsw.ConstraintError as error:
            if getattr(error, "extendedresult", 0) != apsw.SQLITE_CONSTRAINT_ROWID:
                raise
            # Nobody but SQLite chose the number of this row: it takes the next one that nobody has.
            name = table.name.replace('"', '""')
            highest: Any = self._raw.execute(f'SELECT max({table.rowid}) FROM "{change.database}"."{name}"').get
            number = self._free_rowid(table.name, highest)
            self._raw.execute(table.insert, (number, *row)).fetchall()
            self.moved[change.table, rowid] = number


def with_checks_put_off(connection: Connection, job: Callable[[], None]) -> None:
    """Run a job with foreign keys checked only when all of it is done.

    Where some do not hold then, because the transaction had left them to be checked at its COMMIT, all its checks are put
    off until then: SQLite forgets what does not hold when it is told to put checks off no longer.
    """
    connection.command("PRAGMA defer_foreign_keys = ON")
    job()
    if not connection.has_unresolved_foreign_keys:
        connection.command("PRAGMA defer_foreign_keys = OFF")
