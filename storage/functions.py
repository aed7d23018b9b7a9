"""Registers `Function`s and `Collation`s on one SQLite connection.

SQLite calls what is registered with plain positional values; the wrappers made here add what a `Function` promises
beyond that: NULL handling (strict) and the transaction's context, looked up at call time from `holder`.

Deterministic functions are marked innocuous, because views, CHECKs and expression indexes of the file may use them
although trusted_schema is off. A function that sees the context or is volatile stays out of reach of the file.
"""

from collections.abc import Callable
from typing import Any, Protocol

import apsw

from storage.statement import Collation, Function


class ContextHolder(Protocol):
    """Where the context of the running statement is found."""

    context: Any

    @property
    def nested(self) -> Any:
        """What runs further statements on the connection."""


def register_function(raw: apsw.Connection, holder: ContextHolder, function: Function) -> None:
    """Make `function` known to the connection, in place of one of the same name and number of arguments."""
    _REGISTER[function.kind](raw, holder, function)


def register_collation(raw: apsw.Connection, collation: Collation) -> None:
    """Make `collation` known to the connection."""
    raw.create_collation(collation.name, collation.compare)


def _flags(function: Function) -> int:
    pure = function.deterministic and not function.context
    return apsw.SQLITE_INNOCUOUS if pure else 0


def _register_scalar(raw: apsw.Connection, holder: ContextHolder, function: Function) -> None:
    wrapped = _SCALARS[function.strict, function.context](function.callable, holder)
    if function.nested:
        wrapped = nesting(wrapped, holder)
    raw.create_scalar_function(
        function.name, wrapped, function.nargs, deterministic=function.deterministic, flags=_flags(function)
    )


def _register_aggregate(raw: apsw.Connection, holder: ContextHolder, function: Function) -> None:
    raw.create_aggregate_function(function.name, _factory(function, holder), function.nargs, flags=_flags(function))


def _register_window(raw: apsw.Connection, holder: ContextHolder, function: Function) -> None:
    raw.create_window_function(function.name, _factory(function, holder), function.nargs, flags=_flags(function))


_REGISTER: dict[str, Callable[[apsw.Connection, ContextHolder, Function], None]] = {
    "scalar": _register_scalar,
    "aggregate": _register_aggregate,
    "window": _register_window,
}


def _plain(function: Callable[..., Any], holder: ContextHolder) -> Callable[..., Any]:
    return function


def _with_context(function: Callable[..., Any], holder: ContextHolder) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        return function(holder.context, *args)

    return call


def _strict(function: Callable[..., Any], holder: ContextHolder) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        return None if None in args else function(*args)

    return call


def _strict_with_context(function: Callable[..., Any], holder: ContextHolder) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        return None if None in args else function(holder.context, *args)

    return call


def nesting(function: Callable[..., Any], holder: ContextHolder) -> Callable[..., Any]:
    """A function with the context's `nested` set for as long as it runs."""
    def call(*args: Any) -> Any:
        context = holder.context
        before, context.nested = context.nested, holder.nested
        try:
            return function(*args)
        finally:
            context.nested = before

    return call


_SCALARS: dict[tuple[bool, bool], Callable[[Callable[..., Any], ContextHolder], Callable[..., Any]]] = {
    (False, False): _plain,
    (False, True): _with_context,
    (True, False): _strict,
    (True, True): _strict_with_context,
}
"""By (strict, context)."""


class _StrictAggregate:
    """Leaves rows with a NULL argument out, when they enter a window and when they leave it."""

    __slots__ = ("_inner",)

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def step(self, *args: Any) -> None:
        if None not in args:
            self._inner.step(*args)

    def inverse(self, *args: Any) -> None:
        if None not in args:
            self._inner.inverse(*args)

    def value(self) -> Any:
        return self._inner.value()

    def final(self) -> Any:
        return self._inner.final()


def _factory(function: Function, holder: ContextHolder) -> Callable[[], Any]:
    make = function.callable
    if function.context:
        inner = function.callable
        make = lambda: inner(holder.context)  # noqa: E731  (a def would need a second name for the same thing)
    if not function.strict:
        return make
    return lambda: _StrictAggregate(make())
