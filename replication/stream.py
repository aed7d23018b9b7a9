"""What goes to and fro inside COPY BOTH: the payloads of CopyData. Source: protocol-replication.html.

    'w'  XLogData                start, end of the server's log, time, data
    'k'  Primary keepalive       end of the server's log, time, whether an answer is wanted
    'r'  Standby status update   written, flushed, applied, time, whether an answer is wanted

Positions are byte positions; times are microseconds since 1970, UTC, here, and since 2000 on the wire. The data of the plugin
`pgquill` is a record as a MessagePack array.
"""

import struct

import msgspec

from storage.logged import Record

EPOCH_US = 946_684_800_000_000
"""2000-01-01 UTC, from where PostgreSQL counts microseconds, in microseconds since 1970."""
KNOWN_TIMELINE = "known_timeline"
"""Option of START_REPLICATION with the plugin `pgquill`: the newest timeline that the reader knows of."""
_DATA = struct.Struct(">cQQq")
_KEEPALIVE = struct.Struct(">cQqB")
_STATUS = struct.Struct(">cqqqqB")  # signed: a reader may say anything, and SQLite holds no more
_record = msgspec.msgpack.Decoder(Record, strict=False).decode  # SQLite has no Booleans, nor have records read from it
_encode = msgspec.msgpack.Encoder().encode


class BadStream(Exception):
    """The server sends what is no replication message."""


class XLogData(msgspec.Struct, frozen=True):
    """A piece of the log."""

    start: int
    end: int
    sent_at: int
    data: bytes


class Status(msgspec.Struct, frozen=True):
    """How far the reader is."""

    written: int
    flushed: int
    applied: int
    sent_at: int
    reply_wanted: bool


class Keepalive(msgspec.Struct, frozen=True):
    """How far the server is."""

    end: int
    sent_at: int
    reply_wanted: bool


def decode(payload: bytes) -> XLogData | Keepalive:
    """What a server sends. Raises: BadStream."""
    try:
        if payload[:1] == b"w":
            _, start, end, sent_at = _DATA.unpack_from(payload)
            return XLogData(start, end, sent_at + EPOCH_US, payload[_DATA.size :])
        if payload[:1] == b"k" and len(payload) == _KEEPALIVE.size:
            _, end, sent_at, wanted = _KEEPALIVE.unpack(payload)
            return Keepalive(end, sent_at + EPOCH_US, bool(wanted))
    except struct.error:
        pass
    raise BadStream(f"invalid replication message of {len(payload)} bytes, type {payload[:1]!r}")


def encode_data(message: XLogData) -> bytes:
    """The payload of XLogData."""
    return _DATA.pack(b"w", message.start, message.end, message.sent_at - EPOCH_US) + message.data


def encode_keepalive(message: Keepalive) -> bytes:
    """The payload of a keepalive."""
    return _KEEPALIVE.pack(b"k", message.end, message.sent_at - EPOCH_US, message.reply_wanted)


def encode_status(written: int, flushed: int, applied: int, now: int, *, reply_wanted: bool = False) -> bytes:
    """The payload of a standby's status update. now: microseconds since 1970."""
    return _STATUS.pack(b"r", written, flushed, applied, now - EPOCH_US, reply_wanted)


def decode_status(payload: bytes) -> Status | None:
    """What a reader says; None if that is no status update."""
    if payload[:1] != b"r" or len(payload) != _STATUS.size:
        return None
    _, written, flushed, applied, sent_at, wanted = _STATUS.unpack(payload)
    return Status(written, flushed, applied, sent_at + EPOCH_US, bool(wanted))


def encode_record(record: Record) -> bytes:
    """The data of the plugin `pgquill`."""
    return _encode(record)


def decode_record(data: bytes) -> Record:
    """What `encode_record` was given. Raises: BadStream."""
    try:
        return _record(data)
    except msgspec.MsgspecError as error:
        raise BadStream(f"a record that cannot be read: {error}") from None
