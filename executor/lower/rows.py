"""Rows as SQLite text: made, taken apart, tested for NULLs, spread into columns, and handed to JSON functions."""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

from executor import plan
from executor.facts.lookup import Function as Fact
from executor.lower.functions import element_value, plain_type, value
from executor.lower.generator import Generator
from executor.types import oids as T
from executor.types import record
from executor.types.base import Stored
from executor.types.made import fields_of
from storage.statement import Function, TableFunction


def make_row(g: Generator, expr: plan.Row | plan.WholeRow) -> str:
    """ROW(...) or a table's whole row."""
    if isinstance(expr, plan.WholeRow) and expr.absent:
        return "NULL"
    texts = [value(g, f) for f in expr.fields]
    made = f"{g.need(_row_maker(tuple(plain_type(f.type) for f in expr.fields)))}({', '.join(texts)})"
    if isinstance(expr, plan.WholeRow) and expr.entry in g.nullable and expr.fields:
        return f"(CASE WHEN {' AND '.join(f'{t} IS NULL' for t in texts)} THEN NULL ELSE {made} END)"
    return made


def row_field(g: Generator, text: str, expr: plan.Field) -> str:
    """A column of a stored row, which is a JSON array."""
    return element_value(g, plain_type(expr.type), f"({text} ->> {expr.index})")


def spreads(call: plan.Expr, columns: Sequence[tuple[str, int, int]]) -> bool:
    """True if a function in FROM gives whole rows of which the columns are wanted. columns: those of its entry."""
    own = isinstance(call, plan.Call) and len(call.function.outputs) > 1
    return fields_of(call.type) is not None and not own and columns[0][1] != call.type


@cache
def spread_table_function(made: TableFunction, row: int) -> TableFunction:
    """A table function of one column of rows as one of the rows' columns."""
    oids = [plain_type(f.type) for f in fields_of(row) or ()]

    def columns(*arguments: Any) -> Any:
        for item in made.callable(*arguments):
            stored = item[0] if isinstance(item, tuple) else item
            yield _columns(stored, oids)

    return TableFunction(f"{made.name}_columns_{row}", made.nargs, len(oids), columns, context=made.context,
                         nested=made.nested)


@cache
def spread_value(row: int) -> TableFunction:
    """A row as a table of one row."""
    oids = [plain_type(f.type) for f in fields_of(row) or ()]

    def columns(stored: Stored) -> Any:
        yield _columns(stored, oids)

    return TableFunction(f"pg_row_columns_{row}", 1, len(oids), columns)


def _columns(stored: Stored, oids: list[int]) -> Any:
    """A row's values as a table function gives them: a single column as it is."""
    found = tuple(record.field_values(stored, oids)) if stored is not None else (None,) * len(oids)
    return found if len(oids) != 1 else found[0]


def row_null_test(g: Generator, text: str, negated: bool) -> str:
    """row IS NULL: all columns are; row IS NOT NULL: none is. No row at all counts as one of NULLs."""
    return f"{g.need(ROW_IS_NOT_NULL if negated else ROW_IS_NULL)}({text})"


def _row_is_null(value: Stored) -> int:
    return int(value is None or all(item is None for item in record.load_fields(value)))


def _row_is_not_null(value: Stored) -> int:
    return int(value is not None and all(item is not None for item in record.load_fields(value)))


ROW_IS_NULL = Function("pg_row_is_null", _row_is_null, 1, True)
ROW_IS_NOT_NULL = Function("pg_row_is_not_null", _row_is_not_null, 1, True)


@cache
def _row_maker(types: tuple[int, ...]) -> Function:
    return Function("pg_row_" + "_".join(map(str, types)), lambda *values: record.dump_fields(values, types), -1, True)


# ---------------------------------------------------------------- JSON

ROW_TAKING = frozenset({"to_json", "to_jsonb", "json_agg", "jsonb_agg", "json_agg_strict", "jsonb_agg_strict",
                        "json_build_array", "jsonb_build_array", "json_build_object", "jsonb_build_object",
                        "json_object_agg", "jsonb_object_agg"})


def rows_as_json(fact: Fact, arguments: tuple[plan.Expr, ...]) -> tuple[plan.Expr, ...]:
    """The arguments of a JSON function, rows among them as JSON: only here are their columns' names known."""
    if fact.name not in ROW_TAKING:
        return arguments
    return with_rows_as_json(arguments)


def with_rows_as_json(arguments: tuple[plan.Expr, ...]) -> tuple[plan.Expr, ...]:
    """Arguments, rows among them as JSON objects."""
    return tuple(plan.RowJson(type=T.JSON, argument=a) if fields_of(a.type) is not None else a for a in arguments)


def row_json(g: Generator, expr: plan.RowJson) -> str:
    """A row as a JSON object."""
    row = expr.argument
    fields = tuple((f.name, plain_type(f.type), f.typmod) for f in fields_of(row.type) or ())
    return f"{g.need(_row_json(fields))}({value(g, row)})"


@cache
def _row_json(fields: tuple[tuple[str, int, int], ...]) -> Function:
    from executor.builtins.json_build import row_converter

    convert = row_converter(tuple(name for name, _, _ in fields), tuple((oid, typmod) for _, oid, typmod in fields))
    name = "pg_row_json_" + blake2b(repr(fields).encode(), digest_size=12).hexdigest()
    return Function(name, convert, 1, False, strict=True, context=True)
