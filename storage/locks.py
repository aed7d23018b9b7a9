"""The lock manager: who holds which lock, who waits, and who waits for whom. Source: explicit-locking.html.

A lock is a key and a mode. A key is a tuple whose first item says what is locked; storage makes keys of rows and of
unique values, the executor those of tables and advisory locks. Which modes stand against each other is PostgreSQL's
table, for tables (and advisory locks, which use two of its modes) and for rows.

Invariants
- A lock belongs to a `LockOwner`, that is to a session, and never stands against the same owner's.
- Waiting is first come, first served for each key; whoever holds a lock on a key already does not queue behind others,
  and nobody queues for a row that he can share with its holders.
- Locks of a transaction are given back together at its end, or back to a savepoint; those of a session one by one.
- A circle of waiting is looked for by each waiter once, after `deadlock_s`, as PostgreSQL does; who finds one gives up.

Functions that SQLite calls in a thread may try to take a lock; only the event loop waits.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import IntEnum
from math import inf
from typing import Any, NamedTuple

import trio

from storage.errors import Deadlock, LockTimeout

Key = tuple[Any, ...]
DEADLOCK_S = 1.0


class Mode(IntEnum):
    """What a lock is good for. The first eight are table locks, numbered as in PostgreSQL; the last four row locks."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8
    FOR_KEY_SHARE = 9
    FOR_SHARE = 10
    FOR_NO_KEY_UPDATE = 11
    FOR_UPDATE = 12


_AGAINST = {
    Mode.ACCESS_SHARE: (8,),
    Mode.ROW_SHARE: (7, 8),
    Mode.ROW_EXCLUSIVE: (5, 6, 7, 8),
    Mode.SHARE_UPDATE_EXCLUSIVE: (4, 5, 6, 7, 8),
    Mode.SHARE: (3, 4, 6, 7, 8),
    Mode.SHARE_ROW_EXCLUSIVE: (3, 4, 5, 6, 7, 8),
    Mode.EXCLUSIVE: (2, 3, 4, 5, 6, 7, 8),
    Mode.ACCESS_EXCLUSIVE: (1, 2, 3, 4, 5, 6, 7, 8),
    Mode.FOR_KEY_SHARE: (12,),
    Mode.FOR_SHARE: (11, 12),
    Mode.FOR_NO_KEY_UPDATE: (10, 11, 12),
    Mode.FOR_UPDATE: (9, 10, 11, 12),
}
CONFLICTS: tuple[int, ...] = (0, *(sum(1 << other for other in _AGAINST[mode]) for mode in Mode))
"""For each mode the modes it cannot be held beside, as a set of bits."""
BITS: tuple[int, ...] = tuple(1 << number for number in range(len(CONFLICTS)))


class Request(NamedTuple):
    """A lock somebody wants. session: until it is given back or the session ends, else until the transaction ends."""

    key: Key
    mode: Mode
    session: bool = False


class LockOwner:
    """One session, as the lock manager knows it. label: what others are told of it (its process id).

    taken: the locks of its transaction in the order in which it took them. kept: those of the session, and how often.
    waiting: what it waits for. blocked_by: whom it waits for other than for a lock (the turn to write).
    """

    __slots__ = ("blocked_by", "kept", "label", "taken", "waiting")

    def __init__(self, label: Any = None) -> None:
        self.label = label
        self.taken: list[Request] = []
        self.kept: Counter[Request] = Counter()
        self.waiting: Waiter | None = None
        self.blocked_by: Callable[[], Iterable[LockOwner]] | None = None


class Waiter:
    """One request in the queue of its key."""

    __slots__ = ("granted", "loop", "owner", "request")

    def __init__(self, owner: LockOwner, request: Request) -> None:
        self.owner = owner
        self.request = request
        self.granted = trio.Event()
        self.loop = trio.lowlevel.current_trio_token()


class LockManager:
    """The locks of one database. See the module. label: what the database is called where a deadlock is told."""

    def __init__(self) -> None:
        self.label: Any = None
        self._held: dict[Key, dict[LockOwner, int]] = {}
        self._queues: dict[Key, list[Waiter]] = {}
        self._guard = threading.RLock()
        self.deadlocks = 0  # found so far

    # --- taking ---------------------------------------------------------------------------------------------------

    def take(self, owner: LockOwner, request: Request) -> bool:
        """Take a lock if nobody is in the way; whether it was. About 0.6 us."""
        key, mode, session = request
        bit = BITS[mode]
        with self._guard:
            holders = self._held.get(key)
            if holders is None:
                self._held[key] = {owner: bit}
            else:
                mine = holders.get(owner, 0)
                if mine & bit and not session and (key[0] != ADVISORY or request in owner.taken):
                    return True  # an advisory lock of the session is not the transaction's as well
                # As in PostgreSQL a row that can be had is had: sharers do not queue behind who waits to have it alone.
                ahead = () if key[0] == ROW else self._queues.get(key, ())
                if not self._is_free(owner, request, holders, ahead):
                    return False
                holders[owner] = mine | bit
            self._note(owner, request)
            return True

    def _note(self, owner: LockOwner, request: Request) -> None:
        if request.session:
            owner.kept[request] += 1
        else:
            owner.taken.append(request)

    def _is_free(self, owner: LockOwner, request: Request, holders: dict[LockOwner, int], ahead: Iterable[Waiter]) -> bool:
        against = CONFLICTS[request.mode]
        for other, mask in holders.items():
            if mask & against and other is not owner:
                return False
        if owner in holders:
            return True
        return not any(BITS[w.request.mode] & against and w.owner is not owner for w in ahead)

    async def acquire(self, owner: LockOwner, request: Request, *, timeout_s: float = inf,
                      deadlock_s: float = DEADLOCK_S) -> None:
        """Take a lock, when it is free. Cancellable. Raises: LockTimeout, Deadlock."""
        if self.take(owner, request):
            return
        waiter = Waiter(owner, request)
        with self._guard:
            self._queues.setdefault(request.key, []).append(waiter)
        owner.waiting = waiter
        try:
            self._refuse_upgrade(owner, request)
            with trio.move_on_after(timeout_s) as limit:
                with trio.move_on_after(deadlock_s):
                    await waiter.granted.wait()
                if not waiter.granted.is_set():
                    self._resolve(waiter)
                await waiter.granted.wait()
            if limit.cancelled_caught and not waiter.granted.is_set():
                raise LockTimeout("a lock was not free in time")
        except BaseException:
            self._leave(waiter)
            raise
        finally:
            owner.waiting = None

    def _refuse_upgrade(self, owner: LockOwner, request: Request) -> None:
        """Raises: Deadlock, without waiting for it, if somebody in the queue waits for what this session holds of the same key,
        and this one would wait for what the other holds. PostgreSQL finds that at once for tables, not for rows."""
        key, mode, _ = request
        holders = self._held.get(key, {})
        mine = holders.get(owner, 0)
        if not mine or mode > Mode.ACCESS_EXCLUSIVE:
            return
        for waiter in self._queues.get(key, ()):
            other = waiter.owner
            if CONFLICTS[waiter.request.mode] & mine and CONFLICTS[mode] & holders.get(other, 0) and other is not owner:
                raise Deadlock([owner, other], self.label)

    def _leave(self, waiter: Waiter) -> None:
        key = waiter.request.key
        with self._guard:
            queue = self._queues.get(key, [])
            if waiter in queue:
                queue.remove(waiter)
                self._grant(key)
            else:  # granted meanwhile
                self.release(waiter.owner, waiter.request)

    # --- giving back ----------------------------------------------------------------------------------------------

    def release(self, owner: LockOwner, request: Request) -> bool:
        """Give one lock back once; False if it is not held."""
        with self._guard:
            if request.session:
                if not owner.kept[request]:
                    del owner.kept[request]
                    return False
                owner.kept[request] -= 1
                if owner.kept[request]:
                    return True
                del owner.kept[request]
            else:
                if request not in owner.taken:
                    return False
                owner.taken.remove(request)
            self._drop(owner, request)
            return True

    def release_since(self, owner: LockOwner, mark: int = 0) -> None:
        """Give back what the transaction has taken after its first `mark` locks (len(owner.taken) at a savepoint)."""
        if len(owner.taken) <= mark:
            return
        with self._guard:
            gone = owner.taken[mark:]
            del owner.taken[mark:]
            for request in gone:
                self._drop(owner, request)

    def release_session(self, owner: LockOwner) -> None:
        """Give back the locks that the session keeps."""
        with self._guard:
            kept = list(owner.kept)
            owner.kept.clear()
            for request in kept:
                self._drop(owner, request)

    def _drop(self, owner: LockOwner, request: Request) -> None:
        """One reason to hold a mode is gone; if it was the last, others may have it."""
        key, mode, session = request
        twin = Request(key, mode, not session)
        if owner.kept[twin] if twin.session else self._is_taken(owner, twin):
            return
        holders = self._held.get(key)
        if holders is None or owner not in holders:
            return
        left = holders[owner] & ~BITS[mode]
        if left:
            holders[owner] = left
        else:
            del holders[owner]
            if not holders:
                del self._held[key]
        if key in self._queues:
            self._grant(key)

    @staticmethod
    def _is_taken(owner: LockOwner, request: Request) -> bool:
        return request.key[0] == ADVISORY and request in owner.taken  # only advisory locks have both lives

    def _grant(self, key: Key) -> None:
        """Let those in the queue have the lock for whom it is free now."""
        queue = self._queues.get(key, [])
        left: list[Waiter] = []
        for waiter in queue:
            holders = self._held.setdefault(key, {})
            if self._is_free(waiter.owner, waiter.request, holders, left):
                holders[waiter.owner] = holders.get(waiter.owner, 0) | BITS[waiter.request.mode]
                self._note(waiter.owner, waiter.request)
                self._wake(waiter)
            else:
                left.append(waiter)
        if not self._held.get(key, True):
            del self._held[key]
        if left:
            self._queues[key] = left
        else:
            self._queues.pop(key, None)

    @staticmethod
    def _wake(waiter: Waiter) -> None:
        if trio.lowlevel.in_trio_run():
            waiter.granted.set()
        else:
            with suppress(trio.RunFinishedError):
                waiter.loop.run_sync_soon(waiter.granted.set)

    # --- who waits for whom ---------------------------------------------------------------------------------------

    def blockers(self, owner: LockOwner, *, queued: bool = True) -> Iterator[LockOwner]:
        """Whom a session waits for: holders, and with `queued` those before it in the queue."""
        waiter = owner.waiting
        if waiter is not None:
            key, mode, _ = waiter.request
            against = CONFLICTS[mode]
            yield from [o for o, mask in self._held.get(key, {}).items() if o is not owner and mask & against]
            if queued and owner not in self._held.get(key, {}):
                for ahead in list(self._queues.get(key, ())):
                    if ahead is waiter:
                        break
                    if BITS[ahead.request.mode] & against and ahead.owner is not owner:
                        yield ahead.owner
        if owner.blocked_by is not None:
            yield from owner.blocked_by()

    def refuse_deadlock(self, owner: LockOwner) -> None:
        """Raises: Deadlock if whom this session waits for waits, in the end, for this session."""
        if circle := self._circle(owner):
            self.deadlocks += 1
            raise Deadlock(circle, self.label)

    def _resolve(self, waiter: Waiter) -> None:
        """A waiter has waited for long: give up in a deadlock, unless it is solved by letting somebody go ahead of others."""
        with self._guard:
            owner = waiter.owner
            moved: set[Waiter] = set()
            while not waiter.granted.is_set() and (circle := self._circle(owner)):
                ahead = None if self._circle(owner, queued=False) else self._could_go_ahead(circle, moved)
                if ahead is None:
                    self.deadlocks += 1
                    raise Deadlock(circle, self.label)
                moved.add(ahead)
                queue = self._queues[ahead.request.key]
                queue.remove(ahead)
                queue.insert(0, ahead)
                self._grant(ahead.request.key)

    def _could_go_ahead(self, circle: list[LockOwner], moved: set[Waiter]) -> Waiter | None:
        """One of a circle who waits only for somebody before it in a queue, and has not been moved yet."""
        for owner, other in zip(circle, [*circle[1:], circle[0]], strict=True):
            waiter = owner.waiting
            if waiter is not None and waiter not in moved and other not in set(self.blockers(owner, queued=False)):
                return waiter
        return None

    def _circle(self, owner: LockOwner, *, queued: bool = True) -> list[LockOwner]:
        """The sessions of a circle of waiting that `owner` is in; [] if there is none. queued: also of those who wait only
        for others before them in a queue."""
        came_from: dict[LockOwner, LockOwner] = {}
        followed: dict[tuple[Key, Mode], int] = {}  # how far into a queue those of a mode have been followed already
        places: dict[Key, dict[Waiter, int]] = {}
        stack = [owner]
        while stack:
            current = stack.pop()
            waiter = current.waiting
            behind = queued
            if behind and waiter is not None:
                key, mode, _ = waiter.request
                if key not in places:
                    places[key] = {each: i for i, each in enumerate(self._queues.get(key, ()))}
                place = places[key].get(waiter, 0)
                behind = place > followed.get((key, mode), -1)
                followed[key, mode] = max(place, followed.get((key, mode), -1))
            for other in self.blockers(current, queued=behind):
                if other is owner:
                    path = [current]
                    while path[-1] is not owner:
                        path.append(came_from[path[-1]])
                    return path[::-1]
                if other not in came_from:
                    came_from[other] = current
                    stack.append(other)
        return []

    # --- what is shown --------------------------------------------------------------------------------------------

    def rows(self) -> list[tuple[LockOwner, Key, Mode, bool]]:
        """(owner, key, mode, granted) of all that is held and waited for, for pg_locks."""
        with self._guard:
            held = [(owner, key, mode, True) for key, holders in self._held.items()
                    for owner, mask in holders.items() for mode in Mode if mask & BITS[mode]]
            wanted = [(w.owner, w.request.key, w.request.mode, False) for queue in self._queues.values() for w in queue]
            return held + wanted

    def is_free(self, owner: LockOwner, request: Request) -> bool:
        """Whether `take` would take a lock. 0.15 us if nobody holds one on the key."""
        holders = self._held.get(request.key)
        return holders is None or self._is_free(owner, request, holders, self._queues.get(request.key, ()))

    def is_held(self, key: Key, *, against: Mode, owner: LockOwner | None = None) -> bool:
        """Whether somebody else holds a lock that a mode cannot be had beside."""
        return any(mask & CONFLICTS[against] and other is not owner for other, mask in self._held.get(key, {}).items())


ADVISORY = "advisory"
"""The first item of the keys of advisory locks."""
ROW = "row"
"""The first item of the keys of rows."""
