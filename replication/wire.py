"""A stream to a server: sockets, TLS on them, and whole messages out of what they give.

`Wire` sends and receives messages of PostgreSQL's protocol through the pure codec. What goes wrong is a `ConnectionLost`, or,
before there is a connection, a `CannotConnect`.
"""

import os
import socket
import ssl
from typing import Any

import trio

from pgwire.connection import NEED_DATA, Connection
from pgwire.messages.body import ProtocolViolation
from pgwire.messages.startup import SSLRequest
from replication.conninfo import ConnectionInfo, Host
from replication.encryption import BadTls, binding_of, context_of, name_for

RECEIVE_BYTES = 256 << 10


class ConnectionLost(Exception):
    """The connection broke, the server closed it, or it did not speak the protocol."""


class CannotConnect(ConnectionLost):
    """No connection could be made; says to which host and why."""


class Wire:
    """Whole messages, both ways. One task may send and another receive at the same time."""

    def __init__(self, stream: trio.abc.Stream, host: Host, binding: bytes | None = None) -> None:
        self.host = host
        self.binding = binding
        self._stream = stream
        self._codec = Connection(client=True)
        self._sending = trio.Lock()

    async def receive(self) -> Any:
        """The next message. Raises: ConnectionLost."""
        while (message := self.buffered()) is None:
            await self._fill()
        return message

    def buffered(self) -> Any:
        """The next message if all of it is here; None if not. Raises: ConnectionLost."""
        try:
            message = self._codec.next_message()
        except ProtocolViolation as violation:
            raise ConnectionLost(f"{self.host.shown}: the server does not speak the protocol: {violation.message}") from None
        return None if message is NEED_DATA else message

    async def _fill(self) -> None:
        try:
            data = await self._stream.receive_some(RECEIVE_BYTES)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionLost(f"{self.host.shown}: the connection broke{_cause(error)}") from None
        if not data:
            raise ConnectionLost(f"{self.host.shown}: server closed the connection unexpectedly")
        self._codec.receive_data(bytes(data))

    async def send(self, *messages: Any) -> None:
        """Send messages. Cancelled in the middle, the connection is of no use any more. Raises: ConnectionLost."""
        await self.send_bytes(b"".join(map(self._codec.send, messages)))

    async def send_bytes(self, data: bytes) -> None:
        """Send framed bytes. Raises: ConnectionLost."""
        try:
            async with self._sending:
                await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionLost(f"{self.host.shown}: the connection broke{_cause(error)}") from None

    async def close(self) -> None:
        """Close at once, without a word."""
        await trio.aclose_forcefully(self._stream)


def _cause(error: BaseException) -> str:
    cause = error.__cause__
    return f": {getattr(cause, 'strerror', None) or cause}" if cause is not None else ""


async def open_wire(info: ConnectionInfo, host: Host) -> Wire:
    """A connection to a host, encrypted as sslmode says, nothing sent yet.

    Raises: CannotConnect.
    """
    failures = []
    mode = info.words["sslmode"]
    wanted = {"disable": (False,), "allow": (False, True), "prefer": (True, False)}.get(mode, (True,))
    for encrypted in (False,) if host.is_unix else wanted:
        try:
            return await _open(info, host, encrypted=encrypted)
        except CannotConnect as error:
            failures.append(str(error))
            if not isinstance(error, _NoTls):
                break
    raise CannotConnect("; ".join(failures))


class _NoTls(CannotConnect):
    """The server does not want to encrypt, or could not."""


async def _open(info: ConnectionInfo, host: Host, *, encrypted: bool) -> Wire:
    stream = await _connect(info, host)
    if not encrypted:
        return Wire(stream, host)
    try:
        return await _encrypt(stream, info, host)
    except BadTls as error:
        await trio.aclose_forcefully(stream)
        raise CannotConnect(f'connection to server at {host.shown} failed: {error}') from None
    except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
        await trio.aclose_forcefully(stream)
        raise _NoTls(f'connection to server at {host.shown} failed: TLS error{_cause(error)}') from None
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise


async def _connect(info: ConnectionInfo, host: Host) -> trio.SocketStream:
    try:
        if host.is_unix:
            path = f"{host.name}/.s.PGSQL.{host.port}"
            stream = await trio.open_unix_socket("\0" + path[1:] if path.startswith("@") else path)
        else:
            stream = await trio.open_tcp_stream(host.address or host.name, host.port)
    except (OSError, UnicodeError) as error:
        raise CannotConnect(f"connection to server at {host.shown} failed: {_reason(error)}") from None
    if not host.is_unix:
        _keep_alive(stream.socket, info)
    return stream


def _reason(error: BaseException) -> str:
    """Of trio's group of tries, the first reason."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError) and error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    return str(getattr(error, "strerror", None) or error)


def _keep_alive(found: trio.socket.SocketType, info: ConnectionInfo) -> None:
    if info.number("keepalives"):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for word, option in (("keepalives_idle", "TCP_KEEPIDLE"), ("keepalives_interval", "TCP_KEEPINTVL"),
                             ("keepalives_count", "TCP_KEEPCNT")):
            if info.number(word) > 0 and hasattr(socket, option):
                found.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), info.number(word))
    if info.number("tcp_user_timeout") > 0 and hasattr(socket, "TCP_USER_TIMEOUT"):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, info.number("tcp_user_timeout"))


async def _encrypt(stream: trio.SocketStream, info: ConnectionInfo, host: Host) -> Wire:
    context = context_of(info)
    if info.words["sslnegotiation"] != "direct":
        await stream.send_all(Connection(client=True).send(SSLRequest()))
        answer = bytes(await stream.receive_some(1))  # one byte: what an attacker may have put behind it is not read
        if answer != b"S":
            said = "server does not support SSL, but SSL was required" if answer == b"N" else \
                f"received invalid response to SSL negotiation: {answer.decode('latin-1')!r}"
            raise _NoTls(f'connection to server at {host.shown} failed: {said}')
    encrypted = trio.SSLStream(stream, context, server_hostname=name_for(info, host), https_compatible=True)
    try:
        await encrypted.do_handshake()
    except trio.BrokenResourceError as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise BadTls(f"server certificate is not believed: {error.__cause__.verify_message}") from None
        raise
    return Wire(encrypted, host, binding_of(encrypted.getpeercert(binary_form=True)))
