"""What `pgquill standby` does before it serves: makes the copy if there is none, and decides what the file is.

    the file                       the primary                  what becomes of it
    is not there                                                a base backup is taken
    a copy                                                      it goes on following
    a primary's, or was promoted   on a newer timeline          it becomes a copy: an old primary rejoins
    was promoted                   older, or cannot be reached  it stays the primary that it is
    a primary's                    on the same timeline         it becomes a copy, if all it has is there as well
"""

import os
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import trio

from replication.client import BadConnectionString, ConnectionInfo, ConnectionLost, Identity, ServerError, connect
from replication.conninfo import parse
from replication.first_copy import CannotCopy, Report, first_copy, take_new
from replication.follower import Timing
from replication.login import CannotLogIn
from replication.standby import PROMOTED, Mark, read_mark, save_mark
from storage.database import Database
from storage.errors import EngineError
from storage.in_use import is_in_use

APPLICATION_NAME = "pgquill_standby"
SLOT_BYTES_MAX = 63
WAITING_STATES = frozenset({"57P03", "57P01", "53300", "55006"})
"""What a server says that may be followed later: it starts, stops, or has no place."""
Unreachable = (ConnectionLost, CannotLogIn, ServerError)

T = TypeVar("T")


class CannotFollow(Exception):
    """The file cannot be a standby's; one line for the operator."""


class Decision(NamedTuple):
    """What a file is. follows: it is a copy; otherwise a primary that was a copy."""

    mark: Mark
    follows: bool


def read_primary(text: str, environment: Mapping[str, str] | None = None) -> ConnectionInfo:
    """The connection string of the primary. environment: instead of the process's. Raises: CannotFollow."""
    try:
        info = parse(text, environment)
    except BadConnectionString as error:
        raise CannotFollow(f"--primary: {error}") from None
    name = info.words["application_name"] or APPLICATION_NAME
    return info.replaced(application_name=name)


def default_slot(path: Path) -> str:
    """A slot's name that no other standby is likely to have: of the machine and the file."""
    text = f"pgquill_{socket.gethostname()}_{path.stem}".lower()
    return re.sub(r"[^a-z0-9_]+", "_", text)[:SLOT_BYTES_MAX].rstrip("_")


def check_slot(name: str) -> str:
    """A slot's name. Raises: CannotFollow."""
    if not re.fullmatch(r"[a-z0-9_]{1,63}", name):
        raise CannotFollow(f'--slot: "{name}" may have lower case letters, numbers and the underscore, 63 at most')
    return name


async def prepare(path: Path, info: ConnectionInfo, slot: str | None, timing: Timing, report: Report, log: Any, *,
                  rebuild: bool = False) -> Decision:
    """See the module; waits for a primary that cannot be reached yet. rebuild: take a base backup in any case.

    Raises: CannotFollow.
    """
    if not path.parent.is_dir():
        raise CannotFollow(f"{path}: the folder {path.parent} does not exist")
    if path.is_dir():  # noqa: ASYNC240  (before any client is served)
        raise CannotFollow(f"{path} is a folder: a standby's copy is a file")
    if path.exists() and is_in_use(os.fspath(path)):  # noqa: ASYNC240
        raise CannotFollow(f"{path} is being served by another process")
    take_new(path)
    if rebuild or not path.exists():  # noqa: ASYNC240
        await persist(lambda: _copy(path, info, slot or default_slot(path), report, log), timing, log)
        take_new(path)
    try:
        database = Database.open(os.fspath(path))
    except EngineError as error:
        raise CannotFollow(f"{path}: {error.message}") from None
    try:
        return await _decide(database, path, info, slot, timing, log)
    finally:
        with trio.CancelScope(shield=True):
            await database.close()


async def _copy(path: Path, info: ConnectionInfo, slot: str, report: Report, log: Any) -> None:
    log.info("taking a base backup", file=str(path), slot=slot)
    try:
        await first_copy(info, path, slot, report)
    except CannotCopy as error:
        raise CannotFollow(f"{path}: {error}") from None
    except OSError as error:
        raise CannotFollow(f"{path}: {error.strerror or error}") from None
    except EngineError as error:
        raise CannotFollow(f"{path}: {error.message}") from None
    log.info("the base backup is complete", file=str(path))


async def _decide(database: Database, path: Path, info: ConnectionInfo, slot: str | None, timing: Timing, log: Any) -> Decision:
    wal = database.wal
    mark = read_mark(wal)
    if mark is not None:
        if slot is not None and slot != mark.slot:
            mark = Mark(mark.name, slot)
            await save_mark(wal, mark)
        return Decision(mark, follows=True)
    if not wal.is_on:
        raise CannotFollow(f"{path} is not a copy of a primary's database: it has no log (--rebuild replaces it by a new "
                           "copy and keeps it as .old)")
    promoted = read_mark(wal, PROMOTED)
    if promoted is not None:
        try:
            seen = await look(info)
        except Unreachable as error:
            log.warning("serving as the primary: this copy was promoted, and its former primary is silent", reason=str(error))
            return Decision(promoted, follows=False)
        if seen.timeline <= wal.timeline:
            log.info("serving as the primary: this copy was promoted", timeline=wal.timeline, other_timeline=seen.timeline)
            return Decision(promoted, follows=False)
    else:
        seen = await persist(lambda: look(info), timing, log)
    if seen.system != wal.system_identifier:
        raise CannotFollow(f"{path} is of another database system than the primary: its identifier is {wal.system_identifier}, "
                           f"and the primary's is {seen.system}")
    if seen.timeline < wal.timeline:
        raise CannotFollow(f"{path} is on timeline {wal.timeline}, and the server that it should follow on {seen.timeline}")
    mark = Mark(seen.database or info.database, slot or default_slot(path))
    log.warning("rejoining as a standby", file=str(path), timeline=wal.timeline, primary_timeline=seen.timeline)
    await save_mark(wal, mark)
    return Decision(mark, follows=True)


async def look(info: ConnectionInfo) -> Identity:
    """Ask a server what it is. Raises: ConnectionLost, ServerError, CannotLogIn."""
    client = await connect(info, replication="database")
    try:
        return await client.identify()
    finally:
        await client.close()


async def persist(job: Callable[[], Awaitable[T]], timing: Timing, log: Any) -> T:
    """Do something that needs the primary, again and again while that cannot be reached. Raises: CannotFollow, if it says no."""
    tries, said = 0, ""
    while True:
        try:
            return await job()
        except CannotLogIn as error:
            raise CannotFollow(f"the primary: {error}") from None
        except ServerError as error:
            if error.sqlstate not in WAITING_STATES:
                raise CannotFollow(f"the primary: {error}") from None
            reason = str(error)
        except ConnectionLost as error:
            reason = str(error)
        if reason != said:
            log.warning("waiting for the primary", reason=reason)
            said = reason
        await trio.sleep(timing.pause(tries))
        tries += 1
