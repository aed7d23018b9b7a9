"""Operator classes of indexes: which a type has by default, and whether one that is named fits."""

from collections.abc import Callable
from functools import cache

from executor.ddl.base import DdlContext
from executor.facts import table
from executor.facts.lookup import Type, casts
from executor.sqlstates import DatatypeMismatch, UndefinedObject

_OF_KINDS: dict[int, Callable[[Type], bool]] = {
    2277: lambda kind: kind.is_array,  # anyarray
    3500: lambda kind: kind.kind == "e",  # anyenum
    2249: lambda kind: kind.kind == "c",  # record
    3831: lambda kind: kind.kind == "r",  # anyrange
    4537: lambda kind: kind.kind == "m",  # anymultirange
}


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


def _accepts(accepted: int, type_oid: int, ctx: DdlContext) -> bool:
    if accepted == type_oid:
        return True
    kind = ctx.kind_of(type_oid)
    if kind is not None and kind.kind == "d":
        return _accepts(accepted, kind.base, ctx)
    if kind is not None and accepted in _OF_KINDS:
        return _OF_KINDS[accepted](kind)
    cast = casts().get((type_oid, accepted))
    return cast is not None and cast.method == "b" and cast.context == "i"


def require_default(method: str, type_oid: int, ctx: DdlContext) -> None:
    """Raise 42704 if the access method cannot compare the type."""
    if not any(_accepts(accepted, type_oid, ctx) for accepted in _default_types(method)):
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
    if not _accepts(accepted, type_oid, ctx):
        raise DatatypeMismatch(
            f'operator class "{name}" does not accept data type {ctx.binder.type_name(type_oid, -1)}'
        )
    default = accepted in _default_types(method) and not name.endswith("_pattern_ops")
    return "" if default else name
