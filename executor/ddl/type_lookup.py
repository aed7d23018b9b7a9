"""Finding the types that a statement names, and the place where it makes new ones."""

from executor.catalog.model import Relation, UserType
from executor.catalog.typenames import format_type, type_named
from executor.ddl.base import TEMPORARY, DdlContext
from executor.ddl.lookup import SYSTEM_SCHEMAS, schema_exists, schemas_searched
from executor.errors import not_supported
from executor.facts.lookup import Type
from executor.parse import Node
from executor.sqlstates import (
    DuplicateObject,
    InsufficientPrivilege,
    InvalidSchemaName,
    SyntaxError,
    UndefinedObject,
    WrongObjectType,
)


def type_parts(node: Node) -> list[str]:
    """The name in a TypeName or a List of Strings; 42601 for more than a name (DROP TYPE x[])."""
    if node.kind == "List":
        return [part.text for part in node.nodes("items")]
    names = node.texts("names")
    node.finish()
    return names


def find_type(ctx: DdlContext, names: list[str]) -> Type | None:
    """The type of this possibly qualified name (3F000 if its schema does not exist)."""
    if len(names) == 1:
        for schema in schemas_searched(ctx):
            if (found := type_named(ctx.catalog, schema, names[0])) is not None:
                return found
        return type_named(ctx.catalog, "pg_catalog", names[0])
    schema = _schema(ctx, names)
    if not schema_exists(ctx, schema):
        raise InvalidSchemaName(f'schema "{schema}" does not exist')
    return type_named(ctx.catalog, schema, names[-1])


def _schema(ctx: DdlContext, names: list[str]) -> str:
    if len(names) > 3:
        raise SyntaxError(f"improper qualified name (too many dotted names): {'.'.join(names)}")
    if len(names) == 3 and names[0] != ctx.context.database:
        raise not_supported(f"cross-database reference {'.'.join(names)}")
    return names[-2]


def get_type(ctx: DdlContext, names: list[str]) -> Type:
    """The type of this name (42704)."""
    found = find_type(ctx, names)
    if found is None:
        raise UndefinedObject(f'type "{".".join(names)}" does not exist')
    return found


def shown(ctx: DdlContext, oid: int) -> str:
    """format_type, as the search path needs it."""
    return format_type(oid, None, ctx.catalog, ctx.search_path)


def get_user_type(ctx: DdlContext, names: list[str], kind: str) -> UserType:
    """An enum (e) or domain (d) by name; 42809 for another type."""
    found = get_type(ctx, names)
    made = ctx.catalog.types_by_oid.get(found.oid)
    if made is None or made.kind != kind:
        raise WrongObjectType(f"{shown(ctx, found.oid)} is not {'an enum' if kind == 'e' else 'a domain'}")
    return made


def row_type_of(ctx: DdlContext, found: Type) -> Relation | None:
    """The relation that a composite type belongs to."""
    return ctx.catalog.relations_by_oid.get(found.relation) if found.relation else None


def owner_of_array(ctx: DdlContext, found: Type) -> Type | None:
    """The type that an automatic array type belongs to; None for other types."""
    element = ctx.kind_of(found.element) if found.is_array else None
    return element if element is not None and element.array == found.oid else None


def creation_place(ctx: DdlContext, names: list[str]) -> tuple[str, str]:
    """(schema, name) of a type to be made (3F000, 42501, 42710 if the name is taken)."""
    name = names[-1]
    schema = _schema(ctx, names) if len(names) > 1 else ctx.creation_schema
    if not schema:
        raise InvalidSchemaName("no schema has been selected to create in")
    if not schema_exists(ctx, schema):
        raise InvalidSchemaName(f'schema "{schema}" does not exist')
    if schema == TEMPORARY:
        raise not_supported("temporary types")
    if schema in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(
            f'permission denied to create "{schema}.{name}"',
            detail="System catalog modifications are currently disallowed.",
        )
    refuse_existing_type(ctx, schema, name)
    return schema, name


def refuse_existing_type(ctx: DdlContext, schema: str, name: str, hint: str | None = None) -> None:
    """Raise 42710 if a type has the name; the name of an automatic array type can be had."""
    found = type_named(ctx.catalog, schema, name)
    if found is not None and owner_of_array(ctx, found) is None:
        raise DuplicateObject(f'type "{name}" already exists', hint=hint)


RELATION_HINT = (
    "A relation has an associated type of the same name, so you must use a name that doesn't conflict with any "
    "existing type."
)
