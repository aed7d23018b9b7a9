"""LIKE with a constant pattern as SQLite's GLOB, which means the same in every program that opens the file.

SQLite's LIKE is without regard to case unless a connection says otherwise, so it cannot stand in an index or a CHECK.
"""

from collections.abc import Callable

from executor import plan
from executor.lower.functions import operand, unlabelled
from executor.lower.generator import Generator, literal

_WILDCARDS = {"%": "*", "_": "?"}
_SPECIAL = {"*": "[*]", "?": "[?]", "[": "[[]"}
GLOB_BYTES_MAX = 40_000
"""SQLite refuses patterns over 50,000 bytes."""


def as_glob(pattern: str) -> str | None:
    """The GLOB pattern that matches what the LIKE pattern does; None if there is none."""
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            character = next(characters, "")
            if not character:
                return None  # an error, but only for texts that get so far
            parts.append(_SPECIAL.get(character, character))
        else:
            parts.append(_WILDCARDS.get(character) or _SPECIAL.get(character, character))
    found = "".join(parts)
    return found if len(found.encode()) <= GLOB_BYTES_MAX else None


def _computed(negation: str) -> Callable[[Generator, plan.Call], str | None]:
    def made(g: Generator, expr: plan.Call) -> str | None:
        pattern = unlabelled(expr.arguments[1])
        if not isinstance(pattern, plan.Const) or pattern.lifted is not None or not isinstance(pattern.value, str):
            return None
        glob = as_glob(pattern.value)
        return None if glob is None else f"({operand(g, expr, expr.arguments[0])} {negation}GLOB {literal(glob)})"

    return made


CALLS: dict[str, Callable[[Generator, plan.Call], str | None]] = {
    "textlike(text,text)": _computed(""), "textnlike(text,text)": _computed("NOT "),
}  # fmt: skip
