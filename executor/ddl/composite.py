"""CREATE TYPE ... AS (...), and ALTER TYPE ... ADD, DROP and ALTER ATTRIBUTE."""

from collections.abc import Callable

from msgspec.structs import replace

from executor.catalog.model import Relation
from executor.ddl import column as columns
from executor.ddl.base import DdlContext, DdlResult, Step
from executor.ddl.dependency import Thing, deletion
from executor.ddl.lookup import range_name, refuse_existing
from executor.ddl.objects import put_relation
from executor.ddl.removal import remove
from executor.ddl.row_change import refuse_stored, reshaping
from executor.ddl.row_texts import drop_broken_checks, rebind_checks
from executor.ddl.type_lookup import creation_place
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import DuplicateColumn, SuccessfulCompletion, UndefinedColumn


def create_composite(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE TYPE name AS (attribute type, ...)."""
    name = range_name(node.take("typevar"), ctx)
    schema, _ = creation_place(ctx, [name.schema, name.name] if name.schema else [name.name])
    refuse_existing(ctx, schema, name.name)
    specs = [columns.read_column(item, ctx, name.name, serials=False) for item in node.nodes("coldeflist")]
    relation = Relation(oid=ctx.new_oid(), schema=schema, name=name.name, kind="c", array_type=ctx.new_oid(),
                        row_type=ctx.new_oid())
    columns.check_columns(relation, specs, ctx)
    ctx.catalog = put_relation(ctx.catalog, columns.add_columns(relation, specs))
    return DdlResult(ctx.catalog, tag="CREATE TYPE")


def alter_composite(ctx: DdlContext, oid: int, commands: list[Node]) -> DdlResult:
    """The actions of ALTER TYPE on a composite type. Stored values of the type get the new shape."""
    steps: list[Step] = []
    for command in commands:
        subtype = command.take("subtype")
        action = _ACTIONS.get(subtype)
        if action is None:
            raise not_supported(f"ALTER TYPE ... {subtype.removeprefix('AT_')}")
        before = ctx.catalog.relations_by_oid[oid]
        steps += action(ctx, before, command)
        command.take("behavior")
        command.finish()
    return DdlResult(ctx.catalog, tuple(steps), "ALTER TYPE")


def _add(ctx: DdlContext, relation: Relation, command: Node) -> list[Step]:
    spec = columns.read_column(command.take("def"), ctx, relation.name, serials=False)
    if spec.name in relation.by_name:
        raise DuplicateColumn(f'column "{spec.name}" of relation "{relation.name}" already exists')
    columns.check_columns(relation, [spec], ctx)
    new = columns.add_columns(relation, [spec])
    steps = reshaping(ctx, relation, new)
    ctx.catalog = put_relation(ctx.catalog, new)
    return steps


def _drop(ctx: DdlContext, relation: Relation, command: Node) -> list[Step]:
    name, missing_ok = command.take("name"), command.take("missing_ok", False)
    column = relation.by_name.get(name)
    if column is None:
        message = f'column "{name}" of relation "{relation.name}" does not exist'
        if not missing_ok:
            raise UndefinedColumn(message)
        ctx.notice(SuccessfulCompletion, f"{message}, skipping")
        return []
    cascade = command.peek("behavior") == "DROP_CASCADE"
    gone = deletion(ctx, [Thing("column", relation.oid, column.number)], cascade)
    steps = [*remove(ctx, gone)]
    drop_broken_checks(ctx, relation, name, cascade)
    return steps


def _alter(ctx: DdlContext, relation: Relation, command: Node) -> list[Step]:
    name, definition = command.take("name"), command.take("def")
    column = relation.by_name.get(name)
    if column is None:
        raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
    oid, typmod = ctx.binder.resolve_type(definition.take("typeName"))
    collation = columns.read_collation(definition.take("collClause"), oid, ctx)
    definition.finish()
    refuse_stored(ctx, relation, "type")
    changed = replace(column, type=oid, typmod=typmod, collation=collation)
    ctx.catalog = put_relation(ctx.catalog, columns.with_column(relation, changed))
    rebind_checks(ctx, relation)
    return []


_ACTIONS: dict[str, Callable[[DdlContext, Relation, Node], list[Step]]] = {
    "AT_AddColumn": _add, "AT_DropColumn": _drop, "AT_AlterColumnType": _alter,
}  # fmt: skip
