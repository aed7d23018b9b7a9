"""What is measured. Each workload prepares a contender once, then gives one figure each round.

pgbench is PostgreSQL's own; large results and COPY go through libpq with no Python work per row, so that the figure is
the server's and not the client's.
"""

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from benchmarks.contenders import DATABASE, Contender

TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
COPY_BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Scale:
    """How much of everything: the full run, or the quick one that only shows the way things point."""

    pgbench_scale: int = 10
    seconds: int = 10
    select_rows: int = 200_000
    copy_rows: int = 1_000_000
    expression_rows: int = 1_000_000


FULL = Scale()
QUICK = Scale(pgbench_scale=1, seconds=2, select_rows=20_000, copy_rows=50_000, expression_rows=50_000)


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    prepare: once per contender. measure: once per round; its result is in `unit` ("tps": more is better, "s": less).
    after: once per round, not measured: puts the server to rest, so that it does not write while the other is measured.
    answer: what both contenders must agree on before anything is measured.
    """

    name: str
    unit: str
    prepare: Callable[[Contender, Scale], None]
    measure: Callable[[Contender, Scale], float]
    after: Callable[[Contender], None] = lambda contender: None
    answer: Callable[[Contender, Scale], object] | None = None


class Programs:
    """Where PostgreSQL 18's client programs are; set by benchmarks.run before anything is measured."""

    folder: Path = Path()


def pgbench(contender: Contender, *arguments: str) -> str:
    """Run pgbench against the contender and return what it prints; RuntimeError with its complaint if it fails."""
    server = contender.server
    argv = [str(Programs.folder / "pgbench"), "-h", server.host, "-p", str(server.port), "-U", server.user]
    done = subprocess.run([*argv, *arguments, DATABASE], capture_output=True, text=True, check=False)
    # pgbench ends with 0 or 2 and goes on with fewer clients when one of them fails: that would be a wrong figure.
    if done.returncode != 0:
        raise RuntimeError(f"pgbench {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def make_pgbench_tables(contender: Contender, scale: Scale) -> None:
    """pgbench's own tables, once for all workloads that use them."""
    with contender.connect() as connection:
        try:
            row = connection.execute("SELECT count(*) FROM pgbench_branches").fetchone()
        except psycopg.errors.UndefinedTable:
            row = None
    if row != (scale.pgbench_scale,):
        pgbench(contender, "-i", "-q", "-s", str(scale.pgbench_scale))
    rest(contender)


def pgbench_rate(script: str, protocol: str, clients: int) -> Callable[[Contender, Scale], float]:
    """Measures transactions a second of one of pgbench's built-in scripts."""

    def measure(contender: Contender, scale: Scale) -> float:
        threads = min(clients, os.cpu_count() or 1)
        out = pgbench(contender, "-n", "-b", script, "-M", protocol, "-c", str(clients), "-j", str(threads),
                      "-T", str(scale.seconds))
        found = TPS.search(out)
        if found is None:
            raise RuntimeError(f"pgbench printed no rate: {out}")
        return float(found[1])

    return measure


def rest(contender: Contender) -> None:
    """Let the contender write out now what it would write in the background while the other one is measured."""
    contender.run("CHECKPOINT")


def make_rows(contender: Contender, scale: Scale) -> None:
    """The table that select-rows reads: four columns, of the usual types."""
    contender.run(
        "DROP TABLE IF EXISTS bench_rows",
        "CREATE TABLE bench_rows (id int PRIMARY KEY, label text, amount int, created timestamp)",
        "INSERT INTO bench_rows SELECT n, 'label of row ' || n, n % 1000, "
        "timestamp '2026-01-01' + n * interval '1 second' "
        f"FROM generate_series(1, {scale.select_rows}) AS n",
    )
    rest(contender)


def select_rows(contender: Contender, scale: Scale) -> float:
    """Seconds until the client has the whole result."""
    with contender.connect() as connection:
        began = time.perf_counter()
        result = connection.pgconn.exec_(b"SELECT * FROM bench_rows")
        seconds = time.perf_counter() - began
        if result.ntuples != scale.select_rows:
            raise RuntimeError(f"{result.ntuples} rows instead of {scale.select_rows}: {result.error_message!r}")
        return seconds


def make_copy_table(contender: Contender, scale: Scale) -> None:
    """The empty table that copy-in fills."""
    contender.run(
        "DROP TABLE IF EXISTS bench_copy",
        "CREATE TABLE bench_copy (id int PRIMARY KEY, label text, amount int, created timestamp)",
    )


def copy_in(contender: Contender, scale: Scale) -> float:
    """Seconds from COPY to its durable commit."""
    blocks = copy_blocks(scale.copy_rows)
    with contender.connect() as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
        seconds = time.perf_counter() - began
        if cursor.rowcount != scale.copy_rows:
            raise RuntimeError(f"COPY took {cursor.rowcount} rows instead of {scale.copy_rows}")
        return seconds


def copy_blocks(rows: int) -> list[bytes]:
    """COPY's text format, made before the clock starts and cut into blocks as large as psql's are small."""
    text = b"".join(b"%d\tlabel of row %d\t%d\t2026-01-01 00:00:00\n" % (n, n, n % 1000) for n in range(1, rows + 1))
    return [text[at : at + COPY_BLOCK_BYTES] for at in range(0, len(text), COPY_BLOCK_BYTES)]


def empty_copy_table(contender: Contender) -> None:
    """Back to an empty table for the next round."""
    make_copy_table(contender, FULL)
    rest(contender)


PGBENCH = Workload("", "tps", make_pgbench_tables, lambda contender, scale: 0.0, rest)

WORKLOADS = (
    *(
        replace(PGBENCH, name=f"select-{protocol}-{clients}",
                measure=pgbench_rate("select-only", protocol, clients), after=lambda contender: None)
        for protocol in ("simple", "extended", "prepared")
        for clients in (1, 8)
    ),
    *(
        replace(PGBENCH, name=f"tpcb-{protocol}-{clients}", measure=pgbench_rate("tpcb-like", protocol, clients))
        for protocol in ("simple", "prepared")
        for clients in (1, 8)
    ),
    Workload("select-rows", "s", make_rows, select_rows),
    Workload("copy-in", "s", make_copy_table, copy_in, empty_copy_table),
)
