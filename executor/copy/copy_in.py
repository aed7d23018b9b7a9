"""COPY FROM: data -> fields -> stored values -> inserted rows, in batches.

Errors carry PostgreSQL's context: the line, and the column and its value where an input function refused it. Records
are dealt with in order, so the error that is reported is that of the first wrong record.
Everything happens in the session's transaction; whoever runs COPY fails that transaction when an error comes out.
"""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Protocol

from executor.catalog.model import Column
from executor.copy.batch import Batch, Field, Marker, Place, add_where, bad_format, shown
from executor.copy.binary import BinaryReader
from executor.copy.convert import Converter
from executor.copy.csv import csv_reader
from executor.copy.fields import FieldReader
from executor.copy.options import Options
from executor.copy.target import forced
from executor.copy.text import text_reader
from executor.errors import SqlError
from executor.sqlstates import (
    ExclusionViolation,
    ForeignKeyViolation,
    InvalidTextRepresentation,
    QueryCanceled,
    SuccessfulCompletion,
    UniqueViolation,
)
from executor.types.base import Stored

CHUNK_BYTES = 64 * 1024
"""How much data is dealt with at a time."""

Rows = list[tuple[Stored, ...]]


class InsertFailed(Exception):
    """A row could not be inserted. row: its index in the batch."""

    def __init__(self, error: SqlError, row: int) -> None:
        super().__init__(error.message)
        self.error = error
        self.row = row


class Inserter(Protocol):
    """Puts rows into the table."""

    async def insert(self, rows: Rows, left_out: frozenset[str]) -> int:
        """Insert rows of the columns' values, but for the columns left out, which get their defaults. Gives how many
        rows there are now more. Raises InsertFailed."""

    async def finish(self) -> None:
        """There are no more rows."""


class CopyIn:
    """One COPY FROM in progress; the shape is pgwire.contract.CopyIn. count: rows inserted, once `finish` is done.

    has_default: whether a column has a default other than NULL. notices: where messages to the client go.
    refusal: an error that PostgreSQL raises only after the client has been told to send.
    """

    def __init__(self, options: Options, relation: str, columns: Sequence[Column], converters: Sequence[Converter],
                 inserter: Inserter, notices: list[SqlError], has_default: Callable[[str], bool],
                 refusal: SqlError | None = None) -> None:
        self.overall_format = int(options.binary)
        self.formats = (self.overall_format,) * len(columns)
        self.count = 0
        self._options = options
        self._columns = columns
        self._converters = converters
        self._inserter = inserter
        self._notices = notices
        self._has_default = has_default
        self._refusal = refusal
        self._place = Place(relation)
        self._reader = _reader(options, [column.name for column in columns], self._place)
        self._buffer = bytearray()
        self._skipped = 0

    async def write(self, data: bytes) -> None:
        """Take some of the data, cut anywhere. Whole chunks are dealt with at once, the rest later."""
        if self._refusal is not None:
            raise self._refusal
        self._buffer += data
        while len(self._buffer) >= CHUNK_BYTES:
            chunk = bytes(memoryview(self._buffer)[:CHUNK_BYTES])
            del self._buffer[:CHUNK_BYTES]
            await self._take(self._reader.feed(chunk))

    async def finish(self) -> None:
        """There are no more data."""
        if self._refusal is not None:
            raise self._refusal
        await self._take(self._reader.feed(bytes(self._buffer), final=True))
        self._buffer.clear()
        await self._inserter.finish()
        if self._skipped and self._options.verbosity != "silent":
            rows = "1 row was" if self._skipped == 1 else f"{self._skipped} rows were"
            self._notice(f"{rows} skipped due to data type incompatibility", None)

    async def fail(self, message: str) -> None:
        """The client gave up: raises 57014."""
        line = self._reader.number + self._buffer.count(b"\n") + 1
        raise QueryCanceled(f"COPY from stdin failed: {message}", where=self._place.line(line))

    # --- a batch of records ---------------------------------------------------------------------------------------

    async def _take(self, batch: Batch) -> None:
        if batch.rows or not self._columns:
            if self._options.csv:
                self._force_nulls(batch)
            if self._options.default is None:
                await self._convert(batch, frozenset())
            else:
                await self._take_with_defaults(batch)
        if batch.failure is not None:
            raise batch.failure

    def _force_nulls(self, batch: Batch) -> None:
        """FORCE_NOT_NULL and FORCE_NULL, which can be given for the same column."""
        options, null = self._options, self._options.null
        for i, column in enumerate(self._columns):
            filled = null if forced(options.force_not_null, column.name) else None
            emptied = None if forced(options.force_null, column.name) else null
            if filled is None and emptied == null:
                continue
            for row in batch.rows:
                if row[i] is None:
                    row[i] = filled
                elif row[i] == null:
                    row[i] = emptied

    async def _take_with_defaults(self, batch: Batch) -> None:
        """Runs of records that leave the same columns to their defaults."""
        start = 0
        kinds = [frozenset(i for i, field in enumerate(row) if field is Marker.DEFAULT) for row in batch.rows]
        for end in range(1, len(kinds) + 1):
            if end == len(kinds) or kinds[end] != kinds[start]:
                part = Batch(batch.rows[start:end], batch.numbers[start:end], batch.texts[start:end],
                             has_missing=batch.has_missing)
                self._check_defaults(part, kinds[start])
                await self._convert(part, frozenset(self._columns[i].name for i in kinds[start]))
                start = end

    def _check_defaults(self, batch: Batch, marked: frozenset[int]) -> None:
        for i in sorted(marked):
            name = self._columns[i].name
            if not self._has_default(name):
                where = self._place.line(batch.numbers[0], batch.texts[0])
                error = bad_format("unexpected default marker in COPY data", where)
                error.detail = f'Column "{name}" has no default value.'
                raise error

    async def _convert(self, batch: Batch, left_out: frozenset[str]) -> None:
        used = [column.name not in left_out for column in self._columns]
        converters = list(compress(self._converters, used))
        if batch.has_missing:
            await self._convert_one_by_one(batch, converters, used, left_out)
            return
        if not converters:
            await self._insert([()] * len(batch.rows), batch, left_out)
            return
        columns = compress(zip(*batch.rows, strict=True), used)
        try:
            stored = [reader.column(fields) for reader, fields in zip(converters, columns, strict=True)]
        except SqlError:
            await self._convert_one_by_one(batch, converters, used, left_out)
            return
        await self._insert(list(zip(*stored, strict=True)), batch, left_out)

    async def _convert_one_by_one(self, batch: Batch, converters: list[Converter], used: list[bool],
                                  left_out: frozenset[str]) -> None:
        """Some field is wrong: find the first, and skip its record or fail with it."""
        rows: Rows = []
        kept: list[int] = []
        for at, fields in enumerate(batch.rows):
            row: list[Stored] = []
            try:
                for reader, field in zip(converters, compress(fields, used), strict=True):
                    if field is Marker.MISSING:
                        break
                    row.append(reader.one(field))
            except SqlError as error:
                reader, field = converters[len(row)], list(compress(fields, used))[len(row)]
                if not self._options.ignore_errors:
                    await self._insert(rows, _only(batch, kept), left_out)
                    where = self._place.column(batch.numbers[at], reader.name, field, binary=self._options.binary)
                    raise add_where(error, where) from None
                self._skip(batch.numbers[at], reader.name, field)
                continue
            if len(row) < len(converters):
                await self._insert(rows, _only(batch, kept), left_out)
                where = self._place.line(batch.numbers[at], batch.texts[at])
                raise bad_format(f'missing data for column "{converters[len(row)].name}"', where)
            rows.append(tuple(row))
            kept.append(at)
        await self._insert(rows, _only(batch, kept), left_out)

    def _skip(self, number: int, column: str, field: Field) -> None:
        """ON_ERROR ignore."""
        self._skipped += 1
        value = f'"{shown(field)}"' if isinstance(field, str) else "null input"
        if self._options.verbosity == "verbose":
            text = f'skipping row due to data type incompatibility at line {number} for column "{column}": {value}'
            self._notice(text, f"COPY {self._place.relation}")
        limit = self._options.reject_limit
        if limit and self._skipped > limit:
            raise InvalidTextRepresentation(
                f"skipped more than REJECT_LIMIT ({limit}) rows due to data type incompatibility",
                where=self._place.column(number, column, field),
            )

    def _notice(self, text: str, where: str | None) -> None:
        self._notices.append(SuccessfulCompletion(text, severity="NOTICE", where=where))

    async def _insert(self, rows: Rows, batch: Batch, left_out: frozenset[str]) -> None:
        if not rows:
            return
        try:
            self.count += await self._inserter.insert(rows, left_out)
        except InsertFailed as failure:
            raise self._located(failure.error, batch, failure.row) from failure

    def _located(self, error: SqlError, batch: Batch, row: int) -> SqlError:
        """PostgreSQL checks foreign keys after COPY and unique indexes after reading some more lines."""
        if isinstance(error, ForeignKeyViolation) or not 0 <= row < len(batch.numbers):
            return error
        known = bool(batch.texts) and not isinstance(error, UniqueViolation | ExclusionViolation)
        return add_where(error, self._place.line(batch.numbers[row], batch.texts[row] if known else None))


def _only(batch: Batch, kept: list[int]) -> Batch:
    numbers = [batch.numbers[i] for i in kept]
    return Batch([], numbers, [batch.texts[i] for i in kept] if batch.texts else ())


def _reader(options: Options, names: Sequence[str], place: Place) -> FieldReader | BinaryReader:
    if options.binary:
        return BinaryReader(names, place)
    return (csv_reader if options.csv else text_reader)(options, names, place)
