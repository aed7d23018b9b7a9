"""ALTER TABLE: INHERIT, NO INHERIT, ATTACH PARTITION, DETACH PARTITION: tables get and lose a parent."""

from msgspec.structs import replace

from executor.catalog import trees
from executor.catalog.model import Column, Constraint, Relation
from executor.ddl import family, inherit, partition
from executor.ddl.altering import Altering
from executor.ddl.index import copy_index
from executor.ddl.lookup import RangeName, find, get, range_name, refuse_system
from executor.ddl.objects import put_relation
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import (
    DatatypeMismatch,
    DuplicateTable,
    InvalidObjectDefinition,
    InvalidTableDefinition,
    UndefinedTable,
    WrongObjectType,
)

# ---------------------------------------------------------------- INHERIT


def add_parent(node: Node, altering: Altering) -> None:
    """INHERIT parent (42P07 if it is one already, 42804 for what the table lacks)."""
    ctx, child = altering.ctx, altering.relation
    (parent,) = inherit.parents_of([node.take("def")], ctx, child.name, child.persistence, partition=False)
    if child.bound is not None:
        raise WrongObjectType("cannot change inheritance of a partition")
    if child.partition_key is not None:
        raise WrongObjectType("cannot change inheritance of partitioned table")
    if parent.oid in child.parents:
        raise DuplicateTable(f'relation "{parent.name}" would be inherited from more than once')
    if any(table.oid == parent.oid for table in trees.descendants(ctx.catalog, child)):
        raise DuplicateTable("circular inheritance not allowed",
                             detail=f'"{parent.name}" is already a child of "{child.name}".')
    _refuse_unlike(child)
    merged = _merged(altering, parent, child, is_partition=False)
    ctx.catalog = put_relation(ctx.catalog, replace(merged, parents=(*child.parents, parent.oid)))


def drop_parent(node: Node, altering: Altering) -> None:
    """NO INHERIT parent (42P01)."""
    ctx, child = altering.ctx, altering.relation
    name = range_name(node.take("def"), ctx)
    parent = get(ctx, name).table
    if child.bound is not None:
        raise WrongObjectType("cannot change inheritance of a partition")
    if parent.oid not in child.parents:
        raise UndefinedTable(f'relation "{parent.name}" is not a parent of relation "{child.name}"')
    left = _separated(parent, child)
    ctx.catalog = put_relation(ctx.catalog, replace(left, parents=tuple(o for o in child.parents if o != parent.oid)))


def _refuse_unlike(child: Relation) -> None:
    if child.made_elsewhere or not child.rowid or any(column.affinity for column in child.columns):
        raise not_supported(f'a parent for table "{child.name}", which another program created,')


def _merged(altering: Altering, parent: Relation, child: Relation, *, is_partition: bool) -> Relation:
    """The child with what it shares with its new parent marked as inherited (42804 for what it lacks)."""
    changed = {}
    for column in parent.columns:
        own = child.by_name.get(column.name)
        if own is None:
            raise DatatypeMismatch(f'child table is missing column "{column.name}"')
        _check_column(altering, child, own, column)
        changed[column.name] = replace(own, inherited=own.inherited + 1, local=own.local and not is_partition)
    child = replace(child, columns=tuple(changed.get(c.name, c) for c in child.columns))
    return _with_constraints(parent, child, is_partition=is_partition)


def _check_column(altering: Altering, child: Relation, own: Column, column: Column) -> None:
    if (own.type, own.typmod) != (column.type, column.typmod):
        raise DatatypeMismatch(f'child table "{child.name}" has different type for column "{column.name}"')
    if own.collation != column.collation:
        raise DatatypeMismatch(f'child table "{child.name}" has different collation for column "{column.name}"')
    if column.generated and not own.generated:
        raise DatatypeMismatch(f'column "{column.name}" in child table must be a generated column')
    if own.generated and not column.generated:
        raise DatatypeMismatch(f'column "{column.name}" in child table must not be a generated column')


def _with_constraints(parent: Relation, child: Relation, *, is_partition: bool) -> Relation:
    for constraint in parent.constraints:
        if constraint.kind not in "nc" or constraint.no_inherit:
            continue
        key = inherit.constraint_key(parent, constraint)
        own = next((c for c in child.constraints if c.kind == constraint.kind and inherit.constraint_key(child, c) == key), None)
        if own is None and constraint.kind == "n":
            raise DatatypeMismatch(f'column "{key}" in child table "{child.name}" must be marked NOT NULL')
        if own is None:
            raise DatatypeMismatch(f'child table is missing constraint "{key}"')
        if constraint.kind == "c" and own.expression != constraint.expression:
            raise DatatypeMismatch(f'child table "{child.name}" has different definition for check constraint "{key}"')
        if own.no_inherit:
            raise InvalidObjectDefinition(
                f'constraint "{own.name}" conflicts with non-inherited constraint on child table "{child.name}"')
        marked = replace(own, inherited=own.inherited + 1, local=own.local and not is_partition)
        child = _with(child, marked)
    return child


def _with(child: Relation, constraint: Constraint) -> Relation:
    return replace(child, constraints=tuple(constraint if c.oid == constraint.oid else c for c in child.constraints))


def _separated(parent: Relation, child: Relation) -> Relation:
    """The child without the marks that it has of this parent; what comes from no other is its own."""
    columns = []
    for column in child.columns:
        if column.name in parent.by_name and column.inherited:
            left = column.inherited - 1
            column = replace(column, inherited=left, local=column.local or left == 0)
        columns.append(column)
    constraints = []
    for constraint in child.constraints:
        inherited = constraint.inherited and constraint.kind in "nc" and any(
            c.kind == constraint.kind and inherit.constraint_key(parent, c) == inherit.constraint_key(child, constraint)
            for c in parent.constraints)
        if inherited:
            left = constraint.inherited - 1
            constraint = replace(constraint, inherited=left, local=constraint.local or left == 0)
        elif constraint.parent:
            constraint = replace(constraint, parent=0, inherited=0, local=True)
        constraints.append(constraint)
    indexes = tuple(replace(i, parent=0) for i in child.indexes) if child.bound is not None else child.indexes
    return replace(child, columns=tuple(columns), constraints=tuple(constraints), indexes=indexes)


# ---------------------------------------------------------------- ATTACH, DETACH


def attach(node: Node, altering: Altering) -> None:
    """ATTACH PARTITION name FOR VALUES ... | DEFAULT."""
    ctx, parent = altering.ctx, altering.relation
    definition = node.take("def")
    name, bound_node = definition.take("name"), definition.take("bound")
    definition.take("concurrent")
    definition.finish()
    if parent.partition_key is None:
        raise WrongObjectType(f'ALTER action ATTACH PARTITION cannot be performed on relation "{parent.name}"',
                              detail="This operation is not supported for tables.")
    found = get(ctx, range_name(name, ctx))
    if found.kind != "r" or found.index is not None:
        raise WrongObjectType(f'ALTER action ATTACH PARTITION cannot be performed on relation "{found.name}"')
    refuse_system(found)
    child = found.table
    _refuse_child(altering, parent, child)
    bound = partition.read_bound(bound_node, child.name, parent, ctx)
    partition.check_overlap(ctx, parent, child.name, bound, bound_node)
    steps = partition.default_check(ctx, parent, bound)
    extra = next((c.name for c in child.columns if c.name not in parent.by_name), None)
    if extra is not None:
        raise DatatypeMismatch(f'table "{child.name}" contains column "{extra}" not found in parent "{parent.name}"',
                               detail="The new partition may contain only the columns present in parent.")
    child = _merged(altering, parent, child, is_partition=True)
    child = replace(child, parents=(parent.oid,), bound=bound)
    ctx.catalog = put_relation(ctx.catalog, child)
    condition = trees.whole_condition(ctx.catalog, child)
    altering.steps += steps + partition.rows_check(ctx, child, condition, child.name)
    spread_parts(altering, parent, child)


def _refuse_child(altering: Altering, parent: Relation, child: Relation) -> None:
    if child.bound is not None:
        raise WrongObjectType(f'"{child.name}" is already a partition')
    if child.parents:
        raise WrongObjectType("cannot attach inheritance child as partition")
    if child.partition_key is None and child.oid in altering.ctx.catalog.children:
        raise WrongObjectType("cannot attach inheritance parent as partition")
    if any(table.oid == parent.oid for table in trees.descendants(altering.ctx.catalog, child)):
        raise DuplicateTable("circular inheritance not allowed",
                             detail=f'"{parent.name}" is already a child of "{child.name}".')
    if (parent.persistence == "t") != (child.persistence == "t"):
        one, other = ("temporary", "permanent") if parent.persistence != "t" else ("permanent", "temporary")
        raise WrongObjectType(f'cannot attach a {one} relation as partition of {other} relation "{parent.name}"')
    if any(column.identity for column in child.columns):
        raise InvalidTableDefinition(f'table "{child.name}" being attached contains an identity column '
                                     f'"{next(c.name for c in child.columns if c.identity)}"',
                                     detail="The new partition may not contain an identity column.")
    _refuse_unlike(child)


def spread_parts(altering: Altering, parent: Relation, child: Relation) -> None:
    """Give a new partition the parent's indexes, keys and foreign keys, as far as it has none that fit."""
    from executor.ddl.recursion import spread_part

    ctx = altering.ctx
    ctx.catalog = put_relation(ctx.catalog, family.adopt_parts(parent, child))
    behind = {constraint.index for constraint in parent.constraints if constraint.index}
    for constraint in parent.constraints:
        if constraint.kind in "puf":
            spread_part(altering, parent, constraint, only=child.oid)
    for index in parent.indexes:
        if index.oid not in behind:
            altering.steps += copy_index(ctx, parent, index, only=child.oid)


def detach(node: Node, altering: Altering) -> None:
    """DETACH PARTITION name."""
    ctx, parent = altering.ctx, altering.relation
    definition = node.take("def")
    name = range_name(definition.take("name"), ctx)
    if definition.take("concurrent", False):
        raise not_supported("DETACH PARTITION ... CONCURRENTLY")
    definition.finish()
    if parent.partition_key is None:
        raise WrongObjectType(f'ALTER action DETACH PARTITION cannot be performed on relation "{parent.name}"',
                              detail="This operation is not supported for tables.")
    found = find(ctx, RangeName(name.schema, name.name))
    if found is None:
        raise UndefinedTable(f'relation "{name.name}" does not exist')
    child = found.table
    if parent.oid not in child.parents:
        raise UndefinedTable(f'relation "{child.name}" is not a partition of relation "{parent.name}"')
    left = replace(_separated(parent, child), parents=(), bound=None)
    left = replace(left, columns=tuple(replace(c, identity="") for c in left.columns))
    ctx.catalog = put_relation(ctx.catalog, left)
