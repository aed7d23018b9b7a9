"""What statements that are no queries need: to own what they change, and CREATE where they make something.

`check_statement` looks at what a statement names, before anything is done; `check_result` at what has come of it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from executor.catalog.model import Catalog, UserType
from executor.catalog.search_path import TEMPORARY
from executor.ddl.base import DdlContext
from executor.ddl.locks import TARGETS
from executor.ddl.ownership import owned
from executor.errors import SqlError
from executor.parse import Node
from executor.privileges.rules import (
    Owned,
    Who,
    database_of,
    not_owner,
    of_relation,
    of_schema,
    of_sequence,
    of_type,
    refused,
    who_is,
)
from executor.sqlstates import InsufficientPrivilege
from storage.locks import Mode

if TYPE_CHECKING:
    from executor.session import Session

TRUNCATE = "D"
RENAMED = frozenset(("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE"))


def check_statement(session: "Session", node: Node, ctx: DdlContext) -> None:
    """42501 if the current user may not do this to what the statement names."""
    who = who_is(session)
    if node.kind == "CreateStmt":
        ctx.place = ctx.position(node.peek("relation"))
    if node.kind == "TruncateStmt":
        _require(who, _named(node, ctx, Mode.ROW_EXCLUSIVE), TRUNCATE)
        return
    for schema in _explicit(node, ctx):
        if not who.may(schema, "U"):
            raise refused(schema)
    if node.kind == "CreateStmt":  # LIKE another table
        _require(who, _named(node, ctx, Mode.ACCESS_SHARE), "r")
        return
    drops = node.kind == "DropStmt"
    for thing in (*_named(node, ctx, Mode.SHARE_UPDATE_EXCLUSIVE), *_OTHERS.get(node.kind, _nothing)(node, ctx)):
        if not who.owns(thing) and not (drops and _owns_schema(who, ctx, thing)):
            raise not_owner(thing)
    for schema in _new_places(node, ctx):
        if not who.may(schema, "C"):
            raise refused(schema)


def _require(who: Who, things: Iterable[Owned], letter: str) -> None:
    for thing in things:
        if not who.may(thing, letter):
            raise refused(thing)


def _owns_schema(who: Who, ctx: DdlContext, thing: Owned) -> bool:
    """Whether an object can be dropped because its schema can."""
    schema = ctx.catalog.schemas_by_name.get(thing.schema)
    return schema is not None and who.owns(of_schema(schema))


def _named(node: Node, ctx: DdlContext, at_least: Mode) -> Iterator[Owned]:
    """The tables, views, sequences and indexes that a statement is about."""
    targets = TARGETS.get(node.kind)
    if targets is None or node.peek("renameType") == "OBJECT_SCHEMA":  # the schema is, not all that is in it
        return
    of_column = node.peek("objtype") == "OBJECT_COLUMN"
    for oid, mode in targets(node, ctx):
        relation, sequence = ctx.catalog.relations_by_oid.get(oid), ctx.catalog.sequences_by_oid.get(oid)
        if mode >= at_least and relation is not None:
            thing = of_relation(relation)
            yield thing._replace(noun="relation") if of_column else thing
        elif mode >= at_least and sequence is not None:
            yield of_sequence(sequence)


def _explicit(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    """The schemas that the names of tables and the like are written with."""
    for field in ("relation", "view", "sequence"):
        found = node.peek(field)
        if isinstance(found, Node):
            yield from _schema(ctx, found.peek("schemaname", ""))
    several = [*node.peek("objects", []), *node.peek("relations", []), node.peek("object")]
    for item in several:
        if isinstance(item, Node):
            parts = item.peek("items", [])
            name = item.peek("schemaname", "") or (parts[-2].peek("sval", "") if len(parts) > 1 else "")
            yield from _schema(ctx, name)


def _nothing(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    yield from ()


def _dropped(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    kind = node.peek("removeType")
    if kind == "OBJECT_SCHEMA":
        for item in node.peek("objects", []):
            yield from _schema(ctx, item.peek("sval", ""))
    elif kind in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
        for item in node.peek("objects", []):
            yield from _type(ctx, item.peek("names", []))


def _renamed(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    if node.peek("renameType") == "OBJECT_SCHEMA":
        yield from _schema(ctx, node.peek("subname", ""))
    elif node.peek("renameType") in ("OBJECT_TYPE", "OBJECT_DOMAIN", "OBJECT_DOMCONSTRAINT"):
        yield from _type(ctx, node.peek("object"))


def _moved(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    if node.peek("objectType") in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
        yield from _type(ctx, node.peek("object"))


def _commented(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    if node.peek("objtype") == "OBJECT_SCHEMA":
        yield from _schema(ctx, node.peek("object").peek("sval", ""))
    elif node.peek("objtype") in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
        yield from _type(ctx, node.peek("object"))
    elif node.peek("objtype") == "OBJECT_DATABASE":
        yield ctx.database


def _schema(ctx: DdlContext, name: str) -> Iterator[Owned]:
    found = ctx.catalog.schemas_by_name.get(name)
    if found is not None:
        yield of_schema(found)


def _type(ctx: DdlContext, names: object) -> Iterator[Owned]:
    """A user's type, by its name's parts or a TypeName."""
    from executor.ddl.type_lookup import get_type

    parts = names if isinstance(names, list) else _parts(names)
    texts = [part.peek("sval", "") for part in parts]
    if not texts:
        return
    try:
        found = get_type(ctx, texts)
    except SqlError:
        return  # the statement itself says that there is none
    thing = ctx.catalog.types_by_oid.get(found.oid)
    relation = next((r for r in ctx.catalog.relations if found.oid in (r.oid, r.row_type)), None)
    if thing is not None:
        yield owned(thing)
    elif relation is not None:
        yield of_relation(relation)._replace(noun="type")


def _parts(node: object) -> list[Node]:
    assert isinstance(node, Node)
    found: list[Node] = node.peek("items") or node.peek("names") or []
    return found


def _altered(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    yield from _type(ctx, node.peek("typeName", []))


_OTHERS: dict[str, Callable[[Node, DdlContext], Iterator[Owned]]] = {
    "DropStmt": _dropped, "RenameStmt": _renamed, "AlterObjectSchemaStmt": _moved, "CommentStmt": _commented,
    "AlterEnumStmt": _altered, "AlterDomainStmt": _altered,
}
"""By statement: schemas and types that it is about. AlterOwnerStmt has rules of its own: executor.ddl.ownership."""


def _new_places(node: Node, ctx: DdlContext) -> Iterator[Owned]:
    """The schema that something is moved to, or gets another name in; of a schema that does, the database."""
    if node.kind == "AlterObjectSchemaStmt":
        yield from _schema(ctx, node.peek("newschema", ""))
    elif node.kind == "RenameStmt" and node.peek("renameType") == "OBJECT_SCHEMA":
        yield ctx.database
    elif node.kind == "RenameStmt" and node.peek("renameType", "OBJECT_TABLE") in RENAMED:
        for thing in _named(node, ctx, Mode.SHARE_UPDATE_EXCLUSIVE):
            yield from _schema(ctx, thing.schema)


def check_result(session: "Session", ddl: DdlContext, before: Catalog, after: Catalog) -> None:
    """42501 if the current user may not make what is new, or refer to what it refers to."""
    who = who_is(session)
    known = {schema.oid for schema in before.schemas}
    for schema in after.schemas:
        if schema.oid not in known:
            _check_new_schema(session, who, schema.owner)
    for name in _places_of_new(before, after):
        found = after.schemas_by_name.get(name)
        if found is not None and found.oid in known and not who.may(of_schema(found), "C"):
            raise refused(of_schema(found)).at(ddl.place)
        if name == TEMPORARY and not who.may(database_of(session), "T"):
            raise InsufficientPrivilege(f'permission denied to create temporary tables in database "{session.context.database}"')
    _check_references(who, before, after)
    for made in _types_used(before, after):
        if not who.may(of_type(made), "U"):
            raise refused(of_type(made))


def _types_used(before: Catalog, after: Catalog) -> Iterator[UserType]:
    """The users' types of what is new: of columns, and those under domains and ranges."""
    old = {(r.oid, c.number, c.type) for r in before.relations for c in r.columns}
    used = {c.type for r in after.relations for c in r.columns if (r.oid, c.number, c.type) not in old and r.kind != "v"}
    used |= {t.base for t in after.types if t.oid not in before.types_by_oid}
    yield from (t for t in before.types if t.oid in used or t.array_type in used)


def _check_new_schema(session: "Session", who: Who, owner: int) -> None:
    from executor.roles.rules import may_set

    if owner and not may_set(who.roles, who.oid, owner, who.database_owner):
        raise InsufficientPrivilege(f'must be able to SET ROLE "{who.roles.name_of(owner)}"')
    database = database_of(session)
    if not who.may(database, "C"):
        raise refused(database)


def _places_of_new(before: Catalog, after: Catalog) -> set[str]:
    """The schemas in which something is new."""
    found = {r.schema for r in after.relations if r.oid not in before.relations_by_oid}
    found |= {s.schema for s in after.sequences if s.oid not in before.sequences_by_oid}
    found |= {t.schema for t in after.types if t.oid not in before.types_by_oid}
    indexes = {i.oid for r in before.relations for i in r.indexes}
    return found | {r.schema for r in after.relations if r not in before.relations and any(
        i.oid not in indexes for i in r.indexes) and r.oid in before.relations_by_oid}


def _check_references(who: Who, before: Catalog, after: Catalog) -> None:
    """A new foreign key needs REFERENCES on the columns that it points to."""
    old = {c.oid for r in before.relations for c in r.constraints}
    for relation in after.relations:
        for constraint in relation.constraints:
            if constraint.kind == "f" and constraint.oid not in old:
                target = after.relations_by_oid[constraint.referenced]
                if target.oid in before.relations_by_oid and not who.may_columns(
                        target, frozenset(constraint.referenced_columns), "x", every=True):
                    raise refused(of_relation(target))
