"""Writers that note what was acknowledged, and the inspection that holds the database to it after a crash.

Every piece of work has a number and is either whole or absent: two rows of one statement, a transfer that is written in
four tables, a COPY of many rows, a new table and its row, a deletion. After a crash what was acknowledged must be there,
what was rolled back must not, and what was under way may be either, but whole.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

ACCOUNTS = 20
COPY_ROWS = 20
RETRYABLE = {"40001", "40P01"}

SETUP = (
    "CREATE TABLE pairs (n bigint, half int, filler text, PRIMARY KEY (n, half))",
    "CREATE TABLE sent (n bigint PRIMARY KEY, account int NOT NULL, amount int NOT NULL)",
    "CREATE TABLE received (n bigint PRIMARY KEY, account int NOT NULL, amount int NOT NULL)",
    "CREATE TABLE giro (account int PRIMARY KEY, balance bigint NOT NULL)",
    "CREATE TABLE savings (account int PRIMARY KEY, balance bigint NOT NULL)",
    f"INSERT INTO giro SELECT n, 0 FROM generate_series(0, {ACCOUNTS - 1}) AS n",
    f"INSERT INTO savings SELECT n, 0 FROM generate_series(0, {ACCOUNTS - 1}) AS n",
    "CREATE TABLE copied (n bigint NOT NULL, line int NOT NULL, label text)",
    "CREATE INDEX copied_n ON copied (n)",
    "CREATE TABLE counters (writer int PRIMARY KEY, value int NOT NULL)",
)


class State(Enum):
    """What must be seen of a piece of work."""

    WHOLE = "whole"
    ABSENT = "absent"
    EITHER = "either"


@dataclass
class Notes:
    """What the writers know. work: (kind, number) -> state; counted: writer -> increments (acknowledged, under way)."""

    work: dict[tuple[str, int], State] = field(default_factory=dict)
    counted: dict[int, tuple[int, int]] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    acknowledged: int = 0
    target: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, work: tuple[str, int], state: State) -> None:
        """Note how a piece of work ended."""
        self.work[work] = state
        self.acknowledge()

    def acknowledge(self) -> None:
        """Count, and tell who waits for the count to reach the target."""
        self.acknowledged += 1
        if self.acknowledged >= self.target:
            self.reached.set()


class Writer:
    """One client. Its work is chosen by a seed; it ends when its connection is lost."""

    def __init__(self, number: int, notes: Notes, seed: int) -> None:
        self.number, self.notes = number, notes
        self.random = random.Random(seed)
        self.connection: psycopg.AsyncConnection[Any]

    async def run(self, dsn: str) -> None:
        """Write until the server is gone. Raises: psycopg.Error that a living server gave for no good reason."""
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as self.connection:
                while True:
                    await self.random.choice(KINDS)(self)
        except psycopg.Error as error:
            if not self.gone(error):
                raise

    def gone(self, error: psycopg.Error) -> bool:
        """Whether the error says that the server has gone."""
        return error.sqlstate is None or error.sqlstate.startswith("57P") or error.sqlstate.startswith("08")

    async def attempt(self, kind: str, work: Callable[[int], Coroutine[Any, Any, State]], *, number: int | None = None,
                      failed: State = State.ABSENT) -> None:
        """Do a piece of work and note its end; while it is under way anything may be there."""
        number = next(self.notes.numbers) if number is None else number
        self.notes.work[kind, number] = State.EITHER
        try:
            self.notes.settle((kind, number), await work(number))
        except psycopg.Error as error:
            if error.sqlstate not in RETRYABLE:
                raise
            if self.connection.info.transaction_status is psycopg.pq.TransactionStatus.INERROR:
                await self.connection.execute("ROLLBACK")
            self.notes.settle((kind, number), failed)

    async def execute(self, statement: str, *parameters: object) -> int:
        """The number of rows."""
        return (await self.connection.execute(statement.encode(), parameters)).rowcount

    async def insert_pair(self) -> None:
        """Two rows in one autocommitted statement."""
        async def work(number: int) -> State:
            filler = "x" * self.random.choice((1, 10, 3000))
            await self.execute("INSERT INTO pairs VALUES (%s, 1, %s), (%s, 2, %s)", number, filler, number, filler)
            return State.WHOLE
        await self.attempt("pair", work)

    async def delete_pair(self) -> None:
        """Remove an earlier pair in a transaction of two statements."""
        mine = [number for (kind, number), state in self.notes.work.items()
                if kind == "pair" and state is State.WHOLE and number % 8 == self.number % 8]
        if not mine:
            return

        async def work(number: int) -> State:
            await self.execute("BEGIN")
            await self.execute("DELETE FROM pairs WHERE n = %s AND half = 1", number)
            await self.execute("DELETE FROM pairs WHERE n = %s AND half = 2", number)
            await self.execute("COMMIT")
            return State.ABSENT
        await self.attempt("pair", work, number=self.random.choice(mine), failed=State.WHOLE)

    async def transfer(self) -> None:
        """Four statements over four tables, with a moment's thought; now and then taken back."""
        async def work(number: int) -> State:
            source, target, amount = self.random.randrange(ACCOUNTS), self.random.randrange(ACCOUNTS), self.random.randint(1, 99)
            await self.execute("BEGIN")
            await self.execute("INSERT INTO sent VALUES (%s, %s, %s)", number, source, amount)
            await self.execute("UPDATE giro SET balance = balance - %s WHERE account = %s", amount, source)
            await asyncio.sleep(self.random.choice((0, 0, 0.002)))
            await self.execute("UPDATE savings SET balance = balance + %s WHERE account = %s", amount, target)
            await self.execute("INSERT INTO received VALUES (%s, %s, %s)", number, target, amount)
            give_up = self.random.random() < 0.15
            await self.execute("ROLLBACK" if give_up else "COMMIT")
            return State.ABSENT if give_up else State.WHOLE
        await self.attempt("transfer", work)

    async def copy(self) -> None:
        """COPY of COPY_ROWS rows."""
        async def work(number: int) -> State:
            async with self.connection.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
                for line in range(COPY_ROWS):
                    await copy.write(f"{number}\t{line}\tline {line}\n")
            return State.WHOLE
        await self.attempt("copy", work)

    async def make_table(self) -> None:
        """A table and its row, in one transaction."""
        if self.random.random() < 0.8:
            return

        async def work(number: int) -> State:
            await self.execute("BEGIN")
            await self.execute(f"CREATE TABLE made_{number} (n bigint PRIMARY KEY)")
            await self.execute(f"INSERT INTO made_{number} VALUES ({number})")
            await self.execute("COMMIT")
            return State.WHOLE
        await self.attempt("table", work)

    async def count_up(self) -> None:
        """An increment of the writer's own counter; the row is made by the first."""
        done, under_way = self.notes.counted.get(self.number, (0, 0))
        self.notes.counted[self.number] = done, under_way + 1
        await self.execute("INSERT INTO counters VALUES (%s, 1) ON CONFLICT (writer) DO UPDATE SET value = counters.value + 1",
                           self.number)
        self.notes.counted[self.number] = done + 1, under_way
        self.notes.acknowledge()


KINDS = (Writer.insert_pair, Writer.insert_pair, Writer.delete_pair, Writer.transfer, Writer.transfer, Writer.transfer,
         Writer.copy, Writer.make_table, Writer.count_up)


@dataclass
class Found:
    """What the database holds. parts: (kind, number) -> parts seen; whole: kind -> parts of a whole one."""

    parts: Counter[tuple[str, int]]
    counters: dict[int, int]
    giro: dict[int, int]
    savings: dict[int, int]
    sent: dict[int, tuple[int, int]]
    received: dict[int, tuple[int, int]]


PARTS = {"pair": 2, "transfer": 2, "copy": COPY_ROWS, "table": 1}


async def look(dsn: str) -> Found:
    """Read everything."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        async def rows(query: str | sql.Composed) -> list[Any]:
            cursor = await connection.execute(query.encode() if isinstance(query, str) else query)
            return await cursor.fetchall()

        parts: Counter[tuple[str, int]] = Counter()
        parts.update({("pair", number): halves for number, halves in await rows("SELECT n, count(*) FROM pairs GROUP BY n")})
        parts.update({("copy", number): lines for number, lines in await rows("SELECT n, count(*) FROM copied GROUP BY n")})
        sent = {number: (account, amount) for number, account, amount in await rows("SELECT * FROM sent")}
        received = {number: (account, amount) for number, account, amount in await rows("SELECT * FROM received")}
        parts.update(("transfer", number) for number in [*sent, *received])
        for (name,) in await rows(r"SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'made\_%'"):
            content = await rows(sql.SQL("SELECT n FROM {}").format(sql.Identifier(name)))
            parts["table", int(name[5:])] = 1 if content == [(int(name[5:]),)] else 0
        return Found(parts, dict(await rows("SELECT * FROM counters")), dict(await rows("SELECT * FROM giro")),
                     dict(await rows("SELECT * FROM savings")), sent, received)


def complaints(notes: Notes, found: Found) -> list[str]:
    """Where the database is not what the writers were told. What was under way is settled by what is there."""
    result = []
    for key in notes.work.keys() | found.parts.keys():
        kind, number = key
        there, whole = found.parts.get(key, 0), PARTS[kind]
        state = notes.work.get(key, State.ABSENT)
        if kind == "table" and key in found.parts and there == 0:
            result.append(f"table {number} is there without its row")
        elif there not in (0, whole):
            result.append(f"{kind} {number} is half there: {there} of {whole}")
        elif state is State.WHOLE and there == 0:
            result.append(f"{kind} {number} was acknowledged and is gone")
        elif state is State.ABSENT and there == whole:
            result.append(f"{kind} {number} was rolled back or deleted and is there")
        notes.work[key] = State.WHOLE if there == whole else State.ABSENT
    for writer in notes.counted.keys() | found.counters.keys():
        done, under_way = notes.counted.get(writer, (0, 0))
        value = found.counters.get(writer, 0)
        if not done <= value <= done + under_way:
            result.append(f"counter {writer} is {value}, acknowledged {done}, under way {under_way}")
        notes.counted[writer] = value, 0
    return result + wrong_balances(found)


def wrong_balances(found: Found) -> list[str]:
    """Accounts that do not hold what the transfers say."""
    expected: dict[str, Counter[int]] = {"giro": Counter(), "savings": Counter()}
    for account, amount in found.sent.values():
        expected["giro"][account] -= amount
    for account, amount in found.received.values():
        expected["savings"][account] += amount
    return [f"{name} {account} holds {balance}, its transfers say {expected[name][account]}"
            for name, balances in (("giro", found.giro), ("savings", found.savings))
            for account, balance in balances.items() if balance != expected[name][account]]
