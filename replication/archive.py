"""Archives of base backups: tar, as PostgreSQL's BASE_BACKUP sends them, made and read piece by piece. No I/O.

Only what a base backup consists of is read: regular files with plain names. Anything else is refused, so that no archive can
write outside of the folder it is unpacked to.
"""

import tarfile
from collections.abc import Iterator
from typing import NamedTuple

BLOCK = 512
END = bytes(2 * BLOCK)
"""What an archive ends with."""
MODE = 0o600


class BadArchive(Exception):
    """This is no archive of a base backup, or not all of one."""


class Member(NamedTuple):
    """A file begins. modified: seconds since 1970."""

    name: str
    size: int
    modified: int


class Ended(NamedTuple):
    """The file that began last is complete."""

    name: str


Event = Member | Ended | bytes
"""What an archive holds, in order: bytes are the content of the member that began last."""


def header(name: str, size: int, modified: int) -> bytes:
    """What stands before a file. Sizes may be any, names may have any character but a slash."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, modified, MODE
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def padding(size: int) -> bytes:
    """What stands after a file of so many bytes."""
    return bytes(-size % BLOCK)


class Reader:
    """Takes an archive in pieces of any size, and tells what is in it."""

    def __init__(self) -> None:
        self._data = b""
        self._left = 0  # bytes of the file that are still to come
        self._padding = 0
        self._name = ""
        self._long_name = b""  # of the member that comes next
        self._is_long_name = False
        self.is_complete = False

    def feed(self, data: bytes) -> Iterator[Event]:
        """What these bytes say. Raises: BadArchive."""
        self._data += data
        while (events := self._next()) is not None:
            yield from events

    def end(self) -> None:
        """There is no more. Raises: BadArchive if something is missing."""
        if not self.is_complete:
            where = f"in {self._name}" if self._left or self._padding else "between two files"
            raise BadArchive(f"the archive is incomplete: it ends {where}")

    def _next(self) -> list[Event] | None:
        if self._left or self._padding:
            return self._content()
        if self.is_complete:
            self._data = b""  # some programs fill the last block
            return None
        if len(self._data) < BLOCK:
            return None
        block, self._data = self._data[:BLOCK], self._data[BLOCK:]
        if not any(block):
            self.is_complete = True
            return []
        return self._begin(block)

    def _content(self) -> list[Event] | None:
        if self._left:
            piece, self._data = self._data[:self._left], self._data[self._left:]
            self._left -= len(piece)
            if self._is_long_name:
                return self._add_to_name(piece)
            if not piece:
                return None
            return [piece] if self._left else [piece, Ended(self._name)]
        dropped = min(self._padding, len(self._data))
        self._data = self._data[dropped:]
        self._padding -= dropped
        return None if self._padding else []

    def _add_to_name(self, piece: bytes) -> list[Event] | None:
        self._long_name += piece
        if self._left:
            return [] if piece else None
        self._is_long_name = False
        return []

    def _begin(self, block: bytes) -> list[Event]:
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise BadArchive(f"the archive is damaged: {error}") from error
        self._left, self._padding = info.size, -info.size % BLOCK
        if info.type == tarfile.GNUTYPE_LONGNAME and info.size <= 4096:
            self._is_long_name, self._name = True, "a name"
            return []
        name = self._long_name.rstrip(b"\0").decode("utf-8", "surrogateescape") or info.name
        self._long_name = b""
        if not info.isreg() or name in ("", ".", "..") or "/" in name or "\0" in name:
            raise BadArchive(f"the archive is not one of pgquill: it has {name!r}")
        self._name = name
        begun: list[Event] = [Member(name, info.size, int(info.mtime))]
        return begun if info.size else [*begun, Ended(name)]
