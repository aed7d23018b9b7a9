"""CREATE VIEW.

A view lives in the Catalog only: its query is bound and expanded anew in each statement that reads it.
"""

from msgspec.structs import replace

from executor.catalog.model import Column, Relation
from executor.ddl import storage_options
from executor.ddl.base import TEMPORARY, BoundView, DdlContext, DdlResult
from executor.ddl.column import read_collation
from executor.ddl.lookup import RangeName, creation_schema, range_name, refuse_existing
from executor.ddl.objects import put_relation
from executor.ddl.table import new_relation
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import (
    DuplicateColumn,
    FeatureNotSupported,
    InvalidTableDefinition,
    SuccessfulCompletion,
    SyntaxError,
    WrongObjectType,
)

CHECK_OPTIONS = {"NO_CHECK_OPTION": "", "NOT_SET": "", "VIEW_CHECK_OPTION_NOT_SET": "", "LOCAL_CHECK_OPTION": "local",
                 "CASCADED_CHECK_OPTION": "cascaded"}


def create_view(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE [OR REPLACE] [TEMPORARY] VIEW."""
    name = range_name(node.take("view"), ctx)
    if name.persistence == "u":
        raise SyntaxError("views cannot be unlogged because they do not have storage")
    options = storage_options.read(ctx, node.nodes("options"), storage_options.VIEW)
    check_option = CHECK_OPTIONS[node.take("withCheckOption", "NO_CHECK_OPTION")] or options.pop("check_option", "")
    aliases, or_replace = node.texts("aliases"), node.take("replace", False)
    bound = ctx.binder.bind_view(node.take("query"))
    columns = view_columns(ctx, bound, aliases, "CREATE VIEW")
    if check_option and bound.not_updatable:
        raise FeatureNotSupported("WITH CHECK OPTION is supported only on automatically updatable views",
                                  hint=bound.not_updatable)
    name = _temporary(name, bound, ctx)
    schema = creation_schema(ctx, name)
    old = ctx.catalog.relations_by_name.get((schema, name.name)) if or_replace else None
    if old is None:
        refuse_existing(ctx, schema, name.name)
        view = new_relation(ctx, schema, name, options, "v")
    else:
        _check_replaceable(old, columns, ctx)
        view = replace(old, options=options)
    view = replace(view, check_option=check_option, columns=columns, definition=bound.sql_pg, uses=tuple(bound.uses))
    ctx.catalog = put_relation(ctx.catalog, view)
    return DdlResult(ctx.catalog, tag="CREATE VIEW")


def view_columns(ctx: DdlContext, bound: BoundView, aliases: list[str], command: str) -> tuple[Column, ...]:
    """The columns of a view, or of a table made from a query, named by the aliases as far as they go (42601, 42701)."""
    if len(aliases) > len(bound.columns):
        raise SyntaxError(f"{command} specifies more column names than columns")
    columns: list[Column] = []
    for number, (name, oid, typmod) in enumerate(bound.columns, 1):
        shown = aliases[number - 1] if number <= len(aliases) else name
        if any(column.name == shown for column in columns):
            raise DuplicateColumn(f'column "{shown}" specified more than once')
        collation = read_collation(None, oid, ctx)
        columns.append(Column(name=shown, number=number, type=oid, typmod=typmod, collation=collation))
    return tuple(columns)


def _temporary(name: RangeName, bound: BoundView, ctx: DdlContext) -> RangeName:
    """A view over temporary relations is temporary itself."""
    if name.persistence == "t" or name.schema == TEMPORARY:
        ctx.temporary = True
        return name
    used = {oid for oid, _ in bound.uses}
    if not any(relation.oid in used and relation.schema == TEMPORARY for relation in ctx.catalog.relations):
        return name
    ctx.notice(SuccessfulCompletion, f'view "{name.name}" will be a temporary view')
    ctx.temporary = True
    return replace(name, persistence="t")


def _check_replaceable(old: Relation, columns: tuple[Column, ...], ctx: DdlContext) -> None:
    """OR REPLACE may only add columns at the end (42P16)."""
    if old.kind != "v":
        raise WrongObjectType(f'"{old.name}" is not a view')
    if old.made_elsewhere:
        raise not_supported(f'replacing the view "{old.name}", which another program created,')
    if len(columns) < len(old.columns):
        raise InvalidTableDefinition("cannot drop columns from view")
    for before, after in zip(old.columns, columns, strict=False):
        if before.name != after.name:
            raise InvalidTableDefinition(
                f'cannot change name of view column "{before.name}" to "{after.name}"',
                hint="Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.",
            )
        if (before.type, before.typmod) != (after.type, after.typmod):
            shown = [ctx.binder.type_name(c.type, c.typmod) for c in (before, after)]
            raise InvalidTableDefinition(
                f'cannot change data type of view column "{before.name}" from {shown[0]} to {shown[1]}'
            )
