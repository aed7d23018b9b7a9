"""Where geometric values meet, and how far apart they are: intersections, closest points, distances.

A function named `nearest_on_...` gives the distance and the point of its first argument that is closest to the second.
Line segments are made into lines to intersect them; a point is on a segment if the ways from it to both ends add up to
the segment's length. All of it is PostgreSQL's algorithm, whose rounding shows in results.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import inf, nan

from executor.types.shapes import (
    Box,
    Circle,
    Line,
    Lseg,
    Path,
    Point,
    below,
    distance,
    divided,
    eq,
    greater,
    hypotenuse,
    is_zero,
    le,
    lesser,
    line_at,
    middle,
    minus,
    plus,
    same_point,
    slope,
    times,
)

Nearest = tuple[float, Point]

# Lines


def line_slope(line: Line) -> float:
    """Of a line (22003)."""
    if is_zero(line.a):
        return 0.0
    return inf if is_zero(line.b) else divided(line.a, -line.b)


def across_line(line: Line) -> float:
    """The slope of the lines that are perpendicular to a line."""
    if is_zero(line.a):
        return inf
    return 0.0 if is_zero(line.b) else divided(line.b, line.a)


def across(p: Point, q: Point) -> float:
    """The slope of the lines that are perpendicular to the one through two points."""
    if eq(p.x, q.x):
        return 0.0
    if eq(p.y, q.y):
        return inf
    return divided(minus(p.x, q.x), minus(q.y, p.y))


def line_of(segment: Lseg) -> Line:
    """The line that a segment is on."""
    return line_at(segment.start, slope(segment.start, segment.end))


def line_meets_line(first: Line, second: Line) -> Point | None:
    """The point where two lines cross; None if they are parallel (or the same)."""
    if is_zero(first.b):
        if is_zero(second.b):
            return None
        first, second = second, first
    if eq(second.a, times(first.a, divided(second.b, first.b))):
        return None
    x = divided(minus(times(first.b, second.c), times(second.b, first.c)),
                minus(times(first.a, second.b), times(second.a, first.b)))
    y = divided(-plus(times(first.a, x), first.c), first.b)
    return Point(x + 0.0, y + 0.0)  # no negative zeros


def line_has_point(line: Line, p: Point) -> bool:
    """Whether the point satisfies the line's equation."""
    return is_zero(plus(plus(times(line.a, p.x), times(line.b, p.y)), line.c))


def nearest_on_line(line: Line, p: Point) -> Nearest:
    """The foot of the perpendicular; (NaN, p) where it cannot be found."""
    found = line_meets_line(line_at(p, across_line(line)), line)
    return (nan, p) if found is None else (distance(found, p), found)


def line_distance(first: Line, second: Line) -> float:
    """Of two parallel lines, 0 if they cross."""
    if line_meets_line(first, second) is not None:
        return 0.0
    ratio = 1.0
    for a, b in ((first.a, second.a), (first.b, second.b)):
        if not is_zero(a) and a == a and not is_zero(b) and b == b:
            ratio = divided(a, b)
            break
    return divided(abs(minus(first.c, times(ratio, second.c))), hypotenuse(first.a, first.b))


# Line segments


def lseg_has_point(segment: Lseg, p: Point) -> bool:
    """Whether the point is on the segment."""
    return eq(distance(p, segment.start) + distance(p, segment.end), distance(segment.start, segment.end))


def lseg_meets_line(segment: Lseg, line: Line) -> Point | None:
    """The point where a segment crosses a line; one of its ends as such, without what rounding does to it."""
    found = line_meets_line(line_of(segment), line)
    if found is None or not lseg_has_point(segment, found):
        return None
    return next((end for end in segment if same_point(end, found)), found)


def lseg_meets_lseg(first: Lseg, second: Lseg) -> Point | None:
    """The point where two segments cross."""
    found = lseg_meets_line(first, line_of(second))
    return found if found is not None and lseg_has_point(second, found) else None


def nearest_on_lseg_to_line(segment: Lseg, line: Line) -> Nearest:
    """Where they cross, or else the end that is nearer to the line."""
    found = lseg_meets_line(segment, line)
    if found is not None:
        return 0.0, found
    start, end = (nearest_on_line(line, p)[0] for p in segment)
    return (start, segment.start) if start < end else (end, segment.end)


def nearest_on_lseg(segment: Lseg, p: Point) -> Nearest:
    """Where the perpendicular through the point crosses the segment, or else an end."""
    _, found = nearest_on_lseg_to_line(segment, line_at(p, across(*segment)))
    return distance(found, p), found


def _nearest(candidates: Iterable[Nearest]) -> Nearest:
    """The candidate with the least distance, the first of several; NaN is above all numbers."""
    found = iter(candidates)
    best = next(found)
    for candidate in found:
        if below(candidate[0], best[0]):
            best = candidate
    return best


def nearest_on_lseg_to_lseg(segment: Lseg, other: Lseg) -> Nearest:
    """Where they cross; else an end of one of them is involved."""
    found = lseg_meets_lseg(segment, other)
    if found is not None:
        return 0.0, found
    return _nearest((
        nearest_on_lseg(segment, other.start), nearest_on_lseg(segment, other.end),
        (nearest_on_lseg(other, segment.start)[0], segment.start),
        (nearest_on_lseg(other, segment.end)[0], segment.end)))


# Boxes


def sides(box: Box) -> Iterator[Lseg]:
    """Left, upper, lower, right."""
    left_top, right_bottom = Point(box.low.x, box.high.y), Point(box.high.x, box.low.y)
    yield Lseg(box.low, left_top)
    yield Lseg(box.high, left_top)
    yield Lseg(box.low, right_bottom)
    yield Lseg(box.high, right_bottom)


def box_has_point(box: Box, p: Point) -> bool:
    """Whether the point is in the box or on its border; exactly."""
    return box.high.x >= p.x and box.low.x <= p.x and box.high.y >= p.y and box.low.y <= p.y


def boxes_overlap(first: Box, second: Box) -> bool:
    """Whether two boxes have a point in common."""
    return le(first.low.x, second.high.x) and le(second.low.x, first.high.x) \
        and le(first.low.y, second.high.y) and le(second.low.y, first.high.y)


def nearest_on_box(box: Box, p: Point) -> Nearest:
    """The point itself if the box has it, else the nearest on a side."""
    if box_has_point(box, p):
        return 0.0, p
    return _nearest(nearest_on_lseg(side, p) for side in sides(box))


def _around(segment: Lseg) -> Box:
    """The box around a segment."""
    (x1, y1), (x2, y2) = segment
    return Box(Point(greater(x1, x2), greater(y1, y2)), Point(lesser(x1, x2), lesser(y1, y2)))


def _sides_meet(box: Box, segment: Lseg) -> bool:
    if box_has_point(box, segment.start) or box_has_point(box, segment.end):
        return True
    return any(lseg_meets_lseg(side, segment) is not None for side in sides(box))


def box_meets_lseg(box: Box, segment: Lseg) -> bool:
    """Whether a segment crosses a side of the box or is inside it."""
    return boxes_overlap(_around(segment), box) and _sides_meet(box, segment)


def nearest_on_box_to_lseg(box: Box, segment: Lseg) -> Nearest:
    """Where they meet: the point of the segment next to the box's centre; else the nearest on a side."""
    if boxes_overlap(_around(segment), box):
        _, central = nearest_on_lseg(segment, middle(*box))
        if _sides_meet(box, segment):
            return 0.0, central
    return _nearest(nearest_on_lseg_to_lseg(side, segment) for side in sides(box))


def box_to_lseg(box: Box, segment: Lseg) -> float:
    """The distance of a segment from a box; 0 if they meet."""
    if box_meets_lseg(box, segment):
        return 0.0
    return _nearest(nearest_on_lseg_to_lseg(side, segment) for side in sides(box))[0]


def line_meets_box(line: Line, box: Box) -> bool:
    """Whether a line crosses a side of the box."""
    (right, top), (left, bottom) = box
    corners = Point(left, bottom), Point(left, top), Point(right, top), Point(right, bottom)
    # The last two sides are drawn from their other ends.
    return any(lseg_meets_line(Lseg(corners[i], corners[j]), line) is not None
               for i, j in ((0, 1), (2, 1), (2, 3), (0, 3)))


# Paths


def segments(points: tuple[Point, ...], closed: bool = True) -> Iterator[Lseg]:
    """The segments between points; of a closed path the one from the last to the first point comes first."""
    for i in range(0 if closed else 1, len(points)):
        yield Lseg(points[i - 1], points[i])


def path_meets_path(first: Path, second: Path) -> bool:
    """Whether two paths have a point in common."""
    if not boxes_overlap(_bound(first.points), _bound(second.points)):
        return False
    others = list(segments(second.points, second.closed))
    return any(lseg_meets_lseg(segment, other) is not None
               for segment in segments(first.points, first.closed) for other in others)


def _bound(points: tuple[Point, ...]) -> Box:
    right = left = points[0].x
    top = bottom = points[0].y
    for x, y in points[1:]:
        right, top, left, bottom = greater(x, right), greater(y, top), lesser(x, left), lesser(y, bottom)
    return Box(Point(right, top), Point(left, bottom))


def least(distances: Iterable[float]) -> float | None:
    """The least of them, NaN being the greatest; None if there are none."""
    best: float | None = None
    for found in distances:
        if best is None or below(found, best):
            best = found
    return best


def path_distance(first: Path, second: Path) -> float | None:
    """Between the nearest segments of two paths; NULL if one has none."""
    others = list(segments(second.points, second.closed))
    return least(nearest_on_lseg_to_lseg(segment, other)[0]
                 for segment in segments(first.points, first.closed) for other in others)


def path_to_point(path: Path, p: Point) -> float:
    """From a point to the nearest segment; 0 if there is none."""
    return least(nearest_on_lseg(segment, p)[0] for segment in segments(path.points, path.closed)) or 0.0


def open_path_has_point(points: tuple[Point, ...], p: Point) -> bool:
    """Whether the point is on a segment of an open path."""
    to_start = distance(p, points[0])
    for start, end in pairwise(points):
        to_end = distance(p, end)
        if eq(plus(to_start, to_end), distance(start, end)):
            return True
        to_start = to_end
    return False


# Circles


def not_negative(value: float) -> float:
    """0 for what overlaps."""
    return 0.0 if value < 0.0 else value


def circle_to_point(circle: Circle, p: Point) -> float:
    """From a circle's edge to a point; 0 inside."""
    return not_negative(minus(distance(p, circle.center), circle.radius))


def circle_has_point(circle: Circle, p: Point) -> bool:
    """Whether the point is in the circle; exactly."""
    return distance(circle.center, p) <= circle.radius


def circle_distance(first: Circle, second: Circle) -> float:
    """Between the edges of two circles; 0 if they overlap."""
    return not_negative(minus(distance(first.center, second.center), plus(first.radius, second.radius)))


def found_point(nearest: Callable[..., Nearest]) -> Callable[..., Point | None]:
    """The point that a `nearest_on_...` finds; NULL where the distance is not a number."""

    def close(on: object, to: object) -> Point | None:
        length, found = nearest(on, to)
        return found if length == length else None

    return close


def close_lsegs(first: Lseg, second: Lseg) -> Point | None:
    """##: the point of the second that is nearest to the first; NULL if they are parallel."""
    if slope(*first) == slope(*second):
        return None
    length, found = nearest_on_lseg_to_lseg(second, first)
    return found if length == length else None


def close_line_lseg(line: Line, segment: Lseg) -> Point | None:
    """##: the point of the segment that is nearest to the line; NULL if they are parallel."""
    if slope(*segment) == line_slope(line):
        return None
    length, found = nearest_on_lseg_to_line(segment, line)
    return found if length == length else None
