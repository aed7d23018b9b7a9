"""Triggers of a table that COPY FROM fills: those of the statement fire once, and AFTER triggers when all rows are there."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from executor.lower.firing import lower_copied_row
from executor.triggers.calls import Call, Moved, chosen_statement
from executor.triggers.commands import run_level
from executor.triggers.firing import Firing
from executor.triggers.state import Level, state_of
from executor.waiting import run_waiting

if TYPE_CHECKING:
    from executor.session import Session

__all__ = ["CopyFiring", "lower_copied_row"]


class CopyFiring:
    """One COPY FROM."""

    def __init__(self, session: "Session", firing: Firing) -> None:
        self._session = session
        self._firing = firing
        self._level = Level()

    async def begin(self) -> None:
        """Before the first row."""
        await self._statement("BEFORE")

    async def count(self, insert: Callable[[], Awaitable[int]]) -> int:
        """Insert rows; how many there are now more."""
        state = state_of(self._session.context)
        kept, state.level = state.level, self._level
        before = self._level.count
        queued = len(self._level.queue)
        try:
            await insert()
        except BaseException:
            del self._level.queue[queued:]
            raise
        finally:
            state.level = kept
        return self._level.count - before

    async def finish(self) -> None:
        """After the last row."""
        level = self._level
        if level.queue:
            await run_waiting(self._session, lambda: run_level(self._session, Level(list(level.queue))))
        await self._statement("AFTER")

    async def _statement(self, timing: str) -> None:
        session, firing = self._session, self._firing
        moved = self._level.moved.setdefault("INSERT", Moved())
        calls = [Call(firing, trigger, "INSERT", moved=moved)
                 for trigger in chosen_statement(session.context, firing, timing, "INSERT")]
        if calls:
            await run_waiting(session, lambda: run_level(session, Level(list(calls))))
