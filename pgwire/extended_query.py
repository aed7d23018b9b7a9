"""The extended query protocol: a handler for each message. Bind, Execute and Sync are the hot path of prepared
statements, so their handlers wait for nothing but the executor."""

from typing import TYPE_CHECKING

from executor.sqlstates import InvalidParameterValue
from pgwire import copy_flow, results
from pgwire.messages.body import frame
from pgwire.messages.copy import CopyDone
from pgwire.messages.extended import Bind, Close, Describe, Execute, Flush, Parse, Sync
from pgwire.messages.result import (
    BIND_COMPLETE,
    CLOSE_COMPLETE,
    NO_DATA,
    PARSE_COMPLETE,
    PORTAL_SUSPENDED,
    ParameterDescription,
    encode_row_description,
)
from pgwire.states import State

if TYPE_CHECKING:
    from pgwire.session import ClientSession

_USUAL_FORMATS = frozenset({(), (0,), (1,)})


async def on_parse(session: "ClientSession", message: Parse) -> State | None:
    """Make a prepared statement."""
    audit = session.audit
    if audit.watches:
        audit.begin(f"parse {message.statement or '<unnamed>'}", message.text)
    await session.executor.parse(message.statement, message.text, message.parameter_oids)
    if audit.watches:
        audit.end()
    session.send_notices()
    session.out += PARSE_COMPLETE
    return None


async def on_bind(session: "ClientSession", message: Bind) -> State | None:
    """Make a portal."""
    formats, result_formats = message.parameter_formats, message.result_formats
    if formats not in _USUAL_FORMATS or result_formats not in _USUAL_FORMATS:
        for code in (*formats, *result_formats):
            if code not in (0, 1):
                raise InvalidParameterValue(f"unsupported format code: {code}")
    audit = session.audit
    if audit.watches:
        audit.begin_bind(message.portal, message.statement)
    await session.executor.bind(message.portal, message.statement, formats, message.parameters, result_formats)
    if audit.watches:
        audit.end()
    session.send_notices()
    session.out += BIND_COMPLETE
    return None


async def on_describe(session: "ClientSession", message: Describe) -> State | None:
    """Tell parameters and columns of a statement, or columns of a portal."""
    if message.kind == b"S":
        oids, columns = await session.executor.describe_statement(message.name)
        session.out += frame(ParameterDescription.tag, ParameterDescription(tuple(oids)).encode_body())
    else:
        columns = await session.executor.describe_portal(message.name)
    session.out += NO_DATA if columns is None else encode_row_description(columns)
    return None


async def on_execute(session: "ClientSession", message: Execute) -> State | None:
    """Run a portal, or go on with it."""
    name, limit = message.portal, max(message.max_rows, 0)
    portal = session.executor.portal(name)
    resumed = bool(session.suspended) and session.suspended.get(name) is portal
    rows = 0
    audit = session.audit
    if audit.watches:
        audit.begin_portal(portal, resumed=resumed)
    if not resumed:
        await portal.start()
    if portal.copy is not None:
        session.send_notices()
        if await copy_flow.begin(session, portal):
            return State.COPY_IN_EXTENDED
    elif portal.columns is not None:
        rows = await results.send_rows(session, portal, limit)
    else:
        await results.run_to_end(portal)
    session.send_notices()
    if audit.watches:
        audit.end()
    if 0 < limit == rows:  # even if that was the last row: PostgreSQL does not look whether there are more
        session.suspended[name] = portal
        session.out += PORTAL_SUSPENDED
        return None
    session.suspended.pop(name, None)
    results.complete(session, portal, None if portal.columns is None else rows)
    return None


async def on_copy_done(session: "ClientSession", message: CopyDone) -> State | None:
    """The client sent all data for Execute."""
    portal = await copy_flow.finish(session)
    session.send_notices()
    if session.audit.watches:
        session.audit.end()
    results.complete(session, portal)
    return None


async def on_close(session: "ClientSession", message: Close) -> State | None:
    """Forget a statement or a portal; one that does not exist is no error."""
    if message.kind == b"S":
        session.executor.close_statement(message.name)
    else:
        session.suspended.pop(message.name, None)
        await session.executor.close_portal(message.name)
    session.out += CLOSE_COMPLETE
    return None


async def on_flush(session: "ClientSession", message: Flush) -> State | None:
    """Send what there is."""
    await session.flush()
    return None


async def on_sync(session: "ClientSession", message: Sync) -> State | None:
    """The end of a pipeline."""
    await session.executor.sync()
    session.send_notices()
    await session.ready()
    return None
