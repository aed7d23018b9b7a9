"""OPEN, FETCH, MOVE, CLOSE and loops over cursors. A cursor is one of the session, so that SQL may fetch from it too."""

from typing import Any

from executor.analysis import Column
from executor.commands.cursors import DIRECTIONS, NO_SCROLL, SCROLL, Cursor
from executor.errors import not_supported
from executor.outputs import encoders_for
from executor.plpgsql import syntax as tree
from executor.plpgsql.control import over_rows
from executor.plpgsql.plans import Plan
from executor.plpgsql.queries import dynamic_plan, put_row, query_plan
from executor.plpgsql.run import HANDLERS, Run, Signal
from executor.portal import Portal
from executor.sqlstates import DuplicateCursor, InvalidCursorName, NullValueNotAllowed
from executor.types import oids as T


class KnownRows(Portal):
    """The portal of a cursor whose rows are all there."""

    is_new = False


def _name_of(run: Run, number: int) -> Any:
    return run.frame.values[number]


async def _open(run: Run, s: tree.Open) -> None:
    variable = run.frame.variables[s.cursor]
    if variable.cursor is not None:
        for number, piece in s.arguments:
            await run.assign_piece(number, piece)
        piece, scroll = variable.cursor.query, variable.cursor.scroll
        plan = query_plan(run, piece)
        rows = await run.rows_of(piece, plan)
    elif s.query is not None:
        piece, scroll = s.query, s.scroll
        plan = query_plan(run, piece)
        rows = await run.rows_of(piece, plan)
    else:
        assert s.dynamic is not None
        scroll = s.scroll
        plan, rows = await dynamic_plan(run, s.dynamic, s.using)
    name = _name_of(run, s.cursor)
    make_cursor(run, s.cursor, name, plan, rows, scroll)


def make_cursor(run: Run, number: int, name: str | None, plan: Plan, rows: list[tuple[Any, ...]], scroll: bool | None) -> None:
    """A cursor of the session over rows; its name goes to the variable."""
    session = run.context.session
    if name is None:
        while (name := f"<unnamed portal {next(run.context.portal_numbers)}>") in session.cursors:
            pass
        run.frame.values[number] = name
    if name in session.cursors or name in session.portals:
        raise DuplicateCursor(f'cursor "{name}" already in use')
    if plan.analyzed is None:
        raise not_supported("a cursor over EXPLAIN or SHOW")
    columns = plan.analyzed.columns or ()
    portal = KnownRows(session, columns, encoders_for(run.context, columns, ()))
    portal.plan_columns = plan.columns  # type: ignore[attr-defined]
    cursor = Cursor(name, portal, "", NO_SCROLL | SCROLL if scroll is False else SCROLL)  # type: ignore[arg-type]
    cursor.kept = rows
    session.cursors[name] = cursor


def _cursor(run: Run, number: int) -> Cursor:
    variable = run.frame.variables[number]
    name = _name_of(run, number)
    if name is None:
        raise NullValueNotAllowed(f'cursor variable "{variable.name}" is null')
    found: Cursor | None = run.context.session.cursors.get(name)
    if found is None:
        raise InvalidCursorName(f'cursor "{name}" does not exist')
    return found


def _columns(cursor: Cursor) -> tuple[tuple[str, int, int], ...]:
    known: tuple[tuple[str, int, int], ...] | None = getattr(cursor.portal, "plan_columns", None)
    if known is not None:
        return known
    columns: tuple[Column, ...] = tuple(cursor.portal.columns or ())
    return tuple((c.name, c.number or c.type_oid, c.typmod) for c in columns)


KINDS = {"forward": "FETCH_FORWARD", "backward": "FETCH_BACKWARD", "absolute": "FETCH_ABSOLUTE", "relative": "FETCH_RELATIVE"}
ALL = 9223372036854775807


async def _fetch(run: Run, s: tree.Fetch) -> None:
    cursor = _cursor(run, s.cursor)
    number = ALL if s.count is None else s.count
    if s.expression is not None:
        value, _ = await run.evaluate(s.expression, (T.INT4, -1))
        if value is None:
            raise NullValueNotAllowed("relative or absolute cursor position is null")
        number = int(value)
    rows = await DIRECTIONS[KINDS[s.direction]](cursor, number)
    if s.into is not None:
        columns = _columns(cursor)
        await put_row(run, s.into, rows[0] if rows else None, columns)
    run.row_count = len(rows)
    run.frame.values[run.compiled.body.found] = int(bool(rows))


async def _close(run: Run, s: tree.Close) -> None:
    cursor = _cursor(run, s.cursor)
    await run.context.session.close_portal(cursor.name)


async def _for_cursor(run: Run, s: tree.ForCursor) -> Signal | None:
    variable = run.frame.variables[s.cursor]
    assert variable.cursor is not None
    session = run.context.session
    name = _name_of(run, s.cursor)
    if name is not None and name in session.cursors:
        raise DuplicateCursor(f'cursor "{name}" already in use')
    for number, piece in s.arguments:
        await run.assign_piece(number, piece)
    plan = query_plan(run, variable.cursor.query)
    rows = await run.rows_of(variable.cursor.query, plan)
    make_cursor(run, s.cursor, name, plan, rows, None)
    opened = run.frame.values[s.cursor]
    cursor = session.cursors[opened]
    try:
        return await over_rows(run, s, _walk(cursor, rows), plan.columns)
    finally:
        if opened in session.cursors:
            await session.close_portal(opened)
        if name is None:
            run.frame.values[s.cursor] = None


def _walk(cursor: Cursor, rows: list[tuple[Any, ...]]) -> Any:
    for row in rows:
        cursor.position += 1
        yield row


HANDLERS.update({
    tree.Open: _open, tree.Fetch: _fetch, tree.Close: _close, tree.ForCursor: _for_cursor,
})
