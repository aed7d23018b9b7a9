"""Errors as messages: SqlError -> ErrorResponse or NoticeResponse, and every other exception -> SqlError.

What is neither the client's nor the peer's fault is ours: XX000, with the traceback in the log.
"""

from collections.abc import Callable
from typing import Any

from executor import sqlstates
from executor.errors import SqlError
from pgwire.messages.body import ProtocolViolation, frame
from pgwire.messages.error import ErrorResponse, NoticeResponse

_FIELDS = (
    "detail",
    "hint",
    "position",
    "internal_position",
    "internal_query",
    "where",
    "schema",
    "table",
    "column",
    "datatype",
    "constraint",
    "routine",
)

_VIOLATIONS: dict[str, type[SqlError]] = {
    "08P01": sqlstates.ProtocolViolation,
    "22021": sqlstates.CharacterNotInRepertoire,
    "0A000": sqlstates.FeatureNotSupported,
}

_OURS: dict[type[Exception], Callable[[], SqlError]] = {
    MemoryError: lambda: sqlstates.OutOfMemory("out of memory"),
    RecursionError: lambda: sqlstates.StatementTooComplex("stack depth limit exceeded"),
}

FATAL_SEVERITIES = frozenset({"FATAL", "PANIC"})
_CLIENT_SEVERITIES = frozenset({"ERROR", "FATAL", "PANIC"})


def response_bytes(error: SqlError, severity: str | None = None) -> bytes:
    """The framed ErrorResponse, or NoticeResponse where the severity is less than ERROR."""
    shown = severity or error.severity
    fields: dict[str, Any] = {name: getattr(error, name) for name in _FIELDS}
    kind = ErrorResponse if shown in _CLIENT_SEVERITIES else NoticeResponse
    message = kind(shown, error.sqlstate, error.message, severity_not_localized=shown, **fields)
    return frame(kind.tag, message.encode_body())


def from_violation(violation: ProtocolViolation) -> SqlError:
    """The error a client sees for its own breach of the protocol."""
    severity = "FATAL" if violation.fatal else "ERROR"
    return _VIOLATIONS[violation.sqlstate](violation.message, severity=severity, detail=violation.detail)


def from_exception(exception: Exception, log: Any) -> SqlError:
    """The error a client sees for any exception; what was not foreseen is logged with its traceback."""
    if isinstance(exception, SqlError):
        return exception
    if isinstance(exception, ProtocolViolation):
        return from_violation(exception)
    log.error("internal error", exc_info=exception)
    if make := _OURS.get(type(exception)):
        return make()
    return sqlstates.InternalError(f"internal error: {type(exception).__name__}: {exception}")
