"""Publications across a restart, facts of types, and what foreign keys would do to tables that have no replica identity."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.engine import Engine
from executor.publishing.facts import PUBLICATIONS, decode_publications, decode_table, type_number
from executor.sqlstates import ObjectNotInPrerequisiteState
from executor.types.made import definition_of
from tests.replication.decoding import Bench, bench

pytestmark = pytest.mark.trio


@pytest.fixture
async def server() -> AsyncIterator[Bench]:
    async with bench() as made:
        yield made


async def test_publications_are_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    found = []
    for text in ("CREATE SCHEMA s; CREATE TABLE t(a int PRIMARY KEY); "
                 "CREATE PUBLICATION p FOR TABLE t WHERE (a > 1), TABLES IN SCHEMA s", ""):
        engine = await Engine.open(path)
        session = await engine.connect("a", "postgres", {})
        server = Bench(engine, session)
        await server.run(text)
        facts = (await engine.publishing("a").snapshot()).facts(PUBLICATIONS)
        assert facts is not None
        found.append(decode_publications(facts))
        await session.terminate()
        await engine.close()
    assert found[0] == found[1]
    (publication,) = found[0]
    assert (publication.name, publication.tables[0].where, len(publication.schemas)) == ("p", "a > 1", 1)


async def test_facts_tell_types_without_a_catalog(server: Bench) -> None:
    await server.run("CREATE TYPE mood AS ENUM ('a', 'b')")
    await server.run("CREATE DOMAIN few AS mood[] CHECK (array_length(VALUE, 1) < 3)")
    await server.run("CREATE TYPE pair AS (x int, y few)")
    await server.run("CREATE TYPE span AS RANGE (subtype = int)")
    await server.run("CREATE TABLE t(m mood, ms mood[], f few, p pair[], s span, r span_multirange)")
    snapshot = await server.engine.publishing("postgres").snapshot()
    facts = snapshot.facts("t")
    assert facts is not None
    columns = {c.name: c for c in decode_table(facts).columns}
    numbers = {name: type_number(column.type) for name, column in columns.items()}
    assert numbers["ms"] == numbers["m"] + 1
    few = definition_of(numbers["f"])
    assert few is not None
    assert few.base == numbers["ms"]
    pair = definition_of(numbers["p"] - 1)
    assert pair is not None
    assert [field.type for field in pair.fields] == [23, numbers["f"]]


async def test_facts_of_a_table_that_is_not_told_do_not_exist(server: Bench) -> None:
    await server.run("CREATE UNLOGGED TABLE u(a int)")
    await server.run("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a")
    snapshot = await server.engine.publishing("postgres").snapshot()
    assert snapshot.facts("u") is None
    assert snapshot.facts("m") is None
    assert snapshot.facts("pgquill_object") is None


@pytest.mark.parametrize("text", ["DELETE FROM p", "UPDATE p SET a = 2",
                                  "INSERT INTO p VALUES (1, 1) ON CONFLICT (a) DO UPDATE SET a = 2"])
async def test_change_that_would_change_rows_nobody_could_tell_is_refused(server: Bench, text: str) -> None:
    await server.run("CREATE TABLE p(a int PRIMARY KEY, b int); CREATE PUBLICATION q FOR ALL TABLES")
    await server.run("CREATE TABLE c(x int REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE)")
    with pytest.raises(ObjectNotInPrerequisiteState, match='table "c"'):
        await server.run(text)
    await server.run("UPDATE p SET b = 1")
    await server.run("ALTER TABLE c REPLICA IDENTITY FULL")
    await server.run(text)
