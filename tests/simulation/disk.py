"""A disk that can lose its power: what was written and not synced may be lost, torn, or written out of order.

`Disk` is a SQLite VFS over the real file system. It remembers of each file what the disk is sure to hold (its content at
the last sync) and every write, truncation and deletion since. `after_power_loss` makes a folder as it might be found after
a power failure at this very moment: each open change is kept, dropped, or kept in part, sector by sector. Nothing is lost
in the running process, so that one run can be cut at many moments.
"""

import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import apsw

SECTOR = 512
PAGE = 4096
NAME = "pgquill-power"


@dataclass
class File:
    """What the disk is sure of: content; named: that the folder has the file. open: changes since, in their order."""

    content: bytes = b""
    named: bool = False
    open: list["Change"] = field(default_factory=list)


@dataclass(frozen=True)
class Write:
    """Bytes at an offset."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    """The file cut or grown to a size."""

    size: int


Change = Write | Truncate


class Survival:
    """How much of the open changes is found after a power failure; chosen anew for each file by a seed."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def content(self, file: File) -> bytes:
        """The file as it may be found."""
        manner = self.draw.choice((self.nothing, self.everything, self.torn_prefix, self.some_sectors, self.some_pages))
        survivors = bytearray(file.content)
        for change in manner(file.open):
            apply(survivors, change)
        return bytes(survivors)

    def nothing(self, changes: list[Change]) -> list[Change]:
        return []

    def everything(self, changes: list[Change]) -> list[Change]:
        return changes

    def torn_prefix(self, changes: list[Change]) -> list[Change]:
        """In order up to some moment, the last write cut at a sector."""
        kept = changes[: self.draw.randint(0, len(changes))]
        match kept[-1:]:
            case [Write(offset, data)]:
                whole = len(data) // SECTOR
                return [*kept[:-1], Write(offset, data[: self.draw.randint(0, whole) * SECTOR])]
            case _:
                return kept

    def some_sectors(self, changes: list[Change]) -> list[Change]:
        return self.some(changes, SECTOR)

    def some_pages(self, changes: list[Change]) -> list[Change]:
        return self.some(changes, PAGE)

    def some(self, changes: list[Change], size: int) -> list[Change]:
        """Each piece of each write by itself, as a disk that sorts its queue would."""
        share = self.draw.random()
        kept: list[Change] = []
        for change in changes:
            if isinstance(change, Truncate):
                kept += [change] if self.draw.random() < share else []
                continue
            start = change.offset
            while start < change.offset + len(change.data):
                stop = min((start // size + 1) * size, change.offset + len(change.data))
                if self.draw.random() < share:
                    kept.append(Write(start, change.data[start - change.offset : stop - change.offset]))
                start = stop
        return kept


def apply(content: bytearray, change: Change) -> None:
    """Do what the change says."""
    match change:
        case Write(offset, data):
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        case Truncate(size):
            content.extend(bytes(max(0, size - len(content))))
            del content[size:]


class Disk(apsw.VFS):
    """The default VFS while it is entered as a context. before_change: called before every change and sync, which is where
    tests cut the power. lies: syncs do nothing, to see that this is found out."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.deleted: dict[str, File] = {}
        self.before_change: Callable[[], None] = lambda: None
        self.lies = False
        self.lock = threading.RLock()
        super().__init__(NAME, "unix", makedefault=True)

    def __enter__(self) -> "Disk":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.unregister()

    # --- what SQLite calls ----------------------------------------------------------------------------------------

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802  (SQLite's name)
        path = name if isinstance(name, str) or name is None else name.filename()
        if not path or not flags[0] & (apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL):
            return untracked(name, flags)
        with self.lock:
            if path not in self.files:
                there = Path(path)
                self.files[path] = File(there.read_bytes(), named=True) if there.exists() else File()
        return TrackedFile(self, name, path, flags)

    def xDelete(self, path: str, sync_folder: bool) -> None:  # noqa: N802
        with self.lock:
            self.before_change()
            file = self.files.pop(path, None)
            if file is not None and not sync_folder and file.named:
                self.deleted[path] = file
            super().xDelete(path, sync_folder)

    # --- what changes ---------------------------------------------------------------------------------------------

    def changed(self, path: str, change: Change) -> None:
        """Note a change that has not been synced."""
        self.files.setdefault(path, File()).open.append(change)

    def sync_file(self, path: str) -> None:
        """The disk has the content: what a flush of the log does."""
        with self.lock:
            self.before_change()
            file = self.files.get(path)
            if file is None or self.lies:
                return
            content = bytearray(file.content)
            for change in file.open:
                apply(content, change)
            file.content, file.open = bytes(content), []

    def sync_folder(self, path: str) -> None:
        """The disk has the names of all files beside this one, and knows of those that are gone."""
        with self.lock:
            self.before_change()
            if self.lies:
                return
            folder = os.path.dirname(path)
            for other, file in self.files.items():
                file.named = file.named or os.path.dirname(other) == folder
            self.deleted = {other: file for other, file in self.deleted.items() if os.path.dirname(other) != folder}

    # --- the power failure ----------------------------------------------------------------------------------------

    def after_power_loss(self, folder: Path, draw: random.Random) -> None:
        """Fill a folder with the files as they may be found if the power fails now."""
        survival = Survival(draw)
        with self.lock:
            for path, file in [*self.deleted.items(), *self.files.items()]:
                certain = file.named and path in self.files
                if certain or draw.random() < 0.5:
                    (folder / os.path.basename(path)).write_bytes(survival.content(file))


def untracked(name: Any, flags: list[int]) -> Any:
    """A file that is not tracked: temporary ones, which nobody looks for after a crash."""
    return apsw.VFSFile("unix", name, flags)


class TrackedFile(apsw.VFSFile):
    """A file of the database; shared memory goes to the real file system, and is not there after a power failure."""

    def __init__(self, disk: Disk, name: Any, path: str, flags: list[int]) -> None:
        self.disk, self.path = disk, path
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        with self.disk.lock:
            self.disk.before_change()
            self.disk.changed(self.path, Write(offset, bytes(data)))
            super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        with self.disk.lock:
            self.disk.before_change()
            self.disk.changed(self.path, Truncate(size))
            super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """SQLite's unix VFS syncs the folder too when it has made the file."""
        self.disk.sync_file(self.path)
        if not self.disk.lies:
            self.disk.files[self.path].named = True
