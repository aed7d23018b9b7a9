"""Triggers: what is defined, when they fire, and what they see. Each script was recorded from PostgreSQL 18."""

from collections.abc import Iterator

import pytest

from tests.executor.session_scripts import check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
SCRIPTS = ("trigger_firing", "trigger_definitions", "trigger_constraints", "trigger_cascades", "trigger_views", "trigger_copy")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("triggers"))
    yield started
    started.stop()


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_answered_as_postgresql_answers_it(server: PgquillServer, name: str) -> None:
    check_script(server, name)
