"""Finding matches of a translated regular expression the way PostgreSQL chooses them.

PostgreSQL takes the leftmost match, and of those the longest, or the shortest if the expression as a whole prefers
that. Where the library's own order of trying gives the same it is used directly.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import regex

from executor.builtins.regexp_syntax import Options, Translation, translate, wrong
from executor.sqlstates import QueryCanceled

TIMEOUT_S = 30.0
"""A single match that takes longer ends the statement; statement_timeout cannot interrupt the library."""

Match = Any


def _timed_out() -> QueryCanceled:
    return QueryCanceled("canceling statement because a regular expression took too long to match")


class Expression:
    """A compiled regular expression."""

    def __init__(self, translation: Translation) -> None:
        flags = regex.VERSION0 | (regex.IGNORECASE if translation.options.ignore_case else 0)
        try:
            self.any = regex.compile(translation.pattern, flags)
            self.mixed = bool(translation.lazy and (translation.greedy or translation.alternatives)
                              and not translation.anchored)
            ambiguous = translation.alternatives or translation.quantified_group
            longest = ambiguous and not translation.lazy
            self.leftmost = regex.compile(translation.pattern, flags | regex.POSIX) if longest else self.any
            self.greedy = regex.compile(translation.greedy_pattern, flags | regex.POSIX) if self.mixed else self.any
        except regex.error as error:
            raise wrong(str(error)) from None
        # An expression with | at its top prefers the longest; else its first quantifier decides.
        self.shortest = translation.first_is_lazy
        self.groups = translation.groups

    def test(self, text: str) -> bool:
        """Whether there is a match anywhere."""
        try:
            return self.any.search(text, timeout=TIMEOUT_S) is not None
        except TimeoutError:
            raise _timed_out() from None

    def search(self, text: str, start: int = 0) -> Match | None:
        """The match that PostgreSQL would report, from character `start` on."""
        try:
            if not self.mixed:
                return self.leftmost.search(text, start, timeout=TIMEOUT_S)
            return self._search_mixed(text, start)
        except TimeoutError:
            raise _timed_out() from None

    def _search_mixed(self, text: str, start: int) -> Match | None:
        """First the extent of the whole match, by the preference of the whole; then the parts by their own."""
        longest = self.greedy.search(text, start, timeout=TIMEOUT_S)
        if longest is None:
            return None
        begin, end = longest.span()
        if self.shortest:
            for nearer in range(begin, end + 1):
                found = self._exactly(text, begin, nearer)
                if found is not None:
                    return found
        return self._exactly(text, begin, end) or longest

    def _exactly(self, text: str, begin: int, end: int) -> Match | None:
        """A match with just this extent that sees the whole text around it."""
        return _ending(self.any.pattern, self.any.flags, len(text) - end).match(text, begin, timeout=TIMEOUT_S)

    def matches(self, text: str, start: int = 0) -> Iterator[Match]:
        """All matches from left to right, not overlapping."""
        at = start
        while at <= len(text):
            match = self.search(text, at)
            if match is None:
                return
            yield match
            at = match.end() + (match.end() == match.start())


@lru_cache(maxsize=64)
def _ending(pattern: str, flags: int, remaining: int) -> Any:
    """The expression, followed by exactly `remaining` characters up to the end of the text."""
    return regex.compile(rf"(?:{pattern})(?=(?s:.){{{remaining}}}\Z)", flags & ~regex.DEBUG)


@lru_cache(maxsize=256)
def _cached(pattern: str, options: tuple[bool, ...]) -> Expression:
    return Expression(translate(pattern, Options(*options)))


def compiled(pattern: str, options: Options | None = None) -> Expression:
    """The expression for a pattern, compiled once."""
    chosen = replace(options) if options else Options()
    return _cached(pattern, (chosen.ignore_case, chosen.dot_skips_newline, chosen.anchors_at_newline, chosen.expanded,
                             chosen.literal))
