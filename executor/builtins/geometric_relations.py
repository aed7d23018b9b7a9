"""Geometric values and each other: equality, direction, intersection, containment, distance, closest points."""

from collections.abc import Callable, Iterator
from typing import Any

from executor.builtins import geometric_meeting as meeting
from executor.builtins import geometric_polygon as polygons
from executor.builtins.base import Builtin
from executor.builtins.geometric_base import row
from executor.types.shapes import (
    Box,
    Circle,
    Line,
    Lseg,
    Path,
    Point,
    distance,
    divided,
    eq,
    greater,
    is_zero,
    le,
    lesser,
    middle,
    minus,
    plus,
    same,
    same_point,
    slope,
    times,
)


def swapped(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The function with its arguments the other way round."""
    return lambda a, b: function(b, a)


# Equality


def same_line(first: Line, second: Line) -> bool:
    """=: the same points, whatever the factor (22003)."""
    if any(number != number for number in (*first, *second)):
        return all(map(same, first, second))
    ratio = next((divided(a, b) for a, b in zip(first, second, strict=True) if not is_zero(b)), 1.0)
    return all(eq(a, times(ratio, b)) for a, b in zip(first, second, strict=True))


def same_box(first: Box, second: Box) -> bool:
    """~="""
    return same_point(first.high, second.high) and same_point(first.low, second.low)


def same_lseg(first: Lseg, second: Lseg) -> bool:
    """=: in the same direction."""
    return same_point(first.start, second.start) and same_point(first.end, second.end)


def same_circle(first: Circle, second: Circle) -> bool:
    """~=: radii that are NaN are equal."""
    one, other = first.radius, second.radius
    return ((one != one and other != other) or eq(one, other)) and same_point(first.center, second.center)


_EQUALITIES = (
    row("point_eq(point,point)", same_point, "(0,0) ; (0.0000001,0)", "t"),
    row("point_ne(point,point)", lambda p, q: not same_point(p, q), "(0,0) ; (0.0000001,0)", "f"),
    row("line_eq(line,line)", same_line, "{1,2,3} ; {2,4,6}", "t"),
    row("lseg_eq(lseg,lseg)", same_lseg, "[(0,0),(1,1)] ; [(1,1),(0,0)]", "f"),
    row("lseg_ne(lseg,lseg)", lambda s, t: not same_lseg(s, t), "[(0,0),(1,1)] ; [(1,1),(0,0)]", "t"),
    row("box_same(box,box)", same_box, "(0,0),(1,1) ; (1,1),(0,0)", "t"),
    row("poly_same(polygon,polygon)", polygons.same_polygon, "((0,0),(1,1),(2,0)) ; ((2,0),(1,1),(0,0))", "t"),
    row("circle_same(circle,circle)", same_circle, "<(0,0),1> ; <(0,0),1.1>", "f"),
)


# Direction


def perpendicular_lines(first: Line, second: Line) -> bool:
    """?-| (22003)."""
    for one, other in ((first, second), (second, first)):
        if is_zero(one.a):
            return is_zero(other.b)
    for one, other in ((first, second), (second, first)):
        if is_zero(one.b):
            return is_zero(other.a)
    return eq(divided(times(first.a, second.a), times(first.b, second.b)), -1.0)


def _parallel_lines(first: Line, second: Line) -> bool:
    return meeting.line_meets_line(first, second) is None


def _parallel(first: Lseg, second: Lseg) -> bool:
    return eq(slope(*first), slope(*second))


def _perpendicular(first: Lseg, second: Lseg) -> bool:
    return eq(slope(*first), meeting.across(*second))


def _direction_rows() -> Iterator[Builtin]:
    for kind, parallel, perpendicular, values in (
            ("line", _parallel_lines, perpendicular_lines, "{1,2,3} ; {-2,1,0}"),
            ("lseg", _parallel, _perpendicular, "[(0,0),(1,2)] ; [(0,0),(-4,2)]")):
        for name, function, expected in (("isparallel", parallel, "f"), (f"{kind}_parallel", parallel, "f"),
                                         ("isperp", perpendicular, "t"), (f"{kind}_perp", perpendicular, "t")):
            yield row(f"{name}({kind},{kind})", function, values, expected)
    for prefix in ("is", "line_"):
        yield row(f"{prefix}vertical(line)", lambda line: is_zero(line.b), "{1,0,3}", "t")
        yield row(f"{prefix}horizontal(line)", lambda line: is_zero(line.a), "{1,0,3}", "f")


# Intersection


def box_intersect(first: Box, second: Box) -> Box | None:
    """#: what two boxes have in common; NULL if that is nothing."""
    if not meeting.boxes_overlap(first, second):
        return None
    return Box(Point(lesser(first.high.x, second.high.x), lesser(first.high.y, second.high.y)),
               Point(greater(first.low.x, second.low.x), greater(first.low.y, second.low.y)))


def circles_overlap(first: Circle, second: Circle) -> bool:
    """&& (22003)."""
    return le(distance(first.center, second.center), plus(first.radius, second.radius))


def _do_meet(function: Callable[[Any, Any], Point | None]) -> Callable[[Any, Any], bool]:
    return lambda a, b: function(a, b) is not None


_INTERSECTIONS = (
    row("line_interpt(line,line)", meeting.line_meets_line, "{1,-1,0} ; {1,1,-4}", "(2,2)"),
    row("line_intersect(line,line)", _do_meet(meeting.line_meets_line), "{1,-1,0} ; {1,1,-4}", "t"),
    row("lseg_interpt(lseg,lseg)", meeting.lseg_meets_lseg, "[(0,0),(4,4)] ; [(0,4),(4,0)]", "(2,2)"),
    row("lseg_intersect(lseg,lseg)", _do_meet(meeting.lseg_meets_lseg), "[(0,0),(4,4)] ; [(0,4),(4,0)]", "t"),
    row("inter_sl(lseg,line)", _do_meet(meeting.lseg_meets_line), "[(0,0),(1,1)] ; {1,1,-4}", "f"),
    row("inter_sb(lseg,box)", swapped(meeting.box_meets_lseg), "[(0,0),(1,1)] ; (3,3),(0.5,0)", "t"),
    row("inter_lb(line,box)", meeting.line_meets_box, "{1,1,-4} ; (3,3),(0.5,0)", "t"),
    row("path_inter(path,path)", meeting.path_meets_path, "[(0,0),(4,4)] ; ((0,4),(4,0))", "t"),
    row("box_intersect(box,box)", box_intersect, "(3,3),(0,0) ; (4,4),(2,1)", "(3,3),(2,1)"),
    row("box_overlap(box,box)", meeting.boxes_overlap, "(3,3),(0,0) ; (4,4),(2,1)", "t"),
    row("poly_overlap(polygon,polygon)", polygons.overlap, "((0,0),(2,0),(0,2)) ; ((1,1),(3,1),(1,3))", "t"),
    row("circle_overlap(circle,circle)", circles_overlap, "<(0,0),1> ; <(2,0),0.5>", "f"),
)


# Containment


def box_has_lseg(box: Box, segment: Lseg) -> bool:
    """Whether the segment is in the box; exactly."""
    return meeting.box_has_point(box, segment.start) and meeting.box_has_point(box, segment.end)


def line_has_lseg(line: Line, segment: Lseg) -> bool:
    """Whether both ends are on the line (22003)."""
    return meeting.line_has_point(line, segment.start) and meeting.line_has_point(line, segment.end)


def path_has_point(path: Path, p: Point) -> bool:
    """On an open path, inside a closed one (22003)."""
    return polygons.has_point(path.points, p) if path.closed else meeting.open_path_has_point(path.points, p)


def circle_has_circle(outer: Circle, inner: Circle) -> bool:
    """@> (22003)."""
    return le(distance(outer.center, inner.center), minus(outer.radius, inner.radius))


_CONTAINMENTS = (
    row("on_pl(point,line)", swapped(meeting.line_has_point), "(1,3) ; {1,1,-4}", "t"),
    row("on_ps(point,lseg)", swapped(meeting.lseg_has_point), "(1,3) ; [(0,4),(4,0)]", "t"),
    row("on_pb(point,box)", swapped(meeting.box_has_point), "(1,3) ; (4,2),(0,0)", "f"),
    row("on_ppath(point,path)", swapped(path_has_point), "(1,3) ; [(0,4),(4,0)]", "t"),
    row("on_sl(lseg,line)", swapped(line_has_lseg), "[(0,4),(4,0)] ; {1,1,-4}", "t"),
    row("on_sb(lseg,box)", swapped(box_has_lseg), "[(0,2),(4,0)] ; (4,2),(0,0)", "t"),
    row("path_contain_pt(path,point)", path_has_point, "((0,0),(4,0),(0,4)) ; (1,1)", "t"),
    row("box_contain_pt(box,point)", meeting.box_has_point, "(4,2),(0,0) ; (4,2)", "t"),
    row("box_contain(box,box)", polygons.box_has_box, "(4,2),(0,0) ; (4,2),(1,1)", "t"),
    row("box_contained(box,box)", swapped(polygons.box_has_box), "(4,2),(0,0) ; (4,2),(1,1)", "f"),
    row("poly_contain_pt(polygon,point)", lambda g, p: polygons.has_point(g.points, p), "((0,0),(4,0),(0,4)) ; (1,1)", "t"),
    row("pt_contained_poly(point,polygon)", lambda p, g: polygons.has_point(g.points, p), "(3,3) ; ((0,0),(4,0),(0,4))", "f"),
    row("poly_contain(polygon,polygon)", polygons.contains, "((0,0),(4,0),(0,4)) ; ((1,1),(2,1),(1,2))", "t"),
    row("poly_contained(polygon,polygon)", swapped(polygons.contains), "((0,0),(4,0),(0,4)) ; ((1,1),(2,1),(1,2))", "f"),
    row("circle_contain(circle,circle)", circle_has_circle, "<(0,0),2> ; <(1,0),1>", "t"),
    row("circle_contained(circle,circle)", swapped(circle_has_circle), "<(0,0),2> ; <(1,0),1>", "f"),
    row("circle_contain_pt(circle,point)", meeting.circle_has_point, "<(0,0),2> ; (1,1)", "t"),
    row("pt_contained_circle(point,circle)", swapped(meeting.circle_has_point), "(1,2) ; <(0,0),2>", "f"),
)


# Distance


def _length(nearest: Callable[[Any, Any], meeting.Nearest]) -> Callable[[Any, Any], float]:
    return lambda on, to: nearest(on, to)[0]


_DISTANCES: tuple[tuple[str, Callable[[Any, Any], float | None], str, str], ...] = (
    # Between two types: the names of the function as given and with the arguments the other way round.
    ("dist_lp(line,point) dist_pl(point,line)", _length(meeting.nearest_on_line), "{3,4,-10} ; (0,0)", "2"),
    ("dist_sp(lseg,point) dist_ps(point,lseg)", _length(meeting.nearest_on_lseg), "[(1,1),(4,1)] ; (0,1)", "1"),
    ("dist_bp(box,point) dist_pb(point,box)", _length(meeting.nearest_on_box), "(4,4),(1,1) ; (2,0)", "1"),
    ("dist_pathp(path,point) dist_ppath(point,path)", meeting.path_to_point, "[(1,1),(4,1),(4,4)] ; (3,3)", "1"),
    ("dist_polyp(polygon,point) dist_ppoly(point,polygon)", polygons.polygon_to_point, "((1,1),(4,1),(4,4)) ; (4,0)", "1"),
    ("dist_cpoint(circle,point) dist_pc(point,circle)", meeting.circle_to_point, "<(0,0),1> ; (3,4)", "4"),
    ("dist_sl(lseg,line) dist_ls(line,lseg)", _length(meeting.nearest_on_lseg_to_line), "[(0,0),(0,1)] ; {1,0,-2}", "2"),
    ("dist_bs(box,lseg) dist_sb(lseg,box)", meeting.box_to_lseg, "(4,4),(1,1) ; [(0,0),(0,5)]", "1"),
    ("dist_cpoly(circle,polygon) dist_polyc(polygon,circle)", polygons.circle_to_polygon,
     "<(0,0),1> ; ((3,0),(5,5),(5,-5))", "2"),
    ("point_distance(point,point)", distance, "(0,0) ; (3,4)", "5"),
    ("line_distance(line,line)", meeting.line_distance, "{1,-1,0} ; {1,-1,2}", "1.414213562373095"),
    ("lseg_distance(lseg,lseg)", _length(meeting.nearest_on_lseg_to_lseg), "[(0,0),(0,1)] ; [(2,0),(3,1)]", "2"),
    ("box_distance(box,box)", lambda a, b: distance(middle(*a), middle(*b)), "(2,2),(0,0) ; (5,6),(3,4)", "5"),
    ("path_distance(path,path)", meeting.path_distance, "[(0,0),(0,1)] ; [(2,0),(3,1)]", "2"),
    ("poly_distance(polygon,polygon)", polygons.polygon_distance, "((0,0),(1,0),(0,1)) ; ((2,0),(3,0),(2,1))", "1"),
    ("circle_distance(circle,circle)", meeting.circle_distance, "<(0,0),1> ; <(4,0),1>", "2"),
)


def _distance_rows() -> Iterator[Builtin]:
    for signatures, function, values, expected in _DISTANCES:
        one, *other = signatures.split()
        yield row(one, function, values, expected)
        for signature in other:
            yield row(signature, swapped(function), " ; ".join(reversed(values.split(" ; "))), expected)


_CLOSEST = (
    row("close_pl(point,line)", swapped(meeting.found_point(meeting.nearest_on_line)), "(0,0) ; {1,1,-4}", "(2,2)"),
    row("close_ps(point,lseg)", swapped(meeting.found_point(meeting.nearest_on_lseg)), "(0,0) ; [(0,4),(4,0)]", "(2,2)"),
    row("close_pb(point,box)", swapped(meeting.found_point(meeting.nearest_on_box)), "(0,2) ; (4,4),(1,1)", "(1,2)"),
    row("close_sb(lseg,box)", swapped(meeting.found_point(meeting.nearest_on_box_to_lseg)), "[(0,0),(0,2)] ; (4,4),(1,1)",
        "(1,2)"),
    row("close_ls(line,lseg)", meeting.close_line_lseg, "{1,0,0} ; [(1,1),(2,3)]", "(1,1)"),
    row("close_lseg(lseg,lseg)", meeting.close_lsegs, "[(0,0),(0,2)] ; [(1,1),(2,3)]", "(1,1)"),
)


BUILTINS = (*_EQUALITIES, *_direction_rows(), *_INTERSECTIONS, *_CONTAINMENTS, *_distance_rows(), *_CLOSEST)
