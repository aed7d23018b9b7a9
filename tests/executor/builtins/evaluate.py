"""Runs one row of the table of built-in functions, the way a statement would, on a scratch SQLite database."""

import inspect
from collections.abc import Sequence
from typing import Any

import apsw

from executor.builtins.base import Builtin, Native, NativeAggregate, Python, PythonAggregate, SetReturning
from executor.context import Context
from executor.types.base import Stored
from executor.types.datetime import compare_timetz
from executor.types.spans import compare_intervals


def quoted(value: Stored) -> str:
    """A SQLite literal."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


class Database:
    """An empty SQLite database with the collations of the types and the helpers that native rows call."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.connection = apsw.Connection(":memory:")
        self.connection.create_collation("pg_interval", compare_intervals)
        self.connection.create_collation("pg_timetz", compare_timetz)

    def call(self, row: Builtin, arguments: Sequence[Stored]) -> Any:
        """The stored result of a function; of an aggregate, over the arguments as rows; of a set, a list."""
        implementation = row.implementation
        if isinstance(implementation, Python):
            return implementation.function(*self._session(implementation), *arguments)
        if isinstance(implementation, SetReturning):
            return list(implementation.function(*self._session(implementation), *arguments))
        if isinstance(implementation, PythonAggregate):
            aggregate = implementation.factory(*self._session(implementation))
            for value in arguments:
                if value is not None:
                    aggregate.step(value)
            return aggregate.final()
        if isinstance(implementation, NativeAggregate):
            rows = ", ".join(f"({quoted(value)})" for value in arguments)
            return self._get(f"SELECT {implementation.lower('', 'x')} FROM (SELECT column1 AS x FROM (VALUES {rows}))")
        assert isinstance(implementation, Native)
        for helper in implementation.helpers:
            self.connection.create_scalar_function(helper.__name__, helper, len(inspect.signature(helper).parameters))
        return self._get(f"SELECT {implementation.lower(*map(quoted, arguments))}")

    def _session(self, implementation: Python | SetReturning | PythonAggregate) -> tuple[Context, ...]:
        return (self.context,) if implementation.context else ()

    def _get(self, sql: str) -> Any:
        return self.connection.execute(sql).get
