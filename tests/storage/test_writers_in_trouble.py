"""Transactions with uncommitted writes, where something goes wrong or is unusual."""

import apsw
import pytest
import trio
import trio.testing

from storage import errors
from storage.locks import LockManager, LockOwner, Mode, Request
from storage.statement import Isolation, Statement
from tests.storage.bench import Bench, everything, read, write

pytestmark = pytest.mark.trio

RR = Isolation.REPEATABLE_READ


async def test_deferred_violation_is_still_found_after_a_replay_with_checks_put_off(filled: Bench) -> None:
    await filled.execute("CREATE TABLE tree(id INTEGER PRIMARY KEY, up REFERENCES tree(id))")
    await filled.execute("CREATE TABLE c(t REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)")
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO tree VALUES (1, 2), (2, NULL)")  # row by row, the first comes too early
    await write(one, "INSERT INTO c VALUES (99)")
    await write(other, "UPDATE t SET n = 0 WHERE id = 1")  # parks the first
    await write(one, "UPDATE t SET n = 0 WHERE id = 2")
    with pytest.raises(errors.ConstraintFailed):
        await one.commit()
    await other.commit()
    assert await filled.query("PRAGMA foreign_key_check") == []


async def test_deferred_violation_that_is_mended_after_a_replay_can_be_committed(filled: Bench) -> None:
    await filled.execute("CREATE TABLE tree(id INTEGER PRIMARY KEY, up REFERENCES tree(id))")
    await filled.execute("CREATE TABLE c(t REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)")
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO tree VALUES (1, 2), (2, NULL)")
    await write(one, "INSERT INTO c VALUES (99)")
    await write(other, "UPDATE t SET n = 0 WHERE id = 1")
    await write(one, "INSERT INTO t VALUES (99, 0)")
    await one.commit()
    await other.commit()
    assert await filled.query("PRAGMA foreign_key_check") == []


async def test_snapshot_keeps_rows_that_a_cascade_would_take_while_it_is_made_again(filled: Bench) -> None:
    await filled.execute("CREATE TABLE c(id INTEGER PRIMARY KEY, "
                         "t REFERENCES t(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)")
    await filled.execute("INSERT INTO c VALUES (1, 1)")
    old = filled.begin(isolation=RR)
    assert await read(old, "SELECT t FROM c") == [(1,)]
    other = filled.begin()
    await write(other, "UPDATE c SET t = 9")
    await write(other, "INSERT INTO t VALUES (9, 90)")
    await other.commit()
    await write(old, "UPDATE t SET n = 0 WHERE id = 5")
    assert await read(old, "SELECT t FROM c") == [(1,)]
    assert await read(old, "SELECT count(*) FROM t") == [(5,)]
    await old.commit()
    assert await filled.query("SELECT t FROM c") == [(9,)]


async def test_row_that_enters_a_partial_unique_index_is_locked_by_its_value(filled: Bench) -> None:
    await filled.execute("CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT, active INTEGER)")
    await filled.execute("CREATE UNIQUE INDEX p_code ON p(code) WHERE active = 1")
    await filled.execute("INSERT INTO p VALUES (1, 'x', 0), (2, 'x', 0)")
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE p SET active = 1 WHERE id = 1")
    with pytest.raises(errors.LockConflict) as caught:
        await write(other, "UPDATE p SET active = 1 WHERE id = 2")
    await one.commit()
    await other.wait_for(caught.value.request)
    with pytest.raises(errors.ConstraintFailed):
        await write(other, "UPDATE p SET active = 1 WHERE id = 2")
    await other.rollback()


async def test_unique_value_that_nobody_takes_away_is_refused_at_once(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    with pytest.raises(errors.ConstraintFailed):
        await write(other, "INSERT INTO t VALUES (5, 0)")
    await other.rollback()
    await one.rollback()


async def test_cascades_are_done_again_although_another_program_has_written(filled: Bench, path: str) -> None:
    await filled.execute("CREATE TABLE c(id INTEGER PRIMARY KEY, t REFERENCES t(id) ON DELETE CASCADE)")
    await filled.execute("CREATE TABLE s(id INTEGER PRIMARY KEY, t REFERENCES t(id) ON DELETE SET NULL)")
    await filled.execute("INSERT INTO c VALUES (1, 1), (2, 2)")
    await filled.execute("INSERT INTO s VALUES (1, 1), (2, 2)")
    one, other = filled.begin(), filled.begin()
    await write(one, "DELETE FROM t WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    await other.commit()
    program = apsw.Connection(path)
    program.execute("UPDATE t SET n = 1 WHERE id = 3")
    program.close()
    await one.commit()
    assert await filled.query("SELECT id FROM c") == [(2,)]
    assert await filled.query("SELECT t FROM s") == [(None,), (2,)]


async def test_change_that_another_program_has_made_as_well_is_not_taken_for_ours(filled: Bench, path: str) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = n + 1 WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    await other.commit()
    program = apsw.Connection(path)
    program.execute("UPDATE t SET n = n + 1 WHERE id = 1")
    program.close()
    with pytest.raises(errors.StaleSnapshot):
        await one.commit()


async def test_table_that_another_program_has_widened_is_refused(filled: Bench, path: str) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    await other.commit()
    program = apsw.Connection(path)
    program.execute("ALTER TABLE t ADD COLUMN more")
    program.close()
    with pytest.raises(errors.StaleSnapshot):
        await one.commit()


async def test_default_of_an_added_column_survives_being_parked(filled: Bench) -> None:
    await filled.execute("ALTER TABLE t ADD COLUMN more TEXT DEFAULT 'm'")
    one, other = filled.begin(), filled.begin()
    old = filled.begin(isolation=RR)
    await read(old, "SELECT * FROM t")
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await write(one, "DELETE FROM t WHERE id = 3")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    await one.commit()
    await other.commit()
    await write(old, "UPDATE t SET n = 7 WHERE id = 5")
    assert await read(old, "SELECT id, n, more FROM t") == [
        (1, 10, "m"), (2, 20, "m"), (3, 30, "m"), (4, 40, "m"), (5, 7, "m")]
    await old.rollback()
    assert await filled.query("SELECT id, n, more FROM t") == [(1, 0, "m"), (2, 0, "m"), (4, 40, "m"), (5, 50, "m")]


async def test_lock_granted_while_results_are_put_aside_leaves_the_transaction_able_to_be_idle(large: Bench) -> None:
    await large.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n)")
    await large.execute("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
    one, other, third = large.begin(), large.begin(), large.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    rows = await other.run(Statement("SELECT * FROM big"))
    await rows.fetch(10)
    assert other.has_results
    request = Request(("row", "t", 1), Mode.FOR_UPDATE)

    async def wait() -> None:
        with other.hold():
            await other.wait_for(request)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(third.begin_write)  # puts the results aside, in a thread
        for _ in range(2):
            await trio.lowlevel.checkpoint()
        await one.rollback()
    assert other.is_idle
    for transaction in other, third:
        await transaction.rollback()


async def test_turn_is_passed_on_when_a_result_on_it_was_being_fetched(large: Bench) -> None:
    one, other = large.begin(), large.begin()
    await write(one, "UPDATE big SET v = 'x' WHERE id = 1")
    rows = await one.run(Statement("SELECT * FROM big"))
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            with one.hold():  # as while a chunk of the result is being fetched
                nursery.start_soon(write, other, "UPDATE big SET v = 'y' WHERE id = 2")
                await trio.testing.wait_all_tasks_blocked()
    assert len(await everything(rows)) == 20000
    await one.commit()
    await other.commit()


async def test_pinned_snapshot_that_could_not_begin_to_write_is_not_replaced(filled: Bench, path: str) -> None:
    pinned = filled.database.pin()
    old = filled.begin(isolation=RR, pinned=pinned)
    old.lock_timeout_s = 0.01
    assert await read(old, "SELECT n FROM t WHERE id = 1") == [(10,)]
    program = apsw.Connection(path)
    program.execute("BEGIN IMMEDIATE; UPDATE t SET n = 11 WHERE id = 1")
    with pytest.raises(errors.LockTimeout):
        await write(old, "UPDATE t SET n = 0 WHERE id = 2")
    program.execute("COMMIT")
    program.close()
    with pytest.raises(errors.SnapshotTooOld):
        await read(old, "SELECT n FROM t WHERE id = 1")
    await old.rollback()
    assert not filled.database._engine.history.is_wanted
    pinned.close()


async def test_long_chain_of_waiters_is_searched_without_recursion() -> None:
    locks = LockManager()
    owners = [LockOwner(i) for i in range(5000)]
    for i, owner in enumerate(owners):
        assert locks.take(owner, Request(("row", "t", i), Mode.FOR_UPDATE))
    async with trio.open_nursery() as nursery:
        for i in range(4999):
            nursery.start_soon(lambda i=i: locks.acquire(  # type: ignore[misc]
                owners[i], Request(("row", "t", i + 1), Mode.FOR_UPDATE), deadlock_s=1000))
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(errors.Deadlock) as caught:
            await locks.acquire(owners[-1], Request(("row", "t", 0), Mode.FOR_UPDATE), deadlock_s=0)
        assert len(caught.value.circle) == 5000
        nursery.cancel_scope.cancel()
