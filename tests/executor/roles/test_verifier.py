"""Password verifiers. The verifiers with a given salt were made by PostgreSQL 18."""

import pytest

from executor.roles import verifier
from executor.sqlstates import ProgramLimitExceeded

EMPTY = ("SCRAM-SHA-256$4096:hpFyHTUsSWcR7O9P$LgZFIt6Oqdo27ZFKbZ2nV+vtnYM995pDh9ca6WSi120="
         ":qVV5NeluNfUPkwm7Vqat25RjSPLkGeoZBQs6wVv+um4=")
"""Of the empty password, from PostgreSQL's regression tests."""


def test_scram_verifier_is_taken_apart_and_checked() -> None:
    made = verifier.make_verifier("secret", "bob", iterations=1024)
    secret = verifier.scram_secret(made)
    assert secret is not None
    assert secret.iterations == 1024
    assert len(secret.salt) == verifier.SALT_BYTES
    assert verifier.password_fits("secret", made, "bob")
    assert not verifier.password_fits("Secret", made, "bob")


def test_verifier_of_postgresql_fits_its_password() -> None:
    assert verifier.password_fits("", EMPTY, "anybody")
    assert not verifier.password_fits("x", EMPTY, "anybody")


def test_same_password_and_salt_give_the_same_verifier() -> None:
    secret = verifier.scram_secret(EMPTY)
    assert secret is not None
    assert verifier.make_verifier("", "x", salt=secret.salt) == EMPTY


def test_md5_verifier_has_the_name_in_it() -> None:
    made = verifier.make_verifier("foo", "regress_passwd1", encryption=verifier.MD5)
    assert verifier.is_md5(made)
    assert verifier.password_fits("foo", made, "regress_passwd1")
    assert not verifier.password_fits("foo", made, "other")


@pytest.mark.parametrize("text", [EMPTY, "md5" + "0" * 32])
def test_verifier_given_as_password_is_kept(text: str) -> None:
    assert verifier.make_verifier(text, "bob") == text


@pytest.mark.parametrize("text", [
    "SCRAM-SHA-256$1234", "SCRAM-SHA-256$x:aaaa$bbbb:cccc", "SCRAM-SHA-256$4096:c2FsdA==$YQ==:YQ==", "md5" + "Z" * 32,
    "md5" + "0" * 31, "SCRAM-SHA-1" + EMPTY[13:],
])
def test_what_only_looks_like_a_verifier_is_a_password(text: str) -> None:
    assert not verifier.is_verifier(text)
    assert verifier.password_fits(text, verifier.make_verifier(text, "bob"), "bob")


def test_verifier_that_is_too_long_is_refused() -> None:
    long = "SCRAM-SHA-256$4096:" + "A" * 600 + EMPTY[EMPTY.index("$Lg"):]
    with pytest.raises(ProgramLimitExceeded):
        verifier.make_verifier(long, "bob")


@pytest.mark.parametrize(("written", "prepared"), [
    ("I\u00adX", "IX"), ("\u00aa", "a"), ("\u2168", "IX"), ("a\u00a0b", "a b"),
    ("\u0627\u0031", "\u0627\u0031"),  # refused for its directions: as it is
    ("\u0221", "\u0221"),  # unassigned in Unicode 3.2: as it is
])
def test_password_is_prepared_as_rfc_4013_says(written: str, prepared: str) -> None:
    assert verifier.prepared(written) == prepared
