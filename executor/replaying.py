"""A database that is a copy: what the server has of it in memory, kept in step with the records that are applied to its file.

storage has done the records when this module hears of them. The catalog is read again by its schema version, as after any other
program's change; here is what nobody looks at the file for: sequences, roles and notifications. Replication calls it by the
Protocol in replication.standby.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from executor.catalog.model import FIRST_TEMPORARY_OID
from storage.changes import DELETE, Change
from storage.logged import MESSAGE, NOTIFY_PREFIX, Record

if TYPE_CHECKING:
    from executor.database import ServedDatabase
    from executor.engine import Engine

SEQUENCES, ROLES = "pgquill_sequence", "pgquill_role"
_OF_INTEREST = tuple(name.encode() for name in (SEQUENCES, ROLES, NOTIFY_PREFIX))
"""Found in a record's bytes before it is decoded: most have none."""

Told = tuple[int, list[tuple[str, str]]]
_decode = msgspec.msgpack.Decoder(Told).decode
_encode = msgspec.msgpack.Encoder().encode


def notes_message(process_id: int, notes: Sequence[tuple[str, str]]) -> Change:
    """What the log is told of a transaction's NOTIFYs, for those who LISTEN on a copy."""
    return Change("", NOTIFY_PREFIX, MESSAGE, 1, 0, (_encode((process_id, list(notes))),), None)


class Copy:
    """See the module."""

    def __init__(self, engine: "Engine", database: "ServedDatabase") -> None:
        self._engine = engine
        self._database = database

    async def replayed(self, records: Sequence[Record]) -> None:
        """These records have been applied."""
        roles = False
        for record in records:
            if any(name in record.data for name in _OF_INTEREST):
                for change in record.changes:
                    if change.table == SEQUENCES:
                        self._sequence(change)
                    elif change.table == NOTIFY_PREFIX and change.op == MESSAGE:
                        self._notify(change)
                    roles = roles or change.table == ROLES
        if roles:
            await self._engine.roles.refresh()

    def _sequence(self, change: Change) -> None:
        values = self._database.sequences.values
        if change.op == DELETE:
            values.pop(change.rowid, None)
        elif change.new is not None:
            _, last, called = change.new
            assert isinstance(last, int)
            values[change.new_rowid] = (last, bool(called))

    def _notify(self, change: Change) -> None:
        assert change.old is not None and isinstance(change.old[0], bytes)
        process_id, notes = _decode(change.old[0])
        self._database.notify_queue.replay(process_id, notes)

    async def reload(self) -> None:
        """The file may be any other: read the catalog, the sequences and the roles anew."""
        values = self._database.sequences.values
        for oid in [oid for oid in values if oid < FIRST_TEMPORARY_OID]:
            del values[oid]
        await self._database.reload()
        await self._engine.roles.refresh()

    async def promoted(self) -> None:
        """Writes are accepted from now on."""
        self._engine.recovery_ended()
