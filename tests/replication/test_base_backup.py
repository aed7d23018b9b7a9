"""BASE_BACKUP: its options, and what is sent. Messages about options are PostgreSQL 18's."""

import gzip
import os
import zlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from pytest_trio import trio_fixture

from pgwire.messages.copy import CopyData, CopyDone, CopyOutResponse
from pgwire.messages.result import CommandComplete, DataRow, Field, RowDescription
from replication import base_backup as module
from replication.archive import Member, Reader
from replication.base_backup import BackupError, Options, Source, Value, base_backup, read_options
from replication.manifest import Manifest, decode
from storage.database import Database
from storage.logged import format_lsn
from tests.storage.bench import NUMBERS, Bench

pytestmark = pytest.mark.trio


@trio_fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(Database.open(os.fspath(tmp_path / "app.db")))
    await bench.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)")
    await bench.execute(f"INSERT INTO t SELECT i, 'row ' || i FROM ({NUMBERS})", (20000,))
    yield bench
    await bench.database.close()


class Client:
    """What a client has been sent, in order."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def rows(self, columns: Sequence[tuple[str, int, int]], rows: Sequence[Sequence[bytes | None]]) -> None:
        self.messages.append(RowDescription(tuple(Field(name, 0, 0, oid, size) for name, oid, size in columns)))
        self.messages += [DataRow(tuple(row)) for row in rows]

    def complete(self, tag: str) -> None:
        self.messages.append(CommandComplete(tag))

    async def begin_copy_out(self) -> None:
        self.messages.append(CopyOutResponse(0, ()))

    async def send(self, payloads: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()
        self.messages += map(CopyData, payloads)

    def end_copy(self) -> None:
        self.messages.append(CopyDone())

    def kinds(self) -> str:
        """A letter for each message; CopyData as the letter in it."""
        kinds = "".join(m.data[:1].decode() if isinstance(m, CopyData) else m.tag.decode().upper() for m in self.messages)
        while "dd" in kinds:
            kinds = kinds.replace("dd", "d")
        return kinds

    def archive(self) -> bytes:
        return b"".join(m.data[1:] for m in self._copied() if m.data[:1] == b"d")

    def _copied(self) -> list[CopyData]:
        found = []
        for message in self.messages:
            if isinstance(message, CopyData):
                if message.data == b"m":
                    break
                found.append(message)
        return found

    def manifest(self) -> Manifest:
        at = self.messages.index(CopyData(b"m"))
        return decode(b"".join(m.data[1:] for m in self.messages[at + 1:] if isinstance(m, CopyData)))

    def files(self, data: bytes | None = None) -> dict[str, bytes]:
        reader, found, name = Reader(), {}, ""
        for event in reader.feed(self.archive() if data is None else data):
            if isinstance(event, Member):
                name, found[event.name] = event.name, b""
            elif isinstance(event, bytes):
                found[name] += event
        reader.end()
        return found


async def taken(bench: Bench, options: Options = Options(has_manifest=True), **more: Any) -> Client:  # noqa: B008  (frozen)
    client = Client()
    await base_backup([Source("app", bench.database)], options, client, **more)
    return client


async def test_messages_are_those_of_postgresql_in_its_order(bench: Bench) -> None:
    wal = bench.database.wal
    await wal.turn_on()
    client = await taken(bench, Options("x\ny", progress=True, has_manifest=True))
    # Recorded from PostgreSQL 18, with neighbouring 'd' taken for one.
    assert client.kinds() == "TDCTDCHndpmdCTDC"  # and C, at last
    rows = [m for m in client.messages if isinstance(m, DataRow)]
    position = (format_lsn(wal.written).encode(), b"1")
    assert [rows[0].values, rows[2].values] == [position, position]
    assert rows[1].values[:2] == (None, None)
    assert int(rows[1].values[2] or b"") == (bench.database.size + len(client.files()["backup_label"]) + 1023) // 1024
    described = [m for m in client.messages if isinstance(m, RowDescription)]
    assert [[(f.name, f.type_oid, f.type_size) for f in each.fields] for each in described[:2]] == [
        [("recptr", 25, -1), ("tli", 20, 8)], [("spcoid", 26, 4), ("spclocation", 25, -1), ("size", 20, 8)]]
    assert CopyOutResponse(0, ()) in client.messages and CopyDone() in client.messages
    assert CopyData(b"nbase.tar\0\0") in client.messages
    assert [m.command_tag for m in client.messages if isinstance(m, CommandComplete)] == ["SELECT"] * 3


async def test_label_tells_where_the_copy_stands(bench: Bench) -> None:
    await bench.database.wal.turn_on()
    wal = bench.database.wal
    client = await taken(bench, Options("two\nlines"), is_standby=True)
    lines = client.files()["backup_label"].decode().splitlines()
    assert lines[:4] == [f"START WAL LOCATION: {format_lsn(wal.written)} (file app.db)",
                         f"CHECKPOINT LOCATION: {format_lsn(wal.written)}", "BACKUP METHOD: streamed", "BACKUP FROM: standby"]
    assert lines[5:] == ["LABEL: two lines", "START TIMELINE: 1", f"SYSTEM IDENTIFIER: {wal.system_identifier}"]
    assert client.kinds() == "TDCTDCHndpCTDC"


async def test_manifest_fits_the_files(bench: Bench) -> None:
    client = await taken(bench)
    files = client.files()
    assert [(f.path, f.size) for f in client.manifest().files] == [(name, len(data)) for name, data in files.items()]
    for algorithm in module.ALGORITHMS:
        client = await taken(bench, Options(has_manifest=True, algorithm=algorithm))
        for file in client.manifest().files:
            assert file.checksum == module.ALGORITHMS[algorithm](client.files()[file.path]).hexdigest()
    client = await taken(bench, Options(has_manifest=True, algorithm=""))
    assert {file.checksum for file in client.manifest().files} == {""}


async def test_archive_is_compressed_on_request(bench: Bench) -> None:
    client = await taken(bench, Options(compression_level=1))
    assert CopyData(b"nbase.tar.gz\0\0") in client.messages
    assert len(client.files(gzip.decompress(client.archive()))["app.db"]) == bench.database.size


async def test_rate_is_limited(bench: Bench, autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "base_copy", _inline_copy)
    began = trio.current_time()
    client = await taken(bench, Options(max_rate=100_000))
    assert trio.current_time() - began == pytest.approx(len(client.archive()) / 100_000, rel=0.01)
    assert client.kinds().count("p") > 2


async def _inline_copy(database: Database, report: object = None) -> Any:
    """A clock that jumps does not see threads; so no thread is used here."""
    data = b"x" * 600_000

    class Copy:
        size, lsn, timeline, system_identifier = len(data), 8, 1, 1
        at = 0

        async def read(self, size: int) -> bytes:
            found = data[self.at:self.at + size]
            self.at += size
            return found

        def close(self) -> None:
            """It has nothing."""

    return Copy()


async def test_several_databases_are_in_one_archive(bench: Bench, tmp_path: Path) -> None:
    other = Database.open(os.fspath(tmp_path / "other.db"))
    client = Client()
    await base_backup([Source("app", bench.database), Source("other", other)], Options(has_manifest=True), client)
    assert list(client.files()) == ["backup_label", "app.db", "other.db"]
    await other.close()


async def test_nothing_is_left_when_the_client_goes(bench: Bench, tmp_path: Path) -> None:
    before = names(tmp_path)

    class Gone(Client):
        async def send(self, payloads: Sequence[bytes]) -> None:
            raise trio.BrokenResourceError

    with pytest.raises(trio.BrokenResourceError):
        await base_backup([Source("app", bench.database)], Options(), Gone())
    with trio.move_on_after(0):
        await base_backup([Source("app", bench.database)], Options(), Gone())
    assert names(tmp_path) == before


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize(("options", "expected"), [
    ((), Options()),
    ((("label", "x"), ("progress", None), ("checkpoint", "fast"), ("wait", 0), ("wal", None), ("max_rate", 32)),
     Options("x", progress=True, max_rate=32768)),
    ((("manifest", "yes"), ("manifest_checksums", "sha512"), ("target", "client")),
     Options(has_manifest=True, algorithm="SHA512")),
    ((("manifest", "force-encode"), ("manifest_checksums", "NONE")), Options(has_manifest=True, force_encode=True, algorithm="")),
    ((("manifest", "no"), ("progress", "off"), ("incremental", "false"), ("tablespace_map", None)), Options()),
    ((("compression", "gzip"),), Options(compression_level=zlib.Z_DEFAULT_COMPRESSION)),
    ((("compression", "gzip"), ("compression_detail", "level=9")), Options(compression_level=9)),
    ((("compression", "gzip"), ("compression_detail", "3")), Options(compression_level=3)),
    ((("compression", "none"),), Options()),
])
async def test_options_are_read(options: tuple[tuple[str, Value], ...], expected: Options) -> None:
    assert read_options(options) == expected


@pytest.mark.parametrize(("options", "sqlstate", "message"), [
    ([("foo", 1)], "42601", 'unrecognized base backup option: "foo"'),
    ([("label", "a"), ("label", "b")], "42601", 'duplicate option "label"'),
    ([("label", None)], "42601", "label requires a parameter"),
    ([("checkpoint", "x")], "42601", 'unrecognized checkpoint type: "x"'),
    ([("max_rate", 5)], "22003", '5 is outside the valid range for parameter "MAX_RATE" (32 .. 1048576)'),
    ([("max_rate", "abc")], "42601", "max_rate requires a numeric value"),
    ([("progress", "maybe")], "42601", "progress requires a Boolean value"),
    ([("manifest", "x")], "42601", 'unrecognized manifest option: "x"'),
    ([("manifest_checksums", "x"), ("manifest", "yes")], "42601", 'unrecognized checksum algorithm: "x"'),
    ([("manifest_checksums", "SHA256")], "42601", "manifest checksums require a backup manifest"),
    ([("manifest", "no"), ("manifest_checksums", "NONE")], "42601", "manifest checksums require a backup manifest"),
    ([("target", "x")], "0A000", 'unrecognized target: "x"'),
    ([("target_detail", "x")], "42601", "target detail cannot be used without target"),
    ([("target", "client"), ("target_detail", "x")], "42601", 'target "client" does not accept a target detail'),
    ([("compression", "x")], "42601", 'unrecognized compression algorithm: "x"'),
    ([("compression", "zstd")], "42601", "invalid compression specification: this build does not support compression with ZSTD"),
    ([("compression", "gzip"), ("compression_detail", "level=77")], "42601",
     'invalid compression specification: compression algorithm "gzip" expects a compression level between 1 and 9 '
     "(default at -1)"),
    ([("compression", "none"), ("compression_detail", "level=1")], "42601",
     'invalid compression specification: compression algorithm "none" does not accept a compression level'),
    ([("compression_detail", "level=7")], "42601", "compression detail cannot be specified unless compression is enabled"),
    # Ours: PostgreSQL does these.
    ([("incremental", None)], "0A000", "incremental backups are not supported"),
    ([("manifest", "yes"), ("manifest_checksums", "CRC32C")], "0A000",
     "CRC32C as the checksum of a manifest is not supported"),
])
async def test_wrong_options_are_refused(options: list[tuple[str, Value]], sqlstate: str, message: str) -> None:
    with pytest.raises(BackupError) as caught:
        read_options(options)
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)
