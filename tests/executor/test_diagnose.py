"""Errors of violated constraints, over the wire: every field as PostgreSQL 18 reported it."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.executor.session_scripts import check_script, fresh
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("diagnose"))
    yield started
    started.stop()


@pytest.mark.parametrize("name", ["constraints_of_rows", "constraints_of_copy", "foreign_keys"])
def test_violated_constraint_is_reported_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)


def test_insert_of_many_rows_names_the_row_refused_among_the_first(server: PgquillServer) -> None:
    with psycopg.connect(fresh(server, "many"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int PRIMARY KEY, b int CHECK (b <> 3000))")
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            connection.execute("INSERT INTO t SELECT i, i FROM generate_series(1, 5000) i")
        assert caught.value.diag.message_detail == "Failing row contains (3000, 3000)."
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_sequence_after_refused_statement_stays_advanced(server: PgquillServer) -> None:
    with psycopg.connect(fresh(server, "advanced"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id serial PRIMARY KEY, v int NOT NULL)")
        for expected in (1, 2):
            with pytest.raises(psycopg.errors.NotNullViolation) as caught:
                connection.execute("INSERT INTO t (v) VALUES (NULL)")
            assert caught.value.diag.message_detail == f"Failing row contains ({expected}, null)."
        assert connection.execute("INSERT INTO t (v) VALUES (1) RETURNING id").fetchone() == (3,)


def test_default_of_a_file_made_elsewhere_leaves_the_detail_out(server: PgquillServer) -> None:
    import apsw

    assert not isinstance(server.path, str)
    conninfo = fresh(server, "elsewhere")
    file = apsw.Connection(str(server.path / "elsewhere.db"))
    file.execute("CREATE TABLE made (id INTEGER PRIMARY KEY, a TEXT DEFAULT (upper('x')), b TEXT NOT NULL)")
    file.close()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.NotNullViolation) as caught:
            connection.execute("INSERT INTO made (b) VALUES (NULL)")
        assert caught.value.diag.column_name == "b"
        assert caught.value.diag.message_detail is None
