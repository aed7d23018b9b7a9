"""The lines of pg_hba.conf and pg_ident.conf as tokens. Source: auth-pg-hba-conf.html.

    line      = field {blank field} [# comment]           a backslash at the end of a line continues it
    field     = token {"," token}                         @file instead of a token: all tokens of that file
    token     = characters; in "quotes" also blanks, commas, # and "" for a quote; keywords lose their meaning
    include FILE, include_if_exists FILE, include_dir FOLDER     paths are relative to the file that says it

What is wrong with a line is kept with it, so that the operator is told about all of them at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEPTH_MAX = 10
"""How deep files may include each other."""
BLANKS = " \t\r"


@dataclass(frozen=True, slots=True)
class Token:
    """One word. quoted: it began with a quote, and is no keyword."""

    text: str
    quoted: bool = False

    def is_keyword(self, word: str) -> bool:
        """Whether it is this keyword, without quotes."""
        return not self.quoted and self.text == word


Field = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says something, where it begins, and what is wrong with it."""

    path: str
    number: int
    fields: tuple[Field, ...]
    error: str | None = None


class _CannotOpen(Exception):
    """Why, in PostgreSQL's words."""


def read_lines(path: Path, depth: int = 0) -> list[Line]:
    """All lines of a file and of those it includes, in order. A file that cannot be read is a line with an error."""
    try:
        text = _text_of(path, depth)
    except _CannotOpen as error:
        return [Line(str(path), 1 if depth else 0, (), str(error))]
    found: list[Line] = []
    for number, logical in _logical_lines(text):
        line = _line(path, number, logical, depth)
        if line is not None:
            included = _included(line, path, depth)
            found += [line] if included is None else included
    return found


def _text_of(path: Path, depth: int) -> str:
    if depth > DEPTH_MAX:
        raise _CannotOpen(f'could not open file "{path}": maximum nesting depth exceeded')
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise _CannotOpen(f'could not open file "{path}": {error.strerror}') from None
    except UnicodeDecodeError:
        raise _CannotOpen(f'could not read file "{path}": it is not UTF-8') from None


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, by the number of the first."""
    pending, began = "", 0
    for number, physical in enumerate(text.split("\n"), 1):
        physical = physical.removesuffix("\r")
        began = began or number
        if physical.endswith("\\"):
            pending += physical[:-1]
            continue
        yield began, pending + physical
        pending, began = "", 0
    if pending:
        yield began, pending


def _line(path: Path, number: int, text: str, depth: int) -> Line | None:
    """None for a line that says nothing."""
    fields: list[Field] = []
    reader = _Reader(text)
    try:
        while (field := reader.field(path, depth)) is not None:
            if field:
                fields.append(field)
    except _CannotOpen as error:
        return Line(str(path), number, tuple(fields), str(error))
    return Line(str(path), number, tuple(fields)) if fields else None


class _Reader:
    """Tokens of one line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def field(self, path: Path, depth: int) -> Field | None:
        """The next field, with @files replaced by what is in them; None at the end of the line."""
        tokens: list[Token] = []
        while True:
            found = self._token()
            if found is None:
                return tuple(tokens) if tokens else None
            token, more = found
            if not token.quoted and len(token.text) > 1 and token.text[0] == "@":
                tokens += _tokens_of_file(_beside(path, token.text[1:]), depth + 1)
            else:
                tokens.append(token)
            if not more:
                return tuple(tokens)

    def _token(self) -> tuple[Token, bool] | None:
        """The next token, and whether a comma follows it; None at the end."""
        text, at = self._text, self._at
        while at < len(text) and (text[at] in BLANKS or text[at] == ","):
            at += 1
        pieces: list[str] = []
        began_quoted = saw_quote = in_quote = comma = False
        while at < len(text):
            character = text[at]
            if not in_quote and character in BLANKS:
                break
            at += 1
            if not in_quote and character == "#":
                at = len(text)
                break
            if not in_quote and character == ",":
                comma = True
                break
            if character != '"':
                pieces.append(character)
            elif in_quote and text[at : at + 1] == '"':
                pieces.append('"')
                at += 1
            else:
                began_quoted = began_quoted or not pieces
                in_quote, saw_quote = not in_quote, True
        self._at = at
        return (Token("".join(pieces), began_quoted), comma) if pieces or saw_quote else None


def _tokens_of_file(path: Path, depth: int) -> list[Token]:
    """What @file stands for. Raises _CannotOpen."""
    found: list[Token] = []
    for _, text in _logical_lines(_text_of(path, depth)):
        reader = _Reader(text)
        while (field := reader.field(path, depth)) is not None:
            found += field
    return found


def _beside(path: Path, name: str) -> Path:
    return path.parent / name


def _included(line: Line, path: Path, depth: int) -> list[Line] | None:
    """The lines that an include stands for; None if the line is no include."""
    if line.error is not None or len(line.fields) != 2:
        return None
    include = _INCLUDES.get(line.fields[0][0].text)
    return None if include is None else include(line, _beside(path, line.fields[1][0].text), depth)


def _include(line: Line, path: Path, depth: int) -> list[Line]:
    found = read_lines(path, depth + 1)
    if len(found) == 1 and found[0].error is not None and not path.exists():
        return [Line(line.path, line.number, line.fields, found[0].error)]
    return found


def _include_if_exists(line: Line, path: Path, depth: int) -> list[Line]:
    return _include(line, path, depth) if path.exists() else []


def _include_dir(line: Line, path: Path, depth: int) -> list[Line]:
    try:
        names = sorted(entry.name for entry in path.iterdir() if entry.suffix == ".conf" and not entry.name.startswith("."))
    except OSError:
        return [Line(line.path, line.number, line.fields, f'could not open directory "{path}"')]
    return [found for name in names for found in _include(line, path / name, depth)]


_INCLUDES = {"include": _include, "include_if_exists": _include_if_exists, "include_dir": _include_dir}
