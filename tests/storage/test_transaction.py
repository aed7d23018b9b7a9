from collections.abc import Callable

import apsw
import pytest
import trio
import trio.testing

from storage import errors
from storage.database import Database
from storage.statement import Function, Isolation, Statement, Synchronous, TableFunction
from tests.storage.bench import NUMBERS, Bench, everything, read, write

pytestmark = pytest.mark.trio

RR = Isolation.REPEATABLE_READ
COUNT = "SELECT count(*) FROM t"


async def test_read_committed_sees_commits_between_statements(filled: Bench) -> None:
    reader = filled.begin()
    assert await read(reader, COUNT) == [(5,)]
    await filled.execute("DELETE FROM t WHERE id = 1")
    assert await read(reader, COUNT) == [(4,)]


async def test_uncommitted_changes_are_seen_by_their_own_transaction_only(filled: Bench) -> None:
    writer = filled.begin()
    rows = await write(writer, "UPDATE t SET n = 0 WHERE id < 3")
    assert rows.changes == 2
    assert writer.has_written
    assert await read(writer, "SELECT sum(n) FROM t") == [(120,)]
    assert await filled.query("SELECT sum(n) FROM t") == [(150,)]
    await writer.commit()
    assert await filled.query("SELECT sum(n) FROM t") == [(120,)]


async def test_rollback_undoes_everything_and_frees_the_lock(filled: Bench) -> None:
    writer = filled.begin()
    await write(writer, "DELETE FROM t")
    await writer.rollback()
    assert await filled.query(COUNT) == [(5,)]
    await filled.execute("DELETE FROM t WHERE id = 1")


@pytest.mark.parametrize("isolation", [RR, Isolation.SERIALIZABLE])
async def test_snapshot_is_kept_from_the_first_statement(filled: Bench, isolation: Isolation) -> None:
    reader = filled.begin(isolation=isolation)
    assert await read(reader, "SELECT 1") == [(1,)]
    await filled.execute("DELETE FROM t")
    assert await read(reader, COUNT) == [(5,)]
    await reader.commit()
    assert await filled.query(COUNT) == [(0,)]


@pytest.mark.parametrize("isolation", [RR, Isolation.SERIALIZABLE])
async def test_write_to_a_row_changed_since_the_snapshot_raises_and_keeps_the_snapshot(
        filled: Bench, isolation: Isolation) -> None:
    stale = filled.begin(isolation=isolation)
    await read(stale, COUNT)
    await filled.execute("UPDATE t SET n = 1 WHERE id = 1")
    with pytest.raises(errors.StaleSnapshot):
        await write(stale, "UPDATE t SET n = 2 WHERE id = 1")
    await filled.execute("UPDATE t SET n = 3 WHERE id = 3")
    assert await read(stale, "SELECT n FROM t WHERE id = 3") == [(30,)]
    await stale.rollback()


async def test_write_on_a_fresh_snapshot_goes_on_with_it(filled: Bench) -> None:
    transaction = filled.begin(isolation=RR)
    await read(transaction, COUNT)
    await write(transaction, "UPDATE t SET n = 2 WHERE id = 2")
    await transaction.commit()
    assert await filled.query("SELECT n FROM t WHERE id = 2") == [(2,)]


async def test_serializable_refuses_write_skew(filled: Bench) -> None:
    first, second = (filled.begin(isolation=Isolation.SERIALIZABLE) for _ in range(2))
    for transaction in first, second:
        await read(transaction, "SELECT sum(n) FROM t")
    await write(first, "UPDATE t SET n = 0 WHERE id = 1")
    await first.commit()
    with pytest.raises(errors.Unserializable):
        await write(second, "UPDATE t SET n = 0 WHERE id = 2")
    await second.rollback()
    assert await filled.query("SELECT n FROM t WHERE id = 2") == [(20,)]


async def test_savepoint_rollback_undoes_what_came_after_it(filled: Bench) -> None:
    transaction = filled.begin()
    await transaction.savepoint("before")
    await write(transaction, "DELETE FROM t WHERE id = 1")
    await transaction.savepoint("middle")
    await write(transaction, "DELETE FROM t WHERE id = 2")
    await transaction.rollback_to("middle")
    assert await read(transaction, COUNT) == [(4,)]
    await transaction.rollback_to("before")
    assert await read(transaction, COUNT) == [(5,)]
    await write(transaction, "DELETE FROM t WHERE id = 3")
    await transaction.release("before")
    await transaction.commit()
    assert await filled.query("SELECT id FROM t ORDER BY id") == [(1,), (2,), (4,), (5,)]


async def test_atomic_block_that_fails_leaves_the_transaction_as_it_was(filled: Bench) -> None:
    transaction = filled.begin()
    await write(transaction, "DELETE FROM t WHERE id = 1")

    async def fail_halfway() -> None:
        async with transaction.atomic():
            await write(transaction, "DELETE FROM t WHERE id = 2")
            await write(transaction, "INSERT INTO t VALUES (3, 3)")

    with pytest.raises(errors.ConstraintFailed):
        await fail_halfway()
    assert await read(transaction, COUNT) == [(4,)]
    async with transaction.atomic():
        await write(transaction, "DELETE FROM t WHERE id = 2")
    await transaction.commit()
    assert await filled.query(COUNT) == [(3,)]


class RefusedError(Exception):
    pass


def refuse_three(value: int) -> int:
    if value == 3:
        raise RefusedError
    return value


class RefusingAggregate:
    def __init__(self) -> None:
        self.last = 0

    def step(self, value: int) -> None:
        self.last = refuse_three(value)

    def final(self) -> int:
        return self.last


REFUSING = (
    Function("refuse", refuse_three, 1),
    Function("refuse_group", RefusingAggregate, 1, kind="aggregate"),
    TableFunction("refuse_rows", 1, 1, lambda value: [refuse_three(value)]),
)


@pytest.mark.parametrize("sql", [
    "INSERT INTO t SELECT id + 10, refuse(id) FROM t",
    "INSERT INTO t SELECT id + 10, refuse_group(id) FROM t GROUP BY id",
    "INSERT INTO t SELECT id + 10, f.c0 FROM t, refuse_rows(t.id) AS f",
    "UPDATE t SET n = refuse(id)",
    "DELETE FROM t WHERE refuse(id) > 0",
    "INSERT INTO t VALUES (11, 1), (12, refuse(3))",
])
async def test_statement_that_fails_in_a_function_has_no_effect(filled: Bench, sql: str) -> None:
    transaction = filled.begin()
    await write(transaction, "UPDATE t SET n = 11 WHERE id = 1")
    before = await read(transaction, "SELECT * FROM t")
    with pytest.raises(RefusedError):
        await write(transaction, sql, needs=REFUSING)
    assert not transaction.lost
    assert await read(transaction, "SELECT * FROM t") == before
    await transaction.commit()
    assert await filled.query("SELECT * FROM t") == before


async def test_failed_constraint_names_its_kind_and_leaves_the_transaction_usable(filled: Bench) -> None:
    transaction = filled.begin()
    with pytest.raises(errors.ConstraintFailed) as caught:
        await write(transaction, "INSERT INTO t VALUES (9, 9), (1, 1)")
    assert caught.value.kind == "PRIMARYKEY"
    assert caught.value.message == "UNIQUE constraint failed: t.id"
    await write(transaction, "INSERT INTO t VALUES (6, 60)")
    await transaction.commit()
    assert await filled.query(COUNT) == [(6,)]


async def test_failed_autocommit_write_leaves_nothing_to_commit(filled: Bench) -> None:
    transaction = filled.begin()
    with pytest.raises(errors.ConstraintFailed):
        await transaction.run(Statement("INSERT INTO t VALUES (1, 1)", writes=True), autocommit=True)
    await transaction.commit()
    assert await filled.query("SELECT n FROM t WHERE id = 1") == [(10,)]


async def test_deferred_foreign_key_fails_at_commit(filled: Bench) -> None:
    await filled.execute("CREATE TABLE c(t REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)")
    transaction = filled.begin()
    await write(transaction, "INSERT INTO c VALUES (77)")
    with pytest.raises(errors.ConstraintFailed) as caught:
        await transaction.commit()
    assert caught.value.kind == "FOREIGNKEY"
    assert await filled.query("SELECT * FROM c") == []
    await filled.execute("INSERT INTO c VALUES (1)")


async def test_returning_gives_rows_and_the_number_of_changes(filled: Bench) -> None:
    rows = await filled.execute("UPDATE t SET n = n + 1 WHERE id < 3 RETURNING id, n")
    assert rows.columns == 2
    assert rows.changes == 2
    assert await everything(rows) == [(1, 11), (2, 21)]


async def test_update_of_no_row_changes_none(filled: Bench) -> None:
    transaction = filled.begin()
    await write(transaction, "UPDATE t SET n = 1 WHERE id = 1")
    assert (await write(transaction, "UPDATE t SET n = 1 WHERE id = 99")).changes == 0
    await transaction.rollback()


async def test_write_of_a_large_table_runs_in_a_thread_and_can_be_cancelled(large: Bench) -> None:
    entered = trio.Event()
    loop = trio.lowlevel.current_trio_token()

    def notify(value: int) -> int:
        if value == 5:
            loop.run_sync_soon(entered.set)
        return value

    needs = (Function("notify", notify, 1),)
    transaction = large.begin()
    await write(transaction, "DELETE FROM big WHERE id = 1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(write, transaction, "UPDATE big SET v = notify(id) || (SELECT count(*) FROM big)", (), needs)
        await entered.wait()
        nursery.cancel_scope.cancel()
    assert not transaction.lost  # what it had done before is done again
    await write(transaction, "DELETE FROM big WHERE id = 2")
    await transaction.commit()
    assert await large.query("SELECT count(*), min(v) FROM big") == [(19998, "v10")]


async def test_stopped_write_after_ddl_loses_the_transaction(large: Bench) -> None:
    entered = trio.Event()
    loop = trio.lowlevel.current_trio_token()

    def notify(value: int) -> int:
        if value == 5:
            loop.run_sync_soon(entered.set)
        return value

    needs = (Function("notify", notify, 1),)
    transaction = large.begin()
    await write(transaction, "CREATE TABLE made(x)")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(write, transaction, "UPDATE big SET v = notify(id) || (SELECT count(*) FROM big)", (), needs)
        await entered.wait()
        nursery.cancel_scope.cancel()
    assert transaction.lost
    with pytest.raises(errors.TransactionLost):
        await write(transaction, "DELETE FROM big WHERE id = 2")
    with pytest.raises(errors.TransactionLost):
        await transaction.rollback_to("any")
    await transaction.rollback()
    assert await large.query("SELECT count(*), min(v) FROM big") == [(20000, "v1")]


async def test_first_write_over_its_budget_is_done_again_in_a_thread(path: str) -> None:
    database = Database.open(path, budget_s=0.0)
    bench = Bench(database)
    await bench.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n)")
    await bench.execute(f"INSERT INTO t SELECT i, i FROM ({NUMBERS})", (1500,))
    transaction = bench.begin()
    await transaction.savepoint("s")
    assert (await write(transaction, "UPDATE t SET n = n + 1")).changes == 1500
    plan = database._engine.plans.known("UPDATE t SET n = n + 1")
    assert plan is not None
    assert plan.long
    assert not transaction.lost
    await transaction.rollback_to("s")
    await transaction.commit()
    assert await bench.query("SELECT sum(n) FROM t WHERE id < 3") == [(3,)]
    await database.close()


async def test_context_is_the_transactions_own(filled: Bench) -> None:
    whose = (Function("whose", lambda context: context, 0, context=True),)
    first, second = filled.begin(context="first"), filled.begin(context="second")
    assert await read(first, "SELECT whose()", needs=whose) == [("first",)]
    assert await read(second, "SELECT whose()", needs=whose) == [("second",)]
    first.context = "changed"
    assert await read(first, "SELECT whose()", needs=whose) == [("changed",)]


async def test_other_programs_commit_is_seen_and_moves_the_tokens(
    filled: Bench, other: Callable[[], apsw.Connection]
) -> None:
    transaction = filled.begin()
    await read(transaction, "SELECT n FROM t WHERE id = 1")
    token, version = transaction.schema_token(), filled.database.data_version()
    program = other()
    program.execute("UPDATE t SET n = 77 WHERE id = 1")
    assert await read(transaction, "SELECT n FROM t WHERE id = 1") == [(77,)]
    assert transaction.schema_token() == token
    assert filled.database.data_version() != version
    program.execute("ALTER TABLE t ADD COLUMN more")
    rows = await transaction.run(Statement("SELECT n FROM t WHERE id = 1"))
    assert rows.schema_token != token
    assert transaction.schema_token() == rows.schema_token
    program.close()


async def test_schema_token_is_the_snapshots(filled: Bench) -> None:
    transaction = filled.begin(isolation=RR)
    token = transaction.schema_token()
    await filled.execute("CREATE TABLE another(x)")
    assert transaction.schema_token() == token
    assert filled.begin().schema_token() != token
    await transaction.rollback()


async def test_schema_token_sees_the_transactions_own_change_and_its_rollback(filled: Bench) -> None:
    transaction = filled.begin()
    token = transaction.schema_token()
    await transaction.savepoint("s")
    await write(transaction, "CREATE TABLE another(x)")
    assert transaction.schema_token() != token
    await transaction.rollback_to("s")
    assert transaction.schema_token() == token
    await transaction.rollback()
    assert filled.begin().schema_token() == token


async def test_other_program_that_writes_is_waited_for(filled: Bench, other: Callable[[], apsw.Connection]) -> None:
    program = other()
    program.execute("BEGIN IMMEDIATE; UPDATE t SET n = 0 WHERE id = 1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(filled.execute, "UPDATE t SET n = n + 5 WHERE id = 1")
        await trio.testing.wait_all_tasks_blocked(0.001)
        program.execute("COMMIT")
    assert await filled.query("SELECT n FROM t WHERE id = 1") == [(5,)]
    program.close()


async def test_other_program_that_writes_too_long_is_a_lock_timeout(
    filled: Bench, other: Callable[[], apsw.Connection]
) -> None:
    program = other()
    program.execute("BEGIN IMMEDIATE")
    transaction = filled.begin()
    transaction.lock_timeout_s = 0.01
    with pytest.raises(errors.LockTimeout):
        await write(transaction, "DELETE FROM t")
    await transaction.rollback()
    program.close()
    await filled.execute("DELETE FROM t")


async def test_commit_with_stronger_synchronous_than_at_the_start_succeeds(filled: Bench) -> None:
    transaction = filled.begin()
    transaction.synchronous = Synchronous.NORMAL
    await write(transaction, "DELETE FROM t WHERE id = 1")
    transaction.synchronous = Synchronous.FULL
    await transaction.commit()
    assert await filled.query(COUNT) == [(4,)]


async def test_pinned_transactions_share_temporary_tables_nobody_else_sees(filled: Bench) -> None:
    pinned = filled.database.pin()
    transaction = filled.begin(pinned=pinned)
    await transaction.run(Statement("CREATE TEMP TABLE mine(x)", writes=True, temp_schema=True))
    await transaction.run(Statement("INSERT INTO mine SELECT id FROM t", writes=True, temp_schema=True))
    await transaction.commit()
    assert await read(filled.begin(pinned=pinned), "SELECT count(*) FROM mine") == [(5,)]
    await filled.execute("DELETE FROM t WHERE id = 1")
    assert await read(filled.begin(pinned=pinned), "SELECT count(*) FROM t") == [(4,)]
    with pytest.raises(errors.SqlLogicError):
        await filled.query("SELECT count(*) FROM mine")
    pinned.close()


async def test_temporary_objects_need_a_pinned_connection(filled: Bench) -> None:
    transaction = filled.begin()
    with pytest.raises(errors.InternalError):
        await transaction.run(Statement("CREATE TEMP TABLE mine(x)", writes=True, temp_schema=True))
    await transaction.rollback()


async def test_function_can_be_replaced_while_a_result_is_suspended(large: Bench) -> None:
    transaction = large.begin(isolation=RR)
    rows = await transaction.run(Statement("SELECT upper(v) FROM big ORDER BY id"))
    first = await rows.fetch(1)
    for answer in "one", "two":
        needs = (Function("upper", lambda value, answer=answer: answer, 1),)
        assert await read(transaction, "SELECT upper('a')", needs=needs) == [(answer,)]
    assert (first + await everything(rows))[-1] == ("V20000",)
    await transaction.rollback()


async def test_pinned_write_after_a_suspended_read_is_not_stale(large: Bench) -> None:
    pinned = large.database.pin()
    transaction = large.begin(pinned=pinned)
    rows = await transaction.run(Statement("SELECT id FROM big ORDER BY id"))
    first = await rows.fetch(1)
    await large.execute("DELETE FROM big WHERE id = 20000")
    assert await read(transaction, "SELECT count(*) FROM big") == [(19999,)]
    await write(transaction, "DELETE FROM big WHERE id = 19999")
    assert len(first + await everything(rows)) == 20000
    await transaction.commit()
    pinned.close()


async def test_memory_database_is_shared_by_its_transactions(memory: Bench) -> None:
    await memory.execute("CREATE TABLE t(x)")
    await memory.execute("INSERT INTO t VALUES (1)")
    transaction = memory.begin(isolation=RR)
    assert await read(transaction, COUNT) == [(1,)]
    await write(transaction, "INSERT INTO t VALUES (2)")
    await transaction.commit()
    assert await memory.query(COUNT) == [(2,)]


async def test_memory_reader_waits_for_the_writer_to_end(memory: Bench) -> None:
    await memory.execute("CREATE TABLE t(x)")
    writer = memory.begin()
    await write(writer, "INSERT INTO t VALUES (1)")
    seen: list[object] = []

    async def look() -> None:
        seen.extend(await memory.query(COUNT))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(look)
        await trio.testing.wait_all_tasks_blocked()
        assert seen == []
        await writer.commit()
    assert seen == [(1,)]


async def test_memory_snapshot_may_write_while_another_does(memory: Bench) -> None:
    await memory.execute("CREATE TABLE t(x)")
    reader = memory.begin(isolation=RR)
    await read(reader, COUNT)
    writer = memory.begin()
    await write(writer, "INSERT INTO t VALUES (1)")
    await write(reader, "INSERT INTO t VALUES (2)")
    await reader.commit()
    await writer.commit()
    assert await memory.query(COUNT) == [(2,)]
