"""Producers of pg_class, pg_attribute, pg_attrdef, pg_type, pg_namespace, pg_sequence, pg_rewrite and pg_inherits."""

from collections.abc import Iterable, Iterator

from executor.catalog.definitions import BOUND_NODE, DEFAULT_NODE
from executor.catalog.model import Catalog, Column, Index, IndexColumn, Relation
from executor.catalog.search_path import TEMPORARY_NAME, TEMPORARY_OID, has_temporary
from executor.catalog.system import objects
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, array, maker
from executor.catalog.typenames import find_type
from executor.facts import table
from executor.facts.lookup import functions_by_name
from executor.privileges.rules import owner_of

HEAP = 2
_TOAST_OID = 99


def facts(name: str) -> list[Row]:
    """A catalog's rows as they are in a fresh cluster."""
    return [tuple(row) for row in table(name).rows]


def _options(options: dict[str, str]) -> str | None:
    return array(f"{name}={value}" for name, value in options.items()) if options else None


_class_row = maker(
    "pg_catalog.pg_class", reloftype=0, reltablespace=0, relpages=0, relallvisible=0,
    relallfrozen=0, reltoastrelid=0, relhasindex=0, relisshared=0, relpersistence="p", relchecks=0, relhasrules=0,
    relhastriggers=0, relhassubclass=0, relrowsecurity=0, relforcerowsecurity=0, relispopulated=1, relreplident="n",
    relispartition=0, relrewrite=0, relfrozenxid=0, relminmxid=0, reltype=0, relam=0, relfilenode=0, reltuples=-1.0)


def pg_class(view: SessionView) -> Iterator[Row]:
    """Tables, views, indexes, sequences and composite types."""
    catalog = view.catalog
    yield from facts("pg_class")
    for relation in catalog.relations:
        yield _relation_class(view, relation)
        partitioned = relation.partition_key is not None
        for index in relation.indexes:
            yield _class_row(
                oid=index.oid, relowner=owner_of(relation),
                relname=index.name, relnamespace=objects.namespace(catalog, relation.schema),
                relam=objects.access_method(index.method), relfilenode=0 if partitioned else index.oid,
                relpages=0 if partitioned else 1, reltuples=0.0, relpersistence=relation.persistence,
                relkind="I" if partitioned else "i", relispartition=int(bool(index.parent)),
                relhassubclass=int(partitioned and relation.oid in catalog.children), reloptions=_options(index.options),
                relnatts=len(index.columns) + len(index.included))
    for sequence in catalog.sequences:
        yield _class_row(
            oid=sequence.oid, relowner=owner_of(sequence), relacl=view.acl(sequence.acl),
            relname=sequence.name, relnamespace=objects.namespace(catalog, sequence.schema),
            relfilenode=sequence.oid, relpages=1, reltuples=1.0, relpersistence=sequence.persistence, relkind="S",
            relnatts=3)


def _relation_class(view: SessionView, relation: Relation) -> Row:
    catalog = view.catalog
    stored = relation.relkind in "rm"
    options = dict(relation.options)
    if relation.check_option:
        options["check_option"] = relation.check_option
    return _class_row(
        oid=relation.oid, relowner=owner_of(relation), relacl=view.acl(relation.acl),
        relname=relation.name, relnamespace=objects.namespace(catalog, relation.schema),
        reltype=relation.row_type, relam=HEAP if stored else 0, relfilenode=relation.oid if stored else 0,
        relhasindex=int(bool(relation.indexes)), relpersistence=relation.persistence, relkind=relation.relkind,
        relnatts=max((column.number for column in relation.columns), default=0),
        relchecks=sum(constraint.kind == "c" for constraint in relation.constraints),
        relhasrules=int(relation.kind in "vm"), relhastriggers=int(relation.oid in objects.has_triggers(catalog)),
        relispopulated=int(relation.populated), relreplident=relation.replica_identity if relation.relkind in "rmp" else "n",
        relhassubclass=int(relation.oid in catalog.children), relispartition=int(relation.bound is not None),
        relpartbound=BOUND_NODE % relation.oid if relation.bound is not None else None,
        relfrozenxid=3 if stored else 0, relminmxid=1 if stored else 0, reloptions=_options(options))


_attribute_row = maker(
    "pg_catalog.pg_attribute", atttypmod=-1, attndims=0, attcompression="", attnotnull=0, atthasdef=0,
    atthasmissing=0, attidentity="", attgenerated="", attisdropped=0, attislocal=1, attinhcount=0, attcollation=0)
_SYSTEM_COLUMNS = (("tableoid", 26, -6), ("cmax", 29, -5), ("xmax", 28, -4), ("cmin", 29, -3), ("xmin", 28, -2),
                   ("ctid", 27, -1))
_SEQUENCE_COLUMNS = (("last_value", 20, 1), ("log_cnt", 20, 2), ("is_called", 16, 3))


def _attribute(catalog: Catalog, owner: int, name: str, kind: int, number: int, **values: int | str | None) -> Row:
    stored = objects.storage(kind, catalog)
    collation = values.pop("attcollation", 0) or stored.collation
    return _attribute_row(
        attrelid=owner, attname=name, atttypid=kind, attnum=number, attlen=stored.length, attbyval=stored.by_value,
        attalign=stored.align, attstorage=stored.storage, attcollation=collation, **values)


def _system_attributes(catalog: Catalog, owner: int) -> Iterator[Row]:
    return (_attribute(catalog, owner, name, kind, number, attnotnull=1) for name, kind, number in _SYSTEM_COLUMNS)


def pg_attribute(view: SessionView) -> Iterator[Row]:
    """Columns of relations, sequences and indexes, system columns included."""
    catalog = view.catalog
    yield from facts("pg_attribute")
    for oid, kind in table("pg_class").select("oid", "relkind"):
        if kind == "r":
            yield from _system_attributes(catalog, oid)
    for relation in catalog.relations:
        if relation.kind in "rm":
            yield from _system_attributes(catalog, relation.oid)
        for column in relation.columns:
            yield _column(view, relation, column)
        for index in relation.indexes:
            yield from _index_attributes(catalog, relation, index)
    for sequence in catalog.sequences:
        yield from _system_attributes(catalog, sequence.oid)
        for name, kind, number in _SEQUENCE_COLUMNS:
            yield _attribute(catalog, sequence.oid, name, kind, number, attnotnull=1)


def _column(view: SessionView, relation: Relation, column: Column) -> Row:
    catalog = view.catalog
    kind = find_type(catalog, column.type)
    return _attribute(
        catalog, relation.oid, column.name, column.type, column.number, atttypmod=column.typmod,
        attndims=int(kind is not None and kind.is_array), attnotnull=int(column.not_null),
        atthasdef=int(column.default is not None), attidentity=objects.shown_identity(relation, column),
        attgenerated=column.generated, attcollation=column.collation, attislocal=int(column.local),
        attinhcount=column.inherited, attacl=view.acl(column.acl))


def expression_name(text: str) -> str:
    """What PostgreSQL calls an index column over an expression: the function's name, or "expr"."""
    name, parenthesis, _ = text.partition("(")
    name = name.strip()
    return name.rpartition(".")[2].strip('"') if parenthesis and name and " " not in name else "expr"


def _index_attributes(catalog: Catalog, relation: Relation, index: Index) -> Iterator[Row]:
    taken: set[str] = set()
    keys = (*index.columns, *(IndexColumn(column=number) for number in index.included))
    for number, key in enumerate(keys, 1):
        column = relation.by_number.get(key.column)
        name = base = column.name if column else expression_name(key.expression)
        while name in taken:
            name = f"{base}{len([other for other in taken if other.startswith(base)])}"
        taken.add(name)
        if column:
            yield _attribute(catalog, index.oid, name, column.type, number, atttypmod=column.typmod,
                             attcollation=objects.collation_oid(key.collation) or column.collation)
        else:
            yield _attribute(catalog, index.oid, name, expression_type(key.expression), number,
                             attcollation=objects.collation_oid(key.collation))


def expression_type(text: str) -> int:
    """The type of an index expression if its function has one result type; text otherwise."""
    results = {function.result for function in functions_by_name().get(expression_name(text), ())}
    return results.pop() if len(results) == 1 else 25


_attrdef_row = maker("pg_catalog.pg_attrdef")


def pg_attrdef(view: SessionView) -> Iterable[Row]:
    """Defaults and generation expressions."""
    return (_attrdef_row(oid=oid, adrelid=relation.oid, adnum=column.number,
                         adbin=DEFAULT_NODE % (relation.oid, column.number))
            for oid, relation, column in objects.defaults(view.catalog))


_namespace_row = maker("pg_catalog.pg_namespace", nspowner=objects.OWNER)


def pg_namespace(view: SessionView) -> Iterator[Row]:
    """Schemas, with pg_toast, and the session's temporary one if it is in use."""
    known = {row[0]: row for row in facts("pg_namespace")}
    for schema in view.catalog.schemas:
        built_in = known.get(schema.oid)
        if built_in and built_in[1] == schema.name and not schema.owner and schema.acl is None:
            yield built_in
        else:
            yield _namespace_row(oid=schema.oid, nspname=schema.name, nspowner=owner_of(schema), nspacl=view.acl(schema.acl))
    yield _namespace_row(oid=_TOAST_OID, nspname="pg_toast")
    if has_temporary(view.catalog):
        yield _namespace_row(oid=TEMPORARY_OID, nspname=TEMPORARY_NAME)


_sequence_row = maker("pg_catalog.pg_sequence")


def pg_sequence(view: SessionView) -> Iterable[Row]:
    """Definitions of sequences."""
    return (_sequence_row(seqrelid=s.oid, seqtypid=s.type, seqstart=s.start, seqincrement=s.increment,
                          seqmax=s.maximum, seqmin=s.minimum, seqcache=s.cache, seqcycle=int(s.cycle))
            for s in view.catalog.sequences)


_rewrite_row = maker("pg_catalog.pg_rewrite", rulename="_RETURN", ev_type="1", ev_enabled="O", is_instead=1)


def pg_rewrite(view: SessionView) -> Iterator[Row]:
    """The rules behind views; ev_action is the query's text."""
    yield from facts("pg_rewrite")
    for oid, relation in objects.rules(view.catalog):
        yield _rewrite_row(oid=oid, ev_class=relation.oid, ev_action=relation.definition)


_inherits_row = maker("pg_catalog.pg_inherits", inhdetachpending=0)


def pg_inherits(view: SessionView) -> Iterator[Row]:
    """Who inherits from whom: tables, and the indexes of partitions."""
    for relation in view.catalog.relations:
        for number, parent in enumerate(relation.parents, 1):
            yield _inherits_row(inhrelid=relation.oid, inhparent=parent, inhseqno=number)
        for index in relation.indexes:
            if index.parent:
                yield _inherits_row(inhrelid=index.oid, inhparent=index.parent, inhseqno=1)


_partitioned_row = maker("pg_catalog.pg_partitioned_table")


def pg_partitioned_table(view: SessionView) -> Iterator[Row]:
    """How partitioned tables are partitioned."""
    catalog = view.catalog
    for relation in catalog.relations:
        key = relation.partition_key
        if key is None:
            continue
        default = next((c.oid for c in catalog.children.get(relation.oid, ()) if c.bound is not None and c.bound.default), 0)
        types = [find_type(catalog, part.type) for part in key.parts]
        expressions = [part.expression for part in key.parts if not part.column]
        yield _partitioned_row(
            partrelid=relation.oid, partstrat=key.strategy, partnatts=len(key.parts), partdefid=default,
            partattrs=array(part.column for part in key.parts),
            partclass=array(objects.operator_class("btree", type_, "") for type_ in types),
            partcollation=array(objects.storage(part.type, catalog).collation for part in key.parts),
            partexprs=", ".join(expressions) or None)
