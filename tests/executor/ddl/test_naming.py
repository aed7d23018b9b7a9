import pytest

from executor.catalog.model import Catalog, Schema
from executor.ddl import naming
from executor.errors import SqlError
from executor.parse import parse_expression
from tests.executor.ddl.session import Session


@pytest.mark.parametrize(("expression", "name"), [
    ("a + 1", "expr"), ("lower(a)", "lower"), ("a::varchar", "a"), ("(a + 1)::varchar", "varchar"),
    ("coalesce(a, b)", "coalesce"), ("CASE WHEN a THEN b ELSE c END", "c"), ("CASE WHEN a THEN 1 ELSE 2 END", "case"),
    ("greatest(a, 1)", "greatest"), ("t.a", "a"), ("a COLLATE \"C\"", "a"),
])  # fmt: skip
def test_index_column_of_an_expression_is_named_as_in_postgresql(expression: str, name: str) -> None:
    assert naming.expression_name(parse_expression(expression)) == name


def test_repeated_index_columns_get_digits() -> None:
    assert naming.index_column_names(["expr", "expr", "a", "expr"]) == ["expr", "expr1", "a", "expr2"]


def test_clipping_never_splits_a_character() -> None:
    assert naming.clipped("é" * 40) == "é" * 31


@pytest.mark.parametrize("text", [
    'CREATE TABLE "T" (a int)', "CREATE TABLE sqlite_x (a int)", "CREATE TABLE pgquill_x (a int)",
    'CREATE TABLE "s.x" (a int)', "CREATE INDEX \"T\" ON s.u (a)", 'ALTER TABLE u RENAME TO "T"',
])  # fmt: skip
def test_name_that_sqlite_cannot_tell_apart_is_refused(text: str) -> None:
    session = Session()
    session.run("CREATE SCHEMA s; CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE TABLE s.u (a int)")
    if "INDEX" in text:
        session.run(text)  # an index of schema s is called s.T in the file
        return
    assert session.error(text)[0] == "0A000"


def test_columns_that_differ_in_case_only_have_other_names_in_sqlite() -> None:
    session = Session()
    session.run('CREATE TABLE t (a int, "A" int)')
    assert [c.sqlite_name for c in session.table("t").columns] == ["", "A_2"]


def test_name_of_another_schema_is_free() -> None:
    catalog = Catalog(version=1, schemas=(Schema(oid=2200, name="public"),))
    assert naming.sqlite_name(catalog, "sales", "t") == "sales.t"
    with pytest.raises(SqlError):
        naming.sqlite_name(catalog, "public", "SQLITE_t")
