import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import apsw
import pytest
from pytest_trio import trio_fixture

from storage.database import Database
from tests.storage.bench import NUMBERS, Bench


@pytest.fixture
def path(tmp_path: Path) -> str:
    return os.fspath(tmp_path / "test.db")


@trio_fixture
async def bench(path: str) -> AsyncIterator[Bench]:
    database = Database.open(path)
    yield Bench(database)
    await database.close()


@trio_fixture
async def memory() -> AsyncIterator[Bench]:
    database = Database.open(None)
    yield Bench(database)
    await database.close()


@trio_fixture
async def filled(bench: Bench) -> Bench:
    """Table t: id 1 to 5, n = 10 * id."""
    await bench.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER)")
    await bench.execute("INSERT INTO t VALUES (1, 10), (2, 20), (3, 30), (4, 40), (5, 50)")
    return bench


@trio_fixture
async def large(bench: Bench) -> Bench:
    """Table big: id 1 to 20000, v = 'v' and the id."""
    await bench.execute("CREATE TABLE big(id INTEGER PRIMARY KEY, v TEXT)")
    await bench.execute(f"INSERT INTO big SELECT i, 'v' || i FROM ({NUMBERS})", (20000,))
    return bench


@pytest.fixture
def other(path: str) -> Callable[[], apsw.Connection]:
    """Opens the same file as another SQLite program would."""
    return lambda: apsw.Connection(path)
