"""Rows put aside: in memory up to a bound, then in an unnamed temporary file, so that no result grows the process.

Format of the file: one marshal record per batch (a list of tuples). It is ours, has no name and ends with the process,
so neither version nor trust matters; marshal is exact for the five kinds of value and several times faster than others.
Writer: appends batches. Reader: memory first, then the file from its start. First in, first out.
"""

import marshal
import tempfile
from collections import deque
from typing import IO

from storage.statement import Row

MEMORY_BYTES = 8 * 1024 * 1024
"""How much one spool keeps in memory before it writes to a file."""
ROW_BYTES = 64
VALUE_BYTES = 32


def weight(rows: list[Row]) -> int:
    """About how many bytes the rows take in memory, judged by the first, the middle and the last of them."""
    if not rows:
        return 0
    sample = (rows[0], rows[len(rows) // 2], rows[-1])
    size = sum(
        ROW_BYTES + sum(VALUE_BYTES + len(value) if isinstance(value, str | bytes) else VALUE_BYTES for value in row)
        for row in sample
    )
    return size * len(rows) // len(sample)


class Spool:
    """A queue of batches of rows. Blocking where it spills: fill it in a worker thread."""

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._room = memory_bytes
        self._batches: deque[list[Row]] = deque()
        self._file: IO[bytes] | None = None
        self._written = 0
        self._read = 0

    def add(self, rows: list[Row]) -> None:
        """Append a batch."""
        if not rows:
            return
        self._room -= weight(rows)
        if self._room >= 0 and self._file is None:
            self._batches.append(rows)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="pgquill-")  # noqa: SIM115  (closed by `close`)
        marshal.dump(rows, self._file)
        self._written += 1

    def take(self) -> list[Row]:
        """The oldest batch; [] when there is none."""
        if self._batches:
            return self._batches.popleft()
        if self._file is None or self._read == self._written:
            return []
        if self._read == 0:
            self._file.seek(0)
        self._read += 1
        rows: list[Row] = marshal.load(self._file)  # noqa: S302  (our own bytes, from a file that has no name)
        return rows

    @property
    def spilled(self) -> bool:
        """Whether a file holds some of the rows."""
        return self._file is not None

    def close(self) -> None:
        """Give memory and file back."""
        self._batches.clear()
        self._written = self._read = 0
        if self._file is not None:
            self._file.close()
            self._file = None
