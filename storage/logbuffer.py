"""What a transaction has done so far, as the records that the log will have of it: for one that cannot be put aside.

Changes are encoded as they come, in pieces of about PIECE_BYTES; all but the last few go to a temporary file, so that no
transaction grows the process. `cut` goes back to an earlier `mark`, as savepoints and failed statements need it.
Blocking where it spills: the statements that change so much run in a worker thread.
"""

import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

import msgspec

from storage.changes import Change
from storage.logged import FACTS, is_logged

PIECE_BYTES = 1 << 20
MEMORY_PIECES = 16
_ARRAY16, _ARRAY32 = 0xDC, 0xDD

_encode_into = msgspec.msgpack.Encoder().encode_into


class LogMark(NamedTuple):
    """How far a buffer had been filled: pieces that were complete, bytes and changes of the one after them."""

    pieces: int
    bytes: int
    changes: int
    facts: bool


class LogBuffer:
    """See the module. facts: whether any of the changes is FACTS. is_empty: whether there are none."""

    def __init__(self) -> None:
        self.facts = False
        self._piece = bytearray()
        self._changes = 0
        self._full: list[bytes | tuple[int, int]] = []  # in memory, or (offset, size) in the file
        self._counts: list[int] = []
        self._file: IO[bytes] | None = None
        self._in_memory = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been added."""
        return not self._changes and not self._full

    def add(self, changes: Sequence[Change]) -> None:
        """Append changes, as far as they are to be logged. 0.6 us each."""
        piece = self._piece
        for change in changes:
            if not is_logged(change):
                continue
            if change.op == FACTS:
                self.facts = True
            _encode_into(change, piece, -1)
            self._changes += 1
            if len(piece) >= PIECE_BYTES:
                self._close_piece()
                piece = self._piece

    def mark(self) -> LogMark:
        """The state now, to come back to."""
        return LogMark(len(self._full), len(self._piece), self._changes, self.facts)

    def cut(self, mark: LogMark) -> None:
        """Forget what was added after a mark."""
        if mark.pieces < len(self._full):
            self._piece = bytearray(self._bytes(mark.pieces))
            self._in_memory -= sum(isinstance(piece, bytes) for piece in self._full[mark.pieces :])
            del self._full[mark.pieces :]
            del self._counts[mark.pieces :]
        del self._piece[mark.bytes :]
        self._changes, self.facts = mark.changes, mark.facts

    def records(self) -> Iterator[bytes]:
        """The records, in order; at least one."""
        for at, count in enumerate(self._counts):
            yield _head(count) + self._bytes(at)
        if self._changes or not self._full:
            yield _head(self._changes) + bytes(self._piece)

    def close(self) -> None:
        """Give memory and file back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _close_piece(self) -> None:
        piece = bytes(self._piece)
        self._counts.append(self._changes)
        if self._in_memory < MEMORY_PIECES:
            self._full.append(piece)
            self._in_memory += 1
        else:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="pgquill-")  # noqa: SIM115  (closed by `close`)
            self._full.append((self._file.seek(0, 2), len(piece)))
            self._file.write(piece)
        self._piece = bytearray()
        self._changes = 0

    def _bytes(self, at: int) -> bytes:
        piece = self._full[at]
        if isinstance(piece, bytes):
            return piece
        assert self._file is not None
        self._file.seek(piece[0])
        return self._file.read(piece[1])


def _head(count: int) -> bytes:
    """The beginning of a MessagePack array."""
    if count < 16:
        return bytes((0x90 | count,))
    if count < 1 << 16:
        return bytes((_ARRAY16,)) + count.to_bytes(2, "big")
    return bytes((_ARRAY32,)) + count.to_bytes(4, "big")
