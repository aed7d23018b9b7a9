"""Calls of routines while others write, notices, limits: what recorded scripts cannot tell."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

SETUP = """
CREATE TABLE t (id int PRIMARY KEY, v int);
INSERT INTO t VALUES (1, 0), (2, 0);
CREATE TABLE log (id int);
CREATE FUNCTION bump(n int) RETURNS int LANGUAGE plpgsql AS $$
  DECLARE r int; BEGIN UPDATE t SET v = v + 1 WHERE id = n RETURNING v INTO r; RETURN r; END $$;
CREATE FUNCTION logged(n int) RETURNS int LANGUAGE plpgsql AS $$
  BEGIN RAISE NOTICE 'logged %', n; INSERT INTO log VALUES (n); RETURN n; END $$;
CREATE FUNCTION spin() RETURNS int LANGUAGE plpgsql AS $$ BEGIN LOOP NULL; END LOOP; END $$;
CREATE FUNCTION deep(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN deep(n + 1); END $$;
CREATE FUNCTION halves() RETURNS int LANGUAGE plpgsql AS $$
  BEGIN
    BEGIN INSERT INTO log VALUES (1); INSERT INTO log VALUES (2); PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END;
    INSERT INTO log VALUES (3);
    RETURN (SELECT count(*) FROM log);
  END $$;
"""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("calls"))
    with psycopg.connect(started.dsn(), autocommit=True) as connection:
        connection.execute(SETUP)
    yield started
    started.stop()


def connect(server: PgquillServer) -> psycopg.Connection[Any]:
    return psycopg.connect(server.dsn(), autocommit=True)


@pytest.mark.parametrize("query", ["SELECT bump(1)", "SELECT bump(id) FROM t WHERE id = 1",
                                   "SELECT sum(bump(g)) FROM generate_series(1, 1) g"])
def test_call_that_meets_a_locked_row_waits_and_runs_again(server: PgquillServer, query: str) -> None:
    with connect(server) as first, connect(server) as second:
        first.execute("BEGIN")
        first.execute("UPDATE t SET v = 10 WHERE id = 1")
        found: list[Any] = []
        waiting = threading.Thread(target=lambda: found.append(second.execute(query.encode()).fetchone()))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        first.execute("COMMIT")
        waiting.join(10)
        assert found == [(11,)]


def test_notices_of_a_call_that_had_to_run_again_come_once(server: PgquillServer) -> None:
    with connect(server) as connection:
        notices: list[str | None] = []
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        connection.execute("SELECT sum(logged(g)) FROM generate_series(1, 2) g")
        assert notices == ["logged 1", "logged 2"]
        assert connection.execute("SELECT id FROM log ORDER BY id").fetchall() == [(1,), (2,)]


@pytest.mark.parametrize("query", ["SELECT halves()", "SELECT sum(halves()) FROM generate_series(1, 1)",
                                   "INSERT INTO t SELECT 7, halves() RETURNING v"])
def test_failed_block_is_undone_wherever_the_function_is_called(server: PgquillServer, query: str) -> None:
    with connect(server) as connection:
        assert connection.execute(query.encode()).fetchone() == (1,)
        assert connection.execute("SELECT id FROM log").fetchall() == [(3,)]


@pytest.mark.parametrize("query", ["SELECT spin()", "SELECT spin() FROM t", "DO $$ BEGIN LOOP NULL; END LOOP; END $$"])
def test_statement_timeout_ends_a_loop_without_sql(server: PgquillServer, query: str) -> None:
    with connect(server) as connection:
        connection.execute("SET statement_timeout = 100")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute(query.encode())
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_endless_recursion_is_refused(server: PgquillServer) -> None:
    with connect(server) as connection, pytest.raises(psycopg.errors.StatementTooComplex):
        connection.execute("SELECT deep(1) FROM t")


def test_change_of_what_the_calling_query_reads_is_refused(server: PgquillServer) -> None:
    with connect(server) as connection:
        with pytest.raises(psycopg.errors.FeatureNotSupported, match='changes table "t"'):
            connection.execute("SELECT id FROM t WHERE bump(1) > 0")
        assert connection.execute("SELECT v FROM t WHERE id = 1").fetchone() == (0,)


def test_change_in_a_read_only_transaction_is_refused(server: PgquillServer) -> None:
    with connect(server) as connection:
        connection.execute("BEGIN READ ONLY")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("SELECT bump(1)")


def test_function_made_by_one_session_is_seen_by_another_after_commit(server: PgquillServer) -> None:
    with connect(server) as first, connect(server) as second:
        first.execute("BEGIN")
        first.execute("CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        assert first.execute("SELECT fresh()").fetchone() == (1,)
        with pytest.raises(psycopg.errors.UndefinedFunction):
            second.execute("SELECT fresh()")
        first.execute("COMMIT")
        assert second.execute("SELECT fresh()").fetchone() == (1,)


def test_replaced_function_is_the_new_one_at_once(server: PgquillServer) -> None:
    with connect(server) as first, connect(server) as second:
        first.execute("CREATE FUNCTION which() RETURNS text LANGUAGE sql AS $$ SELECT 'old' $$")
        assert second.execute("SELECT which()", prepare=True).fetchone() == ("old",)
        first.execute("CREATE OR REPLACE FUNCTION which() RETURNS text LANGUAGE sql AS $$ SELECT 'new' $$")
        assert second.execute("SELECT which()", prepare=True).fetchone() == ("new",)


def test_routine_is_there_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("restart")
    for query in ("CREATE FUNCTION kept(a int DEFAULT 4) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN a; END $$", ""):
        started = PgquillServer(folder)
        try:
            with connect(started) as connection:
                if query:
                    connection.execute(query.encode())
                assert connection.execute("SELECT kept()").fetchone() == (4,)
        finally:
            started.stop()


def test_procedure_commits_in_its_midst(server: PgquillServer) -> None:
    with connect(server) as connection:
        connection.execute("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); COMMIT; "
                           "INSERT INTO log VALUES (2); ROLLBACK; INSERT INTO log VALUES (3); END $$")
        connection.execute("CALL p()")
        assert connection.execute("SELECT id FROM log ORDER BY id").fetchall() == [(1,), (3,)]
