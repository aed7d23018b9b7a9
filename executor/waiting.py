"""Statements that meet a lock wait here, and run again: rows, unique keys, tables, sequences and advisory locks alike.

A statement that finds a lock in its way raises LockConflict. It has been undone by then and its transaction goes on, so
the session waits in the event loop, under statement_timeout and lock_timeout and where a cancel reaches it, and then runs
the statement again from its beginning.
"""

from collections.abc import Awaitable, Callable
from itertools import chain, count
from time import time_ns
from typing import TYPE_CHECKING, Any, TypeVar

from executor.awaiting import Awaited, fulfil
from executor.messages import send_now
from executor.prepared import fresh
from executor.translate import translate
from executor.triggers.state import mark_of, restore
from storage.errors import EngineError, LockConflict, NeedsWriter
from storage.locks import ADVISORY, Request

if TYPE_CHECKING:
    from executor.commands.base import Command, Parameters, Result
    from executor.session import Session

T = TypeVar("T")


async def run_waiting(session: "Session", run: Callable[[], Awaitable[T]]) -> T:
    """Run a session's statement; again after each lock that it had to wait for. run: gives None if the statement has to be
    analyzed anew, and did nothing."""
    session.advisory.begin_statement()
    noted, told, triggers = session.notifications.mark(), len(session.notices), mark_of(session.context)
    said, done = len(session.outgoing), len(session.block.at_commit)
    marks = noted, triggers, told, said, done
    outer, session.awaitings, session.retried = session.awaitings, session.retried, None
    if session.awaitings is not None:
        session.awaitings.begin_run()
    try:
        while True:
            try:
                found = await run()
                if found is None:  # the schema has changed: the statement is analyzed anew, and has not waited in vain
                    _undo(session, *marks)
                    session.retried = session.awaitings
                return found
            except LockConflict as conflict:
                await wait_for(session, conflict)
                if conflict.meanwhile is not None:
                    await conflict.meanwhile()
                _undo(session, *marks)
            except NeedsWriter:
                _undo(session, *marks)
                session.retried = session.awaitings
                raise
    finally:
        session.awaitings = outer
        if session.outgoing:
            await send_now(session)


def _undo(session: "Session", noted: Any, triggers: Any, told: int, said: int, done: int) -> None:
    """Forget what a statement has noted that is going to run again."""
    session.notifications.undo_since(noted)
    restore(session.context, triggers)
    del session.notices[told:], session.outgoing[said:], session.block.at_commit[done:]


async def run_command_waiting(session: "Session", command: "Command", parameters: "Parameters") -> "Result":
    """Run a command's handler; after a wait on a fresh parse tree, with its names looked up in the catalog as it is then."""
    raws = chain([command.raw], (fresh(command.raw) for _ in count()))

    async def run() -> "Result":
        raw = next(raws)
        if raw is not command.raw:
            await session.catalog(refresh=session.own_catalog is None)
        with session.block.timeout():
            return await command.kind.handler(session, raw, parameters)

    return await run_waiting(session, run)


async def wait_for(session: "Session", conflict: LockConflict) -> None:
    """Wait for what a statement has met, and hold it. Raises: 55P03, 40P01, 57014; 0A000 where it cannot run again."""
    transaction, request = session.block.ensure(), conflict.request
    if transaction.lost:
        raise translate(conflict, session.context.catalog) from None
    if isinstance(conflict, Awaited):
        session.advisory.give_back()
        await fulfil(session, conflict)
        return
    advisory = request.key[0] == ADVISORY
    if advisory:
        session.advisory.give_back()
    await _wait(session, request, conflict.keep)
    if advisory:
        session.advisory.granted(request)


async def _wait(session: "Session", request: Request, keep: bool) -> None:
    transaction = session.block.ensure()
    session.wait_start_ns = time_ns()
    try:
        with session.block.timeout():
            await transaction.wait_for(request, keep=keep)
    except EngineError as error:
        raise translate(error, session.context.catalog) from None
