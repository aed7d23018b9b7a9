"""Messages that carry results: descriptions, rows, completions, and the short answers of the extended protocol.

`encode_rows` is the hot path of large results and works by columns: a chunk of rows is turned on its side and each
column goes through C loops (map, len, join). For 200,000 rows of 4 columns that takes about half the time of a
loop over rows. `encode_row_description` takes anything shaped like Field, so that the executor's own columns need not
be converted first.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from operator import add
from typing import Any, ClassVar, Protocol, Self

import msgspec

from pgwire.messages.body import INT32, UINT16, UINT32, Reader, encode_counted, encode_string, expect_empty

PARSE_COMPLETE = b"1\0\0\0\x04"
BIND_COMPLETE = b"2\0\0\0\x04"
CLOSE_COMPLETE = b"3\0\0\0\x04"
NO_DATA = b"n\0\0\0\x04"
EMPTY_QUERY_RESPONSE = b"I\0\0\0\x04"
PORTAL_SUSPENDED = b"s\0\0\0\x04"

_FIELD = struct.Struct(">IhIhih")
_NULL = b"\xff\xff\xff\xff"
_ROW_HEAD = struct.Struct(">iH")
_SHORT = tuple(INT32.pack(length) for length in range(256))
"""Encoded lengths of short values: looking one up is faster than packing it."""


class ColumnLike(Protocol):
    """What RowDescription tells of a column."""

    @property
    def name(self) -> str:
        """The label."""

    @property
    def table_oid(self) -> int:
        """OID of its table, or 0."""

    @property
    def attribute(self) -> int:
        """Its number in that table, or 0."""

    @property
    def type_oid(self) -> int:
        """OID of its type."""

    @property
    def type_size(self) -> int:
        """Bytes; -1 variable."""

    @property
    def typmod(self) -> int:
        """Type modifier, or -1."""

    @property
    def format(self) -> int:
        """0 text, 1 binary."""


class Field(msgspec.Struct, frozen=True):
    """One column of a RowDescription; table_oid and attribute are 0 for what is not a table's column."""

    name: str
    table_oid: int
    attribute: int
    type_oid: int
    type_size: int  # bytes; -1 variable, -2 C string
    typmod: int = -1
    format: int = 0  # 0 text, 1 binary


def _encode_fields(columns: Sequence[ColumnLike]) -> bytes:
    pieces = [UINT16.pack(len(columns))]
    for column in columns:
        pieces.append(encode_string(column.name))
        pieces.append(
            _FIELD.pack(
                column.table_oid, column.attribute, column.type_oid, column.type_size, column.typmod, column.format
            )
        )
    return b"".join(pieces)


def encode_row_description(columns: Sequence[ColumnLike]) -> bytes:
    """The framed RowDescription of these columns; that of a tuple is remembered."""
    known = _descriptions.get(id(columns))
    if known is not None:
        return known[1]
    body = _encode_fields(columns)
    encoded = b"T" + INT32.pack(len(body) + 4) + body
    if isinstance(columns, tuple):
        if len(_descriptions) >= DESCRIPTIONS_MAX:
            _descriptions.clear()
        _descriptions[id(columns)] = (columns, encoded)  # the tuple is kept, so that no other can have its identity
    return encoded


DESCRIPTIONS_MAX = 512
_descriptions: dict[int, tuple[Sequence[ColumnLike], bytes]] = {}
"""By the identity of the tuple of columns: a prepared statement has one for each choice of formats."""


class RowDescription(msgspec.Struct, frozen=True):
    """RowDescription (backend, 'T')."""

    tag: ClassVar[bytes] = b"T"
    fields: tuple[Field, ...]

    def encode_body(self) -> bytes:
        """Int16 count and the fields."""
        return _encode_fields(self.fields)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)

        def field() -> Field:
            return Field(
                reader.string(),
                reader.uint32(),
                reader.int16(),
                reader.uint32(),
                reader.int16(),
                reader.int32(),
                reader.int16(),
            )

        message = cls(reader.items(field))
        reader.end()
        return message


class ParameterDescription(msgspec.Struct, frozen=True):
    """ParameterDescription (backend, 't')."""

    tag: ClassVar[bytes] = b"t"
    type_oids: tuple[int, ...]

    def encode_body(self) -> bytes:
        """Int16 count and the OIDs."""
        return UINT16.pack(len(self.type_oids)) + b"".join(map(UINT32.pack, self.type_oids))

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.items(reader.uint32))
        reader.end()
        return message


class DataRow(msgspec.Struct, frozen=True):
    """DataRow (backend, 'D'): one row, encoded values."""

    tag: ClassVar[bytes] = b"D"
    values: tuple[bytes | None, ...]

    def encode_body(self) -> bytes:
        """Int16 count and the values."""
        return UINT16.pack(len(self.values)) + encode_counted(self.values)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.items(reader.counted))
        reader.end()
        return message


def encode_rows(rows: Sequence[Sequence[Any]], encoders: Sequence[Callable[[Any], bytes]]) -> bytes:
    """A framed DataRow for each row; None is NULL, anything else goes through its column's encoder."""
    if len(rows) < 4:
        return b"".join([_encode_row(row, encoders) for row in rows])
    if not encoders:
        return b"D\0\0\0\x06\0\0" * len(rows)
    width = len(encoders)
    sizes: Iterable[int] = [6 + 4 * width] * len(rows)
    streams: list[Iterable[bytes]] = []
    for values, encoder in zip(zip(*rows, strict=True), encoders, strict=True):
        prefixes, encoded, lengths = _encode_column(values, encoder)
        streams += (prefixes, encoded)
        sizes = map(add, sizes, lengths)
    pack = _ROW_HEAD.pack
    heads = [b"D" + pack(size, width) for size in sizes]
    return b"".join(chain.from_iterable(zip(heads, *streams, strict=True)))


def _encode_column(
    values: Sequence[Any], encoder: Callable[[Any], bytes]
) -> tuple[Iterable[bytes], Iterable[bytes], Iterable[int]]:
    """Length prefixes, encoded values and lengths (0 for NULL) of one column."""
    nulls = None in values
    if nulls:
        encoded = [b"" if value is None else encoder(value) for value in values]
    else:
        encoded = list(map(encoder, values))
    lengths = list(map(len, encoded))
    if max(lengths) < len(_SHORT):
        prefixes = list(map(_SHORT.__getitem__, lengths))
    else:
        prefixes = list(map(INT32.pack, lengths))
    if nulls:
        prefixes = [_NULL if value is None else prefix for value, prefix in zip(values, prefixes, strict=True)]
    return prefixes, encoded, lengths


def _encode_row(row: Sequence[Any], encoders: Sequence[Callable[[Any], bytes]]) -> bytes:
    size = 6
    pieces = [b""]
    for value, encoder in zip(row, encoders, strict=True):
        if value is None:
            size += 4
            pieces.append(_NULL)
        else:
            data = encoder(value)
            length = len(data)
            size += 4 + length
            pieces += (_SHORT[length] if length < 256 else INT32.pack(length), data)
    pieces[0] = b"D" + _ROW_HEAD.pack(size, len(row))
    return b"".join(pieces)


class CommandComplete(msgspec.Struct, frozen=True):
    """CommandComplete (backend, 'C'): a statement is done; "SELECT 5", "INSERT 0 1" …"""

    tag: ClassVar[bytes] = b"C"
    command_tag: str

    def encode_body(self) -> bytes:
        """One string."""
        return encode_string(self.command_tag)

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        reader = Reader(body)
        message = cls(reader.string())
        reader.end()
        return message


@lru_cache(maxsize=512)  # most commands say one of a few things
def encode_command_complete(command_tag: str) -> bytes:
    """The framed CommandComplete."""
    body = command_tag.encode()
    return b"C" + INT32.pack(len(body) + 5) + body + b"\0"


class _Empty(msgspec.Struct, frozen=True):
    """A message without a body."""

    def encode_body(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body."""
        expect_empty(body)
        return cls()


class ParseComplete(_Empty, frozen=True):
    """ParseComplete (backend, '1')."""

    tag: ClassVar[bytes] = b"1"


class BindComplete(_Empty, frozen=True):
    """BindComplete (backend, '2')."""

    tag: ClassVar[bytes] = b"2"


class CloseComplete(_Empty, frozen=True):
    """CloseComplete (backend, '3')."""

    tag: ClassVar[bytes] = b"3"


class NoData(_Empty, frozen=True):
    """NoData (backend, 'n'): the statement returns no rows."""

    tag: ClassVar[bytes] = b"n"


class EmptyQueryResponse(_Empty, frozen=True):
    """EmptyQueryResponse (backend, 'I'): there was no statement in the text."""

    tag: ClassVar[bytes] = b"I"


class PortalSuspended(_Empty, frozen=True):
    """PortalSuspended (backend, 's'): Execute's row limit was reached."""

    tag: ClassVar[bytes] = b"s"
