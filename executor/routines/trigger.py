"""Trigger functions: what one is told, and the call."""

import msgspec

from executor.catalog.model import Routine
from executor.context import Context
from executor.errors import not_supported
from executor.types.base import Stored

Row = tuple[Stored, ...]


class Transition(msgspec.Struct, frozen=True):
    """A transition table: the name that REFERENCING gives it, and its rows as stored values in the order of the columns."""

    name: str
    rows: tuple[Row, ...]


class TriggerData(msgspec.Struct, frozen=True, kw_only=True):
    """What a trigger function sees as TG_... and as OLD and NEW.

    when: BEFORE, AFTER, INSTEAD OF. level: ROW, STATEMENT. operation: INSERT, UPDATE, DELETE, TRUNCATE. relation: the OID of
    the table, by which its columns are found in the catalog. old, new: stored values of the relation's columns in their order,
    None where there is no such row. arguments: those of CREATE TRIGGER. transitions: OLD TABLE and NEW TABLE.
    """

    name: str
    when: str
    level: str
    operation: str
    relation: int
    schema: str
    table: str
    old: Row | None = None
    new: Row | None = None
    arguments: tuple[str, ...] = ()
    transitions: tuple[Transition, ...] = ()


def call_trigger(context: Context, routine: Routine, data: TriggerData) -> Row | None:
    """Run a trigger function; the row that it returns, None if it returned NULL.

    To be called from within a SQLite function that is registered with `nested=True` (see storage.statement.Function), since
    its body runs further statements on the connection. Raises: SqlError; LockConflict and NeedsWriter, which are not to be
    caught: the executor undoes the whole statement and runs it again.
    """
    raise not_supported("trigger functions")


def result_type_is_trigger(routine: Routine) -> bool:
    """Whether a routine may be a trigger's function."""
    return routine.result == TRIGGER_OID


TRIGGER_OID: int = 2279


