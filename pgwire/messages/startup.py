"""Messages of the start of a connection: the packets without a tag, authentication, keys and settings.

A packet without a tag is Int32 length, Int32 code, rest; `decode_packet` picks the class by the code.
"""

from typing import ClassVar, Self

import msgspec

from pgwire.messages.body import INT32, UINT32, ProtocolViolation, Reader, encode_string

PROTOCOL_3_0 = 3 << 16
PROTOCOL_3_2 = 3 << 16 | 2
CANCEL_REQUEST = 1234 << 16 | 5678
SSL_REQUEST = 1234 << 16 | 5679
GSSENC_REQUEST = 1234 << 16 | 5680

SECRET_BYTES_MAX = 256
"""Longest cancel key that protocol 3.2 allows."""


class StartupMessage(msgspec.Struct, frozen=True):
    """StartupMessage: protocol version and parameters, in the order the client sent them."""

    version: int
    parameters: tuple[tuple[str, str], ...]

    def encode_body(self) -> bytes:
        """Int32 version, then name and value strings, then a zero byte."""
        pairs = b"".join(encode_string(name) + encode_string(value) for name, value in self.parameters)
        return UINT32.pack(self.version) + pairs + b"\0"


class CancelRequest(msgspec.Struct, frozen=True):
    """CancelRequest: cancel what the backend with this process id and secret is running."""

    process_id: int
    secret: bytes

    def encode_body(self) -> bytes:
        """Int32 code, Int32 process id, the secret (4 bytes in protocol 3.0, up to 256 in 3.2)."""
        return UINT32.pack(CANCEL_REQUEST) + INT32.pack(self.process_id) + self.secret


class SSLRequest(msgspec.Struct, frozen=True):
    """SSLRequest: may we speak TLS?"""

    def encode_body(self) -> bytes:
        """Int32 code."""
        return UINT32.pack(SSL_REQUEST)


class GSSENCRequest(msgspec.Struct, frozen=True):
    """GSSENCRequest: may we speak GSSAPI encryption?"""

    def encode_body(self) -> bytes:
        """Int32 code."""
        return UINT32.pack(GSSENC_REQUEST)


StartupPacket = StartupMessage | CancelRequest | SSLRequest | GSSENCRequest


def decode_packet(body: bytes) -> StartupPacket:
    """The packet in this body (everything after the length). Raises ProtocolViolation, fatal.

    A version other than 3.x is the caller's to reject: only it knows whether encryption was asked for already.
    """
    reader = Reader(body)
    code = reader.uint32()
    if code == CANCEL_REQUEST:
        return _decode_cancel(reader)
    if code in (SSL_REQUEST, GSSENC_REQUEST):
        if reader.rest():
            raise ProtocolViolation("invalid length of startup packet", fatal=True)
        return SSLRequest() if code == SSL_REQUEST else GSSENCRequest()
    if code >> 16 != 3:
        return StartupMessage(code, ())
    return StartupMessage(code, _decode_parameters(reader))


def _decode_cancel(reader: Reader) -> CancelRequest:
    if len(reader.body) < 9 or len(reader.body) > 8 + SECRET_BYTES_MAX:
        raise ProtocolViolation("invalid length of query cancel packet", fatal=True)
    return CancelRequest(reader.int32(), reader.rest())


def _decode_parameters(reader: Reader) -> tuple[tuple[str, str], ...]:
    pairs = []
    try:
        while name := reader.string():
            pairs.append((name, reader.string()))
        reader.end()
    except ProtocolViolation as error:
        if error.sqlstate != "08P01":
            raise ProtocolViolation(error.message, fatal=True, sqlstate=error.sqlstate) from None
        layout = "invalid startup packet layout: expected terminator as last byte"
        raise ProtocolViolation(layout, fatal=True) from None
    return tuple(pairs)


class NegotiateProtocolVersion(msgspec.Struct, frozen=True):
    """NegotiateProtocolVersion (backend, 'v'): the newest version spoken and the options nobody knows."""

    tag: ClassVar[bytes] = b"v"
    version: int
    unknown_options: tuple[str, ...] = ()

    def encode_body(self) -> bytes:
        """Int32 version, Int32 count, strings."""
        names = b"".join(map(encode_string, self.unknown_options))
        return UINT32.pack(self.version) + INT32.pack(len(self.unknown_options)) + names

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        version, count = reader.uint32(), reader.int32()
        names = tuple(reader.string() for _ in range(count))
        reader.end()
        return cls(version, names)


class Authentication(msgspec.Struct, frozen=True):
    """Authentication* (backend, 'R'): the method's number (0 = AuthenticationOk) and its data."""

    tag: ClassVar[bytes] = b"R"
    method: int
    data: bytes = b""

    def encode_body(self) -> bytes:
        """Int32 method, data."""
        return INT32.pack(self.method) + self.data

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        return cls(reader.int32(), reader.rest())


AUTHENTICATION_OK = Authentication(0)


class AuthenticationResponse(msgspec.Struct, frozen=True):
    """PasswordMessage, SASLInitialResponse, SASLResponse, GSSResponse (frontend, 'p'): the method reads the data."""

    tag: ClassVar[bytes] = b"p"
    data: bytes

    def encode_body(self) -> bytes:
        """The data as it is."""
        return self.data

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        return cls(body)


class ParameterStatus(msgspec.Struct, frozen=True):
    """ParameterStatus (backend, 'S'): the value of a setting the client wants to know."""

    tag: ClassVar[bytes] = b"S"
    name: str
    value: str

    def encode_body(self) -> bytes:
        """Two strings."""
        return encode_string(self.name) + encode_string(self.value)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.string(), reader.string())
        reader.end()
        return message


class BackendKeyData(msgspec.Struct, frozen=True):
    """BackendKeyData (backend, 'K'): what a CancelRequest must repeat."""

    tag: ClassVar[bytes] = b"K"
    process_id: int
    secret: bytes

    def encode_body(self) -> bytes:
        """Int32 process id, the secret."""
        return INT32.pack(self.process_id) + self.secret

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        return cls(reader.int32(), reader.rest())


class ReadyForQuery(msgspec.Struct, frozen=True):
    """ReadyForQuery (backend, 'Z'): the backend waits; status I (idle), T (in a block) or E (in a failed block)."""

    tag: ClassVar[bytes] = b"Z"
    status: bytes

    def encode_body(self) -> bytes:
        """One byte."""
        return self.status

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        if body not in (b"I", b"T", b"E"):
            raise ProtocolViolation("invalid message format")
        return cls(body)
