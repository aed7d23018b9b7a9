"""COPY: the client's data in, the server's data out, for both query protocols."""

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import trio

from pgwire import results
from pgwire.contract import CopyIn, CopyOut, Portal
from pgwire.messages.body import frame
from pgwire.messages.copy import CopyData, CopyFail, CopyInResponse, CopyOutResponse, encode_copy_data
from pgwire.states import State

if TYPE_CHECKING:
    from pgwire.session import ClientSession

_COPY_DONE = b"c\0\0\0\x04"


async def begin(session: "ClientSession", portal: Portal) -> bool:
    """Answer a started portal that is a COPY. True if the client must send data now; else everything was sent."""
    copy: Any = portal.copy
    if hasattr(copy, "write"):
        response = CopyInResponse(copy.overall_format, tuple(copy.formats))
        session.out += frame(response.tag, response.encode_body())
        session.copying = (copy, portal)
        await session.flush()
        return True
    await _send_all(session, copy)
    await results.run_to_end(portal)
    return False


async def _send_all(session: "ClientSession", copy: CopyOut) -> None:
    response = CopyOutResponse(copy.overall_format, tuple(copy.formats))
    session.out += frame(response.tag, response.encode_body())
    chunks: Any = copy.chunks()
    async with aclosing(chunks):
        async for chunk in chunks:
            session.out += encode_copy_data([chunk] if isinstance(chunk, bytes) else chunk)
            if len(session.out) >= results.CHUNK_BYTES:
                await session.flush()
                await trio.lowlevel.checkpoint()
    session.out += _COPY_DONE


def _current(session: "ClientSession") -> tuple[CopyIn, Portal]:
    assert session.copying is not None, "a COPY state without a COPY"
    return session.copying


async def on_copy_data(session: "ClientSession", message: CopyData) -> State | None:
    """Give the executor this piece of data, and what else of it was received already."""
    copy, _ = _current(session)
    more = session.connection.take_copy_data()
    await copy.write(message.data + more if more else message.data)
    return None


async def finish(session: "ClientSession") -> Portal:
    """CopyDone: all data are there. The portal, finished."""
    copy, portal = _current(session)
    await copy.finish()
    session.copying = None
    await results.run_to_end(portal)
    return portal


async def on_copy_fail(session: "ClientSession", message: CopyFail) -> State | None:
    """The client gave up: the executor raises 57014."""
    copy, _ = _current(session)
    await copy.fail(message.reason)
    raise AssertionError("CopyIn.fail must raise")
