"""Timelines: which history of a database a copy has, and where two histories part. Pure.

A history is ((timeline, where it ended, why), ...), oldest first, of the timelines before the one that is current.
TIMELINE_HISTORY gives it as PostgreSQL does: a line for each, "timeline <tab> position <tab> reason".
"""

from collections.abc import Sequence
from typing import NamedTuple

from storage.logged import format_lsn

Ended = tuple[int, int, str]
FOREVER = 1 << 63


class Meeting(NamedTuple):
    """Where two copies are the same up to. timeline: the last that they have in common; position: how far."""

    timeline: int
    position: int


class BadHistory(Exception):
    """A timeline's history that cannot be read."""


def format_history(history: Sequence[Ended]) -> str:
    """The content of TIMELINE_HISTORY."""
    return "".join(f"{timeline}\t{format_lsn(end)}\t{why}\n" for timeline, end, why in history)


def parse_history(text: str) -> tuple[Ended, ...]:
    """What `format_history`, or PostgreSQL, has written. Raises: BadHistory."""
    found: list[Ended] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        try:
            timeline, end = int(fields[0]), parse_lsn(fields[1])
        except (IndexError, ValueError):
            raise BadHistory(f"invalid line in a timeline's history: {line!r}") from None
        if found and (timeline <= found[-1][0] or end < found[-1][1]):
            raise BadHistory("the timelines of a history are not in their order")
        found.append((timeline, end, fields[2] if len(fields) > 2 else ""))
    return tuple(found)


def parse_lsn(text: str) -> int:
    """16/B374D848 as a number. Raises: ValueError."""
    high, slash, low = text.strip().partition("/")
    if not slash or not (0 < len(high) <= 8 and 0 < len(low) <= 8):
        raise ValueError(f"invalid position: {text!r}")
    return int(high, 16) << 32 | int(low, 16)


def meeting_of(ours: Sequence[Ended], our_timeline: int, our_end: int, theirs: Sequence[Ended], their_timeline: int,
               their_end: int = FOREVER) -> Meeting | None:
    """Up to where two copies are the same, None if they share nothing. end: of the current timeline."""
    our_line = [(timeline, end) for timeline, end, _ in ours] + [(our_timeline, our_end)]
    their_line = [(timeline, end) for timeline, end, _ in theirs] + [(their_timeline, their_end)]
    found = None
    for (our_number, our_limit), (their_number, their_limit) in zip(our_line, their_line, strict=False):
        if our_number != their_number:
            break
        found = Meeting(our_number, min(our_limit, their_limit))
        if our_limit != their_limit:
            break
    return found
