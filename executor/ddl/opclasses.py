"""Operator classes of indexes: which a type has by default, and whether one that is named fits."""

from functools import cache

from executor.ddl.base import DdlContext
from executor.facts import table
from executor.facts.lookup import casts, types_by_oid
from executor.sqlstates import DatatypeMismatch, UndefinedObject

ANYARRAY = 2277
KINDS = {3500: "e", 3831: "r", 4537: "m"}
"""The pseudo-types that operator classes take, and the kind of type each stands for: enums, ranges, multiranges."""


@cache
def methods() -> dict[str, int]:
    """Access methods by name."""
    return dict(table("pg_am").select("amname", "oid"))


@cache
def _default_types(method: str) -> frozenset[int]:
    rows = table("pg_opclass").select("opcmethod", "opcintype", "opcdefault")
    return frozenset(kind for am, kind, default in rows if default and am == methods()[method])


@cache
def _named(method: str) -> dict[str, int]:
    rows = table("pg_opclass").select("opcmethod", "opcname", "opcintype")
    return {name: kind for am, name, kind in rows if am == methods()[method]}


def _accepts(accepted: int, type_oid: int) -> bool:
    if accepted == type_oid:
        return True
    kind = types_by_oid().get(type_oid)
    if kind is not None and accepted == ANYARRAY:
        return kind.is_array
    if kind is not None and accepted in KINDS:
        return kind.kind == KINDS[accepted]
    cast = casts().get((type_oid, accepted))
    return cast is not None and cast.method == "b" and cast.context == "i"


def require_default(method: str, type_oid: int, ctx: DdlContext) -> None:
    """Raise 42704 if the access method cannot compare the type."""
    if not any(_accepts(accepted, type_oid) for accepted in _default_types(method)):
        raise UndefinedObject(
            f"data type {ctx.binder.type_name(type_oid, -1)} has no default operator class "
            f'for access method "{method}"',
            hint="You must specify an operator class for the index "
            "or define a default operator class for the data type.",
        )


def require_named(method: str, name: str, type_oid: int, ctx: DdlContext) -> str:
    """The operator class to record: "" if it is the default one. Raises 42704 and 42804."""
    accepted = _named(method).get(name)
    if accepted is None:
        raise UndefinedObject(f'operator class "{name}" does not exist for access method "{method}"')
    if not _accepts(accepted, type_oid):
        raise DatatypeMismatch(
            f'operator class "{name}" does not accept data type {ctx.binder.type_name(type_oid, -1)}'
        )
    default = accepted in _default_types(method) and not name.endswith("_pattern_ops")
    return "" if default else name
