"""Clients of append-only lists against real servers: no level shows what it forbids. The checker passes PostgreSQL too.

The full run: python -m pytest -m full tests/simulation, or python -m tests.simulation lists --dsn ...
"""

import asyncio
from pathlib import Path

import pytest

from tests.pgquill_server import PgquillServer, ServePgquill, needs_engine
from tests.postgres18 import Postgres18
from tests.simulation.dependencies import find_anomalies
from tests.simulation.histories import Level, Outcome
from tests.simulation.list_clients import collect


def judge(dsn: str, level: Level, transactions: int) -> None:
    history = asyncio.run(collect(dsn, level, transactions=transactions, seed=7))
    assert [str(each) for each in find_anomalies(history)] == []
    committed = sum(each.outcome is Outcome.COMMITTED for each in history.transactions)
    assert committed > transactions / 10, "hardly anything was committed, so hardly anything was tested"


@pytest.mark.parametrize("level", Level)
def test_postgresql_shows_no_anomaly(postgres18: Postgres18, level: Level) -> None:
    judge(postgres18.dsn(), level, 300)


@needs_engine
@pytest.mark.parametrize("level", Level)
def test_pgquill_shows_no_anomaly(pgquill: PgquillServer, level: Level) -> None:
    judge(pgquill.dsn(), level, 300)


@needs_engine
@pytest.mark.full
@pytest.mark.parametrize("level", Level)
def test_pgquill_shows_no_anomaly_in_ten_thousand_transactions(
    serve_pgquill: ServePgquill, tmp_path: Path, level: Level
) -> None:
    judge(serve_pgquill(tmp_path / "lists.db").dsn(), level, 10_000)
