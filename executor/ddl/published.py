"""The objects of a publication as a statement names them: tables with columns and rows, and schemas."""

from typing import NamedTuple

from msgspec.structs import replace

from executor.catalog.model import FIRST_TEMPORARY_OID, Catalog, Publication, Relation
from executor.catalog.trees import descendants
from executor.ddl.base import DdlContext
from executor.ddl.column import SYSTEM_COLUMNS
from executor.ddl.lookup import SYSTEM_SCHEMAS, Found, get, range_name, require_schema
from executor.ddl.objects import put_publication
from executor.ddl.rewrite import rename_column, unqualified
from executor.parse import Node
from executor.privileges.rules import not_owner, of_relation
from executor.sqlstates import (
    DuplicateObject,
    InvalidColumnReference,
    InvalidParameterValue,
    InvalidSchemaName,
    UndefinedColumn,
)

REFUSED_SCHEMAS = ("pg_catalog", "pg_toast")
PLURALS = {"v": "views", "S": "sequences", "m": "materialized views", "i": "indexes", "c": "composite types"}


class Wanted(NamedTuple):
    """A table of a publication. columns: attnums; where: the text of the row filter; used: the attnums that it uses."""

    relation: Relation
    columns: tuple[int, ...] | None
    where: str
    used: tuple[int, ...]


def wanted_schemas(objects: list[Node], ctx: DdlContext) -> list[int]:
    """OIDs of TABLES IN SCHEMA (3F000, 22023)."""
    names = []
    for item in objects:
        kind = item.peek("pubobjtype")
        if kind == "PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA":
            if not ctx.creation_schema:
                raise InvalidSchemaName("no schema has been selected for CURRENT_SCHEMA")
            names.append(ctx.creation_schema)
        elif kind == "PUBLICATIONOBJ_TABLES_IN_SCHEMA":
            name = item.take("name")
            if name not in REFUSED_SCHEMAS:
                require_schema(ctx, name)
            names.append(name)
        else:
            continue
        item.take("pubobjtype")
        item.finish()
    for name in names:
        what = "system" if name in REFUSED_SCHEMAS else "temporary" if name.startswith("pg_temp") else ""
        if what:
            raise InvalidParameterValue(f'cannot add schema "{name}" to publication',
                                        detail=f"This operation is not supported for {what} schemas.")
    return list(dict.fromkeys(ctx.schema_oid(name) for name in names))


def wanted_tables(objects: list[Node], ctx: DdlContext, publication: Publication, *, dropping: bool = False) -> list[Wanted]:
    """The tables that are named, with those that inherit from them."""
    given: dict[int, tuple[Relation, list[str] | None, Node | None]] = {}
    for item in objects:
        table = item.peek("pubtable")
        if table is None:
            continue
        item.take("pubtable")
        item.take("pubobjtype")
        item.take("name", "")
        name = range_name(table.take("relation"), ctx)
        where, columns = table.take("whereClause"), table.texts("columns") or None
        table.finish()
        item.finish()
        found = get(ctx, name)
        for relation in _tree(ctx, found, name.only, dropping):
            known = given.get(relation.oid)
            if known is None:
                given[relation.oid] = (relation, columns, where)
            elif relation.oid == found.oid:
                _refuse_second(relation, known, columns, where)
    return [_wanted(ctx, publication, *entry, dropping=dropping) for entry in given.values()]


def _refuse_second(relation: Relation, known: tuple[Relation, list[str] | None, Node | None], columns: list[str] | None,
                   where: Node | None) -> None:
    for what, first, second in (("WHERE clauses", known[2], where), ("column lists", known[1], columns)):
        if first is not None or second is not None:
            raise DuplicateObject(f'conflicting or redundant {what} for table "{relation.name}"')


def _tree(ctx: DdlContext, found: Found, only: bool, dropping: bool) -> list[Relation]:
    """The relation, with those that inherit from it; a partitioned table stands for its partitions."""
    if found.kind != "r" or found.index is not None or found.schema in SYSTEM_SCHEMAS:
        if dropping and found.relation is not None:
            return [found.relation]
        raise _cannot_add(found.name, "system tables" if found.schema in SYSTEM_SCHEMAS else PLURALS[found.kind])
    relation = found.table
    return [relation] if only or relation.partition_key is not None else descendants(ctx.catalog, relation)


def _cannot_add(name: str, what: str) -> InvalidParameterValue:
    return InvalidParameterValue(f'cannot add relation "{name}" to publication',
                                 detail=f"This operation is not supported for {what}.")


def _wanted(ctx: DdlContext, publication: Publication, relation: Relation, columns: list[str] | None, where: Node | None, *,
            dropping: bool) -> Wanted:
    if dropping:
        return Wanted(relation, None, "" if where is None else "WHERE", ())  # refused later
    text, used = "", tuple[int, ...]()
    if where is not None:
        if relation.partition_key is not None and not publication.via_root:
            raise InvalidParameterValue(
                f'cannot use publication WHERE clause for relation "{relation.name}"',
                detail="WHERE clause cannot be used for a partitioned table when publish_via_partition_root is false.")
        text, used = ctx.binder.row_filter(where, relation)
        text = unqualified(text, relation.name)
    if not ctx.who.owns(of_relation(relation)):
        raise not_owner(of_relation(relation))
    if relation.persistence == "t" or relation.oid >= FIRST_TEMPORARY_OID:
        raise _cannot_add(relation.name, "temporary tables")
    if relation.persistence == "u":
        raise _cannot_add(relation.name, "unlogged tables")
    return Wanted(relation, None if columns is None else _column_numbers(relation, columns), text, used)


def _column_numbers(relation: Relation, names: list[str]) -> tuple[int, ...]:
    """The attnums of a column list (42703, 42P10, 42710)."""
    found: list[int] = []
    for name in names:
        column = relation.by_name.get(name)
        if column is None:
            if name in SYSTEM_COLUMNS:
                raise InvalidColumnReference(f'cannot use system column "{name}" in publication column list')
            raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
        if column.generated == "v":
            raise InvalidColumnReference(f'cannot use virtual generated column "{name}" in publication column list')
        if column.number in found:
            raise DuplicateObject(f'duplicate column "{name}" in publication column list')
        found.append(column.number)
    return tuple(sorted(found))


def with_column_name(catalog: Catalog, relation: Relation, old: str, new: str) -> Catalog:
    """The catalog with a column's new name in the row filters of its table."""
    for publication in catalog.publications:
        if any(t.relation == relation.oid and t.where for t in publication.tables):
            tables = tuple(
                replace(t, where=rename_column(t.where, relation.name, old, new)) if t.relation == relation.oid and t.where else t
                for t in publication.tables)
            catalog = put_publication(catalog, replace(publication, tables=tables))
    return catalog


def check_columns(publication: Publication, tables: list[Wanted], has_schemas: bool) -> None:
    """22023 for column lists beside whole schemas, and of partitioned tables that are not told as such."""
    for wanted in tables:
        if wanted.columns is None:
            continue
        relation = wanted.relation
        message = f'cannot use column list for relation "{relation.schema}.{relation.name}" in publication "{publication.name}"'
        if has_schemas:
            raise InvalidParameterValue(
                message, detail="Column lists cannot be specified in publications containing FOR TABLES IN SCHEMA elements.")
        if relation.partition_key is not None and not publication.via_root:
            detail = "Column lists cannot be specified for partitioned tables when publish_via_partition_root is false."
            raise InvalidParameterValue(message, detail=detail)
