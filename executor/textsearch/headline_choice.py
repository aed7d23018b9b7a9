"""Which parts of a document a headline shows: one (`choose_one`), or several short ones (`choose_fragments`)."""

import msgspec

from executor.textsearch.documents import Notices
from executor.textsearch.headline import Headline, Stretch, pieces_of
from executor.textsearch.headline_options import Options
from executor.types.tsquery import Query


def headline(configuration: int, text: str, query: Query, options: Options, notices: Notices) -> str:
    """ts_headline."""
    found = Headline(pieces_of(configuration, text, query, notices), query, options)
    (choose_fragments if options.max_fragments > 0 else choose_one)(found)
    return found.text()




# One part


class _Proposal(msgspec.Struct):
    """A part that might be shown. words: how many it has; hits: words of the query; full: it has the whole cover."""

    first: int
    last: int
    words: int = 0
    hits: int = 0
    full: bool = False

    def count(self, found: Headline, number: int, by: int = 1) -> None:
        """A piece comes in (or goes)."""
        piece = found.pieces[number]
        self.words += by * piece.is_word
        self.hits += by * piece.interesting


def choose_one(found: Headline) -> None:
    """Show the part around the best cover: the whole cover if that is possible, then the most words of the query."""
    if found.options.highlight_all:
        found.show(Stretch(0, len(found.pieces) - 1))
        return
    best: _Proposal | None = None
    for cover in found.covers():
        proposal = _around(found, cover)
        if best is None or _is_better(found, proposal, best):
            best = proposal
    found.show(found.beginning() if best is None else Stretch(best.first, best.last))


def _is_better(found: Headline, new: _Proposal, old: _Proposal) -> bool:
    if (new.full, new.hits) != (old.full, old.hits):
        return (new.full, new.hits) > (old.full, old.hits)
    return not found.is_bad_end(new.last) and found.is_bad_end(old.last)


def _around(found: Headline, cover: Stretch) -> _Proposal:
    """The cover, longer or shorter as the options want it."""
    proposal = _Proposal(cover.first, cover.first)
    number = cover.first
    while number <= cover.last and proposal.words < found.options.max_words:
        proposal.count(found, number)
        proposal.last = number
        number += 1
    if proposal.words < found.options.max_words:
        _lengthen(found, proposal, cover)
    else:
        _shorten(found, proposal, min(number, cover.last))
    proposal.full = proposal.first <= cover.first and proposal.last >= cover.last
    return proposal


def _lengthen(found: Headline, proposal: _Proposal, cover: Stretch) -> None:
    """To the right up to a good end, or if the document ends there, to the left."""
    options = found.options
    number = cover.last
    while number < len(found.pieces) and proposal.words < options.max_words:
        if number > cover.last:
            proposal.count(found, number)
        proposal.last = number
        if proposal.words >= options.min_words and not found.is_bad_end(number):
            break
        number += 1
    if proposal.words >= options.min_words:
        return
    proposal.first = 0
    for number in range(cover.first - 1, -1, -1):
        proposal.count(found, number)
        if proposal.words >= options.max_words or (
                proposal.words >= options.min_words and not found.is_bad_end(number)):
            proposal.first = number
            break


def _shorten(found: Headline, proposal: _Proposal, number: int) -> None:
    """From the right, to a good end."""
    while proposal.words > found.options.min_words and found.is_bad_end(number):
        proposal.count(found, number, -1)
        proposal.last = number - 1
        number -= 1


# Several parts


class _Fragment(msgspec.Struct):
    """A part of a cover."""

    first: int
    last: int
    words: int
    hits: int
    open: bool = True  # it may still be chosen


def choose_fragments(found: Headline) -> None:
    """Show the fragments with the most words of the query, each stretched to both sides."""
    fragments = [fragment for cover in found.covers() for fragment in _fragments(found, cover)]
    chosen = 0
    while chosen < found.options.max_fragments:
        candidates = [fragment for fragment in fragments if fragment.open]
        best = min(candidates, key=lambda fragment: (-fragment.hits, fragment.words), default=None)
        if best is None:
            break
        best.open = False
        _stretch(found, best)
        found.show(Stretch(best.first, best.last))
        chosen += 1
        for other in fragments:
            if other.first <= best.last and other.last >= best.first:
                other.open = False
    if not chosen:
        found.show(found.beginning())


def _fragments(found: Headline, cover: Stretch) -> list[_Fragment]:
    """The cover cut into parts that are not too long, and begin and end with a word of the query."""
    parts: list[_Fragment] = []
    start = cover.first
    while start <= cover.last:
        part = _next_fragment(found, start, cover.last)
        parts.append(part)
        start = part.last + 1
    return parts


def _next_fragment(found: Headline, first: int, last: int) -> _Fragment:
    pieces = found.pieces
    first = next((number for number in range(first, last + 1) if pieces[number].interesting), last)
    fragment = _Fragment(first, last, 0, 0)
    number = first
    while number <= last and fragment.words < found.options.max_words:
        fragment.words += pieces[number].is_word
        fragment.hits += pieces[number].interesting
        number += 1
    if last > number:
        while number >= first:
            fragment.last = number
            if pieces[number].interesting:
                break
            fragment.words -= pieces[number].is_word
            number -= 1
    return fragment


def _stretch(found: Headline, fragment: _Fragment) -> None:
    """Make a fragment longer: half of what is missing to the left, the rest to the right, each to a good end."""
    pieces, limit = found.pieces, found.options.max_words
    if fragment.words >= limit:
        return
    room, marker = (limit - fragment.words) // 2, fragment.first
    number = fragment.first - 1
    while number >= 0 and room > 0 and not pieces[number].shown:
        fragment.words += pieces[number].is_word
        room -= pieces[number].is_word
        marker = number
        number -= 1
    while marker < fragment.first and found.is_bad_end(marker):
        fragment.words -= pieces[marker].is_word
        marker += 1
    fragment.first, marker = marker, fragment.last
    number = fragment.last + 1
    while number < len(pieces) and fragment.words < limit and not pieces[number].shown:
        fragment.words += pieces[number].is_word
        marker = number
        number += 1
    while marker > fragment.last and found.is_bad_end(marker):
        fragment.words -= pieces[marker].is_word
        marker -= 1
    fragment.last = marker
