"""A fleet of writers against a server that is killed with SIGKILL at seeded moments, again and again, on one file."""

import asyncio
import random
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18, server_account
from tests.simulation.fleet import SETUP, Notes, Writer, complaints, look

WRITERS = 8
STUCK_S = 60


class Victim(Protocol):
    """A server that can be killed and started again on the same data."""

    dsn: str

    def start(self) -> None:
        """Start it on what is there."""

    def crash(self) -> None:
        """End it with nothing written out."""

    def broken(self) -> list[str]:
        """What is wrong with its files, while it is down."""


class Pgquill:
    """pgquill serving one file."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path, self.options = path, options
        self.dsn = ""
        self.server: PgquillServer

    def start(self) -> None:
        self.server = PgquillServer(self.path, *self.options)
        self.dsn = self.server.dsn()

    def crash(self) -> None:
        self.server.kill()

    def broken(self) -> list[str]:
        """Of a copy, since looking at the file itself would do the recovery that the server has to do."""
        copy = self.path.with_name("copy.db")
        for ending in ("", "-wal"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
            source = self.path.with_name(self.path.name + ending)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + ending))
        return integrity(copy)


class PostgreSQL:
    """PostgreSQL 18, for calibration: SIGQUIT is its immediate shutdown, after which it recovers as after a crash."""

    def __init__(self) -> None:
        self.server = Postgres18(durable=True)
        self.dsn = self.server.dsn()
        self.running = True

    def start(self) -> None:
        if not self.running:
            self.server.port, self.server._process = self.server._start(server_account(), {})
            self.dsn = self.server.dsn()
            self.running = True

    def crash(self) -> None:
        self.server._process.stop(signal.SIGQUIT)
        self.running = False

    def broken(self) -> list[str]:
        return []


def integrity(path: Path) -> list[str]:
    """What the sqlite3 shell finds wrong with a file."""
    program = shutil.which("sqlite3")
    if program is None:
        return []
    # The collation of long numerics is the server's and the shell's own extension, and this fleet has no such column.
    done = subprocess.run([program, str(path), "PRAGMA integrity_check; PRAGMA foreign_key_check"], capture_output=True,
                          text=True, check=False)
    answer = (done.stdout + done.stderr).strip()
    return [] if answer == "ok" else [f"integrity_check: {answer}"]


async def one_life(victim: Victim, notes: Notes, draw: random.Random) -> None:
    """Writers at work until the kill, which comes after a seeded number of acknowledgements and a seeded moment."""
    notes.target, notes.reached = notes.acknowledged + draw.randint(1, 150), asyncio.Event()
    writers = [Writer(number, notes, draw.getrandbits(32)) for number in range(WRITERS)]
    tasks = [asyncio.create_task(writer.run(victim.dsn)) for writer in writers]
    reached = asyncio.create_task(notes.reached.wait())
    await asyncio.wait([reached, *tasks], timeout=STUCK_S, return_when=asyncio.FIRST_COMPLETED)
    stuck = not notes.reached.is_set()
    reached.cancel()
    await asyncio.sleep(draw.choice((0, 0.001, 0.005)) * draw.random())
    victim.crash()
    await asyncio.gather(*tasks)
    assert not stuck, f"the writers did not reach {notes.target} acknowledgements"


def kill_again_and_again(victim: Victim, kills: int, seed: int, report: Callable[[str], None] = lambda line: None) -> list[str]:
    """Kill the server `kills` times; gives what was wrong after each, with the number of the kill."""
    draw, notes, found = random.Random(seed), Notes(), []
    victim.start()
    with psycopg.connect(victim.dsn, autocommit=True) as connection:
        for statement in SETUP:
            connection.execute(statement.encode())
    for kill in range(1, kills + 1):
        asyncio.run(one_life(victim, notes, draw))
        wrong = victim.broken()
        victim.start()
        wrong += complaints(notes, asyncio.run(look(victim.dsn)))
        found += [f"after kill {kill} (seed {seed}): {each}" for each in wrong]
        report(f"kill {kill}: {notes.acknowledged} acknowledged so far, {len(wrong)} complaints")
    return found
