import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg
import psycopg
import pytest
import trio

from pgwire.messages.error import ErrorResponse
from pgwire.messages.simple import Query, Terminate
from pgwire.messages.startup import PROTOCOL_3_0, PROTOCOL_3_2, CancelRequest, ReadyForQuery, StartupMessage
from tests.pgwire.serving_fixture import Serving, serving

pytestmark = pytest.mark.trio


def errors(messages: list[Any]) -> list[tuple[str, str]]:
    return [(message.severity, message.sqlstate) for message in messages if isinstance(message, ErrorResponse)]


async def in_thread(work: Callable[[int], Any], server: Serving) -> Any:
    return await trio.to_thread.run_sync(work, server.port)


async def cancel(server: Serving, process_id: int, secret: bytes) -> None:
    client = await server.client()
    await client.send(CancelRequest(process_id, secret))
    assert await client.until_closed() == []
    await client.stream.aclose()


async def test_psycopg_queries_copies_and_pipelines() -> None:
    def work(port: int) -> None:
        with psycopg.connect(f"host=127.0.0.1 port={port} user=me dbname=app", autocommit=True) as connection:
            assert connection.info.server_version == 180004
            assert connection.execute("select 1").fetchall() == [(1,)]
            assert connection.execute("select 7, null", binary=True).fetchall() == [(7, None)]
            with pytest.raises(psycopg.errors.DivisionByZero):
                connection.execute("select 1/0")
            with connection.cursor().copy("copy t from stdin") as copy:
                copy.write("1\n2\n")
            with connection.cursor().copy("copy (select generate_series(1, 3)) to stdout") as copy:
                assert b"".join(copy) == b"1\n2\n3\n"
            with connection.pipeline():
                cursors = [connection.execute("select 1"), connection.execute("select 2")]
                assert [cursor.fetchall() for cursor in cursors] == [[(1,)], [(2,)]]

    async with serving() as server:
        await in_thread(work, server)


@pytest.mark.parametrize("version", ["3.0", "3.2"])
async def test_psycopg_cancels_a_query(version: str) -> None:
    def work(port: int) -> None:
        dsn = f"host=127.0.0.1 port={port} user=me dbname=app"
        if psycopg.pq.version() >= 180000:  # older ones know only 3.0, and no such option
            dsn += f" max_protocol_version={version}"
        with psycopg.connect(dsn, autocommit=True) as connection:
            asleep.append(connection)
            with pytest.raises(psycopg.errors.QueryCanceled):
                connection.execute("select pg_sleep(1000)")
            assert connection.execute("select 1").fetchall() == [(1,)]

    asleep: list[Any] = []

    async def cancel_it(server: Serving) -> None:
        await server.engine.sleeping.wait()
        await trio.to_thread.run_sync(asleep[0].cancel_safe)

    async with serving() as server:
        server.nursery.start_soon(cancel_it, server)
        await in_thread(work, server)


async def test_asyncpg_prepares_and_fetches() -> None:
    async def client(port: int) -> None:
        connection = await asyncpg.connect(host="127.0.0.1", port=port, user="me", database="app", ssl="prefer")
        try:
            assert [tuple(row) for row in await connection.fetch("select $1::int", 5)] == [(5,)]
            assert len(await connection.fetch("select generate_series(1, 3000)")) == 3000
            with pytest.raises(asyncpg.DivisionByZeroError):
                await connection.fetch("select 1/0")
            async with connection.transaction():
                cursor = await connection.cursor("select generate_series(1, 5)")
                assert [len(await cursor.fetch(2)) for _ in range(3)] == [2, 2, 1]
        finally:
            await connection.close()

    async with serving() as server:
        await in_thread(lambda port: asyncio.run(client(port)), server)


@pytest.mark.parametrize(("version", "length"), [(PROTOCOL_3_0, 4), (PROTOCOL_3_2, 32)])
async def test_cancel_request_with_the_right_key_cancels(version: int, length: int) -> None:
    async with serving() as server:
        client = await server.client()
        await client.start(version)
        assert client.key is not None
        assert len(client.key.secret) == length
        await client.send(Query("select pg_sleep(1000)"))
        await server.engine.sleeping.wait()
        for wrong in (b"x" * length, client.key.secret[:-1], client.key.secret + b"x"):
            if wrong:
                await cancel(server, client.key.process_id, wrong)
        await cancel(server, client.key.process_id + 1, client.key.secret)
        assert server.server.backends.cancel(client.key.process_id, b"") is False
        await cancel(server, client.key.process_id, client.key.secret)
        assert errors(await client.until(ReadyForQuery)) == [("ERROR", "57014")]
        await client.stream.aclose()


async def test_connection_beyond_the_limit_is_53300_until_a_place_is_free() -> None:
    async with serving(connections_max=1) as server:
        first, second = await server.client(), await server.client()
        await first.start()
        await second.send(StartupMessage(PROTOCOL_3_0, (("user", "me"),)))
        assert errors(await second.until_closed()) == [("FATAL", "53300")]
        await first.send(Terminate())
        await first.until_closed()
        third = await server.client()
        await third.start()
        for client in (first, second, third):
            await client.stream.aclose()


@pytest.mark.parametrize(("user", "places"), [("me", 5), ("plain_but_trusted", 4), ("plain", 2)])
async def test_last_places_are_kept_for_who_may_use_them(user: str, places: int) -> None:
    async with serving(connections_max=5, superuser_reserved=1, reserved=2) as server:
        for _ in range(places):
            await (await server.client()).start(user=user)
        client = await server.client()
        await client.send(StartupMessage(PROTOCOL_3_0, (("user", user),)))
        assert errors(await client.until_closed()) == [("FATAL", "53300")]


async def test_silent_connections_take_no_place_and_the_oldest_go() -> None:
    async with serving(connections_max=1, strangers_max=20) as server:
        silent = [await server.client() for _ in range(30)]
        client = await server.client()
        await client.start()
        assert await silent[0].until_closed() == []
        await client.send(Query("select 1"))
        assert errors(await client.until(ReadyForQuery)) == []
        for other in (*silent, client):
            await other.stream.aclose()


async def test_silent_connection_is_closed_after_the_timeout() -> None:
    async with serving(authentication_timeout_s=0.01) as server:
        client = await server.client()
        assert await client.until_closed() == []
        await client.stream.aclose()


async def test_client_that_disappears_during_a_statement_is_noticed() -> None:
    async with serving() as server:
        client = await server.client()
        await client.start()
        await client.send(Query("select pg_sleep(1000)"))
        await server.engine.sleeping.wait()
        await client.stream.aclose()
        with trio.fail_after(10):
            await server.engine.terminated.wait()
        assert server.engine.sessions == []


async def test_polite_stop_ends_idle_sessions_and_lets_statements_finish() -> None:
    async with serving() as server:
        idle, busy, silent = await server.client(), await server.client(), await server.client()
        await idle.start()
        await busy.start()
        await busy.send(Query("select pg_sleep(0.05)"))
        await server.engine.sleeping.wait()
        server.server.stop()
        assert errors(await idle.until_closed()) == [("FATAL", "57P01")]
        assert errors(await busy.until(ReadyForQuery)) == []
        assert errors(await busy.until_closed()) == [("FATAL", "57P01")]
        assert await silent.until_closed() == []
        with pytest.raises(OSError, match="all attempts to connect"):
            await server.client()
        for client in (idle, busy, silent):
            await client.stream.aclose()


async def test_stop_now_ends_running_statements() -> None:
    async with serving() as server:
        client = await server.client()
        await client.start()
        await client.send(Query("select pg_sleep(1000)"))
        await server.engine.sleeping.wait()
        server.server.stop_now()
        await client.until_closed()
        await server.engine.terminated.wait()
        await client.stream.aclose()


async def test_client_that_does_not_read_holds_up_only_itself() -> None:
    async with serving() as server:
        slow, quick = await server.client(), await server.client()
        await slow.start()
        await quick.start()
        await slow.send(Query("select generate_series(1, 600000)"))
        for _ in range(20):
            await quick.send(Query("select 1"))
            assert errors(await quick.until(ReadyForQuery)) == []
        await slow.stream.aclose()
        await quick.stream.aclose()


async def test_server_goes_on_after_garbage() -> None:
    async with serving() as server:
        for seed in range(20):
            client = await server.client()
            await client.send_raw(os.urandom(50 + seed))
            with suppress(trio.BrokenResourceError, OSError):
                await client.stream.send_eof()
                while await client.stream.receive_some(4096):
                    pass
            await client.stream.aclose()
        client = await server.client()
        assert isinstance((await client.start())[-1], ReadyForQuery)
        await client.stream.aclose()


async def test_connection_reset_by_the_client_is_harmless() -> None:
    async with serving() as server:
        client = await server.client()
        await client.start()
        await client.send(Query("select generate_series(1, 100000)"))
        client.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        await client.stream.aclose()
        await server.engine.terminated.wait()
        other = await server.client()
        await other.start()
        await other.stream.aclose()
