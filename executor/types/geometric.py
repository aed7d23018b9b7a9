"""point, line, lseg, box, path, polygon, circle: stored as TEXT, as PostgreSQL prints them with the shortest digits.

Those digits give the same doubles back, so the stored form loses nothing. Input takes PostgreSQL's looser notations
too, in which most brackets may be left out (executor.types.geometric_input).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any

from executor.errors import SqlError
from executor.sqlstates import InvalidBinaryRepresentation, ProtocolViolation
from executor.types.base import Codec, Encoder, Env, Stored, declared, misfit
from executor.types.float import float8_text, float_printer
from executor.types.geometric_input import READERS, line_without_direction
from executor.types.oids import BOX, CIRCLE, FLOAT8, LINE, LSEG, PATH, POINT, POLYGON
from executor.types.shapes import Box, Circle, Line, Lseg, Path, Point, Polygon, is_zero, polygon_of, sorted_corners

Show = Callable[[float], str]
Shape = Point | Line | Lseg | Box | Path | Polygon | Circle

_NUMBER = r"(?:-?(?:\d+(?:\.\d*[1-9])?(?:e[+-]\d\d+)?|Infinity)|NaN)"
_PAIR = rf"\({_NUMBER},{_NUMBER}\)"
_PAIRS = rf"{_PAIR}(?:,{_PAIR})*"
_CANONICAL = {name: re.compile(pattern, re.ASCII) for name, pattern in {
    "point": _PAIR, "line": rf"\{{{_NUMBER},{_NUMBER},{_NUMBER}\}}", "lseg": rf"\[{_PAIR},{_PAIR}\]",
    "box": f"{_PAIR},{_PAIR}", "path": rf"\({_PAIRS}\)|\[{_PAIRS}\]", "polygon": rf"\({_PAIRS}\)",
    "circle": f"<{_PAIR},{_NUMBER}>"}.items()}
_BRACKETS = str.maketrans("", "", "()[]{}<>")


# Stored form -> value


def numbers_of(name: str, text: Stored) -> list[float]:
    """The numbers of a stored value, in the order of its text."""
    if isinstance(text, str):
        if not _CANONICAL[name].fullmatch(text):
            text = _repaired(name, text)
        return [float(word) for word in text.translate(_BRACKETS).split(",")]
    raise misfit(name, text)


def _repaired(name: str, text: str) -> str:
    """The stored form of what another SQLite program wrote in another of PostgreSQL's notations."""
    try:
        return dump(READERS[name](text))
    except SqlError:
        raise misfit(name, text) from None


def _points(numbers: Sequence[float]) -> tuple[Point, ...]:
    return tuple(map(Point, numbers[::2], numbers[1::2]))


def shape_of(name: str, numbers: Sequence[float]) -> Shape:
    """A point, line, line segment or box of its numbers. A box's corners are taken as they are."""
    return _MADE[name](numbers)


_MADE: dict[str, Callable[[Sequence[float]], Shape]] = {
    "point": lambda numbers: Point(*numbers),
    "line": lambda numbers: Line(*numbers),
    "lseg": lambda numbers: Lseg(*_points(numbers)),
    "box": lambda numbers: Box(*_points(numbers)),
}


@lru_cache(1024)
def load_point(text: Stored) -> Point:
    """A stored point."""
    return Point(*numbers_of("point", text))


@lru_cache(1024)
def load_line(text: Stored) -> Line:
    """A stored line."""
    return Line(*numbers_of("line", text))


@lru_cache(1024)
def load_lseg(text: Stored) -> Lseg:
    """A stored line segment."""
    return Lseg(*_points(numbers_of("lseg", text)))


@lru_cache(1024)
def load_box(text: Stored) -> Box:
    """A stored box."""
    return Box(*_points(numbers_of("box", text)))


def _is_closed(text: Stored) -> bool:
    return str(text).lstrip()[:1] != "["


def load_path(text: Stored) -> Path:
    """A stored path."""
    return Path(_is_closed(text), _points(numbers_of("path", text)))


def load_polygon(text: Stored) -> Polygon:
    """A stored polygon."""
    return polygon_of(_points(numbers_of("polygon", text)))


@lru_cache(1024)
def load_circle(text: Stored) -> Circle:
    """A stored circle."""
    x, y, radius = numbers_of("circle", text)
    return Circle(Point(x, y), radius)


# Value -> text


def number_text(value: float) -> str:
    """A coordinate in the stored form."""
    return float8_text(value) if value == value else "NaN"


def _shown(points: Iterable[Point], show: Show) -> str:
    return ",".join([f"({show(x)},{show(y)})" for x, y in points])


_WRITERS: dict[type, Callable[[Any, Show], str]] = {
    Point: lambda v, show: f"({show(v.x)},{show(v.y)})",
    Line: lambda v, show: f"{{{show(v.a)},{show(v.b)},{show(v.c)}}}",
    Lseg: lambda v, show: f"[{_shown(v, show)}]",
    Box: lambda v, show: _shown(v, show),
    Path: lambda v, show: f"({_shown(v.points, show)})" if v.closed else f"[{_shown(v.points, show)}]",
    Polygon: lambda v, show: f"({_shown(v.points, show)})",
    Circle: lambda v, show: f"<({show(v.center.x)},{show(v.center.y)}),{show(v.radius)}>",
}


def dump(value: Shape) -> str:
    """The stored form."""
    return _WRITERS[value.__class__](value, number_text)


LOADERS: dict[str, Callable[[Stored], Any]] = {
    "point": load_point, "line": load_line, "lseg": load_lseg, "box": load_box, "path": load_path,
    "polygon": load_polygon, "circle": load_circle,
}


def _text_encoder(name: str) -> Callable[[int, Env], Encoder]:
    canonical, load = _CANONICAL[name], LOADERS[name]

    def text_encoder(typmod: int, env: Env) -> Encoder:
        if env.extra_float_digits > 0:
            def encode(value: Stored) -> bytes:
                if isinstance(value, str) and canonical.fullmatch(value):
                    return value.encode()
                return dump(load(value)).encode()

            return encode
        digits = float_printer(FLOAT8, env.extra_float_digits)

        def show(value: float) -> str:
            return digits(value) if value == value else "NaN"

        def encode_rounded(value: Stored) -> bytes:
            shape = load(value)
            return _WRITERS[shape.__class__](shape, show).encode()

        return encode_rounded

    return text_encoder


# Binary format

_POINTS_MAX = {"path": 134_217_725, "polygon": 134_217_724}
"""The most points that fit PostgreSQL's values."""
_COUNT = Struct("!i")


def _doubles(data: bytes, count: int) -> tuple[float, ...]:
    """Exactly `count` doubles (08P01 if there are fewer, 22P03 if there is more)."""
    if len(data) < 8 * count:
        raise ProtocolViolation("insufficient data left in message")
    if len(data) > 8 * count:
        raise InvalidBinaryRepresentation("incorrect binary data format")
    return Struct(f"!{count}d").unpack(data)


def _receive_line(data: bytes) -> Line:
    line = Line(*_doubles(data, 3))
    if is_zero(line.a) and is_zero(line.b):
        raise line_without_direction(InvalidBinaryRepresentation)
    return line


def _receive_circle(data: bytes) -> Circle:
    x, y, radius = _doubles(data, 3)
    if radius < 0.0:
        raise InvalidBinaryRepresentation('invalid radius in external "circle" value')
    return Circle(Point(x, y), radius)


def _receive_points(data: bytes, name: str) -> tuple[Point, ...]:
    """A number of points, and the points."""
    if len(data) < 4:
        raise ProtocolViolation("insufficient data left in message")
    (count,) = _COUNT.unpack_from(data)
    if not 0 < count <= _POINTS_MAX[name]:
        raise InvalidBinaryRepresentation(f'invalid number of points in external "{name}" value')
    return _points(_doubles(data[4:], 2 * count))


def _receive_path(data: bytes) -> Path:
    if not data:
        raise ProtocolViolation("no data left in message")
    return Path(data[0] != 0, _receive_points(data[1:], "path"))


_RECEIVERS: dict[str, Callable[[bytes], Shape]] = {
    "point": lambda data: Point(*_doubles(data, 2)),
    "line": _receive_line,
    "lseg": lambda data: Lseg(*_points(_doubles(data, 4))),
    "box": lambda data: sorted_corners(*_points(_doubles(data, 4))),
    "path": _receive_path,
    "polygon": lambda data: polygon_of(_receive_points(data, "polygon")),
    "circle": _receive_circle,
}


def _head(name: str, value: Stored, count: int) -> bytes:
    """What comes before the doubles."""
    if name == "path":
        return bytes((_is_closed(value),)) + _COUNT.pack(count // 2)
    return _COUNT.pack(count // 2) if name == "polygon" else b""


def _binary_encoder(name: str) -> Callable[[int, Env], Encoder]:
    def encode(value: Stored) -> bytes:
        numbers = numbers_of(name, value)
        return _head(name, value, len(numbers)) + Struct(f"!{len(numbers)}d").pack(*numbers)

    return lambda typmod, env: encode


def _codec(oid: int, name: str) -> Codec:
    read, take = READERS[name], _RECEIVERS[name]

    def parse(text: str, typmod: int, env: Env) -> Stored:
        return dump(read(text))

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return dump(take(data))

    return Codec(oid, parse, _text_encoder(name), receive, _binary_encoder(name), declared(f"{name} TEXT"))


CODECS = tuple(_codec(oid, name) for oid, name in (
    (POINT, "point"), (LINE, "line"), (LSEG, "lseg"), (BOX, "box"), (PATH, "path"), (POLYGON, "polygon"),
    (CIRCLE, "circle")))
