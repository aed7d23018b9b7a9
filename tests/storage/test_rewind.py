"""Going back: a copy that went its own way is as it was where the ways part, and follows again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest

from storage.database import Database
from storage.errors import CannotRewind
from storage.logged import PROMOTION
from tests.storage.bench import Bench
from tests.storage.test_random_writers import copy_file

pytestmark = pytest.mark.trio

BEFORE = ("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, s TEXT)",
          "CREATE TABLE w(a TEXT, b INTEGER, PRIMARY KEY(a)) WITHOUT ROWID",
          "CREATE TABLE r(x)", "INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, 'c')",
          "INSERT INTO w VALUES ('k', 1), ('l', 2)", "INSERT INTO r VALUES (1.5), (x'00'), (NULL)")
AFTER = ("INSERT INTO t VALUES (4, 40, 'd')", "UPDATE t SET n = n + 1, id = id + 100", "DELETE FROM t WHERE n > 30",
         "UPDATE w SET a = a || 'x', b = NULL", "DELETE FROM w WHERE b IS NULL", "INSERT INTO w VALUES ('k', 7)", "DELETE FROM r",
         "INSERT INTO r VALUES (5)", "UPDATE t SET s = NULL")


def rows(path: str) -> list[Any]:
    raw = apsw.Connection(path)
    try:
        return [raw.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("t", "w")] + [
            raw.execute("SELECT rowid, x FROM r ORDER BY 1").fetchall()]
    finally:
        raw.close()


async def filled(path: str, statements: Sequence[str] = BEFORE) -> Database:
    database = Database.open(path)
    await database.wal.turn_on()
    for sql in statements:
        await Bench(database).execute(sql)
    return database


async def test_rewound_file_is_as_it_was(path: str) -> None:
    database = await filled(path)
    before, position = rows(path), database.wal.written
    for sql in AFTER:
        await Bench(database).execute(sql)
    assert rows(path) != before
    assert await database.wal.rewind(position) == len(AFTER)
    assert rows(path) == before
    assert (database.wal.written, database.wal.flushed) == (position, position)
    await database.close()
    again = Database.open(path)
    assert again.wal.written == position
    await again.close()


async def test_rewound_primary_follows_the_one_that_was_promoted(path: str, tmp_path: Path) -> None:
    old, target = await filled(path), str(tmp_path / "new.db")
    copy_file(path, target)
    new = Database.open(target)
    parted = await new.wal.begin_timeline() and new.wal.history[-1][1]
    for sql in AFTER[:4]:
        await Bench(old).execute(sql)
    await Bench(new).execute("UPDATE t SET n = -1")
    await old.wal.rewind(parted)
    await old.wal.apply(await new.wal.read(old.wal.written))
    assert rows(path) == rows(target)
    assert (old.wal.timeline, old.wal.history) == (2, ((1, parted, PROMOTION),))
    await old.close()
    await new.close()


async def test_rewinding_over_a_promotion_gives_the_old_timeline_back(path: str) -> None:
    database = await filled(path)
    position = database.wal.written
    await database.wal.begin_timeline()
    await Bench(database).execute("DELETE FROM t")
    await database.wal.rewind(position)
    assert (database.wal.timeline, database.wal.history) == (1, ())
    await database.close()
    again = Database.open(path)
    assert (again.wal.timeline, again.wal.history, again.wal.written) == (1, (), position)
    await again.close()


@pytest.mark.parametrize("sql", ["CREATE TABLE u(a)", "ALTER TABLE t ADD COLUMN c", "DROP TABLE r"])
async def test_change_of_the_schema_is_not_undone(path: str, sql: str) -> None:
    database = await filled(path)
    position = database.wal.written
    await Bench(database).execute("DELETE FROM t")
    await Bench(database).execute(sql)
    await Bench(database).execute("DELETE FROM w")
    end = database.wal.written
    with pytest.raises(CannotRewind, match="the schema"):
        await database.wal.rewind(position)
    assert database.wal.written == end
    assert rows_of(path, "t") == rows_of(path, "w") == []
    await Bench(database).execute("INSERT INTO t(id) VALUES (9)")
    await database.close()


def rows_of(path: str, table: str) -> list[Any]:
    raw = apsw.Connection(path)
    try:
        return raw.execute(f"SELECT * FROM {table}").fetchall()
    finally:
        raw.close()


async def test_place_that_is_none_is_refused(path: str) -> None:
    database = await filled(path)
    for position in (0, database.wal.oldest, database.wal.written - 8, database.wal.written + 8):
        with pytest.raises(CannotRewind, match="the place"):
            await database.wal.rewind(position)
    await database.close()


async def test_note_is_kept_with_the_file(path: str) -> None:
    database = Database.open(path)
    await database.wal.keep_note("standby", "x")
    assert database.wal.note("standby") == "x"
    await database.close()
    again = Database.open(path)
    assert again.wal.note("standby") == "x"
    assert not again.wal.is_on
    await again.wal.keep_note("standby", None)
    assert again.wal.note("standby") is None
    await again.close()
