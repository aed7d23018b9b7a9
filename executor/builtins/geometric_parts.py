"""Subscripts of point, line, lseg and box, which count from 0: point[0] is x, lseg[1] the segment's end."""

from collections.abc import Callable
from functools import cache

from executor.builtins.float import number, stored
from executor.facts.lookup import types_by_oid
from executor.sqlstates import ArraySubscriptError, NullValueNotAllowed
from executor.types.base import Stored
from executor.types.geometric import dump, numbers_of, shape_of
from executor.types.oids import FLOAT8, POINT
from executor.types.shapes import Point


def _name(container: int) -> str:
    return types_by_oid()[container].name


@cache
def part_getter(container: int) -> Callable[..., Stored]:
    """(value, subscripts ...) -> the part; NULL where there is none."""
    name, of_points = _name(container), types_by_oid()[container].element == POINT

    def get(value: Stored, *subscripts: int) -> Stored:
        numbers = numbers_of(name, value)
        if len(subscripts) != 1:
            return None
        (at,) = subscripts
        if of_points:
            return dump(Point(*numbers[2 * at : 2 * at + 2])) if 0 <= at < len(numbers) // 2 else None
        return stored(numbers[at]) if 0 <= at < len(numbers) else None

    return get


@cache
def part_setter(container: int) -> Callable[..., Stored]:
    """(value, part, subscripts ...) -> the value with the part replaced (22004, 2202E). NULL as value or as part changes
    nothing. The corners of a box stay where they are put."""
    name, element = _name(container), types_by_oid()[container].element

    def assign(value: Stored, part: Stored, *subscripts: int | None) -> Stored:
        if None in subscripts:
            raise NullValueNotAllowed("array subscript in assignment must not be null")
        if value is None or part is None:
            return value
        if len(subscripts) != 1:
            raise ArraySubscriptError("wrong number of array subscripts")
        numbers = numbers_of(name, value)
        new = [number(part)] if element == FLOAT8 else numbers_of("point", part)  # type: ignore[arg-type]
        (at,) = subscripts
        assert at is not None
        if not 0 <= at < len(numbers) // len(new):
            raise ArraySubscriptError("array subscript out of range")
        numbers[at * len(new) : (at + 1) * len(new)] = new
        return dump(shape_of(name, numbers))

    return assign
