"""Changes that are done again: beside other programs, sessions with a connection of their own, and on a full disk."""

import apsw
import pytest

from storage import errors
from storage.statement import Isolation
from tests.storage.bench import Bench, read, write

pytestmark = pytest.mark.trio

RR = Isolation.REPEATABLE_READ


async def test_commit_on_a_pinned_connection_is_not_taken_for_another_programs(filled: Bench) -> None:
    pinned = filled.database.pin()
    old = filled.begin(isolation=RR)
    assert await read(old, "SELECT n FROM t WHERE id = 1") == [(10,)]
    parked = filled.begin()
    await write(parked, "UPDATE t SET n = n + 1 WHERE id = 4")
    before = filled.database._engine.foreign
    for n in range(3):
        own = filled.begin(pinned=pinned)
        await write(own, "UPDATE t SET n = ? WHERE id = 3", (n,))
        await own.commit()
    undone = filled.begin(pinned=pinned)
    await write(undone, "UPDATE t SET n = 99 WHERE id = 3")
    await undone.rollback()
    await write(old, "UPDATE t SET n = n + 1 WHERE id = 2")
    assert await read(old, "SELECT n FROM t WHERE id IN (2, 3)") == [(21,), (30,)]
    await old.commit()
    await parked.commit()
    assert filled.database._engine.foreign == before
    assert await filled.query("SELECT n FROM t") == [(10,), (21,), (2,), (41,), (50,)]
    pinned.close()


async def test_commit_of_another_program_right_after_that_of_a_pinned_connection_is_noticed(
        filled: Bench, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = filled.database.pin()
    engine = filled.database._engine
    one = filled.begin()
    await write(one, "UPDATE t SET n = n + 1 WHERE id = 1")
    own = filled.begin(pinned=pinned)
    await write(own, "UPDATE t SET n = 0 WHERE id = 3")
    wrote = type(engine).wrote

    def just_before(self: object, connection: object) -> None:
        program = apsw.Connection(path)
        program.execute("UPDATE t SET n = 11 WHERE id = 1")
        program.close()
        wrote(engine, pinned.connection)

    with monkeypatch.context() as patch:
        patch.setattr(type(engine), "wrote", just_before)
        await own.commit()
    with pytest.raises(errors.StaleSnapshot):
        await one.commit()
    assert await filled.query("SELECT n FROM t WHERE id = 1") == [(11,)]
    pinned.close()


async def test_row_that_gets_another_number_when_it_is_done_again_has_that_number_locked(filled: Bench, path: str) -> None:
    await filled.execute("CREATE TABLE log(what TEXT)")
    one, two, waker = filled.begin(), filled.begin(), filled.begin()
    await write(one, "INSERT INTO log VALUES ('one')")
    await write(two, "INSERT INTO log VALUES ('two')")
    await write(waker, "UPDATE t SET n = 0 WHERE id = 1")
    await waker.commit()
    program = apsw.Connection(path)
    program.execute("INSERT INTO log(rowid, what) VALUES (1, 'theirs')")
    program.close()
    await write(one, "UPDATE log SET what = 'one!' WHERE what = 'one'")
    numbers = [request.key[2] for request in one.owner.taken if request.key[:2] == ("row", "log")]
    ((number,),) = await read(one, "SELECT rowid FROM log WHERE what = 'one!'")
    assert number in numbers
    await write(two, "UPDATE log SET what = 'two!' WHERE what = 'two'")
    for transaction in (one, two):
        await transaction.commit()
    assert sorted(await filled.query("SELECT what FROM log")) == [("one!",), ("theirs",), ("two!",)]


async def test_table_of_which_another_program_has_replaced_a_column_is_refused(filled: Bench, path: str) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    await other.commit()
    program = apsw.Connection(path)
    program.execute("ALTER TABLE t DROP COLUMN n; ALTER TABLE t ADD COLUMN m INTEGER DEFAULT 10")
    program.close()
    with pytest.raises(errors.StaleSnapshot, match="altered"):
        await one.commit()
    assert await filled.query("SELECT m FROM t WHERE id = 1") == [(10,)]


async def test_full_disk_while_changes_are_done_again_loses_the_transaction_alone(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO t SELECT id + 100, zeroblob(50000) FROM t")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    writer = filled.database._engine.writer.raw
    pages = writer.execute("PRAGMA page_count").get
    assert writer.execute(f"PRAGMA max_page_count = {pages}").get == pages
    with pytest.raises(errors.DiskFull):
        await write(one, "UPDATE t SET n = 0 WHERE id = 1")
    with pytest.raises(errors.TransactionLost):
        await read(one, "SELECT 1")
    with pytest.raises(errors.LockConflict):
        await write(other, "INSERT INTO t VALUES (101, 0)")  # its locks stay until its end
    await one.rollback()
    await write(other, "UPDATE t SET n = 1 WHERE id = 1")
    await other.commit()
    assert await filled.query("SELECT id, n FROM t") == [(1, 1), (2, 0), (3, 30), (4, 40), (5, 50)]
    assert filled.database._engine.turn.holder is None


async def test_full_disk_while_changes_are_done_again_for_the_commit_commits_nothing(filled: Bench) -> None:
    one, other = filled.begin(), filled.begin()
    await write(one, "INSERT INTO t SELECT id + 100, zeroblob(50000) FROM t")
    await write(other, "UPDATE t SET n = 0 WHERE id = 2")
    writer = filled.database._engine.writer.raw
    writer.execute(f"PRAGMA max_page_count = {writer.execute('PRAGMA page_count').get}").fetchall()
    with pytest.raises(errors.DiskFull):
        await one.commit()
    writer.execute("PRAGMA max_page_count = 4294967294").fetchall()
    await write(other, "INSERT INTO t VALUES (101, 1)")
    await other.commit()
    assert await filled.query("SELECT id FROM t WHERE id > 5") == [(101,)]
    assert await filled.query("PRAGMA integrity_check") == [("ok",)]
