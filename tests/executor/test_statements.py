"""Statements that SQLite has no words for, over the wire: the same answers as PostgreSQL 18's."""

from collections.abc import Iterator

import pytest

from tests.executor.session_scripts import SCRIPTS, check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

ELSEWHERE = frozenset((
    "composite_types", "constraints_of_copy", "constraints_of_rows", "copy_and_modes", "cursors_and_blocks", "domains", "enums",
    "foreign_keys", "json_rows", "maintenance_options", "prepared_and_read_only", "ranges_made", "temporary", "type_families",
    "xml", "xml_table", "xml_values"))
"""Scripts that other modules run."""
NAMES = sorted({path.stem for path in SCRIPTS.glob("*.sql")} - ELSEWHERE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("statements"))
    yield started
    started.stop()


@pytest.mark.parametrize("name", NAMES)
def test_script_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)
