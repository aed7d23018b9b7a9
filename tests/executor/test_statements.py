"""Statements that SQLite has no words for, over the wire: the same answers as PostgreSQL 18's."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.executor.session_scripts import SCRIPTS, recorded, replay
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

NAMES = ("grouping_sets", "with_changes", "returning_rows", "views_updatable", "merge", "jsonpath", "jsonpath_texts",
         "sqljson", "subscripts", "matviews", "table_samples", "target_sets", "column_definitions", "recursive_queries",
         "on_conflict", "change_clauses", "select_clauses", "joins_and_unions", "view_texts", "values_computed_once",
         "check_options", "subquery_operands", "merge_and_with", "outer_joins_and_groups",
         "changes_of_read_tables", "change_combinations",
         "hard_values",
         "text_values", "native_numerics", "native_integers", "native_dates", "native_texts", "native_jsonb")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("statements"))
    yield started
    started.stop()


@pytest.mark.parametrize("name", NAMES)
def test_script_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    path = SCRIPTS / f"{name}.sql"
    for found, expected in zip(replay(server.dsn(name), path), recorded(path), strict=True):
        assert found == expected
