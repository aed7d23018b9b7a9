"""Functions that act on other sessions, and that wait: pg_cancel_backend, pg_terminate_backend, pg_sleep."""

from time import monotonic, sleep

from executor.builtins.base import Builtin, Python
from executor.context import Context
from executor.errors import SqlError
from executor.sqlstates import NumericValueOutOfRange
from storage.errors import Interrupted
from storage.worker import interrupted

NAP_S = 0.02
"""The longest pause without asking whether the statement was cancelled."""


def _signal(context: Context, process_id: int, *, terminate: bool) -> int:
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
    Builtin("pg_sleep(float8)", Python(_sleep, blocks=True), ("pg_sleep(0)", "")),
)
