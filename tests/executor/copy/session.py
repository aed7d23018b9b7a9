"""A session of the executor on a new file, as far as COPY needs one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from executor.copy.copy_out import CopyOut
from executor.engine import Engine
from executor.errors import SqlError
from executor.session import Session


class CopySession:
    """Runs statements one by one, each in a transaction of its own unless BEGIN came before."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.notices: list[SqlError] = []

    async def run(self, text: str, data: bytes = b"", *, piece: int = 1 << 30) -> tuple[str | None, list[Any]]:
        """Tag, and rows as texts or chunks of COPY data. data: for COPY FROM STDIN, sent in pieces of that size."""
        try:
            (raw,) = self.session.split(text)
            portal = await self.session.prepare_simple(raw)
            await portal.start()
            rows: list[Any] = []
            if isinstance(portal.copy, CopyOut):
                async for chunk in portal.copy.chunks():
                    rows += chunk
            elif portal.copy is not None:
                for at in range(0, len(data), piece):
                    await portal.copy.write(data[at : at + piece])
                await portal.copy.finish()
            while not portal.finished:
                found = await portal.fetch(1000)
                rows += [tuple(None if v is None else e(v).decode() for e, v in zip(portal.encoders, row, strict=True))
                         for row in found]
            await self.session.sync()
        except BaseException:
            await self.session.fail()
            raise
        finally:
            self.notices += self.session.take_notices()
        return portal.tag, rows

    async def value(self, text: str) -> Any:
        """The one value of a query, as text."""
        _, rows = await self.run(text)
        return rows[0][0]


@asynccontextmanager
async def copy_session(path: Path) -> AsyncIterator[CopySession]:
    """A session on a file that is made for it."""
    engine = await Engine.open(str(path))
    try:
        session = await engine.connect("postgres", "postgres", {"timezone": "UTC"})
        yield CopySession(session)
        await session.terminate()
    finally:
        await engine.close()
