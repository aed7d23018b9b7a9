"""`pgquill promote`: makes a primary of a standby that runs, or of the file of one that does not."""

import os
from pathlib import Path

import trio

from replication.client import BadConnectionString, ConnectionLost, ServerError, connect
from replication.conninfo import parse
from replication.login import CannotLogIn
from replication.standby import STANDBY, promote_file
from storage.database import Database
from storage.errors import EngineError
from storage.in_use import is_in_use


class CannotPromote(Exception):
    """Why not, in one line."""


async def promote_target(target: str, wait_s: float) -> str:
    """Promote; what to say. target: a connection string, or a file's path. Raises: CannotPromote."""
    if "://" in target or "=" in target:
        return await _promote_server(target, wait_s)
    return await _promote_file(Path(target))


async def _promote_server(text: str, wait_s: float) -> str:
    try:
        client = await connect(parse(text))
        try:
            (result,) = await client.simple_query(f"SELECT pg_catalog.pg_promote(true, {max(1, round(wait_s))})")
        finally:
            await client.close()
    except (BadConnectionString, ConnectionLost, ServerError, CannotLogIn) as error:
        raise CannotPromote(str(error)) from None
    if result.rows[0][0] != "t":
        raise CannotPromote(f"{client.host.shown} was not promoted within {wait_s:g} s")
    return f"{client.host.shown} is the primary now"


async def _promote_file(path: Path) -> str:
    try:
        if is_in_use(os.fspath(path)):
            raise CannotPromote(f"{path} is being served: promote the server, by its connection string")
        database = Database.open(os.fspath(path), create=False)
    except OSError as error:
        raise CannotPromote(f"{path}: {error.strerror}") from None
    except EngineError as error:
        raise CannotPromote(f"{path}: {error.message}") from None
    try:
        if database.wal.note(STANDBY) is None:
            raise CannotPromote(f"{path} is no standby's copy")
        timeline = await promote_file(database.wal)
    finally:
        with trio.CancelScope(shield=True):
            await database.close()
    return f"{path} is a primary's file now, on timeline {timeline}: serve it with pgquill serve"
