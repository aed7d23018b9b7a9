"""JSON_EXISTS, JSON_VALUE, JSON_QUERY and JSON_TABLE at run time.

An error of the path or of converting its result is what ON ERROR is for; `Behavior` of kind error lets it through.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from executor.builtins import json_populate
from executor.builtins.jsonpath import settled
from executor.builtins.jsonpath_datetime import Moment
from executor.builtins.jsonpath_run import PathError, Run, Variables
from executor.builtins.output import printer
from executor.context import Context
from executor.errors import SqlError
from executor.sqlstates import (
    DatatypeMismatch,
    InvalidParameterValue,
    MoreThanOneSqlJsonItem,
    NoSqlJsonItem,
    SqlJsonScalarRequired,
)
from executor.types import arrays, oids
from executor.types.base import Stored
from executor.types.jsonpath_syntax import parse
from executor.types.jsonspec import PathSpec, TableColumn, TableNode, TableSpec
from executor.types.jsontext import Json, Number, dump, load
from executor.types.numeric import decimal_of, text_of
from executor.types.registry import codec

# --- PASSING ---------------------------------------------------------------------------------------------------------

_MOMENTS = frozenset((oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ))
_FLOAT_DIGITS = {oids.FLOAT4: 6, oids.FLOAT8: 15}


def _integer(value: Any) -> Json:
    return Number(value)


def _float(digits: int) -> Callable[[Any], Json]:
    return lambda value: Number(value if isinstance(value, str) else text_of(Decimal(f"{value:.{digits}g}")))


_ITEMS: dict[int, Callable[[Any], Json]] = {
    oids.BOOL: bool, oids.INT2: _integer, oids.INT4: _integer, oids.INT8: _integer, oids.TEXT: str, oids.VARCHAR: str,
    oids.NUMERIC: lambda value: Number(text_of(decimal_of(value))), oids.JSON: load, oids.JSONB: load,
    **{oid: _float(digits) for oid, digits in _FLOAT_DIGITS.items()},
}


def _item(value: Stored, oid: int) -> Json:
    """A PASSING argument as an item of the path (22023 for a type that has none)."""
    if value is None:
        return None
    if oid in _MOMENTS:
        assert isinstance(value, str)
        return Moment(value, oid)
    convert = _ITEMS.get(oid)
    if convert is None:
        from executor.catalog.typenames import format_type

        raise InvalidParameterValue(f"could not convert value of type {format_type(oid, None, None)} to jsonpath")
    return convert(value)


def variables(names: tuple[str, ...], types: tuple[tuple[int, int], ...], values: tuple[Stored, ...]) -> Variables:
    """The variables of PASSING; of two with one name the first counts."""
    found: dict[str, Json] = {}
    for name, (oid, _), value in zip(names, types, values, strict=True):
        found.setdefault(name, _item(value, oid))
    return Variables(found, shared=False)


# --- the functions ---------------------------------------------------------------------------------------------------


class _EmptyError(Exception):
    """The path gave no item."""


def _where(spec: PathSpec, function: str) -> str:
    return f'JSON path expression for column "{spec.column}"' if spec.column else f"JSON path expression in {function}"


def _exists(spec: PathSpec, context: Context, found: list[Json]) -> Stored:
    if spec.type in (oids.BOOL, oids.INT4):
        return int(found[0])
    return json_populate.populate(context, found[0], spec.type, spec.typmod, spec.omit_quotes)


def _query(spec: PathSpec, context: Context, found: list[Json]) -> Stored:
    if not found:
        raise _EmptyError
    wrapped = spec.wrapper == "unconditional" or (spec.wrapper == "conditional" and len(found) > 1)
    if len(found) > 1 and not wrapped:
        raise MoreThanOneSqlJsonItem(
            f"{_where(spec, 'JSON_QUERY')} must return single item when no wrapper is requested",
            hint="Use the WITH WRAPPER clause to wrap SQL/JSON items into an array.")
    items = [settled(value) for value in found]
    return json_populate.populate(context, items if wrapped else items[0], spec.type, spec.typmod, spec.omit_quotes)


def _value(spec: PathSpec, context: Context, found: list[Json]) -> Stored:
    if not found:
        raise _EmptyError
    value = found[0]
    if len(found) > 1 or value.__class__ in (list, dict):
        wrong = MoreThanOneSqlJsonItem if len(found) > 1 else SqlJsonScalarRequired
        raise wrong(f"{_where(spec, 'JSON_VALUE')} must return single scalar item")
    if value is None:
        return None
    if spec.outcome:  # domains with constraints are read as JSON_QUERY does
        return json_populate.populate(context, settled(value), spec.type, spec.typmod, True)
    text = dump(settled(value)) if spec.type in (oids.JSON, oids.JSONB) else _text(context, value)
    return text if spec.type == oids.TEXT else codec(spec.type).parse(text, spec.typmod, context.env)


def _text(context: Context, value: Json) -> str:
    """A scalar as JSON_VALUE gives it."""
    if value.__class__ is Moment:
        return printer(value.type)(context, value.text)
    if value.__class__ is bool:
        return "t" if value else "f"
    return str.__str__(value)


_FUNCTIONS: dict[str, Callable[[PathSpec, Context, list[Json]], Stored]] = {
    "exists": _exists, "query": _query, "value": _value}


ITEM, EMPTY, ERROR = 0, 1, 2
"""Where a value is from."""
_CLAUSES = {EMPTY: "ON EMPTY", ERROR: "ON ERROR"}


def evaluate(spec: PathSpec, context: Context, document: Json, path: str, passed: Variables, empty: Stored,
             error: Stored) -> tuple[int, Stored]:
    """One path function over a document; `empty` and `error`: the values of ON EMPTY and ON ERROR.

    What the path raises as SqlError (a variable that is missing) no ON ERROR catches; a failed conversion it does.
    """
    loud = spec.on_error.kind == "error"
    run = Run(context, parse(path), document, passed, True, silent=not loud)
    try:
        found = [run.exists()] if spec.op == "exists" else list(run.items())
    except PathError as failed:
        if loud:
            raise failed.error from None
        return ERROR, _behave(spec, context, ERROR, error)
    try:
        return ITEM, _FUNCTIONS[spec.op](spec, context, found)
    except _EmptyError:
        return EMPTY, _on_empty(spec, context, empty)
    except SqlError:
        if loud:
            raise
        return ERROR, _behave(spec, context, ERROR, error)


def _on_empty(spec: PathSpec, context: Context, value: Stored) -> Stored:
    assert spec.on_empty is not None
    if spec.on_empty.kind == "error":
        place = f' of column "{spec.column}"' if spec.column else ""
        raise NoSqlJsonItem(f"no SQL/JSON item found for specified path{place}")
    return _behave(spec, context, EMPTY, value)


def _behave(spec: PathSpec, context: Context, branch: int, value: Stored) -> Stored:
    """The value of ON EMPTY or ON ERROR."""
    behavior = spec.on_empty if branch == EMPTY else spec.on_error
    assert behavior is not None
    if value is None or not behavior.coerce:
        return value
    assert isinstance(value, str)
    try:
        return json_populate.populate(context, load(value), spec.type, spec.typmod, spec.omit_quotes)
    except SqlError as failed:
        raise _unfit(spec, branch, failed) from None


def _unfit(spec: PathSpec, branch: int, failed: SqlError) -> SqlError:
    """42804: the value of ON EMPTY or ON ERROR cannot have the RETURNING type."""
    behavior = spec.on_empty if branch == EMPTY else spec.on_error
    assert behavior is not None
    return DatatypeMismatch(
        f"could not coerce {_CLAUSES[branch]} expression ({behavior.kind.upper()}) to the RETURNING type",
        detail=failed.message)


def _given(spec: PathSpec, outcome: tuple[int, Stored]) -> Stored:
    """What goes to SQLite: the value, or for a domain with constraints [where it is from, value]."""
    branch, value = outcome
    if not spec.outcome:
        return value
    return arrays.dump([branch, None if value is None else arrays.to_json(spec.type)(value)])


def path_function(spec: PathSpec) -> Callable[..., Stored]:
    """The SQLite function of a call: (context, document, path, PASSING ..., ON EMPTY value, ON ERROR value)."""
    count = len(spec.names)

    def call(context: Context, document: Stored, path: Stored, *values: Stored) -> Stored:
        if document is None or path is None:
            return None
        assert isinstance(document, str) and isinstance(path, str)
        passed = variables(spec.names, spec.passing, values[:count])
        return _given(spec, evaluate(spec, context, load(document), path, passed, values[count], values[count + 1]))

    return call


def outcome_value(type_: int) -> Callable[[Stored], Stored]:
    """The function that takes the value out of an outcome."""
    convert = arrays.from_json(type_)

    def value(outcome: Stored) -> Stored:
        found = arrays.load(outcome).items[1]
        return None if found is None else convert(found)

    return value


def refused(spec: PathSpec, refusals: tuple[Callable[[], SqlError], ...]) -> Callable[..., Stored]:
    """What happens when the domain refuses an outcome: (outcome, which constraint, ON ERROR value, which refuses that).

    `refusals` make the errors of the constraints.
    """

    def call(outcome: Stored, which: int, error: Stored, error_which: int | None) -> Stored:
        branch = arrays.load(outcome).items[0]
        if spec.on_error.kind == "error":
            raise refusals[which]()
        if branch != ITEM:
            raise _unfit(spec, branch, refusals[which]())
        if error_which is not None:
            raise _unfit(spec, ERROR, refusals[error_which]())
        return error

    return call


# --- JSON_TABLE ------------------------------------------------------------------------------------------------------


class _Table:
    """One run of JSON_TABLE over a document."""

    def __init__(self, spec: TableSpec, context: Context, passed: Variables, behaviors: tuple[Stored, ...]) -> None:
        self.spec, self.context, self.passed = spec, context, passed
        self.behaviors = (*behaviors, None)  # index -1: none

    def rows(self, node: TableNode, document: Json) -> Iterator[dict[int, Stored]]:
        """The rows of a pattern: each item joined with the rows of the nested patterns, one after the other."""
        for number, value in enumerate(self._items(node, document), 1):
            own = {column.output: self._column(column, value, number) for column in node.columns}
            bare = True
            for child in node.children:
                for row in self.rows(child, value):
                    bare = False
                    yield {**own, **row}
            if bare:
                yield own

    def _items(self, node: TableNode, document: Json) -> list[Json]:
        run = Run(self.context, parse(node.path), document, self.passed, True, silent=not self.spec.loud)
        try:
            return [settled(value) for value in run.items()]
        except PathError as failed:
            if self.spec.loud:
                raise failed.error from None
            return []

    def _column(self, column: TableColumn, value: Json, number: int) -> Stored:
        if column.spec is None:
            return number
        return _given(column.spec, evaluate(column.spec, self.context, value, column.path, self.passed,
                                            self.behaviors[column.empty], self.behaviors[column.error]))


def table_function(spec: TableSpec) -> Callable[..., Any]:
    """The SQLite table function of a JSON_TABLE: (context, document, PASSING ..., behaviour values ...)."""
    count, width = len(spec.names), spec.width

    def rows(context: Context, document: Stored, *values: Stored) -> Iterator[Any]:
        if document is None:
            return
        assert isinstance(document, str)
        table = _Table(spec, context, variables(spec.names, spec.passing, values[:count]), values[count:])
        for row in table.rows(spec.root, load(document)):
            cells = tuple(row.get(place) for place in range(width))
            yield cells if width != 1 else cells[0]

    return rows
