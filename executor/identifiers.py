"""Identifiers as SQL text: quoted only where PostgreSQL would quote them, and lists of them read back."""

import re
from functools import cache

from executor.facts import table

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_SPACE = " \t\n\r\f\v"
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
NAME_BYTES_MAX = 63


@cache
def _needs_quotes() -> frozenset[str]:
    return frozenset(word for word, category in table("keywords").select("word", "catcode") if category != "U")


def quote_identifier(name: str) -> str:
    """A name as PostgreSQL's quote_ident() prints it."""
    if _PLAIN.fullmatch(name) and name not in _needs_quotes():
        return name
    return '"' + name.replace('"', '""') + '"'


def ascii_lower(text: str) -> str:
    """Text with its ASCII letters in lower case: how PostgreSQL folds unquoted names and words, and SQLite compares names."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def _cut(name: str) -> str:
    """A name's first 63 bytes, as far as they are whole characters."""
    return name.encode()[:NAME_BYTES_MAX].decode(errors="ignore")


def fold(name: str) -> str:
    """An unquoted name as PostgreSQL reads it: ASCII letters in lower case, at most 63 bytes."""
    return _cut(ascii_lower(name))


def split_identifiers(text: str, separator: str = ",") -> list[str] | None:
    """The names of a list such as the value of search_path, or (separator ".") of a qualified name; None where its syntax
    is wrong (SplitIdentifierString)."""
    names: list[str] = []
    at, end = _skip(text, 0), len(text)
    if at == end:
        return names
    while True:
        if at < end and text[at] == '"':
            quoted, at = _quoted(text, at + 1)
            if quoted is None:
                return None
            part = _cut(quoted)
        else:
            start = at
            while at < end and text[at] != separator and text[at] not in _SPACE:
                at += 1
            if at == start:
                return None
            part = fold(text[start:at])
        names.append(part)
        at = _skip(text, at)
        if at == end:
            return names
        if text[at] != separator:
            return None
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _quoted(text: str, at: int) -> tuple[str | None, int]:
    """The quoted name that begins after its quote at `at`, and where the text goes on."""
    parts = []
    while True:
        close = text.find('"', at)
        if close < 0:
            return None, at
        parts.append(text[at:close])
        if text[close + 1 : close + 2] != '"':
            return "".join(parts), close + 1
        parts.append('"')
        at = close + 2
