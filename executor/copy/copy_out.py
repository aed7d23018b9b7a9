"""COPY TO: rows of stored values -> data, one piece for each line or row, as PostgreSQL sends them.

Clients rely on that: psycopg takes each piece of COPY data for one row.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from executor.copy.binary import HEADER, TRAILER, binary_rows
from executor.copy.csv import csv_writer
from executor.copy.options import Options
from executor.copy.target import forced
from executor.copy.text import text_writer
from executor.types.base import Encoder

FETCH_ROWS = 1000

Fetch = Callable[[int], Awaitable[list[tuple[Any, ...]]]]
Writer = Callable[[Sequence[bytes | None]], list[bytes]]


class CopyOut:
    """One COPY TO in progress; the shape is pgwire.contract.CopyOut. count: rows given so far.

    start: begins to run the query. fetch: gives up to n of its rows, [] when there are no more. encoders: one for each
    column, in text or binary format as the options say.
    """

    def __init__(self, options: Options, names: Sequence[str], encoders: Sequence[Encoder],
                 start: Callable[[], Awaitable[None]], fetch: Fetch) -> None:
        self.overall_format = int(options.binary)
        self.formats = (self.overall_format,) * len(names)
        self.count = 0
        self._options = options
        self._names = names
        self._encoders = encoders
        self._start = start
        self._fetch = fetch

    async def chunks(self) -> AsyncIterator[list[bytes]]:
        """The data in lists of pieces."""
        await self._start()
        if self._options.binary:
            async for pieces in self._binary():
                yield pieces
            return
        if self._options.header != "off":
            yield [self._header()]
        writers = self._writers(self._options.force_quote)
        delimiter = self._options.delimiter.encode()
        while rows := await self._fetch(FETCH_ROWS):
            self.count += len(rows)
            yield self._lines(rows, writers, delimiter)

    def _lines(self, rows: list[tuple[Any, ...]], writers: list[Writer], delimiter: bytes) -> list[bytes]:
        columns = []
        for encode, write, values in zip(self._encoders, writers, zip(*rows, strict=True), strict=True):
            if None in values:
                columns.append(write([None if value is None else encode(value) for value in values]))
            else:
                columns.append(write(list(map(encode, values))))
        if not columns:
            return [b"\n"] * len(rows)
        if len(columns) == 1:
            return [value + b"\n" for value in columns[0]]
        return [delimiter.join(row) + b"\n" for row in zip(*columns, strict=True)]

    def _writers(self, force_quote: tuple[str, ...] | str) -> list[Writer]:
        if not self._options.csv:
            return [text_writer(self._options)] * len(self._names)
        alone = len(self._names) == 1
        return [csv_writer(self._options, force=forced(force_quote, name), alone=alone) for name in self._names]

    def _header(self) -> bytes:
        names = [name.encode() for name in self._names]
        written = [write([name])[0] for write, name in zip(self._writers(()), names, strict=True)]
        return self._options.delimiter.encode().join(written) + b"\n"

    async def _binary(self) -> AsyncIterator[list[bytes]]:
        write = binary_rows(self._encoders)
        before = HEADER  # sent together with the first row
        while rows := await self._fetch(FETCH_ROWS):
            self.count += len(rows)
            pieces = write(rows)
            pieces[0] = before + pieces[0]
            before = b""
            yield pieces
        yield [before + TRAILER]
