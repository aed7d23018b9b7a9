"""Workloads of clients that write side by side: single durable INSERTs, and interactive read-modify-write transactions.

The interactive clients are asyncio tasks of one process, since most of their time is thought; the INSERTs come from
pgbench with a script of its own, so that the client costs next to nothing.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.contenders import Contender
from benchmarks.workloads import TPS, Scale, Workload, pgbench, rest

THINK_S = 0.001
CLIENTS = 8
INSERT = "\\set amount random(1, 1000000)\nINSERT INTO bench_insert (label, amount) VALUES ('one row of a client', :amount);\n"


def make_insert_table(contender: Contender, scale: Scale) -> None:
    """An empty table with a key that counts."""
    contender.run("DROP TABLE IF EXISTS bench_insert",
                  "CREATE TABLE bench_insert (id bigserial PRIMARY KEY, label text NOT NULL, amount int NOT NULL)")
    rest(contender)


def insert_rate(clients: int) -> Any:
    """Measures durable autocommitted INSERTs of one row, a second."""

    def measure(contender: Contender, scale: Scale) -> float:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "insert.sql"
            script.write_text(INSERT, encoding="ascii")
            out = pgbench(contender, "-n", "-f", str(script), "-M", "prepared", "-c", str(clients), "-j", str(min(2, clients)),
                          "-T", str(scale.seconds))
        found = TPS.search(out)
        if found is None:
            raise RuntimeError(f"pgbench printed no rate: {out}")
        return float(found[1])

    return measure


def make_interactive_table(contender: Contender, scale: Scale) -> None:
    """A row for each client, and some more."""
    contender.run("DROP TABLE IF EXISTS bench_interactive",
                  "CREATE TABLE bench_interactive (id int PRIMARY KEY, value bigint NOT NULL, filler text)",
                  "INSERT INTO bench_interactive SELECT n, 0, repeat('x', 100) FROM generate_series(0, 999) AS n")
    rest(contender)


async def interactive_client(dsn: str, number: int, until: float, lock: str) -> int:
    """BEGIN, SELECT, think, UPDATE, COMMIT on rows that are this client's own; the number of transactions."""
    done = 0
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        while time.perf_counter() < until:
            row = number + CLIENTS * (done % 100)
            await connection.execute("BEGIN")
            cursor = await connection.execute(f"SELECT value FROM bench_interactive WHERE id = %s{lock}".encode(), [row])
            found = await cursor.fetchone()
            if found is None:
                raise RuntimeError(f"row {row} is not there")
            await asyncio.sleep(THINK_S)
            await connection.execute("UPDATE bench_interactive SET value = %s WHERE id = %s", [found[0] + 1, row])
            await connection.execute("COMMIT")
            done += 1
    return done


def interactive_rate(lock: str) -> Any:
    """Measures interactive transactions a second, and that none was lost."""

    def measure(contender: Contender, scale: Scale) -> float:
        contender.run("UPDATE bench_interactive SET value = 0")

        async def run() -> int:
            until = time.perf_counter() + scale.seconds
            return sum(await asyncio.gather(*(interactive_client(contender.dsn, number, until, lock)
                                              for number in range(CLIENTS))))

        began = time.perf_counter()
        done = asyncio.run(run())
        took = time.perf_counter() - began
        with contender.connect() as connection:
            row = connection.execute("SELECT sum(value) FROM bench_interactive").fetchone()
        if row is None or int(row[0]) != done:
            raise RuntimeError(f"{done} transactions, but the rows say {row}")
        return done / took

    return measure


WRITERS = (
    Workload("insert-1", "tps", make_insert_table, insert_rate(1), rest),
    Workload("insert-16", "tps", make_insert_table, insert_rate(16), rest),
    Workload("interactive-8", "tps", make_interactive_table, interactive_rate(""), rest),
    Workload("interactive-for-update-8", "tps", make_interactive_table, interactive_rate(" FOR UPDATE"), rest),
)
