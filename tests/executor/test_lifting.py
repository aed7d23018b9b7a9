"""Texts that differ only in literals share a plan, but for the literals that decide about it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from executor.engine import Engine
from executor.session import Session

pytestmark = pytest.mark.trio
TABLE = "CREATE TABLE t (id int PRIMARY KEY, a numeric(12,2), label text, doc jsonb, at timestamp)"
ROWS = ("INSERT INTO t VALUES (1, 1.50, 'abc', '{\"k\": \"v\"}', '2026-01-02 03:04:05'), "
        "(2, 2.50, 'xyz', '{\"k\": \"w\"}', '2026-02-03 04:05:06')")


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    engine = await Engine.open(":memory:")
    session = await engine.connect("memory", "tester", {})
    for text in (TABLE, ROWS):
        await run(session, text)
    yield session
    await session.terminate()
    await engine.close()


async def run(session: Session, text: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for raw in session.split(text):
        portal = await session.prepare_simple(raw)
        await portal.start()
        while not portal.finished:
            rows += await portal.fetch(100)
    await session.sync()
    return rows


def shares_a_plan(session: Session, text: str) -> bool:
    """Whether this text needs no analysis, because one of its shape has had it."""
    return isinstance(session.split(text)[0], tuple)


async def test_literals_that_decide_nothing_are_not_in_the_key(session: Session) -> None:
    assert await run(session, "SELECT label FROM t WHERE id = 1") == [("abc",)]
    assert shares_a_plan(session, "SELECT label FROM t WHERE id = 2")


@pytest.mark.parametrize(("first", "same", "other"), [
    ("SELECT id FROM t WHERE label LIKE 'a%' AND id < 10", "SELECT id FROM t WHERE label LIKE 'a%' AND id < 20",
     "SELECT id FROM t WHERE label LIKE 'x%' AND id < 10"),
    ("SELECT id FROM t WHERE doc ->> 'k' = 'v'", "SELECT id FROM t WHERE doc ->> 'k' = 'w'",
     "SELECT id FROM t WHERE doc ->> 'j' = 'v'"),
    ("SELECT id FROM t WHERE date_trunc('month', at) = '2026-01-01' AND id < 9",
     "SELECT id FROM t WHERE date_trunc('month', at) = '2026-02-01' AND id < 8",
     "SELECT id FROM t WHERE date_trunc('year', at) = '2026-01-01' AND id < 9"),
])
async def test_literals_that_decide_are_in_the_key(session: Session, first: str, same: str, other: str) -> None:
    expected = await run(session, first)
    assert expected == [(1,)]
    assert shares_a_plan(session, first)
    assert shares_a_plan(session, same)
    assert not shares_a_plan(session, other)
    assert len(await run(session, same)) == 1


async def test_second_literal_that_decides_is_asked_for_too(session: Session) -> None:
    text = "SELECT sum(a * 1.5) FROM t WHERE label LIKE 'a%' AND id < 10"
    assert await run(session, text) == [("2.250",)]
    assert shares_a_plan(session, text)
    assert shares_a_plan(session, text.replace("10", "11"))
    assert not shares_a_plan(session, text.replace("1.5", "2.5"))
    assert await run(session, text.replace("1.5", "2.5")) == [("3.750",)]
    assert await run(session, text.replace("a%", "x%")) == [("3.750",)]
