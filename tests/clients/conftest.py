"""A server for real clients: pgquill serving a folder, and a database of its own for every test.

With PGQUILL_CLIENTS_AGAINST=postgres18 in the environment the same tests run against PostgreSQL 18, which is how their
expectations were checked. Tests of what only pgquill has ask for `serve_pgquill`.
"""

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg
import pytest

from tests.clients.database import Database
from tests.pgquill_server import PgquillServer
from tests.postgres18 import Unavailable, find_programs

_numbers = count(1)


@pytest.fixture(scope="session")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The server all tests of this folder share (one a worker under xdist)."""
    if os.environ.get("PGQUILL_CLIENTS_AGAINST") == "postgres18":
        yield request.getfixturevalue("postgres18")
        return
    server = PgquillServer(tmp_path_factory.mktemp("clients"))
    yield server
    server.stop()


def new_database(served: Any) -> Iterator[Database]:
    """Make an empty database, and drop it afterwards."""
    name = f"clients_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(served.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    yield Database(served.host, served.port, served.user, name)
    with psycopg.connect(served.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(served: Any) -> Iterator[Database]:
    """An empty database for one test."""
    yield from new_database(served)


@pytest.fixture(scope="module")
def module_database(served: Any) -> Iterator[Database]:
    """A database for the tests of one module."""
    yield from new_database(served)


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A psycopg connection with autocommit to the test's database."""
    with psycopg.connect(database.dsn(), autocommit=True) as found:
        yield found


@pytest.fixture(scope="session")
def psql18() -> str:
    """PostgreSQL 18's psql."""
    try:
        return str(find_programs() / "psql")
    except Unavailable as why:
        pytest.skip(str(why))
