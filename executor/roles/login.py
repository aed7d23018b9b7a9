"""What the server has to know of a role when somebody wants to log in: no session is needed for it."""

from datetime import UTC, datetime

import msgspec

from executor.roles.model import BOOTSTRAP_OID, Role, Roles

RESERVED_CONNECTIONS = "pg_use_reserved_connections"


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A role as authentication sees it.

    verifier: `SCRAM-SHA-256$…` or `md5…`, None without a password. valid_until: when the password expires (not the role: other
    methods of authentication do not look at it), None for never. connection_limit: -1 for none; Engine.connect enforces it.
    is_implicit: nobody has made a role yet, so this one, of any name, is a superuser without a password.
    """

    name: str
    verifier: str | None = None
    can_login: bool = True
    valid_until: datetime | None = None
    connection_limit: int = -1
    is_superuser: bool = False
    may_replicate: bool = False
    may_use_reserved: bool = False
    is_implicit: bool = False
    member_of: frozenset[str] = frozenset()
    """The roles it is in, itself too: for +groups in rules of authentication."""

    def password_expired(self, now: datetime) -> bool:
        """Whether VALID UNTIL has passed. now: with a time zone."""
        return self.valid_until is not None and self.valid_until < now


def login_of(roles: Roles, name: str) -> Login | None:
    """The login of this name; None if there is no such role."""
    role = roles.by_name.get(name)
    if role is None:
        return None if roles.has_own else implicit(name)
    from executor.roles.rules import Way, memberships_of  # few servers have memberships

    inside = memberships_of(roles, role.oid, Way.MEMBER)
    return Login(
        name=role.name, verifier=role.password, can_login=role.can_login, valid_until=_moment(role),
        connection_limit=role.connection_limit, is_superuser=role.superuser,
        may_replicate=role.superuser or role.replication,
        may_use_reserved=any(roles.by_oid[oid].name == RESERVED_CONNECTIONS
                             for oid in memberships_of(roles, role.oid, Way.PRIVILEGES)),
        is_implicit=not roles.has_own and role.oid == BOOTSTRAP_OID,
        member_of=frozenset(roles.by_oid[oid].name for oid in inside))


def implicit(name: str) -> Login:
    """Of somebody who connects before any role has been made."""
    return Login(name=name, is_superuser=True, may_replicate=True, is_implicit=True, member_of=frozenset((name,)))


def _moment(role: Role) -> datetime | None:
    """VALID UNTIL as a moment. What Python has no date for is long ago or never."""
    text = role.valid_until
    if text is None or text == "infinity":
        return None
    if text == "-infinity" or text.endswith("BC"):
        return datetime.min.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
