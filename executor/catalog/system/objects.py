"""Walks over a Catalog for the producers: OIDs of things the model does not number, and their classes' OIDs."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, cast

from executor.catalog.model import OWNER_OID, PG_CATALOG_OID, Catalog, Column, Index, Relation
from executor.catalog.search_path import TEMPORARY, TEMPORARY_OID
from executor.facts import table
from executor.facts.lookup import Type

OWNER = OWNER_OID
OWNER_NAME = "postgres"
DEFAULTS_FIRST_OID = 3_000_000_000
RULES_FIRST_OID = 3_500_000_000
"""Defaults and view rules have OIDs that last as long as the catalog: nothing outside pg_catalog ever mentions them."""
SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")


@cache
def class_oid(name: str) -> int:
    """The OID of a system catalog: class_oid("pg_class") is 1259."""
    rows: list[tuple[str, int, int]] = table("pg_class").select("relname", "oid", "relnamespace")
    return next(oid for relname, oid, schema in rows if relname == name and schema == PG_CATALOG_OID)


def namespace(catalog: Catalog, name: str) -> int:
    """The OID of a schema of the catalog."""
    if name == TEMPORARY:
        return TEMPORARY_OID
    return catalog.schemas_by_name[name].oid


class Default(NamedTuple):
    """A row of pg_attrdef."""

    oid: int
    relation: Relation
    column: Column


def defaults(catalog: Catalog) -> list[Default]:
    """Every column default and generation expression."""
    found = catalog.memo.get("defaults")
    if found is None:
        pairs = [(r, c) for r in catalog.relations for c in r.columns if c.default is not None]
        found = catalog.memo["defaults"] = [Default(DEFAULTS_FIRST_OID + i, *pair) for i, pair in enumerate(pairs)]
    return cast(list[Default], found)


def shown_identity(relation: Relation, column: Column) -> str:
    """attidentity. An INTEGER PRIMARY KEY that another program made is filled in by SQLite: BY DEFAULT."""
    if relation.made_elsewhere and relation.rowid_column == column.number and column.default is None:
        return "d"
    return column.identity


def rules(catalog: Catalog) -> list[tuple[int, Relation]]:
    """(OID, view) of the _RETURN rule of each view."""
    views = [relation for relation in catalog.relations if relation.kind in "vm"]
    return [(RULES_FIRST_OID + i, view) for i, view in enumerate(views)]


def indexes(catalog: Catalog) -> Iterator[tuple[Relation, Index]]:
    """Every index with its table."""
    return ((relation, index) for relation in catalog.relations for index in relation.indexes)


def has_triggers(catalog: Catalog) -> set[int]:
    """OIDs of the relations that have triggers; tables that refer to others or are referred to have some in PostgreSQL."""
    found = catalog.memo.get("relations_with_triggers")
    if found is None:
        found = catalog.memo["relations_with_triggers"] = set()
        for relation in catalog.relations:
            if relation.triggers:
                found.add(relation.oid)
            for constraint in relation.constraints:
                if constraint.kind == "f":
                    found |= {relation.oid, constraint.referenced}
    return cast(set[int], found)


class Storage(NamedTuple):
    """How PostgreSQL would store a type: typlen, typbyval, typalign, typstorage, and its collation."""

    length: int
    by_value: int
    align: str
    storage: str
    collation: int


_COMPOSITE = Storage(-1, 0, "d", "x", 0)
_ENUM = Storage(4, 1, "i", "p", 0)
_RANGE = Storage(-1, 0, "i", "x", 0)


@cache
def _storage() -> dict[int, Storage]:
    rows: list[tuple[Any, ...]] = table("pg_type").select(
        "oid", "typlen", "typbyval", "typalign", "typstorage", "typcollation")
    return {row[0]: Storage(*row[1:]) for row in rows}


@cache
def collation_oid(name: str) -> int:
    """The OID of a collation of pg_catalog; 0 for no name."""
    oids: dict[str, int] = dict(table("pg_collation").select("collname", "oid"))
    return oids.get(name, 0)


def storage(oid: int, catalog: Catalog) -> Storage:
    """How values of a type are stored; arrays of users' types as composites."""
    made = catalog.types_by_oid.get(oid)
    while made is not None and made.kind == "d":
        oid = made.base
        made = catalog.types_by_oid.get(oid)
    if made is not None and made.kind in "rm":
        return _RANGE._replace(align="d" if storage(made.base, catalog).align == "d" else "i")
    if made is not None:
        return _ENUM
    found = _storage().get(oid)
    if found is not None:
        return found
    owner = next((t for t in catalog.types if t.array_type == oid), None)
    if owner is None:
        return _COMPOSITE
    return _COMPOSITE._replace(align="d" if storage(owner.oid, catalog).align == "d" else "i")


@cache
def _default_classes() -> dict[tuple[int, int], int]:
    """(access method, type) -> default operator class."""
    return {(method, kind): oid for oid, method, kind, default in table("pg_opclass").select(
        "oid", "opcmethod", "opcintype", "opcdefault") if default}


@cache
def _class_names() -> dict[tuple[int, str], int]:
    return {(method, name): oid for oid, method, name in table("pg_opclass").select("oid", "opcmethod", "opcname")}


@cache
def access_method(name: str) -> int:
    """The OID of an access method."""
    methods: dict[str, int] = dict(table("pg_am").select("amname", "oid"))
    return methods[name]


_STAND_INS = {1043: 25, 19: 19, 1042: 1042}
_ANYARRAY, _ANYENUM, _RECORD, _ANYRANGE, _ANYMULTIRANGE = 2277, 3500, 2249, 3831, 4537


def operator_class(method: str, kind: Type | None, name: str) -> int:
    """The operator class of this name, or the default one of a type."""
    am = access_method(method)
    if name:
        return _class_names().get((am, name), 0)
    if kind is None:
        return 0
    candidates = (_STAND_INS.get(kind.oid, kind.oid), _ANYARRAY if kind.is_array else 0,
                  {"e": _ANYENUM, "c": _RECORD, "r": _ANYRANGE, "m": _ANYMULTIRANGE}.get(kind.kind, 0))
    return next((_default_classes()[am, oid] for oid in candidates if (am, oid) in _default_classes()), 0)


@cache
def equality_operator(left: int, right: int) -> int:
    """The = of btree for two types (as foreign keys use it), 0 if there is none."""
    rows = table("pg_operator").select("oprname", "oprleft", "oprright", "oid")
    known: dict[tuple[str, int, int], int] = {row[:3]: row[3] for row in rows}
    pair = (_STAND_INS.get(left, left), _STAND_INS.get(right, right))
    return known.get(("=", *pair), 0)
