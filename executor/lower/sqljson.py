"""SQL/JSON functions and JSON_TABLE as SQLite text: calls of functions made for their specification."""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from typing import Any

from executor import plan
from executor.bind.volatility import volatility
from executor.builtins import sqljson
from executor.builtins.sqljson_build import array_builder, json_test, object_builder, parse_unique
from executor.errors import not_supported
from executor.lower import functions
from executor.lower.expressions import value
from executor.lower.generator import Generator
from executor.types import oids as T
from executor.types.jsonspec import PathSpec, TableSpec
from storage.statement import Function, TableFunction


def _name(prefix: str, spec: object) -> str:
    return f"pg_{prefix}_{blake2b(repr(spec).encode(), digest_size=12).hexdigest()}"


@cache
def _path_function(spec: PathSpec) -> Function:
    return Function(_name(f"json_{spec.op}", spec), sqljson.path_function(spec), len(spec.names) + 4, False, context=True)


def _behavior(g: Generator, expr: plan.Expr) -> str:
    """What ON EMPTY or ON ERROR gives, which is computed whether or not it is needed."""
    if volatility(expr) == "v":
        raise not_supported("a volatile DEFAULT expression in ON EMPTY or ON ERROR", position=expr.position or None)
    return value(g, expr)


def path_call(g: Generator, expr: plan.PathCall) -> str:
    """JSON_EXISTS, JSON_VALUE or JSON_QUERY."""
    arguments = [value(g, e) for e in (expr.document, expr.path, *expr.passing)]
    behaviors = [_behavior(g, e) if e is not None else "NULL" for e in (expr.on_empty, expr.on_error)]
    return f"{g.need(_path_function(expr.spec))}({', '.join([*arguments, *behaviors])})"


@cache
def _table_function(spec: TableSpec, nargs: int) -> TableFunction:
    return TableFunction(_name("json_table", spec), nargs, spec.width, sqljson.table_function(spec), context=True)


def table(g: Generator, entry: plan.JsonTableEntry) -> str:
    """JSON_TABLE."""
    arguments = [value(g, e) for e in (entry.document, *entry.passing)] + [_behavior(g, e) for e in entry.values]
    made = _table_function(entry.spec, len(arguments))
    return f"{g.need(made)}({', '.join(arguments)}) AS t{entry.number}"


@cache
def _builder(array: bool, types: functions.Types, result: int, absent_on_null: bool, unique: bool) -> Function:
    made = array_builder(types, result, absent_on_null) if array else object_builder(types, result, absent_on_null, unique)
    return Function(_name("json_build", (array, types, result, absent_on_null, unique)), made, -1, False, context=True)


def build(g: Generator, expr: plan.JsonBuild) -> str:
    """JSON_OBJECT or JSON_ARRAY."""
    arguments = functions.with_rows_as_json(expr.arguments)
    made = _builder(expr.array, functions.argument_types(arguments), expr.type, expr.absent_on_null, expr.unique)
    return f"{g.need(made)}({', '.join(value(g, a) for a in arguments)})"


PARSE_UNIQUE = Function("pg_json_parse_unique", parse_unique, 1, True, strict=True)


@cache
def _test(item: str, unique: bool, checked: bool) -> Function:
    return Function(f"pg_is_json_{item}_{int(unique)}_{int(checked)}", json_test(item, unique, checked), 1, True, strict=True)


def test(g: Generator, expr: plan.JsonTest) -> str:
    """IS JSON, or JSON(... WITH UNIQUE KEYS)."""
    function = PARSE_UNIQUE if expr.kind == "parse" else _test(expr.item, expr.unique, expr.argument.type != T.TEXT)
    return f"{g.need(function)}({value(g, expr.argument)})"


PRINTERS: dict[type, Callable[[Generator, Any], str]] = {
    plan.PathCall: path_call, plan.JsonBuild: build, plan.JsonTest: test}
