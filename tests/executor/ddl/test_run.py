from pathlib import Path

import pytest
import trio

from executor.catalog.load import load
from executor.catalog.model import Catalog
from executor.context import Context
from executor.ddl import HANDLERS
from executor.ddl.base import DdlContext
from executor.ddl.run import run
from executor.errors import SqlError
from executor.parse import parse
from storage.database import Database
from storage.statement import Statement
from tests.executor.ddl.fake_binder import FakeBinder


async def execute(database: Database, catalog: Catalog, text: str) -> Catalog:
    """Each statement in a transaction of its own."""
    for raw in parse(text):
        transaction = database.transaction()
        if raw.node.kind not in HANDLERS:
            await (await transaction.run(Statement(raw.text.strip(), writes=True))).close()
            await transaction.commit()
            continue
        binder = FakeBinder()
        ctx = DdlContext(catalog, binder, Context("test", "postgres"), source=text)
        binder.catalog = lambda ctx=ctx: ctx.catalog
        try:
            catalog = await run(HANDLERS[raw.node.kind](raw.node, ctx), catalog, transaction)
        except BaseException:
            await transaction.rollback()
            raise
        await transaction.commit()
    return catalog


async def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    transaction = database.transaction()
    result = await transaction.run(Statement(sql))
    found = await result.fetch(1000)
    await result.close()
    await transaction.rollback()
    return found


async def read_again(database: Database) -> Catalog:
    transaction = database.transaction()
    catalog = await load(transaction)
    await transaction.rollback()
    return catalog


SCRIPT = """
CREATE TABLE p (id int PRIMARY KEY, name text NOT NULL UNIQUE, n numeric CHECK (n > 0));
CREATE TABLE c (id serial PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE, v int);
CREATE INDEX ON c (p, v);
CREATE SCHEMA s;
CREATE TABLE s.t (a text PRIMARY KEY);
CREATE VIEW v AS SELECT id, name FROM p;
INSERT INTO p VALUES (1, 'x', '1.50'), (2, 'y', '2');
INSERT INTO c VALUES (1, 1, 5), (2, 2, 6);
ALTER TABLE p ALTER COLUMN n TYPE numeric(10,2);
ALTER TABLE p ADD COLUMN extra int DEFAULT 7, DROP COLUMN n;
ALTER TABLE p RENAME TO parent;
ALTER TABLE c RENAME COLUMN v TO w;
ALTER TABLE c ADD CONSTRAINT positive CHECK (w > 0);
ALTER TABLE c ALTER COLUMN w SET NOT NULL;
ALTER TABLE s.t SET SCHEMA public;
COMMENT ON TABLE t IS 'moved';
"""


@pytest.mark.trio
async def test_script_on_a_file_leaves_what_load_reads_back(tmp_path: Path) -> None:
    database = Database.open(str(tmp_path / "a.db"))
    try:
        catalog = await execute(database, await read_again(database), SCRIPT)
        assert await read_again(database) == catalog
        assert await rows(database, "SELECT * FROM parent ORDER BY id") == [(1, "x", 7), (2, "y", 7)]
        assert await rows(database, "SELECT * FROM c ORDER BY id") == [(1, 1, 5), (2, 2, 6)]
        assert await rows(database, "PRAGMA integrity_check") == [("ok",)]
        assert await rows(database, "PRAGMA foreign_key_check") == []
    finally:
        await database.close()


@pytest.mark.trio
async def test_failed_validation_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    database = Database.open(str(tmp_path / "a.db"))
    try:
        catalog = await execute(database, await read_again(database), SCRIPT)
        before = await rows(database, "SELECT * FROM sqlite_schema")
        for text in (
            "ALTER TABLE c ALTER COLUMN w TYPE bigint, ADD CONSTRAINT large CHECK (w > 100)",
            "ALTER TABLE parent DROP COLUMN extra, ADD COLUMN must int NOT NULL",
        ):
            with pytest.raises(SqlError):
                await execute(database, catalog, text)
        assert await rows(database, "SELECT * FROM sqlite_schema") == before
        assert await rows(database, "SELECT * FROM parent ORDER BY id") == [(1, "x", 7), (2, "y", 7)]
        assert await read_again(database) == catalog
        await execute(database, catalog, "INSERT INTO parent VALUES (3, 'z', 1)")
    finally:
        await database.close()


@pytest.mark.trio
async def test_catalog_only_change_raises_the_schema_version(tmp_path: Path) -> None:
    database = Database.open(str(tmp_path / "a.db"))
    try:
        first = await execute(database, await read_again(database), "CREATE TABLE t (a int)")
        second = await execute(database, first, "CREATE VIEW v AS SELECT a FROM t")
        assert second.version > first.version
        assert (await read_again(database)).version == second.version
    finally:
        await database.close()


@pytest.mark.trio
async def test_rebuild_of_a_referenced_table_keeps_its_children(tmp_path: Path) -> None:
    database = Database.open(str(tmp_path / "a.db"))
    try:
        catalog = await execute(database, await read_again(database), SCRIPT)
        catalog = await execute(database, catalog, "ALTER TABLE parent DROP COLUMN extra")
        assert await rows(database, "SELECT count(*) FROM c") == [(2,)]
        await execute(database, catalog, "DELETE FROM parent WHERE id = 1")
        assert await rows(database, "SELECT id FROM c") == [(2,)]
    finally:
        await database.close()


def test_other_reader_meanwhile_sees_the_old_shape(tmp_path: Path) -> None:
    async def main() -> None:
        database = Database.open(str(tmp_path / "a.db"))
        try:
            catalog = await execute(database, await read_again(database), SCRIPT)
            transaction = database.transaction()
            ctx = DdlContext(catalog, binder := FakeBinder(), Context("test", "postgres"))
            binder.catalog = lambda: ctx.catalog
            (raw,) = parse("ALTER TABLE parent DROP COLUMN extra")
            await run(HANDLERS[raw.node.kind](raw.node, ctx), catalog, transaction)
            assert await rows(database, "SELECT extra FROM parent WHERE id = 1") == [(7,)]
            await transaction.rollback()
            assert await rows(database, "SELECT extra FROM parent WHERE id = 1") == [(7,)]
        finally:
            await database.close()

    trio.run(main)
