"""Functions over the catalog, compared with what PostgreSQL gave for the same objects with the same OIDs."""

import json
from typing import Any

import pytest

from executor.builtins.base import Python, SetReturning
from executor.builtins.registry import find
from executor.catalog.names import SessionNames
from executor.catalog.system.session_view import SessionView
from executor.context import Context
from executor.errors import SqlError
from executor.facts.lookup import Function, functions_by_oid
from executor.sqlstates import UndefinedObject
from executor.types.registry import codec
from tests.executor.catalog.golden import catalog, golden

FUNCTIONS = {function.signature: function for function in functions_by_oid().values()}


class NoSettings:
    def get(self, name: str) -> str:
        if name == "search_path":
            return '"$user", public'
        raise UndefinedObject(f'unrecognized configuration parameter "{name}"')

    def find(self, name: str) -> None:
        return None


@pytest.fixture(name="context")
def a_context() -> Context:
    context = Context("pgquill_golden", "postgres")
    context.catalog = catalog()
    context.settings = NoSettings()
    context.view = SessionView(catalog(), database="pgquill_golden")
    context.env.objects = SessionNames(context)
    return context


def stored(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    return int(value) if isinstance(value, bool) else value


def call(context: Context, signature: str, *arguments: Any) -> Any:
    row = find(signature)
    assert row is not None, signature
    implementation = row.implementation
    assert isinstance(implementation, (Python, SetReturning))
    if FUNCTIONS[signature].strict and None in arguments:
        return None
    return implementation.function(*([context] if implementation.context else []), *map(stored, arguments))


def text(context: Context, kind: int, value: Any) -> str | None:
    if value is None:
        return None
    shown = codec(kind).text_encoder(-1, context.env)(value).decode()
    return {"t": "true", "f": "false"}.get(shown, shown) if kind == 16 else shown


def row_text(context: Context, function: Function, row: tuple[Any, ...]) -> str:
    shown = (codec(kind).text_encoder(-1, context.env)(value).decode()
             for (_, kind), value in zip(function.outputs, row, strict=True))
    return f"({','.join(shown)})"


def shown_rows(context: Context, function: Function, result: Any) -> list[str | None]:
    if function.returns_set or function.outputs:
        return [row_text(context, function, row) for row in result]
    return [text(context, 1009 if function.result == 1034 else function.result, result)]


@pytest.mark.parametrize("expected", golden()["calls"], ids=lambda item: f"{item[0]}:{item[1]}")
def test_call_gives_what_postgres_gives(expected: list[Any], context: Context) -> None:
    signature, arguments, result = expected
    if isinstance(result, dict):
        with pytest.raises(SqlError) as raised:
            shown_rows(context, FUNCTIONS[signature], call(context, signature, *arguments))
        assert {"sqlstate": raised.value.sqlstate, "message": raised.value.message} == result
    else:
        assert shown_rows(context, FUNCTIONS[signature], call(context, signature, *arguments)) == result


def test_constraints_are_printed_as_postgres_prints_them(context: Context) -> None:
    for oid, plain, _ in golden()["definitions"]["constraints"]:
        assert call(context, "pg_get_constraintdef(oid)", oid) == plain


def test_constraints_without_expressions_are_the_same_when_pretty(context: Context) -> None:
    for oid, plain, pretty in golden()["definitions"]["constraints"]:
        if not plain.startswith("CHECK"):
            assert call(context, "pg_get_constraintdef(oid,bool)", oid, True) == pretty


def test_indexes_are_printed_as_postgres_prints_them(context: Context) -> None:
    for oid, plain, pretty, first in golden()["definitions"]["indexes"]:
        assert call(context, "pg_get_indexdef(oid)", oid) == plain
        if "::" not in plain:
            assert call(context, "pg_get_indexdef(oid,int4,bool)", oid, 0, True) == pretty
            assert call(context, "pg_get_indexdef(oid,int4,bool)", oid, 1, True) == first


def test_every_type_has_postgres_name(context: Context) -> None:
    for oid, bare, with_typmod in golden()["definitions"]["types"]:
        assert call(context, "format_type(oid,int4)", oid, None) == bare
        assert call(context, "format_type(oid,int4)", oid, -1) == with_typmod


def test_type_modifiers_are_printed_as_postgres_prints_them(context: Context) -> None:
    for oid, typmod, expected in golden()["definitions"]["typmods"]:
        assert call(context, "format_type(oid,int4)", oid, typmod) == expected


@pytest.mark.parametrize("kind", ["regclass", "regtype", "regproc", "regnamespace", "regrole", "regcollation"])
def test_reg_values_of_no_object_are_printed_as_numbers(kind: str, context: Context) -> None:
    from executor.catalog.names import read, write

    assert write(kind, 4_000_000_000, context) == "4000000000"
    assert write(kind, 0, context) == "-"
    assert read(kind, "-", context) == 0


FAMILIES = ("catalog_text", "catalog_lookup", "privileges", "sizes", "session_information")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_is_a_function_of_postgres(family: str) -> None:
    from executor.builtins.registry import family as rows

    unknown = [signature for signature in rows(family) if signature not in FUNCTIONS]
    assert [signature for signature in unknown if not signature.startswith("_pg_")] == []
