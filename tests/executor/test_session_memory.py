"""A session that is over leaves nothing behind."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from executor.engine import Engine
from executor.session import Session


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def run(session: Session, text: str) -> None:
    for raw in session.split(text):
        portal = await session.prepare_simple(raw)
        await portal.start()
        while not portal.finished:
            await portal.fetch(100)
    await session.sync()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("texts", [
    ("SELECT 1",),
    ("SELECT 'pg_class'::regclass", "SELECT now(), 'pg_class'::regclass"),
    ("BEGIN", "SAVEPOINT a", "SET LOCAL search_path = pg_catalog", "SELECT 1"),
    ("CREATE TEMP TABLE t(a int)", "INSERT INTO t VALUES (1)", "SELECT * FROM t"),
    ("SET TimeZone = 'Europe/Berlin'", "SELECT now()", "PREPARE s AS SELECT 2", "EXECUTE s"),
    ("SELECT count(*) FROM pg_stat_activity",),
], ids=lambda texts: texts[0])
@pytest.mark.trio
async def test_session_that_ended_is_freed_without_the_garbage_collector(texts: tuple[str, ...]) -> None:
    engine = await Engine.open(":memory:")
    try:
        session = await engine.connect("postgres", "postgres", {"application_name": "x"})
        for text in texts:
            await run(session, text)
        await session.terminate()
        trace = weakref.ref(session)
        del session
        assert trace() is None
    finally:
        await engine.close()


@pytest.mark.trio
async def test_plan_that_many_kinds_of_sessions_use_keeps_few_encoders() -> None:
    engine = await Engine.open(":memory:")
    session = await engine.connect("postgres", "postgres", {})
    try:
        for hours in range(40):
            await run(session, f"SET TimeZone = {hours % 12}")
            await run(session, f"SET extra_float_digits = {hours % 4}")
            await run(session, "SELECT now()")
        kept = [prepared for prepared in session.plans._kept.values() if getattr(prepared, "text", "") == "SELECT now()"]
        assert kept
        assert all(len(prepared.analyzed.outputs) <= 16 for prepared in kept)
    finally:
        await session.terminate()
        await engine.close()
