"""Simple queries and statements outside of blocks, as PostgreSQL 18 has them."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.pq import DiagnosticField

from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("simple"))
    yield started
    started.stop()


@pytest.mark.parametrize(("query", "position"), [
    ("select $1::int", 8), ("select $1", 8), ("select 1 + $2", 12), ("select 1 where 1 = $1", 20)])
def test_parameter_in_a_simple_query_is_refused(server: PgquillServer, query: str, position: int) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for _ in range(2):  # the second time the plan is known
            result = connection.pgconn.exec_(query.encode())
            assert result.error_field(DiagnosticField.SQLSTATE) == b"42P02"
            assert result.error_field(DiagnosticField.STATEMENT_POSITION) == str(position).encode()
            connection.execute(query.replace("$1", "%s").replace("$2", "%s").encode(), [1])


def test_advisory_lock_of_a_transaction_ends_with_the_statement_outside_of_a_block(server: PgquillServer) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as one, psycopg.connect(server.dsn(), autocommit=True) as two:
        one.execute("SELECT pg_advisory_xact_lock(77)")
        assert two.execute("SELECT pg_try_advisory_xact_lock(77)").fetchone() == (True,)


def test_defaults_of_a_dropped_database_are_forgotten(server: PgquillServer) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE again")
        connection.execute("ALTER DATABASE again SET timezone = 'Asia/Tokyo'")
        connection.execute("DROP DATABASE again")
        connection.execute("CREATE DATABASE again")
    with psycopg.connect(server.dsn("again")) as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
