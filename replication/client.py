"""A client of a PostgreSQL server: for standbys, for subscriptions, and for base backups. trio, text results.

    client = await connect(parse(text), replication="database")
    results = await client.simple_query("IDENTIFY_SYSTEM")
    async with client.copy_both("START_REPLICATION SLOT s LOGICAL 0/0 (...)") as stream: ...
    await client.close()

Values are text, as the server prints them; None is NULL. One task uses a client at a time, except that inside of `copy_both` one
may send while another receives, and `cancel` may be called by anybody.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import msgspec
import trio

from pgwire.messages.copy import CopyBothResponse, CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from pgwire.messages.error import ErrorResponse, NoticeResponse
from pgwire.messages.result import CommandComplete, DataRow, EmptyQueryResponse, RowDescription
from pgwire.messages.simple import NotificationResponse, Query, Terminate
from pgwire.messages.startup import (
    PROTOCOL_3_0,
    Authentication,
    AuthenticationResponse,
    BackendKeyData,
    CancelRequest,
    NegotiateProtocolVersion,
    ParameterStatus,
    ReadyForQuery,
    StartupMessage,
)
from replication.conninfo import BadConnectionString, ConnectionInfo, Host, parse
from replication.login import CannotLogIn, Login
from replication.wire import CannotConnect, ConnectionLost, Wire, open_wire

__all__ = ["BadConnectionString", "CannotConnect", "Client", "ConnectionInfo", "ConnectionLost", "CopyBoth", "CopyOut",
           "Result", "ServerError", "connect", "parse"]

CLOSE_TIMEOUT_S = 2
_READ_ONLY = "SHOW transaction_read_only"
_IN_RECOVERY = "SELECT pg_catalog.pg_is_in_recovery()"


class ServerError(Exception):
    """The server said no. sqlstate: PostgreSQL's five letters."""

    def __init__(self, response: ErrorResponse) -> None:
        super().__init__(response.message)
        self.response = response
        self.severity = response.severity_not_localized or response.severity
        self.sqlstate = response.sqlstate
        self.message = response.message
        self.detail = response.detail
        self.hint = response.hint

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}" + (f" ({self.detail})" if self.detail else "")


class Result(msgspec.Struct, frozen=True):
    """What one statement gave. columns: their names; type_oids: their types; tag: "SELECT 1"; "" for an empty statement."""

    columns: tuple[str, ...]
    type_oids: tuple[int, ...]
    rows: tuple[tuple[str | None, ...], ...]
    tag: str

    def one(self) -> dict[str, str | None]:
        """The only row, by the columns' names. Raises: ConnectionLost if there is not just one, since the server is no good."""
        if len(self.rows) != 1:
            raise ConnectionLost(f"the server gave {len(self.rows)} rows where there should be one")
        return dict(zip(self.columns, self.rows[0], strict=True))


class Identity(NamedTuple):
    """What a server says of itself. system: its identifier; end: of its log, as it prints positions; database: "" for none."""

    system: int
    timeline: int
    end: str
    database: str


class Client:
    """A connection that has been let in. parameters: what the server reports (server_version, ...)."""

    def __init__(self, wire: Wire, info: ConnectionInfo) -> None:
        self._wire = wire
        self.info = info
        self.parameters: dict[str, str] = {}
        self.process_id = 0
        self.transaction_status = "I"
        self._secret = b""
        self.on_notice: Callable[[NoticeResponse], None] | None = None
        self.is_closed = False

    @property
    def host(self) -> Host:
        """Where it is connected to."""
        return self._wire.host

    # --- start-up ---------------------------------------------------------------------------------------------------

    async def _start(self, replication: str) -> None:
        words = self.info.words
        name = words["application_name"] or words["fallback_application_name"]
        settings = {"user": self.info.user, "database": self.info.database, "replication": replication,
                    "options": words["options"], "application_name": name}
        pairs = [(word, value) for word, value in settings.items() if value]
        await self._wire.send(StartupMessage(PROTOCOL_3_0, (*pairs, ("client_encoding", "UTF8"))))
        login = Login(self.info.user, self.info.password_for(self.host), self._wire.binding, words["channel_binding"])
        while True:
            message = await self._wire.receive()
            if isinstance(message, Authentication):
                if (answer := login.answer(message)) is not None:
                    await self._wire.send(AuthenticationResponse(answer))
            elif isinstance(message, ReadyForQuery) and login.done:
                return
            elif not self._take_aside(message) or (isinstance(message, ParameterStatus) and not login.done):
                raise ConnectionLost(f"{self.host.shown}: the server did not expect a client to log in")

    def _take_aside(self, message: Any) -> bool:
        """Take what the server may say at any time; False if this is something else. Raises: ServerError."""
        if isinstance(message, NoticeResponse):
            if self.on_notice is not None:
                self.on_notice(message)
        elif isinstance(message, ErrorResponse):
            raise ServerError(message)
        elif isinstance(message, ParameterStatus):
            self.parameters[message.name] = message.value
        elif isinstance(message, BackendKeyData):
            self.process_id, self._secret = message.process_id, message.secret
        else:
            return isinstance(message, NotificationResponse | NegotiateProtocolVersion)
        return True

    # --- statements -------------------------------------------------------------------------------------------------

    async def simple_query(self, sql: str) -> list[Result]:
        """Run statements; a Result for each. Raises: ServerError, after which one can go on, and ConnectionLost."""
        return await self._finish(await self._begin(Query(sql)))

    async def identify(self) -> Identity:
        """IDENTIFY_SYSTEM, on a replication connection. Raises: ServerError; ConnectionLost, also if it makes no sense."""
        results = await self.simple_query("IDENTIFY_SYSTEM")
        try:
            facts = results[0].one()
            return Identity(int(facts["systemid"] or ""), int(facts["timeline"] or ""), facts["xlogpos"] or "",
                            facts["dbname"] or "")
        except (IndexError, KeyError, ValueError):
            raise ConnectionLost(f"{self.host.shown}: IDENTIFY_SYSTEM cannot be understood") from None

    async def _begin(self, query: Query) -> "_Answers":
        try:
            await self._wire.send(query)
        except ConnectionLost:
            await self._explain()
            raise
        return _Answers()

    async def _explain(self) -> None:
        """The connection broke while sending: the server may have said why before. Raises: ServerError."""
        while (message := self._wire.buffered()) is not None:
            if isinstance(message, ErrorResponse) and not isinstance(message, NoticeResponse):
                raise ServerError(message)

    async def _finish(self, answers: "_Answers") -> list[Result]:
        """Read until the server is ready. Raises: ServerError, if there was an error, when it is."""
        while not await self._step(answers):
            if answers.copy is not None:
                await self._refuse_copy(answers)
        if answers.error is not None:
            raise answers.error
        return answers.results

    async def _refuse_copy(self, answers: "_Answers") -> None:
        """A COPY where none was expected: end it."""
        copy, answers.copy = answers.copy, None
        if type(copy) is CopyInResponse:
            await self._wire.send(CopyFail("COPY was not expected here"))
        elif isinstance(copy, CopyBothResponse):
            await self._wire.send(CopyDone())

    async def _step(self, answers: "_Answers") -> bool:
        """One message; True when the server is ready for the next query."""
        message = await self._wire.receive()
        try:
            aside = self._take_aside(message)
        except ServerError as error:
            answers.error = answers.error or error
            if error.severity in ("FATAL", "PANIC"):
                raise
            return False
        if aside:
            return False
        if isinstance(message, ReadyForQuery):
            self.transaction_status = message.status.decode()
            return True
        if not answers.take(message):
            raise ConnectionLost(f"{self.host.shown}: unexpected {type(message).__name__}")
        return False

    @asynccontextmanager
    async def copy_both(self, command: str) -> AsyncIterator["CopyBoth"]:
        """START_REPLICATION: a stream in both directions. Left without `finish`, the connection is closed."""
        answers = await self._begin(Query(command))
        await self._until_copy(answers, CopyBothResponse)
        stream = CopyBoth(self, self._wire, answers)
        try:
            yield stream
        finally:
            if not stream.is_finished:
                await self.close(politely=False)

    @asynccontextmanager
    async def copy_out(self, command: str) -> AsyncIterator["CopyOut"]:
        """COPY ... TO STDOUT or BASE_BACKUP: iterate over the data. Left before its end, the connection is closed."""
        answers = await self._begin(Query(command))
        await self._until_copy(answers, CopyOutResponse)
        stream = CopyOut(self, self._wire, answers)
        try:
            yield stream
        finally:
            if not stream.is_finished:
                await self.close(politely=False)

    async def copy_in(self, command: str, chunks: AsyncIterator[bytes]) -> list[Result]:
        """COPY ... FROM STDIN. Raises: ServerError, ConnectionLost."""
        answers = await self._begin(Query(command))
        await self._until_copy(answers, CopyInResponse)
        async for chunk in chunks:
            await self._wire.send(CopyData(chunk))
        await self._wire.send(CopyDone())
        return await self._finish(answers)

    async def _until_copy(self, answers: "_Answers", kind: type[CopyInResponse]) -> None:
        while answers.copy is None:
            if await self._step(answers):
                if answers.error is not None:
                    raise answers.error
                raise ConnectionLost(f"{self.host.shown}: the server did not begin to copy")
        if type(answers.copy) is not kind:
            await self.close(politely=False)
            raise ConnectionLost(f"{self.host.shown}: {type(answers.copy).__name__} instead of {kind.__name__}")

    # --- the end ----------------------------------------------------------------------------------------------------

    async def cancel(self) -> None:
        """Ask the server to cancel what runs on this connection. Raises: CannotConnect."""
        wire = await open_wire(self.info, self.host)
        try:
            await wire.send(CancelRequest(self.process_id, self._secret))
        finally:
            await wire.close()

    async def close(self, *, politely: bool = True) -> None:
        """End the connection. politely: with a word, if that takes no time."""
        if self.is_closed:
            return
        self.is_closed = True
        with trio.CancelScope(shield=True, deadline=trio.current_time() + CLOSE_TIMEOUT_S):
            if politely:
                with suppress(ConnectionLost):  # then it is gone, as it should be
                    await self._wire.send(Terminate())
            await self._wire.close()


class _Answers:
    """What has come of the answer to one Query."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.error: ServerError | None = None
        self.copy: CopyInResponse | None = None
        self._fields: RowDescription | None = None
        self._rows: list[tuple[str | None, ...]] = []

    def take(self, message: Any) -> bool:
        """False if the message does not belong here."""
        if isinstance(message, DataRow):
            self._rows.append(tuple(None if value is None else value.decode() for value in message.values))
        elif isinstance(message, RowDescription):
            self._fields = message
        elif isinstance(message, CommandComplete):
            self._end(message.command_tag)
        elif isinstance(message, EmptyQueryResponse):
            self._end("")
        elif isinstance(message, CopyInResponse):  # the others are made from it
            self.copy = message
        else:
            return isinstance(message, CopyData | CopyDone)  # of a COPY that is being given up
        return True

    def _end(self, tag: str) -> None:
        fields = self._fields.fields if self._fields is not None else ()
        self.results.append(Result(tuple(field.name for field in fields), tuple(field.type_oid for field in fields),
                                   tuple(self._rows), tag))
        self._fields, self._rows = None, []


class CopyOut:
    """What a server copies out. results: what came before it, and after the end of the iteration also what came after."""

    def __init__(self, client: Client, wire: Wire, answers: _Answers) -> None:
        self._client = client
        self._wire = wire
        self._answers = answers
        self.is_finished = False

    @property
    def results(self) -> Sequence[Result]:
        """See the class."""
        return self._answers.results

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        """The data, as the server has cut it. Raises: ServerError, ConnectionLost."""
        while not self.is_finished:
            message = await self._wire.receive()
            if type(message) is CopyData:
                yield message.data
            elif isinstance(message, CopyDone):
                self._answers.copy = None
                await self._client._finish(self._answers)
                self.is_finished = True
            elif isinstance(message, ErrorResponse) and not isinstance(message, NoticeResponse):
                self._answers.error = ServerError(message)
                self.is_finished = True
                await self._client._finish(self._answers)
            elif not self._client._take_aside(message):
                raise ConnectionLost(f"{self._wire.host.shown}: unexpected {type(message).__name__} in COPY")


class CopyBoth:
    """A stream in both directions: the payloads of CopyData."""

    def __init__(self, client: Client, wire: Wire, answers: _Answers) -> None:
        self._client = client
        self._wire = wire
        self._answers = answers
        self.is_finished = False
        self._server_done = False

    async def receive(self) -> bytes | None:
        """The next payload; None when the server has ended the stream (then call `finish`).

        Raises: ServerError, ConnectionLost.
        """
        while True:
            payload = self._take(await self._wire.receive())
            if payload is not None or self._server_done:
                return payload

    async def receive_many(self, count_max: int = 10_000) -> list[bytes]:
        """At least one payload, and those that are here already; [] when the server has ended the stream."""
        first = await self.receive()
        if first is None:
            return []
        found = [first]
        while len(found) < count_max and not self._server_done and (message := self._wire.buffered()) is not None:
            payload = self._take(message)
            if payload is not None:
                found.append(payload)
        return found

    def _take(self, message: Any) -> bytes | None:
        if type(message) is CopyData:
            data: bytes = message.data
            return data
        if isinstance(message, CopyDone):
            self._server_done = True
        elif not self._client._take_aside(message):
            raise ConnectionLost(f"{self._wire.host.shown}: unexpected {type(message).__name__} in the stream")
        return None

    async def send(self, payload: bytes) -> None:
        """Send a payload. Raises: ConnectionLost."""
        await self._wire.send(CopyData(payload))

    async def finish(self) -> list[Result]:
        """End the stream from our side; what the server says after it. Raises: ServerError, ConnectionLost."""
        await self._wire.send(CopyDone())
        self._answers.copy = None
        while not self._server_done:
            self._take(await self._wire.receive())
        results = await self._client._finish(self._answers)
        self.is_finished = True
        return results


# --- connecting -----------------------------------------------------------------------------------------------------------


async def connect(info: ConnectionInfo, *, replication: str = "") -> Client:
    """Connect to the first of the hosts that answers and is what target_session_attrs asks for.

    replication: "", "database" or "true". Raises: CannotConnect, with what each host said; ServerError if there is one host and
    it refused.
    """
    wanted = info.words["target_session_attrs"]
    hosts = list(info.hosts)
    if info.words["load_balance_hosts"] == "random":
        random.shuffle(hosts)
    tries = [(host, "standby") for host in hosts] + [(host, "any") for host in hosts] if wanted == "prefer-standby" else \
        [(host, wanted) for host in hosts]
    failures: list[Exception] = []
    for host, attributes in tries:
        try:
            return await _connect_to(info, host, attributes, replication)
        except (ConnectionLost, ServerError, CannotLogIn) as error:
            failures.append(error)
    if len(failures) == 1 and isinstance(failures[0], ServerError):
        raise failures[0]
    said = dict.fromkeys(_said(host, error) for (host, _), error in zip(tries, failures, strict=True))
    raise CannotConnect("; ".join(said)) from failures[-1]


def _said(host: Host, error: Exception) -> str:
    text = str(error)
    return text if host.shown in text else f"{host.shown}: {text}"


async def _connect_to(info: ConnectionInfo, host: Host, attributes: str, replication: str) -> Client:
    seconds = info.number("connect_timeout")
    with trio.move_on_after(max(seconds, 2) if seconds > 0 else float("inf")):
        client = await _open(info, host, replication)
        try:
            if attributes != "any" and not await _is_as_wanted(client, attributes):
                raise CannotConnect(f"{host.shown}: session is not {attributes}")
        except BaseException:
            await client.close()
            raise
        return client
    raise CannotConnect(f"connection to server at {host.shown} failed: timeout expired")


async def _open(info: ConnectionInfo, host: Host, replication: str) -> Client:
    info = info.replaced(replication=replication)
    client = Client(await open_wire(info, host), info)
    try:
        await client._start(replication)
    except BaseException:
        await client.close(politely=False)
        raise
    return client


async def _is_as_wanted(client: Client, attributes: str) -> bool:
    return await _TESTS[attributes](client)


async def _value(client: Client, parameter: str, sql: str) -> bool:
    """A setting that PostgreSQL 14 and later report; asked for where it is not."""
    if parameter in client.parameters:
        return client.parameters[parameter] == "on"
    (result,) = await client.simple_query(sql)
    return result.rows[0][0] in ("on", "t")


async def _is_standby(client: Client) -> bool:
    return await _value(client, "in_hot_standby", _IN_RECOVERY)


async def _is_primary(client: Client) -> bool:
    return not await _is_standby(client)


async def _is_read_only(client: Client) -> bool:
    return await _value(client, "default_transaction_read_only", _READ_ONLY) or await _is_standby(client)


async def _is_read_write(client: Client) -> bool:
    return not await _is_read_only(client)


_TESTS: dict[str, Callable[[Client], Awaitable[bool]]] = {
    "standby": _is_standby, "primary": _is_primary, "read-only": _is_read_only, "read-write": _is_read_write}
