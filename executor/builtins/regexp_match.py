"""Finding matches of a translated regular expression the way PostgreSQL chooses them.

PostgreSQL takes the leftmost match, and of those the longest, or the shortest if the expression as a whole prefers
that. Where the library's own order of trying gives the same it is used directly.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Protocol

import regex

from executor.builtins.regexp_dissect import Dissection, Spans
from executor.builtins.regexp_syntax import Options, Translation, translate, wrong
from executor.builtins.regexp_time import timed
from storage.worker import look_up

STEPS_MAX = 1_000_000
"""So many steps are over at once. A match that cannot take more is not timed, which costs three times as much as it."""


class Match(Protocol):
    """What callers need of a match; the library's own match objects have it too."""

    def start(self, group: int = 0) -> int:
        """Where a group begins; -1 if it took no part in the match."""

    def end(self, group: int = 0) -> int:
        """Where a group ends."""

    def group(self, group: int = 0) -> str | None:
        """What a group matched."""

    def groups(self) -> tuple[str | None, ...]:
        """What all groups matched."""


class _Found:
    """A match whose groups were found by dissection."""

    def __init__(self, text: str, spans: Spans, count: int) -> None:
        self.text = text
        self.spans = spans
        self.count = count

    def start(self, group: int = 0) -> int:
        return self.spans.get(group, (-1, -1))[0]

    def end(self, group: int = 0) -> int:
        return self.spans.get(group, (-1, -1))[1]

    def group(self, group: int = 0) -> str | None:
        return self.text[slice(*self.spans[group])] if group in self.spans else None

    def groups(self) -> tuple[str | None, ...]:
        return tuple(self.group(number) for number in range(1, self.count + 1))


class Expression:
    """A compiled regular expression."""

    def __init__(self, translation: Translation) -> None:
        self.translation = translation
        self.root = translation.root
        self.flags = regex.VERSION0 | (regex.IGNORECASE if translation.options.ignore_case else 0)
        mixed = bool(translation.lazy and translation.greedy)
        # Elsewhere the order in which the library tries gives the longest (or shortest) match first.
        self.ambiguous = translation.alternatives or translation.quantified_group or mixed
        try:
            self.plain = regex.compile(self.root.plain, self.flags)
            self.longest = regex.compile(self.root.greedy, self.flags | regex.POSIX) if self.ambiguous else self.plain
        except regex.error as error:
            raise wrong(str(error)) from None
        self.shortest = bool(self.root.shortest)
        self.groups = translation.groups
        # n quantifiers, none of them over a group, try at most (length + 1) ** n ways from each of the characters.
        bounded = not translation.quantified_group and not translation.back_references
        self.untimed_length = int(STEPS_MAX ** (1 / (translation.lazy + translation.greedy + 1))) - 1 if bounded else -1

    def test(self, text: str) -> bool:
        """Whether there is a match anywhere."""
        if len(text) <= self.untimed_length:
            return self.plain.search(text) is not None
        return timed(partial(self.plain.search, text)) is not None

    def search(self, text: str, start: int = 0) -> Match | None:
        """The match that PostgreSQL would report, from character `start` on."""
        if self.ambiguous:
            return self._search(text, start)
        if len(text) <= self.untimed_length:
            return self.plain.search(text, start)  # type: ignore[no-any-return]
        return timed(partial(self.plain.search, text, start))  # type: ignore[no-any-return]

    def _search(self, text: str, start: int) -> Match | None:
        """First the extent of the whole match, then what its groups matched."""
        longest = timed(partial(self.longest.search, text, start))
        if longest is None:
            return None
        begin, end = longest.span()
        found = longest
        if self.shortest:
            for end in range(begin, longest.end() + 1):
                exact = self._exactly(text, begin, end)
                if exact is not None:
                    found = exact
                    break
        if not self.groups or self.translation.back_references or self.translation.constraints:
            exact = self._exactly(text, begin, end) if self.groups else found
            return exact or found  # type: ignore[no-any-return]
        dissection = Dissection(text, self.flags)
        if not dissection.divide(self.root, begin, end):
            return found  # type: ignore[no-any-return]
        return _Found(text, {**dissection.spans, 0: (begin, end)}, self.groups)

    def _exactly(self, text: str, begin: int, end: int) -> Any:
        """A match with just this extent that sees the whole text around it."""
        return timed(partial(_ending(self.root.plain, self.flags, len(text) - end).match, text, begin))

    def matches(self, text: str, start: int = 0) -> Iterator[Match]:
        """All matches from left to right, not overlapping."""
        at = start
        while at <= len(text):
            match = self.search(text, at)
            if match is None:
                return
            yield match
            look_up()
            at = match.end() + (match.end() == match.start())


@lru_cache(maxsize=64)
def _ending(pattern: str, flags: int, remaining: int) -> Any:
    """The expression, followed by exactly `remaining` characters up to the end of the text."""
    return regex.compile(rf"(?:{pattern})(?=(?s:.){{{remaining}}}\Z)", flags)


@lru_cache(maxsize=256)
def _cached(pattern: str, options: tuple[bool, ...]) -> Expression:
    return Expression(translate(pattern, Options(*options)))


@lru_cache(maxsize=256)
def _usual(pattern: str) -> Expression:
    """The expression for a pattern without options."""
    return Expression(translate(pattern, Options()))


def compiled(pattern: str, options: Options | None = None) -> Expression:
    """The expression for a pattern, compiled once."""
    if options is None:
        return _usual(pattern)
    chosen = replace(options)
    return _cached(pattern, (chosen.ignore_case, chosen.dot_skips_newline, chosen.anchors_at_newline, chosen.expanded,
                             chosen.literal))
