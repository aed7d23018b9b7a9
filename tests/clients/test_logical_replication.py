"""Logical replication to and from a real PostgreSQL 18 and 15, initial copy included: after TPC-B all tables are equal.

The long form of it, a minute each way, is behind the marker `slow`.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.pgquill_server import PgquillServer
from tests.postgres18 import DEBIAN, Postgres18, Unavailable

TABLES = ("pgbench_accounts", "pgbench_branches", "pgbench_tellers", "pgbench_history")
BARRIER_S = 60
CONTENT = "SELECT count(*), md5(string_agg(r::text, ',' ORDER BY r::text)) FROM (SELECT * FROM {}) r"

Server = Any


@pytest.fixture(scope="module", params=["18", "15"])
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    programs = None if request.param == "18" else DEBIAN / request.param / "bin"
    if programs is not None and not (programs / "postgres").exists():
        pytest.skip(f"PostgreSQL {request.param} is not installed")
    try:
        server = Postgres18(durable=True, settings={"wal_level": "logical", "wal_retrieve_retry_interval": "100"},
                            programs=programs)
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


@pytest.fixture
def pgquill(tmp_path: Path) -> Iterator[Server]:
    server = PgquillServer(tmp_path / "here.db")
    yield server
    server.stop()


class Both:
    """A publisher and a subscriber, each with a database of its own."""

    def __init__(self, publisher: Server, from_name: str, subscriber: Server, to_name: str) -> None:
        self.publisher, self.from_name, self.subscriber, self.to_name = publisher, from_name, subscriber, to_name
        self.source = psycopg.connect(publisher.dsn(from_name), autocommit=True)
        self.target = psycopg.connect(subscriber.dsn(to_name), autocommit=True)

    def subscribe(self) -> None:
        self.target.execute(f"CREATE SUBSCRIPTION pair CONNECTION '{self.publisher.dsn(self.from_name)}' PUBLICATION pair")
        self.wait("SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'")

    def wait(self, question: str) -> None:
        """Until the subscriber says yes."""
        for _ in range(BARRIER_S * 20):
            if self.target.execute(question).fetchone() == (True,):
                return
            self.target.execute("SELECT pg_sleep(0.05)")
        raise AssertionError(f"not within {BARRIER_S} s: {question}")

    def barrier(self) -> None:
        """Until the subscriber has all that was committed."""
        position = self.source.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        assert position is not None
        for _ in range(BARRIER_S * 20):
            if self.source.execute(
                    "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = 'pair'",
                    position).fetchone() == (True,):
                return
            self.source.execute("SELECT pg_sleep(0.05)")
        raise AssertionError(f"the subscriber has not got to {position[0]} within {BARRIER_S} s")

    def content(self, table: str) -> tuple[Any, Any]:
        return self.source.execute(CONTENT.format(table)).fetchone(), self.target.execute(CONTENT.format(table)).fetchone()

    def close(self) -> None:
        self.target.execute("DROP SUBSCRIPTION IF EXISTS pair")
        self.source.close()
        self.target.close()


@pytest.fixture(params=["from pgquill", "to pgquill"])
def both(request: pytest.FixtureRequest, postgres: Server, pgquill: Server) -> Iterator[Both]:
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE pair")
    ways = {"from pgquill": (pgquill, "here", postgres, "pair"), "to pgquill": (postgres, "pair", pgquill, "here")}
    found = Both(*ways[request.param])
    yield found
    found.close()
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute("DROP DATABASE pair WITH (FORCE)")


def run_pgbench(postgres: Server, server: Server, database: str, *options: str) -> None:
    where = ("-h", server.host, "-p", str(server.port), "-U", server.user)
    subprocess.run([postgres.programs / "pgbench", *where, *options, database], check=True, capture_output=True)


def follow_tpcb(both: Both, postgres: Server, *amount: str) -> None:
    run_pgbench(postgres, both.publisher, both.from_name, "-i", "-q")
    run_pgbench(postgres, both.subscriber, both.to_name, "-i", "-q", "-I", "dtp")
    both.source.execute("ALTER TABLE pgbench_history REPLICA IDENTITY FULL")
    both.source.execute("CREATE PUBLICATION pair FOR ALL TABLES")
    both.subscribe()
    run_pgbench(postgres, both.publisher, both.from_name, "-n", "-c", "4", *amount)
    both.barrier()
    for table in TABLES:
        ours, theirs = both.content(table)
        assert ours == theirs, table


def test_tables_are_equal_after_tpcb(both: Both, postgres: Server) -> None:
    follow_tpcb(both, postgres, "-t", "50")


@pytest.mark.slow
@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_tables_are_equal_after_a_minute_of_tpcb(both: Both, postgres: Server) -> None:
    follow_tpcb(both, postgres, "-T", "60")


def test_rows_of_every_kind_arrive_as_they_are(both: Both) -> None:
    columns = ("id int PRIMARY KEY, a numeric, b numeric(10,3), c timestamptz, d interval, e jsonb, f text[], g bytea, h float8, "
               "i bool, j uuid, k int4range, l inet, m date, n char(5)")
    for connection in (both.source, both.target):
        connection.execute(f"CREATE TABLE kinds({columns})")
    values = (
        "(1, 1e30, 1.5, '2024-02-29 12:00+02', '1 mon 2 days', '{\"a\": [1, null]}', '{x,\"y z\",NULL}', '\\xdeadbeef', "
        "'NaN', true, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '[1,5)', '10.0.0.1/8', '0001-01-01 BC', 'ab')",
        "(2, 'NaN', NULL, '-infinity', '-1 day', '\"x\"', '{}', '', '-Infinity', false, NULL, 'empty', '::1', 'infinity', '')")
    both.source.execute(f"INSERT INTO kinds VALUES {values[0]}")
    both.source.execute("CREATE PUBLICATION pair FOR TABLE kinds")
    both.subscribe()
    both.source.execute(f"INSERT INTO kinds VALUES {values[1]}")
    both.source.execute("INSERT INTO kinds SELECT id + 2, a, b, c, d, e, f, g, h, i, j, k, l, m, n FROM kinds")
    both.source.execute("UPDATE kinds SET id = 10, b = 2.25 WHERE id = 1")
    both.source.execute("DELETE FROM kinds WHERE id = 4")
    both.barrier()
    ours, theirs = both.content("kinds")
    assert ours == theirs
    assert ours[0] == 3
    both.source.execute("TRUNCATE kinds")
    both.barrier()
    assert both.content("kinds") == ((0, None), (0, None))


def test_row_filters_and_column_lists_count_in_copy_and_stream(both: Both) -> None:
    both.source.execute("CREATE TABLE part(id int PRIMARY KEY, n int, secret text)")
    both.target.execute("CREATE TABLE part(id int PRIMARY KEY, n int, secret text DEFAULT 'ours', more int)")
    both.source.execute("INSERT INTO part SELECT i, i * 10, 's' FROM generate_series(1, 6) i")
    both.source.execute("CREATE PUBLICATION pair FOR TABLE part (id, n) WHERE (id > 3)")
    both.subscribe()
    both.source.execute("INSERT INTO part VALUES (2 + 5, 1, 't'), (0, 1, 't')")
    both.source.execute("UPDATE part SET id = 100 WHERE id = 1")
    both.source.execute("UPDATE part SET id = -1 WHERE id = 4")
    both.barrier()
    assert both.target.execute("SELECT * FROM part ORDER BY id").fetchall() == [
        (5, 50, "ours", None), (6, 60, "ours", None), (7, 1, "ours", None), (100, 10, "ours", None)]


def test_table_without_a_key_is_followed_by_whole_rows(both: Both) -> None:
    for connection in (both.source, both.target):
        connection.execute("CREATE TABLE bag(a int, b text)")
    both.source.execute("ALTER TABLE bag REPLICA IDENTITY FULL")
    both.source.execute("CREATE PUBLICATION pair FOR TABLE bag")
    both.subscribe()
    both.source.execute("INSERT INTO bag VALUES (1, 'x'), (1, 'x'), (2, NULL), (3, 'z')")
    both.source.execute("DELETE FROM bag WHERE ctid = (SELECT ctid FROM bag WHERE a = 1 LIMIT 1)")
    both.source.execute("UPDATE bag SET b = 'new' WHERE a = 2")
    both.barrier()
    assert both.target.execute("SELECT * FROM bag ORDER BY a").fetchall() == [(1, "x"), (2, "new"), (3, "z")]


REFUSED = (
    "CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p WITH (connect = off, binary = on, binary = off)",
    "/* ü */ CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p WITH (connect = off, binary = on, binary = off)",
    "CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p WITH (nonsense = 1)",
    "CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p WITH (connect = off, enabled = on)",
    "CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p WITH (connect = off, copy_data = on)",
    "CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p WITH (connect = off, origin = some)",
    "CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p WITH (connect = off, streaming = perhaps)",
    "CREATE SUBSCRIPTION refused CONNECTION 'host=x' PUBLICATION p, p WITH (connect = off)",
    "CREATE SUBSCRIPTION refused CONNECTION 'nonsense' PUBLICATION p WITH (connect = off)",
    "ALTER SUBSCRIPTION nosuch ENABLE",
    "ALTER SUBSCRIPTION nosuch SET (binary = on)",
    "DROP SUBSCRIPTION nosuch",
    "CREATE PUBLICATION refused WITH (publish = 'insert', publish = 'update')",
    "CREATE PUBLICATION refused WITH (nonsense = 1)",
)


@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_what_is_refused_is_refused_as_by_postgresql(postgres: Server, pgquill: Server) -> None:
    def answers(dsn: str) -> list[tuple[str, Any]]:
        found = []
        with psycopg.connect(dsn, autocommit=True) as connection:
            for sql in REFUSED:
                with pytest.raises(psycopg.Error) as caught:
                    connection.execute(sql)
                said = caught.value.diag
                message = (said.message_primary or "").rstrip("\n")  # libpq's own messages end with one
                found.append((sql, (said.sqlstate, message, said.message_detail, said.statement_position)))
        return found

    assert answers(pgquill.dsn("here")) == answers(postgres.dsn("postgres"))
