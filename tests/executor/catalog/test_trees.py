"""Trees of tables: what survives when the file is served again, and when another program drops a parent."""

from pathlib import Path

import apsw
import psycopg
import pytest

from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

MADE = """create table p (a int primary key, b text) partition by range (a);
          create table p1 partition of p for values from (0) to (10);
          create table p2 partition of p default;
          create index pb on p (b);
          insert into p values (1, 'one'), (20, 'twenty')"""
ROWS = "select tableoid::regclass::text, a, b from p order by a"


def test_partitions_after_a_restart_are_the_same(tmp_path: Path) -> None:
    first = PgquillServer(tmp_path / "trees.db")
    try:
        with psycopg.connect(first.dsn(), autocommit=True) as connection:
            connection.execute(MADE)
    finally:
        first.stop()
    second = PgquillServer(tmp_path / "trees.db")
    try:
        with psycopg.connect(second.dsn(), autocommit=True) as connection:
            assert connection.execute(ROWS).fetchall() == [("p1", 1, "one"), ("p2", 20, "twenty")]
            connection.execute("insert into p values (5, 'five')")
            bounds = connection.execute("select pg_get_expr(relpartbound, oid) from pg_class "
                                        "where relispartition and relkind = 'r' order by relname").fetchall()
            assert bounds == [("FOR VALUES FROM (0) TO (10)",), ("DEFAULT",)]
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute("insert into p2 values (6, 'six')")
    finally:
        second.stop()


def test_partition_whose_parent_another_program_dropped_is_a_table(tmp_path: Path) -> None:
    server = PgquillServer(tmp_path / "trees.db")
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(MADE)
            other = apsw.Connection(str(tmp_path / "trees.db"))
            other.execute("drop table p")
            other.close()
            assert connection.execute("select a, b from p1").fetchall() == [(1, "one")]
            connection.execute("insert into p1 values (100, 'any')")
            assert connection.execute("select relispartition from pg_class where relname = 'p1'").fetchall() == [(False,)]
    finally:
        server.stop()
