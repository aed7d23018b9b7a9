"""What the relations of pg_catalog and information_schema look like: their true OIDs, columns, types and indexes.

Views are tables here, as their rows are produced whole: `kind` says v, but `definition` is empty and `sqlite_schema` is
"catalog". The SQL that makes the table of one in the attached database, and fills it, is here too.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from executor.catalog.model import Column, Constraint, Index, IndexColumn, Relation
from executor.facts import table
from executor.facts.lookup import Type, types_by_oid

SQLITE_SCHEMA = "catalog"
_INTEGERS = {"bool", "int2", "int4", "int8", "oid", "xid", "cid", "xid8", "pg_lsn"}
_REALS = {"float4", "float8"}


@cache
def _schemas() -> dict[int, str]:
    return dict(table("pg_namespace").select("oid", "nspname"))


@cache
def _classes() -> dict[tuple[str, str], tuple[int, str, int]]:
    """(schema, name) -> (OID, kind, row type) of tables and views."""
    rows = table("pg_class").select("relnamespace", "relname", "oid", "relkind", "reltype")
    return {(_schemas()[row[0]], row[1]): row[2:] for row in rows if row[3] in "rv"}


@cache
def _attributes() -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for oid, *rest in table("pg_attribute").select(
            "attrelid", "attnum", "attname", "atttypid", "atttypmod", "attnotnull", "attcollation"):
        found.setdefault(oid, []).append(tuple(rest))
    return found


@cache
def _indexes() -> dict[int, tuple[Index, ...]]:
    names = dict(table("pg_class").select("oid", "relname"))
    found: dict[int, tuple[Index, ...]] = {}
    for oid, owner, keys, unique, primary in table("pg_index").select(
            "indexrelid", "indrelid", "indkey", "indisunique", "indisprimary"):
        if oid not in names:  # of a TOAST table
            continue
        columns = tuple(IndexColumn(column=key) for key in msgspec.json.decode(keys, type=list[int]))
        found[owner] = (*found.get(owner, ()), Index(
            oid=oid, name=names[oid], table=owner, columns=columns, unique=bool(unique), primary=bool(primary)))
    return found


@cache
def _uses() -> dict[int, tuple[tuple[int, int], ...]]:
    """What system views read: view OID -> (relation, attnum). Built-in objects that are pinned are not recorded."""
    views = dict(table("pg_rewrite").select("oid", "ev_class"))
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for rule, kind, oid, number in table("pg_depend").select("objid", "deptype", "refobjid", "refobjsubid"):
        if rule in views and kind == "n":
            found[views[rule]] = (*found.get(views[rule], ()), (oid, number))
    return found


@cache
def _constraints() -> dict[int, tuple[Constraint, ...]]:
    found: dict[int, tuple[Constraint, ...]] = {}
    for owner, oid, name, kind, index, keys in table("pg_constraint").select(
            "conrelid", "oid", "conname", "contype", "conindid", "conkey"):
        if owner:
            found[owner] = (*found.get(owner, ()), Constraint(
                oid=oid, name=name, kind=kind, index=index, columns=msgspec.json.decode(keys, type=tuple[int, ...])))
    return found


@cache
def relation(schema: str, name: str) -> Relation | None:
    """A table or view of pg_catalog or information_schema; None if PostgreSQL 18 has none of that name."""
    found = _classes().get((schema, name))
    if found is None:
        return None
    oid, kind, row_type = found
    columns = tuple(Column(name=name, number=number, type=type_oid, typmod=typmod, not_null=bool(not_null),
                           collation=collation)
                    for number, name, type_oid, typmod, not_null, collation in sorted(_attributes()[oid]))
    return Relation(oid=oid, schema=schema, name=name, kind=kind, columns=columns, sqlite_schema=SQLITE_SCHEMA,
                    sqlite_name=f"{schema}.{name}", row_type=row_type, indexes=_indexes().get(oid, ()),
                    constraints=_constraints().get(oid, ()), uses=_uses().get(oid, ()),
                    array_type=types_by_oid()[row_type].array if row_type else 0)


@cache
def _names_by_oid() -> dict[int, tuple[str, str]]:
    return {found[0]: key for key, found in _classes().items()}


def relation_by_oid(oid: int) -> Relation | None:
    """The system relation of this OID."""
    key = _names_by_oid().get(oid)
    return relation(*key) if key else None


def qualified(sqlite_name: str) -> Relation:
    """The system relation that the attached database calls "schema.name"."""
    found = relation(*sqlite_name.split(".", 1))
    assert found is not None, sqlite_name
    return found


def all_relations() -> Iterator[Relation]:
    """Every system table and view."""
    return (qualified(f"{schema}.{name}") for schema, name in names())


def names() -> list[tuple[str, str]]:
    """(schema, name) of every system table and view."""
    return sorted(_classes())


def base_type(oid: int) -> Type:
    """The type itself, or what a domain stands for."""
    found = types_by_oid()[oid]
    while found.kind == "d":
        found = types_by_oid()[found.base]
    return found


def _affinity(oid: int) -> str:
    found = base_type(oid)
    if found.name in _INTEGERS or found.name.startswith("reg"):
        return "INTEGER"
    return "REAL" if found.name in _REALS else "TEXT"


def quoted(name: str) -> str:
    """A SQLite identifier."""
    return '"' + name.replace('"', '""') + '"'


def create_sql(relation: Relation) -> list[str]:
    """CREATE TABLE in the attached database, and PostgreSQL's own indexes (not unique ones: the rows are ours)."""
    columns = ", ".join(f"{quoted(column.name)} {_affinity(column.type)}" for column in relation.columns)
    statements = [f"CREATE TABLE {SQLITE_SCHEMA}.{quoted(relation.sqlite_name)}({columns})"]
    for index in relation.indexes:
        listed = ", ".join(quoted(relation.by_number[key.column].name) for key in index.columns)
        statements.append(
            f"CREATE INDEX {SQLITE_SCHEMA}.{quoted(index.name)} ON {quoted(relation.sqlite_name)}({listed})")
    return statements


def fill_sql(relation: Relation) -> tuple[str, str]:
    """(the statement that empties the table, the one that inserts a row with a parameter for each column)."""
    name = f"{SQLITE_SCHEMA}.{quoted(relation.sqlite_name)}"
    marks = ", ".join("?" * len(relation.columns))
    return f"DELETE FROM {name}", f"INSERT INTO {name} VALUES ({marks})"
