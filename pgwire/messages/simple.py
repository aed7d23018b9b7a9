"""Messages of the simple query protocol, the function call protocol, and the goodbye."""

from typing import ClassVar, Self

import msgspec

from pgwire.messages.body import (
    INT16,
    INT32,
    UINT16,
    UINT32,
    Reader,
    encode_counted,
    encode_string,
    expect_empty,
)


class Query(msgspec.Struct, frozen=True):
    """Query (frontend, 'Q'): run these statements."""

    tag: ClassVar[bytes] = b"Q"
    text: str

    def encode_body(self) -> bytes:
        """One string."""
        return encode_string(self.text)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        text = reader.string()
        reader.end()
        return cls(text)


class FunctionCall(msgspec.Struct, frozen=True):
    """FunctionCall (frontend, 'F'): call one function by OID; a legacy."""

    tag: ClassVar[bytes] = b"F"
    function_oid: int
    argument_formats: tuple[int, ...]
    arguments: tuple[bytes | None, ...]
    result_format: int

    def encode_body(self) -> bytes:
        """OID, formats, arguments, format of the result."""
        formats = b"".join(map(INT16.pack, self.argument_formats))
        head = UINT32.pack(self.function_oid) + UINT16.pack(len(self.argument_formats)) + formats
        return head + UINT16.pack(len(self.arguments)) + encode_counted(self.arguments) + INT16.pack(self.result_format)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        oid = reader.uint32()
        message = cls(oid, reader.items(reader.int16), reader.items(reader.counted), reader.int16())
        reader.end()
        return message


class FunctionCallResponse(msgspec.Struct, frozen=True):
    """FunctionCallResponse (backend, 'V'): what the function returned."""

    tag: ClassVar[bytes] = b"V"
    value: bytes | None

    def encode_body(self) -> bytes:
        """Int32 length (-1 for NULL) and the value."""
        return encode_counted((self.value,))

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.counted())
        reader.end()
        return message


class Terminate(msgspec.Struct, frozen=True):
    """Terminate (frontend, 'X'): the client goes."""

    tag: ClassVar[bytes] = b"X"

    def encode_body(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        expect_empty(body)
        return cls()


class NotificationResponse(msgspec.Struct, frozen=True):
    """NotificationResponse (backend, 'A'): NOTIFY of some session."""

    tag: ClassVar[bytes] = b"A"
    process_id: int
    channel: str
    payload: str

    def encode_body(self) -> bytes:
        """Int32 process id, two strings."""
        return INT32.pack(self.process_id) + encode_string(self.channel) + encode_string(self.payload)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.int32(), reader.string(), reader.string())
        reader.end()
        return message
