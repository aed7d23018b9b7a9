"""The trio server: accepts connections, gives each a task, and stops politely. All waiting is here or in the links.

    server = Server(engine, listeners, limits, log)
    await server.run()        until stop() or cancellation; the engine stays open

What a client sends can end only its own connection. Connections that have not authenticated are limited in time and in
number (the oldest goes first) and take no place from those that have.
"""

import errno
import socket
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import trio

from executor.errors import SqlError, not_supported
from executor.settings.log_connections import log_connections
from executor.sqlstates import CannotConnectNow, InsufficientPrivilege
from pgwire import handshake
from pgwire.admission import Admission, Policies
from pgwire.audit_log import Visit
from pgwire.backends import Backend, Backends
from pgwire.connection import MESSAGE_BYTES_MAX, Connection
from pgwire.contract import Engine, ExecutorSession, Replication
from pgwire.failed_logins import FailedLogins
from pgwire.link import ClientGone, Link
from pgwire.messages.body import INT32, ProtocolViolation
from pgwire.messages.startup import BackendKeyData, CancelRequest, ParameterStatus
from pgwire.notifying import Herald
from pgwire.outbox import Outbox
from pgwire.replication_flow import ReplicationQuery
from pgwire.reporting import from_exception, response_bytes
from pgwire.session import ClientSession, Interrupt
from pgwire.socket_link import SocketLink
from pgwire.tls import Tls, TlsFacts
from pgwire.tls_link import TlsLink
from pgwire.watch import Watch, WatchedLink

_OUT_OF_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
ACCEPT_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take."""

    connections_max: int = 100
    superuser_reserved: int = 0
    reserved: int = 0
    strangers_max: int = 1000  # connections that have not authenticated
    authentication_timeout_s: float = 60.0
    message_bytes_max: int = MESSAGE_BYTES_MAX


async def _encrypt(tls: Tls, client: SocketLink, link: WatchedLink, data: bytes, direct: bool) -> None:
    """Begin TLS; from then on the link speaks it."""
    inner = TlsLink(client, tls.context)
    await inner.handshake(data)
    link.replace(inner)
    client.tls, client.say_goodbye = TlsFacts(inner.session, tls.binding), inner.say_goodbye
    if direct:
        inner.check_alpn()


Opened = tuple[Backend, ExecutorSession, bytes, ReplicationQuery | None]
"""A connection that may begin, what is said to it first, and who answers replication commands on it."""


@lru_cache(256)
def _parameter_status(name: str, value: str) -> bytes:
    """A framed ParameterStatus; nearly all clients are told the same."""
    body = ParameterStatus(name, value).encode_body()
    return ParameterStatus.tag + INT32.pack(len(body) + 4) + body


class Server:
    """One server on some listening sockets. `backends` is the registry that pg_terminate_backend and the like need."""

    def __init__(self, engine: Engine, listeners: list[socket.socket], limits: Limits, log: Any,
                 admission: Admission | None = None) -> None:
        """admission: who may connect; None: as a server that was started without options."""
        self.backends = Backends(
            limits.connections_max, superuser_reserved=limits.superuser_reserved, reserved=limits.reserved)
        self.admission = admission or Admission(engine, Policies())
        self._engine = engine
        self._listeners = listeners
        self._limits = limits
        self._log = log
        self._stopping = False
        self._stop_event = trio.Event()
        self.replication: Replication | None = None
        """Who answers replication commands; set before `run`."""
        self._strangers: OrderedDict[int, trio.CancelScope] = OrderedDict()
        self._accepting = trio.CancelScope()
        self.accepting = trio.Event()  # set when clients can connect
        self._connections: trio.Nursery | None = None
        self._watch = Watch()
        self._failed_logins = FailedLogins()
        self._log_connections = log_connections(str(engine.server_setting("log_connections")))
        self._herald = Herald()
        self._outbox = Outbox()
        self.backends.lateness = self._watch.lateness

    async def run(self) -> None:
        """Serve until `stop` was called and the last connection is over."""
        trio.lowlevel.add_instrument(self._outbox)
        try:
            await self._serve()
        finally:
            trio.lowlevel.remove_instrument(self._outbox)

    async def _serve(self) -> None:
        async with trio.open_nursery() as service:
            service.start_soon(self._watch.run)
            service.start_soon(self._herald.run)
            async with trio.open_nursery() as self._connections:
                try:
                    with self._accepting:
                        async with trio.open_nursery() as accepting:
                            for listener in self._listeners:
                                accepting.start_soon(self._accept, listener)
                            self.accepting.set()
                finally:
                    for listener in self._listeners:
                        listener.close()
            service.cancel_scope.cancel()

    def stop(self) -> None:
        """Accept nobody any more, end idle sessions, let statements that run finish."""
        self._stopping = True
        self._accepting.cancel()
        for scope in tuple(self._strangers.values()):
            scope.cancel()
        for backend in self.backends:
            if backend.session is not None:
                backend.session.interrupt(Interrupt.SHUTDOWN)
        self._stop_senders()

    def _stop_senders(self) -> None:
        """Replication connections end last, so that what the others have committed is sent."""
        if self._stopping and not self.backends.clients:
            self._stop_event.set()

    def stop_now(self) -> None:
        """Like stop, but roll back what runs."""
        self.stop()
        if self._connections is not None:
            self._connections.cancel_scope.cancel()

    async def _accept(self, listener: socket.socket) -> None:
        assert self._connections is not None
        while True:
            await trio.lowlevel.wait_readable(listener)
            try:
                connected, address = listener.accept()
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno in _OUT_OF_RESOURCES:
                    self._log.warning("cannot accept a connection", reason=error.strerror)
                    self._drop_oldest_stranger()
                    await trio.sleep(ACCEPT_PAUSE_S)
                continue  # anything else is about the one connection that came to nothing
            self._connections.start_soon(self._connection, connected, address)

    async def _connection(self, connected: socket.socket, address: Any) -> None:
        """One connection, from accept to close. Lets nothing but cancellation out."""
        log = self._log.bind(client=f"{address[0]}:{address[1]}" if isinstance(address, tuple) else "[local]")
        link: SocketLink | None = None
        try:
            link = SocketLink(connected, address, self._outbox)
            await self.converse(WatchedLink(link, self._watch), log, link)
            if not self._stopping:
                await link.linger()
        except (ClientGone, OSError) as error:
            log.debug("connection lost", reason=str(error))
        except Exception:
            log.exception("connection ended by an internal error")
        finally:
            if link is not None:
                link.close()
            else:
                connected.close()

    async def converse(self, link: Link, log: Any, watched: "SocketLink | None" = None) -> None:
        """Everything that is said on one connection; the caller closes it. Raises ClientGone."""
        connection = Connection(message_bytes_max=self._limits.message_bytes_max)
        opened: Opened | None = None
        visit = Visit(watched.address if watched else None, watched.port if watched else 0, self._log_connections)
        visit.received()
        with trio.move_on_after(self._limits.authentication_timeout_s) as scope:
            opened = await self._open(connection, link, scope, log, watched, visit)
        if opened is None:
            return
        backend, executor, greeting, replication = opened
        executor.audit.emit = visit
        session = ClientSession(connection, link, executor, log, self._herald, greeting, replication)
        backend.session = session
        if self._stopping:
            session.interrupt(Interrupt.SHUTDOWN)
        self._watch.add(session, watched)
        try:
            await session.run()
        finally:
            self._watch.remove(session)
            self.backends.close(backend)
            self._stop_senders()
            visit.ended(executor.settings)

    async def _open(
        self, connection: Connection, link: Link, scope: trio.CancelScope, log: Any, client: SocketLink | None, visit: Visit
    ) -> Opened | None:
        """The handshake, within its limits. None when there is nobody to talk to; what was wrong has been said."""
        self._strangers[id(scope)] = scope
        if len(self._strangers) > self._limits.strangers_max:
            self._drop_oldest_stranger()
        try:
            return await self._introduce(connection, link, log, client, visit)
        except handshake.OldProtocolError as error:
            link.send_now(handshake.old_protocol_response(error))
        except (SqlError, ProtocolViolation) as error:
            refusal = from_exception(error, log)
            visit.refused(refusal)
            self._failed_logins.failed(visit.address, visit.user, refusal)
            link.send_now(response_bytes(refusal, "FATAL"))
        finally:
            self._strangers.pop(id(scope), None)
        return None

    async def _introduce(
        self, connection: Connection, link: Link, log: Any, client: SocketLink | None, visit: Visit
    ) -> Opened | None:
        """Start-up, authentication, the executor's session, and what the client is to be told about it: that goes with
        ReadyForQuery, since each send costs as much as a short statement."""
        tls = self.admission.tls
        encrypt = None
        if tls is not None and client is not None and client.address is not None and isinstance(link, WatchedLink):
            encrypt = partial(_encrypt, tls, client, link)
        packet = await handshake.receive_startup(connection, link, encrypt)
        if isinstance(packet, CancelRequest):
            fits = self.backends.cancel(packet.process_id, packet.secret)
            log.debug("cancel request", process_id=packet.process_id, fits=fits)
            return None
        options = await handshake.negotiate(connection, link, packet)
        visit.user, visit.database = options.user, options.database
        await self._failed_logins.turn(visit.address)
        candidate = await self.admission.candidate(options, client)
        visit.rule = candidate.rule
        identity, last_words = await handshake.authenticate(connection, link, candidate)
        if client is not None and identity is not None:
            client.system_user = f"{candidate.method}:{identity}"
        self._failed_logins.succeeded(visit.address, visit.user)
        visit.authenticated(method=candidate.method, **({"identity": identity} if identity is not None else {}))
        if options.replication:
            self._check_may_replicate(options.user)
        if self._stopping:
            raise CannotConnectNow("the database system is shutting down")
        engine, user = self._engine, options.user
        backend = self.backends.open(packet.version, superuser=engine.is_superuser(user),
                                     may_use_reserved=engine.may_use_reserved(user), replicates=options.replication)
        executor: ExecutorSession | None = None
        replication: ReplicationQuery | None = None
        greeting = [last_words + handshake.authentication_ok(connection)]
        try:
            database = engine.default_database if options.is_physical_replication else options.database
            executor = await engine.connect(database, user, options.settings, client)
            executor.process_id, executor.secret = backend.process_id, backend.secret
            if options.replication and self.replication is not None:
                walsender = self.replication.connect(executor, is_physical=options.is_physical_replication)
                replication = ReplicationQuery(walsender, self._stop_event)
            greeting += [_parameter_status(name, value) for name, value in executor.reported_settings().items()]
            greeting.append(connection.send(BackendKeyData(backend.process_id, backend.secret)))
        except BaseException:
            self.backends.close(backend)
            if replication is not None:
                replication.close()
            with suppress(ClientGone):
                link.send_now(greeting[0])  # who it is was in order
            if executor is not None:
                with trio.CancelScope(shield=True):
                    await executor.terminate()
            raise
        visit.process_id = backend.process_id
        visit.authorized(executor.settings)
        return backend, executor, b"".join(greeting), replication

    def _check_may_replicate(self, user: str) -> None:
        """42501, or 0A000 where nobody answers."""
        if self.replication is None:
            raise not_supported("a replication connection")
        login = self._engine.find_login(user)
        if login is None or not (login.is_superuser or login.may_replicate):
            raise InsufficientPrivilege("permission denied to start WAL sender", severity="FATAL",
                                        detail="Only roles with the REPLICATION attribute may start a WAL sender process.")

    def _drop_oldest_stranger(self) -> None:
        if self._strangers:
            self._strangers.popitem(last=False)[1].cancel()
