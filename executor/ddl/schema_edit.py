"""Changing a table that exists: its text in sqlite_schema, or its whole content.

SQLite documents editing the text under PRAGMA writable_schema for changes that leave the stored rows as they are
(constraints, defaults). Where the rows change too, a new table is filled and the two rows of sqlite_schema exchange
their names. Dropping the old table under its own name would run the foreign key actions of the tables that point to it;
nothing points to the name it has after the exchange, and views, triggers and foreign keys of other tables are not
touched at all.

Invariant: before such steps the schema version has been raised in the same transaction (executor.ddl.run does so for
every DDL statement), or SQLite would not notice that a rollback brings the old schema back.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from executor.catalog.model import Relation
from executor.ddl.base import DdlContext, Step, quoted
from executor.ddl.sqlite_table import index_sql, qualified, refuse_foreign_made, sqlite_column, table_sql

REBUILD = "pgquill_rebuild"
OPEN, CLOSE = "PRAGMA writable_schema = ON", "PRAGMA writable_schema = RESET"

# One UPDATE so that no moment has two tables of one name. Automatic indexes are named after their table.
_EXCHANGE = """UPDATE {schema}.sqlite_schema SET
 name = CASE WHEN type = 'table' THEN CASE WHEN name = ?1 THEN ?2 ELSE ?1 END
  WHEN tbl_name = ?1 THEN 'sqlite_autoindex_' || ?2 || substr(name, length('sqlite_autoindex_' || ?1) + 1)
  ELSE 'sqlite_autoindex_' || ?1 || substr(name, length('sqlite_autoindex_' || ?2) + 1) END,
 sql = CASE WHEN type = 'index' THEN NULL WHEN name = ?1 THEN ?4 ELSE ?3 END,
 tbl_name = CASE WHEN tbl_name = ?1 THEN ?2 ELSE ?1 END
WHERE tbl_name IN (?1, ?2) AND (type = 'table' OR (type = 'index' AND sql IS NULL))"""


def redefine(ctx: DdlContext, relation: Relation) -> tuple[Step, ...]:
    """Give a table the text of its new Catalog entry; its stored rows must already fit it."""
    sql = table_sql(ctx, relation)
    update = f"UPDATE {relation.sqlite_schema}.sqlite_schema SET sql = ?1 WHERE type = 'table' AND name = ?2"
    return Step(OPEN), Step(update, (sql, relation.sqlite_name)), Step(CLOSE)


def own_indexes(relation: Relation) -> list[str]:
    """SQLite names of the indexes that were made by CREATE INDEX."""
    names = (index.sqlite_name for index in relation.indexes)
    return [name for name in names if name and not name.startswith("sqlite_autoindex_")]


def drop_index(relation: Relation, sqlite_name: str) -> Step:
    """DROP INDEX."""
    return Step(f"DROP INDEX {relation.sqlite_schema}.{quoted(sqlite_name)}")


def rebuild(
    ctx: DdlContext, old: Relation, new: Relation, values: Mapping[int, str], needs: Sequence[Any] = ()
) -> tuple[Step, ...]:
    """Fill the table anew. values: attnum of the new table -> SQLite expression over the old table's columns.

    Rowids stay as they are unless a column is the rowid. Both relations have the same SQLite name. The rows must
    already satisfy the new constraints (see executor.ddl.validate); foreign keys are put into the text after the rows.
    """
    refuse_foreign_made(old)
    bare_old, bare_new = _without_foreign_keys(old), _without_foreign_keys(new)
    create = table_sql(ctx, bare_new, name=REBUILD).replace("CREATE TABLE ", f"CREATE TABLE {new.sqlite_schema}.", 1)
    targets, sources = [], []
    if not new.rowid_column:
        targets.append(new.rowid)
        sources.append(sqlite_column(old.by_number[old.rowid_column]) if old.rowid_column else old.rowid)
    for column in new.columns:
        targets.append(sqlite_column(column))
        sources.append(values[column.number])
    copy = (
        f"INSERT INTO {new.sqlite_schema}.{quoted(REBUILD)}({', '.join(targets)}) "
        f"SELECT {', '.join(sources)} FROM {qualified(old)}"
    )
    exchange = Step(
        _EXCHANGE.format(schema=new.sqlite_schema),
        (new.sqlite_name, REBUILD, table_sql(ctx, new), table_sql(ctx, bare_old, name=REBUILD)),
    )
    return (
        *(drop_index(old, name) for name in own_indexes(old)),
        Step(create),
        Step(copy, needs=tuple(needs)),
        Step(OPEN),
        exchange,
        Step(CLOSE),
        Step(f"DROP TABLE {new.sqlite_schema}.{quoted(REBUILD)}"),
        *(Step(index_sql(ctx, new, index)) for index in new.indexes if index.sqlite_name in own_indexes(new)),
    )


def kept(old: Relation, new: Relation) -> dict[int, str]:
    """The values of a rebuild for the columns that both tables have."""
    return {number: sqlite_column(old.by_number[number]) for number in new.by_number if number in old.by_number}


def _without_foreign_keys(relation: Relation) -> Relation:
    return replace(relation, constraints=tuple(c for c in relation.constraints if c.kind != "f"))
