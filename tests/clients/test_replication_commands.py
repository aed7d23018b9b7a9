"""Replication commands on a connection of libpq: what PostgreSQL 18 says, we say. Slots of these tests begin with `rc_`."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.pq import ExecStatus

from tests.clients.database import Database

Answer = tuple[str, list[list[str | None]]] | tuple[str, str]
"""("ok", rows) or (SQLSTATE, message)."""


class Commands:
    """A replication connection."""

    def __init__(self, database: Database, kind: str = "database") -> None:
        self._connection = psycopg.connect(database.dsn() + f" replication={kind}", autocommit=True)

    def __enter__(self) -> "Commands":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __call__(self, text: str) -> Answer:
        result = self._connection.pgconn.exec_(text.encode())
        if result.status == ExecStatus.FATAL_ERROR:
            state = result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b""
            message = result.error_field(psycopg.pq.DiagnosticField.MESSAGE_PRIMARY) or b""
            return state.decode(), message.decode()
        if result.status == ExecStatus.COPY_BOTH:
            return "copy", []
        rows = [[None if (value := result.get_value(row, column)) is None else value.decode()
                 for column in range(result.nfields)] for row in range(result.ntuples)]
        return "ok", rows


@pytest.fixture
def commands(database: Database) -> Iterator[Commands]:
    with Commands(database) as found:
        yield found
        for name in ("rc_a", "rc_b"):
            found("ROLLBACK")
            found(f"DROP_REPLICATION_SLOT {name}")


@pytest.mark.parametrize(("text", "answer"), [
    ("identify_system", ("42601", 'syntax error at or near "identify_system"')),
    ('CREATE_REPLICATION_SLOT "A" LOGICAL pgoutput', ("42602", 'replication slot name "A" contains invalid character')),
    ("CREATE_REPLICATION_SLOT rc_a LOGICAL nope", ("42501", 'library "nope" may not be used as an output plugin')),
    ("CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput (FOO)", ("XX000", "unrecognized option: foo")),
    ("CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput (SNAPSHOT 'x')",
     ("22023", 'unrecognized value for CREATE_REPLICATION_SLOT option "snapshot": "x"')),
    ("CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput USE_SNAPSHOT",
     ("XX000", "CREATE_REPLICATION_SLOT ... (SNAPSHOT 'use') must be called inside a transaction")),
    ("READ_REPLICATION_SLOT rc_b", ("ok", [[None, None, None]])),
    ("START_REPLICATION SLOT rc_b LOGICAL 0/0", ("42704", 'replication slot "rc_b" does not exist')),
    ("DROP_REPLICATION_SLOT rc_b", ("42704", 'replication slot "rc_b" does not exist')),
    ("TIMELINE_HISTORY 1", ("58P01", 'could not open file "pg_wal/00000001.history": No such file or directory')),
    ("SELECT 1", ("ok", [["1"]])),
    ("SHOW nope", ("42704", 'unrecognized configuration parameter "nope"')),
    ("SHOW standard_conforming_strings", ("ok", [["on"]])),
])
def test_answer(commands: Commands, text: str, answer: Answer) -> None:
    assert commands(text) == answer
    assert commands("SELECT 2") == ("ok", [["2"]])


def test_slot_lives_from_its_creation_to_its_end(commands: Commands, database: Database) -> None:
    (outcome, rows) = commands("CREATE_REPLICATION_SLOT rc_a LOGICAL test_decoding (SNAPSHOT 'nothing')")
    assert outcome == "ok"
    assert [rows[0][0], *rows[0][2:]] == ["rc_a", None, "test_decoding"]
    assert commands("CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput") == ("42710", 'replication slot "rc_a" already exists')
    assert commands("READ_REPLICATION_SLOT rc_a")[0] == "0A000"
    assert commands("ALTER_REPLICATION_SLOT rc_a (FAILOVER true)")[0] == "ok"
    assert commands("START_REPLICATION SLOT rc_a PHYSICAL 0/0") == (
        "55000", "cannot use a logical replication slot for physical replication")
    with Commands(database) as other:
        assert other("START_REPLICATION SLOT rc_a LOGICAL 0/0") == ("copy", [])
        assert commands("DROP_REPLICATION_SLOT rc_a")[1].startswith('replication slot "rc_a" is active for PID ')  # type: ignore[union-attr]
        assert commands("START_REPLICATION SLOT rc_a LOGICAL 0/0")[0] == "55006"
    assert commands("DROP_REPLICATION_SLOT rc_a WAIT")[0] == "ok"
    assert commands("DROP_REPLICATION_SLOT rc_a") == ("42704", 'replication slot "rc_a" does not exist')


def test_temporary_slot_goes_with_its_connection(commands: Commands, database: Database) -> None:
    with Commands(database) as other:
        assert other("CREATE_REPLICATION_SLOT rc_a TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')")[0] == "ok"
        assert commands("CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput")[0] == "42710"
        other("SELECT 1")
    assert commands("CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput (SNAPSHOT 'nothing')")[0] in ("ok", "42710")


def test_identify_system_tells_who_where_and_which_database(commands: Commands, database: Database) -> None:
    _, ((system, timeline, position, name),) = commands("IDENTIFY_SYSTEM")  # type: ignore[misc]
    assert system is not None and system.isdigit()
    assert timeline == "1"
    assert position is not None and "/" in position
    assert name == database.name


def test_transaction_uses_the_state_at_the_slots_position(commands: Commands, connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE TABLE t(a int PRIMARY KEY)")
    connection.execute("INSERT INTO t VALUES (1)")
    assert commands("BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ")[0] == "ok"
    assert commands("CREATE_REPLICATION_SLOT rc_a TEMPORARY LOGICAL pgoutput USE_SNAPSHOT")[0] == "ok"
    connection.execute("INSERT INTO t VALUES (2)")
    assert commands("SELECT a FROM t") == ("ok", [["1"]])
    assert commands("COMMIT")[0] == "ok"
    assert commands("SELECT a FROM t") == ("ok", [["1"], ["2"]])


@pytest.mark.parametrize(("begin", "command", "message"), [
    ("BEGIN", "CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput",
     "CREATE_REPLICATION_SLOT ... (SNAPSHOT 'export') must not be called inside a transaction"),
    ("BEGIN", "CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput USE_SNAPSHOT",
     "CREATE_REPLICATION_SLOT ... (SNAPSHOT 'use') must be called in REPEATABLE READ isolation mode transaction"),
    ("BEGIN ISOLATION LEVEL REPEATABLE READ", "CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput USE_SNAPSHOT",
     "CREATE_REPLICATION_SLOT ... (SNAPSHOT 'use') must be called in a read-only transaction"),
    ("BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ; SELECT 1", "CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput USE_SNAPSHOT",
     "CREATE_REPLICATION_SLOT ... (SNAPSHOT 'use') must be called before any query"),
])
def test_snapshot_that_does_not_fit_is_refused(commands: Commands, begin: str, command: str, message: str) -> None:
    for statement in begin.split("; "):
        assert commands(statement)[0] == "ok"
    assert commands(command) == ("XX000", message)
    assert commands("IDENTIFY_SYSTEM") == (
        "25P02", "current transaction is aborted, commands ignored until end of transaction block")


def test_extended_protocol_is_refused(database: Database) -> None:
    with psycopg.connect(database.dsn() + " replication=database", autocommit=True) as connection:
        result = connection.pgconn.exec_params(b"SELECT 1", [])
        assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"08P01"
        assert b"extended query protocol not supported in a replication connection" in result.error_message
        assert connection.pgconn.exec_(b"SELECT 1").status == ExecStatus.TUPLES_OK


def test_physical_connection_takes_no_sql(database: Database) -> None:
    with Commands(database, "true") as commands:
        outcome, rows = commands("IDENTIFY_SYSTEM")
        assert outcome == "ok"
        assert rows[0][3] is None  # type: ignore[index]
        assert commands("SELECT 1") == ("0A000", "cannot execute SQL commands in WAL sender for physical replication")
        assert commands("CREATE_REPLICATION_SLOT rc_a LOGICAL pgoutput") == (
            "55000", "logical decoding requires a database connection")


def test_role_without_the_attribute_is_refused(database: Database, connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE ROLE rc_plain LOGIN")
    try:
        with pytest.raises(psycopg.OperationalError, match="permission denied to start WAL sender"):
            psycopg.connect(database.dsn().replace("user=postgres", "user=rc_plain") + " replication=database")
    finally:
        connection.execute("DROP ROLE rc_plain")
