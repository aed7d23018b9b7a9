"""Replication slots: names, who has one, what the file keeps, when one is given up. Messages are PostgreSQL 18's."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from replication.slots import Slot, Slots
from storage.database import Database
from tests.replication.test_sender import Failed
from tests.storage.bench import Bench

pytestmark = pytest.mark.trio

ME, OTHER = 7, 8


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database.open(str(tmp_path / "a.db"))
    await Bench(found).execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n TEXT)")
    await found.wal.turn_on()
    yield found
    await found.close()


@pytest.fixture
def slots() -> Slots:
    return Slots(Failed, lambda: 3)


def add(slots: Slots, database: Database, name: str = "a", **more: Any) -> Slot:
    slots.check_name(name)
    slot = Slot(name, "app", database.wal, "pgquill", database.wal.written, **more)
    slots.add(slot)
    return slot


def refusal(caught: pytest.ExceptionInfo[Failed]) -> tuple[str, str]:
    return caught.value.args


@pytest.mark.parametrize(("name", "sqlstate", "message"), [
    ("", "42602", 'replication slot name "" is too short'),
    ("a" * 64, "42602", f'replication slot name "{"a" * 64}" is too long'),
    ("a-b", "42602", 'replication slot name "a-b" contains invalid character'),
    ("A", "42602", 'replication slot name "A" contains invalid character'),
    ("a", "42710", 'replication slot "a" already exists'),
])
async def test_name_is_refused(slots: Slots, database: Database, name: str, sqlstate: str, message: str) -> None:
    add(slots, database)
    with pytest.raises(Failed) as caught:
        slots.check_name(name)
    assert refusal(caught) == (sqlstate, message)


async def test_there_are_no_more_than_max_replication_slots(slots: Slots, database: Database) -> None:
    for name in ("a", "b", "c"):
        add(slots, database, name)
    with pytest.raises(Failed) as caught:
        slots.check_name("d")
    assert refusal(caught) == ("53400", "all replication slots are in use")


async def test_slot_is_one_readers_at_a_time(slots: Slots, database: Database) -> None:
    slot = add(slots, database)
    with slots.acquired("a", ME):
        assert (slot.active, slot.inactive_since) == (ME, None)
        with pytest.raises(Failed) as caught, slots.acquired("a", OTHER):
            pass
        assert refusal(caught) == ("55006", 'replication slot "a" is active for PID 7')
        with pytest.raises(Failed, match="active for PID 7"):
            await slots.drop("a", OTHER)
    assert slot.active == 0
    assert slot.inactive_since is not None
    with slots.acquired("a", OTHER):
        pass


async def test_positions_are_kept_in_the_file(slots: Slots, database: Database, tmp_path: Path) -> None:
    slot, temporary = add(slots, database), add(slots, database, "b", owner=ME)
    await slots.keep(slot)
    await slots.keep(temporary)
    await Bench(database).execute("INSERT INTO t(n) VALUES ('x')")
    slot.confirm(database.wal.written)
    await slots.save()
    position = slot.confirmed
    await database.close()
    again = Database.open(str(tmp_path / "a.db"))
    loaded = Slots(Failed, lambda: 3)
    loaded.load("app", again.wal)
    assert [(found.name, found.confirmed, found.temporary) for found in loaded] == [("a", position, False)]
    await again.close()


async def test_dropped_slot_is_gone_from_the_file(slots: Slots, database: Database) -> None:
    await slots.keep(add(slots, database))
    await slots.drop("a", ME)
    assert database.wal.slots() == {}
    with pytest.raises(Failed) as caught:
        slots.find("a")
    assert refusal(caught) == ("42704", 'replication slot "a" does not exist')


async def test_temporary_slots_are_their_sessions_and_go_with_it(slots: Slots, database: Database) -> None:
    add(slots, database, owner=ME)
    with pytest.raises(Failed, match="does not exist"):
        slots.usable("a", OTHER)
    assert slots.usable("a", ME).temporary
    slots.drop_temporary(ME)
    assert list(slots) == []


async def test_slot_that_holds_back_too_much_is_given_up(slots: Slots, database: Database) -> None:
    slot = add(slots, database)
    await Bench(database).execute("INSERT INTO t(n) VALUES (?)", ("x" * 2000,))
    wals = {"app": database.wal}
    assert slots.invalidate(wals, None, 0) == slots.invalidate(wals, 10_000, 0) == []
    assert slots.invalidate(wals, 1_000, 0) == [slot]
    with pytest.raises(Failed) as caught, slots.acquired("a", ME):
        pass
    assert refusal(caught) == ("55000", 'can no longer access replication slot "a"')


async def test_reader_that_holds_back_too_much_loses_its_slot(slots: Slots, database: Database) -> None:
    slot = add(slots, database)
    await Bench(database).execute("INSERT INTO t(n) VALUES (?)", ("x" * 2000,))
    with slots.acquired("a", ME):
        assert slots.invalidate({"app": database.wal}, 1_000, 1) == [slot]
    assert slot.reason == "wal_removed"


async def test_slot_that_nobody_uses_is_given_up(slots: Slots, database: Database) -> None:
    slot, temporary = add(slots, database), add(slots, database, "b", owner=ME)
    used = add(slots, database, "c")
    for each in (slot, temporary, used):
        each.inactive_since = 0
    with slots.acquired("c", ME):
        assert slots.invalidate({}, None, 1_000_000) == [slot]
    assert slot.reason == "idle_timeout"


async def test_log_goes_as_far_as_no_slot_needs_it(slots: Slots, database: Database) -> None:
    wal, bench = database.wal, Bench(database)
    slot = add(slots, database)

    async def write_much() -> None:
        for _ in range(8):
            await bench.execute("INSERT INTO t(n) VALUES (?)", ("x" * 200_000,))

    await write_much()
    slots.release(wal, 0)
    await write_much()
    assert wal.oldest <= slot.confirmed
    slot.confirm(wal.written)
    slots.release(wal, 0)
    await write_much()
    assert wal.oldest > 0
    assert len(await wal.read(slot.confirmed)) > 0
    before = wal.oldest
    slots.release(wal, 1 << 40)  # wal_keep_size
    await write_much()
    assert wal.oldest == before
