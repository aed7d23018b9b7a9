"""Bit strings, networks, money, ranges and multiranges through a server, as PostgreSQL 18 answered."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.executor.session_scripts import SCRIPTS, lines, recorded, replay
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
PATH = SCRIPTS / "type_families.sql"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[list[Any]]]:
    server = PgquillServer(tmp_path_factory.mktemp("families"))
    yield replay(server.dsn(), PATH)
    server.stop()


@pytest.mark.parametrize("number", range(len(lines(PATH))))
def test_answer_is_postgresqls(number: int, answers: list[list[Any]]) -> None:
    assert answers[number] == recorded(PATH)[number]
