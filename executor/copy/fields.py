"""Records -> fields, for text and CSV: what both formats share. The two formats are in text.py and csv.py."""

from collections.abc import Callable, Sequence

from executor.copy.batch import Batch, Field, Marker, Place, add_where, bad_format
from executor.copy.lines import LineReader, Lines
from executor.copy.options import Options
from executor.errors import SqlError

Split = Callable[[str], list[Field]]


class FieldReader:
    """Reads the records of one COPY FROM in text or CSV format. columns: names, in the order of the fields.

    split: cuts one record into fields. split_plain: the same for many records without escapes and quotes.
    """

    def __init__(self, options: Options, columns: Sequence[str], place: Place, split: Split,
                 split_plain: Callable[[Sequence[str]], list[list[Field]]]) -> None:
        self._options = options
        self._columns = columns
        self._place = place
        self._lines = LineReader(options, place)
        self._split = split
        self._split_plain = split_plain
        self._header = options.header
        self._default = options.default
        self._failure: SqlError | None = None

    @property
    def number(self) -> int:
        """The line read last."""
        return self._lines.number

    def feed(self, data: bytes, *, final: bool = False) -> Batch:
        """Take more data; gives the records that are complete, as far as they are right."""
        lines = self._lines.feed(data, final=final)
        if self._failure is not None:
            return Batch(failure=self._failure)
        if self._header != "off" and (lines.texts or final):
            lines = self._take_header(lines)
        batch = self._fields(lines)
        if batch.failure is None:
            batch.failure = self._lines.failure
        self._failure = batch.failure
        return batch

    def _fields(self, lines: Lines) -> Batch:
        if self._failure is not None:
            return Batch(failure=self._failure)
        failure: SqlError | None = None
        texts, numbers = lines.texts, lines.numbers
        if not self._columns:
            rows: list[list[Field]] = [[text] if text else [] for text in texts]
        elif lines.plain and self._default is None:
            rows = self._split_plain(texts)
        else:
            rows = []
            for number, text in zip(numbers, texts, strict=True):
                try:
                    rows.append(self._split(text))
                except SqlError as error:
                    failure = add_where(error, self._place.line(number, text))
                    break
        width = len(self._columns)
        has_missing = False
        if rows and set(map(len, rows)) != {width}:
            at = next((i for i, row in enumerate(rows) if len(row) > width), len(rows))
            if at < len(rows):
                where = self._place.line(numbers[at], texts[at])
                failure = bad_format("extra data after last expected column", where)
            rows = [row if len(row) == width else row + [Marker.MISSING] * (width - len(row)) for row in rows[:at]]
            has_missing = True
        return Batch(rows, numbers[: len(rows)], texts[: len(rows)], failure, has_missing)

    def _take_header(self, lines: Lines) -> Lines:
        kind, self._header = self._header, "off"
        text = lines.texts[0] if lines.texts else ""
        number = lines.numbers[0] if lines.texts else self._lines.number + 1
        if kind == "match":
            try:
                self._match_header(self._split(text))
            except SqlError as error:
                self._failure = add_where(error, self._place.line(number, text))
        return Lines(lines.texts[1:], lines.numbers[1:], lines.plain)

    def _match_header(self, names: list[Field]) -> None:
        if len(names) != len(self._columns):
            raise bad_format(f"wrong number of fields in header line: got {len(names)}, expected {len(self._columns)}")
        for i, (name, expected) in enumerate(zip(names, self._columns, strict=True), 1):
            if name != expected:
                got = f'"{name}"' if isinstance(name, str) else f'null value ("{self._options.null}")'
                raise bad_format(f'column name mismatch in header line field {i}: got {got}, expected "{expected}"')
