"""ALTER TABLE ... REPLICA IDENTITY USING INDEX: which indexes can tell the rows of a table apart."""

from executor.catalog.model import Relation
from executor.ddl.base import DdlContext
from executor.ddl.lookup import RangeName, find
from executor.sqlstates import FeatureNotSupported, UndefinedObject, WrongObjectType


def replica_index(ctx: DdlContext, relation: Relation, name: str) -> int:
    """OID of the index (42704, 42809, 0A000)."""
    found = find(ctx, RangeName(relation.schema, name))
    if found is None:
        raise UndefinedObject(f'index "{name}" for table "{relation.name}" does not exist')
    index = found.index
    if index is None or index.table != relation.oid:
        raise WrongObjectType(f'"{name}" is not an index for table "{relation.name}"')
    if not index.unique:
        raise WrongObjectType(f'cannot use non-unique index "{name}" as replica identity')
    constraint = next((c for c in relation.constraints if c.index == index.oid), None)
    if constraint is not None and constraint.deferrable:
        raise WrongObjectType(f'cannot use non-immediate index "{name}" as replica identity')
    if any(key.expression for key in index.columns):
        raise FeatureNotSupported(f'cannot use expression index "{name}" as replica identity')
    if index.predicate:
        raise FeatureNotSupported(f'cannot use partial index "{name}" as replica identity')
    for key in index.columns:
        column = relation.by_number[key.column]
        if not column.not_null:
            raise WrongObjectType(
                f'index "{name}" cannot be used as replica identity because column "{column.name}" is nullable')
    return index.oid
