"""Enums, domains and composite types over the wire: the same answers as PostgreSQL 18's."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.executor.session_scripts import check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

NAMES = ("enums", "ranges_made", "domains", "composite_types", "json_rows")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("user_types"))
    yield started
    started.stop()


@pytest.mark.parametrize("name", NAMES)
def test_script_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)


def test_databases_of_one_server_do_not_share_types(server: PgquillServer) -> None:
    found = []
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE one")
        admin.execute("CREATE DATABASE two")
    connections = [psycopg.connect(server.dsn(name), autocommit=True) for name in ("one", "two")]
    for connection, labels in zip(connections, ("'a', 'b'", "'b', 'a'"), strict=True):
        connection.execute(f"CREATE TYPE letter AS ENUM ({labels}); CREATE TABLE t (l letter UNIQUE)".encode())
        connection.execute("INSERT INTO t VALUES ('a'), ('b')")
    for connection in connections:
        row = connection.execute("SELECT array_agg(l ORDER BY l)::text, 'letter'::regtype::oid FROM t").fetchone()
        assert row is not None
        found.append(row)
        connection.close()
    assert [text for text, _ in found] == ["{a,b}", "{b,a}"]
    assert found[0][1] == found[1][1]


def test_types_outlive_the_server(tmp_path: Path) -> None:
    first = PgquillServer(tmp_path)
    with psycopg.connect(first.dsn(), autocommit=True) as connection:
        connection.execute("""
            CREATE TYPE letter AS ENUM ('b', 'a'); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
            CREATE TYPE pair AS (l letter, n positive); CREATE TABLE t (l letter, ps pair[]);
            INSERT INTO t VALUES ('a', '{"(a,1)","(b,2)"}'), ('b', NULL)""")
    first.stop()
    second = PgquillServer(tmp_path)
    with psycopg.connect(second.dsn(), autocommit=True) as connection:
        assert connection.execute("SELECT l, (ps[2]).l, (ps[1]).n FROM t ORDER BY t.l").fetchall() == [
            ("b", None, None), ("a", "b", 1)]
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE t SET ps[1].n = -1 WHERE l = 'a'")
    second.stop()
