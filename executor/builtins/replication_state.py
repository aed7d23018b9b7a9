"""Functions about the log, the position in it, and recovery. Source: functions-admin.html, functions-info.html.

The log has no files of PostgreSQL's kind. Their names are computed as PostgreSQL computes them, for tools that compare them.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from executor.awaiting import awaited
from executor.builtins.base import Builtin, Python, SetReturning, native
from executor.catalog.system.replication import function_rows
from executor.catalog.system.session_view import view_of
from executor.clock import stored_timestamp
from executor.context import Context
from executor.errors import not_supported
from executor.messages import Message, log_position
from executor.recovery import during_recovery
from executor.sqlstates import InvalidParameterValue, NumericValueOutOfRange, ObjectNotInPrerequisiteState
from executor.sqlstates import Warning as SqlWarning
from storage.logged import FIRST_LSN

CONTROL_VERSION, CATALOG_VERSION = 1800, 202506291
SEGMENT_BYTES = 16 << 20
_SEGMENTS_PER_ID = (1 << 32) // SEGMENT_BYTES
_FILE_NAME = re.compile(r"[0-9A-F]{24}")


def _session(context: Context) -> Any:
    if context.session is None:
        raise not_supported("the log outside of a session")
    return context.session


def in_recovery(context: Context) -> bool:
    """Whether the server is a standby."""
    return context.session is not None and bool(context.session.engine.in_recovery)


# --- positions -------------------------------------------------------------------------------------------------------


def _refuse_recovery(context: Context, what: str = "WAL control functions") -> None:
    if in_recovery(context):
        raise ObjectNotInPrerequisiteState("recovery is in progress", hint=f"{what} cannot be executed during recovery.")


def _current(context: Context) -> int:
    """What is committed is in the log: its end is the position of whoever asks."""
    _refuse_recovery(context)
    return log_position(_session(context))


def _flushed(context: Context) -> int:
    _refuse_recovery(context)
    return _session(context).database.file.wal.flushed or FIRST_LSN


def _file_name(context: Context, position: int, what: str) -> str:
    _refuse_recovery(context, what)
    timeline = context.session.database.file.wal.timeline if context.session is not None else 1
    high, low = divmod(position // SEGMENT_BYTES, _SEGMENTS_PER_ID)
    return f"{timeline:08X}{high:08X}{low:08X}"


def _walfile_name(context: Context, position: int) -> str:
    return _file_name(context, position, "pg_walfile_name()")


def _walfile_name_offset(context: Context, position: int) -> Iterator[tuple[str, int]]:
    yield _file_name(context, position, "pg_walfile_name_offset()"), position % SEGMENT_BYTES


def _split_walfile_name(name: str) -> Iterator[tuple[str, int]]:
    upper = name.upper()
    if not _FILE_NAME.fullmatch(upper):
        raise InvalidParameterValue(f'invalid WAL file name "{name}"')
    yield str(int(upper[8:16], 16) * _SEGMENTS_PER_ID + int(upper[16:], 16)), int(upper[:8], 16)


def _restore_point(context: Context, name: str) -> int:
    _refuse_recovery(context)
    raise not_supported("pg_create_restore_point", hint="There is no recovery to a point in time.")


# --- recovery --------------------------------------------------------------------------------------------------------


def _standby(context: Context) -> Any:
    """The replication of a standby (55000)."""
    if not in_recovery(context):
        raise ObjectNotInPrerequisiteState("recovery is not in progress",
                                           hint="Recovery control functions can only be executed during recovery.")
    return context.session.engine.replication


def _pause(paused: bool) -> Callable[[Context], str]:
    def change(context: Context) -> str:
        replication = _standby(context)

        async def pause() -> None:
            replication.pause_replay(paused)

        awaited(context.session, ("pause", paused), pause)
        return ""

    return change


def _is_paused(context: Context) -> int:
    return int(_standby(context).replay_is_paused)


def _pause_state(context: Context) -> str:
    return "paused" if _standby(context).replay_is_paused else "not paused"


def _promote(context: Context, wait: int, wait_s: int) -> int:
    replication = _standby_or_promoted(context, wait, wait_s)

    async def promote() -> bool:
        return bool(await replication.promote(float(wait_s) if wait else None))

    done = awaited(context.session, ("promote", wait, wait_s), promote)
    if wait and not done:
        seconds = "second" if wait_s == 1 else "seconds"
        context.notices.append(SqlWarning(f"server did not promote within {wait_s} {seconds}", severity="WARNING"))
    return int(done or not wait)


def _standby_or_promoted(context: Context, wait: int, wait_s: int) -> Any:
    """While the statement runs again after the promotion, the server is no standby any more."""
    session = context.session
    if session is not None and session.awaitings is not None:
        return session.engine.replication
    found = _standby(context)
    if wait_s <= 0:
        raise NumericValueOutOfRange('"wait_seconds" must not be negative or zero')
    return found


def _of_replication(name: str, read: Callable[[Any], Any] = lambda found: found) -> Callable[[Context], Any]:
    def ask(context: Context) -> Any:
        replication = context.session.engine.replication if context.session is not None else None
        found = getattr(replication, name)() if replication is not None else None
        return None if found is None else read(found)

    return ask


# --- what pg_controldata prints --------------------------------------------------------------------------------------


def _control_system(context: Context) -> Iterator[tuple[Any, ...]]:
    file = _session(context).database.file
    changed = Path(file.path).stat().st_mtime_ns if file.path is not None else 0
    yield CONTROL_VERSION, CATALOG_VERSION, file.wal.system_identifier, stored_timestamp(changed)


def _control_recovery(context: Context) -> Iterator[tuple[Any, ...]]:
    if not in_recovery(context):
        yield 0, 0, 0, 0, 0
        return
    session = context.session
    yield session.engine.replication.replay_lsn() or 0, session.database.file.wal.timeline, 0, 0, 0


# --- messages --------------------------------------------------------------------------------------------------------


def _emit(context: Context, transactional: int, prefix: str, content: str | bytes, flush: int) -> int:
    """Where the log stands, behind which the message will be. That it is flushed needs nothing: commits are."""
    session = _session(context)
    if in_recovery(context):
        raise during_recovery("pg_logical_emit_message()")
    session.outgoing.append(Message(bool(transactional), prefix, content.encode() if isinstance(content, str) else content))
    return log_position(session)


def _rows(view: str) -> SetReturning:
    return SetReturning(lambda context: function_rows(view, view_of(context)), context=True)


def _context(function: Callable[..., Any]) -> Python:
    return Python(function, context=True)


BUILTINS = (
    Builtin("pg_current_wal_lsn()", _context(_current)),
    Builtin("pg_current_wal_insert_lsn()", _context(_current)),
    Builtin("pg_current_wal_flush_lsn()", _context(_flushed)),
    Builtin("pg_switch_wal()", _context(_current)),
    Builtin("pg_create_restore_point(text)", _context(_restore_point)),
    Builtin("pg_wal_lsn_diff(pg_lsn,pg_lsn)", native(lambda a, b: f"CAST({a} - {b} AS TEXT)"),
            ("pg_wal_lsn_diff('0/10', '0/20')", "-16")),
    Builtin("pg_walfile_name(pg_lsn)", _context(_walfile_name), ("pg_walfile_name('1/1000001')", "000000010000000100000001")),
    Builtin("pg_walfile_name_offset(pg_lsn)", SetReturning(_walfile_name_offset, context=True)),
    Builtin("pg_split_walfile_name(text)", SetReturning(_split_walfile_name)),
    Builtin("pg_is_in_recovery()", _context(lambda context: int(in_recovery(context))), ("pg_is_in_recovery()", "f")),
    Builtin("pg_last_wal_receive_lsn()", _context(_of_replication("receive_lsn")), ("pg_last_wal_receive_lsn()", None)),
    Builtin("pg_last_wal_replay_lsn()", _context(_of_replication("replay_lsn"))),
    Builtin("pg_last_xact_replay_timestamp()", _context(_of_replication("replay_time", lambda us: stored_timestamp(us * 1000))),
            ("pg_last_xact_replay_timestamp()", None)),
    Builtin("pg_is_wal_replay_paused()", _context(_is_paused), ("pg_is_wal_replay_paused()", "ERROR 55000")),
    Builtin("pg_get_wal_replay_pause_state()", _context(_pause_state), ("pg_get_wal_replay_pause_state()", "ERROR 55000")),
    Builtin("pg_wal_replay_pause()", _context(_pause(True)), ("pg_wal_replay_pause()", "ERROR 55000")),
    Builtin("pg_wal_replay_resume()", _context(_pause(False)), ("pg_wal_replay_resume()", "ERROR 55000")),
    Builtin("pg_promote(bool,int4)", _context(_promote), ("pg_promote()", "ERROR 55000")),
    Builtin("pg_control_system()", SetReturning(_control_system, context=True)),
    Builtin("pg_control_recovery()", SetReturning(_control_recovery, context=True)),
    Builtin("pg_logical_emit_message(bool,text,text,bool)", _context(_emit)),
    Builtin("pg_logical_emit_message(bool,text,bytea,bool)", _context(_emit)),
    Builtin("pg_stat_get_wal_senders()", _rows("pg_stat_get_wal_senders")),
    Builtin("pg_stat_get_wal_receiver()", _rows("pg_stat_get_wal_receiver")),
    Builtin("pg_stat_get_wal()", _rows("pg_stat_wal")),
)
