"""Temporary tables over the wire: what several sessions see of theirs, as with PostgreSQL 18."""

from collections.abc import Iterator

import apsw
import psycopg
import pytest

from tests.executor.session_scripts import check_script, fresh
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("temporary"))
    yield started
    started.stop()


def test_temporary_tables_behave_as_in_postgresql(server: PgquillServer) -> None:
    check_script(server, "temporary")


def test_temporary_objects_leave_nothing_in_the_file(server: PgquillServer) -> None:
    assert not isinstance(server.path, str)
    with psycopg.connect(fresh(server, "nothing"), autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE t (id serial PRIMARY KEY, a int CHECK (a > 0))")
        connection.execute("INSERT INTO t (a) VALUES (1)")
        connection.execute("CREATE TEMP VIEW v AS SELECT a FROM t")
        connection.execute("COMMENT ON TABLE t IS 'x'")
        connection.execute("ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 0")
        connection.execute("ALTER TABLE t ALTER COLUMN b DROP NOT NULL")
        with apsw.Connection(str(server.path / "nothing.db")) as file:
            assert file.execute("SELECT name FROM sqlite_schema").fetchall() == []
            assert file.pragma("schema_version") == 0
