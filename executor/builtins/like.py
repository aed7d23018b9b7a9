"""LIKE, ILIKE and their negations: natively where SQLite's LIKE means the same, else in Python.

SQLite's LIKE (case_sensitive_like is on) with ESCAPE '\\' is PostgreSQL's, except for a pattern that ends with the
escape character, which PostgreSQL refuses once a text gets that far. ILIKE compares lower-cased texts, and SQLite
knows only ASCII letters, so other texts are Python's.
"""

import re
from functools import lru_cache

from executor.builtins.base import Builtin, Native, Python, call
from executor.builtins.casing import ascii_lower, lower
from executor.sqlstates import InvalidEscapeSequence

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_ESCAPE = r" ESCAPE '\'"


class _Pattern:
    """A LIKE pattern cut at its % signs; each segment is matched as a whole."""

    def __init__(self, pattern: str) -> None:
        self.segments: list[re.Pattern[str]] = []
        self.unfinished = False
        piece: list[str] = []
        at = 0
        while at < len(pattern):
            character = pattern[at]
            if character == "%":
                self._close(piece)
                piece = []
            elif character == "_":
                piece.append(".")
            elif character == "\\":
                at += 1
                if at < len(pattern):
                    piece.append(re.escape(pattern[at]))
                else:
                    self.unfinished = True
            else:
                piece.append(re.escape(character))
            at += 1
        self._close(piece)

    def _close(self, piece: list[str]) -> None:
        self.segments.append(re.compile("".join(piece), re.DOTALL))

    def matches(self, text: str) -> bool:
        """Whether the whole text matches."""
        first, *rest = self.segments
        found = first.match(text)
        if found is None:
            return False
        at = found.end()
        if not rest:
            return at == len(text)
        for segment in rest[:-1]:
            found = segment.search(text, at)
            if found is None:
                return False
            at = found.end()
        tail = rest[-1]
        start = len(text) - _width(tail)
        return start >= at and tail.fullmatch(text, start) is not None


@lru_cache(maxsize=512)
def _width(segment: re.Pattern[str]) -> int:
    """The number of characters a segment matches; each of its elements matches one."""
    return len(re.sub(r"\\(.)", r"\1", segment.pattern, flags=re.DOTALL))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> _Pattern:
    return _Pattern(pattern)


def like(text: str, pattern: str) -> int:
    """Whether the text matches. 22025 if matching reaches an escape character at the end of the pattern."""
    compiled = _compiled(pattern)
    if compiled.unfinished:
        if _compiled(pattern[:-1] + "_%").matches(text):
            raise InvalidEscapeSequence("LIKE pattern must not end with escape character")
        return 0
    return int(compiled.matches(text))


def not_like(text: str, pattern: str) -> int:
    """NOT LIKE."""
    return 1 - like(text, pattern)


def ilike(text: str, pattern: str) -> int:
    """LIKE without regard to case."""
    return like(lower(text), lower(pattern))


def ilike_name(text: str, pattern: str) -> int:
    """ILIKE over a name, and under the collation "C", which knows only ASCII letters."""
    return like(ascii_lower(text), ascii_lower(pattern))


def not_ilike_name(text: str, pattern: str) -> int:
    """NOT ILIKE over a name."""
    return 1 - ilike_name(text, pattern)


def not_ilike(text: str, pattern: str) -> int:
    """NOT ILIKE."""
    return 1 - ilike(text, pattern)


def _lower(text: str, pattern: str, negation: str) -> str:
    if _LITERAL.fullmatch(pattern):
        body = pattern[1:-1]
        if "\\" not in body:
            return f"({text} {negation}LIKE {pattern})"
        if not body.endswith("\\"):
            return f"({text} {negation}LIKE {pattern}{_ESCAPE})"
    python = call(like if not negation else not_like, text, pattern)
    return f"(CASE substr({pattern}, -1) WHEN '\\' THEN {python} ELSE {text} {negation}LIKE {pattern}{_ESCAPE} END)"


def like_escape(pattern: str, escape: str) -> str:
    """Rewrite a pattern with another escape character (or none) to one with a backslash."""
    if len(escape) > 1:
        raise InvalidEscapeSequence("invalid escape string", hint="Escape string must be empty or one character.")
    if escape == "\\":
        return pattern
    parts: list[str] = []
    escaped = False
    for character in pattern:
        if escape and character == escape and not escaped:
            parts.append("\\")
            escaped = True
        elif character == "\\":
            parts.append("\\\\" if not escaped else "\\")
            escaped = False
        else:
            parts.append(character)
            escaped = False
    return "".join(parts)


def like_bytes(value: bytes, pattern: bytes) -> int:
    """LIKE over bytea."""
    return like(value.decode("latin-1"), pattern.decode("latin-1"))


def not_like_bytes(value: bytes, pattern: bytes) -> int:
    """NOT LIKE over bytea."""
    return 1 - like_bytes(value, pattern)


def _lower_ilike(text: str, pattern: str, negation: str) -> str:
    """ASCII texts and patterns are compared in SQLite's lower case."""
    python = call(not_ilike if negation else ilike, text, pattern)
    ascii_text = f"octet_length({text}) = length({text})"
    if not _LITERAL.fullmatch(pattern):
        return (f"(CASE WHEN {ascii_text} AND octet_length({pattern}) = length({pattern}) AND substr({pattern}, -1) <> '\\' "
                f"THEN lower({text}) {negation}LIKE lower({pattern}){_ESCAPE} ELSE {python} END)")
    if not pattern.isascii() or pattern[-2] == "\\":
        return python
    escape = _ESCAPE if "\\" in pattern else ""
    return f"(CASE WHEN {ascii_text} THEN lower({text}) {negation}LIKE {pattern.lower()}{escape} ELSE {python} END)"


_LIKE = Native(lambda a, b: _lower(a, b, ""), 2, like, (like,), literals=(1,))
_NOT_LIKE = Native(lambda a, b: _lower(a, b, "NOT "), 2, not_like, (not_like,), literals=(1,))
_ILIKE = Native(lambda a, b: _lower_ilike(a, b, ""), 4, ilike, (ilike,), literals=(1,))
_NOT_ILIKE = Native(lambda a, b: _lower_ilike(a, b, "NOT "), 4, not_ilike, (not_ilike,), literals=(1,))

BUILTINS = (
    *(Builtin(f"{name}({kind},text)", _LIKE, (f"\"{name}\"('abc'::{kind}, 'a%')", "t")) for name, kind in (
        ("textlike", "text"), ("namelike", "name"), ("bpcharlike", "bpchar"), ("like", "text"), ("like", "name"))),
    *(Builtin(f"{name}({kind},text)", _NOT_LIKE, (f"\"{name}\"('abc'::{kind}, '_%_')", "f")) for name, kind in (
        ("textnlike", "text"), ("namenlike", "name"), ("bpcharnlike", "bpchar"), ("notlike", "text"),
        ("notlike", "name"))),
    *(Builtin(f"{name}({kind},text)", _ILIKE, (f"{name}('ÄBC'::{kind}, 'ä%')", "t")) for name, kind in (
        ("texticlike", "text"), ("bpchariclike", "bpchar"))),
    Builtin("nameiclike(name,text)", Python(ilike_name), ("nameiclike('ÄBC'::name, 'ä%')", "f")),
    Builtin("nameicnlike(name,text)", Python(not_ilike_name), ("nameicnlike('ABC'::name, 'a%')", "f")),
    *(Builtin(f"{name}({kind},text)", _NOT_ILIKE, (f"{name}('ÄBC'::{kind}, 'ä%')", "f")) for name, kind in (
        ("texticnlike", "text"), ("bpcharicnlike", "bpchar"))),
    *(Builtin(f"{name}(bytea,bytea)", Python(like_bytes), (f"\"{name}\"('\\x61ff'::bytea, 'a_'::bytea)", "t"))
      for name in ("bytealike", "like")),
    *(Builtin(f"{name}(bytea,bytea)", Python(not_like_bytes), (f"{name}('\\x61ff'::bytea, 'a_'::bytea)", "f"))
      for name in ("byteanlike", "notlike")),
    Builtin("like_escape(text,text)", Python(like_escape), ("like_escape('a#%', '#')", "a\\%")),
)
