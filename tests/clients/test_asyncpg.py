"""asyncpg: prepared statements only, everything in binary, types looked up in the catalogs."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from tests.clients.database import Database

LONG = "SELECT count(*) FROM generate_series(1, 30000000)"
Test = Callable[[asyncpg.Connection], Awaitable[None]]


def run(database: Database, body: Test, **options: Any) -> None:
    """Run a coroutine function with a new connection."""

    async def main() -> None:
        connection = await asyncpg.connect(database.url(), **options)
        try:
            await body(connection)
        finally:
            await connection.close()

    asyncio.run(main())


def test_connection_knows_version_settings_and_its_process(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        assert connection.get_server_version().major == 18
        assert connection.get_settings().server_encoding == "UTF8"
        assert connection.get_server_pid() == await connection.fetchval("SELECT pg_backend_pid()")
        assert await connection.fetchval("SHOW application_name") == "tests"

    run(database, body, server_settings={"application_name": "tests"})


VALUES: list[tuple[str, Any]] = [
    ("bool", True), ("int2", -5), ("int4", 2**31 - 1), ("int8", -(2**63)), ("float4", 1.5), ("float8", -1e-300),
    ("numeric", Decimal("123456789012345678901234567890.12345")), ("numeric", Decimal("-0.001")), ("text", "ünï 🐘"),
    ("varchar", "x"), ("bytea", b"\x00\xff"), ("uuid", uuid.UUID(int=77)), ("date", dt.date(2024, 2, 29)),
    ("time", dt.time(1, 2, 3, 4)), ("timestamp", dt.datetime(2024, 2, 29, 1, 2, 3, 4)),
    ("timestamptz", dt.datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=dt.UTC)), ("interval", dt.timedelta(days=400, seconds=3)),
    ("json", '{"a": 1}'), ("jsonb", '{"a": 1}'), ("int4[]", [1, None, 3]), ("int4[]", [[1, 2], [3, 4]]), ("text[]", []),
    ("text[]", ["a", "", None, "{,}"]), ("uuid[]", [uuid.UUID(int=1)]), ("numeric[]", [Decimal("1.50")]),
    ("timestamptz[]", [dt.datetime(2024, 1, 1, tzinfo=dt.UTC)]), ("oid", 4294967295), ("name", "pg_class"),
    ('"char"', b"x"), ("bool[]", [True, None]), ("float8[]", [0.1]), ("bytea[]", [b""]), ("jsonb[]", ['{"a": 1}']),
]


def test_value_of_each_type_comes_back_equal(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        wrong = []
        for type_, value in VALUES:
            try:
                found = await connection.fetchval(f"SELECT $1::{type_}", value)
            except asyncpg.PostgresError as error:
                found = error
            if found != value:
                wrong.append((type_, value, found))
        assert wrong == []

    run(database, body)


def test_prepared_statement_tells_parameters_and_attributes(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        await connection.execute("CREATE TABLE told (id bigint PRIMARY KEY, name varchar(5), at timestamptz)")
        statement = await connection.prepare("SELECT id, name, at FROM told WHERE id = ANY($1) AND name LIKE $2")
        assert [(p.name, p.kind) for p in statement.get_parameters()] == [("int8[]", "array"), ("text", "scalar")]
        assert [(a.name, a.type.name) for a in statement.get_attributes()] == [
            ("id", "int8"), ("name", "varchar"), ("at", "timestamptz")]
        assert await statement.fetch([1, 2], "%") == []
        assert statement.get_statusmsg() == "SELECT 0"

    run(database, body)


def test_types_made_by_the_user_are_introspected(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        try:
            await connection.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
        except asyncpg.FeatureNotSupportedError:
            return
        assert await connection.fetchval("SELECT $1::mood", "ok") == "ok"
        assert await connection.fetchval("SELECT ARRAY['sad', 'ok']::mood[]") == ["sad", "ok"]

    run(database, body)


def test_codec_set_by_the_user_finds_its_type(database: Database) -> None:
    import json

    async def body(connection: asyncpg.Connection) -> None:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
        assert await connection.fetchval("SELECT $1::jsonb", {"a": [1, 2]}) == {"a": [1, 2]}

    run(database, body)


def test_records_have_names_and_rows_of_rows(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        row = await connection.fetchrow("SELECT 1 AS a, 'x' AS b, ROW(1, 'y', NULL) AS c")
        assert dict(row) == {"a": 1, "b": "x", "c": (1, "y", None)}

    run(database, body)


def test_cursor_in_a_transaction_iterates_and_moves(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        query = "SELECT n FROM generate_series(1, $1::int) AS n"
        async with connection.transaction():
            assert [row["n"] async for row in connection.cursor(query, 120, prefetch=7)] == list(range(1, 121))
            cursor = await connection.cursor(query, 20)
            assert await cursor.fetchrow() == (1,)
            assert await cursor.forward(5) == 5
            assert [row["n"] for row in await cursor.fetch(3)] == [7, 8, 9]
            assert len(await cursor.fetch(100)) == 11
            assert await cursor.fetchrow() is None
        with pytest.raises(asyncpg.NoActiveSQLTransactionError):
            await connection.cursor(query, 1)

    run(database, body)


def test_transactions_nest_and_roll_back(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        await connection.execute("CREATE TABLE nested (a int PRIMARY KEY)")
        async with connection.transaction():
            await connection.execute("INSERT INTO nested VALUES (1)")
            with pytest.raises(asyncpg.UniqueViolationError):
                async with connection.transaction():
                    await connection.execute("INSERT INTO nested VALUES (2)")
                    await connection.execute("INSERT INTO nested VALUES (1)")
            await connection.execute("INSERT INTO nested VALUES (3)")
        assert [r["a"] for r in await connection.fetch("SELECT a FROM nested ORDER BY a")] == [1, 3]
        for level in ("serializable", "repeatable_read", "read_committed"):
            async with connection.transaction(isolation=level, readonly=True):
                assert await connection.fetchval("SHOW transaction_isolation") == level.replace("_", " ")
                with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                    async with connection.transaction():
                        await connection.execute("INSERT INTO nested VALUES (9)")

    run(database, body)


def test_copy_records_in_and_query_out(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        await connection.execute("CREATE TABLE copied (id int, name text, at timestamptz, price numeric(8,2))")
        now = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
        records = [(n, f"name {n}" if n % 2 else None, now, Decimal(n) / 4) for n in range(1000)]
        assert await connection.copy_records_to_table("copied", records=records) == "COPY 1000"
        assert await connection.fetchval("SELECT sum(price) FROM copied") == Decimal("124875.00")
        lines: list[bytes] = []

        async def keep(data: bytes) -> None:
            lines.append(data)

        await connection.copy_from_query("SELECT id, name FROM copied ORDER BY id LIMIT 2", output=keep, format="csv")
        assert b"".join(lines) == b"0,\n1,name 1\n"

    run(database, body)


def test_executemany_is_all_or_nothing(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        await connection.execute("CREATE TABLE many (a int PRIMARY KEY, b text)")
        await connection.executemany("INSERT INTO many VALUES ($1, $2)", [(n, str(n)) for n in range(500)])
        assert await connection.fetchval("SELECT count(*) FROM many") == 500
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.executemany("INSERT INTO many VALUES ($1, $2)", [(1000, "new"), (1, "old")])
        assert await connection.fetchval("SELECT count(*) FROM many") == 500
        rows = await connection.fetchmany("INSERT INTO many VALUES ($1, $2) RETURNING a", [(600, "x"), (601, "y")])
        assert [row["a"] for row in rows] == [600, 601]

    run(database, body)


def test_cached_statement_after_ddl_is_prepared_again(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        await connection.execute("CREATE TABLE growing (a int)")
        await connection.execute("INSERT INTO growing VALUES (1)")
        assert [dict(r) for r in await connection.fetch("SELECT * FROM growing")] == [{"a": 1}]
        await connection.execute("ALTER TABLE growing ADD COLUMN b text DEFAULT 'x'")
        assert [dict(r) for r in await connection.fetch("SELECT * FROM growing")] == [{"a": 1, "b": "x"}]
        other = await asyncpg.connect(database.url())
        try:
            await other.execute("ALTER TABLE growing DROP COLUMN a")
        finally:
            await other.close()
        assert [dict(r) for r in await connection.fetch("SELECT * FROM growing")] == [{"b": "x"}]
        async with connection.transaction():
            await connection.execute("ALTER TABLE growing ADD COLUMN c int")
            with pytest.raises(asyncpg.InvalidCachedStatementError):
                async with connection.transaction():
                    await connection.fetch("SELECT * FROM growing")

    run(database, body)


def test_timeout_cancels_the_statement_and_the_connection_goes_on(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        with pytest.raises(TimeoutError):
            await connection.fetchval(LONG, timeout=0.05)
        assert await connection.fetchval("SELECT 1") == 1
        task = asyncio.ensure_future(connection.fetchval(LONG))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await connection.fetchval("SELECT 2") == 2

    run(database, body)


def test_errors_have_their_classes_and_fields(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        await connection.execute("CREATE TABLE wrong (a int CONSTRAINT positive CHECK (a > 0))")
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await connection.execute("INSERT INTO wrong VALUES ($1)", -1)
        assert (caught.value.constraint_name, caught.value.table_name) == ("positive", "wrong")
        with pytest.raises(asyncpg.UndefinedTableError) as missing:
            await connection.fetch("SELECT * FROM nowhere")
        assert missing.value.position == "15"
        with pytest.raises(asyncpg.DataError):
            await connection.fetchval("SELECT $1::int", "not a number")
        with pytest.raises(asyncpg.NumericValueOutOfRangeError):
            await connection.fetchval("SELECT $1::int4 + 1", 2**31 - 1)

    run(database, body)


def test_pool_gives_clean_connections(database: Database) -> None:
    async def main() -> None:
        async with asyncpg.create_pool(database.url(), min_size=2, max_size=4) as pool:
            async with pool.acquire() as connection:
                await connection.execute("SET search_path TO pg_catalog")
            async with pool.acquire() as connection:  # released connections are RESET ALL, UNLISTEN *, ...
                assert await connection.fetchval("SHOW search_path") == '"$user", public'
            assert await asyncio.gather(*(pool.fetchval("SELECT $1::int * 2", n) for n in range(40))) == [
                n * 2 for n in range(40)]

    asyncio.run(main())


def test_notices_and_several_statements_in_one_execute(database: Database) -> None:
    async def body(connection: asyncpg.Connection) -> None:
        heard: list[str] = []
        connection.add_log_listener(lambda _, message: heard.append(message.message))
        status = await connection.execute("DROP TABLE IF EXISTS absent; CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        assert status == "INSERT 0 1"
        await asyncio.sleep(0)
        assert heard == ['table "absent" does not exist, skipping']

    run(database, body)
