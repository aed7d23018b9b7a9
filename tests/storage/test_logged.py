"""The words of the log, and the buffer that holds them until a transaction ends."""

from typing import Any

import pytest

from storage.changes import INSERT, Change
from storage.logbuffer import PIECE_BYTES, LogBuffer
from storage.logged import FIRST_LSN, SQL, Record, decode, encode, end_of, format_lsn


def insert(table: str, rowid: int, *row: Any) -> Change:
    return Change("main", table, INSERT, rowid, rowid, None, row)


def test_records_read_as_they_were_written() -> None:
    changes = [insert("t", 1, 1, 1.5, "ü", b"\0\xff", None, -(2**63), 2**63 - 1), Change("", "x", SQL, 0, 0, (), None)]
    assert decode(encode(changes)) == changes
    assert encode([Change("temp", "t", INSERT, 1, 1, None, (1,)), insert("pgquill_wal", 1), insert("sqlite_stat1", 1)]) == b"\x90"


def test_positions_are_printed_as_postgresql_prints_them() -> None:
    assert format_lsn(FIRST_LSN) == "0/1000000"
    assert format_lsn(0x16_B374D848) == "16/B374D848"
    assert Record(FIRST_LSN, 1, None, 1, False, b"123").end == end_of(FIRST_LSN, 3) == FIRST_LSN + 48


@pytest.mark.parametrize("count", [0, 3, 15, 16, 70000])
def test_buffer_gives_what_was_added(count: int) -> None:
    buffer = LogBuffer()
    changes = [insert("t", number, number) for number in range(count)]
    buffer.add(changes)
    assert buffer.is_empty == (not count)
    assert [change for data in buffer.records() for change in decode(data)] == changes
    buffer.close()


def test_buffer_goes_back_to_a_mark_also_in_what_is_on_disk() -> None:
    buffer = LogBuffer()
    large = [insert("t", number, "x" * 10_000) for number in range(PIECE_BYTES // 5000)]
    marks = []
    for number in range(40):
        buffer.add([insert("t", number, number)])
        marks.append(buffer.mark())
        buffer.add(large)
    for number in (39, 20, 3):
        buffer.cut(marks[number])
        changes = [change for data in buffer.records() for change in decode(data)]
        assert len(changes) == number * len(large) + number + 1
        assert changes[-1] == insert("t", number, number)
    buffer.add(large[:1])
    assert [change for data in buffer.records() for change in decode(data)][-1] == large[0]
    buffer.close()
