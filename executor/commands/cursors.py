"""DECLARE, FETCH, MOVE, CLOSE.

A cursor keeps its snapshot (storage keeps its rows apart from later changes). One that is SCROLL or WITH HOLD has its
rows in memory from its first use on, and may move backwards unless it is NO SCROLL.
"""

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor import sqlstates as states
from executor.analysis import Column
from executor.commands.base import CommandKind, Parameters, Result
from executor.errors import SqlError, not_supported
from executor.outputs import encoders_for
from executor.parse import Node, RawStatement
from executor.plan import DataChange, Select
from executor.portal import QueryPortal

if TYPE_CHECKING:
    from executor.session import Session

BINARY, SCROLL, NO_SCROLL, INSENSITIVE, ASENSITIVE, HOLD = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
CONFLICTS = {SCROLL | NO_SCROLL: "SCROLL and NO SCROLL", ASENSITIVE | INSENSITIVE: "ASENSITIVE and INSENSITIVE"}
FETCH_ALL = 9223372036854775807


def _forward_only() -> SqlError:
    return states.ObjectNotInPrerequisiteState("cursor can only scan forward",
                                               hint="Declare it with SCROLL option to enable backward scan.")


class Cursor:
    """An open cursor. position: rows before it, counting the current one; 0 before the first.

    held: WITH HOLD. committed: the transaction that made it has been, so it stays. declared_ns: when it was made.
    """

    def __init__(self, name: str, portal: QueryPortal, text: str, options: int = 0, declared_ns: int = 0) -> None:
        self.name = name
        self.portal = portal
        self.text = text
        self.scroll = bool(options & SCROLL)
        self.held = bool(options & HOLD)
        self.binary = bool(options & BINARY)
        self.forward_only = bool(options & NO_SCROLL) or not options & (SCROLL | HOLD)
        self.committed = False
        self.declared_ns = declared_ns
        self.kept: list[tuple[Any, ...]] | None = [] if options & (SCROLL | HOLD) else None
        self.position = 0
        self.at_end = False

    async def materialize(self) -> None:
        """Take all rows into memory, before the transaction ends."""
        assert self.kept is not None
        while rows := await self.portal.fetch(1000):
            self.kept += rows

    async def forward(self, count: int) -> list[tuple[Any, ...]]:
        """The next rows."""
        if self.kept is None:
            rows: list[tuple[Any, ...]] = []
            while len(rows) < count and (more := await self.portal.fetch(min(count - len(rows), 1000))):
                rows += more
            self.position += len(rows)
            self.at_end = len(rows) < count
            return rows
        while len(self.kept) < self.position + count and (more := await self.portal.fetch(1000)):
            self.kept += more
        rows = self.kept[self.position : self.position + count]
        self.position += len(rows)
        self.at_end = len(rows) < count
        return rows

    async def backward(self, count: int) -> list[tuple[Any, ...]]:
        """The rows before, latest first."""
        if self.kept is None or self.forward_only:
            raise _forward_only()
        end = self.position if self.at_end else max(0, self.position - 1)
        start = max(0, end - count)
        rows = self.kept[start:end][::-1]
        self.at_end = False
        self.position = start + 1 if len(rows) == count else 0
        return rows


async def run_declare(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DECLARE name CURSOR FOR query."""
    node = raw.node
    name, options = node.take("portalname"), node.take("options", 0)
    held = bool(options & HOLD)
    if not held and not session.block.in_block:
        raise states.NoActiveSqlTransaction("DECLARE CURSOR can only be used in transaction blocks")
    if name in session.cursors or name in session.portals:
        raise states.DuplicateCursor(f'cursor "{name}" already exists')
    inner = RawStatement(node.take("query"), raw.source, raw.text, raw.offset)
    if inner.node.kind != "SelectStmt" or inner.node.peek("intoClause"):
        raise not_supported("DECLARE CURSOR for something other than SELECT")
    for pair, words in CONFLICTS.items():
        if options & pair == pair:
            raise states.InvalidCursorDefinition(f"cannot specify both {words}")
    prepared = await session.prepare_raw("", inner, parameters.oids)
    assert prepared.columns is not None and prepared.analyzed is not None
    parameters.require(prepared.parameters)
    if any(isinstance(cte.query, DataChange) for cte in prepared.analyzed.plan.ctes):
        raise states.FeatureNotSupported("DECLARE CURSOR must not contain data-modifying statements in WITH")
    if isinstance(found := prepared.analyzed.plan, Select) and found.locking:
        _refuse_locks(options, found.locking[0].strength)
    binary = bool(options & BINARY)
    encoders = encoders_for(session.context, prepared.columns, (1,) if binary else ())
    portal = QueryPortal(session, prepared, prepared.columns, encoders, parameters)
    await portal.start()
    if portal.rows is not None and not portal.rows.is_exhausted:
        await portal.rows.detach()
    session.cursors[name] = Cursor(name, portal, raw.text, options, session.context.statement_ns)
    return Result("DECLARE CURSOR")


def _refuse_locks(options: int, locks: str) -> None:
    """FOR UPDATE and the like go with plain cursors only."""
    if options & HOLD:
        raise states.FeatureNotSupported(f"DECLARE CURSOR WITH HOLD ... {locks} is not supported",
                                         detail="Holdable cursors must be READ ONLY.")
    if options & SCROLL:
        raise states.FeatureNotSupported(f"DECLARE SCROLL CURSOR ... {locks} is not supported",
                                         detail="Scrollable cursors must be READ ONLY.")
    if options & INSENSITIVE:
        raise states.InvalidCursorDefinition(f"DECLARE INSENSITIVE CURSOR ... {locks} is not valid",
                                             detail="Insensitive cursors must be READ ONLY.")


def cursor_named(session: "Session", name: str) -> Cursor:
    """An open cursor, or a portal of the protocol by its name, which SQL may fetch from and move too (34000)."""
    found = session.cursors.get(name)
    if found is not None:
        return found  # type: ignore[no-any-return]
    portal = session.portals.get(name) if name else None
    if not isinstance(portal, QueryPortal):
        raise states.InvalidCursorName(f'cursor "{name}" does not exist')
    cursor = Cursor(name, portal, "")
    cursor.position = portal.sent
    return cursor


def _fetched_columns(cursor: Cursor) -> tuple[Column, ...]:
    """The columns as FETCH gives them: in the format that its own client asked for."""
    return tuple(c if c.format == 0 else replace(c, format=0) for c in cursor.portal.columns or ())


async def run_fetch(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """FETCH and MOVE."""
    node = raw.node
    cursor = cursor_named(session, node.take("portalname"))
    node.take("location_direction")
    node.take("direction_keyword")
    direction, count, move = node.take("direction", "FETCH_FORWARD"), node.take("howMany", 0), bool(node.take("ismove"))
    if cursor.portal.is_new:
        await cursor.portal.start()
    rows = await DIRECTIONS[direction](cursor, count)
    if move:
        return Result(f"MOVE {len(rows)}")
    return Result(f"FETCH {len(rows)}", _fetched_columns(cursor), rows)


async def _forward(cursor: Cursor, count: int) -> list[tuple[Any, ...]]:
    if count < 0:
        return await cursor.backward(-count)
    if count == 0:
        return await _current(cursor)
    return await cursor.forward(count)


async def _backward(cursor: Cursor, count: int) -> list[tuple[Any, ...]]:
    return await _forward(cursor, -count)


async def _current(cursor: Cursor) -> list[tuple[Any, ...]]:
    if cursor.kept is None or cursor.forward_only:
        raise _forward_only()
    inside = 0 < cursor.position <= len(cursor.kept) and not cursor.at_end
    return cursor.kept[cursor.position - 1 : cursor.position] if inside else []


async def _absolute(cursor: Cursor, count: int) -> list[tuple[Any, ...]]:
    if cursor.kept is None or cursor.forward_only:
        if count <= cursor.position:
            raise _forward_only()
        return (await cursor.forward(count - cursor.position))[-1:] if count > cursor.position else []
    if count < 0:
        await cursor.forward(FETCH_ALL - cursor.position)
        count = len(cursor.kept) + 1 + count
    cursor.position, cursor.at_end = 0, False
    if count <= 0:
        return []
    rows = await cursor.forward(count)
    return rows[-1:] if len(rows) == count else []


async def _relative(cursor: Cursor, count: int) -> list[tuple[Any, ...]]:
    rows = await _forward(cursor, count)
    return rows[-1:] if len(rows) == max(abs(count), 1) else []


DIRECTIONS = {"FETCH_FORWARD": _forward, "FETCH_BACKWARD": _backward, "FETCH_ABSOLUTE": _absolute, "FETCH_RELATIVE": _relative}


def describe_fetch(session: "Session", node: Node) -> tuple[Column, ...] | None:
    """The columns of the cursor's query."""
    if node.peek("ismove"):
        return None
    name = node.peek("portalname")
    return _fetched_columns(cursor_named(session, name)) if name in session.cursors or name in session.portals else None


def fetched_formats(session: "Session", node: Node) -> tuple[int, ...]:
    """FETCH from a BINARY cursor gives binary values to a client that cannot ask for them."""
    cursor = session.cursors.get(node.peek("portalname"))
    return (1,) if cursor is not None and cursor.binary and not node.peek("ismove") else ()


async def run_close(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CLOSE name | ALL."""
    name = raw.node.take("portalname")
    if name is None:
        await session.close_cursors()
        for portal in [name for name, portal in session.portals.items() if name and isinstance(portal, QueryPortal)]:
            await session.close_portal(portal)
        return Result("CLOSE CURSOR ALL")
    cursor_named(session, name)
    await session.close_portal(name)
    return Result("CLOSE CURSOR")


COMMANDS = {
    "DeclareCursorStmt": CommandKind(run_declare, query=lambda node: node.peek("query")),
    "FetchStmt": CommandKind(run_fetch, describe_fetch, simple_formats=fetched_formats),
    "ClosePortalStmt": CommandKind(run_close),
}  # fmt: skip
