"""The SQLite text of tables and indexes, made from their Catalog entries.

The text is a function of the Catalog alone, so a changed table gets its new text by being printed again. Expressions
are bound and lowered anew each time: the Catalog keeps PostgreSQL's text of them.
"""

import re

from executor.catalog.elsewhere import NO_COLUMNS
from executor.catalog.model import Column, Constraint, Index, Relation
from executor.ddl import rewrite
from executor.ddl.base import DdlContext, quoted
from executor.errors import not_supported

BOOLEAN = 16
INTEGERS = (20, 21, 23)
TIMESTAMPTZ = 1184
ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
IN_FILE_COLLATIONS = (None, "decimal", "RTRIM")  # those that a plain SQLite shell knows
ROWID_NAMES = ("rowid", "_rowid_", "oid")
_LITERAL = re.compile(r"NULL|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|'(?:[^'\x00]|'')*'|[xX]'(?:[0-9a-fA-F]{2})*'")
_NOW = re.compile(r"(?:pg_catalog\.)?(?:now|transaction_timestamp)\(\)|current_timestamp", re.IGNORECASE)


def sqlite_column(column: Column) -> str:
    """The column's name in SQLite, quoted."""
    return quoted(column.sqlite_name or column.name)


def columns_text(relation: Relation, numbers: tuple[int, ...]) -> str:
    """Column names by attnum, for a list in parentheses."""
    return ", ".join(sqlite_column(relation.by_number[number]) for number in numbers)


def qualified(relation: Relation) -> str:
    """The table's name in SQLite with its schema (main or temp)."""
    return f"{relation.sqlite_schema}.{quoted(relation.sqlite_name)}"


def declared_type(ctx: DdlContext, column: Column) -> str:
    """What CREATE TABLE says about the column's type (0A000 for a type that has no codec)."""
    from executor.types.registry import codec

    found = codec(ctx.number_of(column.type))
    text = found.declare(column.typmod)
    # A numeric that SQLite holds as a number needs no collation.
    needs_collation = found.collation == "RTRIM" or (found.collation == "decimal" and "TEXT" in text)
    return f"{text} COLLATE {found.collation}" if needs_collation else text


def collation_of(ctx: DdlContext, type_oid: int) -> str | None:
    """The SQLite collation that tells equal values of the type; None where SQLite itself can.

    An index over an enum finds equal values. Its order, which is not that of the enum, is never used. Where a unique
    index could miss that 0 and -0 are equal inside of a row or an array, statements refuse -0 (see plan.NoNegativeZero).
    """
    from executor.types.registry import codec

    found = codec(ctx.number_of(type_oid))
    return None if found.equal_as_stored or found.equal_but_zeros else found.collation


def native_default(ctx: DdlContext, column: Column) -> str | None:
    """The DEFAULT for other SQLite programs: constants, and now() as CURRENT_TIMESTAMP; None for anything else.

    pgquill itself always evaluates Column.default, so leaving one out is never wrong here.
    """
    if column.default is None or column.generated:
        return None
    if column.type == TIMESTAMPTZ and _NOW.fullmatch(column.default.strip()):
        return "CURRENT_TIMESTAMP"
    if rewrite.calls_function(column.default):
        return None
    bound = ctx.binder.bind_default(column.default, column)
    text = bound.sqlite.strip()
    return text if not bound.needs and _LITERAL.fullmatch(text) else None


def rowid_name(columns: tuple[Column, ...]) -> str:
    """The first of SQLite's names for the rowid that no column hides (0A000 if all are hidden)."""
    hidden = {(column.sqlite_name or column.name).lower() for column in columns}
    for name in ROWID_NAMES:
        if name not in hidden:
            return name
    raise not_supported("a table with columns named rowid, _rowid_ and oid")


def rowid_column(relation: Relation) -> int:
    """attnum of the column that is the rowid: a primary key of one integer column; 0 if there is none."""
    key = relation.primary_key
    if key is None or len(key.columns) != 1:
        return 0
    column = relation.by_number[key.columns[0]]
    return column.number if column.type in INTEGERS and not column.generated else 0


def column_sql(ctx: DdlContext, relation: Relation, column: Column) -> str:
    """One column of CREATE TABLE or ADD COLUMN."""
    if column.number == relation.rowid_column:
        return f"{sqlite_column(column)} INTEGER PRIMARY KEY"
    parts = [sqlite_column(column), declared_type(ctx, column)]
    if any(c.kind == "n" and c.columns == (column.number,) and c.enforced_by_sqlite for c in relation.constraints):
        parts.append("NOT NULL")
    default = native_default(ctx, column)
    if default is not None:
        parts.append(f"DEFAULT {default}")
    return " ".join(parts)


def table_sql(ctx: DdlContext, relation: Relation, *, name: str | None = None) -> str:
    """CREATE TABLE text of a relation made by pgquill, as SQLite keeps it (without the schema). name: another name
    for it.

    Raises 0A000 for a table made by another program, whose text holds more than the Catalog knows.
    """
    refuse_foreign_made(relation)
    lines = [column_sql(ctx, relation, column) for column in relation.columns] or [f"{quoted(NO_COLUMNS)} INTEGER"]
    lines += _key_lines(relation)
    for constraint in relation.constraints:
        if constraint.kind == "c" and constraint.enforced_by_sqlite and constraint.enforced:
            bound = ctx.binder.check_expression(constraint.expression, relation, "CHECK", (BOOLEAN, -1))
            lines.append(f"CONSTRAINT {quoted(constraint.name)} CHECK ({bound.sqlite})")
    lines += [foreign_key_sql(ctx, relation, c) for c in relation.constraints if c.kind == "f" and c.enforced]
    return f"CREATE TABLE {quoted(name or relation.sqlite_name)}({', '.join(lines)})"


def _key_lines(relation: Relation) -> list[str]:
    """PRIMARY KEY and UNIQUE, in the order that numbers SQLite's automatic indexes."""
    lines = []
    by_oid = {index.oid: index for index in relation.indexes}
    for constraint in sorted((c for c in relation.constraints if c.kind in "pu"), key=lambda c: c.kind):
        name = by_oid[constraint.index].sqlite_name
        if name.startswith("sqlite_autoindex_"):
            word = "PRIMARY KEY" if constraint.kind == "p" else "UNIQUE"
            lines.append(f"CONSTRAINT {quoted(constraint.name)} {word}({columns_text(relation, constraint.columns)})")
    return lines


def foreign_key_sql(ctx: DdlContext, relation: Relation, constraint: Constraint) -> str:
    """A FOREIGN KEY clause."""
    parent = relation if constraint.referenced == relation.oid else ctx.catalog.relations_by_oid[constraint.referenced]
    text = (
        f"CONSTRAINT {quoted(constraint.name)} FOREIGN KEY ({columns_text(relation, constraint.columns)}) REFERENCES "
        f"{quoted(parent.sqlite_name)}({columns_text(parent, constraint.referenced_columns)})"
    )
    if constraint.on_delete != "a":
        text += f" ON DELETE {ACTIONS[constraint.on_delete]}"
    if constraint.on_update != "a":
        text += f" ON UPDATE {ACTIONS[constraint.on_update]}"
    if constraint.deferrable:
        text += f" DEFERRABLE INITIALLY {'DEFERRED' if constraint.deferred else 'IMMEDIATE'}"
    return text


def autoindexes(relation: Relation) -> Relation:
    """The relation with SQLite's names for the indexes of its PRIMARY KEY and UNIQUE constraints that stand in the
    table's text.

    Those of constraints added later are indexes of their own and keep their names.
    """
    from msgspec.structs import replace

    rowid = rowid_column(relation)
    number, named = 0, {}
    for constraint in sorted((c for c in relation.constraints if c.kind in "pu"), key=lambda c: c.kind):
        index = next(i for i in relation.indexes if i.oid == constraint.index)
        if index.sqlite_name and not index.sqlite_name.startswith("sqlite_autoindex_"):
            continue
        if constraint.kind == "p" and rowid:
            named[index.oid] = ""
            continue
        number += 1
        named[index.oid] = f"sqlite_autoindex_{relation.sqlite_name}_{number}"
    indexes = tuple(replace(i, sqlite_name=named.get(i.oid, i.sqlite_name)) for i in relation.indexes)
    return replace(relation, indexes=indexes, rowid_column=rowid, rowid=rowid_name(relation.columns))


def index_sql(ctx: DdlContext, relation: Relation, index: Index) -> str:
    """CREATE INDEX text for an index that is not one of SQLite's automatic ones."""
    keys = []
    for key in index.columns:
        if key.expression:
            bound = ctx.binder.check_expression(key.expression, relation, "index expressions")
            collation = collation_of(ctx, bound.type)
            text = f"({bound.sqlite}) COLLATE {collation}" if collation in ("decimal", "RTRIM") else f"({bound.sqlite})"
        else:
            text = sqlite_column(relation.by_number[key.column])
        if index.nulls_not_distinct:
            keys += [f"coalesce({text}, 0)", f"({text} IS NULL)"]
        else:
            keys.append(text + (" DESC" if key.descending else ""))
    where = ""
    if index.predicate:
        bound = ctx.binder.check_expression(index.predicate, relation, "index predicates", (BOOLEAN, -1))
        where = f" WHERE {bound.sqlite}"
    unique = "UNIQUE " if index.unique else ""
    name = f"{relation.sqlite_schema}.{quoted(index.sqlite_name)}"
    return f"CREATE {unique}INDEX {name} ON {quoted(relation.sqlite_name)}({', '.join(keys)}){where}"


def refuse_foreign_made(relation: Relation) -> None:
    """Raise 0A000 for a change that needs the table's text to be made anew when another program wrote that text."""
    if relation.made_elsewhere or any(column.affinity for column in relation.columns):
        raise not_supported(f'this change of table "{relation.name}", which another program created,')
