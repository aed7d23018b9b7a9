"""What a plugin is told of the changes of one transaction: PostgreSQL's rules of replica identity and row filters.

Of an UPDATE whose old row passes the filter and whose new row does not, a DELETE is told; of one that is the other way round, an
INSERT; so that the other side has what passes.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from replication.contract import DDL_BEGINS, DDL_ENDS
from replication.decoded import Change, Delete, Insert, Message, Truncate, Update
from replication.tables import Tables, Told
from storage.changes import DELETE, INSERT, UPDATE
from storage.changes import Change as Logged
from storage.logged import CASCADE, FACTS, MESSAGE, RESTART_IDENTITY, TRUNCATE


class Records(Protocol):
    """The records of a transaction."""

    def __iter__(self) -> Iterator[list[Logged]]: ...

    def close(self) -> None:
        """They are not needed any more."""


def told_changes(records: Records, tables: Tables, lsn: int, *, messages: bool) -> Iterator[Change]:
    """The changes that are told, in order; rows that DDL writes for its own sake are not.

    tables: as they were before the transaction, and its own to move on.
    """
    in_ddl = False
    try:
        for changes in records:
            for change in changes:
                what = _ROWS.get(change.op)
                if what is not None:
                    told = None if in_ddl else tables.told(change.table)
                    found = None if told is None else what(told, change)
                elif change.op == TRUNCATE:
                    found = _truncate(tables, change)
                elif change.op == MESSAGE and change.rowid and messages:
                    found = Message(change.table, (change.old or (b"",))[0], True, lsn)
                else:
                    found = None
                    if change.op == FACTS:
                        in_ddl = change.rowid == DDL_BEGINS or (in_ddl and change.rowid != DDL_ENDS)
                        tables.pass_facts(change)
                if found is not None:
                    yield found
    finally:
        records.close()


def _insert(told: Told, change: Logged) -> Change | None:
    route, new = told.route, change.new
    if not route.inserts or new is None or (route.on_insert is not None and not route.on_insert(new)):
        return None
    return Insert(told.relation, route.print(new))


def _delete(told: Told, change: Logged) -> Change | None:
    route, old = told.route, change.old
    if not route.deletes or old is None or (route.on_delete is not None and not route.on_delete(old)):
        return None
    return _gone(told, change)


def _gone(told: Told, change: Logged) -> Change:
    route, old = told.route, change.old
    assert old is not None
    if route.is_full:
        return Delete(told.relation, route.print(old), is_key=False)
    return Delete(told.relation, route.print_key(old) if route.has_key else None)


def _update(told: Told, change: Logged) -> Change | None:
    route, old, new = told.route, change.old, change.new
    if not route.updates or old is None or new is None:
        return None
    if route.on_update is not None:
        before, after = route.on_update(old), route.on_update(new)
        if not after:
            return _gone(told, change) if before else None
        if not before:
            return Insert(told.relation, route.print(new))
    if route.is_full:
        return Update(told.relation, route.print(old), route.print(new))
    if route.has_key and route.has_other_key(old, new):
        return Update(told.relation, route.print_key(old), route.print(new), is_key=True)
    return Update(told.relation, None, route.print(new))


_ROWS: dict[int, Callable[[Told, Logged], Change | None]] = {INSERT: _insert, UPDATE: _update, DELETE: _delete}


def _truncate(tables: Tables, change: Logged) -> Change | None:
    """Of the tables that are told as themselves; partitions that are told as their root go with that."""
    found = [told for told in map(tables.told, change.old or ()) if told is not None]
    relations = tuple(told.relation for told in found if told.route.truncates and told.route.is_own)
    if not relations:
        return None
    return Truncate(relations, cascade=bool(change.rowid & CASCADE), restart_identity=bool(change.rowid & RESTART_IDENTITY))
