"""psycopg: results and parameters of every supported type, in text and in binary."""

import datetime as dt
import ipaddress
import uuid
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Json, Jsonb

from tests.clients.database import Database

Connection = psycopg.Connection[Any]
UTC = dt.UTC

VALUES: dict[str, list[Any]] = {
    "boolean": [True, False],
    "smallint": [-32768, 32767],
    "integer": [-(2**31), 2**31 - 1, 0],
    "bigint": [-(2**63), 2**63 - 1],
    "real": [1.5, -0.25, float("inf")],
    "double precision": [0.1, -1e300, float("-inf")],
    "numeric": [Decimal("12345678901234567890.123456789"), Decimal("-0.00010"), Decimal("100")],
    "numeric(10,2)": [Decimal("12345678.90"), Decimal("-0.01")],
    "text": ["", "naïve ünï 日本語 🐘", "it's \"quoted\" \\ and\nbroken"],
    "varchar(20)": ["short", ""],
    "bytea": [b"", b"\x00\x01\xff", bytes(range(256))],
    "uuid": [uuid.UUID("12345678-1234-5678-1234-567812345678")],
    "date": [dt.date(2024, 2, 29), dt.date(1, 1, 1), dt.date(9999, 12, 31)],
    "time": [dt.time(23, 59, 59, 999999), dt.time(0)],
    "timetz": [dt.time(12, 30, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))],
    "timestamp": [dt.datetime(2024, 2, 29, 12, 34, 56, 789012), dt.datetime(1900, 1, 1)],
    "timestamptz": [dt.datetime(2024, 7, 1, 12, 0, tzinfo=UTC), dt.datetime(1999, 12, 31, 23, 59, 59, 1, tzinfo=UTC)],
    "interval": [dt.timedelta(days=3, seconds=4, microseconds=5), dt.timedelta(days=-1, hours=2)],
}
ARRAYS: dict[str, list[Any]] = {
    "integer[]": [[1, 2, 3], [], [1, None, 3], [[1, 2], [3, 4]]],
    "bigint[]": [[2**62, -1]],
    "text[]": [["a", "", None, 'b"c', "d,e", "{}", "NULL", "null"]],
    "boolean[]": [[True, None, False]],
    "numeric[]": [[Decimal("1.10"), Decimal("-2")]],
    "double precision[]": [[1.5, -0.1]],
    "date[]": [[dt.date(2024, 1, 1)]],
    "timestamptz[]": [[dt.datetime(2024, 1, 1, tzinfo=UTC)]],
    "uuid[]": [[uuid.UUID(int=5)]],
    "bytea[]": [[b"\x00a", b""]],
}
CASES = [(type_, value) for type_, values in (VALUES | ARRAYS).items() for value in values]


@pytest.fixture
def utc(connection: Connection) -> Connection:
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_value_of_each_type_as_parameter_and_result_comes_back_equal(utc: Connection, binary: bool) -> None:
    wrong = []
    placeholder = "%b" if binary else "%t"
    for type_, value in CASES:
        try:
            row = utc.execute(f"SELECT {placeholder}::{type_}", [value], binary=binary).fetchone()
        except psycopg.NotSupportedError as error:
            if "adapt" not in str(error):  # psycopg has no binary form for some types
                wrong.append((type_, value, error))
            continue
        except psycopg.Error as error:
            wrong.append((type_, value, error))
            continue
        if row is None or row[0] != value or str(row[0]) != str(value):
            wrong.append((type_, value, row))
    assert wrong == []


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_value_of_each_type_stored_in_a_table_comes_back_equal(utc: Connection, binary: bool) -> None:
    wrong = []
    for number, (type_, values) in enumerate((VALUES | ARRAYS).items()):
        utc.execute(f"CREATE TABLE stored_{number} (id serial PRIMARY KEY, v {type_})")
        with utc.cursor(binary=binary) as cursor:
            cursor.executemany(f"INSERT INTO stored_{number} (v) VALUES (%s)", [[v] for v in [*values, None]])
            found = [row[0] for row in cursor.execute(f"SELECT v FROM stored_{number} ORDER BY id")]
        if found != [*values, None] or list(map(str, found)) != list(map(str, [*values, None])):
            wrong.append((type_, [*values, None], found))
    assert wrong == []


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_json_given_and_returned_keeps_its_structure(connection: Connection, binary: bool) -> None:
    value = {"a": [1, 2.5, None, {"b": "ü"}], "c": True}
    row = connection.execute("SELECT %s::json, %s::jsonb", [Json(value), Jsonb(value)], binary=binary).fetchone()
    assert row == (value, value)


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_nulls_and_nan_come_back(connection: Connection, binary: bool) -> None:
    row = connection.execute("SELECT %s::int, 'NaN'::float8, 'NaN'::numeric", [None], binary=binary).fetchone()
    assert row is not None and row[0] is None
    assert str(row[1]) == "nan" and str(row[2]) == "NaN"


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_network_addresses_come_back_or_are_not_supported(connection: Connection, binary: bool) -> None:
    try:
        row = connection.execute("SELECT %s::inet", [ipaddress.ip_address("10.0.0.1")], binary=binary).fetchone()
    except psycopg.errors.FeatureNotSupported:
        return
    assert row == (ipaddress.ip_address("10.0.0.1"),)


def test_parameter_type_is_inferred_as_postgres_does(connection: Connection) -> None:
    connection.execute("CREATE TABLE item (id int PRIMARY KEY, name varchar(10), price numeric(6,2))")
    connection.execute("INSERT INTO item VALUES (%s, %s, %s)", ["1", "x", "2.5"])
    assert connection.execute("SELECT * FROM item WHERE price = %s", ["2.50"]).fetchall() == [(1, "x", Decimal("2.50"))]
    with pytest.raises(psycopg.errors.UndefinedFunction):
        connection.execute("SELECT * FROM item WHERE name = %s", [1])


def test_description_names_types_sizes_precision_and_scale(connection: Connection) -> None:
    cursor = connection.execute("SELECT 1::int8 AS a, 'x'::varchar(7) AS b, 1::numeric(9,3) AS c, now() AS d")
    assert cursor.description is not None
    assert [(c.name, c.type_code, c.internal_size, c.precision, c.scale) for c in cursor.description] == [
        ("a", 20, 8, None, None), ("b", 1043, None, None, None), ("c", 1700, None, 9, 3), ("d", 1184, 8, None, None),
    ]
    assert [c.display_size for c in cursor.description] == [None, 7, None, None]


def test_time_zone_of_the_session_decides_how_instants_are_shown(connection: Connection) -> None:
    connection.execute("SET TimeZone = 'Asia/Kolkata'")
    row = connection.execute("SELECT '2024-01-01 00:00+00'::timestamptz, %s::timestamptz::text",
                             [dt.datetime(2024, 1, 1, tzinfo=UTC)]).fetchone()
    assert row is not None
    assert row[0].isoformat() == "2024-01-01T05:30:00+05:30"
    assert row[1] == "2024-01-01 05:30:00+05:30"


def test_enum_registered_by_the_client_is_adapted(database: Database) -> None:
    import enum

    from psycopg.types.enum import EnumInfo, register_enum

    class Colour(enum.Enum):
        RED = "red"
        GREEN = "green"

    with psycopg.connect(database.dsn(), autocommit=True) as connection:
        try:
            connection.execute("CREATE TYPE colour AS ENUM ('red', 'green')")
        except psycopg.errors.FeatureNotSupported:
            return
        info = EnumInfo.fetch(connection, "colour")
        assert info is not None and info.labels == ["red", "green"]
        register_enum(info, connection, Colour, mapping=[(Colour.RED, "red"), (Colour.GREEN, "green")])
        assert connection.execute("SELECT %s, 'red'::colour", [Colour.GREEN]).fetchone() == (Colour.GREEN, Colour.RED)


def test_type_info_is_fetched_from_the_catalog(connection: Connection) -> None:
    from psycopg.types import TypeInfo

    info = TypeInfo.fetch(connection, "jsonb")
    assert info is not None and (info.name, info.oid, info.array_oid) == ("jsonb", 3802, 3807)
    assert TypeInfo.fetch(connection, "no_such_type") is None
