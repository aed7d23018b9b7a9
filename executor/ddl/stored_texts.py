"""The expressions and queries that a Catalog keeps as SQL text: walking over all of them, and changing them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from executor.catalog.model import Catalog, Constraint, Index, IndexColumn, Relation, UserType

Change = Callable[[str], str]


class Stored(NamedTuple):
    """A text and what it belongs to. kind: default, constraint, index, view, type (a domain's default or CHECK)."""

    kind: str
    text: str
    owner: Relation | UserType
    oid: int  # of the constraint or index, else of the owner
    sub: int = 0  # attnum of a default's column


def stored_texts(catalog: Catalog) -> Iterator[Stored]:
    """Every text that binds names of other objects. Tables that other programs made keep theirs in SQLite's words."""
    for relation in catalog.relations:
        if relation.made_elsewhere:
            continue
        if relation.definition:
            yield Stored("view", relation.definition, relation, relation.oid)
        for column in relation.columns:
            if column.default:
                yield Stored("default", column.default, relation, relation.oid, column.number)
        for constraint in relation.constraints:
            if constraint.expression:
                yield Stored("constraint", constraint.expression, relation, constraint.oid)
        for index in relation.indexes:
            for text in (*(key.expression for key in index.columns), index.predicate):
                if text:
                    yield Stored("index", text, relation, index.oid)
    for made in catalog.types:
        for written in (made.default, *(c.expression for c in made.constraints)):
            if written:
                yield Stored("type", written, made, made.oid)


def changed_texts(catalog: Catalog, expression: Change, query: Change) -> Catalog:
    """The catalog with every text changed: expressions by one function, views' queries by the other."""
    return replace(
        catalog,
        relations=tuple(r if r.made_elsewhere else _relation(r, expression, query) for r in catalog.relations),
        types=tuple(_type(made, expression) for made in catalog.types),
    )


def _relation(relation: Relation, expression: Change, query: Change) -> Relation:
    changed = replace(
        relation,
        definition=query(relation.definition) if relation.definition else "",
        columns=tuple(replace(c, default=expression(c.default)) if c.default else c for c in relation.columns),
        constraints=tuple(_constraint(c, expression) for c in relation.constraints),
        indexes=tuple(_index(i, expression) for i in relation.indexes),
        triggers=tuple(replace(t, when=expression(t.when)) if t.when else t for t in relation.triggers),
    )
    return relation if changed == relation else changed


def _constraint(constraint: Constraint, expression: Change) -> Constraint:
    return replace(constraint, expression=expression(constraint.expression)) if constraint.expression else constraint


def _index(index: Index, expression: Change) -> Index:
    def key(column: IndexColumn) -> IndexColumn:
        return replace(column, expression=expression(column.expression)) if column.expression else column

    predicate = expression(index.predicate) if index.predicate else ""
    return replace(index, columns=tuple(map(key, index.columns)), predicate=predicate)


def _type(made: UserType, expression: Change) -> UserType:
    default = expression(made.default) if made.default else made.default
    changed = replace(made, default=default, constraints=tuple(_constraint(c, expression) for c in made.constraints))
    return made if changed == made else changed
