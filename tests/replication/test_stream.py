from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from replication.stream import (
    BadStream,
    Keepalive,
    XLogData,
    decode,
    decode_record,
    encode_data,
    encode_keepalive,
    encode_record,
    encode_status,
)
from storage.logged import Record


def test_keepalive_of_postgresql_is_read() -> None:
    found = decode(b"k\x00\x00\x00\x00\xef\x00\x00\x98\x00\x03\x03\xea\xa6\xf1m3\x00")
    assert isinstance(found, Keepalive)
    assert (found.end, found.reply_wanted) == (0xEF000098, False)
    assert found.sent_at // 86_400_000_000 == 20780  # 2026-11-23


def test_messages_are_read_as_they_are_written() -> None:
    data = XLogData(16, 32, 1_700_000_000_000_000, b"abc")
    keepalive = Keepalive(32, 1_700_000_000_000_001, True)
    assert decode(encode_data(data)) == data
    assert decode(encode_keepalive(keepalive)) == keepalive


def test_status_has_the_form_of_the_manual() -> None:
    found = encode_status(1, 2, 3, 946_684_800_000_004, reply_wanted=True)
    assert found == b"r" + b"".join(n.to_bytes(8, "big") for n in (1, 2, 3, 4)) + b"\x01"


@given(st.binary(max_size=40))
def test_anything_else_is_refused(payload: bytes) -> None:
    try:
        decode(payload)
    except BadStream:
        return
    assert (payload[:1] == b"w" and len(payload) >= 25) or (payload[:1] == b"k" and len(payload) == 18)


def test_records_are_read_as_they_are_written() -> None:
    for record in (Record(8, 1000, None, 1, 0, b"\x90"), Record(56, 1000, 5, 1, True, b"\x91\xc0")):
        assert decode_record(encode_record(record)) == record


@given(st.binary(max_size=40))
def test_records_that_are_none_are_refused(data: bytes) -> None:
    with suppress(BadStream):
        decode_record(data)
