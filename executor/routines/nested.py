"""The part of a storage transaction that multi-step statements need, played by the connection a function runs on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any

from executor.context import Context
from storage.rows import Rows
from storage.statement import Isolation, Statement, Value


class NestedTransaction:
    """Runs statements at once, on the connection that calls the function."""

    lost = False
    is_pristine = False
    holds_write_lock = True

    def __init__(self, context: Context, nested: Any) -> None:
        self._context = context
        self._nested = nested

    @property
    def isolation(self) -> Isolation:
        """Of the session's transaction."""
        found: Isolation = self._context.session.block.transaction.isolation
        return found

    def begin_write_nowait(self) -> bool:
        """It is a writer already."""
        return True

    def schema_token(self) -> int:
        """The schema cannot have changed: the outer statement runs."""
        return self._context.catalog.version

    def run_inline_or_none(self, statement: Statement, params: Sequence[Value] = (), *, autocommit: bool = False) -> Rows:
        """All rows of a statement."""
        found = self._nested.run(statement, params)
        return Rows(len(found.rows[0]) if found.rows else 0, found.rows, found.changes, self.schema_token())

    async def run(self, statement: Statement, params: Sequence[Value] = (), *, autocommit: bool = False) -> Rows:
        """All rows of a statement."""
        return self.run_inline_or_none(statement, params)

    def hold(self) -> AbstractContextManager[None]:
        """Nobody can take the connection."""
        return nullcontext()

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[None]:
        """All, or nothing."""
        mark = self._nested.mark()
        try:
            yield
        except BaseException:
            self._nested.undo(mark)
            raise
        self._nested.release(mark)

    def lock_row(self, table: str, rowid: int, mode: Any) -> Any:
        """See storage.rowlocks."""
        return self._context.session.block.transaction.lock_row(table, rowid, mode)

    def lock_all_rows(self, table: str) -> Any:
        """See storage.rowlocks."""
        return self._context.session.block.transaction.lock_all_rows(table)
