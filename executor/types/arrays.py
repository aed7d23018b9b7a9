"""Arrays: stored as TEXT, the JSON array of their elements in stored form.

Numbers are JSON numbers (floats that JSON cannot write, and everything textual, are strings), bool 0 or 1, bytea a
string "\\x..", NULL null. More dimensions are nested lists; lower bounds other than 1 make it {"l": [...], "v": [...]}.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import inf, isinf
from typing import Any

import msgspec

from executor.facts.lookup import types_by_oid
from executor.sqlstates import ProgramLimitExceeded, UndefinedFunction
from executor.types.base import Codec, Stored, misfit
from executor.types.oids import BYTEA, FLOAT4, FLOAT8, WITHOUT_EQUALITY

Items = list[Any]
"""Elements in JSON form, lists inside lists for more dimensions."""

DIMENSIONS_MAX = 6
BOUND_MAX = 2**31 - 1
ELEMENTS_MAX = 134_217_727

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Array(msgspec.Struct, frozen=True):
    """An array in memory. lowers: one lower bound a dimension; empty for an empty array."""

    items: Items
    lowers: tuple[int, ...]

    @property
    def lengths(self) -> tuple[int, ...]:
        """The number of elements in each dimension; () if it is empty."""
        found: list[int] = []
        level: Any = self.items
        while isinstance(level, list) and level:
            found.append(len(level))
            level = level[0]
        return tuple(found)


def load(text: Stored) -> Array:
    """Read the stored form of an array."""
    if not isinstance(text, str):
        raise misfit("array", text)
    try:
        value = _decode(text)
    except msgspec.DecodeError:
        raise misfit("array", text) from None
    if isinstance(value, dict):
        return Array(value["v"], tuple(value["l"]))
    if not isinstance(value, list):
        raise misfit("array", text)
    return Array(value, (1,) * depth_of(value))


def load_items(text: Stored) -> Items:
    """The elements of a stored array in order, all dimensions flattened."""
    array = load(text)
    return list(flat(array.items)) if len(array.lowers) > 1 else array.items


def dump(items: Items, lowers: tuple[int, ...] = ()) -> str:
    """The stored form of an array; lower bounds that are all 1 may be left out."""
    if lowers and items and any(lower != 1 for lower in lowers):
        return _encode({"l": lowers, "v": items}).decode()
    return _encode(items).decode()


def array_of_vector(text: Stored) -> str:
    """An int2vector or oidvector as an array: its subscripts begin at 0."""
    return dump(load(text).items, (0,))


def depth_of(items: Items) -> int:
    """The number of dimensions of (regular) nested lists; 0 for an empty one."""
    depth = 0
    level: Any = items
    while isinstance(level, list) and level:
        depth += 1
        level = level[0]
    return depth


def flat(items: Items) -> Iterator[Any]:
    """The elements of nested lists, in order."""
    for item in items:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def nest(elements: Items, lengths: tuple[int, ...]) -> Items:
    """Cut a flat list of elements into dimensions of these lengths."""
    for length in reversed(lengths[1:]):
        elements = [elements[at : at + length] for at in range(0, len(elements), length)]
    return elements


def map_elements(items: Items, function: Callable[[Any], Any]) -> Items:
    """Replace each element that is not null, in every dimension."""
    return [map_elements(item, function) if isinstance(item, list) else None if item is None else function(item)
            for item in items]


def _float_to_json(value: Stored) -> Any:
    if isinstance(value, float) and isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


_SPECIAL_FLOATS = {"Infinity": inf, "-Infinity": -inf}


def _float_from_json(value: Any) -> Stored:
    if isinstance(value, str):
        return _SPECIAL_FLOATS.get(value, value)
    return float(value)


def _bytes_to_json(value: Stored) -> Any:
    return "\\x" + value.hex() if isinstance(value, bytes) else value


def _bytes_from_json(value: Any) -> Stored:
    return bytes.fromhex(value[2:])


_TO_JSON: dict[int, Callable[[Stored], Any]] = {
    FLOAT4: _float_to_json, FLOAT8: _float_to_json, BYTEA: _bytes_to_json,
}
_FROM_JSON: dict[int, Callable[[Any], Stored]] = {
    FLOAT4: _float_from_json, FLOAT8: _float_from_json, BYTEA: _bytes_from_json,
}


def _same(value: Any) -> Any:
    return value


def to_json(element_oid: int) -> Callable[[Stored], Any]:
    """The function from an element's stored form to its form inside an array (not called with NULL)."""
    return _TO_JSON.get(element_oid, _same)


def from_json(element_oid: int) -> Callable[[Any], Stored]:
    """The function from an element's form inside an array to its stored form (not called with null)."""
    return _FROM_JSON.get(element_oid, _same)


def too_many_dimensions(count: int) -> ProgramLimitExceeded:
    """54000."""
    return ProgramLimitExceeded(f"number of array dimensions ({count}) exceeds the maximum allowed ({DIMENSIONS_MAX})")


def check_size(lengths: tuple[int, ...]) -> None:
    """54000 for more than 6 dimensions or too many elements."""
    if len(lengths) > DIMENSIONS_MAX:
        raise too_many_dimensions(len(lengths))
    total = 1
    for length in lengths:
        total *= length
    if total > ELEMENTS_MAX:
        raise ProgramLimitExceeded(f"array size exceeds the maximum allowed ({ELEMENTS_MAX})")


def element_comparison(codec: Codec) -> Callable[[Any, Any], int]:
    """PostgreSQL's order of two elements in JSON form, neither of them null (42883 if the type has none)."""
    if codec.oid in WITHOUT_EQUALITY:
        return partial(_refuse_comparison, types_by_oid()[codec.oid].name)
    read = from_json(codec.oid)
    if codec.compare is not None:
        return codec.compare

    def compare(a: Any, b: Any) -> int:
        first, second = read(a), read(b)
        if isinstance(first, str) != isinstance(second, str):  # 'NaN' is above every number
            return 1 if isinstance(first, str) else -1
        return (first > second) - (first < second)  # type: ignore[operator]

    return compare


def _refuse_comparison(type_name: str, a: Any, b: Any) -> int:
    raise UndefinedFunction(f"could not identify a comparison function for type {type_name}")


def _compare_items(a: Items, b: Items, compare: Callable[[Any, Any], int]) -> int:
    for x, y in zip(a, b, strict=False):
        if x is None or y is None:
            order = (x is None) - (y is None)  # nulls are last and equal to each other
        else:
            order = compare(x, y)
        if order:
            return order
    return 0


def compare_arrays(first: Array, second: Array, compare: Callable[[Any, Any], int]) -> int:
    """btarraycmp: element by element, then by count, dimensions, lengths and lower bounds."""
    a, b = list(flat(first.items)), list(flat(second.items))
    order = _compare_items(a, b, compare)
    if order:
        return order
    shape_a = (len(a), len(first.lowers), first.lengths, first.lowers if a else ())
    shape_b = (len(b), len(second.lowers), second.lengths, second.lowers if b else ())
    return (shape_a > shape_b) - (shape_a < shape_b)


@cache
def array_comparison(codec: Codec) -> Callable[[str, str], int]:
    """The collation of arrays whose elements are of this codec's type."""
    compare = element_comparison(codec)

    def collate(a: str, b: str) -> int:
        return 0 if a == b and codec.oid not in WITHOUT_EQUALITY else compare_arrays(load(a), load(b), compare)

    return collate
