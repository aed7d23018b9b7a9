"""Reads SQLite's CREATE TABLE, CREATE INDEX and CREATE VIEW texts: the facts that SQLite's PRAGMAs do not tell.

These are the names of constraints, the texts of CHECKs, generated columns, index expressions and predicates, column
collations and deferrability. SQLite's grammar is read with a lexer of its own: a PostgreSQL-minded tokenizer takes the
backslash in '\\' for an escape and loses its place. Texts come from sqlite_schema, so SQLite has accepted them already;
whatever is not recognised is skipped, never guessed.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<quoted>\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\])"
    r"|(?P<literal>[xX]?'(?:[^']|'')*'|(?:\d[\w]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[^\W\d][\w$]*)"
    r"|(?P<mark>.)", re.DOTALL)


class Token(NamedTuple):
    """One token that is not white space; `word` is the folded text of an unquoted word, "" for everything else."""

    text: str
    start: int
    end: int
    word: str


class ConstraintText(msgspec.Struct, frozen=True, kw_only=True):
    """A constraint as written. kind: p, u, c, f or n; columns as written (a column constraint: its column)."""

    kind: str
    name: str = ""
    columns: tuple[str, ...] = ()
    expression: str = ""
    deferrable: bool = False
    deferred: bool = False


class TableText(msgspec.Struct, frozen=True, kw_only=True):
    """What a CREATE TABLE says. Keys of the dicts are column names as written, unquoted."""

    constraints: tuple[ConstraintText, ...] = ()
    generated: dict[str, str] = {}
    collations: dict[str, str] = {}


def tokens(sql: str) -> list[Token]:
    """Split SQLite's SQL into tokens, without white space and comments."""
    return [Token(match.group(), match.start(), match.end(),
                  match.group().upper() if match.lastgroup == "word" else "")
            for match in _TOKEN.finditer(sql) if match.lastgroup != "space"]


def unquote(text: str) -> str:
    """The name that a quoted or plain identifier (or a string where SQLite takes one for a name) means."""
    if text[:1] in "\"`'":
        return text[1:-1].replace(text[0] * 2, text[0])
    return text[1:-1] if text[:1] == "[" else text


class _Reader:
    """A position in a list of tokens."""

    def __init__(self, sql: str, found: list[Token]) -> None:
        self.sql = sql
        self.found = found
        self.at = 0

    @property
    def word(self) -> str:
        return self.found[self.at].word if self.at < len(self.found) else ""

    @property
    def text(self) -> str:
        return self.found[self.at].text if self.at < len(self.found) else ""

    @property
    def more(self) -> bool:
        return self.at < len(self.found)

    def take(self, *words: str) -> bool:
        """Step over these words if they are next."""
        ahead = tuple(token.word for token in self.found[self.at:self.at + len(words)])
        if ahead == words:
            self.at += len(words)
            return True
        return False

    def name(self) -> str:
        """Step over a name."""
        text = self.text
        self.at += 1
        return unquote(text)

    def parenthesis(self) -> str:
        """Step over (...) and give the text inside; "" if there is none."""
        if self.text != "(":
            return ""
        first, depth = self.found[self.at], 0
        while self.more:
            depth += {"(": 1, ")": -1}.get(self.text, 0)
            self.at += 1
            if depth == 0:
                return self.sql[first.end:self.found[self.at - 1].start].strip()
        return ""


def _split(found: list[Token]) -> list[list[Token]]:
    """Cut at the commas outside parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def list_items(sql: str) -> list[str]:
    """The texts between the commas of a list such as `a, lower(b) DESC`."""
    return [sql[part[0].start:part[-1].end] for part in _split(tokens(sql))]


def _body(sql: str) -> list[list[Token]]:
    """The items between the outermost parentheses of a CREATE TABLE."""
    found = tokens(sql)
    depth, first = 0, None
    for i, token in enumerate(found):
        if token.text == "(":
            first = i if first is None else first
            depth += 1
        elif token.text == ")":
            depth -= 1
            if depth == 0 and first is not None:
                return _split(found[first + 1:i])
    return []


def _deferral(reader: _Reader) -> tuple[bool, bool]:
    """Step over the rest of a REFERENCES clause; (deferrable, initially deferred)."""
    deferrable = deferred = False
    while reader.more:
        if reader.take("ON"):
            reader.at += 1  # DELETE, UPDATE
            _ = reader.take("SET") or reader.take("NO")
            reader.at += 1
        elif reader.take("MATCH"):
            reader.at += 1
        elif reader.take("NOT", "DEFERRABLE"):
            _ = reader.take("INITIALLY", "DEFERRED") or reader.take("INITIALLY", "IMMEDIATE")
        elif reader.take("DEFERRABLE"):
            deferrable = True
            deferred = reader.take("INITIALLY", "DEFERRED")
            _ = reader.take("INITIALLY", "IMMEDIATE")
        else:
            break
    return deferrable, deferred


def _names(text: str) -> tuple[str, ...]:
    """The column names at the start of each list item."""
    return tuple(unquote(tokens(item)[0].text) for item in list_items(text))


def _conflict(reader: _Reader) -> None:
    if reader.take("ON", "CONFLICT"):
        reader.at += 1


def _key(kind: str) -> Callable[[_Reader, str, tuple[str, ...]], ConstraintText]:
    def read(reader: _Reader, name: str, columns: tuple[str, ...]) -> ConstraintText:
        _ = reader.take("ASC") or reader.take("DESC")
        listed = reader.parenthesis()
        _conflict(reader)
        reader.take("AUTOINCREMENT")
        return ConstraintText(kind=kind, name=name, columns=columns or _names(listed))
    return read


def _check(reader: _Reader, name: str, columns: tuple[str, ...]) -> ConstraintText:
    expression = reader.parenthesis()
    _conflict(reader)
    return ConstraintText(kind="c", name=name, columns=columns, expression=expression)


def _not_null(reader: _Reader, name: str, columns: tuple[str, ...]) -> ConstraintText:
    _conflict(reader)
    return ConstraintText(kind="n", name=name, columns=columns)


def _foreign_key(reader: _Reader, name: str, columns: tuple[str, ...]) -> ConstraintText:
    if not columns:
        columns = _names(reader.parenthesis())
        reader.take("REFERENCES")
    reader.name()
    reader.parenthesis()
    deferrable, deferred = _deferral(reader)
    return ConstraintText(kind="f", name=name, columns=columns, deferrable=deferrable, deferred=deferred)


_CONSTRAINTS: dict[tuple[str, ...], Callable[[_Reader, str, tuple[str, ...]], ConstraintText]] = {
    ("PRIMARY", "KEY"): _key("p"),
    ("UNIQUE",): _key("u"),
    ("CHECK",): _check,
    ("NOT", "NULL"): _not_null,
    ("FOREIGN", "KEY"): _foreign_key,
    ("REFERENCES",): _foreign_key,
}
_TABLE_WORDS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}


def _constraint(reader: _Reader, name: str, columns: tuple[str, ...]) -> ConstraintText | None:
    for words, read in _CONSTRAINTS.items():
        if reader.take(*words):
            return read(reader, name, columns)
    return None


def _column(reader: _Reader, table: TableText, constraints: list[ConstraintText]) -> None:
    """Read one column definition."""
    column, name = reader.name(), ""
    while reader.more:
        if reader.take("CONSTRAINT"):
            name = reader.name()
        elif found := _constraint(reader, name, (column,)):
            constraints.append(found)
            name = ""
        elif reader.take("COLLATE"):
            table.collations[column] = reader.name()
        elif reader.take("DEFAULT"):
            if not reader.parenthesis():
                reader.at += 2 if reader.text in "+-" else 1
        elif reader.take("AS"):
            table.generated[column] = reader.parenthesis()
        elif reader.text == "(":
            reader.parenthesis()
        else:
            reader.at += 1


def _table_constraints(reader: _Reader, constraints: list[ConstraintText]) -> None:
    """Read table constraints; SQLite allows several without a comma between them."""
    name = ""
    while reader.more:
        if reader.take("CONSTRAINT"):
            name = reader.name()
        elif found := _constraint(reader, name, ()):
            constraints.append(found)
            name = ""
        else:
            reader.at += 1


def read_table(sql: str) -> TableText:
    """What a CREATE TABLE text says; empty for CREATE VIRTUAL TABLE."""
    table = TableText(generated={}, collations={})
    if [token.word for token in tokens(sql)[:2]] == ["CREATE", "VIRTUAL"]:
        return table
    constraints: list[ConstraintText] = []
    for item in _body(sql):
        reader = _Reader(sql, item)
        if reader.word in _TABLE_WORDS:
            _table_constraints(reader, constraints)
        else:
            _column(reader, table, constraints)
    return msgspec.structs.replace(table, constraints=tuple(constraints))


def read_index(sql: str) -> tuple[list[str], str]:
    """The key texts of a CREATE INDEX (without COLLATE, ASC, DESC) and its predicate ("" if none)."""
    reader = _Reader(sql, tokens(sql))
    while reader.more and reader.text != "(":
        reader.at += 1
    keys = [_bare_key(item) for item in list_items(reader.parenthesis())]
    return keys, sql[reader.found[reader.at - 1].end:].strip() if reader.take("WHERE") else ""


def _bare_key(item: str) -> str:
    found = tokens(item)
    if found[-1].word in ("ASC", "DESC"):
        found = found[:-1]
    if len(found) > 2 and found[-2].word == "COLLATE":
        found = found[:-2]
    return item[:found[-1].end]


def read_view(sql: str) -> str:
    """The query of a CREATE VIEW."""
    reader = _Reader(sql, tokens(sql))
    while reader.more and reader.word != "AS":
        if reader.text == "(":
            reader.parenthesis()
        else:
            reader.at += 1
    return sql[reader.found[reader.at + 1].start:].strip() if reader.at + 1 < len(reader.found) else ""


def columns_used(expression: str, columns: dict[str, int]) -> tuple[int, ...]:
    """The numbers of the columns whose names (folded) stand in an expression, in order of number."""
    names = {unquote(token.text).lower() for token in tokens(expression)
             if token.word or token.text[0] in "\"`["}
    return tuple(sorted(number for name, number in columns.items() if name in names))
