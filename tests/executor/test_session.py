"""Sessions beside each other, and the extended protocol: what one does must not show in another.

Each expectation was checked against PostgreSQL 18.
"""

import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg import pq

from tests.executor.session_scripts import check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
INT4 = 23
NAMES = ("cursors_and_blocks", "maintenance_options", "prepared_and_read_only", "copy_and_modes")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("sessions"))
    yield started
    started.stop()


class Clients:
    """Connections in autocommit to one new database."""

    def __init__(self, dsn: str, stack: ExitStack) -> None:
        self.dsn = dsn
        self.stack = stack

    def __call__(self, user: str = "postgres") -> psycopg.Connection[Any]:
        return self.stack.enter_context(psycopg.connect(self.dsn, user=user, autocommit=True))


@pytest.fixture
def clients(server: PgquillServer) -> Iterator[Clients]:
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS sessions")
        admin.execute("CREATE DATABASE sessions")
    with ExitStack() as stack:
        yield Clients(server.dsn("sessions"), stack)


@pytest.mark.parametrize("name", NAMES)
def test_script_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)


def one(connection: psycopg.Connection[Any], sql: str) -> Any:
    """The only value of a simple query."""
    result = connection.pgconn.exec_(sql.encode())
    assert result.status == pq.ExecStatus.TUPLES_OK, result.error_message
    return result.get_value(0, 0)


def test_user_in_search_path_gives_each_user_his_own_table(clients: Clients) -> None:
    first, second = clients("alice"), clients("bob")
    first.execute("CREATE SCHEMA alice")
    first.execute("CREATE TABLE alice.t AS SELECT 'of alice' AS x")
    first.execute("CREATE TABLE public.t AS SELECT 'of all' AS x")
    assert one(first, "SELECT x FROM t") == b"of alice"
    assert one(second, "SELECT x FROM t") == b"of all"


def test_plan_kept_by_another_session_is_not_changed_by_its_search_path(clients: Clients) -> None:
    first, second = clients().pgconn, clients().pgconn
    for sql in ("CREATE SCHEMA s2", "CREATE TABLE t AS SELECT 1 AS i", "CREATE TABLE s2.t AS SELECT 2 AS i"):
        assert first.exec_(sql.encode()).status == pq.ExecStatus.COMMAND_OK
    first.prepare(b"p", b"SELECT i FROM t")
    first.exec_(b"SET search_path = s2")
    first.exec_(b"CREATE TABLE other (i int)")
    assert first.exec_prepared(b"p", []).get_value(0, 0) == b"2"
    second.prepare(b"p", b"SELECT i FROM t")
    assert second.exec_prepared(b"p", []).get_value(0, 0) == b"1"


def test_parameter_keeps_its_type_when_the_column_changes(clients: Clients) -> None:
    connection = clients().pgconn
    connection.exec_(b"CREATE TABLE t (i int)")
    connection.prepare(b"p", b"INSERT INTO t VALUES ($1)")
    connection.exec_(b"ALTER TABLE t ALTER i TYPE text")
    inserted = connection.exec_prepared(b"p", [struct.pack("!i", 7)], [1])
    assert inserted.status == pq.ExecStatus.COMMAND_OK, inserted.error_message
    assert connection.exec_(b"SELECT i FROM t").get_value(0, 0) == b"7"
    assert connection.describe_prepared(b"p").param_type(0) == INT4


def test_lock_timeout_set_within_a_transaction_ends_the_wait(clients: Clients) -> None:
    first, second = clients(), clients()
    first.execute("CREATE TABLE t (i int)")
    first.execute("INSERT INTO t VALUES (1)")
    first.execute("BEGIN")
    first.execute("UPDATE t SET i = 2")
    second.execute("BEGIN")
    second.execute("SELECT * FROM t")
    second.execute("SET LOCAL lock_timeout = '50ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        second.execute("UPDATE t SET i = 3")


def test_advisory_lock_goes_to_the_next_at_rollback_to_savepoint(clients: Clients) -> None:
    first, second = clients(), clients()
    first.execute("BEGIN")
    first.execute("SAVEPOINT s")
    first.execute("SELECT pg_advisory_xact_lock(1)")
    taken: list[Any] = []
    waiter = threading.Thread(target=lambda: taken.append(one(second, "SELECT pg_advisory_lock(1) IS NOT NULL")))
    waiter.start()
    first.execute("ROLLBACK TO s")
    waiter.join(10)
    assert taken == [b"t"]
    first.execute("ROLLBACK")


def test_fetch_from_binary_cursor_gives_binary_values(clients: Clients) -> None:
    connection = clients().pgconn
    connection.exec_(b"BEGIN")
    connection.exec_(b"DECLARE c BINARY CURSOR FOR SELECT 7")
    found = connection.exec_(b"FETCH c")
    assert (found.fformat(0), found.get_value(0, 0)) == (1, struct.pack("!i", 7))


def test_fetch_in_binary_format_says_so(clients: Clients) -> None:
    connection = clients().pgconn
    connection.exec_(b"BEGIN")
    connection.exec_(b"DECLARE c CURSOR FOR SELECT 7, 'x'::text")
    found = connection.exec_params(b"FETCH c", [], result_format=1)
    assert (found.fformat(0), found.get_value(0, 0)) == (1, struct.pack("!i", 7))


def test_times_of_statements_and_cursors_are_those_of_their_making(clients: Clients) -> None:
    connection = clients()
    connection.execute("PREPARE p AS SELECT 1")
    connection.pgconn.prepare(b"q", b"SELECT 2")
    recent = "prepare_time BETWEEN now() - interval '1 minute' AND clock_timestamp()"
    assert one(connection, f"SELECT count(*) FROM pg_prepared_statements WHERE {recent}") == b"2"
    connection.execute("BEGIN")
    connection.execute("DECLARE c CURSOR FOR SELECT 1")
    before = one(connection, "SELECT creation_time FROM pg_cursors")
    assert one(connection, "SELECT creation_time FROM pg_cursors") == before


def test_notices_below_client_min_messages_are_not_sent(clients: Clients) -> None:
    connection = clients()
    notices: list[str | None] = []
    connection.add_notice_handler(lambda notice: notices.append(notice.severity))
    connection.execute("DROP TABLE IF EXISTS nosuch")
    connection.execute("SET client_min_messages = warning")
    connection.execute("DROP TABLE IF EXISTS nosuch")
    connection.execute("COMMIT")
    connection.execute("SET client_min_messages = error")
    connection.execute("COMMIT")
    assert notices == ["NOTICE", "WARNING"]


def test_null_comparison_setting_of_one_session_is_not_another_ones(clients: Clients) -> None:
    first, second = clients(), clients()
    first.execute("SET transform_null_equals = on")
    assert one(first, "SELECT (NULL::int) = NULL") == b"t"
    assert one(second, "SELECT ((NULL::int) = NULL) IS NULL") == b"t"
    assert second.pgconn.exec_(b"SELECT (NULL::int) = NULL").get_value(0, 0) is None


@pytest.mark.parametrize(("setting", "sqlstate"), [
    ("nosuch = 1", "42704"), ("work_mem = 'x'", "22023"), ("max_connections = 5", "55P02"), ("datestyle = 'x'", "22023"),
])  # fmt: skip
def test_wrong_default_of_a_database_is_refused_when_it_is_set(clients: Clients, setting: str, sqlstate: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        clients().execute(f"ALTER DATABASE sessions SET {setting}".encode())
    assert refused.value.sqlstate == sqlstate
    clients().execute("SELECT 1")


def test_defaults_of_a_database_are_those_of_new_sessions(clients: Clients) -> None:
    clients().execute("ALTER DATABASE sessions SET search_path = s2, public")
    clients().execute("ALTER DATABASE sessions SET work_mem = '7MB'")
    new = clients()
    assert (one(new, "SHOW search_path"), one(new, "SHOW work_mem")) == (b"s2, public", b"7MB")
    clients().execute("ALTER DATABASE sessions RESET ALL")
    assert one(clients(), "SHOW work_mem") == b"4MB"


def test_comment_on_the_database_is_found_by_its_oid(clients: Clients) -> None:
    connection = clients()
    connection.execute("COMMENT ON DATABASE sessions IS 'hello'")
    found = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    assert one(connection, found) == b"hello"
    assert one(connection, "SELECT description FROM pg_shdescription JOIN pg_database ON objoid = pg_database.oid "
                           "WHERE datname = current_database()") == b"hello"


def test_options_of_create_database_that_would_be_acted_on_are_refused(clients: Clients) -> None:
    for option in ("ALLOW_CONNECTIONS false", "CONNECTION LIMIT 0", "IS_TEMPLATE true", "ENCODING 'LATIN1'"):
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            clients().execute(f"CREATE DATABASE refused {option}".encode())


def test_file_that_somebody_put_there_does_not_become_a_new_database(server: PgquillServer, clients: Clients) -> None:
    assert not isinstance(server.path, str)
    (server.path / "put_there.db").write_bytes(b"")
    with pytest.raises(psycopg.Error) as refused:
        clients().execute("CREATE DATABASE put_there")
    assert refused.value.sqlstate == "58P02"


@pytest.mark.parametrize(("statement", "then"), [
    (b"CREATE TABLE made AS SELECT $1::int AS i", b"SELECT i FROM made"),
    (b"SELECT $1::int AS i INTO made", b"SELECT i FROM made"),
    (b"DECLARE c CURSOR WITH HOLD FOR SELECT $1::int", b"FETCH c"),
])  # fmt: skip
def test_query_of_a_command_takes_parameters(clients: Clients, statement: bytes, then: bytes) -> None:
    connection = clients().pgconn
    assert connection.prepare(b"p", statement).status == pq.ExecStatus.COMMAND_OK
    assert connection.describe_prepared(b"p").param_type(0) == INT4
    done = connection.exec_prepared(b"p", [struct.pack("!i", 7)], [1])
    assert done.status == pq.ExecStatus.COMMAND_OK, done.error_message
    assert connection.exec_(then).get_value(0, 0) == b"7"


@pytest.mark.parametrize("statement", [
    b"CREATE TABLE made AS SELECT $1::int AS i", b"DECLARE c CURSOR WITH HOLD FOR SELECT $1::int", b"EXPLAIN SELECT $1::int",
])  # fmt: skip
def test_parameter_in_a_simple_query_does_not_exist(clients: Clients, statement: bytes) -> None:
    assert clients().pgconn.exec_(statement).error_field(pq.DiagnosticField.SQLSTATE) == b"42P02"


def test_reading_a_sequence_is_not_supported(clients: Clients) -> None:
    connection = clients()
    connection.execute("CREATE SEQUENCE s")
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        connection.execute("SELECT last_value FROM s")


def test_database_created_by_two_at_once_is_made_by_one(clients: Clients) -> None:
    connections = [clients() for _ in range(4)]
    states: list[str | None] = []

    def create(connection: psycopg.Connection[Any]) -> None:
        result = connection.pgconn.exec_(b"CREATE DATABASE made_once TEMPLATE sessions")
        sqlstate = result.error_field(pq.DiagnosticField.SQLSTATE)
        states.append(None if sqlstate is None else sqlstate.decode())

    threads = [threading.Thread(target=create, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(states, key=str) == ["42P04", "42P04", "42P04", None]
