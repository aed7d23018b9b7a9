"""How information_schema describes types: data_type and the precision columns that go with it."""

from collections.abc import Callable
from functools import cache
from typing import Any

from executor.catalog.model import Catalog
from executor.catalog.typenames import find_type, format_type, numeric_typmod
from executor.facts import table
from executor.facts.lookup import Type

TEXT_BYTES_MAX = 1 << 30
_CHARACTER = {"varchar", "bpchar"}
_BITS = {"bit", "varbit"}
_PRECISIONS = {"int2": 16, "int4": 32, "int8": 64, "float4": 24, "float8": 53}
_TIMES = {"time", "timetz", "timestamp", "timestamptz"}
_BYTES_PER_CHARACTER = 4


def data_type(catalog: Catalog, kind: Type) -> str:
    """The SQL standard's name of a type; what it does not know is ARRAY or USER-DEFINED."""
    if kind.element and kind.length == -1:
        return "ARRAY"
    return format_type(kind.oid, None, catalog) if kind.schema == "pg_catalog" else "USER-DEFINED"


def _character(name: str, typmod: int) -> dict[str, Any]:
    length = typmod - 4 if typmod != -1 else None
    return {"character_maximum_length": length,
            "character_octet_length": TEXT_BYTES_MAX if length is None else length * _BYTES_PER_CHARACTER}


def _bits(name: str, typmod: int) -> dict[str, Any]:
    return {"character_maximum_length": typmod if typmod != -1 else None}


def _number(name: str, typmod: int) -> dict[str, Any]:
    found: dict[str, Any] = {"numeric_precision": _PRECISIONS[name], "numeric_precision_radix": 2}
    return found | ({"numeric_scale": 0} if name.startswith("int") else {})


def _numeric(name: str, typmod: int) -> dict[str, Any]:
    precision, scale = numeric_typmod(typmod) if typmod != -1 else (None, None)
    return {"numeric_precision": precision, "numeric_precision_radix": 10, "numeric_scale": scale}


def _time(name: str, typmod: int) -> dict[str, Any]:
    return {"datetime_precision": typmod if typmod >= 0 else 6}


def _interval(name: str, typmod: int) -> dict[str, Any]:
    precision = typmod & 0xFFFF
    fields = format_type(1186, typmod, None).removeprefix("interval").partition(" ")[2]
    return {"datetime_precision": 6 if typmod < 0 or precision == 0xFFFF else precision,
            "interval_type": fields.upper() or None}


_DETAILS: dict[str, Callable[[str, int], dict[str, Any]]] = {
    "text": lambda name, typmod: {"character_octet_length": TEXT_BYTES_MAX},
    "date": lambda name, typmod: {"datetime_precision": 0},
    "numeric": _numeric, "interval": _interval,
    **dict.fromkeys(_CHARACTER, _character), **dict.fromkeys(_BITS, _bits), **dict.fromkeys(_PRECISIONS, _number),
    **dict.fromkeys(_TIMES, _time),
}


def details(kind: Type, typmod: int) -> dict[str, Any]:
    """character_maximum_length, numeric_precision and the like, as far as the type has them."""
    describe = _DETAILS.get(kind.name)
    return describe(kind.name, typmod) if describe and kind.schema == "pg_catalog" else {}


def true_type(catalog: Catalog, oid: int, typmod: int) -> tuple[Type, Type | None, int]:
    """(type, the domain or None, typmod) of a column's type. A domain's base type can be a domain itself."""
    kind = find_type(catalog, oid)
    assert kind is not None, oid
    if kind.kind != "d":
        return kind, None, typmod
    base = find_type(catalog, kind.base)
    assert base is not None, kind
    return base, kind, kind.base_typmod


@cache
def _collations() -> dict[int, tuple[str, str]]:
    schemas = dict(table("pg_namespace").select("oid", "nspname"))
    return {oid: (schemas[schema], name) for oid, schema, name in table("pg_collation").select(
        "oid", "collnamespace", "collname")}


def collation(database: str, oid: int) -> dict[str, Any]:
    """The collation columns; nothing for the default collation."""
    schema, name = _collations().get(oid, ("", "default"))
    if name == "default":
        return {}
    return {"collation_catalog": database, "collation_schema": schema, "collation_name": name}
