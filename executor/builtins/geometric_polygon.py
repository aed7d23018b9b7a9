"""Polygons: what is inside of them, what overlaps, what is equal. PostgreSQL's algorithms.

Whether a point is inside is found by counting the sides that cross the ray from the point to the right.
"""

from executor.builtins.geometric_meeting import (
    boxes_overlap,
    least,
    lseg_has_point,
    lseg_meets_lseg,
    nearest_on_lseg,
    nearest_on_lseg_to_lseg,
    not_negative,
    segments,
)
from executor.sqlstates import StatementTooComplex
from executor.types.shapes import (
    Box,
    Circle,
    Lseg,
    Point,
    Polygon,
    distance,
    divided,
    ge,
    gt,
    is_zero,
    le,
    lt,
    middle,
    minus,
    plus,
    same_point,
    times,
)

Points = tuple[Point, ...]

_ON_SIDE = None
"""The point is on the side itself."""


def _crossing(x: float, y: float, before_x: float, before_y: float) -> int | None:
    """How a side from (before_x, before_y) to (x, y) crosses the positive X axis: 2 or -2 by the direction, 1 or -1 if it
    only begins or ends there, 0 if it does not or lies on it; None if it has (0,0)."""
    if is_zero(y):
        if is_zero(x):
            return _ON_SIDE
        right = gt(x, 0.0)
        if is_zero(before_y):
            return 0 if (gt if right else lt)(before_x, 0.0) else _ON_SIDE
        if not right:
            return 0
        return 1 if lt(before_y, 0.0) else -1
    sign = 1 if gt(y, 0.0) else -1
    if is_zero(before_y):
        return 0 if lt(before_x, 0.0) else sign
    if (lt if sign < 0 else gt)(before_y, 0.0):
        return 0
    return _crossing_between(x, y, before_x, before_y, sign)


def _crossing_between(x: float, y: float, before_x: float, before_y: float, sign: int) -> int | None:
    """The same for a side with its ends on both sides of the axis."""
    if ge(x, 0.0) and gt(before_x, 0.0):
        return 2 * sign
    if lt(x, 0.0) and le(before_x, 0.0):
        return 0
    turn = minus(times(minus(x, before_x), y), times(minus(y, before_y), x))
    if is_zero(turn):
        return _ON_SIDE
    return 0 if (lt if sign < 0 else gt)(turn, 0.0) else 2 * sign


def has_point(points: Points, p: Point) -> bool:
    """Whether the polygon or closed path with these points has p inside or on a side (22003)."""
    first_x, first_y = minus(points[0].x, p.x), minus(points[0].y, p.y)
    before_x, before_y = first_x, first_y
    total = 0
    for corner in points[1:]:
        x, y = minus(corner.x, p.x), minus(corner.y, p.y)
        crossed = _crossing(x, y, before_x, before_y)
        if crossed is None:
            return True
        total += crossed
        before_x, before_y = x, y
    crossed = _crossing(first_x, first_y, before_x, before_y)
    return crossed is None or total + crossed != 0


def same_polygon(first: Polygon, second: Polygon) -> bool:
    """~=: the same corners in order or in reverse, from any of them on."""
    count = len(first.points)
    if len(second.points) != count:
        return False
    for start in range(count):
        if not same_point(second.points[start], first.points[0]):
            continue
        for step in (1, -1):
            if all(same_point(second.points[(start + step * i) % count], first.points[i]) for i in range(1, count)):
                return True
    return False


def overlap(first: Polygon, second: Polygon) -> bool:
    """&&: sides cross, or one has the first corner of the other."""
    if not boxes_overlap(first.bound, second.bound):
        return False
    others = list(segments(second.points))
    if any(lseg_meets_lseg(side, other) is not None for side in segments(first.points) for other in others):
        return True
    return has_point(second.points, first.points[0]) or has_point(first.points, second.points[0])


# Containment


def box_has_box(outer: Box, inner: Box) -> bool:
    """Whether the second box is in the first or on its border."""
    return ge(outer.high.x, inner.high.x) and le(outer.low.x, inner.low.x) \
        and ge(outer.high.y, inner.high.y) and le(outer.low.y, inner.low.y)


def contains(outer: Polygon, inner: Polygon) -> bool:
    """@>: all sides of the second are inside the first (54001 for too deep a recursion)."""
    if not box_has_box(outer.bound, inner.bound):
        return False
    try:
        return all(_lseg_inside(side.start, side.end, outer.points, 0) for side in segments(inner.points))
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


def _lseg_inside(a: Point, b: Point, points: Points, start: int) -> bool:
    """Whether the segment (a,b) is in the polygon; looks at its sides from number `start` on.

    Where a side crosses the segment, its parts are looked at instead, with the sides that follow.
    """
    tested = Lseg(a, b)
    crossed = False
    for i in range(start, len(points)):
        side = Lseg(points[i - 1], points[i])
        if lseg_has_point(side, a):
            if lseg_has_point(side, b):
                return True
            inside = _touched(a, b, side, points, i + 1)
        elif lseg_has_point(side, b):
            inside = _touched(b, a, side, points, i + 1)
        else:
            meeting = lseg_meets_lseg(tested, side)
            if meeting is None:
                continue
            crossed = True
            inside = _lseg_inside(a, meeting, points, i + 1) and _lseg_inside(b, meeting, points, i + 1)
        if not inside:
            return False
    return crossed or has_point(points, middle(a, b))


def _touched(a: Point, b: Point, side: Lseg, points: Points, start: int) -> bool:
    """For a on the side and b not: whether (a,b) is inside as far as the side, if they are in line, tells."""
    tested = Lseg(a, b)
    for end, other in (side, (side.end, side.start)):
        if same_point(a, end):
            return not lseg_has_point(tested, other) or _lseg_inside(b, other, points, start)
    for end in side:
        if lseg_has_point(tested, end):
            return _lseg_inside(b, end, points, start)
    return True


# Distances


def polygon_to_point(polygon: Polygon, p: Point) -> float:
    """From the nearest side to a point; 0 inside."""
    points = polygon.points
    if has_point(points, p):
        return 0.0
    sides = [Lseg(points[0], points[-1]), *segments(points, closed=False)]
    found = least(nearest_on_lseg(side, p)[0] for side in sides)
    assert found is not None
    return found


def circle_to_polygon(circle: Circle, polygon: Polygon) -> float:
    """From a circle's edge to a polygon; 0 if they overlap."""
    return not_negative(minus(polygon_to_point(polygon, circle.center), circle.radius))


def polygon_distance(first: Polygon, second: Polygon) -> float | None:
    """Between the nearest sides; 0 if the polygons overlap."""
    if overlap(first, second):
        return 0.0
    others = list(segments(second.points))
    return least(nearest_on_lseg_to_lseg(side, other)[0] for side in segments(first.points) for other in others)


# Circles of polygons


def circle_of(polygon: Polygon) -> Circle:
    """Around the mean of the corners, with their mean distance from it as radius."""
    x = y = radius = 0.0
    count = len(polygon.points)
    for corner in polygon.points:
        x, y = plus(x, corner.x), plus(y, corner.y)
    center = Point(divided(x, count), divided(y, count))
    for corner in polygon.points:
        radius = plus(radius, distance(corner, center))
    return Circle(center, divided(radius, count))


def twice_area(points: Points) -> float:
    """Twice the area within a closed path, negative if it runs clockwise."""
    area = 0.0
    for i, (x, y) in enumerate(points):
        following = points[(i + 1) % len(points)]
        area = minus(plus(area, times(x, following.y)), times(y, following.x))
    return area


