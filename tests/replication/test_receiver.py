"""A stream of records into a real copy: whole transactions, exactly once, however the stream is cut."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import trio
from pytest_trio import trio_fixture

from replication.client import ConnectionLost
from replication.receiver import Progress, Receiver
from replication.stream import BadStream, Keepalive, XLogData, encode_data, encode_keepalive, encode_record
from storage.database import Database
from storage.errors import ApplyConflict
from storage.logged import Record
from storage.turn import Alone
from tests.storage.bench import NUMBERS, Bench
from tests.storage.test_random_writers import copy_file

pytestmark = pytest.mark.trio


class Stream:
    """What Receiver needs of a CopyBoth; the test is the server."""

    def __init__(self) -> None:
        self._in, self._out = trio.open_memory_channel[bytes | Exception | None](1000)
        self.sent: list[bytes] = []
        self.has_sent = trio.Event()

    def say(self, *payloads: bytes | Exception | None) -> None:
        for payload in payloads:
            self._in.send_nowait(payload)

    def send_records(self, records: Sequence[Record]) -> None:
        self.say(*(encode_data(XLogData(r.lsn, r.lsn, 1, encode_record(r))) for r in records))

    async def receive_many(self, count_max: int = 10_000) -> list[bytes]:
        found = await self._out.receive()
        if isinstance(found, Exception):
            raise found
        return [] if found is None else [found]

    async def send(self, payload: bytes) -> None:
        self.sent.append(payload)
        self.has_sent.set()
        self.has_sent = trio.Event()

    def positions(self) -> tuple[int, ...]:
        """What was said last: written, flushed, applied."""
        return tuple(int.from_bytes(self.sent[-1][at : at + 8], "big") for at in (1, 9, 17))


class Pair:
    """A primary, its copy, and the stream between them."""

    def __init__(self, primary: Database, copy: Database) -> None:
        self.primary, self.copy = primary, copy
        self.stream = Stream()
        self.progress = Progress(copy.wal.written)
        self.replayed: list[Record] = []

    async def note(self, records: Sequence[Record]) -> None:
        self.replayed += records

    def receiver(self, **options: Any) -> Receiver:
        return Receiver(self.stream, self.copy.wal, self.progress, self.note, **options)  # type: ignore[arg-type]

    async def write(self, *statements: str) -> list[Record]:
        """Run them on the primary; what the log has of them."""
        start = self.primary.wal.written
        for sql in statements:
            await Bench(self.primary).execute(sql)
        return list(await self.primary.wal.read(start, 1 << 60))

    async def until(self, position: int) -> None:
        with trio.fail_after(20):
            while self.progress.replay < position:
                await self.progress.changed()

    async def rows(self) -> Any:
        return await Bench(self.copy).query("SELECT n FROM t ORDER BY n")


@trio_fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    primary = Database.open(str(tmp_path / "primary.db"))
    await primary.wal.turn_on()
    await Bench(primary).execute("CREATE TABLE t(n)")
    copy_file(str(tmp_path / "primary.db"), str(tmp_path / "copy.db"))
    copy = Database.open(str(tmp_path / "copy.db"))
    yield Pair(primary, copy)
    copy.wal.stop_applying()
    await copy.close()
    await primary.close()


async def test_transactions_are_applied_and_said_to_be(pair: Pair, nursery: trio.Nursery) -> None:
    receiver = pair.receiver()
    nursery.start_soon(receiver.run)
    records = await pair.write("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)")
    pair.stream.send_records(records)
    await pair.until(records[-1].end)
    assert await pair.rows() == [(1,), (2,)]
    while pair.stream.positions() != (records[-1].end,) * 3:
        await pair.stream.has_sent.wait()
    assert pair.replayed == records
    assert pair.progress.committed_at == records[-1].committed_at
    receiver.stop()


async def test_readers_see_what_the_disk_does_not_have_yet_and_the_primary_is_not_told(
        pair: Pair, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    flush, may_flush = pair.copy.wal.flush, trio.Event()

    async def held() -> None:
        await may_flush.wait()
        await flush()

    monkeypatch.setattr(pair.copy.wal, "flush", held)
    receiver = pair.receiver()
    nursery.start_soon(receiver.run)
    start = pair.copy.wal.written
    records = await pair.write("INSERT INTO t VALUES (1)")
    pair.stream.send_records(records)
    await pair.until(records[-1].end)
    assert await pair.rows() == [(1,)]
    count = len(pair.stream.sent)
    pair.stream.say(encode_keepalive(Keepalive(100, 6, True)))
    while len(pair.stream.sent) == count:
        await pair.stream.has_sent.wait()
    assert pair.stream.positions() == (records[-1].end, start, start)
    may_flush.set()
    while pair.stream.positions() != (records[-1].end,) * 3:
        await pair.stream.has_sent.wait()
    receiver.stop()


async def test_receiver_that_is_stopped_while_it_applies_has_applied_all(pair: Pair) -> None:
    receiver = pair.receiver()
    records = await pair.write("INSERT INTO t VALUES (1)")
    async with trio.open_nursery() as nursery:
        alone = trio.Event()
        nursery.start_soon(_hold_turn, pair.copy, alone)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(receiver.run)
        pair.stream.send_records(records)
        await trio.testing.wait_all_tasks_blocked()
        assert await pair.rows() == []
        receiver.stop()
        await trio.testing.wait_all_tasks_blocked()
        alone.set()
    assert await pair.rows() == [(1,)]
    assert pair.copy.wal.flushed == records[-1].end


async def _hold_turn(database: Database, until: trio.Event) -> None:
    engine = database._engine
    alone = Alone()
    await engine.turn.take(alone, 60.0)
    await until.wait()
    engine.turn.leave(alone)


async def test_part_of_a_transaction_is_not_applied(pair: Pair) -> None:
    await pair.write("CREATE TABLE big(x)")
    records = await pair.write(f"INSERT INTO big SELECT randomblob(1000) FROM ({NUMBERS.replace('?', '3000')})")
    start = await pair.primary.wal.read(pair.copy.wal.written, 1 << 60)
    assert len(records) > 1
    pair.stream.send_records(start[:-1])
    pair.stream.say(None)
    await pair.receiver().run()
    assert pair.copy.wal.written == records[0].lsn
    pair.stream.send_records(records)
    pair.stream.say(None)
    await pair.receiver().run()
    assert await Bench(pair.copy).query("SELECT count(*) FROM big") == [(3000,)]


async def test_what_came_before_the_connection_broke_is_applied(pair: Pair) -> None:
    pair.stream.send_records(await pair.write("INSERT INTO t VALUES (1)"))
    pair.stream.say(ConnectionLost("gone"))
    with pytest.raises(ConnectionLost, match="gone"):
        await pair.receiver().run()
    assert await pair.rows() == [(1,)]


async def test_record_that_is_not_the_next_stops_the_stream(pair: Pair) -> None:
    records = await pair.write("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)")
    pair.stream.send_records(records[1:])
    with pytest.raises(ApplyConflict, match="is not the next one"):
        await pair.receiver().run()
    assert await pair.rows() == []


async def test_record_that_comes_twice_stops_the_stream(pair: Pair) -> None:
    records = await pair.write("INSERT INTO t VALUES (1)")
    pair.stream.send_records([*records, *records])
    with pytest.raises(ApplyConflict, match="is not the next one"):
        await pair.receiver().run()
    assert await pair.rows() in ([], [(1,)])  # never twice


async def test_log_that_is_another_one_stops_the_stream(pair: Pair) -> None:
    known = await pair.copy.wal.newest()
    assert known is not None
    await pair.write("INSERT INTO t VALUES (1)")
    records = await pair.primary.wal.read(known.lsn)
    pair.stream.send_records(records)
    pair.stream.say(None)
    await pair.receiver(known=known).run()
    assert await pair.rows() == [(1,)]
    newest = await pair.copy.wal.newest()
    assert newest == records[-1]
    pair.stream.send_records([records[-1]._replace(xid=0)])
    with pytest.raises(ApplyConflict, match="is another one at"):
        await pair.receiver(known=newest).run()


async def test_nonsense_stops_the_stream(pair: Pair) -> None:
    pair.stream.say(b"nonsense")
    with pytest.raises(BadStream):
        await pair.receiver().run()


async def test_keepalive_that_asks_is_answered(pair: Pair, nursery: trio.Nursery) -> None:
    receiver = pair.receiver(status_interval_s=0)
    nursery.start_soon(receiver.run)
    while not pair.stream.sent:
        await pair.stream.has_sent.wait()
    count = len(pair.stream.sent)
    pair.stream.say(encode_keepalive(Keepalive(99, 5, False)), encode_keepalive(Keepalive(100, 6, True)))
    while len(pair.stream.sent) == count:
        await pair.stream.has_sent.wait()
    assert pair.stream.positions() == (pair.copy.wal.written,) * 3
    assert (pair.progress.latest_end, pair.progress.sent_at) == (100, 6)
    receiver.stop()


async def test_silence_ends_the_stream(pair: Pair, autojump_clock: trio.testing.MockClock) -> None:
    with pytest.raises(ConnectionLost, match="nothing has come"):
        await pair.receiver(timeout_s=60).run()


async def test_paused_replay_goes_on_receiving(pair: Pair, nursery: trio.Nursery) -> None:
    pair.progress.paused = True
    receiver = pair.receiver()
    nursery.start_soon(receiver.run)
    records = await pair.write("INSERT INTO t VALUES (1)")
    pair.stream.send_records(records)
    while pair.progress.receive < records[-1].end:
        await trio.lowlevel.checkpoint()
    await trio.testing.wait_all_tasks_blocked()
    assert await pair.rows() == []
    pair.progress.paused = False
    await pair.until(records[-1].end)
    assert await pair.rows() == [(1,)]
    receiver.stop()


async def test_stopped_receiver_applies_what_it_has_paused_or_not(pair: Pair) -> None:
    pair.progress.paused = True
    receiver = pair.receiver()
    records = await pair.write("INSERT INTO t VALUES (1)")
    pair.stream.send_records(records)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(receiver.run)
        while pair.progress.receive < records[-1].end:
            await trio.lowlevel.checkpoint()
        receiver.stop()
    assert await pair.rows() == [(1,)]
