"""Functions, procedures and DO over the wire: the same answers as PostgreSQL 18's."""

from collections.abc import Iterator

import pytest

from tests.executor.session_scripts import check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

NAMES = ("routines", "plpgsql", "plpgsql_statements", "plpgsql_more", "procedures", "routine_uses", "records_returned")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("routines"))
    yield started
    started.stop()


@pytest.mark.parametrize("name", NAMES)
def test_script_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)
