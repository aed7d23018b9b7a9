"""SQL text that describes constraints and indexes, as pg_get_constraintdef() and pg_get_indexdef() print it.

Expressions are stored as the text they were written in, which is printed as it is: PostgreSQL's own layout of
expressions (its parentheses and casts) is not reproduced beyond the parentheses around them.
"""

import re
from collections.abc import Sequence

from executor.catalog.create_text import tokens
from executor.catalog.model import Catalog, Constraint, Index, IndexColumn, Relation
from executor.catalog.quoting import quote_identifier, quote_qualified, split_identifiers
from executor.catalog.search_path import class_oid, find_class, shown_schema

_ACTIONS = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


def is_enclosed(text: str) -> bool:
    """True if one pair of parentheses, or a single function call, takes in the whole expression."""
    found = tokens(text)
    if len(found) > 1 and (found[0].word or found[0].text[:1] == '"') and found[1].text == "(":
        found = found[1:]
    if not found or found[0].text != "(":
        return False
    depth = 0
    for i, token in enumerate(found):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return i == len(found) - 1
    return False


def is_parenthesized(text: str) -> bool:
    """True if one pair of parentheses takes in the whole expression."""
    return text.startswith("(") and is_enclosed(text)


def expression(text: str, *, pretty: bool) -> str:
    """An expression as PostgreSQL prints one: in parentheses unless it is a call, without them when pretty."""
    if pretty:
        return text[1:-1].strip() if is_parenthesized(text) else text
    return text if is_enclosed(text) or len(tokens(text)) == 1 else f"({text})"


_REGCLASS = re.compile(r"'((?:[^']|'')*)'::regclass")


def shown_expression(catalog: Catalog, text: str, path: Sequence[str]) -> str:
    """A stored expression as pg_get_expr() shows it: names of relations qualified only where they have to be."""
    def shown(match: re.Match[str]) -> str:
        names = split_identifiers(match[1].replace("''", "'"), ".") or []
        if len(names) != 2 or find_class(catalog, path, names[1]) != class_oid(catalog, names[0], names[1]):
            return match[0]
        return "'{}'::regclass".format(quote_identifier(names[1]).replace("'", "''"))
    return _REGCLASS.sub(shown, text) if "::regclass" in text else text


def referenced_relations(catalog: Catalog, text: str) -> list[int]:
    """The OIDs of relations that a stored expression names by 'schema.name'::regclass, as nextval() does."""
    found = (split_identifiers(match[1].replace("''", "'"), ".") or [] for match in _REGCLASS.finditer(text))
    oids = (class_oid(catalog, *names) for names in found if len(names) == 2)
    return [oid for oid in oids if oid is not None]


def view_query(text: str) -> str:
    """A view's query as pg_get_viewdef() gives it: pg_dump takes the last character for a semicolon."""
    return f" {text.strip().rstrip(';')};"


def relation_reference(catalog: Catalog, relation: Relation, path: Sequence[str]) -> str:
    """A relation's name, qualified unless the search path finds it."""
    if find_class(catalog, path, relation.name) == relation.oid:
        return quote_identifier(relation.name)
    return quote_qualified(shown_schema(relation.schema), relation.name)


def _columns(relation: Relation, numbers: Sequence[int]) -> str:
    return ", ".join(quote_identifier(relation.by_number[number].name) for number in numbers)


def _deferral(constraint: Constraint) -> str:
    return (" DEFERRABLE" if constraint.deferrable else "") + (" INITIALLY DEFERRED" if constraint.deferred else "")


def _foreign_key(catalog: Catalog, relation: Relation, constraint: Constraint, path: Sequence[str]) -> str:
    target = catalog.relations_by_oid[constraint.referenced]
    text = (f"FOREIGN KEY ({_columns(relation, constraint.columns)}) REFERENCES "
            f"{relation_reference(catalog, target, path)}({_columns(target, constraint.referenced_columns)})")
    if constraint.match == "f":
        text += " MATCH FULL"
    for event, action in (("UPDATE", constraint.on_update), ("DELETE", constraint.on_delete)):
        if action in _ACTIONS:
            text += f" ON {event} {_ACTIONS[action]}"
    return text + _deferral(constraint)


def _key(relation: Relation, constraint: Constraint) -> str:
    index = next((index for index in relation.indexes if index.oid == constraint.index), None)
    nulls = " NULLS NOT DISTINCT" if constraint.nulls_not_distinct else ""
    text = "PRIMARY KEY" if constraint.kind == "p" else f"UNIQUE{nulls}"
    text += f" ({_columns(relation, constraint.columns)})"
    if index and index.included:
        text += f" INCLUDE ({_columns(relation, index.included)})"
    return text + _deferral(constraint)


def constraint_definition(catalog: Catalog, relation: Relation, constraint: Constraint, path: Sequence[str],
                          *, pretty: bool = False) -> str:
    """What follows CONSTRAINT name in ALTER TABLE ADD."""
    inherit = " NO INHERIT" if constraint.no_inherit else ""
    if constraint.kind == "f":
        return _foreign_key(catalog, relation, constraint, path)
    if constraint.kind == "c":
        return f"CHECK ({expression(constraint.expression, pretty=pretty)}){inherit}"
    if constraint.kind == "n":
        return f"NOT NULL {_columns(relation, constraint.columns)}{inherit}"
    return _key(relation, constraint)


def index_key(relation: Relation, key: IndexColumn, *, pretty: bool = False) -> str:
    """A key of an index: a column's name, a call, or an expression in parentheses."""
    if key.column:
        return quote_identifier(relation.by_number[key.column].name)
    text = key.expression
    if is_enclosed(text):
        return text
    return f"({expression(text, pretty=pretty)})"


def _ordered_key(relation: Relation, key: IndexColumn, pretty: bool) -> str:
    text = index_key(relation, key, pretty=pretty)
    if key.collation and key.collation != "default":
        text += f" COLLATE {quote_identifier(key.collation)}"
    if key.operator_class:
        text += f" {quote_identifier(key.operator_class)}"
    if key.descending:
        text += " DESC"
    if key.nulls_first != key.descending:
        text += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
    return text


def index_definition(catalog: Catalog, relation: Relation, index: Index, path: Sequence[str] | None = None,
                     *, pretty: bool = False) -> str:
    """The CREATE INDEX statement; the table is always qualified unless a search path is given."""
    table = (quote_qualified(shown_schema(relation.schema), relation.name) if path is None
             else relation_reference(catalog, relation, path))
    keys = ", ".join(_ordered_key(relation, key, pretty) for key in index.columns)
    text = (f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {quote_identifier(index.name)} ON {table} "
            f"USING {index.method} ({keys})")
    if index.included:
        text += f" INCLUDE ({_columns(relation, index.included)})"
    if index.nulls_not_distinct:
        text += " NULLS NOT DISTINCT"
    if index.options:
        text += " WITH ({})".format(", ".join(f"{name}='{value}'" for name, value in index.options.items()))
    if index.predicate:
        text += f" WHERE {expression(index.predicate, pretty=pretty)}"
    return text
