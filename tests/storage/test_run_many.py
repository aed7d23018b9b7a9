import pytest

from storage import errors
from storage.statement import Function, RowBatch, Statement
from tests.storage.bench import Bench, read, write

pytestmark = pytest.mark.trio

INSERT = Statement("INSERT INTO t VALUES (?1, ?2)", writes=True)


async def test_many_rows_are_inserted_and_counted(filled: Bench) -> None:
    transaction = filled.begin()
    assert await transaction.run_many(INSERT, RowBatch([(i, i) for i in range(100, 3100)])) == 3000
    assert transaction.has_written
    await transaction.commit()
    assert await filled.query("SELECT count(*) FROM t") == [(3005,)]


async def test_failed_batch_leaves_nothing_and_names_its_row(filled: Bench) -> None:
    transaction = filled.begin()
    await write(transaction, "INSERT INTO t VALUES (6, 60)")
    batch = RowBatch([(7, 0), (8, 0), (1, 0), (9, 0)])
    with pytest.raises(errors.ConstraintFailed):
        await transaction.run_many(INSERT, batch)
    assert batch.failed == 2
    assert await read(transaction, "SELECT max(id) FROM t") == [(6,)]
    await transaction.commit()
    assert await filled.query("SELECT count(*) FROM t") == [(6,)]


async def test_error_of_a_function_names_its_row_and_frees_the_lock(filled: Bench) -> None:
    def refuse(value: int) -> int:
        if value == 3:
            raise ZeroDivisionError
        return value

    statement = Statement("INSERT INTO t VALUES (?1, refuse(?2))", (Function("refuse", refuse, 1),), writes=True)
    transaction = filled.begin()
    batch = RowBatch([(10, 1), (11, 2), (12, 3)])
    with pytest.raises(ZeroDivisionError):
        await transaction.run_many(statement, batch)
    assert batch.failed == 2
    await transaction.rollback()
    await filled.execute("INSERT INTO t VALUES (10, 0)")


async def test_rows_an_open_result_must_not_see_stay_unseen(filled: Bench) -> None:
    transaction = filled.begin()
    await transaction.run_many(INSERT, RowBatch([(i, i) for i in range(100, 2100)]))
    rows = await transaction.run(Statement("SELECT id FROM t ORDER BY id"))
    first = await rows.fetch(1)
    await transaction.run_many(INSERT, RowBatch([(5000, 0)]))
    rest = 0
    while more := await rows.fetch(1000):
        rest += len(more)
    assert (first, rest) == ([(1,)], 2004)
    await transaction.rollback()
