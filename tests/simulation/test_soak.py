"""A short soak: no stuck session, no error PostgreSQL would not give, no money lost.

The full run of two million statements: python -m tests.simulation soak --dsn ... --pid ...
"""

import asyncio

import pytest

from tests.pgquill_server import PgquillServer, needs_engine
from tests.postgres18 import Postgres18
from tests.simulation.soak import Soak


def soak(dsn: str, statements: int) -> None:
    run = Soak(dsn, statements)
    asyncio.run(run.run(clients=32, seed=3))
    assert run.wrong == []
    assert run.done >= statements
    assert run.errors["22012"] > 0


@pytest.mark.full
def test_postgresql_survives_a_soak(postgres18: Postgres18) -> None:
    soak(postgres18.dsn(), 5_000)


@needs_engine
def test_pgquill_survives_a_soak(pgquill: PgquillServer) -> None:
    soak(pgquill.dsn(), 5_000)
