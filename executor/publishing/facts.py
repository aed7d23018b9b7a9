"""What the log keeps of tables, types and publications, so that rows can be told as they were meant when they were written.

Facts are made from a Catalog, packed as bytes into the log when a statement changes them, and understood again without one.
"""

from collections.abc import Iterator

import msgspec

from executor.catalog.definitions import column_default
from executor.catalog.model import FIRST_TEMPORARY_OID, PUBLIC_OID, Catalog, Column, Relation
from executor.catalog.typenames import format_type
from executor.catalog.usertypes import number
from executor.facts.lookup import range_parts, types_by_oid
from executor.publishing.identity import identity_key
from executor.types.made import FIRST_NUMBER, Definition, Field, definition_of, number_of
from executor.types.registry import codec

PUBLICATIONS = "\0publications"
"""See replication.contract."""
TOLD_KINDS = "r"


class FieldFacts(msgspec.Struct, frozen=True, array_like=True):
    """A column of a composite type."""

    name: str
    type: "TypeFacts"
    typmod: int


class TypeFacts(msgspec.Struct, frozen=True, array_like=True):
    """A type by all that decides about the text of its values. oid: of a built-in type, else 0 and there is a definition, whose
    own types are `base`, `fields` and, for a multirange, the range it is over in `base`. is_array: it is the array over it."""

    oid: int
    is_array: bool = False
    definition: Definition | None = None
    base: "TypeFacts | None" = None
    fields: tuple[FieldFacts, ...] = ()


class ColumnFacts(msgspec.Struct, frozen=True, array_like=True):
    """A column. type_oid, type_name: as clients know its type. place: in the stored row. declared: what SQLite is told of it.
    default: as pg_get_expr() prints it."""

    name: str
    number: int
    type: TypeFacts
    type_oid: int
    typmod: int
    type_name: str
    place: int
    declared: str
    generated: str
    not_null: bool
    is_pk: bool
    default: str | None


class TableFacts(msgspec.Struct, frozen=True, array_like=True):
    """A table. key: attnums of its replica identity's columns. parent: the name in SQLite of the table that it is a partition
    of. width: how many values its stored rows have."""

    oid: int
    schema: str
    schema_oid: int
    name: str
    sqlite_name: str
    identity: str
    key: tuple[int, ...]
    parent: str
    is_partitioned: bool
    width: int
    columns: tuple[ColumnFacts, ...]


class PublishedFacts(msgspec.Struct, frozen=True, array_like=True):
    """A table of a publication, by OID. columns: attnums. where: the row filter."""

    relation: int
    columns: tuple[int, ...] | None
    where: str


class PublicationFacts(msgspec.Struct, frozen=True, array_like=True):
    """A publication. schemas: OIDs."""

    name: str
    all_tables: bool
    actions: tuple[str, ...]
    via_root: bool
    generated: str
    tables: tuple[PublishedFacts, ...]
    schemas: tuple[int, ...]


_encode = msgspec.msgpack.Encoder().encode
decode_table = msgspec.msgpack.Decoder(TableFacts).decode
decode_publications = msgspec.msgpack.Decoder(list[PublicationFacts]).decode


def is_told(relation: Relation) -> bool:
    """Whether anybody but an exact copy is told of a relation's rows: permanent tables."""
    return relation.kind in TOLD_KINDS and relation.persistence == "p" and relation.sqlite_schema == "main" \
        and relation.oid < FIRST_TEMPORARY_OID and bool(relation.sqlite_name)


def table_facts(catalog: Catalog, relation: Relation) -> bytes:
    """What there is to know of a table, packed; kept with the catalog."""
    kept: dict[int, bytes] = catalog.memo.setdefault("table_facts", {})
    found = kept.get(relation.oid)
    if found is None:
        found = kept[relation.oid] = _encode(_table(catalog, relation))
    return found


def _table(catalog: Catalog, relation: Relation) -> TableFacts:
    parent = ""
    if relation.bound is not None and relation.parents:
        parent = catalog.relations_by_oid[relation.parents[0]].sqlite_name
    schema = catalog.schemas_by_name.get(relation.schema)
    primary = relation.primary_key
    keys = () if primary is None else primary.columns
    columns = tuple(
        _column(catalog, relation, column, place, column.number in keys) for place, column in enumerate(relation.columns))
    return TableFacts(
        relation.oid, relation.schema, PUBLIC_OID if schema is None else schema.oid, relation.name, relation.sqlite_name,
        relation.replica_identity, identity_key(relation), parent, relation.partition_key is not None, max(len(columns), 1),
        columns)


def _column(catalog: Catalog, relation: Relation, column: Column, place: int, is_pk: bool) -> ColumnFacts:
    has_default = column.default is not None and not column.generated
    given = number(catalog, column.type)
    assert given is not None, column
    return ColumnFacts(
        column.name, column.number, _type(given), column.type, column.typmod,
        format_type(column.type, column.typmod, catalog), place, _declared(column, given), column.generated,
        column.not_null, is_pk, column_default(catalog, relation, column) if has_default else None)


def _declared(column: Column, given: int) -> str:
    if column.affinity:
        collation = column.sqlite_collation
        return f'{column.affinity} COLLATE "{collation}"' if collation else column.affinity
    found = codec(given)
    text = found.declare(column.typmod)
    needs_collation = found.collation == "RTRIM" or (found.collation == "decimal" and "TEXT" in text)
    return f"{text} COLLATE {found.collation}" if needs_collation else text


def _type(given: int) -> TypeFacts:
    if given < FIRST_NUMBER:
        return TypeFacts(given)
    definition = definition_of(given)
    if definition is None:
        return msgspec.structs.replace(_type(given - 1), is_array=True)
    fields = tuple(FieldFacts(f.name, _type(f.type), f.typmod) for f in definition.fields)
    base = _type(definition.base) if definition.base else None
    return TypeFacts(0, False, msgspec.structs.replace(definition, base=0, fields=()), base, fields)


def type_number(facts: TypeFacts) -> int:
    """What codecs know the type by in this process."""
    if facts.definition is None:
        return facts.oid
    base = type_number(facts.base) if facts.base is not None else 0
    if facts.definition.kind == "m":
        given = range_parts(base)[1]
    else:
        fields = tuple(Field(f.name, type_number(f.type), f.typmod) for f in facts.fields)
        given = number_of(msgspec.structs.replace(facts.definition, base=base, fields=fields))
    return given + 1 if facts.is_array else given


def publication_facts(catalog: Catalog) -> bytes:
    """All publications, packed."""
    return _encode([PublicationFacts(
        p.name, p.all_tables, p.actions, p.via_root, p.generated,
        tuple(PublishedFacts(t.relation, t.columns, t.where) for t in p.tables),
        tuple(s.schema for s in p.schemas)) for p in catalog.publications])


def changed_facts(old: Catalog, new: Catalog) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """(name, before, after) of all that is another now."""
    if old.publications != new.publications:
        yield PUBLICATIONS, publication_facts(old), publication_facts(new)
    before = {r.sqlite_name: r for r in old.relations if is_told(r)}
    after = {r.sqlite_name: r for r in new.relations if is_told(r)}
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was is now or was == now:
            assert was is not None
            if was.bound is None and all(c.type in types_by_oid() for c in was.columns):
                continue
        facts = (None if was is None else table_facts(old, was), None if now is None else table_facts(new, now))
        if facts[0] != facts[1]:
            yield name, *facts
