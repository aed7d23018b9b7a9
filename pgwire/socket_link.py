"""The Link over a real socket.

Uses the socket's own non-blocking calls and waits with trio only when one would block: that saves the attempt to read
that trio's socket makes before each wait, and makes sending resumable, which a statement's cancellation needs.
"""

import select
import socket

import trio

from pgwire.link import ClientGone

RECEIVE_BYTES_MIN = 1 << 13
RECEIVE_BYTES_MAX = 1 << 18

_PEER_CLOSED = getattr(select, "POLLRDHUP", select.POLLHUP) | select.POLLHUP | select.POLLERR


class SocketLink:
    """One connected socket."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        if connected.family != socket.AF_UNIX:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = connected
        self._descriptor = connected.fileno()
        self._receive_bytes = RECEIVE_BYTES_MIN
        self._unsent = bytearray()

    async def receive(self) -> bytes:
        """Some bytes, b"" at the end. A checkpoint."""
        while True:
            await trio.lowlevel.wait_readable(self._descriptor)
            try:
                data = self._socket.recv(self._receive_bytes)
            except BlockingIOError:
                continue
            except OSError as error:
                raise ClientGone(error.strerror or str(error)) from None
            # A full buffer means bulk data: take more at a time, and go back when the rush is over.
            if len(data) == self._receive_bytes:
                self._receive_bytes = min(2 * self._receive_bytes, RECEIVE_BYTES_MAX)
            elif self._receive_bytes != RECEIVE_BYTES_MIN and len(data) < RECEIVE_BYTES_MIN:
                self._receive_bytes = RECEIVE_BYTES_MIN
            return data

    def send_now(self, data: bytes | bytearray) -> bool:
        """Send without waiting; True when nothing is left."""
        if self._unsent:
            self._unsent += data
            return False
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise ClientGone(error.strerror or str(error)) from None
        if sent == len(data):
            return True
        self._unsent += memoryview(data)[sent:]
        return False

    async def drain(self) -> None:
        """Wait until everything is sent."""
        while self._unsent:
            await trio.lowlevel.wait_writable(self._descriptor)
            try:
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                continue
            except OSError as error:
                raise ClientGone(error.strerror or str(error)) from None
            del self._unsent[:sent]

    def peer_closed(self) -> bool:
        """Whether the client has closed its side, even when there is still something to read. Never waits."""
        poller = select.poll()
        poller.register(self._descriptor, _PEER_CLOSED)
        return bool(poller.poll(0))

    def close(self) -> None:
        """Close; what could not be sent is lost."""
        trio.lowlevel.notify_closing(self._descriptor)
        self._socket.close()
