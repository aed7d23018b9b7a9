"""Advisory locks of one database: pg_advisory_lock and its kin. Source: functions-admin.html, explicit-locking.html.

A function that would have to wait raises MustWait, so that no thread stands still; the session then waits in the event
loop, holds the lock when its turn has come, and runs the statement again from its beginning, which finds the lock taken
for it. What that statement had taken before is given back first.

Whoever waits looks for a deadlock: sessions wait for holders of advisory locks, and for the one that holds the write
lock. Only one session can hold that, so every circle has somebody in it who waits here.
"""

import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import trio

from executor.errors import SqlError
from executor.sqlstates import FeatureNotSupported, LockNotAvailable, TRDeadlockDetected
from executor.translate import translate
from storage.errors import EngineError, LockConflict

if TYPE_CHECKING:
    from executor.session import Session
    from storage.transaction import Transaction

T = TypeVar("T")
DEADLOCK_TIMEOUT_S = 1.0


class Key(NamedTuple):
    """What is locked, as pg_locks shows it. sub: 1 for a bigint, 2 for two integers."""

    high: int
    low: int
    sub: int


class Wanted(NamedTuple):
    """One request. transaction: until the transaction ends, else until the session does or gives it back."""

    key: Key
    shared: bool
    transaction: bool


class MustWait(FeatureNotSupported):
    """The lock is not free. Reaches a client only from where the statement cannot be run again."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__("waiting for an advisory lock in the midst of a result is not supported by pgquill")
        self.wanted = wanted


class Waiter:
    """A session in the queue."""

    def __init__(self, owner: "Session", wanted: Wanted) -> None:
        self.owner = owner
        self.wanted = wanted
        self.granted = trio.Event()
        self.loop = trio.lowlevel.current_trio_token()


class AdvisoryLocks:
    """See the module. Functions may come from any thread; waiting is the event loop's."""

    def __init__(self) -> None:
        self._held: dict[Key, list[tuple[Session, Wanted]]] = {}
        self._queue: list[Waiter] = []
        self._taken: dict[Session, list[Wanted]] = {}  # by the statement that runs now
        self._ready: dict[Session, Wanted] = {}  # granted after a wait, to be found by the statement's second run
        self._guard = threading.Lock()

    # --- what the functions call ----------------------------------------------------------------------------------

    def take(self, owner: "Session", wanted: Wanted, *, wait: bool) -> bool:
        """Take a lock; False if it is not free. Raises: MustWait instead, if `wait`."""
        with self._guard:
            if self._ready.get(owner) == wanted:
                del self._ready[owner]
            elif self._is_free(owner, wanted, self._queue):
                self._held.setdefault(wanted.key, []).append((owner, wanted))
            elif wait:
                raise MustWait(wanted)
            else:
                return False
            self._taken.setdefault(owner, []).append(wanted)
            return True

    def release(self, owner: "Session", key: Key, *, shared: bool) -> bool:
        """Give a session's lock back once; False (with a warning) if it does not hold it."""
        with self._guard:
            found = self._drop(owner, Wanted(key, shared, False))
            self._grant()
        if not found:
            mode = "ShareLock" if shared else "ExclusiveLock"
            owner.notices.append(SqlError(f"you don't own a lock of type {mode}", severity="WARNING"))
        return found

    def release_all(self, owner: "Session", *, transaction: bool) -> None:
        """Give everything back that is held until the end of the transaction, or for the session."""
        if not self._held:
            return
        with self._guard:
            for key, holders in list(self._held.items()):
                self._keep(key, [h for h in holders if h[0] is not owner or h[1].transaction is not transaction])
            self._grant()

    def of_transaction(self, owner: "Session") -> Counter[Wanted]:
        """What is held until the end of the transaction, and how often."""
        with self._guard:
            return Counter(w for holders in self._held.values() for h, w in holders if h is owner and w.transaction)

    def release_since(self, owner: "Session", before: Counter[Wanted]) -> None:
        """Back to a savepoint: give back what `of_transaction` has more than it had then."""
        more = self.of_transaction(owner) - before
        with self._guard:
            for wanted in more.elements():
                self._drop(owner, wanted)
            self._grant()

    # --- what the session calls -----------------------------------------------------------------------------------

    def begin_statement(self, owner: "Session") -> None:
        """A statement begins to run for the first time."""
        if self._taken or self._ready:
            self._taken.pop(owner, None)
            self._ready.pop(owner, None)

    async def wait(self, owner: "Session", wanted: Wanted, timeout_s: float | None) -> None:
        """Wait for a lock and hold it. Raises: 55P03 after `timeout_s`, 40P01. Cancellable."""
        waiter = Waiter(owner, wanted)
        with self._guard:
            for taken in self._taken.pop(owner, []):
                self._drop(owner, taken)
            self._queue.append(waiter)
            self._grant()
        try:
            with trio.fail_after(inf if timeout_s is None else timeout_s):
                while not waiter.granted.is_set():
                    with trio.move_on_after(DEADLOCK_TIMEOUT_S):
                        await waiter.granted.wait()
                        break
                    self._refuse_deadlock(owner)
        except BaseException as error:
            with self._guard:
                if waiter in self._queue:
                    self._queue.remove(waiter)
                else:
                    self._drop(owner, wanted)
                self._grant()
            if isinstance(error, trio.TooSlowError):
                raise LockNotAvailable("canceling statement due to lock timeout") from None
            raise
        self._ready[owner] = wanted

    def waits(self, owner: "Session") -> bool:
        """Whether a session waits here."""
        return any(waiter.owner is owner for waiter in self._queue)

    def rows(self) -> Iterator[tuple["Session", Wanted, bool]]:
        """(session, lock, granted) of all that is held and waited for."""
        with self._guard:
            held = [(owner, wanted, True) for holders in self._held.values() for owner, wanted in holders]
            yield from dict.fromkeys(held + [(w.owner, w.wanted, False) for w in self._queue])

    # --- inside ---------------------------------------------------------------------------------------------------

    def _is_free(self, owner: "Session", wanted: Wanted, ahead: Iterable[Waiter]) -> bool:
        holders = self._held.get(wanted.key, ())
        if any(h is not owner and not (wanted.shared and w.shared) for h, w in holders):
            return False
        if any(h is owner for h, _ in holders):
            return True  # whoever holds it already need not queue
        return not any(w.wanted.key == wanted.key and w.owner is not owner and not (wanted.shared and w.wanted.shared)
                       for w in ahead)

    def _drop(self, owner: "Session", wanted: Wanted) -> bool:
        holders = self._held.get(wanted.key, [])
        with suppress(ValueError):
            holders.remove((owner, wanted))
            self._keep(wanted.key, holders)
            return True
        return False

    def _keep(self, key: Key, holders: list[tuple["Session", Wanted]]) -> None:
        if holders:
            self._held[key] = holders
        else:
            self._held.pop(key, None)

    def _grant(self) -> None:
        waiting: list[Waiter] = []
        for waiter in self._queue:
            if self._is_free(waiter.owner, waiter.wanted, waiting):
                self._held.setdefault(waiter.wanted.key, []).append((waiter.owner, waiter.wanted))
                with suppress(trio.RunFinishedError):
                    waiter.loop.run_sync_soon(waiter.granted.set)
            else:
                waiting.append(waiter)
        self._queue = waiting

    def _refuse_deadlock(self, owner: "Session") -> None:
        """40P01 if whom this session waits for waits, in the end, for this session."""
        seen: set[Session] = set()
        stack = list(self._blockers(owner))
        while stack:
            current = stack.pop()
            if current is owner:
                raise TRDeadlockDetected("deadlock detected")
            if current not in seen:
                seen.add(current)
                stack += self._blockers(current)

    def _blockers(self, owner: "Session") -> Iterator["Session"]:
        for waiter in self._queue:
            if waiter.owner is owner:
                wanted = waiter.wanted
                yield from (h for h, w in self._held.get(wanted.key, ())
                            if h is not owner and not (w.shared and wanted.shared))
        transaction = owner.block.transaction
        if transaction is not None and transaction.waits_for_lock:
            yield from (s for s in owner.database.sessions if s is not owner and s.block.transaction is not None
                        and s.block.transaction.holds_write_lock)


async def run_waiting(session: "Session", transaction: "Transaction", run: Callable[[], Awaitable[T]]) -> T:
    """Run a session's statement; again after each lock that it had to wait for."""
    locks = session.database.advisory
    locks.begin_statement(session)
    while True:
        try:
            return await run()
        except LockConflict as conflict:
            try:
                with session.block.timeout():
                    await transaction.wait_for(conflict.request)
            except EngineError as error:
                raise translate(error, session.context.catalog) from None
        except MustWait as wait:
            if transaction.lost:
                raise
            timeout = session.settings.typed("lock_timeout")
            with session.block.timeout():
                await locks.wait(session, wait.wanted, int(timeout) / 1000 if timeout else None)
