"""Writes a Catalog into the file: the rows of `pgquill_object` that a change of the catalog adds, alters or deletes.

    pgquill_object(oid INTEGER PRIMARY KEY, catalog TEXT, definition TEXT)
    pgquill_sequence(oid INTEGER PRIMARY KEY, last_value INTEGER, is_called INTEGER)

definition is the JSON of the object (executor.catalog.model); `null` marks a built-in schema that was dropped.
Comments stand under the negated OID of what they are about. Relations that other programs made are stored only when a
stored object refers to them by OID. Statements run in the same SQLite transaction as the DDL, after it: the CREATE text
that is recorded with a table is taken from sqlite_schema as they run.
"""

from typing import Any, NamedTuple

import msgspec

from executor.catalog.load import BUILT_IN_SCHEMAS, COMMENTS, KINDS, NEXT_OID
from executor.catalog.model import FIRST_TEMPORARY_OID, Catalog, Comment, Relation
from executor.types.base import Stored

CREATE_OBJECTS = ("CREATE TABLE IF NOT EXISTS main.pgquill_object("
                  "oid INTEGER PRIMARY KEY, catalog TEXT NOT NULL, definition TEXT NOT NULL)")
CREATE_SEQUENCES = ("CREATE TABLE IF NOT EXISTS main.pgquill_sequence("
                    "oid INTEGER PRIMARY KEY, last_value INTEGER NOT NULL, is_called INTEGER NOT NULL)")
PUT = "INSERT OR REPLACE INTO main.pgquill_object(oid, catalog, definition) VALUES (?1, ?2, ?3)"
PUT_RELATION = ("INSERT OR REPLACE INTO main.pgquill_object(oid, catalog, definition) VALUES (?1, ?2, json_set(?3, "
                "'$.sqlite_sql', coalesce((SELECT sql FROM main.sqlite_schema "
                "WHERE name = ?4 AND type IN ('table', 'view')), '')))")
FORGET = ("DELETE FROM main.pgquill_object WHERE catalog = 'pg_class' AND oid <> ?1 "
          "AND definition ->> '$.sqlite_name' = ?2")
"""Rows of a table that another program dropped stay; they go when the name is used again."""
DELETE = "DELETE FROM main.pgquill_object WHERE oid = ?1"


class Change(NamedTuple):
    """A statement for the file's main database and its parameters."""

    sql: str
    parameters: tuple[Stored, ...] = ()


def changes(old: Catalog, new: Catalog) -> list[Change]:
    """The statements that turn the stored form of one catalog into that of another; none if there is no difference."""
    before, after = _objects(old), _objects(new)
    found: list[Change] = []
    for oid, item in after.items():
        if before.get(oid) != item:
            found.extend(_put(oid, *item))
    found += [_gone(oid) for oid in before.keys() - after.keys()]
    if old.next_oid != new.next_oid:
        found.append(Change(PUT, (0, NEXT_OID, str(new.next_oid))))
    if not found:
        return []
    tables = [Change(CREATE_OBJECTS)]
    if new.sequences and not old.sequences:
        tables.append(Change(CREATE_SEQUENCES))
    return tables + found


def _objects(catalog: Catalog) -> dict[int, tuple[str, Any]]:
    """OID (negated for comments) -> (class, what is stored)."""
    found: dict[int, tuple[str, Any]] = {}
    references = _references(catalog)
    for kind, (field, _) in KINDS.items():
        for item in getattr(catalog, field):
            if item.oid < FIRST_TEMPORARY_OID and (not isinstance(item, Relation) or _is_stored(item, references)):
                found[item.oid] = (kind, item)
    comments: dict[int, list[Comment]] = {}
    for comment in catalog.comments:
        if comment.object < FIRST_TEMPORARY_OID:
            comments.setdefault(comment.object, []).append(comment)
    return found | {-oid: (COMMENTS, group) for oid, group in comments.items()}


def _is_stored(relation: Relation, references: set[int]) -> bool:
    """False for temporary tables and for tables of other programs that nothing stored refers to, or is known about."""
    if relation.sqlite_schema != "main":
        return False
    granted = relation.acl is not None or any(column.acl is not None for column in relation.columns)
    if not relation.made_elsewhere or relation.owner or granted or relation.triggers or relation.replica_identity != "d":
        return True
    return bool(references.intersection(_identities(relation)))


def _identities(relation: Relation) -> list[int]:
    return [relation.oid, relation.row_type, relation.array_type, *(index.oid for index in relation.indexes),
            *(constraint.oid for constraint in relation.constraints)]


def _references(catalog: Catalog) -> set[int]:
    """The OIDs that stored objects mention."""
    found = {comment.object for comment in catalog.comments}
    found |= {sequence.owned_by[0] for sequence in catalog.sequences if sequence.owned_by}
    found |= {table.relation for publication in catalog.publications for table in publication.tables}
    found |= {table.relation for subscription in catalog.subscriptions for table in subscription.tables}
    for relation in catalog.relations:
        if not relation.made_elsewhere and relation.oid < FIRST_TEMPORARY_OID:
            found |= {constraint.referenced for constraint in relation.constraints}
            found |= {column.type for column in relation.columns} | {oid for oid, _ in relation.uses}
    return found


def _put(oid: int, kind: str, item: Any) -> list[Change]:
    definition = msgspec.json.encode(item).decode()
    if isinstance(item, Relation) and item.sqlite_name:
        return [Change(FORGET, (oid, item.sqlite_name)),
                Change(PUT_RELATION, (oid, kind, definition, item.sqlite_name))]
    return [Change(PUT, (oid, kind, definition))]


def _gone(oid: int) -> Change:
    if oid in {schema.oid for schema in BUILT_IN_SCHEMAS}:
        return Change(PUT, (oid, "pg_namespace", "null"))
    return Change(DELETE, (oid,))
