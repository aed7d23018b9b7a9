"""Who may log in, what a session begins with, and where roles are kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from executor import sqlstates as states
from executor.engine import Engine
from executor.session import Session
from storage.database import Database as File
from storage.statement import Statement

pytestmark = pytest.mark.trio


async def run(session: Session, text: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    try:
        for raw in session.split(text):
            portal = await session.prepare_simple(raw)
            await portal.start()
            while not portal.finished:
                rows += await portal.fetch(100)
        await session.sync()
    except BaseException:
        await session.fail()
        raise
    return rows


@asynccontextmanager
async def served(path: Path | str) -> AsyncIterator[Engine]:
    engine = await Engine.open(str(path))
    try:
        yield engine
    finally:
        for session in list(engine.sessions):
            await session.terminate()
        await engine.close()


async def connected(engine: Engine, user: str = "postgres", database: str = "postgres", **options: str) -> Session:
    return await engine.connect(database, user, options)


def tables(path: Path) -> list[str]:
    import apsw

    connection = apsw.Connection(str(path))
    try:
        return [str(name) for (name,) in connection.execute("SELECT name FROM sqlite_schema")]
    finally:
        connection.close()


# --- before there are roles -------------------------------------------------------------------------------------------


async def test_anybody_is_a_superuser_until_a_role_is_made(tmp_path: Path) -> None:
    async with served(tmp_path / "app.db") as engine:
        login = engine.find_login("anybody")
        assert login is not None
        assert (login.is_implicit, login.is_superuser, login.verifier) == (True, True, None)
        assert not engine.any_role_has_password()
        session = await connected(engine, "anybody")
        assert await run(session, "SELECT current_user, session_user, pg_has_role('pg_monitor', 'USAGE')") == [
            ("anybody", "anybody", 1)]
    assert not [name for name in tables(tmp_path / "app.db") if name.startswith("pgquill_role")]


async def test_who_makes_the_first_role_gets_one_and_can_come_back(tmp_path: Path) -> None:
    async with served(tmp_path / "app.db") as engine:
        session = await connected(engine, "alice")
        await run(session, "CREATE ROLE bob LOGIN")
        assert await run(session, "SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY 1") == [("alice",), ("postgres",)]
        alice, bob = engine.find_login("alice"), engine.find_login("bob")
        assert alice is not None and alice.is_superuser and not alice.is_implicit
        assert bob is not None and not bob.is_superuser
        assert engine.find_login("carol") is None
        with pytest.raises(states.InvalidAuthorizationSpecification, match='role "carol" does not exist'):
            await connected(engine, "carol")


async def test_grants_alone_make_no_role_of_anybody(tmp_path: Path) -> None:
    async with served(tmp_path / "app.db") as engine:
        session = await connected(engine, "alice")
        await run(session, "CREATE TABLE t (a int); GRANT SELECT ON t TO PUBLIC, CURRENT_USER; GRANT pg_monitor TO postgres")
        assert await run(session, "SELECT relacl FROM pg_class WHERE relname = 't'") == [
            ('["postgres=arwdDxtm/postgres","=r/postgres"]',)]
        await connected(engine, "carol")


async def test_failed_creation_leaves_everybody_as_before(tmp_path: Path) -> None:
    async with served(tmp_path / "app.db") as engine:
        session = await connected(engine, "alice")
        with pytest.raises(states.ReservedName):
            await run(session, "CREATE ROLE pg_bob")
        await run(session, "BEGIN")
        await run(session, "CREATE ROLE bob")
        await run(session, "ROLLBACK")
        assert await run(session, "SELECT current_user") == [("alice",)]
        assert engine.find_login("carol") is not None


# --- logging in -------------------------------------------------------------------------------------------------------


async def test_login_says_what_authentication_has_to_know() -> None:
    async with served(":memory:") as engine:
        session = await connected(engine)
        await run(session, "CREATE ROLE bob LOGIN PASSWORD 'secret' VALID UNTIL '2030-01-02 03:04:05+00' CONNECTION LIMIT 1")
        await run(session, "GRANT pg_use_reserved_connections TO bob")
        bob = engine.find_login("bob")
        assert bob is not None and bob.verifier is not None and bob.verifier.startswith("SCRAM-SHA-256$4096:")
        assert bob.valid_until == datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert bob.password_expired(datetime(2031, 1, 1, tzinfo=UTC))
        assert bob.may_use_reserved and bob.connection_limit == 1
        assert bob.member_of == {"bob", "pg_use_reserved_connections"}
        assert engine.any_role_has_password()


async def test_role_without_login_and_full_role_are_refused() -> None:
    async with served(":memory:") as engine:
        session = await connected(engine)
        await run(session, "CREATE ROLE group_of_people; CREATE ROLE bob LOGIN CONNECTION LIMIT 1")
        with pytest.raises(states.InvalidAuthorizationSpecification, match="is not permitted to log in"):
            await connected(engine, "group_of_people")
        first = await connected(engine, "bob")
        with pytest.raises(states.TooManyConnections, match='too many connections for role "bob"'):
            await connected(engine, "bob")
        await first.terminate()
        await connected(engine, "bob")


async def test_database_without_connect_is_refused() -> None:
    async with served(":memory:") as engine:
        session = await connected(engine)
        await run(session, "CREATE ROLE bob LOGIN; REVOKE CONNECT ON DATABASE memory FROM PUBLIC")
        with pytest.raises(states.InsufficientPrivilege) as caught:
            await connected(engine, "bob")
        assert caught.value.detail == "User does not have CONNECT privilege."
        await run(session, "GRANT CONNECT ON DATABASE memory TO bob")
        await connected(engine, "bob")


async def test_superuser_settings_cannot_come_with_the_connection() -> None:
    async with served(":memory:") as engine:
        await run(await connected(engine), "CREATE ROLE bob LOGIN")
        with pytest.raises(states.InsufficientPrivilege):
            await connected(engine, "bob", log_statement="all")
        session = await connected(engine, "bob", role="none", work_mem="5MB")
        assert session.settings.get("is_superuser") == "off"


# --- what a session begins with ---------------------------------------------------------------------------------------


async def test_defaults_of_database_and_role_are_applied_the_nearest_last(tmp_path: Path) -> None:
    async with served(tmp_path) as engine:
        session = await connected(engine)
        await run(session, "CREATE ROLE bob LOGIN")
        for text in ("ALTER ROLE ALL SET work_mem = '1MB'", "ALTER ROLE ALL SET statement_timeout = '9s'",
                     "ALTER DATABASE postgres SET work_mem = '2MB'", "ALTER ROLE bob SET work_mem = '3MB'",
                     "ALTER ROLE bob IN DATABASE postgres SET work_mem = '4MB'", "ALTER ROLE bob SET log_statement = 'mod'"):
            await run(session, text)
    async with served(tmp_path) as engine:
        bob = await connected(engine, "bob")
        assert [bob.settings.get(name) for name in ("work_mem", "statement_timeout", "log_statement")] == ["4MB", "9s", "mod"]
        assert await run(bob, "SELECT source FROM pg_settings WHERE name = 'work_mem'") == [("database user",)]
        assert (await connected(engine)).settings.get("work_mem") == "2MB"
        assert (await connected(engine, "bob", work_mem="5MB")).settings.get("work_mem") == "5MB"


async def test_default_that_has_become_wrong_is_a_warning() -> None:
    async with served(":memory:") as engine:
        session = await connected(engine)
        await run(session, "CREATE ROLE bob LOGIN; CREATE ROLE eve")
        await run(session, "ALTER ROLE bob SET role = 'eve'")
        bob = await connected(engine, "bob")
        assert [(n.severity, n.message) for n in bob.take_notices()] == [("WARNING", 'permission denied to set role "eve"')]


# --- where they are kept ----------------------------------------------------------------------------------------------


async def test_roles_of_a_file_are_in_it_and_survive(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    async with served(path) as engine:
        session = await connected(engine)
        await run(session, "CREATE ROLE bob LOGIN PASSWORD 'x'; CREATE ROLE eve; GRANT eve TO bob WITH ADMIN OPTION")
        await run(session, "CREATE TABLE t (a int); ALTER TABLE t OWNER TO bob; REVOKE pg_read_all_stats FROM pg_monitor")
    async with served(path) as engine:
        session = await connected(engine, "bob")
        assert await run(session, "SELECT tableowner FROM pg_tables WHERE tablename = 't'") == [("bob",)]
        assert await run(session, "SELECT pg_has_role('eve', 'MEMBER WITH ADMIN OPTION'), "
                                  "pg_has_role('pg_monitor', 'pg_read_all_stats', 'MEMBER')") == [(1, 0)]
        await run(session, "INSERT INTO t VALUES (1)")
    assert "pgquill_role" in tables(path)


async def test_roles_of_a_folder_are_shared_by_its_databases(tmp_path: Path) -> None:
    async with served(tmp_path) as engine:
        session = await connected(engine)
        await run(session, "CREATE ROLE bob LOGIN CREATEDB")
        bob = await connected(engine, "bob")
        await run(bob, "CREATE DATABASE shop")
        in_shop = await connected(engine, "bob", "shop")
        await run(in_shop, "CREATE TABLE t (a int)")
        with pytest.raises(states.DependentObjectsStillExist) as caught:
            await run(session, "DROP ROLE bob")
        assert caught.value.detail == "owner of database shop\n1 object in database shop"
        assert await run(session, "SELECT datname FROM pg_database ORDER BY 1") == [("postgres",), ("shop",)]
        with pytest.raises(states.InvalidName):
            await run(session, "CREATE DATABASE pgquill_global")
    shared = tmp_path / "pgquill_global.db"
    assert shared.stat().st_mode & 0o777 == 0o600
    assert "pgquill_role" in tables(shared)
    assert "pgquill_role" not in tables(tmp_path / "shop.db")


async def test_savepoint_takes_changes_of_roles_back() -> None:
    async with served(":memory:") as engine:
        session, other = await connected(engine), await connected(engine)
        for text in ("BEGIN", "CREATE ROLE bob", "SAVEPOINT s", "CREATE ROLE eve", "DROP ROLE bob", "ROLLBACK TO s"):
            await run(session, text)
        names = "SELECT rolname FROM pg_roles WHERE oid >= 16384"
        assert await run(session, names) == [("bob",)]
        assert await run(other, names) == []
        await run(session, "COMMIT")
        assert await run(other, names) == [("bob",)]


async def test_role_made_by_two_transactions_is_made_once() -> None:
    async with served(":memory:") as engine:
        first, second = await connected(engine), await connected(engine)
        for session in (first, second):
            await run(session, "BEGIN")
            await run(session, "CREATE ROLE bob")
        await run(first, "COMMIT")
        with pytest.raises(states.DuplicateObject, match='role "bob" already exists'):
            await run(second, "COMMIT")
        assert await run(first, "SELECT count(*) FROM pg_roles WHERE rolname = 'bob'") == [(1,)]


async def test_rows_written_by_another_program_are_seen_at_the_next_login(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    async with served(path) as engine:
        await run(await connected(engine), "CREATE ROLE bob LOGIN")
        other = File.open(str(path))
        transaction = other.transaction()
        change = "UPDATE pgquill_role SET definition = replace(definition, '\"bob\"', '\"eve\"') WHERE catalog = 'pg_authid'"
        await (await transaction.run(Statement(change, writes=True))).close()
        await transaction.commit()
        await other.close()
        await connected(engine, "eve")
        assert engine.find_login("bob") is None


async def test_session_follows_a_change_of_its_role_by_another() -> None:
    async with served(":memory:") as engine:
        admin = await connected(engine)
        await run(admin, "CREATE ROLE bob LOGIN; CREATE TABLE t (a int)")
        bob = await connected(engine, "bob")
        with pytest.raises(states.InsufficientPrivilege, match="permission denied for table t"):
            await run(bob, "SELECT * FROM t")
        await run(admin, "GRANT SELECT ON t TO bob")
        assert await run(bob, "SELECT * FROM t") == []
        await run(admin, "REVOKE SELECT ON t FROM bob; GRANT pg_read_all_data TO bob")
        assert await run(bob, "SELECT * FROM t") == []
        await run(admin, "REVOKE pg_read_all_data FROM bob")
        with pytest.raises(states.InsufficientPrivilege):
            await run(bob, "SELECT * FROM t")
        await run(admin, "ALTER ROLE bob SUPERUSER; ALTER ROLE bob RENAME TO rob")
        assert await run(bob, "SELECT * FROM t") == []
        assert await run(bob, "SELECT current_user") == [("rob",)]
        assert bob.take_changed_settings()["is_superuser"] == "on"
