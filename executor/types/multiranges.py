"""Multiranges: stored as TEXT, `{[1,3),[5,7)}`, the ranges in stored form, in order, apart from each other.

In memory a multirange is a tuple of ranges, none of them empty, none touching the next.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from struct import Struct

from executor.errors import SqlError
from executor.facts.lookup import type_at
from executor.sqlstates import InvalidBinaryRepresentation, InvalidTextRepresentation, ProtocolViolation
from executor.types import oids
from executor.types.base import Codec, Encoder, Env, Stored, declared, misfit
from executor.types.kept import kept
from executor.types.ranges import (
    Bound,
    Range,
    RangeKind,
    compare_ranges,
    kind_of_multirange,
    range_bytes,
    range_of_bytes,
    range_text,
    read_range,
    stored_text,
)

Ranges = tuple[Range, ...]

_SPACE = " \t\n\v\f\r"
_STORED = re.compile(r'[\[(](?:"(?:[^"\\]|\\.|"")*+"|[^)\]"])*+[)\]]', re.DOTALL)
_EMPTY_WORD = "empty"


def _by_ends(value: Range) -> tuple[object, object]:
    return value.lower.cut, value.upper.cut


def joined(ranges: Iterable[Range]) -> Ranges:
    """The multirange of what is in any of the ranges."""
    found: list[Range] = []
    for value in sorted((r for r in ranges if not r.empty), key=_by_ends):
        if found and value.lower.cut <= found[-1].upper.cut:
            last = found[-1]
            lower: Bound = last.lower if last.lower.cut < value.lower.cut else value.lower
            found[-1] = Range(lower, last.upper if last.upper.cut > value.upper.cut else value.upper)
        else:
            found.append(value)
    return tuple(found)


def multirange_text(ranges: Ranges, show: Callable[[Stored], str] = stored_text) -> str:
    """multirange_out; `show` prints a bound's value. Without it: the stored form."""
    return "{" + ",".join(range_text(value, show) for value in ranges) + "}"


@cache
def loader(oid: int) -> Callable[[Stored], Ranges]:
    """The function that reads stored multiranges of this type."""
    kind, found_type = kind_of_multirange(oid), type_at(oid)
    assert found_type is not None
    name = found_type.name

    @kept(4096)
    def load(text: Stored) -> Ranges:
        if not isinstance(text, str) or text[:1] != "{" or text[-1:] != "}":
            raise misfit(name, text)
        parts = _STORED.findall(text[1:-1])
        if ",".join(parts) != text[1:-1]:
            raise misfit(name, text)
        found = joined(kind.load(part) for part in parts)
        if multirange_text(found) != text:
            raise misfit(name, text)
        return found

    return load


def compare_multiranges(a: Ranges, b: Ranges) -> int:
    """multirange_cmp: range by range, then by their number."""
    for first, second in zip(a, b, strict=False):
        order = compare_ranges(first, second)
        if order:
            return order
    return (len(a) > len(b)) - (len(a) < len(b))


class _Reader:
    """Splits a multirange literal into the texts of its ranges, as multirange_in does."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, detail: str) -> SqlError:
        return InvalidTextRepresentation(f'malformed multirange literal: "{self.text}"', detail=detail)

    def next(self) -> str:
        """The next character that is not blank, which is passed (22P02 at the end)."""
        self.skip()
        if self.at >= len(self.text):
            raise self.fail("Unexpected end of input.")
        self.at += 1
        return self.text[self.at - 1]

    def skip(self) -> None:
        while self.text[self.at : self.at + 1] in tuple(_SPACE):
            self.at += 1

    def range(self) -> str:
        """From the bracket that was just passed to the one that closes the range."""
        start, inside = self.at - 1, False
        while True:
            character = self.next()
            if character == "\\":
                self.next()
            elif character == '"':
                inside = not inside
            elif not inside and character in ")]":
                return self.text[start : self.at]

    def read(self, element: Callable[[str], Range]) -> list[Range]:
        self.skip()
        if self.text[self.at : self.at + 1] != "{":
            raise self.fail("Missing left brace.")
        self.at += 1
        found: list[Range] = []
        seen = False
        while True:
            character = self.next()
            if character == "}" and not seen:
                break
            if character in "[(":
                found.append(element(self.range()))
            elif self.text[self.at - 1 : self.at - 1 + len(_EMPTY_WORD)].lower() == _EMPTY_WORD:
                self.at += len(_EMPTY_WORD) - 1
            else:
                raise self.fail("Expected range start.")
            seen = True
            following = self.next()
            if following == "}":
                break
            if following != ",":
                raise self.fail("Expected comma or end of multirange.")
        self.skip()
        if self.at < len(self.text):
            raise self.fail("Junk after closing right brace.")
        return found


# Binary: the number of ranges, then of each its length and its binary form.

_COUNT = Struct("!I")


def _bytes(ranges: Ranges, encode: Encoder) -> bytes:
    bodies = [range_bytes(value, encode) for value in ranges]
    return _COUNT.pack(len(bodies)) + b"".join(_COUNT.pack(len(body)) + body for body in bodies)


def _of_bytes(kind: RangeKind, data: bytes, receive: Callable[[bytes], Stored]) -> Ranges:
    """multirange_recv (08P01, 22P03)."""
    at = 0

    def take(size: int) -> bytes:
        nonlocal at
        if len(data) - at < size:
            raise ProtocolViolation("insufficient data left in message")
        at += size
        return data[at - size : at]

    (count,) = _COUNT.unpack(take(_COUNT.size))
    found = []
    for _ in range(count):
        (length,) = _COUNT.unpack(take(_COUNT.size))
        found.append(range_of_bytes(kind, take(length), receive))
    if at != len(data):
        raise InvalidBinaryRepresentation("incorrect binary data format")
    return joined(found)


def multirange_codec(oid: int) -> Codec:
    """The codec of a multirange type, given by its OID or number."""
    from executor.types.registry import codec

    kind, load, found = kind_of_multirange(oid), loader(oid), type_at(oid)
    assert found is not None
    element = codec(kind.element)

    def parse(text: str, typmod: int, env: Env) -> Stored:
        def one(part: str) -> Range:
            return read_range(kind, part, lambda bound: element.parse(bound, -1, env))

        return multirange_text(joined(_Reader(text).read(one)))

    def text_encoder(typmod: int, env: Env) -> Encoder:
        encode = element.text_encoder(-1, env)
        return lambda value: multirange_text(load(value), lambda bound: encode(bound).decode()).encode()

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return multirange_text(_of_bytes(kind, data, lambda body: element.receive(body, -1, env)))

    def binary_encoder(typmod: int, env: Env) -> Encoder:
        encode = element.binary_encoder(-1, env)
        return lambda value: _bytes(load(value), encode)

    def compare(a: str, b: str) -> int:
        return 0 if a == b else compare_multiranges(load(a), load(b))

    return Codec(oid, parse, text_encoder, receive, binary_encoder, declared(f"{found.name} TEXT"), f"pg_{found.name}", compare,
                 equal_as_stored=kind.equal_as_stored)


CODECS = tuple(map(multirange_codec, oids.MULTIRANGE_TYPES))
