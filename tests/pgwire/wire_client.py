"""A client for tests: speaks the protocol with pgwire's own codec, over any trio stream."""

from typing import Any

import trio
from trio.testing import memory_stream_pair

from pgwire.connection import NEED_DATA, Connection
from pgwire.link import ClientGone
from pgwire.messages.startup import PROTOCOL_3_0, BackendKeyData, ReadyForQuery, StartupMessage


class Closed(Exception):
    """The server closed the connection."""


class WireClient:
    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.connection = Connection(client=True)
        self.key: BackendKeyData | None = None

    async def send(self, *messages: Any) -> None:
        """All messages in one piece."""
        await self.stream.send_all(b"".join(map(self.connection.send, messages)))

    async def send_raw(self, data: bytes) -> None:
        await self.stream.send_all(data)

    async def receive_raw(self, count: int) -> bytes:
        """Exactly so many bytes, outside any message."""
        data = b""
        while len(data) < count:
            more = await self.stream.receive_some(count - len(data))
            if not more:
                raise Closed(data)
            data += more
        return data

    async def next(self) -> Any:
        while (message := self.connection.next_message()) is NEED_DATA:
            try:
                data = await self.stream.receive_some(65536)
            except trio.BrokenResourceError:
                data = b""
            if not data:
                raise Closed
            self.connection.receive_data(bytes(data))
        return message

    async def until(self, kind: Any) -> list[Any]:
        """Messages up to and with the first of this class."""
        messages = [await self.next()]
        while not isinstance(messages[-1], kind):
            messages.append(await self.next())
        return messages

    async def until_closed(self) -> list[Any]:
        messages: list[Any] = []
        try:
            while True:
                messages.append(await self.next())
        except Closed:
            return messages

    async def start(self, version: int = PROTOCOL_3_0, **parameters: str) -> list[Any]:
        """Start up; what the server said up to ReadyForQuery."""
        await self.send(StartupMessage(version, tuple({"user": "tester", **parameters}.items())))
        messages = await self.until(ReadyForQuery)
        self.key = next(message for message in messages if isinstance(message, BackendKeyData))
        return messages


class MemoryLink:
    """A Link over one side of a pair of memory streams."""

    def __init__(self, stream: Any, peer: Any) -> None:
        self._stream, self._peer = stream, peer
        self.sends = 0

    async def receive(self) -> bytes:
        try:
            return bytes(await self._stream.receive_some(65536))
        except trio.BrokenResourceError as error:
            raise ClientGone(str(error)) from None

    def send_now(self, data: bytes | bytearray) -> bool:
        self.sends += 1
        try:
            self._peer.receive_stream.put_data(bytes(data))
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ClientGone(str(error)) from None
        return True

    def post(self, data: bytes | bytearray) -> bool:
        return self.send_now(data)

    async def drain(self) -> None:
        await trio.lowlevel.checkpoint()

    async def close(self) -> None:
        await self._stream.aclose()


def memory_pair() -> tuple[WireClient, MemoryLink]:
    client, server = memory_stream_pair()
    return WireClient(client), MemoryLink(server, client)
