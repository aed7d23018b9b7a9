"""LISTEN, UNLISTEN and NOTIFY: noted now, done at the commit (executor.notify)."""

from typing import TYPE_CHECKING

from executor.commands.base import CommandKind, Parameters, Result
from executor.parse import RawStatement

if TYPE_CHECKING:
    from executor.session import Session


async def run_listen(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """LISTEN."""
    session.notifications.listen(raw.node.take("conditionname"))
    return Result("LISTEN")


async def run_unlisten(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """UNLISTEN, of one channel or of all."""
    session.notifications.unlisten(raw.node.take("conditionname"))
    return Result("UNLISTEN")


async def run_notify(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """NOTIFY."""
    session.notifications.notify(raw.node.take("conditionname"), raw.node.take("payload", ""))
    return Result("NOTIFY")


COMMANDS = {
    "ListenStmt": CommandKind(run_listen), "UnlistenStmt": CommandKind(run_unlisten), "NotifyStmt": CommandKind(run_notify),
}  # fmt: skip
