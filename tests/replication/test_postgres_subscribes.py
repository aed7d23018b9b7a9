"""PostgreSQL 18 itself subscribes to a server here: it understands what pgoutput says, in blocks and in binary format too."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18, Unavailable

TABLE = ("CREATE TYPE mood AS ENUM ('sad', 'happy')",
         "CREATE TABLE t (id integer PRIMARY KEY, v text, m mood, n numeric(8,2), a integer[], j jsonb)")
STEPS = (
    "INSERT INTO t SELECT g, repeat('x', 100), 'happy', -1.5, '{1,NULL}', '[1, 2]' FROM generate_series(101, 4000) g",
    "UPDATE t SET v = NULL, m = 'sad' WHERE id < 200; UPDATE t SET id = -id WHERE id BETWEEN 10 AND 20; "
    "DELETE FROM t WHERE id > 3000",
    "TRUNCATE t; INSERT INTO t VALUES (1, 'after')",
)
CONTENT = "SELECT * FROM t ORDER BY id"


@pytest.fixture(scope="module")
def subscriber() -> Iterator[Postgres18]:
    try:
        server = Postgres18(settings={"wal_level": "logical"})
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


def rows_when_equal(here: psycopg.Connection, there: psycopg.Connection) -> list[tuple[object, ...]]:
    """What both have, as soon as they have the same."""
    expected = here.execute(CONTENT).fetchall()
    deadline = time.monotonic() + 60
    while (found := there.execute(CONTENT).fetchall()) != expected and time.monotonic() < deadline:
        there.execute("SELECT pg_sleep(0.05)")
    assert found == expected
    return found


@pytest.mark.slow
@pytest.mark.parametrize("options", ["streaming = parallel, binary = true", "streaming = on", "streaming = off"])
def test_postgresql_follows_a_publication(tmp_path_factory: pytest.TempPathFactory, subscriber: Postgres18, options: str) -> None:
    server = PgquillServer(tmp_path_factory.mktemp("publisher") / "app.db", "-c", "logical_decoding_work_mem=64kB")
    name = "".join(filter(str.isalpha, options)).lower()
    with psycopg.connect(subscriber.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    with (psycopg.connect(server.dsn(), autocommit=True) as here,
          psycopg.connect(subscriber.dsn(name), autocommit=True) as there):
        for statement in TABLE:
            here.execute(statement)
            there.execute(statement)
        here.execute("CREATE PUBLICATION p FOR TABLE t")
        here.execute("INSERT INTO t SELECT g, 'before', 'sad' FROM generate_series(1, 100) g")
        there.execute(f"CREATE SUBSCRIPTION {name} CONNECTION '{server.dsn()}' PUBLICATION p WITH ({options})")
        assert len(rows_when_equal(here, there)) == 100
        for step in STEPS:
            with here.transaction():
                here.execute(step)
            rows_when_equal(here, there)
        there.execute(f"DROP SUBSCRIPTION {name}")
    server.stop()
