"""Geometric values compared by their size, and where one is relative to another."""

from collections.abc import Callable, Iterator
from typing import Any

from executor.builtins.base import Builtin
from executor.builtins.geometric import box_area, circle_area, count
from executor.builtins.geometric_base import row
from executor.types import shapes
from executor.types.shapes import distance, minus, plus

# Size


_FUZZY: dict[str, Callable[[float, float], bool]] = {
    "eq": shapes.eq, "ne": shapes.ne, "lt": shapes.lt, "le": shapes.le, "gt": shapes.gt, "ge": shapes.ge}
_EXACT: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b}


def _by(size: Callable[[Any], float], compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(a: Any, b: Any) -> bool:
        other = size(b)  # before that of a, as PostgreSQL: this decides which of two errors is reported
        return compare(size(a), other)

    return compared


def _size_rows() -> Iterator[Builtin]:
    """The examples compare a smaller value with a larger one."""
    for verb, compare in _FUZZY.items():
        expected = "t" if verb in ("ne", "lt", "le") else "f"
        if verb != "ne":
            yield row(f"box_{verb}(box,box)", _by(box_area, compare), "(1,1),(0,0) ; (2,1),(0,0)", expected)
        if verb not in ("eq", "ne"):
            yield row(f"lseg_{verb}(lseg,lseg)", _by(lambda s: distance(*s), compare), "[(0,0),(1,1)] ; [(0,0),(2,1)]",
                      expected)
        yield row(f"circle_{verb}(circle,circle)", _by(circle_area, compare), "<(0,0),1> ; <(0,0),2>", expected)
    for verb, compare in _EXACT.items():
        yield row(f"path_n_{verb}(path,path)", _by(count, compare), "[(0,0),(1,1)] ; [(0,0),(1,1),(2,2)]",
                  "t" if verb in ("lt", "le") else "f")


# Relative position: of the sides of what is compared


_BOX_SIDES: dict[str, Callable[[Any], float]] = {
    "left": lambda b: b.low.x, "right": lambda b: b.high.x, "bottom": lambda b: b.low.y, "top": lambda b: b.high.y}
_POLYGON_SIDES: dict[str, Callable[[Any], float]] = {
    "left": lambda p: p.bound.low.x, "right": lambda p: p.bound.high.x, "bottom": lambda p: p.bound.low.y,
    "top": lambda p: p.bound.high.y}
_CIRCLE_SIDES: dict[str, Callable[[Any], float]] = {
    "left": lambda c: minus(c.center.x, c.radius), "right": lambda c: plus(c.center.x, c.radius),
    "bottom": lambda c: minus(c.center.y, c.radius), "top": lambda c: plus(c.center.y, c.radius)}
_POSITIONS = {
    "left": ("right", "lt", "left"), "overleft": ("right", "le", "right"), "right": ("left", "gt", "right"),
    "overright": ("left", "ge", "left"), "below": ("top", "lt", "bottom"), "overbelow": ("top", "le", "top"),
    "above": ("bottom", "gt", "top"), "overabove": ("bottom", "ge", "bottom"),
}
_OBSOLETE = {"below_eq": ("top", "le", "bottom"), "above_eq": ("bottom", "ge", "top")}
_POSITIONED = (
    ("box", _BOX_SIDES, _FUZZY, {**_POSITIONS, **_OBSOLETE}, "(1,1),(0,0) ; (4,3),(2,2)"),
    ("poly", _POLYGON_SIDES, _EXACT, _POSITIONS, "((0,0),(1,0),(1,1)) ; ((2,2),(4,3),(2,3))"),
    ("circle", _CIRCLE_SIDES, _FUZZY, _POSITIONS, "<(0,0),1> ; <(4,4),2>"),
)
_TRUE_OF_LOWER_LEFT = {"left", "overleft", "below", "overbelow", "below_eq"}


def _compared(one: Callable[[Any], float], compare: Callable[[Any, Any], bool],
              other: Callable[[Any], float]) -> Callable[[Any, Any], bool]:
    return lambda a, b: compare(one(a), other(b))


def _position_rows() -> Iterator[Builtin]:
    for prefix, sides, comparisons, positions, values in _POSITIONED:
        kind = "polygon" if prefix == "poly" else prefix
        for name, (one, verb, other) in positions.items():
            yield row(f"{prefix}_{name}({kind},{kind})", _compared(sides[one], comparisons[verb], sides[other]), values,
                      "t" if name in _TRUE_OF_LOWER_LEFT else "f")
    for name, axis, verb in (("left", 0, "lt"), ("right", 0, "gt"), ("below", 1, "lt"), ("above", 1, "gt"),
                             ("vert", 0, "eq"), ("horiz", 1, "eq")):
        side = _coordinate(axis)
        yield row(f"point_{name}(point,point)", _compared(side, _FUZZY[verb], side), "(0,0) ; (1,1)",
                  "t" if verb == "lt" else "f")
    for name, axis in (("vertical", 0), ("horizontal", 1)):
        side = _coordinate(axis)
        yield row(f"is{name}(point,point)", _compared(side, shapes.eq, side), "(1,0) ; (1,2)", "ft"[axis == 0])
        for function in (f"is{name}", f"lseg_{name}"):
            yield row(f"{function}(lseg)", lambda s, at=side: shapes.eq(at(s.start), at(s.end)), "[(1,0),(1,2)]",
                      "ft"[axis == 0])


def _coordinate(axis: int) -> Callable[[Any], float]:
    return (lambda p: p.x) if axis == 0 else (lambda p: p.y)


BUILTINS = (*_size_rows(), *_position_rows())
