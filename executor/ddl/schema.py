"""CREATE SCHEMA. (ALTER SCHEMA ... RENAME is in executor.ddl.rename.)"""

from executor.catalog.model import OWNER_OID, Schema
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.lookup import SYSTEM_SCHEMAS
from executor.ddl.objects import put_schema
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import DuplicateSchema, ReservedName, UndefinedObject

CURRENT_ROLES = ("ROLESPEC_CURRENT_USER", "ROLESPEC_CURRENT_ROLE", "ROLESPEC_SESSION_USER")


def create_schema(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE SCHEMA [IF NOT EXISTS] [name] [AUTHORIZATION role]."""
    role = node.take("authrole")
    owner = role_oid(role, ctx) if role is not None else 0
    name = node.take("schemaname", "") or (ctx.user if owner == ctx.who.oid else ctx.who.roles.name_of(owner))
    if_not_exists = node.take("if_not_exists", False)
    if node.take("schemaElts"):
        raise not_supported("CREATE SCHEMA with elements")
    refuse_reserved(name)
    if name in ctx.catalog.schemas_by_name or name in SYSTEM_SCHEMAS:
        if not if_not_exists:
            raise DuplicateSchema(f'schema "{name}" already exists')
        ctx.notice(DuplicateSchema, f'schema "{name}" already exists, skipping')
        return DdlResult(ctx.catalog, tag="CREATE SCHEMA")
    refuse_shadowing(name, ctx)
    ctx.catalog = put_schema(ctx.catalog, Schema(oid=ctx.new_oid(), name=name, owner=owner))
    return DdlResult(ctx.catalog, tag="CREATE SCHEMA")


def refuse_reserved(name: str) -> None:
    """Raise 42939 for names that begin with pg_."""
    if name.startswith("pg_"):
        raise ReservedName(
            f'unacceptable schema name "{name}"', detail='The prefix "pg_" is reserved for system schemas.'
        )


def refuse_shadowing(name: str, ctx: DdlContext) -> None:
    """0A000 if a public table is called "name.something": SQLite could not tell it from a table of the schema."""
    prefix = f"{name}.".lower()
    for relation in ctx.catalog.relations:
        if relation.schema == "public" and relation.sqlite_name.lower().startswith(prefix):
            raise not_supported(f'the schema "{name}" beside the table "{relation.name}"')
    if any(schema.name.lower() == name.lower() for schema in ctx.catalog.schemas):
        raise not_supported(f'the schema "{name}" beside another that differs only in upper and lower case')


def role_oid(node: Node, ctx: DdlContext) -> int:
    """The OID of the role that a RoleSpec names (42704 if there is none)."""
    kind, name = node.take("roletype"), node.take("rolename", "")
    node.finish()
    if kind in CURRENT_ROLES:
        return ctx.session_oid if kind == "ROLESPEC_SESSION_USER" else ctx.who.oid
    found = ctx.who.roles.by_name.get(name)
    if found is not None and kind != "ROLESPEC_PUBLIC":
        return found.oid
    if name in (ctx.user, ctx.context.session_user) and not ctx.who.roles.has_own:  # who connected before there were roles
        return OWNER_OID
    raise UndefinedObject(f'role "{name or "public"}" does not exist')
