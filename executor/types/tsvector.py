"""tsvector: stored as TEXT, PostgreSQL's own print: `'cat':3A,5 'sat':4`, lexemes in the order of their bytes.

In memory a vector is a list of lexemes, each its word and its *places*: position + (weight << 14), as in the binary
format, in ascending order of position; a lexeme without positions has none. Weights: 3 is A, 0 is D.
"""

import re
from collections.abc import Iterable
from itertools import groupby, pairwise
from struct import Struct
from typing import NamedTuple, NoReturn

from executor.sqlstates import InternalError, ProgramLimitExceeded
from executor.types.base import Codec, Env, Stored, constant, declared, misfit, utf8, without_zero
from executor.types.binary import Message
from executor.types.kept import kept
from executor.types.oids import TSVECTOR
from executor.types.tsword import SPACE, Words, quoted

POSITION_BITS = 14
POSITION_MASK = (1 << POSITION_BITS) - 1
POSITION_MAX = POSITION_MASK
"""Greater positions are stored as this one."""
PLACES_MAX = 256
WORD_BYTES_MAX = 2046
BYTES_MAX = 1_048_575

Places = tuple[int, ...]


class Lexeme(NamedTuple):
    """A word and its places."""

    word: str
    places: Places = ()


Vector = list[Lexeme]
"""Sorted by word, each word once."""

_LETTERS = ("", "C", "B", "A")
WEIGHTS = {"A": 3, "B": 2, "C": 1, "D": 0}
_ENTRY = re.compile(r"'((?:[^'\\]|''|\\\\)*)'(?::((?:0|[1-9][0-9]*)[A-C]?(?:,(?:0|[1-9][0-9]*)[A-C]?)*))?(?: (?=')|\Z)")
_COUNT, _SHORT = Struct("!i"), Struct("!H")


def position(place: int) -> int:
    """Where a lexeme stands."""
    return place & POSITION_MASK


def weight(place: int) -> int:
    """0 for D to 3 for A."""
    return place >> POSITION_BITS


def place_of(where: int, weight: int = 0) -> int:
    """A place; positions beyond the last possible one are that one."""
    return min(where, POSITION_MAX) | weight << POSITION_BITS


# Making vectors


def merged(places: list[int]) -> Places:
    """The places of one lexeme in order, one for each position: the one of greater weight. The first 256 stay."""
    found: list[int] = []
    for place in sorted(places, key=position):
        if not found or position(place) != position(found[-1]):
            found.append(place)
            if len(found) == PLACES_MAX or (len(found) > 1 and position(place) == POSITION_MAX):
                break
        elif place > found[-1]:
            found[-1] = place
    return tuple(found)


def collected(entries: Iterable[tuple[str, list[int]]]) -> Vector:
    """The vector of words and places in any order."""
    ordered = sorted(entries, key=lambda entry: entry[0])
    return checked([Lexeme(word, merged([place for _, places in group for place in places]))
                    for word, group in groupby(ordered, key=lambda entry: entry[0])])


def checked(vector: Vector) -> Vector:
    """The vector, unless it is too long (54000)."""
    if (size := _data_bytes(vector)) > BYTES_MAX:
        raise ProgramLimitExceeded(f"string is too long for tsvector ({size} bytes, max {BYTES_MAX} bytes)")
    return vector


def _data_bytes(vector: Vector) -> int:
    """How much room PostgreSQL needs for the words and places: places begin at even addresses."""
    size = 0
    for word, places in vector:
        size += len(word) if word.isascii() else len(word.encode())
        if places:
            size += (size & 1) + 2 + 2 * len(places)
    return size


# Text


def load(text: Stored) -> Vector:
    """Read the stored form."""
    if not isinstance(text, str):
        raise misfit("tsvector", text)
    return _load(text)


@kept(32, 100_000)
def _load(text: str) -> Vector:
    """Nothing but the stored form is accepted, for unique indexes compare the texts."""
    vector: Vector = []
    at = 0
    before = ""
    while at < len(text):
        match = _ENTRY.match(text, at)
        if match is None:
            raise misfit("tsvector", text)
        word, places = match.groups()
        if "'" in word or "\\" in word:
            word = word.replace("''", "'").replace("\\\\", "\\")
        if word < before:
            raise misfit("tsvector", text)
        before = word
        vector.append(Lexeme(word, _places(text, places) if places else ()))
        at = match.end()
    return vector


def _places(whole: str, text: str) -> Places:
    found: list[int] = []
    last = -1
    for part in text.split(","):
        heavy = part[-1:] > "9"
        digits = part[:-1] if heavy else part
        where = int(digits) if digits.isdigit() else -1
        if not last < where <= POSITION_MAX:
            raise misfit("tsvector", whole)
        found.append(where | WEIGHTS[part[-1]] << POSITION_BITS if heavy else where)
        last = where
    return tuple(found)


_PLACES = re.compile(":([0-9A-C,]+)")


def places_at(text: str, at: int) -> Places:
    """The places behind a word of a stored vector, which ends at `at`; () if it has none."""
    match = _PLACES.match(text, at)
    return _places(text, match[1]) if match else ()


def dump(vector: Vector) -> str:
    """The stored form, which is PostgreSQL's print."""
    return " ".join([quoted(word) + ":" + ",".join([f"{place & POSITION_MASK}{_LETTERS[place >> POSITION_BITS]}"
                                                    for place in places]) if places else quoted(word)
                     for word, places in vector])


def parse_tsvector(text: str, typmod: int = -1, env: Env | None = None) -> str:
    """tsvector_in. 42601, 54000."""
    words = Words(without_zero(text), "tsvector")
    entries: list[tuple[str, list[int]]] = []
    total = 0
    while (word := words.next()) is not None:
        size = len(word.encode())
        if size > WORD_BYTES_MAX:
            raise ProgramLimitExceeded(f"word is too long ({size} bytes, max {WORD_BYTES_MAX} bytes)")
        if total > BYTES_MAX:
            raise ProgramLimitExceeded(f"string is too long for tsvector ({total} bytes, max {BYTES_MAX} bytes)")
        total += size
        entries.append((word, _read_places(words)))
    return dump(collected(entries))


_DIGITS = re.compile("[0-9]+")
_INT_BITS, _LONG_MAX = 32, (1 << 63) - 1


def _read_places(words: Words) -> list[int]:
    """The places behind a word, if a colon is there."""
    found: list[int] = []
    if words.peek() != ":":
        return found
    while words.peek() in (":", ","):
        words.at += 1
        digits = _DIGITS.match(words.text, words.at)
        if digits is None:
            raise words.syntax_error()
        words.at = digits.end()
        found.append(_position_of(words, digits[0]) | _read_weight(words) << POSITION_BITS)
        if words.peek() == ":":
            raise words.syntax_error()
    return found


def _position_of(words: Words, digits: str) -> int:
    """C's atoi, cut to what fits: a number of 32 bits that came out as 0 or negative is refused."""
    number = min(int(digits[:40]), _LONG_MAX) & (1 << _INT_BITS) - 1
    if number >> _INT_BITS - 1:
        number -= 1 << _INT_BITS
    where = min(number, POSITION_MAX) & POSITION_MASK
    if where == 0:
        raise words.fail(f'wrong position info in tsvector: "{words.text}"')
    return where


def _read_weight(words: Words) -> int:
    """The weight behind a position. D says nothing, so another letter may follow it; digits after a letter are skipped."""
    found = 0
    while (character := words.peek()) not in ("", ",") and character not in SPACE:
        if character == "*" or character.upper() in WEIGHTS:
            if found:
                raise words.syntax_error()
            found = WEIGHTS["A" if character == "*" else character.upper()]
        elif character not in "0123456789":
            raise words.syntax_error()
        words.at += 1
    return found


# Binary: the number of lexemes, then of each the word, a zero byte, the number of places and the places.


def _encode_binary(value: Stored) -> bytes:
    vector = load(value)
    parts = [_COUNT.pack(len(vector))]
    for word, places in vector:
        parts += (word.encode(), b"\0", _SHORT.pack(len(places)), *map(_SHORT.pack, places))
    return b"".join(parts)


def _malformed(message: str) -> NoReturn:
    raise InternalError(message)


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    message = Message(data)
    count = message.integer(_COUNT)
    if not 0 <= count <= (1 << 30) // 4:
        _malformed("invalid size of tsvector")
    vector: Vector = []
    total = 0
    for _ in range(count):
        word, size = message.string(), message.integer(_SHORT)
        if len(word) > WORD_BYTES_MAX + 1:
            _malformed("invalid tsvector: lexeme too long")
        if total > BYTES_MAX:
            _malformed("invalid tsvector: maximum total lexeme length exceeded")
        if size > PLACES_MAX:
            _malformed("unexpected number of tsvector positions")
        total += len(word)
        places = tuple([message.integer(_SHORT) for _ in range(size)])
        if any(position(a) >= position(b) for a, b in pairwise(places)):
            _malformed("position information is misordered")
        vector.append(Lexeme(utf8(word), places))
    message.end()
    return dump(sorted(vector, key=lambda lexeme: lexeme.word))


# Order


def _bytes_of(vector: Vector) -> int:
    return 4 * len(vector) + _data_bytes(vector)


def compare(a: str, b: str) -> int:
    """tsvector_cmp: by the room they need, then by number of lexemes, then lexeme by lexeme."""
    if a == b:
        return 0
    first, second = _load(a), _load(b)
    for x, y in ((_bytes_of(first), _bytes_of(second)), (len(first), len(second))):
        if x != y:
            return -1 if x < y else 1
    for one, other in zip(first, second, strict=True):
        if order := _compare_lexemes(one, other):
            return order
    return 0


def _compare_lexemes(a: Lexeme, b: Lexeme) -> int:
    """A lexeme with places is before one without; then by word; then the one with more or later places, or higher
    weights, is first."""
    if bool(a.places) != bool(b.places):
        return -1 if a.places else 1
    if a.word != b.word:
        return -1 if a.word < b.word else 1
    if len(a.places) != len(b.places):
        return -1 if len(a.places) > len(b.places) else 1
    for x, y in zip(a.places, b.places, strict=True):
        for part in (position, weight):
            if part(x) != part(y):
                return -1 if part(x) > part(y) else 1
    return 0


def _encode(value: Stored) -> bytes:
    if not isinstance(value, str):
        raise misfit("tsvector", value)
    _load(value)
    return value.encode()


CODECS = (
    Codec(TSVECTOR, parse_tsvector, constant(_encode), _receive, constant(_encode_binary), declared("tsvector TEXT"),
          "pg_tsvector", compare, equal_as_stored=True),
)
