"""Backups as folders and archives: made of files, verified, restored; damaged, cut off, on a full disk, interrupted."""

import os
import resource
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest
import trio

from replication.backup_store import BackupFailed, Receiver, open_store
from replication.base_backup import Options
from replication.fetching import FileStore, Progress, command, copy_files
from replication.manifest import MANIFEST
from replication.restoring import Report, restore, verify
from storage.database import Database
from storage.foreign import ENDING

FORMS = ("backup", "backup.tar", "backup.tar.gz", "backup.tgz")


def make_file(path: Path, rows: int = 2000) -> Path:
    connection = apsw.Connection(os.fspath(path))
    connection.execute("PRAGMA journal_mode = wal").fetchall()
    connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE c(t INTEGER REFERENCES t)").fetchall()
    with connection:
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(i, f"row {i}" * 10) for i in range(rows)])
    connection.close()
    return path


def rows(path: Path) -> int:
    connection = apsw.Connection(os.fspath(path))
    try:
        found: int = connection.execute("SELECT count(*) FROM t").get
        return found
    finally:
        connection.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return make_file(folder / "app.db")


def back_up(source: Path, target: Path, progress: Progress | None = None) -> Path:
    trio.run(copy_files, source, open_store(target), Options(has_manifest=True), *([progress] if progress else []))
    return target


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may become larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", FORMS)
def test_backup_is_sound_and_is_restored(source: Path, tmp_path: Path, form: str) -> None:
    made = back_up(source, tmp_path / form)
    assert [each.path for each in verify(made).files] == ["backup_label", "app.db"]
    verify(made, quick=True)
    restore(made, tmp_path / "again.db")
    assert rows(tmp_path / "again.db") == 2000
    assert names(tmp_path) == {"data", form, "again.db"}
    assert names(source.parent) == {"app.db"}
    assert (tmp_path / "again.db").stat().st_mode & 0o777 == 0o600


def test_backup_of_a_served_file_has_what_was_committed(source: Path, tmp_path: Path) -> None:
    other = apsw.Connection(os.fspath(source))
    other.execute("BEGIN; INSERT INTO t VALUES (9000, 'x'); COMMIT; BEGIN; INSERT INTO t VALUES (9001, 'x')").fetchall()
    restore(back_up(source, tmp_path / "b.tar"), tmp_path / "again.db")
    other.close()
    assert rows(tmp_path / "again.db") == 2001


def test_folder_of_databases_is_restored_as_one(source: Path, tmp_path: Path) -> None:
    make_file(source.parent / "other.db", 7)
    made = back_up(source.parent, tmp_path / "b.tar.gz")
    restore(made, tmp_path / "cluster")
    assert names(tmp_path / "cluster") == {"app.db", "other.db"}
    assert rows(tmp_path / "cluster" / "other.db") == 7


def test_folder_without_databases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BackupFailed, match="has no"):
        back_up(tmp_path / "empty", tmp_path / "b")
    assert names(tmp_path) == {"empty"}


def test_database_is_restored_into_an_empty_folder_under_its_name(source: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    restore(back_up(source, tmp_path / "b"), tmp_path / "new")
    assert names(tmp_path / "new") == {"app.db"}


def test_folder_that_pg_basebackup_has_made_of_an_archive_is_read(source: Path, tmp_path: Path) -> None:
    made = back_up(source, tmp_path / "b")
    packed = tmp_path / "packed"
    packed.mkdir()
    shutil.copyfile(made / MANIFEST, packed / MANIFEST)
    with tarfile.open(packed / "base.tar", "w", format=tarfile.GNU_FORMAT) as file:
        file.add(made / "backup_label", "backup_label")
        file.add(made / "app.db", "app.db")
    verify(packed)
    restore(packed, tmp_path / "again.db")
    assert rows(tmp_path / "again.db") == 2000


def test_progress_is_told(source: Path, tmp_path: Path) -> None:
    totals: list[int] = []
    received: list[int] = []
    made = back_up(source, tmp_path / "b.tar", Progress(totals.append, received.append))
    assert totals == [source.stat().st_size]
    assert received == sorted(received) and received[-1] > totals[0]
    told: list[object] = []
    verify(made, report=Report(lambda done, total: told.append((done, total)), told.append))
    assert told[-1] == "checking app.db"
    assert told[-2] == ((tmp_path / "b.tar").stat().st_size,) * 2


# --- nothing is overwritten -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_backup_overwrites_nothing(source: Path, tmp_path: Path, form: str) -> None:
    made = back_up(source, tmp_path / form)
    with pytest.raises(BackupFailed, match="exists"):
        back_up(source, made)
    verify(made)


def test_restore_overwrites_nothing(source: Path, tmp_path: Path) -> None:
    made = back_up(source, tmp_path / "b")
    with pytest.raises(BackupFailed, match="exists already; nothing is overwritten"):
        restore(made, source)
    with pytest.raises(BackupFailed, match="exists and is not empty"):
        restore(made, source.parent)
    with pytest.raises(BackupFailed, match="no such folder"):
        restore(made, tmp_path / "missing" / "app.db")


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_restore_refuses_what_sqlite_would_take_for_a_part_of_the_file(source: Path, tmp_path: Path, ending: str) -> None:
    made = back_up(source, tmp_path / "b")
    (tmp_path / f"again.db{ending}").write_bytes(b"")
    with pytest.raises(BackupFailed, match="of another database"):
        restore(made, tmp_path / "again.db")


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.99])
def test_backup_that_is_cut_off_is_refused(source: Path, tmp_path: Path, form: str, part: float) -> None:
    made = back_up(source, tmp_path / form)
    victim = made / "app.db" if made.is_dir() else made
    os.truncate(victim, int(victim.stat().st_size * part))
    refused(made, tmp_path)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("at", [600, 9000, 70000, -600])
def test_changed_byte_is_noticed(source: Path, tmp_path: Path, form: str, at: int) -> None:
    made = back_up(source, tmp_path / form)
    victim = made / "app.db" if made.is_dir() else made
    data = bytearray(victim.read_bytes())
    if made.suffix != ".tar" or at > 0:  # the end of a tar file is padding
        at = at % len(data)
        data[at] ^= 0x55
        victim.write_bytes(data)
        refused(made, tmp_path)


def refused(made: Path, tmp_path: Path) -> None:
    for try_it in (lambda: verify(made), lambda: verify(made, quick=True), lambda: restore(made, tmp_path / "again.db")):
        with pytest.raises(BackupFailed) as caught:
            try_it()
        assert str(caught.value)
    assert names(tmp_path) == {"data", made.name}


@pytest.mark.parametrize(("name", "message"), [("app.db", "app.db is in the manifest, and missing"),
                                               (MANIFEST, "no backup_manifest"),
                                               ("backup_label", "backup_label is in the manifest, and missing")])
def test_missing_file_is_named(source: Path, tmp_path: Path, name: str, message: str) -> None:
    made = back_up(source, tmp_path / "b")
    (made / name).unlink()
    with pytest.raises(BackupFailed, match=message):
        verify(made)


def test_file_that_does_not_belong_there_is_named(source: Path, tmp_path: Path) -> None:
    made = back_up(source, tmp_path / "b")
    (made / "app.db-wal").write_bytes(b"x")
    with pytest.raises(BackupFailed, match="wal is not in the manifest"):
        verify(made)


def test_damage_that_was_backed_up_is_found_by_sqlite(tmp_path: Path) -> None:
    source = tmp_path / "app.db"
    connection = apsw.Connection(os.fspath(source))
    connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE c(t INTEGER REFERENCES t); INSERT INTO c VALUES (1)")
    connection.close()
    made = back_up(source, tmp_path / "b")
    verify(made, quick=True)
    with pytest.raises(BackupFailed, match="row 1 of c refers to a row of t that is not there"):
        verify(made)
    with pytest.raises(BackupFailed, match="is damaged"):
        restore(made, tmp_path / "again.db")


@pytest.mark.parametrize("path", ["nothing", "data/app.db"])
def test_what_is_no_backup_is_refused(source: Path, tmp_path: Path, path: str) -> None:
    with pytest.raises(BackupFailed, match=r"no such backup|is no backup"):
        verify(tmp_path / path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("text " * 1000)
    with pytest.raises(BackupFailed, match="not a database"):
        back_up(tmp_path / "text.db", tmp_path / "b")
    assert names(tmp_path) == {"text.db"}


# --- full disks, and being stopped ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_full_disk_leaves_nothing(source: Path, tmp_path: Path, form: str) -> None:
    made = back_up(source, tmp_path / form)
    with full_disk(60_000):
        with pytest.raises(BackupFailed, match=r"no space left|disk"):
            back_up(source, tmp_path / f"second.{form}")
        with pytest.raises(BackupFailed, match="no space left"):
            restore(made, tmp_path / "again.db")
    assert names(tmp_path) == {"data", form}
    assert names(source.parent) == {"app.db"}


@pytest.mark.parametrize("form", FORMS)
def test_backup_that_is_interrupted_leaves_nothing(source: Path, tmp_path: Path, form: str) -> None:
    def stop(received: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(BaseException) as caught:  # noqa: PT011  (trio wraps it in a group)
        back_up(source, tmp_path / form, Progress(lambda total: None, stop))
    assert caught.group_contains(KeyboardInterrupt) if isinstance(caught.value, BaseExceptionGroup) else (
        caught.type is KeyboardInterrupt)
    assert names(tmp_path) == {"data"}


def test_restore_that_is_interrupted_leaves_nothing(source: Path, tmp_path: Path) -> None:
    made = back_up(source, tmp_path / "b")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(made, tmp_path / "again.db", Report(stop, lambda text: None))
    assert names(tmp_path) == {"data", "b"}


# --- what a server sends ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("messages", "complaint"), [
    ([b"nbase.tar\0\0"], "incomplete"),
    ([b"n16384.tar\0\0"], "something else than a database of pgquill"),
    ([b"nbase.tar\0\0", b"nbase.tar\0\0"], "something else"),
    ([b"x"], "not known"),
    ([b"nbase.tar\0\0", b"d" + bytes(1024)], "no manifest"),
    ([b"nbase.tar\0\0", b"d" + bytes(1024), b"m", b"d{"], "manifest is incomplete"),
    ([b"nbase.tar\0\0", b"d" + b"x" * 512], "damaged"),
])
def test_server_that_sends_something_else_is_refused(tmp_path: Path, messages: list[bytes], complaint: str) -> None:
    receiver = Receiver(open_store(tmp_path / "b"))

    async def receive() -> None:
        for message in messages:
            receiver.take(message)
        await receiver.finish()

    with pytest.raises(BackupFailed, match=complaint):
        trio.run(receive)
    receiver.abandon()
    assert names(tmp_path) == set()


def test_command_asks_for_what_is_expected() -> None:
    assert command("it's", max_rate_kib=100) == (
        "BASE_BACKUP (LABEL 'it''s', PROGRESS, CHECKPOINT 'fast', MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256', TARGET 'client', "
        "MAX_RATE 100)")


# --- for a standby ----------------------------------------------------------------------------------------------------


def test_copy_for_a_standby_goes_on_from_its_position(source: Path, tmp_path: Path) -> None:
    async def turn_on() -> int:
        database = Database.open(os.fspath(source))
        await database.wal.turn_on()
        await database.close()
        return database.wal.written

    async def look() -> tuple[int, bool, int]:
        database = Database.open(os.fspath(tmp_path / "standby.db"))
        found = database.wal.written, database.wal.knows_all, database.wal.timeline
        await database.close()
        return found

    position = trio.run(turn_on)
    trio.run(copy_files, source, FileStore(tmp_path / "standby.db"), Options(has_manifest=True))
    assert names(tmp_path) == {"data", "standby.db", f"standby.db{ENDING}"}
    assert trio.run(look) == (position, True, 1)


def test_restored_file_begins_a_timeline_of_its_own(source: Path, tmp_path: Path) -> None:
    async def log() -> tuple[bool, int]:
        database = Database.open(os.fspath(tmp_path / "again.db"))
        known = database.wal.knows_all
        await database.wal.notice_foreign()
        await database.close()
        return known, database.wal.timeline

    async def turn_on() -> None:
        database = Database.open(os.fspath(source))
        await database.wal.turn_on()
        await database.close()

    trio.run(turn_on)
    restore(back_up(source, tmp_path / "b"), tmp_path / "again.db")
    assert trio.run(log) == (False, 2)
