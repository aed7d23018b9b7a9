"""`pgquill certificate` and `pgquill role`: what an operator does before the first client can connect."""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pgwire.contract import Engine

roles = typer.Typer(no_args_is_help=True, help="Roles of a file or folder, also while it is served.")

NameArgument = Annotated[str, typer.Argument(help="The role's name.")]
PathArgument = Annotated[str, typer.Argument(help="The SQLite file, or the folder of .db files.")]
OpenEngine = Callable[..., Awaitable[Any]]


def _fail(error: object) -> typer.Exit:
    print(f"pgquill: {error}", file=sys.stderr)
    return typer.Exit(1)


def certificate(
    host: Annotated[list[str] | None, typer.Option(help="A name or an address clients connect to; may be repeated.")] = None,
    client: Annotated[str | None, typer.Option(metavar="NAME", help="Make a client's certificate for this role.")] = None,
    out: Annotated[Path, typer.Option(help="The folder for the files.")] = Path(),
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 365,
) -> None:
    """Make a certificate for development, signed by an authority of your own (ca.crt, made at the first time)."""
    from pgwire.certificates import CannotMake, make

    if client is not None and host:
        raise typer.BadParameter("a client's certificate has no host", param_hint="--host")
    hosts = list(dict.fromkeys([*(host or ()), "localhost", "127.0.0.1", "::1"])) if client is None else []
    try:
        made = make(out, "server" if client is None else client.replace("/", "_"), client or hosts[0], hosts=hosts, days=days)
    except CannotMake as error:
        raise _fail(error) from None
    if made.new_authority:
        print(f"{made.authority}: the authority. Clients get a copy, for sslrootcert; keep {out / 'ca.key'} to yourself")
    print(f"{made.certificate}, {made.key}: {'a client' if client else 'a server'} known as {', '.join(hosts) or client}")
    if client is None:
        print(f"  pgquill serve PATH --tls-cert {made.certificate} --tls-key {made.key}")
        print(f"  psql 'host={hosts[0]} sslmode=verify-full sslrootcert={made.authority}'")
    else:
        print(f"  pgquill serve PATH --tls-cert server.crt --tls-key server.key --tls-ca {made.authority} --hba FILE")
        print(f"  psql 'user={client} sslmode=verify-full sslrootcert={made.authority} sslcert={made.certificate} "
              f"sslkey={made.key}'")


@roles.command("create")
def create_role(
    name: NameArgument, path: PathArgument,
    superuser: Annotated[bool, typer.Option("--superuser", help="May do everything.")] = False,
    login: Annotated[bool, typer.Option(help="May connect.")] = True,
    no_password: Annotated[bool, typer.Option("--no-password", help="Do not ask for a password.")] = False,
    createdb: Annotated[bool, typer.Option("--createdb", help="May make databases.")] = False,
    createrole: Annotated[bool, typer.Option("--createrole", help="May make roles.")] = False,
    replication: Annotated[bool, typer.Option("--replication", help="May replicate.")] = False,
    valid_until: Annotated[str | None, typer.Option(help="When the password expires.")] = None,
    connection_limit: Annotated[int, typer.Option(min=-1, help="Connections at the same time; -1 for no limit.")] = -1,
) -> None:
    """Make a role. The password is asked for, or read from standard input if that is no terminal."""
    from pgwire.administration import SUPERUSER, identifier, literal, password_clause

    password = None if no_password or not login else _ask_password(name)
    words = ["LOGIN" if login else "NOLOGIN", *[SUPERUSER] * superuser]
    if not superuser:
        words += ["CREATEDB"] * createdb + ["CREATEROLE"] * createrole + ["REPLICATION"] * replication
    if connection_limit >= 0:
        words.append(f"CONNECTION LIMIT {connection_limit}")
    if valid_until is not None:
        words.append(f"VALID UNTIL {literal(valid_until)}")
    _change(path, lambda engine: f"CREATE ROLE {identifier(name)} {' '.join(words)}{password_clause(engine, password, name)}")
    print(f"role {name} created")


@roles.command("password")
def change_password(name: NameArgument, path: PathArgument) -> None:
    """Give a role a new password."""
    from pgwire.administration import identifier, password_clause

    password = _ask_password(name)
    _change(path, lambda engine: f"ALTER ROLE {identifier(name)}{password_clause(engine, password, name)}")
    print(f"the password of {name} was changed")


def _ask_password(name: str) -> str:
    """Twice at a terminal, without showing it; the first line of standard input otherwise."""
    if not sys.stdin.isatty():
        found = sys.stdin.readline().rstrip("\n")
    else:
        found = typer.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True)
    if not found:
        raise _fail("an empty password is no password; use --no-password for none")
    return found


def _change(path: str, statement: Callable[["Engine"], str]) -> None:
    """Run one statement on a file or folder; a reason why not is told on stderr, with exit status 1."""
    import importlib

    import trio

    from executor.errors import SqlError
    from pgwire.administration import run_statements

    if not os.path.exists(path) and not os.path.isdir(os.path.dirname(path) or "."):
        raise _fail(f"{path}: the folder does not exist")
    executor = importlib.import_module("executor.engine")

    async def change() -> None:
        engine = await executor.Engine.open(path)
        try:
            await run_statements(engine, engine.default_database, [statement(engine)])
        finally:
            await engine.close()

    try:
        trio.run(change)
    except executor.CannotServe as error:
        raise _fail(error) from None
    except SqlError as error:
        raise _fail(error.message) from None
