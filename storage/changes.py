"""Changes of rows, as the preupdate hook sees them: captured, undone and done again by key.

A `Change` holds whole rows, old and new, in the order of the file's columns. Doing one again needs no SQL of the client:
the row is written by its rowid, with what triggers and foreign-key actions did following as changes of their own. Tables
where that is not exact (triggers would run twice; no rowid; a column SQLite computes when it is read) are `odd`: their
changes are seen but never done again, so a transaction that makes some keeps its turn to write.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, Protocol

import apsw

INSERT, UPDATE, DELETE = apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE
ROWID_NAMES = ("rowid", "_rowid_", "oid")
Values = tuple[Any, ...]


class Change(NamedTuple):
    """One row changed. database: "main" or "temp". old: None for INSERT; new: None for DELETE; both None if `blind`.
    rowid: before the change, new_rowid: after it; 0 in a table without rowids."""

    database: str
    table: str
    op: int
    rowid: int
    new_rowid: int
    old: Values | None
    new: Values | None


SPILL_CHANGES = 5000


class Capture:
    """Where a connection's hook puts what a statement changes. tables: those changed. blind: some rows could not be read.

    full: there were more than `limit` changes, or that is 0; then only the tables are known. facts: of tables, by
    (database, name), for who has to undo some of the changes while the statement goes on.
    log: who wants to know all changes, also when it is `full`; `spill` gives it some of them when there are many, unless `whole`.
    """

    __slots__ = ("_pending", "blind", "changes", "facts", "full", "limit", "log", "tables", "whole")

    def __init__(self, limit: int, log: "RowReader | None" = None, *, whole: bool = False) -> None:
        self.limit = limit
        self.whole = whole
        self.changes: list[Change] = []
        self.tables: set[str] = set()
        self.blind = False
        self.full = limit == 0
        self.facts: Callable[[str, str], Table | None] | None = None
        self.log = log
        self._pending: Change | None = None  # whose new row is read when it is there

    def add(self, update: apsw.PreUpdate) -> None:
        """Called by SQLite before each change of a row."""
        database = update.database_name
        if database not in ("main", "temp"):
            return  # a table in the connection's memory
        table = update.table_name
        if self.full:
            self.tables.add(table)
            if self.log is None:
                return
        op = update.opcode
        try:
            old = None if op == INSERT else update.old
            new = None if op == DELETE else update.new
        except apsw.RangeError:  # a table with columns that are computed when they are read
            old = new = None
            self.blind = True
        change = Change(database, table, op, update.rowid, update.rowid_new, old, new)
        if self.log is not None and (self._pending is not None or (old is None and new is None)):
            change = self._read(change)
        changes = self.changes
        changes.append(change)
        if len(changes) >= self.limit:
            self._many()

    def _many(self) -> None:
        if not self.full:
            self.full = True
            self.tables.update(c.table for c in self.changes)
        if self.log is not None and len(self.changes) >= SPILL_CHANGES and not self.whole:
            self.finish()
            self.log.spill(self.changes)

    def _read(self, change: Change) -> Change:
        """What the hook cannot tell of a row: as it is now; and the row before, as it has become."""
        assert self.log is not None
        self.finish()
        if change.old is None and change.new is None:
            if change.op != INSERT:
                change = change._replace(old=self.log.read_row(change.database, change.table, change.rowid))
            if change.op != DELETE:
                self._pending = change
        return change

    def finish(self) -> None:
        """The change that came last has been done: read what it has made."""
        pending, self._pending = self._pending, None
        if pending is not None and self.log is not None and self.changes and self.changes[-1] is pending:
            self.changes[-1] = pending._replace(new=self.log.read_row(pending.database, pending.table, pending.new_rowid))


class RowReader(Protocol):
    """Who wants to know all changes of a statement."""

    def read_row(self, database: str, table: str, rowid: int) -> Values | None:
        """A row with all its columns, as it is now."""

    def spill(self, changes: list[Change]) -> None:
        """Take these, and empty the list."""


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """A unique index. columns: positions; None if its keys cannot be computed from a row (an expression, a collation of
    the file's own). norms: how each value is made comparable. watched: the columns that say whether a row is in it, if it is
    partial."""

    name: str
    columns: tuple[int, ...] | None
    norms: tuple[Callable[[Any], Any] | None, ...] = ()
    watched: tuple[int, ...] = ()

    def differs(self, old: Values | None, new: Values | None) -> tuple[Values | None, Values | None] | None:
        """The keys of a row before and after a change that gives or takes one away; None for any other change."""
        before = None if old is None else self.of(old)
        after = None if new is None else self.of(new)
        if before != after or before == ():
            return before, after
        if old is not None and new is not None and any(old[i] != new[i] for i in self.watched):
            return before, after
        return None

    def of(self, row: Values) -> Values | None:
        """The key of a row; () stands for every key, None for a row that is in nobody's way because of a NULL."""
        if self.columns is None:
            return ()
        values = [row[position] for position in self.columns]
        if None in values:
            return None
        return tuple(value if norm is None else norm(value) for value, norm in zip(values, self.norms, strict=True))


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference. columns: positions in the child; find: gives the parent's rowid; None if that has none."""

    parent: str
    columns: tuple[int, ...]
    find: str | None


@dataclass(slots=True)
class Table:
    """What must be known of a table to lock its rows and to write them again."""

    name: str
    odd: bool
    alias: int | None
    uniques: tuple[UniqueKey, ...]
    references: tuple[ForeignKey, ...]
    insert: str = ""
    update: str = ""
    delete: str = ""
    checked_update: str = ""
    checked_delete: str = ""
    width: int = 0
    shape: tuple[tuple[str, str], ...] = ()
    """The names and declared types of its columns."""
    stored: tuple[int, ...] = ()
    rowid: str | None = None
    keys: frozenset[int] = field(default_factory=frozenset)

    def pick(self, row: Values) -> Values:
        """The values that are written; the others are computed from them."""
        return row if len(self.stored) == len(row) else tuple(row[i] for i in self.stored)


def _nocase(value: Any) -> Any:
    return value.translate(_LOWER) if isinstance(value, str) else value


def _rtrim(value: Any) -> Any:
    return value.rstrip(" ") if isinstance(value, str) else value


def _decimal(value: Any) -> Any:
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        return "NaN" if number.is_nan() else number
    return value


_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
NORMS: dict[str, Callable[[Any], Any] | None] = {"BINARY": None, "NOCASE": _nocase, "RTRIM": _rtrim, "DECIMAL": _decimal}
"""Collations under which equal keys can be told without SQLite."""


def read_table(raw: apsw.Connection, database: str, name: str) -> Table | None:
    """Read a table's facts from the schema; None if there is no such table."""
    def rows(sql: str, *parameters: Any) -> list[Any]:
        return raw.execute(sql, parameters, can_cache=False).fetchall()

    schema = quote(database)
    master = f"{schema}.sqlite_schema"
    kind = rows("SELECT wr FROM pragma_table_list(?) WHERE schema = ? AND type = 'table'", name, database)
    if not kind:
        return None
    columns = rows("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, ?)", name, database)
    names = [column[0] for column in columns]
    triggers = rows(f"SELECT 1 FROM {master} WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE LIMIT 1", name)
    odd = bool(kind[0][0] or triggers) or any(column[3] in (1, 2) for column in columns)
    lowered = {column.lower() for column in names}
    rowid = None if kind[0][0] else next((r for r in ROWID_NAMES if r not in lowered), None)
    uniques = _uniques(rows, name, database, names)
    key = [i for i, column in enumerate(columns) if column[2]]
    # Only this spelling makes a column the rowid; and such a key has no index of its own.
    alias = key[0] if len(key) == 1 and columns[key[0]][1].upper() == "INTEGER" and not kind[0][0] and not rows(
        "SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'pk'", name, database) else None
    stored = tuple(i for i, column in enumerate(columns) if column[3] == 0)
    table = Table(name, odd or (rowid is None and alias is None), alias, uniques,
                  _references(rows, raw, database, name, names), stored=stored, rowid=rowid, width=len(names),
                  shape=tuple((column[0], column[1]) for column in columns))
    table.keys = frozenset(p for unique in uniques for p in (unique.columns or range(len(names)))) | (
        {alias} if alias is not None else set())
    if not table.odd:
        _write_texts(table, schema, names)
    return table


def quote(name: str) -> str:
    """A name as SQLite reads it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _uniques(rows: Callable[..., list[Any]], name: str, database: str, names: list[str]) -> tuple[UniqueKey, ...]:
    found = []
    for index, partial in rows("SELECT name, partial FROM pragma_index_list(?, ?) WHERE \"unique\"", name, database):
        parts = rows("SELECT cid, coll FROM pragma_index_xinfo(?, ?) WHERE key", index, database)
        # A partial index is taken for a whole one: two rows that are not in it may wait for each other, no more.
        watched: tuple[int, ...] = ()
        if partial:  # a row enters it by any column of its condition; whoever is named in its text may be one
            text = rows(f"SELECT lower(sql) FROM {quote(database)}.sqlite_schema WHERE type = 'index' AND name = ?", index)[0][0]
            watched = tuple(i for i, column in enumerate(names) if column.lower() in text)
        if any(cid < 0 or coll.upper() not in NORMS for cid, coll in parts):
            found.append(UniqueKey(index, None))
        else:
            norms = tuple(NORMS[coll.upper()] for _, coll in parts)
            found.append(UniqueKey(index, tuple(cid for cid, _ in parts), norms, watched))
    return tuple(found)


def _references(rows: Callable[..., list[Any]], raw: apsw.Connection, database: str, name: str,
                names: list[str]) -> tuple[ForeignKey, ...]:
    found: dict[int, tuple[str, list[int], list[str | None]]] = {}
    lowered = [column.lower() for column in names]
    for number, parent, child, column in rows(
            'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?, ?) ORDER BY id, seq', name, database):
        _, children, columns = found.setdefault(number, (parent, [], []))
        children.append(lowered.index(child.lower()))
        columns.append(column)
    references = []
    for parent, positions, columns in found.values():
        kind = rows("SELECT wr, name FROM pragma_table_list(?) WHERE schema = ? AND type = 'table'", parent, database)
        if not kind:
            continue  # a reference to a table that is not there is refused by SQLite itself
        parent = kind[0][1]  # as it is spelt where it was made
        if None in columns:
            columns = [c for c, in rows("SELECT name FROM pragma_table_xinfo(?, ?) WHERE pk ORDER BY pk", parent, database)]
        taken = {c.lower() for c, in rows("SELECT name FROM pragma_table_xinfo(?, ?)", parent, database)}
        rowid = None if kind[0][0] else next((r for r in ROWID_NAMES if r not in taken), None)
        where = " AND ".join(f"{quote(str(column))} = ?" for column in columns)
        find = None if rowid is None else f"SELECT {rowid} FROM {quote(database)}.{quote(parent)} WHERE {where}"
        references.append(ForeignKey(parent, tuple(positions), find))
    return tuple(references)


def _write_texts(table: Table, schema: str, names: list[str]) -> None:
    columns = [quote(names[i]) for i in table.stored]
    target = f"{schema}.{quote(table.name)}"
    shown = ([] if table.alias is not None else [str(table.rowid)]) + columns
    key = quote(names[table.alias]) if table.alias is not None else table.rowid
    table.insert = f"INSERT INTO {target}({', '.join(shown)}) VALUES ({', '.join('?' * len(shown))})"
    table.update = f"UPDATE {target} SET {', '.join(f'{c} = ?' for c in shown)} WHERE {key} = ?"
    table.delete = f"DELETE FROM {target} WHERE {key} = ?"
    same = "".join(f" AND {c} IS ?" for c in columns)
    table.checked_update = table.update + same
    table.checked_delete = table.delete + same
