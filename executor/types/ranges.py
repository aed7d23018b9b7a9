"""Ranges: stored as TEXT, PostgreSQL's print with the bounds in their stored form: `[1,5)`, `empty`,
`["2020-01-01 00:00:00",)`. Ranges over integers and dates are stored with lower bound included and upper excluded.

In memory the two ends of a range are cuts between values: a cut lies just before a value (side 0) or just after it
(side 1), so that `[1,5)` goes from before 1 to before 5 and `(1,5]` from after 1 to after 5. Containing, overlapping
and adjacency are comparisons of cuts then, and inclusive bounds need no cases of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cmp_to_key
from struct import Struct
from typing import Any, Final, NamedTuple

from executor.errors import SqlError
from executor.facts.lookup import base_type, range_inside, range_parts, range_types, type_at
from executor.sqlstates import (
    DataException,
    DatetimeFieldOverflow,
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
    ProtocolViolation,
)
from executor.types import oids
from executor.types.base import Codec, Encoder, Env, Stored, declared, misfit
from executor.types.instants import date_days, date_in_range, date_text
from executor.types.integer import INT4_MAX, INT8_MAX
from executor.types.kept import kept

Cut = tuple[int, Any, int]
"""(-1 before everything, 0 at a value, 1 after everything; the value's sort key; side)"""

_SPACE = " \t\n\v\f\r"
_QUOTED_FOR = frozenset('"\\()[],' + _SPACE)
_EMPTY_WORD = "empty"


class Bound(NamedTuple):
    """One end of a range. value: in stored form; None for an infinite end."""

    cut: Cut
    value: Stored


class Range(NamedTuple):
    """A range; EMPTY is the only one whose lower cut is not before its upper cut."""

    lower: Bound
    upper: Bound

    @property
    def empty(self) -> bool:
        """True for the range without values."""
        return self is EMPTY


LOWEST: Final = Bound((-1, 0, 0), None)
HIGHEST: Final = Bound((1, 0, 0), None)
EMPTY: Final = Range(HIGHEST, LOWEST)


def between(lower: Bound, upper: Bound) -> Range:
    """The range from one end to the other; EMPTY if nothing is between."""
    return Range(lower, upper) if lower.cut < upper.cut else EMPTY


def _itself(value: Any) -> Any:
    return value


def _numeric_key(value: str) -> tuple[int, Decimal]:
    """NaN is above every other number."""
    number = Decimal(value)
    return (1, Decimal(0)) if number.is_nan() else (0, number)


def _next_integer(largest: int, name: str) -> Callable[[Any], Any]:
    def following(value: int) -> int:
        if value >= largest:
            raise NumericValueOutOfRange(f"{name} out of range")
        return value + 1

    return following


def _next_date(value: str) -> str:
    if value in ("infinity", "-infinity"):
        return ""
    days = date_days(value) + 1
    if not date_in_range(days):
        raise DatetimeFieldOverflow("date out of range")
    return date_text(days)


def _float_key(value: Any) -> tuple[bool, Any]:
    """NaN, which is stored as text, is above every number."""
    return isinstance(value, str), value


def _float_of(text: str) -> Stored:
    return text if text == "NaN" else float(text)


_KEYS: dict[int, Callable[[Any], Any]] = {
    oids.NUMERIC: _numeric_key, oids.FLOAT4: _float_key, oids.FLOAT8: _float_key,
}
_INTEGERS = (oids.INT2, oids.INT4, oids.INT8, oids.BOOL, oids.OID, oids.XID8, oids.PG_LSN, *oids.REG_TYPES)
_FROM_TEXT: dict[int, Callable[[str], Any]] = {
    **dict.fromkeys(_INTEGERS, int), oids.FLOAT4: _float_of, oids.FLOAT8: _float_of, oids.BYTEA: bytes.fromhex,
}
"""Types whose values are not stored as text: a bound's text inside a stored range -> its stored form."""
_NEXT: dict[int, Callable[[Any], Any]] = {
    oids.INT4: _next_integer(INT4_MAX, "integer"), oids.INT8: _next_integer(INT8_MAX, "bigint"), oids.DATE: _next_date,
}
"""Of types whose values can be counted: the value after a value ('' if it has none)."""


@dataclass(frozen=True, slots=True, eq=False)
class RangeKind:
    """What the code must know of one range type.

    key: a stored element's sort key. read: an element's text inside a stored range -> its stored form.
    following: the next value, for types whose ranges have one way only to be written; else None.
    load: a stored range -> Range.
    """

    oid: int
    name: str
    element: int
    multirange: int
    equal_as_stored: bool
    key: Callable[[Any], Any]
    read: Callable[[str], Any]
    following: Callable[[Any], Any] | None
    load: Callable[[Stored], Range]

    def bound(self, value: Stored, side: int) -> Bound:
        """The end of a range just before (0) or just after (1) a value."""
        return Bound((0, self.key(value), side), value)

    def counted(self, bound: Bound) -> Bound:
        """A bound after a value as the same bound before the next value, where there are next values."""
        if self.following is None or bound.cut[0] != 0 or bound.cut[2] == 0:
            return bound
        value = self.following(bound.value)
        return bound if value == "" else self.bound(value, 0)

    def make(self, lower: Stored, upper: Stored, lower_included: bool, upper_included: bool) -> Range:
        """A range of its bounds in stored form, None for infinite ones (22000 if they are the wrong way round)."""
        low = LOWEST if lower is None else self.bound(lower, 0 if lower_included else 1)
        high = HIGHEST if upper is None else self.bound(upper, 1 if upper_included else 0)
        if lower is not None and upper is not None and low.cut[1] > high.cut[1]:
            raise DataException("range lower bound must be less than or equal to range upper bound")
        if low.cut >= high.cut:
            return EMPTY
        return between(self.counted(low), self.counted(high))

    def holding(self, value: Stored) -> Range:
        """The range of one value."""
        return Range(self.bound(value, 0), self.bound(value, 1))

    def compare(self, a: str, b: str) -> int:
        """The order of two stored ranges: the type's collation."""
        return 0 if a == b else compare_ranges(self.load(a), self.load(b))


def _key(element: int) -> Callable[[Any], Any]:
    """The sort key of stored values of a type."""
    from executor.types.registry import codec

    found = codec(element).compare
    if (known := _KEYS.get(element)) is not None or found is None:
        return known or _itself
    return cmp_to_key(found)


def _stored_bounds(text: str) -> tuple[str | None, str | None]:
    """The bounds' texts inside a stored range that is not empty."""
    if '"' in text or "\\" in text:
        found = _Reader(text).read()
        assert found is not None
        return found[:2]
    lower, _, upper = text[1:-1].partition(",")
    return lower or None, upper or None


@cache
def range_kind(oid: int) -> RangeKind:
    """The kind of a range type, given by its OID or, of a user's one, its number."""
    from executor.types.registry import codec

    element, multirange = range_parts(oid)
    found_type, root = type_at(oid), base_type(element)
    assert found_type is not None and element
    name = found_type.name
    read: Callable[[str], Any] = _FROM_TEXT.get(root, _itself)
    kind: RangeKind

    @kept(4096)
    def load(text: Stored) -> Range:
        if text == _EMPTY_WORD:
            return EMPTY
        if not isinstance(text, str) or text[:1] not in ("[", "(") or text[-1:] not in ("]", ")"):
            raise misfit(name, text)
        try:
            lower, upper = _stored_bounds(text)
            found = kind.make(None if lower is None else read(lower), None if upper is None else read(upper), text[0] == "[",
                              text[-1] == "]")
        except (ValueError, ArithmeticError, SqlError):
            raise misfit(name, text) from None
        if range_text(found) != text:  # equal ranges must be stored alike, for unique indexes compare the texts
            raise misfit(name, text)
        return found

    following = _NEXT.get(element) if oid in range_types() else None  # of users' ranges, no function says what is next
    kind = RangeKind(oid, name, element, multirange, codec(root).equal_inside, _key(root), read, following, load)
    return kind


def kind_of_multirange(oid: int) -> RangeKind:
    """The kind of the ranges in a multirange type."""
    return range_kind(range_inside(oid))


def compare_ranges(a: Range, b: Range) -> int:
    """range_cmp: the empty range first, then by lower end, then by upper end."""
    if a.empty or b.empty:
        return b.empty - a.empty
    first, second = (a.lower.cut, a.upper.cut), (b.lower.cut, b.upper.cut)
    return (first > second) - (first < second)


# Text


def quoted(text: str) -> str:
    """A bound's text as range_out writes it."""
    if text and _QUOTED_FOR.isdisjoint(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'


def stored_text(value: Stored) -> str:
    """A bound's value inside a stored range."""
    return value.hex() if isinstance(value, bytes) else str(value)


def range_text(value: Range, show: Callable[[Stored], str] = stored_text) -> str:
    """range_out; `show` prints a bound's value. Without it: the stored form."""
    if value.empty:
        return _EMPTY_WORD
    lower, upper = value
    return "".join((
        "[" if lower.cut[0] == 0 and lower.cut[2] == 0 else "(", "" if lower.value is None else quoted(show(lower.value)),
        ",", "" if upper.value is None else quoted(show(upper.value)),
        "]" if upper.cut[0] == 0 and upper.cut[2] == 1 else ")"))


class _Reader:
    """Reads a range literal into its bounds' texts, as range_parse does."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, detail: str) -> SqlError:
        return InvalidTextRepresentation(f'malformed range literal: "{self.text}"', detail=detail)

    def skip(self) -> None:
        while self.text[self.at : self.at + 1] in tuple(_SPACE):
            self.at += 1

    def next(self) -> str:
        """The character here, which is passed (22P02 at the end)."""
        if self.at >= len(self.text):
            raise self.fail("Unexpected end of input.")
        self.at += 1
        return self.text[self.at - 1]

    def bound(self) -> str | None:
        """Everything up to a comma, parenthesis or bracket outside of quotes; None if there is nothing."""
        if self.text[self.at : self.at + 1] in (",", ")", "]"):
            return None
        parts: list[str] = []
        inside = False
        while True:
            character = self.next()
            if character == "\\" or (character == '"' and inside and self.text[self.at : self.at + 1] == '"'):
                parts.append(self.next())
            elif character == '"':
                inside = not inside
            elif not inside and character in ",)]":
                self.at -= 1
                return "".join(parts)
            else:
                parts.append(character)

    def read(self) -> tuple[str | None, str | None, bool, bool] | None:
        """(lower, upper, lower included, upper included); None for the empty range."""
        self.skip()
        if self.text[self.at : self.at + len(_EMPTY_WORD)].lower() == _EMPTY_WORD:
            self.at += len(_EMPTY_WORD)
            self.skip()
            if self.at < len(self.text):
                raise self.fail('Junk after "empty" key word.')
            return None
        if self.text[self.at : self.at + 1] not in ("[", "("):
            raise self.fail("Missing left parenthesis or bracket.")
        opening = self.next()
        lower = self.bound()
        if self.text[self.at] != ",":
            raise self.fail("Missing comma after lower bound.")
        self.at += 1
        upper = self.bound()
        closing = self.next()
        if closing == ",":
            raise self.fail("Too many commas.")
        self.skip()
        if self.at < len(self.text):
            raise self.fail("Junk after right parenthesis or bracket.")
        return lower, upper, opening == "[", closing == "]"


def read_range(kind: RangeKind, text: str, element: Callable[[str], Stored]) -> Range:
    """range_in; `element` is the input function of the bounds (22P02, 22000)."""
    found = _Reader(text).read()
    if found is None:
        return EMPTY
    lower, upper, lower_included, upper_included = found
    return kind.make(None if lower is None else element(lower), None if upper is None else element(upper),
                     lower_included, upper_included)


# Binary: flags, then of each bound that is not infinite its length and its binary form.

_EMPTY_FLAG, _LOWER_INCLUDED, _UPPER_INCLUDED, _LOWER_INFINITE, _UPPER_INFINITE = 1, 2, 4, 8, 16
_LENGTH = Struct("!I")


def range_bytes(value: Range, encode: Encoder) -> bytes:
    """range_send."""
    if value.empty:
        return bytes((_EMPTY_FLAG,))
    lower, upper = value
    flags = _LOWER_INFINITE if lower.value is None else 0 if lower.cut[2] else _LOWER_INCLUDED
    flags |= _UPPER_INFINITE if upper.value is None else _UPPER_INCLUDED if upper.cut[2] else 0
    bodies = [encode(bound.value) for bound in value if bound.value is not None]
    return bytes((flags,)) + b"".join(_LENGTH.pack(len(body)) + body for body in bodies)


def range_of_bytes(kind: RangeKind, data: bytes, receive: Callable[[bytes], Stored]) -> Range:
    """range_recv (08P01, 22P03)."""
    if not data:
        raise ProtocolViolation("insufficient data left in message")
    flags, rest = data[0], data[1:]
    bounds: list[Stored] = []
    for infinite in (_LOWER_INFINITE, _UPPER_INFINITE):
        if flags & (_EMPTY_FLAG | infinite):
            bounds.append(None)
            continue
        if len(rest) < _LENGTH.size:
            raise ProtocolViolation("insufficient data left in message")
        (length,) = _LENGTH.unpack_from(rest)
        body, rest = rest[_LENGTH.size : _LENGTH.size + length], rest[_LENGTH.size + length :]
        if len(body) < length:
            raise ProtocolViolation("insufficient data left in message")
        bounds.append(receive(body))
    if rest:
        raise InvalidBinaryRepresentation("incorrect binary data format")
    if flags & _EMPTY_FLAG:
        return EMPTY
    lower, upper = bounds
    return kind.make(lower, upper, bool(flags & _LOWER_INCLUDED), bool(flags & _UPPER_INCLUDED))


def range_codec(oid: int) -> Codec:
    """The codec of a range type, given by its OID or number."""
    from executor.types.registry import codec

    kind = range_kind(oid)
    element = codec(kind.element)

    def parse(text: str, typmod: int, env: Env) -> Stored:
        return range_text(read_range(kind, text, lambda part: element.parse(part, -1, env)))

    def text_encoder(typmod: int, env: Env) -> Encoder:
        encode = element.text_encoder(-1, env)
        return lambda value: range_text(kind.load(value), lambda bound: encode(bound).decode()).encode()

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return range_text(range_of_bytes(kind, data, lambda body: element.receive(body, -1, env)))

    def binary_encoder(typmod: int, env: Env) -> Encoder:
        encode = element.binary_encoder(-1, env)
        return lambda value: range_bytes(kind.load(value), encode)

    return Codec(oid, parse, text_encoder, receive, binary_encoder, declared(f"{kind.name} TEXT"), f"pg_{kind.name}",
                 kind.compare, equal_as_stored=kind.equal_as_stored)


CODECS = tuple(map(range_codec, oids.RANGE_TYPES))
