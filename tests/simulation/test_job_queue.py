"""A queue of jobs, sixteen workers, SKIP LOCKED: none lost, none twice.

The full run: python -m pytest -m full tests/simulation/test_job_queue.py, or python -m tests.simulation jobs --dsn ...
"""

import asyncio
from pathlib import Path

import pytest

from tests.pgquill_server import PgquillServer, ServePgquill, needs_engine
from tests.postgres18 import Postgres18
from tests.simulation.job_queue import run_queue


def work_through(dsn: str, jobs: int) -> None:
    wrong, tally = asyncio.run(run_queue(dsn, jobs=jobs))
    assert wrong == []
    assert tally.given_up > 0
    assert tally.held_at_most > 1, "the workers never held jobs side by side"


def test_postgresql_loses_no_job_and_gives_none_twice(postgres18: Postgres18) -> None:
    work_through(postgres18.dsn(), 300)


@needs_engine
def test_pgquill_loses_no_job_and_gives_none_twice(pgquill: PgquillServer) -> None:
    work_through(pgquill.dsn(), 300)


@needs_engine
@pytest.mark.full
def test_pgquill_loses_none_of_twenty_thousand_jobs(serve_pgquill: ServePgquill, tmp_path: Path) -> None:
    work_through(serve_pgquill(tmp_path / "jobs.db").dsn(), 20_000)
