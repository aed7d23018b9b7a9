"""Wire scripts: what is sent and what must come back, as data. `tests/wire/*.txt` hold them.

    == title                      a new script
    connect                       a new connection
    session                       a new connection, started as user and database postgres
    start 3.2 {"user": "me"}      StartupMessage; with "session" not needed
    send Query {"text": "…"}      a message; text stands for bytes, one character a byte
    bytes "\\u0000"                bytes as they are
    reply N                       one byte comes back that is not a message
    raw "…"                       exactly these bytes come back, then the end
    show ParameterStatus          do not leave these out in the next `until`
    until ReadyForQuery           what comes up to this message (or `closed`), followed by one indented line each:
      DataRow {"values": ["1"]}   a message with at least these fields; "<4 bytes>" is any four bytes
      [pgquill] ErrorResponse {}  only this server says it; [postgres] the other

ParameterStatus is left out unless shown: the servers differ in which settings they report.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import msgspec
import trio

from pgwire.connection import BACKEND, FRONTEND
from pgwire.messages.startup import (
    CancelRequest,
    GSSENCRequest,
    ParameterStatus,
    ReadyForQuery,
    SSLRequest,
    StartupMessage,
)
from tests.pgwire.wire_client import Closed, WireClient

STEP_S = 30.0
"""How long one step is waited for, in seconds: a message that never comes fails the script instead of holding the run."""
SENDABLE = {kind.__name__: kind for kind in (*FRONTEND.values(), CancelRequest, SSLRequest, GSSENCRequest)}
RECEIVABLE = {kind.__name__: kind for kind in BACKEND.values()}


@dataclass
class Step:
    line: str
    number: int
    expected: list[str] = field(default_factory=list)


@dataclass
class Script:
    file: str
    title: str
    steps: list[Step] = field(default_factory=list)


def read_scripts(path: Path) -> list[Script]:
    scripts: list[Script] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("== "):
            scripts.append(Script(path.stem, line[3:]))
        elif line.startswith("  "):
            scripts[-1].steps[-1].expected.append(line.strip())
        else:
            scripts[-1].steps.append(Step(line, number))
    return scripts


class Runner:
    """Runs a script against a server; `name` is pgquill or postgres."""

    def __init__(self, host: str, port: int, name: str) -> None:
        self._address = host, port
        self._name = name
        self._client: Any = None
        self._hidden: set[Any] = {ParameterStatus}

    async def run(self, script: Script) -> None:
        try:
            for step in script.steps:
                verb, _, rest = step.line.partition(" ")
                with trio.move_on_after(STEP_S) as patience:
                    await getattr(self, f"_{verb}")(rest, step)
                assert not patience.cancelled_caught, f"line {step.number}: no answer for {STEP_S} s"
        finally:
            if self._client is not None:
                await self._client.stream.aclose()

    async def _connect(self, rest: str, step: Step) -> None:
        if self._client is not None:
            await self._client.stream.aclose()
        self._client = WireClient(await trio.open_tcp_stream(*self._address))

    async def _session(self, rest: str, step: Step) -> None:
        await self._connect("", step)
        await self._start('3.0 {"user": "postgres", "database": "postgres"}', step)
        await self._client.until(ReadyForQuery)

    async def _start(self, rest: str, step: Step) -> None:
        version, _, parameters = rest.partition(" ")
        major, minor = map(int, version.split("."))
        await self._client.send(StartupMessage(major << 16 | minor, tuple(json.loads(parameters).items())))

    async def _send(self, rest: str, step: Step) -> None:
        name, _, fields = rest.partition(" ")
        await self._client.send(build(SENDABLE[name], json.loads(fields)))

    async def _bytes(self, rest: str, step: Step) -> None:
        await self._client.send_raw(json.loads(rest).encode("latin-1"))

    async def _reply(self, rest: str, step: Step) -> None:
        assert await self._client.receive_raw(len(rest)) == rest.encode(), f"line {step.number}"

    async def _raw(self, rest: str, step: Step) -> None:
        expected = json.loads(rest).encode("latin-1")
        assert await self._client.receive_raw(len(expected)) == expected, f"line {step.number}"
        assert await self._client.stream.receive_some(1) == b"", f"line {step.number}"

    async def _show(self, rest: str, step: Step) -> None:
        self._hidden.discard(RECEIVABLE[rest])

    async def _until(self, rest: str, step: Step) -> None:
        if rest == "closed":
            messages = await self._client.until_closed()
        else:
            try:
                messages = await self._client.until(RECEIVABLE[rest])
            except Closed:
                raise AssertionError(f"line {step.number}: the server closed the connection") from None
        said = [message for message in messages if type(message) not in self._hidden]
        expected = [parsed for line in step.expected if (parsed := self._expectation(line))]
        found = [(type(message).__name__, plain(message)) for message in said]
        assert [name for name, _ in found] == [name for name, _ in expected], f"line {step.number}: {found}"
        for (_, shown), (_, fields) in zip(found, expected, strict=True):
            assert contains(shown, fields), f"line {step.number}: {shown}"

    def _expectation(self, line: str) -> tuple[str, Any] | None:
        """Name and fields of an expected message; None if only the other server says it."""
        if line.startswith("["):
            only, _, line = line[1:].partition("] ")
            if only != self._name:
                return None
        name, _, fields = line.partition(" ")
        return RECEIVABLE[name].__name__, json.loads(fields)


def build(kind: Any, fields: dict[str, Any]) -> Any:
    """A message from JSON."""
    types = {item.name: item.type for item in msgspec.structs.fields(kind)}
    return kind(**{name: from_json(value, types[name]) for name, value in fields.items()})


def from_json(value: Any, kind: Any) -> Any:
    if isinstance(value, list):
        return tuple(from_json(item, get_args(kind)[0]) for item in value)
    if isinstance(value, str) and bytes in (kind, *get_args(kind)):
        return value.encode("latin-1")
    return value


def plain(value: Any) -> Any:
    """A message as JSON has it."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value


def contains(shown: Any, expected: Any) -> bool:
    """Whether what was shown has at least what is expected."""
    if isinstance(expected, dict):
        return isinstance(shown, dict) and all(contains(shown[name], value) for name, value in expected.items())
    if isinstance(expected, list):
        pairs = zip(shown, expected, strict=False)
        return len(shown) == len(expected) and all(contains(one, other) for one, other in pairs)
    if isinstance(expected, str) and expected.endswith(" bytes>"):
        return len(shown) == int(expected[1:].split()[0])
    return bool(shown == expected)
