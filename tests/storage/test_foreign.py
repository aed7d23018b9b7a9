"""Another program writes to a file, or only reads it, while its server is down."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from storage.database import Database
from storage.foreign import ENDING, _last_row, _varint, vouch_for
from storage.wal import StoredSlot
from tests.storage.bench import Bench

pytestmark = pytest.mark.trio

Program = Callable[..., None]

KILLED = """
import os, signal, sys, trio
from storage.database import Database
from storage.wal import StoredSlot
from storage.statement import Statement
from tests.storage.bench import Bench

async def main():
    bench = Bench(Database.open(sys.argv[1]))
    for line in sys.argv[2:]:
        if line == "turn_on":
            await bench.database.wal.turn_on()
        elif line == "checkpoint":
            await bench.database.checkpoint()
        elif line == "slot":
            await bench.database.wal.save_slots([StoredSlot("s", "pgoutput", 1, 1)])
        elif line == "unlogged":
            await bench.execute("ANALYZE t")
        else:
            await bench.execute(line)
    os.kill(os.getpid(), signal.SIGKILL)

trio.run(main)
"""


@pytest.fixture
def sqlite() -> Program:
    """Another program: the sqlite3 shell, or SQLite without us where that is not installed."""
    def run(path: str, *statements: str) -> None:
        program = shutil.which("sqlite3")
        if program is not None:
            subprocess.run([program, path, *statements], check=True, capture_output=True)
            return
        connection = apsw.Connection(path)
        for sql in statements:
            connection.execute(sql).fetchall()
        connection.close()

    return run


def killed(path: str, *statements: str) -> None:
    """A server that does this and ends without a word."""
    done = subprocess.run([sys.executable, "-c", KILLED, path, *statements], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": os.getcwd()})
    assert done.returncode == -signal.SIGKILL, done.stderr


async def served(path: str, *statements: str) -> None:
    """A server that does this and stops."""
    bench = Bench(Database.open(path))
    await bench.database.wal.turn_on()
    for sql in statements:
        await bench.execute(sql)
    await bench.database.close()


async def detected(path: str) -> bool:
    """Whether the next server finds that another program has written; it goes without having committed anything."""
    database = Database.open(path)
    found = not database.wal.knows_all
    await database.close()
    return found


def has_note(path: str) -> bool:
    return os.path.exists(path + ENDING)


TABLE = "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER)"
ROW = "INSERT INTO t(n) VALUES (1)"


async def test_file_left_alone_is_ours(path: str) -> None:
    await served(path, TABLE, ROW)
    assert has_note(path)
    assert not await detected(path)
    assert not await detected(path)


async def test_reading_by_another_program_is_not_writing(path: str, sqlite: Program) -> None:
    await served(path, TABLE, ROW)
    sqlite(path, "SELECT * FROM t", "PRAGMA integrity_check")
    assert not await detected(path)


@pytest.mark.parametrize("sql", [ROW, "UPDATE t SET n = 2", "CREATE VIEW v AS SELECT 1", "VACUUM", "PRAGMA journal_mode = delete",
                                 "PRAGMA user_version = 3"])
async def test_writing_by_another_program_is_detected(path: str, sqlite: Program, sql: str) -> None:
    await served(path, TABLE, ROW)
    sqlite(path, sql)
    assert await detected(path)


async def test_new_timeline_begins_with_the_next_commit(path: str, sqlite: Program) -> None:
    await served(path, TABLE, ROW)
    sqlite(path, ROW)
    assert await detected(path)
    assert await detected(path)  # nothing has been committed yet, so the log does not say so either
    await served(path, ROW)
    database = Database.open(path)
    assert database.wal.timeline == 2
    assert database.wal.knows_all
    await database.close()


async def test_file_whose_log_is_off_gets_no_note(path: str) -> None:
    bench = Bench(Database.open(path))
    await bench.execute(TABLE)
    await bench.database.close()
    assert not has_note(path)


async def test_copied_file_is_in_doubt(path: str, tmp_path: Path) -> None:
    await served(path, TABLE, ROW)
    copy = os.fspath(tmp_path / "copy.db")
    shutil.copyfile(path, copy)
    shutil.copyfile(path + ENDING, copy + ENDING)
    assert await detected(copy)


@pytest.mark.parametrize("last", [[ROW], [], ["slot"], ["checkpoint"], ["unlogged"], ["unlogged", "unlogged"],
                                  ["CREATE TABLE u(x)"], ["INSERT INTO t SELECT NULL, id FROM t"], [ROW, "checkpoint", ROW]])
async def test_killed_server_has_left_its_own_commit(path: str, last: list[str]) -> None:
    statistics = ["ANALYZE"] if "unlogged" in last else []
    killed(path, "turn_on", TABLE, *statistics, ROW, *last)
    assert not await detected(path)


async def test_server_killed_before_its_first_commit_leaves_the_file_as_it_was(path: str) -> None:
    await served(path, TABLE, ROW)
    killed(path)
    assert not await detected(path)


async def test_statistics_made_before_a_kill_do_not_hide_what_was_written_before(path: str) -> None:
    await served(path, TABLE, ROW, "ANALYZE")
    killed(path, "unlogged")
    assert not await detected(path)


async def test_server_killed_after_writing_through_a_large_transaction_is_recognised(path: str) -> None:
    many = "INSERT INTO t(n) WITH RECURSIVE i(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM i LIMIT 30000) SELECT x FROM i"
    killed(path, "turn_on", TABLE, ROW, many)
    assert not await detected(path)


@pytest.mark.parametrize("sql", [ROW, "UPDATE t SET n = 2", "CREATE VIEW v AS SELECT 1", "VACUUM", "DELETE FROM t"])
async def test_writing_after_a_kill_is_detected(path: str, sqlite: Program, sql: str) -> None:
    killed(path, "turn_on", TABLE, ROW)
    sqlite(path, sql)
    assert await detected(path)


@pytest.mark.parametrize("sql", [ROW, "UPDATE t SET n = 2", "CREATE VIEW v AS SELECT 1", "VACUUM", "DELETE FROM t",
                                 "PRAGMA user_version = 3", "CREATE TABLE x(y); ANALYZE"])
async def test_writing_after_a_kill_by_a_program_that_is_still_there_is_detected(
    path: str, other: Callable[[], apsw.Connection], sql: str
) -> None:
    killed(path, "turn_on", TABLE, ROW, ROW, ROW)
    program = other()
    program.wal_autocheckpoint(0)
    for _ in range(20):
        program.execute(ROW)
    program.execute(sql).fetchall()
    assert await detected(path)
    program.close()


async def test_reading_after_a_kill_by_a_program_that_is_still_there_is_not_writing(
    path: str, other: Callable[[], apsw.Connection]
) -> None:
    killed(path, "turn_on", TABLE, ROW)
    program = other()
    program.execute("SELECT * FROM t").fetchall()
    assert not await detected(path)
    program.close()


async def test_file_another_program_has_open_when_the_server_stops_is_ours_as_long_as_it_reads(
    path: str, other: Callable[[], apsw.Connection]
) -> None:
    await served(path, TABLE, ROW)
    program = other()
    program.execute("SELECT * FROM t").fetchall()
    await served(path, ROW)
    assert not await detected(path)
    program.execute(ROW)
    assert await detected(path)
    program.close()


async def test_write_just_before_closing_is_not_covered_by_the_note(path: str, other: Callable[[], apsw.Connection]) -> None:
    bench = Bench(Database.open(path))
    await bench.database.wal.turn_on()
    await bench.execute(TABLE)
    program = other()
    program.execute(ROW)
    program.close()
    await bench.database.close()
    assert not has_note(path)
    assert await detected(path)


async def test_program_that_holds_the_file_for_writing_is_doubted(path: str, other: Callable[[], apsw.Connection],
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.foreign.OPEN_WAIT_MS", 1)
    await served(path, TABLE, ROW)
    program = other()
    program.execute("BEGIN IMMEDIATE")
    assert await detected(path)
    program.close()


async def test_standby_that_is_closed_leaves_a_note(path: str, tmp_path: Path) -> None:
    bench = Bench(Database.open(path))
    await bench.database.wal.turn_on()
    await bench.execute(TABLE)
    copy = os.fspath(tmp_path / "copy.db")
    await bench.database.checkpoint()
    shutil.copyfile(path, copy)
    vouch_for(copy)
    position = bench.database.wal.written
    await bench.execute(ROW)
    standby = Database.open(copy)
    await standby.wal.apply(await bench.database.wal.read(position))
    await standby.close()
    assert not await detected(copy)
    await bench.database.close()


async def test_slot_saved_before_a_kill_is_recognised(path: str) -> None:
    await served(path, TABLE)
    killed(path, "slot", "checkpoint")
    database = Database.open(path)
    assert database.wal.knows_all
    assert database.wal.slots() == {"s": StoredSlot("s", "pgoutput", 1, 1)}
    await database.close()


@pytest.mark.parametrize(("page", "row"), [(bytes(512), None), (b"\x0d\0\0\0\1" + bytes(3) + b"\xff\xff" + bytes(502), None)])
async def test_page_that_is_no_leaf_of_a_log_has_no_last_row(page: bytes, row: None) -> None:
    assert _last_row(page) is row


@pytest.mark.parametrize(("data", "value"), [(b"\x7f", 127), (b"\x81\x00", 128), (b"\xff" * 9, (1 << 64) - 1)])
async def test_variable_length_number_is_read(data: bytes, value: int) -> None:
    assert _varint(data, 0) == (value, len(data))
