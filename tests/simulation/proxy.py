"""A TCP proxy that misbehaves on request: cuts connections, sends half of something, is slow, or says nothing at all.

It runs in a thread with an event loop of its own, so that it goes on whatever the test waits for.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

CHUNK_BYTES = 16384
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes close() send a reset."""


class Proxy:
    """Listens on a port of its own, which it keeps, and passes everything on to `target`, which may change."""

    host = "127.0.0.1"

    def __init__(self, target: int, seed: int = 0) -> None:
        self.target = target
        self.passed = 0
        self._draw = random.Random(seed)
        self._delay_s = 0.0
        self._halve = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._open = asyncio.Event()
        self.port: int = self._do(self._listen())

    def _do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _listen(self) -> int:
        self._open.set()
        self._server = await asyncio.start_server(self._accept, self.host, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    # --- faults -------------------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """End all connections with a reset; new ones are accepted."""
        self._do(self._cut())

    def halve(self) -> None:
        """Of the next thing that is sent, pass a part, then cut."""
        self._halve = True

    def delay(self, seconds: float) -> None:
        """Keep everything so long before it is passed on."""
        self._delay_s = seconds

    def hold(self) -> None:
        """Pass nothing on; connections stay open, and new ones are taken and kept waiting."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def heal(self) -> None:
        """Be an ordinary network again."""
        self._delay_s, self._halve = 0.0, False
        self._loop.call_soon_threadsafe(self._open.set)

    def close(self) -> None:
        """Stop listening, and end all connections."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # --- in the loop --------------------------------------------------------------------------------------------------

    async def _cut(self) -> None:
        for writer in list(self._writers):
            plug: socket.socket = writer.get_extra_info("socket")
            with suppress(OSError):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            await self._open.wait()
            there, back = await asyncio.open_connection(self.host, self.target)
            self._writers.add(back)
            try:
                await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
            finally:
                self._writers.discard(back)
                back.transport.abort()
        except (OSError, asyncio.CancelledError):
            return  # one of the two has gone
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            await self._open.wait()
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            if self._halve and len(data) > 1:
                self._halve = False
                writer.write(data[: self._draw.randrange(1, len(data))])
                await writer.drain()
                await self._cut()
                return
            self.passed += len(data)
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError
