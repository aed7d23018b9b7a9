"""From the first byte to AuthenticationOk: encryption requests, cancel requests, the version, authentication.

    client                                   server
    SSLRequest, GSSENCRequest (each once)    N
    CancelRequest                            (nothing; the connection closes)
    StartupMessage 3.x                       NegotiateProtocolVersion, if the version or an option is not spoken
                                             Authentication…  <->  the method in pgwire.auth
                                             AuthenticationOk
"""

from typing import Any

from executor.errors import not_supported
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


async def receive_startup(connection: Connection, link: Link) -> StartupMessage | CancelRequest:
    """The client's StartupMessage or CancelRequest, after saying no to encryption as often as it may be asked for.

    Raises SqlError and ProtocolViolation (both end the connection), OldProtocolError, ClientGone.
    """
    asked: set[Any] = set()
    while True:
        packet = await next_message(connection, link)
        kind = type(packet)
        if kind in _REQUEST_NAMES:
            if kind in asked:
                raise FeatureNotSupported(f"unsupported frontend protocol {_REQUEST_CODES[kind]}: {_SPOKEN}")
            asked.add(kind)
            await _send(link, b"N")
            if connection.unread_bytes:
                raise ProtocolViolation(
                    f"received unencrypted data after {_REQUEST_NAMES[kind]} request",
                    fatal=True,
                    detail="This could be either a client-software bug or evidence of an attempted "
                    "man-in-the-middle attack.",
                )
            continue
        if kind is StartupMessage:
            _check_version(packet.version)
        return packet  # type: ignore[no-any-return]


def _check_version(version: int) -> None:
    major, minor = version >> 16, version & 0xFFFF
    if major == 3:
        return
    text = f"unsupported frontend protocol {major}.{minor}: {_SPOKEN}"
    if major < 3:
        raise OldProtocolError(text)
    raise FeatureNotSupported(text)


async def authenticate(connection: Connection, link: Link, message: StartupMessage) -> StartupOptions:
    """Agree on the version and find out who the client is. AuthenticationOk is queued by the caller.

    Raises SqlError, ProtocolViolation (both end the connection), ClientGone.
    """
    options = StartupOptions(message)
    if message.version > PROTOCOL_3_2 or options.unknown:
        spoken = min(message.version, PROTOCOL_3_2)
        await _send(link, connection.send(NegotiateProtocolVersion(spoken, options.unknown)))
    if options.replication:
        raise not_supported("a replication connection")
    exchange = auth.METHODS[auth.choose_method(options.user, options.database)](options.user)
    try:
        question = next(exchange)
        while True:
            await _send(link, connection.send(question))
            question = exchange.send(await next_message(connection, link))
    except StopIteration:
        connection.authenticated()
        return options


def authentication_ok(connection: Connection) -> bytes:
    """AuthenticationOk, framed."""
    return connection.send(AUTHENTICATION_OK)


def old_protocol_response(error: OldProtocolError) -> bytes:
    """The error as protocol 2 spells it."""
    return b"EFATAL:  " + str(error).encode() + b"\n\0"


