"""From one shape of a table to the next: finds out what SQLite has to do and how little of it is enough.

The two Catalog entries are compared by the texts that are made from them. Nothing but the texts differs: they are
edited in place. Rows differ (a column dropped, converted, or filled with computed values; a key that is in the
table's text): rebuilt.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from executor.catalog.model import Column, Relation
from executor.ddl.base import DdlContext, Step
from executor.ddl.index import creation_steps
from executor.ddl.schema_edit import drop_index, kept, own_indexes, rebuild, redefine
from executor.ddl.sqlite_table import (
    autoindexes,
    column_sql,
    declared_type,
    native_default,
    qualified,
    refuse_foreign_made,
    sqlite_column,
    table_sql,
)

# Types between which a value's stored form, its affinity and its order stay the same, from any to any in the group.
SAME_STORAGE = ({20, 21, 23}, {25, 1043})


def transition(
    ctx: DdlContext,
    old: Relation,
    new: Relation,
    *,
    values: Mapping[int, str] | None = None,
    needs: Sequence[Any] = (),
) -> tuple[Relation, tuple[Step, ...]]:
    """The steps from `old` to `new` (same OID and SQLite name), and `new` with SQLite's index names.

    values: columns whose rows are computed from the old ones, attnum -> SQLite expression; giving any makes a rebuild.
    """
    if new.sqlite_name == "":
        return new, ()
    new = autoindexes(new)
    if is_foreign_made(old):
        return _foreign_made(ctx, old, new, bool(values))
    if values or _must_rebuild(ctx, old, new):
        new = replace(new, columns=tuple(replace(column, added=False) for column in new.columns))
        filled = {c.number: native_default(ctx, c) or "NULL" for c in new.columns if c.number not in old.by_number}
        every = {**filled, **kept(old, new), **(values or {})}
        return new, rebuild(ctx, old, new, every, needs)
    return _in_place(ctx, old, new)


def _in_place(ctx: DdlContext, old: Relation, new: Relation) -> tuple[Relation, tuple[Step, ...]]:
    before = {column.number for column in old.columns}
    new = replace(new, columns=tuple(c if c.number in before else replace(c, added=True) for c in new.columns))
    steps: list[Step] = []
    steps += _dropped_indexes(old, new)
    if table_sql(ctx, old) != table_sql(ctx, new):
        steps += redefine(ctx, new)
    return new, (*steps, *_made_indexes(ctx, old, new))


def _dropped_indexes(old: Relation, new: Relation) -> list[Step]:
    wanted = own_indexes(new)
    return [drop_index(old, name) for name in own_indexes(old) if name not in wanted]


def _made_indexes(ctx: DdlContext, old: Relation, new: Relation) -> list[Step]:
    there, wanted = own_indexes(old), own_indexes(new)
    return [
        step
        for index in new.indexes
        if index.sqlite_name in wanted and index.sqlite_name not in there
        for step in creation_steps(ctx, new, index)
    ]


def is_foreign_made(relation: Relation) -> bool:
    """True for a table whose text another program wrote: only SQLite's own ALTER TABLE may change that."""
    return relation.made_elsewhere or any(column.affinity for column in relation.columns)


def _foreign_made(ctx: DdlContext, old: Relation, new: Relation, computed: bool) -> tuple[Relation, tuple[Step, ...]]:
    """ADD COLUMN and DROP COLUMN by SQLite's own statements, and indexes; anything else is 0A000."""
    if computed or _fixed(old, new) != _fixed(new, old):
        refuse_foreign_made(old)
    steps = _dropped_indexes(old, new)
    for column in old.columns:
        if column.number not in new.by_number:
            steps.append(Step(f"ALTER TABLE {qualified(old)} DROP COLUMN {sqlite_column(column)}"))
    for column in new.columns:
        if column.number not in old.by_number:
            steps.append(Step(f"ALTER TABLE {qualified(old)} ADD COLUMN {column_sql(ctx, new, column)}"))
    return new, (*steps, *_made_indexes(ctx, old, new))


def _fixed(relation: Relation, other: Relation) -> tuple[Any, ...]:
    """What no ALTER TABLE of SQLite changes, as far as both tables have it."""
    columns = tuple((c.number, c.type, c.typmod) for c in relation.columns if c.number in other.by_number)
    new_columns = set(relation.by_number) - set(other.by_number)
    inside = tuple(
        i.columns
        for i in relation.indexes
        if i.sqlite_name not in own_indexes(relation) and other.by_number.keys() >= {k.column for k in i.columns}
    )
    checked = tuple(
        c.oid
        for c in relation.constraints
        if c.kind in "cfn" and c.enforced and c.enforced_by_sqlite and not new_columns.intersection(c.columns)
    )
    return columns, inside, checked


def _must_rebuild(ctx: DdlContext, old: Relation, new: Relation) -> bool:
    if old.rowid_column != new.rowid_column or _keys(old) != _keys(new):
        return True
    if bool(old.columns) != bool(new.columns):
        return True  # the column that stands for none comes or goes
    numbers = [column.number for column in old.columns]
    if [column.number for column in new.columns][: len(numbers)] != numbers:
        return True
    return any(_differs(ctx, column, new.by_number[column.number]) for column in old.columns)


def _keys(relation: Relation) -> list[tuple[int, ...]]:
    """The keys in the table's text, in the order of their automatic indexes."""
    by_name = {
        i.sqlite_name: tuple(key.column for key in i.columns)
        for i in relation.indexes
        if i.sqlite_name.startswith("sqlite_autoindex_")
    }
    return [by_name[name] for name in sorted(by_name, key=lambda name: int(name.rsplit("_", 1)[1]))]


def _differs(ctx: DdlContext, old: Column, new: Column) -> bool:
    """True if rows as they are stored mean something else under the new column."""
    if old.added and native_default(ctx, old) != native_default(ctx, new):
        return True
    if declared_type(ctx, old) == declared_type(ctx, new):
        return False
    return not any({old.type, new.type} <= group for group in SAME_STORAGE)
