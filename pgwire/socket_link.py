"""The Link over a real socket.

Uses the socket's own non-blocking calls and waits with trio only when one would block: that saves the attempt to read
that trio's socket makes before each wait, and makes sending resumable, which a statement's cancellation needs.
"""

import select
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import trio

from pgwire.link import ClientGone
from pgwire.outbox import Outbox
from pgwire.tls import TlsFacts

RECEIVE_BYTES_MIN = 1 << 13
RECEIVE_BYTES_MAX = 1 << 18
POST_BYTES_MAX = 1 << 13
"""What is larger than this is sent at once."""
LINGER_S = 0.5
"""How long a client may take to notice that the conversation is over."""

_PEER_CLOSED = getattr(select, "POLLRDHUP", select.POLLHUP) | select.POLLHUP | select.POLLERR


_OPTIONS: dict[str, int | None] = {
    "tcp_keepalives_idle": getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None)),
    "tcp_keepalives_interval": getattr(socket, "TCP_KEEPINTVL", None),
    "tcp_keepalives_count": getattr(socket, "TCP_KEEPCNT", None),
    "tcp_user_timeout": getattr(socket, "TCP_USER_TIMEOUT", None),
}
"""The settings that are socket options -> the options; None where the operating system has none."""
_NOBODY: Any = ("", 0)
_PEER_CREDENTIALS: int | None = getattr(socket, "SO_PEERCRED", None)


class SocketLink:
    """One connected socket; also what the executor knows as its client (executor.client.Client)."""

    __slots__ = ("_changed", "_descriptor", "_drained", "_draining", "_is_tcp", "_outbox", "_posted", "_receive_bytes", "_socket",
                 "_unsent", "address", "check_interval_s", "port", "say_goodbye", "system_user", "tls")

    def __init__(self, connected: socket.socket, address: Any = _NOBODY, outbox: Outbox | None = None) -> None:
        """Address: what accept() said. Outbox: where small answers are posted; without one they are sent at once."""
        connected.setblocking(False)
        self._is_tcp = connected.family != socket.AF_UNIX
        if self._is_tcp:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.address: str | None = str(address[0]).partition("%")[0] if self._is_tcp else None
        self.port: int = address[1] if self._is_tcp else 0
        self.check_interval_s = 0.0
        self.tls: TlsFacts | None = None
        self.system_user: str | None = None
        self.say_goodbye: Callable[[], None] | None = None  # of TLS
        self._changed: dict[str, int] | None = None  # what options were before they were changed
        self._socket = connected
        self._descriptor = connected.fileno()
        self._receive_bytes = RECEIVE_BYTES_MIN
        self._outbox = outbox
        self._posted = bytearray()  # for the end of the loop's pass
        self._unsent = bytearray()  # what the socket has not taken
        self._draining = False
        self._drained = trio.lowlevel.ParkingLot()

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
        if self._posted:
            self._posted += data
            data, self._posted = self._posted, bytearray()
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

    def post(self, data: bytes | bytearray) -> bool:
        """Like send_now, but a small answer may wait for those of other sessions."""
        if self._outbox is None or self._unsent or len(data) + len(self._posted) > POST_BYTES_MAX:
            return self.send_now(data)
        is_first = not self._posted
        self._posted += data
        if is_first:
            self._outbox.add(self)  # which may push at once
        return True

    def push(self) -> None:
        """Send what was posted. What the socket does not take goes on its way by itself: nobody may be waiting for it."""
        if not self._posted:
            return
        try:
            if not self.send_now(b""):
                trio.lowlevel.spawn_system_task(self._drain_unattended)
        except ClientGone:
            pass  # the next receive finds it out

    async def _drain_unattended(self) -> None:
        with suppress(ClientGone, trio.ClosedResourceError):
            await self.drain()

    async def drain(self) -> None:
        """Wait until everything is sent."""
        while self._unsent:
            if self._draining:
                await self._drained.park()
                continue
            self._draining = True
            try:
                await trio.lowlevel.wait_writable(self._descriptor)
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                continue
            except OSError as error:
                raise ClientGone(error.strerror or str(error)) from None
            finally:
                self._draining = False
                self._drained.unpark_all()
            del self._unsent[:sent]

    def peer_closed(self) -> bool:
        """Whether the client has closed its side, even when there is still something to read. Never waits."""
        poller = select.poll()
        poller.register(self._descriptor, _PEER_CLOSED)
        return bool(poller.poll(0))

    @property
    def peer_user_id(self) -> int | None:
        """Who is at the other end of a Unix socket; None where the operating system does not say."""
        if self._is_tcp or _PEER_CREDENTIALS is None:
            return None
        credentials = self._socket.getsockopt(socket.SOL_SOCKET, _PEER_CREDENTIALS, struct.calcsize("3i"))
        return int(struct.unpack("3i", credentials)[1])

    @property
    def server_address(self) -> str | None:
        """The address the client connected to; None on a Unix socket."""
        return str(self._socket.getsockname()[0]).partition("%")[0] if self._is_tcp else None

    @property
    def server_port(self) -> int:
        """The port the client connected to."""
        return int(self._socket.getsockname()[1]) if self._is_tcp else 0

    def set_option(self, name: str, value: int) -> int:
        """Change an option, 0 to what it was at first; what is in force now. See executor.client."""
        option = _OPTIONS[name]
        if not self._is_tcp or option is None:
            return 0
        before = self._socket.getsockopt(socket.IPPROTO_TCP, option)
        if not value and (self._changed is None or name not in self._changed):
            return before
        if self._changed is None:
            self._changed = {}
        self._changed.setdefault(name, before)
        with suppress(OSError, OverflowError):  # PostgreSQL only logs it, too
            self._socket.setsockopt(socket.IPPROTO_TCP, option, value or self._changed[name])
        return self._socket.getsockopt(socket.IPPROTO_TCP, option)

    async def linger(self) -> None:
        """Before closing, let the client read the last words: a close with something unread would take them from it."""
        self.push()
        with suppress(OSError, ClientGone), trio.move_on_after(LINGER_S):
            if self.say_goodbye is not None:
                self.say_goodbye()
                self.say_goodbye = None
            self._socket.shutdown(socket.SHUT_WR)
            while await self.receive():
                pass

    def close(self) -> None:
        """Close; what could not be sent is lost."""
        self.push()
        trio.lowlevel.notify_closing(self._descriptor)
        self._socket.close()
