"""PL/pgSQL text -> tokens. The rules of words, strings, operators and comments are those of PostgreSQL's scanner."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from executor.identifiers import ascii_lower
from executor.sqlstates import SyntaxError


class Token(NamedTuple):
    """kind: word (value folded), quoted (an identifier in quotes), param, string, number, op, eof. start, end: in the text."""

    kind: str
    value: str
    start: int
    end: int


_TOKENS = re.compile(r"""
    (?P<space>\s+|--[^\n]*)
  | (?P<comment>/\*)
  | (?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$)
  | (?P<param>\$[0-9]+)
  | (?P<string>(?:[xXbBnN]|[uU]&)?'(?:[^']|'')*')
  | (?P<escaped>[eE]'(?:[^'\\]|''|\\.)*')
  | (?P<quoted>(?:[uU]&)?"(?:[^"]|"")*")
  | (?P<number>0[xX][0-9A-Fa-f_]+|0[oO][0-7_]+|0[bB][01_]+|
      (?:[0-9][0-9_]*(?:\.(?!\.)[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
  | (?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)
  | (?P<op>:=|\.\.|=>|<<|>>|<=|>=|<>|!=|::|[-+*/<>=~!@\#%^&|`?]|[;:,.()\[\]{}])
""", re.VERBOSE | re.DOTALL)


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a text, the last one of kind eof (42601 for what is not closed)."""
    at, end = 0, len(text)
    while at < end:
        match = _TOKENS.match(text, at)
        if match is None:
            raise _unterminated(text, at)
        kind = match.lastgroup
        assert kind is not None
        if kind == "comment":
            at = _comment_end(text, at)
            continue
        if kind == "dollar":
            close = text.find(match.group(), match.end())
            if close < 0:
                raise SyntaxError(f'unterminated dollar-quoted string at or near "{text[at:]}"', position=at + 1)
            stop = close + len(match.group())
            yield Token("string", text[at:stop], at, stop)
            at = stop
            continue
        if kind != "space":
            yield _token(kind, match.group(), at, match.end())
        at = match.end()
    yield Token("eof", "", end, end)


def _token(kind: str, found: str, start: int, end: int) -> Token:
    if kind == "word":
        return Token("word", ascii_lower(found), start, end)
    if kind == "quoted":
        return Token("quoted", found[found.index('"') + 1 : -1].replace('""', '"'), start, end)
    return Token("string" if kind == "escaped" else kind, found, start, end)


def _comment_end(text: str, at: int) -> int:
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if match.group() == "/*" else -1
        if not depth:
            return match.end()
    raise SyntaxError(f'unterminated /* comment at or near "{text[at:]}"', position=at + 1)


def _unterminated(text: str, at: int) -> SyntaxError:
    what = "quoted identifier" if text[at] == '"' else "quoted string" if "'" in text[at : at + 3] else None
    shown = text[at:] if what else text[at]
    message = f"unterminated {what}" if what else "syntax error"
    return SyntaxError(f'{message} at or near "{shown}"', position=at + 1)


class Lines:
    """The number of the line, from 1, that a place in a text is on."""

    def __init__(self, text: str) -> None:
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def at(self, place: int) -> int:
        """The line of a character."""
        return bisect_right(self._breaks, place - 1) + 1
