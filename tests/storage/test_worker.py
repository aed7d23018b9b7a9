import threading

import pytest
import trio
import trio.testing

from storage.errors import Interrupted
from storage.worker import Worker, interrupted

pytestmark = pytest.mark.trio


class Job:
    """Runs until it is told to stop."""

    def __init__(self) -> None:
        self.stop = False
        self.ended = False
        self.started = threading.Event()

    def __call__(self) -> None:
        self.started.set()
        while not interrupted():
            pass
        self.ended = True
        raise Interrupted("stopped")


async def test_job_runs_in_another_thread_and_gives_its_result() -> None:
    assert await Worker().read(threading.get_ident, None) != threading.get_ident()


async def test_exception_of_a_job_arrives() -> None:
    with pytest.raises(ZeroDivisionError):
        await Worker().write(lambda: 1 // 0)


async def test_cancelled_job_is_stopped_and_waited_for() -> None:
    job = Job()
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(Worker().read, job, job)
            while not job.started.is_set():
                await trio.lowlevel.checkpoint()
            scope.cancel()
    assert scope.cancelled_caught
    assert job.ended
    assert not job.stop


async def test_job_without_a_stop_ends_in_spite_of_the_cancellation() -> None:
    may_end = threading.Event()
    done: list[object] = []

    async def run() -> None:
        done.append(await Worker().write(lambda: may_end.wait(10)))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
        may_end.set()
    assert done == [True]


async def test_inline_worker_runs_in_the_loops_own_thread() -> None:
    assert await Worker(inline=True).read(threading.get_ident, None) == threading.get_ident()
