"""The snapshot that comes with a replication slot, as others import it. The slot's name begins with `rs_`."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.clients.database import Database
from tests.clients.test_replication_commands import Commands

CREATE = "CREATE_REPLICATION_SLOT rs_a LOGICAL test_decoding"
Connection = psycopg.Connection[Any]


@pytest.fixture
def commands(database: Database) -> Iterator[Commands]:
    with Commands(database) as found:
        yield found
        found("DROP_REPLICATION_SLOT rs_a")


def export(commands: Commands, command: str = CREATE) -> str:
    status, rows = commands(command)
    assert status == "ok", rows
    assert isinstance(rows, list)
    return str(rows[0][2])


def import_it(connection: Connection, name: str) -> None:
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    connection.execute(f"SET TRANSACTION SNAPSHOT '{name}'")


def test_exported_snapshot_is_the_state_at_the_slots_position(
        commands: Commands, database: Database, connection: Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS rs_t")
    connection.execute("CREATE TABLE rs_t (a int)")
    connection.execute("INSERT INTO rs_t VALUES (1)")
    connection.commit()
    name = export(commands)
    connection.execute("INSERT INTO rs_t VALUES (2)")
    connection.commit()
    with psycopg.connect(database.dsn(), autocommit=True) as other:
        import_it(other, name)
        assert other.execute("SELECT a FROM rs_t").fetchall() == [(1,)]
        commands("IDENTIFY_SYSTEM")
        assert other.execute("SELECT a FROM rs_t").fetchall() == [(1,)]
        other.execute("COMMIT")
        with pytest.raises(psycopg.errors.UndefinedObject):
            import_it(other, name)
    connection.execute("DROP TABLE rs_t")
    connection.commit()


@pytest.mark.parametrize("command", ["SELECT 1", "IDENTIFY_SYSTEM", "nonsense"])
def test_any_command_ends_the_export(commands: Commands, database: Database, command: str) -> None:
    name = export(commands)
    commands(command)
    with psycopg.connect(database.dsn(), autocommit=True) as other, pytest.raises(psycopg.errors.UndefinedObject):
        import_it(other, name)


@pytest.mark.parametrize("how", ["(SNAPSHOT 'nothing')", "NOEXPORT_SNAPSHOT"])
def test_nothing_is_exported_if_nothing_is_wanted(commands: Commands, how: str) -> None:
    assert export(commands, f"{CREATE} {how}") == "None"
