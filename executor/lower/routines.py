"""Calls of routines as functions that SQLite calls: they run further statements on the connection."""

from functools import cache
from typing import Any

from executor.catalog.routines import IS_ROUTINE
from executor.facts.lookup import Function as Fact
from executor.types.base import Stored
from storage.statement import Function, TableFunction


def is_routine(fact: Fact) -> bool:
    """Whether a function is one that a user made."""
    return fact.source == IS_ROUTINE


def _name(oid: int, types: tuple[int, ...], result: int) -> str:
    return f"pg_routine_{oid}_" + "_".join(map(str, types)) + f"_r{result}"


@cache
def scalar(oid: int, types: tuple[int, ...], result: int, strict: bool, volatility: str) -> Function:
    """A routine that gives one value."""
    call: Any = None

    def run(context: Any, *arguments: Stored) -> Stored:
        nonlocal call
        if call is None:  # a module that statements without routines never need
            from executor.routines.call import call_scalar as call
        found: Stored = call(context, oid, types, result, arguments)
        return found

    return Function(_name(oid, types, result) + strict * "s" + volatility, run, len(types), volatility != "v", strict=strict,
                    context=True, nested=True)


@cache
def table(oid: int, types: tuple[int, ...], result: int, strict: bool, returns_set: bool, ncolumns: int) -> TableFunction:
    """A routine in FROM."""
    def rows(context: Any, *arguments: Stored) -> Any:
        from executor.routines.call import call_rows

        if strict and None in arguments:
            return () if returns_set else ((None,) * ncolumns if ncolumns > 1 else None,)
        return call_rows(context, oid, types, result, ncolumns, arguments)

    return TableFunction(f"{_name(oid, types, result)}_t{ncolumns}{strict * 's'}", len(types), ncolumns, rows, context=True,
                         nested=True)
