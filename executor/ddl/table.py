"""CREATE TABLE."""

from typing import Any

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Relation
from executor.ddl import column as columns
from executor.ddl import storage_options
from executor.ddl.base import TEMPORARY, DdlContext, DdlResult, Step, discard
from executor.ddl.column import ColumnSpec
from executor.ddl.constraint import (
    add_check,
    add_key,
    add_not_null,
    check_key_columns,
    merged_keys,
    refuse_second_primary_key,
)
from executor.ddl.foreign_key import add_foreign_key, refuse_blind_actions
from executor.ddl.like import Copied, copy_of
from executor.ddl.lookup import RangeName, creation_schema, exists_already, range_name
from executor.ddl.naming import sqlite_name
from executor.ddl.objects import put_relation
from executor.ddl.specs import ConstraintSpec, table_constraint
from executor.ddl.sqlite_table import autoindexes, index_sql, table_sql
from executor.ddl.type_lookup import RELATION_HINT, refuse_existing_type
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import InvalidTableDefinition, UndefinedObject

UNSUPPORTED = {"ofTypename": "OF type"}
ON_COMMIT = {"ONCOMMIT_DELETE_ROWS": "delete", "ONCOMMIT_DROP": "drop"}


class TableDraft(msgspec.Struct):
    """The elements of CREATE TABLE or ADD COLUMN, read but not looked up."""

    columns: list[ColumnSpec] = []
    constraints: list[ConstraintSpec] = []
    copies: list[Copied] = []

    def every_constraint(self) -> list[ConstraintSpec]:
        """The constraints of columns and table in the order PostgreSQL sees them."""
        return [c for column in self.columns for c in column.constraints] + self.constraints


def create_table(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE TABLE [IF NOT EXISTS], also temporary and unlogged, with LIKE."""
    name = range_name(node.take("relation"), ctx)
    schema = creation_schema(ctx, name)
    if exists_already(ctx, schema, name.name, node.take("if_not_exists", False)):
        discard(node)
        return DdlResult(ctx.catalog, tag="CREATE TABLE")
    on_commit = _on_commit(node, schema)
    _refuse_unsupported(node)
    storage_options.refuse_tablespace(node.take("tablespacename", ""))
    options = storage_options.read(ctx, node.nodes("options"), storage_options.TABLE, toast=True)
    relation = replace(new_relation(ctx, schema, name, options), on_commit=on_commit)
    parents, bound_node, key_node = node.nodes("inhRelations"), node.take("partbound"), node.take("partspec")
    if parents or key_node is not None:
        from executor.ddl.family import create_member

        steps = create_member(ctx, relation, node.nodes("tableElts"), parents, bound_node, key_node)
        return DdlResult(ctx.catalog, tuple(steps), "CREATE TABLE")
    draft = read_elements(node.nodes("tableElts"), ctx, name.name)
    relation, steps = build(ctx, relation, draft)
    return DdlResult(ctx.catalog, tuple(steps), "CREATE TABLE")


def _on_commit(node: Node, schema: str) -> str:
    action = node.take("oncommit", "ONCOMMIT_NOOP")
    if action != "ONCOMMIT_NOOP" and schema != TEMPORARY:
        raise InvalidTableDefinition("ON COMMIT can only be used on temporary tables")
    return ON_COMMIT.get(action, "")


def _refuse_unsupported(node: Node) -> None:
    for field, words in UNSUPPORTED.items():
        if node.take(field):
            raise not_supported(f"CREATE TABLE ... {words}")
    refuse_access_method(node.take("accessMethod", ""))


def refuse_access_method(name: str) -> None:
    """Raise 42704 for a table access method other than PostgreSQL's own."""
    if name not in ("", "heap"):
        raise UndefinedObject(f'access method "{name}" does not exist')


def new_relation(ctx: DdlContext, schema: str, name: RangeName, options: dict[str, str], kind: str = "r") -> Relation:
    """An empty relation of this name; nothing is put into the catalog."""
    refuse_existing_type(ctx, schema, name.name, RELATION_HINT)
    stored = kind in "rm"
    return Relation(
        oid=ctx.new_oid(),
        schema=schema,
        name=name.name,
        kind=kind,
        options=options,
        sqlite_name=sqlite_name(ctx.catalog, schema, name.name) if stored else "",
        sqlite_schema="temp" if schema == TEMPORARY else "main",
        persistence="t" if schema == TEMPORARY else name.persistence,
        row_type=ctx.new_oid(),
        array_type=ctx.new_oid(),
    )


def read_elements(nodes: list[Node], ctx: DdlContext, table_name: str) -> TableDraft:
    """The elements in the parentheses."""
    draft = TableDraft([], [], [])
    for node in nodes:
        reader = _ELEMENTS.get(node.kind)
        if reader is None:
            raise not_supported(f"{node.kind} in CREATE TABLE")
        reader(node, ctx, table_name, draft)
    return draft


def _column(node: Node, ctx: DdlContext, table_name: str, draft: TableDraft) -> None:
    draft.columns.append(columns.read_column(node, ctx, table_name))


def _constraint(node: Node, ctx: DdlContext, table_name: str, draft: TableDraft) -> None:
    draft.constraints.append(table_constraint(node, ctx))


def _like(node: Node, ctx: DdlContext, table_name: str, draft: TableDraft) -> None:
    copied = copy_of(node, ctx)
    draft.columns += copied.columns
    draft.constraints += copied.constraints
    draft.copies.append(copied)


_ELEMENTS: dict[str, Any] = {"ColumnDef": _column, "Constraint": _constraint, "TableLikeClause": _like}


def build(ctx: DdlContext, relation: Relation, draft: TableDraft) -> tuple[Relation, list[Step]]:
    """Fill a new relation from a draft, put it into ctx.catalog, and give the steps that make it in SQLite."""
    columns.check_columns(relation, draft.columns, ctx)
    constraints = draft.every_constraint()
    relation = columns.add_columns(relation, draft.columns)
    refuse_second_primary_key(relation, constraints)
    keys = [c for c in constraints if c.kind in "pu"]
    for spec in keys:
        check_key_columns(relation, spec)
    _, steps = columns.make_sequences(ctx, relation, draft.columns)
    relation = columns.with_values(ctx, relation, draft.columns)
    relation = _add_simple(ctx, relation, constraints)
    for spec in merged_keys(keys):
        relation = add_key(ctx, relation, spec, in_table=True)
    relation = autoindexes(relation)
    ctx.catalog = put_relation(ctx.catalog, relation)
    for spec in constraints:
        if spec.kind == "f":
            relation, _ = add_foreign_key(ctx, relation, spec)
            ctx.catalog = put_relation(ctx.catalog, relation)
    refuse_blind_actions(relation)
    relation, more = _finish(ctx, relation, draft)
    return relation, steps + more


def _add_simple(ctx: DdlContext, relation: Relation, constraints: list[ConstraintSpec]) -> Relation:
    """CHECKs first, then NOT NULLs, the named ones before the others: PostgreSQL's order, which decides about names."""
    for spec in constraints:
        if spec.kind == "c":
            # On an empty table every constraint is valid.
            relation, _, _ = add_check(ctx, relation, replace(spec, valid=True))
    not_nulls = [spec for spec in constraints if spec.kind == "n"]
    for spec in sorted(not_nulls, key=lambda s: not s.name):
        relation = add_not_null(ctx, relation, replace(spec, valid=True))
    return relation


def _finish(ctx: DdlContext, relation: Relation, draft: TableDraft) -> tuple[Relation, list[Step]]:
    """The CREATE statements, and what LIKE copies once the table is there."""
    for copied in draft.copies:
        relation = copied.add_indexes(ctx, relation)
    sql = table_sql(ctx, relation)
    relation = replace(relation, sqlite_sql=sql)
    ctx.catalog = put_relation(ctx.catalog, relation)
    for copied in draft.copies:
        copied.add_comments(ctx, relation)
    steps = [Step(sql.replace("CREATE TABLE ", f"CREATE TABLE {relation.sqlite_schema}.", 1))]
    for index in relation.indexes:
        if index.sqlite_name and not index.sqlite_name.startswith("sqlite_autoindex_"):
            steps.append(Step(index_sql(ctx, relation, index)))
    return relation, steps


def table_for_columns(
    ctx: DdlContext,
    name: RangeName,
    found: tuple[tuple[str, int, int], ...],
    *,
    options: dict[str, str] | None = None,
    kind: str = "r",
) -> tuple[Relation, tuple[Step, ...]]:
    """The table that CREATE TABLE AS, SELECT INTO or CREATE MATERIALIZED VIEW fills, for columns (name, type, typmod).

    The caller has made sure that the name is free (`lookup.exists_already`). ctx.catalog has the table afterwards.
    """
    relation = new_relation(ctx, creation_schema(ctx, name), name, options or {}, kind)
    specs = [
        ColumnSpec(name=column, type=oid, typmod=typmod, collation=columns.read_collation(None, oid, ctx))
        for column, oid, typmod in found
    ]
    relation, steps = build(ctx, relation, TableDraft(specs, [], []))
    return relation, tuple(steps)
