"""Whether another program has written to a file while nobody served it, so that its log does not tell of everything.

While a server runs, `Engine.note_foreign` sees it. For the time between two servers there are two proofs that nobody has:

1. A server that closes a file whose log is on copies SQLite's write-ahead log into it, and leaves a note beside it
   (NAME.db-pgquill): the file's size, time of change and inode, and some counters of its header. If SQLite's log is empty when
   the file is opened again and the note fits, nobody has written.
2. A server that was killed leaves SQLite's log. Each of our commits writes a row of pgquill_wal, or one of the other tables
   that are about this copy alone; nobody else does. So the last commit in SQLite's log is ours if it has a page with the newest
   row of pgquill_wal, or a page of the other tables, and is not the whole file anew (which is VACUUM, whoever ran it).
   Commits of nothing but statistics (ANALYZE) are passed over.

In doubt another program has written: standbys take a new base backup then, which costs time, while the opposite mistake would
make them differ from their primary for good. Doubt there is when a file with a note was copied, when another program has
merged what a killed server had left (which reading can do), when a server is killed between a VACUUM or REINDEX and the next
commit, and after a crash in files with auto_vacuum, since whoever writes to those may move our pages.

The file itself is never opened here, only looked at with stat(): to close it would drop the locks of SQLite's connections.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from struct import Struct
from typing import TYPE_CHECKING, Any

import apsw

from storage.connection import Connection, Settings, file_uri
from storage.errors import EngineError, translate

if TYPE_CHECKING:
    from storage.engine import Engine

ENDING = "-pgquill"
"""Of the note's name, after that of the database."""
OPEN_WAIT_MS = 1000
PASSED_OVER_MAX = 1000
"""Commits of statistics that are looked behind."""

_WAL_HEADER = Struct(">IIIIII8x")  # magic number, version, page size, checkpoints, salt, salt
_FRAME_HEADER = Struct(">IIII8x")  # page, pages after a commit or 0, salt, salt
_LEAF = 0x0D
_STATISTICS = ("sqlite_stat1", "sqlite_stat4")
_OUR_OTHERS = ("pgquill_slot", "sqlite_autoindex_pgquill_slot_1", "pgquill_node", "sqlite_autoindex_pgquill_node_1")


def written_by_others(engine: "Engine") -> bool:
    """Whether, right after the file was opened, with nothing committed yet and the log on, another program may have written
    since the last server. From then on `Engine.note_foreign` knows. Blocks for OPEN_WAIT_MS at most. 1 ms."""
    if engine.path is None or engine.settings.in_memory or engine.settings.read_only:
        return False
    connection = engine.writer
    connection.raw.set_busy_timeout(OPEN_WAIT_MS)
    try:
        connection.command("BEGIN IMMEDIATE")  # nobody writes from here on
    except EngineError:
        return True
    finally:
        connection.raw.set_busy_timeout(0)
    try:
        return not _is_ours(connection, engine.watch, engine.path)
    except apsw.Error as error:
        raise translate(error) from error
    finally:
        engine.note_foreign()
        connection.command("ROLLBACK")


def _is_ours(connection: Connection, watch: Connection, path: str) -> bool:
    frames, _ = watch.raw.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_NOOP)
    if frames <= 0:
        return _note(connection, path) == _read_note(path)
    if connection.number("auto_vacuum"):
        return False
    with open(path + "-wal", "rb") as file:
        log = _Frames(file.fileno(), frames)
        statistics = _pages_of(connection, _STATISTICS)
        for number, commit in enumerate(log.commits()):
            pages = set(commit)
            if pages <= statistics and number < PASSED_OVER_MAX:
                continue
            if len(pages) >= connection.number("page_count"):
                return False
            return bool(pages & _pages_of(connection, _OUR_OTHERS)) or _has_newest_record(connection, log, commit)
    return _note(connection, path) == _read_note(path)


def _pages_of(connection: Connection, names: tuple[str, ...]) -> set[int]:
    """The pages of some small tables and indexes."""
    found: set[int] = set()
    for name in names:
        rows: Any = connection.raw.execute("SELECT pageno FROM dbstat WHERE name = ?", (name,)).fetchall()
        found.update(page for (page,) in rows)
    return found


class _Frames:
    """What SQLite's log consists of, as far as it counts: `count` frames."""

    def __init__(self, descriptor: int, count: int) -> None:
        self._descriptor, self._count = descriptor, count
        header = os.pread(descriptor, _WAL_HEADER.size, 0)
        _, _, page_bytes, _, *self._salts = _WAL_HEADER.unpack(header)
        self.page_bytes: int = page_bytes

    def _offset(self, number: int) -> int:
        return _WAL_HEADER.size + number * (_FRAME_HEADER.size + self.page_bytes)

    def commits(self) -> Iterator[dict[int, int]]:
        """The transactions, the newest first: page -> its last frame."""
        pages: dict[int, int] = {}
        for number in range(self._count - 1, -1, -1):
            page, commit, *salts = _FRAME_HEADER.unpack(os.pread(self._descriptor, _FRAME_HEADER.size, self._offset(number)))
            if salts != self._salts:
                raise apsw.CorruptError("the write-ahead log has changed meanwhile")
            if commit and pages:
                yield pages
                pages = {}
            pages.setdefault(page, number)
        yield pages

    def page(self, number: int) -> bytes:
        """The page in a frame."""
        return os.pread(self._descriptor, self.page_bytes, self._offset(number) + _FRAME_HEADER.size)


def _has_newest_record(connection: Connection, log: _Frames, commit: dict[int, int]) -> bool:
    newest: Any = connection.raw.execute(
        "SELECT lsn, xid, committed_at, timeline, facts FROM main.pgquill_wal ORDER BY lsn DESC LIMIT 1").fetchone()
    return newest is not None and any(_last_row(log.page(number)) == newest for number in commit.values())


def _last_row(page: bytes) -> tuple[int | None, ...] | None:
    """The key of the last row of a table's leaf page, and the four whole numbers after it, if that is how the row begins."""
    cells = int.from_bytes(page[3:5])
    if page[0] != _LEAF or not cells:
        return None
    try:
        at = int.from_bytes(page[8 + 2 * (cells - 1):10 + 2 * (cells - 1)])
        _, at = _varint(page, at)
        rowid, at = _varint(page, at)
        header_bytes, body = _varint(page, at)
        kinds: list[int] = []
        end = at + header_bytes
        while body < end and len(kinds) < 5:
            kind, body = _varint(page, body)
            kinds.append(kind)
        values, at = [], end
        for kind in kinds[1:]:
            value, at = _whole_number(page, at, kind)
            values.append(value)
    except (IndexError, KeyError):
        return None
    return (rowid, *values) if len(values) == 4 else None


_WIDTHS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Serial type -> bytes of a whole number."""
_CONSTANTS = {0: None, 8: 0, 9: 1}


def _whole_number(page: bytes, at: int, kind: int) -> tuple[int | None, int]:
    if kind in _CONSTANTS:
        return _CONSTANTS[kind], at
    end = at + _WIDTHS[kind]
    return int.from_bytes(page[at:end], signed=True), end


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """SQLite's variable-length number, and where it ends."""
    value = 0
    for number in range(8):
        byte = page[at + number]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + number + 1
    return value << 8 | page[at + 8], at + 9


# --- the note -------------------------------------------------------------------------------------------------------------


def vouch_for(path: str) -> None:
    """Leave a note beside a file that nobody serves or has open: a base backup, or a file that was made equal to another's state.
    It may go on from where its log ends. Raises: OSError, EngineError."""
    connection = Connection(Settings(file_uri(path), apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI))
    try:
        connection.raw.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_TRUNCATE)
        note = _note(connection, path)
    except apsw.Error as error:
        raise translate(error) from error
    finally:
        connection.close()
    _write_note(path, note)


def _note(connection: Connection, path: str) -> dict[str, int]:
    """What the note says of the file as it is."""
    found = os.stat(path)
    counters = {name: connection.number(name) for name in ("page_count", "freelist_count", "schema_version")}
    return {"size": found.st_size, "mtime_ns": found.st_mtime_ns, "inode": found.st_ino, **counters}


def _read_note(path: str) -> dict[str, int] | None:
    try:
        with open(path + ENDING, encoding="utf-8") as file:
            found: dict[str, int] = json.load(file)
    except (OSError, ValueError):
        return None
    return found


def leave_note(engine: "Engine") -> None:
    """Before the last connection, the writer's, is closed, in a thread: say how the file is left.

    Nothing is left if another program has written or has the file open in the middle of something. Never raises for that.
    """
    path = engine.path
    if path is None or engine.settings.in_memory or engine.settings.read_only or not engine.wal.is_on:
        return
    connection = engine.writer
    with suppress(EngineError, apsw.Error, OSError):
        _remove_note(path)
        connection.command("BEGIN IMMEDIATE")
        engine.note_foreign()
        connection.command("ROLLBACK")
        if not engine.wal.knows_all:
            return
        before = connection.number("data_version")
        connection.raw.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_TRUNCATE)
        note = _note(connection, path)
        if connection.number("data_version") == before:
            _write_note(path, note)


def _remove_note(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path + ENDING)


def _write_note(path: str, note: dict[str, int]) -> None:
    temporary = f"{path}{ENDING}.{os.getpid()}"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(note, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path + ENDING)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
