from executor.copy.batch import Batch, Marker, Place, shown
from executor.copy.options import Options
from executor.copy.text import text_reader

PLACE = Place("t")


def read(data: bytes, *columns: str, options: Options | None = None) -> Batch:
    return text_reader(options or Options(), columns, PLACE).feed(data, final=True)


def test_record_without_columns_must_be_empty() -> None:
    assert read(b"\n\n").rows == [[], []]
    wrong = read(b"\nx\n")
    assert (wrong.rows, wrong.failure and wrong.failure.where) == ([[]], 'COPY t, line 2: "x"')


def test_short_record_has_missing_fields() -> None:
    batch = read(b"1\t2\n3\n", "a", "b")
    assert batch.rows == [["1", "2"], ["3", Marker.MISSING]]
    assert batch.has_missing


def test_records_before_a_long_one_are_given() -> None:
    batch = read(b"1\n2\t3\n4\n", "a")
    assert batch.rows == [["1"]]
    assert batch.failure is not None
    assert batch.failure.sqlstate == "22P04"


def test_nothing_is_read_after_a_failure() -> None:
    reader = text_reader(Options(), ["a"], PLACE)
    first = reader.feed(b"1\t2\n")
    assert reader.feed(b"3\n", final=True).failure is first.failure


def test_long_record_without_an_end_is_not_looked_at_again_and_again() -> None:
    reader = text_reader(Options(), ["a"], PLACE)
    piece = b"x" * 65_536
    for _ in range(300):
        assert reader.feed(piece).rows == []
    assert reader.feed(b"\n", final=True).rows == [["x" * (65_536 * 300)]]


def test_value_in_context_is_cut_at_a_hundred_bytes_between_characters() -> None:
    assert shown("é" * 60) == "é" * 50 + "..."
    assert shown("a" + "é" * 60) == "a" + "é" * 49 + "..."
    assert shown("x" * 100) == "x" * 100
