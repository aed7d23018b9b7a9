"""A prepared statement, and what is asked of one."""

from collections.abc import Sequence
from functools import cached_property

import msgspec

from executor import sqlstates as states
from executor.analysis import Analyzed, Column
from executor.commands.base import Command
from executor.errors import SqlError
from executor.parse import RawStatement, wrap
from executor.types.made import oid_of


class Prepared(msgspec.Struct, dict=True):
    """A prepared statement. raw None: an empty text. analyzed: the plan as of some catalog, None for commands."""

    name: str
    text: str
    raw: RawStatement | None
    given: tuple[int, ...] = ()  # parameter types the client declared
    parameters: tuple[int, ...] = ()
    columns: tuple[Column, ...] | None = None
    analyzed: Analyzed | None = None
    command: Command | None = None
    from_sql: bool = False
    prepared_ns: int = 0  # when, of one with a name
    path: object = ""  # what decided where its names were looked for: executor.roles.identity
    described: bool = False

    @property
    def parameter_oids(self) -> tuple[int, ...]:
        """The types of its parameters, which stay as they are when it is analyzed again: clients encode values by them."""
        return tuple(map(oid_of, self.parameters))

    @cached_property
    def prints_names(self) -> bool:
        """True if its output depends on the session's catalog."""
        return any(c.prints_names for c in self.columns or ())


def forget_named(statements: dict[str, Prepared]) -> None:
    """Forget those that have a name, as DEALLOCATE ALL does."""
    for name in [name for name in statements if name]:
        del statements[name]


def fresh(raw: RawStatement) -> RawStatement:
    """The statement with no field consumed yet, since binding consumes its nodes."""
    return RawStatement(wrap(raw.node.tree), raw.source, raw.text, raw.offset)


def result_type_changed() -> SqlError:
    """The error (0A000) of a statement whose output columns are others than when it was prepared."""
    # Drivers know this error by its routine (asyncpg and pgjdbc prepare the statement again), since 0A000 says little.
    return states.FeatureNotSupported("cached plan must not change result type", routine="RevalidateCachedQuery")


def shapes(columns: Sequence[Column] | None) -> list[tuple[str, int, int]] | None:
    """Name, type and modifier of each column, by which two results are the same; None without a result."""
    return None if columns is None else [(c.name, c.type_oid, c.typmod) for c in columns]
