"""SQL text that describes constraints and indexes, as pg_get_constraintdef() and pg_get_indexdef() print it.

Expressions are stored as the text they were written in; executor.deparse prints them in PostgreSQL's own way. One that
it cannot print is shown as it is stored, with parentheses around it where PostgreSQL has some.
"""

import re
from collections.abc import Sequence

from executor.catalog.create_text import tokens
from executor.catalog.model import Catalog, Column, Constraint, Index, IndexColumn, Relation
from executor.catalog.quoting import quote_identifier, quote_qualified, split_identifiers
from executor.catalog.search_path import class_oid, find_class, shown_schema
from executor.catalog.trees import bound_definition
from executor.catalog.typenames import DEFAULT_PATH

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
        return f"CHECK ({condition(catalog, relation, constraint.expression, path, pretty=pretty)}){inherit}"
    if constraint.kind == "n":
        return f"NOT NULL {_columns(relation, constraint.columns)}{inherit}"
    return _key(relation, constraint)


def condition(catalog: Catalog, relation: Relation, text: str, path: Sequence[str], *, pretty: bool = False) -> str:
    """A CHECK or an index's predicate."""
    from executor.deparse.stored import condition_text

    return condition_text(catalog, tuple(path), relation, text, pretty=pretty) or expression(text, pretty=pretty)


def index_key(catalog: Catalog, relation: Relation, key: IndexColumn, path: Sequence[str] = DEFAULT_PATH, *,
              pretty: bool = False) -> str:
    """A key of an index: a column's name, a call, or an expression in parentheses."""
    from executor.deparse.stored import key_text

    if key.column:
        return quote_identifier(relation.by_number[key.column].name)
    text = key.expression
    if shown := key_text(catalog, tuple(path), relation, text, pretty=pretty):
        return shown
    if is_enclosed(text):
        return text
    return f"({expression(text, pretty=pretty)})"


def _ordered_key(catalog: Catalog, relation: Relation, key: IndexColumn, path: Sequence[str], pretty: bool) -> str:
    text = index_key(catalog, relation, key, path, pretty=pretty)
    if key.collation and key.collation != "default":
        text += f" COLLATE {quote_identifier(key.collation)}"
    if key.operator_class:
        text += f" {quote_identifier(key.operator_class)}"
    if key.descending:
        text += " DESC"
    if key.nulls_first != key.descending:
        text += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
    return text


def index_definition(catalog: Catalog, relation: Relation, index: Index, path: Sequence[str] = DEFAULT_PATH,
                     *, pretty: bool = False) -> str:
    """The CREATE INDEX statement; the table is always qualified unless it is to be pretty."""
    table = (relation_reference(catalog, relation, path) if pretty
             else quote_qualified(shown_schema(relation.schema), relation.name))
    keys = ", ".join(_ordered_key(catalog, relation, key, path, pretty) for key in index.columns)
    only = "ONLY " if relation.partition_key is not None else ""
    text = (f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {quote_identifier(index.name)} ON {only}{table} "
            f"USING {index.method} ({keys})")
    if index.included:
        text += f" INCLUDE ({_columns(relation, index.included)})"
    if index.nulls_not_distinct:
        text += " NULLS NOT DISTINCT"
    if index.options:
        text += " WITH ({})".format(", ".join(f"{name}='{value}'" for name, value in index.options.items()))
    if index.predicate:
        text += f" WHERE {condition(catalog, relation, index.predicate, path, pretty=pretty)}"
    return text


DEFAULT_NODE, KEYS_NODE, BOUND_NODE = "{DEFAULT %d %d}", "{KEYS %d}", "{BOUND %d}"
"""What pg_attrdef.adbin, pg_index.indexprs and pg_class.relpartbound hold: where it is, since
its type depends on the column."""
_NODE = re.compile(r"\{(DEFAULT|KEYS|BOUND) (\d+)(?: (\d+))?\}\Z")


def column_default(catalog: Catalog, relation: Relation, column: Column, path: Sequence[str] = DEFAULT_PATH, *,
                   pretty: bool = False) -> str:
    """A column's default or generation expression."""
    from executor.deparse.stored import default_text

    return default_text(catalog, tuple(path), relation, column, pretty=pretty)


def node_tree(catalog: Catalog, text: str, owner: int, path: Sequence[str], *, pretty: bool = False) -> str | None:
    """pg_get_expr(): the expression behind a value of type pg_node_tree, which belongs to a relation."""
    if found := _NODE.match(text):
        shower = _NODES[found[1]]
        return shower(catalog, int(found[2]), int(found[3] or 0), path, pretty)
    relation = catalog.relations_by_oid.get(owner)
    return text if relation is None else condition(catalog, relation, text, path, pretty=pretty)


def _default_node(catalog: Catalog, oid: int, number: int, path: Sequence[str], pretty: bool) -> str | None:
    relation = catalog.relations_by_oid.get(oid)
    column = relation.by_number.get(number) if relation else None
    return column_default(catalog, relation, column, path, pretty=pretty) if relation and column else None


def _keys_node(catalog: Catalog, oid: int, number: int, path: Sequence[str], pretty: bool) -> str | None:
    from executor.deparse.stored import key_text

    for relation in catalog.relations:
        for index in relation.indexes:
            if index.oid == oid:
                texts = [key.expression for key in index.columns if not key.column]
                return ", ".join(key_text(catalog, tuple(path), relation, text, pretty=pretty, bare=True) or text
                                 for text in texts)
    return None


def _bound_node(catalog: Catalog, oid: int, number: int, path: Sequence[str], pretty: bool) -> str | None:
    relation = catalog.relations_by_oid.get(oid)
    if relation is None or relation.bound is None:
        return None
    key = catalog.relations_by_oid[relation.parents[0]].partition_key
    assert key is not None
    return bound_definition(relation.bound, key)


_NODES = {"DEFAULT": _default_node, "KEYS": _keys_node, "BOUND": _bound_node}
