"""Time limits that tests/wire/limits.txt cannot tell, because what comes before them is not always the same."""

import psycopg
import pytest

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18


@pytest.fixture(params=["pgquill", "postgres18"])
def server(request: pytest.FixtureRequest) -> PgquillServer | Postgres18:
    found: PgquillServer | Postgres18 = request.getfixturevalue(request.param)
    return found


def test_statement_timeout_counts_all_of_a_result_that_comes_in_chunks(server: PgquillServer | Postgres18) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute("SET statement_timeout = 300")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(0.001) FROM generate_series(1, 2000)")


def test_write_lock_of_a_transaction_that_was_idle_for_too_long_is_free(server: PgquillServer | Postgres18) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as other:
        other.execute("CREATE TABLE limits_t (a int PRIMARY KEY)")
        try:
            with psycopg.connect(server.dsn("postgres")) as idle:
                idle.execute("SET idle_in_transaction_session_timeout = 100")
                idle.execute("INSERT INTO limits_t VALUES (1)")
                other.execute("SET lock_timeout = '20s'")
                other.execute("INSERT INTO limits_t VALUES (1)")
                with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
                    idle.execute("SELECT 1")
            assert other.execute("SELECT count(*) FROM limits_t").fetchone() == (1,)
        finally:
            other.execute("DROP TABLE limits_t")
