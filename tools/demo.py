"""Serve a database file on the first free port from the one asked for: what `make serve` runs.

    python -m tools.demo demo.db --port 5432
"""

import argparse
import os
import socket
import sys
from pathlib import Path

HOST = "127.0.0.1"
PORTS_TRIED = 100


def first_free_port(start: int) -> int:
    """The first port from `start` on which nobody listens on HOST; SystemExit when there is none nearby."""
    for port in range(start, min(start + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            # As servers do: a port whose last connections are still in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    sys.exit(f"no free port on {HOST} from {start} on; try another: make serve PORT=6000")


def main() -> None:
    """Choose the port, say so when it is not the one asked for, and become `pgquill serve`."""
    parser = argparse.ArgumentParser(description="Serve a database file on the first free port.")
    parser.add_argument("path", nargs="?", default="demo.db")
    parser.add_argument("--port", type=int, default=5432)
    arguments = parser.parse_args()
    port = first_free_port(arguments.port)
    if port != arguments.port:
        print(f"port {arguments.port} is in use; serving on {port}", flush=True)
    # Replaced rather than started: signals reach the server, and Ctrl-C stops it politely.
    program = Path(sys.executable).with_name("pgquill")
    if not program.exists():
        sys.exit(f"{program} is not there; `make serve` installs pgquill first")
    os.execv(program, ["pgquill", "serve", arguments.path, "--host", HOST, "--port", str(port)])


if __name__ == "__main__":
    main()
