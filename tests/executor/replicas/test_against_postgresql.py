"""Functions, views and settings about replication answer as PostgreSQL 18 did (harness.py records it)."""

from pathlib import Path
from typing import Any

import pytest

from tests.executor.replicas.harness import Answer, Client, recorded, serving, statements

pytestmark = pytest.mark.trio
DIFFERENT: dict[str, dict[str, str]] = {"slots": {}, "primary": {}, "standby": {}}
"""Script -> statement -> why the answer is another one here."""


async def differences(name: str, client: Client) -> list[Any]:
    found: list[Any] = []
    for text, theirs in zip(statements(name), recorded(name), strict=True):
        ours: Answer = await client.run(text)
        if ours != theirs and text not in DIFFERENT[name]:
            found.append((text, ours, theirs))
    return found


@pytest.mark.parametrize("name", ["slots", "primary"])
async def test_primary_answers_as_recorded(name: str, tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        assert await differences(name, await server.client()) == []


async def test_standby_answers_as_recorded(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        for text in ("CREATE TABLE shown(a int primary key)", "INSERT INTO shown VALUES (1)", "CREATE SEQUENCE counter"):
            await client.run(text)
    async with serving(tmp_path / "a.db", is_standby=True) as server:
        assert await differences("standby", await server.client()) == []
