"""The part of a session that replication is about: what its functions wait for, its messages for the log, its temporary slots,
the origin of what it does, and `pgquill.min_lsn`: the position a standby must have replayed before a statement begins."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import trio

from executor.errors import SqlError
from executor.sqlstates import LockNotAvailable
from executor.types.integer import lsn_from_text, lsn_text

if TYPE_CHECKING:
    from executor.awaiting import Awaitings
    from executor.block import Block
    from executor.database import ServedDatabase
    from executor.messages import Message
    from executor.origins import SessionOrigin
    from executor.settings.session import Settings

MIN_LSN = "pgquill.min_lsn"


class Replicating:
    """See the module.

    awaitings: of the statement that runs, once one of its functions has waited; retried: those of one that is about to run again
    on another schema. outgoing: messages that are not in the log yet.
    temporary_slots: names; they go with the session, and with its next error. floor: 0 when there is nothing to wait for.
    on_cancel: what a cancel request does now instead of ending the statement.
    waits_for_standbys: a commit does; on_stop: set once the server is being stopped, when nobody may begin to wait any more: ends
    the session, which acknowledges nothing then.
    """

    block: "Block"

    def __init__(self, database: "ServedDatabase", engine: Any, settings: "Settings") -> None:
        self.database, self.engine, self.settings = database, engine, settings
        self.awaitings: Awaitings | None = None
        self.retried: Awaitings | None = None
        self.outgoing: list[Message] = []
        self.temporary_slots: list[str] = []
        self.origin: SessionOrigin | None = None
        self.floor = 0
        self.on_cancel: Callable[[], None] | None = None
        self.waits_for_standbys = False
        self.on_stop: Callable[[], None] | None = None
        settings.listen(MIN_LSN, self._set_floor)

    def _set_floor(self, text: object) -> None:
        self.floor = lsn_from_text(str(text)) if text else 0

    async def reach_floor(self) -> None:
        """Wait, on a standby, until it has replayed `pgquill.min_lsn` (55P03 after lock_timeout; 57014)."""
        replication, floor = self.engine.replication, self.floor
        if replication is not None and replication.is_standby:
            timeout = self.settings.typed("lock_timeout")
            assert isinstance(timeout, int)
            with self.block.timeout():
                outcome = await replication.wait_for_replay(floor, timeout / 1000 if timeout else None)
            if outcome == "timeout":
                raise LockNotAvailable("canceling statement due to lock timeout",
                                       detail=f'The standby has not replayed "{MIN_LSN}", {lsn_text(floor)}.')
        if self.floor == floor:
            self.floor = 0  # positions only grow

    async def failed(self) -> None:
        """A statement has failed."""
        self.retried = None
        if self.temporary_slots:
            await self.drop_temporary_slots()

    async def drop_temporary_slots(self) -> None:
        """They end with the session, and with an error, as in PostgreSQL."""
        names = self.temporary_slots.copy()
        self.temporary_slots.clear()
        for name in names:
            with suppress(SqlError), trio.CancelScope(shield=True):
                await self.engine.replication.drop_slot(self, name)

    async def end_replicating(self) -> None:
        """The session is over."""
        if self.temporary_slots:
            await self.drop_temporary_slots()
        if self.origin is not None:
            self.origin.release()
            self.origin = None
