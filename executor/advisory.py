"""One session's advisory locks: pg_advisory_lock and its kin. Source: functions-admin.html, explicit-locking.html.

The functions may run in a thread. Where one would have to wait it raises LockConflict; the session then waits in the event
loop (executor.waiting) and runs the statement again from its beginning, which finds the lock that was granted. What that
statement had taken before is given back first.
"""

from executor.errors import SqlError
from storage.errors import LockConflict
from storage.locks import ADVISORY, Key, LockManager, LockOwner, Mode, Request

NAMES = {Mode.SHARE: "ShareLock", Mode.EXCLUSIVE: "ExclusiveLock"}


def advisory_key(*numbers: int) -> Key:
    """The key for a bigint or for two integers: its halves as pg_locks shows them, and 1 or 2 for which it was."""
    if len(numbers) == 2:
        return (ADVISORY, numbers[0] & 0xFFFFFFFF, numbers[1] & 0xFFFFFFFF, 2)
    return (ADVISORY, numbers[0] >> 32 & 0xFFFFFFFF, numbers[0] & 0xFFFFFFFF, 1)


class AdvisoryLocks:
    """See the module. notices: where the session keeps them."""

    def __init__(self, locks: LockManager, owner: LockOwner, notices: list[SqlError]) -> None:
        self._locks = locks
        self._owner = owner
        self._notices = notices
        self._taken: list[Request] = []  # by the statement that runs now
        self._granted: Request | None = None  # after a wait, to be found by the statement's next run

    # --- what the functions call ----------------------------------------------------------------------------------

    def take(self, request: Request, *, wait: bool) -> bool:
        """Take a lock; False if it is not free. Raises: LockConflict instead, if `wait`."""
        if self._granted == request:
            self._granted = None
        else:
            before = len(self._owner.taken)
            if not self._locks.take(self._owner, request):
                if wait:
                    raise LockConflict(request)
                return False
            if not request.session and len(self._owner.taken) == before:
                return True  # it had it already
        self._taken.append(request)
        return True

    def release(self, key: Key, mode: Mode) -> bool:
        """Give a session's lock back once; False, with a warning, if it does not hold it."""
        found = self._locks.release(self._owner, Request(key, mode, session=True))
        if not found:
            self._notices.append(SqlError(f"you don't own a lock of type {NAMES[mode]}", severity="WARNING"))
        return found

    def release_all(self) -> None:
        """Give back what is held for the session."""
        if self._owner.kept:
            self._locks.release_session(self._owner)

    # --- what the session calls -----------------------------------------------------------------------------------

    def begin_statement(self) -> None:
        """A statement begins to run for the first time."""
        if self._taken or self._granted:
            self._taken.clear()
            self._granted = None

    def give_back(self) -> None:
        """The statement will run again: what it has taken is not its any more."""
        if self._granted is not None:
            self._taken.append(self._granted)
            self._granted = None
        for request in self._taken:
            self._locks.release(self._owner, request)
        self._taken.clear()

    def granted(self, request: Request) -> None:
        """A lock was waited for, and is held."""
        self._granted = request
