"""Any value as text, for functions that take arguments of any type: what a cast to text gives."""

from collections.abc import Callable

from executor.context import Context
from executor.facts.lookup import type_at
from executor.types import oids
from executor.types.base import Env, Stored
from executor.types.registry import codec

Printer = Callable[[Context, Stored], str]
"""Gives the text of a stored value that is not NULL, under the session's settings."""

# Types that print the same under all settings; their encoder is made once.
_SETTLED = frozenset((
    oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.XID, oids.CID, oids.XID8, oids.PG_LSN, oids.NUMERIC,
    oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.CHAR, oids.UNKNOWN, oids.CSTRING, oids.UUID, oids.JSON,
    oids.JSONB, oids.TID))
_STRINGS = frozenset((oids.TEXT, oids.VARCHAR, oids.NAME, oids.UNKNOWN, oids.CSTRING, oids.JSON, oids.JSONB, oids.UUID))


def _as_it_is(context: Context, value: Stored) -> str:
    return value if value.__class__ is str else str(value)


def cast_printer(oid: int, typmod: int = -1) -> Printer:
    """What an explicit cast to text gives: as `printer`, but for the types that have a cast function of their own."""
    if oid == oids.BOOL:
        return lambda context, value: "true" if value else "false"
    if oid == oids.BPCHAR:
        return lambda context, value: str(value).rstrip(" ")
    return printer(oid, typmod)


def printer(oid: int, typmod: int = -1) -> Printer:
    """The function that prints values of a type. 0A000 for a type without codec."""
    if oid in _STRINGS:
        return _as_it_is
    kind = codec(oid)
    known = type_at(oid)
    if oid in _SETTLED or (known is not None and known.is_array and known.element in _SETTLED):
        encode = kind.text_encoder(typmod, Env())
        return lambda context, value: encode(value).decode()
    return lambda context, value: kind.text_encoder(typmod, context.env)(value).decode()
