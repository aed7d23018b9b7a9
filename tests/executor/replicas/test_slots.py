"""Functions of slots wait for the server's replication, wherever in a statement they stand, and what they did they do once."""

from pathlib import Path

import pytest

from tests.executor.replicas.harness import serving

pytestmark = pytest.mark.trio
SLOT = "SELECT FROM pg_create_logical_replication_slot('s', 'test_decoding')"


async def test_changes_that_are_consumed_are_consumed_once_for_a_statement(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        await client.rows(SLOT)
        server.replication.changes = [(16, 7, b"BEGIN"), (32, 7, b"COMMIT")]
        text = ("SELECT x, lsn, xid, data FROM generate_series(1, 2) x, "
                "pg_logical_slot_get_changes('s', NULL, 5, 'a', 'b') ORDER BY 1, 2")
        assert await client.rows(text) == [["1", "0/10", "7", "BEGIN"], ["1", "0/20", "7", "COMMIT"],
                                           ["2", "0/10", "7", "BEGIN"], ["2", "0/20", "7", "COMMIT"]]
        assert server.replication.asked == [("s", None, 5, {"a": "b"}, True, False)]
        assert await client.rows(text) == []


async def test_binary_changes_are_bytes(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        await client.rows(SLOT)
        server.replication.changes = [(16, 7, b"\x00\xff")]
        assert await client.rows("SELECT data FROM pg_logical_slot_peek_binary_changes('s', '0/FF', NULL)") == [[r"\x00ff"]]
        assert server.replication.asked == [("s", 0xFF, None, {}, False, True)]


async def test_slot_functions_work_in_the_midst_of_statements_and_blocks(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        assert await client.rows("SELECT slot_name FROM generate_series(1, 3) i, LATERAL "
                                 "pg_create_logical_replication_slot(('s' || i)::name, 'pgoutput')") == [["s1"], ["s2"], ["s3"]]
        await client.rows("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name < 's3'")
        assert list(server.replication.known) == ["s3"]
        await client.run("DO $$ DECLARE found text; BEGIN PERFORM pg_drop_replication_slot('s3'); "
                         "found := pg_create_logical_replication_slot('s4', 'pgoutput'); END $$")
        assert list(server.replication.known) == ["s4"]
        await client.run("BEGIN")
        await client.rows("SELECT 1")
        assert await client.rows("SELECT slot_name FROM pg_copy_logical_replication_slot('s4', 's5')") == [["s5"]]
        await client.run("ROLLBACK")
        assert list(server.replication.known) == ["s4", "s5"]  # slots know no transactions


async def test_temporary_slots_go_with_an_error_and_with_the_session(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client, other = await server.client(), await server.client()
        temporary = "SELECT slot_name FROM pg_create_logical_replication_slot('t', 'pgoutput', true)"
        await client.rows(temporary)
        assert list(server.replication.known) == ["t"]
        await client.error("SELECT 1/0")
        assert list(server.replication.known) == []
        await other.rows(temporary)
        await other.session.terminate()
        server._clients.remove(other)
        assert list(server.replication.known) == []


async def test_slots_need_wal_level_logical(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings={"wal_level": "replica"}) as server:
        client = await server.client()
        assert await client.error(SLOT) == ("55000", 'logical decoding requires "wal_level" >= "logical"')


async def test_log_is_on_from_the_start_if_wal_level_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings={"wal_level": "logical"}) as server:
        client = await server.client()
        assert client.session.database.file.wal.is_on
    async with serving(tmp_path / "b.db") as server:
        client = await server.client()
        assert not client.session.database.file.wal.is_on
        assert await client.rows("SHOW wal_level") == [["logical"]]


async def test_a_function_that_waits_in_the_midst_of_a_long_result_is_not_supported(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        text = "SELECT CASE WHEN i = 90000 THEN (SELECT slot_name FROM pg_create_logical_replication_slot('s', 'x')) END " \
               "FROM generate_series(1, 100000) i"
        found = await client.run(text)
        assert found.get("error", ["0A000"])[0] == "0A000"


async def test_limits_of_the_log_show_in_pg_replication_slots(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings={"max_slot_wal_keep_size": "1MB"}) as server:
        client = await server.client()
        await client.rows(SLOT)
        assert await client.rows("SELECT wal_status, safe_wal_size <= 1 << 20 FROM pg_replication_slots") == [["reserved", "t"]]
        for _ in range(2):
            await client.rows("SELECT pg_logical_emit_message(false, 'p', repeat('x', 1 << 20)) IS NULL")
        assert await client.rows("SELECT wal_status, safe_wal_size < 0 FROM pg_replication_slots") == [["unreserved", "t"]]
