"""COPY's binary format, both ways. Source: sql-copy.html, "Binary Format".

| part | bytes |
|---|---|
| signature | PGCOPY LF FF CR LF 00 |
| flags | 4: bit 16 says that rows have OIDs (never now), other bits from 16 on are unknown and critical |
| length of the header's extension, and the extension | 4, n |
| each row: number of fields, then for each its length (-1 NULL) and its value | 2, 4, n |
| trailer: a number of fields of -1 | 2 |
"""

from collections.abc import Callable, Iterable, Sequence
from struct import Struct

from executor.copy.batch import Batch, Field, Place, bad_format
from executor.copy.lines import WaitForData
from executor.errors import SqlError
from executor.types.base import Encoder

SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER = SIGNATURE + b"\0" * 8
TRAILER = b"\xff\xff"
_COUNT = Struct("!h")
_LENGTH = Struct("!i")
_FLAGS = Struct("!I")
_WITH_OIDS = 1 << 16
_CRITICAL = 0xFFFF0000


class BinaryReader:
    """Reads the rows of one COPY FROM in binary format. number: of the row read last."""

    def __init__(self, columns: Sequence[str], place: Place) -> None:
        self.number = 0
        self._columns = columns
        self._place = place
        self._carry = b""
        self._in_header = True
        self._ended = False
        self._failure: SqlError | None = None

    def feed(self, data: bytes, *, final: bool = False) -> Batch:
        """Take more data; gives the rows that are complete."""
        if self._failure is not None:
            return Batch(failure=self._failure)
        buffer = self._carry + data if self._carry else data
        rows: list[list[Field]] = []
        first, at = self.number + 1, 0
        try:
            if self._in_header:
                at = self._header(buffer, final)
                self._in_header = False
            while not self._ended:
                row, at = self._row(buffer, at, final)
                if row is not None:
                    rows.append(row)
                    self.number += 1
            if at < len(buffer):
                self._failure = bad_format("received copy data after EOF marker", self._place.line(self.number + 1))
        except WaitForData:
            pass
        except SqlError as error:
            self._failure = error
        self._carry = buffer[at:]
        return Batch(rows, range(first, first + len(rows)), (), self._failure)

    def _header(self, buffer: bytes, final: bool) -> int:
        """Where the rows begin."""
        size = len(SIGNATURE)
        if buffer[:size] != SIGNATURE[: len(buffer)] or (len(buffer) < size and final):
            raise bad_format("COPY file signature not recognized")
        if len(buffer) < size + 4:
            raise self._short(final, "invalid COPY file header (missing flags)")
        (flags,) = _FLAGS.unpack_from(buffer, size)
        if flags & _WITH_OIDS:
            raise bad_format("invalid COPY file header (WITH OIDS)")
        if flags & _CRITICAL:
            raise bad_format("unrecognized critical flags in COPY file header")
        if len(buffer) < size + 8:
            raise self._short(final, "invalid COPY file header (missing length)")
        (length,) = _LENGTH.unpack_from(buffer, size + 4)
        if length < 0:
            raise bad_format("invalid COPY file header (missing length)")
        if len(buffer) < size + 8 + length:
            raise self._short(final, "invalid COPY file header (wrong length)")
        return size + 8 + int(length)

    @staticmethod
    def _short(final: bool, message: str) -> Exception:
        return bad_format(message) if final else WaitForData()

    def _row(self, buffer: bytes, at: int, final: bool) -> tuple[list[Field] | None, int]:
        if len(buffer) < at + 2:
            if not final:
                raise WaitForData
            self._ended = True  # without a trailer: data of that old form are taken too
            return None, len(buffer)
        (count,) = _COUNT.unpack_from(buffer, at)
        at += 2
        if count == -1:
            self._ended = True
            return None, at
        if count != len(self._columns):
            where = self._place.line(self.number + 1)
            raise bad_format(f"row field count is {count}, expected {len(self._columns)}", where)
        row: list[Field] = []
        size = len(buffer)
        for i in range(count):
            start = at + 4
            if start > size:
                raise self._cut_short(i, final)
            (length,) = _LENGTH.unpack_from(buffer, at)
            if length == -1:
                row.append(None)
                at = start
                continue
            if length < 0:
                raise bad_format("invalid field size", self._where(i))
            at = start + length
            if at > size:
                raise self._cut_short(i, final)
            row.append(buffer[start:at])
        return row, at

    def _cut_short(self, column: int, final: bool) -> Exception:
        if not final:
            return WaitForData()
        return bad_format("unexpected EOF in COPY data", self._where(column))

    def _where(self, column: int) -> str:
        return self._place.column(self.number + 1, self._columns[column], None, binary=True)


# --- writing ---------------------------------------------------------------------------------------------------------


def binary_rows(encoders: Sequence[Encoder]) -> Callable[[Iterable[Sequence[object]]], list[bytes]]:
    """Makes rows of stored values into rows of the format."""
    count = _COUNT.pack(len(encoders))
    length = _LENGTH.pack
    null = b"\xff\xff\xff\xff"

    def write(rows: Iterable[Sequence[object]]) -> list[bytes]:
        found = []
        for row in rows:
            parts = [count]
            for encode, value in zip(encoders, row, strict=True):
                if value is None:
                    parts.append(null)
                else:
                    data = encode(value)  # type: ignore[arg-type]
                    parts.append(length(len(data)))
                    parts.append(data)
            found.append(b"".join(parts))
        return found

    return write
