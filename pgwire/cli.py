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


@app.command()
def serve(
    path: Annotated[str, typer.Argument(help="A SQLite file, a folder of .db files, or :memory:.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")] = 5432,
    socket_dir: Annotated[Path | None, typer.Option(help="Folder for a Unix socket as well.")] = None,
    server_version: Annotated[str, typer.Option(help="PostgreSQL version to introduce ourselves as.")] = "18.4",
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    max_connections: Annotated[
        int | None, typer.Option(min=1, max=262143, help="Clients at the same time.", show_default="100")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("-c", "--set", metavar="NAME=VALUE", help="A setting of the server, as in postgresql.conf."),
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="The server's certificate, and TLS with it.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key.")] = None,
    tls_ca: Annotated[Path | None, typer.Option(help="Certificates of those who may sign clients' certificates.")] = None,
    hba: Annotated[Path | None, typer.Option(help="Who may connect and how: a file in the form of pg_hba.conf.")] = None,
    ident: Annotated[Path | None, typer.Option(help="Names elsewhere and roles: a file in the form of pg_ident.conf.")] = None,
) -> None:
    """Serve a SQLite file to PostgreSQL clients."""
    import os

    from pgwire.first_start import BadVariables, read_variables
    from pgwire.serving import LOG_LEVELS, ServeOptions

    if log_level not in LOG_LEVELS:
        raise typer.BadParameter(f"must be one of {', '.join(LOG_LEVELS)}", param_hint="--log-level")
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key go together", param_hint="--tls-cert")
    settings = _settings(setting or ()) | _file_settings(tls_cert, tls_key, tls_ca)
    if max_connections is not None:
        settings["max_connections"] = str(max_connections)
    try:
        first = read_variables(os.environ)
    except BadVariables as error:
        raise typer.Exit(_complain(error)) from None
    raise typer.Exit(_serve(ServeOptions(
        path, host, port, socket_dir, server_version, log_level, settings, first, os.environ.get(ALLOW_NETWORK) == "1", hba,
        ident)))


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


def _serve(options: "ServeOptions") -> int:
    """Serve; the exit code. A reason not to start is told on stderr."""
    import importlib

    from executor.errors import SqlError
    from pgwire.admission import BadPolicy
    from pgwire.first_start import BadVariables
    from pgwire.listeners import CannotListen
    from pgwire.serving import run
    from pgwire.tls import BadTls

    executor = importlib.import_module("executor.engine")  # the only place where pgwire knows the real engine
    try:
        run(executor.Engine.open, options, _make_replication)
    except (executor.CannotServe, CannotListen, BadPolicy, BadTls, BadVariables, SqlError) as error:
        return _complain(error)
    return 0


def _make_replication(engine: "Any", log: "Any") -> "Replication":
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
