"""The Link over TLS: the standard library's ssl on memory buffers, between a SocketLink and the session.

Not trio.SSLStream, because a session sends in two steps (pgwire.link.Link): what is encrypted is a SocketLink's to send, which
goes on where it stopped after a cancellation. Everything that arrived is decrypted at once, so nothing waits inside OpenSSL
while the socket has nothing more.
"""

import ssl
from contextlib import suppress

from pgwire.link import ClientGone
from pgwire.messages.body import ProtocolViolation
from pgwire.socket_link import SocketLink

RECORD_BYTES = 1 << 14
"""OpenSSL gives no more than a record at a time."""


class TlsLink:
    """One TLS connection. `handshake` first."""

    def __init__(self, link: SocketLink, context: ssl.SSLContext) -> None:
        self._link = link
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._fresh = True  # what came with the end of the handshake has not been looked at

    async def handshake(self, data: bytes) -> None:
        """data: what the client has sent of it already. Raises ClientGone: there is no way to say what was wrong but TLS's."""
        self._incoming.write(data)
        while True:
            try:
                self.session.do_handshake()
            except ssl.SSLWantReadError:
                await self._send_queued()
                more = await self._link.receive()
                if not more:
                    raise ClientGone("the client closed the connection during the TLS handshake") from None
                self._incoming.write(more)
            except ssl.SSLError as error:
                self._flush()  # the alert
                raise ClientGone(f"could not accept SSL connection: {error.reason or error}") from None
            else:
                await self._send_queued()
                return

    def check_alpn(self) -> None:
        """A client that began with TLS must say that it wants PostgreSQL's protocol, or it may be a browser led astray."""
        if self.session.selected_alpn_protocol() is None:
            raise ProtocolViolation("received direct SSL connection request without ALPN protocol negotiation extension",
                                    fatal=True)

    async def receive(self) -> bytes:
        """Some bytes, b"" at the end."""
        if self._fresh:
            self._fresh = False
            data = self._decrypted()
            if data:
                return data
        while True:
            more = await self._link.receive()
            if not more:
                return b""
            self._incoming.write(more)
            data = self._decrypted()
            if data is None:
                return b""
            if data:
                return data

    def _decrypted(self) -> bytes | None:
        """All that is there; None when the client has said that it sends no more."""
        pieces: list[bytes] = []
        try:
            while True:
                piece = self.session.read(RECORD_BYTES)
                if not piece:
                    break
                pieces.append(piece)
        except ssl.SSLWantReadError:
            if self._outgoing.pending:  # a key update, say
                self._flush()
            return b"".join(pieces)
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            self._flush()
            if not pieces:
                raise ClientGone(f"SSL error: {error.reason or error}") from None
        return b"".join(pieces) or None

    def send_now(self, data: bytes | bytearray) -> bool:
        """Send without waiting; True when nothing is left."""
        self._encrypt(data)
        return self._flush()

    def post(self, data: bytes | bytearray) -> bool:
        """Like send_now, but a small answer may wait for those of other sessions."""
        self._encrypt(data)
        return self._link.post(self._outgoing.read())

    def _encrypt(self, data: bytes | bytearray) -> None:
        if data:
            try:
                self.session.write(data)
            except ssl.SSLError as error:
                raise ClientGone(f"SSL error: {error.reason or error}") from None

    def _flush(self) -> bool:
        return self._link.send_now(self._outgoing.read())

    async def _send_queued(self) -> None:
        if not self._flush():
            await self._link.drain()

    async def drain(self) -> None:
        """Wait until everything is sent."""
        await self._link.drain()

    def say_goodbye(self) -> None:
        """Tell the client that nothing more comes, so that it knows that nothing was cut off."""
        with suppress(ssl.SSLError, OSError, ValueError):  # it wants the client's answer, which nobody waits for
            self.session.unwrap()
        self._flush()
