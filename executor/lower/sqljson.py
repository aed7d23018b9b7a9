"""SQL/JSON functions and JSON_TABLE as SQLite text: calls of functions made for their specification."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import blake2b
from typing import Any

from executor import plan
from executor.bind.volatility import volatility
from executor.builtins import sqljson
from executor.builtins.sqljson_build import array_builder, json_test, object_builder, parse_unique
from executor.errors import not_supported
from executor.lower import functions, rows
from executor.lower.domains import refusal_error
from executor.lower.expressions import value
from executor.lower.generator import Generator
from executor.plan_json import JsonBuild, JsonTableEntry, JsonTest, PathCall
from executor.types import oids as T
from executor.types.jsonspec import PathSpec, TableColumn, TableNode, TableSpec
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


def path_call(g: Generator, expr: PathCall) -> str:
    """JSON_EXISTS, JSON_VALUE or JSON_QUERY."""
    arguments = [value(g, e) for e in (expr.document, expr.path, *expr.passing)]
    behaviors = [_behavior(g, e) if e is not None else "NULL" for e in (expr.on_empty, expr.on_error)]
    text = f"{g.need(_path_function(expr.spec))}({', '.join([*arguments, *behaviors])})"
    if expr.domain is None:
        return text
    name = g.fresh()
    outcome = _in_domain(g, expr.spec, expr.domain, f"{name}.o", behaviors[1])
    return f"(WITH {name}(o) AS MATERIALIZED (SELECT {text}) SELECT {outcome} FROM {name})"


# ---------------------------------------------------------------- domains


def _in_domain(g: Generator, spec: PathSpec, domain: plan.CheckDomain, outcome: str, error: str) -> str:
    """The value of an outcome, or what ON ERROR says where the domain refuses it."""
    inner = f"{g.need(_outcome_value(spec.type))}({outcome})"
    names = ("", *(name for name, _ in domain.checks))
    refuse = g.need(_refused(spec, domain.schema, domain.datatype, domain.name, names))
    which, error_which = _refusing(g, domain, inner), _refusing(g, domain, error)
    return (f"(CASE WHEN {outcome} IS NULL THEN NULL WHEN {which} IS NULL THEN {inner} "
            f"ELSE {refuse}({outcome}, {which}, {error}, {error_which}) END)")


def _refusing(g: Generator, domain: plan.CheckDomain, text: str) -> str:
    """The number of the first constraint that refuses a value: 0 for NOT NULL, then the CHECKs; NULL for none."""
    parts = [f"WHEN {text} IS NULL THEN 0"] if domain.not_null else []
    g.overrides[domain.entry, 0] = text
    parts += [f"WHEN ({value(g, check)}) IS FALSE THEN {i}" for i, (_, check) in enumerate(domain.checks, 1)]
    del g.overrides[domain.entry, 0]
    return f"(CASE {' '.join(parts)} END)"


@cache
def _outcome_value(type_: int) -> Function:
    return Function(f"pg_json_outcome_{type_}", sqljson.outcome_value(type_), 1, True, strict=True)


@cache
def _refused(spec: PathSpec, schema: str, datatype: str, shown: str, names: tuple[str, ...]) -> Function:
    made = sqljson.refused(spec, tuple(partial(refusal_error, schema, datatype, shown, name) for name in names))
    return Function(_name("json_refused", (spec, schema, datatype, shown, names)), made, 4, False)


# ---------------------------------------------------------------- JSON_TABLE


@cache
def _table_function(spec: TableSpec, nargs: int) -> TableFunction:
    return TableFunction(_name("json_table", spec), nargs, spec.width, sqljson.table_function(spec), context=True)


def _all_columns(node: TableNode) -> Iterator[TableColumn]:
    yield from node.columns
    for child in node.children:
        yield from _all_columns(child)


def table(g: Generator, entry: JsonTableEntry) -> str:
    """JSON_TABLE."""
    arguments = [value(g, e) for e in (entry.document, *entry.passing)] + [_behavior(g, e) for e in entry.values]
    made = _table_function(entry.spec, len(arguments))
    behaviors = [*arguments[1 + len(entry.passing) :], "NULL"]
    columns = {column.output: column for column in _all_columns(entry.spec.root)}
    for output, domain in entry.domains:
        column = columns[output]
        assert column.spec is not None
        g.overrides[entry.number, output] = _in_domain(g, column.spec, domain, f"t{entry.number}.c{output}",
                                                       behaviors[column.error])
    return f"{g.need(made)}({', '.join(arguments)}) AS t{entry.number}"


@cache
def _builder(array: bool, types: functions.Types, result: int, absent_on_null: bool, unique: bool) -> Function:
    made = array_builder(types, result, absent_on_null) if array else object_builder(types, result, absent_on_null, unique)
    return Function(_name("json_build", (array, types, result, absent_on_null, unique)), made, -1, False, context=True)


def build(g: Generator, expr: JsonBuild) -> str:
    """JSON_OBJECT or JSON_ARRAY."""
    arguments = rows.with_rows_as_json(expr.arguments)
    made = _builder(expr.array, functions.argument_types(arguments), expr.type, expr.absent_on_null, expr.unique)
    return f"{g.need(made)}({', '.join(value(g, a) for a in arguments)})"


PARSE_UNIQUE = Function("pg_json_parse_unique", parse_unique, 1, True, strict=True)


@cache
def _test(item: str, unique: bool, checked: bool) -> Function:
    return Function(f"pg_is_json_{item}_{int(unique)}_{int(checked)}", json_test(item, unique, checked), 1, True, strict=True)


def test(g: Generator, expr: JsonTest) -> str:
    """IS JSON, or JSON(... WITH UNIQUE KEYS)."""
    function = PARSE_UNIQUE if expr.kind == "parse" else _test(expr.item, expr.unique, expr.argument.type != T.TEXT)
    return f"{g.need(function)}({value(g, expr.argument)})"


PRINTERS: dict[type, Callable[[Generator, Any], str]] = {
    PathCall: path_call, JsonBuild: build, JsonTest: test}
