"""From the first byte to AuthenticationOk: encryption requests, cancel requests, the version, authentication.

    client                                   server
    a TLS handshake (direct TLS), or:
    SSLRequest, GSSENCRequest (each once)    S and a TLS handshake, or N
    CancelRequest                            (nothing; the connection closes)
    StartupMessage 3.x                       NegotiateProtocolVersion, if the version or an option is not spoken
                                             Authentication…  <->  the method in pgwire.auth
                                             AuthenticationOk
"""

from collections.abc import Awaitable, Callable
from typing import Any

import trio

from executor.sqlstates import FeatureNotSupported
from pgwire import auth
from pgwire.connection import NEED_DATA, Connection
from pgwire.link import ClientGone, Link
from pgwire.messages.body import ProtocolViolation
from pgwire.messages.startup import (
    AUTHENTICATION_OK,
    PROTOCOL_3_2,
    CancelRequest,
    GSSENCRequest,
    NegotiateProtocolVersion,
    SSLRequest,
    StartupMessage,
)
from pgwire.startup_options import StartupOptions

_REQUEST_NAMES: dict[Any, str] = {SSLRequest: "SSL", GSSENCRequest: "GSSAPI encryption"}
_REQUEST_CODES: dict[Any, str] = {SSLRequest: "1234.5679", GSSENCRequest: "1234.5680"}
_SPOKEN = "server supports 3.0 to 3.2"


TLS_RECORD = 0x16
"""The first byte of a TLS handshake; no start-up packet can begin with it."""

Encrypt = Callable[[bytes, bool], Awaitable[None]]
"""Begins TLS: (what the client has sent of it, whether it has begun without asking)."""


class OldProtocolError(Exception):
    """A client of protocol 2 or older: its errors are a bare text."""


async def next_message(connection: Connection, link: Link) -> Any:
    """The next message, waiting for it. Raises ClientGone, ProtocolViolation."""
    while (message := connection.next_message()) is NEED_DATA:
        data = await link.receive()
        if not data:
            raise ClientGone("the client closed the connection before it was authenticated")
        connection.receive_data(data)
    return message


async def _send(link: Link, data: bytes) -> None:
    if not link.send_now(data):
        await link.drain()


async def receive_startup(connection: Connection, link: Link, encrypt: Encrypt | None) -> StartupMessage | CancelRequest:
    """The client's StartupMessage or CancelRequest, after encryption was begun or refused.

    encrypt: begins TLS; None when the server has none. Raises SqlError and ProtocolViolation (both end the connection),
    OldProtocolError, ClientGone.
    """
    asked: set[Any] = set()
    data = await link.receive()
    if not data:
        raise ClientGone("the client closed the connection before it was authenticated")
    if data[0] == TLS_RECORD and encrypt is not None:
        await encrypt(data, True)
        asked |= _REQUEST_NAMES.keys()
    else:
        connection.receive_data(data)
    while True:
        packet = await next_message(connection, link)
        kind = type(packet)
        if kind in _REQUEST_NAMES:
            if kind in asked:
                raise FeatureNotSupported(f"unsupported frontend protocol {_REQUEST_CODES[kind]}: {_SPOKEN}")
            asked.add(kind)
            accepted = kind is SSLRequest and encrypt is not None
            if not accepted:
                await _send(link, b"N")
            _check_nothing_is_buffered(connection, kind)
            if kind is SSLRequest and encrypt is not None:
                await _send(link, b"S")
                await encrypt(b"", False)
                asked |= _REQUEST_NAMES.keys()
            continue
        if kind is StartupMessage:
            _check_version(packet.version)
        return packet  # type: ignore[no-any-return]


def _check_nothing_is_buffered(connection: Connection, kind: Any) -> None:
    """What came in clear before the answer may be somebody else's words, which must not be taken for encrypted ones."""
    if connection.unread_bytes:
        raise ProtocolViolation(
            f"received unencrypted data after {_REQUEST_NAMES[kind]} request",
            fatal=True,
            detail="This could be either a client-software bug or evidence of an attempted "
            "man-in-the-middle attack.",
        )


def _check_version(version: int) -> None:
    major, minor = version >> 16, version & 0xFFFF
    if major == 3:
        return
    text = f"unsupported frontend protocol {major}.{minor}: {_SPOKEN}"
    if major < 3:
        raise OldProtocolError(text)
    raise FeatureNotSupported(text)


async def negotiate(connection: Connection, link: Link, message: StartupMessage) -> StartupOptions:
    """What the client asks for; tells it which version is spoken, if not its own. Raises SqlError, ClientGone."""
    options = StartupOptions(message)
    if message.version > PROTOCOL_3_2 or options.unknown:
        spoken = min(message.version, PROTOCOL_3_2)
        await _send(link, connection.send(NegotiateProtocolVersion(spoken, options.unknown)))
    return options


async def authenticate(connection: Connection, link: Link, candidate: auth.Candidate) -> tuple[str | None, bytes]:
    """Find out who the client is: (who it is elsewhere, what to say before AuthenticationOk, which is the caller's to say).

    Raises SqlError, ProtocolViolation (both end the connection), ClientGone.
    """
    exchange = auth.run(candidate)
    last = b""
    try:
        question = next(exchange)
        while True:
            if isinstance(question, auth.Tell):
                last += connection.send(question.message)
                question = exchange.send(None)
            elif isinstance(question, auth.Work):
                question = exchange.send(await trio.to_thread.run_sync(question.call))
            else:
                await _send(link, connection.send(question))
                question = exchange.send(await next_message(connection, link))
    except StopIteration as done:
        connection.authenticated()
        return done.value, last


def authentication_ok(connection: Connection) -> bytes:
    """AuthenticationOk, framed."""
    return connection.send(AUTHENTICATION_OK)


def old_protocol_response(error: OldProtocolError) -> bytes:
    """The error as protocol 2 spells it."""
    return b"EFATAL:  " + str(error).encode() + b"\n\0"


