"""Who is a member of whom, and in which way: what SET ROLE, inherited privileges and GRANT depend on."""

from enum import Enum

from executor.roles.model import BOOTSTRAP_OID, DATABASE_OWNER, Membership, Roles


class Way(Enum):
    """In which way one role may be in another: PRIVILEGES has its privileges without SET ROLE (USAGE), SET may become it,
    MEMBER is in it at all."""

    PRIVILEGES = "inherit"
    SET = "set"
    MEMBER = "member"


def memberships_of(roles: Roles, member: int, way: Way, database_owner: int = 0) -> frozenset[int]:
    """The roles that a role is in, directly or through others, and itself. Superusers are not treated specially.

    database_owner: the owner of the current database, who is a member of pg_database_owner; 0 for nobody.
    """
    key = (member, way, database_owner)
    found = roles.memo.get(key)
    if found is None:
        found = roles.memo[key] = _search(roles, member, way, database_owner)
    return found


def _search(roles: Roles, member: int, way: Way, database_owner: int) -> frozenset[int]:
    found = {member}
    ahead = [member]
    owner_role = roles.by_name.get(DATABASE_OWNER)
    while ahead:
        at = ahead.pop()
        reached = [m.role for m in roles.granted.get(at, ()) if _counts(m, way)]
        if database_owner and at == database_owner and owner_role is not None:
            reached.append(owner_role.oid)
        for oid in reached:
            if oid not in found and oid in roles.by_oid:
                found.add(oid)
                ahead.append(oid)
    return frozenset(found)


def _counts(membership: Membership, way: Way) -> bool:
    return way is Way.MEMBER or (membership.inherit if way is Way.PRIVILEGES else membership.set)


def is_superuser(roles: Roles, oid: int) -> bool:
    """Whether a role is a superuser."""
    role = roles.by_oid.get(oid)
    return role is not None and role.superuser


def has_privileges_of(roles: Roles, member: int, role: int, database_owner: int = 0) -> bool:
    """Whether a role may use another's privileges as they are (superusers may use everybody's)."""
    return member == role or is_superuser(roles, member) or role in memberships_of(
        roles, member, Way.PRIVILEGES, database_owner)


def may_set(roles: Roles, member: int, role: int, database_owner: int = 0) -> bool:
    """Whether a role may become another with SET ROLE, or give an object to it."""
    return member == role or is_superuser(roles, member) or role in memberships_of(roles, member, Way.SET, database_owner)


def is_member(roles: Roles, member: int, role: int, database_owner: int = 0) -> bool:
    """Whether a role is in another in any way; a superuser is in all."""
    return member == role or is_superuser(roles, member) or role in memberships_of(
        roles, member, Way.MEMBER, database_owner)


def is_admin(roles: Roles, member: int, role: int) -> bool:
    """Whether a role has ADMIN OPTION on another, itself or through one that it is in."""
    if is_superuser(roles, member):
        return True
    if member == role:
        return False
    inside = memberships_of(roles, member, Way.MEMBER)
    return any(m.role == role and m.admin and m.member in inside for m in roles.memberships)


def best_admin(roles: Roles, member: int, role: int) -> int | None:
    """Who is the grantor when a role grants another: the nearest role whose ADMIN OPTION it has; None if it has none.

    A superuser grants in the name of the one that everything began with.
    """
    if is_superuser(roles, member):
        return BOOTSTRAP_OID
    seen, ahead = {member}, [member]
    while ahead:
        following = []
        for at in ahead:
            if any(m.role == role and m.member == at and m.admin for m in roles.memberships):
                return at
            following += [m.role for m in roles.granted.get(at, ()) if m.inherit and m.role not in seen]
            seen.update(following)
        ahead = following
    return None
