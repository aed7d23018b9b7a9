"""A replication connection: its commands go to the replication service, which talks with the client through Conversation.

While a COPY in both directions runs, messages are received here and not by the session's loop: CopyData for the service,
CopyDone for its end, and nothing else.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import trio

from executor import sqlstates
from pgwire.connection import NEED_DATA
from pgwire.link import ClientGone
from pgwire.messages.body import ProtocolViolation, frame
from pgwire.messages.copy import CopyBothResponse, CopyData, CopyDone, CopyFail, CopyOutResponse, encode_copy_data
from pgwire.messages.extended import Flush, Sync
from pgwire.messages.result import Field, encode_command_complete, encode_row_description, encode_rows
from pgwire.messages.simple import Query, Terminate
from pgwire.states import State

if TYPE_CHECKING:
    from pgwire.contract import Walsender
    from pgwire.session import ClientSession

_COPY_DONE = b"c\0\0\0\x04"


class Conversation:
    """What a replication command may do with its connection. stopping: set when the server is being stopped."""

    def __init__(self, session: "ClientSession", stopping: trio.Event) -> None:
        self.stopping = stopping
        self.closing = False
        self._session = session

    def rows(self, columns: Sequence[tuple[str, int, int]], rows: Sequence[Sequence[bytes | None]]) -> None:
        """Queue a result of texts. columns: (name, OID of the type, its size)."""
        fields = tuple(Field(name, 0, 0, oid, size) for name, oid, size in columns)
        self._session.out += encode_row_description(fields) + encode_rows(rows, [bytes] * len(columns))

    def complete(self, tag: str) -> None:
        """Queue CommandComplete."""
        self._session.out += encode_command_complete(tag)

    async def begin_copy_both(self) -> None:
        """Send CopyBothResponse."""
        await self._begin(CopyBothResponse(0, ()))

    async def begin_copy_out(self) -> None:
        """Send CopyOutResponse."""
        await self._begin(CopyOutResponse(0, ()))

    async def _begin(self, response: CopyBothResponse | CopyOutResponse) -> None:
        self._session.out += frame(response.tag, response.encode_body())
        await self._session.flush()

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Send each as a CopyData; waits while the client does not read."""
        self._session.out += encode_copy_data(payloads)
        await self._session.flush()
        await trio.lowlevel.checkpoint()

    async def receive(self) -> bytes | None:
        """The next CopyData; None for CopyDone. Raises: ClientGone, SqlError."""
        connection = self._session.connection
        while True:
            message = connection.next_message()
            if message is NEED_DATA:
                data = await self._session.link.receive()
                if not data:
                    raise ClientGone("the client closed the connection")
                connection.receive_data(data)
            elif isinstance(message, CopyData):
                return message.data
            elif isinstance(message, CopyDone):
                return None
            elif isinstance(message, CopyFail):
                raise sqlstates.QueryCanceled(f"COPY from stdin failed: {message.reason}")
            elif isinstance(message, Terminate):
                raise ClientGone("the client ended the connection")
            elif not isinstance(message, Flush | Sync):
                raise ProtocolViolation(f'unexpected message type "{type(message).tag.decode()}"', fatal=True)

    def end_copy(self) -> None:
        """Queue CopyDone."""
        self._session.out += _COPY_DONE

    def close_after(self) -> None:
        """The connection ends when the command is done."""
        self.closing = True


class ReplicationQuery:
    """Query on a replication connection: a replication command, or SQL."""

    def __init__(self, walsender: "Walsender", stopping: trio.Event) -> None:
        self._walsender = walsender
        self._stopping = stopping

    async def run(self, session: "ClientSession", message: Query) -> State | None:
        """Answer it; None if it is SQL."""
        conversation = Conversation(session, self._stopping)
        session.executor.query_text = message.text
        audit = session.audit
        if audit.watches:
            audit.begin("statement", message.text)
        if not await self._walsender.run(message.text, conversation):
            return None
        if audit.watches:
            audit.end()
        if conversation.closing:
            await session.flush()
            return State.CLOSED
        await session.ready()
        return State.READY

    def close(self) -> None:
        """The connection is over."""
        self._walsender.close()


def refuse_extended(what: str) -> Exception:
    """What PostgreSQL says to messages of the extended protocol and function calls."""
    return sqlstates.ProtocolViolation(f"{what} not supported in a replication connection")
