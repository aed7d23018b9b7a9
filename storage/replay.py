"""Doing captured changes again, or undoing them, on a connection that has just begun to write.

Foreign keys stay on. A row may refer to one that comes later (a statement had inserted both); then everything is done
once more with their checks put off until all rows are there. That is rare, and costs the connection its prepared
statements. Foreign-key actions run again and find done what the captured changes would do, which is why a change that
finds its row gone already is no error then.
"""

from collections.abc import Callable, Sequence

import apsw

from storage.changes import DELETE, INSERT, Change, Table, Values
from storage.connection import Connection
from storage.errors import ConstraintFailed, EngineError, StaleSnapshot, translate

Facts = Callable[[str, str], Table | None]
"""(database, table) -> its facts."""


class Replay:
    """Writes changes on one connection. checked: another program may have written, so that old values are compared."""

    def __init__(self, connection: Connection, facts: Facts, *, checked: bool = False) -> None:
        self._raw = connection.raw
        self._connection = connection
        self._facts = facts
        self._checked = checked
        self.moved: dict[tuple[str, int], int] = {}
        """(table, rowid) -> the rowid that a row got instead because its own was taken."""

    def redo(self, changes: Sequence[Change]) -> None:
        """Do the changes again, in their order. Raises: StaleSnapshot if the file is not as they need it."""
        for change in changes:
            self._write(change, change.op, change.rowid, change.new_rowid, change.old, change.new)

    def undo(self, changes: Sequence[Change]) -> None:
        """Undo the changes, the last one first."""
        for change in reversed(changes):
            op = {INSERT: DELETE, DELETE: INSERT}.get(change.op, change.op)
            self._write(change, op, change.new_rowid, change.rowid, change.new, change.old)

    def _write(self, change: Change, op: int, rowid: int, new_rowid: int, old: Values | None, new: Values | None) -> None:
        table = self._facts(change.database, change.table)
        if table is None or table.odd:
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
                self._run(table, table.checked_delete if self._checked else table.delete,
                          (rowid, *before) if self._checked else (rowid,))
            else:
                assert new is not None
                self._run(table, table.checked_update if self._checked else table.update,
                          (*lead, *table.pick(new), rowid, *before) if self._checked else (*lead, *table.pick(new), rowid))
        except apsw.ConstraintError as error:
            found = translate(error)
            if isinstance(found, ConstraintFailed) and found.kind == "FOREIGNKEY":
                raise found from error
            raise StaleSnapshot(f"another program has written: {found.message}") from error
        except apsw.Error as error:
            found = translate(error)
            raise StaleSnapshot(found.message) if not isinstance(found, EngineError) else found from error

    def _run(self, table: Table, sql: str, values: Values) -> None:
        self._raw.execute(sql, values).fetchall()
        if self._checked and not self._raw.changes():
            raise StaleSnapshot(f"another program has changed a row of {table.name}")

    def _insert(self, change: Change, table: Table, rowid: int, row: Values) -> None:
        if table.alias is not None:
            self._raw.execute(table.insert, row).fetchall()
            return
        try:
            self._raw.execute(table.insert, (rowid, *row)).fetchall()
        except apsw.ConstraintError as error:
            if getattr(error, "extendedresult", 0) != apsw.SQLITE_CONSTRAINT_ROWID:
                raise
            # Nobody but SQLite chose the number of this row: it takes the next free one.
            self._raw.execute(table.insert, (None, *row)).fetchall()
            self.moved[change.table, rowid] = self._raw.last_insert_rowid()


def with_checks_put_off(connection: Connection, job: Callable[[], None]) -> None:
    """Run a job with foreign keys checked only when all of it is done. Raises: StaleSnapshot if they do not hold then."""
    connection.command("PRAGMA defer_foreign_keys = ON")
    try:
        job()
    finally:
        connection.command("PRAGMA defer_foreign_keys = OFF")
