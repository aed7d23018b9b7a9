"""From texts to vectors: to_tsvector."""

from collections.abc import Callable
from typing import Any

from executor.errors import SqlError
from executor.sqlstates import InvalidParameterValue, ProgramLimitExceeded
from executor.textsearch.dictionaries import lexizers
from executor.textsearch.parser import tokens
from executor.types.jsontext import Json, Number, Pairs, load
from executor.types.tsvector import PLACES_MAX, POSITION_MAX, WORD_BYTES_MAX, Lexeme, Vector, checked

Notices = list[SqlError] | None
"""Where notices go; None: nowhere."""


class Document:
    """The lexemes of one or more texts; `position` is that of the last word."""

    def __init__(self, configuration: int, notices: Notices = None) -> None:
        self.lexizers = lexizers(configuration)
        self.notices = notices
        self.lexemes: list[tuple[str, int]] = []
        self.position = 0

    def add(self, text: str) -> None:
        """Take the words of a text. Stop words count, though they are left out; so do a compound and its parts."""
        for kind, token, _ in tokens(text):
            lexize = self.lexizers.get(kind)
            if len(token) > WORD_BYTES_MAX // 4 and len(token.encode()) > WORD_BYTES_MAX:
                too_long(self.notices)
                continue
            if lexize is None:
                continue
            self.position += 1
            lexeme = lexize(token)
            if lexeme is not None:
                self.lexemes.append((lexeme, self.position))

    def vector(self) -> Vector:
        """The vector of all lexemes. It has one place less for each than a tsvector may have, as in PostgreSQL."""
        found: dict[str, list[int]] = {}
        for lexeme, where in self.lexemes:
            places = found.setdefault(lexeme, [])
            where = min(where, POSITION_MAX)
            if len(places) < PLACES_MAX - 1 and (not places or places[-1] not in (POSITION_MAX, where)):
                places.append(where)
        return checked([Lexeme(word, tuple(found[word])) for word in sorted(found)])


def too_long(notices: Notices) -> None:
    """Say that a word was left out."""
    if notices is not None:
        notices.append(ProgramLimitExceeded("word is too long to be indexed", severity="NOTICE",
                                            detail=f"Words longer than {WORD_BYTES_MAX + 1} characters are ignored."))


def vector_of_text(configuration: int, text: str, notices: Notices = None) -> Vector:
    """to_tsvector of a text."""
    document = Document(configuration, notices)
    document.add(text)
    return document.vector()


# JSON

_KINDS: dict[type, str] = {str: "string", Number: "numeric", bool: "boolean"}
_ALL = frozenset(("string", "numeric", "boolean", "key"))
_HINT = 'Possible values are: "string", "numeric", "boolean", "key", and "all".'
STRINGS = frozenset(("string",))


def flags(text: str) -> frozenset[str]:
    """What a filter (text of jsonb) asks for: kinds of values, or `key` (22023)."""
    value = load(text)
    if isinstance(value, dict):
        raise InvalidParameterValue("wrong flag type, only arrays and scalars are allowed")
    found: set[str] = set()
    for flag in value if isinstance(value, list) else [value]:
        if not isinstance(flag, str) or isinstance(flag, Number):
            raise InvalidParameterValue("flag array element is not a string", hint=_HINT)
        if flag.lower() not in _ALL | {"all"}:
            raise InvalidParameterValue(f'wrong flag in flag array: "{flag}"', hint=_HINT)
        found |= _ALL if flag.lower() == "all" else {flag.lower()}
    return frozenset(found)


def vector_of_json(configuration: int, value: Json, wanted: frozenset[str], notices: Notices = None) -> Vector:
    """to_tsvector of the values (and keys) of JSON: a gap of one position is between them."""
    document = Document(configuration, notices)

    def take(text: str) -> None:
        before = len(document.lexemes)
        document.add(text)
        if len(document.lexemes) > before:
            document.position += 1

    walk(value, wanted, take)
    return document.vector()


def walk(value: Json, wanted: frozenset[str], take: Callable[[str], None]) -> None:
    """Give the wanted values and keys of JSON to `take`, in order."""
    pending: list[tuple[bool, Any]] = [(False, value)]
    while pending:
        key, item = pending.pop()
        if isinstance(item, dict | Pairs):
            members = list(item.items()) if isinstance(item, dict) else list(item)
            for name, inner in reversed(members):
                pending += ((False, inner), (True, name))
        elif isinstance(item, list):
            pending += ((False, inner) for inner in reversed(item))
        elif item is not None and ("key" if key else _KINDS[type(item)]) in wanted:
            take(("true" if item else "false") if isinstance(item, bool) else str(item))
