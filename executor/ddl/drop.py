"""DROP TABLE, VIEW, MATERIALIZED VIEW, INDEX, SEQUENCE, SCHEMA, TYPE, DOMAIN, FUNCTION, PROCEDURE, PUBLICATION and TRIGGER."""

import msgspec

from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.dependency import Thing, deletion
from executor.ddl.lookup import KIND_NAMES, SYSTEM_SCHEMAS, Found, RangeName, dotted_name, find, refuse_system, schema_exists
from executor.ddl.publication import drop_publications
from executor.ddl.removal import remove
from executor.ddl.routine_alter import ROUTINE_KINDS, dropped, tag
from executor.ddl.trigger import drop_trigger
from executor.ddl.type_lookup import get_type, row_type_of, shown, type_parts
from executor.errors import SqlError, not_supported
from executor.facts.lookup import Type
from executor.parse import Node
from executor.sqlstates import (
    DependentObjectsStillExist,
    InvalidSchemaName,
    SuccessfulCompletion,
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)


class Target(msgspec.Struct, frozen=True):
    """What a DROP of one kind looks for."""

    word: str  # TABLE
    noun: str  # table
    relkind: str
    missing: type[SqlError] = UndefinedTable


TARGETS = {
    "OBJECT_TABLE": Target("TABLE", "table", "r"),
    "OBJECT_VIEW": Target("VIEW", "view", "v"),
    "OBJECT_MATVIEW": Target("MATERIALIZED VIEW", "materialized view", "m"),
    "OBJECT_INDEX": Target("INDEX", "index", "i", UndefinedObject),
    "OBJECT_SEQUENCE": Target("SEQUENCE", "sequence", "S"),
}
BY_RELKIND = {target.relkind: target for target in TARGETS.values()} | {"c": Target("TYPE", "type", "c")}
TYPE_KINDS = {"OBJECT_TYPE": "TYPE", "OBJECT_DOMAIN": "DOMAIN"}
REQUIRED_SCHEMAS = SYSTEM_SCHEMAS


def drop(node: Node, ctx: DdlContext) -> DdlResult:
    """DROP of the kinds above; other kinds are 0A000 here (the dispatcher has them elsewhere)."""
    kind = node.take("removeType")
    missing_ok, cascade = node.take("missing_ok", False), node.take("behavior") == "DROP_CASCADE"
    objects = node.nodes("objects")
    if kind == "OBJECT_SCHEMA":
        return _drop_schemas([item.text for item in objects], ctx, missing_ok, cascade)
    if kind == "OBJECT_PUBLICATION":
        return drop_publications([item.text for item in objects], ctx, missing_ok)
    if kind in TYPE_KINDS:
        return _drop_types(objects, ctx, kind, missing_ok, cascade)
    if kind == "OBJECT_TRIGGER":
        return drop_trigger([part.text for part in objects[0].nodes("items")], ctx, missing_ok)
    if kind in ROUTINE_KINDS:
        steps = remove(ctx, deletion(ctx, dropped(objects, ctx, kind, missing_ok), cascade))
        return DdlResult(ctx.catalog, steps, tag("DROP", kind))
    target = TARGETS.get(kind)
    if target is None:
        raise not_supported(f"DROP {kind.removeprefix('OBJECT_').replace('_', ' ')}")
    if node.take("concurrent", False) and (len(objects) > 1 or cascade):
        what = "dropping multiple objects" if len(objects) > 1 else "CASCADE"
        from executor.sqlstates import FeatureNotSupported

        raise FeatureNotSupported(f"DROP INDEX CONCURRENTLY does not support {what}")
    things = []
    for item in objects:
        found = _find(ctx, dotted_name([part.text for part in item.nodes("items")], ctx), target, missing_ok)
        if found is not None:
            things.append(_thing(found))
    steps = remove(ctx, deletion(ctx, things, cascade))
    return DdlResult(ctx.catalog, steps, f"DROP {target.word}")


def _drop_types(nodes: list[Node], ctx: DdlContext, kind: str, missing_ok: bool, cascade: bool) -> DdlResult:
    things = []
    for item in nodes:
        names = type_parts(item)
        try:
            found = get_type(ctx, names)
        except (UndefinedObject, InvalidSchemaName) as error:
            if not missing_ok:
                raise
            ctx.notice(SuccessfulCompletion, f"{error.message}, skipping")
            continue
        things.append(_type_thing(ctx, found, kind))
    steps = remove(ctx, deletion(ctx, things, cascade))
    return DdlResult(ctx.catalog, steps, f"DROP {TYPE_KINDS[kind]}")


def _type_thing(ctx: DdlContext, found: Type, kind: str) -> Thing:
    if kind == "OBJECT_DOMAIN" and found.kind != "d":
        raise WrongObjectType(f'"{found.name}" is not a domain')
    if found.schema in SYSTEM_SCHEMAS:
        raise DependentObjectsStillExist(
            f"cannot drop type {shown(ctx, found.oid)} because it is required by the database system"
        )
    relation = row_type_of(ctx, found)
    if relation is None:
        return Thing("type", found.oid)
    if relation.kind != "c":
        owner = f"{KIND_NAMES[relation.kind]} {shown(ctx, found.oid)}"
        raise DependentObjectsStillExist(
            f"cannot drop type {shown(ctx, found.oid)} because {owner} requires it",
            hint=f"You can drop {owner} instead.",
        )
    return Thing("relation", relation.oid)


def _thing(found: Found) -> Thing:
    if found.index is not None:
        return Thing("index", found.index.oid)
    return Thing("sequence" if found.sequence is not None else "relation", found.oid)


def _find(ctx: DdlContext, name: RangeName, target: Target, missing_ok: bool) -> Found | None:
    if name.schema and not schema_exists(ctx, name.schema):
        if not missing_ok:
            raise InvalidSchemaName(f'schema "{name.schema}" does not exist')
        ctx.notice(SuccessfulCompletion, f'schema "{name.schema}" does not exist, skipping')
        return None
    found = find(ctx, name)
    if found is None:
        if not missing_ok:
            # The schema is part of the name in the message only when it was written.
            raise target.missing(f'{target.noun} "{name.name}" does not exist')
        ctx.notice(SuccessfulCompletion, f'{target.noun} "{name.name}" does not exist, skipping')
        return None
    if found.kind != target.relkind:
        actual = BY_RELKIND.get(found.kind)
        article = "an" if target.noun[0] in "aeiou" else "a"
        raise WrongObjectType(
            f'"{found.name}" is not {article} {target.noun}',
            hint=f"Use DROP {actual.word} to remove {'an' if actual.noun[0] in 'aeiou' else 'a'} {actual.noun}."
            if actual
            else None,
        )
    refuse_system(found)
    return found


def _drop_schemas(names: list[str], ctx: DdlContext, missing_ok: bool, cascade: bool) -> DdlResult:
    things = []
    for name in names:
        if name in REQUIRED_SCHEMAS:
            raise DependentObjectsStillExist(f"cannot drop schema {name} because it is required by the database system")
        if name not in ctx.catalog.schemas_by_name:
            if not missing_ok:
                raise InvalidSchemaName(f'schema "{name}" does not exist')
            ctx.notice(SuccessfulCompletion, f'schema "{name}" does not exist, skipping')
            continue
        things.append(Thing("schema", ctx.catalog.schemas_by_name[name].oid))
    steps = remove(ctx, deletion(ctx, things, cascade))
    return DdlResult(ctx.catalog, steps, "DROP SCHEMA")
