"""Functions about the session and the server: who, where, which settings, which version."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from executor.builtins.base import ArgumentTypes, Builtin, Python, SetReturning
from executor.catalog.quoting import quote_identifier
from executor.catalog.search_path import TEMPORARY, explicit_path, has_temporary, search_path, shown_schema
from executor.catalog.system.producers import rows
from executor.catalog.system.session_view import view_of
from executor.catalog.typenames import format_type
from executor.context import Context
from executor.facts import table
from executor.facts.lookup import types_by_oid
from executor.recovery import during_recovery
from executor.settings.definitions import SECRET
from executor.sqlstates import DatatypeMismatch, NullValueNotAllowed, UndefinedObject
from executor.types.base import Stored

SERVER_VERSION = "18.4"
STARTED = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
"""Stored form of the time this process began to serve."""
_UTF8, _UNKNOWN, _DEFAULT_COLLATION = 6, 705, 100


def _view(name: str) -> Callable[[Context], Stored]:
    def read(context: Context) -> Stored:
        found: Stored = getattr(view_of(context), name)
        return found
    return read


def setting(context: Context, name: str) -> str | None:
    """A setting's value; None if there is no such setting."""
    value: str | None = context.settings.find(name) if context.settings is not None else None
    return value


def _version(context: Context) -> str:
    number = setting(context, "server_version") or SERVER_VERSION
    return f"PostgreSQL {number} (pgquill) on {sys.platform}, {64 if sys.maxsize > 2 ** 32 else 32}-bit"


def _current_schema(context: Context) -> str | None:
    path = explicit_path(context)
    return shown_schema(path[0]) if path else None


def _current_schemas(context: Context, implicit: int) -> str:
    path = search_path(context) if implicit else explicit_path(context)
    shown = [shown_schema(name) for name in path if name != TEMPORARY or has_temporary(context.catalog)]
    return msgspec.json.encode(shown).decode()


def _current_setting(context: Context, name: str, missing_ok: int = 0) -> str | None:
    value = setting(context, name)
    if value is None and not missing_ok:
        raise UndefinedObject(f'unrecognized configuration parameter "{name}"')
    if value is not None and name.lower() in SECRET:
        context.settings.examine(name)
    return value


def _set_config(context: Context, name: str | None, value: str | None, local: int | None) -> str:
    """NULL as the value means the default; a NULL name is an error in PostgreSQL as well."""
    if name is None:
        raise NullValueNotAllowed("SET requires parameter name")
    context.settings.set(name, value, local=bool(local))
    return str(context.settings.get(name))


_ENCODINGS = {_UTF8: "UTF8"} | dict(enumerate((
    "SQL_ASCII", "EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "UTF8", "MULE_INTERNAL", "LATIN1", "LATIN2",
    "LATIN3", "LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9", "LATIN10", "WIN1256", "WIN1258", "WIN866",
    "WIN874", "KOI8R", "WIN1251", "WIN1252", "ISO_8859_5", "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "WIN1250",
    "WIN1253", "WIN1254", "WIN1255", "WIN1257", "KOI8U", "SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB",
    "SHIFT_JIS_2004")))
_ALIASES = {"unicode": _UTF8, "utf8": _UTF8}


def _folded(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _encoding_number(name: str) -> int:
    folded = _folded(name)
    return _ALIASES.get(folded, next((n for n, known in _ENCODINGS.items() if _folded(known) == folded), -1))


def _client_encoding(context: Context) -> str:
    return setting(context, "client_encoding") or "UTF8"


def _collation_for(types: ArgumentTypes, result: int) -> Callable[[Stored], str | None]:
    """Of an expression whose type has no collation; executor.lower.functions writes the name of any other's."""
    kind = types[0][0]
    if kind == _UNKNOWN:
        return lambda value: None
    known = types_by_oid().get(kind)
    if known is not None and known.collation:
        return lambda value: '"default"' if known.collation == _DEFAULT_COLLATION else quote_identifier("C")
    raise DatatypeMismatch(f"collations are not supported by type {format_type(kind, None, None)}")


def _keywords() -> Any:
    return ((word, code, bare, description, label) for word, code, bare, description, label in table("keywords").rows)


def _transaction_id(context: Context) -> int:
    if context.settings is not None and context.settings.in_recovery:
        raise during_recovery("pg_current_xact_id()")
    return view_of(context).transaction_id()


def _assigned_transaction_id(context: Context) -> int | None:
    return view_of(context).assigned_transaction_id()


def _blocking(context: Context, process_id: int) -> str:
    """The sessions that another one waits for."""
    return msgspec.json.encode(sorted(set(view_of(context).blockers(process_id)))).decode()


def _is_blocked(context: Context, process_id: int, others: str) -> int:
    """Whether a session waits for one of others; PostgreSQL's own tests ask this."""
    return int(not set(msgspec.json.decode(others)).isdisjoint(view_of(context).blockers(process_id)))


def _log_files(context: Context) -> Any:
    return ((file.name, file.bytes, file.modified) for file in view_of(context).log_files())


def _log_bytes(context: Context) -> int:
    """The size of the database's own write-ahead log."""
    return sum(file.bytes for file in view_of(context).log_files() if file.own)


def _rows_of(name: str) -> SetReturning:
    """The function behind a view that shows all of its rows."""
    return SetReturning(lambda context: rows("pg_catalog", name, view_of(context)), context=True)


def _extensions(context: Context) -> Any:
    return ((name, version, comment)
            for name, version, _, comment in rows("pg_catalog", "pg_available_extensions", view_of(context)))


def _with_context(function: Callable[..., Any]) -> Python:
    return Python(function, context=True)


def _system_user(context: Context) -> str | None:
    client = context.session.settings.client if context.session is not None else None
    return client.system_user if client is not None else None
def _trigger_depth(context: Context) -> int:
    return 0 if context.triggers is None else int(context.triggers.depth)


BUILTINS = (
    Builtin("version()", _with_context(_version)),
    Builtin("current_database()", _with_context(lambda context: context.database)),
    Builtin("current_user()", _with_context(lambda context: context.user)),
    Builtin("system_user()", _with_context(_system_user)),
    Builtin("session_user()", _with_context(lambda context: context.session_user)),
    Builtin("getpgusername()", _with_context(lambda context: context.user)),
    Builtin("current_schema()", _with_context(_current_schema)),
    Builtin("current_schemas(bool)", _with_context(_current_schemas)),
    Builtin("current_setting(text)", _with_context(_current_setting), ("current_setting('nope')", "ERROR 42704")),
    Builtin("current_setting(text,bool)", _with_context(_current_setting), ("current_setting('nope', true)", None)),
    Builtin("set_config(text,text,bool)", _with_context(_set_config)),
    Builtin("pg_backend_pid()", _with_context(lambda context: context.process_id)),
    Builtin("pg_postmaster_start_time()", Python(lambda: STARTED)),
    Builtin("pg_conf_load_time()", Python(lambda: STARTED)),
    Builtin("inet_client_addr()", _with_context(_view("client_address"))),
    Builtin("inet_client_port()", _with_context(_view("client_port"))),
    Builtin("inet_server_addr()", _with_context(_view("server_address"))),
    Builtin("inet_server_port()", _with_context(_view("server_port"))),
    Builtin("pg_ls_waldir()", SetReturning(_log_files, context=True)),
    Builtin("pgquill_wal_size()", _with_context(_log_bytes)),
    Builtin("pgquill_metrics()", SetReturning(lambda context: map(tuple, view_of(context).measures()), context=True)),
    Builtin("pg_encoding_to_char(int4)", Python(lambda number: _ENCODINGS.get(number, "")),
            ("pg_encoding_to_char(6)", "UTF8")),
    Builtin("pg_char_to_encoding(name)", Python(_encoding_number), ("pg_char_to_encoding('utf-8')", "6")),
    Builtin("getdatabaseencoding()", Python(lambda: "UTF8"), ("getdatabaseencoding()", "UTF8")),
    Builtin("pg_client_encoding()", _with_context(_client_encoding)),
    Builtin("pg_collation_for(any)", Python(_collation_for, typed=True),
            ("pg_collation_for('a'::text)", '"default"')),
    Builtin("pg_get_keywords()", SetReturning(_keywords)),
    Builtin("pg_current_xact_id()", _with_context(_transaction_id)),
    Builtin("txid_current()", _with_context(_transaction_id)),
    Builtin("pg_current_xact_id_if_assigned()", _with_context(_assigned_transaction_id)),
    Builtin("txid_current_if_assigned()", _with_context(_assigned_transaction_id)),
    Builtin("pg_show_all_settings()", _rows_of("pg_settings")),
    Builtin("pg_lock_status()", _rows_of("pg_locks")),
    Builtin("pg_prepared_statement()", _rows_of("pg_prepared_statements")),
    Builtin("pg_cursor()", _rows_of("pg_cursors")),
    Builtin("pg_timezone_names()", _rows_of("pg_timezone_names")),
    Builtin("pg_available_extensions()", SetReturning(_extensions, context=True)),
    Builtin("pg_blocking_pids(int4)", _with_context(_blocking)),
    Builtin("pg_safe_snapshot_blocking_pids(int4)", Python(lambda process_id: "[]"), ("pg_safe_snapshot_blocking_pids(1)", "{}")),
    Builtin("pg_isolation_test_session_is_blocked(int4,_int4)", _with_context(_is_blocked)),
    Builtin("pg_trigger_depth()", _with_context(_trigger_depth), ("pg_trigger_depth()", "0")),
    Builtin("pg_jit_available()", Python(lambda: 0)),
)
