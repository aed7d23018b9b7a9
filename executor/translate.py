"""Storage's errors as PostgreSQL's: class by class, with the constraint's name where SQLite tells enough."""

from collections.abc import Callable

from executor import sqlstates as states
from executor.awaiting import Awaited
from executor.catalog.model import Catalog, Constraint, Relation
from executor.catalog.search_path import shown_schema
from executor.errors import SqlError
from executor.lock_names import deadlock
from storage import errors as engine


def translate(error: engine.EngineError, catalog: Catalog | None) -> SqlError:
    """The SqlError for a storage error."""
    if isinstance(error, engine.ConstraintFailed):
        return _constraint(error, catalog)
    for kind, make in MAKERS.items():
        if isinstance(error, kind):
            return make(error)
    return states.InternalError(error.message)


def _deadlock(error: engine.EngineError) -> SqlError:
    assert isinstance(error, engine.Deadlock)
    return deadlock(error)


def _logic(error: engine.EngineError) -> SqlError:
    message = error.message
    if "integer overflow" in message:
        return states.NumericValueOutOfRange("bigint out of range")
    if "tables in a join" in message:
        return states.ProgramLimitExceeded("a query cannot join more than 64 tables")
    if any(words in message for words in ("maximum depth", "parser stack overflow", "too many", "Recursion limit")):
        return states.StatementTooComplex("stack depth limit exceeded", detail=f"SQLite: {message}")
    if message.startswith("frame ") and "offset must be a non-negative" in message:
        side = message.split()[1]
        return states.InvalidPrecedingOrFollowingSize(
            f"frame {side} offset must not be negative" if message.endswith("integer")
            else "invalid preceding or following size in window function")
    return states.InternalError(f"SQLite: {message}")


MAKERS: dict[type[engine.EngineError], Callable[[engine.EngineError], SqlError]] = {
    engine.Unserializable: lambda e: states.TRSerializationFailure(
        "could not serialize access due to read/write dependencies among transactions",
        hint="The transaction might succeed if retried."),
    engine.SnapshotTooOld: lambda e: states.TRSerializationFailure(
        "snapshot too old", detail="It kept the write-ahead log growing beyond max_wal_size.",
        hint="The transaction might succeed if retried."),
    engine.StaleSnapshot: lambda e: states.TRSerializationFailure("could not serialize access due to concurrent update"),
    Awaited: lambda e: states.FeatureNotSupported(
        "a function that has to wait in the midst of a result is not supported by pgquill"),
    engine.LockConflict: lambda e: states.FeatureNotSupported(
        "waiting for a lock in the midst of a result is not supported by pgquill"),
    engine.NeedsWriter: lambda e: states.FeatureNotSupported(
        "a function that begins to change data after rows have been sent is not supported by pgquill"),
    engine.Deadlock: _deadlock,
    engine.SnapshotTaken: lambda e: states.FeatureNotSupported(f"this snapshot cannot be shared: {e.message}"),
    engine.SnapshotGone: lambda e: states.UndefinedObject(e.message),
    engine.LockTimeout: lambda e: states.LockNotAvailable("canceling statement due to lock timeout"),
    engine.DiskFull: lambda e: states.DiskFull(f"could not extend file: {e.message}"),
    engine.ReadOnly: lambda e: states.ReadOnlySqlTransaction("cannot write: the database file is read-only"),
    engine.Corrupt: lambda e: states.DataCorrupted(f"database file is damaged: {e.message}"),
    engine.NotADatabase: lambda e: states.DataCorrupted(e.message),
    engine.Interrupted: lambda e: states.QueryCanceled("canceling statement due to user request"),
    engine.TransactionLost: lambda e: states.InFailedSqlTransaction(
        "the transaction was rolled back when one of its writing statements was stopped",
        hint="Roll back the transaction; its savepoints are gone."),
    engine.TooBig: lambda e: states.ProgramLimitExceeded(f"value too large: {e.message}"),
    engine.OutOfMemory: lambda e: states.OutOfMemory("out of memory"),
    engine.TypeMismatch: lambda e: states.DatatypeMismatch(e.message),
    engine.IoError: lambda e: states.IoError(e.message),
    engine.SqlLogicError: _logic,
}


def _constraint(error: engine.ConstraintFailed, catalog: Catalog | None) -> SqlError:
    detail = error.message.partition("constraint failed: ")[2]
    handler = KINDS.get(error.kind)
    if handler is None or catalog is None:
        return states.IntegrityConstraintViolation(error.message)
    return handler(error.message, detail, catalog)


def table_of(catalog: Catalog, sqlite_name: str) -> Relation | None:
    """The relation behind a SQLite table name."""
    return next((r for r in catalog.relations if (r.sqlite_name or r.name) == sqlite_name), None)


def _columns(catalog: Catalog, detail: str) -> tuple[Relation | None, list[str]]:
    """SQLite names columns "table.column, table.column"; a table's name may have dots itself."""
    parts = detail.split(", ")
    for relation in catalog.relations:
        prefix = (relation.sqlite_name or relation.name) + "."
        if all(part.startswith(prefix) for part in parts):
            names = [part.removeprefix(prefix) for part in parts]
            known = {c.sqlite_name or c.name: c.name for c in relation.columns}
            if all(name in known or name == "rowid" for name in names):
                return relation, [known.get(name, name) for name in names]
    return None, []


def _unique(message: str, detail: str, catalog: Catalog) -> SqlError:
    if detail.startswith("index '"):
        sqlite_name = detail[7:-1]
        for relation in catalog.relations:
            for index in relation.indexes:
                if index.sqlite_name == sqlite_name:
                    return unique_violation(relation, index.name)
    found, names = _columns(catalog, detail)
    if found is None:
        return states.UniqueViolation(f"duplicate key value violates unique constraint: {detail}")
    relation = found
    numbers = sorted(relation.by_name[n].number for n in names if n in relation.by_name)
    if names == ["rowid"]:
        numbers = [relation.rowid_column]
    for index in relation.indexes:
        if index.unique and sorted(c.column for c in index.columns) == numbers:
            return unique_violation(relation, index.name)
    for constraint in relation.constraints:
        if constraint.kind in "pu" and sorted(constraint.columns) == numbers:
            return unique_violation(relation, constraint.name)
    return unique_violation(relation, f"{relation.name}_{'_'.join(names)}_key")


def unique_violation(relation: Relation, name: str, detail: str | None = None) -> SqlError:
    """23505."""
    return states.UniqueViolation(f'duplicate key value violates unique constraint "{name}"', detail=detail,
                                  schema=shown_schema(relation.schema), table=relation.name, constraint=name)


def not_null_violation(relation: Relation, column: str, detail: str | None = None) -> SqlError:
    """23502."""
    return states.NotNullViolation(
        f'null value in column "{column}" of relation "{relation.name}" violates not-null constraint', detail=detail,
        schema=shown_schema(relation.schema), table=relation.name, column=column)


def _not_null(message: str, detail: str, catalog: Catalog) -> SqlError:
    relation, names = _columns(catalog, detail)
    if relation is None:
        return states.NotNullViolation(message)
    return not_null_violation(relation, names[0])


def check_violation(relation: Relation | None, name: str, detail: str | None = None) -> SqlError:
    """23514."""
    if relation is None:
        return states.CheckViolation(f'new row violates check constraint "{name}"', constraint=name, detail=detail)
    return states.CheckViolation(f'new row for relation "{relation.name}" violates check constraint "{name}"',
                                 schema=shown_schema(relation.schema), table=relation.name, constraint=name, detail=detail)


def _check(message: str, detail: str, catalog: Catalog) -> SqlError:
    owners = [(r, c) for r in catalog.relations for c in r.constraints if c.kind == "c" and c.name == detail]
    return check_violation(owners[0][0] if len(owners) == 1 else None, detail)


def _foreign_key(message: str, detail: str, catalog: Catalog) -> SqlError:
    return states.ForeignKeyViolation("insert, update or delete violates a foreign key constraint")


def foreign_key_violation(child: Relation, constraint: Constraint, parent: str, *, from_child: bool,
                          detail: str | None) -> SqlError:
    """23503."""
    if from_child:
        message = f'insert or update on table "{child.name}" violates foreign key constraint "{constraint.name}"'
    else:
        message = (f'update or delete on table "{parent}" violates foreign key constraint "{constraint.name}" '
                   f'on table "{child.name}"')
    return states.ForeignKeyViolation(message, detail=detail, schema=shown_schema(child.schema), table=child.name,
                                      constraint=constraint.name)


KINDS: dict[str, Callable[[str, str, Catalog], SqlError]] = {
    "UNIQUE": _unique, "PRIMARYKEY": _unique, "ROWID": _unique, "NOTNULL": _not_null, "CHECK": _check,
    "FOREIGNKEY": _foreign_key,
}
