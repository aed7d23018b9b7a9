"""What SQLite itself says about a file: sqlite_schema and the PRAGMAs, read in a few queries.

`reading` is a generator that asks for queries and is sent their rows, so that the same code runs on storage's
transactions (executor.catalog.load) and on a plain connection in tests. Tables named sqlite_* and pgquill_* are left
out.
"""

from collections.abc import Generator
from typing import Any, NamedTuple

import msgspec

Row = tuple[Any, ...]
Reading = Generator[str, "list[Row] | None", "SqliteSchema"]
"""Yields SQL, is sent the rows, or None where SQLite refused to run a Probe (a view over a table that is gone)."""


class Probe(str):
    """A query that may fail."""

    __slots__ = ()


class ColumnRow(NamedTuple):
    """A row of pragma_table_xinfo. hidden: 0, 1 of a virtual table, 2 generated virtual, 3 generated stored."""

    name: str
    declared: str
    not_null: int
    default: str | None
    key: int
    hidden: int


class IndexColumnRow(NamedTuple):
    """A row of pragma_index_xinfo. cid: -1 the rowid, -2 an expression."""

    cid: int
    name: str | None
    descending: int
    collation: str


class IndexRow(NamedTuple):
    """A row of pragma_index_list. origin: c CREATE INDEX, u UNIQUE, pk PRIMARY KEY."""

    name: str
    unique: int
    origin: str
    partial: int
    columns: list[IndexColumnRow]
    sql: str


class ForeignKeyRow(NamedTuple):
    """A foreign key of pragma_foreign_key_list; `targets` is empty when it names no columns."""

    table: str
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    on_update: str
    on_delete: str


class TableRow(msgspec.Struct, kw_only=True):
    """A table or view and all that is said about it. kind: table, view, virtual, shadow."""

    name: str
    kind: str
    sql: str
    without_rowid: bool = False
    columns: list[ColumnRow] = []
    indexes: list[IndexRow] = []
    foreign_keys: list[ForeignKeyRow] = []


class ObjectRow(NamedTuple):
    """A row of pgquill_object."""

    oid: int
    catalog: str
    definition: str


class SqliteSchema(msgspec.Struct, kw_only=True):
    """A whole file. Tables and views in the order of sqlite_schema, unreadable ones left out."""

    version: int
    tables: list[TableRow]
    objects: list[ObjectRow]


VERSION = "SELECT schema_version FROM pragma_schema_version"
SCHEMA = ("SELECT m.type, m.name, m.sql, coalesce(l.type, m.type), coalesce(l.wr, 0) FROM main.sqlite_schema m "
          "LEFT JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name ORDER BY m.rowid")
OBJECTS = "SELECT oid, catalog, definition FROM main.pgquill_object"
_TABLES = ("main.sqlite_schema m, {source} WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' "
           "AND m.name NOT GLOB 'pgquill_*' AND substr(m.sql, 1, 14) <> 'CREATE VIRTUAL'")


def _per_table(columns: str, source: str) -> str:
    return f"SELECT m.name, {columns} FROM {_TABLES.format(source=source)}"


_XINFO = 'x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden'
COLUMNS = _per_table(_XINFO, "pragma_table_xinfo(m.name, 'main') x") + " ORDER BY m.rowid, x.cid"
INDEXES = _per_table('i.name, i."unique", i.origin, i.partial',
                     "pragma_index_list(m.name, 'main') i") + " ORDER BY m.rowid, i.seq DESC"
INDEX_COLUMNS = _per_table(
    "i.name, x.cid, x.name, x.desc, x.coll",
    "pragma_index_list(m.name, 'main') i, pragma_index_xinfo(i.name, 'main') x") + ' AND x."key" ORDER BY 2, x.seqno'
FOREIGN_KEYS = _per_table(
    'f.id, f."table", f."from", f."to", f.on_update, f.on_delete',
    "pragma_foreign_key_list(m.name, 'main') f") + " ORDER BY m.rowid, f.id DESC, f.seq"


def _columns_of(name: str) -> Probe:
    """The columns of one view or virtual table: asked one by one, as one that is broken fails the whole query."""
    quoted = name.replace("'", "''")
    return Probe(f"SELECT {_XINFO} FROM pragma_table_xinfo('{quoted}', 'main') x ORDER BY x.cid")


def _hidden(name: str) -> bool:
    return name.lower().startswith(("sqlite_", "pgquill_"))


def reading() -> Reading:
    """Read a file's schema; starts again when another program changes it meanwhile."""
    while True:
        version = (yield VERSION) or []
        schema = yield from _read(version[0][0])
        if (yield VERSION) == version:
            return schema


def _read(version: int) -> Reading:
    rows = (yield SCHEMA) or []
    tables = {row[1]: TableRow(name=row[1], kind=row[3], sql=row[2] or "", without_rowid=bool(row[4]), columns=[],
                               indexes=[], foreign_keys=[])
              for row in rows if row[0] in ("table", "view") and not _hidden(row[1])}
    index_texts = {row[1]: row[2] or "" for row in rows if row[0] == "index"}
    for name, *column in (yield COLUMNS) or []:
        tables[name].columns.append(ColumnRow(*column))
    yield from _indexes(tables, index_texts)
    yield from _foreign_keys(tables)
    for table in list(tables.values()):
        if not table.columns:
            table.columns = [ColumnRow(*row) for row in (yield _columns_of(table.name)) or []]
        if not table.columns:
            del tables[table.name]
    recorded = any(row[1] == "pgquill_object" for row in rows)
    objects = ((yield OBJECTS) or []) if recorded else []
    return SqliteSchema(version=version, tables=list(tables.values()), objects=[ObjectRow(*row) for row in objects])


def _indexes(tables: dict[str, TableRow], texts: dict[str, str]) -> Generator[str, "list[Row] | None", None]:
    columns: dict[str, list[IndexColumnRow]] = {}
    for _, index, *column in (yield INDEX_COLUMNS) or []:
        columns.setdefault(index, []).append(IndexColumnRow(*column))
    for name, index, unique, origin, partial in (yield INDEXES) or []:
        tables[name].indexes.append(
            IndexRow(index, unique, origin, partial, columns.get(index, []), texts.get(index, "")))


def _foreign_keys(tables: dict[str, TableRow]) -> Generator[str, "list[Row] | None", None]:
    grouped: dict[tuple[str, int], list[Row]] = {}
    for name, number, *rest in (yield FOREIGN_KEYS) or []:
        grouped.setdefault((name, number), []).append(tuple(rest))
    for (name, _), parts in grouped.items():
        tables[name].foreign_keys.append(ForeignKeyRow(
            parts[0][0], tuple(part[1] for part in parts), tuple(part[2] for part in parts if part[2] is not None),
            parts[0][3], parts[0][4]))
