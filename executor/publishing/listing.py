"""Which tables publications have, as pg_get_publication_tables() and those who copy the tables at first see it."""

from collections.abc import Iterator
from typing import NamedTuple

from executor.catalog.model import Catalog, Publication, PublishedTable, Relation
from executor.catalog.trees import descendants


class Listed(NamedTuple):
    """A table of a publication. columns: attnums of those that are told; where: the row filter."""

    publication: Publication
    relation: Relation
    columns: tuple[int, ...]
    where: str


def is_publishable(relation: Relation) -> bool:
    """Whether a relation can be in a publication."""
    return relation.kind == "r" and relation.persistence == "p" and relation.sqlite_schema == "main"


def tables_of(catalog: Catalog, publications: list[Publication]) -> Iterator[Listed]:
    """The tables of several publications. Partitions whose root is told by one of them are left out."""
    found = [(p, relation) for p in publications for relation in _relations(catalog, p)]
    if any(p.via_root for p in publications):
        oids = {relation.oid for _, relation in found}
        found = [(p, r) for p, r in found if not any(oid in oids for oid in _ancestors(catalog, r))]
    for publication, relation in found:
        entry = entry_of(catalog, publication, relation)
        if entry is not None and entry.columns is not None:
            columns = entry.columns
        else:
            columns = told_columns(publication, relation)
        yield Listed(publication, relation, columns, "" if entry is None else entry.where)


def told_columns(publication: Publication, relation: Relation) -> tuple[int, ...]:
    """The attnums that are told where no columns are listed."""
    return tuple(c.number for c in relation.columns if not c.generated or (c.generated == "s" and publication.generated == "s"))


def entry_of(catalog: Catalog, publication: Publication, relation: Relation) -> PublishedTable | None:
    """What a publication says of a table, unless it has it as one of many."""
    if publication.all_tables or _schema_oid(catalog, relation) in {s.schema for s in publication.schemas}:
        return None
    return next((t for t in publication.tables if t.relation == relation.oid), None)


def _schema_oid(catalog: Catalog, relation: Relation) -> int:
    schema = catalog.schemas_by_name.get(relation.schema)
    return 0 if schema is None else schema.oid


def _ancestors(catalog: Catalog, relation: Relation) -> Iterator[int]:
    while relation.bound is not None and relation.parents:
        relation = catalog.relations_by_oid[relation.parents[0]]
        yield relation.oid


def _relations(catalog: Catalog, publication: Publication) -> list[Relation]:
    everything = [r for r in catalog.relations if is_publishable(r)]
    if publication.all_tables:
        if publication.via_root:
            return [r for r in everything if r.bound is None]
        return [r for r in everything if r.partition_key is None]
    named = [catalog.relations_by_oid[t.relation] for t in publication.tables if t.relation in catalog.relations_by_oid]
    schemas = {s.schema for s in publication.schemas}
    named += [r for r in everything if schemas and _schema_oid(catalog, r) in schemas]
    found: dict[int, Relation] = {}
    for relation in named:
        tree = [relation] if publication.via_root else _leaves(catalog, relation)
        found.update((r.oid, r) for r in tree)
    return list(found.values())


def _leaves(catalog: Catalog, relation: Relation) -> list[Relation]:
    if relation.partition_key is None:
        return [relation]
    return [r for r in descendants(catalog, relation) if r.partition_key is None]
