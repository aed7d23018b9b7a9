import psutil
import pytest

from storage.database import Database
from storage.statement import Statement
from tests.storage.bench import NUMBERS, Bench, write

pytestmark = pytest.mark.trio
BOUND = 50 * 1024 * 1024


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


async def test_large_result_streams_in_bounded_memory(path: str) -> None:
    bench = Bench(Database.open(path))
    rows = await bench.begin().run(Statement(f"SELECT i, printf('%.100d', i) FROM ({NUMBERS})"), (700_000,))
    count = len(await rows.fetch(1000))
    before, most = resident(), 0
    while chunk := await rows.fetch(1000):
        count += len(chunk)
        if count % 50_000 < 1000:
            most = max(most, resident())
    assert count == 700_000
    assert most - before < BOUND
    await bench.database.close()


async def test_suspended_large_result_is_put_aside_in_bounded_memory(path: str) -> None:
    bench = Bench(Database.open(path))
    await bench.execute("CREATE TABLE t(x)")
    transaction = bench.begin()
    await write(transaction, "INSERT INTO t VALUES (1)")
    rows = await transaction.run(Statement(f"SELECT i, printf('%.100d', i) FROM ({NUMBERS})"), (700_000,))
    count = len(await rows.fetch(1000))
    before = resident()
    await write(transaction, "INSERT INTO t VALUES (2)")
    assert resident() - before < BOUND
    while chunk := await rows.fetch(1000):
        count += len(chunk)
    assert count == 700_000
    await transaction.rollback()
    await bench.database.close()
