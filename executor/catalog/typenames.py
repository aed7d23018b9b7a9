"""Types by OID, those of the catalog included, and how PostgreSQL writes them (format_type)."""

from collections.abc import Callable, Collection
from typing import cast

from executor.catalog.model import Catalog, UserType
from executor.catalog.quoting import quote_identifier
from executor.facts.lookup import Type, types_by_oid

DEFAULT_PATH = ("pg_catalog", "public")


def user_types(catalog: Catalog) -> dict[int, Type]:
    """The types that are not built in, by OID: enums, domains, ranges, row types of relations, and arrays."""
    found = catalog.memo.get("user_types")
    if found is None:
        found = catalog.memo["user_types"] = {}
        for relation in catalog.relations:
            if relation.row_type:
                found[relation.row_type] = Type(
                    relation.row_type, relation.name, -1, "c", "C", False, ",", relation.oid, 0, relation.array_type,
                    0, -1, 0, 0, relation.schema)
            if relation.array_type:
                found[relation.array_type] = Type(
                    relation.array_type, f"_{relation.name}"[:63], -1, "b", "A", False, ",", 0, relation.row_type, 0,
                    0, -1, 0, 6179, relation.schema)
        for made in sorted(catalog.types, key=lambda t: t.oid):
            found[made.oid] = _made(made, found)
            found[made.array_type] = Type(
                made.array_type, f"_{made.name}"[:63], -1, "b", "A", False, ",", 0, made.oid, 0, 0, -1,
                found[made.oid].collation, 6179, made.schema)
    return cast(dict[int, Type], found)


def _made(made: UserType, known: dict[int, Type]) -> Type:
    if made.kind == "e":
        return Type(made.oid, made.name, 4, "e", "E", False, ",", 0, 0, made.array_type, 0, -1, 0, 0, made.schema)
    if made.kind in "rm":
        return Type(made.oid, made.name, -1, made.kind, "R", False, ",", 0, 0, made.array_type, 0, -1, 0, 0, made.schema)
    base = types_by_oid().get(made.base) or known.get(made.base)
    length, category, delimiter = (base.length, base.category, base.delimiter) if base else (-1, "C", ",")
    return Type(made.oid, made.name, length, "d", category, False, delimiter, 0, 0, made.array_type, made.base,
                made.base_typmod, made.collation, 0, made.schema)


def find_type(catalog: Catalog | None, oid: int) -> Type | None:
    """The type of this OID, None if there is none. Without a catalog only built-in types are found."""
    return types_by_oid().get(oid) or (user_types(catalog).get(oid) if catalog else None)


def type_named(catalog: Catalog, schema: str, name: str) -> Type | None:
    """The type of this name in a schema."""
    by_name = catalog.memo.get("types_by_name")
    if by_name is None:
        everything = [*types_by_oid().values(), *user_types(catalog).values()]
        by_name = catalog.memo["types_by_name"] = {(t.schema, t.name): t for t in everything}
    return cast(Type | None, by_name.get((schema, name)))


def type_is_visible(catalog: Catalog | None, found: Type, path: Collection[str]) -> bool:
    """True if the unqualified name finds this type."""
    if catalog is None:
        return found.schema == "pg_catalog"
    for schema in path:
        other = type_named(catalog, schema, found.name)
        if other is not None:
            return other.oid == found.oid
    return False


_SQL_NAMES = {
    "json": "json",
    "bool": "boolean", "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real",
    "float8": "double precision", "numeric": "numeric", "interval": "interval", "varbit": "bit varying",
    "varchar": "character varying", "bit": "bit", "bpchar": "character", "time": "time without time zone",
    "timetz": "time with time zone", "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
}
_INTERVAL_FIELDS = {
    1 << 2: " year", 1 << 1: " month", 1 << 3: " day", 1 << 10: " hour", 1 << 11: " minute", 1 << 12: " second",
    1 << 2 | 1 << 1: " year to month", 1 << 3 | 1 << 10: " day to hour", 1 << 3 | 1 << 10 | 1 << 11: " day to minute",
    1 << 3 | 1 << 10 | 1 << 11 | 1 << 12: " day to second", 1 << 10 | 1 << 11: " hour to minute",
    1 << 10 | 1 << 11 | 1 << 12: " hour to second", 1 << 11 | 1 << 12: " minute to second",
}


def numeric_typmod(typmod: int) -> tuple[int, int]:
    """(precision, scale) of numeric(p,s)."""
    return (typmod - 4) >> 16 & 0xFFFF, ((typmod - 4 & 0x7FF) ^ 1024) - 1024


def _numeric(name: str, typmod: int) -> str:
    return "{}({},{})".format(name, *numeric_typmod(typmod))


def _interval(name: str, typmod: int) -> str:
    fields, precision = _INTERVAL_FIELDS.get(typmod >> 16 & 0x7FFF, ""), typmod & 0xFFFF
    return f"{name}{fields}" if precision == 0xFFFF else f"{name}{fields}({precision})"


def _time(name: str, typmod: int) -> str:
    first, _, rest = name.partition(" ")
    return f"{first}({typmod}) {rest}"


def _length(name: str, typmod: int) -> str:
    return f"{name}({typmod - 4})"


def _plain(name: str, typmod: int) -> str:
    return f"{name}({typmod})"


_TYPMODS: dict[str, Callable[[str, int], str]] = {
    "numeric": _numeric, "interval": _interval, "time": _time, "timetz": _time, "timestamp": _time,
    "timestamptz": _time, "varchar": _length, "bpchar": _length,
}


def format_type(oid: int, typmod: int | None, catalog: Catalog | None, path: Collection[str] = DEFAULT_PATH) -> str:
    """PostgreSQL's format_type(). typmod None: none was asked for, so that bpchar is "character"; path: search path."""
    if oid == 0:
        return "-"
    found = find_type(catalog, oid)
    if found is None:
        return "???"
    if found.is_array and found.name.startswith("_"):  # the vectors have names of their own
        return format_type(found.element, typmod, catalog, path) + "[]"
    has_typmod = typmod is not None and typmod >= 0
    # bit and bpchar without a length are not what SQL's BIT and CHARACTER mean: PostgreSQL gives the type's own name.
    bare = found.name in ("bit", "bpchar") and typmod is not None and not has_typmod
    if found.schema == "pg_catalog" and found.name in _SQL_NAMES and not bare:
        name = _SQL_NAMES[found.name]
    elif type_is_visible(catalog, found, path):
        name = quote_identifier(found.name)
    else:
        name = f"{quote_identifier(found.schema)}.{quote_identifier(found.name)}"
    if not has_typmod:
        return name
    assert typmod is not None
    return _TYPMODS.get(found.name, _plain)(name, typmod)
