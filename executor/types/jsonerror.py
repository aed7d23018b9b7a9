"""A strict reader of JSON text that builds nothing: it finds the first mistake and words it as PostgreSQL does.

Used only for text that the fast reader refused, or that has \\u escapes, which need PostgreSQL's checks.
"""

import re
from typing import NoReturn

from executor.errors import SqlError
from executor.sqlstates import InvalidTextRepresentation, StatementTooComplex, UntranslatableCharacter

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[a-zA-Z0-9_\u0080-\U0010ffff]+")
_NUMBER_PARTS = re.compile(r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]*)?")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_EXCERPT_BYTES = 50
_DEPTH_MAX = 6000
_END, _STRING = "end", "string"


def check(text: str, unescape: bool) -> None:
    """Raise PostgreSQL's error for the first mistake in text; nothing if it is JSON.

    unescape: also refuse what cannot become text, \\u0000 and unpaired surrogates (as jsonb and ->> do).
    """
    _Reader(text, unescape).document()


class _Reader:
    """The state of PostgreSQL's JSON lexer: `start` and `end` of the current token, and its kind."""

    def __init__(self, text: str, unescape: bool) -> None:
        self.text = text
        self.unescape = unescape
        self.start = self.end = 0
        self.kind = _END
        self.advance()

    def document(self) -> None:
        self.value(0)
        if self.kind != _END:
            self.fail(f'Expected end of input, but found "{self.token()}".')

    def token(self) -> str:
        return self.text[self.start : self.end]

    def value(self, depth: int) -> None:
        if depth > _DEPTH_MAX:
            raise StatementTooComplex("stack depth limit exceeded")
        if self.kind == "{":
            self.object(depth)
        elif self.kind == "[":
            self.array(depth)
        elif self.kind in (_STRING, "number", "word"):
            self.advance()
        else:
            self.expected("Expected JSON value")

    def object(self, depth: int) -> None:
        self.advance()
        if self.kind == "}":
            return self.advance()
        first = True
        while True:
            if self.kind != _STRING:
                self.expected('Expected string or "}"' if first else "Expected string")
            self.advance()
            if self.kind != ":":
                self.expected('Expected ":"')
            self.advance()
            self.value(depth + 1)
            first = False
            if self.kind == "}":
                return self.advance()
            if self.kind != ",":
                self.expected('Expected "," or "}"')
            self.advance()

    def array(self, depth: int) -> None:
        self.advance()
        if self.kind == "]":
            return self.advance()
        while True:
            self.value(depth + 1)
            if self.kind == "]":
                return self.advance()
            if self.kind != ",":
                self.expected('Expected "," or "]"')
            self.advance()

    def advance(self) -> None:
        match = _SPACE.match(self.text, self.end)
        assert match
        self.start = self.end = match.end()
        if self.start >= len(self.text):
            self.kind = _END
            return
        character = self.text[self.start]
        if character in "{}[],:":
            self.kind = character
            self.end = self.start + 1
        elif character == '"':
            self.kind = _STRING
            self.string()
        elif character == "-" or character in "0123456789":
            self.number()
        else:
            self.word()

    def word(self) -> None:
        match = _WORD.match(self.text, self.start)
        self.end = match.end() if match else self.start + 1
        self.kind = "word"
        if self.token() not in ("true", "false", "null"):
            self.fail(f'Token "{self.token()}" is invalid.')

    def number(self) -> None:
        self.kind = "number"
        match = _NUMBER_PARTS.match(self.text, self.start)
        assert match
        tail = _WORD.match(self.text, match.end())
        self.end = tail.end() if tail else match.end()
        if not _NUMBER.fullmatch(self.token()):
            self.fail(f'Token "{self.token()}" is invalid.')

    def string(self) -> None:
        at = self.start + 1
        high: int | None = None  # a high surrogate waiting for its low one
        while True:
            match = _PLAIN.match(self.text, at)
            assert match
            if match[0] and high is not None:
                self.surrogate("Unicode low surrogate must follow a high surrogate.", match.start() + 1)
            at = match.end()
            if at >= len(self.text):
                self.end = at
                self.fail(f'Token "{self.token()}" is invalid.')
            character = self.text[at]
            if character == '"':
                break
            if character < " ":
                self.end = at
                self.fail(f"Character with value 0x{ord(character):02x} must be escaped.")
            at, high = self.escape(at, high)
        self.end = at + 1
        if high is not None:
            self.surrogate("Unicode low surrogate must follow a high surrogate.", self.end)

    def escape(self, at: int, high: int | None) -> tuple[int, int | None]:
        """Check the escape sequence at `at`; the position after it, and the high surrogate that it leaves open."""
        kind = self.text[at + 1 : at + 2]
        if kind == "u":
            match = _HEX.match(self.text, at + 2)
            if match is None:
                self.end = at + 2
                while self.text[self.end : self.end + 1] in tuple("0123456789abcdefABCDEF"):
                    self.end += 1
                self.end = min(self.end + 1, len(self.text))
                self.fail('"\\u" must be followed by four hexadecimal digits.')
            return match.end(), self.code_unit(int(match[0], 16), high, match.end())
        if not kind:
            self.end = at + 1
            self.fail(f'Token "{self.token()}" is invalid.')
        if kind not in '"\\/bfnrt':
            self.end = at + 2
            self.fail(f'Escape sequence "\\{kind}" is invalid.')
        if high is not None:
            self.surrogate("Unicode low surrogate must follow a high surrogate.", at + 2)
        return at + 2, None

    def code_unit(self, unit: int, high: int | None, end: int) -> int | None:
        if not self.unescape:
            return None
        if 0xD800 <= unit <= 0xDBFF:
            if high is not None:
                self.surrogate("Unicode high surrogate must not follow a high surrogate.", end)
            return unit
        if (0xDC00 <= unit <= 0xDFFF) != (high is not None):
            self.surrogate("Unicode low surrogate must follow a high surrogate.", end)
        if unit == 0:
            self.end = end
            raise UntranslatableCharacter("unsupported Unicode escape sequence",
                                          detail="\\u0000 cannot be converted to text.", where=self.context())
        return None

    def surrogate(self, detail: str, end: int) -> NoReturn:
        self.end = end
        self.fail(detail)

    def expected(self, what: str) -> NoReturn:
        if self.kind == _END:
            self.fail("The input string ended unexpectedly.")
        self.fail(f'{what}, but found "{self.token()}".')

    def fail(self, detail: str) -> NoReturn:
        error: SqlError = InvalidTextRepresentation("invalid input syntax for type json", detail=detail,
                                                    where=self.context())
        raise error

    def context(self) -> str:
        """Where the mistake is, with up to 50 bytes of the line before it."""
        line = self.text.count("\n", 0, self.start) + 1
        line_start = self.text.rfind("\n", 0, self.start) + 1
        start = line_start
        while len(self.text[start : self.end].encode()) >= _EXCERPT_BYTES:
            start += 1
        if len(self.text[line_start:start].encode()) <= 3:
            start = line_start
        more = self.kind != _END and self.end < len(self.text) and self.text[self.end] not in "\r\n"
        return (f"JSON data, line {line}: {'...' if start > line_start else ''}{self.text[start : self.end]}"
                f"{'...' if more else ''}")
