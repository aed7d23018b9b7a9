"""Clients that append to lists and read them, as unlike one another as SQL allows, and note what they did and saw.

Two tables: one of arrays with an index on the group, one of texts without. Appends are updates by key and by another column,
upserts, and read-modify-write; reads are by key, by another column, of whole groups, and locking. Some transactions set a
savepoint and roll back to it, some roll back altogether, some think between statements.
"""

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

import psycopg
from psycopg import sql

from tests.simulation.histories import (
    Append,
    History,
    Level,
    Outcome,
    Read,
    RolledBackTo,
    Savepoint,
    Transaction,
)

EXPECTED = {"40001": "serialization failure", "40P01": "deadlock detected"}
"""What may fail, at any level."""
KEYS_AT_ONCE = 12
APPENDS_PER_KEY = 24
GROUP = 8
STUCK_S = 60.0

SETUP = (
    "DROP TABLE IF EXISTS lists_a, lists_t",
    "CREATE TABLE lists_a (k int PRIMARY KEY, mirror int NOT NULL, grp int NOT NULL, v int[] NOT NULL)",
    "CREATE TABLE lists_t (k int PRIMARY KEY, mirror int NOT NULL, grp int NOT NULL, v text NOT NULL)",
    "CREATE INDEX lists_a_grp ON lists_a (grp)",
)


class Stuck(Exception):
    """A statement had no answer for STUCK_S."""


class Unexpected(Exception):
    """An error that PostgreSQL would not give here."""


@dataclass
class Keys:
    """Keys in use: each takes APPENDS_PER_KEY elements and makes room for the next, so that lists stay short."""

    active: list[int] = field(default_factory=lambda: list(range(KEYS_AT_ONCE)))
    appended: dict[int, int] = field(default_factory=dict)
    elements: "count[int]" = field(default_factory=lambda: count(1))

    def element_for(self, key: int) -> int:
        """A new element; the key is replaced when it has had enough."""
        self.appended[key] = self.appended.get(key, 0) + 1
        if self.appended[key] >= APPENDS_PER_KEY and key in self.active:
            self.active[self.active.index(key)] = max(self.active) + 1
        return next(self.elements)


def table(key: int) -> sql.Identifier:
    """Even keys are in the arrays' table, odd ones in the texts'."""
    return sql.Identifier("lists_t" if key % 2 else "lists_a")


def stored(key: int, elements: tuple[int, ...]) -> object:
    """A list as its column holds it."""
    return "".join(f",{element}" for element in elements) if key % 2 else list(elements)


def loaded(key: int, value: Any) -> tuple[int, ...]:
    """A list from what its column gave."""
    return tuple(map(int, value.split(",")[1:])) if key % 2 else tuple(value)


@dataclass(frozen=True)
class Manner:
    """What clients may do: narrowed to find out what an anomaly needs. only: names of operations; none: all."""

    only: tuple[str, ...] = ()
    savepoints: bool = True
    locking: bool = True
    thinking: bool = True


class Client:
    """One connection, working through transactions until there are enough."""

    def __init__(self, dsn: str, level: Level, keys: Keys, seed: int, manner: Manner) -> None:
        self.dsn, self.level, self.keys, self.manner = dsn, level, keys, manner
        self.operations = [each for each in OPERATIONS if not manner.only or each.__name__ in manner.only]
        self.random = random.Random(seed)
        self.statements = count(1)
        self.connection: psycopg.AsyncConnection[Any] | None = None
        self.transaction = Transaction()

    async def run(self, remaining: "count[int]", transactions: int, history: list[Transaction]) -> None:
        """Take numbers until they run out."""
        while next(remaining) < transactions:
            self.transaction = Transaction()
            try:
                async with asyncio.timeout(STUCK_S):
                    await self.run_transaction()
            except TimeoutError as error:
                raise Stuck(f"{self.level.value}: no answer for {STUCK_S} s after {self.transaction.operations}") from error
            history.append(self.transaction)
        if self.connection is not None:
            await self.connection.close()

    async def run_transaction(self) -> None:
        transaction = self.transaction
        if self.connection is None:
            self.connection = await psycopg.AsyncConnection.connect(self.dsn, autocommit=True)
            await self.connection.execute("SET deadlock_timeout = '20ms'")
        try:
            await self.connection.execute(f"BEGIN ISOLATION LEVEL {self.level.value}".encode())
            await self.body()
            transaction.commit_sent = monotonic()
            if self.random.random() < 0.05:
                transaction.outcome = Outcome.ABORTED
                await self.connection.execute("ROLLBACK")
            else:
                await self.connection.execute("COMMIT")
            transaction.ended = monotonic()
        except psycopg.Error as error:
            await self.failed(error)

    async def failed(self, error: psycopg.Error) -> None:
        """Note a transaction that failed, and be ready for the next."""
        assert self.connection is not None
        self.transaction.error = error.sqlstate
        if self.connection.closed:
            self.connection = None
            self.transaction.outcome = Outcome.UNKNOWN if self.transaction.commit_sent else Outcome.ABORTED
        elif error.sqlstate in EXPECTED:
            self.transaction.outcome = Outcome.ABORTED
            await self.connection.execute("ROLLBACK")
        else:
            raise Unexpected(f"{self.level.value}: {error.sqlstate} {error} after {self.transaction.operations}") from error

    async def body(self) -> None:
        """One to five operations, now and then around a savepoint."""
        draw = self.random
        with_savepoint = self.manner.savepoints and draw.random() < 0.15
        steps = draw.randint(1, 5)
        since: int | None = None
        for step in range(steps):
            if with_savepoint and step == steps // 2:
                await self.execute(sql.SQL("SAVEPOINT here"))
                self.transaction.operations.append(Savepoint())
                since = len(self.transaction.operations)
            await draw.choice(self.operations)(self)
            if self.manner.thinking and draw.random() < 0.3:
                await asyncio.sleep(draw.choice((0, 0.001, 0.003)))
        if since is not None and draw.random() < 0.6:
            await self.execute(sql.SQL("ROLLBACK TO SAVEPOINT here"))
            for each in self.transaction.operations[since:]:
                if isinstance(each, Append):
                    each.undone = True
            self.transaction.operations.append(RolledBackTo())
            await draw.choice(self.operations)(self)

    async def execute(self, statement: sql.Composed | sql.SQL, *parameters: object) -> tuple[float, psycopg.AsyncCursor[Any]]:
        """(when it was sent, its cursor)."""
        assert self.connection is not None
        began = monotonic()
        self.transaction.began = self.transaction.began or began
        return began, await self.connection.execute(statement, parameters)

    def note(self, operation: Append | Read) -> None:
        operation.ended = monotonic()
        self.transaction.operations.append(operation)

    # --- operations -----------------------------------------------------------------------------------------------

    def key(self) -> int:
        return self.random.choice(self.keys.active)

    async def read_list(self) -> None:
        """By key or by another column, sometimes locking."""
        key = self.key()
        column = sql.Identifier(self.random.choice(("k", "k", "mirror")))
        lock = self.random.choice(("", "", "", " FOR SHARE", " FOR UPDATE")) if self.manner.locking else ""
        query = sql.SQL("SELECT v FROM {} WHERE {} = %s" + lock).format(table(key), column)
        began, cursor = await self.execute(query, key)
        row = await cursor.fetchone()
        self.note(Read(key, loaded(key, row[0]) if row else (), began, statement=next(self.statements), locking=bool(lock)))

    async def read_group(self) -> None:
        """All lists of a group in one statement."""
        key = self.key()
        began, cursor = await self.execute(
            sql.SQL("SELECT k, v FROM {} WHERE grp = %s ORDER BY k").format(table(key)), key // GROUP)
        found = {each: loaded(each, value) for each, value in await cursor.fetchall()}
        statement = next(self.statements)
        first = key // GROUP * GROUP + key % 2
        for each in range(first, first + GROUP, 2):
            self.note(Read(each, found.get(each, ()), began, statement=statement))

    async def update(self) -> None:
        """Append by key or by another column; insert if there is no row."""
        key = self.key()
        column = sql.Identifier(self.random.choice(("k", "k", "mirror")))
        append = Append(key, self.keys.element_for(key))
        query = sql.SQL("UPDATE {} SET v = v || %s WHERE {} = %s").format(table(key), column)
        append.began, cursor = await self.execute(query, stored(key, (append.element,)), key)
        if cursor.rowcount:
            self.note(append)
        else:
            await self.append_by_upsert(append)

    async def update_returning(self) -> None:
        """Append and read in one."""
        key = self.key()
        append = Append(key, self.keys.element_for(key))
        query = sql.SQL("UPDATE {} SET v = v || %s WHERE k = %s RETURNING v").format(table(key))
        append.began, cursor = await self.execute(query, stored(key, (append.element,)), key)
        row = await cursor.fetchone()
        if row is None:
            await self.append_by_upsert(append)
            return
        self.note(append)
        self.note(Read(key, loaded(key, row[0]), append.began, statement=next(self.statements), locking=True))

    async def upsert(self) -> None:
        """INSERT ... ON CONFLICT DO UPDATE."""
        key = self.key()
        await self.append_by_upsert(Append(key, self.keys.element_for(key)))

    async def append_by_upsert(self, append: Append) -> None:
        key = append.key
        query = sql.SQL("INSERT INTO {0} VALUES (%s, %s, %s, %s) "
                        "ON CONFLICT (k) DO UPDATE SET v = {0}.v || EXCLUDED.v").format(table(key))
        append.began, _ = await self.execute(query, key, key, key // GROUP, stored(key, (append.element,)))
        self.note(append)

    async def read_modify_write(self) -> None:
        """The list is read, and written whole; without FOR UPDATE only where the level keeps it from losing updates."""
        key = self.key()
        must_lock = not self.level.keeps_snapshot
        lock = " FOR UPDATE" if must_lock or (self.manner.locking and self.random.random() < 0.3) else ""
        began, cursor = await self.execute(sql.SQL("SELECT v FROM {} WHERE k = %s" + lock).format(table(key)), key)
        row = await cursor.fetchone()
        values = loaded(key, row[0]) if row else ()
        self.note(Read(key, values, began, statement=next(self.statements), locking=bool(lock)))
        if row is None:
            await self.append_by_upsert(Append(key, self.keys.element_for(key)))
            return
        if self.random.random() < 0.5:
            await asyncio.sleep(0.001)
        append = Append(key, self.keys.element_for(key))
        append.began, _ = await self.execute(
            sql.SQL("UPDATE {} SET v = %s WHERE k = %s").format(table(key)), stored(key, (*values, append.element)), key)
        self.note(append)


OPERATIONS = (Client.read_list, Client.read_list, Client.read_group, Client.update, Client.update,
              Client.update_returning, Client.upsert, Client.read_modify_write)


async def final_lists(dsn: str) -> dict[int, tuple[int, ...]]:
    """What every list is when nobody changes it any more."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        result = {}
        for name in ("lists_a", "lists_t"):
            cursor = await connection.execute(sql.SQL("SELECT k, v FROM {}").format(sql.Identifier(name)))
            result.update({key: loaded(key, value) for key, value in await cursor.fetchall()})
        return result


async def collect(dsn: str, level: Level, *, transactions: int, clients: int = 8, seed: int = 0,
                  manner: Manner = Manner()) -> History:
    """Run the clients against a server, and give the history. Raises: Stuck, Unexpected."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        for statement in SETUP:
            await connection.execute(statement.encode())
    keys, numbers = Keys(), count()
    history: list[Transaction] = []
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(Client(dsn, level, keys, seed * 1000 + number, manner).run(numbers, transactions, history))
    return History(level, history, await final_lists(dsn))
