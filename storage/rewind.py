"""Going back: undoing the newest records of a log, so that a copy that went its own way can follow the others again.

Rows are undone from what the records have of them. What has changed the schema, or emptied a table, cannot be undone from its
record: then nothing is done, and the copy needs a new base backup.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from storage.apply import Applier
from storage.changes import DELETE, INSERT, UPDATE, Change
from storage.errors import CannotRewind
from storage.logged import FACTS, FOREIGN_WRITE, FORK, MESSAGE, ORIGIN, Record

_OPPOSITE = {INSERT: DELETE, DELETE: INSERT, UPDATE: UPDATE}
_SAID = frozenset({MESSAGE, FACTS, ORIGIN, FORK})
"""What has changed nothing."""
_NEWEST_FIRST = ("SELECT lsn, xid, committed_at, timeline, facts, record FROM main.pgquill_wal WHERE lsn >= ? "
                 "ORDER BY lsn DESC")
_BEFORE = ("SELECT lsn, xid, committed_at, timeline, facts, record FROM main.pgquill_wal WHERE lsn < ? "
           "ORDER BY lsn DESC LIMIT 1")


class Rewound(NamedTuple):
    """What a rewind has done. last: the record that is the newest now. records: how many were undone."""

    last: Record
    records: int


def opposite(change: Change) -> Change | None:
    """The change that undoes this one; None if there is nothing to undo. Raises: CannotRewind."""
    op = _OPPOSITE.get(change.op)
    if op is not None:
        return change._replace(op=op, rowid=change.new_rowid, new_rowid=change.rowid, old=change.new, new=change.old)
    if change.op not in _SAID or (change.op == FORK and change.table == FOREIGN_WRITE):
        raise CannotRewind("the schema or more than rows has been changed since")
    return None


def undo_from(applier: Applier, position: int) -> Rewound:
    """In a transaction that has begun: undo all records from a position on and delete them. Raises: CannotRewind, if the
    position is no place between two transactions or not all can be undone; ApplyConflict."""
    raw = applier.connection.raw
    before: Any = raw.execute(_BEFORE, (position,)).fetchone()
    if before is None or Record(*before).end != position or Record(*before).committed_at is None:
        raise CannotRewind("the log does not have the place to go back to")
    applier.begin()
    count = 0
    newest: Any = raw.execute(_NEWEST_FIRST, (position,)).fetchall()
    for row in newest:
        _undo(applier, Record(*row).changes, applier.apply)
        count += 1
    raw.execute("DELETE FROM main.pgquill_wal WHERE lsn >= ?", (position,)).fetchall()
    return Rewound(Record(*before), count)


def _undo(applier: Applier, changes: Sequence[Change], do: Callable[[Sequence[Change]], None]) -> None:
    undoing = [undone for change in reversed(changes) if (undone := opposite(change)) is not None]
    do(undoing)
