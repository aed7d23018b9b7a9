"""Two sessions side by side: what one sees of the other, who waits for whom, who fails with 40001."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.clients.database import Database
from tests.clients.sessions import Waiting, until_it_waits

Connection = psycopg.Connection[Any]
LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


@pytest.fixture
def two(database: Database) -> Iterator[tuple[Connection, Connection]]:
    """Two sessions and a table `account` of two rows with 100 each."""
    with psycopg.connect(database.dsn(), autocommit=True) as one, psycopg.connect(database.dsn(), autocommit=True) as other:
        one.execute("CREATE TABLE account (id int PRIMARY KEY, money int NOT NULL)")
        one.execute("INSERT INTO account VALUES (1, 100), (2, 100)")
        yield one, other


def money(connection: Connection, id_: int = 1) -> Any:
    row = connection.execute("SELECT money FROM account WHERE id = %s", [id_]).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize("level", LEVELS)
def test_uncommitted_changes_are_seen_by_nobody_else(two: tuple[Connection, Connection], level: str) -> None:
    one, other = two
    one.execute(f"BEGIN ISOLATION LEVEL {level}")
    one.execute("UPDATE account SET money = 0")
    one.execute("INSERT INTO account VALUES (3, 5)")
    assert (money(one), money(one, 3)) == (0, 5)
    assert (money(other), money(other, 3)) == (100, None)
    one.execute("ROLLBACK")
    assert (money(one), money(one, 3)) == (100, None)


def test_read_committed_sees_each_commit_at_the_next_statement(two: tuple[Connection, Connection]) -> None:
    one, other = two
    one.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    assert money(one) == 100
    other.execute("UPDATE account SET money = 50 WHERE id = 1")
    assert money(one) == 50
    one.execute("UPDATE account SET money = money + 1 WHERE id = 1")
    one.execute("COMMIT")
    assert money(other) == 51


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_repeatable_read_keeps_its_snapshot_and_refuses_a_lost_update(
    two: tuple[Connection, Connection], level: str
) -> None:
    one, other = two
    one.execute(f"BEGIN ISOLATION LEVEL {level}")
    assert money(one) == 100
    other.execute("UPDATE account SET money = 50 WHERE id = 1")
    other.execute("INSERT INTO account VALUES (9, 9)")
    assert (money(one), money(one, 9)) == (100, None)
    with pytest.raises(errors.SerializationFailure, match="could not serialize access due to"):
        one.execute("UPDATE account SET money = money + 1 WHERE id = 1")
    one.execute("ROLLBACK")
    assert money(one) == 50


def test_snapshot_is_taken_by_the_first_statement_not_by_begin(two: tuple[Connection, Connection]) -> None:
    one, other = two
    one.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    other.execute("UPDATE account SET money = 50 WHERE id = 1")
    assert money(one) == 50
    one.execute("COMMIT")


def test_write_skew_is_refused_when_serializable(two: tuple[Connection, Connection]) -> None:
    one, other = two
    failed = 0
    for connection in two:
        connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        assert connection.execute("SELECT sum(money) FROM account").fetchone() == (200,)

    def write(connection: Connection, id_: int) -> None:
        connection.execute("UPDATE account SET money = money - 200 WHERE id = %s", [id_])
        connection.execute("COMMIT")

    for connection, id_ in ((one, 1), (other, 2)):
        try:
            write(connection, id_)
        except errors.SerializationFailure:
            connection.execute("ROLLBACK")
            failed += 1
    assert failed == 1
    assert one.execute("SELECT sum(money) FROM account").fetchone() == (0,)


def test_second_writer_waits_for_the_first_and_sees_its_commit(
    two: tuple[Connection, Connection], database: Database
) -> None:
    one, other = two
    one.execute("BEGIN")
    one.execute("UPDATE account SET money = money + 1 WHERE id = 1")
    waiting = Waiting(lambda: other.execute("UPDATE account SET money = money * 2 WHERE id = 1 RETURNING money").fetchone())
    with psycopg.connect(database.dsn(), autocommit=True) as observer:
        until_it_waits(observer, other.info.backend_pid)
        assert money(observer) == 100
    one.execute("COMMIT")
    assert waiting.done() == (202,)


def test_second_writer_goes_on_when_the_first_rolls_back_or_disappears(
    two: tuple[Connection, Connection], database: Database
) -> None:
    one, other = two
    for end in (lambda: one.execute("ROLLBACK"), one.close):
        one.execute("BEGIN")
        one.execute("UPDATE account SET money = 0 WHERE id = 1")
        waiting = Waiting(lambda: other.execute("UPDATE account SET money = money + 1 WHERE id = 1"))
        with psycopg.connect(database.dsn(), autocommit=True) as observer:
            until_it_waits(observer, other.info.backend_pid)
        end()
        waiting.done()
    assert money(other) == 102


def test_lock_timeout_and_cancel_end_the_wait(two: tuple[Connection, Connection], database: Database) -> None:
    one, other = two
    one.execute("BEGIN")
    one.execute("UPDATE account SET money = 0 WHERE id = 1")
    other.execute("SET lock_timeout = '20ms'")
    with pytest.raises(errors.LockNotAvailable, match="canceling statement due to lock timeout"):
        other.execute("UPDATE account SET money = 1 WHERE id = 1")
    other.execute("RESET lock_timeout")
    waiting = Waiting(lambda: other.execute("UPDATE account SET money = 1 WHERE id = 1"))
    with psycopg.connect(database.dsn(), autocommit=True) as observer:
        until_it_waits(observer, other.info.backend_pid)
        assert observer.execute("SELECT pg_cancel_backend(%s)", [other.info.backend_pid]).fetchone() == (True,)
    with pytest.raises(errors.QueryCanceled):
        waiting.done()
    one.execute("COMMIT")
    assert money(other) == 0


def test_rows_selected_for_update_stay_as_they_are(two: tuple[Connection, Connection], database: Database) -> None:
    one, other = two
    one.execute("BEGIN")
    assert one.execute("SELECT money FROM account WHERE id = 1 FOR UPDATE").fetchone() == (100,)
    with pytest.raises(errors.LockNotAvailable):
        other.execute("SELECT money FROM account WHERE id = 1 FOR UPDATE NOWAIT")
    waiting = Waiting(lambda: other.execute("UPDATE account SET money = money + 1 WHERE id = 1 RETURNING money").fetchone())
    with psycopg.connect(database.dsn(), autocommit=True) as observer:
        until_it_waits(observer, other.info.backend_pid)
    one.execute("UPDATE account SET money = 7 WHERE id = 1")
    one.execute("COMMIT")
    assert waiting.done() == (8,)


def test_many_writers_lose_no_update(database: Database) -> None:
    with psycopg.connect(database.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE counter (n int)")
        connection.execute("INSERT INTO counter VALUES (0)")

        def work() -> None:
            with psycopg.connect(database.dsn(), autocommit=True) as mine:
                for _ in range(20):
                    with contextlib.suppress(errors.SerializationFailure), mine.transaction():
                        mine.execute("UPDATE counter SET n = n + 1")

        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert connection.execute("SELECT n FROM counter").fetchone() == (160,)


def test_ddl_is_transactional_and_invisible_until_commit(two: tuple[Connection, Connection]) -> None:
    one, other = two
    one.execute("BEGIN")
    one.execute("CREATE TABLE fresh (a int)")
    one.execute("INSERT INTO fresh VALUES (1)")
    with pytest.raises(errors.UndefinedTable):
        other.execute("SELECT * FROM fresh")
    one.execute("COMMIT")
    assert other.execute("SELECT a FROM fresh").fetchall() == [(1,)]
    one.execute("BEGIN")
    one.execute("DROP TABLE fresh")
    one.execute("ROLLBACK")
    assert other.execute("SELECT a FROM fresh").fetchall() == [(1,)]
