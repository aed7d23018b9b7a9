"""Trigger functions: what one is told, and the call."""

import msgspec

from executor.catalog.model import Routine
from executor.catalog.usertypes import numbered
from executor.context import Context
from executor.errors import not_supported
from executor.plpgsql.compiled import compiled
from executor.plpgsql.frame import RowValue, row_of
from executor.plpgsql.run import Run
from executor.routines.hosts import NestedHost, drive
from executor.sqlstates import DatatypeMismatch
from executor.types import arrays
from executor.types.base import Stored
from executor.types.made import fields_of
from executor.types.oids import TRIGGER

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
    """Run a trigger function; the row that it returns, None if it returned NULL (or is one of statements).

    To be called from within a SQLite function that is registered with `nested=True` (see storage.statement.Function), since
    its body runs further statements on the connection; the outer statement must run with `Statement.nested`. Raises: SqlError;
    LockConflict and NeedsWriter, which are not to be caught: the executor undoes the whole statement and runs it again.
    """
    if routine.language != "plpgsql":
        raise not_supported(f"trigger functions in language {routine.language}")
    from executor.plpgsql import handlers

    assert handlers
    kept = context.kept_rows
    try:
        if data.transitions:
            context.kept_rows = {**kept, **{-i: list(table.rows) for i, table in enumerate(data.transitions, 1)}}
        return drive(_call(context, routine, data))
    finally:
        context.kept_rows = kept


async def _call(context: Context, routine: Routine, data: TriggerData) -> Row | None:
    host = NestedHost(context)
    made = compiled(context, host.catalog, host.path, routine, (), TRIGGER, data.relation,
                    tuple(table.name for table in data.transitions))
    run = Run(host, made, context)
    frame = run.frame
    if data.transitions:
        relation = numbered(host.catalog, host.catalog.relations_by_oid[data.relation])
        frame.transitions = {table.name: (-i, relation) for i, table in enumerate(data.transitions, 1)}
    places = made.trigger
    for name, row in (("new", data.new), ("old", data.old)):
        number = places[name]
        if fields_of(made.result) is not None:
            frame.types[number] = (made.result, -1)
        if row is not None:
            frame.values[number] = RowValue(made.result, list(row))
    for name, value in (
            ("tg_name", data.name), ("tg_when", data.when), ("tg_level", data.level), ("tg_op", data.operation),
            ("tg_relid", data.relation), ("tg_relname", data.table), ("tg_table_name", data.table),
            ("tg_table_schema", data.schema), ("tg_nargs", len(data.arguments)), ("tg_argv", _array(data.arguments))):
        frame.values[places[name]] = value
    await run.call(())
    found = run.result
    if found is None or data.level == "STATEMENT":
        return None
    if found.__class__ is not RowValue:
        found = row_of(run.result_type[0], found)
        if found is None:
            return None
    if found.number != made.result:
        found = await _alike(run, found, made.result)
    return tuple(found.values)


def _array(texts: tuple[str, ...]) -> str | None:
    """TG_ARGV, whose subscripts begin with 0."""
    return arrays.dump(list(texts), (0,)) if texts else None


async def _alike(run: Run, row: RowValue, wanted: int) -> RowValue:
    fields = fields_of(wanted) or ()
    if len(fields) != len(row.values):
        raise DatatypeMismatch("returned row structure does not match the structure of the triggering table", detail=(
            f"Number of returned columns ({len(row.values)}) does not match expected column count ({len(fields)})."))
    return await run.reshaped(row, wanted)


def is_trigger_function(routine: Routine) -> bool:
    """Whether a routine may be a trigger's function."""
    return routine.result == TRIGGER
