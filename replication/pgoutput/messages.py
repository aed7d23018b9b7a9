"""The messages of logical replication, each with the bytes of its body. See protocol-logicalrep-message-formats.html.

Positions are byte positions, times microseconds since 1970 (UTC). In a streamed block (version 2) a change begins with the
transaction it belongs to: `xid`, 0 outside of blocks. `decode_body` raises ProtocolViolation.
"""

from typing import ClassVar, Self

import msgspec

from pgwire.messages.body import INT32, UINT16, UINT32, ProtocolViolation, encode_string
from replication.decoded import Identity
from replication.pgoutput.fields import UINT8, FieldReader, Row, encode_lsn, encode_row, encode_time

IDENTITY_FLAG, TRANSACTIONAL_FLAG = 1, 1
CASCADE_FLAG, RESTART_FLAG = 1, 2


class Control(msgspec.Struct, frozen=True):
    """A message that stands for itself: where transactions and blocks begin and end."""

    tag: ClassVar[bytes]

    def encode_body(self) -> bytes:
        """Its fields."""
        raise NotImplementedError

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        raise NotImplementedError


class Begin(Control, frozen=True):
    """Begin ('B'). final_lsn: of the commit."""

    tag: ClassVar[bytes] = b"B"
    final_lsn: int
    committed_at: int
    xid: int

    def encode_body(self) -> bytes:
        """Int64 position, Int64 time, Int32 xid."""
        return encode_lsn(self.final_lsn) + encode_time(self.committed_at) + UINT32.pack(self.xid)

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        if not (final_lsn := reader.lsn()):
            raise ProtocolViolation("final_lsn not set in begin message")
        return cls(final_lsn, reader.time(), reader.uint32())


class Commit(Control, frozen=True):
    """Commit ('C'). end_lsn: after the transaction."""

    tag: ClassVar[bytes] = b"C"
    lsn: int
    end_lsn: int
    committed_at: int

    def encode_body(self) -> bytes:
        """Int8 flags, Int64 position, Int64 end, Int64 time."""
        return b"\0" + encode_lsn(self.lsn) + encode_lsn(self.end_lsn) + encode_time(self.committed_at)

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        reader.no_flags("commit")
        return cls(reader.lsn(), reader.lsn(), reader.time())


class Origin(Control, frozen=True):
    """Origin ('O'): the transaction came to the sender by replication. lsn: its commit there."""

    tag: ClassVar[bytes] = b"O"
    lsn: int
    name: str

    def encode_body(self) -> bytes:
        """Int64 position, String name."""
        return encode_lsn(self.lsn) + encode_string(self.name)

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        return cls(reader.lsn(), reader.string())


class StreamStart(Control, frozen=True):
    """Stream Start ('S'): a block of changes of one transaction that may not have been committed. first: the first of it."""

    tag: ClassVar[bytes] = b"S"
    xid: int
    first: bool

    def encode_body(self) -> bytes:
        """Int32 xid, Int8 1 or 0."""
        return UINT32.pack(self.xid) + UINT8.pack(self.first)

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        if not (xid := reader.uint32()):
            raise ProtocolViolation("invalid transaction ID in streamed replication transaction")
        return cls(xid, reader.uint8() == 1)


class StreamStop(Control, frozen=True):
    """Stream Stop ('E'): the end of a block."""

    tag: ClassVar[bytes] = b"E"

    def encode_body(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        return cls()


class StreamCommit(Control, frozen=True):
    """Stream Commit ('c'): a transaction that was sent in blocks was committed."""

    tag: ClassVar[bytes] = b"c"
    xid: int
    lsn: int
    end_lsn: int
    committed_at: int

    def encode_body(self) -> bytes:
        """Int32 xid, Int8 flags, Int64 position, Int64 end, Int64 time."""
        return UINT32.pack(self.xid) + b"\0" + encode_lsn(self.lsn) + encode_lsn(self.end_lsn) + encode_time(self.committed_at)

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        xid = reader.uint32()
        reader.no_flags("commit")
        return cls(xid, reader.lsn(), reader.lsn(), reader.time())


class StreamAbort(Control, frozen=True):
    """Stream Abort ('A'): a transaction that was sent in blocks, or a part of it, was rolled back. lsn, aborted_at: from
    version 4 on, and only with streaming = parallel."""

    tag: ClassVar[bytes] = b"A"
    xid: int
    subxid: int
    lsn: int | None = None
    aborted_at: int | None = None

    def encode_body(self) -> bytes:
        """Int32 xid, Int32 subtransaction, Int64 position, Int64 time."""
        body = UINT32.pack(self.xid) + UINT32.pack(self.subxid)
        if self.lsn is None or self.aborted_at is None:
            return body
        return body + encode_lsn(self.lsn) + encode_time(self.aborted_at)

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        xid, subxid = reader.uint32(), reader.uint32()
        return cls(xid, subxid) if reader.at == len(reader.body) else cls(xid, subxid, reader.lsn(), reader.time())


class BeginPrepare(Control, frozen=True):
    """Begin Prepare ('b'): as Begin, for a transaction that was prepared for two-phase commit (version 3)."""

    tag: ClassVar[bytes] = b"b"
    lsn: int
    end_lsn: int
    prepared_at: int
    xid: int
    gid: str

    def encode_body(self) -> bytes:
        """Int64 position, Int64 end, Int64 time, Int32 xid, String gid."""
        return (encode_lsn(self.lsn) + encode_lsn(self.end_lsn) + encode_time(self.prepared_at) + UINT32.pack(self.xid)
                + encode_string(self.gid))

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        return cls(reader.lsn(), reader.lsn(), reader.time(), reader.uint32(), reader.string())


class Prepare(Control, frozen=True):
    """Prepare ('P'): the end of a prepared transaction."""

    tag: ClassVar[bytes] = b"P"
    lsn: int
    end_lsn: int
    prepared_at: int
    xid: int
    gid: str

    def encode_body(self) -> bytes:
        """Int8 flags, Int64 position, Int64 end, Int64 time, Int32 xid, String gid."""
        return (b"\0" + encode_lsn(self.lsn) + encode_lsn(self.end_lsn) + encode_time(self.prepared_at) + UINT32.pack(self.xid)
                + encode_string(self.gid))

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        reader.no_flags("prepare")
        return cls(reader.lsn(), reader.lsn(), reader.time(), reader.uint32(), reader.string())


class StreamPrepare(Prepare, frozen=True):
    """Stream Prepare ('p'): a transaction that was sent in blocks was prepared."""

    tag: ClassVar[bytes] = b"p"


class CommitPrepared(Prepare, frozen=True):
    """Commit Prepared ('K'). prepared_at: when it was committed."""

    tag: ClassVar[bytes] = b"K"


class RollbackPrepared(Control, frozen=True):
    """Rollback Prepared ('r'). end_lsn: after the PREPARE; rollback_end_lsn: after the ROLLBACK."""

    tag: ClassVar[bytes] = b"r"
    end_lsn: int
    rollback_end_lsn: int
    prepared_at: int
    rolled_back_at: int
    xid: int
    gid: str

    def encode_body(self) -> bytes:
        """Int8 flags, two Int64 positions, two Int64 times, Int32 xid, String gid."""
        return (b"\0" + encode_lsn(self.end_lsn) + encode_lsn(self.rollback_end_lsn) + encode_time(self.prepared_at)
                + encode_time(self.rolled_back_at) + UINT32.pack(self.xid) + encode_string(self.gid))

    @classmethod
    def decode_body(cls, reader: FieldReader) -> Self:
        """The message in this body."""
        reader.no_flags("rollback prepared")
        return cls(reader.lsn(), reader.lsn(), reader.time(), reader.time(), reader.uint32(), reader.string())


class Streamable(msgspec.Struct, frozen=True):
    """A message that may stand in a streamed block, where its transaction comes first."""

    tag: ClassVar[bytes]

    def encode_body(self) -> bytes:
        """Its fields, without the transaction."""
        raise NotImplementedError

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        raise NotImplementedError


class RelationColumn(msgspec.Struct, frozen=True):
    """A column in a Relation."""

    name: str
    type_oid: int
    typmod: int
    is_key: bool


class Relation(Streamable, frozen=True):
    """Relation ('R'): a table, before its first change. schema: "" for pg_catalog."""

    tag: ClassVar[bytes] = b"R"
    oid: int
    schema: str
    name: str
    identity: Identity
    columns: tuple[RelationColumn, ...]
    xid: int = 0

    def encode_body(self) -> bytes:
        """Int32 OID, String schema, String name, Int8 identity, Int16 count, and for each column Int8 flags, String name,
        Int32 type, Int32 modifier."""
        pieces = [UINT32.pack(self.oid), encode_string(self.schema), encode_string(self.name), self.identity.value.encode(),
                  UINT16.pack(len(self.columns))]
        for column in self.columns:
            pieces += (UINT8.pack(column.is_key), encode_string(column.name), UINT32.pack(column.type_oid),
                       INT32.pack(column.typmod))
        return b"".join(pieces)

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        oid, schema, name, letter = reader.uint32(), reader.string(), reader.string(), chr(reader.uint8())
        if letter not in IDENTITIES:
            raise ProtocolViolation(f'unrecognized replica identity "{letter}" in relation message')
        return cls(oid, schema, name, IDENTITIES[letter], reader.items(lambda: _column(reader)), xid)


IDENTITIES = {identity.value: identity for identity in Identity}


def _column(reader: FieldReader) -> RelationColumn:
    flags, name, type_oid, typmod = reader.uint8(), reader.string(), reader.uint32(), reader.int32()
    return RelationColumn(name, type_oid, typmod, bool(flags & IDENTITY_FLAG))


class Type(Streamable, frozen=True):
    """Type ('Y'): the name of a type that is not built in. Of a domain, the name of what it is made of."""

    tag: ClassVar[bytes] = b"Y"
    oid: int
    schema: str
    name: str
    xid: int = 0

    def encode_body(self) -> bytes:
        """Int32 OID, String schema, String name."""
        return UINT32.pack(self.oid) + encode_string(self.schema) + encode_string(self.name)

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        return cls(reader.uint32(), reader.string(), reader.string(), xid)


class Insert(Streamable, frozen=True):
    """Insert ('I')."""

    tag: ClassVar[bytes] = b"I"
    oid: int
    new: Row
    xid: int = 0

    def encode_body(self) -> bytes:
        """Int32 OID, 'N', TupleData."""
        return UINT32.pack(self.oid) + b"N" + encode_row(self.new)

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        oid, kind = reader.uint32(), reader.take(1)
        if kind != b"N":
            raise ProtocolViolation("expected new tuple but got another in insert message")
        return cls(oid, reader.row(), xid)


class Update(Streamable, frozen=True):
    """Update ('U'). old: the row before or, if is_key, the key before; None if the key is as in the new row."""

    tag: ClassVar[bytes] = b"U"
    oid: int
    old: Row | None
    new: Row
    is_key: bool = False
    xid: int = 0

    def encode_body(self) -> bytes:
        """Int32 OID, maybe 'K' or 'O' and TupleData, 'N', TupleData."""
        old = b"" if self.old is None else (b"K" if self.is_key else b"O") + encode_row(self.old)
        return UINT32.pack(self.oid) + old + b"N" + encode_row(self.new)

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        oid, kind, old, is_key = reader.uint32(), reader.take(1), None, False
        if kind in (b"K", b"O"):
            is_key, old, kind = kind == b"K", reader.row(), reader.take(1)
        if kind != b"N":
            raise ProtocolViolation("expected new tuple but got another in update message")
        return cls(oid, old, reader.row(), is_key, xid)


class Delete(Streamable, frozen=True):
    """Delete ('D'). old: the row or, if is_key, its key."""

    tag: ClassVar[bytes] = b"D"
    oid: int
    old: Row
    is_key: bool = True
    xid: int = 0

    def encode_body(self) -> bytes:
        """Int32 OID, 'K' or 'O', TupleData."""
        return UINT32.pack(self.oid) + (b"K" if self.is_key else b"O") + encode_row(self.old)

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        oid, kind = reader.uint32(), reader.take(1)
        if kind not in (b"K", b"O"):
            raise ProtocolViolation("expected an old tuple or a key in delete message")
        return cls(oid, reader.row(), kind == b"K", xid)


class Truncate(Streamable, frozen=True):
    """Truncate ('T')."""

    tag: ClassVar[bytes] = b"T"
    oids: tuple[int, ...]
    cascade: bool
    restart_identity: bool
    xid: int = 0

    def encode_body(self) -> bytes:
        """Int32 count, Int8 flags, Int32 OIDs."""
        flags = CASCADE_FLAG * self.cascade + RESTART_FLAG * self.restart_identity
        return UINT32.pack(len(self.oids)) + UINT8.pack(flags) + b"".join(map(UINT32.pack, self.oids))

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        count, flags = reader.uint32(), reader.uint8()
        if count * 4 > len(reader.body) - reader.at:  # before a long loop is run for a short body
            raise ProtocolViolation("insufficient data left in message")
        oids = tuple(reader.uint32() for _ in range(count))
        return cls(oids, bool(flags & CASCADE_FLAG), bool(flags & RESTART_FLAG), xid)


class Message(Streamable, frozen=True):
    """Message ('M'): of pg_logical_emit_message."""

    tag: ClassVar[bytes] = b"M"
    transactional: bool
    lsn: int
    prefix: str
    content: bytes
    xid: int = 0

    def encode_body(self) -> bytes:
        """Int8 flags, Int64 position, String prefix, Int32 length, content."""
        return (UINT8.pack(TRANSACTIONAL_FLAG * self.transactional) + encode_lsn(self.lsn) + encode_string(self.prefix)
                + UINT32.pack(len(self.content)) + self.content)

    @classmethod
    def decode_body(cls, reader: FieldReader, xid: int) -> Self:
        """The message in this body, after the transaction."""
        flags, lsn, prefix = reader.uint8(), reader.lsn(), reader.string()
        return cls(bool(flags & TRANSACTIONAL_FLAG), lsn, prefix, reader.take(reader.uint32()), xid)


AnyMessage = Control | Streamable

CONTROLS: dict[bytes, type[Control]] = {
    message.tag: message
    for message in (Begin, Commit, Origin, StreamStart, StreamStop, StreamCommit, StreamAbort, BeginPrepare, Prepare,
                    CommitPrepared, RollbackPrepared, StreamPrepare)
}
STREAMABLES: dict[bytes, type[Streamable]] = {
    message.tag: message for message in (Relation, Type, Insert, Update, Delete, Truncate, Message)
}


def encode(message: AnyMessage, xid: int = 0) -> bytes:
    """A message as the payload of one XLogData. xid: in a streamed block, what the change belongs to; 0 outside of one."""
    return message.tag + (UINT32.pack(xid) if xid else b"") + message.encode_body()


def decode(data: bytes, *, in_block: bool = False) -> AnyMessage:
    """The message in a payload. in_block: it stands between Stream Start and Stream Stop.

    Raises: ProtocolViolation.
    """
    tag, reader = data[:1], FieldReader(data)
    reader.at = 1
    message: AnyMessage
    if tag in CONTROLS:
        message = CONTROLS[tag].decode_body(reader)
    elif tag in STREAMABLES:
        message = STREAMABLES[tag].decode_body(reader, reader.uint32() if in_block else 0)
    else:
        raise ProtocolViolation(f'invalid logical replication message type "{tag.decode("latin-1") or "??"}"')
    reader.end()
    return message
