"""Enums, domains and composite types in the hands of psycopg, asyncpg and SQLAlchemy."""

import asyncio
import enum
from typing import Any

import asyncpg
import psycopg
import pytest
import sqlalchemy as sa
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.enum import EnumInfo, register_enum
from sqlalchemy.dialects import postgresql as pg

from tests.clients.database import Database

TYPES = """
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TYPE place AS (x int, label text);
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TABLE things (id positive PRIMARY KEY, m mood, ms mood[], p place, ps place[])
"""


class Mood(enum.Enum):
    sad = "sad"
    ok = "ok"


@pytest.fixture
def typed(database: Database) -> Database:
    with psycopg.connect(database.dsn(), autocommit=True) as connection:
        connection.execute(TYPES)
    return database


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg_adapts_enums_and_rows(typed: Database, binary: bool) -> None:
    with psycopg.connect(typed.dsn(), autocommit=True) as connection:
        mood: Any = EnumInfo.fetch(connection, "mood")
        register_enum(mood, connection, Mood)
        info: Any = CompositeInfo.fetch(connection, "place")
        register_composite(info, connection)
        place = info.python_type
        row = (1, Mood.ok, [Mood.sad, Mood.ok], place(1, 'a"b'), [place(None, "z"), place(2, "")])
        connection.execute("INSERT INTO things VALUES (%s, %s, %s, %s, %s)", row, binary=binary)
        found = connection.cursor(binary=binary).execute("SELECT * FROM things WHERE m = %s", (Mood.ok,)).fetchall()
        assert found == [row]


def test_psycopg_is_told_which_domain_refused(typed: Database) -> None:
    with psycopg.connect(typed.dsn()) as connection:
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            connection.execute("INSERT INTO things VALUES (%s)", (-1,))
        assert (caught.value.diag.datatype_name, caught.value.diag.constraint_name) == ("positive", "positive_check")


def test_asyncpg_reads_the_types_by_itself(typed: Database) -> None:
    async def run() -> list[Any]:
        connection = await asyncpg.connect(typed.url())
        await connection.execute("INSERT INTO things VALUES ($1, $2, $3, $4, $5)", 1, "ok", ["sad"], (4, "q"), [(None, "r")])
        record = (2, "sad", ["ok", "sad"], (1, "c"), None)
        await connection.copy_records_to_table("things", records=[record])
        found = await connection.fetch("SELECT * FROM things ORDER BY id")
        await connection.close()
        return [tuple(record) for record in found]

    assert asyncio.run(run()) == [(1, "ok", ["sad"], (4, "q"), [(None, "r")]), (2, "sad", ["ok", "sad"], (1, "c"), None)]


def test_sqlalchemy_makes_uses_reflects_and_drops_types(database: Database) -> None:
    engine = sa.create_engine(database.url("postgresql+psycopg"))
    metadata = sa.MetaData()
    table = sa.Table(
        "entries", metadata, sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("m", sa.Enum(Mood, name="mood")), sa.Column("ms", sa.ARRAY(sa.Enum(Mood, name="mood"))),
        sa.Column("mail", pg.DOMAIN("email", sa.Text, check="VALUE ~ '@'", not_null=True)))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{"id": 1, "m": Mood.ok, "ms": [Mood.sad], "mail": "a@b"}])
        assert connection.execute(sa.select(table).where(table.c.m == Mood.ok)).all() == [(1, Mood.ok, [Mood.sad], "a@b")]
        inspector: Any = sa.inspect(connection)
        assert [(e["name"], e["labels"]) for e in inspector.get_enums()] == [("mood", ["sad", "ok"])]
        assert [(d["name"], d["type"], d["nullable"]) for d in inspector.get_domains()] == [("email", "text", False)]
        kinds = {column["name"]: repr(column["type"]) for column in inspector.get_columns("entries")}
        assert kinds["m"] == "ENUM('sad', 'ok', name='mood')"
        assert kinds["mail"].startswith("DOMAIN('email', TEXT(")
    metadata.drop_all(engine)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        assert (inspector.get_enums(), inspector.get_domains()) == ([], [])
    engine.dispose()
