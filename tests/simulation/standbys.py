"""A primary and two standbys under work while a seed chooses what goes wrong; after each round all three must be equal.

Writers do transactions in the manner of TPC-B, each with a number in `history`, and DDL now and then. With `synchronous` a commit
is answered when a standby has it, so that nothing answered may be missing after a standby has been promoted. Every fault is
healed at the end of its round; a standby that needs a new base backup takes one by itself.
"""

import asyncio
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import apsw
import psycopg

from tests.processes import free_port
from tests.replication.standby_servers import Node
from tests.simulation.clock import set_clock
from tests.simulation.contents import differences
from tests.simulation.proxy import Proxy

WRITERS = 4
ACCOUNTS = 200
CATCH_UP_S = 90
SETTLE_S = 30
FULL_BYTES = 4096
"""No file may be written beyond this on a full disk."""
JUMPS_S = (1, 70, 3600, 86_400, 10 * 365 * 86_400)
"""How far a clock is set."""

SETUP = (
    "CREATE TABLE accounts (aid int PRIMARY KEY, bid int, balance bigint NOT NULL, filler char(84))",
    "CREATE TABLE tellers (tid int PRIMARY KEY, balance bigint NOT NULL)",
    "CREATE TABLE branches (bid int PRIMARY KEY, balance bigint NOT NULL)",
    "CREATE TABLE history (n bigint PRIMARY KEY, tid int, bid int, aid int, delta int, mtime timestamptz DEFAULT now())",
    "CREATE TABLE scratch (id bigserial PRIMARY KEY, v jsonb, t text[])",
    f"INSERT INTO accounts SELECT i, 1, 0, 'x' FROM generate_series(1, {ACCOUNTS}) i",
    "INSERT INTO tellers SELECT i, 0 FROM generate_series(1, 10) i",
    "INSERT INTO branches VALUES (1, 0)",
)

OTHERS_WRITE = (
    ("CREATE TABLE IF NOT EXISTS outside(x)", "INSERT INTO outside VALUES (random())"),
    ("UPDATE accounts SET filler = 'outside' WHERE aid % 7 = 0",),
    ("SELECT count(*) FROM history",),
    ("BEGIN", "DELETE FROM history", "ROLLBACK"),
)
"""What another program does."""


@dataclass
class Member:
    """One of the three servers: its file and port for good, and the process of the moment. proxy: its way to the primary."""

    name: str
    path: Path
    port: int
    proxy: Proxy
    node: Node | None = None

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "tests.simulation.clock", str(self.clock))

    @property
    def clock(self) -> Path:
        return self.path.parent / "clock"

    @property
    def running(self) -> bool:
        return self.node is not None and self.node.process.running

    def send(self, number: signal.Signals) -> None:
        if self.running:
            assert self.node is not None
            os.kill(self.node.process.pid, number)

    def kill(self) -> None:
        if self.running:
            assert self.node is not None
            self.node.kill()

    def limit_files(self, size: int) -> None:
        """What a full disk is like: a file may not have more than this."""
        if self.running:
            assert self.node is not None
            resource.prlimit(self.node.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@dataclass
class Notes:
    """What the writers know. answered: numbers whose COMMIT was answered; sent: all numbers."""

    answered: set[int] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    names: "count[int]" = field(default_factory=lambda: count(1))
    errors: "Counter[str]" = field(default_factory=Counter)
    stopping: bool = False


class Cluster:
    """The three, and who of them is the primary."""

    def __init__(self, folder: Path, seed: int, *, synchronous: bool = True, only: Sequence[str] = ()) -> None:
        self.draw = random.Random(seed)
        self.faults = [fault for fault in FAULTS if not only or fault.__name__ in only]
        self.notes = Notes()
        self.synchronous = synchronous
        self.members = [Member(name, folder / name / "app.db", free_port(), Proxy(0, seed))
                        for name in ("first", "second", "third")]
        self.primary = self.members[0]
        self.options: tuple[str, ...] = ("-c", "synchronous_standby_names=ANY 1 (*)") if synchronous else ()

    @property
    def standbys(self) -> list[Member]:
        return [member for member in self.members if member is not self.primary]

    def begin(self) -> None:
        """Start the primary, fill it, start the standbys."""
        self.aim()
        for member in self.members:
            member.path.parent.mkdir()
            set_clock(member.clock, 0)
        self.primary.node = Node(self.primary.path, port=self.primary.port)
        self.primary.node.run(*SETUP)
        self.primary.node.stop()
        for member in self.members:
            self.start(member)

    def aim(self) -> None:
        """All proxies lead to the primary."""
        for member in self.members:
            member.proxy.target = self.primary.port

    def start(self, member: Member) -> None:
        """As what it is."""
        if member is self.primary:
            member.node = Node(member.path, *self.options, port=member.port, command=member.command)
        else:
            url = f"postgresql://postgres@127.0.0.1:{member.proxy.port}/app?connect_timeout=5"
            member.node = Node(member.path, "--slot", member.name, *self.options, primary=url, port=member.port,
                               command=member.command)

    def dsn(self, attributes: str = "read-write") -> str:
        ports = ",".join(str(member.port) for member in self.members)
        return (f"host={','.join(['127.0.0.1'] * len(self.members))} port={ports} user=postgres dbname=app connect_timeout=2 "
                f"target_session_attrs={attributes}")

    def stop(self) -> None:
        """The end, whatever state they are in."""
        for member in self.members:
            member.send(signal.SIGCONT)
            member.kill()
            member.proxy.close()

    # --- faults -------------------------------------------------------------------------------------------------------

    async def kill_standby(self) -> None:
        """SIGKILL, and a new start soon."""
        member = self.draw.choice(self.standbys)
        member.kill()
        await self.pause(0.3)
        await asyncio.to_thread(self.start, member)

    async def kill_primary(self) -> None:
        """SIGKILL, and a new start of the same file."""
        self.primary.kill()
        await self.pause(0.3)
        await asyncio.to_thread(self.start, self.primary)

    async def promote(self) -> None:
        """The primary dies; the standby that has most takes its place, and the old one comes back as a standby."""
        old = self.primary
        old.kill()
        best = await asyncio.to_thread(self._most_advanced)
        if best is None:
            await asyncio.to_thread(self.start, old)
            return
        assert best.node is not None
        self.primary = best
        self.aim()
        for member in self.members:
            member.proxy.cut()
        assert await asyncio.to_thread(best.node.run, "SELECT pg_promote(true, 60)") == [(True,)]
        await self.pause(0.5)
        await asyncio.to_thread(self.start, old)

    def _most_advanced(self) -> Member | None:
        found = []
        for member in self.standbys:
            if not member.running:
                return None  # which might have what nobody else has
            assert member.node is not None
            row = member.node.run("SELECT pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), '0/0'), '0/0')::bigint")
            found.append((int(row[0][0]), member.name, member))
        return max(found)[2]

    async def cut(self) -> None:
        """A standby's connection is reset."""
        self.draw.choice(self.standbys).proxy.cut()

    async def halve(self) -> None:
        """A message is cut in the middle."""
        self.draw.choice(self.standbys).proxy.halve()
        await self.pause(0.3)

    async def slow(self) -> None:
        """A slow network."""
        proxy = self.draw.choice(self.standbys).proxy
        proxy.delay(self.draw.choice((0.005, 0.05, 0.2)))
        await self.pause(1.0)
        proxy.heal()

    async def hold(self) -> None:
        """A network that says nothing for a while, and then is cut or goes on."""
        proxy = self.draw.choice(self.standbys).proxy
        proxy.hold()
        await self.pause(1.0)
        if self.draw.random() < 0.5:
            proxy.cut()
        proxy.heal()

    async def stop_standby(self) -> None:
        """SIGSTOP and SIGCONT."""
        await self._freeze(self.draw.choice(self.standbys))

    async def stop_primary(self) -> None:
        """SIGSTOP and SIGCONT."""
        await self._freeze(self.primary)

    async def _freeze(self, member: Member) -> None:
        member.send(signal.SIGSTOP)
        await self.pause(0.6)
        member.send(signal.SIGCONT)

    async def full_standby(self) -> None:
        """No more room on a standby's disk for a while."""
        await self._fill(self.draw.choice(self.standbys))

    async def full_primary(self) -> None:
        """No more room on the primary's disk for a while."""
        await self._fill(self.primary)

    async def _fill(self, member: Member) -> None:
        member.limit_files(FULL_BYTES)
        await self.pause(0.6)
        member.limit_files(resource.RLIM_INFINITY)

    async def set_clock(self) -> None:
        """Somebody's clock jumps, and perhaps jumps again."""
        member = self.draw.choice(self.members)
        for _ in range(self.draw.randint(1, 3)):
            set_clock(member.clock, self.draw.choice((-1, 1)) * self.draw.choice(JUMPS_S) * 1_000_000_000)
            await self.pause(0.5)

    async def write_primary(self) -> None:
        """Another program writes to the primary's file while no server runs; or only reads it."""
        await self._write(self.primary)

    async def write_standby(self) -> None:
        """The same with a standby's file."""
        await self._write(self.draw.choice(self.standbys))

    async def _write(self, member: Member) -> None:
        assert member.node is not None
        if self.draw.random() < 0.5:
            member.kill()
        elif member.running:
            await asyncio.to_thread(member.node.process.stop, signal.SIGINT)
        program = apsw.Connection(str(member.path))
        try:
            for sql in self.draw.choice(OTHERS_WRITE):
                program.execute(sql).fetchall()
        finally:
            program.close()
        await asyncio.to_thread(self.start, member)

    async def pause(self, at_most: float) -> None:
        await asyncio.sleep(self.draw.random() * at_most)

    # --- a round ------------------------------------------------------------------------------------------------------

    async def round(self, faults: int = 2) -> tuple[list[str], list[str]]:
        """Work, faults, healing, and what is wrong then. Gives (the faults' names, complaints)."""
        self.notes.stopping = False
        writers = [asyncio.create_task(Writer(self, self.draw.getrandbits(32)).run()) for _ in range(WRITERS)]
        chosen = [self.draw.choice(self.faults) for _ in range(self.draw.randint(1, faults))]
        await self.pause(0.5)
        for fault in chosen:
            await fault(self)
            await self.pause(0.5)
        await asyncio.to_thread(self.heal)
        self.notes.stopping = True
        _, late = await asyncio.wait(writers, timeout=SETTLE_S)
        for task in late:
            task.cancel()
        results = await asyncio.gather(*writers, return_exceptions=True)
        wrong = [f"a writer ended with {each!r}" for each in results if isinstance(each, Exception)]
        if late:
            wrong.append(f"{len(late)} writers got no answer within {SETTLE_S} s of healing")
        return [fault.__name__ for fault in chosen], wrong + await asyncio.to_thread(self.check)

    def heal(self) -> None:
        """All is well again."""
        for member in self.members:
            member.proxy.heal()
            member.send(signal.SIGCONT)
            member.limit_files(resource.RLIM_INFINITY)
            set_clock(member.clock, 0)
            if not member.running:
                self.start(member)

    def check(self) -> list[str]:
        """What is wrong, when nobody writes and everything works."""
        assert self.primary.node is not None
        position = self.primary.node.position()
        wrong = [f"{member.name} did not reach {position} within {CATCH_UP_S} s: {tail(member)}" for member in self.standbys
                 if not caught_up(member, position)]
        if wrong:
            return wrong
        there = {row[0] for row in self.primary.node.run("SELECT n FROM history")}
        lost = sorted(self.notes.answered - there)
        if lost:
            wrong.append(f"{len(lost)} answered commits are gone, the first is {lost[0]}")
            self.notes.answered -= set(lost)
        sums = self.primary.node.run("SELECT (SELECT sum(balance) FROM accounts), (SELECT sum(balance) FROM tellers), "
                                     "(SELECT sum(balance) FROM branches), (SELECT coalesce(sum(delta), 0) FROM history)")
        if len(set(sums[0])) != 1:
            wrong.append(f"the sums differ: {sums[0]}")
        ordered = sorted(self.members, key=lambda member: member is not self.primary)
        return wrong + differences({member.name: member.path for member in ordered})


Fault = Callable[[Cluster], Awaitable[None]]
FAULTS: tuple[Fault, ...] = (
    Cluster.kill_standby, Cluster.kill_primary, Cluster.promote, Cluster.cut, Cluster.halve, Cluster.slow, Cluster.hold,
    Cluster.stop_standby, Cluster.stop_primary, Cluster.full_standby, Cluster.full_primary, Cluster.set_clock,
    Cluster.write_primary, Cluster.write_standby)


def caught_up(member: Member, position: str) -> bool:
    """Whether a standby reaches a position in time; it may be taking a base backup, so that it cannot be asked now and then."""
    deadline = time.monotonic() + CATCH_UP_S
    while time.monotonic() < deadline:
        with suppress(psycopg.Error):
            assert member.node is not None
            if member.node.run(f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn") == [(True,)]:
                return True
        time.sleep(0.05)
    return False


def tail(member: Member) -> str:
    """The last that it said."""
    return "" if member.node is None else " | ".join(member.node.process.output().splitlines()[-5:])


class Writer:
    """One client, which goes on with whoever takes writes."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self.cluster, self.notes = cluster, cluster.notes
        self.draw = random.Random(seed)

    async def run(self) -> None:
        """Until it is to stop."""
        while not self.notes.stopping:
            try:
                async with await psycopg.AsyncConnection.connect(self.cluster.dsn(), autocommit=True) as connection:
                    while not self.notes.stopping:
                        await self.work(connection)
            except psycopg.Error as error:
                self.notes.errors[error.sqlstate or type(error).__name__] += 1
                await asyncio.sleep(0.02)

    async def work(self, connection: "psycopg.AsyncConnection[object]") -> None:
        """One transaction, or a statement of DDL."""
        if self.draw.random() < 0.03:
            await self.ddl(connection)
            return
        number, delta = next(self.notes.numbers), self.draw.randint(-99, 99)
        aid, tid = self.draw.randint(1, ACCOUNTS), self.draw.randint(1, 10)
        async with connection.transaction():
            await connection.execute("UPDATE accounts SET balance = balance + %s WHERE aid = %s", (delta, aid))
            await connection.execute("UPDATE tellers SET balance = balance + %s WHERE tid = %s", (delta, tid))
            await connection.execute("UPDATE branches SET balance = balance + %s WHERE bid = 1", (delta,))
            await connection.execute("INSERT INTO history (n, tid, bid, aid, delta) VALUES (%s, %s, 1, %s, %s)",
                                     (number, tid, aid, delta))
        self.notes.answered.add(number)

    async def ddl(self, connection: "psycopg.AsyncConnection[object]") -> None:
        """One of several statements that change more than rows."""
        name = f"extra{next(self.notes.names)}"
        statements = self.draw.choice((
            (f"CREATE TABLE {name} (a serial PRIMARY KEY, b text)", f"INSERT INTO {name} (b) VALUES ('x'), ('y')",
             f"ALTER TABLE {name} ADD COLUMN c numeric DEFAULT 1.50"),
            (f"CREATE TABLE {name} AS SELECT * FROM accounts LIMIT 20", f"DROP TABLE {name}"),
            (f"CREATE INDEX {name} ON history (delta, n)", f"DROP INDEX {name}"),
            ("INSERT INTO scratch (v, t) SELECT jsonb_build_object('i', i), ARRAY['a', i::text] FROM generate_series(1, 50) i",
             "DELETE FROM scratch WHERE id % 3 = 0"),
            ("TRUNCATE scratch RESTART IDENTITY",),
            (f"CREATE SCHEMA {name}", f"CREATE VIEW {name}.v AS SELECT sum(balance) FROM accounts",
             f"COMMENT ON VIEW {name}.v IS 'the sum'"),
        ))
        for statement in statements:
            await connection.execute(statement.encode())


def follow_through(folder: Path, rounds: int, seed: int, *, synchronous: bool = True, only: Sequence[str] = (),
                   report: Callable[[str], None] = lambda line: None) -> list[str]:
    """So many rounds; what was wrong, with the round and what had happened in it."""
    cluster, found = Cluster(folder, seed, synchronous=synchronous, only=only), []
    try:
        cluster.begin()
        for number in range(1, rounds + 1):
            faults, wrong = asyncio.run(cluster.round())
            notes = cluster.notes
            errors = ", ".join(f"{times} {error}" for error, times in sorted(notes.errors.items()))
            report(f"round {number}: {', '.join(faults)}: {len(notes.answered)} answered so far, errors: {errors or 'none'}, "
                   f"{len(wrong)} complaints")
            found += [f"round {number} (seed {seed}; {', '.join(faults)}): {each}" for each in wrong]
            if wrong:
                break  # the next round would tell of the same
        if not cluster.notes.answered:
            found.append(f"nothing was answered: {cluster.notes.errors}")
    finally:
        cluster.stop()
    return found
