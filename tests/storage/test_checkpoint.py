"""The write-ahead log goes into the file in the background, and does not grow for ever."""

import os
import threading
from typing import Any

import pytest
import trio
import trio.testing

from storage import engine, errors
from storage.engine import CHECKPOINT_PAGES
from storage.statement import Isolation, Statement
from tests.storage.bench import NUMBERS, Bench, everything, read

pytestmark = pytest.mark.trio
FILL = f"INSERT INTO t(n) SELECT randomblob(1000) FROM ({NUMBERS})"


def log_size(path: str) -> int:
    return os.path.getsize(path + "-wal")


async def settled(bench: Bench) -> None:
    """Until the checkpoint that runs has ended."""
    while bench.database._engine._checkpointing:
        await trio.lowlevel.checkpoint()


async def test_snapshot_that_keeps_the_log_growing_is_given_up(filled: Bench, path: str) -> None:
    filled.database._engine.log_bytes_max = 8_000_000
    old = filled.begin(isolation=Isolation.REPEATABLE_READ)
    assert await read(old, "SELECT count(*) FROM t") == [(5,)]
    for _ in range(12):
        await filled.execute(FILL, (1000,))
        await settled(filled)
    with pytest.raises(errors.SnapshotTooOld):
        await read(old, "SELECT count(*) FROM t")
    await old.rollback()
    assert log_size(path) < 14_000_000


async def test_unfinished_result_is_put_aside_so_that_the_log_can_go(large: Bench, path: str) -> None:
    large.database._engine.log_bytes_max = CHECKPOINT_PAGES * 4096
    await large.execute("CREATE TABLE t(n)")
    reader = large.begin()
    rows = await reader.run(Statement("SELECT id FROM big ORDER BY id"))
    first = await rows.fetch(10)
    for _ in range(12):
        await large.execute(FILL, (1000,))
        await settled(large)
    assert log_size(path) < 14_000_000
    assert first + await everything(rows) == [(i,) for i in range(1, 20001)]
    await reader.commit()


async def test_close_waits_for_the_checkpoint_that_runs(filled: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    really = engine._checkpoint

    def slow(raw: Any) -> tuple[int, int]:
        begun.set()
        assert go_on.wait(10)
        return really(raw)

    monkeypatch.setattr(engine, "_checkpoint", slow)
    await filled.execute(FILL, (6000,))
    assert await trio.to_thread.run_sync(begun.wait, 10)
    closed = False

    async def close() -> None:
        nonlocal closed
        await filled.database.close()
        closed = True

    async with trio.open_nursery() as nursery:
        nursery.start_soon(close)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert not closed
        go_on.set()
    assert closed
