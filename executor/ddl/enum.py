"""CREATE TYPE ... AS ENUM, ALTER TYPE ... ADD VALUE and RENAME VALUE.

Stored values are labels, so a renamed one is changed in every column that may hold it.
"""

from struct import Struct

from msgspec.structs import replace

from executor.catalog.model import EnumLabel, UserType
from executor.ddl.base import DdlContext, DdlResult, Step
from executor.ddl.enum_rename import renaming
from executor.ddl.objects import put_type
from executor.ddl.schema_edit import drop_index
from executor.ddl.sqlite_table import index_sql
from executor.ddl.type_lookup import creation_place, get_user_type
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.sqlstates import DuplicateObject, InvalidName, InvalidParameterValue, UniqueViolation

LABEL_BYTES_MAX = 63
_FLOAT4 = Struct("f")


def create_enum(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE TYPE name AS ENUM (...)."""
    schema, name = creation_place(ctx, node.texts("typeName"))
    labels = node.texts("vals")
    array = ctx.new_oid()
    oid = ctx.new_oid()
    for i, label in enumerate(labels):
        _check_label(label)
        if label in labels[:i]:
            raise UniqueViolation(
                'duplicate key value violates unique constraint "pg_enum_typid_label_index"',
                detail=f"Key (enumtypid, enumlabel)=({oid}, {label}) already exists.",
                schema="pg_catalog",
                table="pg_enum",
                constraint="pg_enum_typid_label_index",
            )
    made = UserType(
        oid=oid,
        schema=schema,
        name=name,
        kind="e",
        array_type=array,
        labels=tuple(EnumLabel(ctx.new_oid(), label, float(i)) for i, label in enumerate(labels, 1)),
    )
    ctx.catalog = put_type(ctx.catalog, made)
    return DdlResult(ctx.catalog, tag="CREATE TYPE")


def _check_label(label: str) -> None:
    if not label or len(label.encode()) > LABEL_BYTES_MAX:
        raise InvalidName(f'invalid enum label "{label}"', detail=f"Labels must be {LABEL_BYTES_MAX} bytes or less.")


def alter_enum(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER TYPE name ADD VALUE [IF NOT EXISTS] label [BEFORE | AFTER label], RENAME VALUE label TO label."""
    made = get_user_type(ctx, node.texts("typeName"), "e")
    old, new = node.take("oldVal"), node.take("newVal", "")
    neighbor, after = node.take("newValNeighbor"), node.take("newValIsAfter", False)
    if_not_exists = node.take("skipIfNewValExists", False)
    _check_label(new)
    names = [label.name for label in made.labels]
    steps: tuple[Step, ...] = ()
    if old is not None:
        if old not in names:
            raise InvalidParameterValue(f'"{old}" is not an existing enum label')
        if new in names:
            raise DuplicateObject(f'enum label "{new}" already exists')
        steps = renaming(ctx, made, old, new)
        made = ctx.catalog.types_by_oid[made.oid]
        changed = replace(
            made, labels=tuple(replace(label, name=new) if label.name == old else label for label in made.labels)
        )
        ctx.catalog = put_type(ctx.catalog, changed)
    elif new in names:
        if not if_not_exists:
            raise DuplicateObject(f'enum label "{new}" already exists')
        ctx.notice(DuplicateObject, f'enum label "{new}" already exists, skipping')
    else:
        before = _predicates(ctx, made)
        ctx.catalog = put_type(ctx.catalog, _with_label(ctx, made, new, neighbor, bool(after)))
        steps = _indexes_made_anew(ctx, before)
    return DdlResult(ctx.catalog, steps, "ALTER TYPE")


def _predicates(ctx: DdlContext, made: UserType) -> dict[int, str]:
    """OID -> SQLite text of the partial indexes on tables with a column of the enum (or a domain over it)."""
    number = ctx.number_of(made.oid)
    return {index.oid: index_sql(ctx, relation, index) for relation in ctx.catalog.relations
            for index in relation.indexes if index.predicate and index.sqlite_name
            and any(base_type(ctx.number_of(column.type)) == number for column in relation.columns)}


def _indexes_made_anew(ctx: DdlContext, before: dict[int, str]) -> tuple[Step, ...]:
    """The steps that give those indexes their new text whose predicates mean the new label too."""
    steps: list[Step] = []
    for relation in ctx.catalog.relations:
        for index in relation.indexes:
            if index.oid in before and (text := index_sql(ctx, relation, index)) != before[index.oid]:
                steps += [drop_index(relation, index.sqlite_name), Step(text)]
    return tuple(steps)


def _with_label(ctx: DdlContext, made: UserType, name: str, neighbor: str | None, after: bool) -> UserType:
    """The enum with one more label. Sort orders are float4, as in PostgreSQL: halfway between the neighbors."""
    names = [label.name for label in made.labels]
    if neighbor is None:
        at = len(names)
    elif neighbor in names:
        at = names.index(neighbor) + bool(after)
    else:
        raise InvalidParameterValue(f'"{neighbor}" is not an existing enum label')
    labels = list(made.labels)
    labels.insert(at, EnumLabel(ctx.new_oid(), name, _order(labels, at)))
    orders = [label.order for label in labels]
    if orders != sorted(set(orders)):
        labels = [replace(label, order=float(i)) for i, label in enumerate(labels, 1)]
    return replace(made, labels=tuple(labels))


def _order(labels: list[EnumLabel], at: int) -> float:
    if not labels:
        return 1.0
    if at == 0:
        return labels[0].order - 1
    if at == len(labels):
        return labels[-1].order + 1
    (found,) = _FLOAT4.unpack(_FLOAT4.pack((labels[at - 1].order + labels[at].order) / 2))
    return float(found)
