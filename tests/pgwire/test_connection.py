import itertools
import struct
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwire.connection import BACKEND, FRONTEND, NEED_DATA, Connection, Phase
from pgwire.messages.body import ProtocolViolation
from pgwire.messages.copy import CopyData
from pgwire.messages.extended import Bind, Close, Describe, Execute, Parse, Sync
from pgwire.messages.simple import Query, Terminate
from pgwire.messages.startup import (
    PROTOCOL_3_0,
    PROTOCOL_3_2,
    AuthenticationResponse,
    CancelRequest,
    GSSENCRequest,
    SSLRequest,
    StartupMessage,
)

TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)
INT16 = st.integers(-(2**15), 2**15 - 1)
INT32 = st.integers(-(2**31), 2**31 - 1)
OID = st.integers(0, 2**32 - 1)
OIDS = {"parameter_oids", "type_oids"}
UNSIGNED = {"function_oid", "table_oid", "type_oid", "version"}
SHORT = {"attribute", "type_size", "format", "result_format"}
SPECIAL: dict[str, Any] = {
    "kind": st.sampled_from([b"S", b"P"]),
    "status": st.sampled_from([b"I", b"T", b"E"]),
    "overall_format": st.integers(0, 1),
    "position": st.none() | st.integers(0, 2**31),
    "internal_position": st.none() | st.integers(0, 2**31),
    "line": st.none() | st.integers(0, 2**31),
}


def value_of(name: str, kind: Any) -> st.SearchStrategy[Any]:
    if name in SPECIAL:
        return SPECIAL[name]
    if kind is str:
        return TEXT
    if kind is bytes:
        return st.binary(max_size=20)
    if kind is int:
        return OID if name in UNSIGNED else INT16 if name in SHORT else INT32
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        item = arguments[0]
        element = OID if name in OIDS else INT16 if item is int else value_of("", item)
        return st.lists(element, max_size=4).map(tuple)
    if type(None) in arguments:
        return st.none() | value_of("", next(item for item in arguments if item is not type(None)))
    return message_of(kind)


def message_of(kind: Any) -> st.SearchStrategy[Any]:
    return st.builds(
        kind, **{field.encode_name: value_of(field.name, field.type) for field in msgspec.structs.fields(kind)}
    )


def consistent(message: Any) -> bool:
    return not isinstance(message, Bind) or len(message.parameter_formats) in (0, 1, len(message.parameters))


FRONTEND_MESSAGE = st.one_of(map(message_of, FRONTEND.values())).filter(consistent)
BACKEND_MESSAGE = st.one_of(map(message_of, BACKEND.values()))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def received(connection: Connection, pieces: list[bytes]) -> list[Any]:
    messages = []
    for piece in pieces:
        connection.receive_data(piece)
        while (message := connection.next_message()) is not NEED_DATA:
            messages.append(message)
    return messages


def server_connection(**options: Any) -> Connection:
    connection = Connection(**options)
    connection.authenticated()
    return connection


@given(st.lists(FRONTEND_MESSAGE, max_size=6), st.lists(st.integers(0, 10**6), max_size=8))
def test_frontend_messages_under_any_split_come_back(messages: list[Any], places: list[int]) -> None:
    data = b"".join(map(Connection().send, messages))
    assert received(server_connection(), cut(data, places)) == messages


@given(st.lists(BACKEND_MESSAGE, max_size=6), st.lists(st.integers(0, 10**6), max_size=8))
def test_backend_messages_under_any_split_come_back(messages: list[Any], places: list[int]) -> None:
    data = b"".join(map(Connection().send, messages))
    assert received(Connection(client=True), cut(data, places)) == messages


@given(
    st.sampled_from([None, SSLRequest(), GSSENCRequest(), CancelRequest(7, b"1234"), CancelRequest(-1, b"x" * 32)]),
    st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=4).map(tuple),
    st.lists(st.integers(0, 10**6), max_size=8),
)
def test_packets_under_any_split_come_back(
    first: Any, parameters: tuple[tuple[str, str], ...], places: list[int]
) -> None:
    packets = [packet for packet in (first, StartupMessage(PROTOCOL_3_2, parameters)) if packet is not None]
    data = b"".join(map(Connection().send, packets))
    assert received(Connection(), cut(data, places)) == packets


@given(st.binary(max_size=200), st.sampled_from(list(Phase)), st.booleans())
def test_garbage_is_a_message_or_a_violation(data: bytes, phase: Phase, client: bool) -> None:
    connection = Connection(client=client)
    connection.phase = phase
    connection.receive_data(data)
    for _ in range(len(data) + 1):
        try:
            if connection.next_message() is NEED_DATA:
                break
        except ProtocolViolation:
            continue
    else:
        pytest.fail("no end")


@given(st.sampled_from([*FRONTEND.values(), *BACKEND.values()]), st.binary(max_size=60))
def test_any_body_is_a_message_or_a_violation(kind: Any, body: bytes) -> None:
    try:
        message = kind.decode_body(body)
    except ProtocolViolation:
        return
    assert kind.decode_body(message.encode_body()) == message


@pytest.mark.parametrize("length", [-1, -(2**31), 0, 3, 2**31 - 1, (1 << 30) + 1])
def test_message_with_an_impossible_length_is_fatal_at_once(length: int) -> None:
    connection = server_connection()
    connection.receive_data(b"Q" + struct.pack(">i", length))
    with pytest.raises(ProtocolViolation) as caught:
        connection.next_message()
    assert (caught.value.fatal, caught.value.sqlstate) == (True, "08P01")
    assert connection.next_message() is NEED_DATA


@pytest.mark.parametrize("length", [-1, 0, 4, 7, 10_001, 2**31 - 1])
def test_packet_with_an_impossible_length_is_fatal_at_once(length: int) -> None:
    connection = Connection()
    connection.receive_data(struct.pack(">i", length))
    with pytest.raises(ProtocolViolation) as caught:
        connection.next_message()
    assert caught.value.fatal


@pytest.mark.parametrize("tag", [b"S", b"E", b"D", b"C", b"H", b"X", b"c", b"f"])
def test_small_message_with_a_large_length_is_fatal(tag: bytes) -> None:
    connection = server_connection()
    connection.receive_data(tag + struct.pack(">i", 10_001))
    with pytest.raises(ProtocolViolation) as caught:
        connection.next_message()
    assert caught.value.fatal


def test_large_message_up_to_the_limit_is_taken() -> None:
    connection = server_connection(message_bytes_max=1_000_000)
    message = CopyData(b"x" * (1_000_000 - 4))
    assert received(connection, [connection.send(message)]) == [message]


def test_message_before_authentication_other_than_the_answer_is_fatal() -> None:
    connection = Connection()
    connection.receive_data(connection.send(StartupMessage(PROTOCOL_3_0, ())) + connection.send(Sync()))
    connection.next_message()
    with pytest.raises(ProtocolViolation) as caught:
        connection.next_message()
    assert caught.value.fatal


def test_answer_before_authentication_leaves_the_phase() -> None:
    connection = Connection()
    connection.receive_data(connection.send(StartupMessage(PROTOCOL_3_0, ())))
    connection.next_message()
    connection.receive_data(connection.send(AuthenticationResponse(b"secret\0")))
    assert connection.next_message() == AuthenticationResponse(b"secret\0")
    assert connection.phase is Phase.AUTHENTICATION


def test_unknown_tag_is_fatal_without_waiting_for_a_length() -> None:
    connection = server_connection()
    connection.receive_data(b"y")
    with pytest.raises(ProtocolViolation, match="invalid frontend message type 121") as caught:
        connection.next_message()
    assert caught.value.fatal


def test_message_after_one_with_a_bad_body_is_read() -> None:
    connection = server_connection()
    connection.receive_data(b"S\0\0\0\x05x" + connection.send(Sync()))
    with pytest.raises(ProtocolViolation) as caught:
        connection.next_message()
    assert (caught.value.fatal, caught.value.message_type) == (False, Sync)
    assert connection.next_message() == Sync()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"select '\xff'", "0xff"),
        (b"select '\xe4 b'", "0xe4 0x20 0x62"),
        (b"\xf0\x9f", "0xf0 0x9f"),
        (b"\xc0\x80", "0xc0 0x80"),
        (b"\xed\xa0\x80", "0xed 0xa0 0x80"),
    ],
)
def test_text_that_is_not_utf8_is_22021_with_its_bytes(text: bytes, shown: str) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        Query.decode_body(text + b"\0")
    assert (caught.value.sqlstate, caught.value.fatal) == ("22021", False)
    assert caught.value.message == f'invalid byte sequence for encoding "UTF8": {shown}'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Query, b"select 1"),
        (Query, b"select 1\0x"),
        (Parse, b"\0select 1\0"),
        (Describe, b"X\0"),
        (Close, b"X\0"),
        (Execute, b"\0\0\0"),
        (Terminate, b"x"),
        (Bind, b"\0\0" + struct.pack(">hhhhi", 2, 0, 0, 1, 1) + b"1" + struct.pack(">h", 0)),
        (Bind, b"\0\0" + struct.pack(">hhi", 0, 1, -2) + struct.pack(">h", 0)),
        (Bind, b"\0\0" + struct.pack(">hhi", 0, 1, 100) + struct.pack(">h", 0)),
        (Bind, b"\0\0" + struct.pack(">hh", 0, 0)),
        (Bind, b"\0"),
    ],
)
def test_malformed_body_is_an_error_that_is_not_fatal(kind: Any, body: bytes) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        kind.decode_body(body)
    assert (caught.value.sqlstate, caught.value.fatal) == ("08P01", False)


def test_take_copy_data_joins_what_is_complete_and_leaves_the_rest() -> None:
    connection = server_connection()
    data = b"".join(connection.send(CopyData(piece)) for piece in (b"ab", b"", b"cd", b"ef"))
    connection.receive_data(data[:-1])
    assert connection.next_message() == CopyData(b"ab")
    assert connection.take_copy_data() == b"cd"
    connection.receive_data(data[-1:])
    assert connection.next_message() == CopyData(b"ef")
