"""How PostgreSQL names locks: the modes in pg_locks, and what sessions wait for in the report of a deadlock."""

from collections.abc import Callable
from typing import Any

from executor.errors import SqlError
from executor.sqlstates import TRDeadlockDetected
from storage.errors import Deadlock
from storage.locks import Key, Mode, Request

MODES = {
    Mode.ACCESS_SHARE: "AccessShareLock", Mode.ROW_SHARE: "RowShareLock", Mode.ROW_EXCLUSIVE: "RowExclusiveLock",
    Mode.SHARE_UPDATE_EXCLUSIVE: "ShareUpdateExclusiveLock", Mode.SHARE: "ShareLock",
    Mode.SHARE_ROW_EXCLUSIVE: "ShareRowExclusiveLock", Mode.EXCLUSIVE: "ExclusiveLock",
    Mode.ACCESS_EXCLUSIVE: "AccessExclusiveLock", Mode.FOR_KEY_SHARE: "AccessShareLock", Mode.FOR_SHARE: "RowShareLock",
    Mode.FOR_NO_KEY_UPDATE: "ExclusiveLock", Mode.FOR_UPDATE: "AccessExclusiveLock",
}  # fmt: skip
"""Of table and advisory locks; and of rows, as PostgreSQL's heavyweight locks on tuples have them."""
TABLE = "table"
"""The first item of the keys of locks on tables, views and sequences; the second is the OID."""


def table_request(oid: int, mode: Mode) -> Request:
    """A lock on a table, view or sequence until the end of the transaction."""
    return Request((TABLE, oid), mode)


def _table(key: Key, mode: Mode, database: int) -> str:
    return f"{MODES[mode]} on relation {key[1]} of database {database}"


def _advisory(key: Key, mode: Mode, database: int) -> str:
    return f"{MODES[mode]} on advisory lock [{database},{key[1]},{key[2]},{key[3]}]"


def _row(key: Key, mode: Mode, database: int) -> str:
    return f'{MODES[mode]} on row {key[2]} of table "{key[1]}"'


def _key(key: Key, mode: Mode, database: int) -> str:
    return f'ShareLock on a unique value of table "{key[1]}"'


NAMES: dict[str, Callable[[Key, Mode, int], str]] = {TABLE: _table, "advisory": _advisory, "row": _row, "key": _key}
"""By the first item of the key."""


def _wanted(request: Any, database: int) -> str:
    if request is None:
        return "the turn to write"
    name = NAMES.get(request.key[0])
    return f"{MODES[request.mode]} on rows" if name is None else name(request.key, request.mode, database)


def deadlock(error: Deadlock) -> SqlError:
    """40P01, with who waits for whom."""
    owners = error.circle
    lines = [f"Process {owner.label} waits for {_wanted(request, error.database)}; blocked by process {after.label}."
             for owner, request, after in zip(owners, error.wanted, [*owners[1:], owners[0]], strict=True)]
    return TRDeadlockDetected("deadlock detected", detail="\n".join(lines), hint="See server log for query details.")
