"""Geometric values: making and converting them, their measures, moving and turning them."""

from collections.abc import Callable, Iterator
from math import cos, pi, sin, sqrt

from executor.builtins.base import Builtin, Python
from executor.builtins.geometric_base import row
from executor.builtins.geometric_polygon import circle_of, twice_area
from executor.errors import not_supported
from executor.sqlstates import FeatureNotSupported, InvalidParameterValue, ProgramLimitExceeded
from executor.types import shapes
from executor.types.geometric import dump, load_circle
from executor.types.shapes import (
    Box,
    Circle,
    Line,
    Lseg,
    Path,
    Point,
    Polygon,
    box_of,
    distance,
    divided,
    hypotenuse,
    is_zero,
    line_at,
    middle,
    minus,
    plus,
    polygon_of,
    same_point,
    slope,
    times,
)

POINTS_MAX = 1_000_000
"""More points than this are not made of a circle."""
_POINTS_MAX_OF_POSTGRESQL = 134_217_724
_CORNERS = 12
"""Of the polygon made of a circle, unless another number is asked for."""


# Making and converting


def line_through(p: Point, q: Point) -> Line:
    """The line through two points (22023 if they are one)."""
    if same_point(p, q):
        raise InvalidParameterValue("invalid line specification: must be two distinct points")
    return line_at(p, slope(p, q))


def bound_box(first: Box, second: Box) -> Box:
    """The smallest box that has both."""
    return Box(Point(shapes.greater(first.high.x, second.high.x), shapes.greater(first.high.y, second.high.y)),
               Point(shapes.lesser(first.low.x, second.low.x), shapes.lesser(first.low.y, second.low.y)))


def box_of_circle(circle: Circle) -> Box:
    """The square inside a circle."""
    (x, y), radius = circle
    half = divided(radius, sqrt(2.0))
    return Box(Point(plus(x, half), plus(y, half)), Point(minus(x, half), minus(y, half)))


def circle_of_box(box: Box) -> Circle:
    """The circle around a box."""
    center = middle(*box)
    return Circle(center, distance(center, box.high))


def polygon_of_box(box: Box) -> Polygon:
    """From the lower left corner, clockwise."""
    return Polygon((box.low, Point(box.low.x, box.high.y), box.high, Point(box.high.x, box.low.y)), box)


def polygon_of_path(path: Path) -> Polygon:
    """22023 for an open path."""
    if not path.closed:
        raise InvalidParameterValue("open path cannot be converted to polygon")
    return polygon_of(path.points)


def polygon_of_circle(count: int, circle: Circle) -> Polygon:
    """The polygon of so many points on a circle, from its leftmost point on (0A000, 22023, 54000)."""
    (x, y), radius = circle
    if is_zero(radius):
        raise FeatureNotSupported("cannot convert circle with radius zero to polygon")
    if count < 2:
        raise InvalidParameterValue("must request at least 2 points")
    if count > _POINTS_MAX_OF_POSTGRESQL:
        raise ProgramLimitExceeded("too many points requested")
    if count > POINTS_MAX:
        raise not_supported(f"a polygon of more than {POINTS_MAX} points")
    step = divided(2.0 * pi, count)
    angles = [times(step, i) for i in range(count)]
    return polygon_of(tuple(Point(minus(x, times(radius, cos(angle))), plus(y, times(radius, sin(angle))))
                            for angle in angles))


_MAKING = (
    row("point(float8,float8)", Point, "1.5 ; -2", "(1.5,-2)"),
    row("point(lseg)", lambda s: middle(*s), "[(1,2),(4,-2)]", "(2.5,0)"),
    row("point(box)", lambda b: middle(*b), "(4,3),(1,1)", "(2.5,2)"),
    row("point(polygon)", lambda p: circle_of(p).center, "((0,0),(3,0),(0,3))", "(1,1)"),
    row("point(circle)", lambda c: c.center, "<(1,2),3>", "(1,2)"),
    row("line(point,point)", line_through, "(0,1) ; (2,5)", "{2,-1,1}"),
    row("lseg(point,point)", Lseg, "(0,1) ; (2,5)", "[(0,1),(2,5)]"),
    row("lseg(box)", lambda b: Lseg(*b), "(4,3),(1,1)", "[(4,3),(1,1)]"),
    row("box(point,point)", box_of, "(0,5) ; (2,1)", "(2,5),(0,1)"),
    row("box(point)", lambda p: Box(p, p), "(1,2)", "(1,2),(1,2)"),
    row("box(circle)", box_of_circle, "<(1,2),3>",
        "(3.1213203435596424,4.121320343559642),(-1.1213203435596424,-0.12132034355964239)"),
    row("box(polygon)", lambda p: p.bound, "((0,0),(3,-1),(0,3))", "(3,3),(0,-1)"),
    row("bound_box(box,box)", bound_box, "(1,1),(0,0) ; (4,3),(3,2)", "(4,3),(0,0)"),
    row("path(polygon)", lambda p: Path(True, p.points), "((0,0),(3,-1),(0,3))", "((0,0),(3,-1),(0,3))"),
    row("polygon(box)", polygon_of_box, "(4,3),(1,1)", "((1,1),(1,3),(4,3),(4,1))"),
    row("polygon(path)", polygon_of_path, "((0,0),(3,-1),(0,3))", "((0,0),(3,-1),(0,3))"),
    row("polygon(int4,circle)", polygon_of_circle, "2 ; <(1,2),3>", "((-2,2),(4,2.0000000000000004))"),
    Builtin("polygon(circle)", Python(lambda c: dump(polygon_of_circle(_CORNERS, load_circle(c)))),
            ("npoints(polygon(circle '<(1,2),3>'))", "12")),
    row("circle(point,float8)", Circle, "(1,2) ; 3", "<(1,2),3>"),
    row("circle(box)", circle_of_box, "(4,3),(1,1)", "<(2.5,2),1.8027756377319948>"),
    row("circle(polygon)", circle_of, "((0,0),(3,0),(0,3))", "<(1,1),1.9621165057908916>"),
    row("diagonal(box)", lambda b: Lseg(*b), "(4,3),(1,1)", "[(4,3),(1,1)]"),
    row("pclose(path)", lambda p: Path(True, p.points), "[(0,0),(3,-1)]", "((0,0),(3,-1))"),
    row("popen(path)", lambda p: Path(False, p.points), "((0,0),(3,-1))", "[(0,0),(3,-1)]"),
)


# Measures


def width(box: Box) -> float:
    """Of a box (22003)."""
    return minus(box.high.x, box.low.x)


def height(box: Box) -> float:
    """Of a box (22003)."""
    return minus(box.high.y, box.low.y)


def box_area(box: Box) -> float:
    """Of a box (22003)."""
    return times(width(box), height(box))


def path_area(path: Path) -> float | None:
    """Of what a closed path is around; NULL for an open one (22003)."""
    return divided(abs(twice_area(path.points)), 2.0) if path.closed else None


def circle_area(circle: Circle) -> float:
    """Of a circle (22003)."""
    return times(times(circle.radius, circle.radius), pi)


def path_length(path: Path) -> float:
    """The sum of its segments (22003)."""
    total = 0.0
    for i in range(0 if path.closed else 1, len(path.points)):
        total = plus(total, distance(path.points[i - 1], path.points[i]))
    return total


def count(value: Path | Polygon) -> int:
    """The number of points."""
    return len(value.points)


_MEASURES = (
    row("area(box)", box_area, "(4,3),(1,1)", "6"),
    row("area(path)", path_area, "((0,0),(3,0),(0,3))", "4.5"),
    row("area(circle)", circle_area, "<(1,2),3>", "28.274333882308138"),
    row("width(box)", width, "(4,3),(1,1)", "3"),
    row("height(box)", height, "(4,3),(1,1)", "2"),
    row("center(box)", lambda b: middle(*b), "(4,3),(1,1)", "(2.5,2)"),
    row("box_center(box)", lambda b: middle(*b), "(4,3),(1,1)", "(2.5,2)"),
    row("center(circle)", lambda c: c.center, "<(1,2),3>", "(1,2)"),
    row("circle_center(circle)", lambda c: c.center, "<(1,2),3>", "(1,2)"),
    row("lseg_center(lseg)", lambda s: middle(*s), "[(1,2),(4,-2)]", "(2.5,0)"),
    row("poly_center(polygon)", lambda p: circle_of(p).center, "((0,0),(3,0),(0,3))", "(1,1)"),
    row("diameter(circle)", lambda c: times(c.radius, 2.0), "<(1,2),3>", "6"),
    row("radius(circle)", lambda c: c.radius, "<(1,2),3>", "3"),
    row("length(lseg)", lambda s: distance(*s), "[(1,2),(4,-2)]", "5"),
    row("lseg_length(lseg)", lambda s: distance(*s), "[(1,2),(4,-2)]", "5"),
    row("length(path)", path_length, "((0,0),(3,0),(0,4))", "12"),
    row("path_length(path)", path_length, "[(0,0),(3,0),(0,4)]", "8"),
    row("npoints(path)", count, "[(0,0),(3,0),(0,4)]", "3"),
    row("path_npoints(path)", count, "[(0,0),(3,0),(0,4)]", "3"),
    row("npoints(polygon)", count, "((0,0),(3,0),(0,4))", "3"),
    row("poly_npoints(polygon)", count, "((0,0),(3,0),(0,4))", "3"),
    row("isclosed(path)", lambda p: p.closed, "[(0,0),(3,0)]", "f"),
    row("isopen(path)", lambda p: not p.closed, "[(0,0),(3,0)]", "t"),
    row("slope(point,point)", slope, "(0,1) ; (2,5)", "2"),
)


# Moving, turning and scaling


def add(p: Point, q: Point) -> Point:
    """Moves a point (22003)."""
    return Point(plus(p.x, q.x), plus(p.y, q.y))


def subtract(p: Point, q: Point) -> Point:
    """Moves a point back (22003)."""
    return Point(minus(p.x, q.x), minus(p.y, q.y))


# What stands on the right is computed first, as in PostgreSQL: this decides which of two errors is reported.


def _plus_product(a: float, b: float, c: float, d: float) -> float:
    """a * b + c * d"""
    right = times(c, d)
    return plus(times(a, b), right)


def _minus_product(a: float, b: float, c: float, d: float) -> float:
    """a * b - c * d"""
    right = times(c, d)
    return minus(times(a, b), right)


def multiply(p: Point, q: Point) -> Point:
    """The product as complex numbers (22003)."""
    y = _plus_product(p.x, q.y, p.y, q.x)
    return Point(_minus_product(p.x, q.x, p.y, q.y), y)


def divide(p: Point, q: Point) -> Point:
    """The quotient as complex numbers (22003, 22012)."""
    square = _plus_product(q.x, q.x, q.y, q.y)
    y = divided(_minus_product(p.y, q.x, p.x, q.y), square)
    return Point(divided(_plus_product(p.x, q.x, p.y, q.y), square), y)


Change = Callable[[Point, Point], Point]


def _changed_box(change: Change, turns: bool) -> Callable[[Box, Point], Box]:
    make = box_of if turns else Box
    return lambda box, p: make(change(box.high, p), change(box.low, p))


def _changed_path(change: Change) -> Callable[[Path, Point], Path]:
    return lambda path, p: Path(path.closed, tuple([change(point, p) for point in path.points]))


def _changed_circle(change: Change, scale: Callable[[float, float], float] | None) -> Callable[[Circle, Point], Circle]:
    def changed(circle: Circle, p: Point) -> Circle:
        center = change(circle.center, p)
        return Circle(center, circle.radius if scale is None else scale(circle.radius, hypotenuse(p.x, p.y)))

    return changed


def path_add(first: Path, second: Path) -> Path | None:
    """+: two open paths as one; NULL if one is closed."""
    return None if first.closed or second.closed else Path(False, first.points + second.points)


_CHANGES: tuple[tuple[str, Change, Callable[[float, float], float] | None, tuple[str, ...]], ...] = (
    ("add", add, None, ("(4,6)", "(4,6),(3,5)", "((3,4),(6,4))", "<(4,6),2>")),
    ("sub", subtract, None, ("(-2,-2)", "(-2,-2),(-3,-3)", "((-3,-4),(0,-4))", "<(-2,-2),2>")),
    ("mul", multiply, times, ("(-5,10)", "(-4,10),(-5,3)", "((0,0),(9,12))", "<(-5,10),10>")),
    ("div", divide, divided, ("(0.44,0.08)", "(0.44,0.12),(0.16,0.08)", "((0,0),(0.36,-0.48))", "<(0.44,0.08),0.4>")),
)


def _change_rows() -> Iterator[Builtin]:
    for verb, change, scale, (point, box, path, circle) in _CHANGES:
        yield row(f"point_{verb}(point,point)", change, "(1,2) ; (3,4)", point)
        yield row(f"box_{verb}(box,point)", _changed_box(change, scale is not None), "(1,2),(0,1) ; (3,4)", box)
        suffix = "add_pt" if verb == "add" else f"{verb}_pt"
        yield row(f"path_{suffix}(path,point)", _changed_path(change), "((0,0),(3,0)) ; (3,4)", path)
        yield row(f"circle_{suffix}(circle,point)", _changed_circle(change, scale), "<(1,2),2> ; (3,4)", circle)
    yield row("path_add(path,path)", path_add, "[(0,0),(3,0)] ; [(1,1)]", "[(0,0),(3,0),(1,1)]")


BUILTINS = (*_MAKING, *_MEASURES, *_change_rows())
