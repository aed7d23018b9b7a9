"""GRANT role TO role and REVOKE role FROM role, as changes of the memberships.

The chains of ADMIN OPTION stay free of circles, so that everything that depends on a grant can be found and revoked with it.
"""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from msgspec.structs import replace

from executor.errors import SqlError
from executor.roles.model import BOOTSTRAP_OID, DATABASE_OWNER, Membership, Role, Roles
from executor.roles.rules import Way, best_admin, has_privileges_of, is_admin, is_superuser, memberships_of
from executor.sqlstates import (
    DependentObjectsStillExist,
    FeatureNotSupported,
    InsufficientPrivilege,
    InternalError,
    InvalidGrantOperation,
    SuccessfulCompletion,
)
from executor.sqlstates import Warning as Warned


class Options(NamedTuple):
    """ADMIN, INHERIT and SET, each True, False, or None where the statement does not say."""

    admin: bool | None = None
    inherit: bool | None = None
    set: bool | None = None


def check_may_grant(roles: Roles, actor: int, role: Role, verb: str) -> None:
    """42501 if one may not grant or revoke (the verb) membership in a role."""
    if verb == "grant" and role.name == DATABASE_OWNER:
        raise FeatureNotSupported(f'role "{role.name}" cannot have explicit members')
    if role.superuser:
        if not is_superuser(roles, actor):
            raise InsufficientPrivilege(
                f'permission denied to {verb} role "{role.name}"',
                detail=f"Only roles with the SUPERUSER attribute may {verb} roles with the SUPERUSER attribute.")
    elif not is_admin(roles, actor, role.oid):
        raise InsufficientPrivilege(
            f'permission denied to {verb} role "{role.name}"',
            detail=f'Only roles with the ADMIN option on role "{role.name}" may {verb} this role.')


def _grantor(roles: Roles, actor: int, role: Role, given: Role | None, verb: str) -> int:
    """In whose name something is granted or revoked. given: what GRANTED BY says."""
    if given is None:
        found = best_admin(roles, actor, role.oid)
        if found is None:
            raise InternalError("no possible grantors")
        return found
    if not has_privileges_of(roles, actor, given.oid):
        if verb == "grant":
            raise InsufficientPrivilege(
                f'permission denied to grant privileges as role "{given.name}"',
                detail=f'Only roles with privileges of role "{given.name}" may grant privileges as this role.')
        raise InsufficientPrivilege(
            f'permission denied to revoke privileges granted by role "{given.name}"',
            detail=f'Only roles with privileges of role "{given.name}" may revoke privileges granted by this role.')
    if verb == "grant" and given.oid != BOOTSTRAP_OID and not _has_admin_itself(roles, given.oid, role.oid):
        raise InsufficientPrivilege(
            f'permission denied to grant privileges as role "{given.name}"',
            detail=f'The grantor must have the ADMIN option on role "{role.name}".')
    return given.oid


def _has_admin_itself(roles: Roles, member: int, role: int) -> bool:
    return any(m.role == role and m.admin for m in roles.granted.get(member, ()))


def grant(roles: Roles, actor: int, role: Role, members: Sequence[Role], options: Options, grantor: Role | None,
          oids: Sequence[int], notices: list[SqlError]) -> Roles:
    """Make members of a role. oids: one for each member, for a new membership. Raises 0LP01, 42501."""
    by = _grantor(roles, actor, role, grantor, "grant")
    for member in members:
        if member.name == DATABASE_OWNER:
            raise FeatureNotSupported(f'role "{member.name}" cannot be a member of any role')
        if member.oid in memberships_of(roles, role.oid, Way.MEMBER):
            raise InvalidGrantOperation(f'role "{role.name}" is a member of role "{member.name}"')
    if options.admin and by != BOOTSTRAP_OID:
        _refuse_circle(roles, role.oid, members, by)
    for member, oid in zip(members, oids, strict=True):
        roles = _with_member(roles, Membership(oid=oid, role=role.oid, member=member.oid, grantor=by), options, notices)
    return roles


def _with_member(roles: Roles, new: Membership, options: Options, notices: list[SqlError]) -> Roles:
    old = next((m for m in roles.memberships
                if (m.role, m.member, m.grantor) == (new.role, new.member, new.grantor)), None)
    if old is None:
        inherit = roles.by_oid[new.member].inherit if options.inherit is None else options.inherit
        new = replace(new, admin=bool(options.admin), inherit=inherit, set=options.set is not False)
        return replace(roles, memberships=(*roles.memberships, new))
    asked = {name: value for name, value in options._asdict().items() if value is not None}
    changed = replace(old, **asked)
    if changed == old:
        member, granted, by = (roles.name_of(oid) for oid in (new.member, new.role, new.grantor))
        notices.append(SuccessfulCompletion(
            f'role "{member}" has already been granted membership in role "{granted}" by role "{by}"', severity="NOTICE"))
        return roles
    return replace(roles, memberships=tuple(changed if m is old else m for m in roles.memberships))


class _Action(Enum):
    KEEP = 0
    DELETE = 1
    REMOVE_ADMIN = 2


Actions = dict[Membership, _Action]


def _refuse_circle(roles: Roles, role: int, members: Sequence[Role], by: int) -> None:
    """0LP01 if ADMIN OPTION would come back to one whom its grantor has it from."""
    refused = InvalidGrantOperation("ADMIN option cannot be granted back to your own grantor")
    actions = {m: _Action.KEEP for m in roles.memberships if m.role == role}
    for member in members:
        if member.oid == BOOTSTRAP_OID:
            raise refused
        for membership in actions:
            if membership.member == member.oid:
                _plan(actions, membership, admin_only=False, cascade=True)
    if not any(action is _Action.KEEP and m.member == by and m.admin for m, action in actions.items()):
        raise refused


def _plan(actions: Actions, membership: Membership, *, admin_only: bool, cascade: bool) -> None:
    """Note what goes when a membership goes, or only its ADMIN OPTION (2BP01 without CASCADE)."""
    if actions[membership] is _Action.DELETE or (admin_only and actions[membership] is _Action.REMOVE_ADMIN):
        return
    if not admin_only:
        actions[membership] = _Action.DELETE
    if not membership.admin:
        return
    if admin_only:
        actions[membership] = _Action.REMOVE_ADMIN
    if any(m.member == membership.member and m.admin and action is _Action.KEEP for m, action in actions.items()):
        return
    for other in actions:
        if other.grantor == membership.member and actions[other] is not _Action.DELETE:
            if not cascade:
                raise DependentObjectsStillExist("dependent privileges exist", hint="Use CASCADE to revoke them too.")
            _plan(actions, other, admin_only=False, cascade=cascade)


def revoke(roles: Roles, actor: int, role: Role, members: Sequence[Role], options: Options, grantor: Role | None, *,
           cascade: bool, notices: list[SqlError]) -> Roles:
    """End memberships, or take the one option away that is named in `options`. Raises 2BP01, 42501."""
    by = _grantor(roles, actor, role, grantor, "revoke")
    actions = {m: _Action.KEEP for m in roles.memberships if m.role == role.oid}
    changed: dict[Membership, Membership] = {}
    for member in members:
        found = next((m for m in actions if m.member == member.oid and m.grantor == by), None)
        if found is None:
            notices.append(Warned(f'role "{member.name}" has not been granted membership in role "{role.name}" '
                                    f'by role "{roles.name_of(by)}"', severity="WARNING"))
        elif options.inherit is not None:
            changed[found] = replace(found, inherit=False)
        elif options.set is not None:
            changed[found] = replace(found, set=False)
        else:
            _plan(actions, found, admin_only=options.admin is not None, cascade=cascade)
    for membership, action in actions.items():
        if action is _Action.REMOVE_ADMIN:
            changed[membership] = replace(membership, admin=False)
    return replace(roles, memberships=tuple(
        changed.get(m, m) for m in roles.memberships if actions.get(m) is not _Action.DELETE))
