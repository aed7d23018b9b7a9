"""SET, RESET, SHOW, DISCARD."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from executor import sqlstates as states
from executor.analysis import Column
from executor.commands.base import CommandKind, Result, text_column
from executor.commands.transaction import constant_text
from executor.errors import not_supported
from executor.parse import Node, RawStatement
from executor.temporary import drop_all

if TYPE_CHECKING:
    from executor.session import Session


def _values(node: Node) -> list[str]:
    """The arguments of SET as texts."""
    found = []
    for argument in node.nodes("args"):
        if argument.kind == "TypeCast":
            value = constant_text(argument.take("arg"))
            found.append(f"INTERVAL '{value}'")
            argument.take("typeName")
        else:
            found.append(constant_text(argument))
    return found


async def run_set(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """SET and RESET."""
    node = raw.node
    kind, name, local = node.take("kind"), node.take("name", ""), bool(node.take("is_local"))
    settings = session.settings
    if local and not session.block.explicit:
        session.notices.append(states.NoActiveSqlTransaction("SET LOCAL can only be used in transaction blocks",
                                                             severity="WARNING"))
    if kind == "VAR_RESET_ALL":
        settings.reset_all()
        return Result("RESET")
    if kind == "VAR_RESET":
        settings.reset(name)
        return Result("RESET")
    if kind == "VAR_SET_MULTI":
        _multiple(session, node, name, local)
        return Result("SET")
    if kind == "VAR_SET_CURRENT":
        raise not_supported("SET ... FROM CURRENT")
    values = _values(node) if kind == "VAR_SET_VALUE" else []
    if kind == "VAR_SET_DEFAULT":
        settings.set(name, None, local=local, source="session")
    else:
        settings.set(name, values if len(values) > 1 or name == "search_path" else values[0], local=local, source="session")
    return Result("SET")


def _multiple(session: "Session", node: Node, name: str, local: bool) -> None:
    """SET TRANSACTION and SET SESSION CHARACTERISTICS."""
    from executor.commands.transaction import transaction_options

    if name == "TRANSACTION SNAPSHOT":
        raise not_supported("SET TRANSACTION SNAPSHOT")

    class Options:
        @staticmethod
        def nodes(field: str) -> list[Node]:
            return node.nodes("args")

    options = transaction_options(Options)  # type: ignore[arg-type]
    if name == "TRANSACTION" and not session.block.explicit:
        session.notices.append(states.NoActiveSqlTransaction("SET TRANSACTION can only be used in transaction blocks",
                                                             severity="WARNING"))
    for option, value in options.items():
        if name == "TRANSACTION":
            session.settings.set(option, value, local=True, source="session")
        else:
            session.settings.set(f"default_{option}", value, local=False, source="session")


async def run_show(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """SHOW."""
    name = raw.node.take("name")
    columns = describe_show(session, raw.node)
    if name.lower() == "all":
        return Result("SHOW", columns, [tuple(row) for row in session.settings.show_all()])
    return Result("SHOW", columns, [(session.settings.show(name),)])


def describe_show(session: "Session", node: Node) -> tuple[Column, ...]:
    """The columns of SHOW."""
    name = node.peek("name")
    if name.lower() == "all":
        return (text_column("name"), text_column("setting"), text_column("description"))
    return (text_column(session.settings.canonical_name(name)),)


async def run_discard(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """DISCARD."""
    target = raw.node.take("target", "DISCARD_ALL").removeprefix("DISCARD_")
    if target == "ALL":
        await session.close_cursors()
        session.statements.clear()
        session.settings.reset_all()
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
