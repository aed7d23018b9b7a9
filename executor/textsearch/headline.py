"""ts_headline: the parts of a document that show where a query matches.

The document is cut into *pieces*, one for each token. A piece that is a word of the query remembers which; one that is
several of them comes again right behind (`again`). A *cover* is a shortest stretch of pieces that matches the query.
"""

from typing import NamedTuple

import msgspec

from executor.textsearch.dictionaries import lexizers
from executor.textsearch.documents import Notices, too_long
from executor.textsearch.headline_options import Options
from executor.textsearch.locations import Location, locations
from executor.textsearch.match import Look, Positions, matches
from executor.textsearch.parser import tokens
from executor.textsearch.token_types import TOKENS
from executor.types.tsquery import Query, operands
from executor.types.tsquery_syntax import Operand
from executor.types.tsvector import POSITION_MAX, WORD_BYTES_MAX
from storage.worker import look_up


def _kinds(*names: str) -> frozenset[int]:
    return frozenset(TOKENS[name] for name in names)


_REPLACED = _kinds("tag")
"""A blank stands for these, unless all is highlighted."""
_SKIPPED = _kinds("url", "numhword", "asciihword", "hword")
"""Left out, for their parts follow."""
_NO_WORDS = _kinds("blank") | _REPLACED | _SKIPPED
_NO_ENDS = _NO_WORDS | _kinds("sfloat", "version", "float", "int", "uint", "protocol", "entity")
"""A headline should not begin or end with these."""


class Piece(msgspec.Struct, eq=False):
    """A token. position: in the document's vector, 0 if it has none; operand: the number of the query's word."""

    kind: int
    text: str
    size: int  # bytes
    position: int = 0
    operand: int | None = None
    again: bool = False
    shown: bool = False
    selected: bool = False
    replaced: bool = False
    skipped: bool = False

    @property
    def interesting(self) -> bool:
        """A word of the query, counted once."""
        return self.operand is not None and not self.again

    @property
    def is_word(self) -> bool:
        """Counts as a word."""
        return self.kind not in _NO_WORDS


class Stretch(NamedTuple):
    """Pieces from `first` to `last`."""

    first: int
    last: int


def pieces_of(configuration: int, text: str, query: Query, notices: Notices) -> list[Piece]:
    """The pieces of a document."""
    wanted = operands(query)
    dictionaries = lexizers(configuration)
    found: list[Piece] = []
    position = 0
    for kind, token, _ in tokens(text):
        size = len(token.encode())
        if size > WORD_BYTES_MAX:
            too_long(notices)
            continue
        piece = Piece(kind, token, size)
        found.append(piece)
        lexize = dictionaries.get(kind)
        if lexize is None:
            continue
        position += 1
        lexeme = lexize(token)
        if lexeme is None:
            continue
        piece.position = min(position, POSITION_MAX)
        for number, operand in enumerate(wanted):
            if lexeme.startswith(operand.word) if operand.prefix else lexeme == operand.word:
                if piece.operand is None:
                    piece.operand = number
                else:
                    found.append(Piece(kind, token, size, piece.position, number, again=True))
    return found


class Headline:
    """Chooses what is shown of a document."""

    def __init__(self, pieces: list[Piece], query: Query, options: Options) -> None:
        self.pieces = pieces
        self.query = query
        self.options = options
        self.numbers = {id(operand): number for number, operand in enumerate(operands(query))}
        self.locations: list[Location] = locations(query, self.look(pieces)) or []

    def look(self, pieces: list[Piece]) -> Look:
        """Looks words up in some of the pieces."""
        seen: dict[int, set[int]] = {}
        for piece in pieces:
            if piece.operand is not None:
                seen.setdefault(piece.operand, set()).add(piece.position)

        def where(operand: Operand) -> Positions | None:
            return seen.get(self.numbers[id(operand)], frozenset())

        return Look(lambda operand: self.numbers[id(operand)] in seen, where)

    # Covers

    def covers(self) -> list[Stretch]:
        """All covers, from left to right."""
        found: list[Stretch] = []
        position = 0
        while (span := self._span(position)) is not None:
            look_up()
            first, last = span
            position = first + 1
            if first <= last and (cover := self._cover(first, last)) is not None:
                found.append(cover)
        return found

    def _span(self, start: int) -> tuple[int, int] | None:
        """The positions from the last beginning to the first end of all parts of the query, from a position on."""
        last = -1
        for location in self.locations:
            first = next((where for where in location.positions if where >= start), None)
            if first is None:
                return None
            last = max(last, first)
        if last < 0:
            return None
        begins = [next((where - location.width for where in reversed(location.positions)
                        if where - location.width <= last), -1) for location in self.locations]
        return max(min(begins), start), last

    def _cover(self, first: int, last: int) -> Stretch | None:
        """The pieces of a span, if the query matches there."""
        begin = end = -1
        for number, piece in enumerate(self.pieces):
            if piece.operand is None:
                continue
            if begin < 0 and piece.position >= first:
                begin = number
            if piece.position > last:
                break
            end = number
        if begin < 0 or end < begin or not matches(self.query, self.look(self.pieces[begin : end + 1])):
            return None
        return Stretch(begin, end)

    def is_bad_end(self, number: int) -> bool:
        """Whether a headline should not begin or end with this piece."""
        piece = self.pieces[number]
        return (piece.kind in _NO_ENDS or piece.size <= self.options.short_word) and not piece.interesting

    def show(self, stretch: Stretch) -> None:
        """Mark the pieces."""
        for piece in self.pieces[stretch.first : stretch.last + 1]:
            piece.selected = piece.operand is not None
            if piece.kind in _REPLACED and not self.options.highlight_all:
                piece.replaced = True
            piece.skipped = piece.kind in _SKIPPED
            piece.shown = not piece.again

    def beginning(self) -> Stretch:
        """The first words of the document, where nothing matches."""
        count, last = 0, -1
        for number, piece in enumerate(self.pieces):
            if count >= self.options.min_words:
                break
            count += piece.is_word
            last = number
        return Stretch(0, last)

    def text(self) -> str:
        """What is shown, with delimiters between the parts."""
        parts: list[str] = []
        inside = False
        for piece in self.pieces:
            if piece.again:
                continue
            if piece.shown:
                if parts and not inside:
                    parts.append(self.options.delimiter)
                inside = True
                parts.append(self._shown(piece))
            else:
                inside = False
        return "".join(parts)

    def _shown(self, piece: Piece) -> str:
        if piece.replaced:
            return " "
        if piece.skipped:
            return ""
        return f"{self.options.start}{piece.text}{self.options.stop}" if piece.selected else piece.text
