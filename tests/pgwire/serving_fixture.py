"""A real server on loopback with the small engine behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
import trio

from pgwire.listeners import open_tcp
from pgwire.server import Limits, Server
from tests.pgwire.fake_engine import FakeEngine
from tests.pgwire.wire_client import WireClient


@dataclass
class Serving:
    server: Server
    engine: FakeEngine
    port: int
    nursery: trio.Nursery
    clients: list[WireClient] = field(default_factory=list)

    async def client(self) -> WireClient:
        """Connected, not started."""
        client = WireClient(await trio.open_tcp_stream("127.0.0.1", self.port))
        self.clients.append(client)
        return client


@asynccontextmanager
async def serving(**limits: Any) -> AsyncIterator[Serving]:
    listeners = open_tcp("127.0.0.1", 0)
    port = listeners[0].getsockname()[1]
    engine = FakeEngine()
    server = Server(engine, listeners, Limits(**limits), structlog.get_logger())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.run)
        await server.accepting.wait()
        running = Serving(server, engine, port, nursery)
        try:
            yield running
        finally:
            server.stop_now()
            for client in running.clients:
                await trio.aclose_forcefully(client.stream)
