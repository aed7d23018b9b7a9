"""Functions that describe partitioned tables and partitions, and their indexes."""

from collections.abc import Iterator

from executor.builtins.base import Builtin, Python, SetReturning
from executor.catalog.definitions import condition
from executor.catalog.model import Catalog
from executor.catalog.search_path import search_path
from executor.catalog.trees import key_definition, whole_condition
from executor.context import Context


class _Family:
    """The partition trees of a catalog, of tables and of indexes alike."""

    def __init__(self, catalog: Catalog) -> None:
        self.parent: dict[int, int] = {}
        self.children: dict[int, list[int]] = {}
        self.partitioned: set[int] = set()
        for relation in catalog.relations:
            if relation.partition_key is not None:
                self.partitioned |= {relation.oid, *(index.oid for index in relation.indexes)}
            if relation.bound is not None:
                self._add(relation.oid, relation.parents[0])
            for index in relation.indexes:
                if index.parent:
                    self._add(index.oid, index.parent)

    def _add(self, oid: int, parent: int) -> None:
        self.parent[oid] = parent
        self.children.setdefault(parent, []).append(oid)

    def knows(self, oid: int) -> bool:
        """True if it is partitioned, or a partition."""
        return oid in self.partitioned or oid in self.parent


def _family(context: Context) -> _Family:
    memo = context.catalog.memo
    if "partition_family" not in memo:
        memo["partition_family"] = _Family(context.catalog)
    found: _Family = memo["partition_family"]
    return found


def _ancestors(context: Context, oid: int) -> Iterator[int]:
    family = _family(context)
    if not family.knows(oid):
        return
    yield oid
    while oid in family.parent:
        oid = family.parent[oid]
        yield oid


def _root(context: Context, oid: int) -> int | None:
    found = list(_ancestors(context, oid))
    return found[-1] if found else None


def _tree(context: Context, oid: int) -> Iterator[tuple[int, int | None, int, int]]:
    """(relation, its parent, whether it is a leaf, level), level by level."""
    family = _family(context)
    level = [oid] if family.knows(oid) else []
    depth = 0
    while level:
        for found in level:
            yield found, family.parent.get(found), int(found not in family.partitioned), depth
        level = [child for found in level for child in sorted(family.children.get(found, ()))]
        depth += 1


def _key(context: Context, oid: int) -> str | None:
    relation = context.catalog.relations_by_oid.get(oid)
    return None if relation is None or relation.partition_key is None else key_definition(relation)


def _constraint(context: Context, oid: int) -> str | None:
    relation = context.catalog.relations_by_oid.get(oid)
    if relation is None or relation.bound is None:
        return None
    text = whole_condition(context.catalog, relation)
    return None if text == "true" else condition(context.catalog, relation, text, search_path(context))


BUILTINS = (
    Builtin("pg_get_partkeydef(oid)", Python(_key, context=True), ("pg_get_partkeydef('pg_class'::regclass)", None)),
    Builtin("pg_get_partition_constraintdef(oid)", Python(_constraint, context=True),
            ("pg_get_partition_constraintdef('pg_class'::regclass)", None)),
    Builtin("pg_partition_tree(regclass)", SetReturning(_tree, context=True)),
    Builtin("pg_partition_ancestors(regclass)", SetReturning(_ancestors, context=True)),
    Builtin("pg_partition_root(regclass)", Python(_root, context=True), ("pg_partition_root('pg_class')", None)),
)
