"""RAISE, ASSERT and GET DIAGNOSTICS."""

from functools import cache
from typing import Any

from executor.errors import SqlError
from executor.plpgsql import syntax as tree
from executor.plpgsql.conditions import CONDITIONS
from executor.plpgsql.run import HANDLERS, Run
from executor.sqlstates import (
    BY_SQLSTATE,
    AssertFailure,
    NullValueNotAllowed,
    StackedDiagnosticsAccessedWithoutActiveHandler,
    SyntaxError,
)
from executor.types import oids as T

LEVELS = {"exception": "ERROR", "warning": "WARNING", "notice": "NOTICE", "info": "INFO", "log": "LOG", "debug": "DEBUG1"}
DEFAULT_STATES = {"exception": "P0001", "warning": "01000"}
FIELDS = {"detail": "detail", "hint": "hint", "column": "column", "constraint": "constraint", "datatype": "datatype",
          "table": "table", "schema": "schema"}


@cache
def error_class(state: str) -> type[SqlError]:
    """The class of errors of a SQLSTATE, which a RAISE may have made up."""
    return BY_SQLSTATE.get(state) or type("Raised", (SqlError,), {"sqlstate": state})


async def _raise(run: Run, s: tree.Raise) -> None:
    if s.again:
        if not run.errors:
            raise StackedDiagnosticsAccessedWithoutActiveHandler(
                "RAISE without parameters cannot be used outside an exception handler")
        raise run.errors[-1]
    state = s.state
    message: str | None = None
    fields: dict[str, Any] = {}
    if s.format is not None:
        message = await _formatted(run, s)
    for name, piece in s.options:
        text = await run.text(piece)
        if text is None:
            raise NullValueNotAllowed("RAISE statement option cannot be null")
        if name == "errcode":
            if state:
                raise _twice(name)
            state = _state(text)
        elif name == "message":
            if message is not None:
                raise _twice(name)
            message = text
        else:
            if FIELDS[name] in fields:
                raise _twice(name)
            fields[FIELDS[name]] = text
    state = state or DEFAULT_STATES.get(s.level, "00000")
    error = error_class(state)(message if message is not None else s.condition or state, severity=LEVELS[s.level], **fields)
    if s.level == "exception":
        raise error
    error.where = "\n".join(call.place() for call in reversed(run.context.calls))
    run.context.notices.append(error)


def _twice(name: str) -> SqlError:
    return SyntaxError(f"RAISE option already specified: {name.upper()}")


def _state(text: str) -> str:
    """ERRCODE: a SQLSTATE or a condition's name."""
    if len(text) == 5 and all(c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" for c in text):
        return text
    found = CONDITIONS.get(text)
    if found is None:
        from executor.sqlstates import UndefinedObject

        raise UndefinedObject(f'unrecognized exception condition "{text}"')
    return found[0]


async def _formatted(run: Run, s: tree.Raise) -> str:
    assert s.format is not None
    values = iter(s.values)
    parts: list[str] = []
    text = s.format
    at = 0
    while at < len(text):
        if text[at] != "%":
            end = text.find("%", at)
            end = len(text) if end < 0 else end
            parts.append(text[at:end])
            at = end
        elif text[at + 1 : at + 2] == "%":
            parts.append("%")
            at += 2
        else:
            value = await run.text(next(values))
            parts.append("<NULL>" if value is None else value)
            at += 1
    return "".join(parts)


async def _assert(run: Run, s: tree.Assert) -> None:
    settings = run.context.settings
    if settings is not None and settings.find("plpgsql.check_asserts") in ("off", "false", "0"):
        return
    if await run.truth(s.condition):
        return
    message = await run.text(s.message) if s.message is not None else None
    raise AssertFailure(message if message is not None else "assertion failed")


STACKED = {"message_text": "message", "pg_exception_detail": "detail", "pg_exception_hint": "hint",
           "pg_exception_context": "where", "column_name": "column", "constraint_name": "constraint",
           "pg_datatype_name": "datatype", "table_name": "table", "schema_name": "schema"}


async def _get(run: Run, s: tree.GetDiagnostics) -> None:
    if s.stacked and not run.errors:
        raise StackedDiagnosticsAccessedWithoutActiveHandler(
            "GET STACKED DIAGNOSTICS cannot be used outside an exception handler")
    for name, target in s.items:
        if name == "row_count":
            await run.assign_target(target, run.row_count, (T.INT8, -1))
        elif name == "pg_routine_oid":
            await run.assign_target(target, run.compiled.oid, (T.OID, -1))
        elif name == "pg_context":
            text = "\n".join(call.place() for call in reversed(run.context.calls))
            await run.assign_target(target, text, (T.TEXT, -1))
        elif name == "returned_sqlstate":
            await run.assign_target(target, run.errors[-1].sqlstate, (T.TEXT, -1))
        else:
            await run.assign_target(target, getattr(run.errors[-1], STACKED[name]) or "", (T.TEXT, -1))


HANDLERS.update({tree.Raise: _raise, tree.Assert: _assert, tree.GetDiagnostics: _get})
