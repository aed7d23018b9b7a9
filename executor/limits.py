"""The time limits of a session: how long a statement, a transaction and an idle client may take.

    statement_timeout                     from the statement's begin, whatever it waits for in between: 57014
    transaction_timeout                   from the transaction's begin: FATAL 25P04
    idle_in_transaction_session_timeout   from ReadyForQuery to the next message, in a block: FATAL 25P03
    idle_session_timeout                  the same outside a block: FATAL 57P05

The clock of a statement or transaction starts when a limit is first asked for in it, so that a limit set in the middle of a
transaction counts from there, as in PostgreSQL. 0 means no limit.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import trio

from executor import sqlstates as states
from executor.errors import SqlError

if TYPE_CHECKING:
    from executor.block import Block
    from executor.settings.session import Settings

_SETTINGS = ("statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout")
_UNLIMITED: AbstractContextManager[None] = nullcontext()


class Seconds(NamedTuple):
    """What the settings allow, in seconds; 0 is no limit."""

    statement: float
    transaction: float
    idle_in_transaction: float
    idle: float

    @classmethod
    def of(cls, settings: "Settings") -> "Seconds":
        """Read from the settings."""
        return cls(*(float(settings.typed(name)) / 1000 for name in _SETTINGS))


class Limits:
    """The limits of one session, and the clocks of its current statement and transaction."""

    def __init__(self, block: "Block") -> None:
        self._block = block
        self._seconds = Seconds.of(block.session.settings)
        self._seconds_of = block.session.settings.revision
        self._statement_ends: float | None = None
        self._transaction_ends: float | None = None
        self._scope: trio.CancelScope | None = None  # of the innermost wait

    def untie(self) -> None:
        """Forget the session, which is over."""
        self._block = None  # type: ignore[assignment]

    def begin_statement(self) -> None:
        """A statement begins, or goes on after its client has asked for more rows."""
        self._statement_ends = None

    def end_statement(self) -> None:
        """The statements before Sync are over: the commit that follows is not measured, as in PostgreSQL."""
        self._statement_ends = inf

    def end_transaction(self) -> None:
        """The transaction is over."""
        self._transaction_ends = None

    def _now(self) -> "Seconds":
        """The limits as they are set now."""
        settings = self._block.session.settings
        if self._seconds_of != settings.revision:
            self._seconds, self._seconds_of = Seconds.of(settings), settings.revision
            if not self._seconds.statement:
                self._statement_ends = None
            if not self._seconds.transaction:
                self._transaction_ends = None
        return self._seconds

    def around_a_wait(self) -> AbstractContextManager[None]:
        """While a statement works or waits for a lock. Raises: 57014, 25P04 (FATAL)."""
        seconds = self._now()
        return self._limited(seconds) if seconds.statement or seconds.transaction else _UNLIMITED

    @contextmanager
    def _limited(self, seconds: "Seconds") -> Iterator[None]:
        ends = []
        if seconds.statement:
            self._statement_ends = _deadline(seconds.statement, self._statement_ends)
            ends.append(self._statement_ends)
        if seconds.transaction:
            self._transaction_ends = _deadline(seconds.transaction, self._transaction_ends)
            ends.append(self._transaction_ends)
        deadline = min(ends)
        with trio.CancelScope(deadline=deadline) as scope:
            before, self._scope = self._scope, scope
            try:
                yield
            finally:
                self._scope = before
        if scope.cancelled_caught:
            raise _transaction_timeout() if deadline == self._transaction_ends else states.QueryCanceled(
                "canceling statement due to statement timeout")

    def take_deadline(self) -> float:
        """When a limit would end what is being done now, which from here on it does not any more; -inf if it has done so, which
        shows at the next checkpoint."""
        scope = self._scope
        if scope is None:
            return inf
        if scope.cancel_called:
            return -inf
        found, scope.deadline = scope.deadline, inf
        return found

    def of_a_wait(self, *, ready: bool, since: float) -> tuple[float, SqlError] | None:
        """How long the client may be waited for now, in seconds, and what is said then; None: for ever.

        ready: the client has been told ReadyForQuery; a pause in the middle of a pipeline is not idleness. since: when
        the wait for its next message began; pieces of a message do not begin it anew.
        """
        limits = self._now()
        if not (limits.transaction or limits.idle_in_transaction or limits.idle):
            return None
        block = self._block
        found: tuple[float, SqlError] | None = None
        if limits.transaction and (block.explicit or block.transaction is not None):
            self._transaction_ends = _deadline(limits.transaction, self._transaction_ends)
            found = max(0.0, self._transaction_ends - trio.current_time()), _transaction_timeout()
        limit = limits.idle_in_transaction if block.explicit else limits.idle
        if ready and limit:
            seconds = max(0.0, since + limit - trio.current_time())
            if found is None or seconds < found[0]:
                found = seconds, _IDLE[block.explicit]()
        return found


def _deadline(seconds: float, before: float | None) -> float:
    """When a limit is reached, if its clock was to end at `before`, or starts now."""
    return trio.current_time() + seconds if before is None else before


def _transaction_timeout() -> SqlError:
    return states.TransactionTimeout("terminating connection due to transaction timeout", severity="FATAL")


_IDLE: dict[bool, Callable[[], SqlError]] = {
    True: lambda: states.IdleInTransactionSessionTimeout("terminating connection due to idle-in-transaction timeout",
                                                         severity="FATAL"),
    False: lambda: states.IdleSessionTimeout("terminating connection due to idle-session timeout", severity="FATAL"),
}
"""By whether there is a block."""
