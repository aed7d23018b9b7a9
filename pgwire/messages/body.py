"""What every message body is made of: integers in network order, strings that end in a zero byte, counted bytes.

A body that does not follow its format is a ProtocolViolation, never repaired.
"""

import struct
from collections.abc import Callable, Iterable
from typing import Any

INT16 = struct.Struct(">h")
UINT16 = struct.Struct(">H")
INT32 = struct.Struct(">i")
UINT32 = struct.Struct(">I")

INSUFFICIENT = "insufficient data left in message"


class ProtocolViolation(Exception):
    """The peer broke the protocol.

    fatal: framing is lost or may be, so the connection must end; otherwise only this message failed.
    sqlstate: 08P01, or 22021 for text that is not UTF-8, or 0A000 for a protocol version that is not spoken.
    """

    def __init__(
        self, message: str, *, fatal: bool = False, sqlstate: str = "08P01", detail: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fatal = fatal
        self.sqlstate = sqlstate
        self.detail = detail
        self.message_type: Any = None  # the message whose body was wrong; set by pgwire.connection


def frame(tag: bytes, body: bytes) -> bytes:
    """One message on the wire: tag, length (counting itself), body."""
    return tag + INT32.pack(len(body) + 4) + body


def encode_string(text: str) -> bytes:
    """A String of the manual: UTF-8 and a zero byte. NUL is left out, a surrogate is escaped: neither can be sent."""
    data = text.encode("utf-8", "backslashreplace")
    return (data.replace(b"\0", b"") if b"\0" in data else data) + b"\0"


def decode_text(data: bytes) -> str:
    """UTF-8 to text. Raises ProtocolViolation 22021 with PostgreSQL's message."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        shown = data[error.start : error.start + _sequence_length(data[error.start])]
        listed = " ".join(f"0x{byte:02x}" for byte in shown)
        raise ProtocolViolation(f'invalid byte sequence for encoding "UTF8": {listed}', sqlstate="22021") from None


def _sequence_length(lead: int) -> int:
    """How many bytes a UTF-8 sequence with this first byte claims to have; PostgreSQL shows that many in its error."""
    for mask, pattern, length in ((0xE0, 0xC0, 2), (0xF0, 0xE0, 3), (0xF8, 0xF0, 4)):
        if lead & mask == pattern:
            return length
    return 1


class Reader:
    """Reads a body from left to right. Every method raises ProtocolViolation when the body is too short."""

    __slots__ = ("at", "body")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def _unpack(self, layout: struct.Struct) -> int:
        try:
            (value,) = layout.unpack_from(self.body, self.at)
        except struct.error:
            raise ProtocolViolation(INSUFFICIENT) from None
        self.at += layout.size
        return int(value)

    def int16(self) -> int:
        """Int16, signed."""
        return self._unpack(INT16)

    def uint16(self) -> int:
        """Int16 used as a count, which PostgreSQL reads as unsigned."""
        return self._unpack(UINT16)

    def int32(self) -> int:
        """Int32, signed."""
        return self._unpack(INT32)

    def uint32(self) -> int:
        """Int32 used as an OID or a key."""
        return self._unpack(UINT32)

    def take(self, count: int) -> bytes:
        """Exactly `count` bytes."""
        end = self.at + count
        if count < 0 or end > len(self.body):
            raise ProtocolViolation(INSUFFICIENT)
        data = self.body[self.at : end]
        self.at = end
        return data

    def counted(self) -> bytes | None:
        """Int32 length and that many bytes; None for length -1."""
        length = self.int32()
        return None if length == -1 else self.take(length)

    def string(self) -> str:
        """A String: up to the zero byte."""
        end = self.body.find(b"\0", self.at)
        if end < 0:
            raise ProtocolViolation("invalid string in message")
        data = self.body[self.at : end]
        self.at = end + 1
        return decode_text(data)

    def items(self, read: Callable[[], Any]) -> tuple[Any, ...]:
        """Int16 count and that many items."""
        return tuple(read() for _ in range(self.uint16()))

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(len(self.body) - self.at)

    def end(self) -> None:
        """Raise unless the body is used up."""
        if self.at != len(self.body):
            raise ProtocolViolation("invalid message format")


def expect_empty(body: bytes) -> None:
    """Raise unless the body of a message that has none is empty."""
    if body:
        raise ProtocolViolation("invalid message format")


def encode_counted(values: Iterable[bytes | None]) -> bytes:
    """Int32 length and bytes for each value; length -1 for None."""
    return b"".join(b"\xff\xff\xff\xff" if value is None else INT32.pack(len(value)) + value for value in values)
