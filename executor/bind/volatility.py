"""How volatile a bound expression is, as PostgreSQL judges it for indexes and generated columns."""

from functools import cache
from typing import Any

from executor import plan, walk
from executor.facts import table
from executor.facts.lookup import functions_by_oid
from executor.plan_json import PathCall
from executor.types.oids import UNKNOWN

LEVELS = "isv"
# SQL functions that PostgreSQL inlines before it judges: what counts is the conversion of the other argument to text.
INLINED = ("textanycat", "anytextcat")


SEQUENCE_WRITERS = frozenset({"nextval", "setval"})


def volatility(expr: plan.Expr) -> str:
    """The worst level in the expression: i immutable, s stable, v volatile."""
    return max((_level(e) for e in walk.descend(expr)), key=LEVELS.index, default="i")


def _level(e: Any) -> str:
    if isinstance(e, plan.ConvertText):
        return max(_conversion("typoutput", e.argument.type), _conversion("typinput", e.type), key=LEVELS.index)
    if isinstance(e, PathCall):
        return _of_path(e)
    if isinstance(e, plan.Call) and e.function.name in INLINED:
        return max((_conversion("typoutput", a.type) for a in e.arguments), key=LEVELS.index)
    if isinstance(e, (plan.Call, plan.AggregateCall)):
        return e.function.volatility
    return "i"


def _of_path(call: PathCall) -> str:
    """A SQL/JSON path function is as stable as its path."""
    from executor.types.jsonpath_mutability import is_mutable
    from executor.types.jsonpath_syntax import parse

    if not isinstance(call.path, plan.Const):
        return "s"
    if call.path.value is None:
        return "i"
    types = {name: oid for name, (oid, _) in zip(call.spec.names, call.spec.passing, strict=True)}
    return "s" if is_mutable(parse(str(call.path.value)), types) else "i"


@cache
def _functions(column: str) -> dict[int, str]:
    """Type OID -> volatility of its input or output function."""
    names = {f.name: f.volatility for f in functions_by_oid().values()}
    oids = {oid: f.volatility for oid, f in functions_by_oid().items()}
    return {oid: oids.get(f, names.get(f, "s")) for oid, f in table("pg_type").select("oid", column)}


def _conversion(column: str, type_oid: int) -> str:
    if type_oid == UNKNOWN:
        return "i"
    return _functions(column).get(type_oid, "i")
