"""What a container is told by variables, as PostgreSQL's own image understands them: the first role, its password, its database.

    POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB      each also as NAME_FILE, a file with the value (a secret)
    POSTGRES_HOST_AUTH_METHOD                          trust: no password is asked for, from anywhere
    PGQUILL_REPLICATION_PASSWORD, _FILE                a role for standbys with this password, and nothing but REPLICATION;
    PGQUILL_REPLICATION_USER                           its name, if that is not replicator

They count only while nobody has made a role: afterwards the roles are what ALTER ROLE made of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pgwire.administration import BOOTSTRAP, SUPERUSER, identifier, password_clause, run_statements

if TYPE_CHECKING:
    from pgwire.contract import Engine

METHODS = ("trust", "scram-sha-256")
REPLICATOR = "replicator"


class BadVariables(Exception):
    """A variable that cannot be followed, in one line."""


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What the variables say. password: None for none. replicator_password: None for no such role."""

    user: str = BOOTSTRAP
    password: str | None = None
    database: str | None = None
    trusts_network: bool = False
    replicator: str = REPLICATOR
    replicator_password: str | None = None


def read_variables(environ: Mapping[str, str]) -> FirstStart:
    """Raises BadVariables."""
    method = environ.get("POSTGRES_HOST_AUTH_METHOD") or "scram-sha-256"
    if method not in METHODS:
        raise BadVariables(f"POSTGRES_HOST_AUTH_METHOD={method} is not supported by pgquill (only {' and '.join(METHODS)}): "
                           "give rules in a file, with --hba")
    user = read_value(environ, "POSTGRES_USER")
    password, database = read_value(environ, "POSTGRES_PASSWORD"), read_value(environ, "POSTGRES_DB")
    if user is not None and password is None and method != "trust":
        raise BadVariables("POSTGRES_USER is set, but neither POSTGRES_PASSWORD nor POSTGRES_PASSWORD_FILE")
    replicator = read_value(environ, "PGQUILL_REPLICATION_USER") or REPLICATOR
    return FirstStart(user or BOOTSTRAP, password, database, method == "trust", replicator,
                      read_value(environ, "PGQUILL_REPLICATION_PASSWORD"))


def read_value(environ: Mapping[str, str], name: str) -> str | None:
    """A variable, or the contents of the file that NAME_FILE names; an empty one counts as none. Raises BadVariables."""
    value, file = environ.get(name), environ.get(f"{name}_FILE")
    if value and file:
        raise BadVariables(f"both {name} and {name}_FILE are set (but are exclusive)")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise BadVariables(f"{name}_FILE={file} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return value or None


async def apply(first: FirstStart, engine: "Engine") -> None:
    """Make the role and the database, unless roles have been made already. Raises BadVariables, SqlError."""
    if engine.has_own_roles:
        return
    statements = []
    if first.user != BOOTSTRAP:
        statements.append(f"CREATE ROLE {identifier(first.user)} LOGIN {SUPERUSER}"
                          f"{password_clause(engine, first.password, first.user)}")
    elif first.password is not None:
        statements.append(f"ALTER ROLE {identifier(first.user)}{password_clause(engine, first.password, first.user)}")
    if first.replicator_password is not None:
        statements.append(f"CREATE ROLE {identifier(first.replicator)} LOGIN REPLICATION"
                          f"{password_clause(engine, first.replicator_password, first.replicator)}")
    wanted = first.database
    if wanted is not None and not engine.has_database(wanted):
        if not engine.is_folder:
            raise BadVariables(f"POSTGRES_DB={wanted}, but a served file has one database, named {engine.default_database}: "
                               "serve a folder for others")
        statements.append(f"CREATE DATABASE {identifier(wanted)}")
    if statements:
        await run_statements(engine, engine.default_database, statements)
