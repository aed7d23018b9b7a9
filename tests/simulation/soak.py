"""Many clients doing everything at once for long: statements of all kinds, cancels, disconnects in the middle of things.

What must hold in the end: the memory is flat, no session is stuck, every error is one that PostgreSQL would give too, and
the money in the accounts is what it was. Cancels go by CancelRequest and pg_cancel_backend, disconnects are politely or in
the middle of a statement.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg

ACCOUNTS = 400
MONEY = 1000
STUCK_S = 60.0
GROWTH_MAX = 1.1
"""How much more memory the server may have at the end than after a third of a long run."""

EXPECTED = {
    "40001": "serialization failure", "40P01": "deadlock detected", "55P03": "lock not available", "57014": "query canceled",
    "23505": "unique violation", "23503": "foreign key violation", "23514": "check violation", "22012": "division by zero",
    "42P01": "undefined table", "22P02": "invalid text", "25P02": "in failed transaction", "57P01": "terminated",
}  # fmt: skip
"""What the clients provoke: PostgreSQL gives these and nothing else."""

SETUP = (
    "DROP TABLE IF EXISTS soak_line, soak_account, soak_log",
    f"CREATE TABLE soak_account (id int PRIMARY KEY, money int NOT NULL DEFAULT {MONEY}, note text, "
    "CHECK (money > -1000000))",
    "CREATE TABLE soak_line (id bigserial PRIMARY KEY, account int NOT NULL REFERENCES soak_account, "
    "amount numeric(12, 2), data jsonb, made timestamptz DEFAULT now())",
    "CREATE INDEX soak_line_account ON soak_line (account)",
    "CREATE TABLE soak_log (n bigint PRIMARY KEY, what text)",
    f"INSERT INTO soak_account (id) SELECT n FROM generate_series(1, {ACCOUNTS}) AS n",
)

POINT = ("SELECT * FROM soak_account WHERE id = {a}", "SELECT money FROM soak_account WHERE id = {a} FOR SHARE",
         "SELECT count(*), sum(amount) FROM soak_line WHERE account = {a}",
         "SELECT id, data->>'k' FROM soak_line WHERE account = {a} ORDER BY id DESC LIMIT 5",
         "UPDATE soak_account SET note = 'note {b}' WHERE id = {a}",
         "INSERT INTO soak_line (account, amount, data) VALUES ({a}, {b}.25, '{{\"k\": {b}}}')",
         "DELETE FROM soak_line WHERE id = (SELECT min(id) FROM soak_line WHERE account = {a})",
         "DELETE FROM soak_line WHERE id IN (SELECT id FROM soak_line WHERE account = {a} ORDER BY id LIMIT 3)")
LARGE = ("SELECT sum(money) FROM soak_account",
         "SELECT account, count(*) FROM soak_line GROUP BY account ORDER BY 2 DESC LIMIT 10",
         "SELECT a.id, sum(l.amount) FROM soak_account a LEFT JOIN soak_line l ON l.account = a.id GROUP BY a.id ORDER BY 1",
         "SELECT * FROM soak_line ORDER BY id LIMIT 200", "SELECT n FROM generate_series(1, 3000) AS n")
WRONG = ("SELECT 1 / 0", "SELECT * FROM soak_nosuch", "SELECT 'x'::int", "INSERT INTO soak_account (id) VALUES ({a})",
         "INSERT INTO soak_line (account) VALUES (-1)", "UPDATE soak_account SET money = -2000000 WHERE id = {a}")


@dataclass
class Soak:
    """One run. memory: (statements so far, resident bytes of the server)."""

    dsn: str
    statements: int
    pid: int | None = None
    done: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[int, int]] = field(default_factory=list)
    report: Callable[["Soak"], None] = lambda soak: None
    disconnects: int = 0
    cancels: int = 0

    async def run(self, clients: int, seed: int) -> None:
        """Until there were enough statements; what is wrong stands in `wrong`."""
        async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
            for statement in SETUP:
                await connection.execute(statement.encode())
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self.watch())
            tasks = [group.create_task(Client(self, random.Random(seed * 1000 + number)).run()) for number in range(clients)]
            await asyncio.gather(*tasks)
            watch.cancel()
        await self.check()

    def count(self) -> None:
        """One more statement; a look at the memory a hundred times in a run."""
        self.done += 1
        if self.pid is not None and self.done % max(1, self.statements // 100) == 0:
            self.memory.append((self.done, psutil.Process(self.pid).memory_info().rss))

    async def watch(self) -> None:
        """Show how far it has come."""
        while True:
            self.report(self)
            await asyncio.sleep(0.5)

    async def check(self) -> None:
        """No session is left, the money is there, memory has not grown in the second half."""
        async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
            for _ in range(100):
                cursor = await connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
                    "AND datname = current_database()")
                left = await cursor.fetchone()
                if left == (0,):
                    break
                await asyncio.sleep(0.1)
            else:
                self.wrong.append(f"{left} sessions are still there")
            cursor = await connection.execute("SELECT sum(money) FROM soak_account")
            if (row := await cursor.fetchone()) != (ACCOUNTS * MONEY,):
                self.wrong.append(f"the money is {row}")
            cursor = await connection.execute("SELECT count(*) FROM soak_line WHERE account NOT IN (SELECT id FROM soak_account)")
            if (row := await cursor.fetchone()) != (0,):
                self.wrong.append(f"{row} lines of no account")
        self.wrong += [f"{state}: {times} times, which is not expected" for state, times in self.errors.items()
                       if state not in EXPECTED]

    @property
    def growth(self) -> float:
        """The memory of the last tenth over that after the first third."""
        if len(self.memory) < 30:
            return 1.0
        early = sorted(size for _, size in self.memory[30:40])
        late = sorted(size for _, size in self.memory[-10:])
        return late[len(late) // 2] / early[len(early) // 2] if early else 1.0


class Client:
    """One client: it connects, works for a while, leaves in one way or another, and comes again."""

    def __init__(self, soak: Soak, draw: random.Random) -> None:
        self.soak, self.random = soak, draw
        self.connection: psycopg.AsyncConnection[Any]
        self.last = ""

    async def run(self) -> None:
        """Until the soak has had its statements."""
        while self.soak.done < self.soak.statements:
            try:
                async with await psycopg.AsyncConnection.connect(self.soak.dsn, autocommit=True) as self.connection:
                    await self.session()
            except TimeoutError:
                self.soak.wrong.append(f"no answer for a minute: {self.last}")
                self.soak.done = self.soak.statements
            except psycopg.Error as error:
                if error.sqlstate is not None or not self.connection.closed:
                    self.note(error)

    async def session(self) -> None:
        """Some dozen pieces of work, then the end of the connection."""
        for _ in range(self.random.randint(20, 120)):
            if self.soak.done >= self.soak.statements:
                return
            work = self.random.choices(WORKS, WEIGHTS)[0]
            try:
                async with asyncio.timeout(STUCK_S):
                    await work(self)
            except psycopg.Error as error:
                if self.connection.closed:
                    return
                self.note(error)
                await self.connection.rollback()
        if self.random.random() < 0.3:
            await self.hang_up()

    def note(self, error: psycopg.Error) -> None:
        self.soak.errors[error.sqlstate or str(error)[:80]] += 1

    async def execute(self, statement: str) -> psycopg.AsyncCursor[Any]:
        self.soak.count()
        filled = statement.format(a=self.random.randint(1, ACCOUNTS), b=self.random.randint(1, 9999))
        self.last = filled
        return await self.connection.execute(filled.encode())

    async def point(self) -> None:
        """A short statement."""
        cursor = await self.execute(self.random.choice(POINT))
        if cursor.description:
            await cursor.fetchall()

    async def parameters(self) -> None:
        """The extended protocol, prepared after a while."""
        self.soak.count()
        account = self.random.randint(1, ACCOUNTS)
        cursor = await self.connection.execute("SELECT id, money FROM soak_account WHERE id = %s", [account])
        await cursor.fetchall()

    async def large(self) -> None:
        """A statement that takes a while."""
        await (await self.execute(self.random.choice(LARGE))).fetchall()

    async def mistake(self) -> None:
        """An error of the client's."""
        await self.execute(self.random.choice(WRONG))

    async def transfer(self) -> None:
        """Money from one account to another, at some level, now and then with a savepoint or given up."""
        draw = self.random
        level = draw.choice(("READ COMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"))
        amount, source, target = draw.randint(1, 50), draw.randint(1, ACCOUNTS), draw.randint(1, ACCOUNTS)
        await self.execute(f"BEGIN ISOLATION LEVEL {level}")
        await self.execute(f"UPDATE soak_account SET money = money - {amount} WHERE id = {source}")
        if draw.random() < 0.3:
            await self.execute("SAVEPOINT s")
            await self.execute(f"UPDATE soak_account SET money = money - 7 WHERE id = {target}")
            await self.execute("ROLLBACK TO s")
        if draw.random() < 0.2:
            await asyncio.sleep(0.001)
        await self.execute(f"UPDATE soak_account SET money = money + {amount} WHERE id = {target}")
        await self.execute("ROLLBACK" if draw.random() < 0.1 else "COMMIT")

    async def cursor(self) -> None:
        """A cursor that is read in part."""
        await self.execute("BEGIN")
        await self.execute("DECLARE c CURSOR FOR SELECT * FROM soak_line ORDER BY id")
        await (await self.execute("FETCH 20 FROM c")).fetchall()
        await self.execute("COMMIT")

    async def copy(self) -> None:
        """COPY out and in."""
        self.soak.count()
        async with self.connection.cursor() as cursor:
            if self.random.random() < 0.5:
                async with cursor.copy("COPY (SELECT * FROM soak_account) TO STDOUT") as out:
                    async for _ in out:
                        pass
            else:
                async with cursor.copy("COPY soak_line (account, amount) FROM STDIN") as into:
                    for _ in range(20):
                        await into.write(f"{self.random.randint(1, ACCOUNTS)}\t1.5\n")

    async def temporary(self) -> None:
        """A temporary table."""
        await self.execute("CREATE TEMP TABLE IF NOT EXISTS mine (n int)")
        await self.execute("INSERT INTO mine SELECT n FROM generate_series(1, 50) AS n")
        await (await self.execute("SELECT count(*) FROM mine")).fetchall()

    async def wait_for_nothing(self) -> None:
        """Locks that are not waited for long."""
        await self.execute("SET lock_timeout = '20ms'")
        try:
            await self.execute("UPDATE soak_account SET note = 'x' WHERE id < 4")
        finally:
            if not self.connection.closed:
                await self.execute("RESET lock_timeout")

    async def canceled(self) -> None:
        """A statement that is canceled while it runs, or just after."""
        self.soak.cancels += 1
        statement = "SELECT pg_sleep(0.2)" if self.random.random() < 0.5 else LARGE[2]
        running = asyncio.create_task(self.execute(statement))
        await asyncio.sleep(self.random.random() * 0.01)
        await self.connection.cancel_safe()
        try:
            await running
        except psycopg.errors.QueryCanceled as error:
            self.note(error)
        # A request that comes late may still meet the next statement.
        await self.execute("SELECT 1")

    async def hang_up(self) -> None:
        """Leave in the middle of something."""
        self.soak.disconnects += 1
        await self.execute("BEGIN")
        await self.execute("UPDATE soak_account SET money = money + 1 WHERE id = {a}")
        if self.random.random() < 0.5:
            self.connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 300000)")
            self.connection.pgconn.flush()
        self.connection.pgconn.finish()


WORKS_AND_WEIGHTS: tuple[tuple[Callable[[Client], Any], int], ...] = (
    (Client.point, 50), (Client.parameters, 20), (Client.large, 1), (Client.mistake, 4), (Client.transfer, 12),
    (Client.cursor, 3), (Client.copy, 2), (Client.temporary, 1), (Client.wait_for_nothing, 1), (Client.canceled, 1),
)  # fmt: skip
WORKS = [work for work, _ in WORKS_AND_WEIGHTS]
WEIGHTS = [weight for _, weight in WORKS_AND_WEIGHTS]
