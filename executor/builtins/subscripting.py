"""Subscripts of jsonb, and assigning to elements and slices of arrays and to parts of jsonb (UPDATE t SET a[1] = ...)."""

from collections.abc import Callable
from itertools import product
from typing import Any

from executor.builtins.json_access import index_of
from executor.sqlstates import ArraySubscriptError, InvalidParameterValue, InvalidTextRepresentation, NullValueNotAllowed
from executor.types import arrays
from executor.types.base import Stored
from executor.types.jsontext import Json, dump, load

OMITTED = "-"
"""A slice's bound that was left out (no array has a text as bound)."""

# --- jsonb -----------------------------------------------------------------------------------------------------------


def json_get(document: Stored, *keys: Stored) -> Stored:
    """document[key]...: members by name, elements by number; NULL where there is none or a key is NULL."""
    if document is None or None in keys:
        return None
    assert isinstance(document, str)
    value = load(document)
    for key in map(str, keys):
        if value.__class__ is dict:
            if key not in value:
                return None
            value = value[key]
        elif value.__class__ is list:
            index = index_of(key)
            if index is None or not -len(value) <= index < len(value):
                return None
            value = value[index]
        else:
            return None
    return dump(value)


def json_set(document: Stored, value: Stored, *keys: Stored) -> str:
    """The document with the part at the keys replaced; what is missing on the way is made (22004, 22023, 22P02).

    SQL NULL as value is null; as document it is an empty array if the first key is a number, else an empty object.
    """
    if None in keys:
        raise NullValueNotAllowed("jsonb subscript in assignment must not be null")
    assert isinstance(document, str | None) and isinstance(value, str | None)
    start: Json = load(document) if document is not None else [] if isinstance(keys[0], int) else {}
    return dump(_set(start, [str(key) for key in keys], 0, load(value) if value is not None else None))


def _set(value: Json, path: list[str], level: int, new: Json) -> Json:
    if level == len(path):
        return new
    if value.__class__ is dict:
        inner = _set(value[path[level]], path, level + 1, new) if path[level] in value else _chain(path, level + 1, new)
        return {**value, path[level]: inner}
    if value.__class__ is not list:
        raise InvalidParameterValue(
            "cannot replace existing key",
            detail="The path assumes key is a composite object, but it is a scalar value.")
    return _set_element(value, path, level, new)


def _set_element(value: list[Json], path: list[str], level: int, new: Json) -> Json:
    index = index_of(path[level])
    if index is None:
        raise InvalidTextRepresentation(f'path element at position {level + 1} is not an integer: "{path[level]}"')
    if -index > len(value):
        raise InvalidParameterValue(f"path element at position {level + 1} is out of range: {index}")
    at = index + len(value) if index < 0 else index
    if at < len(value):
        return [*value[:at], _set(value[at], path, level + 1, new), *value[at + 1 :]]
    return [*value, *[None] * (at - len(value)), _chain(path, level + 1, new)]


def _chain(path: list[str], level: int, new: Json) -> Json:
    """The containers that the rest of a path needs: arrays for numbers, objects for names."""
    for key in reversed(path[level:]):
        index = index_of(key)
        new = {key: new} if index is None else [*[None] * index, new]
    return new


# --- arrays ----------------------------------------------------------------------------------------------------------


def _wrong_number() -> ArraySubscriptError:
    return ArraySubscriptError("wrong number of array subscripts")


def element_setter(element: int) -> Callable[..., Stored]:
    """(array, value, subscripts ...) -> the array with one element replaced; a one-dimensional one grows as needed."""
    convert = arrays.to_json(element)

    def assign(array: Stored, value: Stored, *subscripts: Any) -> str:
        if None in subscripts:
            raise NullValueNotAllowed("array subscript in assignment must not be null")
        loaded = arrays.load(array) if array is not None else arrays.Array([], ())
        new = None if value is None else convert(value)
        if not loaded.items:
            return arrays.dump(arrays.nest([new], (1,) * len(subscripts)), tuple(subscripts))
        if len(subscripts) != len(loaded.lowers):
            raise _wrong_number()
        if len(subscripts) == 1:
            items, lower = _grown(loaded, subscripts[0], subscripts[0])
            items[subscripts[0] - lower] = new
            return arrays.dump(items, (lower,))
        return _replaced(loaded, [(at, at) for at in subscripts], [new])

    return assign


def _grown(array: arrays.Array, low: int, high: int) -> tuple[list[Any], int]:
    """A one-dimensional array's elements, with NULLs so that low..high are there, and its new lower bound."""
    (lower,) = array.lowers
    arrays.check_size((max(high, lower + len(array.items) - 1) - min(low, lower) + 1,))
    before, after = max(lower - low, 0), max(high - (lower + len(array.items) - 1), 0)
    return [*[None] * before, *array.items, *[None] * after], min(low, lower)


def _replaced(array: arrays.Array, bounds: list[tuple[int, int]], values: list[Any]) -> str:
    """A multidimensional array with the elements of a block replaced (2202E outside of it)."""
    for (low, high), lower, length in zip(bounds, array.lowers, array.lengths, strict=True):
        if low < lower or high >= lower + length:
            raise ArraySubscriptError("array subscript out of range")
    items = _copied(array.items)
    places = product(*(range(low - lower, high - lower + 1) for (low, high), lower in zip(bounds, array.lowers, strict=True)))
    for place, value in zip(places, values, strict=False):
        level = items
        for at in place[:-1]:
            level = level[at]
        level[place[-1]] = value
    return arrays.dump(items, array.lowers)


def _copied(items: list[Any]) -> list[Any]:
    return [_copied(item) if isinstance(item, list) else item for item in items]


def slice_set(array: Stored, value: Stored, *bounds: Any) -> Stored:
    """The array with a slice replaced; `bounds` are lower and upper of each dimension. NULL as value changes nothing."""
    if None in bounds:
        raise NullValueNotAllowed("array subscript in assignment must not be null")
    if value is None:
        return array
    loaded = arrays.load(array) if array is not None else arrays.Array([], ())
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    source = arrays.load_items(value)
    if not loaded.items:
        return _made(pairs, source)
    if len(pairs) > len(loaded.lowers):
        raise _wrong_number()
    whole = [(lower, lower + length - 1) for lower, length in zip(loaded.lowers, loaded.lengths, strict=True)]
    block = [(low if pair[0] == OMITTED else pair[0], high if pair[1] == OMITTED else pair[1])
             for pair, (low, high) in zip(pairs, whole, strict=False)] + whole[len(pairs) :]
    for low, high in block:
        if low > high:
            raise ArraySubscriptError("upper bound cannot be less than lower bound")
    size = 1
    for low, high in block:
        size *= high - low + 1
    if len(block) == 1:
        items, lower = _grown(loaded, *block[0])
        _check_source(source, size)
        first = block[0][0] - lower
        items[first : first + size] = source[:size]
        return arrays.dump(items, (lower,))
    if any(low < lower or high > upper for (low, high), (lower, upper) in zip(block, whole, strict=True)):
        raise ArraySubscriptError("array subscript out of range")
    _check_source(source, size)
    return _replaced(loaded, block, source)


def _check_source(source: list[Any], size: int) -> None:
    if len(source) < size:
        raise ArraySubscriptError("source array too small")


def _made(pairs: list[tuple[Any, Any]], source: list[Any]) -> str:
    """A slice assigned to an empty array makes an array of its bounds."""
    if any(OMITTED in pair for pair in pairs):
        raise ArraySubscriptError(
            "array slice subscript must provide both boundaries",
            detail="When assigning to a slice of an empty array value, slice boundaries must be fully specified.")
    lengths = tuple(max(high - low + 1, 0) for low, high in pairs)
    arrays.check_size(lengths)
    size = 1
    for length in lengths:
        size *= length
    _check_source(source, size)
    return arrays.dump(arrays.nest(source[:size], lengths), tuple(low for low, _ in pairs)) if size else "[]"
