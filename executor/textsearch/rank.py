"""ts_rank and ts_rank_cd: how well a document fits a query.

Both compute with numbers of the size that PostgreSQL computes with: what it keeps in 32 bits is rounded to 32 bits here.
"""

from collections.abc import Callable
from math import exp, log, sqrt
from struct import Struct
from typing import Any, NamedTuple

from executor.sqlstates import ArraySubscriptError, InvalidParameterValue, NullValueNotAllowed
from executor.textsearch.match import Look, Positions, entries, matches
from executor.types import arrays
from executor.types.base import Stored
from executor.types.oids import FLOAT4
from executor.types.tsquery import Query, operands
from executor.types.tsquery_syntax import Operand, Operation
from executor.types.tsvector import POSITION_MAX, Places, Vector, position, weight

_SINGLE = Struct("f")


def single(value: float) -> float:
    """Rounded to 32 bits."""
    rounded: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    return rounded


Weights = tuple[float, ...]
DEFAULT_WEIGHTS: Weights = tuple(map(single, (0.1, 0.2, 0.4, 1.0)))
"""Of D, C, B and A."""
LOG_LENGTH, LENGTH, EXTENT_DISTANCE, UNIQUE, LOG_UNIQUE, FRACTION = 1, 2, 4, 8, 16, 32
"""What a rank is divided by: bits of the argument `normalization`."""
_UNKNOWN: Places = (0,)
"""The place of a lexeme without places."""
_SUM_OF_INVERSE_SQUARES = 1.64493406685
_FAR, _FARTHEST = 100, 1e-30
_LEAST = single(1e-20)


def weights_of(array: Stored) -> Weights:
    """The weights in a stored float4[]; negative ones are the default. 2202E, 22004, 22023."""
    items = arrays.load(array).items
    if arrays.depth_of(items) != 1:
        raise ArraySubscriptError("array of weight must be one-dimensional")
    if len(items) < len(DEFAULT_WEIGHTS):
        raise ArraySubscriptError("array of weight is too short")
    if None in items:
        raise NullValueNotAllowed("array of weight must not contain nulls")
    from_json: Callable[[Any], Any] = arrays.from_json(FLOAT4)
    given = [from_json(item) for item in items[: len(DEFAULT_WEIGHTS)]]
    found = tuple(value if isinstance(value, float) and value >= 0 else default
                  for value, default in zip(given, DEFAULT_WEIGHTS, strict=True))
    if any(value > 1.0 for value in found):
        raise InvalidParameterValue("weight out of range")
    return found


def _words(query: Query) -> list[Operand]:
    """The different words of a query in their order."""
    found: dict[str, Operand] = {}
    for operand in operands(query):
        found.setdefault(operand.word, operand)
    return [found[word] for word in sorted(found)]


def _length(vector: Vector) -> int:
    return sum(len(places) or 1 for _, places in vector)


# ts_rank


def rank(weights: Weights, vector: Vector, query: Query, normalization: int) -> float:
    """ts_rank."""
    if not vector or query is None:
        return 0.0
    words = _words(query)
    joined = isinstance(query, Operation) and query.sign in ("&", "<") and len(words) > 1
    found = (_rank_joined if joined else _rank_separate)(weights, vector, words)
    if found < 0:
        found = _LEAST
    if normalization & LOG_LENGTH:
        found = single(found / (log(_length(vector) + 1) / log(2.0)))
    if normalization & LENGTH:
        found = single(found / single(_length(vector)))
    if normalization & UNIQUE:
        found = single(found / single(len(vector)))
    if normalization & LOG_UNIQUE:
        found = single(found / (log(len(vector) + 1) / log(2.0)))
    if normalization & FRACTION:
        found = single(found / single(found + 1))
    return found


def _rank_separate(weights: Weights, vector: Vector, words: list[Operand]) -> float:
    """For alternatives: each occurrence counts less than the one before, the one of the greatest weight most."""
    total = 0.0
    for word in words:
        for _, places in entries(vector, word):
            summed, greatest, at = 0.0, -1.0, 0
            for number, place in enumerate(places or _UNKNOWN):
                value = weights[weight(place)]
                summed = single(summed + single(value / ((number + 1) * (number + 1))))
                if value > greatest:
                    greatest, at = value, number
            best = single(single(greatest + summed) - single(greatest / ((at + 1) * (at + 1))))
            total = single(total + best / _SUM_OF_INVERSE_SQUARES)
    return single(total / len(words)) if words else total


def _closeness(distance: int) -> float:
    return single(_FARTHEST) if distance > _FAR else single(1.0 / (1.005 + 0.05 * exp(single(distance) / 1.5 - 2)))


def _rank_joined(weights: Weights, vector: Vector, words: list[Operand]) -> float:
    """For words that must all be there: the closer they are, the better."""
    total = -1.0
    unknown: Places = (POSITION_MAX,)
    seen: list[Places | None] = [None] * len(words)
    for number, word in enumerate(words):
        for _, places in entries(vector, word):
            here = places or unknown
            seen[number] = here
            for there in seen[:number]:
                if there is not None:
                    total = _with_pairs(weights, total, here, there, here is unknown or there is unknown)
    return total


def _with_pairs(weights: Weights, total: float, here: Places, there: Places, unknown: bool) -> float:
    for a in here:
        for b in there:
            distance = abs(position(a) - position(b))
            if distance == 0:
                if not unknown:
                    continue
                distance = POSITION_MAX + 1
            product = single(single(weights[weight(a)] * weights[weight(b)]) * _closeness(distance))
            current = single(sqrt(product))
            total = current if total < 0 else single(1.0 - (1.0 - total) * (1.0 - current))
    return total


# ts_rank_cd


class _Occurrence(NamedTuple):
    """A place of the document where words of the query are; a word is known by its number."""

    place: int
    words: tuple[int, ...]


class _Cover(NamedTuple):
    """The first and the last occurrence of a shortest part of the document that matches the query."""

    begin: int
    end: int


def rank_by_cover(weights: Weights, vector: Vector, query: Query, normalization: int) -> float:
    """ts_rank_cd: cover density."""
    found = _occurrences(vector, query)
    if not found:
        return 0.0
    inverse = tuple(1.0 / value if value else float("inf") for value in weights)
    total, distances, count, last = 0.0, 0.0, 0, 0.0
    for begin, end in _covers(found, query):
        cover = found[begin : end + 1]
        density = len(cover) / sum(inverse[weight(occurrence.place)] for occurrence in cover)
        first, final = position(cover[0].place), position(cover[-1].place)
        noise = final - first - (end - begin)
        total += density / (1 + (noise if noise >= 0 else (end - begin) // 2))
        middle = (final + first) / 2.0
        if count and middle > last:
            distances += 1.0 / (middle - last)
        last = middle
        count += 1
    if normalization & LOG_LENGTH:
        total /= log(_length(vector) + 1)
    if normalization & LENGTH:
        total /= _length(vector)
    if normalization & EXTENT_DISTANCE and count and distances > 0:
        total /= count / distances
    if normalization & UNIQUE:
        total /= len(vector)
    if normalization & LOG_UNIQUE:
        total /= log(len(vector) + 1) / log(2.0)
    if normalization & FRACTION:
        total /= total + 1
    return single(total)


def _occurrences(vector: Vector, query: Query) -> list[_Occurrence]:
    """Where words of the query are, in order of position, weight and lexeme."""
    found: dict[tuple[int, int, str], list[int]] = {}
    for number, operand in enumerate(operands(query)):
        for word, places in entries(vector, operand):
            for place in places:
                if not operand.weights or operand.weights >> weight(place) & 1:
                    found.setdefault((position(place), weight(place), word), []).append(number)
    return [_Occurrence(key[0] | key[1] << 14, tuple(found[key])) for key in sorted(found)]


class _Seen:
    """Which words have been passed, and where."""

    def __init__(self, query: Query) -> None:
        self.numbers = {id(operand): number for number, operand in enumerate(operands(query))}
        self.positions: dict[int, set[int]] = {}

    def add(self, occurrence: _Occurrence) -> None:
        for number in occurrence.words:
            self.positions.setdefault(number, set()).add(position(occurrence.place))

    def look(self) -> Look:
        def where(operand: Operand) -> Positions | None:
            return self.positions.get(self.numbers[id(operand)], frozenset())

        return Look(lambda operand: self.numbers[id(operand)] in self.positions, where)


def _covers(found: list[_Occurrence], query: Query) -> list[_Cover]:
    """All covers. The next one is looked for behind the beginning of the one before."""
    covers: list[_Cover] = []
    start = 0
    while True:
        end = _first_match(found, range(start, len(found)), query)
        if end is None or position(found[end].place) == 0:
            return covers
        begin = _first_match(found, range(end, start - 1, -1), query)
        if begin is not None and position(found[begin].place) <= position(found[end].place):
            covers.append(_Cover(begin, end))
            start = begin + 1
        else:
            start += 1


def _first_match(found: list[_Occurrence], numbers: range, query: Query) -> int | None:
    """The occurrence at which the query matches what has been passed since the first one."""
    seen = _Seen(query)
    look = seen.look()
    for number in numbers:
        seen.add(found[number])
        if matches(query, look):
            return number
    return None
