"""Roles, owners and privileges over the wire: what PostgreSQL 18 answered to the same scripts."""

from collections.abc import Iterator

import pytest

from tests.executor.session_scripts import check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    """A server of its own for each script, since databases share roles."""
    started = PgquillServer(tmp_path_factory.mktemp("roles"))
    yield started
    started.stop()


NAMES = ("roles", "routine_owners", "role_ownership", "role_privileges", "grants", "role_questions", "role_rules", "role_names",
         "role_ddl", "role_grants_shown")


@pytest.mark.parametrize("name", NAMES)
def test_script_about_roles_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)
