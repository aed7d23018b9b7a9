"""Functions of replication slots. Source: functions-admin.html, "Replication Management Functions".

They ask the server's replication (executor.replicas), which works in the event loop: see executor.awaiting.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from executor.awaiting import awaited
from executor.builtins.base import Builtin, Python, SetReturning
from executor.catalog.system.replication import function_rows
from executor.catalog.system.session_view import view_of
from executor.context import Context
from executor.errors import not_supported
from executor.sqlstates import (
    ActiveSqlTransaction,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidParameterValue,
    NullValueNotAllowed,
    ObjectNotInPrerequisiteState,
    UndefinedObject,
)
from storage.log_readers import SlotFacts

Pair = tuple[str, int]


def _session(context: Context) -> Any:
    """The session, if its user may use slots (42501)."""
    session = context.session
    if session is None or session.engine.replication is None:
        raise not_supported("a replication slot outside of a server")
    role = session.identity.roles.by_oid.get(session.identity.current_oid)
    if not session.identity.is_superuser and (role is None or not role.replication):
        raise InsufficientPrivilege("permission denied to use replication slots",
                                    detail="Only roles with the REPLICATION attribute may use replication slots.")
    return session


def find_slot(session: Any, name: str) -> SlotFacts:
    """A slot by its name (42704)."""
    for slot in session.engine.replication.slots():
        if slot.name == name:
            found: SlotFacts = slot
            return found
    raise UndefinedObject(f'replication slot "{name}" does not exist')


def _make(session: Any, name: str, plugin: str, *, temporary: bool, failover: bool = False, copy_of: str | None = None) -> Pair:
    if session.settings.get("wal_level") != "logical":
        raise ObjectNotInPrerequisiteState('logical decoding requires "wal_level" >= "logical"')

    async def make() -> Pair:
        slot = await session.engine.replication.create_slot(session, name, plugin, temporary=temporary, failover=failover,
                                                            copy_of=copy_of)
        if temporary:
            session.temporary_slots.append(name)
        return slot.name, slot.confirmed_lsn

    found: Pair = awaited(session, ("create", name, plugin, copy_of), make)
    return found


def _create_logical(context: Context, name: str, plugin: str, temporary: int, two_phase: int, failover: int) -> Iterator[Pair]:
    session = _session(context)
    if two_phase:
        raise not_supported("a replication slot for two-phase commits")
    if temporary and failover:
        raise FeatureNotSupported("cannot enable failover for a temporary replication slot")
    transaction = session.block.transaction
    if transaction is not None and transaction.has_written:
        raise ActiveSqlTransaction("cannot create logical replication slot in transaction that has performed writes")
    yield _make(session, name, plugin, temporary=bool(temporary), failover=bool(failover))


def _create_physical(context: Context, *arguments: object) -> Iterator[Pair]:
    _session(context)
    raise not_supported("a physical replication slot", hint="A standby uses a logical slot with the plugin pgquill.")


def _copy_logical(context: Context, source: str, name: str, temporary: int | None = None,
                  plugin: str | None = None) -> Iterator[Pair]:
    session = _session(context)
    slot = find_slot(session, source)
    yield _make(session, name, slot.plugin if plugin is None else plugin,
                temporary=slot.temporary if temporary is None else bool(temporary), copy_of=source)


def _drop(context: Context, name: str) -> str:
    session = _session(context)

    async def drop() -> None:
        await session.engine.replication.drop_slot(session, name)
        if name in session.temporary_slots:
            session.temporary_slots.remove(name)

    awaited(session, ("drop", name), drop)
    return ""


def _advance(context: Context, name: str, upto: int) -> Iterator[Pair]:
    session = _session(context)
    if not upto:
        raise InvalidParameterValue("invalid target WAL LSN")
    move = partial(session.engine.replication.advance_slot, session, name, upto)
    yield name, awaited(session, ("advance", name, upto), move)


def _options(text: str | None) -> dict[str, str]:
    """VARIADIC options, as names and values in turn."""
    if text is None:
        raise NullValueNotAllowed("options array must not be null")
    words: list[Any] = msgspec.json.decode(text)
    if any(isinstance(word, list) for word in words):
        raise FeatureNotSupported("array must be one-dimensional")
    if None in words:
        raise FeatureNotSupported("array must not contain nulls")
    if len(words) % 2:
        raise FeatureNotSupported("array must have even number of elements")
    return dict(zip(words[::2], words[1::2], strict=True))


def _read(context: Context, name: str | None, upto_lsn: int | None, upto_changes: int | None, options: str | None, *,
          consume: bool, binary: bool) -> Iterator[tuple[int, int, str | bytes]]:
    session = _session(context)
    if name is None:
        raise NullValueNotAllowed("slot name must not be null")
    wanted = _options(options)
    read = partial(session.engine.replication.read_slot, session, name, upto_lsn or None, upto_changes or None, wanted,
                   consume=consume, binary=binary)
    key = ("read", name, upto_lsn, upto_changes, options, consume, binary)
    for lsn, xid, data in awaited(session, key, read, once=True):
        yield lsn, xid, data if binary else data.decode()


def _reader(*, consume: bool, binary: bool) -> SetReturning:
    return SetReturning(partial(_read, consume=consume, binary=binary), context=True)


def _statistics(context: Context, name: str) -> Iterator[tuple[Any, ...]]:
    found = [row for row in function_rows("pg_stat_replication_slots", view_of(context)) if row[0] == name]
    yield found[0] if found else (name, *[0] * 8, None)


def _reset_statistics(context: Context, name: str | None) -> str:
    session = context.session
    if session is None or session.engine.replication is None:
        raise not_supported("the statistics of a replication slot outside of a server")
    replication = session.engine.replication
    names = [slot.name for slot in replication.slots()] if name is None else [name]
    if name is not None and all(slot.name != name for slot in replication.slots()):
        raise InvalidParameterValue(f'replication slot "{name}" does not exist')

    async def reset() -> None:
        for each in names:
            replication.reset_slot_statistics(each)

    awaited(session, ("reset", name), reset)
    return ""


def _rows(view: str) -> Callable[[Context], Any]:
    return lambda context: function_rows(view, view_of(context))


BUILTINS = (
    Builtin("pg_create_logical_replication_slot(name,name,bool,bool,bool)", SetReturning(_create_logical, context=True)),
    Builtin("pg_create_physical_replication_slot(name,bool,bool)", SetReturning(_create_physical, context=True)),
    Builtin("pg_copy_logical_replication_slot(name,name)", SetReturning(_copy_logical, context=True)),
    Builtin("pg_copy_logical_replication_slot(name,name,bool)", SetReturning(_copy_logical, context=True)),
    Builtin("pg_copy_logical_replication_slot(name,name,bool,name)", SetReturning(_copy_logical, context=True)),
    Builtin("pg_copy_physical_replication_slot(name,name)", SetReturning(_create_physical, context=True)),
    Builtin("pg_copy_physical_replication_slot(name,name,bool)", SetReturning(_create_physical, context=True)),
    Builtin("pg_drop_replication_slot(name)", Python(_drop, context=True)),
    Builtin("pg_replication_slot_advance(name,pg_lsn)", SetReturning(_advance, context=True)),
    Builtin("pg_logical_slot_get_changes(name,pg_lsn,int4,_text)", _reader(consume=True, binary=False)),
    Builtin("pg_logical_slot_peek_changes(name,pg_lsn,int4,_text)", _reader(consume=False, binary=False)),
    Builtin("pg_logical_slot_get_binary_changes(name,pg_lsn,int4,_text)", _reader(consume=True, binary=True)),
    Builtin("pg_logical_slot_peek_binary_changes(name,pg_lsn,int4,_text)", _reader(consume=False, binary=True)),
    Builtin("pg_get_replication_slots()", SetReturning(_rows("pg_get_replication_slots"), context=True)),
    Builtin("pg_stat_get_replication_slot(text)", SetReturning(_statistics, context=True)),
    Builtin("pg_stat_reset_replication_slot(text)", Python(_reset_statistics, context=True)),
)
