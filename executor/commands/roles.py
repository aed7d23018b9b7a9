"""CREATE, ALTER and DROP ROLE (USER, GROUP), and what sessions begin with: ALTER ROLE and ALTER DATABASE ... SET."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor.commands.base import CommandKind, Parameters, Result
from executor.commands.databases import owned_database
from executor.errors import SqlError
from executor.parse import Node, RawStatement, Source
from executor.privileges.rules import not_owner, who_is
from executor.roles import changes, verifier
from executor.roles.members import Options
from executor.roles.model import Role, Roles
from executor.roles.rules import is_admin
from executor.roles.specs import OTHERS, refuse_reserved_spec, role_of
from executor.sqlstates import (
    InsufficientPrivilege,
    InvalidParameterValue,
    SuccessfulCompletion,
    SyntaxError,
    UndefinedDatabase,
    UndefinedObject,
)
from executor.types import oids as T
from executor.types.registry import codec

if TYPE_CHECKING:
    from executor.session import Session

_FLAGS = {
    "superuser": "superuser", "inherit": "inherit", "createrole": "create_role", "createdb": "create_database",
    "canlogin": "can_login", "isreplication": "replication", "bypassrls": "bypass_rls",
}
"""Options that are on or off -> fields of Role."""
_LISTS = ("addroleto", "rolemembers", "adminmembers")
_KNOWN = frozenset((*_FLAGS, *_LISTS, "password", "validUntil", "connectionlimit", "sysid"))


def _options(raw: RawStatement) -> dict[str, Node | None]:
    """The options of CREATE and ALTER ROLE by name (42601 for one that is there twice)."""
    found: dict[str, Node | None] = {}
    for option in raw.node.nodes("options"):
        name = option.take("defname")
        if name not in _KNOWN:
            raise SyntaxError(f'option "{name}" not recognized')
        if name in found:
            raise SyntaxError("conflicting or redundant options", position=Source(raw.source).position(option.location))
        found[name] = option.take("arg")
    return found


def _attributes(session: "Session", options: dict[str, Node | None], name: str) -> changes.Attributes:
    """The fields of Role that a statement sets (22023, 22007)."""
    found: dict[str, Any] = {}
    for option, argument in options.items():
        if option in _FLAGS:
            assert argument is not None
            found[_FLAGS[option]] = bool(argument.take("boolval", False))
        elif option == "connectionlimit":
            assert argument is not None
            limit = argument.take("ival", 0)
            if limit < -1:
                raise InvalidParameterValue(f"invalid connection limit: {limit}")
            found["connection_limit"] = limit
        elif option == "validUntil":
            assert argument is not None
            found["valid_until"] = codec(T.TIMESTAMPTZ).parse(argument.text, -1, session.context.env)
        elif option == "password":
            found["password"] = None if argument is None else _verifier(session, argument.text, name)
    return found


def _verifier(session: "Session", password: str, name: str) -> str | None:
    """What is kept of a password; None for an empty one."""
    made = None
    if password and not (verifier.is_verifier(password) and verifier.password_fits("", password, name)):
        iterations = session.settings.typed("scram_iterations")
        made = verifier.make_verifier(password, name, encryption=session.settings.get("password_encryption"),
                                      iterations=int(iterations))
    warn = session.settings.typed("md5_password_warnings") is True
    session.notices.extend(changes.password_notices(password, made, warn_of_md5=warn))
    return made


def _oids(session: "Session", options: dict[str, Node | None], name: str, own: Role | None = None) -> tuple[int, ...]:
    """The roles that an option lists. own: one that is just being made."""
    argument = options.get(name)
    specs = () if argument is None else argument.nodes("items")
    return tuple(own.oid if own is not None and spec.peek("rolename") == own.name else role_of(session, spec).oid
                 for spec in specs)


async def run_create(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CREATE ROLE, USER, GROUP."""
    node, identity = raw.node, session.identity
    kind, name = node.take("stmt_type"), node.take("role")
    options = _options(raw)
    identity.become_named()
    if "sysid" in options:
        session.notices.append(SuccessfulCompletion("SYSID can no longer be specified", severity="NOTICE"))
    attributes = {"can_login": kind == "ROLESTMT_USER"}
    # Who may not make a role learns nothing else: what passwords and members would be is not looked at before.
    changes.create(identity.roles, identity.actor, changes.NewRole(name, -1, attributes | _flags_of(options)), lambda: -1, [])
    attributes |= _attributes(session, options, name)
    own = Role(oid=identity.store.take_oid(), name=name)  # may be named among its members, to be refused there
    new = changes.NewRole(
        name, own.oid, attributes, _oids(session, options, "addroleto"), _oids(session, options, "rolemembers", own),
        _oids(session, options, "adminmembers", own), _self_grant(session))
    said: list[SqlError] = []
    oids: list[int] = []
    actor = identity.actor
    identity.change(lambda roles: changes.create(roles, actor, new, numbers_again(oids, identity.store.take_oid), said))
    session.notices.extend(said)
    return Result("CREATE ROLE")


def _flags_of(options: dict[str, Node | None]) -> dict[str, Any]:
    return {_FLAGS[name]: bool(argument.peek("boolval", False)) for name, argument in options.items()
            if name in _FLAGS and argument is not None}


def numbers_again(taken: list[int], take: Callable[[], int]) -> Callable[[], int]:
    """Numbers for a change that is done a second time at the commit: the same then."""
    at = iter(tuple(taken))

    def next_oid() -> int:
        found = next(at, None)
        if found is None:
            found = take()
            taken.append(found)
        return found
    return next_oid


def _self_grant(session: "Session") -> Options | None:
    words = session.settings.get("createrole_self_grant").lower().replace(",", " ").split()
    return Options(admin=False, inherit="inherit" in words, set="set" in words) if words else None


async def run_alter(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """ALTER ROLE, USER with attributes; ALTER GROUP ADD and DROP USER."""
    node, identity = raw.node, session.identity
    action = node.take("action", 0)
    identity.become_named()
    spec = node.take("role")
    options = _options(raw)
    refuse_reserved_spec(spec, "Cannot alter reserved roles.")
    role = role_of(session, spec)
    said: list[SqlError] = []
    taken: list[int] = []
    actor, take = identity.actor, identity.store.take_oid
    if "rolemembers" in options:
        changes.alter_members(identity.roles, actor, role.oid, (), add=False, take_oid=take, notices=[])
        members = _oids(session, options, "rolemembers")
        identity.change(lambda roles: changes.alter_members(
            roles, actor, role.oid, members, add=action > 0, take_oid=numbers_again(taken, take), notices=said))
    else:
        asked = _flags_of(options) | {field: None for option, field in (
            ("connectionlimit", "connection_limit"), ("validUntil", "valid_until"), ("password", "password"))
            if option in options}
        changes.alter(identity.roles, actor, role.oid, asked)
        attributes = _attributes(session, options, role.name)
        identity.change(lambda roles: changes.alter(roles, actor, role.oid, attributes))
    session.notices.extend(said)
    return Result("ALTER ROLE")


async def run_rename(session: "Session", raw: RawStatement) -> Result:
    """ALTER ROLE ... RENAME TO."""
    node, identity = raw.node, session.identity
    identity.become_named()
    node.take("renameType"), node.take("behavior"), node.take("relationType")
    old, new = node.take("subname"), node.take("newname")
    role = identity.role_called(old)
    if role is None:
        raise UndefinedObject(f'role "{old}" does not exist')
    said: list[SqlError] = []
    actor = identity.actor
    identity.change(lambda roles: changes.rename(roles, actor, role.oid, new, said))
    session.notices.extend(said)
    return Result("ALTER ROLE")


async def run_drop(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DROP ROLE, USER, GROUP."""
    from executor.roles.dependents import refuse_if_used

    node, identity = raw.node, session.identity
    identity.become_named()
    missing_ok, specs = node.take("missing_ok", False), node.nodes("roles")
    actor = identity.actor
    if not changes.attribute_of(identity.roles, actor.current, "create_role"):
        raise changes.denied("drop", "role", "Only roles with the CREATEROLE attribute and the ADMIN option on the target "
                                             "roles may drop roles.")
    dropped: list[Role] = []
    for spec in specs:
        if spec.take("roletype") in OTHERS:
            raise InvalidParameterValue("cannot use special role specifier in DROP ROLE")
        name = spec.take("rolename")
        role = identity.role_called(name)
        if role is not None:
            changes.check_may_drop(identity.roles, actor, role.oid)
            dropped.append(role)
        elif missing_ok:
            session.notices.append(SuccessfulCompletion(f'role "{name}" does not exist, skipping', severity="NOTICE"))
        else:
            raise UndefinedObject(f'role "{name}" does not exist')
    await refuse_if_used(session, dropped)
    oids = tuple(role.oid for role in dropped)

    def drop(roles: Roles) -> Roles:
        for oid in oids:
            roles = changes.without(roles, oid)
        return roles

    if oids:
        identity.change(drop)
    return Result("DROP ROLE")


async def run_comment(session: "Session", raw: RawStatement) -> Result:
    """COMMENT ON ROLE."""
    node, identity = raw.node, session.identity
    identity.become_named()
    node.take("objtype")
    name, text = node.take("object").text, node.take("comment", "")
    role = identity.role_called(name)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    if not identity.is_superuser:
        needed = "SUPERUSER attribute" if role.superuser else f'ADMIN option on role "{name}"'
        if role.superuser or not is_admin(identity.roles, identity.current_oid, role.oid):
            raise InsufficientPrivilege("permission denied", detail=f"The current user must have the {needed}.")
    identity.change(lambda roles: roles.with_role(replace(changes.require(roles, role.oid), comment=text)))
    return Result("COMMENT")


# --- what sessions begin with -----------------------------------------------------------------------------------------


async def run_alter_set(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """ALTER ROLE {name | ALL} [IN DATABASE name] SET and RESET."""
    node, identity = raw.node, session.identity
    spec, database, statement = node.take("role"), node.take("database", ""), node.take("setstmt")
    oid = 0
    if spec is not None:
        identity.become_named()
        refuse_reserved_spec(spec, "Cannot alter reserved roles.")
        role = role_of(session, spec)
        oid = role.oid
        _check_may_alter_settings(session, role)
    elif not identity.is_superuser and not database:
        raise changes.denied("alter", "setting", "Only roles with the SUPERUSER attribute may alter settings globally.")
    key = _database_key(session, database, check_owner=spec is None) if database else ""
    _change_settings(session, key, oid, statement)
    return Result("ALTER ROLE")


def _check_may_alter_settings(session: "Session", role: Role) -> None:
    identity = session.identity
    if identity.is_superuser or role.oid == identity.current_oid:
        return
    if role.superuser:
        raise changes.denied("alter", "role",
                             "Only roles with the SUPERUSER attribute may alter roles with the SUPERUSER attribute.")
    changes.alter(identity.roles, identity.actor, role.oid, {"inherit": role.inherit})  # the rule is that of attributes


async def run_alter_database(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """ALTER DATABASE name SET and RESET."""
    node = raw.node
    name, statement = node.take("dbname"), node.take("setstmt")
    _change_settings(session, _database_key(session, name, check_owner=True), 0, statement)
    return Result("ALTER DATABASE")


def _database_key(session: "Session", name: str, *, check_owner: bool) -> str:
    found = session.engine.find(name)
    if found is None:
        raise UndefinedDatabase(f'database "{name}" does not exist')
    thing = owned_database(session, found)
    if check_owner and not who_is(session).owns(thing):
        raise not_owner(thing)
    return str(session.engine.database_key(found))


def _change_settings(session: "Session", database: str, role: int, statement: Node) -> None:
    """Note what a SET or RESET says for the sessions to come. A value is checked now (22023, 42501, 42704, 55P02)."""
    from executor.settings.statements import value_for_later

    identity = session.identity
    name, value = value_for_later(session.settings, statement)
    oid = identity.store.take_oid()
    if name is not None or identity.is_superuser:
        identity.change(lambda roles: changes.set_default(roles, database, role, name, value, oid))
        return
    old = identity.roles.settings_of(database, role)
    for key, _ in old.values if old is not None else ():  # RESET ALL leaves what one may not change
        if not session.settings.is_for_superusers(key):
            identity.change(lambda roles, key=key: changes.set_default(  # type: ignore[misc]
                roles, database, role, key, None, oid))


COMMANDS = {
    "CreateRoleStmt": CommandKind(run_create, read_only_ok=False),
    "AlterRoleStmt": CommandKind(run_alter, read_only_ok=False),
    "DropRoleStmt": CommandKind(run_drop, read_only_ok=False),
    "AlterRoleSetStmt": CommandKind(run_alter_set, read_only_ok=False),
    "AlterDatabaseSetStmt": CommandKind(run_alter_database, read_only_ok=False),
}  # fmt: skip
