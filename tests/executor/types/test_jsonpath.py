"""jsonpath as a type: the texts of the session script jsonpath_texts, read and printed without a server."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from executor.errors import SqlError
from executor.types.base import Env
from executor.types.jsonpath import parse_jsonpath
from executor.types.jsonpath_syntax import parse
from executor.types.oids import JSONPATH
from executor.types.registry import codec

SCRIPT = Path(__file__).parent.parent / "session_scripts" / "jsonpath_texts.json"
CAST = re.compile(r"select '((?:[^']|'')*)'::jsonpath")


def recorded() -> list[tuple[str, Any]]:
    found = [(match[1].replace("''", "'"), answers) for _, text, answers in json.loads(SCRIPT.read_text())
             if (match := CAST.fullmatch(text))]
    assert len(found) > 200
    return found


RECORDED = recorded()
VALID = [(text, answers[0][0][0]) for text, answers in RECORDED if isinstance(answers[0], list)]
INVALID = [(text, answers[0]) for text, answers in RECORDED if isinstance(answers[0], dict)]


@pytest.mark.parametrize(("text", "shown"), VALID)
def test_valid_text_is_printed_as_by_postgresql(text: str, shown: str) -> None:
    stored = parse_jsonpath(text)
    assert codec(JSONPATH).text_encoder(-1, Env())(stored).decode() == shown


@pytest.mark.parametrize("text", [text for text, _ in VALID])
def test_stored_form_reads_back_as_the_same_path(text: str) -> None:
    stored = parse_jsonpath(text)
    assert parse(stored) == parse(text)
    assert parse_jsonpath(stored) == stored


@pytest.mark.parametrize(("text", "error"), INVALID)
def test_invalid_text_gives_postgresqls_error(text: str, error: dict[str, str]) -> None:
    with pytest.raises(SqlError) as raised:
        parse_jsonpath(text)
    found = {"sqlstate": raised.value.sqlstate, "message": raised.value.message, "detail": raised.value.detail}
    assert {name: value for name, value in found.items() if value is not None} == error


def test_binary_format_has_a_version_byte() -> None:
    kind = codec(JSONPATH)
    assert kind.binary_encoder(-1, Env())("$.\"a\"") == b'\1$."a"'
    assert kind.receive(b"\1$.a", -1, Env()) == '$."a"'
    with pytest.raises(SqlError):
        kind.receive(b"\2$.a", -1, Env())
