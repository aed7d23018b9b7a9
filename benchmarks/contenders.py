"""The two servers of a run, made alike: same machine, same folder, same durability, same client programs.

Durability: PostgreSQL keeps fsync and full_page_writes on, and both keep synchronous_commit on, so that each
acknowledged commit has been flushed to the disk. Neither is tuned further.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

import psycopg

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18

DATABASE = "bench"


class Server(Protocol):
    """What a workload needs to know of a running server."""

    host: str
    user: str
    port: int


@dataclass(frozen=True)
class Contender:
    """One side of the comparison: a name for the table and a running server with an empty database `bench`."""

    name: str
    server: Server

    @property
    def dsn(self) -> str:
        """How psycopg connects."""
        return f"host={self.server.host} port={self.server.port} user={self.server.user} dbname={DATABASE}"

    def connect(self) -> psycopg.Connection:
        """A connection in autocommit."""
        return psycopg.connect(self.dsn, autocommit=True)

    def run(self, *statements: str) -> None:
        """Run statements that are not measured."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def postgres(name: str, directory: Path) -> Iterator[Contender]:
    """A PostgreSQL 18 with durable commits."""
    server = Postgres18(durable=True, settings={"synchronous_commit": "on"}, directory=directory)
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())
        yield Contender(name, server)
    finally:
        server.stop()


@contextmanager
def pgquill(name: str, directory: Path) -> Iterator[Contender]:
    """A pgquill that serves one new file."""
    folder = Path(mkdtemp(prefix="pgquill-bench-", dir=directory))
    server = PgquillServer(folder / f"{DATABASE}.db")
    try:
        yield Contender(name, server)
    finally:
        server.stop()


@contextmanager
def both(directory: Path, *, self_test: bool) -> Iterator[tuple[Contender, Contender]]:
    """(reference, ours), both running. self_test: two PostgreSQL, to see that the harness itself favours nobody."""
    with ExitStack() as stack:
        reference = stack.enter_context(postgres("PostgreSQL 18", directory))
        second = postgres("PostgreSQL 18 again", directory) if self_test else pgquill("pgquill", directory)
        yield reference, stack.enter_context(second)
