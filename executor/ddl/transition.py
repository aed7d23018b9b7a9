"""From one shape of a table to the next: finds out what SQLite has to do and how little of it is enough.

The two Catalog entries are compared by the texts that are made from them. Nothing but the texts differs: they are edited in
place. Rows differ (a column dropped, converted, or filled with computed values; a key that is in the table's text): rebuilt.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from executor.catalog.model import Column, Index, Relation
from executor.ddl.base import DdlContext, Step
from executor.ddl.index import creation_steps
from executor.ddl.schema_edit import drop_index, kept, own_indexes, rebuild, redefine
from executor.ddl.sqlite_table import autoindexes, declared_type, native_default, table_sql

# Types between which a value's stored form, its affinity and its order stay the same, from any to any in the group.
SAME_STORAGE = ({20, 21, 23}, {25, 1043})


def transition(
    ctx: DdlContext, old: Relation, new: Relation, *, values: Mapping[int, str] | None = None, needs: Sequence[Any] = (),
) -> tuple[Relation, tuple[Step, ...]]:
    """The steps from `old` to `new` (same OID and SQLite name), and `new` with SQLite's index names.

    values: columns whose rows are computed from the old ones, attnum -> SQLite expression; giving any makes a rebuild.
    """
    if new.sqlite_name == "":
        return new, ()
    new = autoindexes(new)
    if values or _must_rebuild(ctx, old, new):
        new = replace(new, columns=tuple(replace(column, added=False) for column in new.columns))
        every = {**kept(old, new), **(values or {})}
        return new, rebuild(ctx, old, new, every, needs)
    return _in_place(ctx, old, new)


def _in_place(ctx: DdlContext, old: Relation, new: Relation) -> tuple[Relation, tuple[Step, ...]]:
    before = {column.number for column in old.columns}
    new = replace(new, columns=tuple(c if c.number in before else replace(c, added=True) for c in new.columns))
    steps: list[Step] = []
    there, wanted = own_indexes(old), own_indexes(new)
    steps += [drop_index(old, name) for name in there if name not in wanted]
    if old.made_elsewhere or any(column.affinity for column in old.columns):
        if _shape(old) != _shape(new):
            table_sql(ctx, new)  # raises 0A000
    elif table_sql(ctx, old) != table_sql(ctx, new):
        steps += redefine(ctx, new)
    for index in _missing(new, there, wanted):
        steps += creation_steps(ctx, new, index)
    return new, tuple(steps)


def _missing(new: Relation, there: list[str], wanted: list[str]) -> list[Index]:
    return [index for index in new.indexes if index.sqlite_name in wanted and index.sqlite_name not in there]


def _shape(relation: Relation) -> tuple[Any, ...]:
    """What the text of a table depends on, without looking at the text."""
    keys = {constraint.index for constraint in relation.constraints}
    inside = tuple(i.columns for i in relation.indexes if i.oid in keys and i.sqlite_name not in own_indexes(relation))
    checked = tuple(c for c in relation.constraints if c.kind in "cfn" and c.enforced and c.enforced_by_sqlite)
    return tuple((c.name, c.type, c.typmod) for c in relation.columns), inside, checked


def _must_rebuild(ctx: DdlContext, old: Relation, new: Relation) -> bool:
    if old.rowid_column != new.rowid_column or _keys(old) != _keys(new):
        return True
    numbers = [column.number for column in old.columns]
    if [column.number for column in new.columns][: len(numbers)] != numbers:
        return True
    return any(_differs(ctx, column, new.by_number[column.number]) for column in old.columns)


def _keys(relation: Relation) -> list[tuple[int, ...]]:
    """The keys in the table's text, in the order of their automatic indexes."""
    by_name = {i.sqlite_name: tuple(key.column for key in i.columns) for i in relation.indexes
               if i.sqlite_name.startswith("sqlite_autoindex_")}
    return [by_name[name] for name in sorted(by_name, key=lambda name: int(name.rsplit("_", 1)[1]))]


def _differs(ctx: DdlContext, old: Column, new: Column) -> bool:
    """True if rows as they are stored mean something else under the new column."""
    if old.affinity:
        return old.type != new.type or old.typmod != new.typmod
    if old.added and native_default(ctx, old) != native_default(ctx, new):
        return True
    if declared_type(old) == declared_type(new):
        return False
    return not any({old.type, new.type} <= group for group in SAME_STORAGE)
