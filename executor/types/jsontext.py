"""Reading and writing JSON text as PostgreSQL does: exact numbers, jsonb's canonical form, PostgreSQL's errors.

In memory a JSON value is None, bool, str, list, dict, or Number (a numeric in its stored form). Loaded values are
shared between callers (`load` remembers the last few texts), so nobody may change one.
The fast path is the standard library's scanner; the slow one (executor.types.jsonerror) words the error.
"""

from collections.abc import Callable
from decimal import Decimal
from json import JSONDecoder
from json.encoder import encode_basestring as quote
from typing import Any

from executor.sqlstates import NumericValueOutOfRange, StatementTooComplex
from executor.types import jsonerror
from executor.types.kept import kept
from executor.types.numeric import SCALE_MAX, WEIGHT_MAX, overflow, text_of

Json = Any
"""None | bool | str | Number | list[Json] | dict[str, Json]"""


class Number(str):
    """A JSON number: the text of a numeric (jsonb), or the number as it was written (json)."""

    __slots__ = ()


def _integer(text: str) -> Number:
    if len(text) > WEIGHT_MAX:
        raise overflow()
    return Number("0" if text == "-0" else text)


def _decimal(text: str) -> Number:
    if "e" not in text and "E" not in text and text[0] != "-" and len(text) < SCALE_MAX:
        return Number(text)
    digits, _, exponent = text.lower().partition("e")
    scale = len(digits.partition(".")[2]) - int((exponent or "0")[:12])
    if scale > SCALE_MAX or -scale > 2 * WEIGHT_MAX:
        raise overflow()
    return Number(text_of(Decimal(text)))


def _refuse(text: str) -> None:
    raise ValueError(text)


_canonical_decoder = JSONDecoder(parse_int=_integer, parse_float=_decimal, parse_constant=_refuse)
_verbatim_decoder = JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse)


class Pairs(list[tuple[str, Json]]):
    """An object of type json: its members in order, duplicates included."""

    __slots__ = ()


_pairs_decoder = JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse, object_pairs_hook=Pairs)


def _decode(decoder: JSONDecoder, text: str, unescape: bool) -> Json:
    if "\\u" in text:
        jsonerror.check(text, unescape)
    try:
        return decoder.decode(text)
    except NumericValueOutOfRange:
        raise
    except ValueError:
        jsonerror.check(text, unescape)
        raise
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


@kept(16, 100_000)
def load(text: str) -> Json:
    """Read JSON as jsonb: numbers canonical, the last of duplicate keys, \\u0000 refused (22P05). 22P02 if invalid."""
    return _decode(_canonical_decoder, text, True)


@kept(16, 100_000)
def load_pairs(text: str) -> Json:
    """Read JSON as json: numbers as written, every object a `Pairs`. 22P02 if invalid, 22P05 for \\u0000."""
    return _decode(_pairs_decoder, text, True)


def validate(text: str) -> None:
    """Check that text is JSON (22P02)."""
    _decode(_verbatim_decoder, text, False)


# The decoder's scanner: (text, where a value begins) -> (the value, where it ends).
_scan: Callable[[str, int], tuple[Json, int]] = _verbatim_decoder.scan_once  # type: ignore[attr-defined]


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def kind_of(text: str) -> str:
    """The first character that is not blank: it tells what kind of value a JSON text has."""
    return text[_skip(text, 0)]


@kept(16, 100_000)
def member_texts(text: str) -> list[tuple[str, str]]:
    """The members of an object of type json: (key, the value's text as it is written), duplicates included."""
    found: list[tuple[str, str]] = []
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        if text[at] == ",":
            at = _skip(text, at + 1)
        key, at = _scan(text, at)
        start = _skip(text, _skip(text, at) + 1)
        _, end = _scan(text, start)
        found.append((key, text[start:end]))
        at = _skip(text, end)
    return found


@kept(16, 100_000)
def element_texts(text: str) -> list[str]:
    """The elements of an array of type json, as they are written."""
    found: list[str] = []
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "]":
        if text[at] == ",":
            at = _skip(text, at + 1)
        _, end = _scan(text, at)
        found.append(text[at:end])
        at = _skip(text, end)
    return found


def key_order(key: str) -> tuple[int, bytes]:
    """jsonb's order of keys: shorter first, then by bytes."""
    data = key.encode()
    return len(data), data


def _dump_object(value: dict[str, Json]) -> str:
    if len(value) > 1:
        keys = sorted(value, key=key_order)
        return "{" + ", ".join([f"{quote(key)}: {dump(value[key])}" for key in keys]) + "}"
    return "{" + ", ".join([f"{quote(key)}: {dump(item)}" for key, item in value.items()]) + "}"


def _dump_array(value: list[Json]) -> str:
    return "[" + ", ".join([dump(item) for item in value]) + "]"


_DUMPERS: dict[type, Callable[[Any], str]] = {
    Number: str, str: quote, dict: _dump_object, list: _dump_array, type(None): lambda value: "null",
    bool: lambda value: "true" if value else "false",
}


def dump(value: Json) -> str:
    """jsonb's canonical text: keys in jsonb's order, a blank after each colon and comma."""
    try:
        return _DUMPERS[value.__class__](value)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


# jsonb's btree order: Object > Array > Boolean > Number > String > Null, but an empty top-level array is least.
_RANKS: dict[type, int] = {type(None): 0, str: 1, Number: 2, bool: 3, list: 4, dict: 5}


def _sign(a: Any, b: Any) -> int:
    return bool(a > b) - bool(a < b)


def _compare_arrays(a: list[Json], b: list[Json]) -> int:
    if len(a) != len(b):
        return _sign(len(a), len(b))
    return next((c for x, y in zip(a, b, strict=True) if (c := compare(x, y))), 0)


def _compare_objects(a: dict[str, Json], b: dict[str, Json]) -> int:
    if len(a) != len(b):
        return _sign(len(a), len(b))
    first, second = sorted(a, key=key_order), sorted(b, key=key_order)
    for x, y in zip(first, second, strict=True):
        order = _sign(x.encode(), y.encode()) or compare(a[x], b[y])
        if order:
            return order
    return 0


_COMPARERS: dict[type, Callable[[Any, Any], int]] = {
    type(None): lambda a, b: 0, str: _sign, bool: _sign, list: _compare_arrays, dict: _compare_objects,
    Number: lambda a, b: _sign(Decimal(a), Decimal(b)),
}


def compare(a: Json, b: Json) -> int:
    """Order of two jsonb values inside a container."""
    kind = a.__class__
    if kind is not b.__class__:
        return _sign(_RANKS[kind], _RANKS[b.__class__])
    return _COMPARERS[kind](a, b)


def compare_jsonb(a: str, b: str) -> int:
    """The collation pg_jsonb: PostgreSQL's btree order of two jsonb texts."""
    if a == b:
        return 0
    first, second = load(a), load(b)
    # A historical oddity of jsonb: an empty array at the top sorts before every scalar.
    if first == [] or second == []:
        return _sign(first != [], second != [])
    return compare(first, second)
