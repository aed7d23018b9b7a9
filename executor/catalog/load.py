"""Builds the Catalog of a file from SQLite's schema and the recorded objects in `pgquill_object`.

A recorded relation is taken as it was stored while its CREATE text is still the one in sqlite_schema. When another
program changed it, the table is read again: columns that are still there by name keep their recorded types and numbers,
new ones are inferred, dropped ones go. Tables that are not recorded are inferred (executor.catalog.elsewhere).
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from executor.catalog import elsewhere
from executor.catalog.elsewhere import Allocator, Names
from executor.catalog.model import (
    FIRST_USER_OID,
    INFORMATION_SCHEMA_OID,
    PG_CATALOG_OID,
    PUBLIC_OID,
    Catalog,
    Comment,
    Constraint,
    Index,
    Publication,
    Relation,
    Routine,
    Schema,
    Sequence,
    Subscription,
    UserType,
)
from executor.catalog.sqlite_schema import ObjectRow, Probe, Row, SqliteSchema, TableRow, reading
from executor.identifiers import ascii_lower
from storage.errors import SqlLogicError
from storage.statement import Statement
from storage.transaction import Transaction

BUILT_IN_SCHEMAS = (Schema(oid=PG_CATALOG_OID, name="pg_catalog"), Schema(oid=PUBLIC_OID, name="public"),
                    Schema(oid=INFORMATION_SCHEMA_OID, name="information_schema"))
NEXT_OID = "next_oid"
"""The class of the row (with OID 0) whose definition is the number of the next object."""
COMMENTS = "pg_description"
"""The class of the rows of comments: one for each object, its OID negated, with a list of Comment."""
KINDS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "pg_class": ("relations", Relation),
    "pg_sequence": ("sequences", Sequence),
    "pg_namespace": ("schemas", Schema),
    "pg_type": ("types", UserType),
    "pg_proc": ("routines", Routine),
    "pg_publication": ("publications", Publication),
    "pg_subscription": ("subscriptions", Subscription),
}
"""Class in pgquill_object -> (field of Catalog, type of its items)."""


async def load(transaction: Transaction, previous: Catalog | None = None) -> Catalog:
    """Read the catalog of the database as this transaction sees it.

    previous: the catalog before, so that objects of other programs keep their OIDs in this process.
    """
    steps = reading()
    query = next(steps)
    while True:
        rows: list[Row] | None
        try:
            result = await transaction.run(Statement(query))
            rows = []
            while chunk := await result.fetch(1000):
                rows.extend(chunk)
            await result.close()
        except SqlLogicError:
            # A view over a table that is gone, a virtual table whose module is not here: left out, see `reading`.
            if not isinstance(query, Probe):
                raise
            rows = None
        try:
            query = steps.send(rows)
        except StopIteration as stop:
            return build(stop.value, previous)


def build(schema: SqliteSchema, previous: Catalog | None = None) -> Catalog:
    """The catalog of what was read. Pure."""
    recorded, comments, next_oid = _decode(schema.objects)
    schemas = _schemas(recorded["schemas"], schema.objects)
    builder = _Builder(schema, recorded["relations"], schemas, previous)
    return Catalog(
        version=schema.version, relations=builder.relations(), sequences=tuple(recorded["sequences"]),
        schemas=schemas, types=tuple(recorded["types"]), routines=tuple(recorded["routines"]),
        publications=tuple(recorded["publications"]), subscriptions=tuple(recorded["subscriptions"]), comments=comments,
        next_oid=max(next_oid, FIRST_USER_OID))


def _decode(rows: list[ObjectRow]) -> tuple[dict[str, list[Any]], tuple[Comment, ...], int]:
    found: dict[str, list[Any]] = {field: [] for field, _ in KINDS.values()}
    comments: list[Comment] = []
    next_oid = 0
    for row in sorted(rows):
        if row.catalog == NEXT_OID:
            next_oid = int(row.definition)
        elif row.catalog == COMMENTS:
            comments.extend(msgspec.json.decode(row.definition, type=list[Comment]))
        elif row.definition != "null":
            field, kind = KINDS[row.catalog]
            found[field].append(msgspec.json.decode(row.definition, type=kind))
    return found, tuple(sorted(comments, key=lambda c: (c.object, c.catalog, c.sub))), next_oid


def _schemas(recorded: list[Schema], rows: list[ObjectRow]) -> tuple[Schema, ...]:
    """The built-in schemas, except a `public` that was dropped or renamed, and the recorded ones."""
    known = {row.oid for row in rows if row.catalog == "pg_namespace"}
    return (*(schema for schema in BUILT_IN_SCHEMAS if schema.oid not in known), *recorded)


class _Builder:
    """Matches the recorded relations with the tables that are there."""

    def __init__(self, schema: SqliteSchema, recorded: list[Relation], schemas: tuple[Schema, ...],
                 previous: Catalog | None) -> None:
        self.tables = {table.name: table for table in schema.tables}
        self.recorded = [relation for relation in recorded
                         if not relation.sqlite_name or relation.sqlite_name in self.tables]
        self.prefixes = {s.name for s in schemas if s.name not in ("public", "pg_catalog", "information_schema")}
        self.oids = Allocator(previous, [oid for relation in recorded for oid in _oids(relation)])
        self.names = Names((r.schema, name) for r in self.recorded for name in (r.name, *(i.name for i in r.indexes)))
        self.by_sqlite_name: dict[str, Relation] = {}

    def relations(self) -> tuple[Relation, ...]:
        taken = {(relation.schema, relation.name) for relation in self.recorded}
        known = {relation.sqlite_name for relation in self.recorded}
        others = [(table, *self._place(table.name)) for name, table in self.tables.items() if name not in known]
        # A table that has the name of a recorded view without a SQLite counterpart cannot be addressed: left out.
        others = [(table, schema, name) for table, schema, name in others if (schema, name) not in taken]
        for _, schema, name in others:
            self.names.add(schema, name)
        fresh = [elsewhere.relation(table, schema, name, self.oids, self.names) for table, schema, name in others]
        everything = [*self.recorded, *fresh]
        self.by_sqlite_name = {ascii_lower(r.sqlite_name): r for r in everything if r.sqlite_name}
        result = [self._current(relation) for relation in self.recorded]
        result += [self._linked(relation, self.tables[relation.sqlite_name]) for relation in fresh]
        there = {relation.oid for relation in result}
        return tuple(sorted((_with_parents(relation, there) for relation in result), key=lambda relation: relation.oid))

    def _place(self, sqlite_name: str) -> tuple[str, str]:
        schema, dot, name = sqlite_name.partition(".")
        return (schema, name) if dot and name and schema in self.prefixes else ("public", sqlite_name)

    def _linked(self, relation: Relation, table: TableRow) -> Relation:
        return elsewhere.with_foreign_keys(
            relation, table, lambda name: self.by_sqlite_name.get(ascii_lower(name)), self.oids)

    def _current(self, relation: Relation) -> Relation:
        """A recorded relation as it is now."""
        table = self.tables.get(relation.sqlite_name)
        if table is None:
            return relation
        there = {index.name for index in table.indexes} | {""}
        same_indexes = there == {index.sqlite_name for index in relation.indexes} | {""}
        if table.sql == relation.sqlite_sql and same_indexes:
            return relation
        names = Names((r.schema, name) for r in self.by_sqlite_name.values() if r is not relation
                      for name in (r.name, *(i.name for i in r.indexes)))
        fresh = elsewhere.relation(table, relation.schema, relation.name, self.oids, names, relation)
        if table.sql == relation.sqlite_sql:
            return msgspec.structs.replace(relation, indexes=_merge_indexes(relation, fresh))
        return _merge(relation, self._linked(fresh, table))


def _with_parents(relation: Relation, there: set[int]) -> Relation:
    """The relation without the parents that another program has dropped."""
    if there.issuperset(relation.parents):
        return relation
    left = tuple(oid for oid in relation.parents if oid in there)
    return msgspec.structs.replace(relation, parents=left, bound=relation.bound if left else None)


def _oids(relation: Relation) -> list[int]:
    return [relation.oid, relation.row_type, relation.array_type, *(c.oid for c in relation.constraints),
            *(i.oid for i in relation.indexes), *(t.oid for t in relation.triggers),
            *(t.constraint for t in relation.triggers if t.constraint)]


def _merge_indexes(old: Relation, new: Relation) -> tuple[Index, ...]:
    """The recorded indexes that are still there and the new ones."""
    recorded = {index.sqlite_name: index for index in old.indexes if index.sqlite_name or index.primary}
    found = (msgspec.structs.replace(recorded.get(index.sqlite_name, index), table=old.oid) for index in new.indexes)
    return (*found, *_only_recorded(old, {column.number for column in old.columns}))


def _only_recorded(old: Relation, numbers: set[int]) -> Iterator[Index]:
    """Recorded indexes that have no counterpart in the file, as far as their columns are there."""
    for index in old.indexes:
        used = {key.column for key in index.columns if key.column} | set(index.included)
        if not index.sqlite_name and not index.primary and used <= numbers:
            yield index


def _merge(old: Relation, new: Relation) -> Relation:
    """What is recorded about a table, brought up to what another program made of it."""
    recorded = {column.number: column for column in old.columns}
    columns = tuple(recorded.get(column.number, column) for column in new.columns)
    numbers = {column.number for column in columns}
    indexes = _match_indexes(old, new)
    constraints = [_match_constraint(old, constraint) for constraint in new.constraints]
    constraints += [c for c in old.constraints if not c.enforced_by_sqlite and numbers.issuperset(c.columns)]
    by_name = {index.name: index.oid for index in indexes}
    linked = tuple(msgspec.structs.replace(c, index=by_name.get(c.name, c.index)) if c.kind in "pu" else c
                   for c in constraints)
    return msgspec.structs.replace(
        old, columns=columns, constraints=linked, indexes=indexes, sqlite_sql=new.sqlite_sql, rowid=new.rowid,
        rowid_column=new.rowid_column, definition=old.definition if old.kind == "m" else new.definition,
        last_number=max([old.last_number, *recorded]))


def _match_constraint(old: Relation, new: Constraint) -> Constraint:
    def same(other: Constraint) -> bool:
        if other.kind != new.kind:
            return False
        return other.name == new.name if new.kind == "c" else other.columns == new.columns
    return next((c for c in old.constraints if same(c)), new)


def _match_indexes(old: Relation, new: Relation) -> tuple[Index, ...]:
    """Indexes by name, or by key where SQLite names them (sqlite_autoindex_t_1 may be another one by now)."""
    def recorded(index: Index) -> Index:
        for other in old.indexes:
            own = index.sqlite_name.startswith("sqlite_autoindex_") or not index.sqlite_name
            if (own and other.columns == index.columns and other.unique) or (
                    not own and other.sqlite_name == index.sqlite_name):
                return msgspec.structs.replace(other, sqlite_name=index.sqlite_name)
        return msgspec.structs.replace(index, table=old.oid)
    return (*(recorded(index) for index in new.indexes),
            *_only_recorded(old, {column.number for column in new.columns}))
