"""Where a base backup is kept: a folder with its files, or one archive (.tar, .tar.gz) with the same files and the manifest.

`Receiver` takes what BASE_BACKUP sends and gives it to a `Store`. What is being written has another name (`.partial-PID`) until
it is complete and on the disk, and goes if anything fails. Checksums are compared as the data comes in.
"""

import gzip
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import trio

from replication import archive
from replication.manifest import ALGORITHMS, BYTES_MAX, MANIFEST, BadManifest, File, Manifest, decode
from storage.backup import NO_SPACE

ARCHIVES = (".tar", ".tar.gz", ".tgz")
GZIP_LEVEL = 6
LABEL_BYTES_MAX = 1 << 20


class BackupFailed(Exception):
    """A backup cannot be made, read or restored; says why to the operator."""


def failed(error: OSError, path: Path) -> BackupFailed:
    """What the operating system said of a file."""
    if error.errno in NO_SPACE:
        return BackupFailed(f"{path}: no space left to write it ({error.strerror})")
    return BackupFailed(f"{path}: {error.strerror or error}")


def partial_path(path: Path) -> Path:
    """Where something is written before it gets its name."""
    return path.with_name(f"{path.name}.partial-{os.getpid()}")


def remove(path: Path) -> None:
    """A file or a folder with all that is in it, if it is there."""
    with suppress(FileNotFoundError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def create(path: Path) -> BinaryIO:
    """A new file that nobody else may read. Raises: OSError."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, archive.MODE), "wb")


def refuse_existing(path: Path) -> None:
    """Raises: BackupFailed if there is something of that name, an empty folder excepted, or if its folder is missing."""
    if not path.parent.is_dir():
        raise BackupFailed(f"{path.parent}: there is no such folder")
    if path.is_dir() and not path.is_symlink():
        if any(path.iterdir()):
            raise BackupFailed(f"{path} exists and is not empty")
    elif os.path.lexists(path):
        raise BackupFailed(f"{path} exists already; nothing is overwritten")


def sync(path: Path) -> None:
    """Make sure that the disk has a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Store(Protocol):
    """Takes the files of a backup, one after the other. Blocking; raises OSError."""

    path: Path

    def begin(self, member: archive.Member) -> None:
        """A file begins."""

    def write(self, data: bytes) -> None:
        """More of it."""

    def end(self) -> None:
        """It is complete."""

    def finish(self) -> None:
        """All are: put them on the disk, and give the backup its name."""

    def abandon(self) -> None:
        """Leave nothing behind."""


class FolderStore:
    """A folder with the files as they are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = partial_path(path)
        self._file: BinaryIO | None = None

    def begin(self, member: archive.Member) -> None:
        """See Store."""
        self._partial.mkdir(mode=0o700, exist_ok=True)
        self._file = create(self._partial / member.name)

    def write(self, data: bytes) -> None:
        """See Store."""
        assert self._file is not None
        self._file.write(data)

    def end(self) -> None:
        """See Store."""
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None

    def finish(self) -> None:
        """See Store."""
        sync(self._partial)
        os.rename(self._partial, self.path)  # in place of an empty folder, too
        sync(self.path.parent)

    def abandon(self) -> None:
        """See Store."""
        close_quietly(self._file)
        remove(self._partial)


class ArchiveStore:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = partial_path(path)
        self._raw: BinaryIO | None = None
        self._out: BinaryIO | None = None
        self._size = 0

    def begin(self, member: archive.Member) -> None:
        """See Store."""
        if self._out is None:
            self._out = self._raw = create(self._partial)
            if not self.path.name.endswith(".tar"):
                self._out = cast(BinaryIO, gzip.GzipFile("", "wb", GZIP_LEVEL, self._raw))
        self._size = member.size
        self._out.write(archive.header(*member))

    def write(self, data: bytes) -> None:
        """See Store."""
        assert self._out is not None
        self._out.write(data)

    def end(self) -> None:
        """See Store."""
        self.write(archive.padding(self._size))

    def finish(self) -> None:
        """See Store."""
        assert self._out is not None and self._raw is not None
        self._out.write(archive.END)
        if self._out is not self._raw:
            self._out.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        os.rename(self._partial, self.path)
        sync(self.path.parent)

    def abandon(self) -> None:
        """See Store."""
        close_quietly(self._out)
        close_quietly(self._raw)
        remove(self._partial)


def close_quietly(file: BinaryIO | None) -> None:
    """Close a file that is given up."""
    if file is not None:
        with suppress(OSError):  # it still has data for a full disk
            file.close()


def is_archive(path: Path) -> bool:
    """Whether a backup of that name is one file."""
    return path.name.endswith(ARCHIVES)


def open_store(path: Path) -> Store:
    """A new place for a backup: an archive if its name says so, otherwise a folder. Nothing is made before the first file begins.
    Raises: BackupFailed."""
    refuse_existing(path)
    if is_archive(path) and path.is_dir():
        raise BackupFailed(f"{path} is a folder")
    return ArchiveStore(path) if is_archive(path) else FolderStore(path)


class Checksums:
    """What has come of each file, to compare it with the manifest."""

    def __init__(self) -> None:
        self._hashes: dict[str, dict[str, Any]] = {}
        self._sizes: dict[str, int] = {}
        self._current = ""

    def begin(self, name: str, algorithms: Sequence[str] = ("SHA256",)) -> None:
        """A file begins. algorithms: the checksums that may be asked for; another one cannot be compared."""
        self._current = name
        self._sizes[name] = 0
        self._hashes[name] = {algorithm: ALGORITHMS[algorithm]() for algorithm in algorithms}

    def add(self, data: bytes) -> None:
        """More of it."""
        self._sizes[self._current] += len(data)
        for checksum in self._hashes[self._current].values():
            checksum.update(data)

    def compare(self, files: Sequence[File]) -> None:
        """Raises: BackupFailed for the first difference."""
        known = {file.path: file for file in files}
        for name in sorted(set(known) ^ set(self._sizes)):
            raise BackupFailed(f"{name} is in the manifest, and missing" if name in known else f"{name} is not in the manifest")
        for name, file in known.items():
            if self._sizes[name] != file.size:
                raise BackupFailed(f"{name} has {self._sizes[name]} bytes, {file.size} according to the manifest")
            computed = self._hashes[name].get(file.algorithm)
            if file.algorithm and computed is None:
                raise BackupFailed(f"{name} has a checksum of another kind: {file.algorithm}")
            if computed is not None and computed.hexdigest() != file.checksum:
                raise BackupFailed(f"{name} is damaged: its {file.algorithm} is not that of the manifest")


class Receiver:
    """Takes the messages of BASE_BACKUP's CopyOut in order: `take` for each, then `finish`, or `abandon`.

    report: is told how many bytes of the archive have come. manifest: once it is complete. label: backup_label.
    """

    def __init__(self, store: Store, report: Callable[[int], None] = lambda received: None) -> None:
        self.store = store
        self.manifest: Manifest | None = None
        self.label = b""
        self._report = report
        self._reader = archive.Reader()
        self._checksums = Checksums()
        self._archives = 0
        self._manifest_bytes: bytearray | None = None
        self._received = 0
        self._name = ""

    def take(self, payload: bytes) -> None:
        """One message. Raises: BackupFailed."""
        kind, data = payload[:1], payload[1:]
        try:
            if kind == b"d":
                self._data(data)
            elif kind == b"n":
                self._archives += 1
                if self._archives > 1 or not data.startswith(b"base.tar\0"):
                    raise BackupFailed("the server sends something else than a database of pgquill")
            elif kind == b"m":
                self._manifest_bytes = bytearray()
            elif kind != b"p":
                raise BackupFailed(f"the server sends a message that is not known: {kind!r}")
        except OSError as error:
            raise failed(error, self.store.path) from error
        except archive.BadArchive as error:
            raise BackupFailed(str(error)) from error

    def _data(self, data: bytes) -> None:
        if self._manifest_bytes is not None:
            if len(self._manifest_bytes) + len(data) > BYTES_MAX:
                raise BackupFailed("the manifest is too long")
            self._manifest_bytes += data
            return
        self._received += len(data)
        for event in self._reader.feed(data):
            if isinstance(event, archive.Member):
                self._name = event.name
                if event.name == MANIFEST:
                    raise archive.BadArchive("the archive has a manifest of its own")
                self._checksums.begin(event.name)
                self.store.begin(event)
            elif isinstance(event, archive.Ended):
                self.store.end()
            else:
                self._content(event)
        self._report(self._received)

    def _content(self, data: bytes) -> None:
        if self._name == "backup_label" and len(self.label) < LABEL_BYTES_MAX:
            self.label += data
        self._checksums.add(data)
        self.store.write(data)

    async def finish(self) -> Manifest:
        """All has come: compare it with the manifest and keep it. Raises: BackupFailed."""
        try:
            self._reader.end()
            if self._manifest_bytes is None:
                raise BackupFailed("the server has sent no manifest")
            data = bytes(self._manifest_bytes)
            manifest = decode(data)
            self._checksums.compare(manifest.files)
            self.store.begin(archive.Member(MANIFEST, len(data), max(file.modified for file in manifest.files)))
            self.store.write(data)
            self.store.end()
            await trio.to_thread.run_sync(self.store.finish)
        except OSError as error:
            raise failed(error, self.store.path) from error
        except (archive.BadArchive, BadManifest) as error:
            raise BackupFailed(str(error)) from error
        self.manifest = manifest
        return manifest

    def abandon(self) -> None:
        """It does not come to an end: leave nothing behind."""
        self.store.abandon()
