"""A primary and its standbys as processes, for tests. Nothing sleeps: what is waited for is a position in the log."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.pgquill_server import COMMAND, PgquillServer, command_environment

DATABASE = "app"
WAIT_S = 20


class Node(PgquillServer):
    """A primary or a standby of the database `app`."""

    def __init__(self, path: Path, *options: str, primary: str | None = None, port: int | None = None,
                 command: tuple[str, ...] | None = None) -> None:
        """primary: the connection string of whom it follows. command: as for PgquillServer."""
        words = () if primary is None else ("--primary", primary)
        self._database = DATABASE if primary is not None else path.stem
        super().__init__(path, *words, *options, verb="serve" if primary is None else "standby", port=port,
                         command=command)
        self.file = path

    @property
    def database(self) -> str:
        return self._database

    def connect(self, **words: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.dsn(), autocommit=True, connect_timeout=20, **words)

    def run(self, *statements: str) -> list[Any]:
        """The rows of the last statement."""
        rows: list[Any] = []
        with closing(self.connect()) as connection:
            for sql in statements:
                cursor = connection.execute(sql.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def position(self) -> str:
        """Where its log ends."""
        return str(self.run("SELECT pg_current_wal_flush_lsn()")[0][0])

    def wait_for(self, position: str) -> None:
        """Until a standby has applied so much."""
        with closing(self.connect()) as connection:
            found = connection.execute(f"WAIT FOR LSN '{position}' WITH (timeout '{WAIT_S}s', no_throw)".encode()).fetchall()
        assert found == [("success",)], self.process.output()

    def wait_for_primary(self, primary: "Node") -> None:
        """Until a standby has all that the primary has now."""
        self.wait_for(primary.position())


class Cluster:
    """Makes nodes, and stops those that still run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._nodes: list[Node] = []

    def primary(self, *options: str, name: str = DATABASE, port: int | None = None) -> Node:
        return self._keep(Node(self.folder / f"{name}.db", *options, port=port))

    def standby(self, name: str, of: Node | str, *options: str, port: int | None = None) -> Node:
        return self._keep(Node(self.folder / f"{name}.db", *options, primary=of if isinstance(of, str) else of.url(), port=port))

    def _keep(self, node: Node) -> Node:
        self._nodes.append(node)
        return node

    def stop(self) -> None:
        for node in reversed(self._nodes):
            if node.process.running:
                node.stop()


def pgquill_command(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    argv = [*COMMAND, *map(os.fspath, words)]
    done = subprocess.run(argv, env=command_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    yield found
    found.stop()


