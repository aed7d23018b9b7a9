"""pg_publication, pg_publication_rel, pg_publication_namespace and pg_publication_tables."""

from collections.abc import Iterator

from executor.catalog.definitions import condition
from executor.catalog.model import OWNER_OID
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, array, maker
from executor.publishing.listing import tables_of


def pg_publication(view: SessionView) -> Iterator[Row]:
    """Publications."""
    for p in view.catalog.publications:
        yield _publication(
            oid=p.oid, pubname=p.name, pubowner=p.owner or OWNER_OID, puballtables=int(p.all_tables),
            pubinsert=int("insert" in p.actions), pubupdate=int("update" in p.actions), pubdelete=int("delete" in p.actions),
            pubtruncate=int("truncate" in p.actions), pubviaroot=int(p.via_root), pubgencols=p.generated)


def pg_publication_rel(view: SessionView) -> Iterator[Row]:
    """Their tables."""
    for p in view.catalog.publications:
        for t in p.tables:
            yield _table(oid=t.oid, prpubid=p.oid, prrelid=t.relation, prqual=t.where or None, prattrs=array(t.columns))


def pg_publication_namespace(view: SessionView) -> Iterator[Row]:
    """Their schemas."""
    return (_schema(oid=s.oid, pnpubid=p.oid, pnnspid=s.schema) for p in view.catalog.publications for s in p.schemas)


def pg_publication_tables(view: SessionView) -> Iterator[Row]:
    """The tables that are told of, those that are in a publication with their schema too."""
    catalog = view.catalog
    for publication in catalog.publications:
        for listed in tables_of(catalog, [publication]):
            relation = listed.relation
            where = condition(catalog, relation, listed.where, ("pg_catalog", "public")) if listed.where else None
            yield _listed(pubname=publication.name, schemaname=relation.schema, tablename=relation.name,
                          attnames=array(relation.by_number[n].name for n in listed.columns), rowfilter=where)


_publication = maker("pg_catalog.pg_publication")
_table = maker("pg_catalog.pg_publication_rel")
_schema = maker("pg_catalog.pg_publication_namespace")
_listed = maker("pg_catalog.pg_publication_tables")
