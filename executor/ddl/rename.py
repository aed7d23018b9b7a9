"""ALTER ... RENAME, ALTER ... SET SCHEMA and ALTER ... OWNER TO."""

from collections.abc import Callable

from msgspec.structs import replace

from executor.catalog.model import Relation
from executor.catalog.trees import descendants
from executor.ddl import rewrite
from executor.ddl.base import TEMPORARY, DdlContext, DdlResult, Step
from executor.ddl.column import SYSTEM_COLUMNS
from executor.ddl.lookup import (
    SYSTEM_SCHEMAS,
    Found,
    RangeName,
    find,
    range_name,
    refuse_system,
    require_schema,
)
from executor.ddl.objects import put_relation, put_schema, relation_names
from executor.ddl.ownership import change_owner
from executor.ddl.publication import rename_publication, set_publication_owner
from executor.ddl.published import with_column_name
from executor.ddl.relocate import move_relation, move_sequence, rename_in_views
from executor.ddl.routine_alter import ROUTINE_KINDS, rename_routine, set_routine_owner, set_routine_schema
from executor.ddl.row_texts import rename_field
from executor.ddl.schema import refuse_reserved, refuse_shadowing, role_oid
from executor.ddl.sqlite_table import autoindexes, qualified, sqlite_column
from executor.ddl.subscription import rename_subscription, set_subscription_owner
from executor.ddl.transition import transition
from executor.ddl.trigger import rename_trigger
from executor.ddl.type_lookup import type_parts
from executor.ddl.type_rename import (
    TYPE_TAGS,
    find_alterable,
    move_type,
    rename_domain_constraint,
    rename_type,
    set_type_schema,
)
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import (
    DuplicateColumn,
    DuplicateObject,
    DuplicateSchema,
    DuplicateTable,
    FeatureNotSupported,
    InvalidSchemaName,
    InvalidTableDefinition,
    SuccessfulCompletion,
    UndefinedColumn,
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)

# What each ALTER accepts: (command tag, relkinds). ALTER TABLE takes anything, as PostgreSQL does.
KINDS = {
    "OBJECT_TABLE": ("ALTER TABLE", "rvmiSc"),
    "OBJECT_VIEW": ("ALTER VIEW", "v"),
    "OBJECT_MATVIEW": ("ALTER MATERIALIZED VIEW", "m"),
    "OBJECT_INDEX": ("ALTER INDEX", "irvmSc"),
    "OBJECT_SEQUENCE": ("ALTER SEQUENCE", "S"),
    "OBJECT_TYPE": ("ALTER TYPE", "c"),
}
NOUNS = {"OBJECT_VIEW": "view", "OBJECT_MATVIEW": "materialized view", "OBJECT_SEQUENCE": "sequence",
         "OBJECT_TYPE": "composite type"}


def rename(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER TABLE, VIEW, INDEX, SEQUENCE, SCHEMA ... RENAME."""
    kind = node.take("renameType")
    node.take("behavior")
    handler = _RENAMERS.get(kind)
    if handler is None:
        raise not_supported(f"ALTER {kind.removeprefix('OBJECT_').replace('_', ' ')} ... RENAME")
    result = handler(node, ctx, kind)
    node.take("relationType")
    return result


def target(node: Node, ctx: DdlContext, kind: str) -> Found | None:
    """The relation an ALTER statement names; None after a NOTICE for IF EXISTS (42P01, 42809, 42501)."""
    name, missing_ok = range_name(node.take("relation"), ctx), node.take("missing_ok", False)
    return resolve_target(ctx, name, missing_ok, kind)


def resolve_target(ctx: DdlContext, name: RangeName, missing_ok: bool, kind: str) -> Found | None:
    """As `target`, for a name that has been read."""
    found = find(ctx, name)
    if found is None:
        if not missing_ok:
            raise UndefinedTable(f'relation "{name}" does not exist')
        ctx.notice(SuccessfulCompletion, f'relation "{name.name}" does not exist, skipping')
        return None
    if found.kind not in KINDS[kind][1]:
        raise WrongObjectType(f'"{found.name}" is not a {NOUNS[kind]}')
    refuse_system(found)
    return found


def _relation(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    new_name = node.take("newname")
    found = target(node, ctx, kind)
    if found is None:
        return DdlResult(ctx.catalog, tag=KINDS[kind][0])
    if new_name in relation_names(ctx.catalog, found.schema):
        raise DuplicateTable(f'relation "{new_name}" already exists')
    if found.index is not None:
        steps = rename_index(ctx, found.table, found.index.oid, new_name)
    elif found.sequence is not None:
        steps = move_sequence(ctx, found.sequence, found.schema, new_name)
    else:
        steps = move_relation(ctx, found.table, found.schema, new_name)
    return DdlResult(ctx.catalog, steps, KINDS[kind][0])


def rename_index(ctx: DdlContext, relation: Relation, oid: int, name: str) -> tuple[Step, ...]:
    """Rename an index and the constraint it belongs to."""
    from executor.ddl.naming import sqlite_name
    from executor.ddl.schema_edit import own_indexes

    own = own_indexes(relation)
    indexes = tuple(
        replace(
            i,
            name=name,
            sqlite_name=sqlite_name(ctx.catalog, relation.schema, name) if i.sqlite_name in own else i.sqlite_name,
        )
        if i.oid == oid
        else i
        for i in relation.indexes
    )
    constraints = tuple(replace(c, name=name) if c.index == oid else c for c in relation.constraints)
    new, steps = transition(ctx, relation, replace(relation, indexes=indexes, constraints=constraints))
    ctx.catalog = put_relation(ctx.catalog, new)
    return steps


def _constraint(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    old_name, new_name = node.take("subname"), node.take("newname")
    only = not node.peek("relation").peek("inh", False)
    found = target(node, ctx, "OBJECT_TABLE")
    if found is None:
        return DdlResult(ctx.catalog, tag="ALTER TABLE")
    relation = found.table
    constraint = relation.constraint(old_name)
    if constraint is None:
        raise UndefinedObject(f'constraint "{old_name}" for table "{relation.name}" does not exist')
    if constraint.index:
        if new_name in relation_names(ctx.catalog, relation.schema):
            raise DuplicateTable(f'relation "{new_name}" already exists')
        steps = rename_index(ctx, relation, constraint.index, new_name)
        return DdlResult(ctx.catalog, steps, "ALTER TABLE")
    if constraint.inherited:
        raise InvalidTableDefinition(f'cannot rename inherited constraint "{old_name}"')
    below = descendants(ctx.catalog, relation) if constraint.kind == "c" and not constraint.no_inherit else [relation]
    if only and len(below) > 1:
        raise InvalidTableDefinition(f'inherited constraint "{old_name}" must be renamed in child tables too')
    steps = ()
    for table in below:
        if table.constraint(new_name) is not None:
            raise DuplicateObject(f'constraint "{new_name}" for relation "{table.name}" already exists')
        constraints = tuple(replace(c, name=new_name) if c.name == old_name else c for c in table.constraints)
        new, more = transition(ctx, table, replace(table, constraints=constraints))
        steps += more
        ctx.catalog = put_relation(ctx.catalog, new)
    return DdlResult(ctx.catalog, steps, "ALTER TABLE")


def _column(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    old_name, new_name = node.take("subname"), node.take("newname")
    altered = node.take("relationType")
    only = not node.peek("relation").peek("inh", False)
    found = target(node, ctx, altered)
    tag = KINDS[altered][0]
    if found is None:
        return DdlResult(ctx.catalog, tag=tag)
    if found.sequence is not None:
        raise WrongObjectType(
            f'cannot rename columns of relation "{found.name}"', detail="This operation is not supported for sequences."
        )
    if found.index is not None:
        raise not_supported("renaming a column of an index")
    table = found.table
    below = descendants(ctx.catalog, table)
    column = table.by_name.get(old_name)
    if column is not None and column.inherited:
        raise InvalidTableDefinition(f'cannot rename inherited column "{old_name}"')
    if only and len(below) > 1:
        raise InvalidTableDefinition(f'inherited column "{old_name}" must be renamed in child tables too')
    refuse_foreign_parents(below, old_name)
    steps: tuple[Step, ...] = ()
    for oid in [relation.oid for relation in below]:
        steps += rename_column(ctx, ctx.catalog.relations_by_oid[oid], old_name, new_name)
    return DdlResult(ctx.catalog, steps, tag)


def refuse_foreign_parents(tree: list[Relation], name: str) -> None:
    """42P16 for a column that a table of the tree has from a parent outside of it too."""
    inside = {relation.oid for relation in tree}
    for relation in tree[1:]:
        own = relation.by_name[name]
        if own.inherited > sum(parent in inside for parent in relation.parents):
            raise InvalidTableDefinition(f'cannot rename inherited column "{name}"')


def rename_column(ctx: DdlContext, old: Relation, old_name: str, new_name: str) -> tuple[Step, ...]:
    """Rename a column of a table or view; moves ctx.catalog on."""
    column = old.by_name.get(old_name)
    if column is None:
        if old_name in SYSTEM_COLUMNS:
            raise FeatureNotSupported(f'cannot rename system column "{old_name}"')
        raise UndefinedColumn(f'column "{old_name}" does not exist')
    if new_name in old.by_name:
        raise DuplicateColumn(f'column "{new_name}" of relation "{old.name}" already exists')
    if new_name in SYSTEM_COLUMNS:
        raise DuplicateColumn(f'column name "{new_name}" conflicts with a system column name')
    taken = {(c.sqlite_name or c.name).lower() for c in old.columns if c is not column}
    in_sqlite = "" if new_name.lower() not in taken else f"{new_name}_{column.number}"
    renamed = replace(column, name=new_name, sqlite_name=in_sqlite)
    new = _with_column_name(
        old, old_name, new_name, replace(old, columns=tuple(renamed if c is column else c for c in old.columns))
    )
    steps: tuple[Step, ...] = ()
    if old.sqlite_name:
        new = autoindexes(new)
        steps = (
            Step(f"ALTER TABLE {qualified(old)} RENAME COLUMN {sqlite_column(column)} TO {sqlite_column(renamed)}"),
        )
    rename_in_views(ctx, old, new, [c.name for c in old.columns])
    ctx.catalog = with_column_name(put_relation(ctx.catalog, new), old, old_name, new_name)
    return steps


def _attribute(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    """ALTER TYPE ... RENAME ATTRIBUTE."""
    old_name, new_name = node.take("subname"), node.take("newname")
    found = target(node, ctx, "OBJECT_TYPE")
    if found is not None:
        rename_column(ctx, found.table, old_name, new_name)
        rename_field(ctx, found.table, old_name, new_name)
    return DdlResult(ctx.catalog, tag="ALTER TYPE")


def _with_column_name(old: Relation, old_name: str, new_name: str, new: Relation) -> Relation:
    """The relation with the name changed in its stored expressions."""

    def changed(text: str) -> str:
        return rewrite.rename_column(text, old.name, old_name, new_name) if text else text

    columns = tuple(replace(c, default=changed(c.default or "")) if c.generated else c for c in new.columns)
    constraints = tuple(replace(c, expression=changed(c.expression)) for c in new.constraints)
    indexes = tuple(
        replace(
            i,
            predicate=changed(i.predicate),
            columns=tuple(replace(key, expression=changed(key.expression)) for key in i.columns),
        )
        for i in new.indexes
    )
    triggers = tuple(replace(t, when=rewrite.rename_field_of(t.when, ("old", "new"), old_name, new_name)) if t.when else t
                     for t in new.triggers)
    return replace(new, columns=columns, constraints=constraints, indexes=indexes, triggers=triggers)


def _schema(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    old, new = node.take("subname"), node.take("newname")
    found = ctx.catalog.schemas_by_name.get(old)
    if found is None:
        raise InvalidSchemaName(f'schema "{old}" does not exist')
    if new in ctx.catalog.schemas_by_name:
        raise DuplicateSchema(f'schema "{new}" already exists')
    refuse_reserved(new)
    if old in ("public", "pg_catalog", "information_schema"):
        raise not_supported(f'renaming the schema "{old}"')
    refuse_shadowing(new, ctx)
    ctx.catalog = put_schema(ctx.catalog, replace(found, name=new))
    steps: tuple[Step, ...] = ()
    for sequence in [s for s in ctx.catalog.sequences if s.schema == old]:
        steps += move_sequence(ctx, sequence, new, sequence.name)
    for oid in [r.oid for r in ctx.catalog.relations if r.schema == old]:
        relation = ctx.catalog.relations_by_oid[oid]
        steps += move_relation(ctx, relation, new, relation.name)
    for made in [t for t in ctx.catalog.types if t.schema == old]:
        move_type(ctx, made, new, made.name)
    return DdlResult(ctx.catalog, steps, "ALTER SCHEMA")


_RENAMERS: dict[str, Callable[[Node, DdlContext, str], DdlResult]] = {
    **dict.fromkeys(KINDS.keys() - TYPE_TAGS.keys(), _relation),
    "OBJECT_COLUMN": _column,
    "OBJECT_TABCONSTRAINT": _constraint,
    "OBJECT_SCHEMA": _schema,
    "OBJECT_TYPE": rename_type,
    "OBJECT_DOMAIN": rename_type,
    "OBJECT_DOMCONSTRAINT": rename_domain_constraint,
    "OBJECT_ATTRIBUTE": _attribute,
    "OBJECT_TRIGGER": rename_trigger,
    "OBJECT_PUBLICATION": rename_publication, "OBJECT_SUBSCRIPTION": rename_subscription,
    **dict.fromkeys(ROUTINE_KINDS, rename_routine),
}


def set_schema(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER TABLE, VIEW, MATERIALIZED VIEW, SEQUENCE ... SET SCHEMA."""
    kind, schema = node.take("objectType"), node.take("newschema")
    if kind in ROUTINE_KINDS:
        return set_routine_schema(node, ctx, kind, schema)
    if kind in TYPE_TAGS:
        return set_type_schema(node, ctx, kind, schema)
    if kind not in KINDS:
        raise not_supported(f"ALTER {kind.removeprefix('OBJECT_').replace('_', ' ')} ... SET SCHEMA")
    found = target(node, ctx, kind)
    if found is None:
        return DdlResult(ctx.catalog, tag=KINDS[kind][0])
    if found.index is not None:
        raise WrongObjectType(
            f'cannot change schema of index "{found.name}"', hint="Change the schema of the table instead."
        )
    require_schema(ctx, schema)
    if schema in SYSTEM_SCHEMAS:
        raise not_supported(f'moving a relation into the schema "{schema}"')
    if TEMPORARY in (schema, found.schema):
        raise FeatureNotSupported("cannot move objects into or out of temporary schemas")
    if schema == found.schema:
        return DdlResult(ctx.catalog, tag=KINDS[kind][0])
    if found.sequence is not None and found.sequence.owned_by is not None:
        owner = ctx.catalog.relations_by_oid[found.sequence.owned_by[0]]
        raise FeatureNotSupported(
            "cannot move an owned sequence into another schema",
            detail=f'Sequence "{found.name}" is linked to table "{owner.name}".',
        )
    steps = _move(ctx, found, schema)
    return DdlResult(ctx.catalog, steps, KINDS[kind][0])


def _move(ctx: DdlContext, found: Found, schema: str) -> tuple[Step, ...]:
    parts = [found.name]
    if found.relation is not None:
        owned = [s for s in ctx.catalog.sequences if s.owned_by and s.owned_by[0] == found.oid]
        parts += [i.name for i in found.relation.indexes] + [s.name for s in owned]
    for name in parts:
        if name in relation_names(ctx.catalog, schema):
            raise DuplicateTable(f'relation "{name}" already exists in schema "{schema}"')
    if found.sequence is not None:
        return move_sequence(ctx, found.sequence, schema, found.name)
    steps: tuple[Step, ...] = ()
    for sequence in owned:
        steps += move_sequence(ctx, sequence, schema, sequence.name)
    return steps + move_relation(ctx, ctx.catalog.relations_by_oid[found.oid], schema, found.name)


def set_owner(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER SCHEMA, TYPE, DOMAIN ... OWNER TO a role that exists (42501)."""
    kind = node.take("objectType")
    if kind in ROUTINE_KINDS:
        return set_routine_owner(node, ctx, kind, node.take("newowner"))
    if kind == "OBJECT_PUBLICATION":
        return set_publication_owner(node, ctx)
    if kind == "OBJECT_SUBSCRIPTION":
        return set_subscription_owner(node, ctx)
    new = role_oid(node.take("newowner"), ctx)
    if kind in TYPE_TAGS:
        made = find_alterable(ctx, type_parts(node.take("object")), kind)
        thing = ctx.catalog.types_by_oid.get(made.oid)
        if thing is None:
            change_owner(ctx, next(r for r in ctx.catalog.relations if made.oid in (r.oid, r.row_type)), new)
        else:
            change_owner(ctx, thing, new)
        return DdlResult(ctx.catalog, tag=TYPE_TAGS[kind])
    if kind != "OBJECT_SCHEMA":
        raise not_supported(f"ALTER {kind.removeprefix('OBJECT_').replace('_', ' ')} ... OWNER TO")
    name = node.take("object").text
    found = ctx.catalog.schemas_by_name.get(name)
    if found is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    change_owner(ctx, found, new)
    return DdlResult(ctx.catalog, tag="ALTER SCHEMA")
