"""Makes a copy of a primary's database: a slot, so that the log is kept from here on, then a base backup.

It becomes NAME.new, complete, verified and marked as a copy, and takes its place when nobody serves the file that is there:
`take_new`. That is kept as NAME.old, so that nothing is lost if it is wanted after all.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import trio

from replication.backup_store import BackupFailed, sync
from replication.client import Client, ConnectionInfo, connect
from replication.fetching import FileStore, Progress, command, receive
from replication.follower import PLUGIN, make_slot
from replication.standby import Mark, save_mark
from storage.database import Database

PARTIAL, NEW, OLD = ".fetched", ".new", ".old"
BESIDE = ("-wal", "-shm", "-pgquill")
"""What may stand beside a database file."""

Report = Callable[[int, int], None]
"""Is told (bytes received, bytes in all or 0 if that is not known)."""


class CannotCopy(Exception):
    """No copy could be made; says why."""


async def first_copy(info: ConnectionInfo, path: Path, slot: str, report: Report) -> Mark:
    """Make a copy of the database that a connection string names, as PATH.new. Cancelled or failed, it leaves nothing.

    Raises: CannotCopy, ConnectionLost, ServerError, CannotLogIn, EngineError, OSError.
    """
    fetched = _named(path, PARTIAL)
    _remove(fetched)
    client = await connect(info, replication="database")
    try:
        await _make_new_slot(client, slot)
        found = await client.identify()
        mark = Mark(found.database or info.database, slot)
        total = 0

        def take_total(size: int) -> None:
            nonlocal total
            total = size

        async with client.copy_out(command(f"standby {path.name}")) as stream:
            await receive(stream, FileStore(fetched), Progress(take_total, lambda size: report(size, total)))
        await _finish(fetched, mark, found.system)
        _move(fetched, _named(path, NEW))
        sync(path.parent)  # so that the renames last
    except BackupFailed as error:
        raise CannotCopy(str(error)) from None
    finally:
        with trio.CancelScope(shield=True):
            await client.close()
        _remove(fetched)
    return mark


async def _make_new_slot(client: Client, slot: str) -> None:
    """A slot from here on: one that is there already is of a copy that there was before."""
    found = await client.simple_query(
        f"SELECT plugin, active_pid FROM pg_catalog.pg_replication_slots WHERE slot_name = '{slot}'")
    if found[0].rows:
        plugin, process_id = found[0].rows[0]
        if plugin != PLUGIN or process_id is not None:
            what = f"is in use by process {process_id}" if process_id is not None else f"is of the plugin {plugin}"
            raise CannotCopy(f'the replication slot "{slot}" {what}: give this standby another one with --slot')
        await client.simple_query(f'DROP_REPLICATION_SLOT "{slot}"')
    await make_slot(client, slot)


async def _finish(path: Path, mark: Mark, system: int) -> None:
    """Mark the file as a copy. Raises: CannotCopy."""
    database = Database.open(os.fspath(path))
    try:
        wal = database.wal
        if not wal.is_on or wal.system_identifier != system:
            raise CannotCopy("the base backup has no log, or that of another database system")
        await save_mark(wal, mark)
    finally:
        with trio.CancelScope(shield=True):
            await database.close()


def take_new(path: Path) -> bool:
    """Before the file is opened: let a complete new copy take its place; whether there is one."""
    new = _named(path, NEW)
    if not new.exists():
        return False
    if path.exists():
        _move(path, _named(path, OLD))
    _move(new, path)
    sync(path.parent)  # so that the renames last
    return True


def discard_new(path: Path) -> None:
    """The copy that was made is not wanted any more."""
    _remove(_named(path, NEW))


def _named(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _move(source: Path, target: Path) -> None:
    """Move a database file and what stands beside it; that first, so that the file is never without it."""
    for suffix in BESIDE:
        beside = _named(source, suffix)
        _unlink(_named(target, suffix))
        if beside.exists():
            beside.replace(_named(target, suffix))
    source.replace(target)


def _remove(path: Path) -> None:
    """Remove a database file and what stands beside it."""
    for suffix in ("", *BESIDE):
        _unlink(_named(path, suffix))


def _unlink(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()
