"""The simple query protocol: Query with any number of statements, and FunctionCall (which is refused)."""

from typing import TYPE_CHECKING

from executor.errors import not_supported
from pgwire import copy_flow, results
from pgwire.contract import Portal
from pgwire.messages.copy import CopyDone
from pgwire.messages.result import EMPTY_QUERY_RESPONSE, encode_row_description
from pgwire.messages.simple import FunctionCall, Query
from pgwire.states import State

if TYPE_CHECKING:
    from pgwire.session import ClientSession


async def on_query(session: "ClientSession", message: Query) -> State | None:
    """Run the statements of one text. The whole text is parsed first, as in PostgreSQL."""
    executor = session.executor
    audit = session.audit
    if audit.watches:
        audit.begin("statement", message.text)
    statements = executor.split(message.text)
    if not statements:
        await executor.sync()
        session.send_notices()
        session.out += EMPTY_QUERY_RESPONSE
        await session.ready()
        return State.READY
    if len(statements) > 1:
        executor.begin_implicit_block()
    session.statements = statements[::-1]
    if audit.watches:
        audit.simple(statements)
    return await run_statements(session)


async def run_statements(session: "ClientSession") -> State | None:
    """Run what is left of the text, until the end or until a COPY FROM STDIN needs the client."""
    executor = session.executor
    while session.statements:
        portal = await executor.prepare_simple(session.statements.pop())
        await portal.start()
        session.send_notices()
        if portal.copy is not None:
            if await copy_flow.begin(session, portal):
                return State.COPY_IN
        elif portal.columns is not None:
            session.out += encode_row_description(portal.columns)
            await results.send_rows(session, portal, 0)
        else:
            await results.run_to_end(portal)
        await complete_statement(session, portal)
    if session.audit.watches:
        session.audit.end()
    await session.ready()
    return State.READY


async def on_copy_done(session: "ClientSession", message: CopyDone) -> State | None:
    """The client sent all data: finish the statement, and go on with what follows it in the text."""
    portal = await copy_flow.finish(session)
    await complete_statement(session, portal)
    return await run_statements(session)


async def complete_statement(session: "ClientSession", portal: Portal) -> None:
    """Say that a statement is done; for the last one of the text, only after its transaction is durable."""
    if not session.statements:
        await session.executor.sync()
    session.send_notices()
    results.complete(session, portal)


async def on_function_call(session: "ClientSession", message: FunctionCall) -> State | None:
    """The function call protocol, which the manual calls obsolete."""
    raise not_supported("the function call protocol")
