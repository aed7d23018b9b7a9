"""Options against what PostgreSQL 18 answered (goldens.json, recorded by record.py)."""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.copy.options import read_options
from executor.errors import SqlError
from executor.parse import Source, parse
from executor.sqlstates import FeatureNotSupported
from tests.executor.copy.cases import options_statement

RECORDED = json.loads((Path(__file__).parent / "goldens.json").read_text(encoding="utf-8"))["options"]
NOT_OF_OPTIONS = ("42701", "42703", "55000", "22P04")
"""Errors that come later, when the table is known or data are read."""


@pytest.mark.parametrize(("case", "expected"), RECORDED, ids=[case for case, _ in RECORDED])
def test_options_are_judged_as_by_postgresql(case: str, expected: dict[str, Any] | None) -> None:
    text = options_statement(case)
    node = parse(text)[0].node
    if "convert_selectively" in case:
        with pytest.raises(FeatureNotSupported):
            read_options(node.nodes("options"), Source(text), is_from=True)
        return
    if expected is None or expected["sqlstate"] in NOT_OF_OPTIONS:
        read_options(node.nodes("options"), Source(text), is_from=bool(node.take("is_from")))
        return
    with pytest.raises(SqlError) as caught:
        read_options(node.nodes("options"), Source(text), is_from=bool(node.take("is_from")))
    found = caught.value
    position = int(expected["position"]) if expected["position"] else None
    assert (found.sqlstate, found.message, found.position) == (expected["sqlstate"], expected["message"], position)
