"""New connections a second: without a password, and with TLS and SCRAM-SHA-256, beside PostgreSQL.

    python -m benchmarks.connections [--rounds 5] [--seconds 5] [--clients 1] [--programs FOLDER]

Each transaction of `pgbench -C` is a connection, `SELECT 1`, and its end. Both servers get a certificate of the same sort
(ECDSA P-256), the same rules, and a role with 4096 iterations; rounds are interleaved, medians compared. The PostgreSQL of the
tests may be built without TLS: --programs, or PGQUILL_TLS_POSTGRES, names the `bin` folder of one that is not (default:
Debian's newest).
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from pgwire.certificates import make
from tests.pgquill_server import PgquillServer
from tests.postgres18 import DEBIAN, READY, run_as, server_account
from tests.processes import ServerProcess, free_port

TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
RULES = """\
host all postgres 127.0.0.1/32 trust
host all open 127.0.0.1/32 trust
hostssl all closed 127.0.0.1/32 scram-sha-256
"""
ROLES = "CREATE ROLE open LOGIN; CREATE ROLE closed LOGIN PASSWORD 'secret'"


@dataclass(frozen=True)
class Kind:
    """A way to connect. least: the ratio that is promised."""

    name: str
    user: str
    environment: dict[str, str]
    least: float


KINDS = (
    Kind("trust, not encrypted", "open", {"PGSSLMODE": "disable"}, 2.0),
    Kind("TLS 1.3, SCRAM-SHA-256-PLUS", "closed",
         {"PGSSLMODE": "require", "PGPASSWORD": "secret", "PGCHANNELBINDING": "require"}, 0.8),
)


def tls_programs(wanted: Path | None) -> Path:
    """The `bin` folder of a PostgreSQL with TLS. SystemExit if there is none."""
    named = wanted or (Path(os.environ["PGQUILL_TLS_POSTGRES"]) if "PGQUILL_TLS_POSTGRES" in os.environ else None)
    candidates = [named] if named else sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise SystemExit("no PostgreSQL with TLS is here: apt-get install postgresql, or --programs FOLDER")


@contextmanager
def postgres(programs: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """A PostgreSQL with the rules and the certificate; its version and port."""
    account, data = server_account(), folder / "data"
    if account:
        for path in (folder, folder / "server.key", folder / "server.crt"):
            os.chown(path, account.uid, account.gid)
    done = run_as(account, [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "--encoding=UTF8"])
    if done.returncode != 0:
        raise SystemExit(f"initdb failed: {done.stdout}{done.stderr}")
    (data / "pg_hba.conf").write_text(RULES)
    port = free_port()
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "ssl": "on",
                "ssl_cert_file": str(folder / "server.crt"), "ssl_key_file": str(folder / "server.key")}
    argv: list[str | Path] = [
        programs / "postgres", "-D", data, "-p", str(port),
        *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]
    process = ServerProcess(argv, ready=READY, account=account, cwd=folder)
    try:
        with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(ROLES.encode())
            version = str(connection.execute("SHOW server_version").fetchone()[0]).split()[0]  # type: ignore[index]
        yield f"PostgreSQL {version}", port
    finally:
        process.stop(signal.SIGINT)


@contextmanager
def pgquill(folder: Path) -> Iterator[tuple[str, int]]:
    """A pgquill with the same."""
    (folder / "hba.conf").write_text(RULES)
    (folder / "databases").mkdir()
    server = PgquillServer(folder / "databases", "--hba", str(folder / "hba.conf"), "--tls-cert", str(folder / "server.crt"),
                           "--tls-key", str(folder / "server.key"), "--log-level", "warning")
    try:
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            connection.execute(ROLES.encode())
        yield "pgquill", server.port
    finally:
        server.stop()


def measure(pgbench: str, kind: Kind, port: int, script: Path, seconds: int, clients: int) -> float:
    """Connections a second."""
    argv = [pgbench, "-n", "-C", "-f", str(script), "-c", str(clients), "-j", "1", "-T", str(seconds), "-h", "127.0.0.1", "-p",
            str(port), "-U", kind.user, "postgres"]
    done = subprocess.run(argv, env=dict(os.environ) | kind.environment, capture_output=True, text=True, check=False)
    found = TPS.search(done.stdout)
    if done.returncode != 0 or found is None:
        raise SystemExit(f"pgbench failed: {done.stderr.strip()}")
    return float(found[1])


def main() -> None:
    """Run and print; exit status 1 where less than the promised ratio was reached."""
    parser = argparse.ArgumentParser(description="New connections a second, beside PostgreSQL.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--programs", type=Path, help="the bin folder of a PostgreSQL with TLS")
    options = parser.parse_args()
    pgbench = shutil.which("pgbench") or str(DEBIAN / "15/bin/pgbench")
    if not os.access(pgbench, os.X_OK):
        pgbench = str(tls_programs(None) / "pgbench")
    figures: dict[tuple[str, str], list[float]] = {}
    with ExitStack() as stack:
        sides = []
        for start in (lambda folder: postgres(tls_programs(options.programs), folder), pgquill):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgquill-connections-")))
            folder.chmod(0o755)
            make(folder, "server", "localhost", hosts=["localhost", "127.0.0.1"])
            sides.append(stack.enter_context(start(folder)))
        script = folder / "select.sql"
        script.write_text("SELECT 1;\n")
        for _ in range(options.rounds):
            for kind in KINDS:
                for name, port in sides:
                    figure = measure(pgbench, kind, port, script, options.seconds, options.clients)
                    figures.setdefault((kind.name, name), []).append(figure)
    (reference, _), (ours, _) = sides
    table = Table("new connections/s", reference, ours, "ratio", "at least")
    fine = True
    for kind in KINDS:
        theirs, mine = (statistics.median(figures[kind.name, name]) for name in (reference, ours))
        fine = fine and mine / theirs >= kind.least
        table.add_row(kind.name, f"{theirs:.0f}", f"{mine:.0f}", f"{mine / theirs:.2f}", str(kind.least))
    Console().print(table)
    raise SystemExit(0 if fine else 1)


if __name__ == "__main__":
    main()
