"""Clients that misbehave, and files that cannot be served: the server goes on, or says in one line why it does not."""

import os
import shutil
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.pgquill_server import COMMAND, PgquillServer, ServePgquill, command_environment, needs_engine
from tests.processes import free_port

pytestmark = needs_engine


def raw_connection(server: PgquillServer) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=20)


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    while data := connection.recv(65536):
        received += data
    return received


def signed_on(server: PgquillServer) -> socket.socket:
    """A connection after ReadyForQuery."""
    connection = raw_connection(server)
    body = struct.pack("!i", 196608) + b"user\0postgres\0database\0" + server.database.encode() + b"\0\0"
    connection.sendall(struct.pack("!i", len(body) + 4) + body)
    received = b""
    while not received.endswith(b"Z\0\0\0\x05I"):
        received += connection.recv(65536)
    return connection


def query(connection: socket.socket, text: str, end: bytes) -> None:
    connection.sendall(b"Q" + struct.pack("!i", len(text) + 5) + text.encode() + b"\0")
    received = b""
    while not received.endswith(b"Z\0\0\0\x05" + end):
        received += connection.recv(65536)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_dead_client_in_the_middle_of_a_transaction_frees_its_locks(
    tmp_path: Path, serve_pgquill: ServePgquill, reset: bool
) -> None:
    server = serve_pgquill(tmp_path / "dead.db")
    with psycopg.connect(server.dsn(), autocommit=True) as other:
        other.execute("CREATE TABLE t (a int)")
        dead = signed_on(server)
        query(dead, "BEGIN", b"T")
        query(dead, "INSERT INTO t VALUES (1)", b"T")
        if reset:
            dead.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        dead.close()
        other.execute("INSERT INTO t VALUES (2)")  # waits for the dead one's lock, which is given up at once
        assert other.execute("SELECT a FROM t").fetchall() == [(2,)]


def test_a_thousand_connections_that_never_speak_keep_nobody_out(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "silent.db")
    silent = [raw_connection(server) for _ in range(1000)]
    try:
        with psycopg.connect(server.dsn(), autocommit=True, connect_timeout=20) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        for one in silent:
            one.close()


def test_message_that_is_too_large_ends_only_its_own_connection(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "large.db")
    for header in (b"Q\x7f\xff\xff\xff", b"Q\x00\x00\x00\x00", b"Q\xff\xff\xff\xff"):
        connection = signed_on(server)
        connection.sendall(header)
        assert b"08P01" in until_closed(connection)
        connection.close()
    for packet in (b"\x7f\xff\xff\xff", b"\x00\x00\x00\x03", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00"):
        connection = raw_connection(server)
        connection.sendall(packet)
        until_closed(connection)
        connection.close()
    with psycopg.connect(server.dsn()) as alive:
        assert alive.execute("SELECT 1").fetchone() == (1,)


def test_hostile_statements_fail_and_leave_the_session_usable(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "hostile.db")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for statement in ("SELECT " + "(" * 50_000 + "1" + ")" * 50_000, "SELECT " + "1+" * 200_000 + "1",
                          "SELECT " + "NOT " * 100_000 + "true", "SELECT repeat('x', 2000000000)"):
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(statement)
            assert caught.value.sqlstate in ("54001", "54000", "42601", "53200"), (statement[:20], str(caught.value)[:200])
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(errors.CharacterNotInRepertoire):
            connection.execute(b"SELECT '\xff'")


# --- files that cannot be served --------------------------------------------------------------------------------------


def refused(*words: Any, **options: Any) -> str:
    """What a `pgquill serve` prints that must not start: one line, and exit status 1."""
    argv = [*COMMAND, "serve", *map(str, words)]
    done = subprocess.run(argv, env=command_environment(), capture_output=True, text=True, timeout=30, check=False, **options)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("pgquill: "), done.stderr
    return done.stderr.strip()


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are only notes, and not short enough to be an empty database\n" * 50)
    before = path.read_bytes()
    assert "not a database" in refused(path, "--port", free_port())
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["notes.db"]


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "nowhere" / "a.db", "--port", free_port())


def test_file_locked_by_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.db"
    program = shutil.which("sqlite3")
    if program is None:
        pytest.skip("there is no sqlite3 shell")
    subprocess.run([program, str(path), "CREATE TABLE t (a)"], check=True)
    script = "PRAGMA locking_mode = exclusive;\nBEGIN EXCLUSIVE;\nINSERT INTO t VALUES (1);\nSELECT 'locked';\n"
    with subprocess.Popen([program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        holder.stdin.write(script)
        holder.stdin.flush()
        assert [holder.stdout.readline() for _ in range(2)] == ["exclusive\n", "locked\n"]
        assert "locked" in refused(path, "--port", free_port())


def test_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(tmp_path / "a.db", "--port", port)
    assert str(port) in said and "in use" in said


def test_read_only_file_is_served_for_reading(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    program = shutil.which("sqlite3")
    if program is None:
        pytest.skip("there is no sqlite3 shell")
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "fixed.db"
    subprocess.run([program, str(path), "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (7)"], check=True)
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        if os.access(path, os.W_OK):
            pytest.skip("this account may write everything")
        server = serve_pgquill(path)
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            assert connection.execute("SELECT a FROM t").fetchall() == [(7,)]
            with pytest.raises(errors.ReadOnlySqlTransaction):
                connection.execute("INSERT INTO t VALUES (8)")
        server.stop()
    finally:
        folder.chmod(0o755)
    assert os.listdir(folder) == ["fixed.db"]
