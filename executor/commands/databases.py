"""CREATE DATABASE and DROP DATABASE: files of the served folder."""

from typing import TYPE_CHECKING

from executor.commands.base import CommandKind, Parameters, Result
from executor.database import ServedDatabase
from executor.errors import not_supported
from executor.option_values import option_text
from executor.parse import Node, RawStatement, Source
from executor.privileges.acl import with_owner
from executor.privileges.rules import Owned, not_owner, who_is
from executor.roles.model import DatabaseFacts, Roles
from executor.roles.rules import may_set
from executor.roles.specs import role_of
from executor.settings.checks import encoding_is_utf8
from executor.sqlstates import InsufficientPrivilege, SyntaxError, UndefinedDatabase, UndefinedObject

if TYPE_CHECKING:
    from executor.session import Session

UTF8 = 6
"""PostgreSQL's number of the encoding."""
IGNORED = {"locale", "lc_collate", "lc_ctype", "strategy", "locale_provider", "builtin_locale",
           "collation_version", "oid", "tablespace"}
"""What names things that a file does not have. The order of text is always that of its bytes, as COMPAT.md says."""
NEUTRAL = {"allow_connections": ("true", "on", "1"), "is_template": ("false", "off", "0"), "connection_limit": ("-1",)}
"""Options that would be acted on -> the values that ask for nothing."""


async def run_create(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CREATE DATABASE name [TEMPLATE other]."""
    node = raw.node
    name, template, owner = node.take("dbname"), None, session.identity.current_oid
    _check_may_create(session)
    for option in node.nodes("options"):
        key, argument = option.take("defname").lower(), option.take("arg")
        option.take("location")
        value = None if argument is None else option_text(key, argument)
        if key == "template":
            template = value
        elif key == "owner":
            owner = _owner(session, value)
        elif key == "encoding":
            _check_encoding(value, argument)
        elif key in NEUTRAL:
            if value is not None and value.lower() not in NEUTRAL[key]:
                raise not_supported(f"CREATE DATABASE with {key.upper()} {value}")
        elif key not in IGNORED:
            raise SyntaxError(f'option "{key}" not recognized', position=Source(raw.source).position(option.location))
    _check_may_copy(session, template)
    await session.engine.create_database(name, template, owner)
    return Result("CREATE DATABASE")


def _check_may_create(session: "Session") -> None:
    identity = session.identity
    role = identity.roles.by_oid.get(identity.current_oid)
    if not identity.is_superuser and not (role is not None and role.create_database):
        raise InsufficientPrivilege("permission denied to create database")


def _check_may_copy(session: "Session", template: str | None) -> None:
    found = session.engine.find(template) if template is not None else None
    if found is not None and not who_is(session).owns(owned_database(session, found)):
        raise InsufficientPrivilege(f'permission denied to copy database "{template}"')


def _owner(session: "Session", name: str | None) -> int:
    """The role that a database is to belong to (42704, 42501)."""
    identity = session.identity
    role = identity.role_called(name or "") if name != "default" else identity.roles.by_oid.get(identity.current_oid)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    if not may_set(identity.roles, identity.current_oid, role.oid):
        raise InsufficientPrivilege(f'must be able to SET ROLE "{role.name}"')
    return role.oid


def owned_database(session: "Session", database: ServedDatabase) -> Owned:
    """A database and whose it is."""
    facts = session.identity.roles.database(session.engine.database_key(database))
    return Owned("database", "database", database.name, facts.owner, facts.acl)


async def run_alter_owner(session: "Session", raw: RawStatement) -> Result:
    """ALTER DATABASE name OWNER TO role."""
    identity, node = session.identity, raw.node
    node.take("objectType")
    name, identity_store = node.take("object").text, identity.store
    new = role_of(session, node.take("newowner"))
    found = session.engine.find(name)
    if found is None:
        raise UndefinedDatabase(f'database "{name}" does not exist')
    thing, who = owned_database(session, found), who_is(session)
    if thing.owner != new.oid and not identity.is_superuser:
        if not who.owns(thing):
            raise not_owner(thing)
        if not may_set(identity.roles, identity.current_oid, new.oid):
            raise InsufficientPrivilege(f'must be able to SET ROLE "{new.name}"')
        _check_may_create(session)
    key, oid = session.engine.database_key(found), identity_store.take_oid()
    identity.change(lambda roles: with_owner_of_database(roles, key, new.oid, oid))
    return Result("ALTER DATABASE")


def with_owner_of_database(roles: Roles, key: str, owner: int, oid: int) -> Roles:
    """The roles with a database given to one of them. oid: of the row, if there is none yet."""
    old = roles.database(key)
    acl = None if old.acl is None else with_owner(old.acl, old.owner, owner)
    return roles.with_database(DatabaseFacts(oid=old.oid or oid, name=key, owner=owner, acl=acl))


def _check_encoding(name: str | None, argument: Node | None) -> None:
    if name is None or argument is None:
        return
    number = int(name) if argument.kind == "Integer" else None
    known = encoding_is_utf8(name) if number is None else number == UTF8
    if known is None:
        raise UndefinedObject(f"{name} is not a valid encoding name")
    if not known:
        raise not_supported(f"database encoding {name}")


async def run_drop(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DROP DATABASE [IF EXISTS] name [WITH (FORCE)]."""
    node = raw.node
    name, missing_ok = node.take("dbname"), bool(node.take("missing_ok"))
    force = any(option.take("defname") == "force" for option in node.nodes("options"))
    found = session.engine.find(name)
    if found is not None and not who_is(session).owns(owned_database(session, found)):
        raise not_owner(owned_database(session, found))
    await session.engine.drop_database(session, name, missing_ok=missing_ok, force=force)
    return Result("DROP DATABASE")


COMMANDS = {
    "CreatedbStmt": CommandKind(run_create, alone="CREATE DATABASE", read_only_ok=False),
    "DropdbStmt": CommandKind(run_drop, alone="DROP DATABASE", read_only_ok=False),
}  # fmt: skip
