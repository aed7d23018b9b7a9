"""All codecs by type OID. Families are imported when one of their types is first used."""

from functools import cache
from importlib import import_module

from executor.errors import not_supported
from executor.facts.lookup import types_by_oid
from executor.types import oids
from executor.types.arraytext import array_codec, vector_codec
from executor.types.base import Codec
from executor.types.made import FIRST_NUMBER, made_codec

FAMILIES: dict[str, tuple[int, ...]] = {
    "boolean": (oids.BOOL,),
    "integer": (oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.XID, oids.CID, oids.XID8, oids.PG_LSN),
    "reg": oids.REG_TYPES,
    "float": (oids.FLOAT4, oids.FLOAT8),
    "numeric": (oids.NUMERIC,),
    "text": (oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.CHAR, oids.UNKNOWN, oids.CSTRING, oids.REFCURSOR,
             oids.PG_NODE_TREE, oids.ACLITEM, oids.VOID, oids.TRIGGER),
    "bytea": (oids.BYTEA,),
    "bits": (oids.BIT, oids.VARBIT),
    "uuid": (oids.UUID,),
    "json": (oids.JSON, oids.JSONB),
    "jsonpath": (oids.JSONPATH,),
    "network": (oids.INET, oids.CIDR),
    "geometric": oids.GEOMETRIC_TYPES,
    "xml": (oids.XML,),
    "ranges": oids.RANGE_TYPES,
    "multiranges": oids.MULTIRANGE_TYPES,
    "money": (oids.MONEY,),
    "macaddr": (oids.MACADDR, oids.MACADDR8),
    "opaque": (oids.ANYARRAY, oids.PG_NDISTINCT, oids.PG_DEPENDENCIES, oids.PG_MCV_LIST),
    "tid": (oids.TID,),
    "tsvector": (oids.TSVECTOR,),
    "tsquery": (oids.TSQUERY,),
    "record": (oids.RECORD,),
    "datetime": (oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ),
    "interval": (oids.INTERVAL,),
}
"""The module of executor.types that has the codecs of these types."""

_VECTORS = {oids.OIDVECTOR: (oids.OID, "oidvector"), oids.INT2VECTOR: (oids.INT2, "int2vector")}


@cache
def _families_by_oid() -> dict[int, str]:
    return {oid: family for family, members in FAMILIES.items() for oid in members}


@cache
def _family(name: str) -> dict[int, Codec]:
    codecs: tuple[Codec, ...] = import_module(f"executor.types.{name}").CODECS
    return {codec.oid: codec for codec in codecs}


@cache
def codec(oid: int) -> Codec:
    """The codec of a built-in type by its OID or of a user's type by its number (executor.types.made), arrays included.

    Raises 0A000 naming the type if pgquill does not have it.
    """
    if oid >= FIRST_NUMBER:
        return made_codec(oid)
    family = _families_by_oid().get(oid)
    if family is not None:
        return _family(family)[oid]
    if oid in _VECTORS:
        element, name = _VECTORS[oid]
        return vector_codec(oid, codec(element), name)
    known = types_by_oid().get(oid)
    if known is None:
        raise not_supported(f"type with OID {oid}")
    if known.is_array:
        member = types_by_oid()[known.element]
        return array_codec(oid, codec(member.oid), member.delimiter, f"{member.name}[]")
    raise not_supported(f"type {known.name}")


def collation_of(oid: int) -> str | None:
    """The SQLite collation under which stored values compare as in PostgreSQL; None: SQLite's own order does."""
    return codec(oid).collation
