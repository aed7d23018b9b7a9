"""Copies of a database while others write, and what is found in damaged ones."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
import trio

from storage import backup, errors
from storage.backup import BaseCopy, Checker
from storage.database import Database
from storage.wal import StoredSlot
from tests.storage.bench import NUMBERS, Bench

pytestmark = pytest.mark.trio


async def fetched(copy: BaseCopy, path: str) -> str:
    """The copy as a file."""
    pieces = []
    while data := await copy.read(10_000):
        pieces.append(data)
    assert sum(map(len, pieces)) == copy.size
    save(path, b"".join(pieces))
    return path


def save(path: str, data: bytes | bytearray) -> None:
    Path(path).write_bytes(data)


def load(path: str) -> bytearray:
    return bytearray(Path(path).read_bytes())


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def rows(path: str, sql: str) -> list[object]:
    connection = apsw.Connection(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


async def test_base_copy_has_the_end_of_its_own_log_and_no_slots(filled: Bench, path: str, tmp_path: Path) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    await wal.save_slots([StoredSlot("s", "pgoutput", 1, 1)])
    await filled.execute("DELETE FROM t WHERE id = 1")
    copy = await filled.database.base_copy()
    await filled.execute("DELETE FROM t WHERE id = 2")
    assert copy.lsn < wal.written
    assert (copy.timeline, copy.system_identifier) == (1, wal.system_identifier)
    file = await fetched(copy, os.fspath(tmp_path / "copy.db"))
    copy.close()
    assert rows(file, "SELECT count(*) FROM pgquill_slot") == [(0,)]
    assert rows(file, "SELECT id FROM t") == [(2,), (3,), (4,), (5,)]
    assert rows(file, "PRAGMA journal_mode") == [("wal",)]
    opened = Database.open(file)
    assert opened.wal.written == copy.lsn
    await opened.close()


async def test_base_copy_leaves_no_file_behind_and_takes_away_what_killed_processes_left(filled: Bench, tmp_path: Path) -> None:
    left, other = tmp_path / "test.db.backup-999999999-1", tmp_path / "other.db.backup-999999999-1"
    left.write_bytes(b"x")
    other.write_bytes(b"x")
    copy = await filled.database.base_copy()
    assert names(tmp_path) == {"test.db", "test.db-wal", "test.db-shm", other.name}
    copy.close()
    copy.close()


async def test_base_copy_of_a_file_without_a_log_has_no_position(filled: Bench) -> None:
    copy = await filled.database.base_copy()
    assert (copy.lsn, copy.timeline, copy.system_identifier) == (0, 1, 0)
    copy.close()


async def test_base_copy_in_memory(memory: Bench, tmp_path: Path) -> None:
    await memory.execute("CREATE TABLE t(x)")
    copy = await memory.database.base_copy()
    assert rows(await fetched(copy, os.fspath(tmp_path / "copy.db")), "SELECT * FROM t") == []
    copy.close()


async def test_copy_is_one_snapshot_however_much_is_written_meanwhile(
    large: Bench, other: Callable[[], apsw.Connection], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "BACKUP_PAGES", 10)
    program = other()
    told = []

    def report(done: int, total: int) -> None:
        told.append((done, total))
        program.execute("UPDATE big SET v = v || 'x' WHERE id % 100 = ?", (len(told) % 100,)).fetchall()
        program.execute("INSERT INTO big(v) VALUES ('new')")

    copy = await large.database.base_copy(report)
    program.close()
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert {total for _, total in told} == {copy.size} and told[-1][0] == copy.size
    found = rows(await fetched(copy, os.fspath(tmp_path / "copy.db")), "SELECT count(*), sum(v LIKE '%x') FROM big")
    assert found == [(20000, 0)]
    copy.close()


async def test_copying_is_cancelled(large: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "BACKUP_PAGES", 1)
    with trio.CancelScope() as scope:
        token, cancelled = trio.lowlevel.current_trio_token(), threading.Event()

        def cancel() -> None:
            scope.cancel()
            cancelled.set()

        def report(*_: int) -> None:
            token.run_sync_soon(cancel)
            assert cancelled.wait(20)

        await large.database.base_copy(report)
    assert scope.cancelled_caught
    assert names(tmp_path) == {"test.db", "test.db-wal", "test.db-shm"}
    await large.execute("DELETE FROM big")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
async def test_full_disk_is_told_from_other_failures(number: int) -> None:
    assert isinstance(backup.operating_system(OSError(number, "x")), errors.DiskFull)
    assert type(backup.operating_system(OSError(errno.EIO, "x"))) is errors.IoError


async def test_sound_file_has_no_complaints_and_nothing_is_made_beside_it(filled: Bench, path: str, tmp_path: Path) -> None:
    await filled.execute("CREATE TABLE n(d TEXT COLLATE decimal UNIQUE)")
    await filled.execute("INSERT INTO n VALUES ('1.50'), ('10')")
    await filled.database.close()
    assert Checker(path).complaints() == []
    assert names(tmp_path) == {"test.db"}


async def test_damage_and_missing_parents_are_found(path: str) -> None:
    program = apsw.Connection(path)
    program.execute("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INTEGER REFERENCES p); CREATE TABLE big(v);"
                    f"INSERT INTO c VALUES (7); INSERT INTO big SELECT zeroblob(900) FROM ({NUMBERS})", (100,)).fetchall()
    program.close()
    assert Checker(path).complaints() == ["row 1 of c refers to a row of p that is not there"]
    data = load(path)
    data[4096 * 5 : 4096 * 6] = b"\x55" * 4096
    save(path, data)
    complaints = Checker(path).complaints()
    assert any("page 6" in each for each in complaints), complaints


async def test_file_that_is_no_database_is_an_error(path: str) -> None:
    save(path, b"something else" * 1000)
    with pytest.raises(errors.NotADatabase):
        Checker(path).complaints()


async def test_check_is_stopped(large: Bench, path: str) -> None:
    await large.database.close()
    checker = Checker(path)
    checker.stop = True
    with pytest.raises(errors.Interrupted):
        checker.complaints()
