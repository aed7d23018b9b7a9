"""backup_manifest: what a base backup consists of, as PostgreSQL writes it (backup-manifest-format.html). No I/O.

The last line holds the SHA-256 of all that stands before it, so that a manifest that is not whole is noticed.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

MANIFEST = "backup_manifest"
"""The file's name."""
VERSION = 2
BYTES_MAX = 16 << 20

ALGORITHMS: Mapping[str, Callable[[], Any]] = {
    "SHA224": hashlib.sha224, "SHA256": hashlib.sha256, "SHA384": hashlib.sha384, "SHA512": hashlib.sha512}


class BadManifest(Exception):
    """A manifest is damaged, or says something that no base backup of ours does."""


class File(msgspec.Struct, frozen=True):
    """A file of a base backup. modified: seconds since 1970. algorithm: one of ALGORITHMS, or "" for no checksum."""

    path: str
    size: int
    modified: int
    algorithm: str = ""
    checksum: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """A manifest. start, end: positions; timeline: where they lie."""

    system_identifier: int
    files: tuple[File, ...]
    timeline: int
    start: str
    end: str


def format_time(seconds: int) -> str:
    """As PostgreSQL writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S GMT")


def _quote(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _line(file: File, force_encode: bool) -> str:
    try:
        path = f'"Path": {_quote(file.path)}' if not force_encode else ""
    except UnicodeEncodeError:
        path = ""
    if not path:
        path = f'"Encoded-Path": "{file.path.encode("utf-8", "surrogateescape").hex()}"'
    checksum = f', "Checksum-Algorithm": {_quote(file.algorithm)}, "Checksum": {_quote(file.checksum)}' if file.algorithm else ""
    return f'{{ {path}, "Size": {file.size}, "Last-Modified": "{format_time(file.modified)}"{checksum} }}'


def encode(manifest: Manifest, *, force_encode: bool = False) -> bytes:
    """The manifest's bytes. force_encode: names in hexadecimal, whatever they are."""
    files = ",\n".join(_line(file, force_encode) for file in manifest.files)
    text = (f'{{ "PostgreSQL-Backup-Manifest-Version": {VERSION},\n"System-Identifier": {manifest.system_identifier},\n'
            f'"Files": [\n{files}\n],\n"WAL-Ranges": [\n{{ "Timeline": {manifest.timeline}, "Start-LSN": "{manifest.start}", '
            f'"End-LSN": "{manifest.end}" }}\n],\n')
    head = text.encode() + b'"Manifest-Checksum": "'
    return head + hashlib.sha256(text.encode()).hexdigest().encode() + b'"}\n'


def decode(data: bytes) -> Manifest:
    """The manifest. Raises: BadManifest."""
    head, mark, tail = data.rpartition(b'"Manifest-Checksum": "')
    if not mark or not tail.endswith(b'"}\n'):
        raise BadManifest("the manifest is incomplete")
    if hashlib.sha256(head).hexdigest() != tail[:-3].decode("ascii", "replace"):
        raise BadManifest("the manifest's own checksum is wrong")
    try:
        document = msgspec.json.decode(data)
        ranges: Sequence[Any] = document["WAL-Ranges"]
        span = ranges[0]
        return Manifest(int(document["System-Identifier"]), tuple(map(_file, document["Files"])), int(span["Timeline"]),
                        str(span["Start-LSN"]), str(span["End-LSN"]))
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise BadManifest(f"the manifest is not one of pgquill: {error!r}") from error


def _file(entry: Any) -> File:
    path = entry.get("Path")
    if path is None:
        path = bytes.fromhex(entry["Encoded-Path"]).decode("utf-8", "surrogateescape")
    algorithm = entry.get("Checksum-Algorithm", "")
    if algorithm and algorithm not in ALGORITHMS:
        raise BadManifest(f"checksums of the kind {algorithm} are not known")
    modified = datetime.strptime(entry["Last-Modified"], "%Y-%m-%d %H:%M:%S GMT").replace(tzinfo=UTC)
    return File(str(path), int(entry["Size"]), int(modified.timestamp()), algorithm, str(entry.get("Checksum", "")))
