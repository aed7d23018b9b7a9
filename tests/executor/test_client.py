"""Settings that act on the connection, and what a session knows of its client, as with PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18


@pytest.fixture(params=["pgquill", "postgres18"])
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    server: PgquillServer | Postgres18 = request.getfixturevalue(request.param)
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as found:
        yield found


def show(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute(f"SHOW {name}".encode()).fetchone()
    assert row is not None
    return str(row[0])


SYSTEM = {"tcp_keepalives_idle": "tcp_keepalive_time", "tcp_keepalives_interval": "tcp_keepalive_intvl",
          "tcp_keepalives_count": "tcp_keepalive_probes"}


@pytest.mark.parametrize("name", SYSTEM)
def test_keepalive_setting_shows_what_is_in_force(connection: psycopg.Connection[Any], name: str) -> None:
    with open(f"/proc/sys/net/ipv4/{SYSTEM[name]}") as file:
        own = file.read().strip()
    assert show(connection, name) == own
    for value, shown in (("10", "10"), ("0", own), ("20", "20"), ("1000000", "20"), ("DEFAULT", own)):
        connection.execute(f"SET {name} = {value}".encode())
        assert show(connection, name) == shown


def test_user_timeout_has_no_unit_when_shown(connection: psycopg.Connection[Any]) -> None:
    assert show(connection, "tcp_user_timeout") == "0"
    connection.execute("SET tcp_user_timeout = '3s'")
    assert show(connection, "tcp_user_timeout") == "3000"
    rows = connection.execute("SELECT setting, unit, source, reset_val FROM pg_settings WHERE name = 'tcp_user_timeout'")
    assert rows.fetchall() == [("3000", "ms", "session", "0")]


def test_keepalive_setting_is_undone_with_its_transaction(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET tcp_keepalives_count = 5")
    with connection.transaction(force_rollback=True):
        connection.execute("SET tcp_keepalives_count = 6")
        with connection.transaction():
            connection.execute("SET LOCAL tcp_keepalives_count = 7")
            assert show(connection, "tcp_keepalives_count") == "7"
    assert show(connection, "tcp_keepalives_count") == "5"


@pytest.mark.parametrize(("value", "shown"), [("0", "0"), ("1500", "1500ms"), ("'1min'", "1min")])
def test_check_interval_is_shown_with_its_unit(connection: psycopg.Connection[Any], value: str, shown: str) -> None:
    connection.execute(f"SET client_connection_check_interval = {value}".encode())
    assert show(connection, "client_connection_check_interval") == shown


def test_addresses_are_those_of_the_socket(connection: psycopg.Connection[Any]) -> None:
    found = connection.execute(
        "SELECT host(inet_client_addr()), inet_client_port(), host(inet_server_addr()), inet_server_port(), "
        "host(client_addr), client_port FROM pg_stat_activity WHERE pid = pg_backend_pid()").fetchone()
    assert found is not None
    address, port, server_address, server_port, shown_address, shown_port = found
    assert (address, server_address, server_port) == ("127.0.0.1", "127.0.0.1", connection.info.port)
    assert (shown_address, shown_port) == (address, port)
    assert port > 0
