import pytest

from benchmarks.report import Result


@pytest.mark.parametrize(("unit", "ratio"), [("tps", 2.0), ("s", 0.5)])
def test_ratio_above_one_means_ours_is_faster_whatever_the_unit(unit: str, ratio: float) -> None:
    result = Result("w", unit, {"PostgreSQL": [9.0, 10.0, 50.0], "ours": [20.0, 20.0, 21.0]})
    assert result.ratio("PostgreSQL", "ours") == ratio


def test_ratio_after_a_failed_round_is_not_told() -> None:
    result = Result("w", "tps", {"PostgreSQL": [1.0], "ours": [1.0]}, {"ours": "connection lost"})
    assert result.ratio("PostgreSQL", "ours") is None
