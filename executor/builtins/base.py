"""Rows of the table of built-in functions: how each of PostgreSQL's functions runs on SQLite.

A row names a function of pg_proc by its signature, exactly as `oid::regprocedure` spells names there but with pg_type
names: "int4pl(int4,int4)", "upper(text)", "now()", "concat(any)". Operators and casts have no rows of their own: an
operator is the function behind it in pg_operator, a cast the function in pg_cast. Argument and result types,
strictness and volatility come from the facts, so a row holds only the implementation and an example, which is also
its test. One module per family; each ends with `BUILTINS = (...)`, collected by executor.builtins.registry. A built-in
that has no row is 0A000.

Typed implementations (`typed=True`) depend on the actual types of a call, because the signature is polymorphic or
variadic "any". What they hold is a factory, called once when the call is planned:
`factory(argument_types, result_type) -> callable`, with `argument_types` a tuple of (type OID, typmod) and
`result_type` an OID. Domains must be replaced by their base types and enums by text before. Equal arguments give an
equal callable to cache under the name of the function and these types.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from executor.types.base import Stored

Example = tuple[str, str | None] | None
"""(SQL expression, what psql prints for it; None for NULL), or for a failure (expression, "ERROR 22003")."""

ArgumentTypes = tuple[tuple[int, int], ...]
"""(type OID, typmod) of each argument."""


@dataclass(frozen=True, slots=True)
class Native:
    """A SQLite expression of equal meaning, made from the lowered arguments (each already in parentheses if needed).

    `lower` receives one SQL text per argument and returns SQL text. It must give NULL for a NULL argument if the
    function is strict in pg_proc. An argument used more than once is evaluated more than once: `repeats` names the
    largest number of times, and the generator falls back to `python` (when given) for arguments that are not simple.
    `helpers` are the Python functions that the text calls (see `call`), such as guards that raise; SQLite must not
    call them with NULL arguments but take NULL as their result.
    `context_helpers`: helpers that take executor.context.Context first; if there are any, `python` takes it too.
    `natively`: whether the text serves values of these types; if not, `python` does (a factory if `typed`).
    `collate`: the text names collations of argument types (Codec.collation), which must be registered.
    `literals`: the positions of arguments whose value, where it is a literal, makes the text a better one.
    """

    lower: Callable[..., Any]
    repeats: int = 1
    python: Callable[..., Any] | None = None
    helpers: tuple[Callable[..., Any], ...] = ()
    collate: bool = False
    typed: bool = False
    context_helpers: tuple[Callable[..., Any], ...] = ()
    literals: tuple[int, ...] = ()
    natively: Callable[[ArgumentTypes], bool] | None = None


@dataclass(frozen=True, slots=True)
class Python:
    """A Python function called by SQLite with stored values, returning one; exceptions are SqlError.

    Strict functions are not called with NULL. `context`: pass executor.context.Context as the first argument
    (time zone, settings, current user, clock, sequences). Deterministic if IMMUTABLE or STABLE in pg_proc.
    `blocks`: it waits, so statements that call it run in a thread.
    """

    function: Callable[..., Any]
    context: bool = False
    typed: bool = False
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class NativeAggregate:
    """A SQLite expression over native aggregates. `lower(over, *args)`: put `over` (FILTER and OVER text) after each
    aggregate call, for example `lambda over, x: f"total({x}){over}"`. Also for window functions, where `over` has the
    OVER clause. `helpers` as in Native. `single`: each aggregate call in the text takes the arguments as they are and
    nothing else, so that the first may be preceded by DISTINCT and the last followed by ORDER BY; if not, DISTINCT
    needs `python`. `collate`: the argument is taken under the collation of its type. `over`: what runs over windows,
    where the native aggregates do that wrongly."""

    lower: Callable[..., Any]
    helpers: tuple[Callable[..., Any], ...] = ()
    typed: bool = False
    collate: bool = False
    single: bool = True
    python: "PythonAggregate | None" = None
    over: "PythonAggregate | None" = None


@dataclass(frozen=True, slots=True)
class PythonAggregate:
    """A Python class: `step(*stored)`, `final() -> stored`.

    `final` must not end the object: with OVER, `windowed(factory)` is what SQLite gets, which calls it for each row.
    Steps with a NULL argument are left out if `strict`; aggregates have no strictness of their own in pg_proc.
    `over`: a window implementation of its own, with `inverse(*stored)` and `value()`; None: `windowed(factory)`.
    """

    factory: Callable[..., Any]
    context: bool = False
    typed: bool = False
    strict: bool = True
    over: Callable[..., Any] | None = None


@dataclass(frozen=True, slots=True)
class SetReturning:
    """A Python generator function of the stored arguments: yields one stored value a row, or a tuple where the
    function has several output columns."""

    function: Callable[..., Any]
    context: bool = False
    typed: bool = False


Implementation = Native | Python | NativeAggregate | PythonAggregate | SetReturning


@dataclass(frozen=True, slots=True)
class Builtin:
    """One row: signature, implementation, example."""

    signature: str
    implementation: Implementation
    example: Example = None


def extreme(name: str) -> NativeAggregate:
    """min or max of the values of a type, in the type's order."""
    return NativeAggregate(lambda over, x: f"{name}({x}){over}", collate=True)


def native(lower: Callable[..., str], *, repeats: int = 1, python: Callable[..., Any] | None = None,
           helpers: tuple[Callable[..., Any], ...] = ()) -> Native:
    """Shorthand used by the tables."""
    return Native(lower, repeats, python, helpers)


def sql_name(function: Callable[..., Any]) -> str:
    """The name under which SQLite knows a helper."""
    return "pg_" + function.__name__.strip("_")


def call(function: Callable[..., Any], *arguments: str) -> str:
    """SQL text that calls a helper."""
    return f"{sql_name(function)}({', '.join(arguments)})"


class Aggregate(Protocol):
    """What `PythonAggregate.factory` makes."""

    def step(self, *arguments: Any) -> None:
        """Take one row."""

    def final(self) -> Stored:
        """The result over the rows so far; may be called more than once."""


class Replay:
    """Runs an aggregate over a moving frame: keeps the rows of the frame, and starts anew once rows have left it."""

    def __init__(self, factory: Callable[[], Aggregate]) -> None:
        self.factory = factory
        self.rows: deque[tuple[Any, ...]] = deque()
        self.state = factory()
        self.stale = False

    def step(self, *arguments: Any) -> None:
        """A row enters the frame."""
        self.rows.append(arguments)
        if not self.stale:
            self.state.step(*arguments)

    def inverse(self, *arguments: Any) -> None:
        """The oldest row leaves the frame."""
        self.rows.popleft()
        self.stale = True

    def value(self) -> Stored:
        """The result over the frame."""
        if self.stale:
            self.state = self.factory()
            for row in self.rows:
                self.state.step(*row)
            self.stale = False
        return self.state.final()

    final = value


def windowed(factory: Callable[..., Aggregate]) -> Callable[..., Replay]:
    """An aggregate's factory -> the factory of its window form; arguments (the context) go to the former."""
    return lambda *arguments: Replay(lambda: factory(*arguments))
