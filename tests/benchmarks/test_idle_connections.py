"""What an idle connection may cost."""

from pathlib import Path

import pytest

from benchmarks.idle_connections import run

BYTES_MAX = 60 * 1024
USUAL_BYTES = 25 * 1024
"""Twice of what it is: a connection that suddenly costs more than this has a copy of something that could be shared."""


def test_idle_connection_costs_little(tmp_path: Path) -> None:
    assert run(300, tmp_path).bytes_each < USUAL_BYTES


@pytest.mark.slow
def test_five_thousand_idle_connections_cost_less_than_60_kib_each(tmp_path: Path) -> None:
    assert run(5000, tmp_path).bytes_each < BYTES_MAX
