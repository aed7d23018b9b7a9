"""Which tables a statement locks, and how strongly; and one session's locks on tables. Source: explicit-locking.html.

A statement of a block keeps its locks until the transaction ends, and so does one that writes. A read alone in its
transaction only waits for those who are in its way: what it reads is a snapshot, which nobody can take from it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from executor import plan
from executor.catalog.model import FIRST_TEMPORARY_OID, FIRST_USER_OID, Catalog, Relation
from executor.catalog.trees import descendants
from executor.lock_names import table_request
from executor.walk import nodes
from storage.errors import LockConflict
from storage.locks import LockManager, LockOwner, Mode, Request

if TYPE_CHECKING:
    from executor.block import Block

Tables = tuple[Request, ...]
LOOKS_ONLY = "ar"
"""Actions of foreign keys that change nothing: NO ACTION and RESTRICT."""


def shared_by_all(relation: Relation) -> bool:
    """Whether others can see a relation and change it: the session's own temporary ones and the catalogs are not locked."""
    return FIRST_USER_OID <= relation.oid < FIRST_TEMPORARY_OID


def tables_of(found: plan.Plan, used: dict[int, Relation], catalog: Catalog, *, plain: bool) -> Tables:
    """The locks that a statement needs, in the order in which its tables were named. plain: it only reads."""
    modes = {oid: Mode.ACCESS_SHARE for oid, relation in used.items() if shared_by_all(relation)}
    if modes and not plain:
        for relation, mode in _stronger(found, catalog):
            if shared_by_all(relation):
                modes[relation.oid] = max(mode, modes.get(relation.oid, mode))
    return tuple(table_request(oid, mode) for oid, mode in modes.items())


def _stronger(found: plan.Plan, catalog: Catalog) -> Any:
    for node in nodes(found):
        if isinstance(node, plan.DataChange):
            for table in (node.relation, *(leaf.relation for leaf in node.leaves)):
                yield table, Mode.ROW_EXCLUSIVE
                yield from _of_foreign_keys(node, table, catalog)
        elif isinstance(node, plan.Select) and node.locking:
            yield from ((found, Mode.ROW_SHARE) for relation in _locked(node) for found in descendants(catalog, relation))


def _locked(select: plan.Select) -> Any:
    """The tables and views whose rows a locking clause reaches."""
    wanted = {locking.entry for locking in select.locking}
    for entry in _entries(select.source):
        if entry.number in wanted and isinstance(entry, plan.TableEntry):
            yield entry.relation
        elif entry.number in wanted and isinstance(entry, plan.QueryEntry):
            if entry.view is not None:
                yield entry.view
            for inner in nodes(entry.query):
                if isinstance(inner, plan.TableEntry):
                    yield inner.relation


def _entries(items: tuple[plan.FromItem, ...]) -> Any:
    for item in items:
        if isinstance(item, plan.Join):
            yield from _entries((item.left, item.right))
        else:
            yield item


def _of_foreign_keys(change: plan.DataChange, table: Relation, catalog: Catalog) -> Any:
    """The tables whose rows a foreign key makes a change look at, or change along."""
    changed = {column.number for column, _ in change.assignments} if isinstance(change, plan.Update) else None
    if not isinstance(change, plan.Delete):
        for constraint in table.constraints:
            if constraint.kind == "f" and (changed is None or changed.intersection(constraint.columns)):
                yield catalog.relations_by_oid[constraint.referenced], Mode.ROW_SHARE
    if not isinstance(change, plan.Insert):
        for relation in catalog.relations:
            for constraint in relation.constraints:
                if constraint.kind == "f" and constraint.referenced == table.oid \
                        and (changed is None or changed.intersection(constraint.referenced_columns)):
                    action = constraint.on_delete if changed is None else constraint.on_update
                    yield relation, Mode.ROW_SHARE if action in LOOKS_ONLY else Mode.ROW_EXCLUSIVE


class TableLocks:
    """The table locks of one session's transaction."""

    def __init__(self, locks: LockManager, owner: LockOwner, block: "Block") -> None:
        self._locks = locks
        self._owner = owner
        self._block = block
        self._noted: dict[int, Tables] = {}  # what has been taken in this transaction, by its id()

    def meet(self, tables: Tables, *, keep: bool) -> Request | None:
        """Take what a statement needs, or with `keep` False only look. What is in the way, or None. 0.1 us when noted."""
        if id(tables) in self._noted:
            return None
        locks, owner = self._locks, self._owner
        if keep or self._block.explicit or self._block.implicit_block:
            for request in tables:
                if not locks.take(owner, request):
                    return request
            self._noted[id(tables)] = tables
            return None
        for request in tables:
            if not locks.is_free(owner, request):
                return request
        return None

    def take(self, requests: Iterable[Request]) -> None:
        """Take locks until the end of the transaction. Raises: LockConflict."""
        for request in requests:
            if not self._locks.take(self._owner, request):
                raise LockConflict(request)

    def use_sequence(self, oid: int) -> Request | None:
        """What stands against nextval and the like; in a block, which holds the sequence afterwards, or None."""
        request = table_request(oid, Mode.ROW_EXCLUSIVE)
        if self._block.explicit:
            return None if self._locks.take(self._owner, request) else request
        return None if self._locks.is_free(self._owner, request) else request

    def forget(self) -> None:
        """The transaction has given locks back."""
        if self._noted:
            self._noted.clear()
