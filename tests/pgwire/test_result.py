from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pgwire.connection import Connection
from pgwire.messages.result import CommandComplete, DataRow, encode_command_complete, encode_rows


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
