from pathlib import Path

import pytest

from benchmarks.report import Result, write_section

BEGIN, END = "<!-- generated:benchmarks -->", "<!-- /generated:benchmarks -->"


@pytest.mark.parametrize(("unit", "ratio"), [("tps", 2.0), ("s", 0.5)])
def test_ratio_above_one_means_ours_is_faster_whatever_the_unit(unit: str, ratio: float) -> None:
    result = Result("w", unit, {"PostgreSQL": [9.0, 10.0, 50.0], "ours": [20.0, 20.0, 21.0]})
    assert result.ratio("PostgreSQL", "ours") == ratio


def test_ratio_after_a_failed_round_is_not_told() -> None:
    result = Result("w", "tps", {"PostgreSQL": [1.0], "ours": [1.0]}, {"ours": "connection lost"})
    assert result.ratio("PostgreSQL", "ours") is None


def test_section_of_a_document_is_written_anew_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    results = [Result("w", "tps", {"PostgreSQL": [10.0], "ours": [8.0]}), Result("x", "s", {"PostgreSQL": [1.0]}, {"ours": "no"})]
    for _ in range(2):
        write_section(document, results, ("PostgreSQL", "ours"))
    text = document.read_text()
    assert text.startswith(f"before\n{BEGIN}\n") and text.endswith(f"\n{END}\nafter\n") and "old" not in text
    assert "| w | 10.000 | 8.000 | tps | 0.80 |\n| x | 1.000 | failed | s | - |\n" in text


def test_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("nothing generated here")
    with pytest.raises(ValueError, match="has no"):
        write_section(document, [Result("w", "tps", {"PostgreSQL": [1.0], "ours": [1.0]})], ("PostgreSQL", "ours"))
    assert document.read_text() == "nothing generated here"
