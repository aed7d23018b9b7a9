"""The sockets a server listens on: TCP addresses and the Unix socket with its lock file.

Raises CannotListen with a text for the operator. Whether to serve beyond this machine is pgwire.network's to decide.
"""

import ipaddress
import os
import socket
import time
from pathlib import Path

BACKLOG = 1024


class CannotListen(Exception):
    """Why the server cannot listen."""


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def open_tcp(host: str, port: int) -> list[socket.socket]:
    """A listening socket for each address of `host`; port 0 takes a free one, the same for all."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotListen(f'could not translate host name "{host}": {error.strerror}') from None
    listeners: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((item[0], str(item[4][0])) for item in found):
            listeners.append(_listen_tcp(family, address, port))
            port = listeners[0].getsockname()[1]
    except CannotListen:
        close_all(listeners)
        raise
    return listeners


def _listen_tcp(family: int, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(f"could not listen on {address}, port {port}: {error.strerror}") from None
    listener.setblocking(False)
    return listener


def close_all(listeners: list[socket.socket]) -> None:
    """Close them."""
    for listener in listeners:
        listener.close()


class UnixSocket:
    """The socket `.s.PGSQL.PORT` in a directory, and `.s.PGSQL.PORT.lock` beside it.

    The lock file has PostgreSQL's form: process id, data directory, start time, port, socket directory. One left behind
    by a process that is no more is removed.
    """

    def __init__(self, directory: Path, port: int, data: str) -> None:
        self.path = directory / f".s.PGSQL.{port}"
        self._lock = directory / f".s.PGSQL.{port}.lock"
        self._lines = f"{os.getpid()}\n{data}\n{int(time.time())}\n{port}\n{directory}\n"
        self._take_lock()
        try:
            self.listener = self._listen()
        except OSError as error:
            self._lock.unlink(missing_ok=True)
            raise CannotListen(f'could not listen on Unix socket "{self.path}": {error.strerror or error}') from None

    def _take_lock(self) -> None:
        for _ in range(2):
            try:
                descriptor = os.open(self._lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            except FileExistsError:
                self._remove_stale_lock()
                continue
            except OSError as error:
                raise CannotListen(f'could not create lock file "{self._lock}": {error.strerror}') from None
            with open(descriptor, "w") as file:
                file.write(self._lines)
            return
        raise CannotListen(f'could not create lock file "{self._lock}": somebody else keeps making it')

    def _remove_stale_lock(self) -> None:
        """Raises CannotListen if the lock's owner lives."""
        try:
            owner = int(self._lock.read_text().partition("\n")[0])
        except FileNotFoundError:
            return
        except (ValueError, OSError):
            raise CannotListen(f'lock file "{self._lock}" cannot be read; remove it if no server uses it') from None
        if owner != os.getpid() and _is_alive(owner):
            raise CannotListen(f'lock file "{self._lock}" already exists: process {owner} uses this socket')
        self._lock.unlink(missing_ok=True)

    def _listen(self) -> socket.socket:
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(str(self.path))
            self.path.chmod(0o777)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
        listener.setblocking(False)
        return listener

    def remove(self) -> None:
        """Remove socket and lock file."""
        self.listener.close()
        self.path.unlink(missing_ok=True)
        self._lock.unlink(missing_ok=True)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
