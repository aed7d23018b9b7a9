"""Transactions on storage.Database over a disk whose power is cut at seeded moments, and what must be found afterwards.

One run is cut at many moments. At each, the files are copied as the disk might hold them, with a note of what had been
acknowledged; afterwards each copy is opened, recovered and held to its note.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import trio

import storage.engine
import storage.flusher
from storage.database import Database
from storage.statement import Isolation, Synchronous
from storage.transaction import Transaction
from storage.worker import Worker
from tests.simulation.disk import Disk
from tests.simulation.fleet import State
from tests.storage.bench import write

WRITERS = 4
TRANSACTIONS = 12
"""By each writer."""
CHECKPOINT_PAGES = 12
"""So that the log is copied into the file, and begins anew, many times in a run."""
CUTS = 12


@dataclass
class Cut:
    """One power failure: the folder with what is left, and what had been acknowledged."""

    folder: Path
    work: dict[int, State]


@dataclass
class Run:
    """One run by a seed. work: number of a transaction -> what must be found of it if the power fails now."""

    seed: int
    folder: Path
    disk: Disk
    lies: bool = False
    work: dict[int, State] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)
    changes: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.next_cut = 0

    def before_change(self) -> None:
        """Now and then the power fails just before something reaches the disk."""
        self.changes += 1
        if self.changes >= self.next_cut and len(self.cuts) < CUTS:
            self.cut()
            self.next_cut = self.changes + self.random.randint(1, 120)

    def cut(self) -> None:
        """Keep what would be left."""
        folder = self.folder / f"cut-{len(self.cuts)}"
        folder.mkdir()
        self.disk.after_power_loss(folder, self.random)
        self.cuts.append(Cut(folder, dict(self.work)))

    async def go(self, *, inline: bool) -> None:
        """Make the tables, let the writers write, and cut the power now and then, the last time at the end."""
        with checkpoints_every(CHECKPOINT_PAGES), folders_are_synced_on(self.disk):
            database = Database.open(str(self.folder / "power.db"), worker=Worker(inline=inline))
            database._engine.flusher._sync = self.disk.sync_file
            await self.make_tables(database)
            self.disk.lies, self.disk.before_change = self.lies, self.before_change
            async with trio.open_nursery() as nursery:
                for number in range(WRITERS):
                    nursery.start_soon(self.write, database, number, random.Random(self.seed * 100 + number))
            self.cut()
            self.disk.before_change = lambda: None
            await database.close()

    async def make_tables(self, database: Database) -> None:
        transaction = database.transaction()
        for statement in ("CREATE TABLE halves (n INTEGER, half INTEGER, filler TEXT, PRIMARY KEY (n, half))",
                          "CREATE TABLE sums (writer INTEGER PRIMARY KEY, total INTEGER)",
                          "CREATE TABLE log (n INTEGER PRIMARY KEY, writer INTEGER)"):
            await write(transaction, statement)
        await transaction.commit()

    async def write(self, database: Database, writer: int, draw: random.Random) -> None:
        """One writer's transactions; each leaves two halves, a line in the log, and one more in its sum."""
        for number in range(writer * TRANSACTIONS + 1, (writer + 1) * TRANSACTIONS + 1):
            self.work[number] = State.EITHER
            transaction = database.transaction(isolation=Isolation.READ_COMMITTED)
            relaxed = draw.random() < 0.2
            if relaxed:
                transaction.synchronous = Synchronous.NORMAL
            await self.change(transaction, number, writer, draw)
            if draw.random() < 0.15:
                await transaction.rollback()
                self.work[number] = State.ABSENT
            else:
                await transaction.commit()
                # synchronous_commit = off: acknowledged before the disk has it, so it may be lost, but never halved.
                self.work[number] = State.EITHER if relaxed else State.WHOLE

    async def change(self, transaction: Transaction, number: int, writer: int, draw: random.Random) -> None:
        filler = "x" * draw.choice((10, 10, 3000, 60_000))
        await write(transaction, "INSERT INTO halves VALUES (?, 1, ?)", (number, filler))
        if draw.random() < 0.3:
            await transaction.savepoint("s")
            await write(transaction, "INSERT INTO halves VALUES (?, 3, ?)", (number, filler))
            await transaction.rollback_to("s")
        await trio.lowlevel.checkpoint()
        await write(transaction, "INSERT INTO log VALUES (?, ?)", (number, writer))
        await write(transaction, "INSERT INTO sums VALUES (?, 1) ON CONFLICT DO UPDATE SET total = total + 1", (writer,))
        await trio.lowlevel.checkpoint()
        await write(transaction, "INSERT INTO halves VALUES (?, 2, ?)", (number, filler))


@contextmanager
def checkpoints_every(pages: int) -> Iterator[None]:
    """A smaller bound for the log."""
    kept = storage.engine.CHECKPOINT_PAGES
    storage.engine.CHECKPOINT_PAGES = pages
    try:
        yield
    finally:
        storage.engine.CHECKPOINT_PAGES = kept


@contextmanager
def folders_are_synced_on(disk: Disk) -> Iterator[None]:
    """What storage syncs by itself, past SQLite: folders here, the log by the flusher's own seam."""
    kept = storage.flusher.sync_folder
    storage.flusher.sync_folder = disk.sync_folder
    try:
        yield
    finally:
        storage.flusher.sync_folder = kept


def damage(cut: Cut) -> list[str]:
    """Open what a power failure has left, and say what should not be so."""
    found: list[str] = []
    connection = apsw.Connection(str(cut.folder / "power.db"))
    try:
        [(answer,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if answer != "ok":
            return [f"integrity_check: {answer}"]
        halves: dict[int, int] = dict(connection.execute("SELECT n, count(*) FROM halves GROUP BY n"))
        log: dict[int, int] = dict(connection.execute("SELECT n, writer FROM log"))
        sums: dict[int, int] = dict(connection.execute("SELECT writer, total FROM sums"))
    except apsw.Error as error:
        return [f"cannot be read: {error}"]
    finally:
        connection.close()
    for number in cut.work.keys() | halves.keys() | log.keys():
        state, parts = cut.work.get(number, State.ABSENT), (halves.get(number, 0), number in log)
        if parts not in ((2, True), (0, False)):
            found.append(f"{number} is half there: {parts}")
        elif state is State.WHOLE and parts != (2, True):
            found.append(f"{number} was acknowledged and is gone")
        elif state is State.ABSENT and parts != (0, False):
            found.append(f"{number} was rolled back and is there")
    found += [f"sum of {writer} is {sums.get(writer, 0)}" for writer in range(WRITERS)
              if sums.get(writer, 0) != sum(1 for each in log.values() if each == writer)]
    return found


def power_fails(folder: Path, seed: int, *, inline: bool = True, lies: bool = False) -> list[str]:
    """One run, and what was wrong after each of its power failures. lies: the disk's syncs do nothing once the tables are
    there."""
    folder.mkdir(exist_ok=True)
    with Disk() as disk:
        run = Run(seed, folder, disk, lies)
        shuffle(seed)
        trio.run(lambda: run.go(inline=inline))
    return [f"seed {seed}, cut {number}: {each}" for number, cut in enumerate(run.cuts) for each in damage(cut)]


def shuffle(seed: int) -> None:
    """trio runs tasks in a random order: a seed makes it one that can be repeated."""
    runner: Any = trio._core._run
    runner._ALLOW_DETERMINISTIC_SCHEDULING = True
    runner._r.seed(seed)
