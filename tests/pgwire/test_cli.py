"""The command as a process, with the small engine behind it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.pgquill_server import command_environment, ready_pattern
from tests.processes import ServerProcess, free_port

PROGRAM = (
    "import sys, tests.pgwire.fake_engine as engine; sys.modules['executor.engine'] = engine; "
    "from pgwire.cli import main; main()"
)
COMMAND = [sys.executable, "-c", PROGRAM]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = command_environment()
    return subprocess.run([*COMMAND, *words], env=environment, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def server(*words: str) -> Iterator[tuple[ServerProcess, int]]:
    port = free_port()
    argv = [*COMMAND, "serve", "app.db", "--port", str(port), *words]
    process = ServerProcess(argv, ready=ready_pattern(port), env=command_environment())
    try:
        yield process, port
    finally:
        if process.running:
            process.kill()


def test_serve_tells_how_to_connect_and_answers() -> None:
    with server() as (process, port):
        assert f"psql 'host=127.0.0.1 port={port} dbname=app user=" in process.output()
        with psycopg.connect(f"host=127.0.0.1 port={port} user=me dbname=app") as connection:
            assert connection.execute("select 1").fetchall() == [(1,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_idle_sessions_and_the_process_with_status_0(number: signal.Signals) -> None:
    with server() as (process, port):
        connection = psycopg.connect(f"host=127.0.0.1 port={port} user=me dbname=app")
        assert process.stop(number) == 0
        with pytest.raises(psycopg.errors.AdminShutdown), connection:
            connection.execute("select 1")


def test_second_signal_ends_a_running_statement() -> None:
    with server("--log-level", "debug") as (process, port):
        connection = psycopg.connect(f"host=127.0.0.1 port={port} user=me dbname=app", autocommit=True)
        connection.pgconn.send_query(b"select pg_sleep(1000)")
        connection.pgconn.flush()
        process._process.send_signal(signal.SIGTERM)
        assert process.stop(signal.SIGINT) == 0
        connection.close()


def test_unix_socket_is_served_and_removed(tmp_path: Path) -> None:
    with server("--socket-dir", str(tmp_path)) as (process, port):
        with psycopg.connect(f"host={tmp_path} port={port} user=me dbname=app") as connection:
            assert connection.execute("select 1").fetchall() == [(1,)]
        process.stop(signal.SIGTERM)
        assert list(tmp_path.iterdir()) == []


def test_port_in_use_is_one_line_and_status_1() -> None:
    with server() as (_, port):
        done = run("serve", "app.db", "--port", str(port))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert f"could not listen on 127.0.0.1, port {port}" in done.stderr


def test_file_that_cannot_be_served_is_one_line_and_status_1() -> None:
    done = run("serve", "broken.db", "--port", "0")
    assert (done.returncode, done.stderr) == (1, 'pgquill: "broken.db" is not a SQLite database\n')


def test_network_address_is_refused_with_status_1() -> None:
    done = run("serve", "app.db", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert "refusing to listen on 0.0.0.0" in done.stderr


def test_version_is_printed() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "pgquill")


def test_log_level_nobody_knows_is_a_usage_error() -> None:
    assert run("serve", "app.db", "--log-level", "loud").returncode == 2
