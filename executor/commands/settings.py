"""SET, RESET, SHOW, DISCARD."""

from typing import TYPE_CHECKING

from executor.analysis import Column
from executor.commands.base import CommandKind, Parameters, Result, text_column
from executor.parse import Node, RawStatement
from executor.prepared import forget_named
from executor.settings import statements
from executor.temporary import drop_all

if TYPE_CHECKING:
    from executor.session import Session


async def run_set(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """SET and RESET."""
    return Result(statements.run_set(session.settings, raw.node, in_block=session.block.in_block, notices=session.notices))


async def run_show(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """SHOW."""
    columns = describe_show(session, raw.node)
    return Result("SHOW", columns, list(statements.show_rows(session.settings, raw.node)))


def describe_show(session: "Session", node: Node) -> tuple[Column, ...]:
    """The columns of SHOW."""
    return tuple(map(text_column, statements.show_columns(session.settings, node)))


async def run_discard(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DISCARD."""
    target = raw.node.take("target", "DISCARD_ALL").removeprefix("DISCARD_")
    if target == "ALL":
        session.block.refuse_inside("DISCARD ALL")
        await session.close_cursors()
        for name, portal in list(session.portals.items()):
            if portal.node is not raw.node:  # the portal that runs this stays
                await session.close_portal(name)
        forget_named(session.statements)
        session.settings.reset("session_authorization")
        session.settings.reset("role")
        session.settings.reset_all()
        session.notifications.unlisten(None)
        session.advisory.release_all()
        session.context.sequences.current.clear()
        session.context.sequences.last = None
        await drop_all(session)
    elif target == "TEMP":
        await drop_all(session)
    elif target == "SEQUENCES":
        session.context.sequences.current.clear()
        session.context.sequences.last = None
    return Result(f"DISCARD {target}")


COMMANDS = {
    "VariableSetStmt": CommandKind(run_set, takes_snapshot=False),
    "VariableShowStmt": CommandKind(run_show, describe_show, takes_snapshot=False),
    "DiscardStmt": CommandKind(run_discard),
}  # fmt: skip
