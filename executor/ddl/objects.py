"""Pure edits of a Catalog: put, replace and remove its objects, and ask which names are taken."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from msgspec.structs import replace

from executor.catalog.model import Catalog, Comment, Publication, Relation, Routine, Schema, Sequence, Subscription, UserType


class _Identified(Protocol):
    @property
    def oid(self) -> int: ...


T = TypeVar("T", bound=_Identified)


def put_relation(catalog: Catalog, relation: Relation) -> Catalog:
    """Add a relation, or replace the one of the same OID."""
    return replace(catalog, relations=_put(catalog.relations, relation))


def put_sequence(catalog: Catalog, sequence: Sequence) -> Catalog:
    """Add a sequence, or replace the one of the same OID."""
    return replace(catalog, sequences=_put(catalog.sequences, sequence))


def put_schema(catalog: Catalog, schema: Schema) -> Catalog:
    """Add a schema, or replace the one of the same OID."""
    return replace(catalog, schemas=_put(catalog.schemas, schema))


def put_type(catalog: Catalog, made: UserType) -> Catalog:
    """Add an enum or domain, or replace the one of the same OID."""
    return replace(catalog, types=_put(catalog.types, made))


def put_routine(catalog: Catalog, routine: Routine) -> Catalog:
    """Add a function or procedure, or replace the one of the same OID."""
    return replace(catalog, routines=_put(catalog.routines, routine))


def put_publication(catalog: Catalog, publication: Publication) -> Catalog:
    """Add a publication, or replace the one of the same OID."""
    return replace(catalog, publications=_put(catalog.publications, publication))


def put_subscription(catalog: Catalog, subscription: Subscription) -> Catalog:
    """Add a subscription, or replace the one of the same OID."""
    return replace(catalog, subscriptions=_put(catalog.subscriptions, subscription))


def _put(objects: tuple[T, ...], new: T) -> tuple[T, ...]:
    if any(old.oid == new.oid for old in objects):
        return tuple([new if old.oid == new.oid else old for old in objects])
    return (*objects, new)


def without(catalog: Catalog, oids: Iterable[int]) -> Catalog:
    """The catalog without these relations, sequences, schemas, types, routines, publications and subscriptions, and without the
    comments on them and their parts."""
    gone = frozenset(oids)
    lost = set(gone)
    for relation in catalog.relations:
        if relation.oid in gone:
            lost.update(index.oid for index in relation.indexes)
            lost.update(constraint.oid for constraint in relation.constraints)
            lost.add(relation.row_type)
            lost.update(oid for trigger in relation.triggers for oid in (trigger.oid, trigger.constraint))
    for made in catalog.types:
        if made.oid in gone:
            lost.update(constraint.oid for constraint in made.constraints)
    return replace(
        catalog,
        relations=tuple(r for r in catalog.relations if r.oid not in gone),
        sequences=tuple(s for s in catalog.sequences if s.oid not in gone),
        schemas=tuple(s for s in catalog.schemas if s.oid not in gone),
        types=tuple(t for t in catalog.types if t.oid not in gone),
        routines=tuple(r for r in catalog.routines if r.oid not in gone),
        publications=tuple(p for p in catalog.publications if p.oid not in gone),
        subscriptions=tuple(replace(s, tables=tuple(t for t in s.tables if t.relation not in gone))
                            for s in catalog.subscriptions if s.oid not in gone),
        comments=tuple(c for c in catalog.comments if c.object not in lost),
    )


def without_comments(catalog: Catalog, oids: Iterable[int], sub: int | None = None) -> Catalog:
    """The catalog without the comments on these objects; `sub`: only on this column of them."""
    gone = frozenset(oids)
    kept = tuple(c for c in catalog.comments if c.object not in gone or (sub is not None and c.sub != sub))
    return replace(catalog, comments=kept)


def put_comment(catalog: Catalog, comment: Comment) -> Catalog:
    """Set a comment; an empty text removes it."""
    key = (comment.catalog, comment.object, comment.sub)
    kept = tuple(c for c in catalog.comments if (c.catalog, c.object, c.sub) != key)
    return replace(catalog, comments=(*kept, comment) if comment.text else kept)


def relation_names(catalog: Catalog, schema: str) -> set[str]:
    """Every name that pg_class holds in a schema: relations, indexes and sequences."""
    taken = {r.name for r in catalog.relations if r.schema == schema}
    taken.update(i.name for r in catalog.relations if r.schema == schema for i in r.indexes)
    taken.update(s.name for s in catalog.sequences if s.schema == schema)
    return taken


def constraint_names(catalog: Catalog, schema: str) -> set[str]:
    """The names of all constraints of a schema's tables and domains."""
    found = {c.name for r in catalog.relations if r.schema == schema for c in r.constraints}
    return found | {c.name for t in catalog.types if t.schema == schema for c in t.constraints}


def referencing(catalog: Catalog, oid: int) -> Iterator[tuple[Relation, str]]:
    """The foreign keys of all tables that point to this one: (their table, constraint name)."""
    for relation in catalog.relations:
        for constraint in relation.constraints:
            if constraint.kind == "f" and constraint.referenced == oid:
                yield relation, constraint.name
