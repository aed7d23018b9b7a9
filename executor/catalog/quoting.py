"""Qualified names in text: quoting and splitting them."""

from executor.identifiers import quote_identifier as quote_identifier
from executor.identifiers import split_identifiers as split_identifiers
from executor.sqlstates import InvalidName


def quote_qualified(*names: str) -> str:
    """a.b with each part quoted where needed."""
    return ".".join(quote_identifier(name) for name in names)


def split_qualified(text: str) -> list[str]:
    """The parts of a.b.c (42602 if it is not a name)."""
    names = split_identifiers(text, ".")
    if not names:
        raise InvalidName("invalid name syntax")
    return names
