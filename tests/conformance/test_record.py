"""The conformance score goes up only: a file below its record fails, and so does one above it until that is recorded.

PGQUILL_CONFORMANCE_FILES chooses other files (comma-separated); `make conformance` scores all of them.
"""

import json
import os
from pathlib import Path

import pytest

from tests.pgquill_server import ServePgquill, needs_engine
from tools.conformance import FAST, ISOLATED, SCORES, differences, load_record, raised, run_scorer, scorer_folder

SMALL = {"exact": 3, "total": 9, "shown_exact": 2, "shown_total": 5}
LARGE = {"exact": 4, "total": 9, "shown_exact": 1, "shown_total": 5}


@pytest.mark.slow
@needs_engine
@pytest.mark.skipif(scorer_folder() is None, reason="no pgregress.py in ../shared/conformance or $PGQUILL_CONFORMANCE")
def test_selected_files_score_exactly_their_record(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    chosen = tuple(os.environ.get("PGQUILL_CONFORMANCE_FILES", ",".join(FAST)).split(","))
    folder = scorer_folder()
    assert folder is not None
    server = serve_pgquill(tmp_path)
    reached = run_scorer(folder, server.port, chosen, quiet=True)
    found = [str(each) for each in differences(load_record()[ISOLATED], reached)]
    how = f"run: python -m tools.conformance --only {','.join(chosen)} --update"
    assert found == [], f"a score above the record is to be recorded ({how}); one below it is a defect"


def test_record_has_no_score_above_its_total() -> None:
    for files in load_record().values():
        for name, scores in files.items():
            assert scores["exact"] <= scores["total"], name
            assert scores["shown_exact"] <= scores["shown_total"], name


def test_differences_are_told_in_both_directions() -> None:
    found = differences({"a": SMALL}, {"a": LARGE})
    assert [(each.score, each.recorded, each.reached) for each in found] == [("exact", 3, 4), ("shown_exact", 2, 1)]


def test_differences_of_a_file_without_a_record_count_from_zero() -> None:
    assert len(differences({}, {"a": SMALL})) == len(SCORES)


def test_raised_record_never_goes_down() -> None:
    result = raised({"a": SMALL, "b": SMALL}, {"a": LARGE})
    assert result["a"] == LARGE | {"exact": 4, "shown_exact": 2}
    assert result["b"] == SMALL


def test_record_file_is_written_in_the_order_it_is_compared() -> None:
    for files in load_record().values():
        assert json.dumps(files) == json.dumps(dict(sorted(files.items())))
