"""What a command is: a handler of one kind of parse node.

A handler is `async handler(session, node, parameters) -> Result`. `describe` tells its result's columns beforehand.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from executor.analysis import Column
from executor.facts import lookup
from executor.parse import Node, RawStatement
from executor.sqlstates import UndefinedParameter
from executor.types import oids as T
from executor.types.base import Stored

if TYPE_CHECKING:
    from executor.session import Session


class Result(msgspec.Struct):
    """What came of a command: its tag, and rows (with columns), a copy, or another portal to go on with."""

    tag: str
    columns: tuple[Column, ...] | None = None
    rows: list[tuple[Any, ...]] | None = None
    copy: Any = None
    portal: Any = None


class Parameters(tuple[Stored, ...]):
    """The values of a command's parameters; oids: their types, as which its query has to be analyzed."""

    oids: tuple[int, ...] = ()

    @classmethod
    def of(cls, values: Sequence[Stored], oids: tuple[int, ...]) -> "Parameters":
        """Values with their types; in the simple protocol there are none of either."""
        found = cls(values)
        found.oids = oids if values else ()
        return found

    def require(self, types: Sequence[int]) -> None:
        """Raise 42P02 for a query with parameters that have no values."""
        if len(types) > len(self):
            raise UndefinedParameter(f"there is no parameter ${len(self) + 1}")


Handler = Callable[["Session", RawStatement, Parameters], Awaitable[Result]]
Describer = Callable[["Session", Node], "tuple[Column, ...] | None"]


@dataclass(frozen=True)
class CommandKind:
    """One row of the registry.

    transaction_control: manages the block itself (needs no transaction begun for it). read_only_ok: allowed in a
    READ ONLY transaction. alone: its name, if it is refused in a block (25001).
    takes_snapshot: False for what may stand in a block before SET TRANSACTION. simple_formats: of the result in the
    simple protocol, where the client does not say which it wants. query: the part of the statement that may have
    parameters.
    """

    handler: Handler
    describe: Describer | None = None
    transaction_control: bool = False
    read_only_ok: bool = True
    alone: str = ""
    takes_snapshot: bool = True
    query: Callable[[Node], Node] | None = None
    simple_formats: Callable[["Session", Node], tuple[int, ...]] = lambda session, node: ()


@dataclass(frozen=True)
class Command:
    """A parsed command with its row of the registry."""

    raw: RawStatement
    kind: CommandKind


def text_column(name: str, oid: int = T.TEXT) -> Column:
    """A column of a command's result."""
    return Column(name=name, type_oid=oid, type_size=lookup.types_by_oid()[oid].length)
