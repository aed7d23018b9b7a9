"""Cancel requests, pg_cancel_backend and pg_terminate_backend at every moment of a statement."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.clients.database import Database
from tests.clients.sessions import Waiting

Connection = psycopg.Connection[Any]

LONG = "SELECT count(*) FROM generate_series(1, 300000000)"
BLOCKED = {
    "row": ("UPDATE t SET n = 0 WHERE i = 1", "UPDATE t SET n = 1 WHERE i = 1"),
    "row lock": ("UPDATE t SET n = 0 WHERE i = 1", "SELECT * FROM t WHERE i = 1 FOR UPDATE"),
    "unique key": ("INSERT INTO t VALUES (9, 0)", "INSERT INTO t VALUES (9, 1)"),
    "table": ("LOCK TABLE t", "SELECT * FROM t"),
    "advisory lock": ("SELECT pg_advisory_xact_lock(1)", "SELECT pg_advisory_lock(1)"),
}
"""What a session meets: what another one did in its transaction, and the statement that waits for it."""
BUSY = {
    "sleep": "SELECT pg_sleep(60)",
    "query": LONG,
    "change": "INSERT INTO t SELECT g, 0 FROM generate_series(10, 100000000) g",
    "new table": "CREATE TABLE u AS SELECT g FROM generate_series(1, 100000000) g",
    "regular expression": "SELECT repeat('a', 60) ~ '^(a|aa)+$b'",
    "regular expressions": "SELECT count(*) FROM generate_series(1, 1000) g WHERE repeat('x', 100 + g) ~ '(x+x+)+y'",
    "text search": "SELECT length(to_tsvector(repeat('hello wide world ', 5000000)))",
}


@pytest.fixture
def two(database: Database) -> Iterator[tuple[Connection, Connection]]:
    """An observer, and the one who is interrupted."""
    with psycopg.connect(database.dsn(), autocommit=True) as one:
        one.execute("CREATE TABLE t (i int PRIMARY KEY, n int)")
        one.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
        with psycopg.connect(database.dsn(), autocommit=True) as other:
            yield one, other


def by_request(observer: Connection, victim: Connection) -> str:
    victim.cancel()
    return "57014"


def by_cancel_function(observer: Connection, victim: Connection) -> str:
    assert observer.execute("SELECT pg_cancel_backend(%s)", [victim.info.backend_pid]).fetchone() == (True,)
    return "57014"


def by_terminate_function(observer: Connection, victim: Connection) -> str:
    assert observer.execute("SELECT pg_terminate_backend(%s)", [victim.info.backend_pid]).fetchone() == (True,)
    return "57P01"


WAYS = [by_request, by_cancel_function, by_terminate_function]
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
Way = Callable[[Connection, Connection], str]


def until_active(observer: Connection, victim: Connection) -> None:
    query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
    while observer.execute(query, [victim.info.backend_pid]).fetchone() is None:
        pass


def interrupted(observer: Connection, victim: Connection, way: Way, work: Callable[[], Any]) -> None:
    """Do something that takes long, interrupt it, and see that it ends with the right error and nothing else."""
    running = Waiting(work)
    until_active(observer, victim)
    sqlstate = way(observer, victim)
    with pytest.raises(psycopg.Error) as caught:
        running.done()
    assert caught.value.sqlstate == sqlstate
    if sqlstate == "57014":
        assert victim.execute("SELECT 1").fetchone() == (1,)
    else:
        with pytest.raises(psycopg.OperationalError):
            victim.execute("SELECT 1")


@every_way
@pytest.mark.parametrize("name", BLOCKED)
def test_wait_for_a_lock_is_interrupted_and_the_lock_is_not_taken(
        two: tuple[Connection, Connection], connection: Connection, name: str, way: Way) -> None:
    observer, victim = two
    first, second = BLOCKED[name]
    connection.execute("BEGIN")
    connection.execute(first)  # type: ignore[arg-type]
    interrupted(observer, victim, way, lambda: victim.execute(second))  # type: ignore[arg-type]
    connection.execute("COMMIT")
    assert observer.execute("SELECT pg_try_advisory_lock(1)").fetchone() == (True,)
    observer.execute("UPDATE t SET n = 5 WHERE i = 1")
    assert observer.execute("SELECT i, n FROM t WHERE i < 3 ORDER BY i").fetchall() == [(1, 5), (2, 0)]


@every_way
@pytest.mark.parametrize("name", BUSY)
def test_work_is_interrupted_and_leaves_nothing(two: tuple[Connection, Connection], name: str, way: Way) -> None:
    observer, victim = two
    interrupted(observer, victim, way, lambda: victim.execute(BUSY[name]))  # type: ignore[arg-type]
    assert observer.execute("SELECT count(*) FROM t").fetchone() == (2,)
    assert observer.execute("SELECT to_regclass('u')").fetchone() == (None,)
    observer.execute("INSERT INTO t VALUES (10, 0)")


@every_way
def test_statement_in_a_block_is_interrupted_and_the_block_is_undone(two: tuple[Connection, Connection], way: Way) -> None:
    observer, victim = two
    victim.execute("BEGIN")
    victim.execute("UPDATE t SET n = 1")
    running = Waiting(lambda: victim.execute(LONG))
    until_active(observer, victim)
    way(observer, victim)
    with pytest.raises(psycopg.Error):
        running.done()
    if not victim.closed:
        assert victim.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
        victim.execute("ROLLBACK")
    observer.execute("UPDATE t SET n = 2")
    assert observer.execute("SELECT sum(n) FROM t").fetchone() == (4,)


@every_way
def test_copy_from_a_client_that_pauses_is_interrupted(two: tuple[Connection, Connection], way: Way) -> None:
    observer, victim = two
    with pytest.raises(psycopg.Error) as caught, victim.cursor() as cursor, cursor.copy("COPY t FROM STDIN") as copy:
        copy.write("100\t1\n")
        sqlstate = way(observer, victim)
        for _ in range(1_000_000):  # until the server's answer has come
            copy.write("\n")
    assert caught.value.sqlstate in (sqlstate, None)
    assert observer.execute("SELECT count(*) FROM t").fetchone() == (2,)


def test_session_whose_client_does_not_read_its_result_is_terminated(two: tuple[Connection, Connection]) -> None:
    observer, victim = two
    victim.pgconn.send_query(b"COPY (SELECT repeat('x', 10000) FROM generate_series(1, 100000)) TO STDOUT")
    victim.pgconn.flush()
    until_active(observer, victim)
    by_terminate_function(observer, victim)
    query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"
    while observer.execute(query, [victim.info.backend_pid]).fetchone() is not None:
        pass
    victim.close()


@pytest.mark.parametrize("way", [by_request, by_cancel_function], ids=lambda way: way.__name__)
def test_result_for_a_client_that_does_not_read_is_cancelled(two: tuple[Connection, Connection], way: Way) -> None:
    observer, victim = two
    victim.pgconn.send_query(b"COPY (SELECT repeat('x', 10000) FROM generate_series(1, 100000)) TO STDOUT")
    victim.pgconn.flush()
    until_active(observer, victim)
    sqlstate = way(observer, victim)
    result = victim.pgconn.get_result()
    assert result is not None and result.status == psycopg.pq.ExecStatus.COPY_OUT
    rows = 0
    while (size := victim.pgconn.get_copy_data(0)[0]) > 0:
        rows += 1
    assert size == -1 and rows < 100_000
    ended = victim.pgconn.get_result()
    assert ended is not None and ended.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == sqlstate.encode()
    while victim.pgconn.get_result() is not None:
        pass


def test_copy_of_a_database_that_is_interrupted_leaves_no_file(database: Database, served: Any) -> None:
    with psycopg.connect(database.dsn(), autocommit=True) as source:
        source.execute("CREATE TABLE big AS SELECT g, repeat('x', 1000) AS x FROM generate_series(1, 100000) g")
    name = f"{database.name}_copy"
    with psycopg.connect(served.dsn("postgres"), autocommit=True) as observer, \
            psycopg.connect(served.dsn("postgres"), autocommit=True) as victim:
        running = Waiting(lambda: victim.execute(f"CREATE DATABASE {name} TEMPLATE {database.name}"))  # type: ignore[arg-type]
        until_active(observer, victim)
        victim.cancel()
        try:
            running.done()
        except psycopg.errors.QueryCanceled:
            observer.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        observer.execute(f"DROP DATABASE {name}")  # type: ignore[arg-type]


def test_commits_that_are_cancelled_are_there_whole_or_not_at_all(two: tuple[Connection, Connection]) -> None:
    observer, victim = two
    done = threading.Event()

    def keep_cancelling() -> None:
        while not done.is_set():
            observer.execute("SELECT pg_cancel_backend(%s)", [victim.info.backend_pid])

    canceller = threading.Thread(target=keep_cancelling)
    canceller.start()
    acknowledged = 0
    try:
        for number in range(100, 160):
            try:
                victim.execute(f"BEGIN; INSERT INTO t VALUES ({number}, 0); INSERT INTO t VALUES ({-number}, 0); COMMIT")  # type: ignore[arg-type]
                acknowledged += 1
            except psycopg.errors.QueryCanceled:
                if victim.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                    victim.rollback()
    finally:
        done.set()
        canceller.join()
    pairs = observer.execute("SELECT count(*) FILTER (WHERE i > 2), count(*) FILTER (WHERE i < 0) FROM t").fetchone()
    assert pairs is not None and pairs[0] == pairs[1] >= acknowledged
