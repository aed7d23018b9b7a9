"""BEGIN, COMMIT, ROLLBACK and savepoints."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from executor import sqlstates as states
from executor.commands.base import CommandKind, Parameters, Result
from executor.parse import Node, RawStatement

if TYPE_CHECKING:
    from executor.session import Session


async def run(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """A TransactionStmt."""
    node = raw.node
    return await KINDS[node.take("kind")](session, node)


def transaction_options(node: Node) -> dict[str, str]:
    """ISOLATION LEVEL, READ ONLY, DEFERRABLE as settings."""
    found = {}
    for option in node.nodes("options"):
        name = option.take("defname")
        value = option.take("arg")
        option.take("defnamespace")
        option.take("defaction")
        text = constant_text(value)
        found[name] = text if name == "transaction_isolation" else ("on" if text == "1" else "off")
    return found


def constant_text(node: Node) -> str:
    """An A_Const's value as text."""
    for field in ("sval", "ival", "fval", "boolval"):
        if (value := node.take(field)) is not None:
            inner = value.take(field, 0 if field == "ival" else False if field == "boolval" else "")
            return {True: "on", False: "off"}[inner] if isinstance(inner, bool) else str(inner)
    return ""


async def _begin(session: "Session", node: Node) -> Result:
    session.block.begin(transaction_options(node))
    return Result("BEGIN")


async def _start(session: "Session", node: Node) -> Result:
    session.block.begin(transaction_options(node))
    return Result("START TRANSACTION")


def _warn_if_none(session: "Session") -> None:
    if not session.block.explicit:
        session.notices.append(states.NoActiveSqlTransaction("there is no transaction in progress", severity="WARNING"))


def _refuse_chain(session: "Session", node: Node, what: str) -> bool:
    chain = bool(node.take("chain"))
    if chain and not session.block.explicit:
        raise states.NoActiveSqlTransaction(f"{what} AND CHAIN can only be used in transaction blocks")
    return chain


def _characteristics(session: "Session") -> dict[str, str]:
    return {name: session.settings.get(name)
            for name in ("transaction_isolation", "transaction_read_only", "transaction_deferrable")}


async def _commit(session: "Session", node: Node) -> Result:
    chain = _refuse_chain(session, node, "COMMIT")
    _warn_if_none(session)
    options = _characteristics(session) if chain else {}
    committed = await session.block.commit()
    if chain:
        session.block.begin(options)
    return Result("COMMIT" if committed else "ROLLBACK")


async def _rollback(session: "Session", node: Node) -> Result:
    chain = _refuse_chain(session, node, "ROLLBACK")
    _warn_if_none(session)
    options = _characteristics(session) if chain else {}
    await session.block.rollback()
    if chain:
        session.block.begin(options)
    return Result("ROLLBACK")


def _in_block(session: "Session", what: str) -> None:
    if not session.block.explicit:
        raise states.NoActiveSqlTransaction(f"{what} can only be used in transaction blocks")


async def _savepoint(session: "Session", node: Node) -> Result:
    _in_block(session, "SAVEPOINT")
    await session.block.savepoint(node.take("savepoint_name"))
    return Result("SAVEPOINT")


async def _release(session: "Session", node: Node) -> Result:
    _in_block(session, "RELEASE SAVEPOINT")
    await session.block.release(node.take("savepoint_name"))
    return Result("RELEASE")


async def _rollback_to(session: "Session", node: Node) -> Result:
    _in_block(session, "ROLLBACK TO SAVEPOINT")
    await session.block.rollback_to(node.take("savepoint_name"))
    return Result("ROLLBACK")


async def _prepare(session: "Session", node: Node) -> Result:
    """PREPARE TRANSACTION, as on a server that keeps none (max_prepared_transactions = 0): the transaction is gone."""
    node.take("gid")
    was_failed = session.block.failed
    _warn_if_none(session)
    in_block = session.block.explicit
    await session.block.rollback()
    if in_block and not was_failed:
        raise states.ObjectNotInPrerequisiteState("prepared transactions are disabled",
                                                  hint='Set "max_prepared_transactions" to a nonzero value.')
    return Result("ROLLBACK")


async def _end_prepared(session: "Session", node: Node, what: str) -> Result:
    session.block.note_command()
    session.block.refuse_inside(what)
    raise states.UndefinedObject(f'prepared transaction with identifier "{node.take("gid", "")}" does not exist')


async def _commit_prepared(session: "Session", node: Node) -> Result:
    return await _end_prepared(session, node, "COMMIT PREPARED")


async def _rollback_prepared(session: "Session", node: Node) -> Result:
    return await _end_prepared(session, node, "ROLLBACK PREPARED")


KINDS: dict[str, Callable[["Session", Node], Awaitable[Result]]] = {
    "TRANS_STMT_BEGIN": _begin, "TRANS_STMT_START": _start, "TRANS_STMT_COMMIT": _commit, "TRANS_STMT_ROLLBACK": _rollback,
    "TRANS_STMT_SAVEPOINT": _savepoint, "TRANS_STMT_RELEASE": _release, "TRANS_STMT_ROLLBACK_TO": _rollback_to,
    "TRANS_STMT_PREPARE": _prepare, "TRANS_STMT_COMMIT_PREPARED": _commit_prepared,
    "TRANS_STMT_ROLLBACK_PREPARED": _rollback_prepared,
}  # fmt: skip


COMMANDS = {"TransactionStmt": CommandKind(run, transaction_control=True)}
