"""Taking base backups: of a server, over its replication protocol, or of a file on this machine, served or not.

`fetch_backup` keeps one as a folder or an archive (`backup_store`); `fetch_copy` makes the file that a standby begins with. Both
ask for a manifest and compare everything with it.
"""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import trio

from replication import archive
from replication.backup_store import (
    BackupFailed,
    Receiver,
    Store,
    close_quietly,
    create,
    partial_path,
    refuse_existing,
    remove,
    sync,
)
from replication.base_backup import BackupError, Options, Source, base_backup
from replication.client import (
    BadConnectionString,
    CannotConnect,
    ConnectionLost,
    ServerError,
    connect,
    parse,
)
from replication.login import CannotLogIn
from replication.manifest import Manifest
from storage.database import Database, is_wal
from storage.errors import EngineError
from storage.foreign import vouch_for

DATABASE = ".db"


class Progress(NamedTuple):
    """What to tell meanwhile. total: bytes of the archive, nearly, once they are known; received: so far."""

    total: Callable[[int], None]
    received: Callable[[int], None]


SILENT = Progress(lambda size: None, lambda size: None)


class CopyOut(Protocol):
    """What replication.client.Client.copy_out gives. results: of the statements before the data."""

    @property
    def results(self) -> Sequence[Any]:
        """See the class."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The messages."""


def command(label: str, *, max_rate_kib: int | None = None, compress: bool = False, fast: bool = True) -> str:
    """The BASE_BACKUP command for what `receive` expects. max_rate_kib: KiB a second."""
    quoted = "'" + label.replace("'", "''") + "'"
    words = [f"LABEL {quoted}", "PROGRESS", f"CHECKPOINT '{'fast' if fast else 'spread'}'", "MANIFEST 'yes'",
             "MANIFEST_CHECKSUMS 'SHA256'", "TARGET 'client'"]
    if max_rate_kib is not None:
        words.append(f"MAX_RATE {max_rate_kib}")
    return f"BASE_BACKUP ({', '.join(words)})"


async def receive(copy: CopyOut, store: Store, progress: Progress = SILENT) -> Manifest:
    """Take what a server sends; whatever goes wrong, nothing is left of it. Raises: BackupFailed, and what `copy` raises."""
    receiver = Receiver(store, progress.received)
    try:
        if len(copy.results) > 1:
            size = copy.results[1].rows[-1][2]
            if size is not None:
                progress.total(int(size) * 1024)
        async for payload in copy:
            receiver.take(payload)
        return await receiver.finish()
    except BaseException:
        receiver.abandon()
        raise


async def fetch_backup(url: str, store: Store, label: str, max_rate_kib: int | None, progress: Progress = SILENT) -> Manifest:
    """Take a backup of the database that a connection string names. Raises: BackupFailed."""
    try:
        info = parse(url)
        client = await connect(info, replication="database")
    except (BadConnectionString, CannotConnect, CannotLogIn, ServerError) as error:
        raise BackupFailed(str(error)) from error
    try:
        async with client.copy_out(command(label, max_rate_kib=max_rate_kib)) as copy:
            return await receive(copy, store, progress)
    except (ServerError, ConnectionLost) as error:
        hint = error.hint if isinstance(error, ServerError) else None
        raise BackupFailed(f"{error}" + (f". {hint}" if hint else "")) from error
    finally:
        await client.close()


# --- of files on this machine -----------------------------------------------------------------------------------------


def _databases_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*" + DATABASE))
    if not found:
        raise BackupFailed(f"{path} has no {DATABASE} file")
    return found


def _open(path: str) -> Database:
    # A file in WAL mode that nobody has open is opened for writing, though nothing is written: only then does SQLite remove the
    # log that it needs for reading. What a killed server has left is not merged here, so that the next server sees that nobody
    # has written meanwhile.
    is_alone = not os.path.exists(f"{path}-wal") and is_wal(path)
    return Database.open(path, create=False, read_only=not is_alone)


async def copy_files(path: Path, store: Store, options: Options, progress: Progress = SILENT) -> Manifest:
    """Back up a file, or all databases of a folder; they may be served meanwhile. Raises: BackupFailed."""
    receiver = Receiver(store, progress.received)
    sources: list[Source] = []
    try:
        for file in _databases_in(path):
            database = _open(os.fspath(file))
            sources.append(Source(file.name.removesuffix(DATABASE), database))
        progress.total(sum(source.database.size for source in sources))
        await base_backup(sources, options, _Into(receiver))
        return await receiver.finish()
    except EngineError as error:
        receiver.abandon()
        raise BackupFailed(f"{path}: {error.message}") from error
    except BackupError as error:
        receiver.abandon()
        raise BackupFailed(f"{path}: {error.message}" + (f". {error.hint}" if error.hint else "")) from error
    except BaseException:
        receiver.abandon()
        raise
    finally:
        with trio.CancelScope(shield=True):
            for source in sources:
                await source.database.close()


class _Into:
    """The client of a backup that is kept on the same machine."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def rows(self, columns: Sequence[tuple[str, int, int]], rows: Sequence[Sequence[bytes | None]]) -> None:
        """The label has the position, too."""

    def complete(self, tag: str) -> None:
        """Nobody asks."""

    async def begin_copy_out(self) -> None:
        """It is expected."""

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Keep them."""
        await trio.lowlevel.checkpoint()
        for payload in payloads:
            self._receiver.take(payload)

    def end_copy(self) -> None:
        """`finish` is called."""


# --- for a standby ----------------------------------------------------------------------------------------------------


class FileStore:
    """The database of a backup alone, as a file that nobody else has written to (storage.foreign)."""

    def __init__(self, path: Path) -> None:
        """Raises: BackupFailed."""
        refuse_existing(path)
        self.path = path
        self._partial = partial_path(path)
        self._file: BinaryIO | None = None
        self._databases = 0

    def begin(self, member: archive.Member) -> None:
        """See backup_store.Store."""
        if member.name.endswith(DATABASE):
            self._databases += 1
            if self._databases > 1:
                raise BackupFailed("the backup has several databases")
            self._file = create(self._partial)

    def write(self, data: bytes) -> None:
        """See backup_store.Store."""
        if self._file is not None:
            self._file.write(data)

    def end(self) -> None:
        """See backup_store.Store."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def finish(self) -> None:
        """See backup_store.Store."""
        if not self._databases:
            raise BackupFailed("the backup has no database")
        os.rename(self._partial, self.path)
        sync(self.path.parent)
        vouch_for(os.fspath(self.path))

    def abandon(self) -> None:
        """See backup_store.Store."""
        close_quietly(self._file)
        remove(self._partial)
