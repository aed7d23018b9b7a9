"""Locks on rows and unique values: what a statement that has changed rows must hold, and what it may not overtake.

A statement runs first and is settled afterwards, before anybody can see what it did: each row it changed is locked, and
so are the unique values it gave or took away and the rows its foreign keys refer to. If somebody else holds one of those,
the statement is undone and the transaction waits, keeping what it has got so far; then the statement runs again, from its
beginning and on what is there then. Under REPEATABLE READ it may not touch what was committed since its snapshot.

Keys of locks: ("row", table, rowid); ("key", table, index, values), () for an index whose values cannot be computed;
("rows", table), which every holder of a row of the table shares, and a statement that changes too many of them, or has
no numbers for them, has alone; ("rows",), shared by all who hold any row of the database, against VACUUM.
"""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

import apsw

from storage.changes import DELETE, INSERT, Capture, Change, Table, Values
from storage.connection import Connection
from storage.errors import ConstraintFailed, Interrupted, LockConflict, StaleSnapshot
from storage.history import Commit
from storage.locks import Key, Mode, Request
from storage.recording import Recording
from storage.statement import Isolation

CAPTURED_MAX = 5000
"""Changes of one transaction that are kept, to be put aside and done again; with more it keeps its turn."""
UNIQUE = frozenset({"UNIQUE", "PRIMARYKEY", "ROWID"})
EVERY_ROW: Key = ("rows",)
_SHARED, _ALONE = Mode.ROW_EXCLUSIVE, Mode.EXCLUSIVE


def _unique_values(table: Table, rowid: int, row: Values) -> Iterator[tuple[str, str, Values]]:
    """The unique values of a row: (table, index, values), with "" for a column that is the rowid."""
    if table.alias is not None:
        yield table.name, "", (rowid,)
    for unique in table.uniques:
        if (key := unique.of(row)) is not None:
            yield table.name, unique.name, key


def _take_away(connection: Connection, facts: Callable[[str, str], Table | None], changes: list[Change]) -> None:
    """Delete the rows, without what foreign keys would do."""
    config = connection.raw.config
    config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 0)
    try:
        for change in changes:
            table = facts("main", change.table)
            assert table is not None
            connection.raw.execute(table.delete, (change.rowid,)).fetchall()
    finally:
        config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 1)


def touched_by(changes: list[Change], facts: Callable[[str, str], Table | None]) -> set[Key]:
    """The rows of the file that were changed, and all unique values that they had before and after."""
    found: set[Key] = set()
    for change in changes:
        if change.database != "main" or (table := facts("main", change.table)) is None:
            continue
        found |= {("row", table.name, change.rowid), ("row", table.name, change.new_rowid)}
        for row in (change.old, change.new):
            if row is not None:
                keys = ((unique.name, unique.of(row)) for unique in table.uniques)
                found |= {("key", table.name, name, key) for name, key in keys if key is not None}
    return found


class RowLocks(Recording):
    """The part of a transaction that locks what its statements change."""

    __slots__ = ()

    def _others_lock(self) -> bool:
        lockers = self._engine.lockers
        return len(lockers) > 1 or (bool(lockers) and self not in lockers)

    def _capture(self, *, autocommit: bool, nested: bool = False) -> Capture | None:
        """What the next statement's changes go into; None if nobody needs to know them.

        A short statement that is alone in its transaction, while nobody holds a row or a snapshot, just keeps everybody from
        locking rows until it is committed. One that runs in a thread, or in a transaction that keeps its turn, locks tables.
        nested: it calls functions that may have to undo some of what they changed.
        """
        log = self if self.logs else None
        if nested:
            return Capture(CAPTURED_MAX, log, whole=True)
        if self._has_all_rows:
            return Capture(0, log) if log is not None else None
        if self._others_lock() or self._engine.history.is_wanted:
            return Capture(CAPTURED_MAX, log)
        if autocommit and not self._heavy and self._engine.locks.take(self.owner, Request(EVERY_ROW, _ALONE)):
            self._fixed = self._has_all_rows = True
            return Capture(0, log) if log is not None else None
        return Capture(0 if self._fixed or (autocommit and self._heavy) else CAPTURED_MAX, log)

    # --- after a statement ----------------------------------------------------------------------------------------

    def _settle(self, connection: Connection, capture: Capture | None) -> None:
        """Lock what a statement has changed. Raises: LockConflict, StaleSnapshot: the caller undoes the statement then."""
        if capture is None or not (capture.changes or capture.tables):
            return
        if self._has_all_rows:
            return
        self._engine.lockers.add(self)
        self._need(EVERY_ROW, _SHARED)
        if capture.full or len(self._mine) + len(capture.changes) > CAPTURED_MAX:
            self._fixed = True
        facts = self._engine.facts(connection)
        commits = self._commits()
        changes = capture.changes
        if capture.full or capture.blind:
            self._fixed = True
            self._heavy = self._heavy or (capture.full and capture.limit > 0)
            for name in capture.tables or {c.table for c in changes}:
                if not name.startswith("pgquill_"):
                    self._need(("rows", name), _ALONE)
            if commits:
                raise StaleSnapshot("too much has changed since the snapshot")
        else:
            tables: dict[str, Table | None] = {}
            moved: dict[tuple[str, int], int] = {}
            for i, change in enumerate(changes):
                if change.database != "main" or change.table.startswith("pgquill_"):
                    continue
                if change.table not in tables:
                    found = tables[change.table] = facts("main", change.table)
                    alone = found is None or (found.rowid is None and found.alias is None)
                    self._need(("rows", change.table), _ALONE if alone else _SHARED)
                    self._fixed = self._fixed or found is None or found.odd
                    if found is not None:
                        self._shapes[change.table] = found.shape
                table = tables[change.table]
                if table is None:
                    continue
                if moved:
                    changes[i] = change = change._replace(
                        rowid=moved.get((change.table, change.rowid), change.rowid),
                        new_rowid=moved.get((change.table, change.new_rowid), change.new_rowid))
                self._lock_change(connection, table, change, commits, moved)
                if moved and change.op == INSERT:
                    changes[i] = change._replace(rowid=moved.get((change.table, change.rowid), change.rowid),
                                                 new_rowid=moved.get((change.table, change.new_rowid), change.new_rowid))

    def _commits(self) -> list[Commit]:
        """What others have committed since this transaction's snapshot."""
        return list(self._engine.history.changed_since(self._snapshot)) if self._snapshot is not None else []

    def _need(self, key: Key, mode: Mode) -> None:
        request = Request(key, mode)
        if not self._engine.locks.take(self.owner, request):
            raise LockConflict(request)

    def _lock_change(self, connection: Connection, table: Table, change: Change, commits: list[Commit],
                     moved: dict[tuple[str, int], int]) -> None:
        old, new = change.old, change.new
        if table.rowid is not None or table.alias is not None:
            self._lock_rows(connection, table, change, commits, moved)
        for unique in table.uniques:
            if keys := unique.differs(old, new):
                for key in {*keys} - {None}:
                    self._claim(("key", table.name, unique.name, key), commits)
        for reference in table.references:
            if new is None:
                continue
            values = tuple(new[i] for i in reference.columns)
            if None in values or (old is not None and values == tuple(old[i] for i in reference.columns)):
                continue
            self._lock_parent(connection, reference.parent, reference.find, values, commits)

    def _lock_rows(self, connection: Connection, table: Table, change: Change, commits: list[Commit],
                   moved: dict[tuple[str, int], int]) -> None:
        name, old, new = table.name, change.old, change.new
        if change.op == INSERT or change.new_rowid != change.rowid:
            request = Request(("row", name, change.new_rowid), Mode.FOR_UPDATE)
            taken = self._engine.locks.take(self.owner, request)
            if not taken and table.alias is None and not table.odd:
                self._move(connection, table, change.new_rowid, moved)
            elif not taken:
                raise LockConflict(request)
            self._refuse_stale(request.key, commits, "keys" if table.alias is not None else "none")
        if change.op == INSERT:
            return
        assert old is not None
        key_changes = change.op == DELETE or change.rowid != change.new_rowid or any(
            old[i] != new[i] for i in table.keys) if new is not None else True
        key = ("row", name, change.rowid)
        self._refuse_stale(key, commits, "keys")
        if key_changes:
            self._refuse_stale(key, commits, "shared")
        self._need(key, Mode.FOR_UPDATE if key_changes else Mode.FOR_NO_KEY_UPDATE)

    def _move(self, connection: Connection, table: Table, rowid: int, moved: dict[tuple[str, int], int]) -> None:
        """SQLite chose a number for a row which another transaction's new row has: choose one that nobody has."""
        name = table.name.replace('"', '""')
        highest: Any = connection.raw.execute(f'SELECT max({table.rowid}) FROM main."{name}"').get
        new = self._engine.free_rowid(table.name, highest)
        self._need(("row", table.name, new), Mode.FOR_UPDATE)
        capture, connection.capture = connection.capture, None
        try:
            connection.command(f'UPDATE main."{name}" SET {table.rowid} = {new} WHERE {table.rowid} = {rowid}')
        finally:
            connection.capture = capture
        moved[table.name, rowid] = new

    def _claim(self, key: Key, commits: list[Commit]) -> None:
        self._refuse_stale(key, commits, "keys")
        self._need(key, Mode.FOR_UPDATE)

    def _lock_parent(self, connection: Connection, parent: str, find: str | None, values: Values,
                     commits: list[Commit]) -> None:
        """The row that a foreign key refers to must stay."""
        self._need(("rows", parent), _SHARED)
        if find is None:
            return  # without numbers, whoever changes such a row has the table alone
        row = connection.raw.execute(find, values).fetchone()
        if row is None:
            return  # the constraint is checked at the end of the transaction
        key = ("row", parent, row[0])
        self._refuse_stale(key, commits, "gone")
        self._need(key, Mode.FOR_KEY_SHARE)

    @staticmethod
    def _refuse_stale(key: Key, commits: list[Commit], what: str) -> None:
        for commit in commits:
            if what != "none" and (commit.changes is None or key in getattr(commit, what)):
                raise StaleSnapshot("the row was changed after the snapshot")

    # --- unique values that somebody else may be taking away ------------------------------------------------------

    def note_row(self, table: str, rowid: int) -> None:
        """A SERIALIZABLE transaction that writes has looked at a row, which its plan does not say."""
        if self._reading is not None:
            self._reading.reads.add(("row", table, rowid))

    def changer_of(self, table: str, rowid: int) -> Request | None:
        """Whom to wait for, without keeping the lock, before it can be said whether a row is there: an open transaction that
        has changed it. Raises: StaleSnapshot if the row was changed after this transaction's snapshot."""
        request = Request(("row", table, rowid), Mode.FOR_SHARE)
        self._refuse_stale(request.key, self._commits(), "keys")
        self.note_row(table, rowid)
        if not self._engine.locks.is_held(request.key, against=Mode.FOR_SHARE, owner=self.owner):
            return None  # 0.3 us
        changed = any(change.rowid == rowid and change.table == table for change, _ in self._changes_of_others())
        return request if changed else None

    def _changes_of_others(self) -> list[tuple[Change, Request]]:
        """The rows of the file that other open transactions have changed or deleted, and what to wait for with each."""
        found = []
        for other in list(self._engine.lockers):  # in one step: this may be a thread
            if other is self:
                continue
            for change in list(other.changes):
                request = Request(("row", change.table, change.rowid), Mode.FOR_SHARE)
                if change.op != INSERT and change.database == "main" and self._engine.locks.is_held(
                        request.key, against=Mode.FOR_SHARE, owner=self.owner):
                    found.append((change, request))
        return found

    def _duplicate_of_others(self, connection: Connection, error: ConstraintFailed,
                             run: Callable[[], object]) -> Request | None:
        """A unique value is there already: whom to wait for, if an open transaction has changed or deleted the row that has it.

        SQLite does not say which value that was. So the rows in question are taken away, the statement is run once more, and
        what it writes then says whose values it takes; all of that is undone.
        """
        if error.kind not in UNIQUE:
            return None
        if self._commits():
            raise StaleSnapshot("a unique value was changed after the snapshot")
        where = error.message.partition(": ")[2]
        facts = self._engine.facts(connection)
        found = [(change, request) for change, request in self._changes_of_others()
                 if where.startswith((f"{change.table}.", "index '"))
                 and (table := facts("main", change.table)) and not table.odd]
        if not found:
            return None
        owners = {value: request for change, request in found if (table := facts("main", change.table)) and change.old
                  for value in _unique_values(table, change.rowid, change.old)}
        capture = Capture(CAPTURED_MAX)
        connection.command("SAVEPOINT pgquill_probe")
        try:
            _take_away(connection, facts, [change for change, _ in found])
            connection.capture, connection.deadline = capture, inf
            run()
            fallback: Request | None = found[0][1]  # none of the values, then: it would have changed one of the rows
        except Interrupted:
            raise
        except Exception:  # something else is in its way
            fallback = None
        finally:
            connection.capture = None
            if connection.in_transaction:
                connection.command("ROLLBACK TO pgquill_probe")
                connection.command("RELEASE pgquill_probe")
        if capture.full:
            return found[0][1]
        taken = (value for change in capture.changes if change.new and (table := facts("main", change.table))
                 for value in _unique_values(table, change.new_rowid, change.new))
        return next((owners[value] for value in taken if value in owners), fallback)

    @property
    def changes(self) -> list[Change]:
        """What it has changed so far."""
        return self._mine

    # --- locks without changes ------------------------------------------------------------------------------------

    def lock_row(self, table: str, rowid: int, mode: Mode) -> Request | None:
        """Lock a row (FOR UPDATE and the like). None if that is done; else what stands in the way: see `wait_for`.

        Raises: StaleSnapshot if the row was changed after this transaction's snapshot.
        """
        if self.isolation is not Isolation.READ_COMMITTED:
            commits = self._commits()
            if commits:
                self._refuse_stale(("row", table, rowid), commits, "gone" if mode is Mode.FOR_KEY_SHARE else "keys")
        self._engine.lockers.add(self)
        for request in (Request(EVERY_ROW, _SHARED), Request(("rows", table), _SHARED), Request(("row", table, rowid), mode)):
            if not self._engine.locks.take(self.owner, request):
                return request
        return None

    def lock_all_rows(self, table: str) -> Request | None:
        """The same for all rows of a table, against everybody else: where rows have no numbers."""
        for commit in self._commits():
            if commit.changes is None or table in commit.tables:
                raise StaleSnapshot("the table was changed after the snapshot")
        self._engine.lockers.add(self)
        for request in (Request(EVERY_ROW, _SHARED), Request(("rows", table), _ALONE)):
            if not self._engine.locks.take(self.owner, request):
                return request
        return None

    async def wait_for(self, request: Any, *, keep: bool = True) -> None:
        """Wait for a lock, and hold it if it is to be kept. Others may write meanwhile, whatever is held (`hold`): what has been
        begun is to be begun anew. Raises: LockTimeout, Deadlock."""
        self._engine.lockers.add(self)
        busy, self._busy = self._busy, 0
        try:
            self._make_room()
            await self._engine.locks.acquire(self.owner, request, timeout_s=self.lock_timeout_s,
                                             deadlock_s=self.deadlock_s)
            if not keep:
                self._engine.locks.release(self.owner, request)
        finally:
            self._busy += busy  # somebody may be putting its results aside, and will count that down

    # --- at the end -----------------------------------------------------------------------------------------------

    def _keys_for_history(self, connection: Connection) -> tuple[set[Key], set[Key]]:
        """(rows and unique values changed, rows and values that are gone) of what is being committed."""
        facts = self._engine.facts(connection)
        keys: set[Key] = set()
        gone: set[Key] = set()
        for change in self._mine:
            table = facts(change.database, change.table) if change.database == "main" else None
            if table is None:
                continue
            old, new = change.old, change.new
            keys |= {("row", table.name, change.rowid), ("row", table.name, change.new_rowid)}
            if change.op != INSERT and (new is None or old is None or change.rowid != change.new_rowid
                                        or any(old[i] != new[i] for i in table.keys)):
                gone.add(("row", table.name, change.rowid))
            for unique in table.uniques:
                keys |= {("key", table.name, unique.name, key) for key in unique.differs(old, new) or () if key is not None}
        return keys, gone
