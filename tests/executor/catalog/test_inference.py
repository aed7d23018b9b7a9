import pytest

from executor.catalog.inference import infer
from executor.facts.lookup import types_by_oid


@pytest.mark.parametrize(("declared", "expected"), [
    ("INTEGER", "int8"), ("int", "int8"), ("SMALLINT", "int8"), ("integer unsigned", "int8"),
    ("UNSIGNED BIG INT", "int8"), ("TINYINT(1)", "int8"), ("bigint", "int8"),
    ("TEXT", "text"), ("VARCHAR(255)", "text"), ("NVARCHAR(100)", "text"), ("CHARACTER VARYING (20)", "text"),
    ("CHAR(32)", "text"), ("CLOB", "text"), ("", "text"), ("ANY", "text"), ("POINT", "text"),
    ("whatever it is", "text"),
    ("REAL", "float8"), ("DOUBLE PRECISION", "float8"), ("float", "float8"), ("BLOB", "bytea"), ("BYTEA", "bytea"),
    ("bool", "bool"), ("BOOLEAN", "bool"), ("date", "date"), ("DATETIME", "timestamp"),
    ("TIMESTAMP(6) WITH TIME ZONE", "timestamptz"), ("TIMESTAMP", "timestamp"), ("time", "time"),
    ("DECIMAL(10, 2)", "numeric"), ("NUMERIC", "numeric"), ("JSON", "json"), ("jsonb", "json"), ("UUID", "uuid"),
])
def test_declared_type_gives_postgres_type(declared: str, expected: str) -> None:
    assert types_by_oid()[infer(declared)].name == expected
