"""ALTER TYPE and ALTER DOMAIN ... RENAME, SET SCHEMA: names of types, wherever the Catalog spells them."""

from msgspec.structs import replace

from executor.catalog.model import UserType
from executor.ddl.base import TEMPORARY, DdlContext, DdlResult
from executor.ddl.lookup import SYSTEM_SCHEMAS, require_schema
from executor.ddl.objects import put_type, relation_names
from executor.ddl.relocate import move_relation, rename_type_in_texts
from executor.ddl.type_lookup import (
    get_type,
    get_user_type,
    owner_of_array,
    refuse_existing_type,
    row_type_of,
    shown,
    type_parts,
)
from executor.errors import not_supported
from executor.facts.lookup import Type
from executor.parse import Node
from executor.sqlstates import (
    DuplicateObject,
    DuplicateTable,
    FeatureNotSupported,
    InsufficientPrivilege,
    UndefinedObject,
    WrongObjectType,
)

TYPE_TAGS = {"OBJECT_TYPE": "ALTER TYPE", "OBJECT_DOMAIN": "ALTER DOMAIN"}


def find_alterable(ctx: DdlContext, names: list[str], kind: str) -> Type:
    """The type that an ALTER names (42704; 42809 for row types of tables and array types, 42501 for the system's)."""
    found = get_type(ctx, names)
    if kind == "OBJECT_DOMAIN" and found.kind != "d":
        raise WrongObjectType(f"{shown(ctx, found.oid)} is not a domain")
    if found.schema in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"must be owner of type {shown(ctx, found.oid)}")
    relation = row_type_of(ctx, found)
    if relation is not None and relation.kind != "c":
        raise WrongObjectType(f"{shown(ctx, found.oid)} is a table's row type", hint="Use ALTER TABLE instead.")
    element = owner_of_array(ctx, found)
    if element is not None:
        raise WrongObjectType(
            f"cannot alter array type {shown(ctx, found.oid)}",
            hint=f"You can alter type {shown(ctx, element.oid)}, which will alter the array type as well.",
        )
    return found


def rename_type(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    """ALTER TYPE, ALTER DOMAIN ... RENAME TO."""
    new_name = node.take("newname")
    found = find_alterable(ctx, type_parts(node.take("object")), kind)
    _move(ctx, found, found.schema, new_name)
    return DdlResult(ctx.catalog, tag=TYPE_TAGS[kind])


def set_type_schema(node: Node, ctx: DdlContext, kind: str, schema: str) -> DdlResult:
    """ALTER TYPE, ALTER DOMAIN ... SET SCHEMA."""
    found = find_alterable(ctx, type_parts(node.take("object")), kind)
    require_schema(ctx, schema)
    if TEMPORARY in (schema, found.schema):
        raise FeatureNotSupported("cannot move objects into or out of temporary schemas")
    if schema in SYSTEM_SCHEMAS:
        raise not_supported(f'moving a type into the schema "{schema}"')
    if schema != found.schema:
        _move(ctx, found, schema, found.name)
    return DdlResult(ctx.catalog, tag=TYPE_TAGS[kind])


def _move(ctx: DdlContext, found: Type, schema: str, name: str) -> None:
    relation = row_type_of(ctx, found)
    if relation is not None and name in relation_names(ctx.catalog, schema):
        raise DuplicateTable(f'relation "{name}" already exists')
    moved = "" if schema == found.schema else f' in schema "{schema}"'
    try:
        refuse_existing_type(ctx, schema, name)
    except DuplicateObject:
        raise DuplicateObject(f'type "{name}" already exists{moved}') from None
    if relation is not None:
        move_relation(ctx, relation, schema, name)
    else:
        move_type(ctx, ctx.catalog.types_by_oid[found.oid], schema, name)


def move_type(ctx: DdlContext, made: UserType, schema: str, name: str) -> None:
    """Rename an enum or domain and put it into a schema; moves ctx.catalog on. The name is known to be free."""
    ctx.catalog = put_type(ctx.catalog, replace(made, schema=schema, name=name))
    rename_type_in_texts(ctx, (made.schema, made.name), (schema, name))


def rename_domain_constraint(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    """ALTER DOMAIN ... RENAME CONSTRAINT."""
    old, new = node.take("subname"), node.take("newname")
    made = get_user_type(ctx, type_parts(node.take("object")), "d")
    constraint = made.constraint(old)
    if constraint is None:
        raise UndefinedObject(f'constraint "{old}" for domain {shown(ctx, made.oid)} does not exist')
    if made.constraint(new) is not None:
        raise DuplicateObject(f'constraint "{new}" for domain {shown(ctx, made.oid)} already exists')
    constraints = tuple(replace(c, name=new) if c is constraint else c for c in made.constraints)
    ctx.catalog = put_type(ctx.catalog, replace(made, constraints=constraints))
    return DdlResult(ctx.catalog, tag="ALTER DOMAIN")
