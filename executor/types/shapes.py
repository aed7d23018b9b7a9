"""The geometric values, and the arithmetic they are computed with: PostgreSQL's, equal to the last digit.

Coordinates are doubles, infinities and NaN among them. Most comparisons are fuzzy: numbers that differ by no more than
EPSILON are equal. Sums and products that leave the range of doubles are errors. The order of operations in all
formulas is PostgreSQL's own, for another order rounds otherwise. Source: functions-geometry.html.
"""

from math import inf, isinf, nan, sqrt
from typing import NamedTuple

from executor.sqlstates import DivisionByZero, NumericValueOutOfRange

EPSILON = 1.0e-06


class Point(NamedTuple):
    """(x,y)"""

    x: float
    y: float


class Lseg(NamedTuple):
    """A line segment by its ends."""

    start: Point
    end: Point


class Line(NamedTuple):
    """Where ax + by + c = 0."""

    a: float
    b: float
    c: float


class Box(NamedTuple):
    """A rectangle by its upper right and lower left corners."""

    high: Point
    low: Point


class Path(NamedTuple):
    """Points joined by segments; a closed one returns to its first point."""

    closed: bool
    points: tuple[Point, ...]


class Polygon(NamedTuple):
    """The area within a closed path, and the box around it."""

    points: tuple[Point, ...]
    bound: Box


class Circle(NamedTuple):
    """A centre and a radius."""

    center: Point
    radius: float


# Arithmetic with PostgreSQL's errors


def overflow() -> NumericValueOutOfRange:
    """A result too large for its type."""
    return NumericValueOutOfRange("value out of range: overflow")


def underflow() -> NumericValueOutOfRange:
    """A result too small for its type."""
    return NumericValueOutOfRange("value out of range: underflow")


def plus(a: float, b: float) -> float:
    """a + b (22003)."""
    result = a + b
    if isinf(result) and not isinf(a) and not isinf(b):
        raise overflow()
    return result


def minus(a: float, b: float) -> float:
    """a - b (22003)."""
    result = a - b
    if isinf(result) and not isinf(a) and not isinf(b):
        raise overflow()
    return result


def times(a: float, b: float) -> float:
    """a * b (22003)."""
    result = a * b
    if isinf(result) and not isinf(a) and not isinf(b):
        raise overflow()
    if result == 0 and a != 0 and b != 0:
        raise underflow()
    return result


def divided(a: float, b: float) -> float:
    """a / b (22003, 22012)."""
    if b == 0:
        if a != a:
            return a
        raise DivisionByZero("division by zero")
    result = a / b
    if isinf(result) and not isinf(a):
        raise overflow()
    if result == 0 and a != 0 and not isinf(b):
        raise underflow()
    return result


def hypotenuse(x: float, y: float) -> float:
    """The length of (x,y) (22003); infinite if either is, even beside NaN."""
    if isinf(x) or isinf(y):
        return inf
    if x != x or y != y:
        return nan
    low, high = sorted((abs(x), abs(y)))
    if low == 0:
        return high
    ratio = low / high
    result = high * sqrt(1.0 + ratio * ratio)
    if isinf(result):
        raise overflow()
    return result


# Order: NaN is equal to itself and above all other numbers


def below(a: float, b: float) -> bool:
    """a < b as float8 is sorted."""
    return a < b or (b != b and a == a)


def same(a: float, b: float) -> bool:
    """a = b as float8 is sorted."""
    return a == b or (a != a and b != b)


def lesser(a: float, b: float) -> float:
    """The first in order, b if they are equal."""
    return a if below(a, b) else b


def greater(a: float, b: float) -> float:
    """The last in order, b if they are equal."""
    return a if below(b, a) else b


# Fuzzy comparisons, false where NaN takes part


def is_zero(a: float) -> bool:
    """a is 0."""
    return abs(a) <= EPSILON


def eq(a: float, b: float) -> bool:
    """a is b."""
    return a == b or abs(a - b) <= EPSILON


def ne(a: float, b: float) -> bool:
    """a is not b."""
    return a != b and abs(a - b) > EPSILON


def lt(a: float, b: float) -> bool:
    """a is less than b."""
    return a + EPSILON < b


def le(a: float, b: float) -> bool:
    """a is not above b."""
    return a <= b + EPSILON


def gt(a: float, b: float) -> bool:
    """a is above b."""
    return a > b + EPSILON


def ge(a: float, b: float) -> bool:
    """a is not less than b."""
    return a + EPSILON >= b


def same_point(p: Point, q: Point) -> bool:
    """Whether two points are one; with NaN only if they are exactly equal."""
    if p.x != p.x or p.y != p.y or q.x != q.x or q.y != q.y:
        return same(p.x, q.x) and same(p.y, q.y)
    return eq(p.x, q.x) and eq(p.y, q.y)


# What several types are made by


def distance(p: Point, q: Point) -> float:
    """Between two points (22003)."""
    return hypotenuse(minus(p.x, q.x), minus(p.y, q.y))


def middle(p: Point, q: Point) -> Point:
    """The point halfway between two (22003)."""
    return Point(divided(plus(p.x, q.x), 2.0), divided(plus(p.y, q.y), 2.0))


def slope(p: Point, q: Point) -> float:
    """Of the line through two points; infinite if it is vertical or the points are one (22003)."""
    if eq(p.x, q.x):
        return inf
    if eq(p.y, q.y):
        return 0.0
    return divided(minus(p.y, q.y), minus(p.x, q.x))


def line_at(p: Point, steepness: float) -> Line:
    """The line through a point with this slope (22003)."""
    if isinf(steepness):
        return Line(-1.0, 0.0, p.x)
    if steepness == 0:
        return Line(0.0, -1.0, p.y)
    return Line(steepness, -1.0, minus(p.y, times(steepness, p.x)) + 0.0)  # no negative zero


def box_of(p: Point, q: Point) -> Box:
    """The box with two opposite corners."""
    right, left = (p.x, q.x) if below(q.x, p.x) else (q.x, p.x)
    top, bottom = (p.y, q.y) if below(q.y, p.y) else (q.y, p.y)
    return Box(Point(right, top), Point(left, bottom))


def sorted_corners(p: Point, q: Point) -> Box:
    """The same, but equal coordinates (0 and -0) stay where they are."""
    right, left = (q.x, p.x) if below(p.x, q.x) else (p.x, q.x)
    top, bottom = (q.y, p.y) if below(p.y, q.y) else (p.y, q.y)
    return Box(Point(right, top), Point(left, bottom))


def polygon_of(points: tuple[Point, ...]) -> Polygon:
    """The polygon with these corners."""
    right = left = points[0].x
    top = bottom = points[0].y
    for x, y in points[1:]:
        left = lesser(x, left)
        right = greater(x, right)
        bottom = lesser(y, bottom)
        top = greater(y, top)
    return Polygon(points, Box(Point(right, top), Point(left, bottom)))
