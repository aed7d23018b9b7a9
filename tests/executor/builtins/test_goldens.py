"""Built-in functions against calls recorded from PostgreSQL 18 by record_goldens.py."""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.errors import SqlError
from executor.facts.lookup import Function
from tests.executor.builtins.harness import Harness, functions, shown, stored

GOLDENS: list[Any] = json.loads(Path(__file__).with_name("goldens.json").read_text())


def name(golden: list[Any]) -> str:
    return f"{golden[0]}:{json.dumps([text for _, text in golden[1]] if is_call(golden) else golden[1])[:80]}"


def is_call(golden: list[Any]) -> bool:
    return functions()[golden[0]].kind != "a"


@pytest.mark.parametrize("golden", [g for g in GOLDENS if is_call(g)], ids=name)
def test_call_gives_postgresqls_result(golden: list[Any]) -> None:
    signature, arguments, result, expected = golden
    function = functions()[signature]
    harness = Harness(signature, tuple(oid for oid, _ in arguments), result)
    values = [stored((oid, text)) for oid, text in arguments]
    if isinstance(expected, dict):
        with pytest.raises(SqlError) as raised:
            _ = harness.rows(values) if function.returns_set else harness.scalar(values)
        found = raised.value
        assert {"sqlstate": found.sqlstate, "message": found.message, "detail": found.detail,
            "hint": found.hint} == expected
    elif function.returns_set:
        assert [shown_row(function, result, row) for row in harness.rows(values)] == expected
    else:
        for value in harness.scalar(values):
            assert shown(result, value) == expected


def shown_row(function: Function, result: int, row: Any) -> Any:
    if len(function.outputs) > 1:
        return [shown(oid, value) for (_, oid), value in zip(function.outputs, row, strict=True)]
    return shown(result, row)


@pytest.mark.parametrize("golden", [g for g in GOLDENS if not is_call(g)], ids=name)
def test_aggregate_gives_postgresqls_result(golden: list[Any]) -> None:
    signature, rows, result, expected = golden
    harness = Harness(signature, tuple(oid for oid, _ in rows[0]), result)
    values = [[stored((oid, text)) for oid, text in row] for row in rows]
    if isinstance(expected, dict):
        with pytest.raises(SqlError) as raised:
            harness.aggregate(values)
        assert raised.value.sqlstate == expected["sqlstate"]
        return
    found = harness.aggregate(values)
    assert found
    for value in found:
        assert shown(result, value) == expected
