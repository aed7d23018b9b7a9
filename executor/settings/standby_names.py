"""synchronous_standby_names: FIRST n (a, b), ANY n (a, b), n (a, b), or a list. Errors as PostgreSQL's own scanner words them."""

import re
from collections.abc import Iterator

import msgspec

from executor.errors import SqlError
from executor.sqlstates import InvalidParameterValue, SyntaxError

STANDBY_NAMES = "synchronous_standby_names"
_TOKEN = re.compile(r"""
    (?P<space>[\x20\t\n\r\f\v]+) | (?P<any>[aA][nN][yY](?![\w$\x80-\U0010ffff]))
    | (?P<first>[fF][iI][rR][sS][tT](?![\w$\x80-\U0010ffff]))
    | (?P<quoted>"(?:[^"]|"")*") | (?P<open>"(?:[^"]|"")*\Z) | (?P<name>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    | (?P<number>[0-9]+) | (?P<mark>[*,()]) | (?P<junk>.)
""", re.VERBOSE | re.DOTALL | re.ASCII)
NUMBER_MAX = 2**31 - 1


class StandbyNames(msgspec.Struct, frozen=True):
    """Whom a commit waits for: the first `number` of `names` that are connected, or any `number` of them. names: "*" is
    everybody; they are compared without regard to case."""

    quorum: bool
    number: int
    names: tuple[str, ...]


class _Tokens:
    """(kind, text) one after another; ("end", "") at the end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._scan(text)
        self.kind, self.text = next(self._tokens)

    def _scan(self, text: str) -> Iterator[tuple[str, str]]:
        for match in _TOKEN.finditer(text):
            kind = str(match.lastgroup)
            if kind == "open":
                raise self._wrong("unterminated quoted identifier at end of input")
            if kind != "space":
                yield kind, match[0]
        yield "end", ""

    def _wrong(self, detail: str) -> SqlError:
        return SyntaxError(f'invalid value for parameter "{STANDBY_NAMES}": "{self._text}"', detail=detail)

    def wrong(self) -> SqlError:
        """42601 at the current token."""
        where = "at end of input" if self.kind == "end" else f'at or near "{self.text}"'
        return self._wrong(f"syntax error {where}")

    def move(self) -> str:
        """Go on; the text of the token that was current."""
        text = self.text
        self.kind, self.text = next(self._tokens)
        return text

    def expect(self, mark: str) -> None:
        """A mark must be here."""
        if self.text != mark or self.kind != "mark":
            raise self.wrong()
        self.move()

    @property
    def is_name(self) -> bool:
        """Whether a name is here; numbers and * serve as names."""
        return self.kind in ("name", "quoted", "number") or (self.kind == "mark" and self.text == "*")


def parse_standby_names(text: str) -> StandbyNames | None:
    """The setting's value; None if it is empty. Raises: 42601, 22023."""
    if not text:
        return None
    tokens = _Tokens(text)
    if tokens.kind in ("any", "first"):
        quorum = tokens.kind == "any"
        tokens.move()
        if tokens.kind != "number":
            raise tokens.wrong()
        found = _numbered(tokens, tokens.move(), quorum)
    else:
        was_number = tokens.kind == "number"
        first = _name(tokens)
        if was_number and tokens.kind == "mark" and tokens.text == "(":
            found = _numbered(tokens, first, quorum=False)
        else:
            found = StandbyNames(False, 1, (first, *_more(tokens)))
    if tokens.kind != "end":
        raise tokens.wrong()
    if found.number <= 0:
        raise InvalidParameterValue(f"number of synchronous standbys ({found.number}) must be greater than zero")
    return found


def _numbered(tokens: _Tokens, number: str, quorum: bool) -> StandbyNames:
    tokens.expect("(")
    names = (_name(tokens), *_more(tokens))
    tokens.expect(")")
    return StandbyNames(quorum, min(int(number), NUMBER_MAX), names)


def _more(tokens: _Tokens) -> Iterator[str]:
    while tokens.kind == "mark" and tokens.text == ",":
        tokens.move()
        yield _name(tokens)


def _name(tokens: _Tokens) -> str:
    if not tokens.is_name:
        raise tokens.wrong()
    quoted = tokens.kind == "quoted"
    text = tokens.move()
    return text[1:-1].replace('""', '"') if quoted else text
