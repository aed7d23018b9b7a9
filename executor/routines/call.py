"""Calls of routines from within SQLite, and what is common to all ways of calling one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from executor.catalog.model import Routine
from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.plpgsql.compiled import Compiled, compiled
from executor.plpgsql.frame import RowValue
from executor.plpgsql.run import Host, Run
from executor.routines import sqlbody
from executor.routines.hosts import NestedHost, drive
from executor.sqlstates import DatatypeMismatch, UndefinedFunction
from executor.types import oids as T
from executor.types.base import Stored
from executor.types.made import fields_of
from executor.types.record import described, dump_fields, field_values


def call_scalar(context: Context, oid: int, types: tuple[int, ...], result: int, arguments: Sequence[Stored]) -> Stored:
    """The value of a routine that returns no set. types, result: numbers, as the call resolved them."""
    rows = _nested(context, oid, types, result, arguments)
    if not rows:
        return nothing(context.catalog.routines_by_oid[oid], result)
    found = rows[0]
    if isinstance(found, tuple):
        return dump_fields(found, [f.type for f in fields_of(result) or ()])
    stored: Stored = found
    return stored


def nothing(routine: Routine, result: int) -> Stored:
    """What a call gives that gives nothing: void is a value, but not where a body in SQL made it."""
    return "" if result == T.VOID and routine.language != "sql" else None


def call_rows(context: Context, oid: int, types: tuple[int, ...], result: int, ncolumns: int,
              arguments: Sequence[Stored]) -> Iterator[Any]:
    """The rows of a routine in FROM: tuples of `ncolumns` values, or single values."""
    rows = _nested(context, oid, types, result, arguments)
    routine = context.catalog.routines_by_oid[oid]
    if not routine.returns_set and not rows:
        rows = [None]
    several = len(routine.outputs) > 1
    for row in rows:
        if several and not isinstance(row, tuple):
            yield (None,) * ncolumns if row is None else tuple(field_values(row, [f.type for f in fields_of(result) or ()]))
        elif isinstance(row, tuple) and ncolumns == 1:
            yield dump_fields(row, [f.type for f in fields_of(result) or ()])
        else:
            yield row


def _nested(context: Context, oid: int, types: tuple[int, ...], result: int, arguments: Sequence[Stored]) -> list[Any]:
    routine = context.catalog.routines_by_oid.get(oid)
    if routine is None:
        raise UndefinedFunction(f"cache lookup failed for function {oid}")
    return drive(run_routine(NestedHost(context), context, routine, types, result, arguments))


async def run_routine(host: Host, context: Context, routine: Routine, types: tuple[int, ...], result: int,
                      arguments: Sequence[Stored]) -> list[Any]:
    """What a call gives: for a set all rows, else one or none. Each is a stored value, or a tuple of several outputs."""
    if routine.security_definer and context.session.identity.current_oid != routine.owner:
        raise not_supported("calling another role's SECURITY DEFINER routine")
    if routine.settings:
        with _settings(context, routine):
            return await _run(host, context, routine, types, result, arguments)
    return await _run(host, context, routine, types, result, arguments)


@contextmanager
def _settings(context: Context, routine: Routine) -> Iterator[None]:
    """The SET clauses of a routine, while it runs."""
    if not routine.settings:
        yield
        return
    settings = context.settings
    name = f"pgquill_routine_{len(context.calls)}_{routine.oid}"
    settings.savepoint(name)
    try:
        for setting, value in routine.settings:
            settings.set(setting, value, local=True, source="session")
        yield
    finally:
        settings.rollback_to(name)
        settings.release(name)


async def _run(host: Host, context: Context, routine: Routine, types: tuple[int, ...], result: int,
               arguments: Sequence[Stored]) -> list[Any]:
    if routine.language == "sql":
        return await sqlbody.run(host, sqlbody.body(host.catalog, routine, types, result), context, arguments)
    if routine.language != "plpgsql":
        raise not_supported(f"language {routine.language}")
    made = _compiled(host, context, routine, types, result)
    run = Run(host, made, context)
    await run.call(arguments)
    if made.returns_set:
        return run.rows
    if made.outputs:
        values = [run.frame.get(number, -1) for number in made.outputs]
        return [tuple(values) if len(values) > 1 else values[0]]
    if made.result == T.VOID or not run.returned:
        return []
    try:
        return [await _result(run, made.result)]
    except SqlError as error:
        run.doing, run.line = "while casting return value to function's return type", 0
        run.note(error)
        raise


def _compiled(host: Host, context: Context, routine: Routine, types: tuple[int, ...], result: int) -> Compiled:
    found: Compiled | None = host.catalog.memo.get("plpgsql", {}).get((routine.oid, types, result, 0))
    if found is not None:
        return found
    from executor.plpgsql import handlers

    assert handlers
    return compiled(context, host.catalog, host.path, routine, types, result)


async def _result(run: Run, wanted: int) -> Stored:
    """The value that RETURN gave, as one of the result type."""
    value = run.result
    if value.__class__ is RowValue:
        if wanted == T.RECORD:
            return described(value.number, value.stored())
        return await _row(run, value, wanted)
    given = run.result_type
    if wanted == T.RECORD and fields_of(given[0]) is not None:
        return described(given[0], value)
    if fields_of(given[0]) is not None and value is not None and fields_of(wanted) is not None:
        from executor.plpgsql.frame import row_of

        row = row_of(given[0], value)
        assert row is not None
        return await _row(run, row, wanted)
    return await run.convert(value, given, (wanted, -1)) if given[0] != wanted else value


async def _row(run: Run, row: RowValue, wanted: int) -> Stored:
    """A row as one of another type (42804 unless their columns are alike)."""
    fields = fields_of(wanted)
    if fields is None:
        return await run.convert(row.stored(), (row.number, -1), (wanted, -1))
    if row.number == wanted:
        return row.stored()
    message = "returned record type does not match expected record type"
    if len(fields) != len(row.values):
        raise DatatypeMismatch(message, detail=(
            f"Number of returned columns ({len(row.values)}) does not match expected column count ({len(fields)})."))
    from executor.plpgsql.run import type_words

    for i, (has, wants) in enumerate(zip(row.fields, fields, strict=True), 1):
        if has.type != wants.type:
            raise DatatypeMismatch(message, detail=(
                f"Returned type {type_words(has.type)} does not match expected type {type_words(wants.type)} in column "
                f'"{wants.name}" (position {i}).'))
    return (await run.reshaped(row, wanted)).stored()
