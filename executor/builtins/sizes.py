"""Sizes of relations and databases, from SQLite's own page counts (dbstat), and how sizes are printed."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from executor.builtins.base import Builtin, Native, Python, call
from executor.builtins.catalog_text import relation_of
from executor.builtins.numeric import numeric_mul, to_integer
from executor.catalog.model import Relation
from executor.catalog.search_path import class_name
from executor.catalog.system.session_view import view_of
from executor.context import Context
from executor.sqlstates import InvalidParameterValue, UndefinedDatabase, UndefinedObject
from executor.types.base import Env
from executor.types.numeric import parse_numeric

_MAIN_FORKS = {"main"}
_FORKS = {"main", "fsm", "vm", "init"}


def _listed(found: list[str]) -> str:
    return msgspec.json.encode([name for name in found if name]).decode()


def _table_names(relation: Relation) -> list[str]:
    return [relation.sqlite_name] if relation.kind in "rm" and relation.sqlite_schema == "main" else []


def _relation_btrees(context: Context, oid: int, fork: str = "main") -> str | None:
    """The SQLite b-trees that are a relation without its indexes, as a JSON array; None if there is no relation."""
    if fork not in _FORKS:
        raise InvalidParameterValue("invalid fork name", hint='Valid fork names are "main", "fsm", "vm", and "init".')
    if class_name(context.catalog, oid) is None:
        return None
    if fork not in _MAIN_FORKS:
        return _listed([])
    for relation in context.catalog.relations:
        for index in relation.indexes:
            if index.oid == oid:
                return _listed([index.sqlite_name])
    relation_found = relation_of(context, oid)
    return _listed(_table_names(relation_found) if relation_found else [])


def _index_btrees(context: Context, oid: int) -> str | None:
    """The b-trees of a table's indexes; an INTEGER PRIMARY KEY is the table itself."""
    relation = relation_of(context, oid)
    if relation is None:
        return None if class_name(context.catalog, oid) is None else _listed([])
    return _listed([index.sqlite_name for index in relation.indexes] if relation.sqlite_schema == "main" else [])


def _all_btrees(context: Context, oid: int) -> str | None:
    """A table's b-tree and those of its indexes."""
    table, indexes = _relation_btrees(context, oid), _index_btrees(context, oid)
    if table is None:
        return None
    return _listed(msgspec.json.decode(table) + msgspec.json.decode(indexes or "[]"))


def _pages(btrees: Callable[..., Any]) -> Native:
    def lower(*arguments: str) -> str:
        listed = call(btrees, *arguments)
        return (f"(CASE WHEN {listed} IS NOT NULL THEN (SELECT coalesce(sum(pgsize), 0) FROM dbstat('main') "
                f"WHERE aggregate = 1 AND name IN (SELECT value FROM json_each({listed}))) END)")
    return Native(lower, context_helpers=(btrees,))


def _other_database_bytes(context: Context, which: str | int) -> int | None:
    """The size of another database of the cluster; None for this one."""
    view = view_of(context)
    known: dict[str | int, str] = {}
    for oid, database in view.databases():
        known |= {oid: database, database: database}
    name = known.get(which)
    if name is None:
        raise UndefinedDatabase(f'database "{which}" does not exist' if isinstance(which, str)
                                else f"database with OID {which} does not exist")
    return None if name == context.database else view.database_bytes(name)


_HERE = "(SELECT page_count * page_size FROM pragma_page_count('main'), pragma_page_size('main'))"


def _database(which: str) -> str:
    other = call(_other_database_bytes, which)
    return f"(CASE WHEN {which} IS NOT NULL THEN coalesce({other}, {_HERE}) END)"


_DATABASE = Native(_database, context_helpers=(_other_database_bytes,))

# ---------------------------------------------------------------- printing and reading

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_LIMIT = 10 * 1024


def _half_rounded(value: int) -> int:
    return (value + (1 if value > 0 else -1)) // 2 if value >= 0 else -((-value + 1) // 2)


def _pretty(size: int) -> str:
    """PostgreSQL shifts by one bit less for each unit, so that the last step rounds half away from zero."""
    if abs(size) < _LIMIT:
        return f"{size} bytes"
    value = size >> 9 if size >= 0 else -(-size >> 9)
    for unit in _UNITS[1:]:
        if abs(value) < 2 * _LIMIT - 1 or unit == _UNITS[-1]:
            return f"{_half_rounded(value)} {unit}"
        value = value >> 10 if value >= 0 else -(-value >> 10)
    raise AssertionError(size)


def _pretty_numeric(text: str) -> str:
    size = Decimal(text)
    if not size.is_finite():
        return f"{text} PB"
    if abs(size) < _LIMIT:
        return f"{text} bytes"
    return _pretty(int(size))


_SIZE = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(\S.*?)?\s*\Z", re.DOTALL | re.ASCII)
_TO_INT8 = to_integer("int8")
_FACTORS = {"b": 1, "bytes": 1} | {unit.lower(): 1024 ** i for i, unit in enumerate(_UNITS) if i}


def _size_bytes(text: str) -> int:
    """pg_size_bytes(): 22023 for what is no size, 22003 for one that is too large."""
    match = _SIZE.match(text)
    if match is None:
        raise InvalidParameterValue(f'invalid size: "{text}"')
    number, unit = match.groups()
    factor = _FACTORS.get((unit or "b").lower())
    if factor is None:
        raise InvalidParameterValue(
            f'invalid size: "{text}"', detail=f'Invalid size unit: "{unit}".',
            hint='Valid units are "bytes", "B", "kB", "MB", "GB", "TB", and "PB".')
    size: int = _TO_INT8(numeric_mul(str(parse_numeric(number, -1, Env())), str(factor)))
    return size


_DEFAULT_TABLESPACE = {"pg_default", 1663}
_GLOBAL_TABLESPACE = {"pg_global", 1664}


def _other_tablespace_bytes(context: Context, which: str | int) -> int:
    """What else is in a tablespace: the other databases in pg_default; -1 for pg_global, where nothing is stored."""
    if which in _GLOBAL_TABLESPACE:
        return -1
    if which not in _DEFAULT_TABLESPACE:
        raise UndefinedObject(f'tablespace "{which}" does not exist' if isinstance(which, str)
                              else f"tablespace with OID {which} does not exist")
    view = view_of(context)
    return sum(view.database_bytes(name) for _, name in view.databases() if name != context.database)


def _tablespace(which: str) -> str:
    other = call(_other_tablespace_bytes, which)
    return f"(CASE WHEN {other} < 0 THEN 0 ELSE {other} + {_HERE} END)"


_TABLESPACE = Native(_tablespace, context_helpers=(_other_tablespace_bytes,))


BUILTINS = (
    Builtin("pg_relation_size(regclass)", _pages(_relation_btrees)),
    Builtin("pg_relation_size(regclass,text)", _pages(_relation_btrees)),
    Builtin("pg_table_size(regclass)", _pages(_relation_btrees)),
    Builtin("pg_indexes_size(regclass)", _pages(_index_btrees)),
    Builtin("pg_total_relation_size(regclass)", _pages(_all_btrees)),
    Builtin("pg_database_size(name)", _DATABASE),
    Builtin("pg_database_size(oid)", _DATABASE),
    Builtin("pg_tablespace_size(name)", _TABLESPACE),
    Builtin("pg_tablespace_size(oid)", _TABLESPACE),
    Builtin("pg_tablespace_location(oid)", Python(lambda oid: ""), ("pg_tablespace_location(1663)", "")),
    Builtin("pg_size_pretty(int8)", Python(_pretty), ("pg_size_pretty((-123456789)::int8)", "-118 MB")),
    Builtin("pg_size_pretty(numeric)", Python(_pretty_numeric), ("pg_size_pretty(10240.5)", "10 kB")),
    Builtin("pg_size_bytes(text)", Python(_size_bytes), ("pg_size_bytes('1.5 kB')", "1536")),
)
