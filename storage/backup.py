"""Consistent copies of a database, made beside its readers and writers.

One snapshot is copied, so that the copy never starts again however much is written meanwhile. `copy_to` gives the copy a
name; `BaseCopy` is a base backup, for somebody who sends it on: what is only about the original (its replication slots) is
taken out, and the file has lost its name before anybody reads it, so that it is gone with the process that made it.
"""

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import apsw

from storage.collations import DECIMAL
from storage.connection import Connection, file_uri
from storage.errors import CannotOpen, DiskFull, Interrupted, IoError, translate
from storage.functions import register_collation
from storage.logged import FIRST_LSN, LOCAL_TABLES, Record
from storage.worker import interrupted

if TYPE_CHECKING:
    from storage.engine import Engine

BACKUP_PAGES = 1000
"""Pages between two looks at whether to stop."""
PROGRESS_STEPS = 10_000
COMPLAINTS_MAX = 100
NO_ERROR = "not an error"
"""What SQLite says of a failed copy in words."""
NO_SPACE = frozenset({27, 28, 122})
"""EFBIG, ENOSPC, EDQUOT."""
_OURS = re.compile(r"\.backup-(\d+)-\d+(-journal|-wal|-shm)?$")

T = TypeVar("T")

Report = Callable[[int, int], None]
"""Is told (bytes copied, bytes in all), in the thread that copies."""

_numbers = count(1)


def operating_system(error: OSError) -> DiskFull | IoError:
    """What the operating system said, as an error of this folder."""
    message = error.strerror or str(error)
    return DiskFull(message) if error.errno in NO_SPACE else IoError(message)


def copy_to(source: Connection, path: str, report: Report | None = None) -> None:
    """Copy the newest state to a new file, which appears under its name when it is complete. Runs in a thread."""
    partial_path = f"{path}.partial-{os.getpid()}"
    if os.path.exists(path):
        raise CannotOpen(f"{path} exists already")
    try:
        _copy(source, partial_path, report, _drop_log)
        os.replace(partial_path, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(partial_path)


def _drop_log(raw: apsw.Connection) -> None:
    for table in sorted(LOCAL_TABLES):
        raw.execute(f"DROP TABLE IF EXISTS main.{table}").fetchall()


def _copy(source: Connection, path: str, report: Report | None, finish: Callable[[apsw.Connection], T]) -> T:
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
    try:
        target = apsw.Connection(file_uri(path), flags=flags)
        try:
            source.begin_snapshot()
            try:
                page_bytes = source.number("page_size")
                with target.backup("main", source.raw, "main") as backup:
                    while not backup.done:
                        if interrupted():
                            raise Interrupted("interrupted")
                        backup.step(BACKUP_PAGES)
                        if report is not None:
                            report((backup.page_count - backup.remaining) * page_bytes, backup.page_count * page_bytes)
            finally:
                source.command("ROLLBACK")
            target.pragma("locking_mode", "exclusive")  # nobody else knows the file, so it needs no memory to share
            return finish(target)
        finally:
            target.close(True)
    except apsw.Error as error:
        found = translate(error)
        if isinstance(found, DiskFull | IoError) and str(error) == NO_ERROR:
            found = type(found)("the disk is full" if isinstance(found, DiskFull) else "disk I/O error")
        raise found from error


# --- base backups ---------------------------------------------------------------------------------------------------------


class BaseCopy:
    """A finished copy for a base backup. Read it from its beginning with `read`, and close it.

    size: bytes. lsn: where its log ends. timeline, system_identifier: of its log; 0 as identifier if there has never been one.
    """

    def __init__(self, descriptor: int, engine: "Engine", lsn: int, timeline: int, system_identifier: int) -> None:
        self.size = os.fstat(descriptor).st_size
        self.lsn, self.timeline, self.system_identifier = lsn, timeline, system_identifier
        self._descriptor = descriptor
        self._worker = engine.worker

    async def read(self, size_max: int) -> bytes:
        """The next bytes; b"" at the end. Raises: IoError."""
        return await self._worker.read(partial(self._read, size_max), None)

    def _read(self, size_max: int) -> bytes:
        try:
            return os.read(self._descriptor, size_max)
        except OSError as error:
            raise operating_system(error) from error

    def close(self) -> None:
        """It is gone then."""
        if self._descriptor != -1:
            os.close(self._descriptor)
            self._descriptor = -1


async def base_copy(engine: "Engine", report: Report | None = None) -> BaseCopy:
    """Make a copy, beside the database (in the folder for temporary files, if that is in memory). Cancellable.

    Raises: DiskFull, IoError, EngineError.
    """
    engine.check_open()
    folder, name = os.path.split(engine.path) if engine.path is not None else (tempfile.gettempdir(), "memory")
    path = os.path.join(folder, f"{name}.backup-{os.getpid()}-{next(_numbers)}")
    source = Connection(engine.settings)
    try:
        return await engine.worker.read(partial(_base_copy, engine, source, path, report), source)
    finally:
        source.close()


def _base_copy(engine: "Engine", source: Connection, path: str, report: Report | None) -> BaseCopy:
    _remove_leftovers(path)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        lsn, timeline, system_identifier = _copy(source, path, report, _prepare)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise operating_system(error) from error
    finally:
        for each in (path, path + "-journal", path + "-wal", path + "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(each)
    return BaseCopy(descriptor, engine, lsn, timeline, system_identifier)


def _remove_leftovers(path: str) -> None:
    """Of processes that were killed while they copied."""
    folder, name = os.path.split(path)
    beginning = name[: name.rindex(".backup-")]
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _OURS.search(entry.name)
            if match and entry.name[: match.start()] == beginning and not _is_alive(int(match.group(1))):
                with suppress(OSError):
                    os.unlink(entry.path)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (OverflowError, PermissionError):
        return True
    return True


def _prepare(raw: apsw.Connection) -> tuple[int, int, int]:
    """Take out what is about the original alone; the end of the log, its timeline and its system identifier."""
    if "pgquill_slot" in _local_tables(raw) and raw.execute("SELECT count(*) FROM main.pgquill_slot").get:
        raw.pragma("secure_delete", True)
        raw.execute("DELETE FROM main.pgquill_slot").fetchall()
    return position_of(raw)


def _local_tables(raw: apsw.Connection) -> set[str]:
    rows: Any = raw.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall()
    return {name for (name,) in rows} & LOCAL_TABLES


def position_of(raw: apsw.Connection) -> tuple[int, int, int]:
    """(where the log of a file ends, its timeline, its system identifier); (0, 1, 0) if there has never been one."""
    if _local_tables(raw) != LOCAL_TABLES:
        return 0, 1, 0
    rows: Any = raw.execute("SELECT name, value FROM main.pgquill_node").fetchall()
    node = dict(rows)
    last: Any = raw.execute("SELECT lsn, xid, committed_at, timeline, facts, record FROM main.pgquill_wal "
                            "ORDER BY lsn DESC LIMIT 1").fetchone()
    end = Record(*last).end if last is not None else int(node.get("end", FIRST_LSN))
    return end, int(node.get("timeline", 1)), int(node.get("system_identifier", 0))


# --- whether a file is sound ----------------------------------------------------------------------------------------------


class Checker:
    """Looks for what is wrong with a file that nobody serves. Set `stop` to end it early; it raises Interrupted then."""

    def __init__(self, path: str) -> None:
        self.stop = False
        self._path = path

    def complaints(self) -> list[str]:
        """What integrity_check and foreign_key_check say; nothing if all is well. Blocks. Nothing is changed, or made beside it.

        Raises: NotADatabase, CannotOpen, IoError, Interrupted.
        """
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        try:
            raw = apsw.Connection(file_uri(self._path, immutable="1"), flags=flags)
        except apsw.Error as error:
            raise translate(error) from error
        try:
            raw.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
            register_collation(raw, DECIMAL)
            raw.set_progress_handler(lambda: self.stop, PROGRESS_STEPS)
            return self._integrity(raw) or self._foreign_keys(raw)
        except apsw.Error as error:
            raise translate(error) from error
        finally:
            raw.close(True)

    def _integrity(self, raw: apsw.Connection) -> list[str]:
        raw.pragma("schema_version")  # reads the file: notices one that is no database
        found: list[str] = []
        try:
            for (line,) in raw.execute(f"PRAGMA integrity_check({COMPLAINTS_MAX})"):
                found += str(line).splitlines()
        except apsw.CorruptError as error:  # it does not come to its own end
            found.append(str(error))
        return [line for line in found if line != "ok"]

    def _foreign_keys(self, raw: apsw.Connection) -> list[str]:
        found = []
        for table, rowid, parent, _ in raw.execute("PRAGMA foreign_key_check"):
            found.append(f"row {rowid} of {table} refers to a row of {parent} that is not there")
            if len(found) == COMPLAINTS_MAX:
                break
        return found
