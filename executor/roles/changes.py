"""CREATE, ALTER, DROP and RENAME ROLE as changes of the value with all roles, and who may do them.

The rules are PostgreSQL 18's: CREATEROLE makes roles, and changes those on which one has ADMIN OPTION, and gives only
attributes that one has. Source: sql-createrole.html, sql-alterrole.html, role-attributes.html.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from executor.errors import SqlError
from executor.roles import verifier
from executor.roles.members import Options, check_may_grant, grant, revoke
from executor.roles.model import BOOTSTRAP_OID, Role, Roles, RoleSettings
from executor.roles.rules import is_admin, is_superuser
from executor.sqlstates import (
    DuplicateObject,
    FeatureNotSupported,
    InsufficientPrivilege,
    ObjectInUse,
    ReservedName,
    SuccessfulCompletion,
    UndefinedObject,
    WarningDeprecatedFeature,
)

Attributes = dict[str, Any]
"""Attributes of a role that a statement names: fields of Role -> values; password: the verifier, made beforehand."""

_OWN_FIRST = {"create_database": "CREATEDB", "replication": "REPLICATION", "bypass_rls": "BYPASSRLS"}
"""What only those may give who have it."""


class Actor(NamedTuple):
    """Who does something: OIDs of the current user and of the session's user."""

    current: int
    session: int


class NewRole(NamedTuple):
    """CREATE ROLE. oid: of the role; oids gives those of memberships. in_roles, members, admins: names as written.

    self_grant: createrole_self_grant, None if it is empty.
    """

    name: str
    oid: int
    attributes: Attributes
    in_roles: tuple[int, ...] = ()
    members: tuple[int, ...] = ()
    admins: tuple[int, ...] = ()
    self_grant: Options | None = None


def denied(verb: str, what: str, detail: str) -> SqlError:
    """42501 as PostgreSQL says it about roles."""
    return InsufficientPrivilege(f"permission denied to {verb} {what}", detail=detail)


def attribute_of(roles: Roles, oid: int, name: str) -> bool:
    """Whether a role has an attribute, or is a superuser."""
    role = roles.by_oid.get(oid)
    return role is not None and (role.superuser or bool(getattr(role, name)))


def require(roles: Roles, oid: int) -> Role:
    """A role that may have been dropped meanwhile (42704)."""
    role = roles.by_oid.get(oid)
    if role is None:
        raise UndefinedObject(f"role with OID {oid} does not exist")
    return role


def refuse_reserved(name: str) -> None:
    """42939 for names of predefined roles."""
    if name.startswith("pg_"):
        raise ReservedName(f'role name "{name}" is reserved', detail='Role names starting with "pg_" are reserved.')


# --- CREATE ROLE ------------------------------------------------------------------------------------------------------


def create(roles: Roles, actor: Actor, new: NewRole, take_oid: Callable[[], int], notices: list[SqlError]) -> Roles:
    """CREATE ROLE (42501, 42710, 42939)."""
    if not is_superuser(roles, actor.current):
        _check_may_create(roles, actor.current, new.attributes)
    refuse_reserved(new.name)
    if new.name in roles.by_name:
        raise DuplicateObject(f'role "{new.name}" already exists')
    role = Role(oid=new.oid, name=new.name, **new.attributes)
    roles = roles.with_role(role)

    def granted(roles: Roles, by: int, to: Role, members: Sequence[int], options: Options, grantor: int = 0) -> Roles:
        return grant(roles, by, to, [require(roles, oid) for oid in members], options,
                     roles.by_oid[grantor] if grantor else None, [take_oid() for _ in members], notices)

    for oid in new.in_roles:
        other = require(roles, oid)
        check_may_grant(roles, actor.current, other, "grant")
        roles = granted(roles, actor.current, other, [role.oid], Options())
    if not is_superuser(roles, actor.current):
        # So that who has made it can administer it; only a superuser can take this back.
        own = Options(admin=True, inherit=False, set=False)
        roles = granted(roles, BOOTSTRAP_OID, role, [actor.current], own, BOOTSTRAP_OID)
        if new.self_grant is not None:
            roles = granted(roles, actor.current, role, [actor.current], new.self_grant, actor.current)
    if new.members:
        roles = granted(roles, actor.current, role, new.members, Options())
    if new.admins:
        roles = granted(roles, actor.current, role, new.admins, Options(admin=True))
    return roles


def _check_may_create(roles: Roles, actor: int, attributes: Attributes) -> None:
    if not attribute_of(roles, actor, "create_role"):
        raise denied("create", "role", "Only roles with the CREATEROLE attribute may create roles.")
    for field, word in {"superuser": "SUPERUSER", **_OWN_FIRST}.items():
        if attributes.get(field) and not attribute_of(roles, actor, field):
            raise denied("create", "role",
                         f"Only roles with the {word} attribute may create roles with the {word} attribute.")


# --- ALTER ROLE -------------------------------------------------------------------------------------------------------


def alter(roles: Roles, actor: Actor, oid: int, attributes: Attributes) -> Roles:
    """ALTER ROLE with attributes (42501, 0A000)."""
    role = require(roles, oid)
    _check_superusers(roles, actor.current, role, "superuser" in attributes)
    administers = attribute_of(roles, actor.current, "create_role") and is_admin(roles, actor.current, oid)
    if not administers:
        if attributes.keys() - {"password"}:
            raise denied("alter", "role", "Only roles with the CREATEROLE attribute and the ADMIN option on role "
                                          f'"{role.name}" may alter this role.')
        if "password" in attributes and oid != actor.current:
            raise denied("alter", "role", "To change another role's password, the current user must have the CREATEROLE "
                                          "attribute and the ADMIN option on the role.")
    elif not is_superuser(roles, actor.current):
        for field, word in _OWN_FIRST.items():
            if field in attributes and not attribute_of(roles, actor.current, field):
                raise denied("alter", "role", f"Only roles with the {word} attribute may change the {word} attribute.")
    if oid == BOOTSTRAP_OID and attributes.get("superuser") is False:
        raise FeatureNotSupported("permission denied to alter role",
                                  detail="The bootstrap superuser must have the SUPERUSER attribute.")
    return roles.with_role(replace(role, **attributes))


def _check_superusers(roles: Roles, actor: int, role: Role, changes_it: bool) -> None:
    if is_superuser(roles, actor):
        return
    if role.superuser:
        raise denied("alter", "role",
                     "Only roles with the SUPERUSER attribute may alter roles with the SUPERUSER attribute.")
    if changes_it:
        raise denied("alter", "role", "Only roles with the SUPERUSER attribute may change the SUPERUSER attribute.")


def alter_members(roles: Roles, actor: Actor, oid: int, members: Sequence[int], *, add: bool,
                  take_oid: Callable[[], int], notices: list[SqlError]) -> Roles:
    """ALTER GROUP ADD or DROP USER (42501)."""
    role = require(roles, oid)
    _check_superusers(roles, actor.current, role, changes_it=False)
    if not is_admin(roles, actor.current, oid):
        raise denied("alter", "role", f'Only roles with the ADMIN option on role "{role.name}" may add or drop members.')
    others = [require(roles, member) for member in members]
    if add:
        return grant(roles, actor.current, role, others, Options(), None, [take_oid() for _ in others], notices)
    return revoke(roles, actor.current, role, others, Options(), None, cascade=False, notices=notices)


def rename(roles: Roles, actor: Actor, oid: int, new_name: str, notices: list[SqlError]) -> Roles:
    """ALTER ROLE ... RENAME TO (42501, 42710, 42939, 0A000). An MD5 verifier has the name in it, so it goes."""
    role = require(roles, oid)
    for who, of in (("session", actor.session), ("current", actor.current)):
        if oid == of:
            raise FeatureNotSupported(f"{who} user cannot be renamed")
    refuse_reserved(role.name)
    refuse_reserved(new_name)
    if new_name in roles.by_name:
        raise DuplicateObject(f'role "{new_name}" already exists')
    if role.superuser and not is_superuser(roles, actor.current):
        raise denied("rename", "role",
                     "Only roles with the SUPERUSER attribute may rename roles with the SUPERUSER attribute.")
    if not (attribute_of(roles, actor.current, "create_role") and is_admin(roles, actor.current, oid)):
        raise denied("rename", "role", "Only roles with the CREATEROLE attribute and the ADMIN option on role "
                                       f'"{role.name}" may rename this role.')
    password = role.password
    if password is not None and verifier.is_md5(password):
        notices.append(SuccessfulCompletion("MD5 password cleared because of role rename", severity="NOTICE"))
        password = None
    return roles.with_role(replace(role, name=new_name, password=password))


# --- DROP ROLE --------------------------------------------------------------------------------------------------------


def check_may_drop(roles: Roles, actor: Actor, oid: int) -> None:
    """42501, 55006 if one may not drop a role."""
    role = require(roles, oid)
    for who, of in (("current", actor.current), ("session", actor.session)):
        if oid == of:
            raise ObjectInUse(f"{who} user cannot be dropped")
    if role.superuser and not is_superuser(roles, actor.current):
        raise denied("drop", "role", "Only roles with the SUPERUSER attribute may drop roles with the SUPERUSER attribute.")
    if not is_admin(roles, actor.current, oid):
        raise denied("drop", "role", "Only roles with the CREATEROLE attribute and the ADMIN option on role "
                                     f'"{role.name}" may drop this role.')


def without(roles: Roles, oid: int) -> Roles:
    """The roles without one, its memberships and its settings."""
    return replace(roles, roles=tuple(r for r in roles.roles if r.oid != oid),
                   memberships=tuple(m for m in roles.memberships if oid not in (m.role, m.member)),
                   settings=tuple(s for s in roles.settings if s.role != oid))


# --- settings ---------------------------------------------------------------------------------------------------------


def set_default(roles: Roles, database: str, role: int, name: str | None, value: str | None, oid: int) -> Roles:
    """What sessions begin with: one setting set, or reset (value None), or all reset (name None). oid: of a new row."""
    old = roles.settings_of(database, role)
    values = dict(old.values) if old is not None and name is not None else {}
    if name is not None:
        if value is None:
            values = {key: text for key, text in values.items() if key != name}
        else:
            values[name] = value
    kept = tuple(s for s in roles.settings if s is not old)
    if not values:
        return replace(roles, settings=kept)
    row = RoleSettings(oid=old.oid if old else oid, database=database, role=role, values=tuple(values.items()))
    return replace(roles, settings=(*kept, row))


def password_notices(given: str, made: str | None, *, warn_of_md5: bool) -> list[SqlError]:
    """What is said about a new password. made: its verifier; None if it was empty."""
    if made is None:
        return [SuccessfulCompletion("empty string is not a valid password, clearing password", severity="NOTICE")]
    if verifier.is_md5(made) and warn_of_md5:
        return [WarningDeprecatedFeature(
            "setting an MD5-encrypted password", severity="WARNING",
            detail="MD5 password support is deprecated and will be removed in a future release of PostgreSQL.",
            hint="Refer to the PostgreSQL documentation for details about migrating to another password type.")]
    return []
