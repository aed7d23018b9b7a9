"""Snapshots that are exported: pg_export_snapshot() names them, SET TRANSACTION SNAPSHOT takes one over.

A snapshot can be had as long as the transaction that has exported it is open; what it is in the file is storage.exporting's.
The rules and their order are those of PostgreSQL's snapmgr.c and predicate.c.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from executor import sqlstates as states
from executor.translate import translate
from storage.errors import EngineError, SnapshotGone
from storage.exporting import Export
from storage.statement import Isolation

if TYPE_CHECKING:
    from executor.session import Session

_NAME = re.compile(r"[0-9A-F-]+")


@dataclass(frozen=True, slots=True)
class Exported:
    """A snapshot under its name. database: its name."""

    database: str
    export: Export
    serializable: bool
    read_only: bool


class Snapshots:
    """The exported snapshots of a server."""

    def __init__(self) -> None:
        self._exported: dict[str, Exported] = {}

    def add(self, process_id: int, number: int, exported: Exported) -> str:
        """Give a snapshot a name. number: of the process's transaction."""
        for name, old in list(self._exported.items()):
            if old.export.is_over:
                del self._exported[name]
        prefix = f"{process_id & 0xFFFFFFFF:08X}-{number & 0xFFFFFFFF:08X}-"
        name = f"{prefix}{sum(other.startswith(prefix) for other in self._exported) + 1}"
        self._exported[name] = exported
        return name

    def add_newest(self, session: Any, transaction: Any) -> str:
        """Export the newest state for a session that makes a replication slot, until a transaction that nothing else is done in
        ends. Raises: Busy while somebody commits."""
        session.block.number += 1
        exported = Exported(session.database.name, transaction.export_snapshot(), False, True)
        return self.add(session.process_id, session.block.number, exported)

    def find(self, name: str) -> Exported:
        """22023, 42704."""
        if not _NAME.fullmatch(name):
            raise states.InvalidParameterValue(f'invalid snapshot identifier: "{name}"')
        found = self._exported.get(name)
        if found is None or found.export.is_over:
            raise states.UndefinedObject(f'snapshot "{name}" does not exist')
        return found


def export_snapshot(session: "Session") -> str:
    """pg_export_snapshot(): 25001 within a savepoint, 40001 if others have committed since the snapshot was taken."""
    block = session.block
    if block.savepoints:
        raise states.ActiveSqlTransaction("cannot export a snapshot from a subtransaction")
    transaction = block.ensure()
    exported = Exported(session.database.name, transaction.export_snapshot(),
                        transaction.isolation is Isolation.SERIALIZABLE, transaction.read_only)
    return str(session.engine.snapshots.add(session.process_id, block.number, exported))


def import_snapshot(session: "Session", name: str) -> None:
    """SET TRANSACTION SNAPSHOT (25001, 0A000, 22023, 42704)."""
    block = session.block
    if block.asked or block.savepoints:
        raise states.ActiveSqlTransaction("SET TRANSACTION SNAPSHOT must be called before any query")
    transaction = block.ensure()
    if transaction.isolation is Isolation.READ_COMMITTED:
        raise states.FeatureNotSupported(
            "a snapshot-importing transaction must have isolation level SERIALIZABLE or REPEATABLE READ")
    found: Exported = session.engine.snapshots.find(name)
    if transaction.isolation is Isolation.SERIALIZABLE:
        _check_serializable(found, transaction)
    if found.database != session.database.name:
        raise states.FeatureNotSupported("cannot import a snapshot from a different database")
    if transaction.isolation is Isolation.SERIALIZABLE and transaction.read_only and transaction.deferrable:
        raise states.FeatureNotSupported("a snapshot-importing transaction must not be READ ONLY DEFERRABLE")
    try:
        transaction.import_snapshot(found.export)
    except SnapshotGone:
        raise states.UndefinedObject(f'snapshot "{name}" does not exist') from None
    except EngineError as error:
        raise translate(error, session.context.catalog) from error
    block.asked = True


def _check_serializable(found: Exported, transaction: Any) -> None:
    if not found.serializable:
        raise states.FeatureNotSupported(
            "a serializable transaction cannot import a snapshot from a non-serializable transaction")
    if found.read_only and not transaction.read_only:
        raise states.FeatureNotSupported(
            "a non-read-only serializable transaction cannot import a snapshot from a read-only transaction")
