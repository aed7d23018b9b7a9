import pytest
import trio
import trio.testing

from storage import errors
from storage.database import Database
from storage.rows import Rows
from storage.statement import Function, Isolation, Statement
from tests.storage.bench import NUMBERS, Bench, everything, read, write

pytestmark = pytest.mark.trio

ALL = Statement("SELECT id FROM big ORDER BY id")


async def suspended(bench: Bench, isolation: Isolation = Isolation.READ_COMMITTED) -> tuple[object, Rows, list[object]]:
    transaction = bench.begin(isolation=isolation)
    rows = await transaction.run(ALL)
    first = await rows.fetch(3)
    assert first == [(1,), (2,), (3,)]
    await rows.detach()
    return transaction, rows, first


async def test_result_without_rows_knows_its_columns(filled: Bench) -> None:
    rows = await filled.begin().run(Statement("SELECT id, n FROM t WHERE id = 99"))
    assert rows.columns == 2
    assert await rows.fetch(10) == []


async def test_rows_that_are_there_are_given_without_waiting(filled: Bench) -> None:
    rows = await filled.begin().run(Statement("SELECT id FROM t ORDER BY id"))
    assert rows.fetch_buffered(2) == [(1,), (2,)]
    assert rows.fetch_buffered(10) == [(3,), (4,), (5,)]
    assert rows.fetch_buffered(10) is None
    assert await rows.fetch(10) == []


async def test_fetch_gives_at_most_what_is_asked_for(filled: Bench) -> None:
    rows = await filled.begin().run(Statement("SELECT id FROM t ORDER BY id"))
    assert await rows.fetch(2) == [(1,), (2,)]
    assert await rows.fetch(2) == [(3,), (4,)]
    assert await rows.fetch(2) == [(5,)]
    assert await rows.fetch(2) == []


@pytest.mark.parametrize("isolation", list(Isolation))
async def test_suspended_result_does_not_see_later_writes(large: Bench, isolation: Isolation) -> None:
    transaction, rows, first = await suspended(large, isolation)
    await write(transaction, "DELETE FROM big WHERE id > 10")
    await write(transaction, "INSERT INTO big VALUES (100000, 'new')")
    assert first + await everything(rows) == [(i,) for i in range(1, 20001)]
    await transaction.commit()


async def test_result_opened_after_a_write_is_insensitive_too(large: Bench) -> None:
    transaction = large.begin()
    await write(transaction, "DELETE FROM big WHERE id = 20000")
    rows = await transaction.run(ALL)
    first = await rows.fetch(3)
    await transaction.savepoint("s")
    await write(transaction, "DELETE FROM big")
    await transaction.rollback_to("s")
    assert len(first + await everything(rows)) == 19999
    await transaction.rollback()


async def test_two_suspended_results_of_one_transaction_go_on_side_by_side(large: Bench) -> None:
    transaction, first, _ = await suspended(large, Isolation.REPEATABLE_READ)
    second = await transaction.run(ALL)
    assert await second.fetch(2) == [(1,), (2,)]
    assert await first.fetch(1) == [(4,)]
    assert await second.fetch(1) == [(3,)]
    await transaction.rollback()


async def test_end_of_the_transaction_closes_its_results(large: Bench) -> None:
    transaction, rows, _ = await suspended(large)
    await transaction.commit()
    assert await rows.fetch(10) == []


async def test_result_held_open_outlives_its_transaction(large: Bench) -> None:
    transaction, rows, first = await suspended(large)
    await rows.materialize()
    await transaction.commit()
    assert len(first + await everything(rows)) == 20000


async def test_error_in_a_materialized_result_comes_where_it_belongs(large: Bench) -> None:
    def fail_late(value: int) -> int:
        if value == 10000:
            raise ArithmeticError
        return value

    transaction = large.begin()
    rows = await transaction.run(Statement("SELECT late(id) FROM big ORDER BY id", (Function("late", fail_late, 1),)))
    await rows.materialize()
    for _ in range(9):
        assert len(await rows.fetch(1000)) > 0
    with pytest.raises(ArithmeticError):
        await everything(rows)
    assert await rows.fetch(1) == []
    await transaction.rollback()


async def test_suspended_results_never_use_up_the_connections(path: str) -> None:
    database = Database.open(path, readers_max=3)
    bench = Bench(database)
    await bench.execute("CREATE TABLE big(id INTEGER PRIMARY KEY)")
    await bench.execute(f"INSERT INTO big SELECT i FROM ({NUMBERS})", (5000,))
    held = [await suspended(bench) for _ in range(10)]
    assert await bench.query("SELECT count(*) FROM big") == [(5000,)]
    for transaction, rows, first in held:
        assert len(first + await everything(rows)) == 5000
        await transaction.commit()
    await database.close()


async def test_cancelled_fetch_ends_the_result_but_not_the_transaction(large: Bench) -> None:
    entered = trio.Event()
    loop = trio.lowlevel.current_trio_token()

    def notify(value: int) -> int:
        if value == 3000:
            loop.run_sync_soon(entered.set)
        return value

    slow = Statement("SELECT notify(a.id), (SELECT count(*) FROM big WHERE id <> a.id) FROM big a WHERE a.id > 2999",
                     (Function("notify", notify, 1),))
    transaction = large.begin(isolation=Isolation.REPEATABLE_READ)
    await read(transaction, "SELECT 1")

    async def run() -> None:
        await everything(await transaction.run(slow))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await entered.wait()
        nursery.cancel_scope.cancel()
    assert not transaction.lost
    assert await read(transaction, "SELECT count(*) FROM big") == [(20000,)]
    await transaction.rollback()


async def test_event_loop_goes_on_while_a_long_read_runs(large: Bench) -> None:
    ticks = 0
    done = trio.Event()

    async def long_read() -> None:
        await large.query("SELECT count(*) FROM big a, big b WHERE a.id < 100 AND a.id <> b.id")
        done.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(long_read)
        while not done.is_set():
            await trio.lowlevel.checkpoint()
            ticks += 1
    assert ticks > 100


async def test_read_over_its_budget_is_done_again_in_a_thread_and_remembered(large: Bench) -> None:
    # A walk by key: nothing in its plan says that it is long.
    sql = "SELECT sum(length(b.v)) FROM (SELECT 1 UNION ALL SELECT 2) a, big b WHERE b.id > ?"
    for _ in range(40):
        await large.query(sql, (1_000_000,))
    plan = large.database._engine.plans.known(sql)
    assert plan is not None
    assert not plan.long
    large.database._engine.budget_s = 0.0
    expected = await large.query("SELECT 2 * sum(length(v)) FROM big")
    assert await large.query(sql, (0,)) == expected
    assert plan.long


async def test_statement_whose_functions_have_effects_is_not_run_twice(large: Bench) -> None:
    calls: list[int] = []
    needs = (Function("note", lambda context, value: calls.append(value), 1, context=True),)
    sql = "SELECT note(0), count(*) FROM big WHERE id > 0"
    large.database._engine.budget_s = 0.0
    await large.query(sql, needs=needs)
    assert calls == [0]


async def test_wide_rows_come_in_small_chunks(bench: Bench) -> None:
    rows = await bench.begin().run(Statement(f"SELECT zeroblob(1000000) FROM ({NUMBERS})"), (2000,))
    assert 0 < len(await rows.fetch(1000)) <= 500
    while chunk := await rows.fetch(1000):
        assert len(chunk) < 50
    await rows.close()


async def test_closed_database_gives_no_transaction(path: str) -> None:
    database = Database.open(path)
    await database.close()
    await database.close()
    with pytest.raises(errors.Closed):
        database.transaction()
