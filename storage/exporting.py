"""Snapshots that other transactions may have too: pg_export_snapshot, and what a replication slot begins with.

SQLite gives a connection the newest state, and no other. So when a snapshot is exported, connections are opened that stand on
it, for those who import it; as long as nothing has been committed since, more can be opened.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from storage.connection import Connection
from storage.errors import Busy, SnapshotGone, SnapshotTaken, StaleSnapshot
from storage.turn import Alone

if TYPE_CHECKING:
    from storage.engine import Engine

CONNECTIONS = 16
"""How many transactions can import a snapshot after somebody has committed. Opening one takes 0.3 ms."""


class Export:
    """One exported snapshot. number: its place in the history; foreign: how many commits of other programs it has in it."""

    def __init__(self, engine: "Engine", number: int, foreign: int) -> None:
        """Raises: Busy if somebody commits just now."""
        self._engine = engine
        self.number, self.foreign = number, foreign
        self.is_over = False
        self._connections: list[Connection] = []
        try:
            for _ in range(CONNECTIONS):
                self._connections.append(self._open())
        except BaseException:
            self._close_connections()
            raise
        engine.history.hold(number)

    def _open(self) -> Connection:
        """Raises: Busy if the newest state is another one."""
        connection = Connection(self._engine.settings)
        try:
            connection.begin_snapshot()
            _look_for_foreign(self._engine)
            if not is_newest(self._engine, self.number, self.foreign):
                raise Busy("somebody has committed meanwhile")
        except BaseException:
            connection.close()
            raise
        return connection

    def take(self) -> Connection:
        """A connection on the snapshot, one of the pool's from now on. Raises: SnapshotGone, SnapshotTaken."""
        if self.is_over:
            raise SnapshotGone("the snapshot is gone")
        connection = None
        if is_newest(self._engine, self.number, self.foreign):
            with suppress(Busy):
                connection = self._open()
        if connection is None:
            if not self._connections:
                raise SnapshotTaken(f"{CONNECTIONS} transactions have imported it after others have committed")
            connection = self._connections.pop()
        self._engine.pool.adopt()
        return connection

    def close(self) -> None:
        """The transaction that has exported it is over; those that have imported it go on."""
        if self.is_over:
            return
        self.is_over = True
        self._close_connections()
        self._engine.history.close(self.number)

    def _close_connections(self) -> None:
        while self._connections:
            self._connections.pop().close()


def _look_for_foreign(engine: "Engine") -> None:
    """Also while nobody can write because of who has asked for the export. (A transaction that writes keeps others out.)"""
    if isinstance(engine.turn.holder, Alone):
        engine.look_for_foreign_alone()
    else:
        engine.look_for_foreign()


def is_newest(engine: "Engine", number: int, foreign: int) -> bool:
    """Whether a snapshot is the newest state, for sure."""
    return not engine.committing and engine.history.number == number and engine.foreign == foreign


def export(engine: "Engine", snapshot: int | None, foreign: int) -> Export:
    """Export a transaction's snapshot; None: it has none of its own, and exports the newest state.

    Raises: Busy while somebody commits: try again. StaleSnapshot if somebody has committed since it was taken.
    """
    if engine.settings.in_memory:
        raise SnapshotTaken("databases in memory cannot export snapshots")
    _look_for_foreign(engine)
    if engine.committing:
        raise Busy("somebody commits")
    if snapshot is not None and not is_newest(engine, snapshot, foreign):
        raise StaleSnapshot("the snapshot is not the newest state any more")
    return Export(engine, engine.history.number, engine.foreign)
