"""What is written can be read again, whatever the values, the options and the way the data are cut."""

import string
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from executor.copy.batch import Place
from executor.copy.binary import HEADER, TRAILER, BinaryReader, binary_rows
from executor.copy.csv import csv_reader, csv_writer
from executor.copy.fields import FieldReader
from executor.copy.options import Options
from executor.copy.text import text_reader, text_writer

PLACE = Place("t")
NAMES = ("a", "b", "c")

texts = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), st.sampled_from("\\\"',;|N.\n\r\t\b\v\fx0")
    ),
    max_size=8,
)
rows = st.lists(st.tuples(*[st.one_of(st.none(), texts)] * 3), max_size=6)
printable = st.sampled_from(string.punctuation)


def read_in_pieces(reader: FieldReader | BinaryReader, data: bytes, cuts: Sequence[int]) -> list[tuple[object, ...]]:
    """All rows, from data that come in pieces cut at these places."""
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(places)]
    found = []
    for piece, final in [*((piece, False) for piece in pieces), (b"", True)]:
        batch = reader.feed(piece, final=final)
        assert batch.failure is None, batch.failure.message
        assert not batch.has_missing
        found += [tuple(row) for row in batch.rows]
    return found


def written(values: list[tuple[str | None, ...]], writers: Sequence[object], delimiter: str) -> bytes:
    columns = [
        write([None if v is None else v.encode() for v in column])  # type: ignore[operator]
        for write, column in zip(writers, zip(*values, strict=True), strict=False)
    ]
    return b"".join(delimiter.encode().join(row) + b"\n" for row in zip(*columns, strict=True))


@given(
    rows,
    st.lists(st.integers(0, 1000), max_size=5),
    st.sampled_from("\t|,; A"),
    st.sampled_from(["\\N", "", "NULL", "n"]),
)
def test_text_is_read_as_it_was_written(
    values: list[tuple[str | None, ...]], cuts: list[int], delimiter: str, null: str
) -> None:
    options = Options(delimiter=delimiter, null=null)
    # A value that is spelled like the null marker cannot be told from it, unless the marker has a backslash.
    assume(null == "\\N" or not any(value == null for row in values for value in row))
    data = written(values, [text_writer(options)] * 3, delimiter)
    assert read_in_pieces(text_reader(options, NAMES, PLACE), data, cuts) == values


@given(
    rows,
    st.lists(st.integers(0, 1000), max_size=5),
    printable,
    printable,
    printable,
    st.sampled_from(["", "NULL", "\\N"]),
    st.booleans(),
)
def test_csv_is_read_as_it_was_written(
    values: list[tuple[str | None, ...]],
    cuts: list[int],
    delimiter: str,
    quote: str,
    escape: str,
    null: str,
    force: bool,
) -> None:
    assume(delimiter != quote and delimiter != escape and delimiter not in null and quote not in null)
    options = Options(format="csv", delimiter=delimiter, quote=quote, escape=escape, null=null)
    data = written(values, [csv_writer(options, force=force, alone=False)] * 3, delimiter)
    assert read_in_pieces(csv_reader(options, NAMES, PLACE), data, cuts) == values


@given(st.lists(st.one_of(st.none(), texts), max_size=6), st.lists(st.integers(0, 1000), max_size=5))
def test_csv_of_one_column_is_read_as_it_was_written(values: list[str | None], cuts: list[int]) -> None:
    options = Options(format="csv", delimiter=",", null="")
    data = written([(value,) for value in values], [csv_writer(options, force=False, alone=True)], ",")
    found = read_in_pieces(csv_reader(options, ("a",), PLACE), data, cuts)
    assert found == [(value,) for value in values]


@given(
    st.lists(st.tuples(*[st.one_of(st.none(), st.binary(max_size=8))] * 3), max_size=6),
    st.lists(st.integers(0, 1000), max_size=5),
)
def test_binary_is_read_as_it_was_written(values: list[tuple[bytes | None, ...]], cuts: list[int]) -> None:
    data = HEADER + b"".join(binary_rows([bytes] * 3)(values)) + TRAILER  # type: ignore[list-item]
    assert read_in_pieces(BinaryReader(NAMES, PLACE), data, cuts) == values


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=4), st.sampled_from(["text", "csv", "binary"]))
def test_any_bytes_give_the_same_however_they_are_cut(data: bytes, cuts: list[int], format_: str) -> None:
    def read(pieces: list[bytes]) -> tuple[list[object], object]:
        options = Options(
            format=format_, delimiter="," if format_ == "csv" else "\t", null="" if format_ == "csv" else "\\N"
        )
        readers = {"text": text_reader, "csv": csv_reader}
        reader = BinaryReader(NAMES, PLACE) if format_ == "binary" else readers[format_](options, NAMES, PLACE)
        found: list[object] = []
        for piece, final in [*((piece, False) for piece in pieces), (b"", True)]:
            batch = reader.feed(piece, final=final)
            found += zip(batch.rows, batch.numbers, strict=True)
            if batch.failure is not None:
                return found, (batch.failure.sqlstate, batch.failure.message, batch.failure.where)
        return found, None

    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    assert read([data]) == read([data[start:end] for start, end in pairwise(places)])
