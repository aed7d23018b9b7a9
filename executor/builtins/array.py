"""Functions of arrays. Elements are handled in the form they have inside stored arrays (executor.types.arrays)."""

from collections.abc import Callable, Iterator
from functools import cmp_to_key
from typing import Any

from executor.builtins.base import ArgumentTypes, Builtin, Python, SetReturning
from executor.builtins.output import printer
from executor.catalog.typenames import format_type
from executor.context import Context
from executor.facts.lookup import type_at, types_by_oid
from executor.sqlstates import (
    ArraySubscriptError,
    DataException,
    FeatureNotSupported,
    NullValueNotAllowed,
    ProgramLimitExceeded,
    UndefinedFunction,
)
from executor.types import arrays, oids
from executor.types.arrays import Array, dump, flat, load, load_items
from executor.types.base import Stored
from executor.types.oids import WITHOUT_EQUALITY
from executor.types.registry import codec

Equal = Callable[[Any, Any], bool]


def element_of(array_oid: int) -> int:
    """The type of an array type's elements; the base type of domains, in whose form they are stored."""
    found = type_at(array_oid)
    assert found is not None, array_oid
    element = type_at(found.element)
    while element is not None and element.kind == "d":
        element = type_at(element.base)
    return element.oid if element is not None else 0


def equality(element: int) -> Equal:
    """Whether two elements in JSON form are equal; NULL equals only NULL (42883 where they cannot be compared)."""
    if element in WITHOUT_EQUALITY:
        raise UndefinedFunction(f"could not identify an equality operator for type {types_by_oid()[element].name}")
    kind = codec(element)
    if kind.compare is None:
        return lambda a, b: bool(a == b)
    compare = kind.compare
    return lambda a, b: a is b or (a is not None and b is not None and compare(a, b) == 0)


def _dump(array: Array) -> str:
    return dump(array.items, array.lowers)


# Shape


def _dimension(array: Array, dimension: int) -> tuple[int, int] | None:
    """(lower bound, length) of a dimension, counted from 1; None if there is none."""
    lengths = array.lengths
    if not 1 <= dimension <= len(lengths):
        return None
    return array.lowers[dimension - 1], lengths[dimension - 1]


def array_length(array: str, dimension: int) -> int | None:
    """The length of a dimension; NULL if there is none."""
    found = _dimension(load(array), dimension)
    return found[1] if found else None


def array_lower(array: str, dimension: int) -> int | None:
    """The lower bound of a dimension."""
    found = _dimension(load(array), dimension)
    return found[0] if found else None


def array_upper(array: str, dimension: int) -> int | None:
    """The upper bound of a dimension."""
    found = _dimension(load(array), dimension)
    return found[0] + found[1] - 1 if found else None


def array_ndims(array: str) -> int | None:
    """The number of dimensions; NULL if the array is empty."""
    return len(load(array).lengths) or None


def array_dims(array: str) -> str | None:
    """The bounds of all dimensions as text."""
    value = load(array)
    return "".join(f"[{lower}:{lower + length - 1}]"
                   for lower, length in zip(value.lowers, value.lengths, strict=False)) or None


def cardinality(array: str) -> int:
    """The number of elements in all dimensions."""
    return len(load_items(array))


# Joining


def _one_dimension(array: str | None) -> Array:
    value = load(array) if array is not None else Array([], ())
    if len(value.lowers) > 1:
        raise DataException("argument must be empty or one-dimensional array")
    return value


def _append(types: ArgumentTypes, result: int) -> Callable[..., str]:
    write = arrays.to_json(element_of(result))

    def append(array: str | None, element: Stored) -> str:
        value = _one_dimension(array)
        return dump([*value.items, None if element is None else write(element)], value.lowers)

    return append


def _prepend(types: ArgumentTypes, result: int) -> Callable[..., str]:
    write = arrays.to_json(element_of(result))

    def prepend(element: Stored, array: str | None) -> str:
        value = _one_dimension(array)  # the new array begins where the old one did
        return dump([None if element is None else write(element), *value.items], value.lowers)

    return prepend


def array_cat(first: str | None, second: str | None) -> str | None:
    """||: two arrays of equal shape beyond the first dimension, or an array and an element of it."""
    if first is None or second is None:
        return second if first is None else first
    a, b = load(first), load(second)
    if not a.items or not b.items:
        return first if a.items else second
    depth = len(a.lowers) - len(b.lowers)
    if abs(depth) > 1:
        raise ArraySubscriptError("cannot concatenate incompatible arrays",
                                  detail=f"Arrays of {len(a.lowers)} and {len(b.lowers)} dimensions are not compatible "
                                         "for concatenation.")
    shapes = [list(zip(array.lowers, array.lengths, strict=True)) for array in (a, b)]
    if depth == 0 and shapes[0][1:] != shapes[1][1:]:
        raise ArraySubscriptError("cannot concatenate incompatible arrays",
                                  detail="Arrays with differing element dimensions are not compatible for "
                                         "concatenation.")
    if (depth == 1 and shapes[0][1:] != shapes[1]) or (depth == -1 and shapes[0] != shapes[1][1:]):
        raise ArraySubscriptError("cannot concatenate incompatible arrays",
                                  detail="Arrays with differing dimensions are not compatible for concatenation.")
    left = a.items if depth >= 0 else [a.items]
    right = b.items if depth <= 0 else [b.items]
    return dump(left + right, a.lowers if depth >= 0 else b.lowers)


# Searching


def _flat_for_search(array: str) -> Array:
    value = load(array)
    if len(value.lowers) > 1:
        raise FeatureNotSupported("searching for elements in multidimensional arrays is not supported")
    return value


def _position(types: ArgumentTypes, result: int) -> Callable[..., int | None]:
    element = element_of(types[0][0])
    equal, write = equality(element), arrays.to_json(element)

    def position(array: str | None, wanted: Stored, *start: int | None) -> int | None:
        if array is None:
            return None
        value = _flat_for_search(array)
        if not value.items:
            return None
        if start and start[0] is None:
            raise NullValueNotAllowed("initial position must not be null")
        lower = value.lowers[0]
        item = None if wanted is None else write(wanted)
        first = max((start[0] or 0) - lower, 0) if start else 0
        return next((lower + at for at in range(first, len(value.items)) if equal(value.items[at], item)), None)

    return position


def _positions(types: ArgumentTypes, result: int) -> Callable[..., str | None]:
    element = element_of(types[0][0])
    equal, write = equality(element), arrays.to_json(element)

    def positions(array: str | None, wanted: Stored) -> str | None:
        if array is None:
            return None
        value = _flat_for_search(array)
        item = None if wanted is None else write(wanted)
        lower = value.lowers[0] if value.lowers else 1
        return dump([lower + at for at, other in enumerate(value.items) if equal(other, item)])

    return positions


def _remove(types: ArgumentTypes, result: int) -> Callable[..., str | None]:
    element = element_of(types[0][0])
    equal, write = equality(element), arrays.to_json(element)

    def remove(array: str | None, unwanted: Stored) -> str | None:
        if array is None:
            return None
        value = load(array)
        if len(value.lowers) > 1:
            raise FeatureNotSupported("removing elements from multidimensional arrays is not supported")
        item = None if unwanted is None else write(unwanted)
        return dump([other for other in value.items if not equal(other, item)], value.lowers)

    return remove


def _replaced(items: arrays.Items, old: Any, new: Any, equal: Equal) -> arrays.Items:
    return [_replaced(item, old, new, equal) if isinstance(item, list) else new if equal(item, old) else item
            for item in items]


def _replace(types: ArgumentTypes, result: int) -> Callable[..., str | None]:
    element = element_of(types[0][0])
    equal, write = equality(element), arrays.to_json(element)

    def replace(array: str | None, old: Stored, new: Stored) -> str | None:
        if array is None:
            return None
        value = load(array)
        return dump(_replaced(value.items, None if old is None else write(old), None if new is None else write(new),
                              equal), value.lowers)

    return replace


INCOMPARABLE = frozenset({oids.JSON, oids.JSONPATH, oids.XML})
"""Types that have arrays but no equality."""


def _membership(element: int) -> Callable[[arrays.Items], Callable[[Any], bool]]:
    """A function that makes of a list of elements the test whether an element is in it; NULL never is."""
    if element in INCOMPARABLE:
        shown = format_type(element, None, None)
        raise UndefinedFunction(f"could not identify an equality operator for type {shown}")
    if codec(element).compare is None:
        return lambda items: (frozenset(items) - {None}).__contains__
    equal = equality(element)
    return lambda items: lambda wanted: wanted is not None and any(equal(item, wanted) for item in items)


def _contains(types: ArgumentTypes, result: int) -> Callable[[str, str], int]:
    member = _membership(element_of(types[0][0]))
    return lambda a, b: int(all(map(member(load_items(a)), load_items(b))))


def _contained(types: ArgumentTypes, result: int) -> Callable[[str, str], int]:
    contains = _contains(types, result)
    return lambda a, b: contains(b, a)


def _overlap(types: ArgumentTypes, result: int) -> Callable[[str, str], int]:
    member = _membership(element_of(types[0][0]))
    return lambda a, b: int(any(map(member(load_items(a)), load_items(b))))


# Making and changing


def _fill_bounds(bounds: str) -> list[int]:
    value = load(bounds)
    if len(value.lowers) > 1:
        raise ArraySubscriptError("wrong number of array subscripts", detail="Dimension array must be one dimensional.")
    if None in value.items:
        raise NullValueNotAllowed("dimension values cannot be null")
    return value.items


def _fill(types: ArgumentTypes, result: int) -> Callable[..., str]:
    write = arrays.to_json(types[0][0])

    def fill(element: Stored, lengths: str | None, *lowers: str | None) -> str:
        if lengths is None or None in lowers:
            raise NullValueNotAllowed("dimension array or low bound array cannot be null")
        sizes = _fill_bounds(lengths)
        starts = _fill_bounds(lowers[0]) if lowers and lowers[0] is not None else [1] * len(sizes)
        if len(starts) != len(sizes):
            raise ArraySubscriptError("wrong number of array subscripts",
                                      detail="Low bound array has different size than dimensions array.")
        if any(size < 0 for size in sizes):
            raise ProgramLimitExceeded(f"array size exceeds the maximum allowed ({arrays.ELEMENTS_MAX})")
        arrays.check_size(tuple(sizes))
        if not sizes or 0 in sizes:
            return "[]"
        item: Any = None if element is None else write(element)
        for size in reversed(sizes):
            item = [item] * size
        return dump(item, tuple(starts))

    return fill


def trim_array(array: str, count: int) -> str:
    """Without the last `count` elements of the first dimension; lower bounds become 1."""
    value = load(array)
    if not 0 <= count <= len(value.items):
        raise ArraySubscriptError(f"number of elements to trim must be between 0 and {len(value.items)}")
    return dump(value.items[: len(value.items) - count])


def array_reverse(array: str) -> str:
    """The first dimension backwards."""
    value = load(array)
    return dump(value.items[::-1], value.lowers)


def _sort(types: ArgumentTypes, result: int) -> Callable[..., str]:
    element = element_of(types[0][0])
    compare = arrays.element_comparison(codec(element))

    def order(a: Any, b: Any) -> int:
        if isinstance(a, list):
            return arrays.compare_arrays(Array(a, (1,)), Array(b, (1,)), compare)
        return compare(a, b)

    def sort(array: str, descending: int = 0, nulls_first: int | None = None) -> str:
        value = load(array)
        present = sorted((item for item in value.items if item is not None), key=cmp_to_key(order),
                         reverse=bool(descending))
        nulls: arrays.Items = [None] * (len(value.items) - len(present))
        first = descending if nulls_first is None else nulls_first
        return dump(nulls + present if first else present + nulls, value.lowers)

    return sort


# Rows and text


def unnest(types: ArgumentTypes, result: int) -> Callable[[str], Iterator[Stored]]:
    """The elements of an array as rows."""
    read = arrays.from_json(element_of(types[0][0]))

    def elements(array: str) -> Iterator[Stored]:
        for item in flat(load(array).items):
            yield None if item is None else read(item)

    return elements


def generate_subscripts(array: str, dimension: int, reverse: int = 0) -> Iterator[int]:
    """The subscripts of a dimension."""
    found = _dimension(load(array), dimension)
    if found:
        subscripts = range(found[0], found[0] + found[1])
        yield from reversed(subscripts) if reverse else subscripts


def _to_string(types: ArgumentTypes, result: int) -> Callable[..., str | None]:
    element = element_of(types[0][0])
    show, read = printer(element, types[0][1]), arrays.from_json(element)

    def to_string(context: Context, array: str | None, delimiter: str | None, null: str | None = None) -> str | None:
        if array is None or delimiter is None:
            return None
        parts = [null if item is None else show(context, read(item)) for item in flat(load(array).items)]
        return delimiter.join([part for part in parts if part is not None])

    return to_string


def _width_bucket(types: ArgumentTypes, result: int) -> Callable[[Stored, str], int]:
    element = element_of(types[1][0])
    compare, write = arrays.element_comparison(codec(element)), arrays.to_json(element)

    def bucket(operand: Stored, thresholds: str) -> int:
        value = load(thresholds)
        if len(value.lowers) > 1:
            raise ArraySubscriptError("thresholds must be one-dimensional array")
        if None in value.items:
            raise NullValueNotAllowed("thresholds array must not contain NULLs")
        wanted = write(operand)
        low, high = 0, len(value.items)
        while low < high:
            middle = (low + high) // 2
            if compare(wanted, value.items[middle]) < 0:
                high = middle
            else:
                low = middle + 1
        return low

    return bucket


def _typed(factory: Callable[..., Any]) -> Python:
    return Python(factory, typed=True)


BUILTINS = (
    Builtin("array_length(anyarray,int4)", Python(array_length), ("array_length('{1,2,3}'::int[], 1)", "3")),
    Builtin("array_lower(anyarray,int4)", Python(array_lower), ("array_lower('[5:6]={1,2}'::int[], 1)", "5")),
    Builtin("array_upper(anyarray,int4)", Python(array_upper), ("array_upper('[5:6]={1,2}'::int[], 1)", "6")),
    Builtin("array_ndims(anyarray)", Python(array_ndims), ("array_ndims('{{1},{2}}'::int[])", "2")),
    Builtin("array_dims(anyarray)", Python(array_dims), ("array_dims('{{1},{2}}'::int[])", "[1:2][1:1]")),
    Builtin("cardinality(anyarray)", Python(cardinality), ("cardinality('{{1,2},{3,4}}'::int[])", "4")),
    Builtin("array_append(anycompatiblearray,anycompatible)", _typed(_append),
            ("array_append('{1}'::int[], 2)", "{1,2}")),
    Builtin("array_prepend(anycompatible,anycompatiblearray)", _typed(_prepend),
            ("array_prepend(1, '{2}'::int[])", "{1,2}")),
    Builtin("array_cat(anycompatiblearray,anycompatiblearray)", Python(array_cat),
            ("array_cat('{1}'::int[], '{2}'::int[])", "{1,2}")),
    Builtin("array_position(anycompatiblearray,anycompatible)", _typed(_position),
            ("array_position('{a,b}'::text[], 'b'::text)", "2")),
    Builtin("array_position(anycompatiblearray,anycompatible,int4)", _typed(_position),
            ("array_position('{1,2,1}'::int[], 1, 2)", "3")),
    Builtin("array_positions(anycompatiblearray,anycompatible)", _typed(_positions),
            ("array_positions('{1,2,1}'::int[], 1)", "{1,3}")),
    Builtin("array_remove(anycompatiblearray,anycompatible)", _typed(_remove),
            ("array_remove('{1,2,1}'::int[], 1)", "{2}")),
    Builtin("array_replace(anycompatiblearray,anycompatible,anycompatible)", _typed(_replace),
            ("array_replace('{1,2}'::int[], 2, 3)", "{1,3}")),
    Builtin("arraycontains(anyarray,anyarray)", _typed(_contains),
            ("arraycontains('{1,2}'::int[], '{2}'::int[])", "t")),
    Builtin("arraycontained(anyarray,anyarray)", _typed(_contained),
            ("arraycontained('{1,2}'::int[], '{2}'::int[])", "f")),
    Builtin("arrayoverlap(anyarray,anyarray)", _typed(_overlap), ("arrayoverlap('{1,2}'::int[], '{2,3}'::int[])", "t")),
    Builtin("array_fill(anyelement,_int4)", _typed(_fill), ("array_fill(7, '{2}'::int[])", "{7,7}")),
    Builtin("array_fill(anyelement,_int4,_int4)", _typed(_fill),
            ("array_fill(7, '{2}'::int[], '{0}'::int[])", "[0:1]={7,7}")),
    Builtin("trim_array(anyarray,int4)", Python(trim_array), ("trim_array('{1,2,3}'::int[], 2)", "{1}")),
    Builtin("array_reverse(anyarray)", Python(array_reverse), ("array_reverse('{1,2}'::int[])", "{2,1}")),
    Builtin("array_sort(anyarray)", _typed(_sort), ("array_sort('{3,1,NULL,2}'::int[])", "{1,2,3,NULL}")),
    Builtin("array_sort(anyarray,bool)", _typed(_sort), ("array_sort('{3,1,2}'::int[], true)", "{3,2,1}")),
    Builtin("array_sort(anyarray,bool,bool)", _typed(_sort),
            ("array_sort('{1,NULL}'::int[], false, true)", "{NULL,1}")),
    Builtin("unnest(anyarray)", SetReturning(unnest, typed=True)),
    Builtin("generate_subscripts(anyarray,int4)", SetReturning(generate_subscripts)),
    Builtin("generate_subscripts(anyarray,int4,bool)", SetReturning(generate_subscripts)),
    *(Builtin(f"array_to_string({arguments})", Python(_to_string, context=True, typed=True),
        (f"array_to_string({call})", expected))
      for arguments, call, expected in (("anyarray,text", "'{1,NULL,3}'::int[], ','", "1,3"),
                                        ("anyarray,text,text", "'{1,NULL,3}'::int[], ',', '*'", "1,*,3"))),
    Builtin("width_bucket(anycompatible,anycompatiblearray)", _typed(_width_bucket),
            ("width_bucket(5, '{1,3,6}'::int[])", "2")),
)
