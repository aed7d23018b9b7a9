"""Reading the text of geometric values as PostgreSQL's input functions do.

A pair is (x,y) or x,y; a list of pairs may stand in round brackets and, where it is a path or a line segment, in
square ones. Where brackets may be left out follows PostgreSQL's reader step by step, which counts commas and looks for
the last opening bracket rather than following a grammar. Source: datatype-geometric.html.
"""

import re
from collections.abc import Callable
from math import nan
from typing import Any

from executor.errors import SqlError
from executor.sqlstates import InvalidTextRepresentation
from executor.types.base import invalid_syntax
from executor.types.float import float8_from_text
from executor.types.shapes import (
    Box,
    Circle,
    Line,
    Lseg,
    Path,
    Point,
    Polygon,
    is_zero,
    line_at,
    polygon_of,
    same_point,
    slope,
    sorted_corners,
)

_SPACE = re.compile(r"[ \t\n\v\f\r]*")
_NUMBER = re.compile(
    r"[-+]?(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[-+]?[0-9]+)?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?"
    r"|infinity|inf|(nan)(?:\([0-9a-z_]*\))?)", re.IGNORECASE | re.ASCII)
"""What strtod takes, "nan(...)" included."""


def line_without_direction(kind: type[SqlError] = InvalidTextRepresentation) -> SqlError:
    """The error for a line {0,0,c}."""
    return kind("invalid line specification: A and B cannot both be zero")


class _Reader:
    """Reads one value's text from the left (22P02, 22003)."""

    def __init__(self, text: str, type_name: str) -> None:
        self.text = text
        self.type_name = type_name
        self.at = 0

    @property
    def next(self) -> str:
        """The next character, "" at the end."""
        return self.text[self.at : self.at + 1]

    def fail(self) -> SqlError:
        return invalid_syntax(self.type_name, self.text)

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match
        self.at = match.end()

    def take(self, character: str) -> None:
        """A character that must come now."""
        if self.next != character:
            raise self.fail()
        self.at += 1

    def end(self) -> None:
        """Nothing more may come."""
        if self.at != len(self.text):
            raise self.fail()

    def number(self) -> float:
        """A double and the spaces around it."""
        self.skip()
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise self.fail()
        self.at = match.end()
        self.skip()
        value = nan if match[1] else float8_from_text(match[0])
        assert isinstance(value, float)
        return value

    def pair(self) -> Point:
        """(x,y) or x,y"""
        self.skip()
        bracketed = self.next == "("
        self.at += bracketed
        x = self.number()
        self.take(",")
        y = self.number()
        if bracketed:
            self.take(")")
            self.skip()
        return Point(x, y)

    def only_bracket(self) -> bool:
        """Whether the next character is the last opening bracket of all."""
        return self.next == "(" and self.text.rfind("(") == self.at

    def pairs(self, count: int, may_be_open: bool) -> tuple[bool, tuple[Point, ...]]:
        """Whether the list is open, and so many pairs."""
        self.skip()
        depth = 0
        is_open = self.next == "["
        if is_open:
            if not may_be_open:
                raise self.fail()
            depth = 1
            self.at += 1
        elif self.next == "(":
            only, start = self.only_bracket(), self.at
            self.at += 1
            self.skip()
            if self.next == "(" or only:
                depth = 1
            else:
                self.at = start
        points = []
        for _ in range(count):
            points.append(self.pair())
            self.at += self.next == ","
        if depth:
            if self.next != ")" and not (is_open and self.next == "]"):
                raise self.fail()
            self.at += 1
            self.skip()
        return is_open, tuple(points)

    def number_of_pairs(self) -> int:
        """By the number of commas, which must be odd."""
        commas = self.text.count(",")
        if commas % 2 == 0:
            raise self.fail()
        return (commas + 1) // 2


def read_point(text: str) -> Point:
    """point_in: "(1,2)", "1,2"."""
    reader = _Reader(text, "point")
    point = reader.pair()
    reader.end()
    return point


def read_line(text: str) -> Line:
    """line_in: "{1,-1,0}", or two points on it in lseg's notations."""
    reader = _Reader(text, "line")
    reader.skip()
    if reader.next == "{":
        reader.at += 1
        a = reader.number()
        reader.take(",")
        b = reader.number()
        reader.take(",")
        c = reader.number()
        reader.take("}")
        reader.skip()
        reader.end()
        if is_zero(a) and is_zero(b):
            raise line_without_direction()
        return Line(a, b, c)
    _, (p, q) = reader.pairs(2, True)
    reader.end()
    if same_point(p, q):
        raise InvalidTextRepresentation("invalid line specification: must be two distinct points")
    return line_at(p, slope(p, q))


def read_lseg(text: str) -> Lseg:
    """lseg_in: "[(1,2),(3,4)]", "((1,2),(3,4))", "(1,2),(3,4)", "1,2,3,4"."""
    reader = _Reader(text, "lseg")
    _, points = reader.pairs(2, True)
    reader.end()
    return Lseg(*points)


def read_box(text: str) -> Box:
    """box_in: "(3,4),(1,2)", "((3,4),(1,2))", "3,4,1,2"; any two opposite corners."""
    reader = _Reader(text, "box")
    _, points = reader.pairs(2, False)
    reader.end()
    return sorted_corners(*points)


def read_path(text: str) -> Path:
    """path_in: "[(1,2),...]" for an open one, "((1,2),...)", "(1,2),...", "(1,2,...)", "1,2,..." for a closed one."""
    reader = _Reader(text, "path")
    count = reader.number_of_pairs()
    reader.skip()
    bracketed = reader.only_bracket()
    reader.at += bracketed
    is_open, points = reader.pairs(count, True)
    if bracketed:
        reader.take(")")
        reader.skip()
    reader.end()
    return Path(not is_open, points)


def read_polygon(text: str) -> Polygon:
    """poly_in: "((1,2),...)", "(1,2),...", "(1,2,...)", "1,2,..."."""
    reader = _Reader(text, "polygon")
    _, points = reader.pairs(reader.number_of_pairs(), False)
    reader.end()
    return polygon_of(points)


def read_circle(text: str) -> Circle:
    """circle_in: "<(1,2),3>", "((1,2),3)", "(1,2),3", "1,2,3"."""
    reader = _Reader(text, "circle")
    reader.skip()
    closers = ""
    if reader.next == "<":
        closers = ")>"
        reader.at += 1
    elif reader.next == "(":
        start = reader.at
        reader.at += 1
        reader.skip()
        if reader.next == "(":
            closers = ")>"
        else:
            reader.at = start
    center = reader.pair()
    reader.at += reader.next == ","
    radius = reader.number()
    if radius < 0.0:
        raise reader.fail()
    if closers:
        if reader.next == "" or reader.next not in closers:
            raise reader.fail()
        reader.at += 1
        reader.skip()
    reader.end()
    return Circle(center, radius)


READERS: dict[str, Callable[[str], Any]] = {
    "point": read_point, "line": read_line, "lseg": read_lseg, "box": read_box, "path": read_path,
    "polygon": read_polygon, "circle": read_circle,
}
