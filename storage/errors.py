"""What can go wrong in the SQLite file, as classes without SQLSTATE.

`executor.errors` owns the mapping to SqlError; this module owns the mapping from SQLite's extended result codes, one
table. Exceptions that Python functions raise while SQLite calls them are not touched: they reach the caller as they
were raised.
"""

from typing import Any, Literal

import apsw

ConstraintKind = Literal["UNIQUE", "PRIMARYKEY", "ROWID", "CHECK", "NOTNULL", "FOREIGNKEY", "TRIGGER", "DATATYPE"]


class EngineError(Exception):
    """Base of all errors of this folder. `message` is SQLite's text, or ours where SQLite was not asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConstraintFailed(EngineError):
    """A constraint said no. `message` is SQLite's text ("UNIQUE constraint failed: t.a"), `kind` which sort it was."""

    def __init__(self, message: str, kind: ConstraintKind) -> None:
        super().__init__(message)
        self.kind = kind


class SqlLogicError(EngineError):
    """SQLite refused the SQL text, or an expression in it failed."""


class SchemaChanged(EngineError):
    """The schema changed while a statement was being prepared or run."""


class TypeMismatch(EngineError):
    """A value of the wrong storage class, such as text for a rowid."""


class TooBig(EngineError):
    """A value, or a row, is larger than SQLite can hold."""


class StaleSnapshot(EngineError):
    """A write under REPEATABLE READ or SERIALIZABLE whose snapshot is no longer the newest. Roll back and try again."""


class Unserializable(StaleSnapshot):
    """A SERIALIZABLE transaction read what others have changed since, and may not commit what it has written."""


class SnapshotTooOld(StaleSnapshot):
    """An idle snapshot was given up because it kept the write-ahead log growing beyond its limit."""


class SnapshotGone(EngineError):
    """The transaction that exported a snapshot is over."""


class SnapshotTaken(EngineError):
    """A snapshot cannot be exported, or no more transactions can import it."""


class LockTimeout(EngineError):
    """A lock, ours or another program's on the file, was not had within lock_timeout."""


class Deadlock(EngineError):
    """Sessions wait for each other's locks in a circle. `circle`: their owners, the one that gives up first; `wanted`: the
    request each of them waits with, None for one that waits for its turn to write. `database`: the label of the lock manager."""

    def __init__(self, circle: list[Any], database: Any = None) -> None:
        super().__init__("deadlock detected")
        self.circle = circle
        self.database = database
        self.wanted = [None if owner.waiting is None else owner.waiting.request for owner in circle]


class LockConflict(EngineError):
    """Another transaction holds a lock that a statement needs. The statement has been undone; its transaction goes on.

    Wait with `Transaction.wait_for(request, keep=error.keep)`, then run the statement again from its beginning.
    keep: False if it is only to be waited for who has the lock.
    """

    def __init__(self, request: Any, *, keep: bool = True) -> None:
        super().__init__("a lock is held by another transaction")
        self.request = request
        self.keep = keep
        self.meanwhile: Any = None  # what the executor has to do after the wait, before the statement runs again


class NeedsWriter(EngineError):
    """A function wants to change rows, and the statement that calls it runs as one that only reads: run it as a writer."""


class Interrupted(EngineError):
    """The statement was stopped, and not by cancelling the task that waits for it."""


class NeedsThread(Interrupted):
    """A function takes longer than the event loop may be held: the statement is begun again in a thread."""


class LogGone(EngineError):
    """The log does not have what was asked for any more."""


class ApplyConflict(EngineError):
    """A copy of a database is not as the records to be done need it: it is no exact copy, and needs a new base backup."""


class CannotRewind(EngineError):
    """The newest part of the log cannot be undone."""


class TransactionLost(EngineError):
    """SQLite has rolled the whole transaction back (interrupted write, disk full, I/O error); only rollback() works."""


class DiskFull(EngineError):
    """No space left for the file, its log or a temporary file."""


class IoError(EngineError):
    """The operating system failed to read or write the file."""


class OutOfMemory(EngineError):
    """SQLite could not get memory."""


class ReadOnly(EngineError):
    """A write to a file that is open for reading only."""


class Corrupt(EngineError):
    """The file is damaged."""


class NotADatabase(EngineError):
    """The file is not a SQLite database (or it is encrypted)."""


class LockedByOther(EngineError):
    """Another program holds the file locked, so that it cannot be opened."""


class CannotOpen(EngineError):
    """The file cannot be opened: missing folder, no permission, a directory."""


class Closed(EngineError):
    """The database has been closed."""


class InternalError(EngineError):
    """A misuse of SQLite: our mistake."""


class Busy(EngineError):
    """Another connection holds a lock. Never leaves this folder: it is waited for, and becomes LockTimeout."""


CONSTRAINTS: dict[int, ConstraintKind] = {
    apsw.SQLITE_CONSTRAINT_UNIQUE: "UNIQUE",
    apsw.SQLITE_CONSTRAINT_PRIMARYKEY: "PRIMARYKEY",
    apsw.SQLITE_CONSTRAINT_ROWID: "ROWID",
    apsw.SQLITE_CONSTRAINT_CHECK: "CHECK",
    apsw.SQLITE_CONSTRAINT_NOTNULL: "NOTNULL",
    apsw.SQLITE_CONSTRAINT_FOREIGNKEY: "FOREIGNKEY",
    apsw.SQLITE_CONSTRAINT_TRIGGER: "TRIGGER",
    apsw.SQLITE_CONSTRAINT_DATATYPE: "DATATYPE",
}
"""Extended result codes of SQLITE_CONSTRAINT."""

CODES: dict[int, type[EngineError]] = {
    apsw.SQLITE_ERROR: SqlLogicError,
    apsw.SQLITE_INTERNAL: InternalError,
    apsw.SQLITE_PERM: CannotOpen,
    apsw.SQLITE_ABORT: Interrupted,
    apsw.SQLITE_BUSY: Busy,
    apsw.SQLITE_BUSY_SNAPSHOT: StaleSnapshot,
    apsw.SQLITE_LOCKED: Busy,
    apsw.SQLITE_NOMEM: OutOfMemory,
    apsw.SQLITE_READONLY: ReadOnly,
    apsw.SQLITE_INTERRUPT: Interrupted,
    apsw.SQLITE_IOERR: IoError,
    apsw.SQLITE_IOERR_NOMEM: OutOfMemory,
    apsw.SQLITE_CORRUPT: Corrupt,
    apsw.SQLITE_NOTFOUND: InternalError,
    apsw.SQLITE_FULL: DiskFull,
    apsw.SQLITE_CANTOPEN: CannotOpen,
    apsw.SQLITE_PROTOCOL: Busy,
    apsw.SQLITE_EMPTY: InternalError,
    apsw.SQLITE_SCHEMA: SchemaChanged,
    apsw.SQLITE_TOOBIG: TooBig,
    apsw.SQLITE_MISMATCH: TypeMismatch,
    apsw.SQLITE_MISUSE: InternalError,
    apsw.SQLITE_NOLFS: IoError,
    apsw.SQLITE_AUTH: SqlLogicError,
    apsw.SQLITE_FORMAT: InternalError,
    apsw.SQLITE_RANGE: InternalError,
    apsw.SQLITE_NOTADB: NotADatabase,
}
"""SQLite's result codes; an extended code without a row of its own is its primary code's."""


def translate(error: apsw.Error) -> EngineError:
    """The engine error for an error of SQLite's, by its extended result code; InternalError for what has no row."""
    extended = getattr(error, "extendedresult", 0)
    message = str(error)
    if extended & 0xFF == apsw.SQLITE_CONSTRAINT:
        kind = CONSTRAINTS.get(extended)
        return ConstraintFailed(message, kind) if kind else SqlLogicError(message)
    if isinstance(error, apsw.BindingsError):
        return SqlLogicError(message)
    found = CODES.get(extended) or CODES.get(extended & 0xFF) or InternalError
    return found(message or type(error).__name__)
