"""One run of `pgquill serve`: sockets, engine, signals, and what the operator reads."""

import ctypes
import gc
import getpass
import logging
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import trio
from rich.console import Console

from pgwire.access.policy import NETWORK_TRUST, NETWORK_WITHOUT_TLS
from pgwire.admission import Admission, Policies
from pgwire.contract import Engine, Replication
from pgwire.first_start import FirstStart
from pgwire.first_start import apply as apply_first_start
from pgwire.listeners import UnixSocket, close_all, open_tcp
from pgwire.network import Safety
from pgwire.network import check as check_network
from pgwire.server import Limits, Server
from pgwire.tls import DEFAULT_CIPHERS, DEFAULT_GROUPS, Tls
from pgwire.tls import settings_of as tls_settings

EVERYWHERE = "0.0.0.0"  # noqa: S104  (asked for by the operator; recognised here, not chosen)
LOG_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
MEMORY = ":memory:"

FILES_MAX = 1 << 20
FILES_OF_OUR_OWN = 400
"""Listening sockets, and the files of the connections to SQLite."""

TLS_FACTS = {"ssl_library": "OpenSSL", "ssl_ciphers": DEFAULT_CIPHERS, "ssl_groups": DEFAULT_GROUPS}
"""Settings that the facts have from a PostgreSQL without TLS."""

GC_THRESHOLDS = (20_000, 20, 50)
M_ARENA_MAX = -8
"""glibc's number for it, in malloc.h."""

OpenEngine = Callable[..., Awaitable[Any]]
MakeReplication = Callable[[Any, Any], Replication]
"""(engine, log) -> who answers replication commands."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of `pgquill serve`."""

    path: str
    host: str
    port: int
    socket_dir: Path | None
    server_version: str
    log_level: str
    settings: Mapping[str, str]  # as given with -c
    first: FirstStart
    without_tls: bool  # beyond this machine, as an environment variable says
    hba: Path | None = None
    ident: Path | None = None


def run(open_engine: OpenEngine, options: ServeOptions, make_replication: MakeReplication | None = None) -> None:
    """Serve until a signal. Raises CannotListen, BadPolicy, BadTls, BadVariables and what
    open_engine raises when it cannot start."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVELS[options.log_level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _share_one_heap()
    trio.run(_serve, open_engine, options, make_replication)


def _share_one_heap() -> None:
    """glibc gives each thread a heap of its own, and what one has freed is of no use to the others: a server that answers
    long queries in threads grows for hours. Only where there is glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _settle_garbage_collector() -> None:
    """What was made by starting up stays for good: do not walk it again and again (5 to 10 % of short statements)."""
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()


async def _serve(open_engine: OpenEngine, options: ServeOptions, make_replication: MakeReplication | None) -> None:
    log = structlog.get_logger()
    listeners = open_tcp(options.host, options.port)
    port: int = listeners[0].getsockname()[1]
    unix_socket: UnixSocket | None = None
    try:
        if options.socket_dir is not None:
            unix_socket = UnixSocket(options.socket_dir.absolute(), port, options.path)
            listeners.append(unix_socket.listener)
        facts = {"port": str(port), "listen_addresses": options.host, **TLS_FACTS, **_file_facts(options)}
        engine: Engine = await open_engine(
            options.path, server_version=options.server_version, settings=options.settings, facts=facts)
        _settle_garbage_collector()
        try:
            await apply_first_start(options.first, engine)
            tls = _tls(engine, options)
            check_network(_safety(engine, options, tls), listeners)
            replication = make_replication(engine, log) if make_replication is not None else None
            await _serve_engine(engine, listeners, options, Admission(engine, _policies(options), tls), log, replication)
        finally:
            with trio.CancelScope(shield=True):
                await engine.close()
        log.info("stopped")
    finally:
        close_all(listeners)
        if unix_socket is not None:
            unix_socket.remove()


def _file_facts(options: ServeOptions) -> dict[str, str]:
    """Settings that say where files are."""
    paths = {"unix_socket_directories": options.socket_dir, "hba_file": options.hba, "ident_file": options.ident}
    return {name: str(path.absolute()) for name, path in paths.items() if path is not None}


def _tls(engine: Engine, options: ServeOptions) -> Tls | None:
    path = Path(options.path)
    settings = tls_settings(engine.server_setting, path if path.is_dir() else path.parent)
    return Tls(settings) if settings is not None else None


def _policies(options: ServeOptions) -> Policies:
    network = NETWORK_TRUST if options.first.trusts_network else NETWORK_WITHOUT_TLS if options.without_tls else ""
    return Policies(options.hba, options.ident, network=network)


def _safety(engine: Engine, options: ServeOptions, tls: Tls | None) -> Safety:
    return Safety(options.path, options.host, tls is not None, engine.any_role_has_password(), options.hba is not None,
                  options.without_tls, options.first.trusts_network)


async def _serve_engine(
    engine: Engine, listeners: list[Any], options: ServeOptions, admission: Admission, log: Any, replication: Replication | None
) -> None:
    server = Server(engine, listeners, _limits(engine, log), log, admission)
    server.replication = replication
    for name, what in (("attach_backends", server.backends), ("attach_admission", admission),
                       ("attach_replication", replication)):
        attach: Callable[[Any], None] | None = getattr(engine, name, None)
        if attach is not None:
            attach(what)
    if replication is not None:
        replication.stop_server = server.stop_now
        await replication.start()
    async with trio.open_nursery() as nursery:
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            if replication is not None:
                nursery.start_soon(replication.run)
            nursery.start_soon(_obey_signals, server, signals, log)
            nursery.start_soon(_announce_when_ready, server, engine, listeners[0].getsockname()[1], options)
            await server.run()
            nursery.cancel_scope.cancel()
    if replication is not None:
        await replication.close()


async def _announce_when_ready(server: Server, engine: Engine, port: int, options: ServeOptions) -> None:
    await server.accepting.wait()
    _announce(engine, port, options)


async def _obey_signals(server: Server, signals: Any, log: Any) -> None:
    """SIGHUP reads files again; the first of the others stops politely, the second at once."""
    stops = iter((server.stop, server.stop_now))
    async for number in signals:
        log.info("received signal", signal=signal.Signals(number).name)
        if number == signal.SIGHUP:
            server.admission.reload(log)
        else:
            next(stops, server.stop_now)()


def _announce(engine: Engine, port: int, options: ServeOptions) -> None:
    """Tell how to connect."""
    database = getattr(engine, "default_database", None) or _database_name(options.path)
    user = _user_name(engine, options)
    host = "127.0.0.1" if options.host in (EVERYWHERE, "") else "::1" if options.host == "::" else options.host
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"pgquill serves {options.path} as PostgreSQL {options.server_version} on {host} port {port}")
    console.print(f"  psql 'host={host} port={port} dbname={database} user={user}'", markup=False)
    url_host = f"[{host}]" if ":" in host else host
    console.print(f"  postgresql://{user}@{url_host}:{port}/{database}", markup=False)
    if options.socket_dir is not None:
        folder = options.socket_dir.absolute()
        console.print(f"  psql 'host={folder} port={port} dbname={database} user={user}'", markup=False)
    sys.stdout.flush()


def _database_name(path: str) -> str:
    return "postgres" if path == MEMORY or Path(path).is_dir() else Path(path).stem


def _user_name(engine: Engine, options: ServeOptions) -> str:
    """Somebody who may connect: anybody as long as there are no roles."""
    if engine.has_own_roles:
        return options.first.user if engine.find_login(options.first.user) is not None else engine.bootstrap_name
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "postgres"


def _limits(engine: Engine, log: Any) -> Limits:
    """What clients may take, as the settings and the operating system allow."""
    places, superuser_reserved, reserved, seconds = (int(engine.server_setting(name)) for name in (
        "max_connections", "superuser_reserved_connections", "reserved_connections", "authentication_timeout"))
    files = _allow_many_files()
    if places + FILES_OF_OUR_OWN > files:
        log.warning("more connections are allowed than files may be open", max_connections=places, files=files)
    return Limits(places, superuser_reserved, reserved, max(64, min(4000, files // 2)), seconds)


def _allow_many_files() -> int:
    """Raise the soft limit on open files to the hard one, since each client needs one; the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, FILES_MAX) if hard != resource.RLIM_INFINITY else FILES_MAX
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return soft
