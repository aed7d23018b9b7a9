"""The commonest expressions as Python: arithmetic and comparisons of integers, boolean logic, texts put together.

A loop that counts would otherwise ask SQLite each time round, at ten times the cost. What is not here is SQLite's.
"""

from collections.abc import Callable, Sequence
from typing import Any

from executor import plan
from executor.catalog.routines import IS_ROUTINE
from executor.errors import SqlError
from executor.plpgsql.frame import Reference, RowValue
from executor.sqlstates import DivisionByZero, NumericValueOutOfRange
from executor.types import oids as T
from executor.types.base import Stored

Values = list[Any]
Compute = Callable[[Values], Stored]
LIMITS = {"int2": (2**15, "smallint"), "int4": (2**31, "integer"), "int8": (2**63, "bigint")}


def _range(kind: str) -> SqlError:
    return NumericValueOutOfRange(f"{LIMITS[kind][1]} out of range")


def _checked(kind: str, operation: Callable[[int, int], int]) -> Callable[[Compute, Compute], Compute]:
    limit = LIMITS[kind][0]

    def make(a: Compute, b: Compute) -> Compute:
        def compute(values: Values) -> Stored:
            x: Any = a(values)
            y: Any = b(values)
            if x is None or y is None:
                return None
            found = operation(x, y)
            if -limit <= found < limit:
                return found
            raise _range(kind)

        return compute

    return make


def _divide(x: int, y: int) -> int:
    if not y:
        raise DivisionByZero("division by zero")
    return x // y if (x < 0) == (y < 0) else -(-x // y)


def _modulo(x: int, y: int) -> int:
    if not y:
        raise DivisionByZero("division by zero")
    found = abs(x) % abs(y)
    return -found if x < 0 else found


def _compared(operation: Callable[[Any, Any], bool]) -> Callable[[Compute, Compute], Compute]:
    def make(a: Compute, b: Compute) -> Compute:
        def compute(values: Values) -> Stored:
            x, y = a(values), b(values)
            return None if x is None or y is None else 1 if operation(x, y) else 0

        return compute

    return make


ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "pl": lambda x, y: x + y, "mi": lambda x, y: x - y, "mul": lambda x, y: x * y, "div": _divide, "mod": _modulo,
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda x, y: x == y, "ne": lambda x, y: x != y, "lt": lambda x, y: x < y, "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y, "ge": lambda x, y: x >= y,
}
KINDS = {"int2": "int2", "int4": "int4", "int8": "int8", "int24": "int4", "int42": "int4", "int48": "int8", "int84": "int8",
         "int28": "int8", "int82": "int8"}
BINARY: dict[str, Callable[[Compute, Compute], Compute]] = {
    **{f"{prefix}{name}": _checked(kind, operation) for prefix, kind in KINDS.items() for name, operation in ARITHMETIC.items()},
    **{f"{prefix}{name}": _compared(operation) for prefix in KINDS for name, operation in COMPARISONS.items()},
}
"""By the name of PostgreSQL's function."""
INTEGERS = frozenset({T.INT2, T.INT4, T.INT8})
TEXTS = frozenset({T.TEXT, T.VARCHAR})
PLAIN = INTEGERS | TEXTS | {T.BOOL}


def native(expr: plan.Expr, references: Sequence[Reference]) -> Compute | None:
    """The expression as a function of the variables' values; None if it has something that is not here."""
    make = _MAKERS.get(type(expr))
    return None if make is None else make(expr, references)


def _const(expr: plan.Const, references: Sequence[Reference]) -> Compute | None:
    value = expr.value
    return (lambda values: value) if expr.type in PLAIN else None


def _param(expr: plan.Param, references: Sequence[Reference]) -> Compute | None:
    if expr.type not in PLAIN or expr.number > len(references):
        return None
    number, field = references[expr.number - 1]
    if field < 0:
        return lambda values: values[number]

    def of_row(values: Values) -> Stored:
        row = values[number]
        found: Stored = row.values[field] if row.__class__ is RowValue else None
        return found

    return of_row


def _call(expr: plan.Call, references: Sequence[Reference]) -> Compute | None:
    function = expr.function
    if function.schema != "pg_catalog" or function.source == IS_ROUTINE:
        return None
    if any(a.type not in PLAIN for a in expr.arguments):
        return None
    arguments = [native(a, references) for a in expr.arguments]
    if any(a is None for a in arguments):
        return None
    if function.name == "int8" and len(arguments) == 1 and expr.arguments[0].type in INTEGERS:
        return arguments[0]
    if len(arguments) != 2 or not {a.type for a in expr.arguments} <= INTEGERS:
        return None
    made = BINARY.get(function.name)
    first, second = arguments
    assert first is not None and second is not None
    return None if made is None else made(first, second)


def _logic(expr: plan.BoolOp, references: Sequence[Reference]) -> Compute | None:
    found = [native(a, references) for a in expr.arguments]
    parts = [part for part in found if part is not None]
    if len(parts) != len(found):
        return None
    if expr.operator == "NOT":
        (only,) = parts

        def negate(values: Values) -> Stored:
            value = only(values)
            return None if value is None else 0 if value else 1

        return negate
    decides = expr.operator == "OR"

    def combine(values: Values) -> Stored:
        unknown = False
        for part in parts:
            value = part(values)
            if value is None:
                unknown = True
            elif bool(value) is decides:
                return int(decides)
        return None if unknown else int(not decides)

    return combine


def _test(expr: plan.IsTest, references: Sequence[Reference]) -> Compute | None:
    inner = native(expr.argument, references)
    if inner is None or expr.test != "null":
        return None
    negated = expr.negated
    return lambda values: int((inner(values) is None) is not negated)


def _relabel(expr: plan.Relabel, references: Sequence[Reference]) -> Compute | None:
    return native(expr.argument, references) if expr.type in PLAIN and expr.typmod < 0 else None


_MAKERS: dict[type, Callable[[Any, Sequence[Reference]], Compute | None]] = {
    plan.Const: _const, plan.Param: _param, plan.Call: _call, plan.BoolOp: _logic, plan.IsTest: _test, plan.Relabel: _relabel,
}  # fmt: skip
