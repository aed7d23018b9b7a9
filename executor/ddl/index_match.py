"""Which index of a partition stands for one of the partitioned table."""

from msgspec.structs import replace

from executor.catalog.model import Index, Relation


def matching_index(parent: Relation, index: Index, child: Relation) -> Index | None:
    """An index of the child that can stand for one of its parent's, and does not yet."""
    wanted = definition_of(parent, index)
    return next((i for i in child.indexes if not i.parent and definition_of(child, i) == wanted), None)


def definition_of(relation: Relation, index: Index) -> tuple[object, ...]:
    """What two indexes of a tree must agree in."""
    key = next((c.kind for c in relation.constraints if c.index == index.oid), "")
    columns = tuple((relation.by_number[c.column].name if c.column else c.expression, c.descending, c.nulls_first,
                     c.operator_class, c.collation) for c in index.columns)
    included = tuple(relation.by_number[n].name for n in index.included)
    return columns, included, index.unique, index.primary, index.method, index.predicate, index.nulls_not_distinct, key


def attached(parent: Relation, index: Index, child: Relation, own: Index) -> Relation:
    """The child with one of its indexes, and the key that it is behind, attached to the parent's."""
    above = next((c for c in parent.constraints if c.index == index.oid), None)
    indexes = tuple(replace(i, parent=index.oid) if i.oid == own.oid else i for i in child.indexes)
    constraints = tuple(replace(c, parent=above.oid, inherited=1, local=False) if above and c.index == own.oid else c
                        for c in child.constraints)
    return replace(child, indexes=indexes, constraints=constraints)
