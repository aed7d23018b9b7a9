"""Routines of a catalog as the binder sees them: rows like those of pg_proc, with types by number."""

from typing import cast

from executor.catalog.model import Catalog, Routine
from executor.catalog.usertypes import number
from executor.facts.lookup import Function
from executor.types import oids as T
from executor.types.made import Field, row_number

Functions = tuple[Function, ...]
IS_ROUTINE = "pgquill_routine"
"""The `source` of a Function that stands for a routine."""


def routines(catalog: Catalog, schema: str, name: str) -> Functions:
    """The overloads of this name in a schema."""
    found = catalog.memo.get("routine_facts")
    if found is None:
        found = catalog.memo["routine_facts"] = {}
    key = schema, name
    if key not in found:
        made = (fact(catalog, routine) for routine in catalog.routines_by_name.get(key, ()))
        found[key] = tuple(each for each in made if each is not None)
    return cast(Functions, found[key])


def fact(catalog: Catalog, routine: Routine) -> Function | None:
    """A routine's row; None if one of its types is gone."""
    inputs = [number(catalog, a.type) for a in routine.inputs]
    outputs = [(a.name, number(catalog, a.type)) for a in routine.outputs]
    result = number(catalog, routine.result)
    if result is None or None in inputs or any(oid is None for _, oid in outputs):
        return None
    kept = cast(list[int], inputs)
    known = cast(list[tuple[str, int]], outputs)
    if result == T.RECORD and len(known) > 1 and not any(oid in POLYMORPHIC for _, oid in known):
        result = row_number(tuple(Field(name or f"column{i}", oid) for i, (name, oid) in enumerate(known, 1)))
    variadic = _element(kept[-1]) if routine.inputs and routine.inputs[-1].mode == "v" else 0
    return Function(
        oid=routine.oid, name=routine.name, kind=routine.kind, strict=routine.strict, returns_set=routine.returns_set,
        volatility=routine.volatility, result=result, arguments=tuple(kept), variadic=variadic,
        defaults=tuple(a.default for a in routine.inputs if a.default is not None),
        argument_names=tuple(a.name for a in routine.inputs), outputs=tuple(known), source=IS_ROUTINE, schema=routine.schema)


def _element(array: int) -> int:
    from executor.facts.lookup import type_at

    if array in ELEMENTS:
        return ELEMENTS[array]
    found = type_at(array)
    return found.element if found is not None else 0


ELEMENTS = {T.ANYARRAY: T.ANYELEMENT, T.ANYCOMPATIBLEARRAY: T.ANYCOMPATIBLE, T.ANY: T.ANY}
POLYMORPHIC = frozenset({T.ANYELEMENT, T.ANYARRAY, T.ANYNONARRAY, T.ANYENUM, T.ANYRANGE, T.ANYMULTIRANGE, T.ANYCOMPATIBLE,
                         T.ANYCOMPATIBLEARRAY, T.ANYCOMPATIBLENONARRAY, T.ANYCOMPATIBLERANGE, T.ANYCOMPATIBLEMULTIRANGE})
