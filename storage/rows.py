"""The rows of one statement: finished and in memory, or still being produced by a cursor, chunk by chunk.

A result that is still being produced (`live`) reads its transaction's snapshot through its own cursor, so nothing is
made before it is asked for: the client's pace is the pace of the query, and no thread is held between two chunks.
Insensitivity: before anything happens on its connection that its rows must not see (a write, a rollback to a savepoint,
a new snapshot), the transaction puts a live result aside: the rest of its rows goes into a spool.
"""

from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Protocol

import trio

from storage.connection import CHUNK_ROWS, Connection
from storage.errors import Interrupted
from storage.spool import Spool
from storage.statement import Row
from storage.worker import Worker

if TYPE_CHECKING:
    import apsw


class Owner(Protocol):
    """The transaction of a live result."""

    @property
    def worker(self) -> Worker:
        """Runs what blocks."""

    def hold(self) -> AbstractContextManager[None]:
        """While the cursor is at work, nobody may take the connection out of its transaction."""

    @property
    def crowded(self) -> bool:
        """Whether a result that waits should give its connection back."""

    def ended(self, rows: "Rows", connection: Connection) -> None:
        """The result needs its connection no more."""


class Rows:
    """A result. columns: how many each row has (0 for a statement without rows). changes: rows changed by a statement
    that writes. schema_token: the schema version the statement saw, see `Transaction.schema_token`."""

    __slots__ = ("_at", "_buffer", "_connection", "_cursor", "_failure", "_moving", "_owner", "_spool", "changes",
                 "columns", "schema_token")

    def __init__(self, columns: int, buffer: list[Row], changes: int = 0, schema_token: int = 0) -> None:
        self.columns = columns
        self.changes = changes
        self.schema_token = schema_token
        self._buffer = buffer
        self._at = 0
        self._spool: Spool | None = None
        self._failure: BaseException | None = None
        self._moving: trio.Event | None = None  # while the rows are being put aside, perhaps for somebody else
        self._owner: Owner | None = None
        self._connection: Connection | None = None
        self._cursor: apsw.Cursor | None = None

    def make_live(self, owner: Owner, connection: Connection, cursor: "apsw.Cursor") -> None:
        """More rows will come from the cursor."""
        self._owner, self._connection, self._cursor = owner, connection, cursor

    def spill(self, spool: Spool | None) -> None:
        """More rows are in the spool."""
        self._spool = spool

    @property
    def connection(self) -> Connection | None:
        """The connection of a live result; None for one that is complete."""
        return self._connection

    @property
    def is_exhausted(self) -> bool:
        """Whether every row has been fetched, as far as is known without producing more."""
        return self._at >= len(self._buffer) and self._cursor is None and self._spool is None and self._failure is None

    def fetch_buffered(self, n: int) -> list[Row] | None:
        """Up to n rows of those that are there already; None if the next ones must be asked for."""
        return self._from_buffer(n) if self._at < len(self._buffer) and self._moving is None else None

    async def fetch(self, n: int) -> list[Row]:
        """Up to n rows, at least one unless there are no more ([]). Cancelling ends the result, not the transaction.

        Raises: what producing the next rows raises; the result is closed then.
        """
        while True:
            if self._moving is not None:
                await self._moving.wait()
            elif self._at < len(self._buffer):
                return self._from_buffer(n)
            elif self._spool is not None:
                self._buffer, self._at = self._spool.take(), 0
                if not self._buffer:
                    self._close_spool()
            elif self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            elif self._cursor is not None:
                await self._produce(max(1, min(n, CHUNK_ROWS)))
            else:
                return []

    def _from_buffer(self, n: int) -> list[Row]:
        if self._at == 0 and n >= len(self._buffer):
            rows, self._buffer = self._buffer, []
            return rows
        rows = self._buffer[self._at : self._at + n]
        self._at += n
        return rows

    async def _produce(self, n: int) -> None:
        owner, connection, cursor = self._owner, self._connection, self._cursor
        assert owner is not None
        assert connection is not None
        assert cursor is not None
        try:
            with owner.hold():
                self._buffer, ended = await owner.worker.read(partial(connection.next_rows, cursor, n), connection)
        except BaseException:
            self._end()
            raise
        self._at = 0
        if ended:
            self._end()

    async def detach(self) -> None:
        """The client may come back for the rest much later: free the connection if connections are scarce."""
        if self._owner is not None and self._owner.crowded:
            await self.materialize()

    async def materialize(self) -> None:
        """Produce the rest now, and hold it without the transaction. An error in it is raised by the fetch that
        reaches it."""
        if self._moving is not None:
            await self._moving.wait()
            return
        owner, connection, cursor = self._owner, self._connection, self._cursor
        if owner is None or connection is None or cursor is None:
            return
        self._moving = trio.Event()
        spool = Spool()
        spool.add(self._buffer[self._at :])
        self._buffer, self._at, self._spool = [], 0, spool
        try:
            with owner.hold():
                await owner.worker.read(partial(connection.drain, cursor, spool), connection)
        except Exception as error:
            self._failure = error
        except BaseException:
            self._failure = Interrupted("the rest of the result was not produced")
            raise
        finally:
            self._end()
            self._moving.set()
            self._moving = None

    async def close(self) -> None:
        """Forget the rows that are left."""
        self.close_now()

    def close_now(self) -> None:
        """`close`, for callers that cannot wait."""
        self._buffer, self._at, self._failure = [], 0, None
        self._close_spool()
        self._end()

    def _close_spool(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _end(self) -> None:
        owner, connection, cursor = self._owner, self._connection, self._cursor
        if owner is None or connection is None or cursor is None:
            return
        self._owner = self._connection = self._cursor = None
        cursor.close(True)
        owner.ended(self, connection)
