"""The sender of one reader: what is sent when, what is asked of a silent reader, how it ends."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from replication.sender import STOPPING_S, Records, Sender
from replication.slots import Slot
from replication.stream import EPOCH_US, Keepalive, XLogData, decode, decode_record
from storage.database import Database
from storage.logged import Record
from tests.storage.bench import Bench

pytestmark = pytest.mark.trio

TIMEOUT_S = 60.0


class Failed(Exception):
    """What a client would be told."""

    def __init__(self, sqlstate: str, message: str, **more: Any) -> None:
        super().__init__(sqlstate, message)
        self.sqlstate = sqlstate


class Channel:
    """A connection; the test is the reader."""

    def __init__(self) -> None:
        self.stopping = trio.Event()
        self._say, self._hear = trio.open_memory_channel[bytes | None](100)
        self.sent: list[XLogData | Keepalive] = []
        self.open = trio.Event()
        self.open.set()

    def say(self, word: bytes | None) -> None:
        self._say.send_nowait(word)

    async def receive(self) -> bytes | None:
        return await self._hear.receive()

    async def send(self, payloads: Sequence[bytes]) -> None:
        await self.open.wait()
        self.sent += map(decode, payloads)

    def take(self) -> list[XLogData | Keepalive]:
        found, self.sent = self.sent, []
        return found


def status(write: int, flush: int, apply: int, *, reply: bool = False) -> bytes:
    return struct.pack(">cqqqqB", b"r", write, flush, apply, 1_000_000, reply)


class Run:
    """A sender that runs, its log and its reader."""

    def __init__(self, database: Database, *, timeout_s: float = TIMEOUT_S) -> None:
        self.bench = Bench(database)
        self.wal = database.wal
        self.channel = Channel()
        self.slot = Slot("s", "app", self.wal, "pgquill", self.wal.written)
        self.replies = 0
        self.sender = Sender(self.slot, Records(self.wal, self.slot.confirmed), self.channel, Failed, timeout_s=timeout_s,
                             on_reply=self._reply)
        self.end = ""

    def _reply(self) -> None:
        self.replies += 1

    async def go(self) -> None:
        self.end = await self.sender.run()

    async def insert(self) -> None:
        await self.bench.execute("INSERT INTO t(n) VALUES (1)")
        await wait_all_tasks_blocked()


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    found = Database.open(str(tmp_path / "a.db"))
    await Bench(found).execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER)")
    await found.wal.turn_on()
    yield found
    await found.close()


@pytest.fixture
async def run(database: Database, nursery: trio.Nursery) -> Run:
    made = Run(database)
    nursery.start_soon(made.go)
    await wait_all_tasks_blocked()
    made.channel.take()
    return made


async def test_commits_are_sent_as_they_become_durable(run: Run) -> None:
    start = run.wal.written
    await run.insert()
    (word,) = run.channel.take()
    assert isinstance(word, XLogData)
    record: Record = decode_record(word.data)
    assert (word.start, record.lsn, record.end) == (start, start, run.wal.written)
    assert run.sender.sent == run.wal.written
    assert run.sender.state == "streaming"


async def test_what_was_committed_before_is_caught_up_with_in_one_send(database: Database, nursery: trio.Nursery) -> None:
    run = Run(database)
    for _ in range(3):
        await run.insert()
    run.channel.open = trio.Event()
    nursery.start_soon(run.go)
    await wait_all_tasks_blocked()
    assert run.sender.state == "catchup"
    run.channel.open.set()
    await wait_all_tasks_blocked()
    assert [type(word) for word in run.channel.take()] == [XLogData, XLogData, XLogData, Keepalive]
    assert run.sender.state == "streaming"


async def test_status_moves_the_slot_and_is_told(run: Run) -> None:
    await run.insert()
    end = run.wal.written
    run.channel.say(status(end, end - 8, end - 16))
    await wait_all_tasks_blocked()
    assert (run.sender.write, run.sender.flush, run.sender.apply) == (end, end - 8, end - 16)
    assert run.slot.confirmed == end - 8
    assert run.sender.reply_time == EPOCH_US + 1_000_000
    assert run.sender.write_lag.value is not None
    assert run.sender.apply_lag.value is None
    assert run.replies == 2  # the first said that it has caught up


async def test_slot_never_goes_back_nor_beyond_the_log(run: Run) -> None:
    await run.insert()
    end = run.wal.written
    for position in (1 << 60, 8):
        run.channel.say(status(position, position, position))
    await wait_all_tasks_blocked()
    assert run.slot.confirmed == end


async def test_reader_that_asks_is_answered(run: Run) -> None:
    run.channel.say(status(0, 0, 0, reply=True))
    await wait_all_tasks_blocked()
    (word,) = run.channel.take()
    assert isinstance(word, Keepalive)
    assert (word.end, word.reply_wanted) == (run.wal.written, False)


async def test_hot_standby_feedback_changes_nothing(run: Run) -> None:
    run.channel.say(b"h" + bytes(24))
    await wait_all_tasks_blocked()
    assert run.channel.take() == []
    assert run.end == ""


async def test_silent_reader_is_asked_after_half_the_timeout_and_given_up_after_all(run: Run, mock_clock: MockClock) -> None:
    mock_clock.jump(TIMEOUT_S / 2 + 1)
    await wait_all_tasks_blocked()
    (word,) = run.channel.take()
    assert isinstance(word, Keepalive)
    assert word.reply_wanted
    mock_clock.jump(TIMEOUT_S / 2)
    await wait_all_tasks_blocked()
    assert run.end == "timeout"


async def test_reader_that_answers_is_not_given_up(run: Run, mock_clock: MockClock) -> None:
    for _ in range(4):
        mock_clock.jump(TIMEOUT_S / 2 + 1)
        await wait_all_tasks_blocked()
        run.channel.say(status(0, 0, 0))
        await wait_all_tasks_blocked()
    assert run.end == ""


async def test_reader_that_is_done_ends_the_stream(run: Run) -> None:
    run.channel.say(None)
    await wait_all_tasks_blocked()
    assert run.end == "done"
    assert not run.wal.listeners


async def test_server_that_stops_sends_all_and_waits_for_the_readers_word(run: Run) -> None:
    await run.insert()
    run.channel.take()
    run.channel.stopping.set()
    await wait_all_tasks_blocked()
    (word,) = run.channel.take()
    assert isinstance(word, Keepalive)
    assert word.reply_wanted
    assert (run.sender.state, run.end) == ("stopping", "")
    run.channel.say(status(run.wal.written, run.wal.written, 0))
    await wait_all_tasks_blocked()
    assert run.end == "stop"


async def test_server_that_stops_does_not_wait_for_ever(run: Run, mock_clock: MockClock) -> None:
    await run.insert()
    run.channel.stopping.set()
    await wait_all_tasks_blocked()
    mock_clock.jump(STOPPING_S)
    await wait_all_tasks_blocked()
    assert run.end == "stop"


async def test_unknown_message_is_an_error(database: Database) -> None:
    run = Run(database)
    run.channel.say(b"?")
    with pytest.raises(Failed) as caught:
        await run.go()
    assert caught.value.sqlstate == "08P01"


async def test_position_that_has_gone_is_an_error(database: Database) -> None:
    run = Run(database)
    run.wal.oldest = run.wal.written + 8
    with pytest.raises(Failed) as caught:
        await run.go()
    assert caught.value.sqlstate == "58P01"
