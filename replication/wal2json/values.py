"""Names, types and values as wal2json writes them."""

import re

from replication import decoded
from replication.decoded import Column, Identity, Relation
from replication.output import PluginError
from replication.printing import internal_name, internal_type
from replication.wal2json.options import JsonOptions

NUMBERS = frozenset({20, 21, 23, 26, 700, 701, 1700})
BOOLEAN, BYTEA = 16, 17
NUMBER = re.compile(r"[0-9+\-eE.]*\Z")

ESCAPES = {chr(code): f"\\u{code:04x}" for code in range(0x20)} | {
    "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\",
}
ESCAPED = str.maketrans(ESCAPES)
NEEDS_ESCAPE = re.compile(r'[\x00-\x1f"\\]')


def quote(text: str) -> str:
    """A JSON string."""
    return f'"{text.translate(ESCAPED) if NEEDS_ESCAPE.search(text) else text}"'


def quote_type(name: str) -> str:
    """A JSON string of a type's name. One that SQL quotes stays in those quotes, unless it is of an array."""
    return name if name.startswith('"') and not name.endswith("]") else quote(name)


def domain_base(column: Column, options: JsonOptions) -> decoded.Type | None:
    """The type to tell instead of the column's, a domain."""
    return column.type.domain_of if column.type is not None and options.include_domain_data_type else None


def type_name(column: Column, options: JsonOptions, *, typmod: bool) -> str:
    """The name of a column's type; typmod: as format_type() prints it, with the modifier."""
    base = domain_base(column, options)
    if base is not None:
        return base.printed if typmod else (base.name or internal_name(base.printed))
    return column.type_name if typmod else internal_type(column)


def render(value: bytes | None, oid: int, *, numbers_as_strings: bool) -> str:
    """A value as JSON: numbers, true and false, null; everything else is a string. Numbers that JSON does not have are null."""
    if value is None:
        return "null"
    text = value.decode()
    if oid in NUMBERS:
        return _number(text, numbers_as_strings)
    if oid == BOOLEAN:
        return "true" if text == "t" else "false"
    return quote(text[2:] if oid == BYTEA else text)


def _number(text: str, as_string: bool) -> str:
    if as_string:
        return quote(text)
    return text if NUMBER.match(text) else "null"


def has_pk(relation: Relation) -> bool:
    """Whether the table has a primary key."""
    return any(column.is_pk for column in relation.columns)


def has_identity(relation: Relation) -> bool:
    """Whether it can be said which row was changed."""
    if relation.identity in (Identity.DEFAULT, Identity.INDEX):
        return any(column.is_key for column in relation.columns)
    return relation.identity is Identity.FULL


def in_identity(relation: Relation, column: Column) -> bool:
    """Whether a column is part of what says which row was changed."""
    return relation.identity is Identity.FULL or column.is_key


def origin_number(origin: decoded.Origin | None) -> int:
    """0 for a transaction that was made here. Raises: PluginError 0A000 if an origin has no number."""
    if origin is None:
        return 0
    if not origin.id:
        raise PluginError("0A000", f'replication origin "{origin.name}" has no number')
    return origin.id


def is_refused(transaction: decoded.Transaction, options: JsonOptions) -> bool:
    """Whether transactions of this origin are left out."""
    refused = options.filter_origins
    return bool(refused) and transaction.origin is not None and origin_number(transaction.origin) in refused
