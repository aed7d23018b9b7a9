"""Making the members of a tree of tables: children of INHERITS, partitioned tables, partitions, and the parts of a
partitioned table that each partition has its own of: keys, indexes, foreign keys, identity columns.
"""

from msgspec.structs import replace

from executor.catalog import trees
from executor.catalog.model import Constraint, Relation
from executor.ddl import inherit, partition
from executor.ddl.base import DdlContext, Step
from executor.ddl.foreign_key import refuse_blind_actions
from executor.ddl.index_match import attached, matching_index
from executor.ddl.like import INDEXES, Copied, index_specs
from executor.ddl.lookup import RangeName
from executor.ddl.objects import put_relation
from executor.ddl.specs import ConstraintSpec, table_constraint
from executor.ddl.table import TableDraft, build, read_elements
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import FeatureNotSupported, InvalidTableDefinition, WrongObjectType


def create_member(ctx: DdlContext, relation: Relation, elements: list[Node], parent_nodes: list[Node],
                  bound_node: Node | None, key_node: Node | None) -> list[Step]:
    """CREATE TABLE with INHERITS, PARTITION OF or PARTITION BY. relation: new and empty."""
    is_partition = bound_node is not None
    if key_node is not None:
        _refuse_partitioned(relation)
    parents = inherit.parents_of(parent_nodes, ctx, relation.name, relation.persistence, partition=is_partition)
    if is_partition:
        draft = _partition_elements(elements, ctx, relation.name, parents[0])
    else:
        draft = read_elements(elements, ctx, relation.name)
    bound = partition.read_bound(bound_node, relation.name, parents[0], ctx) if bound_node is not None else None
    if bound is not None and bound_node is not None:
        partition.check_overlap(ctx, parents[0], relation.name, bound, bound_node)
    inherited, draft.columns, draft.constraints = inherit.merge(ctx, parents, draft.columns, draft.constraints,
                                                                partition=is_partition)
    if is_partition:
        _copy_parts(ctx, parents[0], draft)
    steps = partition.default_check(ctx, parents[0], bound) if bound is not None else []
    relation, more = build(ctx, relation, draft)
    steps += more
    relation = replace(inherited.marked(relation), bound=bound)
    if is_partition:
        relation = adopt_parts(parents[0], relation)
    if key_node is not None:
        relation = replace(relation, partition_key=partition.read_key(key_node, relation, ctx))
    check_member(relation)
    ctx.catalog = put_relation(ctx.catalog, relation)
    return steps


def _refuse_partitioned(relation: Relation) -> None:
    """What only a table with rows can have (0A000, 42809)."""
    if relation.persistence == "u":
        raise FeatureNotSupported("partitioned tables cannot be unlogged")
    if relation.options:
        raise WrongObjectType("cannot specify storage parameters for a partitioned table",
                              hint="Specify storage parameters for its leaf partitions instead.")


def check_member(relation: Relation) -> None:
    """What a partitioned table cannot have (0A000)."""
    behind = {constraint.index: constraint for constraint in relation.constraints if constraint.index}
    for index in relation.indexes:
        partition.refuse_partial_key(relation, behind.get(index.oid), index)
    if relation.partition_key is not None and any(c.no_inherit and c.kind in "cn" for c in relation.constraints):
        raise InvalidTableDefinition(f'cannot add NO INHERIT constraint to partitioned table "{relation.name}"')
    refuse_blind_actions(relation)


def _partition_elements(nodes: list[Node], ctx: DdlContext, name: str, parent: Relation) -> TableDraft:
    draft = TableDraft([], [], [])
    for node in nodes:
        if node.kind == "ColumnDef":
            draft.columns.append(inherit.read_partition_column(node, parent, ctx, name))
        elif node.kind == "Constraint":
            draft.constraints.append(table_constraint(node, ctx))
        else:
            raise not_supported(f"{node.kind} in CREATE TABLE ... PARTITION OF")
    return draft


# ---------------------------------------------------------------- what partitions have of their own


def _copy_parts(ctx: DdlContext, parent: Relation, draft: TableDraft) -> None:
    """Add the parent's keys, indexes and foreign keys to a new partition's definition."""
    written = {tuple(spec.columns) for column in draft.columns for spec in column.constraints if spec.kind in "pu"}
    written |= {tuple(spec.columns) for spec in draft.constraints if spec.kind in "pu"}
    draft.constraints += [spec for spec in index_specs(parent) if tuple(spec.columns) not in written]
    draft.constraints += [foreign_key_spec(ctx, parent, c) for c in parent.constraints if c.kind == "f"]
    draft.copies.append(Copied(parent, INDEXES, [], []))


def foreign_key_spec(ctx: DdlContext, parent: Relation, constraint: Constraint) -> ConstraintSpec:
    """A partitioned table's foreign key as it would be written for a partition."""
    referenced = ctx.catalog.relations_by_oid[constraint.referenced]
    return ConstraintSpec(
        kind="f", name=constraint.name, columns=[parent.by_number[n].name for n in constraint.columns],
        referenced=RangeName(schema=referenced.schema, name=referenced.name),
        referenced_columns=[referenced.by_number[n].name for n in constraint.referenced_columns], match=constraint.match,
        on_update=constraint.on_update, on_delete=constraint.on_delete, deferrable=constraint.deferrable,
        deferred=constraint.deferred, enforced=constraint.enforced)


def adopt_parts(parent: Relation, child: Relation) -> Relation:
    """The partition with its indexes and keys attached to the parent's, and its identity columns."""
    for index in parent.indexes:
        if any(own.parent == index.oid for own in child.indexes):
            continue
        own = matching_index(parent, index, child)
        if own is not None:
            child = attached(parent, index, child, own)
    constraints = []
    for constraint in child.constraints:
        above = parent.constraint(constraint.name) if constraint.kind == "f" else None
        if above is not None and above.kind == "f" and not constraint.parent:
            constraint = replace(constraint, parent=above.oid, inherited=1, local=False)
        constraints.append(constraint)
    columns = tuple(replace(c, identity=parent.by_name[c.name].identity) if c.name in parent.by_name else c
                    for c in child.columns)
    return replace(child, constraints=tuple(constraints), columns=columns)


def tree_below(ctx: DdlContext, relation: Relation) -> list[Relation]:
    """All descendants of a table, as they are now, each after its parents."""
    return trees.descendants(ctx.catalog, ctx.catalog.relations_by_oid[relation.oid])[1:]
