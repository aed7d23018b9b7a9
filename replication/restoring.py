"""Reading a base backup that is kept as a folder or as an archive: is it whole, and back to a file that can be served.

Blocking, for the command line. Each file's size and checksum are compared with the manifest while it is read; then SQLite looks
through the database itself. The folder that `pg_basebackup -Ft` makes (base.tar and backup_manifest) is read as well.
"""

import gzip
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from replication import archive
from replication.backup_store import (
    BackupFailed,
    Checksums,
    close_quietly,
    create,
    failed,
    is_archive,
    partial_path,
    refuse_existing,
    remove,
    sync,
)
from replication.manifest import BYTES_MAX, MANIFEST, BadManifest, Manifest, decode
from storage.backup import Checker
from storage.errors import EngineError

CHUNK_BYTES = 1 << 20
DATABASE = ".db"
LEFTOVERS = ("-wal", "-shm", "-journal")
PACKED = ("base.tar", "base.tar.gz")


class Report(NamedTuple):
    """What to tell the operator meanwhile: read(bytes so far, bytes in all), and phase(text) when something else begins."""

    read: Callable[[int, int], None]
    phase: Callable[[str], None]


SILENT = Report(lambda done, total: None, lambda text: None)


def _events(path: Path, report: Report) -> Iterator[archive.Event]:
    """What the backup holds, in order, the manifest included."""
    if path.is_dir():
        packed = next((path / name for name in PACKED if (path / name).exists()), None)
        if packed is None:
            yield from _of_folder(path, report)
            return
        yield from _of_file(path / MANIFEST, SILENT)
        yield from _of_archive(packed, report)
    elif is_archive(path):
        yield from _of_archive(path, report)
    else:
        raise BackupFailed(f"{path} is no backup: neither a folder nor a .tar or .tar.gz")


def _of_folder(path: Path, report: Report) -> Iterator[archive.Event]:
    names = sorted(os.listdir(path), key=lambda name: (name != MANIFEST, name))
    if MANIFEST not in names:
        raise BackupFailed(f"{path} is no backup: it has no {MANIFEST}")
    total, done = sum((path / name).stat().st_size for name in names), 0
    for name in names:
        for event in _of_file(path / name, SILENT):
            if isinstance(event, bytes):
                done += len(event)
                report.read(done, total)
            yield event


def _of_file(path: Path, report: Report) -> Iterator[archive.Event]:
    if not path.is_file():
        raise BackupFailed(f"{path} is not a file" if path.exists() else f"{path} is missing")
    found = path.stat()
    yield archive.Member(path.name, found.st_size, int(found.st_mtime))
    with path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            yield data
    yield archive.Ended(path.name)


def _of_archive(path: Path, report: Report) -> Iterator[archive.Event]:
    reader = archive.Reader()
    with path.open("rb") as raw:
        total = os.fstat(raw.fileno()).st_size
        is_packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_packed else raw
        try:
            while data := file.read(CHUNK_BYTES):
                yield from reader.feed(data)
                report.read(raw.tell(), total)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BackupFailed(f"{path} is damaged or incomplete: {error}") from error
    reader.end()


def read_backup(path: Path, folder: Path | None, report: Report = SILENT) -> Manifest:
    """Read all of a backup, and write its files into a folder unless that is None. Raises: BackupFailed."""
    checksums = Checksums()
    manifest = bytearray()
    name, out = "", None
    try:
        for event in _events(path, report):
            if isinstance(event, archive.Member):
                name = event.name
                if name != MANIFEST:
                    checksums.begin(name, _algorithms(manifest))
                    out = None if folder is None else create(folder / name)
            elif isinstance(event, archive.Ended):
                _sync_and_close(out)
                out = None
            elif name == MANIFEST:
                manifest += event
                if len(manifest) > BYTES_MAX:
                    raise BackupFailed("the manifest is too long")
            else:
                checksums.add(event)
                if out is not None:
                    out.write(event)
        if not manifest:
            raise BackupFailed(f"{path} has no {MANIFEST}, or is empty")
        found = decode(bytes(manifest))
        checksums.compare(found.files)
    except OSError as error:
        raise failed(error, path if out is None or folder is None else folder / name) from error
    except archive.BadArchive as error:
        raise BackupFailed(f"{path}: {error}") from error
    except BadManifest as error:
        raise BackupFailed(f"{path}: {error}") from error
    finally:
        close_quietly(out)
    return found


def _algorithms(manifest: bytearray) -> tuple[str, ...]:
    """What to compute: what the manifest has, if that came first; otherwise what we put into archives ourselves."""
    if not manifest:
        return ("SHA256",)
    return tuple({file.algorithm for file in decode(bytes(manifest)).files} - {""})


def _sync_and_close(out: BinaryIO | None) -> None:
    if out is not None:
        out.flush()
        os.fsync(out.fileno())
        out.close()


def databases_of(manifest: Manifest) -> list[str]:
    """The names of the files that are databases. Raises: BackupFailed if there is none."""
    found = [file.path for file in manifest.files if file.path.endswith(DATABASE)]
    if not found:
        raise BackupFailed("the backup has no database")
    return found


def check_databases(folder: Path, names: Sequence[str], report: Report = SILENT) -> None:
    """Have SQLite look through each of them. Raises: BackupFailed."""
    for name in names:
        report.phase(f"checking {name}")
        try:
            complaints = Checker(os.fspath(folder / name)).complaints()
        except EngineError as error:
            raise BackupFailed(f"{name} cannot be read: {error.message}") from error
        if complaints:
            more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
            raise BackupFailed(f"{name} is damaged: {complaints[0]}{more}")


def verify(path: Path, *, quick: bool = False, report: Report = SILENT) -> Manifest:
    """Is a backup whole? quick: compare checksums only. Raises: BackupFailed."""
    _refuse_missing(path)
    if quick:
        return read_backup(path, None, report)
    if path.is_dir() and not any((path / name).exists() for name in PACKED):
        manifest = read_backup(path, None, report)
        check_databases(path, databases_of(manifest), report)
        return manifest
    with tempfile.TemporaryDirectory(prefix="pgquill-verify-") as folder:
        manifest = read_backup(path, Path(folder), report)
        check_databases(Path(folder), databases_of(manifest), report)
    return manifest


def restore(path: Path, target: Path, report: Report = SILENT) -> Manifest:
    """Make a file that can be served of a backup; a folder, if the backup has several databases. Raises: BackupFailed.

    Nothing is overwritten, and nothing is left if it fails. The file begins a timeline of its own when it is served.
    """
    _refuse_missing(path)
    refuse_existing(target)
    for ending in LEFTOVERS:
        if os.path.lexists(f"{target}{ending}"):  # SQLite would take it for a part of the new file
            raise BackupFailed(f"{target}{ending} is there, of another database; remove it first")
    folder = partial_path(target)
    try:
        folder.mkdir(mode=0o700)
        manifest = read_backup(path, folder, report)
        names = databases_of(manifest)
        check_databases(folder, names, report)
        report.phase("writing")
        _move(folder, names, target)
    except OSError as error:
        raise failed(error, target) from error
    finally:
        remove(folder)
    return manifest


def _move(folder: Path, names: Sequence[str], target: Path) -> None:
    if len(names) > 1:
        for file in folder.iterdir():
            if file.name not in names:
                file.unlink()
        os.rename(folder, target)
    else:
        if target.is_dir():
            target = target / names[0]  # it is empty
        refuse_existing(target)  # somebody else may have made it meanwhile
        os.rename(folder / names[0], target)
    sync(target.parent)


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise BackupFailed(f"{path}: there is no such backup")
