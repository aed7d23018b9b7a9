"""Where the parts of a query that must all be there are: what headlines are made around."""

from typing import NamedTuple

from executor.sqlstates import ProgramLimitExceeded
from executor.textsearch.match import Look, find
from executor.types.tsquery import Query
from executor.types.tsquery_syntax import Node, Operand, Operation

LOCATIONS_MAX = 100_000
"""Alternatives of conjunctions multiply; beyond this a headline is refused (54000) rather than the memory filled."""


class Location(NamedTuple):
    """The ends of all matches of a part, in order, and how far before its end a match begins."""

    positions: list[int]
    width: int = 0


def locations(query: Query, look: Look) -> list[Location] | None:
    """The locations of a query's parts, none for what must not be there; None if the query does not match."""
    return None if query is None else _locate(query, look)


def _locate(node: Node, look: Look) -> list[Location] | None:
    if isinstance(node, Operand):
        found = look.where(node)
        return [Location(sorted(found))] if found else None
    assert isinstance(node, Operation)
    if node.left is None:
        return [] if _locate(node.right, look) is None else None
    if node.sign == "<":
        finding = find(node, look)
        if finding is None or not finding.matches:
            return None
        return [] if finding.negated else [Location(sorted(finding.positions), finding.width)]
    left = _locate(node.left, look)
    if node.sign == "&":
        right = None if left is None else _locate(node.right, look)
        return None if left is None or right is None else left + right
    right = _locate(node.right, look)
    if left is None and right is None:
        return None
    if not left or not right:
        return left or right or []
    if len(left) * len(right) > LOCATIONS_MAX:
        raise ProgramLimitExceeded("text search query is too complex for a headline")
    # (A and B) or (C and D) is (A or C) and (A or D) and (B or C) and (B or D).
    return [Location(sorted({*a.positions, *b.positions}), max(a.width, b.width)) for a in left for b in right]
