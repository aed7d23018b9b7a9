"""What a hostile client does to a real server: others are served all the while, memory stays bounded, and the log tells."""

import socket
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.pgquill_server import PgquillServer, ServePgquill, needs_engine

pytestmark = needs_engine

MEMORY_MAX = 400 << 20
ANSWER_MAX_S = 5.0


def memory(server: PgquillServer) -> int:
    return int(psutil.Process(server.process.pid).memory_info().rss)


def assert_serves(server: PgquillServer) -> None:
    begin = time.monotonic()
    with psycopg.connect(server.dsn(), connect_timeout=20) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert time.monotonic() - begin < ANSWER_MAX_S
    assert memory(server) < MEMORY_MAX


def connect(server: PgquillServer) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=20)


@pytest.mark.slow
def test_thousands_of_half_open_connections_leave_room_for_others(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "a.db", "-c", "authentication_timeout=20")
    sockets = []
    try:
        for number in range(5000):
            try:
                sockets.append(connect(server))
            except OSError:  # this process may not open so many files
                break
            if number % 3 == 0:
                sockets[-1].sendall(b"\0\0\0\x20\0\3")  # a packet that never ends
        assert len(sockets) > 500
        assert_serves(server)
    finally:
        for each in sockets:
            each.close()
    assert_serves(server)


def test_connection_that_says_nothing_is_closed_in_time(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "a.db", "-c", "authentication_timeout=1")
    with connect(server) as silent, connect(server) as slow:
        slow.sendall(b"\0\0\0\x20\0")
        assert silent.recv(100) == b""
        assert slow.recv(100) == b""
    assert_serves(server)


@pytest.mark.parametrize("first", [b"\x7f\xff\xff\xff\0\3\0\0", b"\x3f\xff\xff\xff\0\3\0\0", b"\0\0\0\0\0\3\0\0",
                                   b"GET / HTTP/1.1\r\n\r\n"])
def test_impossible_length_before_authentication_is_refused(
    tmp_path: Path, serve_pgquill: ServePgquill, first: bytes
) -> None:
    server = serve_pgquill(tmp_path / "a.db")
    with connect(server) as client:
        client.sendall(first)
        answer = client.recv(4096)
        assert b"08P01" in answer or b"0A000" in answer or answer.startswith(b"EFATAL")
    assert_serves(server)


def test_length_of_a_gigabyte_takes_no_memory(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "a.db")
    clients = []
    for _ in range(20):
        client = connect(server)
        user = b"user\0postgres\0\0"
        client.sendall((len(user) + 8).to_bytes(4, "big") + b"\0\3\0\0" + user)
        while not client.recv(65536).endswith(b"Z\0\0\0\5I"):
            pass
        client.sendall(b"Q\x3f\xff\xff\xfe" + b"select 1")
        clients.append(client)
    assert_serves(server)
    for client in clients:
        client.close()


def test_pipeline_of_small_requests_for_large_answers_takes_no_memory(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "a.db")
    wide = "select " + ",".join(f"1 as c{number}" for number in range(1600))
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"prepare p as {wide}")
        raw = connection.pgconn.socket
        client = socket.socket(fileno=socket.dup(raw))
        client.setblocking(False)
        request = b"D\0\0\0\x07Sp\0" * 2000
        sent = 0
        try:
            for _ in range(20):
                sent += client.send(request)
        except BlockingIOError:
            pass
        assert sent
        assert_serves(server)
        client.close()


@pytest.mark.parametrize("text", [
    "select 1" + " is null" * 100_000, "select " + "(" * 100_000 + "1" + ")" * 100_000,
    "select " + "case when true then " * 100_000,
    "select '" + "[" * 100_000 + "'::jsonb", "select '" + "(" * 100_000 + "'::tsquery",
    "select '" + "-" * 100_000 + "1'::jsonpath",
    "select 1" + " union select 1" * 100_000, "select '" + "{" * 100_000 + "'::text[]", "select 'a' ~ '" + "(" * 100_000 + "'",
    "select '" + "<a>" * 100_000 + "'::xml", "select 1 from (select 1) a" + ", (select 1) b" * 50_000,
], ids=["is null", "parentheses", "case", "jsonb", "tsquery", "jsonpath", "union", "array", "regexp", "xml", "from"])  # fmt: skip
def test_deep_statement_is_refused_and_the_session_goes_on(pgquill: PgquillServer, text: str) -> None:
    with psycopg.connect(pgquill.dsn(), autocommit=True) as connection:
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(text)
        assert refused.value.sqlstate in ("54001", "54000", "2201B", "22P02", "42601", "2200N", "42712")
        assert connection.execute("select 1").fetchone() == (1,)


SECRET = "geheim7"


def test_log_tells_what_was_asked_for_and_no_password(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "a.db", "--log-level", "error", "-c", "log_connections=all", "-c", "log_disconnections=on",
                           "-c", "log_statement=ddl", "-c", "log_min_duration_statement=0")
    with psycopg.connect(server.dsn(), autocommit=True, application_name="a\nlevel=log event=forged") as connection:
        connection.execute("create table t(a int)")
        connection.execute("select %s::int", [1])
        for text in (f"alter role nobody password '{SECRET}'", f"alter role nobody pasword '{SECRET}'",
                     f"alter role x password '{SECRET}"):
            with pytest.raises(psycopg.Error):
                connection.execute(text)
        connection.execute(f"select 'password={SECRET}'")
        activity = connection.execute(f"select query, 'password={SECRET}' from pg_stat_activity").fetchall()
        assert SECRET not in str([query for query, _ in activity])
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn("nonexistent"))
    server.stop()
    lines = server.process.lines
    events = [line.partition("event=")[2] for line in lines]
    for event in ('"connection received"', '"connection authenticated"', '"connection authorized"', '"connection ready"',
                  "disconnection", "statement", '"connection refused"', "error"):
        assert any(found.startswith(event) for found in events), event
    assert any('statement="create table t(a int)"' in line for line in lines)
    assert any("execute <unnamed>" in line and "duration_ms=" in line for line in lines)
    assert not any(line.startswith("level=log event=forged") for line in lines)
    assert SECRET not in server.process.output()
