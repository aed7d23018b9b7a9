"""WAIT FOR LSN: until a position of the log is replayed, received or flushed. Source: sql-wait-for.html of PostgreSQL 19."""

from typing import TYPE_CHECKING, NamedTuple

import trio

from executor import sqlstates as states
from executor.commands.base import CommandKind, Parameters, Result, text_column
from executor.option_values import option_boolean, option_text
from executor.parse import Node, RawStatement, Source
from executor.settings.numbers import BadNumberError, parse_integer
from executor.types.integer import lsn_from_text, lsn_text
from storage.logged import FIRST_LSN
from storage.statement import Isolation

if TYPE_CHECKING:
    from executor.analysis import Column
    from executor.session import Session

MODES = {"standby_replay": "replayed", "standby_write": "written", "standby_flush": "flushed", "primary_flush": "flushed"}
"""Mode -> what has happened then."""
SUCCESS, TIMEOUT, NOT_IN_RECOVERY = "success", "timeout", "not in recovery"


class Wait(NamedTuple):
    """What is asked for. timeout_s: None for no limit."""

    lsn: int
    mode: str
    timeout_s: float | None
    throws: bool


def _options(raw: RawStatement) -> Wait:
    lsn = lsn_from_text(raw.node.take("lsn_literal"))
    seen: set[str] = set()
    mode, timeout, throws = "standby_replay", 0, True
    for option in raw.node.nodes("options"):
        name, argument = option.take("defname"), option.take("arg")
        position = Source(raw.source).position(option.location)
        if name in seen:
            raise states.SyntaxError("conflicting or redundant options", position=position)
        seen.add(name)
        if name == "mode":
            mode = option_text(name, argument).lower()
            if mode not in MODES:
                raise states.InvalidParameterValue(
                    f'unrecognized value for WAIT option "mode": "{option_text(name, argument)}"', position=position)
        elif name == "timeout":
            timeout = _timeout(option_text(name, argument), position)
        elif name == "no_throw":
            throws = not option_boolean(name, argument)
        else:
            raise states.SyntaxError(f'option "{name}" not recognized', position=position)
    return Wait(lsn, mode, timeout / 1000 if timeout else None, throws)


def _timeout(text: str, position: int) -> int:
    try:
        found = parse_integer(text, "ms")
    except BadNumberError as error:
        raise states.InvalidParameterValue(f'invalid timeout value: "{text}"', hint=error.hint, position=position) from None
    if found < 0:
        raise states.InvalidParameterValue("timeout cannot be negative", position=position)
    return found


async def run_wait(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """WAIT FOR LSN (22P02, 22023, 42601, 55000, 57014)."""
    wait = _options(raw)
    block = session.block
    transaction = block.transaction
    keeps = transaction is not None and transaction.isolation is not Isolation.READ_COMMITTED and block.asked
    if keeps or session.cursors:
        raise states.ObjectNotInPrerequisiteState(
            "WAIT must be called without an active or registered snapshot",
            detail="WAIT cannot be executed within a transaction with an isolation level higher than READ COMMITTED.")
    outcome = await (_on_primary if wait.mode == "primary_flush" else _on_standby)(session, wait)
    if outcome != SUCCESS and wait.throws:
        raise _error(session, wait, outcome)
    return Result("WAIT", (text_column("status"),), [(outcome,)])


async def _on_primary(session: "Session", wait: Wait) -> str:
    if session.engine.in_recovery:
        raise states.ObjectNotInPrerequisiteState(
            "recovery is in progress",
            hint="Waiting for primary_flush can only be done on a primary server. Use standby_flush mode on a standby server.")
    wal = session.database.file.wal
    if (wal.flushed or FIRST_LSN) >= wait.lsn:
        return SUCCESS
    with trio.move_on_after(float("inf") if wait.timeout_s is None else wait.timeout_s):
        await wal.wait_beyond(wait.lsn - 1)
        return SUCCESS
    return TIMEOUT


async def _on_standby(session: "Session", wait: Wait) -> str:
    """What a standby receives it writes, flushes and replays in one go; while it is paused, it may have received more."""
    if _reached(session, wait) >= wait.lsn:
        return SUCCESS
    if not session.engine.in_recovery:
        return NOT_IN_RECOVERY
    found: str = await session.engine.replication.wait_for_replay(wait.lsn, wait.timeout_s)
    return found


def _reached(session: "Session", wait: Wait) -> int:
    """How far it is, or was when it was promoted; -1 for a server that has never been a standby."""
    replication = session.engine.replication
    if wait.mode == "primary_flush":
        return session.database.file.wal.flushed or FIRST_LSN
    if replication is None:
        return -1
    replayed = replication.replay_lsn()
    received = replication.receive_lsn() if wait.mode != "standby_replay" else None
    return max(-1 if replayed is None else replayed, -1 if received is None else received)


def _error(session: "Session", wait: Wait, outcome: str) -> Exception:
    at, wanted, done = _reached(session, wait), lsn_text(wait.lsn), MODES[wait.mode]
    if outcome == TIMEOUT:
        return states.QueryCanceled(f"timed out while waiting for target LSN {wanted} to be {done}; "
                                    f"current {wait.mode} LSN {lsn_text(max(at, 0))}")
    if at < 0:
        return states.ObjectNotInPrerequisiteState(
            "recovery is not in progress", hint=f"Waiting for the {wait.mode} LSN can only be executed during recovery.")
    return states.ObjectNotInPrerequisiteState(
        "recovery is not in progress",
        detail=f"Recovery ended before target LSN {wanted} was {done}; last {wait.mode} LSN {lsn_text(at)}.")


def describe_wait(session: "Session", node: Node) -> "tuple[Column, ...]":
    """One row, one column."""
    return (text_column("status"),)


COMMANDS = {"WaitStmt": CommandKind(run_wait, describe_wait, takes_snapshot=False)}
