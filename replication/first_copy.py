"""Makes a copy of a primary's database: a slot, so that the log is kept from here on, then a base backup.

The file grows as NAME.partial, becomes NAME.new when it is complete, verified and marked as a copy, and takes its place when
nobody serves the one that is there: `take_new`. That is kept as NAME.old, so that nothing is lost if it is wanted after all.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import trio

from replication.archive import BadArchive, Ended, Member, Reader
from replication.client import Client, ConnectionInfo, ConnectionLost, CopyOut, connect
from replication.follower import PLUGIN, make_slot
from replication.manifest import ALGORITHMS, BadManifest, Manifest
from replication.manifest import decode as decode_manifest
from replication.standby import Mark, save_mark
from storage.database import Database

SUFFIX, PARTIAL, NEW, OLD = ".db", ".partial", ".new", ".old"
BESIDE = ("-wal", "-shm", "-pgquill")
"""What may stand beside a database file."""

Report = Callable[[int, int], None]
"""Is told (bytes received, bytes in all, about)."""


class CannotCopy(Exception):
    """No copy could be made; says why."""


async def first_copy(info: ConnectionInfo, path: Path, slot: str, report: Report) -> Mark:
    """Make a copy of the database that a connection string names, as PATH.new. Cancelled or failed, it leaves nothing.

    Raises: CannotCopy, ConnectionLost, ServerError, CannotLogIn, OSError.
    """
    partial = _named(path, PARTIAL)
    _remove(partial)
    client = await connect(info, replication="database")
    try:
        facts = (await client.simple_query("IDENTIFY_SYSTEM"))[0].one()
        name = facts.get("dbname") or info.database
        await _make_new_slot(client, slot)
        label = f"standby {path.name}".replace("'", "''")
        command = f"BASE_BACKUP (LABEL '{label}', PROGRESS, CHECKPOINT 'fast', WAIT false, MANIFEST 'yes')"
        async with client.copy_out(command) as stream:
            with partial.open("xb") as file:
                await _Receiver(stream, file, report).run()
        mark = Mark(name, slot)
        await _finish(partial, mark, int(facts["systemid"] or 0))
        _move(partial, _named(path, NEW))
        _sync_folder(path.parent)
    except (BadArchive, BadManifest) as error:
        raise CannotCopy(f"the base backup is not as it should be: {error}") from None
    finally:
        with trio.CancelScope(shield=True):
            await client.close()
        _remove(partial)
    return mark


def take_new(path: Path) -> bool:
    """Before the file is opened: let a complete new copy take its place; whether there is one."""
    new = _named(path, NEW)
    if not new.exists():
        return False
    if path.exists():
        _move(path, _named(path, OLD))
    _move(new, path)
    _sync_folder(path.parent)
    return True


def _named(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


async def _make_new_slot(client: Client, slot: str) -> None:
    """A slot from here on: one that is there already is of a copy that there was before."""
    found = await client.simple_query(
        f"SELECT plugin, active_pid FROM pg_catalog.pg_replication_slots WHERE slot_name = '{slot}'")
    if found[0].rows:
        plugin, process_id = found[0].rows[0]
        if plugin != PLUGIN or process_id is not None:
            what = f"is in use by process {process_id}" if process_id is not None else f"is of the plugin {plugin}"
            raise CannotCopy(f'the replication slot "{slot}" {what}: give this standby another one with --slot')
        await client.simple_query(f'DROP_REPLICATION_SLOT "{slot}"')
    await make_slot(client, slot)


class _Receiver:
    """Takes the archive and its manifest, and writes the one database that is in it to a file."""

    def __init__(self, stream: CopyOut, file: IO[bytes], report: Report) -> None:
        self._stream = stream
        self._file = file
        self._report = report
        self._reader = Reader()
        self._manifest = bytearray()
        self._takes: Callable[[bytes], None] | None = None
        self._member: Member | None = None
        self._checksums = {name: make() for name, make in ALGORITHMS.items()}
        self._received = self._total = 0
        self._found: Member | None = None

    async def run(self) -> None:
        """Until the end; the file is complete, and on the disk. Raises: BadArchive, BadManifest, CannotCopy."""
        for result in self._stream.results:
            if "size" in result.columns:
                self._total = int(result.one()["size"] or 0) * 1024
        async for message in self._stream:
            handler = _MESSAGES.get(message[:1])
            if handler is None:
                raise ConnectionLost(f"a message of type {message[:1]!r} in a base backup")
            handler(self, message[1:])
        self._reader.end()
        if self._found is None:
            raise CannotCopy("there is no database in the base backup")
        self._verify(decode_manifest(bytes(self._manifest)), self._found)
        self._file.flush()
        await trio.to_thread.run_sync(os.fsync, self._file.fileno())

    def _new_archive(self, _name: bytes) -> None:
        self._takes = self._archive

    def _begin_manifest(self, _rest: bytes) -> None:
        self._takes = self._manifest.extend

    def _data(self, data: bytes) -> None:
        if self._takes is None:
            raise ConnectionLost("a base backup that begins in the middle")
        self._takes(data)

    def _progress(self, _rest: bytes) -> None:
        """What the server says of its progress: we see it ourselves."""

    def _archive(self, data: bytes) -> None:
        for event in self._reader.feed(data):
            if isinstance(event, Member):
                self._member = event if event.name.endswith(SUFFIX) else None
                if self._member is not None and self._found is not None:
                    raise CannotCopy(f"the base backup has {self._found.name} and {event.name}: a standby follows one database")
            elif isinstance(event, Ended):
                self._found, self._member = self._member or self._found, None
            elif self._member is not None:
                self._file.write(event)
                for checksum in self._checksums.values():
                    checksum.update(event)
                self._received += len(event)
                self._report(self._received, max(self._total, self._received))

    def _verify(self, manifest: Manifest, found: Member) -> None:
        entry = next((file for file in manifest.files if file.name == found.name), None)
        if entry is None or entry.size != self._received:
            raise CannotCopy(f"{found.name} is not as its manifest says: {self._received} bytes")
        if entry.algorithm and self._checksums[entry.algorithm].hexdigest() != entry.checksum:
            raise CannotCopy(f"{found.name} is not as its manifest says: the checksum is another one")


_MESSAGES: dict[bytes, Callable[[_Receiver, bytes], None]] = {
    b"n": _Receiver._new_archive, b"d": _Receiver._data, b"m": _Receiver._begin_manifest, b"p": _Receiver._progress}


async def _finish(partial: Path, mark: Mark, system: int) -> None:
    """Mark the file as a copy. Raises: CannotCopy."""
    database = Database.open(os.fspath(partial))
    try:
        wal = database.wal
        if not wal.is_on or wal.system_identifier != system:
            raise CannotCopy("the base backup has no log, or that of another database system")
        wal.trust()
        await save_mark(wal, mark)
    finally:
        with trio.CancelScope(shield=True):
            await database.close()


def _move(source: Path, target: Path) -> None:
    """Move a database file and what stands beside it; that first, so that the file is never without it."""
    for suffix in BESIDE:
        beside = _named(source, suffix)
        _unlink(_named(target, suffix))
        if beside.exists():
            beside.replace(_named(target, suffix))
    source.replace(target)


def _remove(path: Path) -> None:
    """Remove a database file and what stands beside it."""
    for suffix in ("", *BESIDE):
        _unlink(_named(path, suffix))


def _unlink(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()


def _sync_folder(folder: Path) -> None:
    """Make renames last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
