"""What may follow what in a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwire.messages.body import ProtocolViolation
from replication.decoded import Identity
from replication.pgoutput import messages
from replication.pgoutput.fields import TEXT, Row
from replication.pgoutput.messages import AnyMessage, RelationColumn, encode
from replication.pgoutput.reader import StreamReader

BEGIN, COMMIT = messages.Begin(16, 0, 7), messages.Commit(16, 24, 0)
RELATION = messages.Relation(9, "s", "t", Identity.DEFAULT, (RelationColumn("c", 23, -1, True),))
INSERT = messages.Insert(9, Row((b"1",), bytes((TEXT,))))
START, STOP = messages.StreamStart(7, True), messages.StreamStop()


def read(*sent: AnyMessage) -> list[AnyMessage]:
    reader, seen = StreamReader(), []
    for message in sent:
        in_block = reader.block if isinstance(message, messages.Streamable) and reader.block else 0
        seen.append(reader.read(encode(message, in_block)))
    return seen


def test_transaction_is_read_in_order() -> None:
    sent = [BEGIN, RELATION, INSERT, COMMIT, BEGIN, INSERT, COMMIT]
    assert read(*sent) == sent


def test_blocks_are_read_with_the_transaction_of_each_change() -> None:
    seen = read(START, RELATION, INSERT, STOP, BEGIN, INSERT, COMMIT, messages.StreamStart(7, False), INSERT, STOP,
                messages.StreamCommit(7, 16, 24, 0))
    assert [getattr(message, "xid", None) for message in seen if isinstance(message, messages.Insert)] == [7, 0, 7]


def test_what_was_described_is_remembered() -> None:
    reader = StreamReader()
    for message in (BEGIN, messages.Type(20000, "s", "mood"), RELATION):
        reader.read(encode(message))
    assert reader.relation(9) == RELATION
    assert reader.types[20000].name == "mood"


@pytest.mark.parametrize(
    "sent",
    [
        [COMMIT], [INSERT], [RELATION], [BEGIN, BEGIN], [STOP], [START, BEGIN], [START, START], [BEGIN, START],
        [BEGIN, messages.StreamCommit(7, 16, 24, 0)], [START, COMMIT], [messages.Origin(0, "o")],
        [BEGIN, INSERT], [BEGIN, RELATION, messages.Truncate((10,), False, False)],
        [BEGIN, RELATION, messages.Insert(9, Row((b"1", b"2"), bytes((TEXT, TEXT))))],
    ],
)
def test_message_out_of_place_is_a_violation(sent: list[AnyMessage]) -> None:
    with pytest.raises(ProtocolViolation):
        read(*sent)


def test_message_outside_of_transactions_is_read() -> None:
    message = messages.Message(False, 16, "p", b"")
    assert read(message, BEGIN, message, COMMIT) == [message, BEGIN, message, COMMIT]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
def test_garbage_gives_messages_or_a_violation(payloads: list[bytes]) -> None:
    reader = StreamReader()
    for payload in payloads:
        try:
            reader.read(payload)
        except ProtocolViolation:
            return
