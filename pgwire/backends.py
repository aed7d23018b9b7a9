"""Who is connected: process ids, cancel keys, the limit on connections, and interrupts by process id."""

import hmac
import os
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import trio

from executor.sqlstates import TooManyConnections
from pgwire.messages.startup import PROTOCOL_3_2

if TYPE_CHECKING:
    from pgwire.session import ClientSession

_PROCESS_ID_MAX = 2**31 - 1


class Backend:
    """One authenticated connection: its identity, and its session once there is one. replicates: it is a replication
    connection, which takes no place of max_connections (max_wal_senders limits them)."""

    __slots__ = ("process_id", "replicates", "secret", "session")

    def __init__(self, process_id: int, secret: bytes, *, replicates: bool = False) -> None:
        self.process_id = process_id
        self.replicates = replicates
        self.secret = secret
        self.session: ClientSession | None = None


class Backends:
    """All connections of one server."""

    def __init__(self, connections_max: int, *, superuser_reserved: int = 0, reserved: int = 0) -> None:
        """superuser_reserved, reserved: how many of the places are kept for superusers and for those who may use
        reserved_connections, as in PostgreSQL."""
        self.connections_max = connections_max
        self.lateness: Any = None  # pgwire.watch.Lateness of the server
        self._superuser_reserved = superuser_reserved
        self._reserved = reserved
        self._by_id: dict[int, Backend] = {}
        self._replicating = 0
        self._loop: trio.lowlevel.TrioToken | None = None
        self._last_id = os.getpid()  # so that the ids look like the real thing's in logs

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Backend]:
        return iter(tuple(self._by_id.values()))

    @property
    def clients(self) -> int:
        """How many there are without replication connections."""
        return len(self._by_id) - self._replicating

    def open(self, version: int, *, superuser: bool = True, may_use_reserved: bool = False, replicates: bool = False) -> Backend:
        """A place for a connection; its secret is as long as the protocol version allows. Raises 53300."""
        self._loop = self._loop or trio.lowlevel.current_trio_token()
        if not replicates:
            self._check_place(superuser=superuser, may_use_reserved=may_use_reserved)
        process_id = self._next_id()
        backend = Backend(process_id, secrets.token_bytes(32 if version >= PROTOCOL_3_2 else 4), replicates=replicates)
        self._by_id[process_id] = backend
        self._replicating += replicates
        return backend

    def _check_place(self, *, superuser: bool, may_use_reserved: bool) -> None:
        free = self.connections_max - self.clients - 1  # with this one in its place
        if free < 0:
            raise TooManyConnections("sorry, too many clients already", severity="FATAL")
        if not superuser and free < self._superuser_reserved:
            raise TooManyConnections("remaining connection slots are reserved for roles with the SUPERUSER attribute",
                                     severity="FATAL")
        if not (superuser or may_use_reserved) and free < self._superuser_reserved + self._reserved:
            raise TooManyConnections('remaining connection slots are reserved for roles with privileges of the '
                                     '"pg_use_reserved_connections" role', severity="FATAL")

    def _next_id(self) -> int:
        self._last_id += 1
        while self._last_id in self._by_id or self._last_id > _PROCESS_ID_MAX:
            self._last_id = 1 if self._last_id > _PROCESS_ID_MAX else self._last_id + 1
        return self._last_id

    def close(self, backend: Backend) -> None:
        """Give the place back."""
        del self._by_id[backend.process_id]
        self._replicating -= backend.replicates

    def cancel(self, process_id: int, secret: bytes) -> bool:
        """A CancelRequest. Whether it fits a connection; the secret is compared in constant time."""
        from pgwire.session import Interrupt

        backend = self._by_id.get(process_id)
        expected = backend.secret if backend else bytes(len(secret))
        if not hmac.compare_digest(expected, secret) or backend is None:
            return False
        if backend.session is not None:
            backend.session.interrupt(Interrupt.CANCEL)
        return True

    def is_running(self, process_id: int) -> bool:
        """Whether a connection is working on a message; False if there is none of this number."""
        backend = self._by_id.get(process_id)
        return backend is not None and backend.session is not None and backend.session.running

    def signal(self, process_id: int, *, terminate: bool) -> bool:
        """pg_cancel_backend and pg_terminate_backend: whether there is such a connection. From any thread."""
        from pgwire.session import Interrupt

        backend = self._by_id.get(process_id)
        if backend is None or backend.session is None or self._loop is None:
            return False
        interrupt = Interrupt.TERMINATE if terminate else Interrupt.CANCEL
        if trio.lowlevel.in_trio_run():
            backend.session.interrupt(interrupt)  # before the caller learns that it was sent
        else:  # a function in a statement's thread
            self._loop.run_sync_soon(backend.session.interrupt, interrupt)
        return True
