from pathlib import Path

import pytest

from pgwire.first_start import BadVariables, FirstStart, read_variables


@pytest.mark.parametrize(("environ", "expected"), [
    ({}, FirstStart()),
    ({"POSTGRES_PASSWORD": "p"}, FirstStart(password="p")),
    ({"POSTGRES_USER": "u", "POSTGRES_PASSWORD": "p", "POSTGRES_DB": "d"}, FirstStart("u", "p", "d")),
    ({"POSTGRES_PASSWORD": ""}, FirstStart()),
    ({"POSTGRES_USER": "u", "POSTGRES_HOST_AUTH_METHOD": "trust"}, FirstStart("u", trusts_network=True)),
    ({"POSTGRES_HOST_AUTH_METHOD": "scram-sha-256"}, FirstStart()),
    ({"PGQUILL_REPLICATION_PASSWORD": "r"}, FirstStart(replicator_password="r")),
    ({"PGQUILL_REPLICATION_PASSWORD": "r", "PGQUILL_REPLICATION_USER": "copier"},
     FirstStart(replicator="copier", replicator_password="r")),
])
def test_variables_say_what_they_say_in_the_image(environ: dict[str, str], expected: FirstStart) -> None:
    assert read_variables(environ) == expected


def test_values_may_be_in_files(tmp_path: Path) -> None:
    for name in ("user", "password", "db"):
        (tmp_path / name).write_text(f"the {name}\n")
    environ = {f"POSTGRES_{name.upper()}_FILE": str(tmp_path / name) for name in ("user", "password", "db")}
    assert read_variables(environ) == FirstStart("the user", "the password", "the db")


@pytest.mark.parametrize(("environ", "said"), [
    ({"POSTGRES_PASSWORD": "p", "POSTGRES_PASSWORD_FILE": "f"}, "are exclusive"),
    ({"POSTGRES_PASSWORD_FILE": "/nowhere"}, "cannot be read: No such file"),
    ({"POSTGRES_USER": "u"}, "neither POSTGRES_PASSWORD nor POSTGRES_PASSWORD_FILE"),
    ({"POSTGRES_HOST_AUTH_METHOD": "ldap"}, "is not supported by pgquill"),
])
def test_variables_that_cannot_be_followed_are_refused(environ: dict[str, str], said: str) -> None:
    with pytest.raises(BadVariables, match=said):
        read_variables(environ)
