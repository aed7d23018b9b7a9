"""Rows of the table of built-in functions: how each of PostgreSQL's functions runs on SQLite.

A row names a function of pg_proc by its signature, exactly as `oid::regprocedure` spells names there but with pg_type
names: "int4pl(int4,int4)", "upper(text)", "now()". Operators and casts have no rows of their own: an operator is
the function behind it in pg_operator, a cast the function in pg_cast. Argument and result types, strictness and
volatility come from the facts, so a row holds only the implementation and an example, which is also its test.

One module per family; each ends with `BUILTINS = (...)`, collected by executor.builtins.registry. A built-in that has
no row is 0A000.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Example = tuple[str, str | None] | None
"""(SQL expression, what psql prints for it; None for NULL), or for a failure (expression, "ERROR 22003")."""


@dataclass(frozen=True, slots=True)
class Native:
    """A SQLite expression of equal meaning, made from the lowered arguments (each already in parentheses if needed).

    `lower` receives one SQL text per argument and returns SQL text. It must give NULL for a NULL argument if the
    function is strict in pg_proc. An argument used more than once is evaluated more than once: `repeats` names the
    largest number of times, and the generator falls back to `python` (when given) for arguments that are not simple.
    `helpers` are the functions of this table (by name, see `Python`) that the text calls, such as guards that raise.
    """

    lower: Callable[..., str]
    repeats: int = 1
    python: Callable[..., Any] | None = None
    helpers: tuple[Callable[..., Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Python:
    """A Python function called by SQLite with stored values, returning one; exceptions are SqlError.

    Strict functions are not called with NULL. `context`: pass executor.context.Context as the first argument
    (time zone, settings, current user, clock, sequences). Deterministic if IMMUTABLE or STABLE in pg_proc.
    """

    function: Callable[..., Any]
    context: bool = False


@dataclass(frozen=True, slots=True)
class NativeAggregate:
    """A SQLite expression over native aggregates. `lower(over, *args)`: put `over` (FILTER and OVER text) after each
    aggregate call, for example `lambda over, x: f"total({x}){over}"`."""

    lower: Callable[..., str]
    helpers: tuple[Callable[..., Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PythonAggregate:
    """A Python class: `step(*stored)`, `final() -> stored`, and for windows `inverse(*stored)` and `value()`."""

    factory: Callable[..., Any]
    context: bool = False


@dataclass(frozen=True, slots=True)
class SetReturning:
    """A Python generator function of the stored arguments: yields one stored value a row, or a tuple where the
    function has several output columns."""

    function: Callable[..., Any]
    context: bool = False


Implementation = Native | Python | NativeAggregate | PythonAggregate | SetReturning


@dataclass(frozen=True, slots=True)
class Builtin:
    """One row: signature, implementation, example."""

    signature: str
    implementation: Implementation
    example: Example = None


def native(lower: Callable[..., str], *, repeats: int = 1, python: Callable[..., Any] | None = None,
           helpers: tuple[Callable[..., Any], ...] = ()) -> Native:
    """Shorthand used by the tables."""
    return Native(lower, repeats, python, helpers)
