"""The framing of PostgreSQL's protocol, sans-IO: bytes in, messages out, for both roles.

    connection.receive_data(data)          what the socket gave
    connection.next_message()              a message, or NEED_DATA
    connection.send(message) -> bytes      what the socket should take

A server's connection starts with packets that have no tag; the StartupMessage ends that phase. Lengths are checked as
soon as they are there and before the body is waited for, as in PostgreSQL: start-up packets up to 10,000 bytes, what answers
an authentication request up to 65,535; then 10,000 for messages that are always small, `message_bytes_max` for the rest.
"""

import enum
import struct
from functools import cache
from typing import Any

from pgwire.messages import copy, error, extended, result, simple, startup
from pgwire.messages.body import INT32, ProtocolViolation

STARTUP_BYTES_MAX = 10_000
SMALL_BYTES_MAX = 10_000
AUTHENTICATION_BYTES_MAX = 65_535
MESSAGE_BYTES_MAX = (1 << 30) - 2
"""1 GB, less what PostgreSQL needs for itself."""


class NeedData(enum.Enum):
    """The type of NEED_DATA."""

    NEED_DATA = "need data"


NEED_DATA = NeedData.NEED_DATA

FRONTEND: dict[bytes, Any] = {
    message.tag: message
    for message in (
        extended.Bind,
        extended.Close,
        extended.Describe,
        extended.Execute,
        extended.Flush,
        extended.Parse,
        extended.Sync,
        simple.FunctionCall,
        simple.Query,
        simple.Terminate,
        copy.CopyData,
        copy.CopyDone,
        copy.CopyFail,
        startup.AuthenticationResponse,
    )
}
"""Tag -> message, for what a client sends."""

BACKEND: dict[bytes, Any] = {
    message.tag: message
    for message in (
        startup.Authentication,
        startup.BackendKeyData,
        startup.NegotiateProtocolVersion,
        startup.ParameterStatus,
        startup.ReadyForQuery,
        simple.FunctionCallResponse,
        simple.NotificationResponse,
        result.RowDescription,
        result.ParameterDescription,
        result.DataRow,
        result.CommandComplete,
        result.ParseComplete,
        result.BindComplete,
        result.CloseComplete,
        result.NoData,
        result.EmptyQueryResponse,
        result.PortalSuspended,
        error.ErrorResponse,
        error.NoticeResponse,
        copy.CopyData,
        copy.CopyDone,
        copy.CopyInResponse,
        copy.CopyOutResponse,
        copy.CopyBothResponse,
    )
}
"""Tag -> message, for what a server sends."""

_LARGE = {
    simple.Query,
    simple.FunctionCall,
    extended.Parse,
    extended.Bind,
    copy.CopyData,
}
"""What a client may send that is not always small; PostgreSQL makes the same difference."""

_HEADER = struct.Struct(">Bi")
_COPY_DATA = ord("d")


class Phase(enum.Enum):
    """How the next bytes are framed, and how much of them is believed."""

    STARTUP = "packets without a tag"
    AUTHENTICATION = "messages, nobody is trusted yet"
    MESSAGES = "messages"
    CLOSED = "a violation was seen"


class Connection:
    """One side of one connection. Holds the bytes that are not yet a message; no I/O, no protocol state."""

    def __init__(self, *, client: bool = False, message_bytes_max: int = MESSAGE_BYTES_MAX) -> None:
        self._data: bytes | bytearray = b""
        self._position = 0
        self._client = client
        self._message_bytes_max = message_bytes_max
        self.phase = Phase.MESSAGES if client else Phase.STARTUP
        self._kinds = _limits(message_bytes_max, client)

    def receive_data(self, data: bytes) -> None:
        """Take what came from the peer. Cost is linear in the bytes, however they are cut."""
        if self._position == len(self._data):
            self._data = data
        else:
            if not isinstance(self._data, bytearray):
                self._data = bytearray(self._data)
            del self._data[: self._position]
            self._data += data
        self._position = 0

    @property
    def unread_bytes(self) -> int:
        """How many received bytes have not become a message yet."""
        return len(self._data) - self._position

    def authenticated(self) -> None:
        """From now on messages may be large."""
        self.phase = Phase.MESSAGES

    def next_message(self) -> Any:
        """The next message, or NEED_DATA. Raises ProtocolViolation; after a fatal one, always NEED_DATA.

        A message whose body is wrong is consumed: after a violation that is not fatal one can go on.
        """
        data, start = self._data, self._position
        if self.phase is not Phase.MESSAGES:
            return self._next_unusual()
        if start == len(data):
            self._data, self._position = b"", 0  # a client that is quiet now may have sent a lot
            return NEED_DATA
        try:
            tag, length = _HEADER.unpack_from(data, start)
            message_type, limit = self._kinds[tag]
        except (struct.error, KeyError):
            return self._incomplete()
        end = start + 1 + length
        if length < 4 or length > limit:
            raise self._fatal("invalid message length")
        if end > len(data):
            return NEED_DATA
        self._position = end
        body = data[start + 5 : end]
        try:
            return message_type.decode_body(body if type(body) is bytes else bytes(body))
        except ProtocolViolation as violation:
            violation.message_type = message_type
            raise

    def take_copy_data(self) -> bytes:
        """The data of all CopyData messages that are complete and next in line, joined; b"" if there is none.

        Some clients send a message for every row; this makes of each receive one write. Only for Phase.MESSAGES.
        """
        data, at, pieces = self._data, self._position, []
        while len(data) - at >= 5:
            tag, length = _HEADER.unpack_from(data, at)
            end = at + 1 + length
            if tag != _COPY_DATA or length < 4 or length > self._message_bytes_max or end > len(data):
                break
            pieces.append(data[at + 5 : end])
            at = end
        self._position = at
        return b"".join(pieces)

    def send(self, message: Any) -> bytes:
        """The bytes of a message or a start-up packet."""
        body: bytes = message.encode_body()
        tag: bytes = getattr(message, "tag", b"")
        return tag + INT32.pack(len(body) + 4) + body

    def _fatal(self, message: str) -> ProtocolViolation:
        self.phase = Phase.CLOSED
        self._data, self._position = b"", 0
        return ProtocolViolation(message, fatal=True)

    def _incomplete(self) -> NeedData:
        """Fewer than five bytes, or a tag nobody knows (which PostgreSQL reports without waiting for more)."""
        if self.unread_bytes and self._data[self._position] not in self._kinds:
            peer = "backend" if self._client else "frontend"
            raise self._fatal(f"invalid {peer} message type {self._data[self._position]}")
        return NEED_DATA

    def _next_unusual(self) -> Any:
        """next_message for the phases that are short."""
        if self.phase is Phase.STARTUP:
            return self._next_packet()
        if self.phase is Phase.CLOSED or not self.unread_bytes:
            return NEED_DATA
        tag = self._data[self._position]
        if tag != ord("p"):
            raise self._fatal(f"expected password response, got message type {tag}")
        self.phase = Phase.MESSAGES
        try:
            return self.next_message()
        finally:
            if self.phase is Phase.MESSAGES:
                self.phase = Phase.AUTHENTICATION

    def _next_packet(self) -> startup.StartupPacket | NeedData:
        if self.unread_bytes < 4:
            return NEED_DATA
        (length,) = INT32.unpack_from(self._data, self._position)
        if length < 8 or length > STARTUP_BYTES_MAX:
            raise self._fatal("invalid length of startup packet")
        if self.unread_bytes < length:
            return NEED_DATA
        body = bytes(self._data[self._position + 4 : self._position + length])
        self._position += length
        try:
            packet = startup.decode_packet(body)
        except ProtocolViolation:
            self.phase = Phase.CLOSED
            raise
        if isinstance(packet, startup.StartupMessage):
            self.phase = Phase.AUTHENTICATION
        return packet


@cache
def _limits(message_bytes_max: int, client: bool) -> dict[int, tuple[Any, int]]:
    """Tag (as a number) -> message and the largest length field believed. A client trusts its server's lengths more."""
    messages = BACKEND if client else FRONTEND
    small = message_bytes_max if client else min(SMALL_BYTES_MAX, message_bytes_max)
    found = {tag[0]: (kind, message_bytes_max if kind in _LARGE else small) for tag, kind in messages.items()}
    if not client:
        answer = startup.AuthenticationResponse
        found[answer.tag[0]] = answer, AUTHENTICATION_BYTES_MAX
    return found
