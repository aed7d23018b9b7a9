"""GRANT role TO role, REVOKE role FROM role."""

from typing import TYPE_CHECKING

from executor.commands.base import CommandKind, Parameters, Result
from executor.commands.roles import numbers_again
from executor.errors import SqlError
from executor.parse import Node, RawStatement, Source
from executor.roles import members
from executor.roles.changes import require
from executor.roles.members import Options
from executor.roles.model import Role, Roles
from executor.roles.specs import role_of, roles_of
from executor.sqlstates import InvalidGrantOperation, SyntaxError, UndefinedObject

if TYPE_CHECKING:
    from executor.session import Session


async def run(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """GRANT and REVOKE of roles (0LP01, 2BP01, 42501, 42704)."""
    node = raw.node
    is_grant, cascade = node.take("is_grant", False), node.take("behavior") == "DROP_CASCADE"
    options = _options(raw)
    grantor_spec = node.take("grantor")
    grantor = None if grantor_spec is None else role_of(session, grantor_spec)
    grantees = [role.oid for role in roles_of(session, node.nodes("grantee_roles"))]
    for privilege in node.nodes("granted_roles"):
        role = _granted(session, privilege)
        _change(session, role, grantees, options, grantor, is_grant=is_grant, cascade=cascade)
    return Result("GRANT ROLE" if is_grant else "REVOKE ROLE")


def _options(raw: RawStatement) -> Options:
    found = {}
    for option in raw.node.nodes("opt"):
        name, argument = option.take("defname"), option.take("arg")
        if name not in Options._fields:
            raise SyntaxError(f'unrecognized role option "{name}"', position=Source(raw.source).position(option.location))
        found[name] = bool(argument.take("boolval", False))
    return Options(**found)


def _granted(session: "Session", privilege: Node) -> Role:
    name, columns = privilege.take("priv_name"), privilege.take("cols")
    if name is None or columns:
        raise InvalidGrantOperation("column names cannot be included in GRANT/REVOKE ROLE")
    role = session.identity.role_called(name)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return role


def _change(session: "Session", role: Role, grantees: list[int], options: Options, grantor: Role | None, *, is_grant: bool,
            cascade: bool) -> None:
    identity = session.identity
    actor, said = identity.actor.current, list[SqlError]()
    taken: list[int] = []

    def change(roles: Roles) -> Roles:
        known = require(roles, role.oid)
        others = [require(roles, oid) for oid in grantees]
        members.check_may_grant(roles, actor, known, "grant" if is_grant else "revoke")
        if not is_grant:
            return members.revoke(roles, actor, known, others, options, grantor, cascade=cascade, notices=said)
        take = numbers_again(taken, identity.store.take_oid)
        return members.grant(roles, actor, known, others, options, grantor, [take() for _ in others], said)

    identity.change(change)
    session.notices.extend(said)


COMMANDS = {"GrantRoleStmt": CommandKind(run, read_only_ok=False)}
