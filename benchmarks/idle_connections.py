"""What an idle connection costs in memory.

    python -m benchmarks.idle_connections [--connections 5000] [--server PID --port PORT]

Starts pgquill, opens TCP connections of which each runs one SELECT, and divides the growth of the server's resident
memory (VmRSS) by their number. A few connections are opened and closed first, so that what the server makes once (plans, imports)
is not counted.
"""

import argparse
import resource
import socket
import struct
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from tests.pgquill_server import PgquillServer

WARM_UP = 20
SELECT = b"SELECT id, name FROM idle_things WHERE id = 2"


class Idle(NamedTuple):
    """The outcome of one run. kib_before, kib_after: VmRSS of the server."""

    connections: int
    kib_before: int
    kib_after: int

    @property
    def bytes_each(self) -> float:
        """Growth of the server's memory for each connection."""
        return (self.kib_after - self.kib_before) * 1024 / self.connections


def resident_kib(process_id: int) -> int:
    """VmRSS of a process."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


class RawClient:
    """One connection that speaks just enough of the protocol and keeps nothing but its socket."""

    def __init__(self, host: str, port: int, database: str, user: str = "postgres") -> None:
        self.socket = socket.create_connection((host, port), timeout=60)
        body = struct.pack(">i", 196608) + f"user\0{user}\0database\0{database}\0application_name\0idle\0\0".encode()
        self.socket.sendall(struct.pack(">i", len(body) + 4) + body)
        self.until_ready()

    def query(self, text: bytes) -> None:
        """A simple query; its answer is read and dropped."""
        self.socket.sendall(b"Q" + struct.pack(">i", len(text) + 5) + text + b"\0")
        self.until_ready()

    def until_ready(self) -> None:
        """Read up to ReadyForQuery. Raises RuntimeError with an error's bytes."""
        data = b""
        while data[-6:-1] != b"Z\0\0\0\x05":
            more = self.socket.recv(8192)
            data += more
            if not more:
                raise RuntimeError(f"the server closed the connection: {data!r}")

    def close(self) -> None:
        """Close, politely."""
        with suppress(OSError):
            self.socket.sendall(b"X\0\0\0\x04")
        self.socket.close()


def allow_files(count: int) -> None:
    """Raise this process's own limit on open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def measure(server: PgquillServer, process_id: int, connections: int) -> Idle:
    """Open the connections, look, close them."""
    allow_files(connections + 100)

    def connect() -> RawClient:
        client = RawClient(server.host, server.port, server.database)
        client.query(SELECT)
        return client

    with closing(RawClient(server.host, server.port, server.database)) as first:
        first.query(b"CREATE TABLE idle_things (id int PRIMARY KEY, name text)")
        first.query(b"INSERT INTO idle_things VALUES (1, 'one'), (2, 'two')")
    for client in [connect() for _ in range(WARM_UP)]:
        client.close()
    before = resident_kib(process_id)
    clients = [connect() for _ in range(connections)]
    after = resident_kib(process_id)
    for client in clients:
        client.close()
    return Idle(connections, before, after)


def run(connections: int, directory: Path) -> Idle:
    """One run with a server of its own."""
    server = PgquillServer(directory / "idle.db", "--max-connections", str(connections + 10), "--log-level", "warning")
    try:
        return measure(server, server.process.pid, connections)
    finally:
        server.stop()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=5000)
    connections = parser.parse_args().connections
    with tempfile.TemporaryDirectory(prefix="pgquill-idle-") as directory:
        found = run(connections, Path(directory))
    print(f"{found.connections} idle connections: {found.kib_before} KiB before, {found.kib_after} KiB after, "
          f"{found.bytes_each / 1024:.1f} KiB each")


if __name__ == "__main__":
    main()
