"""The words of tsvector and tsquery texts: bare, with backslashes, or in quotes."""

import re

from executor.errors import SqlError
from executor.sqlstates import SyntaxError

SPACE = " \t\n\v\f\r"
OPERATORS = "!&|()<"
"""Characters that end a bare word of a query."""

_PLAIN_IN_QUOTES = re.compile(r"[^'\\]+")


def quoted(word: str) -> str:
    """A word as it is printed."""
    if "'" in word or "\\" in word:
        word = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{word}'"


class Words:
    """Reads the words of one text; `at` is where it has come to.

    kind: tsvector or tsquery. In a tsquery operators end a word. web: quotes and backslashes are not special.
    empty: there may be empty words (a binary value can have one, and so can the stored form).
    """

    def __init__(self, text: str, kind: str, *, web: bool = False, empty: bool = False) -> None:
        self.text = text
        self.at = 0
        self.kind = kind
        self.web = web
        self.empty = empty
        self.ends = SPACE + ":" + (OPERATORS if kind == "tsquery" else "") + ('"' if web else "")
        self.plain = re.compile(f"[^{re.escape(self.ends)}" + (r"]+" if web else r"\\]+"))

    def peek(self) -> str:
        """The character here; "" at the end."""
        return self.text[self.at : self.at + 1]

    def skip(self) -> None:
        """Pass blanks."""
        while self.text[self.at : self.at + 1] in tuple(SPACE):
            self.at += 1

    def fail(self, message: str) -> SqlError:
        """The error of this text (42601)."""
        return SyntaxError(message)

    def syntax_error(self) -> SqlError:
        """The error without a better explanation."""
        return self.fail(f'syntax error in {self.kind}: "{self.text}"')

    def next(self) -> str | None:
        """The next word; None at the end of the text."""
        self.skip()
        character = self.peek()
        if character == "":
            return None
        if character == "'" and not self.web:
            return self._quoted()
        if character in self.ends and character != ":":
            raise self.syntax_error()
        return self._bare()

    def _bare(self) -> str:
        parts: list[str] = []
        if self.peek() == ":":  # it does not end a word that it begins
            parts.append(":")
            self.at += 1
        while True:
            if match := self.plain.match(self.text, self.at):
                parts.append(match[0])
                self.at = match.end()
            if self.web or self.peek() != "\\":
                return "".join(parts)
            parts.append(self._escaped())

    def _quoted(self) -> str:
        self.at += 1
        parts: list[str] = []
        while True:
            if match := _PLAIN_IN_QUOTES.match(self.text, self.at):
                parts.append(match[0])
                self.at = match.end()
            character = self.peek()
            if character == "":
                raise self.syntax_error()
            if character == "\\":
                parts.append(self._escaped())
                continue
            self.at += 1
            if self.peek() != "'":
                break
            parts.append("'")
            self.at += 1
        if not parts and not self.empty:
            raise self.syntax_error()
        return "".join(parts)

    def _escaped(self) -> str:
        """The character behind a backslash."""
        self.at += 1
        character = self.peek()
        if character == "":
            raise self.fail(f'there is no escaped character: "{self.text}"')
        self.at += 1
        return character
