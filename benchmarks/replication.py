"""Replication beside PostgreSQL's own logical replication: how late a commit is seen, and how fast a backlog is applied.

    python -m benchmarks.replication [--rounds 3] [--questions 40] [--backlog 5000]

Both sides are two servers on this machine with durable commits: a PostgreSQL 18 with a subscription to another, and a pgquill
standby of a pgquill. Rounds are interleaved, medians compared.

    seen at once after a commit has been answered the follower is asked once: the share of questions that see the commit, %
    seen late    the same, asked some time later. The area under the share of questions that do not see the commit: the mean time
                 by which it is late, microseconds
    busy reader  a client asks the follower without a pause until it sees the commit: median, microseconds. The follower has less
                 time for the log meanwhile, and the answer to the last question counts as well
    backlog      transactions of one INSERT a second, when the follower may go on after it has been held
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18

TABLES = ("CREATE TABLE probe (id int PRIMARY KEY, v bigint)", "CREATE TABLE load (id bigint PRIMARY KEY, t text)")
DELAYS_US = (0, 100, 150, 200, 250, 300, 400, 500, 700, 1000, 1500, 2000)
"""How long after the answer to a COMMIT the follower is asked."""
SLEEP_US = 60
"""What time.sleep takes longer than it is asked to, about."""
REST_S = 0.003
"""Between two questions: the flush of the last commit should not be in the way of the next."""
POLL_S = 0.002
PATIENCE_S = 60.0
WARM_UP = 30
BUSY = 200


@dataclass(frozen=True)
class Pair:
    """A primary and its follower. hold, go: stop and resume following."""

    name: str
    primary: psycopg.Connection
    follower: psycopg.Connection
    hold: Callable[[], object]
    go: Callable[[], object]
    numbers: Iterator[int]

    def commit(self) -> int:
        """Change the row; its new value."""
        number = next(self.numbers)
        self.primary.execute("UPDATE probe SET v = %s WHERE id = 1", [number])
        return number

    def sees(self, number: int) -> bool:
        """Whether the follower has the value."""
        return self.follower.execute("SELECT v FROM probe WHERE id = 1").fetchone() == (number,)

    def count(self) -> int:
        """Rows of the backlog's table on the follower."""
        row = self.follower.execute("SELECT count(*) FROM load").fetchone()
        assert row is not None
        return int(row[0])


def until(condition: Callable[[], bool]) -> None:
    """Ask until it is so. RuntimeError if that takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("the follower does not follow")
        time.sleep(POLL_S)


@contextmanager
def postgres() -> Iterator[Pair]:
    """A PostgreSQL 18 that subscribes to another."""
    with ExitStack() as stack:
        servers = []
        for _ in range(2):
            servers.append(Postgres18(durable=True, settings={"wal_level": "logical", "synchronous_commit": "on"}))
            stack.callback(servers[-1].stop)
        primary, follower = (stack.enter_context(psycopg.connect(server.dsn("postgres"), autocommit=True)) for server in servers)
        for sql in (*TABLES, "INSERT INTO probe VALUES (1, 0)", "CREATE PUBLICATION p FOR ALL TABLES"):
            primary.execute(sql.encode())
        for sql in (*TABLES, f"CREATE SUBSCRIPTION s CONNECTION '{servers[0].dsn('postgres')}' PUBLICATION p"):
            follower.execute(sql.encode())
        stack.callback(follower.execute, "DROP SUBSCRIPTION s")

        def followed() -> bool:
            return primary.execute("SELECT 1 FROM pg_replication_slots WHERE slot_name = 's' AND active").fetchone() is not None

        def hold() -> None:
            follower.execute("ALTER SUBSCRIPTION s DISABLE")
            until(lambda: not followed())

        pair = Pair("PostgreSQL 18", primary, follower, hold, lambda: follower.execute("ALTER SUBSCRIPTION s ENABLE"), count(1))
        number = pair.commit()
        until(lambda: pair.sees(number))
        yield pair


@contextmanager
def pgquill(folder: Path) -> Iterator[Pair]:
    """A pgquill and its standby."""
    with ExitStack() as stack:
        first = PgquillServer(folder / "bench.db", "--log-level", "warning")
        stack.callback(first.stop)
        primary = stack.enter_context(psycopg.connect(first.dsn(), autocommit=True))
        for sql in (*TABLES, "INSERT INTO probe VALUES (1, 0)"):
            primary.execute(sql.encode())
        second = PgquillServer(folder / "standby.db", "--primary", first.url(), "--log-level", "warning", verb="standby")
        stack.callback(second.stop)
        follower = stack.enter_context(psycopg.connect(second.dsn("bench"), autocommit=True))
        pair = Pair("pgquill", primary, follower, lambda: follower.execute("SELECT pg_wal_replay_pause()"),
                    lambda: follower.execute("SELECT pg_wal_replay_resume()"), count(1))
        number = pair.commit()
        until(lambda: pair.sees(number))
        yield pair


def ask(pair: Pair, questions: int, seed: int) -> list[tuple[float, bool]]:
    """(microseconds since the answer to the commit, whether it was seen): `questions` for each of DELAYS_US, in random order."""
    for _ in range(WARM_UP):
        pair.sees(pair.commit())
        time.sleep(REST_S)
    delays = [delay for delay in DELAYS_US for _ in range(questions)]
    random.Random(seed).shuffle(delays)
    answers = []
    for delay in delays:
        number, committed = pair.commit(), time.perf_counter()
        if delay:
            time.sleep((delay - SLEEP_US) / 1e6)
        asked = (time.perf_counter() - committed) * 1e6
        answers.append((asked, pair.sees(number)))
        time.sleep(REST_S)
    return answers


def at_once(answers: list[tuple[float, bool]]) -> float:
    """The share that was seen of what was asked without a delay, %."""
    seen = [answer for asked, answer in answers if asked < SLEEP_US]
    return 100 * sum(seen) / len(seen)


def area(answers: list[tuple[float, bool]]) -> float:
    """The area under the share that was not seen, microseconds."""
    total = 0.0
    for begin, end in pairwise((0, *(delay + SLEEP_US // 2 for delay in DELAYS_US))):
        seen = [answer for asked, answer in answers if begin <= asked < end]
        if seen:
            total += (end - begin) * (1 - sum(seen) / len(seen))
    return total


def busy_reader(pair: Pair) -> float:
    """Microseconds."""
    took = []
    for _ in range(BUSY):
        number, committed = pair.commit(), time.perf_counter()
        while not pair.sees(number):
            pass
        took.append(time.perf_counter() - committed)
    return statistics.median(took) * 1e6


def backlog(pair: Pair, transactions: int) -> float:
    """Transactions a second."""
    pair.hold()
    done = pair.count()
    pair.primary.execute("SET synchronous_commit = off")
    for _ in range(transactions):
        pair.primary.execute("INSERT INTO load VALUES (%s, 'some text of a row')", [next(pair.numbers)])
    pair.primary.execute("SET synchronous_commit = on")
    number = pair.commit()  # flushes what went before
    began = time.perf_counter()
    pair.go()
    until(lambda: pair.count() == done + transactions)
    took = time.perf_counter() - began
    until(lambda: pair.sees(number))
    return transactions / took


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description="Replication beside PostgreSQL's own.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=40, help="for each delay of a round")
    parser.add_argument("--backlog", type=int, default=5000, help="transactions that a held follower has to catch up with")
    options = parser.parse_args()
    figures: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="pgquill-bench-") as folder, postgres() as theirs, pgquill(Path(folder)) as ours:
        for number in range(options.rounds):
            for pair in (theirs, ours):
                answers = ask(pair, options.questions, number)
                for kind, figure in (("seen at once, %", at_once(answers)),
                                     ("seen late, us", area(answers)),
                                     ("busy reader, us", busy_reader(pair)),
                                     ("backlog, transactions/s", backlog(pair, options.backlog))):
                    figures.setdefault((kind, pair.name), []).append(figure)
        names = theirs.name, ours.name
    table = Table("replication", *names, "ratio", title=f"a ratio is {names[1]} divided by {names[0]}")
    for kind in dict.fromkeys(kind for kind, _ in figures):
        medians = [statistics.median(figures[kind, name]) for name in names]
        table.add_row(kind, *(f"{median:.0f}" for median in medians), f"{medians[1] / medians[0]:.2f}" if medians[0] else "")
    Console().print(table)


if __name__ == "__main__":
    main()
