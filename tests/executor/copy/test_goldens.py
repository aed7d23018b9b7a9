"""COPY through the executor against what PostgreSQL 18 did with the same data (goldens.json, recorded by record.py)."""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.errors import SqlError
from tests.executor.copy.cases import TABLES
from tests.executor.copy.session import CopySession, copy_session

pytestmark = pytest.mark.trio

GOLDENS = json.loads((Path(__file__).parent / "goldens.json").read_text(encoding="utf-8"))
PIECES = (1 << 30, 1, 7)
"""Data arrive at once, byte by byte, or in small pieces."""


async def outcome(session: CopySession, options: str, data: bytes, piece: int) -> dict[str, Any]:
    try:
        tag, _ = await session.run(f"COPY {options}", data, piece=piece)
    except SqlError as error:
        return {"sqlstate": error.sqlstate, "message": error.message, "detail": error.detail, "hint": error.hint,
                "where": error.where}  # fmt: skip
    _, rows = await session.run("select * from t")
    return {"rows": [list(row) for row in rows], "tag": tag}


TABLES_HERE = sorted({case[0] for case in GOLDENS["from"]} - {"none"})
"""SQLite has no tables without columns; test_fields.py has those cases."""


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("table", TABLES_HERE)
async def test_copy_from_does_as_postgresql(tmp_path: Path, table: str, piece: int) -> None:
    wrong = []
    async with copy_session(tmp_path / "test.db") as session:
        for kind, options, text, expected, notices in GOLDENS["from"]:
            if kind != table:
                continue
            data = text.encode("latin-1")
            await session.run("drop table if exists t")
            await session.run(TABLES[kind])
            session.notices.clear()
            found = await outcome(session, options, data, piece)
            said = [[notice.message, notice.where] for notice in session.notices]
            if found != expected or said != notices:
                wrong.append((options, data[:80], found, expected, said, notices))
    assert wrong == []


async def test_copy_to_does_as_postgresql(tmp_path: Path) -> None:
    wrong = []
    async with copy_session(tmp_path / "test.db") as session:
        for query, options, chunks, _ in GOLDENS["to"]:
            _, found = await session.run(f"COPY ({query}) TO STDOUT {options}")
            if [chunk.decode("latin-1") for chunk in found] != chunks:
                wrong.append((query[:30], options, found, chunks))
    assert wrong == []
