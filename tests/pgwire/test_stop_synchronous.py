"""A server that is stopped while commits wait for standbys which do not come: nothing is acknowledged, and nothing hangs."""

import signal
import threading
from pathlib import Path

import psycopg

from tests.pgquill_server import PgquillServer, needs_engine


@needs_engine
def test_stop_ends_commits_that_wait_for_standbys_without_acknowledging_them(tmp_path: Path) -> None:
    server = PgquillServer(tmp_path / "app.db", "-c", "wal_level=logical")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t(x int)")
    server.stop()
    server = PgquillServer(tmp_path / "app.db", "-c", "wal_level=logical", "-c", "synchronous_standby_names=ANY 1 (*)")
    failures: list[psycopg.Error] = []

    def write() -> None:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            try:
                connection.execute("INSERT INTO t VALUES (1)")
            except psycopg.Error as error:
                failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            while connection.execute("SELECT count(*) FROM t").fetchone() != (1,):
                assert thread.is_alive()
        server.stop(signal.SIGINT)
    finally:
        if server.process.running:
            server.kill()
        thread.join(10)
    assert [error.sqlstate for error in failures] == ["57P01"]
    server = PgquillServer(tmp_path / "app.db")
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
    server.stop()
