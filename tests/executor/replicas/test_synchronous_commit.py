"""synchronous_standby_names and synchronous_commit: which commits wait for standbys, and what a cancel does."""

from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from tests.executor.replicas.harness import serving

pytestmark = pytest.mark.trio
SYNCHRONOUS = {"synchronous_standby_names": "ANY 1 (a, b)", "wal_level": "logical"}


async def test_commits_wait_at_the_level_that_the_session_asks_for(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=SYNCHRONOUS) as server:
        client, asked = await server.client(), server.replication.asked
        wal = client.session.database.file.wal
        await client.run("CREATE TABLE t(a int)")
        assert asked == [("standbys", wal.written, "on")]
        for level, waits in {"off": 0, "local": 0, "remote_write": 1, "remote_apply": 1}.items():
            asked.clear()
            await client.run(f"SET synchronous_commit = {level}")
            await client.run("INSERT INTO t VALUES (1)")
            assert asked == [("standbys", wal.written, level)] * waits
        asked.clear()
        for text in ("BEGIN", "SET LOCAL synchronous_commit = remote_write", "INSERT INTO t VALUES (1)", "COMMIT"):
            await client.run(text)
        assert asked == [("standbys", wal.written, "remote_write")]
        asked.clear()
        await client.rows("SELECT * FROM t")
        await client.run("BEGIN")
        await client.run("INSERT INTO t VALUES (1)")
        await client.run("ROLLBACK")
        assert asked == []


async def test_nothing_waits_without_names_or_without_a_log(tmp_path: Path) -> None:
    for i, settings in enumerate(({"wal_level": "logical"}, {"synchronous_standby_names": "a"})):
        async with serving(tmp_path / f"{i}.db", settings=settings) as server:
            client = await server.client()
            await client.run("CREATE TABLE t(a int)")
            assert server.replication.asked == []


async def test_a_timeout_ends_the_wait_and_not_the_commit(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=SYNCHRONOUS) as server:
        client = await server.client()
        await client.run("CREATE TABLE t(a int)")

        async def never(session: Any, lsn: int, level: str) -> None:
            await trio.sleep_forever()

        server.replication.wait_for_standbys = never  # type: ignore[method-assign]
        await client.run("BEGIN")
        await client.run("INSERT INTO t VALUES (1)")
        await client.run("SET LOCAL statement_timeout = 50")
        found = await client.run("COMMIT")
        assert found == {"tag": "COMMIT", "notices": [
            ["WARNING", "canceling wait for synchronous replication due to user request"]]}
        assert await client.rows("SELECT a FROM t") == [["1"]]
        await client.run("SET statement_timeout = 200")  # which does not measure the commit of a statement alone
        with trio.move_on_after(0.6) as scope:
            await client.run("INSERT INTO t VALUES (1)")
        assert scope.cancelled_caught


async def test_a_wait_that_is_cancelled_is_a_warning_and_the_commit_stays(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", settings=SYNCHRONOUS) as server:
        client = await server.client()
        await client.run("CREATE TABLE t(a int)")

        async def never(session: Any, lsn: int, level: str) -> None:
            await trio.sleep_forever()

        server.replication.wait_for_standbys = never  # type: ignore[method-assign]
        answers: list[Any] = []
        async with trio.open_nursery() as nursery:
            async def insert() -> None:
                answers.append(await client.run("INSERT INTO t VALUES (1)"))

            nursery.start_soon(insert)
            while client.session.on_cancel is None:
                await trio.testing.wait_all_tasks_blocked()
            client.session.on_cancel()
        assert answers == [{"tag": "INSERT 0 1", "notices": [
            ["WARNING", "canceling wait for synchronous replication due to user request"]]}]
        assert await (await server.client()).rows("SELECT a FROM t") == [["1"]]
