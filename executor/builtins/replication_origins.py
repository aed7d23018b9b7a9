"""Functions of replication origins. Source: functions-admin.html, "Replication Management Functions"."""

from itertools import count
from typing import Any

from executor.awaiting import awaited
from executor.builtins.base import Builtin, Python, SetReturning
from executor.catalog.system.replication import function_rows
from executor.catalog.system.session_view import view_of
from executor.context import Context
from executor.errors import not_supported
from executor.origins import Origin, SessionOrigin, change_origin, named, origins_of, user_of
from executor.sqlstates import (
    ObjectInUse,
    ObjectNotInPrerequisiteState,
    ProgramLimitExceeded,
    ReadOnlySqlTransaction,
    ReservedName,
    UniqueViolation,
)
from storage.logged import FIRST_LSN

NAME_BYTES_MAX = 512


def _session(context: Context) -> Any:
    session = context.session
    if session is None:
        raise not_supported("a replication origin outside of a session")
    if session.engine.in_recovery:
        raise ReadOnlySqlTransaction("cannot manipulate replication origins during recovery")
    return session


def _create(context: Context, name: str) -> int:
    session = _session(context)
    if name in ("any", "none") or name.startswith("pg_"):
        raise ReservedName(f'replication origin name "{name}" is reserved',
                           detail='Origin names "any", "none", and names starting with "pg_" are reserved.')
    if len(name.encode()) > NAME_BYTES_MAX:
        raise ProgramLimitExceeded("replication origin name is too long",
                                   detail=f"Replication origin names must be no longer than {NAME_BYTES_MAX} bytes.")
    session.block.refuse_read_only("pg_replication_origin_create()")
    known = origins_of(session)
    if any(origin.name == name for origin in known.values()):
        index = "pg_replication_origin_roname_index"
        raise UniqueViolation(f'duplicate key value violates unique constraint "{index}"',
                              detail=f"Key (roname)=({name}) already exists.", schema="pg_catalog",
                              table="pg_replication_origin", constraint=index)
    oid = next(number for number in count(1) if number not in known)
    change_origin(session, oid, Origin(oid, name))
    return oid


def _drop(context: Context, name: str) -> str:
    session = _session(context)
    session.block.refuse_read_only("pg_replication_origin_drop()")
    origin = named(session, name)
    user = user_of(session, origin.oid)
    if user is not None:
        raise ObjectInUse(f"could not drop replication origin with ID {origin.oid}, in use by PID {user}")
    change_origin(session, origin.oid, None)
    return ""


def _oid(context: Context, name: str) -> int | None:
    session = _session(context)
    return next((origin.oid for origin in origins_of(session).values() if origin.name == name), None)


def _advance(context: Context, name: str, position: int) -> str:
    session = _session(context)
    session.block.refuse_read_only("pg_replication_origin_advance()")
    origin = named(session, name)
    user = user_of(session, origin.oid)
    if user is not None:
        raise ObjectInUse(f"replication origin with ID {origin.oid} is already active for PID {user}")
    local = session.database.file.wal.written or FIRST_LSN
    change_origin(session, origin.oid, Origin(origin.oid, name, position, local))
    return ""


def _progress(context: Context, name: str, flush: int) -> int | None:
    """Both are the same: what is committed is flushed."""
    return named(_session(context), name).remote or None


def _own(context: Context) -> Any:
    session = _session(context)
    if session.origin is None:
        raise ObjectNotInPrerequisiteState("no replication origin is configured")
    return session


def _setup(context: Context, name: str) -> str:
    session = _session(context)

    async def setup() -> None:
        session.origin = SessionOrigin(session, name)

    awaited(session, ("origin", name), setup)  # once, even if the statement has to run again
    return ""


def _reset(context: Context) -> str:
    session = _session(context)

    async def reset() -> None:
        _own(context).origin.release()
        session.origin = None

    awaited(session, ("origin", None), reset)
    return ""


def _is_setup(context: Context) -> int:
    return int(_session(context).origin is not None)


def _session_progress(context: Context, flush: int) -> int | None:
    session = _own(context)
    origin = origins_of(session).get(session.origin.oid)
    return origin.remote or None if origin is not None else None


def _begin_transaction(context: Context, position: int, at: str) -> str:
    """The time there is not kept: the log has that of the commit here."""
    _own(context).origin.remote = position
    return ""


def _forget_transaction(context: Context) -> str:
    session = _session(context)
    if session.origin is not None:
        session.origin.remote = 0
    return ""


def _context(function: Any) -> Python:
    return Python(function, context=True)


BUILTINS = (
    Builtin("pg_replication_origin_create(text)", _context(_create), ("pg_replication_origin_create('none')", "ERROR 42939")),
    Builtin("pg_replication_origin_drop(text)", _context(_drop)),
    Builtin("pg_replication_origin_oid(text)", _context(_oid)),
    Builtin("pg_replication_origin_advance(text,pg_lsn)", _context(_advance)),
    Builtin("pg_replication_origin_progress(text,bool)", _context(_progress)),
    Builtin("pg_replication_origin_session_setup(text)", _context(_setup)),
    Builtin("pg_replication_origin_session_reset()", _context(_reset)),
    Builtin("pg_replication_origin_session_is_setup()", _context(_is_setup)),
    Builtin("pg_replication_origin_session_progress(bool)", _context(_session_progress)),
    Builtin("pg_replication_origin_xact_setup(pg_lsn,timestamptz)", _context(_begin_transaction)),
    Builtin("pg_replication_origin_xact_reset()", _context(_forget_transaction)),
    Builtin("pg_show_replication_origin_status()", SetReturning(
        lambda context: function_rows("pg_show_replication_origin_status", view_of(context)), context=True)),
)
