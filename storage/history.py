"""What was committed lately: kept as long as a transaction with a snapshot may want to write on top of it.

A REPEATABLE READ transaction that writes works on its snapshot, made again from the newest state by undoing what others
have committed since, and compares its own changes with theirs. A commit whose changes are not known (DDL, a very large
one, another program's) leaves a gap: nobody can go back beyond it.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from storage.changes import Change
from storage.locks import Key

CHANGES_MAX = 100_000
"""Changes kept in all. A snapshot older than what is kept can no longer write."""


class Commit:
    """One committed transaction. number: its place. changes: None for a gap. keys: the rows and unique values it changed.
    gone: the rows among them that were deleted or got other unique values. shared: rows that it relies on (foreign keys).
    tables: those it changed. touched: the rows it changed with all unique values that they had before and after. out: the number
    of the first commit that changed what it had read, of a SERIALIZABLE transaction; None if there is none."""

    __slots__ = ("changes", "gone", "keys", "number", "out", "shared", "tables", "touched")

    def __init__(self, number: int, changes: list[Change] | None, keys: Iterable[Key] = (), gone: Iterable[Key] = (),
                 shared: Iterable[Key] = (), touched: Iterable[Key] = (), out: int | None = None) -> None:
        self.number = number
        self.changes = changes
        self.keys = frozenset(keys)
        self.gone = frozenset(gone)
        self.shared = frozenset(shared)
        self.touched = frozenset(touched)
        self.out = out
        self.tables = frozenset(change.table for change in changes or ())


class History:
    """The commits of one database, newest last. `number` counts them all."""

    def __init__(self) -> None:
        self.number = 0
        self._commits: deque[Commit] = deque()
        self._open: dict[int, int] = {}  # snapshot -> how many transactions have it
        self._size = 0

    @property
    def is_wanted(self) -> bool:
        """Whether any snapshot is open."""
        return bool(self._open)

    def open(self) -> int:
        """A snapshot of the newest state begins; its number."""
        self._open[self.number] = self._open.get(self.number, 0) + 1
        return self.number

    def hold(self, snapshot: int) -> int:
        """Another has a snapshot that is open, or is of the newest state; its number."""
        self._open[snapshot] = self._open.get(snapshot, 0) + 1
        return snapshot

    def close(self, snapshot: int) -> None:
        """A snapshot has ended."""
        self._open[snapshot] -= 1
        if self._open[snapshot]:
            return
        del self._open[snapshot]
        oldest = min(self._open, default=self.number)
        while self._commits and self._commits[0].number <= oldest:
            self._size -= len(self._commits.popleft().changes or ())

    def add(self, changes: list[Change] | None, keys: Iterable[Key] = (), gone: Iterable[Key] = (),
            shared: Iterable[Key] = (), touched: Iterable[Key] = (), out: int | None = None) -> None:
        """A transaction has been committed."""
        self.number += 1
        if not self._open:
            return
        if changes is not None and self._size + len(changes) > CHANGES_MAX:
            changes = None
        self._commits.append(Commit(self.number, changes, keys, gone, shared, touched, out))
        self._size += len(changes or ())

    def since(self, snapshot: int) -> list[Commit] | None:
        """What was committed after a snapshot, oldest first; None if some of it is not known."""
        found = [commit for commit in self._commits if commit.number > snapshot]
        return None if any(commit.changes is None for commit in found) else found

    def has_since(self, snapshot: int) -> bool:
        """Whether anything was committed after a snapshot."""
        return self.number != snapshot

    def changed_since(self, snapshot: int) -> Iterator[Commit]:
        """The commits after a snapshot, with gaps."""
        return (commit for commit in list(self._commits) if commit.number > snapshot)  # in one step: in a thread
