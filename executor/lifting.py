"""Lifting literals out of a simple query's text, so that statements that differ only in them share one plan.

libpg_query's normalize replaces each constant by $n; lining its text up with the original gives the constants. What does
not line up exactly is not lifted. The analyzed plan then takes the values as run-time slots.
"""

import re

import msgspec

from executor.parse import normalize

LITERAL = re.compile(r"'(?:[^'\\]|'')*'|-?\s*\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|-?\s*\.\d+")
PLACE = re.compile(r"\$\d+")
LIFTABLE_MAX = 20_000


class Lifted(msgspec.Struct, frozen=True):
    """shape: what texts with the same plan have in common. literals: (value as text, kind), kind s string, i int4,
    I int8, n numeric. places: byte offset of each in the source -> its number."""

    shape: tuple[str, str]
    literals: tuple[tuple[str, str], ...]
    places: dict[int, int]


def lift(text: str) -> Lifted | None:
    """The literals of a text, or None if there are none or they cannot be told apart safely."""
    if "$" in text or len(text) > LIFTABLE_MAX:
        return None
    shape = normalize(text)
    if shape is None or "$" not in shape:
        return None
    literals: list[tuple[str, str]] = []
    places: dict[int, int] = {}
    at, start = 0, 0
    for place in PLACE.finditer(shape):
        between = shape[start : place.start()]
        if not text.startswith(between, at):
            return None
        at += len(between)
        start = place.end()
        match = LITERAL.match(text, at)
        if match is None or (at and (text[at - 1].isalnum() or text[at - 1] in "_&")):
            return None
        literal = _classify(match.group())
        if literal is None:
            return None
        places[at] = len(literals)
        literals.append(literal)
        at = match.end()
    if text[at:] != shape[start:] or not text.isascii():
        return None
    return Lifted((shape, "".join(kind for _, kind in literals)), tuple(literals), places)


def _classify(token: str) -> tuple[str, str] | None:
    if token[0] == "'":
        return token[1:-1].replace("''", "'"), "s"
    number = token.replace(" ", "") if token[0] == "-" else token
    if number.lstrip("-").isdigit():
        value = int(number)
        if -(2**31) <= value < 2**31:
            return str(value), "i"
        return (str(value), "I") if -(2**63) <= value < 2**63 else (number, "n")
    return number, "n"
