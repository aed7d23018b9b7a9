"""A job queue on SKIP LOCKED: workers of four kinds take jobs from one table, and none is lost or done twice.

Some transactions are rolled back and some connections cut while a job is held; such a job must come back.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg

RETRYABLE = {"40001", "40P01"}
IDLE_S = 0.002
STUCK_S = 60.0

SETUP = (
    "DROP TABLE IF EXISTS job, job_done",
    "CREATE TABLE job (id int PRIMARY KEY, state text NOT NULL DEFAULT 'new', priority int NOT NULL, "
    "runs int NOT NULL DEFAULT 0)",
    "CREATE INDEX job_next ON job (priority, id) WHERE state = 'new'",
    "CREATE TABLE job_done (id int NOT NULL, worker int NOT NULL)",
)

NEXT = "SELECT id FROM job WHERE state = 'new' ORDER BY priority, id LIMIT {} FOR UPDATE SKIP LOCKED"


@dataclass
class Tally:
    """What the workers saw. held: jobs in an open transaction of some worker; twice: jobs given to two at once."""

    held: set[int] = field(default_factory=set)
    twice: list[int] = field(default_factory=list)
    held_at_most: int = 0
    acknowledged: Counter[int] = field(default_factory=Counter)
    unsure: set[int] = field(default_factory=set)
    given_up: int = 0

    def take(self, jobs: list[int]) -> None:
        """Note jobs that the server gave to a worker."""
        self.twice += [job for job in jobs if job in self.held]
        self.held.update(jobs)
        self.held_at_most = max(self.held_at_most, len(self.held))


class Queue:
    """One run: `jobs` jobs, worked on until there are none."""

    def __init__(self, dsn: str, jobs: int, seed: int, *, trouble: bool) -> None:
        self.dsn, self.jobs, self.seed, self.trouble = dsn, jobs, seed, trouble
        self.tally = Tally()

    async def run(self, workers: int) -> list[str]:
        """Fill the table, let the workers empty it; gives what was wrong."""
        async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
            for statement in SETUP:
                await connection.execute(statement.encode())
            await connection.execute("INSERT INTO job (id, priority) SELECT n, n %% 7 FROM generate_series(1, %s::int) AS n",
                                     [self.jobs])
            async with asyncio.TaskGroup() as group:
                for number in range(workers):
                    group.create_task(self.work(number))
            done = await connection.execute("SELECT id, count(*) FROM job_done GROUP BY id")
            states = await connection.execute("SELECT id, state, runs FROM job")
            return self.wrong(dict(await done.fetchall()), await states.fetchall())

    def wrong(self, done: dict[int, int], states: list[Any]) -> list[str]:
        """Jobs lost, done twice, or held by two."""
        tally = self.tally
        found = [f"job {job} was given to two workers at once" for job in tally.twice]
        found += [f"job {job} was done {done.get(job, 0)} times" for job in range(1, self.jobs + 1) if done.get(job, 0) != 1]
        found += [f"job {job} is {state} after {runs} runs" for job, state, runs in states if (state, runs) != ("done", 1)]
        found += [f"job {job} was acknowledged {times} times" for job, times in tally.acknowledged.items() if times > 1]
        found += [f"job {job} was never acknowledged" for job in range(1, self.jobs + 1)
                  if not tally.acknowledged[job] and job not in tally.unsure]
        return found

    async def work(self, number: int) -> None:
        """One worker, until the queue is empty; it connects again when its connection was cut."""
        draw = random.Random(self.seed * 1000 + number)
        take = (self.take_one, self.take_by_update, self.take_batch, self.take_by_with)[number % 4]
        while True:
            async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
                while not connection.closed:
                    async with asyncio.timeout(STUCK_S):
                        if not await self.attempt(connection, take, number, draw):
                            return

    async def attempt(self, connection: psycopg.AsyncConnection[Any], take: Any, number: int, draw: random.Random) -> bool:
        """Work on the next job or jobs; False when there are none left."""
        jobs: list[int] = []
        try:
            await connection.execute("BEGIN")
            jobs = await take(connection)
            self.tally.take(jobs)
            if not jobs:
                await connection.execute("ROLLBACK")
                cursor = await connection.execute("SELECT count(*) FROM job WHERE state = 'new'")
                if await cursor.fetchone() == (0,):
                    return False
                await asyncio.sleep(IDLE_S)
                return True
            if draw.random() < 0.1:
                await asyncio.sleep(0.001)
            for job in jobs:
                await connection.execute("INSERT INTO job_done VALUES (%s, %s)", [job, number])
            await self.finish(connection, jobs, draw)
        except psycopg.Error as error:
            if error.sqlstate not in RETRYABLE:
                raise
            self.tally.held.difference_update(jobs)
            await connection.execute("ROLLBACK")
        return True

    async def finish(self, connection: psycopg.AsyncConnection[Any], jobs: list[int], draw: random.Random) -> None:
        """COMMIT; or ROLLBACK, or hang up."""
        chance = draw.random() if self.trouble else 1.0
        # From here on another worker may have the jobs, before this one has the answer.
        self.tally.held.difference_update(jobs)
        if chance < 0.01:
            self.tally.given_up += 1
            await connection.close()
        elif chance < 0.05:
            self.tally.given_up += 1
            await connection.execute("ROLLBACK")
        else:
            await connection.execute("COMMIT")
            self.tally.acknowledged.update(jobs)

    # --- ways to take jobs ----------------------------------------------------------------------------------------

    async def take_one(self, connection: psycopg.AsyncConnection[Any]) -> list[int]:
        """SELECT ... FOR UPDATE SKIP LOCKED, then UPDATE."""
        jobs = await column(connection, NEXT.format(1))
        for job in jobs:
            await connection.execute("UPDATE job SET state = 'done', runs = runs + 1 WHERE id = %s", [job])
        return jobs

    async def take_by_update(self, connection: psycopg.AsyncConnection[Any]) -> list[int]:
        """One UPDATE with the SELECT as its subquery."""
        return await column(connection, "UPDATE job SET state = 'done', runs = runs + 1 "
                                        f"WHERE id = ({NEXT.format(1)}) RETURNING id")

    async def take_batch(self, connection: psycopg.AsyncConnection[Any]) -> list[int]:
        """Five at once."""
        jobs = await column(connection, NEXT.format(5))
        if jobs:
            await connection.execute("UPDATE job SET state = 'done', runs = runs + 1 WHERE id = ANY(%s)", [jobs])
        return jobs

    async def take_by_with(self, connection: psycopg.AsyncConnection[Any]) -> list[int]:
        """WITH next AS (SELECT ...) UPDATE ... FROM next, as job queues do."""
        return await column(connection, f"WITH next AS ({NEXT.format(3)}) UPDATE job SET state = 'done', runs = job.runs + 1 "
                                        "FROM next WHERE job.id = next.id RETURNING job.id")


async def column(connection: psycopg.AsyncConnection[Any], statement: str) -> list[int]:
    """The first column of all rows."""
    cursor = await connection.execute(statement.encode())
    return [row[0] for row in await cursor.fetchall()]


async def run_queue(dsn: str, *, jobs: int, workers: int = 16, seed: int = 1, trouble: bool = True) -> tuple[list[str], Tally]:
    """Work through a queue; (what was wrong, what the workers saw)."""
    queue = Queue(dsn, jobs, seed, trouble=trouble)
    return await queue.run(workers), queue.tally
