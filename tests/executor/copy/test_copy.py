"""COPY in transactions, with files, and where it is refused."""

from pathlib import Path

import pytest
import trio
import trio.testing

from executor.errors import SqlError
from executor.sqlstates import (
    InvalidName,
    ObjectNotInPrerequisiteState,
    QueryCanceled,
    ReadOnlySqlTransaction,
    UndefinedFile,
    UniqueViolation,
    WrongObjectType,
)
from tests.executor.copy.session import CopySession, copy_session

pytestmark = pytest.mark.trio

ROWS = b"1\tone\n2\t\\N\n"


async def filled(session: CopySession) -> None:
    await session.run("create table t (a int primary key, b text)")
    await session.run("copy t from stdin", ROWS)


async def test_failed_copy_in_leaves_nothing_of_several_batches(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await session.run("create table t (a int primary key, b text)")
        data = b"".join(b"%d\t%s\n" % (i, b"x" * 50) for i in range(5000)) + b"7\ty\n"
        with pytest.raises(UniqueViolation) as caught:
            await session.run("copy t from stdin", data)
        assert (caught.value.where, caught.value.detail) == ("COPY t, line 5001", "Key (a)=(7) already exists.")
        assert await session.value("select count(*) from t") == "0"


async def test_copy_in_a_block_is_undone_with_it(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        await session.run("begin")
        await session.run("copy t from stdin", b"3\tx\n")
        assert await session.value("select count(*) from t") == "3"
        await session.run("savepoint s")
        with pytest.raises(SqlError):
            await session.run("copy t from stdin", b"4\tx\nbad\tx\n")
        await session.run("rollback to s")
        assert await session.value("select count(*) from t") == "3"
        await session.run("rollback")
        assert await session.value("select count(*) from t") == "2"


async def test_client_that_gives_up_gets_its_reason_back(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        (raw,) = session.session.split("copy t from stdin")
        portal = await session.session.prepare_simple(raw)
        await portal.start()
        await portal.copy.write(b"3\tx\n4\ty")
        with pytest.raises(QueryCanceled) as caught:
            await portal.copy.fail("no more")
        await session.session.fail()
        assert (caught.value.message, caught.value.where) == ("COPY from stdin failed: no more", "COPY t, line 2")
        assert await session.value("select count(*) from t") == "2"


async def test_file_is_written_and_read_by_the_server(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        path = tmp_path / "data.csv"
        assert await session.run(f"copy t to '{path}' csv header") == ("COPY 2", [])
        assert path.read_bytes() == b"a,b\n1,one\n2,\n"
        await session.run("create table u (a int, b text)")
        assert await session.run(f"copy u from '{path}' csv header") == ("COPY 2", [])
        assert (await session.run("copy u to stdout"))[1] == [b"1\tone\n", b"2\t\\N\n"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("copy t to 'relative'", InvalidName),
        ("copy t from '/nonexistent/file'", UndefinedFile),
        ("copy t to '/nonexistent/file'", UndefinedFile),
        ("copy t to '/'", WrongObjectType),
        ("copy t from '/'", WrongObjectType),
    ],
)
async def test_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, error: type[SqlError]) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        with pytest.raises(error):
            await session.run(text)


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [
        ("copy t from program 'true'", "0A000"),
        ("copy t to program 'true'", "0A000"),
        ("copy v to stdout", "42809"),
        ("copy v from stdin", "42809"),
        ("copy nope to stdout", "42P01"),
        ("copy nope from stdin", "42P01"),
        ("copy t (a, a) to stdout", "42701"),
        ("copy t (c) to stdout", "42703"),
        ("copy t (a) to stdout (format csv, force_quote (b))", "42P10"),
        ("copy t (a) from stdin (format csv, force_null (b))", "42P10"),
        ("copy t (a) from stdin (format csv, force_not_null (c))", "42703"),
        ("copy (select 1) to stdout (format csv, force_quote (b))", "42703"),
        ("copy (select 1 into x) to stdout", "0A000"),
        ("copy (insert into t values (9)) to stdout", "0A000"),
        ("copy (select $1::int) to stdout", "42P02"),
        ("copy (select 1/0) to stdout", "22012"),
        ("copy t from stdin where b in (select 'x')", "0A000"),
        ("copy t from stdin where max(a) > 1", "42803"),
        ("copy t from stdin where row_number() over () > 1", "42P20"),
        ("copy t from stdin freeze", "55000"),
    ],
)
async def test_wrong_copy_is_refused(tmp_path: Path, text: str, sqlstate: str) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        await session.run("create view v as select a from t")
        with pytest.raises(SqlError) as caught:
            await session.run(text, b"1\n")
        assert caught.value.sqlstate == sqlstate


async def test_copy_to_a_view_is_refused_after_the_client_was_told_to_send(tmp_path: Path) -> None:
    # As in PostgreSQL: psql would take the data that follow in its script for SQL otherwise.
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        await session.run("create view v as select a from t")
        (raw,) = session.session.split("copy v from stdin")
        portal = await session.session.prepare_simple(raw)
        await portal.start()
        with pytest.raises(WrongObjectType):
            await portal.copy.finish()
        await session.session.fail()


async def test_freeze_is_taken_in_a_transaction_that_changed_something(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        await session.run("begin")
        await session.run("delete from t")
        assert (await session.run("copy t from stdin freeze", ROWS))[0] == "COPY 2"
        await session.run("commit")
        with pytest.raises(ObjectNotInPrerequisiteState):
            await session.run("copy t from stdin freeze", ROWS)


async def test_copy_from_in_a_read_only_transaction_is_refused(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        await session.run("begin read only")
        with pytest.raises(ReadOnlySqlTransaction, match="cannot execute COPY FROM in a read-only transaction"):
            await session.run("copy t from stdin", ROWS)
        await session.run("rollback")


async def test_copy_of_a_changing_query_gives_its_returned_rows(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        tag, rows = await session.run("copy (update t set b = 'x' returning a, b) to stdout")
        assert (tag, rows) == ("COPY 2", [b"1\tx\n", b"2\tx\n"])
        assert await session.value("select count(*) from t where b = 'x'") == "2"


async def test_serial_column_that_is_left_out_is_numbered(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await session.run("create table t (id serial primary key, v text)")
        await session.run("copy t (v) from stdin", b"a\nb\n")
        assert (await session.run("copy t to stdout"))[1] == [b"1\ta\n", b"2\tb\n"]


async def test_table_cannot_be_altered_from_the_start_of_copy_to_its_end(tmp_path: Path) -> None:
    async with copy_session(tmp_path / "test.db") as session:
        await filled(session)
        (raw,) = session.session.split("copy t from stdin")
        portal = await session.session.prepare_simple(raw)
        await portal.start()
        other = CopySession(await session.session.engine.connect("postgres", "postgres", {}))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(other.run, "alter table t add column c int default 5")
            await trio.testing.wait_all_tasks_blocked()
            await portal.copy.write(b"3\tx\n")
            await portal.copy.finish()
            await session.session.sync()
        await other.session.terminate()
        assert (await session.run("select a, c from t where a = 3"))[1] == [("3", "5")]
