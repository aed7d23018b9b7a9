"""Producers of pg_index, pg_constraint, pg_depend, pg_description and pg_shdescription."""

from collections.abc import Iterator
from functools import cache

from executor.catalog.definitions import KEYS_NODE, referenced_relations
from executor.catalog.model import Constraint, Index, Relation, Trigger
from executor.catalog.system import objects, types
from executor.catalog.system.classes import expression_type, facts
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, array, maker
from executor.catalog.typenames import find_type
from executor.facts import table

_index_row = maker(
    "pg_catalog.pg_index", indisexclusion=0, indisclustered=0, indisvalid=1, indcheckxmin=0, indisready=1,
    indislive=1)
_DESCENDING, _NULLS_FIRST = 1, 2


def pg_index(view: SessionView) -> Iterator[Row]:
    """Indexes of system catalogs and of tables."""
    yield from facts("pg_index")
    for relation, index in objects.indexes(view.catalog):
        yield _index(view, relation, index)


def _index(view: SessionView, relation: Relation, index: Index) -> Row:
    columns = [relation.by_number.get(key.column) for key in index.columns]
    types = [column.type if column else expression_type(key.expression)
             for column, key in zip(columns, index.columns, strict=True)]
    expressions = any(not key.column for key in index.columns)
    constraint = next((c for c in relation.constraints if c.index == index.oid and c.kind in "pu"), None)
    return _index_row(
        indexrelid=index.oid, indrelid=relation.oid, indnatts=len(index.columns) + len(index.included),
        indnkeyatts=len(index.columns), indisunique=int(index.unique),
        indnullsnotdistinct=int(index.nulls_not_distinct), indisprimary=int(index.primary),
        indimmediate=int(not (constraint and constraint.deferrable)),
        indkey=array([*(key.column for key in index.columns), *index.included]),
        indcollation=array(
            objects.collation_oid(key.collation) or (column.collation if column else 0)
            or objects.storage(kind, view.catalog).collation
            for key, column, kind in zip(index.columns, columns, types, strict=True)),
        indclass=array(objects.operator_class(index.method, find_type(view.catalog, kind), key.operator_class)
                       for kind, key in zip(types, index.columns, strict=True)),
        indoption=array(key.descending * _DESCENDING + key.nulls_first * _NULLS_FIRST for key in index.columns),
        indexprs=KEYS_NODE % index.oid if expressions else None, indpred=index.predicate or None,
        indisreplident=int(relation.replica_identity == "i" and relation.replica_index == index.oid))


_constraint_row = maker(
    "pg_catalog.pg_constraint", condeferrable=0, condeferred=0, conenforced=1, convalidated=1, contypid=0, conindid=0,
    conparentid=0, confrelid=0, confupdtype=" ", confdeltype=" ", confmatchtype=" ", conislocal=1, coninhcount=0,
    connoinherit=0, conperiod=0)


def pg_constraint(view: SessionView) -> Iterator[Row]:
    """Constraints of tables and of built-in domains."""
    yield from facts("pg_constraint")
    for relation in view.catalog.relations:
        schema = objects.namespace(view.catalog, relation.schema)
        for constraint in relation.constraints:
            make = _foreign_key if constraint.kind == "f" else _plain_constraint
            yield make(view, relation, schema, constraint)
        for trigger in relation.triggers:
            if trigger.constraint:
                yield _constraint_row(oid=trigger.constraint, conname=trigger.name, connamespace=schema, contype="t",
                                      condeferrable=int(trigger.deferrable), condeferred=int(trigger.deferred),
                                      conrelid=relation.oid, connoinherit=1)
    yield from types.domain_constraints(view)


def _plain_constraint(view: SessionView, relation: Relation, schema: int, constraint: Constraint) -> Row:
    return _constraint_row(
        oid=constraint.oid, conname=constraint.name, connamespace=schema, contype=constraint.kind,
        condeferrable=int(constraint.deferrable), condeferred=int(constraint.deferred), conrelid=relation.oid,
        conindid=constraint.index, conkey=array(constraint.columns) if constraint.columns else None,
        connoinherit=int(constraint.no_inherit or (constraint.kind in "pu" and not constraint.parent)),
        conislocal=int(constraint.local), coninhcount=constraint.inherited, conparentid=constraint.parent,
        conenforced=int(constraint.enforced),
        convalidated=int(constraint.validated), conbin=constraint.expression or None)


def _foreign_key(view: SessionView, relation: Relation, schema: int, constraint: Constraint) -> Row:
    target = view.catalog.relations_by_oid[constraint.referenced]
    own = [relation.by_number[number].type for number in constraint.columns]
    other = [target.by_number[number].type for number in constraint.referenced_columns]
    return _constraint_row(
        oid=constraint.oid, conname=constraint.name, connamespace=schema, contype="f",
        condeferrable=int(constraint.deferrable), condeferred=int(constraint.deferred), conrelid=relation.oid,
        conindid=constraint.index, confrelid=target.oid, confupdtype=constraint.on_update,
        confdeltype=constraint.on_delete, confmatchtype=constraint.match,
        connoinherit=int(relation.partition_key is None and not constraint.parent), conislocal=int(constraint.local),
        coninhcount=constraint.inherited, conparentid=constraint.parent,
        conenforced=int(constraint.enforced), convalidated=int(constraint.validated),
        conkey=array(constraint.columns), confkey=array(constraint.referenced_columns),
        conpfeqop=array(map(objects.equality_operator, other, own)),
        conppeqop=array(map(objects.equality_operator, other, other)),
        conffeqop=array(map(objects.equality_operator, own, own)))


_Depend = tuple[str, int, int, str, int, int, str]
"""(class, object, sub-object, class, object, sub-object it depends on, deptype)."""


def pg_depend(view: SessionView) -> Iterator[Row]:
    """What depends on what, in the form that tools read to find owned sequences, indexes of constraints and views."""
    yield from facts("pg_depend")
    for source, oid, sub, target, other, other_sub, kind in _dependencies(view):
        yield (objects.class_oid(source), oid, sub, objects.class_oid(target), other, other_sub, kind)


def _dependencies(view: SessionView) -> Iterator[_Depend]:
    catalog = view.catalog
    yield from types.type_dependencies(view)
    for relation in catalog.relations:
        yield ("pg_class", relation.oid, 0, "pg_namespace", objects.namespace(catalog, relation.schema), 0, "n")
        if relation.row_type:
            source = ("pg_type", relation.row_type, 0, "pg_class", relation.oid, 0, "i")
            yield source if relation.kind != "c" else (*source[3:6], *source[:3], "i")
        if relation.array_type:
            yield ("pg_type", relation.array_type, 0, "pg_type", relation.row_type, 0, "i")
        for parent in relation.parents:
            yield ("pg_class", relation.oid, 0, "pg_class", parent, 0, "a" if relation.bound is not None else "n")
        for constraint in relation.constraints:
            yield from _of_constraint(relation, constraint)
        for index in relation.indexes:
            yield from _of_index(relation, index)
        for trigger in relation.triggers:
            yield from _of_trigger(relation, trigger)
    for oid, relation, column in objects.defaults(catalog):
        kind = "i" if column.generated else "a"
        yield ("pg_attrdef", oid, 0, "pg_class", relation.oid, column.number, kind)
        # pg_dump makes a sequence before the default that counts on it.
        for other in referenced_relations(catalog, column.default or ""):
            yield ("pg_attrdef", oid, 0, "pg_class", other, 0, "n")
    for sequence in catalog.sequences:
        yield ("pg_class", sequence.oid, 0, "pg_namespace", objects.namespace(catalog, sequence.schema), 0, "n")
        if sequence.owned_by and sequence.owned_by[0] in catalog.relations_by_oid:
            kind = "i" if sequence.identity else "a"
            yield ("pg_class", sequence.oid, 0, "pg_class", *sequence.owned_by, kind)
    for oid, relation in objects.rules(catalog):
        yield ("pg_rewrite", oid, 0, "pg_class", relation.oid, 0, "i")
        for used, number in relation.uses:
            yield ("pg_rewrite", oid, 0, "pg_class", used, number, "n")


def _of_constraint(relation: Relation, constraint: Constraint) -> Iterator[_Depend]:
    for number in constraint.columns or (0,):
        yield ("pg_constraint", constraint.oid, 0, "pg_class", relation.oid, number, "a")
    if constraint.kind == "f":
        for number in constraint.referenced_columns:
            yield ("pg_constraint", constraint.oid, 0, "pg_class", constraint.referenced, number, "n")
        if constraint.index:
            yield ("pg_constraint", constraint.oid, 0, "pg_class", constraint.index, 0, "n")


def _of_trigger(relation: Relation, trigger: Trigger) -> Iterator[_Depend]:
    yield ("pg_trigger", trigger.oid, 0, "pg_proc", trigger.function, 0, "n")
    for number in dict.fromkeys((*trigger.columns, *trigger.used)):
        yield ("pg_trigger", trigger.oid, 0, "pg_class", relation.oid, number, "n")
    if trigger.constraint:
        yield ("pg_constraint", trigger.constraint, 0, "pg_class", relation.oid, 0, "a")
        yield ("pg_trigger", trigger.oid, 0, "pg_constraint", trigger.constraint, 0, "i")
    else:
        yield ("pg_trigger", trigger.oid, 0, "pg_class", relation.oid, 0, "a")
    if trigger.referenced:
        yield ("pg_trigger", trigger.oid, 0, "pg_class", trigger.referenced, 0, "a")


def _of_index(relation: Relation, index: Index) -> Iterator[_Depend]:
    constraint = next((c for c in relation.constraints if c.index == index.oid and c.kind in "pu"), None)
    if constraint:
        yield ("pg_class", index.oid, 0, "pg_constraint", constraint.oid, 0, "i")
        return
    numbers = [key.column for key in index.columns if key.column] + list(index.included)
    for number in numbers or (0,):
        yield ("pg_class", index.oid, 0, "pg_class", relation.oid, number, "a")


@cache
def shared_catalogs() -> frozenset[str]:
    """The catalogs that all databases share."""
    return frozenset(name for name, shared in table("pg_class").select("relname", "relisshared") if shared)


def pg_description(view: SessionView) -> Iterator[Row]:
    """Comments on this database's objects."""
    changed = {(c.object, objects.class_oid(c.catalog), c.sub) for c in view.catalog.comments}
    yield from (row for row in facts("pg_description") if row[:3] not in changed)
    for comment in view.catalog.comments:
        if comment.catalog not in shared_catalogs():
            yield (comment.object, objects.class_oid(comment.catalog), comment.sub, comment.text)


def pg_shdescription(view: SessionView) -> Iterator[Row]:
    """Comments on databases, roles and tablespaces: of databases, a file has one on itself only."""
    for comment in view.catalog.comments:
        if comment.catalog in shared_catalogs():
            oid = view.database_oid if comment.catalog == "pg_database" else comment.object
            yield (oid, objects.class_oid(comment.catalog), comment.text)
    for role in view.known_roles.roles:
        if role.comment:
            yield (role.oid, objects.class_oid("pg_authid"), role.comment)
