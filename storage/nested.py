"""Statements that a function runs on the connection that calls it, in the middle of the statement that calls it.

They see what that statement sees, and what it has changed so far. Their changes are captured with its own, so that they are
locked, undone and done again together with it; a change is possible only while the outer statement runs as a writer.

What a part of a function has changed can be undone (`mark`, `undo`): by a savepoint of SQLite, or, where SQLite has none
because the outer statement is changing a table itself, row by row from what was captured.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import apsw

from storage.changes import DELETE, INSERT, Capture, Change
from storage.errors import Busy, NeedsWriter, SqlLogicError, StaleSnapshot, translate
from storage.statement import Row, Statement, Value

if TYPE_CHECKING:
    from storage.connection import Connection

_names = count(1)
KNOWN_MAX = 1000
"""Statements whose tables are remembered."""


class Mark(NamedTuple):
    """Where to go back to. savepoint: its name, "" if there is none."""

    savepoint: str
    changes: int


class Result(NamedTuple):
    """All rows of a statement, and how many it has changed."""

    rows: list[Row]
    changes: int


class Nested:
    """See the module. Used from the thread that runs the outer statement, within a function that SQLite calls."""

    __slots__ = ("_connection", "_read")

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._read: dict[str, frozenset[str]] = {}

    @property
    def can_write(self) -> bool:
        """Whether the outer statement runs as a writer."""
        return self._connection.capture is not None

    @property
    def has_unresolved_foreign_keys(self) -> bool:
        """Whether rows violate foreign keys whose check has been put off."""
        return self._connection.has_unresolved_foreign_keys

    def run(self, statement: Statement, params: Sequence[Value] = ()) -> Result:
        """Run a statement to its end. Raises: EngineError, NeedsWriter, or what a function raised."""
        connection = self._connection
        if statement.writes and connection.capture is None:
            raise NeedsWriter("a function changes rows")
        self._prepare(statement, params)
        raw = connection.raw
        before = raw.total_changes()
        kept, connection.reported = connection.reported, None
        cursor = raw.cursor()
        try:
            rows = cursor.execute(statement.sql, params).fetchall()
        except BaseException as error:
            raise own(error) from error
        finally:
            cursor.close(True)
            reported, connection.reported = connection.reported, kept
        if reported is not None:
            return Result(rows, reported)
        return Result(rows, raw.changes() if statement.writes and raw.total_changes() != before else 0)

    def report(self, changes: int) -> None:
        """Say how many rows the statement that calls the function has changed, since the function does that for it."""
        self._connection.reported = changes

    def rows(self, statement: Statement, params: Sequence[Value] = ()) -> Iterator[Row]:
        """The rows of a statement that only reads, one after another; close the iterator if it is not read to its end."""
        self._prepare(statement, params)
        cursor = self._connection.raw.cursor()
        try:
            yield from cursor.execute(statement.sql, params)
        except (apsw.Error, SystemError) as error:
            raise own(error) from error
        finally:
            cursor.close(True)

    def value(self, statement: Statement, params: Sequence[Value]) -> Any:
        """The only value of a statement that gives one row of one column, and changes nothing."""
        connection = self._connection
        if statement.needs or connection.noting is not None:
            self._prepare(statement, params)
        try:
            return connection.raw.execute(statement.sql, params).get
        except BaseException as error:
            raise own(error) from error

    def _prepare(self, statement: Statement, params: Sequence[Value]) -> None:
        try:
            self._connection.prepare(statement.needs)
        except Busy as error:
            raise SqlLogicError("a function that is running cannot be made anew") from error
        noting = self._connection.noting
        if noting is not None:
            noting |= self._tables(statement, params)

    def _tables(self, statement: Statement, params: Sequence[Value]) -> frozenset[str]:
        """The tables that a statement reads, found out once."""
        found = self._read.get(statement.sql)
        if found is None:
            from storage.plans import tables_read  # it knows connections, which know this module

            if len(self._read) >= KNOWN_MAX:
                self._read.clear()
            found = self._read[statement.sql] = tables_read(self._connection, statement, params)
        return found

    def mark(self) -> Mark:
        """The state now, to come back to."""
        capture = self._connection.capture
        if capture is None:
            return Mark("", 0)
        name = f"pgquill_nested_{next(_names)}"
        try:
            self._connection.raw.execute(f"SAVEPOINT {name}").fetchall()
        except apsw.BusyError:  # the outer statement is in the middle of changing a table
            name = ""
        return Mark(name, len(capture.changes))

    def release(self, mark: Mark) -> None:
        """The state will not be asked for again."""
        if mark.savepoint:
            self._connection.command(f"RELEASE {mark.savepoint}")

    def undo(self, mark: Mark) -> None:
        """Go back to a state; it is released then. Raises: StaleSnapshot if that is not possible."""
        connection = self._connection
        capture = connection.capture
        if mark.savepoint:
            connection.command(f"ROLLBACK TO {mark.savepoint}")
            connection.command(f"RELEASE {mark.savepoint}")
        elif capture is not None and (capture.full or capture.blind or len(capture.changes) > mark.changes):
            self._undo_rows(capture, mark.changes)
        if capture is not None:
            del capture.changes[mark.changes :]

    def _undo_rows(self, capture: Capture, since: int) -> None:
        if capture.full or capture.blind or capture.facts is None:
            raise StaleSnapshot("too much has changed to be undone in part")
        connection = self._connection
        connection.capture = None
        try:
            for change in reversed(capture.changes[since:]):
                _undo_change(connection, capture, change)
        except apsw.Error as error:
            raise translate(error) from error
        finally:
            connection.capture = capture


def _undo_change(connection: "Connection", capture: Capture, change: Change) -> None:
    assert capture.facts is not None
    table = capture.facts(change.database, change.table)
    if table is None or table.odd:
        raise StaleSnapshot(f"changes of {change.table} cannot be undone in part")
    lead = () if table.alias is not None else (change.rowid,)
    if change.op == INSERT:
        connection.raw.execute(table.delete, (change.new_rowid,)).fetchall()
        return
    assert change.old is not None
    values = (*lead, *table.pick(change.old))
    if change.op == DELETE:
        connection.raw.execute(table.insert, values).fetchall()
    else:
        connection.raw.execute(table.update, (*values, change.new_rowid)).fetchall()


def own(error: BaseException) -> BaseException:
    """SQLite's errors as ours. An exception in an aggregate's last call comes wrapped in a SystemError: unwrap it."""
    if isinstance(error, apsw.Error):
        return translate(error)
    if isinstance(error, SystemError) and error.__cause__ is not None:
        return error.__cause__
    return error
