from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pgwire.connection import Connection
from pgwire.messages.result import (
    CommandComplete,
    DataRow,
    Field,
    encode_command_complete,
    encode_row_description,
    encode_rows,
)


def encode(value: Any) -> bytes:
    return str(value).encode()


CELLS = st.none() | st.integers() | st.text(max_size=5) | st.just("x" * 300)


@given(st.integers(0, 5).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), max_size=12)))
def test_rows_in_one_go_are_the_same_as_one_by_one(rows: list[tuple[Any, ...]]) -> None:
    width = len(rows[0]) if rows else 0
    messages = [DataRow(tuple(None if value is None else encode(value) for value in row)) for row in rows]
    assert encode_rows(rows, (encode,) * width) == b"".join(map(Connection().send, messages))


def test_command_complete_in_short_is_the_message() -> None:
    assert encode_command_complete("SELECT 5") == Connection().send(CommandComplete("SELECT 5"))


def test_row_description_of_a_tuple_is_encoded_once() -> None:
    columns = (Field("a", 0, 0, 23, 4),)
    assert encode_row_description(columns) is encode_row_description(columns)
    assert encode_row_description((Field("b", 0, 0, 23, 4),)) != encode_row_description(columns)


def test_row_description_of_a_list_follows_its_changes() -> None:
    columns = [Field("a", 0, 0, 23, 4)]
    first = encode_row_description(columns)
    columns.append(Field("b", 0, 0, 23, 4))
    assert encode_row_description(columns) != first
