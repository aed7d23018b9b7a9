"""Rows of system relations, compared with what PostgreSQL showed of the same objects with the same OIDs."""

from typing import Any

import apsw
import pytest

from executor.catalog.definitions import node_tree
from executor.catalog.model import Catalog
from executor.catalog.system import producers, relations
from executor.catalog.system.session_view import SessionView
from executor.catalog.typenames import DEFAULT_PATH
from tests.executor.catalog.golden import catalog, golden

# What PostgreSQL's storage decides, or what pgquill has no counterpart of.
IGNORED = {
    "pg_class": {"relfilenode", "reltoastrelid", "relfrozenxid", "relpages", "reltuples"},
    "pg_attrdef": {"oid"},
    "pg_index": {"indexprs"},
}
FIRST = 16384


def view() -> SessionView:
    return SessionView(catalog(), database="pgquill_golden")


def shown(name: str, rows: Any, ignored: set[str]) -> list[tuple[tuple[str, Any], ...]]:
    names = [column.name for column in relations.qualified(name).columns]
    return sorted((tuple((column, readable(value)) for column, value in zip(names, row, strict=True)
                         if column not in ignored) for row in rows), key=str)


def readable(value: Any) -> Any:
    """A default as pg_get_expr() shows it, as it was recorded."""
    if isinstance(value, str) and value.startswith("{DEFAULT"):
        return node_tree(catalog(), value, 0, DEFAULT_PATH)
    return value


def ours(name: str) -> list[tuple[Any, ...]]:
    return list(producers.rows(*name.split("."), view()))


MINE = {
    "pg_class": lambda row: row["oid"] >= FIRST, "pg_type": lambda row: row["oid"] >= FIRST,
    "pg_attribute": lambda row: row["attrelid"] >= FIRST, "pg_attrdef": lambda row: True,
    "pg_index": lambda row: row["indexrelid"] >= FIRST, "pg_constraint": lambda row: row["oid"] >= FIRST,
    "pg_sequence": lambda row: True, "pg_namespace": lambda row: True,
    "pg_description": lambda row: row["objoid"] >= FIRST,
    "pg_tables": lambda row: row["schemaname"] in ("public", "sales"),
    "pg_views": lambda row: row["schemaname"] in ("public", "sales"),
    "pg_indexes": lambda row: row["schemaname"] in ("public", "sales"), "pg_sequences": lambda row: True,
}


@pytest.mark.parametrize("name", MINE)
def test_pg_catalog_shows_what_postgres_shows(name: str) -> None:
    names = [column.name for column in relations.qualified(f"pg_catalog.{name}").columns]
    found = [row for row in ours(f"pg_catalog.{name}") if MINE[name](dict(zip(names, row, strict=True)))]
    ignored = IGNORED.get(name, set())
    assert shown(f"pg_catalog.{name}", found, ignored) == shown(
        f"pg_catalog.{name}", golden()["pg_catalog"][name], ignored)


# Updatable views are not there yet; pg_depend does not know which columns a view reads.
IGNORED_INFORMATION = {
    "tables": {"is_insertable_into"}, "columns": {"is_updatable"}, "views": {"is_updatable", "is_insertable_into"},
}


@pytest.mark.parametrize("name", [
    "tables", "columns", "table_constraints", "key_column_usage", "constraint_column_usage", "constraint_table_usage",
    "referential_constraints", "check_constraints", "sequences", "views", "column_udt_usage", "attributes",
    "user_defined_types", "table_privileges", "column_privileges", "role_table_grants", "udt_privileges",
    "usage_privileges", "schemata", "view_table_usage", "view_column_usage"])
def test_information_schema_shows_what_postgres_shows(name: str) -> None:
    full = f"information_schema.{name}"
    key = next(i for i, column in enumerate(relations.qualified(full).columns)
               if column.name == {"schemata": "schema_name", "sequences": "sequence_schema", "attributes": "udt_schema",
                                  "user_defined_types": "user_defined_type_schema", "udt_privileges": "udt_schema",
                                  "usage_privileges": "object_schema",
                                  "view_table_usage": "view_schema", "view_column_usage": "view_schema"}.get(
                   name, "constraint_schema" if "constraint" in name or name.startswith("key_") else "table_schema"))
    found = [row for row in ours(full) if row[key] in ("public", "sales")]
    ignored = IGNORED_INFORMATION.get(name, set())
    assert shown(full, found, ignored) == shown(full, golden()["information_schema"][name], ignored)


@pytest.mark.parametrize("name", [
    "routines", "parameters", "domains", "domain_constraints", "domain_udt_usage", "column_domain_usage",
    "character_sets", "enabled_roles", "applicable_roles"])
def test_information_schema_of_built_in_objects_is_complete(name: str) -> None:
    expected = golden()["whole"][name]
    found = sorted([list(row) for row in ours(f"information_schema.{name}")
                    if not "".join(map(str, row[2:3])).startswith("pgquill_")], key=str)  # functions of our own
    assert len(found) == expected["count"]
    assert [row for row in expected["sample"] if row not in found] == []


@pytest.mark.parametrize("name", [".".join(name) for name in relations.names()])
def test_rows_have_the_columns_of_their_relation(name: str) -> None:
    relation = relations.qualified(name)
    if producers.producer(*name.split(".")) is None:
        return
    widths = {len(row) for row in producers.rows(*name.split("."), view())}
    assert widths <= {len(relation.columns)}


def test_constant_relations_are_the_same_without_a_catalog() -> None:
    empty = SessionView(Catalog(version=0), database="other")
    for schema, name in relations.names():
        full = f"{schema}.{name}"
        if producers.producer(schema, name) and producers.is_constant(schema, name):
            assert list(producers.rows(schema, name, empty)) == ours(full), full


def test_every_relation_can_be_made_and_filled_in_sqlite() -> None:
    database = apsw.Connection(":memory:")
    database.execute("ATTACH ':memory:' AS catalog")
    for schema, name in relations.names():
        relation = relations.qualified(f"{schema}.{name}")
        for statement in relations.create_sql(relation):
            database.execute(statement)
        if producers.producer(schema, name):
            rows = ours(relation.sqlite_name)
            empty, insert = relations.fill_sql(relation)
            database.execute(empty)
            database.executemany(insert, rows)
            stored = database.execute(f'SELECT * FROM catalog."{relation.sqlite_name}" ORDER BY rowid').fetchall()
            assert stored == rows, name
