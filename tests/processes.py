"""A server as a child process: start it, wait for the line that says it is ready, stop it by its pid."""

import re
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LINES_KEPT = 400


class NotReady(Exception):
    """The server ended, or said nothing of the kind in time; the message holds what it printed."""


@dataclass(frozen=True)
class Account:
    """The operating system account a child runs as (PostgreSQL refuses to run as root)."""

    uid: int
    gid: int


class ServerProcess:
    """A running server. Its output is read all the time by a thread, so that it never blocks on a full pipe."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        ready: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
        timeout_s: float = 60,
    ) -> None:
        """Start `argv` and return once a line of its output matches the pattern `ready`; NotReady otherwise."""
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.ready_match: re.Match[str] | None = None
        self._ready = re.compile(ready)
        self._settled = threading.Event()
        self._printed = threading.Condition()
        self._process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._settled.wait(timeout_s)
        if self.ready_match is None:
            self.kill()
            raise NotReady(f"{argv[0]} did not become ready; it printed:\n{self.output()}")

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def output(self) -> str:
        """The last lines it printed, standard error included."""
        return "\n".join(self.lines)

    def wait_for(self, text: str, *, timeout_s: float = 30) -> None:
        """Return once a line with this text has been printed; AssertionError if that takes too long."""
        with self._printed:
            found = self._printed.wait_for(lambda: any(text in line for line in self.lines), timeout_s)
        assert found, f"it never printed {text!r}, but:\n{self.output()}"

    def stop(self, number: signal.Signals, *, timeout_s: float = 30) -> int:
        """Send the signal, wait for the end, return the exit status; kills it and raises TimeoutExpired if it stays."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._close()
        return status

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        # A grandchild may hold the pipe open a little longer; the reader is a daemon, so nothing hangs on it.
        self._reader.join(5)
        if not self._reader.is_alive() and self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            with self._printed:
                self.lines.append(line)
                self._printed.notify_all()
            if self.ready_match is None and (match := self._ready.search(line)):
                self.ready_match = match
                self._settled.set()
        self._settled.set()


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port nobody listens on now. Another process may take it before its user does: be ready to ask again."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
