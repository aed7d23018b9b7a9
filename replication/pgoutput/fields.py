"""The pieces that pgoutput's messages are made of: positions, times, names, rows."""

import struct
from typing import NamedTuple

from pgwire.messages.body import INT32, UINT16, ProtocolViolation, Reader

UINT64 = struct.Struct(">Q")
INT64 = struct.Struct(">q")
UINT8 = struct.Struct(">B")

EPOCH_OFFSET = 946_684_800_000_000
"""Microseconds from 1970, where our times begin, to 2000, where PostgreSQL's do."""

NULL, UNCHANGED, TEXT, BINARY = b"nutb"
NULL_FIELD, UNCHANGED_FIELD = b"n", b"u"
HEADS = {TEXT: b"t", BINARY: b"b"}


class Row(NamedTuple):
    """The values of a row, and for each how it is written: NULL, TEXT, BINARY or UNCHANGED (a large value that the sender did
    not read; only in an updated row). The first and the last have the value None."""

    values: tuple[bytes | None, ...]
    kinds: bytes


def encode_row(row: Row) -> bytes:
    """TupleData. A None that is not UNCHANGED is NULL, whatever its kind: so `kinds` may be the columns' formats."""
    pieces = [UINT16.pack(len(row.values))]
    for value, kind in zip(row.values, row.kinds, strict=True):
        if value is None:
            pieces.append(UNCHANGED_FIELD if kind == UNCHANGED else NULL_FIELD)
        else:
            pieces += (HEADS[kind], INT32.pack(len(value)), value)
    return b"".join(pieces)


class FieldReader(Reader):
    """Reads what pgoutput has beside the fields of other messages. Raises ProtocolViolation, and nothing else."""

    __slots__ = ()

    def uint8(self) -> int:
        """One byte."""
        return self._unpack(UINT8)

    def lsn(self) -> int:
        """A position."""
        return self._unpack(UINT64)

    def time(self) -> int:
        """Microseconds since 1970, UTC."""
        return self._unpack(INT64) + EPOCH_OFFSET

    def no_flags(self, message: str) -> None:
        """A byte of flags of which none is known."""
        if flags := self.uint8():
            raise ProtocolViolation(f"unrecognized flags {flags} in {message} message")

    def row(self) -> Row:
        """TupleData."""
        values: list[bytes | None] = []
        kinds = bytearray()
        for _ in range(self.uint16()):
            kind = self.uint8()
            if kind in HEADS:
                values.append(self.take(self.int32()))
            elif kind in (NULL, UNCHANGED):
                values.append(None)
            else:
                raise ProtocolViolation(f'unrecognized data representation type "{chr(kind)}"')
            kinds.append(kind)
        return Row(tuple(values), bytes(kinds))


def encode_lsn(lsn: int) -> bytes:
    """A position."""
    return UINT64.pack(lsn)


def encode_time(microseconds: int) -> bytes:
    """A time that is told in microseconds since 1970."""
    return INT64.pack(microseconds - EPOCH_OFFSET)
