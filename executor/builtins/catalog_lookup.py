"""Functions that look objects up: visibility, to_regclass and its kin, comments, owned sequences, dependencies."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from executor.builtins.array import unnest
from executor.builtins.base import ArgumentTypes, Builtin, Python, SetReturning
from executor.builtins.catalog_text import relation_of
from executor.catalog import names
from executor.catalog.model import OWN_DATABASE, PG_CATALOG_OID
from executor.catalog.quoting import quote_identifier, quote_qualified
from executor.catalog.search_path import (
    TEMPORARY_OID,
    class_name,
    find_class,
    has_temporary,
    search_path,
    shown_schema,
)
from executor.catalog.system import objects
from executor.catalog.system.constraints import shared_catalogs
from executor.catalog.system.session_view import view_of
from executor.catalog.system.updatable import updatability
from executor.catalog.typenames import find_type, type_is_visible
from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.facts import table
from executor.publishing.listing import tables_of
from executor.sqlstates import SyntaxError, UndefinedColumn, UndefinedObject, WrongObjectType
from executor.types.arrays import load_items

# ---------------------------------------------------------------- visibility


def _table_is_visible(context: Context, oid: int) -> int | None:
    found = class_name(context.catalog, oid)
    return None if found is None else int(find_class(context.catalog, search_path(context), found[1]) == oid)


def _type_is_visible(context: Context, oid: int) -> int | None:
    found = find_type(context.catalog, oid)
    return None if found is None else int(type_is_visible(context.catalog, found, search_path(context)))


@cache
def _namespaces(catalog: str, column: str) -> dict[int, str]:
    schemas = dict(table("pg_namespace").select("oid", "nspname"))
    return {oid: schemas[schema] for oid, schema in table(catalog).select("oid", column)}


def _fact_is_visible(catalog: str, column: str) -> Python:
    """Visible if its schema is in the search path: none of these catalogs has user objects yet."""
    def is_visible(context: Context, oid: int) -> int | None:
        schema = _namespaces(catalog, column).get(oid)
        if schema is None and catalog == "pg_proc" and (made := context.catalog.routines_by_oid.get(oid)) is not None:
            first = next((place for place in search_path(context) for other in context.catalog.routines_by_name.get(
                (place, made.name), ()) if other.signature == made.signature), "")
            return int(first == made.schema)
        return None if schema is None else int(schema in search_path(context))
    return Python(is_visible, context=True)


def _nothing(*arguments: object) -> None:
    """Of objects that pgquill never has."""


_VISIBILITY = (
    Builtin("pg_table_is_visible(oid)", Python(_table_is_visible, context=True),
            ("pg_table_is_visible('pg_class'::regclass)", "t")),
    Builtin("pg_type_is_visible(oid)", Python(_type_is_visible, context=True), ("pg_type_is_visible(1::oid)", None)),
    *(Builtin(f"pg_{name}_is_visible(oid)", _fact_is_visible(catalog, column)) for name, catalog, column in (
        ("function", "pg_proc", "pronamespace"), ("operator", "pg_operator", "oprnamespace"),
        ("opclass", "pg_opclass", "opcnamespace"), ("opfamily", "pg_opfamily", "opfnamespace"),
        ("conversion", "pg_conversion", "connamespace"), ("collation", "pg_collation", "collnamespace"),
        ("ts_config", "pg_ts_config", "cfgnamespace"), ("ts_dict", "pg_ts_dict", "dictnamespace"),
        ("ts_parser", "pg_ts_parser", "prsnamespace"), ("ts_template", "pg_ts_template", "tmplnamespace"))),
    Builtin("pg_statistics_obj_is_visible(oid)", Python(_nothing)),
)

# ---------------------------------------------------------------- names to OIDs


def _to(kind: str) -> Python:
    """NULL instead of the errors that say that there is no such object; syntax errors stay (42602 aside)."""
    def look_up(context: Context, text: str) -> int | None:
        try:
            return names.read(kind, text, context)
        except SqlError as error:
            if error.sqlstate == SyntaxError.sqlstate:
                raise
            return None
    return Python(look_up, context=True)


def _type_modifier(context: Context, text: str) -> int | None:
    try:
        return names.named_type(text, context)[1]
    except SqlError as error:
        if error.sqlstate == SyntaxError.sqlstate:
            raise
        return None


_TO = (
    *(Builtin(f"to_{kind}(text)", _to(kind), (f"to_{kind}('{example}')", result)) for kind, example, result in (
        ("regclass", "pg_class", "pg_class"), ("regtype", "int", "integer"), ("regproc", "nope", None),
        ("regprocedure", "abs(int)", "abs(integer)"), ("regoper", "nope", None),
        ("regoperator", "+(int,int)", "+(integer,integer)"), ("regnamespace", "nope", None), ("regrole", "nope", None),
        ("regcollation", "nope", None))),
    Builtin("to_regtypemod(text)", Python(_type_modifier, context=True), ("to_regtypemod('int')", "-1")),
    Builtin("regclass(text)", Python(lambda context, text: names.table_oid(text, context), context=True),
            ("regclass('pg_class'::text)", "pg_class")),
)

# ---------------------------------------------------------------- comments


@cache
def _system_comments() -> dict[tuple[int, int, int], str]:
    return {row[:3]: row[3] for row in table("pg_description").select("objoid", "classoid", "objsubid", "description")}


def _comments(context: Context) -> dict[tuple[int, int, int], str]:
    known: dict[tuple[int, int, int], str] | None = context.catalog.memo.get("comments")
    if known is None:
        known = context.catalog.memo["comments"] = _system_comments() | {
            (c.object, objects.class_oid(c.catalog), c.sub): c.text for c in context.catalog.comments}
    return known


@cache
def _catalogs() -> dict[str, int]:
    return {name: oid for name, oid, schema in table("pg_class").select("relname", "oid", "relnamespace")
            if schema == PG_CATALOG_OID}


def _object_comment(context: Context, oid: int, catalog: str) -> str | None:
    return _comments(context).get((oid, _catalogs().get(catalog, 0), 0))


def _any_comment(context: Context, oid: int) -> str | None:
    return next((text for (other, kind, sub), text in _comments(context).items() if other == oid and sub == 0), None)


def _column_comment(context: Context, oid: int, number: int) -> str | None:
    return _comments(context).get((oid, objects.class_oid("pg_class"), number))


def _shared_comment(context: Context, oid: int, catalog: str) -> str | None:
    if catalog not in shared_catalogs():
        return None
    if catalog == "pg_database":
        return _object_comment(context, OWN_DATABASE, catalog) if oid == view_of(context).database_oid else None
    return _object_comment(context, oid, catalog)


_COMMENTS = (
    Builtin("obj_description(oid,name)", Python(_object_comment, context=True),
            ("obj_description(2, 'pg_am')", "heap table access method")),
    Builtin("obj_description(oid)", Python(_any_comment, context=True)),
    Builtin("col_description(oid,int4)", Python(_column_comment, context=True),
            ("col_description('pg_class'::regclass, 1)", None)),
    Builtin("shobj_description(oid,name)", Python(_shared_comment, context=True)),
)

# ---------------------------------------------------------------- relations


def _serial_sequence(context: Context, table_name: str, column_name: str) -> str | None:
    oid = names.table_oid(table_name, context)
    relation = relation_of(context, oid)
    shown = class_name(context.catalog, oid)
    column = relation.by_name.get(column_name) if relation else None
    if column is None:
        raise UndefinedColumn(f'column "{column_name}" of relation "{shown[1] if shown else oid}" does not exist')
    for sequence in context.catalog.sequences:
        if sequence.owned_by == (oid, column.number):
            return quote_qualified(shown_schema(sequence.schema), sequence.name)
    return None


def _is_updatable(context: Context, oid: int, triggers: int) -> int:
    relation = context.catalog.relations_by_oid.get(oid)
    return updatability(context.catalog, relation)[0] if relation is not None else 0


def _column_is_updatable(context: Context, oid: int, number: int, triggers: int) -> int:
    relation = context.catalog.relations_by_oid.get(oid)
    if relation is None:
        return 0
    events, columns = updatability(context.catalog, relation)
    return int(events & 20 == 20 and any(c.number == number for at, c in enumerate(relation.columns) if at in columns))


def _is_publishable(context: Context, oid: int) -> int | None:
    if class_name(context.catalog, oid) is None:
        return None
    relation = context.catalog.relations_by_oid.get(oid)
    return int(relation is not None and relation.kind == "r" and relation.persistence == "p")


def _replica_identity(context: Context, oid: int) -> int | None:
    relation = context.catalog.relations_by_oid.get(oid)
    if relation is None or relation.replica_identity not in "di":
        return None
    if relation.replica_identity == "i":
        return next((i.oid for i in relation.indexes if i.oid == relation.replica_index), None)
    return relation.primary_key.index if relation.primary_key else None


def _publication_tables(context: Context, names: str) -> Any:
    known = context.catalog.publications_by_name
    wanted = load_items(names)
    for name in wanted:
        if name not in known:
            raise UndefinedObject(f'publication "{name}" does not exist')
    for listed in tables_of(context.catalog, [known[name] for name in wanted]):
        columns = msgspec.json.encode(listed.columns).decode()
        yield (listed.publication.oid, listed.relation.oid, columns, listed.where or None)


def _sequence_parameters(context: Context, oid: int) -> Any:
    sequence = context.catalog.sequences_by_oid[oid]
    yield (sequence.start, sequence.minimum, sequence.maximum, sequence.increment, int(sequence.cycle), sequence.cache,
           sequence.type)


def _sequence_value(context: Context, oid: int) -> tuple[int, bool]:
    if oid not in context.catalog.sequences_by_oid:
        raise WrongObjectType(f'"{(class_name(context.catalog, oid) or ("", str(oid)))[1]}" is not a sequence')
    start = context.catalog.sequences_by_oid[oid].start
    found: tuple[int, bool] = view_of(context).sequence_values().get(oid, (start, False))
    return found


def _sequence_data(context: Context, oid: int) -> Any:
    value, called = _sequence_value(context, oid)
    yield value, int(called)


def _last_value(context: Context, oid: int) -> int | None:
    value, called = _sequence_value(context, oid)
    return value if called else None


def _temporary_schema(context: Context) -> int:
    return TEMPORARY_OID if has_temporary(context.catalog) else 0


def _false(*arguments: object) -> int:
    return 0


def _rows_of_nothing(*arguments: object) -> Any:
    return iter(())


def _expand_array(types: ArgumentTypes, result: int) -> Callable[[str], Any]:
    return lambda text: ((element, position) for position, element in enumerate(unnest(types, result)(text), 1))


_RELATIONS = (
    Builtin("pg_get_serial_sequence(text,text)", Python(_serial_sequence, context=True),
            ("pg_get_serial_sequence('nope', 'a')", "ERROR 42P01")),
    Builtin("pg_relation_is_updatable(regclass,bool)", Python(_is_updatable, context=True)),
    Builtin("pg_column_is_updatable(regclass,int2,bool)", Python(_column_is_updatable, context=True)),
    Builtin("pg_relation_is_publishable(regclass)", Python(_is_publishable, context=True),
            ("pg_relation_is_publishable('pg_class')", "f")),
    Builtin("pg_get_replica_identity_index(regclass)", Python(_replica_identity, context=True)),
    Builtin("pg_get_sequence_data(regclass)", SetReturning(_sequence_data, context=True)),
    Builtin("pg_sequence_last_value(regclass)", Python(_last_value, context=True)),
    Builtin("pg_sequence_parameters(oid)", SetReturning(_sequence_parameters, context=True)),
    Builtin("pg_my_temp_schema()", Python(_temporary_schema, context=True)),
    Builtin("pg_is_other_temp_schema(oid)", Python(_false), ("pg_is_other_temp_schema(11)", "f")),
    Builtin("row_security_active(oid)", Python(_false)),
    Builtin("row_security_active(text)", Python(_false)),
    Builtin("pg_get_publication_tables(_text)", SetReturning(_publication_tables, context=True)),
    Builtin("pg_options_to_table(_text)", SetReturning(
        lambda text: (tuple(option.partition("=")[::2]) for option in load_items(text)))),
    Builtin("_pg_expandarray(anyarray)", SetReturning(_expand_array, typed=True)),
)

# ---------------------------------------------------------------- pg_describe_object

_RELATION_WORDS = {"r": "table", "v": "view", "m": "materialized view", "c": "composite type"}


def _relation_words(context: Context, oid: int) -> str | None:
    relation, name = relation_of(context, oid), class_name(context.catalog, oid)
    if name is None:
        return None
    kind = _RELATION_WORDS[relation.kind] if relation else (
        "sequence" if oid in context.catalog.sequences_by_oid else "index")
    return f"{kind} {names.relation_name(oid, name, context)}"


def _describe_class(context: Context, oid: int, number: int) -> str | None:
    words, relation = _relation_words(context, oid), relation_of(context, oid)
    if words and number and relation:
        column = relation.by_number.get(number)
        return f"column {column.name} of {words}" if column else None
    return words


def _describe_constraint(context: Context, oid: int, number: int) -> str | None:
    for relation in context.catalog.relations:
        for constraint in relation.constraints:
            if constraint.oid == oid:
                return f"constraint {constraint.name} on {_relation_words(context, relation.oid)}"
    return None


def _describe_default(context: Context, oid: int, number: int) -> str | None:
    for default in objects.defaults(context.catalog):
        if default.oid == oid:
            return f"default value for {_describe_class(context, default.relation.oid, default.column.number)}"
    return None


def _describe_rule(context: Context, oid: int, number: int) -> str | None:
    owner = next((view.oid for rule, view in objects.rules(context.catalog) if rule == oid), None)
    return f"rule _RETURN on {_relation_words(context, owner)}" if owner else None


def _named(word: str, kind: str) -> Callable[[Context, int, int], str | None]:
    def describe(context: Context, oid: int, number: int) -> str | None:
        text = names.write(kind, oid, context)
        return None if text.isdigit() else f"{word} {text.strip(chr(34)) if kind == 'regnamespace' else text}"
    return describe


def _extension(context: Context, oid: int, number: int) -> str | None:
    name = dict(table("pg_extension").select("oid", "extname")).get(oid)
    return f"extension {quote_identifier(name)}" if name else None


def _describe_publication(context: Context, oid: int, number: int) -> str | None:
    found = next((p for p in context.catalog.publications if p.oid == oid), None)
    return f"publication {quote_identifier(found.name)}" if found else None


def _describe_published(context: Context, oid: int, number: int) -> str | None:
    for publication in context.catalog.publications:
        name = quote_identifier(publication.name)
        for table_ in publication.tables:
            if table_.oid == oid:
                return f"publication of {_relation_words(context, table_.relation)} in publication {name}"
        for schema in publication.schemas:
            if schema.oid == oid:
                owner = next(s.name for s in context.catalog.schemas if s.oid == schema.schema)
                return f"publication of schema {quote_identifier(owner)} in publication {name}"
    return None


_DESCRIBERS: dict[str, Callable[[Context, int, int], str | None]] = {
    "pg_class": _describe_class, "pg_type": _named("type", "regtype"), "pg_proc": _named("function", "regprocedure"),
    "pg_namespace": _named("schema", "regnamespace"), "pg_authid": _named("role", "regrole"),
    "pg_operator": _named("operator", "regoperator"), "pg_collation": _named("collation", "regcollation"),
    "pg_constraint": _describe_constraint, "pg_attrdef": _describe_default, "pg_rewrite": _describe_rule,
    "pg_extension": _extension, "pg_publication": _describe_publication, "pg_publication_rel": _describe_published,
    "pg_publication_namespace": _describe_published,
}


def _describe(context: Context, catalog: int, oid: int, number: int) -> str | None:
    found = class_name(context.catalog, catalog)
    if not catalog:
        return None
    if found is None or found[1] not in _DESCRIBERS:
        raise not_supported(f"pg_describe_object() of an object in {found[1] if found else catalog}")
    return _DESCRIBERS[found[1]](context, oid, number)


BUILTINS = (
    *_VISIBILITY, *_TO, *_COMMENTS, *_RELATIONS,
    Builtin("pg_describe_object(oid,oid,int4)", Python(_describe, context=True),
            ("pg_describe_object('pg_type'::regclass, 23, 0)", "type integer")),
)
