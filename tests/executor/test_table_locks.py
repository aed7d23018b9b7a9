"""Table locks between sessions: who waits for whom, what is found after a wait, and how waiting is shown and ends.

Each expectation was checked against PostgreSQL 18.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg import errors, pq

from tests.clients.sessions import Waiting, until_it_waits
from tests.executor.session_scripts import check_script, fresh
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("table_locks"))
    yield started
    started.stop()


@pytest.fixture
def dsn(server: PgquillServer) -> Iterator[str]:
    yield fresh(server, "table_locks")
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("DROP DATABASE table_locks WITH (FORCE)")


@pytest.fixture
def sessions(dsn: str) -> Iterator[tuple[Connection, Connection, Connection]]:
    """Three sessions, and tables t (one row) and u."""
    with ExitStack() as stack:
        one, two, three = (stack.enter_context(psycopg.connect(dsn, autocommit=True)) for _ in range(3))
        one.execute("CREATE TABLE t (i int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE u (i int); CREATE SEQUENCE s")
        yield one, two, three


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql.encode()).fetchall()


def waiting(observer: Connection, connection: Connection, work: Callable[[], Any]) -> Waiting:
    """Start something, and give it back when it waits for a lock."""
    started = Waiting(work)
    until_it_waits(observer, connection.info.backend_pid)
    return started


def test_locks_are_taken_and_refused_as_by_postgresql(server: PgquillServer) -> None:
    check_script(server, "table_locks")


def test_reader_waits_for_access_exclusive_and_the_wait_is_shown(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; LOCK t")
    reader = waiting(three, two, lambda: rows(two, "SELECT i FROM t"))
    holder, waiter = one.info.backend_pid, two.info.backend_pid
    assert rows(three, "SELECT pid, relation::regclass::text, mode, granted, waitstart IS NULL FROM pg_locks WHERE"
                       " relation = 't'::regclass ORDER BY granted") == [
        (waiter, "t", "AccessShareLock", False, False), (holder, "t", "AccessExclusiveLock", True, True)]
    assert rows(three, f"SELECT wait_event_type, wait_event, state FROM pg_stat_activity WHERE pid = {waiter}") == [
        ("Lock", "relation", "active")]
    assert rows(three, f"SELECT pg_blocking_pids({waiter}), pg_blocking_pids({holder}),"
                       f" pg_isolation_test_session_is_blocked({waiter}, ARRAY[{holder}, 1]),"
                       f" pg_isolation_test_session_is_blocked({waiter}, ARRAY[1])") == [([holder], [], True, False)]
    one.execute("INSERT INTO t VALUES (2); COMMIT")
    assert reader.done() == [(1,), (2,)]
    assert rows(three, "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass") == [(0,)]


def test_table_that_is_gone_after_the_wait_is_not_found(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; DROP TABLE t")
    reader = waiting(three, two, lambda: rows(two, "SELECT i FROM t"))
    one.execute("COMMIT")
    with pytest.raises(errors.UndefinedTable, match='relation "t" does not exist'):
        reader.done()


def test_statement_uses_the_table_as_it_is_after_the_wait(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; ALTER TABLE t ADD COLUMN j int DEFAULT 5")
    reader = waiting(three, two, lambda: rows(two, "SELECT * FROM t"))
    one.execute("COMMIT")
    assert reader.done() == [(1, 5)]


def test_ddl_waits_for_readers_and_others_queue_behind_it(sessions: tuple[Connection, ...], dsn: str) -> None:
    one, two, three = sessions
    with psycopg.connect(dsn, autocommit=True) as four:
        one.execute("BEGIN; SELECT * FROM t")
        altering = waiting(four, two, lambda: two.execute("ALTER TABLE t RENAME TO renamed"))
        reading = waiting(four, three, lambda: rows(three, "SELECT * FROM t"))
        assert rows(four, f"SELECT pg_blocking_pids({three.info.backend_pid})") == [([two.info.backend_pid],)]
        assert rows(one, "SELECT * FROM t") == [(1,)]  # who holds it already does not queue
        one.execute("COMMIT")
        altering.done()
        with pytest.raises(errors.UndefinedTable):
            reading.done()


def test_ddl_looks_its_names_up_again_after_the_wait(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; ALTER TABLE t RENAME TO old; ALTER TABLE u RENAME TO t; ALTER TABLE old RENAME TO u")
    altering = waiting(three, two, lambda: two.execute("ALTER TABLE t ADD COLUMN j int"))
    one.execute("COMMIT")
    altering.done()
    assert rows(three, "SELECT * FROM u") == [(1,)]
    assert rows(three, "SELECT count(j) FROM t") == [(0,)]


def test_deadlock_is_told_with_who_waits_for_whom(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; LOCK t")
    two.execute("BEGIN; SET LOCAL deadlock_timeout = '10s'; LOCK u")
    three.execute("SELECT 1")
    first = waiting(three, two, lambda: two.execute("LOCK t IN SHARE MODE"))
    one.execute("SET LOCAL deadlock_timeout = '10ms'")
    with pytest.raises(errors.DeadlockDetected) as raised:
        one.execute("SELECT * FROM u")
    one.execute("ROLLBACK")
    first.done()
    told = raised.value.diag
    a, b = one.info.backend_pid, two.info.backend_pid
    detail = re.sub(r"relation \d+ of database \d+", "R", told.message_detail or "")
    assert detail == (f"Process {a} waits for AccessShareLock on R; blocked by process {b}.\n"
                      f"Process {b} waits for ShareLock on R; blocked by process {a}.")
    assert (told.message_primary, told.message_hint) == ("deadlock detected", "See server log for query details.")


def test_upgrades_of_one_lock_that_exclude_each_other_are_refused_at_once(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    for each in (one, two):
        each.execute("BEGIN; SET LOCAL deadlock_timeout = '1h'; LOCK t IN ACCESS SHARE MODE")
    first = waiting(three, one, lambda: one.execute("LOCK t"))
    with pytest.raises(errors.DeadlockDetected):
        two.execute("LOCK t")
    two.execute("ROLLBACK")
    first.done()


def test_nextval_waits_for_alter_sequence(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; ALTER SEQUENCE s RESTART WITH 100")
    taking = waiting(three, two, lambda: rows(two, "SELECT nextval('s')"))
    one.execute("COMMIT")
    assert taking.done() == [(100,)]


def test_wait_for_a_table_ends_by_timeout_and_by_cancel(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; LOCK t")
    two.execute("SET statement_timeout = '20ms'")
    with pytest.raises(errors.QueryCanceled, match="statement timeout"):
        two.execute("SELECT * FROM t")
    two.execute("RESET statement_timeout")
    reader = waiting(three, two, lambda: rows(two, "SELECT * FROM t"))
    two.cancel()
    with pytest.raises(errors.QueryCanceled, match="user request"):
        reader.done()
    assert rows(three, "SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]


def test_end_of_a_session_gives_its_locks_back(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; LOCK t; SELECT pg_advisory_lock(1)")
    reader = waiting(three, two, lambda: rows(two, "SELECT pg_advisory_lock(1) IS NOT NULL FROM t"))
    one.close()
    assert reader.done() == [(True,)]


def test_rollback_to_a_savepoint_gives_its_locks_to_the_next(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    one.execute("BEGIN; SELECT * FROM u; SAVEPOINT a; LOCK t; SELECT * FROM u")
    reader = waiting(three, two, lambda: rows(two, "SELECT * FROM t"))
    one.execute("ROLLBACK TO a")
    assert reader.done() == [(1,)]
    assert rows(one, "SELECT relation::regclass::text FROM pg_locks WHERE relation IN ('t'::regclass, 'u'::regclass)") == [("u",)]


def test_row_that_is_waited_for_is_shown_as_a_transaction(sessions: tuple[Connection, ...], dsn: str) -> None:
    one, two, three = sessions
    with psycopg.connect(dsn, autocommit=True) as four:
        one.execute("BEGIN; UPDATE t SET i = 1")
        first = waiting(four, two, lambda: two.execute("UPDATE t SET i = 2"))
        second = waiting(four, three, lambda: three.execute("UPDATE t SET i = 3"))
        a, b, c = (each.info.backend_pid for each in (one, two, three))
        assert rows(four, "SELECT w.pid, h.pid FROM pg_locks w JOIN pg_locks h ON h.granted AND h.transactionid ="
                          " w.transactionid WHERE NOT w.granted") == [(b, a)]
        assert rows(four, "SELECT pid, granted FROM pg_locks WHERE locktype = 'tuple' AND relation = 't'::regclass"
                          " ORDER BY granted") == [(c, False), (b, True)]
        assert rows(four, f"SELECT pid, wait_event FROM pg_stat_activity WHERE pid IN ({b}, {c}) ORDER BY pid = {c}") == [
            (b, "transactionid"), (c, "tuple")]
        assert rows(four, f"SELECT pg_blocking_pids({b})") == [([a],)]
        one.execute("COMMIT")
        first.done()
        second.done()
    assert rows(one, "SELECT i FROM t") == [(3,)]


def test_vacuum_leaves_tables_out_that_others_hold(sessions: tuple[Connection, ...]) -> None:
    one, two, three = sessions
    heard: list[tuple[Any, ...]] = []
    two.add_notice_handler(lambda diag: heard.append((diag.severity, diag.sqlstate, diag.message_primary)))
    one.execute("BEGIN; LOCK t IN SHARE MODE")
    for command in ("VACUUM (SKIP_LOCKED)", "VACUUM (SKIP_LOCKED, ANALYZE) t, u", "ANALYZE (SKIP_LOCKED) u, t",
                    "VACUUM (SKIP_LOCKED, FULL) t"):
        two.execute(command.encode())
    assert heard == [("WARNING", "55P03", 'skipping vacuum of "t" --- lock not available'),
                     ("WARNING", "55P03", 'skipping analyze of "t" --- lock not available'),
                     ("WARNING", "55P03", 'skipping vacuum of "t" --- lock not available')]
    vacuuming = waiting(three, two, lambda: two.execute("VACUUM t"))
    one.execute("COMMIT")
    vacuuming.done()
    assert rows(three, "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass") == [(0,)]


@pytest.mark.parametrize(("command", "warnings"), [
    ("VACUUM kept, dropped", ["vacuum"]), ("ANALYZE kept, dropped", ["analyze"]), ("VACUUM ANALYZE kept, dropped", ["vacuum"]),
    ("VACUUM whole", []), ("ANALYZE whole", []),
])  # fmt: skip
def test_vacuum_leaves_tables_out_that_are_dropped_meanwhile(sessions: tuple[Connection, ...], command: str,
                                                             warnings: list[str]) -> None:
    """As PostgreSQL's own vacuum-concurrent-drop: it speaks of those that were named."""
    one, two, three = sessions
    one.execute("CREATE TABLE whole (a int) PARTITION BY LIST (a); CREATE TABLE kept PARTITION OF whole FOR VALUES IN (1);"
                "CREATE TABLE dropped PARTITION OF whole FOR VALUES IN (2)")
    heard: list[tuple[Any, ...]] = []
    two.add_notice_handler(lambda diag: heard.append((diag.severity, diag.sqlstate, diag.message_primary)))
    one.execute("BEGIN; LOCK kept IN SHARE MODE")
    vacuuming = waiting(three, two, lambda: two.execute(command.encode()))
    one.execute("DROP TABLE dropped; COMMIT")
    vacuuming.done()
    one.execute("DROP TABLE whole")
    assert heard == [("WARNING", "42P01", f'skipping {word} of "dropped" --- relation no longer exists') for word in warnings]


def test_alter_database_set_is_undone_by_rollback(sessions: tuple[Connection, ...], dsn: str) -> None:
    one, _, _ = sessions
    one.execute("BEGIN; ALTER DATABASE table_locks SET work_mem = '8MB'; ROLLBACK")
    one.execute("BEGIN; ALTER DATABASE table_locks SET lock_timeout = '7s'; SAVEPOINT a;"
                " ALTER DATABASE table_locks SET lock_timeout = '8s'; ROLLBACK TO a; COMMIT")
    one.execute("ALTER DATABASE table_locks SET statement_timeout = '9s'")
    with psycopg.connect(dsn) as new:
        assert rows(new, "SELECT current_setting('work_mem'), current_setting('lock_timeout'),"
                         " current_setting('statement_timeout')") == [("4MB", "7s", "9s")]


PIPELINES = [
    (["SELECT 1", "VACUUM"], [None, "25001"]), (["VACUUM", "SELECT 1"], [None, None]), (["VACUUM", "VACUUM"], [None, "25001"]),
    (["INSERT INTO u VALUES (1)", "VACUUM FULL"], [None, "25001"]),
    (["INSERT INTO u VALUES (1)", "DISCARD ALL"], [None, "25001"]),
    (["INSERT INTO u VALUES (1)", "CREATE DATABASE nope"], [None, "25001"]), (["LOCK TABLE t"], ["25P01"]),
    (["INSERT INTO u VALUES (1)", "DROP DATABASE nope"], [None, "25001"]), (["SELECT 1", "LOCK TABLE t"], [None, None]),
    (["SET work_mem = '1MB'", "VACUUM"], [None, "25001"]), (["SELECT 1", "CREATE INDEX CONCURRENTLY ON u (i)"], [None, "25001"]),
    (["SELECT 1", "COMMIT PREPARED 'x'"], [None, "25001"]), (["INSERT INTO u VALUES (1)", "SAVEPOINT a"], [None, "25P01"]),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "states"), PIPELINES)
def test_pipeline_is_a_block_from_its_second_statement_on(
    sessions: tuple[Connection, ...], statements: list[str], states: list[str | None]
) -> None:
    pgconn = sessions[0].pgconn
    pgconn.enter_pipeline_mode()
    for statement in statements:
        pgconn.send_query_params(statement.encode(), None)
    pgconn.pipeline_sync()
    found: list[str | None] = []
    for _ in statements:
        while (result := pgconn.get_result()) is not None:
            state = result.error_field(pq.DiagnosticField.SQLSTATE)
            found.append(None if state is None else state.decode())
    assert pgconn.get_result() is not None  # of the sync
    pgconn.exit_pipeline_mode()
    assert found == states
    assert rows(sessions[1], "SELECT * FROM u") == []
