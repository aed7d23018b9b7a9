"""The connections of one database that are nobody's at the moment, last used first so that caches stay hot.

A connection is borrowed for one statement (READ COMMITTED), or for a transaction that has a snapshot. At most `limit`
are out at a time; who comes then waits in line. Nobody waits here while holding something another needs: before it
waits, a transaction puts its own suspended results aside (see `Transaction`).
"""

from collections.abc import Callable

import trio

from storage.connection import Connection


class Pool:
    """Readers, opened when first needed. lent: how often one has been taken."""

    def __init__(self, open_connection: Callable[[], Connection], limit: int) -> None:
        self._open = open_connection
        self._limit = limit
        self._idle: list[Connection] = []
        self.lent = self._borrowed = 0
        self._waiting = trio.lowlevel.ParkingLot()
        self._waiters = 0  # counted here, since this is on the way of every short read
        self._closed = False

    @property
    def crowded(self) -> bool:
        """Whether more than half of the connections are out: suspended results should not keep theirs."""
        return self._borrowed * 2 > self._limit

    def take_nowait(self) -> Connection | None:
        """A connection, or None if all are out."""
        if self._idle:
            self._borrowed += 1
            self.lent += 1
            return self._idle.pop()
        if self._borrowed >= self._limit:
            return None
        connection = self._open()  # about 0.3 ms, once per connection
        self._borrowed += 1
        self.lent += 1
        return connection

    async def take(self) -> Connection:
        """A connection, when there is one. Cancellable."""
        while (connection := self.take_nowait()) is None:
            self._waiters += 1
            try:
                await self._waiting.park()
            finally:
                self._waiters -= 1
        return connection

    def give_back(self, connection: Connection) -> None:
        """The connection is free again. One that is still in a transaction is put right first."""
        self._borrowed -= 1
        if connection.in_transaction:
            connection.command("ROLLBACK")
        if self._closed:
            connection.close()
            return
        connection.tidy()
        self._idle.append(connection)
        if self._waiters:
            self._waiting.unpark()

    def adopt(self) -> None:
        """A connection that was opened elsewhere is out, and will be given back, even if that makes more than `limit`."""
        self._borrowed += 1

    def give_up(self) -> None:
        """A connection that is out will not come back; another may be opened in its place."""
        self._borrowed -= 1
        if self._waiters:
            self._waiting.unpark()

    def close(self) -> None:
        """Close the idle connections now and the others when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
