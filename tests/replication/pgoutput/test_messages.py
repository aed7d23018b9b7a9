"""Bytes by hand, after protocol-logicalrep-message-formats.html; every message there and back; nothing but named errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwire.messages.body import ProtocolViolation
from replication.decoded import Identity
from replication.pgoutput import messages
from replication.pgoutput.fields import BINARY, EPOCH_OFFSET, NULL, TEXT, UNCHANGED, Row
from replication.pgoutput.messages import AnyMessage, RelationColumn, decode, encode

AT = EPOCH_OFFSET + 1
ROW = Row((b"1", None, None, b"\0\xff"), bytes((TEXT, NULL, UNCHANGED, BINARY)))
ROW_BYTES = b"\0\4t\0\0\0\1" b"1nub\0\0\0\2\0\xff"
EXAMPLES: list[tuple[AnyMessage, bytes]] = [
    (messages.Begin(16, AT, 7), b"B" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\1" b"\0\0\0\7"),
    (messages.Commit(16, 24, AT), b"C" b"\0" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\x18" b"\0\0\0\0\0\0\0\1"),
    (messages.Origin(5, "o"), b"O" b"\0\0\0\0\0\0\0\5" b"o\0"),
    (messages.StreamStart(7, True), b"S" b"\0\0\0\7" b"\1"),
    (messages.StreamStop(), b"E"),
    (messages.StreamCommit(7, 16, 24, AT),
     b"c" b"\0\0\0\7" b"\0" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\x18" b"\0\0\0\0\0\0\0\1"),
    (messages.StreamAbort(7, 8), b"A" b"\0\0\0\7" b"\0\0\0\10"),
    (messages.StreamAbort(7, 8, 16, AT), b"A" b"\0\0\0\7" b"\0\0\0\10" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\1"),
    (messages.BeginPrepare(16, 24, AT, 7, "g"),
     b"b" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\x18" b"\0\0\0\0\0\0\0\1" b"\0\0\0\7" b"g\0"),
    (messages.Prepare(16, 24, AT, 7, "g"),
     b"P" b"\0" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\x18" b"\0\0\0\0\0\0\0\1" b"\0\0\0\7" b"g\0"),
    (messages.CommitPrepared(16, 24, AT, 7, "g"),
     b"K" b"\0" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\x18" b"\0\0\0\0\0\0\0\1" b"\0\0\0\7" b"g\0"),
    (messages.RollbackPrepared(16, 24, AT, AT + 1, 7, "g"),
     b"r" b"\0" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\x18" b"\0\0\0\0\0\0\0\1" b"\0\0\0\0\0\0\0\2" b"\0\0\0\7" b"g\0"),
    (messages.StreamPrepare(16, 24, AT, 7, "g"),
     b"p" b"\0" b"\0\0\0\0\0\0\0\x10" b"\0\0\0\0\0\0\0\x18" b"\0\0\0\0\0\0\0\1" b"\0\0\0\7" b"g\0"),
    (messages.Relation(9, "s", "t", Identity.INDEX, (RelationColumn("c", 23, -1, True),)),
     b"R" b"\0\0\0\x09" b"s\0" b"t\0" b"i" b"\0\1" b"\1" b"c\0" b"\0\0\0\x17" b"\xff\xff\xff\xff"),
    (messages.Type(9, "s", "t"), b"Y" b"\0\0\0\x09" b"s\0" b"t\0"),
    (messages.Insert(9, ROW), b"I" b"\0\0\0\x09" b"N" + ROW_BYTES),
    (messages.Update(9, None, ROW), b"U" b"\0\0\0\x09" b"N" + ROW_BYTES),
    (messages.Update(9, ROW, ROW, True), b"U" b"\0\0\0\x09" b"K" + ROW_BYTES + b"N" + ROW_BYTES),
    (messages.Update(9, ROW, ROW), b"U" b"\0\0\0\x09" b"O" + ROW_BYTES + b"N" + ROW_BYTES),
    (messages.Delete(9, ROW), b"D" b"\0\0\0\x09" b"K" + ROW_BYTES),
    (messages.Delete(9, ROW, False), b"D" b"\0\0\0\x09" b"O" + ROW_BYTES),
    (messages.Truncate((9, 10), True, True), b"T" b"\0\0\0\2" b"\3" b"\0\0\0\x09" b"\0\0\0\x0a"),
    (messages.Message(True, 16, "p", b"\0x"), b"M" b"\1" b"\0\0\0\0\0\0\0\x10" b"p\0" b"\0\0\0\2" b"\0x"),
]


def name(value: object) -> str:
    return type(value).__name__


@pytest.mark.parametrize(("message", "data"), EXAMPLES, ids=name)
def test_message_is_the_manuals_bytes_and_back(message: AnyMessage, data: bytes) -> None:
    assert encode(message) == data
    assert decode(data) == message


@pytest.mark.parametrize(("message", "data"), [pair for pair in EXAMPLES if isinstance(pair[0], messages.Streamable)], ids=name)
def test_change_in_a_block_begins_with_its_transaction(message: AnyMessage, data: bytes) -> None:
    in_block = encode(message, 258)
    assert in_block == data[:1] + b"\0\0\1\2" + data[1:]
    read = decode(in_block, in_block=True)
    assert isinstance(read, messages.Streamable) and getattr(read, "xid", None) == 258


def test_every_tag_has_an_example() -> None:
    assert {message.tag for message, _ in EXAMPLES} == messages.CONTROLS.keys() | messages.STREAMABLES.keys()


@pytest.mark.parametrize(("message", "data"), EXAMPLES, ids=name)
def test_shortened_or_lengthened_message_is_a_violation(message: AnyMessage, data: bytes) -> None:
    wrong = [data[:cut] for cut in range(1, len(data))] + [data + b"\0"]
    for body in wrong:
        if body == encode(messages.StreamAbort(7, 8)):
            continue  # the message of versions 2 and 3
        with pytest.raises(ProtocolViolation):
            decode(body)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", 'invalid logical replication message type "??"'),
        (b"?", 'invalid logical replication message type "?"'),
        (b"B" + bytes(20), "final_lsn not set in begin message"),
        (b"C\1" + bytes(24), "unrecognized flags 1 in commit message"),
        (b"S\0\0\0\0\1", "invalid transaction ID in streamed replication transaction"),
        (b"R\0\0\0\1s\0t\0x\0\0", 'unrecognized replica identity "x" in relation message'),
        (b"I\0\0\0\1K\0\0", "expected new tuple but got another in insert message"),
        (b"U\0\0\0\1X\0\0", "expected new tuple but got another in update message"),
        (b"D\0\0\0\1N\0\0", "expected an old tuple or a key in delete message"),
        (b"I\0\0\0\1N\0\1x", 'unrecognized data representation type "x"'),
        (b"I\0\0\0\1N\0\1t\xff\xff\xff\xff", "insufficient data left in message"),
        (b"T\xff\xff\xff\xff\0", "insufficient data left in message"),
        (b"O\0\0\0\0\0\0\0\0\xff\0", 'invalid byte sequence for encoding "UTF8": 0xff'),
        (b"Y\0\0\0\1abc", "invalid string in message"),
    ],
)
def test_malformed_message_is_a_violation_that_says_what_is_wrong(data: bytes, complaint: str) -> None:
    with pytest.raises(ProtocolViolation, match="^" + complaint.replace("?", r"\?")):
        decode(data)


tags = st.sampled_from([message.tag for message, _ in EXAMPLES])


@given(st.one_of(st.binary(max_size=80), st.builds(lambda tag, body: tag + body, tags, st.binary(max_size=80))), st.booleans())
def test_garbage_is_a_message_or_a_violation(data: bytes, in_block: bool) -> None:
    try:
        message = decode(data, in_block=in_block)
    except ProtocolViolation:
        return
    assert isinstance(message, messages.Control | messages.Streamable)


@given(st.sampled_from(EXAMPLES), st.data())
def test_damaged_message_is_a_message_or_a_violation(example: tuple[AnyMessage, bytes], data: st.DataObject) -> None:
    damaged = bytearray(example[1])
    damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(damaged))
    except ProtocolViolation:
        return


fields = st.one_of(
    st.tuples(st.just(None), st.sampled_from((NULL, UNCHANGED))),
    st.tuples(st.binary(max_size=9), st.sampled_from((TEXT, BINARY)))
)
rows = st.lists(fields, max_size=5).map(lambda cells: Row(tuple(cell[0] for cell in cells), bytes(cell[1] for cell in cells)))
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
oids = st.integers(0, 2**32 - 1)


@given(st.one_of(
    st.builds(messages.Insert, oids, rows), st.builds(messages.Update, oids, st.none(), rows),
    st.builds(messages.Update, oids, rows, rows, st.booleans()), st.builds(messages.Delete, oids, rows, st.booleans()),
    st.builds(messages.Truncate, st.lists(oids, max_size=4).map(tuple), st.booleans(), st.booleans()),
    st.builds(messages.Message, st.booleans(), st.integers(0, 2**64 - 1), names, st.binary()),
))
def test_any_change_survives_the_way_there_and_back(message: AnyMessage) -> None:
    assert decode(encode(message)) == message
