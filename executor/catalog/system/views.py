"""Producers of pg_tables, pg_views, pg_matviews, pg_indexes, pg_sequences, pg_rules."""

from collections.abc import Iterator, Sequence
from functools import cache

from executor.catalog.definitions import index_definition, view_query
from executor.catalog.model import Catalog, Relation
from executor.catalog.search_path import shown_schema
from executor.catalog.system import objects, relations
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker
from executor.catalog.typenames import DEFAULT_PATH
from executor.facts import table
from executor.privileges.rules import owner_of

_tables_row = maker("pg_catalog.pg_tables", hasrules=0, hastriggers=0, rowsecurity=0)
_views_row = maker("pg_catalog.pg_views")
_matviews_row = maker("pg_catalog.pg_matviews")
_indexes_row = maker("pg_catalog.pg_indexes")
_sequences_row = maker("pg_catalog.pg_sequences")
_rules_row = maker("pg_catalog.pg_rules")


def every_relation(catalog: Catalog, kinds: str) -> Iterator[Relation]:
    """System and other relations of these kinds."""
    yield from (relation for relation in relations.all_relations() if relation.kind in kinds)
    yield from (relation for relation in catalog.relations if relation.kind in kinds)


@cache
def system_view_texts() -> dict[int, str]:
    """View OID -> query, of the views of pg_catalog and information_schema."""
    return {oid: text for oid, rule, text in table("pg_rewrite").select("ev_class", "rulename", "ev_action")
            if rule == "_RETURN"}


def view_text(catalog: Catalog, relation: Relation, path: Sequence[str] = DEFAULT_PATH, *, pretty: bool = False,
              wrap: int = 0) -> str:
    """A view's query. wrap: how long a line of its outputs may get; 0 for one output a line."""
    from executor.deparse.stored import view_text as printed

    known = system_view_texts().get(relation.oid)
    if known is None and not relation.made_elsewhere:
        known = printed(catalog, tuple(path), relation, pretty=pretty, wrap=wrap)
    return known or view_query(relation.definition)


@cache
def _shared() -> frozenset[int]:
    return frozenset(oid for oid, shared in table("pg_class").select("oid", "relisshared") if shared)


def pg_tables(view: SessionView) -> Iterator[Row]:
    """Tables; those shared by all databases are in tablespace pg_global."""
    for relation in every_relation(view.catalog, "r"):
        yield _tables_row(
            schemaname=shown_schema(relation.schema), tablename=relation.name,
            tableowner=view.role_name(owner_of(relation)), hasindexes=int(bool(relation.indexes)),
            tablespace="pg_global" if relation.oid in _shared() else None,
            hastriggers=int(relation.oid in objects.has_triggers(view.catalog)))


def pg_views(view: SessionView) -> Iterator[Row]:
    """Views and their queries."""
    for relation in every_relation(view.catalog, "v"):
        yield _views_row(schemaname=shown_schema(relation.schema), viewname=relation.name,
                         viewowner=view.role_name(owner_of(relation)),
                         definition=view_text(view.catalog, relation))


def pg_matviews(view: SessionView) -> Iterator[Row]:
    """Materialized views."""
    for relation in every_relation(view.catalog, "m"):
        yield _matviews_row(
            schemaname=shown_schema(relation.schema), matviewname=relation.name,
            matviewowner=view.role_name(owner_of(relation)), hasindexes=int(bool(relation.indexes)),
            ispopulated=int(relation.populated), definition=view_text(view.catalog, relation))


def pg_indexes(view: SessionView) -> Iterator[Row]:
    """Indexes as CREATE INDEX statements."""
    for relation in every_relation(view.catalog, "rm"):
        for index in relation.indexes:
            yield _indexes_row(
                schemaname=shown_schema(relation.schema), tablename=relation.name, indexname=index.name,
                tablespace="pg_global" if relation.oid in _shared() else None,
                indexdef=index_definition(view.catalog, relation, index))


def pg_sequences(view: SessionView) -> Iterator[Row]:
    """Sequences with their last values."""
    values = view.sequence_values()
    for s in view.catalog.sequences:
        last, called = values.get(s.oid, (0, False))
        yield _sequences_row(
            schemaname=shown_schema(s.schema), sequencename=s.name, sequenceowner=view.role_name(owner_of(s)),
            data_type=s.type, start_value=s.start,
            min_value=s.minimum, max_value=s.maximum, increment_by=s.increment, cycle=int(s.cycle),
            cache_size=s.cache, last_value=last if called else None)


def pg_rules(view: SessionView) -> Iterator[Row]:
    """Rules that are not views' own."""
    for oid, rule, text in table("pg_rewrite").select("ev_class", "rulename", "ev_action"):
        owner = relations.relation_by_oid(oid)
        if rule != "_RETURN" and owner:
            yield _rules_row(schemaname=owner.schema, tablename=owner.name, rulename=rule, definition=text)
