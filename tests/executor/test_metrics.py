"""What is counted, as PostgreSQL shows it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from executor.metrics import DatabaseMetrics, End, SessionClock
from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18

Server = PgquillServer | Postgres18


@pytest.fixture(params=["pgquill", "postgres18"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def watcher(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as found:
        yield found


def activity(watcher: psycopg.Connection[Any], connection: psycopg.Connection[Any], columns: str) -> Any:
    """What is shown once the session waits for its client: PostgreSQL says that it is ready a moment before it does."""
    query = f"SELECT wait_event, {columns} FROM pg_stat_activity WHERE pid = %s"
    for _ in range(1000):
        event, *found = watcher.execute(query.encode(), [connection.info.backend_pid]).fetchone() or (None,)
        if event == "ClientRead":
            return tuple(found)
    raise AssertionError("the session never waits")


def test_session_shows_its_last_statement_and_what_it_waits_for(
        server: Server, watcher: psycopg.Connection[Any]) -> None:
    columns = "state, query, wait_event_type, wait_event, backend_type, application_name, usename"
    with psycopg.connect(server.dsn("postgres"), autocommit=True, application_name="watched") as connection:
        end = ("Client", "ClientRead", "client backend", "watched", "postgres")
        connection.execute("SELECT 41 + 1")
        assert activity(watcher, connection, columns) == ("idle", "SELECT 41 + 1", *end)
        connection.execute("BEGIN")
        assert activity(watcher, connection, columns) == ("idle in transaction", "BEGIN", *end)
        with suppress(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
        assert activity(watcher, connection, columns) == ("idle in transaction (aborted)", "SELECT 1 / 0", *end)
        connection.execute("ROLLBACK")
        assert activity(watcher, connection, columns) == ("idle", "ROLLBACK", *end)


def test_times_of_a_session_follow_one_another(server: Server, watcher: psycopg.Connection[Any]) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute("SELECT 1")
        rest = "xact_start IS NULL, backend_start <= query_start, query_start <= state_change"
        assert activity(watcher, connection, rest) == (True, True, True)
        connection.execute("BEGIN")
        connection.execute("SELECT 1")
        busy = "xact_start < query_start, query_start <= state_change, state_change <= clock_timestamp()"
        assert activity(watcher, connection, busy) == (True, True, True)


def test_statement_of_a_prepared_one_is_shown_while_it_is_used(server: Server, watcher: psycopg.Connection[Any]) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute("SELECT %s::int", [1], prepare=True)
        connection.execute("SELECT 'other'")
        connection.execute("SELECT %s::int", [2], prepare=True)
        assert activity(watcher, connection, "query") == ("SELECT $1::int",)


def test_long_statement_is_cut_in_whole_characters(server: Server, watcher: psycopg.Connection[Any]) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"SELECT '{600 * 'ü'}'".encode())
        assert activity(watcher, connection, "octet_length(query), right(query, 1)") == (1022, "ü")


def test_session_that_is_not_tracked_shows_only_who_it_is(server: Server, watcher: psycopg.Connection[Any]) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute("SET track_activities = off")
        connection.execute("BEGIN")
        assert activity(watcher, connection, "state, query, xact_start, query_start, wait_event, usename") == (
            "disabled", "", None, None, "ClientRead", "postgres")


def counted(connection: psycopg.Connection[Any]) -> dict[str, int]:
    columns = ("xact_commit", "xact_rollback", "sessions", "sessions_abandoned", "sessions_fatal", "sessions_killed")
    row = connection.execute(f"SELECT {', '.join(columns)} FROM pg_stat_database "
                             "WHERE datname = current_database()".encode()).fetchone()
    assert row is not None
    return dict(zip(columns, row, strict=True))


def test_database_counts_transactions_and_the_ends_of_sessions(pgquill: PgquillServer) -> None:
    with psycopg.connect(pgquill.dsn(), autocommit=True) as watcher:
        before = counted(watcher)
        with psycopg.connect(pgquill.dsn(), autocommit=True) as connection:
            connection.execute("SELECT 1")
            with connection.transaction(force_rollback=True):
                connection.execute("SELECT 1")
            watcher.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
            with suppress(psycopg.OperationalError):
                connection.execute("SELECT 1")
        after = counted(watcher)
        # Its SELECT, and those of the watcher: the first look counts in the second.
        assert {name: after[name] - before[name] for name in before} == {
            "xact_commit": 3, "xact_rollback": 1, "sessions": 1, "sessions_abandoned": 0, "sessions_fatal": 0,
            "sessions_killed": 1}


def test_log_is_a_file_with_a_size(serve_pgquill: Any, tmp_path: Any) -> None:
    server = serve_pgquill(tmp_path / "log.db")
    with psycopg.connect(server.dsn("log"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int)")
        connection.execute("INSERT INTO t SELECT generate_series(1, 1000)")
        (name, size), = connection.execute("SELECT name, size FROM pg_ls_waldir()").fetchall()
        assert (name, size) == ("log.db-wal", (tmp_path / "log.db-wal").stat().st_size)
        header = 32
        assert connection.execute("SELECT wal_bytes, pgquill_wal_size() FROM pg_stat_wal").fetchall() == [(size - header, size)]
        measures = dict(connection.execute("SELECT name, value FROM pgquill_metrics()").fetchall())
        assert measures["wal_size"] == size
        assert measures["connections"] == measures["connections_active"] == 1
        assert 0 <= measures["event_loop_lateness_average"] <= measures["event_loop_lateness_max"]


def test_clock_counts_each_time_once() -> None:
    clock = SessionClock()
    clock.rest()
    active = clock.active_ns
    clock.rest()
    assert (clock.active, clock.active_ns) == (False, active)
    clock.work(in_transaction=True)
    idle = clock.in_transaction_ns
    clock.work(in_transaction=True)
    assert (clock.active, clock.in_transaction_ns) == (True, idle)


def test_sessions_add_up() -> None:
    metrics = DatabaseMetrics()
    clock = SessionClock(active_ns=5, in_transaction_ns=7, end=End.ABANDONED)
    metrics.session_ended(clock)
    metrics.session_ended(clock)
    assert (metrics.active_ns, metrics.in_transaction_ns, metrics.ends[End.ABANDONED]) == (10, 14, 2)


def test_deadlock_is_counted(pgquill: PgquillServer) -> None:
    def deadlocks() -> int:
        row = first.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
        assert row is not None
        return int(row[0])

    def second_lock(connection: psycopg.Connection[Any], key: int) -> bool:
        try:
            connection.execute("SELECT pg_advisory_lock(%s)", [key])
        except psycopg.errors.DeadlockDetected:
            connection.execute("SELECT pg_advisory_unlock_all()")
            return True
        return False

    with psycopg.connect(pgquill.dsn(), autocommit=True) as first, psycopg.connect(pgquill.dsn(), autocommit=True) as second:
        before = deadlocks()
        for connection, key in ((first, 71), (second, 72)):
            connection.execute("SET deadlock_timeout = '10ms'")
            connection.execute("SELECT pg_advisory_lock(%s)", [key])
        with ThreadPoolExecutor() as threads:
            found = [threads.submit(second_lock, *pair) for pair in ((first, 72), (second, 71))]
            assert sum(each.result(30) for each in found) == 1
        first.execute("SELECT pg_advisory_unlock_all()")
        assert deadlocks() == before + 1
