"""Evaluates an expression over rows that are in no table (those of the log): a connection of its own, with one table in memory.

A row is put into the table, as the only one, and the expression is asked for: so affinities and collations are those of the
columns. About 5 us a row.
"""

from collections.abc import Sequence
from typing import Any

import apsw

from storage.changes import quote
from storage.connection import Connection, Settings
from storage.nested import own
from storage.statement import Need, Value

_FLAGS = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


class Scratch:
    """A table with these columns, (name, declaration), and one expression over them.

    context: what functions with context=True get. Used by one thread at a time. Raises: EngineError where SQLite refuses it.
    """

    def __init__(self, columns: Sequence[tuple[str, str]], expression: str, needs: tuple[Need, ...], context: Any) -> None:
        self._connection = Connection(Settings("file::memory:", _FLAGS, in_memory=True))
        self._connection.context = context
        self._connection.prepare(needs)
        declared = ", ".join(f"{quote(name)} {declaration}" for name, declaration in columns)
        self._connection.command(f"CREATE TABLE scratch({declared})")
        self._insert = f"INSERT OR REPLACE INTO scratch(rowid, {', '.join(quote(name) for name, _ in columns)}) " \
                       f"VALUES (1{', ?' * len(columns)})"
        self._select = f"SELECT {expression} FROM scratch"

    def value(self, row: Sequence[Value]) -> Value:
        """The expression's value over a row. Raises: EngineError, and what functions raise."""
        execute = self._connection.raw.execute
        try:
            execute(self._insert, row).fetchall()
            found: Any = execute(self._select).get
        except (apsw.Error, SystemError) as error:
            raise own(error) from error
        return found  # type: ignore[no-any-return]

    def close(self) -> None:
        """Give its memory back."""
        self._connection.close()
