"""GRANT and REVOKE on one object: in whose name, as far as one may, on its list and those of its columns.

Source: PostgreSQL's aclchk.c (restrict_and_check_grant, merge_acl_with_grant) and acl.c (select_best_grantor, check_circularity).
"""

from collections.abc import Sequence
from typing import NamedTuple

from executor.catalog.model import Acl, AclItem
from executor.errors import SqlError
from executor.privileges import acl as lists
from executor.privileges.rules import Owned, Who, refused
from executor.sqlstates import (
    DependentObjectsStillExist,
    InvalidGrantOperation,
    WarningPrivilegeNotGranted,
    WarningPrivilegeNotRevoked,
)


class Order(NamedTuple):
    """What a statement says. letters: of privileges; grantees: OIDs, 0 for PUBLIC. option: WITH GRANT OPTION, or GRANT OPTION
    FOR. everything: ALL PRIVILEGES was written."""

    is_grant: bool
    letters: str
    grantees: tuple[int, ...]
    option: bool = False
    cascade: bool = False
    everything: bool = False


def _options_of(acl: Acl, roles: Sequence[int], owner: int) -> str:
    """The letters that one of the roles may grant on."""
    if owner in roles:
        return "".join(lists.WORDS)
    return "".join({letter for item in acl if item.grantee in roles for letter in item.options})


def _grantor(who: Who, owner: int, acl: Acl, letters: str) -> tuple[int, str]:
    """In whose name: (role, what it may grant on). The owner, if one is that; else the role with the most to grant."""
    if who.is_superuser or owner in who.inherits:
        return owner, letters
    best, available = who.oid, ""
    for role in sorted(who.inherits, key=lambda oid: oid != who.oid):
        found = "".join(letter for letter in letters if letter in _options_of(acl, (role,), owner))
        if len(found) > len(available):
            best, available = role, found
    return best, available


def changed(who: Who, thing: Owned, acl: Acl, order: Order, notices: list[SqlError], column: str = "") -> Acl:
    """A list after a GRANT or REVOKE. acl: the list to change, of the object or of its column (42501, 0LP01, 2BP01)."""
    grantor, available = _grantor(who, thing.owner, (*thing.effective, *acl), order.letters)
    if not available and not lists_anything(who, thing, acl):
        raise refused(thing)
    _warn(f'column "{column}" of relation "{thing.name}"' if column else f'"{thing.name}"', order, available, notices)
    for grantee in order.grantees:
        acl = _granted(acl, grantee, grantor, available, order, thing.owner) if order.is_grant else lists.revoked(
            acl, grantee, grantor, available, thing.owner, option_only=order.option, cascade=order.cascade,
            refuse=_dependents)
    return acl


def lists_anything(who: Who, thing: Owned, acl: Acl) -> bool:
    """Whether a role has any privilege on an object: then it only gets a warning that it can grant nothing."""
    return any(lists.holds((*thing.effective, *acl), who.inherits, letter) for letter in lists.WORDS)


def _dependents() -> SqlError:
    return DependentObjectsStillExist("dependent privileges exist", hint="Use CASCADE to revoke them too.")


def _warn(name: str, order: Order, available: str, notices: list[SqlError]) -> None:
    kind = WarningPrivilegeNotGranted if order.is_grant else WarningPrivilegeNotRevoked
    done = "were granted" if order.is_grant else "could be revoked"
    if not available:
        notices.append(kind(f'no privileges {done} for {name}', severity="WARNING"))
    elif not order.everything and set(available) != set(order.letters):
        notices.append(kind(f'not all privileges {done} for {name}', severity="WARNING"))


def _granted(acl: Acl, grantee: int, grantor: int, letters: str, order: Order, owner: int) -> Acl:
    if order.option and grantee == lists.PUBLIC:
        raise InvalidGrantOperation("grant options can only be granted to roles")
    if not letters:
        return acl
    if order.option and grantor != owner:
        _refuse_circle(acl, grantee, grantor, letters, owner)
    return lists.granted(acl, grantee, grantor, letters, option=order.option)


def _refuse_circle(acl: Acl, grantee: int, grantor: int, letters: str, owner: int) -> None:
    """0LP01 if the grantor has its grant option from the grantee."""
    left: Acl = acl
    while True:
        given = next((item for item in left if item.grantee == grantee and item.options), None)
        if given is None:
            break
        left = lists.revoked(left, grantee, given.grantor, given.options, owner, option_only=True, cascade=True,
                             refuse=_dependents)
    if not all(lists.has_option(left, grantor, letter, owner) for letter in letters):
        raise InvalidGrantOperation("grant options cannot be granted back to your own grantor")


def or_none(acl: Acl, default: Acl) -> Acl | None:
    """A list as it is kept: None where it says what the default says."""
    return None if _set(acl) == _set(default) else acl


def _set(acl: Acl) -> frozenset[AclItem]:
    return frozenset(acl)
