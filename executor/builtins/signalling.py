"""Functions that act on other sessions, and the server, and that wait."""

import os
import signal
from time import monotonic, sleep

from executor.builtins.base import Builtin, Python
from executor.context import Context
from executor.errors import SqlError
from executor.privileges.rules import who_is
from executor.sqlstates import InsufficientPrivilege, NumericValueOutOfRange
from storage.errors import Interrupted
from storage.worker import interrupted

NAP_S = 0.02
"""The longest pause without asking whether the statement was cancelled."""


def _check_may_signal(context: Context, process_id: int, *, terminate: bool) -> None:
    """42501. Superusers may be disturbed only by superusers, others by their own, and by pg_signal_backend."""
    session = context.session
    if session is None or session.identity.is_superuser:
        return
    target = next((s for s in tuple(session.engine.sessions) if s.process_id == process_id), None)
    if target is None:
        return
    who = who_is(session)
    verb, things, this, done = ("terminate", "processes", "process", "process is being terminated") if terminate else \
        ("cancel", "queries", "query", "query is being canceled")
    message = f"permission denied to {verb} {'process' if terminate else 'query'}"
    if who_is(session, target.identity.login_oid).is_superuser:
        raise InsufficientPrivilege(message, detail=f"Only roles with the SUPERUSER attribute may {verb} {things} of roles "
                                                    "with the SUPERUSER attribute.")
    if target.identity.login_oid not in who.inherits and not who.has_role("pg_signal_backend"):
        raise InsufficientPrivilege(message, detail=f"Only roles with privileges of the role whose {done} or with privileges "
                                                    f'of the "pg_signal_backend" role may {verb} this {this}.')


def _signal(context: Context, process_id: int, *, terminate: bool) -> int:
    _check_may_signal(context, process_id, terminate=terminate)
    backends = context.session.engine.backends if context.session is not None else None
    if backends is not None and backends.signal(process_id, terminate=terminate):
        return 1
    context.notices.append(SqlError(f"PID {process_id} is not a PostgreSQL backend process", severity="WARNING"))
    return 0


def _cancel(context: Context, process_id: int) -> int:
    return _signal(context, process_id, terminate=False)


def _terminate(context: Context, process_id: int, timeout_ms: int) -> int:
    """The connection ends as soon as the server's loop runs again; a timeout is not waited for."""
    if timeout_ms < 0:
        raise NumericValueOutOfRange('"timeout" must not be negative')
    return _signal(context, process_id, terminate=True)


def _reload_conf(context: Context) -> int:
    """SIGHUP to ourselves, as PostgreSQL does it: rules and certificates are read again as soon as the loop runs."""
    admission = context.session.engine.admission if context.session is not None else None
    if admission is None:  # no server: nothing was read from files
        return 0
    os.kill(os.getpid(), signal.SIGHUP)
    return 1


def _sleep(seconds: float | str) -> str:
    """Sleep in the statement's thread, in naps, until the time has come or the statement is to stop."""
    if isinstance(seconds, str) or seconds <= 0:  # NaN is stored as a text
        return ""
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0:
        if interrupted():
            raise Interrupted("interrupted")
        sleep(min(left, NAP_S))
    return ""


BUILTINS = (
    Builtin("pg_cancel_backend(int4)", Python(_cancel, context=True)),
    Builtin("pg_terminate_backend(int4,int8)", Python(_terminate, context=True)),
    Builtin("pg_reload_conf()", Python(_reload_conf, context=True)),
    Builtin("pg_sleep(float8)", Python(_sleep, blocks=True), ("pg_sleep(0)", "")),
)
