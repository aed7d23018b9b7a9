"""pgquill as users run it, as a process: the fixture `pgquill` is one server a session, `serve_pgquill` starts more."""

import importlib.util
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import NotReady, ServerProcess, free_port

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-c", "from pgwire.cli import main; main()")
"""The console script `pgquill`, also from a checkout that is not installed."""
ATTEMPTS = 3

ServePgquill = Callable[..., "PgquillServer"]


class PgquillServer:
    """A running `pgquill serve`, or `standby`. Stopping it asserts that it ended politely."""

    host = "127.0.0.1"
    user = "postgres"

    def __init__(self, path: Path | str, *options: str, env: dict[str, str] | None = None,
                 command: tuple[str, ...] | None = None, verb: str = "serve", port: int | None = None) -> None:
        """Serve `path` (a file, a folder or ":memory:") on a port, a free one if none is given; returns when connections are
        accepted.

        options: further words of the command line. command: what runs pgquill. Raises tests.processes.NotReady with what the
        server printed.
        """
        self.path = path
        environment = command_environment() | (env or {})
        for attempt in range(ATTEMPTS):
            self.port = port or free_port(self.host)
            argv = [*(command or COMMAND), verb, str(path), "--port", str(self.port), *options]
            try:
                self.process = ServerProcess(argv, ready=ready_pattern(self.port), env=environment)
                return
            except NotReady as failure:
                if attempt == ATTEMPTS - 1 or not re.search("in use", str(failure), re.IGNORECASE):
                    raise

    @property
    def database(self) -> str:
        """The name of the database to connect to: the file's, without its ending; `postgres` in a folder."""
        path = Path(self.path)
        return path.stem if path.suffix and not path.is_dir() else "postgres"

    def dsn(self, database: str | None = None) -> str:
        """A connection string for psycopg and libpq."""
        return f"host={self.host} port={self.port} user={self.user} dbname={database or self.database}"

    def url(self, database: str | None = None) -> str:
        """A connection URL for asyncpg, SQLAlchemy and others."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{database or self.database}"

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and assert exit status 0."""
        status = self.process.stop(number)
        assert status == 0, f"pgquill ended with status {status}; it printed:\n{self.process.output()}"

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self.process.kill()


def ready_pattern(port: int) -> str:
    """What the line that tells how to connect looks like: it is printed once connections are accepted."""
    return rf"postgresql://\S*:{port}\b"


def command_environment() -> dict[str, str]:
    """The environment for a pgquill process: this checkout first, and no line broken at 80 columns."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return dict(os.environ) | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "240",
        "NO_COLOR": "1",
    }


def engine_is_there() -> bool:
    """Whether this checkout has the whole server (a branch of one folder may not)."""
    return all((ROOT / part).exists() for part in ("pgwire/cli.py", "executor/engine.py")) and bool(
        importlib.util.find_spec("trio")
    )


needs_engine = pytest.mark.skipif(
    not engine_is_there(), reason="this checkout has no pgwire/cli.py and executor/engine.py"
)


@pytest.fixture(scope="session")
def pgquill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    """One server for the session, with an empty database file. Use tables of your own names, and drop them."""
    server = PgquillServer(tmp_path_factory.mktemp("pgquill") / "shared.db")
    yield server
    server.stop()


@pytest.fixture
def serve_pgquill() -> Iterator[ServePgquill]:
    """`serve_pgquill(path, *options)` -> PgquillServer; every one still running is stopped after the test."""
    servers: list[PgquillServer] = []

    def serve(path: Path | str, *options: str, env: dict[str, str] | None = None) -> PgquillServer:
        server = PgquillServer(path, *options, env=env)
        servers.append(server)
        return server

    yield serve
    for server in servers:
        if server.process.running:
            server.stop()
