"""Messages of the extended query protocol.

Bind and Execute are on the hot path: they are decoded with as few calls as Python allows, without a Reader (saves
about 2 us of every prepared statement).
"""

import struct
from typing import ClassVar, Self

import msgspec

from pgwire.messages.body import (
    INSUFFICIENT,
    INT16,
    INT32,
    UINT16,
    UINT32,
    ProtocolViolation,
    Reader,
    decode_text,
    encode_counted,
    encode_string,
    expect_empty,
)

_INT32_AT = INT32.unpack_from
_COUNT_AT = UINT16.unpack_from
_FORMAT_AT = INT16.unpack_from


class Parse(msgspec.Struct, frozen=True):
    """Parse (frontend, 'P'): make a prepared statement."""

    tag: ClassVar[bytes] = b"P"
    statement: str  # "" = the unnamed statement
    text: str
    parameter_oids: tuple[int, ...] = ()  # 0 = let the server infer

    def encode_body(self) -> bytes:
        """Name, text, OIDs."""
        oids = b"".join(map(UINT32.pack, self.parameter_oids))
        return encode_string(self.statement) + encode_string(self.text) + UINT16.pack(len(self.parameter_oids)) + oids

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.string(), reader.string(), reader.items(reader.uint32))
        reader.end()
        return message


class Bind(msgspec.Struct, frozen=True):
    """Bind (frontend, 'B'): make a portal of a prepared statement and values."""

    tag: ClassVar[bytes] = b"B"
    portal: str
    statement: str
    parameter_formats: tuple[int, ...]  # none = all text; one = for all; else one each. 0 text, 1 binary
    parameters: tuple[bytes | None, ...]
    result_formats: tuple[int, ...]

    def encode_body(self) -> bytes:
        """Names, formats, values, formats of the result."""
        return b"".join(
            (
                encode_string(self.portal),
                encode_string(self.statement),
                _encode_formats(self.parameter_formats),
                UINT16.pack(len(self.parameters)),
                encode_counted(self.parameters),
                _encode_formats(self.result_formats),
            )
        )

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body; 08P01 too when the number of formats does not fit the number of values."""
        first = body.find(b"\0")
        second = body.find(b"\0", first + 1)
        if first < 0 or second < 0:
            raise ProtocolViolation("invalid string in message")
        try:
            formats, at = _decode_formats(body, second + 1)
            parameters, at = _decode_parameters(body, at)
            result_formats, at = _decode_formats(body, at)
        except struct.error:
            raise ProtocolViolation(INSUFFICIENT) from None
        if at != len(body):
            raise ProtocolViolation("invalid message format")
        if len(formats) > 1 and len(formats) != len(parameters):
            counts = f"{len(formats)} parameter formats but {len(parameters)} parameters"
            raise ProtocolViolation(f"bind message has {counts}")
        portal = decode_text(body[:first]) if first else ""
        return cls(portal, decode_text(body[first + 1 : second]), formats, parameters, result_formats)


def _encode_formats(formats: tuple[int, ...]) -> bytes:
    return struct.pack(f">H{len(formats)}h", len(formats), *formats)


def _decode_formats(body: bytes, at: int) -> tuple[tuple[int, ...], int]:
    (count,) = _COUNT_AT(body, at)
    if not count:
        return (), at + 2
    if count == 1:
        return _FORMAT_AT(body, at + 2), at + 4
    return struct.unpack_from(f">{count}h", body, at + 2), at + 2 + 2 * count


def _decode_parameters(body: bytes, at: int) -> tuple[tuple[bytes | None, ...], int]:
    (count,) = _COUNT_AT(body, at)
    at += 2
    values: list[bytes | None] = []
    for _ in range(count):
        (length,) = _INT32_AT(body, at)
        at += 4
        if length == -1:
            values.append(None)
            continue
        end = at + length
        if length < 0 or end > len(body):
            raise ProtocolViolation(INSUFFICIENT)
        values.append(body[at:end])
        at = end
    return tuple(values), at


class Execute(msgspec.Struct, frozen=True):
    """Execute (frontend, 'E'): run a portal for at most `max_rows` rows; 0 or less = all."""

    tag: ClassVar[bytes] = b"E"
    portal: str
    max_rows: int

    def encode_body(self) -> bytes:
        """Name, Int32."""
        return encode_string(self.portal) + INT32.pack(self.max_rows)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        if body == b"\0\0\0\0\0":  # the unnamed portal, all rows: what nearly every driver sends
            return _EXECUTE_ALL  # type: ignore[return-value]
        reader = Reader(body)
        message = cls(reader.string(), reader.int32())
        reader.end()
        return message


def _decode_target(body: bytes, message: str) -> tuple[bytes, str]:
    """The body of Describe and Close: what kind of thing, and its name."""
    reader = Reader(body)
    kind, name = reader.take(1), reader.string()
    reader.end()
    if kind not in (b"S", b"P"):
        raise ProtocolViolation(f"invalid {message} message subtype {kind[0]}")
    return kind, name


class Describe(msgspec.Struct, frozen=True):
    """Describe (frontend, 'D'): tell the shape of a statement (kind S) or a portal (kind P)."""

    tag: ClassVar[bytes] = b"D"
    kind: bytes
    name: str

    def encode_body(self) -> bytes:
        """Kind, name."""
        return self.kind + encode_string(self.name)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        if body == b"P\0":  # the unnamed portal: what libpq asks for before each execution
            return _DESCRIBE_PORTAL  # type: ignore[return-value]
        return cls(*_decode_target(body, "DESCRIBE"))


class Close(msgspec.Struct, frozen=True):
    """Close (frontend, 'C'): forget a statement (kind S) or a portal (kind P)."""

    tag: ClassVar[bytes] = b"C"
    kind: bytes
    name: str

    def encode_body(self) -> bytes:
        """Kind, name."""
        return self.kind + encode_string(self.name)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        return cls(*_decode_target(body, "CLOSE"))


class Flush(msgspec.Struct, frozen=True):
    """Flush (frontend, 'H'): send what there is."""

    tag: ClassVar[bytes] = b"H"

    def encode_body(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        expect_empty(body)
        return cls()


_EXECUTE_ALL = Execute("", 0)
_DESCRIBE_PORTAL = Describe(b"P", "")


class Sync(msgspec.Struct, frozen=True):
    """Sync (frontend, 'S'): the end of a pipeline; commit what is not in a block."""

    tag: ClassVar[bytes] = b"S"

    def encode_body(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        if body:
            expect_empty(body)
        return _SYNC  # type: ignore[return-value]


_SYNC = Sync()
