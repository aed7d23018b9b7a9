"""Dividing a match among the parts of an expression as PostgreSQL does, to find what the groups matched.

The extent of the whole is known. Of a sequence, each part from left to right takes as much as it can, or as little
if it prefers that, provided that the rest can still match; of alternatives the first that fits is taken.
"""

from functools import lru_cache, partial
from typing import Any

import regex

from executor.builtins.regexp_syntax import Node
from executor.builtins.regexp_time import timed

Spans = dict[int, tuple[int, int]]
"""Group number -> where it matched."""


class Dissection:
    """Dissects matches in one text. The expression must not look outside of the part that it matches."""

    def __init__(self, text: str, flags: int) -> None:
        self.text = text
        self.flags = flags
        self.spans: Spans = {}

    def fits(self, pattern: str, begin: int, end: int) -> bool:
        """Whether the pattern can match exactly this part of the text."""
        # The part is cut out, so ^ and $ may match at its ends; they are removed where that would be wrong.
        if (r"\A" in pattern and begin > 0) or (r"\Z" in pattern and end < len(self.text)):
            return False
        return timed(partial(_compiled(pattern, self.flags).fullmatch, self.text, begin, end)) is not None

    def divide(self, node: Node, begin: int, end: int) -> bool:
        """Find the groups of a node that matches begin..end; False if it cannot."""
        if not node.captures:
            return self.fits(node.greedy, begin, end)
        if node.kind == "(":
            if not self.divide(node.children[0], begin, end):
                return False
            self.spans[node.number] = (begin, end)
            return True
        if node.kind == "|":
            return any(self.fits(child.greedy, begin, end) and self.divide(child, begin, end)
                       for child in node.children)
        if node.kind == "*" and node.low:
            return self._sequence([_all_but_last(node), node.children[0]], begin, end)
        if node.kind == "*" and node.high == 1:  # x or nothing, x first
            return self.divide(node.children[0], begin, end) or begin == end
        if node.kind == "*":
            return self._iterate(node, 0, begin, end)
        return self._sequence(_merged(node.children), begin, end)

    def _ends(self, node: Node, begin: int, end: int) -> range:
        return range(begin, end + 1) if node.shortest else range(end, begin - 1, -1)

    def _sequence(self, parts: list[Node], begin: int, end: int) -> bool:
        first, *rest = parts
        if not rest:
            return self.divide(first, begin, end)
        following = "".join(f"(?:{node.greedy})" if node.kind == "|" else node.greedy for node in rest)
        for middle in self._ends(first, begin, end):
            if (self.fits(first.greedy, begin, middle) and self.fits(following, middle, end)
                    and self.divide(first, begin, middle) and self._sequence(rest, middle, end)):
                return True
        return False

    def _iterate(self, node: Node, done: int, begin: int, end: int) -> bool:
        child = node.children[0]
        if begin == end and done >= node.low:
            return True
        if node.high is not None and done >= node.high:
            return False
        for middle in self._ends(child, begin, end):
            if middle == begin and done >= node.low:
                continue
            for number in _group_numbers(child):  # what an earlier round captured counts no more
                self.spans.pop(number, None)
            if (self.fits(child.greedy, begin, middle) and self.divide(child, begin, middle)
                    and self._iterate(node, done + 1, middle, end)):
                return True
        return False


def _all_but_last(node: Node) -> Node:
    """x{m,n} is x{m-1,n-1}x, of which only the last x captures."""
    child = node.children[0]
    high = "" if node.high is None else str(node.high - 1)
    text = f"(?:{child.greedy}){{{node.low - 1},{high}}}"
    return Node("*", text, text, [Node("=", child.greedy, child.greedy)], low=node.low - 1,
                high=None if node.high is None else node.high - 1, lazy=node.lazy)


def _group_numbers(node: Node) -> list[int]:
    found = [node.number] if node.number else []
    return found + [number for child in node.children for number in _group_numbers(child)]


def _merged(parts: list[Node]) -> list[Node]:
    """Neighbours without groups and without contrary preferences count as one part."""
    found: list[Node] = []
    for node in parts:
        last = found[-1] if found else None
        if last is not None and not last.captures and not node.captures and (
                None in (last.shortest, node.shortest) or last.shortest == node.shortest):
            found[-1] = Node(".", last.plain + node.plain, last.greedy + node.greedy, [last, node])
        else:
            found.append(node)
    return found


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: int) -> Any:
    return regex.compile(pattern, flags)
