"""The words the executor speaks to storage: values, statements, and what a statement needs on its connection.

Everything here is an immutable value. Nothing knows of PostgreSQL's types: a value is what SQLite stores, and a
function is a Python callable of such values.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

Value = int | float | str | bytes | None
Row = tuple[Any, ...]
"""One result row: a tuple of `Value`s."""


@dataclass(frozen=True, slots=True)
class Function:
    """A SQL function written in Python; a name SQLite already has is overridden.

    nargs: -1 for any number. strict: with a NULL argument a scalar is NULL without being called, an aggregate leaves
    the row out. context: the transaction's `context` is passed first (to an aggregate's factory).
    An aggregate's callable makes objects with step(*args) and final(); a window function's has inverse(*args) and
    value() too, and serves as a plain aggregate as well. blocks: it waits, so its statement runs in a thread.
    nested: it runs further statements on the connection that calls it; the context's attribute `nested` is set to that
    connection's storage.nested.Nested before each call.
    Exceptions reach the caller of the statement unchanged.
    """

    name: str
    callable: Callable[..., Any]
    nargs: int = -1
    deterministic: bool = False
    kind: Literal["scalar", "aggregate", "window"] = "scalar"
    strict: bool = False
    context: bool = False
    blocks: bool = False
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Collation:
    """An order of texts: negative, 0 or positive as the first sorts before, with or after the second."""

    name: str
    compare: Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class TableFunction:
    """A table `name(arg0, ...)` with columns c0, c1, ... and rowid 1, 2, 3, ..., usable laterally in FROM.

    callable: (context first if `context`, then the arguments, NULL as None) -> an iterable of tuples of `ncolumns`
    values, or of single values when ncolumns is 1. It is iterated lazily, and closed early when the query ends early.
    few: it gives so few rows that a statement that changes something may loop over them in the event loop.
    nested: as of a Function. passing: it belongs to one statement, and is forgotten with the lateral queries.
    """

    name: str
    nargs: int
    ncolumns: int
    callable: Callable[..., Iterable[Any]]
    context: bool = False
    few: bool = False
    nested: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Lateral:
    """Like TableFunction; its rows are those of `sql`, run on the same connection with the arguments as ?1 to ?nargs.

    One name must always mean one text: names are registered per connection and outlive a statement.
    """

    name: str
    sql: str
    nargs: int
    ncolumns: int


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """A table catalog."name" in the connection's own memory, filled from `rows(context)` whenever `version` is another
    than the one it was filled for. create: the statements that make it and its indexes."""

    name: str
    version: int
    ncolumns: int
    create: tuple[str, ...] = field(compare=False)
    rows: Callable[[Any], Iterable[Any]] = field(compare=False)


Need = Function | Collation | TableFunction | Lateral | MemoryTable


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQLite statement, ready to be run any number of times with different parameters.

    needs: registered on the connection before the text is prepared. Pass the same tuple object each time: it is
    recognised by identity. writes: changes the file (or a temporary table). temp_schema: names a temporary object, so
    it must run on its session's pinned connection. nested: it calls functions that run further statements.
    """

    sql: str
    needs: tuple[Need, ...] = ()
    writes: bool = False
    temp_schema: bool = False
    nested: bool = False


@dataclass(slots=True)
class RowBatch:
    """Parameters for many runs of one statement. failed: after a failure, the index of the row it was about."""

    rows: Sequence[Sequence[Value]]
    failed: int = -1


class Isolation(Enum):
    """The isolation levels that mean something different here; READ UNCOMMITTED is READ COMMITTED."""

    READ_COMMITTED = "read committed"
    REPEATABLE_READ = "repeatable read"
    SERIALIZABLE = "serializable"


class Synchronous(Enum):
    """What a commit waits for. FULL: the disk has it. NORMAL: a crash of the machine may lose the last commits, never
    their order. OFF: a crash of the machine may damage the file."""

    OFF = 0
    NORMAL = 1
    FULL = 2
