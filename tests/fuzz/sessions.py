"""Whole conversations with a server over a link in memory: it ends each politely, with messages that a client can read, and keeps
nothing of it."""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import trio

from pgwire.connection import NEED_DATA, Connection
from pgwire.link import ClientGone
from pgwire.messages.error import ErrorResponse
from pgwire.messages.simple import Query
from pgwire.messages.startup import PROTOCOL_3_0, StartupMessage
from pgwire.server import Limits, Server
from tests.fuzz.conversations import encoded, messages
from tests.fuzz.mutate import mutated, mutated_text, split
from tests.fuzz.wire import startup

HANG_S = 60.0
STATEMENT_MS = 3000
SCRIPTS = Path(__file__).parent.parent / "executor" / "session_scripts"
_OURS = re.compile(r"internal error|SQLite: ")
_LEAVES_THE_DATABASE = re.compile(r"copy\b.*'|program|pg_read|pg_ls|lo_|sleep|advisory", re.IGNORECASE | re.DOTALL)
"""Not for a fuzzer: files, and waiting."""


class FuzzLink:
    """Gives what the fuzzer says, then the end; keeps what is sent."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces[::-1]
        self.sent = bytearray()

    async def receive(self) -> bytes:
        """The next piece."""
        await trio.lowlevel.checkpoint()
        return self._pieces.pop() if self._pieces else b""

    def send_now(self, data: bytes | bytearray) -> bool:
        """Keep it."""
        self.sent += data
        return True

    def post(self, data: bytes | bytearray) -> bool:
        """The same."""
        return self.send_now(data)

    async def drain(self) -> None:
        """Nothing waits."""
        await trio.lowlevel.checkpoint()


class Log:
    """Fails a run in which something unforeseen happened."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def bind(self, **_: Any) -> "Log":
        """The same."""
        return self

    def debug(self, event: str, **fields: Any) -> None:
        """Of no interest."""

    info = warning = debug

    def error(self, event: str, **fields: Any) -> None:
        """An error of ours."""
        self.errors.append(f"{event}: {fields.get('exc_info')!r}")

    exception = error


def session(random: Random) -> list[bytes]:
    """Start-up and messages, something of it changed."""
    begin = b"".join(startup(random)) if random.random() < 0.1 else _begin()
    data = messages(random)
    changed = mutated(random, data) if random.random() < 0.8 else data
    return split(random, begin + changed)


@cache
def _begin() -> bytes:
    options = f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={STATEMENT_MS} -c log_min_messages=panic"
    return encoded(StartupMessage(PROTOCOL_3_0, (("user", "tester"), ("database", "postgres"), ("options", options))))


@cache
def corpus(folder: Path = SCRIPTS) -> Sequence[str]:
    """Statements that make sense."""
    found = []
    for path in sorted(folder.rglob("*.sql")):
        for line in path.read_text(errors="replace").splitlines():
            text = re.sub(r"^\w+: ", "", line).partition(" <<< ")[0]
            if 8 < len(text) < 600 and not text.startswith(("--", "\\")):
                found.append(text)
    return found


def statement(random: Random) -> list[bytes]:
    """Changed statements, one conversation."""
    texts = corpus()
    chosen = [mutated_text(random, random.choice(texts), texts) for _ in range(random.randint(1, 3))]
    kept = [text for text in chosen if not _LEAVES_THE_DATABASE.search(text)] or ["select 1"]
    return [_begin() + encoded(*(Query(text.replace("\0", "")) for text in kept))]


class SessionRunner:
    """Conversations with one server, one after the other."""

    def __init__(self, engine: Any, *, real: bool) -> None:
        self._engine, self._real = engine, real
        self._server = Server(engine, [], Limits(), Log())

    async def check(self, pieces: list[bytes]) -> None:
        """One conversation."""
        link, log = FuzzLink(pieces), Log()
        with trio.fail_after(HANG_S), suppress(ClientGone):
            await self._server.converse(link, log)
        assert not log.errors or not self._real, log.errors
        assert len(self._server.backends) == 0
        assert not self._engine.sessions
        for message in sent_messages(bytes(link.sent)):
            if self._real and isinstance(message, ErrorResponse):
                assert not _OURS.search(message.message), message.message


def sent_messages(data: bytes) -> list[Any]:
    """What the server said, as a client reads it; a protocol-2 error and answers to encryption requests come without a frame."""
    data = data.lstrip(b"N") if data[:1] == b"N" and data[1:2] in (b"", b"N", b"E", b"R", b"v") else data
    if data.startswith(b"EFATAL:  "):
        return []
    connection = Connection(client=True)
    connection.receive_data(data)
    found = []
    while (message := connection.next_message()) is not NEED_DATA:
        found.append(message)
    assert connection.unread_bytes == 0, "an incomplete message was sent"
    return found
