"""Runs one built-in on SQLite without the rest of the executor: arguments and result as PostgreSQL's text."""

import inspect
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import apsw

from executor.builtins import base
from executor.builtins.registry import find
from executor.context import Context
from executor.facts.lookup import Function, functions_by_oid
from executor.types.base import Env, Stored
from executor.types.numeric import compare_numeric
from executor.types.registry import codec

ENV = Env()
Argument = tuple[int, str | None]
"""(type OID, text or None for NULL)"""


@cache
def functions() -> dict[str, Function]:
    return {function.signature: function for function in functions_by_oid().values()}


def new_context() -> Context:
    return Context("test", "tester")


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: None if None in arguments else function(*arguments)


class Harness:
    """One SQLite connection with what the built-in needs."""

    def __init__(self, signature: str, types: tuple[int, ...], result: int) -> None:
        row = find(signature)
        assert row is not None, f"no row for {signature}"
        self.function = functions()[signature]
        self.types = types
        self.result = result
        self.context = new_context()
        self.connection = apsw.Connection(":memory:")
        self.connection.pragma("case_sensitive_like", True)
        self.connection.create_collation("decimal", compare_numeric)
        for oid in types:
            collation, compare = codec(oid).collation, codec(oid).compare
            if collation not in (None, "decimal", "RTRIM"):
                self.connection.create_collation(collation, compare)
        self.implementation = row.implementation

    def callable(self, function: Callable[..., Any]) -> Callable[..., Any]:
        made: Callable[..., Any] = function
        if self.implementation.typed:
            made = function(tuple((oid, -1) for oid in self.types), self.result)
        return made

    def with_context(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if getattr(self.implementation, "context", False):
            return lambda *arguments: function(self.context, *arguments)
        return function

    def register(self, helpers: tuple[Callable[..., Any], ...]) -> None:
        for helper in helpers:
            found = list(inspect.signature(helper).parameters.values())
            variable = any(p.kind == p.VAR_POSITIONAL or p.default is not p.empty for p in found)
            count = -1 if variable else len(found)
            self.connection.create_scalar_function(base.sql_name(helper), _strict(helper), count)

    def register_with_context(self, helpers: tuple[Callable[..., Any], ...]) -> None:
        for helper in helpers:
            self.connection.create_scalar_function(base.sql_name(helper), _strict(partial(helper, self.context)), -1)

    def scalar(self, arguments: list[Stored]) -> list[Stored]:
        """The results of each way there is to run it: as an expression, and in Python."""
        implementation = self.implementation
        names = [f"?{number}" for number in range(1, len(arguments) + 1)]
        found: list[Stored] = []
        if isinstance(implementation, base.Native):
            self.register(implementation.helpers)
            self.register_with_context(implementation.context_helpers)
            text = self.callable(implementation.lower)(*names)
            used = tuple(arguments[: max((n for n in range(1, len(names) + 1) if f"?{n}" in text), default=0)])
            found.append(self.connection.execute(f"SELECT {text}", used).get)
            if implementation.python is None:
                return found
            function = implementation.python
            if implementation.context_helpers:
                function = partial(function, self.context)
        else:
            assert isinstance(implementation, base.Python)
            function = self.with_context(self.callable(implementation.function))
        if self.function.strict and None in arguments:
            return [*found, None]
        return [*found, function(*arguments)]

    def rows(self, arguments: list[Stored]) -> list[Any]:
        assert isinstance(self.implementation, base.SetReturning)
        if self.function.strict and None in arguments:
            return []
        return list(self.with_context(self.callable(self.implementation.function))(*arguments))

    def aggregate(self, rows: list[list[Stored]]) -> list[Stored]:
        implementation = self.implementation
        width = len(self.types)
        columns = "".join(f", c{i}" for i in range(width))
        self.connection.execute(f"CREATE TABLE t (n INTEGER PRIMARY KEY{columns})")
        for number, row in enumerate(rows):
            self.connection.execute(f"INSERT INTO t VALUES ({', '.join('?' * (width + 1))})", [number, *row])
        found: list[Stored] = []
        names = [f"c{i}" for i in range(width)]
        python: base.PythonAggregate | None
        if isinstance(implementation, base.NativeAggregate):
            self.register(implementation.helpers)
            collation = codec(self.types[0]).collation if implementation.collate else None
            texts = [f"{name} COLLATE {collation}" if collation else name for name in names]
            text = self.callable(implementation.lower)("", *texts)
            found.append(self.connection.execute(f"SELECT {text} FROM t").get)
            python = implementation.python
        else:
            assert isinstance(implementation, base.PythonAggregate)
            python = implementation
        if python is not None:
            factory = python.factory
            if python.typed:
                factory = factory(tuple((oid, -1) for oid in self.types), self.result)
            made = factory(self.context) if python.context else factory()


            for row in rows:
                if not (python.strict and None in row):
                    made.step(*row)
            found.append(made.final())
        return found


def stored(argument: Argument) -> Stored:
    oid, text = argument
    return None if text is None else codec(oid).parse(text, -1, ENV)


def shown(oid: int, value: Stored) -> str | None:
    return None if value is None else codec(oid).text_encoder(-1, ENV)(value).decode()
