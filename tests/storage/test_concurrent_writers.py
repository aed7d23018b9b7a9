"""Several transactions with uncommitted writes at once: parked, resumed, and waiting for each other's rows."""

import threading

import apsw
import pytest
import trio
import trio.testing

from storage import errors
from storage.locks import Mode
from storage.statement import Function, Isolation, Statement
from storage.transaction import Transaction
from tests.storage.bench import NUMBERS, Bench, everything, read, when_free, write

pytestmark = pytest.mark.trio

RR, SERIALIZABLE = Isolation.REPEATABLE_READ, Isolation.SERIALIZABLE


async def conflict(transaction: Transaction, sql: str) -> errors.LockConflict:
    with pytest.raises(errors.LockConflict) as caught:
        await write(transaction, sql)
    return caught.value


async def test_writers_of_different_rows_take_turns_and_both_commit(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = n + 1 WHERE id = 1")
    await write(other, "UPDATE t SET n = n + 2 WHERE id = 2")
    await write(one, "UPDATE t SET n = n + 1 WHERE id = 1")
    assert await read(one, "SELECT n FROM t WHERE id < 3") == [(12,), (20,)]
    assert await read(other, "SELECT n FROM t WHERE id < 3") == [(10,), (22,)]
    await one.commit()
    assert await read(other, "SELECT n FROM t WHERE id < 3") == [(12,), (22,)]
    await other.commit()
    assert await filled.query("SELECT n FROM t WHERE id < 3") == [(12,), (22,)]


async def test_rollback_of_a_parked_transaction_leaves_no_trace(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "DELETE FROM t WHERE id = 1")
    await write(other, "DELETE FROM t WHERE id = 2")
    await one.rollback()
    await other.commit()
    assert await filled.query("SELECT id FROM t") == [(1,), (3,), (4,), (5,)]


async def test_changed_row_is_waited_for_and_the_statement_runs_again(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    add = Statement("UPDATE t SET n = n + 1 WHERE id = 1", writes=True)
    await one.run(add)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(when_free, other, add)
        await trio.testing.wait_all_tasks_blocked()
        assert not other.waits_for_lock
        await one.commit()
    await other.commit()
    assert await filled.query("SELECT n FROM t WHERE id = 1") == [(12,)]


async def test_savepoints_survive_being_parked(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 1 WHERE id = 1")
    await one.savepoint("a")
    await write(one, "UPDATE t SET n = 2 WHERE id = 2")
    await one.savepoint("b")
    await write(one, "DELETE FROM t WHERE id = 3")
    await write(other, "UPDATE t SET n = 5 WHERE id = 5")
    await one.rollback_to("b")  # parked
    await write(one, "UPDATE t SET n = 4 WHERE id = 4")  # resumed
    await write(other, "UPDATE t SET n = 6 WHERE id = 5")
    await write(one, "UPDATE t SET n = 44 WHERE id = 4")
    await one.rollback_to("a")  # resident
    assert await read(one, "SELECT n FROM t") == [(1,), (20,), (30,), (40,), (50,)]
    await one.commit()
    await other.commit()
    assert await filled.query("SELECT n FROM t") == [(1,), (20,), (30,), (40,), (6,)]


async def test_rollback_to_a_savepoint_gives_its_rows_free(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await one.savepoint("a")
    await write(one, "UPDATE t SET n = 2 WHERE id = 2")
    await conflict(other, "DELETE FROM t WHERE id = 2")
    await one.rollback_to("a")
    await write(other, "DELETE FROM t WHERE id = 2")
    await other.commit()
    await one.commit()
    assert await filled.query("SELECT count(*) FROM t") == [(4,)]


async def test_statement_that_met_a_lock_has_no_effect_and_keeps_what_came_before(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 5")
    await write(other, "UPDATE t SET n = 1 WHERE id = 1")
    await conflict(other, "UPDATE t SET n = -1 WHERE id > 1")
    assert await read(other, "SELECT n FROM t") == [(1,), (20,), (30,), (40,), (50,)]
    await one.rollback()
    await other.commit()


async def test_same_unique_value_waits_for_the_other_transaction(filled: Bench) -> None:
    await filled.execute("CREATE TABLE u(a TEXT COLLATE NOCASE UNIQUE)")
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO u VALUES ('x')")
    request = (await conflict(other, "INSERT INTO u VALUES ('X')")).request
    await one.commit()
    await other.wait_for(request)
    with pytest.raises(errors.ConstraintFailed):
        await write(other, "INSERT INTO u VALUES ('X')")
    await other.rollback()


async def test_unique_value_that_is_being_deleted_is_waited_for(filled: Bench) -> None:
    await filled.execute("CREATE TABLE u(a TEXT UNIQUE)")
    await filled.execute("INSERT INTO u VALUES ('x')")
    one, other = filled.begin(), filled.begin()
    await write(one, "DELETE FROM u")
    request = (await conflict(other, "INSERT INTO u VALUES ('x')")).request
    await one.commit()
    await other.wait_for(request)
    await write(other, "INSERT INTO u VALUES ('x')")
    await other.commit()
    assert await filled.query("SELECT a FROM u") == [("x",)]


async def test_new_rows_without_a_key_never_collide(filled: Bench) -> None:
    await filled.execute("CREATE TABLE u(a)")
    one, other, third = filled.begin(), filled.begin(), filled.begin()
    for transaction, value in (one, 1), (other, 2), (third, 3), (one, 4), (other, 5):
        await write(transaction, "INSERT INTO u VALUES (?)", (value,))
    await write(other, "UPDATE u SET a = a * 10")
    for transaction in other, third, one:
        await transaction.commit()
    assert sorted(await filled.query("SELECT a FROM u")) == [(1,), (3,), (4,), (20,), (50,)]


async def test_row_that_a_new_row_refers_to_cannot_be_deleted(filled: Bench) -> None:
    await filled.execute("CREATE TABLE c(t REFERENCES t(id))")
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO c VALUES (1)")
    await write(other, "UPDATE t SET n = 0 WHERE id = 1")  # not its key
    request = (await conflict(other, "DELETE FROM t WHERE id = 1")).request
    await one.commit()
    await other.wait_for(request)
    with pytest.raises(errors.ConstraintFailed):
        await write(other, "DELETE FROM t WHERE id = 1")
    await other.rollback()


async def test_rows_that_refer_to_each_other_can_be_done_again(filled: Bench) -> None:
    await filled.execute("CREATE TABLE tree(id INTEGER PRIMARY KEY, up REFERENCES tree(id))")
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO tree VALUES (1, 2), (2, 1)")
    await write(other, "DELETE FROM t WHERE id = 1")
    await write(one, "INSERT INTO tree VALUES (3, 1)")
    with pytest.raises(errors.ConstraintFailed):
        await write(one, "INSERT INTO tree VALUES (4, 9)")
    await one.commit()
    await other.commit()
    assert await filled.query("SELECT count(*) FROM tree") == [(3,)]


async def test_foreign_key_put_off_to_the_commit_is_still_checked_after_being_parked(filled: Bench) -> None:
    await filled.execute("CREATE TABLE c(t REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)")
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO c VALUES (77)")
    await write(other, "DELETE FROM t WHERE id = 1")
    with pytest.raises(errors.ConstraintFailed):
        await one.commit()
    await other.commit()
    assert await filled.query("SELECT count(*) FROM c") == [(0,)]


@pytest.mark.parametrize("table", ["CREATE TABLE u(a INTEGER PRIMARY KEY, b, c AS (b + 1))",
                                   "CREATE TABLE u(a, b, c, PRIMARY KEY (a)) WITHOUT ROWID"])
async def test_transaction_that_changes_an_odd_table_keeps_its_turn(filled: Bench, table: str) -> None:
    await filled.execute(table)
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO u(a, b) VALUES (1, 1)")
    other.lock_timeout_s = 0.01
    with pytest.raises(errors.LockTimeout):
        await write(other, "DELETE FROM t WHERE id = 1")
    await one.commit()
    await write(other, "DELETE FROM t WHERE id = 1")
    await other.commit()


async def test_triggers_do_not_run_twice(filled: Bench) -> None:
    await filled.execute("CREATE TABLE log(id)")
    await filled.execute("CREATE TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (new.id); END")
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(write, other, "DELETE FROM t WHERE id = 2")
        await trio.testing.wait_all_tasks_blocked()
        await one.commit()
    await other.commit()
    assert await filled.query("SELECT id FROM log") == [(1,)]


async def test_many_changes_are_not_put_aside_but_locked_as_a_table(large: Bench) -> None:
    one, other = large.begin(), large.begin()
    assert other.lock_row("big", 7, Mode.FOR_SHARE) is None
    request = (await conflict(one, "UPDATE big SET v = ''")).request
    await other.rollback()
    await one.wait_for(request)
    await write(one, "UPDATE big SET v = ''")
    assert other.lock_row("big", 7, Mode.FOR_KEY_SHARE) is not None
    await other.rollback()
    await one.commit()
    assert await large.query("SELECT DISTINCT v FROM big") == [("",)]


async def test_result_of_an_idle_writer_is_put_aside_for_the_next(large: Bench) -> None:
    one, other = large.begin(), large.begin()
    await write(one, "UPDATE big SET v = 'w' WHERE id = 20000")
    rows = await one.run(Statement("SELECT v FROM big ORDER BY id"))
    first = await rows.fetch(10)
    await write(other, "UPDATE big SET v = 'u' WHERE id = 19999")
    await other.commit()
    found = first + await everything(rows)
    assert found[-2:] == [("v19999",), ("w",)]
    await one.commit()


async def test_another_programs_write_to_a_parked_row_is_not_overwritten(filled: Bench, path: str) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    await other.commit()
    outside = apsw.Connection(path)
    outside.execute("UPDATE t SET n = 99 WHERE id = 1")
    outside.close()
    with pytest.raises(errors.StaleSnapshot):
        await one.commit()
    assert await filled.query("SELECT n FROM t WHERE id < 3") == [(99,), (0,)]


async def test_another_programs_write_to_other_rows_does_not_matter(filled: Bench, path: str) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    await other.commit()
    outside = apsw.Connection(path)
    outside.execute("UPDATE t SET n = 99 WHERE id = 3")
    outside.close()
    await one.commit()
    assert await filled.query("SELECT n FROM t WHERE id < 4") == [(0,), (0,), (99,)]


async def test_temporary_rows_survive_being_parked(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    pinned = await one.pin()
    await one.run(Statement("CREATE TEMP TABLE mine(a)", writes=True, temp_schema=True))
    await one.commit()
    one = filled.begin(pinned=pinned)
    await one.run(Statement("INSERT INTO temp.mine VALUES (1)", writes=True, temp_schema=True))
    await write(one, "DELETE FROM t WHERE id = 1")
    await write(other, "DELETE FROM t WHERE id = 2")
    assert await everything(await one.run(Statement("SELECT * FROM temp.mine", temp_schema=True))) == [(1,)]
    await one.commit()
    await other.commit()
    assert await filled.query("SELECT count(*) FROM t") == [(3,)]
    pinned.close()


async def test_snapshot_that_others_have_written_on_can_be_written_on(filled: Bench) -> None:
    await filled.execute("CREATE TABLE u(a)")
    one = filled.begin(isolation=RR)
    assert await read(one, "SELECT sum(n) FROM t") == [(150,)]
    await filled.execute("UPDATE t SET n = 0 WHERE id = 1")
    await filled.execute("DELETE FROM t WHERE id = 2")
    await filled.execute("INSERT INTO t VALUES (6, 60)")
    await filled.execute("INSERT INTO u VALUES ('other')")
    await write(one, "UPDATE t SET n = n + 1 WHERE id = 3")
    await write(one, "INSERT INTO u SELECT sum(n) FROM t")
    assert await read(one, "SELECT * FROM t") == [(1, 10), (2, 20), (3, 31), (4, 40), (5, 50)]
    assert await read(one, "SELECT * FROM u") == [(151,)]
    await filled.execute("UPDATE t SET n = 7 WHERE id = 6")
    assert await read(one, "SELECT sum(n) FROM t") == [(151,)]
    await one.commit()
    assert await filled.query("SELECT * FROM t") == [(1, 0), (3, 31), (4, 40), (5, 50), (6, 7)]
    assert sorted(await filled.query("SELECT * FROM u"), key=str) == [("other",), (151,)]


@pytest.mark.parametrize("isolation", [RR, SERIALIZABLE])
async def test_transaction_that_begins_with_a_write_keeps_its_snapshot(filled: Bench, isolation: Isolation) -> None:
    one, other = filled.begin(isolation=isolation), filled.begin(isolation=isolation)
    await write(one, "UPDATE t SET n = 0 WHERE id = 2")
    await write(other, "UPDATE t SET n = 0 WHERE id = 1")
    await other.commit()
    assert await read(one, "SELECT n FROM t WHERE id = 1") == [(10,)]
    with pytest.raises(errors.StaleSnapshot):
        await write(one, "UPDATE t SET n = n + 1 WHERE id = 1")
    await one.rollback()


async def test_snapshot_does_not_lock_a_row_changed_since(filled: Bench) -> None:
    one = filled.begin(isolation=RR)
    await read(one, "SELECT sum(n) FROM t")
    await filled.execute("UPDATE t SET n = 0 WHERE id = 1")
    assert one.lock_row("t", 2, Mode.FOR_UPDATE) is None
    with pytest.raises(errors.StaleSnapshot):
        one.lock_row("t", 1, Mode.FOR_UPDATE)
    await one.rollback()


async def test_serializable_transaction_that_has_read_nothing_changed_commits(filled: Bench) -> None:
    await filled.execute("CREATE TABLE u(a)")
    one = filled.begin(isolation=SERIALIZABLE)
    await read(one, "SELECT * FROM u")
    await filled.execute("UPDATE t SET n = 0 WHERE id = 1")
    await write(one, "INSERT INTO u VALUES (1)")
    await one.commit()
    assert await filled.query("SELECT a FROM u") == [(1,)]


async def test_circle_of_waiting_is_a_deadlock(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    one.deadlock_s, other.deadlock_s = 0.0, 3600.0
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(when_free, other, Statement("UPDATE t SET n = 1 WHERE id = 1", writes=True))
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(errors.Deadlock):
            await when_free(one, Statement("UPDATE t SET n = 1 WHERE id = 2", writes=True))
        await one.rollback()
    await other.commit()
    assert await filled.query("SELECT n FROM t WHERE id < 3") == [(1,), (0,)]


async def test_many_new_rows_of_two_writers_are_all_there(filled: Bench) -> None:
    await filled.execute("CREATE TABLE u(a)")
    one, other = filled.begin(), filled.begin()
    await write(one, f"INSERT INTO u {NUMBERS}", (300,))
    await write(other, f"INSERT INTO u {NUMBERS}", (400,))
    await one.commit()
    await other.commit()
    assert await filled.query("SELECT count(*), sum(a) FROM u") == [(700, 300 * 301 // 2 + 400 * 401 // 2)]


@pytest.mark.parametrize("isolation", [RR, SERIALIZABLE])
async def test_snapshot_that_begins_with_a_write_stays_the_same_while_parked(filled: Bench, isolation: Isolation) -> None:
    one = filled.begin(isolation=isolation)
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await filled.execute("UPDATE t SET n = 0 WHERE id = 2")
    assert await read(one, "SELECT sum(n) FROM t") == [(140,)]
    await one.commit()  # before the other, in a serial order


async def test_row_cannot_be_locked_between_an_autocommit_statement_and_its_commit(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await one.run(Statement("UPDATE t SET n = 0 WHERE id = 1", writes=True), autocommit=True)
    assert other.lock_row("t", 1, Mode.FOR_UPDATE) is not None
    await one.commit()
    assert other.lock_row("t", 1, Mode.FOR_UPDATE) is None
    await other.rollback()


async def test_row_changed_after_ddl_cannot_be_locked_by_others(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "CREATE TABLE made(x)")
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    assert other.lock_row("t", 1, Mode.FOR_UPDATE) is not None
    await one.rollback()
    assert other.lock_row("t", 1, Mode.FOR_UPDATE) is None
    await other.rollback()


async def test_row_locked_while_a_long_statement_runs_is_waited_for(large: Bench) -> None:
    one, other = large.begin(), large.begin()
    entered = trio.Event()
    loop = trio.lowlevel.current_trio_token()
    go_on = threading.Event()

    def pause(value: int) -> int:
        if value == 5:
            loop.run_sync_soon(entered.set)
            assert go_on.wait(60)
        return value

    statement = Statement("UPDATE big SET v = pause(id)", (Function("pause", pause, 1),), writes=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(when_free, one, statement)
        await entered.wait()
        assert other.lock_row("big", 7, Mode.FOR_UPDATE) is None
        go_on.set()
        while one.owner.waiting is None:
            await trio.testing.wait_all_tasks_blocked()
        await write(other, "UPDATE big SET v = 'mine' WHERE id = 8")
        await other.commit()
    await one.commit()
    assert await large.query("SELECT v FROM big WHERE id = 8") == [("8",)]
