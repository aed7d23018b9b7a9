"""The command line: `pgquill serve PATH`, and what is done before. What takes time to import is imported when it is needed."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgwire import admin_commands
from replication import backup_cli

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pgwire.contract import Replication
    from pgwire.serving import ServeOptions
    from replication.service import Replication as Service
    from replication.standby_host import StandbyHost

ALLOW_NETWORK = "PGQUILL_ALLOW_INSECURE_NETWORK"
"""Set to 1 to listen beyond this machine without TLS: inside a container, whose published port decides who can reach it."""

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"pgquill {version('pgquill')}")
        except PackageNotFoundError:
            print("pgquill (not installed)")
        raise typer.Exit


@app.callback()
def _pgquill(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """PostgreSQL on the wire, SQLite on disk."""


Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")]
SocketDir = Annotated[Path | None, typer.Option(help="Folder for a Unix socket as well.")]
ServerVersion = Annotated[str, typer.Option(help="PostgreSQL version to introduce ourselves as.")]
LogLevel = Annotated[str, typer.Option(help="debug, info, warning or error.")]
MaxConnections = Annotated[int | None, typer.Option(min=1, max=262143, help="Clients at the same time.", show_default="100")]
SettingOption = Annotated[
    list[str] | None, typer.Option("-c", "--set", metavar="NAME=VALUE", help="A setting of the server, as in postgresql.conf.")]
TlsCert = Annotated[Path | None, typer.Option(help="The server's certificate, and TLS with it.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its private key.")]
TlsCa = Annotated[Path | None, typer.Option(help="Certificates of those who may sign clients' certificates.")]
Hba = Annotated[Path | None, typer.Option(help="Who may connect and how: a file in the form of pg_hba.conf.")]
Ident = Annotated[Path | None, typer.Option(help="Names elsewhere and roles: a file in the form of pg_ident.conf.")]


@app.command()
def serve(
    path: Annotated[str, typer.Argument(help="A SQLite file, a folder of .db files, or :memory:.")],
    host: Host = "127.0.0.1",
    port: Port = 5432,
    socket_dir: SocketDir = None,
    server_version: ServerVersion = "18.4",
    log_level: LogLevel = "info",
    max_connections: MaxConnections = None,
    setting: SettingOption = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    tls_ca: TlsCa = None,
    hba: Hba = None,
    ident: Ident = None,
) -> None:
    """Serve a SQLite file to PostgreSQL clients."""
    settings = _all_settings(setting, max_connections, tls_cert, tls_key, tls_ca)
    options = _options(path, host, port, socket_dir, server_version, log_level, settings, hba, ident)
    raise typer.Exit(_serve(options))


@app.command()
def standby(
    path: Annotated[str, typer.Argument(help="The copy's file; made by a base backup if it is not there.")],
    primary: Annotated[str, typer.Option(
        envvar="PGQUILL_PRIMARY", help="Whom to follow: postgresql://user@host:port/database, or libpq's words; several hosts "
        "may be named.")],
    slot: Annotated[str | None, typer.Option(help="Replication slot on the primary; each standby has its own.",
                                             show_default="made of the machine's and the file's name")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Take a new base backup; what is there is kept as .old.")] = False,
    host: Host = "127.0.0.1",
    port: Port = 5432,
    socket_dir: SocketDir = None,
    server_version: ServerVersion = "18.4",
    log_level: LogLevel = "info",
    max_connections: MaxConnections = None,
    setting: SettingOption = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    tls_ca: TlsCa = None,
    hba: Hba = None,
    ident: Ident = None,
) -> None:
    """Follow a primary: keep an exact copy of its database, and serve it to clients that read."""
    settings = _all_settings(setting, max_connections, tls_cert, tls_key, tls_ca)
    options = _options(path, host, port, socket_dir, server_version, log_level, settings, hba, ident)
    raise typer.Exit(_serve_standby(options, primary, slot, rebuild=rebuild))


@app.command()
def promote(
    target: Annotated[str, typer.Argument(help="A running standby, as postgresql://user@host:port/database, or its file.")],
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for a running standby.")] = 60,
) -> None:
    """Make a standby the primary: it begins a new timeline and accepts writes."""
    import trio

    from replication.promoting import CannotPromote, promote_target

    try:
        print(trio.run(promote_target, target, wait))
    except CannotPromote as error:
        raise typer.Exit(_complain(error)) from None


def _options(path: str, host: str, port: int, socket_dir: Path | None, server_version: str, log_level: str,
             settings: dict[str, str], hba: Path | None, ident: Path | None) -> "ServeOptions":
    """What was asked for, with what the environment says."""
    import os

    from pgwire.first_start import BadVariables, read_variables
    from pgwire.serving import LOG_LEVELS, ServeOptions

    if log_level not in LOG_LEVELS:
        raise typer.BadParameter(f"must be one of {', '.join(LOG_LEVELS)}", param_hint="--log-level")
    try:
        first = read_variables(os.environ)
    except BadVariables as error:
        raise typer.Exit(_complain(error)) from None
    insecure = os.environ.get(ALLOW_NETWORK) == "1"
    return ServeOptions(path, host, port, socket_dir, server_version, log_level, settings, first, insecure, hba, ident)


def _all_settings(given: "Iterable[str] | None", max_connections: int | None, tls_cert: Path | None, tls_key: Path | None,
                  tls_ca: Path | None) -> dict[str, str]:
    """The settings of -c, and those that other options are short for."""
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key go together", param_hint="--tls-cert")
    settings = _settings(given or ()) | _file_settings(tls_cert, tls_key, tls_ca)
    return settings if max_connections is None else settings | {"max_connections": str(max_connections)}


def _file_settings(tls_cert: Path | None, tls_key: Path | None, tls_ca: Path | None) -> dict[str, str]:
    """The settings that --tls-... are short for."""
    files = {"ssl_cert_file": tls_cert, "ssl_key_file": tls_key, "ssl_ca_file": tls_ca}
    found = {name: str(path.absolute()) for name, path in files.items() if path is not None}
    return found | ({"ssl": "on"} if tls_cert is not None else {})


def _settings(given: "Iterable[str]") -> dict[str, str]:
    """What -c says, by name."""
    found = {}
    for assignment in given:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise typer.BadParameter(f"{assignment} requires a value", param_hint="-c")
        found[name.strip().replace("-", "_").lower()] = value.strip()
    return found


def _serve(options: "ServeOptions", host: "StandbyHost | None" = None) -> int:
    """Serve, and follow if there is a `host`; the exit code. A reason not to start is told on stderr."""
    import importlib

    from executor.errors import SqlError
    from pgwire.admission import BadPolicy
    from pgwire.first_start import BadVariables
    from pgwire.listeners import CannotListen
    from pgwire.serving import run
    from pgwire.tls import BadTls
    from replication.standby_start import CannotFollow

    executor = importlib.import_module("executor.engine")  # the only place where pgwire knows the real engine

    def make_replication(engine: "Any", log: "Any") -> "Replication":
        replication = _make_replication(engine, log)
        if host is not None:
            host.attach(replication, engine, log)
        return replication

    try:
        run(executor.Engine.open if host is None else host.open_engine, options, make_replication)
    except (executor.CannotServe, CannotListen, BadPolicy, BadTls, BadVariables, CannotFollow, SqlError) as error:
        return _complain(error)
    return 0


def _serve_standby(options: "ServeOptions", primary: str, slot: str | None, *, rebuild: bool) -> int:
    """Serve a copy, and again whenever another one has been taken; the exit code."""
    import os
    from dataclasses import replace

    from executor.engine import Engine
    from executor.replaying import Copy
    from pgwire.first_start import BadVariables, FirstStart, read_value
    from replication.standby_host import StandbyHost
    from replication.standby_start import CannotFollow, check_slot, read_primary

    # Roles come from the primary, so that what a container's variables say of them is for it.
    options = replace(options, first=FirstStart(trusts_network=options.first.trusts_network))
    try:
        password = read_value(os.environ, "PGPASSWORD")  # a secret in PGPASSWORD_FILE, which libpq does not know
        info = read_primary(primary, None if password is None else {**os.environ, "PGPASSWORD": password})
        name = None if slot is None else check_slot(slot)
    except (CannotFollow, BadVariables) as error:
        return _complain(error)
    host = StandbyHost(Path(options.path), info, name, rebuild=rebuild, open_engine=Engine.open,
                       make_copy=lambda engine: Copy(engine, engine.databases[engine.default_database]))
    while True:
        code = _serve(options, host)
        if code or not host.again:
            return code


def _make_replication(engine: "Any", log: "Any") -> "Service":
    """The replication of a server."""
    from executor.sqlstates import BY_SQLSTATE
    from replication.service import Replication

    def error(sqlstate: str, message: str, **fields: str | None) -> Exception:
        return BY_SQLSTATE[sqlstate](message, **fields)  # type: ignore[arg-type]

    return Replication(engine, error, log)


def _complain(error: Exception) -> int:
    """Tell why nothing was done; the exit code."""
    import sys

    print(f"pgquill: {error}", file=sys.stderr)
    return 1


app.command()(admin_commands.certificate)
app.command()(backup_cli.backup)
app.command()(backup_cli.restore)
app.command()(backup_cli.verify)
app.add_typer(admin_commands.roles, name="role")


def main() -> None:
    """The `pgquill` command."""
    gc.disable()  # starting makes no garbage worth looking for; pgwire.serving enables it again
    app()


if __name__ == "__main__":
    main()
