"""Django in a process of its own: its contrib apps migrated, a small app used as people do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.database import Database
from tests.pgquill_server import ROOT

PROGRAM = Path(__file__).with_name("django_program.py")


@pytest.fixture(scope="module")
def migrated(module_database: Database) -> Database:
    """The module's database with all migrations applied."""
    run(module_database, "migrate")
    return module_database


def run(database: Database, part: str) -> str:
    """One part of the program; its output. The program asserts, and this asserts that it ended well."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}
    argv = [sys.executable, str(PROGRAM), part, database.host, str(database.port), database.user, database.name]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_migrations_of_the_contrib_apps_are_applied_and_known(migrated: Database) -> None:
    shown = run(migrated, "showmigrations")
    assert "[X] 0012_alter_user_first_name_max_length" in shown
    assert "[ ]" not in shown


@pytest.mark.parametrize("part", ["crud", "queries", "transactions", "json", "users", "sessions", "schema_changes"])
def test_program_does_what_it_asserts(migrated: Database, part: str) -> None:
    run(migrated, part)


def test_inspectdb_writes_models_of_the_tables(migrated: Database) -> None:
    models = run(migrated, "inspectdb")
    assert "class AuthUser(models.Model):" in models
    assert "username = models.CharField(unique=True, max_length=150)" in models
    assert "is_active = models.BooleanField()" in models
    assert "date_joined = models.DateTimeField()" in models
    assert "user = models.ForeignKey(AuthUser, models.DO_NOTHING)" in models
    assert "unique_together = (('user', 'group'),)" in models
