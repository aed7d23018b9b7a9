from collections.abc import AsyncIterator

import pytest
from pytest_trio import trio_fixture

from storage.connection import Connection
from storage.plans import FORGIVE_AFTER, RECHECK, Plan, Plans
from storage.statement import Function, Statement, TableFunction
from tests.storage.bench import Bench

pytestmark = pytest.mark.trio
PLAIN = (Function("plain", lambda value: value, 1, deterministic=True),)
EFFECT = (Function("effect", lambda context, value: value, 1, context=True),)
SERIES = (TableFunction("series", 1, 1, range),)


@trio_fixture
async def connection(large: Bench) -> AsyncIterator[Connection]:
    await large.execute("CREATE INDEX big_v ON big(v)")
    await large.execute("CREATE TABLE small(id INTEGER PRIMARY KEY, u TEXT UNIQUE)")
    await large.execute("INSERT INTO small SELECT id, v FROM big WHERE id <= 300")
    await large.execute("CREATE TABLE parent(id INTEGER PRIMARY KEY)")
    await large.execute("CREATE TABLE child(id INTEGER PRIMARY KEY, parent REFERENCES parent)")
    await large.execute("INSERT INTO child SELECT id, NULL FROM big")
    connection = Connection(large.database._engine.settings)
    yield connection
    connection.close()


def judged(connection: Connection, statement: Statement) -> Plan:
    connection.prepare(statement.needs)
    return Plans().judge(connection, statement, ())


@pytest.mark.parametrize(("long", "sql"), [
    (False, "SELECT 1"),
    (False, "SELECT * FROM big WHERE id = 1"),
    (False, "SELECT * FROM big WHERE v = 'x'"),
    (False, "SELECT * FROM small ORDER BY u"),
    (True, "SELECT * FROM big"),
    (True, "SELECT count(*) FROM big"),
    (True, "SELECT v, count(*) FROM big GROUP BY v"),
    (True, "SELECT * FROM small WHERE u IN (SELECT v FROM big b WHERE b.id + 1 = small.id)"),
    (False, "PRAGMA foreign_keys"),
])
async def test_read_is_long_if_it_scans_what_is_not_small(connection: Connection, long: bool, sql: str) -> None:
    assert judged(connection, Statement(sql)).long is long


@pytest.mark.parametrize(("long", "sql"), [
    (False, "UPDATE big SET v = 'y' WHERE id = 1"),
    (False, "DELETE FROM small WHERE u = 'v1'"),
    (False, "INSERT INTO big(v) VALUES ('y') RETURNING id"),
    (False, "UPDATE small SET u = u || 'x'"),
    (True, "UPDATE big SET v = 'y' WHERE id > 7"),
    (True, "DELETE FROM big WHERE v = 'v1'"),
    (True, "DELETE FROM big"),
    (True, "DELETE FROM parent WHERE id = 1"),  # the foreign key's check scans child
    (True, "INSERT INTO small SELECT id, v FROM big"),
    (True, "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) INSERT INTO small SELECT i, i FROM n"),
    (True, "CREATE INDEX other ON big(v)"),
])
async def test_write_is_long_if_it_walks_over_what_is_not_small(connection: Connection, long: bool, sql: str) -> None:
    assert judged(connection, Statement(sql, writes=True)).long is long


@pytest.mark.parametrize(("long", "statement"), [
    (False, Statement("UPDATE big SET v = plain(v) WHERE id = 1", PLAIN, writes=True)),
    (True, Statement("UPDATE small SET u = plain(u)", PLAIN, writes=True)),
    (False, Statement("SELECT plain(u) FROM small", PLAIN)),
    (True, Statement("SELECT effect(u) FROM small", EFFECT)),
    (False, Statement("SELECT effect(1)", EFFECT)),
    (False, Statement("SELECT c0 FROM series(3)", SERIES)),
    (True, Statement("INSERT INTO small(id) SELECT c0 FROM series(3)", SERIES, writes=True)),
])
async def test_functions_make_the_judgement_stricter(connection: Connection, long: bool, statement: Statement) -> None:
    assert judged(connection, statement).long is long


async def test_plan_counts_columns_and_knows_what_may_run_twice(connection: Connection) -> None:
    assert judged(connection, Statement("SELECT * FROM big WHERE id = 0")).columns == 2
    assert judged(connection, Statement("DELETE FROM small WHERE id = 0", writes=True)).columns == 0
    assert judged(connection, Statement("SELECT plain(1)", PLAIN)).restartable
    assert not judged(connection, Statement("SELECT effect(1)", EFFECT)).restartable


async def test_plan_is_judged_again_after_many_uses(connection: Connection) -> None:
    plans = Plans()
    statement = Statement("DELETE FROM small", writes=True)
    plan = plans.judge(connection, statement, ())
    assert all(plans.known(statement.sql) is plan for _ in range(RECHECK))
    assert plans.known(statement.sql) is None
    assert plans.judge(connection, statement, ()) is not plan


async def test_short_read_is_not_judged_again(connection: Connection) -> None:
    plans = Plans()
    statement = Statement("SELECT * FROM small")
    plan = plans.judge(connection, statement, ())
    assert all(plans.known(statement.sql) is plan for _ in range(RECHECK + 1))


async def test_what_was_learned_long_is_forgiven_when_it_stays_quick(connection: Connection) -> None:
    plan = judged(connection, Statement("SELECT * FROM big WHERE id = 1"))
    plan.learn_long()
    for _ in range(FORGIVE_AFTER - 1):
        plan.ran_in_thread(0.0)
    assert plan.long
    plan.ran_in_thread(0.0)
    assert not plan.long
