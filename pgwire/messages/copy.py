"""Messages of the COPY sub-protocol."""

from collections.abc import Sequence
from typing import ClassVar, Self

import msgspec

from pgwire.messages.body import INT16, INT32, UINT16, ProtocolViolation, Reader, encode_string, expect_empty


class CopyData(msgspec.Struct, frozen=True):
    """CopyData (both, 'd'): a piece of the data."""

    tag: ClassVar[bytes] = b"d"
    data: bytes

    def encode_body(self) -> bytes:
        """The data as it is."""
        return self.data

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        return cls(body)


class CopyDone(msgspec.Struct, frozen=True):
    """CopyDone (both, 'c'): that was all."""

    tag: ClassVar[bytes] = b"c"

    def encode_body(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        expect_empty(body)
        return cls()


class CopyFail(msgspec.Struct, frozen=True):
    """CopyFail (frontend, 'f'): the client cannot go on."""

    tag: ClassVar[bytes] = b"f"
    reason: str

    def encode_body(self) -> bytes:
        """One string."""
        return encode_string(self.reason)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.string())
        reader.end()
        return message


def _encode_response(overall_format: int, formats: tuple[int, ...]) -> bytes:
    return bytes((overall_format,)) + UINT16.pack(len(formats)) + b"".join(map(INT16.pack, formats))


def _decode_response(body: bytes) -> tuple[int, tuple[int, ...]]:
    reader = Reader(body)
    overall_format, formats = reader.take(1)[0], reader.items(reader.int16)
    reader.end()
    if overall_format > 1:
        raise ProtocolViolation("invalid message format")
    return overall_format, formats


class CopyInResponse(msgspec.Struct, frozen=True):
    """CopyInResponse (backend, 'G'): send your data."""

    tag: ClassVar[bytes] = b"G"
    overall_format: int  # 0 text, 1 binary
    formats: tuple[int, ...]  # one per column

    def encode_body(self) -> bytes:
        """Int8 format, formats."""
        return _encode_response(self.overall_format, self.formats)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        return cls(*_decode_response(body))


class CopyOutResponse(CopyInResponse, frozen=True):
    """CopyOutResponse (backend, 'H'): here comes the data."""

    tag: ClassVar[bytes] = b"H"


class CopyBothResponse(CopyInResponse, frozen=True):
    """CopyBothResponse (backend, 'W'): data in both directions, for replication."""

    tag: ClassVar[bytes] = b"W"


def encode_copy_data(chunks: Sequence[bytes]) -> bytes:
    """A CopyData message for each chunk, framed, in one piece (COPY TO sends many short ones)."""
    pieces: list[bytes] = []
    for chunk in chunks:
        pieces += (b"d", INT32.pack(len(chunk) + 4), chunk)
    return b"".join(pieces)
