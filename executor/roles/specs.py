"""The roles that statements name: by name, CURRENT_USER, SESSION_USER."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from executor.parse import Node
from executor.roles.model import Role
from executor.sqlstates import ReservedName, UndefinedObject

if TYPE_CHECKING:
    from executor.session import Session

OTHERS = frozenset(("ROLESPEC_CURRENT_ROLE", "ROLESPEC_CURRENT_USER", "ROLESPEC_SESSION_USER", "ROLESPEC_PUBLIC"))
"""What may stand where a role is named, and is no name."""


def role_of(session: "Session", spec: Node) -> Role:
    """The role that a RoleSpec names (42704)."""
    kind, name = spec.take("roletype"), spec.take("rolename", "")
    spec.finish()
    identity = session.identity
    oid = {"ROLESPEC_CURRENT_ROLE": identity.current_oid, "ROLESPEC_CURRENT_USER": identity.current_oid,
           "ROLESPEC_SESSION_USER": identity.session_oid}.get(kind)
    found = identity.roles.by_oid.get(oid) if oid is not None else identity.role_called(name)
    if found is None or kind == "ROLESPEC_PUBLIC":
        raise UndefinedObject(f'role "{name or "public"}" does not exist')
    return found


def roles_of(session: "Session", specs: Iterable[Node]) -> list[Role]:
    """The roles of several."""
    return [role_of(session, spec) for spec in specs]


def refuse_reserved_spec(spec: Node, detail: str) -> None:
    """42939 for a predefined role."""
    name = spec.peek("rolename", "")
    if spec.peek("roletype") == "ROLESPEC_CSTRING" and name.startswith("pg_"):
        raise ReservedName(f'role name "{name}" is reserved', detail=detail)
