"""Replication of a running server, seen from outside: commits that wait, places for connections, slots given up, the end."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest

from tests.pgquill_server import PgquillServer, needs_engine

psycopg2 = pytest.importorskip("psycopg2")
extras = pytest.importorskip("psycopg2.extras")
pytestmark = needs_engine
PATIENCE_S = 20.0
Connection = psycopg.Connection[Any]


@contextmanager
def serving(path: Path, *settings: str) -> Iterator[PgquillServer]:
    server = PgquillServer(path / "app.db", *(word for setting in settings for word in ("-c", setting)))
    try:
        yield server
    finally:
        server.stop()


def until(condition: Callable[[], object]) -> None:
    end = monotonic() + PATIENCE_S
    while not condition():
        assert monotonic() < end, "it never happened"
        sleep(0.01)


class Reader:
    """A replication connection that follows slot `s` and confirms what it is told to."""

    def __init__(self, server: PgquillServer, name: str = "reader") -> None:
        self.connection = psycopg2.connect(server.dsn() + f" application_name={name}",
                                           connection_factory=extras.LogicalReplicationConnection)
        self.cursor = self.connection.cursor()

    def make(self) -> "Reader":
        self.cursor.create_replication_slot("s", output_plugin="test_decoding")
        return self

    def start(self) -> "Reader":
        self.cursor.start_replication(slot_name="s", decode=True, options={"include-xids": "0", "skip-empty-xacts": "1"})
        return self

    def next(self) -> Any:
        end = monotonic() + PATIENCE_S
        while (message := self.cursor.read_message()) is None:
            assert monotonic() < end, "nothing came"
            sleep(0.01)
        return message

    def transaction(self) -> list[str]:
        """The lines of the next transaction; they are not confirmed."""
        lines = [self.next().payload]
        while lines[-1] != "COMMIT":
            lines.append(self.next().payload)
        return lines

    def hear(self) -> bool:
        """Take a keepalive if there is one, and confirm; True."""
        assert self.cursor.read_message() is None
        self.confirm()
        return True

    def confirm(self) -> None:
        position = self.cursor.wal_end
        self.cursor.send_feedback(write_lsn=position, flush_lsn=position, apply_lsn=position, force=True)


def facts(connection: Connection, text: str) -> Any:
    found = connection.execute(text).fetchone()
    return None if found is None else found[0] if len(found) == 1 else found


def test_commit_waits_for_the_synchronous_reader(tmp_path: Path) -> None:
    with serving(tmp_path, "synchronous_standby_names=reader") as server, \
            psycopg.connect(server.dsn(), autocommit=True) as one, psycopg.connect(server.dsn(), autocommit=True) as two:
        one.execute("SET synchronous_commit = local")
        one.execute("CREATE TABLE t (a int PRIMARY KEY)")
        reader = Reader(server).make().start()
        until(lambda: facts(one, "SELECT state FROM pg_stat_replication") == "streaming")
        until(lambda: reader.hear() and facts(one, "SELECT sync_state FROM pg_stat_replication") == "sync")
        writer = threading.Thread(target=two.execute, args=("INSERT INTO t VALUES (1)",))
        writer.start()
        assert reader.transaction() == ["BEGIN", "table public.t: INSERT: a[integer]:1", "COMMIT"]
        assert writer.is_alive()
        reader.confirm()
        writer.join(PATIENCE_S)
        assert not writer.is_alive()
        assert facts(one, "SELECT write_lag IS NOT NULL, flush_lsn = sent_lsn FROM pg_stat_replication") == (True, True)
        two.execute("SET synchronous_commit = local")
        two.execute("INSERT INTO t VALUES (2)")
        reader.connection.close()


def test_server_that_stops_sends_everything_first(tmp_path: Path) -> None:
    server = PgquillServer(tmp_path / "app.db")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
        reader = Reader(server).make().start()
        connection.execute("INSERT INTO t SELECT generate_series(1, 5000)")
    lines = [reader.next().payload]
    stopper = threading.Thread(target=server.stop, args=(signal.SIGTERM,))
    stopper.start()
    while lines[-1] != "COMMIT":
        lines.append(reader.next().payload)
    assert len(lines) == 5002
    reader.confirm()
    with pytest.raises(psycopg2.Error):
        while True:
            reader.cursor.read_message()
            reader.confirm()
            sleep(0.01)
    stopper.join(PATIENCE_S)
    assert not stopper.is_alive()


def test_reader_goes_on_where_it_has_confirmed_after_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as server, psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
        reader = Reader(server).make().start()
        connection.execute("INSERT INTO t VALUES (1)")
        reader.transaction()
        reader.confirm()
        connection.execute("INSERT INTO t VALUES (2)")
        reader.transaction()
        reader.connection.close()
    with serving(tmp_path) as server:
        reader = Reader(server).start()
        assert reader.transaction() == ["BEGIN", "table public.t: INSERT: a[integer]:2", "COMMIT"]
        reader.connection.close()


def test_slot_that_holds_back_too_much_is_lost(tmp_path: Path) -> None:
    with serving(tmp_path, "max_slot_wal_keep_size=1MB") as server, psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int PRIMARY KEY, v text)")
        reader = Reader(server).make().start()
        for i in range(3):
            connection.execute("INSERT INTO t VALUES (%s, %s)", (i, "x" * 600_000))
        slot = "SELECT wal_status, invalidation_reason, active FROM pg_replication_slots"
        until(lambda: facts(connection, slot) == ("lost", "wal_removed", False))
        with pytest.raises(psycopg2.Error):
            while True:
                reader.next()
        with pytest.raises(psycopg2.Error, match='can no longer access replication slot "s"'):
            Reader(server).start()


def test_replication_connections_have_places_of_their_own(tmp_path: Path) -> None:
    with serving(tmp_path, "max_wal_senders=1", "max_connections=1", "superuser_reserved_connections=0") as server:
        reader = Reader(server)
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("SELECT 1")
            with pytest.raises(psycopg2.Error, match='number of requested standby connections exceeds "max_wal_senders"'):
                Reader(server)
        reader.connection.close()
