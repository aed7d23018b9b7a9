"""PostgreSQL's identifiers in text: quoting them, and splitting lists and qualified names."""

import re
from functools import cache

from executor.catalog.naming import NAME_BYTES_MAX
from executor.facts import table
from executor.sqlstates import InvalidName

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_ITEM = re.compile(r"\s*(?:\"((?:[^\"]|\"\")*)\"|([^\s\"%s][^\s%s]*))\s*(%s|\Z)")


@cache
def _keywords() -> frozenset[str]:
    """The words that cannot stand for a column name unquoted everywhere (all but the unreserved ones)."""
    return frozenset(word for word, category in table("keywords").select("word", "catcode") if category != "U")


def quote_identifier(name: str) -> str:
    """The name, in double quotes if it would not be read back as itself."""
    if _PLAIN.match(name) and name not in _keywords():
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_qualified(*names: str) -> str:
    """a.b with each part quoted where needed."""
    return ".".join(quote_identifier(name) for name in names)


def quote_literal(text: str) -> str:
    """A string literal, as quote_literal() makes it."""
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def split_identifiers(text: str, separator: str) -> list[str] | None:
    """The names of a list such as `"$user", public`: unquoted ones in lower case; None if it is malformed."""
    if not text.strip():
        return []
    item = re.compile(_ITEM.pattern % (("\\" + separator,) * 3))
    names, at = [], 0
    while match := item.match(text, at):
        quoted, plain, following = match.groups()
        name = quoted.replace('""', '"') if quoted is not None else plain.lower()
        if not name:
            return None
        names.append(name.encode()[:NAME_BYTES_MAX].decode("utf-8", "ignore"))
        at = match.end()
        if not following:
            return names
    return None


def split_qualified(text: str) -> list[str]:
    """The parts of a.b.c (42602 if it is not a name)."""
    names = split_identifiers(text, ".")
    if not names:
        raise InvalidName("invalid name syntax")
    return names
