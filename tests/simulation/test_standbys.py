"""Three servers are equal after whatever a seed has done to them, and nothing that was answered is lost.

The full run: python -m pytest -m full tests/simulation/test_standbys.py, or python -m tests.simulation standbys.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import psycopg
import pytest

from tests.pgquill_server import PgquillServer, needs_engine
from tests.simulation.clock import set_clock
from tests.simulation.contents import contents, differences
from tests.simulation.proxy import Proxy
from tests.simulation.standbys import FAULTS, follow_through


@needs_engine
def test_three_servers_are_equal_after_three_rounds(tmp_path: Path) -> None:
    assert follow_through(tmp_path, rounds=3, seed=7) == []


@needs_engine
def test_promotion_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    assert follow_through(tmp_path, rounds=1, seed=2, only=["promote"]) == []


@needs_engine
def test_clocks_that_jump_change_nothing(tmp_path: Path) -> None:
    assert follow_through(tmp_path, rounds=1, seed=3, only=["set_clock"]) == []


def test_clock_of_a_simulated_server_is_what_the_file_says(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, 0)
    server = PgquillServer(":memory:", command=(sys.executable, "-m", "tests.simulation.clock", str(clock)))
    try:
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            ahead = "SELECT round(extract(epoch FROM clock_timestamp()) - %s)"
            assert connection.execute(ahead, [time.time()]).fetchone() == (0,)
            set_clock(clock, -86_400 * 10**9)
            assert connection.execute(ahead, [time.time()]).fetchone() == (-86_400,)
    finally:
        server.stop()


@needs_engine
@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 110))
def test_three_servers_are_equal_after_two_hundred_rounds(tmp_path: Path, seed: int) -> None:
    assert follow_through(tmp_path, rounds=20, seed=seed) == []


@needs_engine
@pytest.mark.full
@pytest.mark.parametrize("fault", [fault.__name__ for fault in FAULTS])
def test_each_fault_alone_is_survived(tmp_path: Path, fault: str) -> None:
    assert follow_through(tmp_path, rounds=5, seed=5, only=[fault]) == []


# --- that the simulation finds something ------------------------------------------------------------------------------


def make(path: Path, *more: str) -> Path:
    connection = apsw.Connection(os.fspath(path))
    for sql in (
        "CREATE TABLE t(id INTEGER PRIMARY KEY, v)", "CREATE TABLE k(a TEXT PRIMARY KEY, v) WITHOUT ROWID",
        "CREATE TABLE pgquill_wal(lsn INTEGER PRIMARY KEY, xid, committed_at, timeline, record)",
        "CREATE TABLE pgquill_slot(name)", "INSERT INTO t VALUES (1, 'x'), (2, NULL)", "INSERT INTO k VALUES ('a', 1)",
        "INSERT INTO pgquill_wal VALUES (16, 1, 1, 1, x'01'), (32, 2, 2, 1, x'02')", *more,
    ):
        connection.execute(sql).fetchall()
    connection.close()
    return path


@pytest.mark.parametrize("sql", ["DELETE FROM pgquill_wal WHERE lsn = 16", "INSERT INTO pgquill_slot VALUES ('s')", "ANALYZE",
                                 "VACUUM"])
def test_what_is_about_one_copy_is_no_difference(tmp_path: Path, sql: str) -> None:
    assert differences({"one": make(tmp_path / "1.db"), "other": make(tmp_path / "2.db", sql)}) == []


@pytest.mark.parametrize(("sql", "complaint"), [
    ("UPDATE t SET v = 'y' WHERE id = 1", "t is not the same on other as on one"),
    ("UPDATE t SET v = '' WHERE id = 2", "t is not the same on other as on one"),
    ("UPDATE t SET id = 3 WHERE id = 2", "t is not the same on other as on one"),
    ("DELETE FROM k", "k is not the same on other as on one"),
    ("CREATE INDEX i ON t(v)", "the schema is not the same on other as on one"),
    ("UPDATE pgquill_wal SET record = x'03' WHERE lsn = 32", "1 records are not the same on other as on one, the first at 20"),
    ("INSERT INTO pgquill_wal VALUES (48, 3, 3, 1, x'03')", "1 records are not the same on other as on one, the first at 30"),
])
def test_planted_difference_is_found(tmp_path: Path, sql: str, complaint: str) -> None:
    assert differences({"one": make(tmp_path / "1.db"), "other": make(tmp_path / "2.db", sql)}) == [complaint]


def test_missing_table_is_found(tmp_path: Path) -> None:
    complaints = differences({"one": make(tmp_path / "1.db"), "other": make(tmp_path / "2.db", "DROP TABLE k")})
    assert complaints == ["k is not the same on other as on one", "the schema is not the same on other as on one"]
    assert set(contents(tmp_path / "1.db")) == {"the schema", "t", "k"}


# --- the proxy --------------------------------------------------------------------------------------------------------


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that gives back what it gets, on this port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    proxy = Proxy(echo, seed=1)
    yield proxy
    proxy.close()


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection((proxy.host, proxy.port), timeout=10)


def exchange(connection: socket.socket, data: bytes = b"hello") -> bytes:
    """What comes back, until all of it has or the connection ends."""
    connection.sendall(data)
    found = b""
    try:
        while len(found) < len(data) and (piece := connection.recv(65536)):
            found += piece
    except ConnectionResetError:
        return found
    return found


def test_proxy_passes_everything_on(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert exchange(connection, b"x" * 300_000) == b"x" * 300_000
    assert proxy.passed == 600_000


def test_proxy_cuts_connections_and_takes_new_ones(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert exchange(connection) == b"hello"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with connect(proxy) as connection:
        assert exchange(connection) == b"hello"


def test_proxy_passes_half_of_something(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert exchange(connection) == b"hello"
        proxy.halve()
        assert len(exchange(connection, b"x" * 1000)) < 1000


def test_proxy_holds_everything_until_it_is_healed(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert exchange(connection) == b"hello"
        proxy.hold()
        connection.sendall(b"later")
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(5)
        connection.settimeout(10)
        proxy.heal()
        assert connection.recv(5) == b"later"


def test_proxy_leads_new_connections_elsewhere(proxy: Proxy) -> None:
    proxy.target = 1
    with connect(proxy) as connection:
        assert exchange(connection) == b""
