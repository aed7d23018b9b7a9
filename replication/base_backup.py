"""BASE_BACKUP: a consistent copy of a database's file, as a tar archive with its position in the log, and a manifest.

What is sent is what PostgreSQL 18 sends (protocol-replication.html): the position, the sizes, CopyOut with an archive and a
manifest, the position again. The archive has `backup_label`, in PostgreSQL's words, and the file of each database. There is no
WAL to go with it: the log is part of the file, and the position is where it ends.

The copy is finished before the first byte is sent, so that a slow client keeps nobody's log from being cut; until the end
it takes as much room on the disk as the database.
"""

import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Any, NamedTuple, Protocol

import msgspec
import trio

from replication import archive, manifest
from replication.manifest import ALGORITHMS, File, Manifest
from storage.backup import BaseCopy
from storage.database import Database
from storage.errors import DiskFull, IoError
from storage.logged import format_lsn

BACKUP_LABEL = "backup_label"
ARCHIVE = "base.tar"
CHUNK_BYTES = 128 << 10
PROGRESS_S = 1.0
"""How often a client is told how far it is, PostgreSQL's figure."""
MAX_RATE_KIB = (32, 1 << 20)
DEFAULT_CHECKSUMS = "SHA256"
"""PostgreSQL's CRC32C is no checksum that Python computes fast."""

_POSITION = (("recptr", 25, -1), ("tli", 20, 8))
_TABLESPACES = (("spcoid", 26, 4), ("spclocation", 25, -1), ("size", 20, 8))


class Conversation(Protocol):
    """The connection that a backup is sent on, as replication.walsender has it."""

    def rows(self, columns: Sequence[tuple[str, int, int]], rows: Sequence[Sequence[bytes | None]]) -> None:
        """Queue a result. columns: (name, OID of the type, its size)."""

    def complete(self, tag: str) -> None:
        """Queue CommandComplete."""

    async def begin_copy_out(self) -> None:
        """Send CopyOutResponse."""

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Send each as a CopyData; waits while the client does not read."""

    def end_copy(self) -> None:
        """Queue CopyDone."""


class BackupError(Exception):
    """A base backup is refused or has failed. sqlstate: PostgreSQL's."""

    def __init__(self, sqlstate: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.hint = hint


# --- options --------------------------------------------------------------------------------------------------------------


class Options(msgspec.Struct, frozen=True):
    """What a client has asked for. max_rate: bytes a second, or None. compression_level: None without compression. algorithm:
    "" for no checksums."""

    label: str = "base backup"
    progress: bool = False
    max_rate: int | None = None
    has_manifest: bool = False
    force_encode: bool = False
    algorithm: str = DEFAULT_CHECKSUMS
    compression_level: int | None = None


Value = str | int | None


def _syntax(message: str) -> BackupError:
    return BackupError("42601", message)


def _boolean(name: str, value: Value) -> bool:
    text = "on" if value is None else str(value).lower()
    if text in ("1", "on", "true"):
        return True
    if text in ("0", "off", "false"):
        return False
    raise _syntax(f"{name} requires a Boolean value")


def _text(name: str, value: Value) -> str:
    if value is None:
        raise _syntax(f"{name} requires a parameter")
    return str(value)


def _ignored(name: str, value: Value) -> None:
    """What makes no difference to the copy of one file."""
    _boolean(name, value)


def _incremental(name: str, value: Value) -> None:
    if _boolean(name, value):
        raise BackupError("0A000", "incremental backups are not supported")


def _checkpoint(name: str, value: Value) -> None:
    if str(value) not in ("fast", "spread"):
        raise _syntax(f'unrecognized checkpoint type: "{_text(name, value)}"')


def _max_rate(name: str, value: Value) -> int:
    try:
        rate = int(_text(name, value))
    except ValueError:
        raise _syntax("max_rate requires a numeric value") from None
    low, high = MAX_RATE_KIB
    if not low <= rate <= high:
        raise BackupError("22003", f'{rate} is outside the valid range for parameter "MAX_RATE" ({low} .. {high})')
    return rate * 1024


def _manifest(name: str, value: Value) -> str:
    text = str(_text(name, value))
    if text == "force-encode":
        return text
    try:
        return "yes" if text == "yes" or (text != "no" and _boolean(name, text)) else "no"
    except BackupError:
        raise _syntax(f'unrecognized manifest option: "{text}"') from None


def _algorithm(name: str, value: Value) -> str:
    text = _text(name, value).upper()
    if text == "CRC32C":
        raise BackupError("0A000", "CRC32C as the checksum of a manifest is not supported", "Use SHA256, which is the default.")
    if text != "NONE" and text not in ALGORITHMS:
        raise _syntax(f'unrecognized checksum algorithm: "{value}"')
    return "" if text == "NONE" else text


def _target(name: str, value: Value) -> None:
    if _text(name, value) != "client":
        raise BackupError("0A000", f'unrecognized target: "{value}"')


def _compression(name: str, value: Value) -> str:
    text = _text(name, value).lower()
    if text in ("lz4", "zstd"):
        raise _syntax(f"invalid compression specification: this build does not support compression with {text.upper()}")
    if text not in ("none", "gzip"):
        raise _syntax(f'unrecognized compression algorithm: "{value}"')
    return text


_READERS: Mapping[str, Callable[[str, Value], Any]] = {
    "label": _text, "progress": _boolean, "checkpoint": _checkpoint, "wait": _ignored, "wal": _ignored,
    "incremental": _incremental, "max_rate": _max_rate, "tablespace_map": _ignored, "verify_checksums": _ignored,
    "manifest": _manifest, "manifest_checksums": _algorithm, "target": _target, "target_detail": _text,
    "compression": _compression, "compression_detail": _text}


def read_options(options: Sequence[tuple[str, Value]]) -> Options:
    """The options of a BASE_BACKUP command; names in lower case. Raises: BackupError."""
    found: dict[str, Any] = {}
    for name, value in options:
        if name in found:
            raise _syntax(f'duplicate option "{name}"')
        if name not in _READERS:
            raise _syntax(f'unrecognized base backup option: "{name}"')
        found[name] = _READERS[name](name, value)
    has_manifest = found.get("manifest", "no") != "no"
    if "manifest_checksums" in found and not has_manifest:
        raise _syntax("manifest checksums require a backup manifest")
    if "target_detail" in found:
        raise _syntax('target "client" does not accept a target detail' if "target" in found
                      else "target detail cannot be used without target")
    return Options(
        found.get("label", "base backup"), found.get("progress", False), found.get("max_rate"), has_manifest,
        found.get("manifest") == "force-encode", found.get("manifest_checksums", DEFAULT_CHECKSUMS), _level(found))


def _level(found: Mapping[str, Any]) -> int | None:
    kind, detail = found.get("compression"), found.get("compression_detail")
    if kind is None:
        if detail is not None:
            raise _syntax("compression detail cannot be specified unless compression is enabled")
        return None
    if kind == "none":
        if detail:
            raise _syntax('invalid compression specification: compression algorithm "none" does not accept a compression level')
        return None
    if not detail:
        return zlib.Z_DEFAULT_COMPRESSION
    name, equals, value = str(detail).rpartition("=")
    if name not in ("", "level") or (equals and not name):
        raise _syntax(f'invalid compression specification: unrecognized compression option: "{name}"')
    if not value.lstrip("-").isdigit() or not (1 <= int(value) <= 9 or int(value) == -1):
        raise _syntax('invalid compression specification: compression algorithm "gzip" expects a compression level between 1 '
                      "and 9 (default at -1)")
    return int(value)


# --- the backup -----------------------------------------------------------------------------------------------------------


class Source(NamedTuple):
    """A database to be copied, and its name; the copy is NAME.db."""

    name: str
    database: Database


@dataclass(frozen=True, slots=True)
class _Copied:
    name: str
    copy: BaseCopy


async def base_backup(sources: Sequence[Source], options: Options, client: Conversation, *, is_standby: bool = False) -> None:
    """Send everything but the last CommandComplete. The first source's position is that of the backup.

    Cancellable. Raises: BackupError, and what `client` raises.
    """
    copies: list[_Copied] = []
    began = int(time())
    try:
        for source in sources:
            copies.append(_Copied(f"{source.name}.db", await source.database.base_copy()))
        label = _label(copies, options.label, began, is_standby=is_standby).encode()
        first = copies[0].copy
        position = (format_lsn(first.lsn), str(first.timeline))
        total = len(label) + sum(each.copy.size for each in copies)
        _answer(client, _POSITION, position)
        _answer(client, _TABLESPACES, (None, None, str((total + 1023) // 1024) if options.progress else None))
        await client.begin_copy_out()
        await _Stream(client, options).send_all(copies, label, began)
        client.end_copy()
        _answer(client, _POSITION, position)
    except DiskFull as error:
        raise BackupError("53100", f"could not copy the database: {error.message}",
                          "A base backup needs as much room beside the database as the database takes.") from error
    except IoError as error:
        raise BackupError("58030", f"could not copy the database: {error.message}") from error
    finally:
        for each in copies:
            each.copy.close()


def _answer(client: Conversation, columns: Sequence[tuple[str, int, int]], row: Sequence[str | None]) -> None:
    client.rows(columns, [[None if value is None else value.encode() for value in row]])
    client.complete("SELECT")


def _label(copies: Sequence[_Copied], label: str, began: int, *, is_standby: bool) -> str:
    """backup_label. What is not PostgreSQL's: a position for each file if there are several, and the system identifier."""
    first = copies[0].copy
    starts = [f"START WAL LOCATION: {format_lsn(each.copy.lsn)} (file {each.name})" for each in copies]
    return "\n".join((
        *starts, f"CHECKPOINT LOCATION: {format_lsn(first.lsn)}", "BACKUP METHOD: streamed",
        f"BACKUP FROM: {'standby' if is_standby else 'primary'}", f"START TIME: {manifest.format_time(began)}",
        f"LABEL: {' '.join(label.splitlines())}", f"START TIMELINE: {first.timeline}",
        f"SYSTEM IDENTIFIER: {first.system_identifier}", ""))


class _Stream:
    """CopyOut's content, not faster than it may be."""

    def __init__(self, client: Conversation, options: Options) -> None:
        self._client = client
        self._options = options
        self._began = self._told = trio.current_time()
        self._sent = 0
        self._done = 0  # bytes of files, as PROGRESS counts them
        level = options.compression_level
        self._gzip = None if level is None else zlib.compressobj(level, zlib.DEFLATED, 31)

    async def send_all(self, copies: Sequence[_Copied], label: bytes, began: int) -> None:
        name = ARCHIVE + (".gz" if self._gzip else "")
        await self._client.send((b"n" + name.encode() + b"\0\0",))
        files = [await self._send_file(BACKUP_LABEL, len(label), began, _Bytes(label).read)]
        for each in copies:
            files.append(await self._send_file(each.name, each.copy.size, began, each.copy.read))
        await self._archive(archive.END)
        if self._gzip is not None:
            await self._data(self._gzip.flush())
        await self._progress()
        if self._options.has_manifest:
            first = copies[0].copy
            lsn = format_lsn(first.lsn)
            content = Manifest(first.system_identifier, tuple(files), first.timeline, lsn, lsn)
            await self._client.send((b"m",))
            await self._client.send((b"d" + manifest.encode(content, force_encode=self._options.force_encode),))

    async def _send_file(self, name: str, size: int, modified: int, read: Callable[[int], Awaitable[bytes]]) -> File:
        algorithm = self._options.algorithm if self._options.has_manifest else ""
        checksum = ALGORITHMS[algorithm]() if algorithm else None
        await self._archive(archive.header(name, size, modified))
        left = size
        while left:
            data = await read(min(CHUNK_BYTES, left))
            if not data:
                raise BackupError("58030", f"{name} is shorter than it was")
            left -= len(data)
            self._done += len(data)
            if checksum is not None:
                checksum.update(data)
            await self._archive(data)
            if trio.current_time() - self._told >= PROGRESS_S:
                await self._progress()
        await self._archive(archive.padding(size))
        return File(name, size, modified, algorithm, checksum.hexdigest() if checksum is not None else "")

    async def _archive(self, data: bytes) -> None:
        if self._gzip is not None and data:
            compressor = self._gzip
            data = await trio.to_thread.run_sync(compressor.compress, data)
        await self._data(data)

    async def _data(self, data: bytes) -> None:
        if not data:
            return
        await self._client.send((b"d" + data,))
        self._sent += len(data)
        if self._options.max_rate is not None:
            await trio.sleep_until(self._began + self._sent / self._options.max_rate)

    async def _progress(self) -> None:
        self._told = trio.current_time()
        await self._client.send((b"p" + self._done.to_bytes(8),))


class _Bytes:
    """Bytes that are read as a BaseCopy is."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self, size_max: int) -> bytes:
        data, self._data = self._data[:size_max], self._data[size_max:]
        return data
