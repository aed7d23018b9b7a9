"""Access control lists as values."""

import pytest

from executor.catalog.model import AclItem
from executor.privileges import acl

OWNER, BOB, EVE = 10, 20, 30


def names(oid: int) -> str:
    return {OWNER: "postgres", BOB: "bob", EVE: "Eve"}[oid]


def refuse() -> Exception:
    return RuntimeError("dependents")


def test_default_lists_are_printed_as_postgresql_prints_them() -> None:
    assert acl.texts(acl.default("database", OWNER), names) == ["=Tc/postgres", "postgres=CTc/postgres"]
    assert acl.texts(acl.default("table", OWNER), names) == ["postgres=arwdDxtm/postgres"]


def test_granted_privileges_join_those_of_the_same_grantor() -> None:
    found = acl.granted(acl.default("table", OWNER), EVE, OWNER, "w", option=False)
    found = acl.granted(found, EVE, OWNER, "r", option=True)
    assert acl.texts(found, names)[1] == "Eve=r*w/postgres"


def test_revoked_privileges_leave_no_empty_item() -> None:
    found = acl.granted((), BOB, OWNER, "r", option=False)
    assert acl.revoked(found, BOB, OWNER, "r", OWNER, option_only=False, cascade=False, refuse=refuse) == ()


def test_revoke_goes_on_to_what_was_granted_with_it() -> None:
    found = acl.granted(acl.granted((), BOB, OWNER, "r", option=True), EVE, BOB, "r", option=False)
    with pytest.raises(RuntimeError):
        acl.revoked(found, BOB, OWNER, "r", OWNER, option_only=True, cascade=False, refuse=refuse)
    left = acl.revoked(found, BOB, OWNER, "r", OWNER, option_only=True, cascade=True, refuse=refuse)
    assert left == (AclItem(BOB, OWNER, "r"),)


def test_new_owner_takes_over_what_the_old_one_had_and_granted() -> None:
    found = acl.granted(acl.default("table", OWNER), BOB, OWNER, "r", option=False)
    assert acl.texts(acl.with_owner(found, OWNER, BOB), names) == ["bob=arwdDxtm/bob"]


def test_everybody_has_what_public_has_but_no_grant_option() -> None:
    found = acl.granted((), acl.PUBLIC, OWNER, "r", option=False)
    assert acl.holds(found, frozenset((EVE,)), "r")
    assert not acl.holds(found, frozenset((EVE,)), "r", option=True)


@pytest.mark.parametrize(("name", "shown"), [("bob", "bob"), ("Eve", "Eve"), ("a b", '"a b"'), ('q"q', '"q""q"')])
def test_names_in_items_are_quoted_where_they_must_be(name: str, shown: str) -> None:
    assert acl.quoted(name) == shown
