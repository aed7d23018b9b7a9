"""What is in a database file, as one hash: the same for a primary and its standbys, whatever pages their rows are on."""

import hashlib
import os
from pathlib import Path
from typing import Any

import apsw

from storage.logged import LOCAL_TABLES


def rows_of(connection: apsw.Connection, table: str) -> list[Any]:
    """The rows of a table with their numbers, in a fixed order."""
    quoted = '"' + table.replace('"', '""') + '"'
    try:
        found: list[Any] = connection.execute(f"SELECT rowid, * FROM {quoted}").fetchall()
    except apsw.SQLError:  # WITHOUT ROWID
        found = connection.execute(f"SELECT * FROM {quoted}").fetchall()
    return sorted(map(repr, found))


def contents(path: Path) -> dict[str, str]:
    """A hash of each table's rows, and of the schema; what is about one copy alone is left out."""
    connection = apsw.Connection(os.fspath(path))
    connection.set_busy_timeout(10_000)
    try:
        connection.execute("BEGIN").fetchall()
        schema: list[Any] = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
        kept = sorted((each for each in schema if each[2] not in LOCAL_TABLES and not each[2].startswith("sqlite_")), key=repr)
        found = {"the schema": _hash(map(repr, kept))}
        for kind, name, _, sql in kept:
            if kind == "table" and not str(sql).upper().startswith("CREATE VIRTUAL"):
                found[name] = _hash(rows_of(connection, name))
        return found
    finally:
        connection.close()


def log_of(path: Path) -> dict[int, str]:
    """The records of a file's log: position -> a hash of what is there."""
    connection = apsw.Connection(os.fspath(path))
    connection.set_busy_timeout(10_000)
    try:
        rows: Any = connection.execute("SELECT lsn, xid, committed_at, timeline, record FROM pgquill_wal").fetchall()
        return {row[0]: _hash([repr(row)]) for row in rows}
    finally:
        connection.close()


def _hash(lines: Any) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()[:16]


def differences(files: dict[str, Path]) -> list[str]:
    """What is not the same in all files, the first being the one that counts."""
    (first, path), *others = files.items()
    expected, log = contents(path), log_of(path)
    complaints = []
    for name, other in others:
        found = contents(other)
        complaints += [f"{each} is not the same on {name} as on {first}" for each in sorted(expected.keys() | found.keys())
                       if expected.get(each) != found.get(each)]
        theirs = log_of(other)
        begin = max(min(log, default=0), min(theirs, default=0))
        wrong = sorted(lsn for lsn in log.keys() | theirs.keys() if lsn >= begin and log.get(lsn) != theirs.get(lsn))
        if wrong:
            complaints.append(f"{len(wrong)} records are not the same on {name} as on {first}, the first at {wrong[0]:X}")
    return complaints
