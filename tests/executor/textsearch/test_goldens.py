"""Parser, dictionaries, queries, matching, ranking, rewriting and headlines against PostgreSQL 18's answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.executor.textsearch.answers import ANSWERS, answer, same

GOLDENS: list[Any] = json.loads(Path(__file__).with_name("goldens.json").read_text())


@pytest.mark.parametrize("kind", ANSWERS)
def test_samples_are_answered_as_by_postgresql(kind: str) -> None:
    samples = [(arguments, expected) for name, arguments, expected in GOLDENS if name == kind]
    assert len(samples) > 20
    for arguments, expected in samples:
        assert same(answer(ANSWERS[kind], arguments), expected), (arguments, expected)
