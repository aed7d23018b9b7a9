"""After a power failure at any moment: the file is sound, what was acknowledged is there, nothing is half there.

The full run: python -m pytest -m full tests/simulation/test_power.py, or python -m tests.simulation power.
"""

from pathlib import Path

import pytest

from tests.simulation.power import power_fails


@pytest.mark.parametrize("seed", range(6))
def test_acknowledged_work_survives_power_failures(tmp_path: Path, seed: int) -> None:
    assert power_fails(tmp_path, seed) == []


@pytest.mark.parametrize("seed", range(3))
def test_acknowledged_work_survives_power_failures_with_threads(tmp_path: Path, seed: int) -> None:
    assert power_fails(tmp_path, seed, inline=False) == []


@pytest.mark.full
def test_acknowledged_work_survives_power_failures_of_many_seeds(tmp_path: Path) -> None:
    for seed in range(1000, 1300):
        assert power_fails(tmp_path / str(seed), seed, inline=seed % 3 > 0) == []


def test_disk_that_does_not_sync_is_found_out(tmp_path: Path) -> None:
    """The simulation is worth something: it finds what a server that acknowledges too early would lose."""
    assert any("was acknowledged and is gone" in each for each in power_fails(tmp_path, 1, lies=True))
