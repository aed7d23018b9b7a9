"""What a server in recovery, a standby, refuses with words of its own (25006, 0A000). That nothing can be written follows from
its transactions being READ ONLY. Source: hot-standby.html. LISTEN is served, other than in PostgreSQL."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from executor.errors import SqlError
from executor.parse import Node
from executor.sqlstates import FeatureNotSupported, ReadOnlySqlTransaction

if TYPE_CHECKING:
    from executor.commands.base import Command

ROW_EXCLUSIVE = 3


def during_recovery(what: str) -> SqlError:
    """25006."""
    return ReadOnlySqlTransaction(f"cannot execute {what} during recovery")


def no_serializable(*, default: bool = False) -> SqlError:
    """0A000. default: nobody has asked for it in this transaction."""
    if not default:
        return FeatureNotSupported("cannot use serializable mode in a hot standby", hint="You can use REPEATABLE READ instead.")
    return FeatureNotSupported(
        "cannot use serializable mode in a hot standby", detail='"default_transaction_isolation" is set to "serializable".',
        hint="You can use \"SET default_transaction_isolation = 'repeatable read'\" to change the default.")


def no_read_write() -> SqlError:
    """0A000."""
    return FeatureNotSupported("cannot set transaction read-write mode during recovery")


_REFUSED: dict[str, Callable[[Node], str]] = {
    "NotifyStmt": lambda node: "NOTIFY",
    "VacuumStmt": lambda node: "VACUUM" if node.peek("is_vacuumcmd", False) else "ANALYZE",
    "LockStmt": lambda node: "LOCK TABLE" if node.peek("mode", 0) > ROW_EXCLUSIVE else "",
    "CopyStmt": lambda node: "COPY" if node.peek("is_from", False) else "",
}
"""Commands that READ ONLY transactions permit -> what they are called if they are refused."""


def refuse_in_recovery(command: "Command") -> None:
    """25006 for a command that only a primary can do."""
    find = _REFUSED.get(command.raw.node.kind)
    what = find(command.raw.node) if find is not None else ""
    if what:
        raise during_recovery(what)
