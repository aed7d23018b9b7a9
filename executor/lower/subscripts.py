"""Subscripts of arrays and jsonb, read and assigned to, as SQLite text."""

from functools import cache
from typing import Any

from executor import plan
from executor.bind.resolve import element_type, type_of
from executor.builtins.subscripting import OMITTED, element_setter, json_get, json_set, slice_set
from executor.lower import functions
from executor.lower.expressions import value
from executor.lower.generator import Generator
from executor.sqlstates import FeatureNotSupported
from executor.types import arrays
from executor.types import oids as T
from executor.types.base import Stored
from storage.statement import Function


def subscript(g: Generator, expr: plan.Subscript) -> str:
    """array[i], array[l:u], jsonb[key]."""
    array = value(g, expr.argument)
    if functions.plain_type(expr.argument.type) == T.JSONB:
        keys = ", ".join(value(g, key) for key in expr.uppers if key is not None)
        return f"{g.need(JSON_GET)}({array}, {keys})"
    container = type_of(functions.plain_type(expr.argument.type))
    if not expr.is_slice:
        getter = _part_getter(container.oid) if container.is_fixed_array else _element_getter(functions.plain_type(expr.type))
        texts = [value(g, u) for u in expr.uppers if u is not None]
        return f"{g.need(getter)}({array}, {', '.join(texts)})"
    return f"{g.need(PARTS if container.is_fixed_array else SLICE)}({array}, {_bounds(g, expr)})"


def _bounds(g: Generator, expr: plan.Subscript | plan.SubscriptAssign) -> str:
    """A slice's bounds, lower and upper in turn; '-' where one is left out."""
    return ", ".join(value(g, bound) if bound is not None else f"'{OMITTED}'"
                     for pair in zip(expr.lowers, expr.uppers, strict=True) for bound in pair)


JSON_GET = Function("pg_jsonb_get", json_get, -1, True)
JSON_SET = Function("pg_jsonb_set_part", json_set, -1, True)
SLICE_SET = Function("pg_array_slice_set", slice_set, -1, True)


@cache
def _element_setter(element: int) -> Function:
    return Function(f"pg_array_set_{element}", element_setter(element), -1, True)


def assignment(g: Generator, expr: plan.SubscriptAssign) -> str:
    """A container with a part of it replaced."""
    container, new = value(g, expr.argument), value(g, expr.value)
    base = functions.plain_type(expr.type)
    if expr.is_slice:
        setter = PARTS_SET if type_of(base).is_fixed_array else SLICE_SET
        return f"{g.need(setter)}({container}, {new}, {_bounds(g, expr)})"
    setter = JSON_SET if base == T.JSONB else _part_setter(base) if type_of(base).is_fixed_array \
        else _element_setter(functions.plain_type(element_type(base)))
    keys = ", ".join(value(g, key) for key in expr.uppers if key is not None)
    return f"{g.need(setter)}({container}, {new}, {keys})"


def _refuse_slice(*values: Stored) -> Stored:
    raise FeatureNotSupported("slices of fixed-length arrays not implemented")


def _refuse_slice_set(*values: Stored) -> Stored:
    raise FeatureNotSupported("updates on slices of fixed-length arrays not implemented")


PARTS = Function("pg_parts", _refuse_slice, -1, True, strict=True)
PARTS_SET = Function("pg_parts_set", _refuse_slice_set, -1, True, strict=True)


@cache
def _part_getter(container: int) -> Function:
    from executor.builtins.geometric_parts import part_getter

    return Function(f"pg_part_get_{container}", part_getter(container), -1, True, strict=True)


@cache
def _part_setter(container: int) -> Function:
    from executor.builtins.geometric_parts import part_setter

    return Function(f"pg_part_set_{container}", part_setter(container), -1, True)


@cache
def _element_getter(element: int) -> Function:
    convert = arrays.from_json(element)

    def get(array: Stored, *subscripts: int) -> Stored:
        loaded = arrays.load(array)
        if len(subscripts) != len(loaded.lowers):
            return None
        found: Any = loaded.items
        for at, low in zip(subscripts, loaded.lowers, strict=True):
            if not low <= at < low + len(found):
                return None
            found = found[at - low]
        return None if found is None else convert(found)

    return Function(f"pg_array_get_{element}", get, -1, True, strict=True)


def _slice(array: Stored, *bounds: Any) -> Stored:
    if array is None or None in bounds:
        return None
    loaded = arrays.load(array)
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    if not loaded.items or len(pairs) > len(loaded.lowers):
        return "[]"
    return arrays.dump(_cut(loaded.items, list(loaded.lowers), pairs))


def _cut(items: list[Any], lowers: list[int], pairs: list[tuple[Any, Any]]) -> list[Any]:
    low, high = pairs[0] if pairs else ("-", "-")
    end = lowers[0] + len(items) - 1
    first = lowers[0] if low == "-" else max(int(low), lowers[0])
    last = end if high == "-" else min(int(high), end)
    cut = items[first - lowers[0] : last - lowers[0] + 1] if last >= first else []
    if len(lowers) == 1 or not cut:
        return cut
    inner = [_cut(item, lowers[1:], pairs[1:]) for item in cut]
    return inner if inner and inner[0] else []


SLICE = Function("pg_array_slice", _slice, -1, True)
