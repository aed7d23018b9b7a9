"""Producers of information_schema's tables, columns, views, schemata, sequences, domains and what uses them."""

from collections.abc import Iterable, Iterator
from typing import Any

from executor.catalog.definitions import column_default
from executor.catalog.model import Catalog, Column, Relation, Sequence
from executor.catalog.search_path import TEMPORARY, shown_schema
from executor.catalog.system import objects
from executor.catalog.system.information_types import collation, data_type, details, true_type
from executor.catalog.system.relations import relation_by_oid
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker, yes_no
from executor.catalog.system.updatable import insertable, updatability, updatable
from executor.catalog.system.views import every_relation, view_text
from executor.catalog.typenames import DEFAULT_PATH, find_type, format_type, user_types
from executor.facts import table
from executor.facts.lookup import Type, types_by_oid
from executor.privileges.rules import owner_of

_IDENTITY = {"a": "ALWAYS", "d": "BY DEFAULT"}


def information_schema_catalog_name(view: SessionView) -> Iterable[Row]:
    """The database's name."""
    return ((view.database,),)


_schemata_row = maker("information_schema.schemata")


def schemata(view: SessionView) -> Iterator[Row]:
    """Schemas."""
    for schema in view.catalog.schemas:
        yield _schemata_row(catalog_name=view.database, schema_name=schema.name,
                            schema_owner=view.role_name(owner_of(schema)))
    yield _schemata_row(catalog_name=view.database, schema_name="pg_toast", schema_owner=view.role_name(objects.OWNER))


_tables_row = maker("information_schema.tables", is_typed="NO")


def tables(view: SessionView) -> Iterator[Row]:
    """Tables and views."""
    for relation in every_relation(view.catalog, "rv"):
        kind = "VIEW" if relation.kind == "v" else "BASE TABLE"
        yield _tables_row(
            table_catalog=view.database, table_schema=shown_schema(relation.schema), table_name=relation.name,
            table_type="LOCAL TEMPORARY" if relation.schema == TEMPORARY else kind,
            is_insertable_into=yes_no(insertable(view.catalog, relation)))


_views_row = maker("information_schema.views")


def views(view: SessionView) -> Iterator[Row]:
    """Views and their queries."""
    for relation in every_relation(view.catalog, "v"):
        yield _views_row(
            table_catalog=view.database, table_schema=shown_schema(relation.schema), table_name=relation.name,
            view_definition=view_text(view.catalog, relation), check_option=(relation.check_option or "none").upper(),
            is_updatable=yes_no(updatable(view.catalog, relation)),
            is_insertable_into=yes_no(insertable(view.catalog, relation)),
            is_trigger_updatable=_replaced(relation, "UPDATE"), is_trigger_deletable=_replaced(relation, "DELETE"),
            is_trigger_insertable_into=_replaced(relation, "INSERT"))


def _replaced(relation: Relation, event: str) -> str:
    """Whether a view has an INSTEAD OF trigger for an event."""
    return yes_no(any(t.timing == "INSTEAD OF" and event in t.events for t in relation.triggers))


def _type_columns(view: SessionView, base: Type) -> dict[str, Any]:
    return {"data_type": data_type(view.catalog, base), "udt_catalog": view.database, "udt_schema": base.schema,
            "udt_name": base.name}


def _identity(relation: Relation, column: Column, sequence: Sequence | None) -> dict[str, Any]:
    kind = objects.shown_identity(relation, column)
    values = {"is_identity": yes_no(kind), "identity_generation": _IDENTITY.get(kind), "identity_cycle": "NO"}
    if sequence is None:
        return values
    return values | {
        "identity_start": str(sequence.start), "identity_increment": str(sequence.increment),
        "identity_maximum": str(sequence.maximum), "identity_minimum": str(sequence.minimum),
        "identity_cycle": yes_no(sequence.cycle)}


def identity_sequences(view: SessionView) -> dict[tuple[int, int], Sequence]:
    """(table, attnum) -> the sequence of an identity column."""
    owned = {s.owned_by: s for s in view.catalog.sequences if s.owned_by and s.identity}
    return {(relation.oid, column.number): owned[relation.oid, column.number]
            for relation in view.catalog.relations for column in relation.columns
            if column.identity and (relation.oid, column.number) in owned}


_columns_row = maker("information_schema.columns", is_self_referencing="NO")


def columns(view: SessionView) -> Iterator[Row]:
    """Columns of tables and views."""
    sequences_of = identity_sequences(view)
    for relation in every_relation(view.catalog, "rv"):
        for at, column in enumerate(relation.columns):
            yield _column(view, relation, at, column, sequences_of.get((relation.oid, column.number)))


def _column(view: SessionView, relation: Relation, column_at: int, column: Column, sequence: Sequence | None) -> Row:
    base, domain, typmod = true_type(view.catalog, column.type, column.typmod)
    values = _type_columns(view, base) | details(base, typmod) | _identity(relation, column, sequence)
    values |= collation(view.database, column.collation or objects.storage(column.type, view.catalog).collation)
    if domain:
        values |= {"domain_catalog": view.database, "domain_schema": domain.schema, "domain_name": domain.name}
    default = column_default(view.catalog, relation, column) if column.default else None
    return _columns_row(
        table_catalog=view.database, table_schema=shown_schema(relation.schema), table_name=relation.name,
        column_name=column.name, ordinal_position=column.number, dtd_identifier=str(column.number),
        column_default=None if column.generated else default,
        is_nullable=yes_no(not column.not_null and not _refuses_null(view, column)),
        is_generated="ALWAYS" if column.generated else "NEVER",
        generation_expression=default if column.generated else None,
        is_updatable=yes_no(updatable(view.catalog, relation) and column_at in updatability(view.catalog, relation)[1]),
        **values)


_sequences_row = maker("information_schema.sequences", numeric_precision_radix=2, numeric_scale=0)


def sequences(view: SessionView) -> Iterator[Row]:
    """Sequences, except those of identity columns."""
    internal = {s.oid for s in identity_sequences(view).values()}
    for s in view.catalog.sequences:
        if s.oid not in internal:
            yield _sequences_row(
                sequence_catalog=view.database, sequence_schema=shown_schema(s.schema), sequence_name=s.name,
                data_type=format_type(s.type, None, view.catalog),
                numeric_precision=details(types_by_oid()[s.type], -1)["numeric_precision"], start_value=str(s.start),
                minimum_value=str(s.minimum), maximum_value=str(s.maximum), increment=str(s.increment),
                cycle_option=yes_no(s.cycle))


_domains_row = maker("information_schema.domains", dtd_identifier="1")


def _refuses_null(view: SessionView, column: Column) -> bool:
    """True if the column's type is a domain that is NOT NULL itself."""
    made = view.catalog.types_by_oid.get(column.type)
    return made is not None and made.not_null


def domain_types(catalog: Catalog) -> Iterator[Type]:
    """The domains of information_schema itself, and users' ones."""
    yield from (kind for kind in types_by_oid().values() if kind.kind == "d")
    yield from (kind for kind in user_types(catalog).values() if kind.kind == "d")


def _default_of(view: SessionView, domain: Type) -> str | None:
    from executor.deparse.stored import domain_default_text

    made = view.catalog.types_by_oid.get(domain.oid)
    return domain_default_text(view.catalog, DEFAULT_PATH, made) if made is not None else None


def domains(view: SessionView) -> Iterator[Row]:
    """Domains."""
    defaults = dict(table("pg_type").select("oid", "typdefault"))
    for domain in domain_types(view.catalog):
        base, _, typmod = true_type(view.catalog, domain.oid, -1)
        shown = _type_columns(view, base)
        if shown["data_type"] == "ARRAY" and shown["udt_schema"] == "pg_catalog":
            shown["data_type"] = format_type(domain.base, None, view.catalog)
        yield _domains_row(
            domain_catalog=view.database, domain_schema=domain.schema, domain_name=domain.name,
            domain_default=defaults.get(domain.oid) or _default_of(view, domain), **shown,
            **details(base, typmod),
            **collation(view.database, domain.collation))


_domain_constraints_row = maker("information_schema.domain_constraints", is_deferrable="NO", initially_deferred="NO")


def domain_constraints(view: SessionView) -> Iterator[Row]:
    """Constraints of domains."""
    named = [(oid, name) for name, oid in table("pg_constraint").select("conname", "contypid") if oid]
    named += [(made.oid, constraint.name) for made in view.catalog.types for constraint in made.constraints]
    for oid, name in named:
        domain = find_type(view.catalog, oid)
        if domain is not None:
            yield _domain_constraints_row(
                constraint_catalog=view.database, constraint_schema=domain.schema, constraint_name=name,
                domain_catalog=view.database, domain_schema=domain.schema, domain_name=domain.name)


_domain_udt_row = maker("information_schema.domain_udt_usage")


def domain_udt_usage(view: SessionView) -> Iterator[Row]:
    """The base types of domains."""
    for domain in domain_types(view.catalog):
        base, _, _ = true_type(view.catalog, domain.oid, -1)
        yield _domain_udt_row(
            udt_catalog=view.database, udt_schema=base.schema, udt_name=base.name, domain_catalog=view.database,
            domain_schema=domain.schema, domain_name=domain.name)


def _column_place(view: SessionView, relation: Relation, column: Column) -> dict[str, Any]:
    return {"table_catalog": view.database, "table_schema": shown_schema(relation.schema),
            "table_name": relation.name, "column_name": column.name}


_column_domain_row = maker("information_schema.column_domain_usage")
_column_udt_row = maker("information_schema.column_udt_usage")


def column_domain_usage(view: SessionView) -> Iterator[Row]:
    """Columns whose type is a domain."""
    for relation in every_relation(view.catalog, "rv"):
        for column in relation.columns:
            kind = find_type(view.catalog, column.type)
            if kind and kind.kind == "d":
                yield _column_domain_row(
                    domain_catalog=view.database, domain_schema=kind.schema, domain_name=kind.name,
                    **_column_place(view, relation, column))


def column_udt_usage(view: SessionView) -> Iterator[Row]:
    """The types of columns."""
    for relation in every_relation(view.catalog, "rv"):
        for column in relation.columns:
            base, _, _ = true_type(view.catalog, column.type, column.typmod)
            yield _column_udt_row(udt_catalog=view.database, udt_schema=base.schema, udt_name=base.name,
                                  **_column_place(view, relation, column))


_attributes_row = maker("information_schema.attributes", is_nullable="YES", is_derived_reference_attribute="NO")


def attributes(view: SessionView) -> Iterator[Row]:
    """Attributes of composite types."""
    for relation in every_relation(view.catalog, "c"):
        for column in relation.columns:
            base, domain, typmod = true_type(view.catalog, column.type, column.typmod)
            own = domain or base
            yield _attributes_row(
                udt_catalog=view.database, udt_schema=shown_schema(relation.schema), udt_name=relation.name,
                attribute_name=column.name, ordinal_position=column.number, dtd_identifier=str(column.number),
                data_type=data_type(view.catalog, own), attribute_udt_catalog=view.database,
                attribute_udt_schema=own.schema, attribute_udt_name=own.name, **details(base, typmod))


_user_types_row = maker("information_schema.user_defined_types", user_defined_type_category="STRUCTURED",
                        is_instantiable="YES")


def user_defined_types(view: SessionView) -> Iterator[Row]:
    """Composite types."""
    for relation in every_relation(view.catalog, "c"):
        yield _user_types_row(
            user_defined_type_catalog=view.database, user_defined_type_schema=shown_schema(relation.schema),
            user_defined_type_name=relation.name)


_view_table_row = maker("information_schema.view_table_usage")
_view_column_row = maker("information_schema.view_column_usage")


def _used(view: SessionView) -> Iterator[tuple[dict[str, Any], Relation, int]]:
    """(how a row begins, a relation that a view reads, attnum or 0)."""
    for relation in every_relation(view.catalog, "v"):
        place = {"view_catalog": view.database, "view_schema": shown_schema(relation.schema),
                 "view_name": relation.name}
        for oid, number in relation.uses:
            used = view.catalog.relations_by_oid.get(oid) or relation_by_oid(oid)
            if used and used.kind in "rvfp":
                place |= {"table_catalog": view.database, "table_schema": shown_schema(used.schema),
                          "table_name": used.name}
                yield place, used, number


def view_table_usage(view: SessionView) -> Iterable[Row]:
    """The tables that views read."""
    return dict.fromkeys(_view_table_row(**place) for place, _, _ in _used(view))


def view_column_usage(view: SessionView) -> Iterable[Row]:
    """The columns that views read."""
    return dict.fromkeys(_view_column_row(column_name=used.by_number[number].name, **place)
                         for place, used, number in _used(view) if number)


_collations_row = maker("information_schema.collations", pad_attribute="NO PAD")
_applicability_row = maker("information_schema.collation_character_set_applicability", character_set_name="UTF8")
_ANY_ENCODING, _UTF8 = -1, 6


def _collations() -> Iterator[str]:
    return (name for name, encoding in table("pg_collation").select("collname", "collencoding")
            if encoding in (_ANY_ENCODING, _UTF8))


def collations(view: SessionView) -> Iterable[Row]:
    """Collations for UTF8."""
    return (_collations_row(collation_catalog=view.database, collation_schema="pg_catalog", collation_name=name)
            for name in _collations())


def collation_character_set_applicability(view: SessionView) -> Iterable[Row]:
    """Collations and the character set they are for."""
    return (_applicability_row(collation_catalog=view.database, collation_schema="pg_catalog", collation_name=name)
            for name in _collations())


def character_sets(view: SessionView) -> Iterable[Row]:
    """The database's character set."""
    make = maker("information_schema.character_sets")
    return (make(character_set_name="UTF8", character_repertoire="UCS", form_of_use="UTF8",
                 default_collate_catalog=view.database, default_collate_schema="pg_catalog", default_collate_name="C"),)
