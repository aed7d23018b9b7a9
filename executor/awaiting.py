"""Built-in functions that have to wait for something in the event loop: a replication slot that is made, a log that is read.

A function may run in a thread, in the midst of a statement. It raises Awaited; the statement is undone, the session awaits
what the function asked for, and the statement runs again from its beginning (executor.waiting), where the function finds the
result. What was awaited is not undone: so it is with replication slots in PostgreSQL too.
"""

from collections.abc import Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, Any

from storage.errors import EngineError, LockConflict

if TYPE_CHECKING:
    from executor.session import Session

Start = Callable[[], Awaitable[Any]]


class Awaited(LockConflict):
    """A function has something to wait for: `start()`, whose result it will find under `key`."""

    def __init__(self, key: Hashable, start: Start) -> None:
        super().__init__(None)
        self.key = key
        self.start = start


class Awaitings:
    """What the functions of one statement have waited for."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}
        self._calls: dict[Hashable, int] = {}

    def take(self, key: Hashable, start: Start, *, once: bool) -> Any:
        """See `awaited`."""
        if not once:
            number = self._calls[key] = self._calls.get(key, 0) + 1
            key = (key, number)
        if key not in self._found:
            raise Awaited(key, start)
        return self._found[key]

    def begin_run(self) -> None:
        """The statement runs from its beginning."""
        self._calls.clear()

    async def fulfil(self, wanted: Awaited) -> None:
        """Wait for what a function has asked for; the statement runs again after it."""
        self._found[wanted.key] = await wanted.start()
        self.begin_run()


def awaited(session: "Session", key: Hashable, start: Start, *, once: bool = False) -> Any:
    """The result of `start()`, for a function. Raises: Awaited.

    once: calls with the same key have the same result, however often the statement makes them; else its second call waits anew.
    """
    if session.awaitings is None:
        session.awaitings = Awaitings()
    return session.awaitings.take(key, start, once=once)


async def fulfil(session: "Session", wanted: Awaited) -> None:
    """Wait, under the session's limits, for what a function has asked for."""
    from executor.translate import translate  # it knows this module

    if session.awaitings is None:
        session.awaitings = Awaitings()
    try:
        with session.block.timeout():
            await session.awaitings.fulfil(wanted)
    except EngineError as error:
        raise translate(error, session.context.catalog) from None
