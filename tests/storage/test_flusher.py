"""Group commit: who shares a flush, and where it is done."""

import threading
from pathlib import Path

import pytest
import trio

from storage import flusher
from storage.errors import IoError
from storage.flusher import QUICK_FLUSHES, Flusher
from storage.worker import Worker

pytestmark = pytest.mark.trio


class Disk:
    """Notes each flush: the thread that did it, and what had been asked for by then."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.broken = False

    def sync(self, path: str) -> None:
        self.threads.append(threading.get_ident())
        if self.broken:
            raise OSError("no such disk")

    def in_loop(self) -> list[bool]:
        return [thread == threading.get_ident() for thread in self.threads]


async def flushed(made: Flusher, times: int) -> None:
    for _ in range(times):
        await made.flush()


async def test_commits_that_arrive_together_share_a_flush(tmp_path: Path) -> None:
    disk = Disk()
    made = Flusher(Worker(), str(tmp_path / "log"), disk.sync)
    async with trio.open_nursery() as nursery:
        for _ in range(16):
            nursery.start_soon(made.flush)
    assert 1 <= len(disk.threads) <= 2


@pytest.mark.parametrize("quick", [True, False])
async def test_flush_is_done_in_the_loop_once_the_disk_has_been_quick(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool) -> None:
    monkeypatch.setattr(flusher, "QUICK_S", 60.0 if quick else -1.0)
    disk = Disk()
    await flushed(Flusher(Worker(), str(tmp_path / "log"), disk.sync), QUICK_FLUSHES + 3)
    assert disk.in_loop() == [False] * QUICK_FLUSHES + [quick] * 3


async def test_one_slow_flush_sends_the_next_ones_back_to_a_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    made = Flusher(Worker(), str(tmp_path / "log"), disk.sync)
    monkeypatch.setattr(flusher, "QUICK_S", 60.0)
    await flushed(made, QUICK_FLUSHES)
    monkeypatch.setattr(flusher, "QUICK_S", -1.0)
    await flushed(made, 2)
    assert disk.in_loop()[-2:] == [True, False]


async def test_commits_made_in_the_same_pass_share_a_flush_of_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flusher, "QUICK_S", 60.0)
    disk = Disk()
    made = Flusher(Worker(), str(tmp_path / "log"), disk.sync)
    await flushed(made, QUICK_FLUSHES)
    async with trio.open_nursery() as nursery:
        for _ in range(16):
            nursery.start_soon(made.flush)
    assert len(disk.threads) == QUICK_FLUSHES + 1


async def test_broken_disk_is_told_to_all_who_wait_and_to_all_who_come(tmp_path: Path) -> None:
    disk = Disk()
    disk.broken = True
    made = Flusher(Worker(), str(tmp_path / "log"), disk.sync)
    refused = 0

    async def commit() -> None:
        nonlocal refused
        with pytest.raises(IoError):
            await made.flush()
        refused += 1

    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(commit)
    disk.broken = False
    await commit()
    assert refused == 4
