"""Whether a query matches: the operator @@.

Inside of "followed by" it matters where the parts match. A part's finding there is the set of positions at which it
ends, or with `negated` all other positions, and its width: how far before its end it begins. Where positions are not
known the finding is None, "maybe", which the outermost "followed by" takes as no.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Set
from typing import NamedTuple

from executor.sqlstates import StatementTooComplex
from executor.types.tsquery import Query
from executor.types.tsquery_syntax import Node, Operand, Operation
from executor.types.tsvector import Places, Vector, load, places_at, position, weight
from executor.types.tsword import quoted

Positions = Set[int]
_NOWHERE: Positions = frozenset()


class Finding(NamedTuple):
    """Where a part of a query matches."""

    positions: Positions
    negated: bool = False
    width: int = 0

    @property
    def matches(self) -> bool:
        """True if it matches somewhere."""
        return self.negated or bool(self.positions)


_NOTHING = Finding(_NOWHERE)


class Look(NamedTuple):
    """How words are looked up. there: is the word in the document? where: its positions, None if they are not known."""

    there: Callable[[Operand], bool]
    where: Callable[[Operand], Positions | None]


def matches(query: Query, look: Look) -> bool:
    """Whether the query matches what is looked at. The query without words matches nothing."""
    try:
        return query is not None and _test(query, look)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


def _test(node: Node, look: Look) -> bool:
    if isinstance(node, Operand):
        return look.there(node)
    assert isinstance(node, Operation)
    if node.left is None:
        return not _test(node.right, look)
    if node.sign == "&":
        return _test(node.left, look) and _test(node.right, look)
    if node.sign == "|":
        return _test(node.left, look) or _test(node.right, look)
    found = find(node, look)
    return found is not None and found.matches


def find(node: Node, look: Look) -> Finding | None:
    """Where a part inside of "followed by" matches."""
    if isinstance(node, Operand):
        positions = look.where(node)
        return None if positions is None else Finding(positions)
    assert isinstance(node, Operation)
    if node.left is None:
        found = find(node.right, look)
        return None if found is None else Finding(found.positions, not found.negated, found.width)
    left = find(node.left, look)
    if node.sign != "|" and left is not None and not left.matches:
        return _NOTHING
    right = find(node.right, look)
    if node.sign != "|" and right is not None and not right.matches:
        return _NOTHING
    if node.sign == "|" and left is not None and right is not None and not left.matches and not right.matches:
        return _NOTHING
    if left is None or right is None:
        return None
    return _either(left, right) if node.sign == "|" else _together(left, right, node)


def _shifted(positions: Positions, by: int) -> Positions:
    return {where + by for where in positions} if by else positions


def _together(left: Finding, right: Finding, node: Operation) -> Finding:
    """& and "followed by". With &, the narrower side is aligned to the end of the wider one."""
    if node.sign == "<":
        width = node.distance + left.width + right.width
        a, b = _shifted(left.positions, node.distance + right.width), right.positions
    else:
        width = max(left.width, right.width)
        a, b = _shifted(left.positions, width - left.width), _shifted(right.positions, width - right.width)
    if left.negated and right.negated:
        return Finding(a | b, True, width)
    if left.negated:
        return Finding(b - a, False, width)
    return Finding(a - b if right.negated else a & b, False, width)


def _either(left: Finding, right: Finding) -> Finding:
    """|"""
    widths = (left.width if left.matches else 0, right.width if right.matches else 0)
    width = max(widths)
    a, b = _shifted(left.positions, width - widths[0]), _shifted(right.positions, width - widths[1])
    if left.negated and right.negated:
        return Finding(a & b, True, width)
    if left.negated:
        return Finding(a - b, True, width)
    return Finding(b - a, True, width) if right.negated else Finding(a | b, False, width)


# Looking words up in a vector


def entries(vector: Vector, operand: Operand) -> Vector:
    """The lexemes that an operand means: the word itself, with a star all that begin with it."""
    start = bisect_left(vector, operand.word, key=_word)
    if not operand.prefix:
        return vector[start : start + 1] if start < len(vector) and vector[start].word == operand.word else []
    end = start
    while end < len(vector) and vector[end].word.startswith(operand.word):
        end += 1
    return vector[start:end]


def _word(lexeme: tuple[str, Places]) -> str:
    return lexeme[0]

# Looking words up in a stored vector, without reading all of it: most rows of a table do not have the word.

_REST_OF_WORD = re.compile(r"(?:[^'\\]|''|\\\\)*'")


def _places_of(text: str, operand: Operand) -> list[Places]:
    """The places of each lexeme that an operand means.

    A quoted word behind a blank (or at the beginning) and before a blank, a colon or the end is a lexeme: quotes inside of
    lexemes are doubled. Only words that begin like what may follow a closing quote could be taken for something else.
    """
    if operand.word[:1] in ("", " ", ":"):
        return [lexeme.places for lexeme in entries(load(text), operand)]
    needle = quoted(operand.word)
    if operand.prefix:
        needle = needle[:-1]
    found: list[Places] = []
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        if operand.prefix and (rest := _REST_OF_WORD.match(text, end)):
            end = rest.end()
        if (at == 0 or text[at - 1] == " ") and text[end : end + 1] in ("", " ", ":"):
            found.append(places_at(text, end))
            if not operand.prefix:
                break
        at = text.find(needle, at + 1)
    return found


def look_into(text: str) -> Look:
    """Looks words up in a stored vector."""

    def there(operand: Operand) -> bool:
        found = _places_of(text, operand)
        if not operand.weights:
            return bool(found)
        # A lexeme without places has no weights either, and is taken to match any.
        return any(not places or any(operand.weights >> weight(place) & 1 for place in places) for places in found)

    def where(operand: Operand) -> Positions | None:
        found = _places_of(text, operand)
        if not all(found):
            return None
        return {position(place) for places in found for place in places
                if not operand.weights or operand.weights >> weight(place) & 1}

    return Look(there, where)
