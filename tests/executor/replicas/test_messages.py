"""pg_logical_emit_message and replication origins, as the log has them."""

from pathlib import Path
from typing import Any

import pytest

from storage.logged import MESSAGE, ORIGIN
from tests.executor.replicas.harness import Client, serving

pytestmark = pytest.mark.trio
LOGGED = {"wal_level": "logical"}


async def logged(client: Client) -> list[list[Any]]:
    """Of each transaction in the log: inserted values, messages as (prefix, content, transactional), origins."""
    wal = client.session.database.file.wal
    found = []
    for record in await wal.read(wal.oldest, 1 << 40):
        part: list[Any] = []
        for change in record.changes:
            if change.op == MESSAGE and change.table != "pgquill.ddl":
                assert change.old is not None
                if change.table != "pgquill.ddl":  # the texts of statements that change the schema
                    part.append((change.table, change.old[0], change.rowid))
            elif change.op == ORIGIN:
                part.append((change.table, change.rowid))
            elif change.table == "t" and change.new is not None:
                part.append(change.new[0])
        if part:
            found.append(part)
    return found


async def test_message_of_a_transaction_stands_where_it_was_said(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=LOGGED) as server:
        client = await server.client()
        for text in ("CREATE TABLE t(a int)", "BEGIN", "INSERT INTO t VALUES (1)",
                     "SELECT pg_logical_emit_message(true, 'p', 'x')", "INSERT INTO t VALUES (2)",
                     "SELECT pg_logical_emit_message(true, 'p', '\\x00'::bytea)", "COMMIT"):
            await client.run(text)
        assert await logged(client) == [[1, ("p", b"x", 1), 2, ("p", b"\0", 1)]]


async def test_message_alone_is_a_transaction(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=LOGGED) as server:
        client = await server.client()
        before = await client.rows("SELECT pg_current_wal_lsn()")
        await client.rows("SELECT pg_logical_emit_message(true, 'p', i::text) FROM generate_series(1, 3) i")
        assert await logged(client) == [[("p", b"1", 1), ("p", b"2", 1), ("p", b"3", 1)]]
        assert await client.rows(f"SELECT pg_current_wal_lsn() > '{before[0][0]}'") == [["t"]]


async def test_message_that_is_not_part_of_the_transaction_survives_it(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=LOGGED) as server:
        client = await server.client()
        for text in ("CREATE TABLE t(a int)", "BEGIN", "INSERT INTO t VALUES (1)",
                     "SELECT pg_logical_emit_message(false, 'p', 'x')", "SELECT pg_logical_emit_message(true, 'p', 'y')",
                     "ROLLBACK"):
            await client.run(text)
        await client.error("SELECT pg_logical_emit_message(false, 'p', 'z'), 1/0")
        assert await logged(client) == [[("p", b"x", 0)], [("p", b"z", 0)]]


async def test_rolling_back_to_a_savepoint_takes_its_messages_along(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=LOGGED) as server:
        client = await server.client()
        for text in ("CREATE TABLE t(a int)", "BEGIN", "SELECT pg_logical_emit_message(true, 'p', 'a')", "SAVEPOINT s",
                     "SELECT pg_logical_emit_message(true, 'p', 'b')", "INSERT INTO t VALUES (1)", "ROLLBACK TO s",
                     "SELECT pg_logical_emit_message(true, 'p', 'c')", "INSERT INTO t VALUES (2)", "COMMIT"):
            assert "error" not in await client.run(text)
        assert await logged(client) == [[("p", b"a", 1), ("p", b"c", 1), 2]]


async def test_without_a_log_messages_go_nowhere(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        assert await client.rows("SELECT pg_logical_emit_message(true, 'p', 'x'), pg_logical_emit_message(false, 'p', 'x')") == \
            [["0/1000000", "0/1000000"]]
        assert not client.session.database.file.wal.is_on


async def test_origin_is_logged_and_its_position_is_committed_with_the_changes(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=LOGGED) as server:
        client = await server.client()
        for text in ("CREATE TABLE t(a int)", "SELECT pg_replication_origin_create('o')",
                     "SELECT pg_replication_origin_session_setup('o')", "BEGIN",
                     "SELECT pg_replication_origin_xact_setup('0/AA', now())", "INSERT INTO t VALUES (1)", "COMMIT", "BEGIN",
                     "SELECT pg_replication_origin_xact_setup('0/BB', now())", "INSERT INTO t VALUES (2)", "ROLLBACK"):
            assert "error" not in await client.run(text)
        assert await logged(client) == [[1, ("o", 0xAA)]]
        other = await server.client()
        assert await other.rows("SELECT pg_replication_origin_progress('o', true)") == [["0/AA"]]
        assert await other.error("SELECT pg_replication_origin_session_setup('o')") == (
            "55006", "replication origin with ID 1 is already active for PID 1000")
        await client.session.terminate()
        server._clients.remove(client)
        await other.rows("SELECT pg_replication_origin_session_setup('o')")
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        assert await client.rows("SELECT external_id, remote_lsn FROM pg_replication_origin_status") == [["o", "0/AA"]]
