"""Random transactions at once, checked against the same transactions run one after another in the order of their commits.

Each run is decided by its seed: a scheduler steps through the transactions one statement at a time, and a statement that
meets a lock waits in a task of its own until the lock is free. Statements of READ COMMITTED are functions of the rows they
lock; what a snapshot would make of them is refused by storage if it could be something else.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest
import trio
import trio.lowlevel
import trio.testing

from storage.collations import compare_decimal
from storage.database import Database
from storage.errors import (
    ApplyConflict,
    ConstraintFailed,
    Deadlock,
    Interrupted,
    LockConflict,
    LockTimeout,
    StaleSnapshot,
    TransactionLost,
)
from storage.foreign import vouch_for
from storage.locks import LockOwner, Mode
from storage.logged import FORK, Record
from storage.statement import Function, Isolation, Need, Statement
from storage.transaction import Transaction
from storage.worker import Worker
from tests.storage.bench import read

pytestmark = pytest.mark.trio

SCHEMA = """
CREATE TABLE k(id INTEGER PRIMARY KEY, n INTEGER DEFAULT 0);
CREATE TABLE h(name TEXT COLLATE NOCASE UNIQUE, d TEXT COLLATE decimal UNIQUE, n INTEGER DEFAULT 0);
CREATE TABLE x(a INTEGER, b INTEGER, on_ INTEGER DEFAULT 0, n INTEGER DEFAULT 0, UNIQUE(a, b));
CREATE UNIQUE INDEX x_on ON x(a) WHERE on_ = 1;
CREATE TABLE s(name TEXT PRIMARY KEY, n INTEGER DEFAULT 0);
CREATE TABLE p(id INTEGER PRIMARY KEY, n INTEGER DEFAULT 0);
CREATE TABLE c1(id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE CASCADE, up REFERENCES c1(id));
CREATE TABLE c2(id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE w(id TEXT PRIMARY KEY, n INTEGER DEFAULT 0) WITHOUT ROWID;
CREATE TABLE g(id INTEGER PRIMARY KEY, n INTEGER DEFAULT 0, twice GENERATED ALWAYS AS (n * 2) STORED);
CREATE TABLE log(id INTEGER PRIMARY KEY, n INTEGER DEFAULT 0);
CREATE TABLE tr(id INTEGER PRIMARY KEY, n INTEGER DEFAULT 0);
CREATE TRIGGER tr_log AFTER UPDATE ON tr BEGIN UPDATE log SET n = n + 1 WHERE id = new.id % 3; END;
INSERT INTO k SELECT value, 0 FROM json_each('[1,2,3,4,5,6]');
INSERT INTO h(name, d) VALUES ('a', '1'), ('b', '2.0'), ('c', '3');
INSERT INTO x(a, b) VALUES (1, 1), (1, 2), (2, 1), (2, 2);
INSERT INTO s(name) VALUES ('a'), ('b'), ('c');
INSERT INTO p(id) VALUES (1), (2), (3);
INSERT INTO c1 VALUES (1, 1, NULL), (2, 2, 1), (3, 3, 1);
INSERT INTO c2 VALUES (1, 1), (2, 2);
INSERT INTO w(id) VALUES ('a'), ('b');
INSERT INTO g(id) VALUES (1), (2);
INSERT INTO tr(id) VALUES (1), (2), (3), (4);
INSERT INTO log(id) VALUES (0), (1), (2);
"""
TABLES = {"k": "id, n", "h": "name, d, n", "x": "a, b, on_, n", "s": "name, n", "p": "id, n", "c1": "id, p, up", "c2": "id, p",
          "w": "id, n", "g": "id, n, twice", "tr": "id, n", "log": "id, n"}
LOCKABLE = {"k": 6, "p": 5, "c1": 6, "s": 3}
COMMON = (
    "UPDATE k SET n = n + 1 WHERE id = {i}", "UPDATE k SET n = n * 2 + 1 WHERE id = {i}", "DELETE FROM k WHERE id = {i}",
    "INSERT INTO k(id) VALUES ({i})", "INSERT INTO k(id) VALUES ({i}) ON CONFLICT(id) DO UPDATE SET n = n + 10",
    "INSERT OR REPLACE INTO k(id, n) VALUES ({i}, 7)", "UPDATE k SET id = {j} WHERE id = {i}",
    "INSERT INTO h(name, d) VALUES ('{A}', '{j}.0')", "DELETE FROM h WHERE name = '{a}'",
    "UPDATE h SET n = n + 1 WHERE name = '{A}'",
    "UPDATE h SET name = '{A}' WHERE d = '{i}'", "UPDATE h SET d = '{j}.00' WHERE d = '{i}'",
    "UPDATE x SET on_ = 1 WHERE a = {two} AND b = {other}", "UPDATE x SET on_ = 0 WHERE a = {two} AND b = {other}",
    "INSERT INTO x(a, b) VALUES ({two}, {i})", "DELETE FROM x WHERE a = {two} AND b = {i}",
    "UPDATE x SET n = n + 1 WHERE a = {two} AND b = {i}", "UPDATE s SET n = n + 1 WHERE name = '{a}'",
    "INSERT INTO s(name) VALUES ('{a}')", "DELETE FROM s WHERE name = '{a}'", "UPDATE s SET name = '{b}' WHERE name = '{a}'",
    "INSERT INTO p(id) VALUES ({i})", "DELETE FROM p WHERE id = {i}", "UPDATE p SET n = n + 1 WHERE id = {i}",
    "INSERT INTO c1 VALUES ({i}, {j}, NULL)", "INSERT INTO c1 VALUES ({i}, NULL, {j})", "DELETE FROM c1 WHERE id = {i}",
    "INSERT INTO c1 VALUES ({i}{j}0, NULL, {i}{j}1), ({i}{j}1, {i}, NULL)", "UPDATE c1 SET p = {j} WHERE id = {i}",
    "INSERT INTO c2 VALUES ({i}, {j})", "UPDATE c2 SET p = {j} WHERE id = {i}", "DELETE FROM c2 WHERE id = {i}",
    "UPDATE g SET n = n + {i} WHERE id = {two}", "INSERT INTO g(id) VALUES ({i})", "DELETE FROM g WHERE id = {i}",
)
RARE = ("UPDATE w SET n = n + 1 WHERE id = '{a}'", "INSERT INTO w(id) VALUES ('{a}')", "UPDATE tr SET n = n + 1 WHERE id = {i}")


_running: list[Transaction] = []


def _stop() -> int:
    connection = _running[-1]._connection
    assert connection is not None
    connection.stop = True
    return 0


STOP: tuple[Need, ...] = (Function("stop_now", _stop, 0),)
LONG = ("UPDATE k SET n = n + stop_now() + (WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 20000) "
        "SELECT count(*) FROM c)")
GENTLE = (ConstraintFailed, LockTimeout, Deadlock, Interrupted)
"""What a statement may fail with; its transaction is rolled back then, or goes on."""


class Actor:
    """One transaction of a run: what it has done, and whether a statement of it is waiting."""

    def __init__(self, number: int, transaction: Transaction, pinned: bool) -> None:
        self.number = number
        self.transaction = transaction
        self.pinned = pinned
        self.done: list[str] = []
        self.savepoints: list[tuple[str, int]] = []
        self.waits = False
        self.ended = False
        self.seen: dict[str, list[Any]] | None = None  # a snapshot's content
        self.failure: BaseException | None = None


class Run:
    """One seed. committed: the statements of transactions, in the order of their commits."""

    def __init__(self, seed: int, path: str, *, inline: bool, logged: bool = False) -> None:
        self.logged = logged
        self.random = random.Random(seed)
        self.alone = bool(seed % 2)  # no other program writes
        self.path = path
        self.database = Database.open(path, worker=Worker(inline=inline))
        self.committed: list[Sequence[str]] = []
        self.actors: list[Actor] = []
        self.begun = 0
        self.trace: list[str] = []

    def note(self, actor: Actor | None, text: str) -> None:
        self.trace.append(f"{'-' if actor is None else actor.number}: {text}")

    def text(self, *, rare: bool = True) -> str:
        r = self.random
        pattern = r.choice(RARE) if rare and r.random() < 0.04 else r.choice(COMMON)
        letter = r.choice("abc")
        return pattern.format(i=r.randint(1, 5), j=r.randint(1, 6), a=letter, b=r.choice("abcd"), A=r.choice("aAbBcCdD"),
                              two=r.randint(1, 2), other=r.randint(1, 2))

    # --- what transactions do -------------------------------------------------------------------------------------

    def begin(self) -> Actor:
        r = self.random
        isolation = r.choice((Isolation.READ_COMMITTED,) * 3 + (Isolation.REPEATABLE_READ, Isolation.SERIALIZABLE))
        pinned = self.database.pin() if r.random() < 0.08 else None
        self.begun += 1
        transaction = self.database.transaction(isolation=isolation, pinned=pinned, owner=LockOwner(self.begun))
        transaction.deadlock_s = 0.0
        transaction.lock_timeout_s = 5.0
        actor = Actor(self.begun, transaction, pinned is not None)
        self.actors.append(actor)
        return actor

    async def attempt(self, actor: Actor, action: Any, *args: Any) -> None:
        """One action of a transaction, with all the waiting that it needs; notes how the transaction ends by it."""
        actor.waits = True
        try:
            await action(actor, *args)
        except GENTLE as error:
            self.note(actor, f"{type(error).__name__} {error}")
            if isinstance(error, (Deadlock, LockTimeout)) or self.random.random() < 0.3:
                await self.end(actor)
        except (StaleSnapshot, TransactionLost) as error:
            self.note(actor, f"{type(error).__name__} {error}")
            if self.alone and isinstance(error, StaleSnapshot) and actor.transaction.isolation is Isolation.READ_COMMITTED:
                raise AssertionError(f"a lock was missing: {error.message}") from error
            await self.end(actor)
        except BaseException as error:
            actor.failure = error
            raise
        finally:
            actor.waits = False

    async def end(self, actor: Actor) -> None:
        await actor.transaction.rollback()
        self.note(actor, "rolled back")
        self.close(actor)

    def close(self, actor: Actor) -> None:
        if not actor.ended and actor.transaction.pinned is not None:
            actor.transaction.pinned.close()
        actor.ended = True

    async def write(self, actor: Actor, text: str) -> None:
        transaction = actor.transaction
        statement = Statement(text, writes=True)
        self.note(actor, text)
        while True:
            try:
                rows = await transaction.run(statement)
                break
            except LockConflict as conflict:
                self.note(actor, f"waits for {conflict.request}")
                await transaction.wait_for(conflict.request)
        if rows.changes:  # what found no row might find one in the order of commits: READ COMMITTED allows that
            actor.done.append(text)
            actor.seen = None

    async def fail(self, actor: Actor) -> None:
        """A statement is stopped in its middle: SQLite undoes the whole transaction."""
        self.note(actor, "stop")
        transaction = actor.transaction
        with transaction.hold():
            await transaction.begin_write()
            _running.append(transaction)
            connection = transaction._connection
            assert connection is not None
            try:
                await transaction.run(Statement(LONG, STOP, writes=True))
            except Interrupted:
                self.note(actor, "stopped")
                return
            finally:
                connection.stop = False
                _running.pop()
        await self.end(actor)  # there was no row

    async def lock(self, actor: Actor, table: str, rowid: int, mode: Mode) -> None:
        self.note(actor, f"lock {table} {rowid} {mode.name}")
        while (request := actor.transaction.lock_row(table, rowid, mode)) is not None:
            await actor.transaction.wait_for(request)

    async def savepoint(self, actor: Actor) -> None:
        name = f"s{len(actor.savepoints)}_{self.random.randint(0, 99999)}"
        self.note(actor, f"savepoint {name}")
        await actor.transaction.savepoint(name)
        actor.savepoints.append((name, len(actor.done)))

    async def rollback_to(self, actor: Actor) -> None:
        if actor.savepoints:
            at = self.random.randrange(len(actor.savepoints))
            name, count = actor.savepoints[at]
            self.note(actor, f"rollback to {name}")
            await actor.transaction.rollback_to(name)
            del actor.savepoints[at + 1 :]
            del actor.done[count:]
            actor.seen = None

    async def release(self, actor: Actor) -> None:
        if actor.savepoints:
            at = self.random.randrange(len(actor.savepoints))
            self.note(actor, f"release {actor.savepoints[at][0]}")
            await actor.transaction.release(actor.savepoints[at][0])
            del actor.savepoints[at:]

    async def look(self, actor: Actor) -> None:
        """A snapshot never changes by itself; nor does what anybody has written go."""
        tables = self.random.sample(sorted(TABLES), 2)
        seen = {table: await self.content_of(actor.transaction, table) for table in tables}
        if actor.transaction.isolation is not Isolation.READ_COMMITTED:
            known = actor.seen or {}
            for table in tables:
                assert known.get(table, seen[table]) == seen[table], f"the snapshot of {actor.number} has changed: {table}"
            actor.seen = {**known, **seen}

    async def content_of(self, transaction: Transaction, table: str) -> list[Any]:
        return sorted(await read(transaction, f"SELECT {TABLES[table]} FROM {table}"), key=repr)

    async def commit(self, actor: Actor) -> None:
        self.note(actor, "commit")
        done = list(actor.done)
        actor.transaction.after_commit = lambda: self.committed.append(done)
        try:
            await actor.transaction.commit()
            self.note(actor, "committed")
        finally:
            self.close(actor)

    async def temporary(self, actor: Actor) -> None:
        text = "CREATE TEMP TABLE IF NOT EXISTS mine(n)"
        self.note(actor, text)
        await actor.transaction.run(Statement(text, writes=True, temp_schema=True))
        await actor.transaction.run(Statement("INSERT INTO temp.mine VALUES (1)", writes=True, temp_schema=True))

    def foreign(self) -> None:
        """Another program writes, if it can. Not while a commit runs in a thread: nobody could tell which of them was first."""
        if self.database._engine.committing:
            return
        text = self.text(rare=False)
        raw = apsw.Connection(self.path)
        try:
            raw.pragma("foreign_keys", True)
            raw.pragma("recursive_triggers", True)
            raw.create_collation("decimal", compare_decimal)
            raw.execute(text)
        except (apsw.BusyError, apsw.ConstraintError):
            return
        finally:
            raw.close()
        self.note(None, text)
        self.committed.append([text])

    # --- the whole ------------------------------------------------------------------------------------------------

    async def step(self, nursery: trio.Nursery) -> None:
        r = self.random
        actors = [actor for actor in self.actors if not actor.ended]
        if len(actors) < 2 or (len(actors) < 6 and r.random() < 0.1):
            actors.append(self.begin())
        free = [actor for actor in actors if not actor.waits]
        if r.random() < 0.02 and not self.alone:
            self.foreign()
        elif free:
            actor = r.choice(free)
            nursery.start_soon(self.attempt, actor, *self.choose(actor))
        await trio.testing.wait_all_tasks_blocked()

    def choose(self, actor: Actor) -> tuple[Any, ...]:
        r = self.random
        chance = r.random()
        if chance < 0.62:
            return (self.write, self.text())
        if chance < 0.68:
            table = r.choice(sorted(LOCKABLE))
            return (self.lock, table, r.randint(1, LOCKABLE[table]), r.choice(list(Mode)[8:]))
        if actor.pinned and chance < 0.70:
            return (self.temporary,)
        for limit, action in ((0.74, self.savepoint), (0.78, self.rollback_to), (0.80, self.release), (0.86, self.look),
                              (0.88, self.fail), (0.90, self.end)):
            if chance < limit:
                return (action,)
        return (self.commit,)

    async def finish(self, nursery: trio.Nursery) -> None:
        with trio.fail_after(10):
            while left := [actor for actor in self.actors if not actor.ended]:
                for actor in left:
                    if not actor.waits and not actor.ended:
                        nursery.start_soon(self.attempt, actor, self.random.choice((self.commit, self.end)))
                        break
                await trio.testing.wait_all_tasks_blocked(0.0)
                await trio.lowlevel.checkpoint()

    async def run(self, steps: int) -> None:
        raw = fresh(self.path)
        raw.close()
        if self.logged:
            await self.database.wal.turn_on()
            copy_file(self.path, self.path + ".copy")
        async with trio.open_nursery() as nursery:
            for _ in range(steps):
                await self.step(nursery)
            await self.finish(nursery)
        engine = self.database._engine
        assert engine.locks.rows() == []
        assert not engine.lockers
        assert not engine.readers
        assert not engine.history.is_wanted
        assert engine.turn.holder is None
        assert engine.turn.waiting == 0
        reader = self.database.transaction()
        found = {table: await self.content_of(reader, table) for table in TABLES}
        await reader.rollback()
        records = await self.database.wal.read(self.database.wal.oldest, 1 << 60)
        await self.database.close()
        self.check(found)
        if self.logged:
            await self.check_copy(records)

    async def check_copy(self, records: Sequence[Record]) -> None:
        """Who does what was logged, a few transactions at a time, has the same rows under the same numbers."""
        copy = Database.open(self.path + ".copy")
        left = [record for record in records if record.lsn >= copy.wal.written]
        try:
            while left:
                count = self.random.randint(1, 4)
                await copy.wal.apply(left[:count])
                del left[:count]
        except ApplyConflict:
            assert any(change.op == FORK for record in records for change in record.changes)
            return
        finally:
            copy.wal.stop_applying()
            await copy.close()
        one, other = apsw.Connection(self.path), apsw.Connection(self.path + ".copy")
        for name in (*TABLES, "pgquill_wal"):
            rowid = "" if name == "w" else "rowid, "
            assert one.execute(f"SELECT {rowid}* FROM {name}").fetchall() == other.execute(
                f"SELECT {rowid}* FROM {name}").fetchall(), name
        one.close()
        other.close()

    def check(self, found: dict[str, list[Any]]) -> None:
        raw = apsw.Connection(self.path)
        raw.create_collation("decimal", compare_decimal)
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        raw.close()
        model = fresh(":memory:")
        for number, texts in enumerate(self.committed):
            model.execute("BEGIN")
            for text in texts:
                try:
                    model.execute(text)
                except apsw.ConstraintError as error:
                    raise AssertionError(f"commit {number}, {text}: {error}") from error
            model.execute("COMMIT")
        for table, columns in TABLES.items():
            expected = sorted(model.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)
            assert found[table] == expected, table
        model.close()


def fresh(path: str) -> apsw.Connection:
    """A file, or memory, with the tables as each run begins with them."""
    raw = apsw.Connection(path)
    raw.pragma("foreign_keys", True)
    raw.pragma("recursive_triggers", True)
    raw.create_collation("decimal", compare_decimal)
    raw.execute(SCHEMA)
    return raw


def copy_file(path: str, target: str) -> None:
    """A copy of a file that is served."""
    source, copy = apsw.Connection(path), apsw.Connection(target)
    with copy.backup("main", source, "main") as backup:
        backup.step()
    source.close()
    copy.close()
    vouch_for(target)


async def simulate(seed: int, path: str, *, inline: bool = True, logged: bool = False, steps: int = 120) -> Run:
    """One run. Raises: AssertionError, with what was done, if the transactions were not as good as one after another."""
    run = Run(seed, path, inline=inline, logged=logged)
    try:
        await run.run(steps)
    except BaseException as error:
        error.add_note(f"seed {seed}\n" + "\n".join(run.trace))
        raise
    return run


@pytest.mark.parametrize("seed", range(8))
async def test_random_transactions_are_as_good_as_one_after_another(seed: int, tmp_path: Path) -> None:
    run = await simulate(seed, str(tmp_path / "test.db"))
    assert run.committed


@pytest.mark.parametrize("seed", range(2))
async def test_random_transactions_with_threads_are_as_good_as_one_after_another(seed: int, tmp_path: Path) -> None:
    run = await simulate(seed, str(tmp_path / "test.db"), inline=False)
    assert run.committed


@pytest.mark.parametrize("seed", range(8))
async def test_what_random_transactions_log_makes_an_equal_copy(seed: int, tmp_path: Path) -> None:
    run = await simulate(seed, str(tmp_path / "test.db"), logged=True)
    assert run.committed
