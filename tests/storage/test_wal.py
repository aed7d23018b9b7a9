"""The log: what is in it, where it stands, who is told, and that it survives."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import apsw
import pytest
import trio
import trio.testing

from storage.changes import DELETE, INSERT, UPDATE, Change
from storage.database import Database
from storage.errors import ApplyConflict, LogGone
from storage.foreign import vouch_for
from storage.logged import FIRST_LSN, FOREIGN_WRITE, FORK, MESSAGE, PROMOTION, SQL, TRUNCATE
from storage.statement import Function, Isolation, Statement
from storage.wal import StoredSlot, Wal
from tests.storage.bench import NUMBERS, Bench, read, write
from tests.storage.test_random_writers import copy_file

pytestmark = pytest.mark.trio


async def logged(wal: Wal) -> list[list[Change]]:
    """What each record has, without the empty one that begins a log."""
    return [record.changes for record in await wal.read(wal.oldest, 1 << 60)][1:]


def insert(table: str, rowid: int, *row: Any) -> Change:
    return Change("main", table, INSERT, rowid, rowid, None, row)


@pytest.fixture
def content() -> Callable[[str], dict[str, list[Any]]]:
    """Everything in a file but what belongs to one copy of it."""
    def read_file(path: str) -> dict[str, list[Any]]:
        raw = apsw.Connection(path)
        names = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        found: dict[str, list[Any]] = {
            name: raw.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall() for (name,) in names
            if name not in ("pgquill_node", "pgquill_slot")}
        found["schema"] = raw.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
        raw.close()
        return found
    return read_file


async def test_file_without_a_log_gets_nothing_from_being_served(filled: Bench) -> None:
    names = await filled.query("SELECT name FROM sqlite_schema")
    assert names == [("t",)]
    assert not filled.database.wal.is_on


async def test_statement_is_logged_as_the_rows_it_changed(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    await filled.execute("INSERT INTO t VALUES (6, 60)")
    await filled.execute("UPDATE t SET n = n + 1 WHERE id > 5")
    await filled.execute("DELETE FROM t WHERE id = 6")
    assert await logged(wal) == [
        [insert("t", 6, 6, 60)],
        [Change("main", "t", UPDATE, 6, 6, (6, 60), (6, 61))],
        [Change("main", "t", DELETE, 6, 6, (6, 61), None)],
    ]


async def test_transaction_is_one_record_in_the_order_of_its_changes(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    transaction = filled.begin()
    await write(transaction, "INSERT INTO t VALUES (6, 60)")
    await transaction.savepoint("a")
    await write(transaction, "INSERT INTO t VALUES (7, 70)")
    transaction.log(Change("", "mine", MESSAGE, 1, 0, (b"x",), None))
    await transaction.rollback_to("a")
    transaction.log(Change("", "mine", MESSAGE, 1, 0, (b"y",), None))
    await write(transaction, "INSERT INTO t VALUES (8, 80)")
    await transaction.commit()
    assert await logged(wal) == [
        [insert("t", 6, 6, 60), Change("", "mine", MESSAGE, 1, 0, (b"y",), None), insert("t", 8, 8, 80)]]
    assert transaction.committed_lsn == wal.written == wal.flushed


async def test_transaction_put_aside_is_logged_when_it_commits(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    first, second = filled.begin(), filled.begin()
    await write(first, "INSERT INTO t VALUES (6, 60)")
    await write(second, "INSERT INTO t VALUES (7, 70)")
    await second.commit()
    await write(first, "UPDATE t SET n = 0 WHERE id = 1")
    await first.commit()
    assert await logged(wal) == [
        [insert("t", 7, 7, 70)], [insert("t", 6, 6, 60), Change("main", "t", UPDATE, 1, 1, (1, 10), (1, 0))]]


async def test_rolled_back_and_failed_statements_are_not_logged(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    transaction = filled.begin()
    await write(transaction, "INSERT INTO t VALUES (6, 60)")
    await transaction.rollback()
    transaction = filled.begin()
    with pytest.raises(Exception, match="UNIQUE"):
        await write(transaction, "INSERT INTO t VALUES (7, 70), (1, 0)")
    await write(transaction, "INSERT INTO t VALUES (8, 80)")
    await transaction.commit()
    assert await logged(wal) == [[insert("t", 8, 8, 80)]]


async def test_schema_change_is_logged_as_its_text_among_the_rows(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    transaction = filled.begin()
    await write(transaction, "INSERT INTO t VALUES (6, 60)")
    await transaction.begin_write()
    transaction.fix()
    await write(transaction, "CREATE TABLE main.u(a)")
    await write(transaction, "INSERT INTO u VALUES (1)")
    await transaction.commit()
    assert await logged(wal) == [
        [insert("t", 6, 6, 60), Change("", "CREATE TABLE main.u(a)", SQL, 0, 0, (), None), insert("u", 1, 1)]]


async def test_what_is_logged_by_other_words_is_not_logged_as_rows(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    transaction = filled.begin()
    await write(transaction, "INSERT INTO t VALUES (6, 60)")
    transaction.fix()
    with transaction.unlogged():
        await write(transaction, "DELETE FROM t")
    transaction.log(Change("", "", TRUNCATE, 0, 0, ("t",), None))
    await write(transaction, "INSERT INTO t VALUES (1, 1)")
    await transaction.commit()
    assert await logged(wal) == [
        [insert("t", 6, 6, 60), Change("", "", TRUNCATE, 0, 0, ("t",), None), insert("t", 1, 1, 1)]]


async def test_temporary_tables_are_not_logged(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    transaction = filled.database.transaction(pinned=(pinned := filled.database.pin()))
    await transaction.begin_write()
    transaction.fix()
    for sql in ("CREATE TABLE temp.mine(n)", "INSERT INTO temp.mine VALUES (1)"):
        await transaction.run(Statement(sql, writes=True, temp_schema=True))
    await transaction.commit()
    pinned.close()
    assert await logged(wal) == []


async def test_computed_columns_are_logged_with_their_rows(bench: Bench) -> None:
    await bench.execute("CREATE TABLE v(id INTEGER PRIMARY KEY, n, twice AS (n * 2), text)")
    wal = bench.database.wal
    await wal.turn_on()
    await bench.execute("INSERT INTO v VALUES (1, 10, 'a'), (2, 20, 'b')")
    await bench.execute("UPDATE v SET n = n + 1")
    await bench.execute("DELETE FROM v WHERE id = 1")
    assert await logged(wal) == [
        [insert("v", 1, 1, 10, 20, "a"), insert("v", 2, 2, 20, 40, "b")],
        [Change("main", "v", UPDATE, 1, 1, (1, 10, 20, "a"), (1, 11, 22, "a")),
         Change("main", "v", UPDATE, 2, 2, (2, 20, 40, "b"), (2, 21, 42, "b"))],
        [Change("main", "v", DELETE, 1, 1, (1, 11, 22, "a"), None)]]


async def test_large_transaction_takes_several_records_that_only_the_last_ends(large: Bench) -> None:
    wal = large.database.wal
    await wal.turn_on()
    start = wal.written
    await large.execute("UPDATE big SET v = v || '" + "x" * 300 + "'")
    records = await wal.read(start, 1 << 60)
    assert len(records) > 5
    assert [record.committed_at is None for record in records] == [True] * (len(records) - 1) + [False]
    assert {record.xid for record in records} == {records[0].xid}
    changes = [change for record in records for change in record.changes]
    assert [change.rowid for change in changes] == list(range(1, 20001))
    assert all(one.end == other.lsn for one, other in pairwise(records))


async def test_functions_that_change_rows_are_logged(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()

    class Context:
        nested: Any = None

    def add(context: Context, number: int) -> int:
        context.nested.run(Statement("INSERT INTO t VALUES (?, 0)", writes=True), (number,))
        return number

    needs = (Function("add_row", add, 1, context=True, nested=True),)
    transaction = filled.database.transaction(context=Context())
    await transaction.run(Statement("UPDATE t SET n = add_row(id + 100) WHERE id < 3", needs, writes=True, nested=True))
    await transaction.commit()
    assert [(change.op, change.rowid) for change in (await logged(wal))[0]] == [
        (INSERT, 101), (UPDATE, 1), (INSERT, 102), (UPDATE, 2)]


async def test_snapshot_that_is_written_on_logs_what_it_changed(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    transaction = filled.begin(isolation=Isolation.REPEATABLE_READ)
    await read(transaction, "SELECT * FROM t")
    await filled.execute("UPDATE t SET n = 0 WHERE id = 1")
    await write(transaction, "UPDATE t SET n = n + 1 WHERE id = 2")
    await transaction.commit()
    assert (await logged(wal))[1] == [Change("main", "t", UPDATE, 2, 2, (2, 20), (2, 21))]


# --- positions, and who waits -----------------------------------------------------------------------------------------


async def test_log_goes_on_where_it_was_after_a_restart(path: str) -> None:
    database = Database.open(path)
    await database.wal.turn_on()
    await Bench(database).execute("CREATE TABLE t(a)")
    written, system = database.wal.written, database.wal.system_identifier
    await database.close()
    database = Database.open(path)
    assert database.wal.is_on
    assert (database.wal.written, database.wal.flushed, database.wal.oldest) == (written, written, FIRST_LSN)
    assert database.wal.system_identifier == system != 0
    await database.close()


async def test_positions_are_not_used_again_after_the_log_was_dropped(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    await filled.execute("DELETE FROM t")
    end = wal.written
    await wal.turn_off()
    await filled.execute("INSERT INTO t VALUES (1, 1)")
    assert not wal.is_on
    await wal.turn_on()
    assert wal.oldest == end
    with pytest.raises(LogGone):
        await wal.read(end - 8)


async def test_who_waits_is_told_after_the_flush(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    seen = []
    position = wal.flushed

    async def wait() -> None:
        await wal.wait_beyond(position)
        seen.append((wal.flushed, wal.written))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        await filled.execute("DELETE FROM t")
    assert seen == [(wal.written, wal.written)]
    assert wal.written > position


async def test_records_that_nobody_needs_go_with_later_commits(filled: Bench) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    for _ in range(10):
        await filled.execute("UPDATE t SET n = zeroblob(20000)")
    assert wal.oldest == FIRST_LSN
    wal.keep_from(None)
    for _ in range(10):
        await filled.execute("UPDATE t SET n = n")
    assert wal.oldest > FIRST_LSN
    assert (await wal.read(wal.oldest))[0].lsn == wal.oldest
    with pytest.raises(LogGone):
        await wal.read(FIRST_LSN)


async def test_slots_are_kept_in_the_file(path: str) -> None:
    database = Database.open(path)
    await database.wal.turn_on()
    slots = [StoredSlot("a", "pgoutput", 1, 2), StoredSlot("b", "pgquill", 3, 4)]
    await database.wal.save_slots(slots)
    await database.wal.save_slots([StoredSlot("b", "pgquill", 5, 6)], gone=["a"])
    await database.close()
    database = Database.open(path)
    assert database.wal.slots() == {"b": StoredSlot("b", "pgquill", 5, 6)}
    await database.close()


# --- another program --------------------------------------------------------------------------------------------------


async def test_write_of_another_program_begins_a_timeline(filled: Bench, other: Callable[[], apsw.Connection]) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    await filled.execute("DELETE FROM t WHERE id = 1")
    end = wal.written
    other().execute("DELETE FROM t WHERE id = 2")
    await filled.execute("DELETE FROM t WHERE id = 3")
    assert wal.timeline == 2
    assert wal.history == ((1, end, FOREIGN_WRITE),)
    fork, delete = (await logged(wal))[1:]
    assert fork == [Change("", FOREIGN_WRITE, FORK, 0, 0, None, None)]
    assert delete[0].rowid == 3
    await filled.execute("DELETE FROM t WHERE id = 4")
    assert wal.timeline == 2


async def test_write_of_another_program_is_noticed_without_a_commit(filled: Bench, other: Callable[[], apsw.Connection]) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    await wal.notice_foreign()
    assert wal.timeline == 1
    other().execute("DELETE FROM t WHERE id = 2")
    await wal.notice_foreign()
    assert wal.timeline == 2


# --- copies -----------------------------------------------------------------------------------------------------------

STATEMENTS = (
    "CREATE TABLE main.a(id INTEGER PRIMARY KEY, x TEXT UNIQUE, y REFERENCES a(id) ON DELETE CASCADE)",
    "INSERT INTO a VALUES (1, 'one', NULL), (2, 'two', 1), (3, 'three', 2)",
    "CREATE TABLE main.w(k TEXT, l INTEGER, v BLOB, PRIMARY KEY (k, l)) WITHOUT ROWID",
    "INSERT INTO w VALUES ('a', 1, x'00ff'), ('b', 2, 1.5), ('c', 3, NULL)",
    "UPDATE w SET l = l + 10 WHERE k <> 'a'",
    "CREATE TABLE main.v(n, twice AS (n * 2), thrice AS (n * 3) STORED)",
    "INSERT INTO v(n) VALUES (1), (2)",
    "CREATE TRIGGER main.tr AFTER INSERT ON v BEGIN INSERT INTO w VALUES (new.n, 0, 'by trigger'); END",
    "INSERT INTO v(n) VALUES (3)",
    "DELETE FROM a WHERE id = 1",
    "ALTER TABLE main.v ADD COLUMN more TEXT DEFAULT 'd'",
    "UPDATE v SET n = 9223372036854775807 WHERE n = 1",
    "CREATE INDEX main.i ON v(more, n)",
    "INSERT OR REPLACE INTO w VALUES ('b', 12, 'other')",
    "DROP TABLE main.a",
)


async def follow(source: Wal, target: Wal) -> None:
    """Do what is new."""
    while records := await source.read(target.written):
        await target.apply(records)


async def test_copy_that_does_what_is_logged_is_equal(path: str, content: Callable[[str], Any]) -> None:
    database = Database.open(path)
    await database.wal.turn_on()
    copy_file(path, path + ".copy")
    copy = Database.open(path + ".copy")
    bench = Bench(database)
    for sql in STATEMENTS:
        await bench.execute(sql)
        await follow(database.wal, copy.wal)
        assert content(path) == content(path + ".copy")
    copy.wal.stop_applying()
    await copy.close()
    await database.close()


async def test_large_transaction_is_done_in_a_thread(large: Bench, path: str, content: Callable[[str], Any]) -> None:
    wal = large.database.wal
    await wal.turn_on()
    copy_file(path, path + ".copy")
    copy = Database.open(path + ".copy")
    await large.execute(f"INSERT INTO big SELECT i + 20000, randomblob(100) FROM ({NUMBERS})", (20000,))
    await large.execute("DELETE FROM big WHERE id % 3 = 0")
    await copy.wal.apply(await wal.read(copy.wal.written, 1 << 60))
    assert content(path) == content(path + ".copy")
    copy.wal.stop_applying()
    await copy.close()


async def test_copy_goes_on_as_a_new_timeline_that_others_follow(path: str, content: Callable[[str], Any]) -> None:
    database = Database.open(path)
    await database.wal.turn_on()
    await Bench(database).execute("CREATE TABLE t(a)")
    for name in (".1", ".2"):
        copy_file(path, path + name)
    first, second = Database.open(path + ".1"), Database.open(path + ".2")
    await Bench(database).execute("INSERT INTO t VALUES (1)")
    await follow(database.wal, first.wal)
    await database.close()
    end = first.wal.written
    assert await first.wal.begin_timeline() == 2
    await Bench(first).execute("INSERT INTO t VALUES (2)")
    await follow(first.wal, second.wal)
    assert second.wal.timeline == 2
    assert second.wal.history == first.wal.history == ((1, end, PROMOTION),)
    assert content(path + ".1") == content(path + ".2")
    for each in (first, second):
        each.wal.stop_applying()
        await each.close()


async def test_copy_that_is_not_exact_says_so_and_stays_as_it_is(filled: Bench, path: str) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    copy_file(path, path + ".copy")
    raw = apsw.Connection(path + ".copy")
    raw.execute("DELETE FROM t WHERE id = 3")
    raw.close()
    vouch_for(path + ".copy")
    copy = Database.open(path + ".copy")
    await filled.execute("DELETE FROM t WHERE id >= 2")
    with pytest.raises(ApplyConflict, match="a row of t"):
        await follow(wal, copy.wal)
    assert await Bench(copy).query("SELECT id FROM t") == [(1,), (2,), (4,), (5,)]
    copy.wal.stop_applying()
    await copy.close()


async def test_gap_and_half_transaction_are_refused(filled: Bench, path: str) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    copy_file(path, path + ".copy")
    copy = Database.open(path + ".copy")
    for number in (1, 2):
        await filled.execute("DELETE FROM t WHERE id = ?", (number,))
    records = await wal.read(copy.wal.written)
    with pytest.raises(ApplyConflict, match="is not the next one"):
        await copy.wal.apply(records[1:])
    with pytest.raises(ApplyConflict, match="not complete"):
        await copy.wal.apply([records[0]._replace(committed_at=None)])
    await copy.wal.apply(records)
    with pytest.raises(ApplyConflict, match="is not the next one"):
        await copy.wal.apply(records)
    copy.wal.stop_applying()
    await copy.close()


async def test_copy_that_another_program_writes_to_is_no_copy_any_more(filled: Bench, path: str) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    copy_file(path, path + ".copy")
    copy = Database.open(path + ".copy")
    await filled.execute("DELETE FROM t WHERE id = 1")
    await follow(wal, copy.wal)
    raw = apsw.Connection(path + ".copy")
    raw.execute("INSERT INTO t VALUES (100, 100)")
    raw.close()
    await filled.execute("DELETE FROM t WHERE id = 2")
    with pytest.raises(ApplyConflict, match="another program"):
        await follow(wal, copy.wal)
    copy.wal.stop_applying()
    await copy.close()


async def test_copy_is_told_of_writes_that_nobody_logged(filled: Bench, path: str) -> None:
    wal = filled.database.wal
    await wal.turn_on()
    copy_file(path, path + ".copy")
    copy = Database.open(path + ".copy")
    raw = apsw.Connection(path)
    raw.execute("DELETE FROM t WHERE id = 2")
    raw.close()
    await wal.notice_foreign()
    if wal.timeline == 1:
        await filled.execute("DELETE FROM t WHERE id = 1")
    with pytest.raises(ApplyConflict, match="another program has written to the primary's file"):
        await follow(wal, copy.wal)
    copy.wal.stop_applying()
    await copy.close()


async def test_backup_is_a_database_of_its_own(filled: Bench, path: str) -> None:
    await filled.database.wal.turn_on()
    await filled.database.backup_to(path + ".copy")
    copy = Database.open(path + ".copy")
    assert not copy.wal.is_on
    assert copy.wal.system_identifier == 0
    assert await Bench(copy).query("SELECT name FROM sqlite_schema") == [("t",)]
    await copy.close()


async def test_settled_waits_for_a_commit_that_runs_in_a_thread(filled: Bench, autojump_clock: trio.testing.MockClock) -> None:
    wal, engine = filled.database.wal, filled.database._engine
    await wal.settled()
    engine.committing = True
    with trio.move_on_after(1) as scope:
        await wal.settled()
    assert scope.cancelled_caught
    engine.committing = False
    await wal.settled()
