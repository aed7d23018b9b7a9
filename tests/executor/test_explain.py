"""EXPLAIN of EXECUTE and of statements of several steps, and CHECKPOINT wherever PostgreSQL allows it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.executor.session_scripts import fresh
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("explain"))
    yield started
    started.stop()


@pytest.fixture
def session(server: PgquillServer) -> Iterator[Connection]:
    with psycopg.connect(fresh(server, "explain"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (i int PRIMARY KEY, j int); INSERT INTO t VALUES (1, 1), (2, 2)")
        yield connection
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("DROP DATABASE explain WITH (FORCE)")


def plan(session: Connection, sql: str) -> list[str]:
    return [row[0] for row in session.execute(sql.encode()).fetchall()]


def test_execute_is_explained_as_its_statement(session: Connection) -> None:
    session.execute("PREPARE p(int) AS SELECT * FROM t WHERE i = $1")
    assert plan(session, "EXPLAIN (COSTS OFF) EXECUTE p(1)") == plan(session, "EXPLAIN SELECT * FROM t WHERE i = 1")


def test_execute_is_run_with_its_values_by_analyze(session: Connection) -> None:
    session.execute("PREPARE p(int) AS UPDATE t SET j = 7 WHERE i = $1")
    assert "Rows: 1" in plan(session, "EXPLAIN ANALYZE EXECUTE p(2)")
    assert session.execute("SELECT i FROM t WHERE j = 7").fetchall() == [(2,)]


def test_execute_of_the_wrong_parameters_is_refused(session: Connection) -> None:
    session.execute("PREPARE p(int) AS SELECT $1")
    with pytest.raises(errors.SyntaxError, match="wrong number of parameters"):
        session.execute("EXPLAIN EXECUTE p")
    with pytest.raises(errors.InvalidSqlStatementName):
        session.execute("EXPLAIN EXECUTE nothing")


def test_all_steps_of_a_statement_are_shown(session: Connection) -> None:
    found = plan(session, "EXPLAIN (VERBOSE) WITH gone AS (DELETE FROM t RETURNING *) INSERT INTO t SELECT * FROM gone")
    assert len([line for line in found if line.startswith("Step")]) > 1
    texts = [line.split("SQLite: ")[1].split()[0] for line in found if "SQLite: " in line]
    assert "DELETE" in texts
    assert "INSERT" in texts
    assert session.execute("SELECT count(*) FROM t").fetchone() == (2,)


def test_checkpoint_is_allowed_in_a_block_that_writes(session: Connection) -> None:
    session.execute("BEGIN; INSERT INTO t VALUES (3); CHECKPOINT; INSERT INTO t VALUES (4); CHECKPOINT; COMMIT")
    assert session.execute("SELECT count(*) FROM t").fetchone() == (4,)


def test_checkpoint_is_allowed_beside_a_snapshot_and_in_a_pipeline(session: Connection) -> None:
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM t; CHECKPOINT; COMMIT")
    with session.pipeline():
        session.execute("INSERT INTO t VALUES (5)")
        session.execute("CHECKPOINT")
        found = session.execute("SELECT count(*) FROM t")
    assert found.fetchone() == (3,)
