"""WAIT FOR LSN, a statement of PostgreSQL 19 that the parser, PostgreSQL 18's, does not know. Source: sql-wait-for.html (19).

    WAIT FOR LSN 'position' [ WITH ( option [value] [, ...] ) ]

Looked for only in texts that the parser has refused: `statements` cuts such a text at its semicolons, reads the WAITs itself and
lets the parser read the others. A WAIT becomes a node WaitStmt with `lsn_literal` and `options`, like any other.
"""

from collections.abc import Iterator

from executor.errors import SqlError
from executor.parse import RawStatement, Source, Token, literal_value, parse, scan, token_kind, wrap
from executor.sqlstates import SyntaxError

_WORDS = ("wait", "for", "lsn")
_FILLING = "VACUUM "
"""Begins a statement whose options are written as those of WAIT are."""


class _Text:
    """A text with its tokens, comments left out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.encoded = text.encode()
        comments = {token_kind("SQL_COMMENT"), token_kind("C_COMMENT")}
        self.tokens = [token for token in scan(text) if token.kind not in comments]

    def word(self, token: Token) -> str:
        """A token as it is written."""
        return self.encoded[token.start : token.end].decode()

    def parts(self) -> Iterator[list[Token]]:
        """The tokens of each statement."""
        part: list[Token] = []
        for token in self.tokens:
            if self.word(token) == ";":
                if part:
                    yield part
                part = []
            else:
                part.append(token)
        if part:
            yield part

    def wrong(self, tokens: list[Token]) -> SqlError:
        """42601 at the first of these; there may be none."""
        if not tokens:
            return SyntaxError("syntax error at end of input", position=len(self.text) + 1)
        position = Source(self.text).position(tokens[0].start)
        return SyntaxError(f'syntax error at or near "{self.word(tokens[0])}"', position=position)


def statements(text: str) -> list[RawStatement] | None:
    """The statements of a text, at least one of which is a WAIT; None if none is. Raises: 42601."""
    source = _Text(text)
    parts = list(source.parts())
    if not any(_is_wait(source, part) for part in parts):
        return None
    found: list[RawStatement] = []
    for part in parts:
        found += [_wait(source, part)] if _is_wait(source, part) else _other(source, part)
    return found


def _is_wait(source: _Text, part: list[Token]) -> bool:
    return len(part) > 1 and tuple(source.word(token).lower() for token in part[:2]) == _WORDS[:2]


def _own_text(source: _Text, part: list[Token]) -> str:
    """A statement's text where it is, with blanks before it: positions in it are positions in the whole."""
    start, end = part[0].start, part[-1].end
    return " " * start + source.encoded[start:end].decode()


def _other(source: _Text, part: list[Token]) -> list[RawStatement]:
    return [RawStatement(each.node, source.text, each.text.lstrip(" "), len(source.encoded[: part[0].start].decode()))
            for each in parse(_own_text(source, part))]


def _wait(source: _Text, part: list[Token]) -> RawStatement:
    if len(part) < 3 or source.word(part[2]).lower() != "lsn":
        raise source.wrong(part[2:])
    if len(part) < 4 or part[3].kind not in (token_kind("SCONST"), token_kind("USCONST")):
        raise source.wrong(part[3:])
    fields = {"lsn_literal": literal_value(source.word(part[3])), "options": _options(source, part[4:])}
    start = part[0].start
    text = source.encoded[start : part[-1].end].decode()
    return RawStatement(wrap({"WaitStmt": fields}), source.text, text, len(source.encoded[:start].decode()))


def _options(source: _Text, tokens: list[Token]) -> list[object]:
    if not tokens:
        return []
    if source.word(tokens[0]).lower() != "with" or len(tokens) < 2 or source.word(tokens[1]) != "(":
        raise source.wrong(tokens if source.word(tokens[0]).lower() != "with" else tokens[1:])
    own = _own_text(source, tokens[1:])
    (filled,) = parse(own[: tokens[1].start - len(_FILLING)] + _FILLING + own[tokens[1].start :])
    if filled.node.peek("rels"):
        raise source.wrong(tokens[-1:])
    found: list[object] = filled.node.raw("options")
    return found
