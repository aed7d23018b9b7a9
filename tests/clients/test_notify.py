"""LISTEN and NOTIFY as clients use them: psql, psycopg (sync and async), asyncpg; idle, busy and stuck listeners."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import asyncpg
import psycopg
import pytest

from tests.clients.database import Database
from tests.clients.sessions import Waiting
from tests.clients.test_psql import psql

Connection = psycopg.Connection[Any]
LONG_S = 20


@pytest.fixture
def two(database: Database) -> Iterator[tuple[Connection, Connection]]:
    with psycopg.connect(database.dsn(), autocommit=True) as one, psycopg.connect(database.dsn(), autocommit=True) as other:
        yield one, other


def next_of(connection: Connection, count: int) -> list[tuple[str, str, int]]:
    """The next notifications, waited for."""
    found = connection.notifies(timeout=LONG_S, stop_after=count)
    return [(each.channel, each.payload, each.pid) for each in found]


def none_of(connection: Connection) -> bool:
    """Whether nothing has arrived: a statement's answer would have brought it along."""
    connection.execute("SELECT 1")
    return not list(connection.notifies(timeout=0))


def test_idle_session_is_told_at_once_with_the_senders_pid(two: tuple[Connection, Connection]) -> None:
    one, other = two
    one.execute("LISTEN a")
    other.execute("NOTIFY a, 'hello'")
    other.execute("SELECT pg_notify('a', NULL), pg_notify('b', 'unheard')")
    pid = other.info.backend_pid
    assert next_of(one, 2) == [("a", "hello", pid), ("a", "", pid)]
    one.execute("UNLISTEN a")
    other.execute("NOTIFY a, 'late'")
    assert none_of(one)


def test_session_in_a_transaction_is_told_when_it_ends(two: tuple[Connection, Connection]) -> None:
    one, other = two
    one.execute("LISTEN a")
    one.execute("BEGIN")
    other.execute("NOTIFY a, 'meanwhile'")
    assert none_of(one)
    one.execute("COMMIT")
    assert [each[1] for each in next_of(one, 1)] == ["meanwhile"]


def test_running_statement_is_followed_by_what_was_sent_meanwhile(
        two: tuple[Connection, Connection], connection: Connection) -> None:
    one, other = two
    one.execute("LISTEN a")
    connection.execute("SELECT pg_advisory_lock(1)")
    waiting = Waiting(lambda: one.execute("SELECT pg_advisory_lock(1)"))
    other.execute("NOTIFY a, 'meanwhile'")
    connection.execute("SELECT pg_advisory_unlock(1)")
    waiting.done()
    assert [each[1] for each in next_of(one, 1)] == ["meanwhile"]


def test_listen_and_notify_happen_at_the_commit_or_not_at_all(two: tuple[Connection, Connection]) -> None:
    one, other = two
    one.execute("BEGIN")
    one.execute("LISTEN a")
    other.execute("NOTIFY a, 'too early'")
    assert one.execute("SELECT * FROM pg_listening_channels()").fetchall() == []
    one.execute("COMMIT")
    assert one.execute("SELECT pg_listening_channels()").fetchall() == [("a",)]
    other.execute("BEGIN")
    other.execute("NOTIFY a, 'not yet'")
    assert none_of(one)
    other.execute("ROLLBACK")
    with other.transaction():
        other.execute("NOTIFY a, 'first'")
        with pytest.raises(psycopg.errors.DivisionByZero), other.transaction():
            other.execute("NOTIFY a, 'lost'")
            other.execute("SELECT 1/0")
        other.execute("NOTIFY a, 'last'")
        other.execute("NOTIFY a, 'first'")
    assert [each[1] for each in next_of(one, 2)] == ["first", "last"]
    assert none_of(one)


def test_notification_comes_after_its_transaction_can_be_seen(two: tuple[Connection, Connection]) -> None:
    one, other = two
    other.execute("CREATE TABLE t (i int)")
    one.execute("LISTEN a")
    for number in range(20):
        with other.transaction():
            other.execute("NOTIFY a")
            other.execute("INSERT INTO t VALUES (%s)", [number])
        next_of(one, 1)
        assert one.execute("SELECT count(*) FROM t").fetchone() == (number + 1,)


def test_order_of_one_senders_commits_is_kept_at_every_listener(two: tuple[Connection, Connection], database: Database) -> None:
    one, other = two
    one.execute("LISTEN a")
    other.execute("LISTEN a")
    other.execute("CREATE TABLE t (i int)")

    def send(name: str) -> None:
        with psycopg.connect(database.dsn(), autocommit=True) as sender:
            for number in range(30):
                with sender.transaction():
                    sender.execute("INSERT INTO t VALUES (%s)", [number])
                    sender.execute("SELECT pg_notify('a', %s)", [f"{name}{number}"])

    threads = [threading.Thread(target=send, args=(name,)) for name in "xyz"]
    for thread in threads:
        thread.start()
    heard = [each[1] for each in next_of(one, 90)]
    for thread in threads:
        thread.join()
    assert [each[1] for each in next_of(other, 90)] == heard
    for name in "xyz":
        assert [each for each in heard if each[0] == name] == [f"{name}{number}" for number in range(30)]


def test_statement_that_had_to_wait_for_a_row_sends_once(two: tuple[Connection, Connection], connection: Connection) -> None:
    one, other = two
    connection.execute("CREATE TABLE t (i int PRIMARY KEY, n int)")
    connection.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
    connection.execute("LISTEN a")
    one.execute("BEGIN")
    one.execute("UPDATE t SET n = 1 WHERE i = 2")
    sends = "UPDATE t SET n = n + 1 RETURNING pg_notify('a', i || '=' || n || '.' || random())"
    other.pgconn.send_query(sends.encode())
    other.pgconn.flush()
    assert none_of(connection)  # meanwhile it has met the row
    one.execute("COMMIT")
    while other.pgconn.get_result() is not None:
        pass
    assert [each[1].split(".")[0] for each in next_of(connection, 2)] == ["1=1", "2=2"]
    assert none_of(connection)


def test_channels_belong_to_one_database_and_end_with_discard_all(two: tuple[Connection, Connection], served: Any) -> None:
    one, other = two
    one.execute("LISTEN a")
    with psycopg.connect(served.dsn("postgres"), autocommit=True) as elsewhere:
        elsewhere.execute("NOTIFY a, 'elsewhere'")
    assert none_of(one)
    one.execute("DISCARD ALL")
    other.execute("NOTIFY a")
    assert none_of(one)
    assert one.execute("SELECT pg_listening_channels()").fetchall() == []


def test_client_that_does_not_read_gets_everything_in_the_end_and_can_be_terminated(
        two: tuple[Connection, Connection], database: Database) -> None:
    one, other = two
    stuck = psycopg.connect(database.dsn(), autocommit=True)
    stuck.execute("LISTEN a")
    one.execute("LISTEN a")
    rows, batches = 200, 10  # 16 MB: more than sockets keep
    for batch in range(batches):
        other.execute("SELECT count(pg_notify('a', %s || '.' || i || repeat('x', 7900))) FROM generate_series(1, %s) i",
                      [str(batch), rows])
    assert other.execute("SELECT pg_notification_queue_usage() > 0").fetchone() == (True,)
    heard = [each[1].rstrip("x") for each in next_of(one, rows * batches)]
    assert heard == [f"{batch}.{row + 1}" for batch in range(batches) for row in range(rows)]
    other.execute("SELECT pg_terminate_backend(%s)", [stuck.info.backend_pid])
    query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"
    while other.execute(query, [stuck.info.backend_pid]).fetchone():
        pass
    assert other.execute("SELECT pg_notification_queue_usage()").fetchone() == (0,)
    stuck.close()


def test_psql_prints_what_it_was_told(psql18: str, database: Database) -> None:
    script = "LISTEN a;\nNOTIFY a;\nBEGIN;\nNOTIFY a, 'x';\nNOTIFY \"A\", 'y';\nCOMMIT;\n"
    lines = [line.split(" received")[0] for line in psql(psql18, database, script).splitlines() if "notification" in line]
    assert lines == ['Asynchronous notification "a"', 'Asynchronous notification "a" with payload "x"']


def test_psycopg_async_waits_for_notifications(database: Database) -> None:
    async def body() -> list[str]:
        async with await psycopg.AsyncConnection.connect(database.dsn(), autocommit=True) as listener, \
                await psycopg.AsyncConnection.connect(database.dsn(), autocommit=True) as sender:
            await listener.execute("LISTEN a")

            async def send() -> None:
                for number in range(3):
                    await sender.execute("SELECT pg_notify('a', %s)", [str(number)])

            task = asyncio.create_task(send())
            found = [each.payload async for each in listener.notifies(timeout=LONG_S, stop_after=3)]
            await task
            return found

    assert asyncio.run(body()) == ["0", "1", "2"]


def test_asyncpg_listener_is_called(database: Database) -> None:
    async def body() -> list[tuple[int, str, str]]:
        listener, sender = await asyncpg.connect(database.url()), await asyncpg.connect(database.url())
        heard: asyncio.Queue[tuple[int, str, str]] = asyncio.Queue()
        await listener.add_listener("a", lambda _, pid, channel, payload: heard.put_nowait((pid, channel, payload)))
        async with sender.transaction():
            await sender.execute("NOTIFY a, 'one'")
            await sender.fetch("SELECT pg_notify('a', $1)", "two")
        found = [await asyncio.wait_for(heard.get(), LONG_S) for _ in range(2)]
        await listener.reset()
        assert await listener.fetch("SELECT pg_listening_channels()") == []
        pid = sender.get_server_pid()
        await listener.close()
        await sender.close()
        return [(each[0] - pid, *each[1:]) for each in found]

    assert asyncio.run(body()) == [(0, "a", "one"), (0, "a", "two")]
