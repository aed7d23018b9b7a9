"""synchronous_standby_names: what PostgreSQL 18 said to ALTER SYSTEM with each text of standby_names.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.errors import SqlError
from executor.settings.standby_names import StandbyNames, parse_standby_names

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("standby_names.json").read_text())


@pytest.mark.parametrize("text", RECORDED)
def test_text_is_taken_or_refused_as_postgresql_does(text: str) -> None:
    assert answer(text) == RECORDED[text]


def answer(text: str) -> Any:
    try:
        parse_standby_names(text)
    except SqlError as error:
        return [error.sqlstate, error.message, error.detail]
    return "ok"


@pytest.mark.parametrize(("text", "expected"), [
    ("a", StandbyNames(False, 1, ("a",))), ("2 (a, b)", StandbyNames(False, 2, ("a", "b"))),
    ("FIRST 3 (a, \"B \"\"c\"\"\", *)", StandbyNames(False, 3, ("a", 'B "c"', "*"))),
    ("any 1 (a, 2)", StandbyNames(True, 1, ("a", "2"))), ("", None),
])
def test_text_means_method_number_and_names(text: str, expected: StandbyNames | None) -> None:
    assert parse_standby_names(text) == expected
