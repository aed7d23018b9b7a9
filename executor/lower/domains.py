"""Domains as SQLite text: a value that its domain's constraints have let through."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from math import copysign
from typing import Any

from executor import plan
from executor.errors import SqlError, not_supported
from executor.lower.expressions import value
from executor.lower.functions import is_simple
from executor.lower.generator import Generator
from executor.sqlstates import CheckViolation, NotNullViolation
from executor.types import arrays
from executor.types.base import Stored
from storage.statement import Function


def check_domain(g: Generator, expr: plan.CheckDomain) -> str:
    """The value, unless a constraint refuses it. An argument that is not simple is evaluated once, in a WITH."""
    text = value(g, expr.argument)
    if is_simple(expr.argument, text):
        return f"({_domain_case(g, expr, text)})"
    name = g.fresh()
    return f"(WITH {name}(v) AS MATERIALIZED (SELECT {text}) SELECT {_domain_case(g, expr, f'{name}.v')} FROM {name})"


def no_negative_zero(g: Generator, expr: plan.NoNegativeZero) -> str:
    """See plan.NoNegativeZero."""
    return f"{g.need(NO_NEGATIVE_ZERO)}({value(g, expr.argument)})"


def _refuse_negative_zero(stored: Stored) -> int:
    if stored is not None and any(isinstance(x, float) and x == 0 and copysign(1, x) < 0 for x in _inside(stored)):
        raise not_supported("a negative zero inside a value of a unique column")
    return 1


def _inside(stored: Stored) -> Iterator[Any]:
    """What is in a stored array or row, at any depth."""
    for item in arrays.flat(arrays.load(stored).items):
        yield item
        if isinstance(item, str) and item[:1] in ("[", "{"):
            with suppress(SqlError):  # text that only looks like an array
                yield from _inside(item)


NO_NEGATIVE_ZERO = Function("pg_no_negative_zero", _refuse_negative_zero, 1, True)


def _domain_case(g: Generator, expr: plan.CheckDomain, text: str) -> str:
    parts = ["CASE"]
    if expr.not_null:
        parts.append(f"WHEN {text} IS NULL THEN {g.need(refusal(expr.schema, expr.datatype, expr.name, ''))}()")
    g.overrides[expr.entry, 0] = text
    for name, check in expr.checks:
        refuse = g.need(refusal(expr.schema, expr.datatype, expr.name, name))
        parts.append(f"WHEN ({value(g, check)}) IS FALSE THEN {refuse}()")
    del g.overrides[expr.entry, 0]
    return " ".join([*parts, f"ELSE {text} END"])


def refusal_error(schema: str, datatype: str, shown: str, constraint: str) -> SqlError:
    """What PostgreSQL says of a value that a domain's constraint refuses ("": NOT NULL)."""
    if not constraint:
        return NotNullViolation(f"domain {shown} does not allow null values", schema=schema, datatype=datatype)
    return CheckViolation(f'value for domain {shown} violates check constraint "{constraint}"', schema=schema,
                          datatype=datatype, constraint=constraint)


@cache
def refusal(schema: str, datatype: str, shown: str, constraint: str) -> Function:
    """A function that raises `refusal_error`."""

    def refuse() -> None:
        raise refusal_error(schema, datatype, shown, constraint)

    return Function(f"pg_domain_{schema}.{datatype}.{constraint}.{shown}", refuse, 0, False)
