"""Assignments, conditions, loops and RETURN."""

from typing import Any

from executor.errors import SqlError, not_supported
from executor.plpgsql import syntax as tree
from executor.plpgsql.frame import RowValue, row_of
from executor.plpgsql.plans import Plan, Type, add_context
from executor.plpgsql.run import HANDLERS, RETURN, Run, Signal, type_words
from executor.sqlstates import (
    ArraySubscriptError,
    CaseNotFound,
    DatatypeMismatch,
    InvalidParameterValue,
    NullValueNotAllowed,
    SyntaxError,
)
from executor.types import arrays
from executor.types import oids as T
from executor.types.base import Stored
from executor.types.made import fields_of
from executor.types.record import described


async def _assign(run: Run, s: tree.Assign) -> None:
    target = s.target
    if not target.path:
        await run.assign_piece(target.number, s.value)
        return
    variable = run.frame.variables[target.number]
    if len(target.path) == 1 and isinstance(target.path[0], str) and variable.kind in ("row", "record"):
        row, at = run.column(variable, target.path[0])
        wanted = row.fields[at]
        value, given = await run.evaluate(s.value, (wanted.type, wanted.typmod))
        row, at = run.column(variable, target.path[0])  # the expression may have changed the variable
        row.values[at] = await run.convert(value, given, (wanted.type, wanted.typmod))
        run.frame.values[target.number] = row
        return
    from executor.plpgsql.parts import assign_part

    await assign_part(run, s)


async def _if(run: Run, s: tree.If) -> Signal | None:
    for condition, body, _ in s.branches:
        if await run.truth(condition):
            return await run.statements(body)
    return await run.statements(s.otherwise)


async def _case(run: Run, s: tree.Case) -> Signal | None:
    if s.subject is not None:
        value, given = await run.evaluate(s.subject)
        await run.assign(s.number, value, given)
    try:
        for condition, body, _ in s.branches:
            if await run.truth(condition):
                return await run.statements(body)
    finally:
        if s.number >= 0:
            run.frame.values[s.number] = None
    if s.otherwise is None:
        run.statement = s
        raise CaseNotFound("case not found", hint="CASE statement is missing ELSE part.")
    return await run.statements(s.otherwise)


def _leaves(signal: Signal, label: str) -> tuple[bool, Signal | None]:
    """What a loop does about a signal from its body: (whether it ends, what it passes on)."""
    if signal.kind == "return":
        return True, signal
    mine = not signal.label or signal.label == label
    if signal.kind == "exit":
        return True, None if mine else signal
    return (False, None) if mine else (True, signal)


async def _loop(run: Run, s: tree.Loop) -> Signal | None:
    while True:
        await run.tick()
        signal = await run.statements(s.body)
        if signal is not None:
            ends, passed = _leaves(signal, s.label)
            if ends:
                return passed


async def _while(run: Run, s: tree.While) -> Signal | None:
    while True:
        await run.tick()
        run.statement = s
        if not await run.truth(s.condition):
            return None
        signal = await run.statements(s.body)
        if signal is not None:
            ends, passed = _leaves(signal, s.label)
            if ends:
                return passed


INT4 = (T.INT4, -1)


async def _for_integer(run: Run, s: tree.ForInteger) -> Signal | None:
    bounds = []
    for piece, what in ((s.lower, "lower bound"), (s.upper, "upper bound"), (s.step, "BY value")):
        if piece is None:
            bounds.append(1)
            continue
        value, _ = await run.evaluate(piece, INT4)
        if value is None:
            raise NullValueNotAllowed(f"{what} of FOR loop cannot be null")
        bounds.append(int(value))
    at, end, step = bounds
    if step <= 0:
        raise InvalidParameterValue("BY value of FOR loop must be greater than zero")
    found = False
    values = run.frame.values
    signal: Signal | None = None
    while (at >= end) if s.reverse else (at <= end):
        found = True
        run.ticks += 1
        if not run.ticks & 127:
            await run.host.breathe()
        values[s.number] = at
        signal = await run.statements(s.body)
        if signal is not None:
            ends, signal = _leaves(signal, s.label)
            if ends:
                break
        at += -step if s.reverse else step
        if not -(2**31) <= at < 2**31:
            break
    values[run.compiled.body.found] = int(found)
    return signal


async def over_rows(run: Run, s: Any, rows: Any, columns: tuple[tuple[str, int, int], ...]) -> Signal | None:
    """Run a loop's body for each row."""
    from executor.plpgsql.queries import put_row

    found = False
    signal: Signal | None = None
    if not isinstance(s, tree.ForCursor):
        next(run.context.portal_numbers)  # PostgreSQL reads through a cursor here too
    for row in rows:
        found = True
        await run.tick()
        run.statement = s
        await put_row(run, s.into, row, columns)
        signal = await run.statements(s.body)
        if signal is not None:
            ends, signal = _leaves(signal, s.label)
            if ends:
                break
    else:
        if not found:
            await put_row(run, s.into, None, columns)
    run.frame.values[run.compiled.body.found] = int(found)
    return signal


async def _for_query(run: Run, s: tree.ForQuery) -> Signal | None:
    from executor.plpgsql.queries import query_plan

    assert s.query is not None
    plan = query_plan(run, s.query)
    rows = await run.rows_of(s.query, plan)
    return await over_rows(run, s, rows, plan.columns)


async def _foreach(run: Run, s: tree.ForEach) -> Signal | None:
    from executor.bind.resolve import element_type

    value, (number, typmod) = await run.evaluate(s.array)
    if value is None:
        raise NullValueNotAllowed("FOREACH expression must not be null")
    element = element_type(number)
    if not element:
        raise DatatypeMismatch(f"FOREACH expression must yield an array, not type {type_words(number)}")
    array = arrays.load(value)
    if not 0 <= s.slice <= len(array.lengths):
        raise ArraySubscriptError(f"slice dimension ({s.slice}) is out of the valid range 0..{len(array.lengths)}")
    _check_target(run, s)
    if s.slice:
        values: list[Stored] = [arrays.dump(item) for item in _slices(array.items, len(array.lengths) - s.slice)]
        given: Type = (number, typmod)
    else:
        convert = arrays.from_json(element)
        values = [None if item is None else convert(item) for item in arrays.flat(array.items)]
        given = (element, typmod)
    return await _each(run, s, values, given)


def _slices(items: list[Any], depth: int) -> list[Any]:
    for _ in range(depth - 1):
        items = [inner for item in items for inner in item]
    return items if depth else [items]


def _check_target(run: Run, s: tree.ForEach) -> None:
    target = s.into.whole if s.into.whole >= 0 else s.into.targets[0].number
    variable = run.frame.variables[target]
    is_array = variable.kind == "scalar" and _is_array(variable.type)
    if s.slice and not is_array:
        raise DatatypeMismatch("FOREACH ... SLICE loop variable must be of an array type")
    if not s.slice and is_array:
        raise DatatypeMismatch("FOREACH loop variable must not be of an array type")


def _is_array(number: int) -> bool:
    from executor.bind.resolve import element_type

    return bool(element_type(number))


async def _each(run: Run, s: tree.ForEach, values: list[Stored], given: Type) -> Signal | None:
    found = False
    signal: Signal | None = None
    for value in values:
        found = True
        await run.tick()
        run.statement = s
        if s.into.whole >= 0:
            await run.assign(s.into.whole, value, given)
        elif len(s.into.targets) == 1:
            await run.assign_target(s.into.targets[0], value, given)
        else:
            await _spread(run, s, value, given[0])
        signal = await run.statements(s.body)
        if signal is not None:
            ends, signal = _leaves(signal, s.label)
            if ends:
                break
    run.frame.values[run.compiled.body.found] = int(found)
    return signal


async def _spread(run: Run, s: tree.ForEach, value: Stored, number: int) -> None:
    """An element with columns to several variables."""
    from executor.plpgsql.queries import put_row

    fields = fields_of(number)
    if fields is None:
        raise DatatypeMismatch("cannot assign non-composite value to a row variable")
    row = row_of(number, value)
    await put_row(run, s.into, None if row is None else tuple(row.values), tuple((f.name, f.type, f.typmod) for f in fields))


async def _exit(run: Run, s: tree.Exit) -> Signal | None:
    if s.condition is not None and not await run.truth(s.condition):
        return None
    return Signal("exit" if s.is_exit else "continue", s.label)


# ---------------------------------------------------------------- RETURN


async def _return(run: Run, s: tree.Return) -> Signal:
    compiled = run.compiled
    run.returned = True
    if compiled.returns_set or (s.value is None and s.whole < 0):
        return RETURN
    if s.whole >= 0:
        variable = run.frame.variables[s.whole]
        run.result = run.frame.values[s.whole]
        if run.result.__class__ is RowValue:
            run.result = RowValue(run.result.number, list(run.result.values))
        run.result_type = (run.frame.shape(s.whole), variable.typmod)
        if variable.kind in ("row", "record") or fields_of(variable.type) is not None:
            return RETURN
        if not compiled.is_trigger:
            wanted = (compiled.result, -1)
            if fields_of(compiled.result) is not None or compiled.result == T.RECORD:
                _refuse_scalar(run, run.result)
            run.doing = "while casting return value to function's return type"
            run.result, run.result_type = await run.convert(run.result, run.result_type, wanted), wanted
            run.doing = ""
        return RETURN
    assert s.value is not None
    wants_row = compiled.is_trigger or compiled.result == T.RECORD or fields_of(compiled.result) is not None
    value, given = await run.evaluate(s.value, None if wants_row else (compiled.result, -1))
    if wants_row and fields_of(given[0]) is None:
        if fields_of(compiled.result) is not None and value is not None and given[0] == T.TEXT:
            raise DatatypeMismatch("cannot return non-composite value from function returning composite type")
        _refuse_scalar(run, value)
    run.result, run.result_type = value, given
    return RETURN


def _refuse_scalar(run: Run, value: Any) -> None:
    if value is not None and not run.compiled.is_trigger:
        raise DatatypeMismatch("cannot return non-composite value from function returning composite type")


async def _return_next(run: Run, s: tree.ReturnNext) -> None:
    compiled = run.compiled
    if compiled.outputs:
        values = [run.frame.get(number, -1) for number in compiled.outputs]
        run.rows.append(tuple(values) if len(values) > 1 else values[0])
        return
    if s.whole >= 0:
        variable = run.frame.variables[s.whole]
        value, given = run.frame.values[s.whole], (run.frame.shape(s.whole), variable.typmod)
        if value.__class__ is RowValue:
            run.rows.append(await _row_result(run, value))
            return
    else:
        assert s.value is not None
        value, given = await run.evaluate(s.value)
    await append(run, value, given)


async def append(run: Run, value: Stored, given: Type) -> None:
    """One value that a function gives."""
    result = run.compiled.result
    if fields_of(result) is not None or result == T.RECORD:
        row = row_of(given[0], value) if fields_of(given[0]) is not None else None
        if row is None and value is not None:
            raise DatatypeMismatch("cannot return non-composite value from RETURN NEXT")
        run.rows.append(None if row is None else await _row_result(run, row))
        return
    run.rows.append(await run.convert(value, given, (result, -1)))


async def _row_result(run: Run, row: RowValue) -> Stored:
    """A row as one that the function gives (42804 if its columns are others)."""
    wanted = fields_of(run.compiled.result)
    if wanted is None:
        if run.compiled.result != T.RECORD:
            return await run.convert(row.stored(), (row.number, -1), (run.compiled.result, -1))
        return described(row.number, row.stored())
    if len(wanted) != len(row.values):
        raise DatatypeMismatch("wrong record type supplied in RETURN NEXT", detail=(
            f"Number of returned columns ({len(row.values)}) does not match expected column count ({len(wanted)})."))
    for i, (has, wants) in enumerate(zip(row.fields, wanted, strict=True), 1):
        if has.type != wants.type:
            raise DatatypeMismatch("wrong record type supplied in RETURN NEXT", detail=(
                f"Returned type {type_words(has.type)} does not match expected type {type_words(wants.type)} in column "
                f'"{wants.name}" (position {i}).'))
    return (await run.reshaped(row, run.compiled.result)).stored()


async def _return_query(run: Run, s: tree.ReturnQuery) -> None:
    from executor.plpgsql.queries import dynamic_plan, query_plan

    if s.query is not None:
        plan, piece = query_plan(run, s.query), s.query
        rows = await run.rows_of(piece, plan)
    else:
        assert s.dynamic is not None
        plan, rows = await dynamic_plan(run, s.dynamic, s.using)
    if not plan.columns:
        raise SyntaxError("cannot open INSERT query as cursor")
    wanted = _wanted(run)
    try:
        _check_columns(plan, wanted, _names(run))
    except SqlError as error:
        if s.query is not None:
            add_context(error, f'SQL statement "{s.query.text}"')
        raise
    for row in rows:
        values = []
        for value, (_, *given), want in zip(row, plan.columns, wanted, strict=True):
            values.append(await run.convert(value, (given[0], given[1]), want))
        run.rows.append(_given(run, values))
    run.row_count = len(rows)
    run.frame.values[run.compiled.body.found] = int(bool(rows))


def _wanted(run: Run) -> list[Type]:
    """(type, typmod) of the columns of what a function gives."""
    compiled = run.compiled
    if compiled.outputs:
        return [(run.frame.variables[number].type, -1) for number in compiled.outputs]
    fields = fields_of(compiled.result)
    if fields is not None:
        return [(f.type, f.typmod) for f in fields]
    if compiled.result == T.RECORD:
        raise not_supported("rows of unknown columns from a function that returns record")
    return [(compiled.result, -1)]


def _names(run: Run) -> list[str]:
    """The names of the columns of what a function gives; [] where they have none."""
    if run.compiled.outputs:
        return [f.name for f in fields_of(run.compiled.output_type) or ()]
    return [f.name for f in fields_of(run.compiled.result) or ()]


def _check_columns(plan: Plan, wanted: list[Type], names: list[str]) -> None:
    message = "structure of query does not match function result type"
    if len(plan.columns) != len(wanted):
        raise DatatypeMismatch(message, detail=(
            f"Number of returned columns ({len(plan.columns)}) does not match expected column count ({len(wanted)})."))
    for i, ((name, number, typmod), (want, want_typmod)) in enumerate(zip(plan.columns, wanted, strict=True), 1):
        if number != want or (want_typmod >= 0 and typmod != want_typmod):
            raise DatatypeMismatch(message, detail=(
                f"Returned type {type_words(number)} does not match expected type {type_words(want)} in column "
                f'"{names[i - 1] if names else name}" (position {i}).'))


def _given(run: Run, values: list[Stored]) -> Any:
    from executor.types.record import dump_fields

    if run.compiled.outputs:
        return tuple(values) if len(values) > 1 else values[0]
    fields = fields_of(run.compiled.result)
    return values[0] if fields is None else dump_fields(values, [f.type for f in fields])


HANDLERS.update({
    tree.Block: Run.block, tree.Assign: _assign, tree.If: _if, tree.Case: _case, tree.Loop: _loop, tree.While: _while,
    tree.ForInteger: _for_integer, tree.ForQuery: _for_query, tree.ForEach: _foreach, tree.Exit: _exit, tree.Return: _return,
    tree.ReturnNext: _return_next, tree.ReturnQuery: _return_query,
})
