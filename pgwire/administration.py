"""Statements that the command line runs as the bootstrap superuser: making roles and databases without a client."""

from collections.abc import Sequence
from typing import Any

from executor.roles.verifier import make_verifier
from pgwire.contract import Engine

SUPERUSER = "SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS"
"""What a superuser made by us may do besides: as the one that initdb makes."""
BOOTSTRAP = "postgres"


def identifier(name: str) -> str:
    """A name in a statement."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string in a statement (standard_conforming_strings is always on)."""
    return "'" + text.replace("'", "''") + "'"


def verifier_of(engine: Engine, password: str, role: str) -> str:
    """What is kept of a password. It is made here, so that no statement has the password itself."""
    return make_verifier(password, role, encryption=str(engine.server_setting("password_encryption")),
                         iterations=int(engine.server_setting("scram_iterations")))


def password_clause(engine: Engine, password: str | None, role: str) -> str:
    """PASSWORD with what is kept of it; "" for none."""
    return "" if password is None else f" PASSWORD {literal(verifier_of(engine, password, role))}"


async def run_statements(engine: Engine, database: str, statements: Sequence[str]) -> None:
    """Run each in its own transaction, as the superuser that is there from the start. Raises SqlError."""
    session: Any = await engine.connect(database, bootstrap_of(engine), {})
    try:
        for text in statements:
            for raw in session.split(text):
                portal = await session.prepare_simple(raw)
                await portal.start()
                await session.sync()
    finally:
        await session.terminate()


def bootstrap_of(engine: Engine) -> str:
    """The name of the superuser that is there from the start; it may have been renamed."""
    return engine.bootstrap_name
