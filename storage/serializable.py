"""SERIALIZABLE: what its transactions have read, and when one of them may no longer be committed.

The transactions run on snapshots. Where one reads what another, which runs at the same time, writes, it has to come before
that one in any serial order (a *conflict*, reader -> writer). A set of transactions on snapshots is serial in some order
unless there are conflicts `reader -> pivot -> writer` (the reader may be the writer) of which the writer commits first; and if
the reader writes nothing, the writer must even have committed before the reader's snapshot was taken. (Fekete et al.,
"Making Snapshot Isolation Serializable", 2005; Ports and Grittner, "Serializable Snapshot Isolation in PostgreSQL", 2012.)

So a transaction may commit although what it has read was changed since, as long as nobody has read what it writes. That
is looked for where such a triple can become complete:
- the pivot writes, or commits: the writer is a commit after its snapshot, the reader is anybody with reads of his own that
  met it (`Readers`), whether still open, or committed after the writer;
- somebody reads: pivots that have committed since his snapshot carry the number of their writer (`Commit.out`).

A read is a table's name, with "" for all of them, or the key of a row or unique value; those of plans are tables that they
look at (plans.py). More than was really read only makes more failures.
"""

from collections.abc import Iterable
from math import inf

from storage.history import Commit

Read = str | tuple[object, ...]
EVERYTHING = ""


class Reader:
    """One SERIALIZABLE transaction. snapshot: its number in the history; ended: how many commits there were at its end, its own
    among them; None while it is open. read_only: it was said of it from the start that it writes nothing."""

    __slots__ = ("ended", "read_only", "reads", "snapshot")

    def __init__(self, snapshot: int) -> None:
        self.snapshot = snapshot
        self.reads: set[Read] = set()
        self.ended: int | None = None
        self.read_only = False

    def completes(self, pivot: Commit, out: int) -> bool:
        """Whether it is the reader of a pivot with a conflict out to the commit of this number."""
        latest = self.snapshot if self.read_only else inf if self.ended is None else self.ended
        return out <= latest and meets(pivot, self.reads)


class Readers:
    """The SERIALIZABLE transactions that are open, and those that were committed while one of these was open already.

    pending: pivots that are being committed. Their place is taken before readers are looked at, and readers note what they
    read before they look at pivots, so that of two who do both at a time one sees the other.
    """

    def __init__(self) -> None:
        self.pending: set[Commit] = set()
        self._open: set[Reader] = set()
        self._ended: list[Reader] = []

    def begin(self, snapshot: int) -> Reader:
        """A transaction has taken its snapshot."""
        reader = Reader(snapshot)
        self._open.add(reader)
        return reader

    def committed(self, reader: Reader, number: int, *, read_only: bool) -> None:
        """It has been committed when there were so many commits."""
        reader.ended, reader.read_only = number, read_only
        self._open.discard(reader)
        if reader.reads:
            self._ended.append(reader)
        self._prune()

    def undone(self, reader: Reader) -> None:
        """It is over, without effects, or has been told as committed already."""
        if reader in self._open:
            self._open.discard(reader)
            self._prune()

    def _prune(self) -> None:
        oldest = min((reader.snapshot for reader in self._open), default=inf)
        self._ended = [reader for reader in self._ended if reader.ended is not None and reader.ended > oldest]

    def others(self, reader: Reader) -> list[Reader]:
        """All but one."""
        return [other for other in (*self._open, *self._ended) if other is not reader]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return not (self._open or self._ended or self.pending)


def meets(commit: Commit, reads: Iterable[Read]) -> bool:
    """Whether a transaction has changed what somebody has read."""
    if commit.changes is None:
        return True  # nobody knows
    return any(read in commit.tables if isinstance(read, str) and read else read == EVERYTHING or read in commit.touched
               for read in list(reads))
