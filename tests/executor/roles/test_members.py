"""Who is a member of whom, and what GRANT and REVOKE of roles make of it."""

from typing import Any

import pytest

from executor.roles import members
from executor.roles.members import Options
from executor.roles.model import BOOTSTRAP_OID, Role, Roles, initial
from executor.roles.rules import Way, best_admin, is_admin, may_set, memberships_of
from executor.sqlstates import DependentObjectsStillExist, InsufficientPrivilege, InvalidGrantOperation

A, B, C = (Role(oid=oid, name=name) for oid, name in ((20001, "a"), (20002, "b"), (20003, "c")))


@pytest.fixture
def roles() -> Roles:
    found = initial()
    for role in (A, B, C):
        found = found.with_role(role)
    return found


def grant(roles: Roles, role: Role, member: Role, *, by: int = BOOTSTRAP_OID, oid: int = 0, **options: Any) -> Roles:
    return members.grant(roles, by, role, [member], Options(**options), None, [oid or 30000 + len(roles.memberships)], [])


def test_membership_reaches_through_others_as_far_as_the_option_allows(roles: Roles) -> None:
    roles = grant(grant(roles, A, B, inherit=False), B, C)
    assert memberships_of(roles, C.oid, Way.MEMBER) >= {A.oid, B.oid, C.oid}
    assert memberships_of(roles, C.oid, Way.PRIVILEGES) == {B.oid, C.oid}
    assert may_set(roles, C.oid, A.oid)


def test_role_cannot_be_in_itself(roles: Roles) -> None:
    roles = grant(roles, A, B)
    with pytest.raises(InvalidGrantOperation, match='role "b" is a member of role "a"'):
        grant(roles, B, A)


def test_admin_option_cannot_go_back_to_its_grantor(roles: Roles) -> None:
    roles = grant(grant(roles, A, B, admin=True), A, C, by=B.oid, admin=True)
    with pytest.raises(InvalidGrantOperation, match="ADMIN option cannot be granted back"):
        grant(roles, A, B, by=C.oid, admin=True)


def test_revoke_of_admin_option_stops_at_dependents_and_cascades(roles: Roles) -> None:
    roles = grant(grant(roles, A, B, admin=True), A, C, by=B.oid)
    with pytest.raises(DependentObjectsStillExist):
        members.revoke(roles, BOOTSTRAP_OID, A, [B], Options(admin=False), None, cascade=False, notices=[])
    left = members.revoke(roles, BOOTSTRAP_OID, A, [B], Options(admin=False), None, cascade=True, notices=[])
    assert not is_admin(left, B.oid, A.oid)
    assert A.oid in memberships_of(left, B.oid, Way.MEMBER)
    assert A.oid not in memberships_of(left, C.oid, Way.MEMBER)


def test_grantor_is_the_nearest_with_admin_option(roles: Roles) -> None:
    roles = grant(grant(roles, A, B, admin=True), B, C)
    assert best_admin(roles, C.oid, A.oid) == B.oid
    assert best_admin(roles, BOOTSTRAP_OID, A.oid) == BOOTSTRAP_OID


def test_role_without_admin_option_may_not_grant(roles: Roles) -> None:
    with pytest.raises(InsufficientPrivilege) as caught:
        members.check_may_grant(roles, B.oid, A, "grant")
    assert caught.value.detail == 'Only roles with the ADMIN option on role "a" may grant this role.'


def test_second_grant_of_the_same_is_told(roles: Roles) -> None:
    said: list[Any] = []
    roles = grant(roles, A, B)
    again = members.grant(roles, BOOTSTRAP_OID, A, [B], Options(), None, [1], said)
    assert again == roles
    assert said[0].message == 'role "b" has already been granted membership in role "a" by role "postgres"'
