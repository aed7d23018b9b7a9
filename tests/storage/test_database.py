# ruff: noqa: ASYNC240  (tests look at files)
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
import trio

from storage import errors
from storage.database import Database
from storage.statement import Statement
from storage.worker import Worker
from tests.storage.bench import NUMBERS, Bench, read, when_free, write

pytestmark = pytest.mark.trio


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """The superuser may write everywhere; be somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_new_file_is_an_ordinary_sqlite_file_after_closing(path: str) -> None:
    bench = Bench(Database.open(path))
    await bench.execute("CREATE TABLE t(x)")
    await bench.execute("INSERT INTO t VALUES (1)")
    await bench.database.close()
    assert os.listdir(os.path.dirname(path)) == ["test.db"]
    plain = sqlite3.connect(path)
    assert plain.execute("SELECT name FROM sqlite_schema").fetchall() == [("t",)]
    assert plain.execute("SELECT x FROM t").fetchall() == [(1,)]
    plain.close()


async def test_served_file_nobody_writes_to_gets_nothing_added(path: str) -> None:
    program = apsw.Connection(path)
    program.execute("PRAGMA journal_mode = wal; CREATE TABLE t(x); INSERT INTO t VALUES (1)").fetchall()
    program.close()
    before = Path(path).read_bytes()
    bench = Bench(Database.open(path))
    assert await bench.query("SELECT * FROM t") == [(1,)]
    await bench.database.close()
    assert Path(path).read_bytes() == before
    assert os.listdir(os.path.dirname(path)) == ["test.db"]


async def test_file_that_is_no_database_is_refused(path: str) -> None:
    Path(path).write_text("This is a letter, not a database. " * 100)
    with pytest.raises(errors.NotADatabase):
        Database.open(path)


async def test_place_that_cannot_hold_a_file_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing" / "x.db"):
        with pytest.raises(errors.CannotOpen):
            Database.open(os.fspath(place))
    with pytest.raises(errors.CannotOpen):
        Database.open(os.fspath(tmp_path / "absent.db"), create=False)


async def test_file_that_another_program_has_locked_is_refused(
    path: str, other: Callable[[], apsw.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.OPEN_WAIT_S", 0.0)
    program = other()
    program.execute("CREATE TABLE t(x); BEGIN EXCLUSIVE")
    with pytest.raises(errors.LockedByOther):
        Database.open(path)
    program.close()


@pytest.mark.parametrize("journal", ["delete", "wal"])
async def test_read_only_folder_is_served_for_reading(path: str, journal: str, request: pytest.FixtureRequest) -> None:
    program = apsw.Connection(path)
    program.execute(f"PRAGMA journal_mode = {journal}; CREATE TABLE t(x); INSERT INTO t VALUES (1)").fetchall()
    program.close()
    folder = os.path.dirname(path)
    os.chmod(path, 0o644)
    os.chmod(folder, 0o755)
    for parent in Path(folder).parents:
        if parent != Path("/tmp") and Path("/tmp") in parent.parents:
            os.chmod(parent, 0o755)
    os.chmod(folder, 0o555)
    request.getfixturevalue("unprivileged")
    bench = Bench(Database.open(path))
    assert bench.database.read_only
    assert await bench.query("SELECT * FROM t") == [(1,)]
    with pytest.raises(errors.ReadOnly):
        await bench.execute("DELETE FROM t")
    await bench.database.close()
    assert os.listdir(folder) == ["test.db"]


async def test_attached_file_is_there_on_every_connection_and_cannot_be_written(path: str, tmp_path: Path) -> None:
    facts = os.fspath(tmp_path / "facts.db")
    program = apsw.Connection(facts)
    program.execute("CREATE TABLE fact(x); INSERT INTO fact VALUES (7)")
    program.close()
    bench = Bench(Database.open(path, attach={"facts": facts}))
    first, second = bench.begin(), bench.begin()
    await second.begin_write()
    for transaction in first, second:
        assert await read(transaction, "SELECT x FROM facts.fact") == [(7,)]
    with pytest.raises(errors.ReadOnly):
        await write(second, "DELETE FROM facts.fact")
    await second.rollback()
    await bench.database.close()


async def test_backup_is_a_consistent_copy(filled: Bench, tmp_path: Path) -> None:
    copy = os.fspath(tmp_path / "copy.db")
    writer = filled.begin()
    await write(writer, "DELETE FROM t WHERE id = 1")
    await filled.database.backup_to(copy)
    await writer.commit()
    with pytest.raises(errors.CannotOpen):
        await filled.database.backup_to(copy)
    copied = Bench(Database.open(copy))
    assert await copied.query("SELECT count(*) FROM t") == [(5,)]
    await copied.database.close()


async def test_memory_database_can_be_backed_up(memory: Bench, path: str) -> None:
    await memory.execute("CREATE TABLE t(x)")
    assert memory.database.path is None
    assert memory.database.size > 0
    await memory.database.backup_to(path)
    copied = Bench(Database.open(path))
    assert await copied.query("SELECT * FROM t") == []
    await copied.database.close()


async def test_memory_databases_are_separate(memory: Bench) -> None:
    await memory.execute("CREATE TABLE t(x)")
    another = Bench(Database.open(None))
    with pytest.raises(errors.SqlLogicError):
        await another.query("SELECT * FROM t")
    await another.database.close()


async def test_maintenance_runs_outside_transactions(large: Bench) -> None:
    size = large.database.size
    await large.execute("DELETE FROM big")
    await large.database.maintain("VACUUM")
    assert large.database.size < size


async def test_writers_queue_and_none_is_lost(filled: Bench) -> None:
    add = Statement("UPDATE t SET n = n + 1 WHERE id = 1", writes=True)

    async def writer() -> None:
        for _ in range(10):
            transaction = filled.begin()
            await when_free(transaction, add)
            await trio.lowlevel.checkpoint()
            await transaction.commit()

    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(writer)
    assert await filled.query("SELECT n FROM t WHERE id = 1") == [(110,)]


async def test_log_is_copied_into_the_file_as_it_grows(filled: Bench, path: str) -> None:
    for _ in range(8):
        await filled.execute(f"INSERT INTO t(n) SELECT randomblob(1000) FROM ({NUMBERS})", (1000,))
    assert os.path.getsize(path) > 4_000_000
    assert os.path.getsize(path + "-wal") < 12_000_000


async def test_inline_worker_gives_the_same_results(path: str) -> None:
    bench = Bench(Database.open(path, worker=Worker(inline=True)))
    await bench.execute("CREATE TABLE big(id INTEGER PRIMARY KEY)")
    await bench.execute(f"INSERT INTO big SELECT i FROM ({NUMBERS})", (5000,))
    assert len(await bench.query("SELECT id FROM big")) == 5000
    await bench.database.close()
