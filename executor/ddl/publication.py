"""CREATE, ALTER and DROP PUBLICATION: which tables, columns and rows, and which actions, those who follow the log are told of."""

from msgspec.structs import replace

from executor.catalog.model import OWNER_OID, Publication, PublishedSchema, PublishedTable
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.objects import put_publication, without
from executor.ddl.ownership import check_may_give
from executor.ddl.publication_options import read_options
from executor.ddl.published import Wanted, check_columns, wanted_schemas, wanted_tables
from executor.ddl.schema import role_oid
from executor.parse import Node
from executor.privileges.rules import Owned, Who, not_owner, refused
from executor.sqlstates import (
    DuplicateObject,
    InsufficientPrivilege,
    InvalidParameterValue,
    ObjectNotInPrerequisiteState,
    SuccessfulCompletion,
    SyntaxError,
    UndefinedObject,
)


def create_publication(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE PUBLICATION name [FOR ALL TABLES | FOR objects] [WITH (options)] (42501, 42710, 42601, 22023)."""
    name, all_tables = node.take("pubname"), bool(node.take("for_all_tables", False))
    options, objects = node.nodes("options"), node.nodes("pubobjects")
    if not ctx.who.may(ctx.database, "C"):
        raise refused(ctx.database)
    if all_tables and not ctx.who.is_superuser:
        raise InsufficientPrivilege("must be superuser to create FOR ALL TABLES publication")
    if name in ctx.catalog.publications_by_name:
        raise DuplicateObject(f'publication "{name}" already exists')
    made = Publication(oid=ctx.new_oid(), name=name, all_tables=all_tables, **read_options(options, ctx))
    schemas = wanted_schemas(objects, ctx)
    if schemas and not ctx.who.is_superuser:
        raise InsufficientPrivilege("must be superuser to create FOR TABLES IN SCHEMA publication")
    tables = wanted_tables(objects, ctx, made)
    check_columns(made, tables, bool(schemas))
    made = replace(made, tables=tuple(_table(ctx, w) for w in tables), schemas=tuple(_schema(ctx, oid) for oid in schemas))
    ctx.catalog = put_publication(ctx.catalog, made)
    return DdlResult(ctx.catalog, tag="CREATE PUBLICATION")


def _table(ctx: DdlContext, wanted: Wanted) -> PublishedTable:
    return PublishedTable(oid=ctx.new_oid(), relation=wanted.relation.oid, columns=wanted.columns, where=wanted.where,
                          used=wanted.used)


def _schema(ctx: DdlContext, oid: int) -> PublishedSchema:
    return PublishedSchema(oid=ctx.new_oid(), schema=oid)


def get_publication(ctx: DdlContext, name: str) -> Publication:
    """The publication of this name (42704)."""
    found = ctx.catalog.publications_by_name.get(name)
    if found is None:
        raise UndefinedObject(f'publication "{name}" does not exist')
    return found


def of_publication(publication: Publication) -> Owned:
    """What says who may change it."""
    return Owned("publication", "publication", publication.name, publication.owner or OWNER_OID, None)


def _owned(ctx: DdlContext, name: str) -> Publication:
    """The publication, if the current user owns it (42704, 42501)."""
    found = get_publication(ctx, name)
    if not ctx.who.owns(of_publication(found)):
        raise not_owner(of_publication(found))
    return found


def alter_publication(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER PUBLICATION name ADD, DROP or SET objects, or SET (options)."""
    found = _owned(ctx, node.take("pubname"))
    action, options, objects = node.take("action"), node.nodes("options"), node.nodes("pubobjects")
    node.take("for_all_tables", False)
    changed = _with_options(ctx, found, options) if options else _with_objects(ctx, found, action, objects)
    ctx.catalog = put_publication(ctx.catalog, changed)
    return DdlResult(ctx.catalog, tag="ALTER PUBLICATION")


def _with_options(ctx: DdlContext, old: Publication, nodes: list[Node]) -> Publication:
    given = read_options(nodes, ctx)
    if not old.all_tables and given.get("via_root") is False:
        for table in old.tables:
            relation = ctx.catalog.relations_by_oid.get(table.relation)
            if relation is None or relation.partition_key is None or not (table.where or table.columns is not None):
                continue
            what = "WHERE clause" if table.where else "column list"
            raise InvalidParameterValue(
                f'cannot set parameter "publish_via_partition_root" to false for publication "{old.name}"',
                detail=f'The publication contains a {what} for partitioned table "{relation.name}", which is not allowed when '
                       '"publish_via_partition_root" is false.')
    return replace(old, **given)


def _with_objects(ctx: DdlContext, old: Publication, action: str, objects: list[Node]) -> Publication:
    schemas = wanted_schemas(objects, ctx)
    has_tables = any(o.peek("pubobjtype") == "PUBLICATIONOBJ_TABLE" for o in objects)
    if action != "AP_DropObjects" and schemas and not ctx.who.is_superuser:
        raise InsufficientPrivilege("must be superuser to add or set schemas")
    for what, given in (("Schemas", schemas), ("Tables", has_tables)):
        if old.all_tables and given:
            raise ObjectNotInPrerequisiteState(
                f'publication "{old.name}" is defined as FOR ALL TABLES',
                detail=f"{what} cannot be added to or dropped from FOR ALL TABLES publications.")
    return _ACTIONS[action](ctx, old, objects, schemas)


def _add(ctx: DdlContext, old: Publication, objects: list[Node], schemas: list[int]) -> Publication:
    tables = wanted_tables(objects, ctx, old)
    check_columns(old, tables, bool(schemas or old.schemas))
    known = {table.relation for table in old.tables}
    for wanted in tables:
        if wanted.relation.oid in known:
            raise DuplicateObject(f'relation "{wanted.relation.name}" is already member of publication "{old.name}"')
    if schemas and any(table.columns is not None for table in old.tables):
        raise InvalidParameterValue(
            f'cannot add schema to publication "{old.name}"',
            detail="Schemas cannot be added if any tables that specify a column list are already part of the publication.")
    for oid in schemas:
        if any(schema.schema == oid for schema in old.schemas):
            raise DuplicateObject(f'schema "{_schema_name(ctx, oid)}" is already member of publication "{old.name}"')
    return replace(old, tables=(*old.tables, *(_table(ctx, w) for w in tables)),
                   schemas=(*old.schemas, *(_schema(ctx, oid) for oid in schemas)))


def _set(ctx: DdlContext, old: Publication, objects: list[Node], schemas: list[int]) -> Publication:
    tables = wanted_tables(objects, ctx, old)
    check_columns(old, tables, bool(schemas))
    known = {table.relation: table for table in old.tables}
    kept = {schema.schema: schema for schema in old.schemas}

    def entry(wanted: Wanted) -> PublishedTable:
        before = known.get(wanted.relation.oid)
        same = before is not None and (before.columns, before.where) == (wanted.columns, wanted.where)
        return before if before is not None and same else _table(ctx, wanted)

    return replace(old, tables=tuple(entry(wanted) for wanted in tables),
                   schemas=tuple(kept.get(oid) or _schema(ctx, oid) for oid in schemas))


def _drop(ctx: DdlContext, old: Publication, objects: list[Node], schemas: list[int]) -> Publication:
    for item in objects:
        table = item.peek("pubtable")
        if table is not None and table.peek("columns"):
            raise SyntaxError("column list must not be specified in ALTER PUBLICATION ... DROP")
    tables = wanted_tables(objects, ctx, old, dropping=True)
    gone = {wanted.relation.oid for wanted in tables}
    for wanted in tables:
        if all(table.relation != wanted.relation.oid for table in old.tables):
            raise UndefinedObject(f'relation "{wanted.relation.name}" is not part of the publication')
        if wanted.where:
            raise SyntaxError("cannot use a WHERE clause when removing a table from a publication")
    for oid in schemas:
        if all(schema.schema != oid for schema in old.schemas):
            raise UndefinedObject(f'tables from schema "{_schema_name(ctx, oid)}" are not part of the publication')
    return replace(old, tables=tuple(t for t in old.tables if t.relation not in gone),
                   schemas=tuple(s for s in old.schemas if s.schema not in schemas))


_ACTIONS = {"AP_AddObjects": _add, "AP_SetObjects": _set, "AP_DropObjects": _drop}


def _schema_name(ctx: DdlContext, oid: int) -> str:
    return next(schema.name for schema in ctx.catalog.schemas if schema.oid == oid)


def rename_publication(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    """ALTER PUBLICATION ... RENAME TO."""
    name, new = node.take("object").text, node.take("newname")
    found = get_publication(ctx, name)
    if new in ctx.catalog.publications_by_name:
        raise DuplicateObject(f'publication "{new}" already exists')
    _owned(ctx, name)
    if not ctx.who.may(ctx.database, "C"):
        raise refused(ctx.database)
    ctx.catalog = put_publication(ctx.catalog, replace(found, name=new))
    return DdlResult(ctx.catalog, tag="ALTER PUBLICATION")


def set_publication_owner(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER PUBLICATION ... OWNER TO."""
    new = role_oid(node.take("newowner"), ctx)
    name = node.take("object").text
    found = get_publication(ctx, name)
    if (found.owner or OWNER_OID) != new:
        _owned(ctx, name)
        owner = Who(ctx.who.roles, new, ctx.who.database_owner)
        if not ctx.who.is_superuser:
            check_may_give(ctx.who, new)
            if not owner.may(ctx.database, "C"):
                raise refused(ctx.database)
            for what, is_such in (("FOR ALL TABLES", found.all_tables), ("FOR TABLES IN SCHEMA", bool(found.schemas))):
                if is_such and not owner.is_superuser:
                    raise InsufficientPrivilege(f'permission denied to change owner of publication "{name}"',
                                                hint=f"The owner of a {what} publication must be a superuser.")
        ctx.catalog = put_publication(ctx.catalog, replace(found, owner=new))
    return DdlResult(ctx.catalog, tag="ALTER PUBLICATION")


def drop_publications(names: list[str], ctx: DdlContext, missing_ok: bool) -> DdlResult:
    """DROP PUBLICATION [IF EXISTS]; nothing depends on one."""
    gone = []
    for name in names:
        if missing_ok and name not in ctx.catalog.publications_by_name:
            ctx.notice(SuccessfulCompletion, f'publication "{name}" does not exist, skipping')
        else:
            gone.append(_owned(ctx, name).oid)
    ctx.catalog = without(ctx.catalog, gone)
    return DdlResult(ctx.catalog, tag="DROP PUBLICATION")
