"""Advisory locks between psycopg sessions: levels, modes, waiting, deadlock."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.clients.database import Database
from tests.clients.sessions import Waiting, until_it_waits

Connection = psycopg.Connection[Any]


@pytest.fixture
def two(database: Database) -> Iterator[tuple[Connection, Connection]]:
    with psycopg.connect(database.dsn(), autocommit=True) as one, psycopg.connect(database.dsn(), autocommit=True) as other:
        yield one, other


def value(connection: Connection, expression: str) -> Any:
    row = connection.execute(f"SELECT {expression}").fetchone()
    return row and row[0]


def test_exclusive_lock_is_counted_and_kept_from_others(two: tuple[Connection, Connection]) -> None:
    one, other = two
    assert value(one, "pg_advisory_lock(7)") == ""
    assert value(one, "pg_try_advisory_lock(7)") is True
    assert value(other, "pg_try_advisory_lock(7)") is False
    assert value(other, "pg_try_advisory_lock(0, 7)") is True  # two integers are another key
    assert value(one, "pg_advisory_unlock(7)") is True
    assert value(other, "pg_try_advisory_lock_shared(7)") is False
    assert value(one, "pg_advisory_unlock(7)") is True
    assert value(other, "pg_try_advisory_lock_shared(7)") is True
    assert value(one, "pg_try_advisory_lock_shared(7)") is True
    assert value(one, "pg_try_advisory_lock(7)") is False


def test_lock_of_a_transaction_ends_with_it_and_one_of_the_session_does_not(two: tuple[Connection, Connection]) -> None:
    one, other = two
    with pytest.raises(errors.DivisionByZero), one.transaction():
        one.execute("SELECT pg_advisory_xact_lock(1), pg_advisory_lock(2)")
        assert value(other, "pg_try_advisory_xact_lock(1)") is False
        one.execute("SELECT 1/0")
    assert value(other, "pg_try_advisory_xact_lock(1)") is True
    assert value(other, "pg_try_advisory_lock(2)") is False
    value(one, "pg_advisory_unlock_all()")
    assert value(other, "pg_try_advisory_lock(2)") is True


def test_unlock_of_what_is_not_held_warns(two: tuple[Connection, Connection]) -> None:
    one, _ = two
    heard: list[str | None] = []
    one.add_notice_handler(lambda diag: heard.append(diag.message_primary))
    assert value(one, "pg_advisory_unlock(5)") is False
    assert heard == ["you don't own a lock of type ExclusiveLock"]


def test_waiter_goes_on_when_the_lock_is_free_and_is_seen_in_pg_locks(
    two: tuple[Connection, Connection], connection: Connection
) -> None:
    one, other = two
    value(one, "pg_advisory_lock(4294967298)")
    waiting = Waiting(lambda: value(other, "pg_advisory_lock(4294967298)"))
    until_it_waits(connection, other.info.backend_pid)
    query = "SELECT classid, objid, objsubid, mode, granted FROM pg_locks WHERE locktype = 'advisory' ORDER BY granted"
    assert connection.execute(query).fetchall() == [(1, 2, 1, "ExclusiveLock", False), (1, 2, 1, "ExclusiveLock", True)]
    one.close()  # the end of a session frees what it held
    assert waiting.done() == ""
    assert value(other, "pg_advisory_unlock(4294967298)") is True
    assert connection.execute(query).fetchall() == []


def test_wait_ends_by_cancel_or_lock_timeout(two: tuple[Connection, Connection], connection: Connection) -> None:
    one, other = two
    value(one, "pg_advisory_lock(1)")
    other.execute("SET lock_timeout = '20ms'")
    with pytest.raises(errors.LockNotAvailable):
        value(other, "pg_advisory_lock(1)")
    other.execute("RESET lock_timeout")
    waiting = Waiting(lambda: value(other, "pg_advisory_lock(1)"))
    until_it_waits(connection, other.info.backend_pid)
    other.cancel()
    with pytest.raises(errors.QueryCanceled):
        waiting.done()
    value(one, "pg_advisory_unlock(1)")
    assert value(one, "pg_try_advisory_lock(1)") is True


@pytest.mark.parametrize("second", ["SELECT pg_advisory_xact_lock(2)", "INSERT INTO t VALUES (2)"])
def test_deadlock_is_found(two: tuple[Connection, Connection], connection: Connection, second: str) -> None:
    one, other = two
    connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
    one.execute("BEGIN")
    one.execute(second)
    other.execute("BEGIN")
    other.execute("SELECT pg_advisory_xact_lock(1)")

    def go_on(session: Connection, statement: str) -> str:
        try:
            session.execute(statement)
        except errors.DeadlockDetected:
            session.execute("ROLLBACK")
            return "deadlock"
        session.execute("ROLLBACK")
        return "went on"

    waiting = Waiting(lambda: go_on(other, second))
    until_it_waits(connection, other.info.backend_pid)
    ends = [go_on(one, "SELECT pg_advisory_xact_lock(1)"), waiting.done()]
    assert sorted(ends) == ["deadlock", "went on"]
