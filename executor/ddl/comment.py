"""COMMENT ON."""

from collections.abc import Callable

from executor.catalog.model import OWN_DATABASE, Comment
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.lookup import dotted_name, get
from executor.ddl.objects import put_comment
from executor.ddl.publication import get_publication
from executor.ddl.rename import NOUNS
from executor.ddl.routine_alter import ROUTINE_KINDS
from executor.ddl.routine_lookup import Wanted, find
from executor.ddl.sequence import plural_kind
from executor.ddl.subscription import get_subscription
from executor.ddl.type_lookup import get_type, get_user_type, shown, type_parts
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import InvalidSchemaName, UndefinedColumn, UndefinedObject, Warning, WrongObjectType

COMMENTED_COLUMNS = "rvmc"
RELKINDS = {"OBJECT_TABLE": "r", "OBJECT_VIEW": "v", "OBJECT_MATVIEW": "m", "OBJECT_INDEX": "i", "OBJECT_SEQUENCE": "S"}
ARTICLED = {
    **{kind: f"a {noun}" for kind, noun in NOUNS.items()},
    "OBJECT_TABLE": "a table",
    "OBJECT_INDEX": "an index",
}

Place = tuple[str, int, int]
"""(catalog, OID, sub) of a comment."""


def comment(node: Node, ctx: DdlContext) -> DdlResult:
    """COMMENT ON TABLE, VIEW, MATERIALIZED VIEW, INDEX, SEQUENCE, COLUMN, CONSTRAINT, TRIGGER, TYPE, DOMAIN, SCHEMA, DATABASE."""
    kind, text = node.take("objtype"), node.take("comment", "")
    handler = _PLACES.get(kind)
    if handler is None:
        raise not_supported(f"COMMENT ON {kind.removeprefix('OBJECT_').replace('_', ' ')}")
    place = handler(node.take("object"), ctx, kind)
    if place is not None:
        catalog, oid, sub = place
        ctx.catalog = put_comment(ctx.catalog, Comment(catalog=catalog, object=oid, sub=sub, text=text))
    return DdlResult(ctx.catalog, tag="COMMENT")


def _parts(node: Node) -> list[str]:
    return [part.text for part in node.nodes("items")]


def _relation(node: Node, ctx: DdlContext, kind: str) -> Place:
    found = get(ctx, dotted_name(_parts(node), ctx))
    if found.kind != RELKINDS[kind]:
        raise WrongObjectType(f'"{found.name}" is not {ARTICLED[kind]}')
    return "pg_class", found.oid, 0


def _column(node: Node, ctx: DdlContext, kind: str) -> Place:
    *relation, name = _parts(node)
    found = get(ctx, dotted_name(relation, ctx))
    if found.kind not in COMMENTED_COLUMNS or found.index is not None:
        raise WrongObjectType(
            f'cannot set comment on relation "{found.name}"',
            detail=f"This operation is not supported for {plural_kind(found)}.",
        )
    column = found.table.by_name.get(name)
    if column is None:
        raise UndefinedColumn(f'column "{name}" of relation "{found.name}" does not exist')
    return "pg_class", found.oid, column.number


def _constraint(node: Node, ctx: DdlContext, kind: str) -> Place:
    *relation, name = _parts(node)
    found = get(ctx, dotted_name(relation, ctx))
    constraint = found.relation.constraint(name) if found.relation is not None else None
    if constraint is None:
        raise UndefinedObject(f'constraint "{name}" for table "{found.name}" does not exist')
    return "pg_constraint", constraint.oid, 0


def _trigger(node: Node, ctx: DdlContext, kind: str) -> Place:
    *relation, name = _parts(node)
    found = get(ctx, dotted_name(relation, ctx))
    trigger = found.relation.trigger(name) if found.relation is not None and found.index is None else None
    if trigger is None:
        raise UndefinedObject(f'trigger "{name}" for table "{found.name}" does not exist')
    return "pg_trigger", trigger.oid, 0


def _schema(node: Node, ctx: DdlContext, kind: str) -> Place:
    name = node.text
    if name not in ctx.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return "pg_namespace", ctx.catalog.schemas_by_name[name].oid, 0


def _database(node: Node, ctx: DdlContext, kind: str) -> Place | None:
    name = node.text
    if name != ctx.context.database:
        ctx.notices.append(Warning(f'database "{name}" does not exist', severity="WARNING"))
        return None
    return "pg_database", OWN_DATABASE, 0


def _subscription(node: Node, ctx: DdlContext, kind: str) -> Place:
    return "pg_subscription", get_subscription(ctx, node.text).oid, 0


def _publication(node: Node, ctx: DdlContext, kind: str) -> Place:
    return "pg_publication", get_publication(ctx, node.text).oid, 0


def _type(node: Node, ctx: DdlContext, kind: str) -> Place:
    names = type_parts(node)
    found = get_type(ctx, names)
    if kind == "OBJECT_DOMAIN" and found.kind != "d":
        raise WrongObjectType(f'"{names[-1]}" is not a domain')
    return "pg_type", found.oid, 0


def _domain_constraint(node: Node, ctx: DdlContext, kind: str) -> Place:
    type_node, name_node = node.nodes("items")
    made = get_user_type(ctx, type_parts(type_node), "d")
    constraint = made.constraint(name_node.text)
    if constraint is None:
        raise UndefinedObject(f'constraint "{name_node.text}" for domain {shown(ctx, made.oid)} does not exist')
    return "pg_constraint", constraint.oid, 0


def _routine(node: Node, ctx: DdlContext, kind: str) -> Place:
    return "pg_proc", find(ctx, Wanted(node, ctx), kind).oid, 0


_PLACES: dict[str, Callable[[Node, DdlContext, str], Place | None]] = {
    **dict.fromkeys(RELKINDS, _relation),
    "OBJECT_COLUMN": _column,
    "OBJECT_TABCONSTRAINT": _constraint,
    "OBJECT_TRIGGER": _trigger,
    "OBJECT_TYPE": _type,
    "OBJECT_DOMAIN": _type,
    "OBJECT_DOMCONSTRAINT": _domain_constraint,
    "OBJECT_SCHEMA": _schema,
    "OBJECT_DATABASE": _database,
    "OBJECT_PUBLICATION": _publication, "OBJECT_SUBSCRIPTION": _subscription,
    **dict.fromkeys(ROUTINE_KINDS, _routine),
}
