"""The conversation with one client after start-up: reads pgwire.states' table, runs handlers, answers.

No socket here: bytes come and go through a pgwire.link.Link, and what the messages mean for the database is the
executor's. Answers are collected and sent at ReadyForQuery, at Flush, and whenever a lot has piled up, so a whole
pipeline is answered with one send.

Interrupts (a cancel request, a shutdown, a client that went away) arrive from other tasks by `interrupt`. One cancel
scope lives around the whole conversation and is replaced only after it was used: making one for each statement would
cost 5 us. It is cancelled only while a statement runs or the client is waited for, so answers are never cut.
"""

import enum
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import trio

from executor import sqlstates
from executor.errors import SqlError
from executor.metrics import End
from pgwire import copy_flow, extended_query, simple_query
from pgwire.connection import NEED_DATA, Connection
from pgwire.contract import CopyIn, ExecutorSession, Notifications, Portal
from pgwire.link import ClientGone, Link
from pgwire.messages.body import INT32, ProtocolViolation, encode_string
from pgwire.messages.copy import CopyData, CopyDone, CopyFail
from pgwire.messages.extended import Bind, Close, Describe, Execute, Flush, Parse, Sync
from pgwire.messages.simple import FunctionCall, Query, Terminate
from pgwire.notifying import Herald, encode
from pgwire.replication_flow import ReplicationQuery, refuse_extended
from pgwire.reporting import FATAL_SEVERITIES, from_exception, response_bytes
from pgwire.results import CHUNK_BYTES
from pgwire.states import COPY_IN_STATES, TRANSITIONS, Action, State, Step

MESSAGES_PER_TURN = 256
"""After so many messages without waiting, let other tasks run."""

OUT_BYTES_MAX = 2 * CHUNK_BYTES
"""Answers beyond this are sent although the client has not asked for it yet."""

TERMINATE_S = 30.0
"""How long the executor may take to clean up after a client, in seconds."""

_BETWEEN_TRANSACTIONS = frozenset((State.READY, State.SKIP_TO_SYNC))
CLIENT_READ = "ClientRead"

_READY = {status: b"Z\0\0\0\x05" + status for status in (b"I", b"T", b"E")}


class Interrupt(enum.IntEnum):
    """Why somebody else wants the session's attention; a larger one wins."""

    NOTIFY = 1  # there are notifications for a client that is waited for, or does not read what it was sent of them
    CANCEL = 2  # a cancel request: the statement fails with 57014
    SHUTDOWN = 3  # polite: the statement may finish, then 57P01
    TERMINATE = 4  # pg_terminate_backend: 57P01 now
    GONE = 5  # nobody is there any more


_ENDS = {Interrupt.SHUTDOWN: End.KILLED, Interrupt.TERMINATE: End.KILLED, Interrupt.GONE: End.ABANDONED}

Handler = Callable[["ClientSession", Any], Awaitable[State | None]]


class ClientSession:
    """One client. `run` returns when the conversation is over; the caller closes the socket."""

    def __init__(self, connection: Connection, link: Link, executor: ExecutorSession, log: Any,
                 herald: Herald | None = None, greeting: bytes = b"", replication: ReplicationQuery | None = None) -> None:
        """greeting: what the client is told before the first ReadyForQuery. replication: of a replication connection."""
        self.replication = replication
        self.connection = connection
        self.executor = executor
        self.audit = executor.audit
        self.out = bytearray(greeting)  # answers not yet sent
        self.statements: list[Any] = []  # what is left of a simple query, the last one first
        self.copying: tuple[CopyIn, Portal] | None = None
        self.suspended: dict[str, Portal] = {}  # portals that have started and have more rows
        self.state = State.READY
        self._table = _TABLE if replication is None else _REPLICATION_TABLE
        self._steps = self._table[State.READY]
        self.link = link
        self._log = log
        self._scope = trio.CancelScope()
        self._interrupt: Interrupt | None = None
        self._last_words: SqlError | None = None  # what the client is told instead of 57P01 when the session ends
        self._step = TRANSITIONS[State.READY][Sync]  # of the message being worked on
        self._stopping = False
        self._busy = False  # a handler runs
        self._waiting = False  # for the client
        self._waits_since: float | None = None  # for its next message, whole
        self._in_transaction = False  # what ReadyForQuery said last
        self._clock = executor.clock
        self._flush_due = False
        self._clogged = False  # the link still has notifications to send
        self._herald = herald
        self._notifications: Notifications = executor.notifications
        self._notifications.wake = self._notified
        self.statement_serial = 0  # counts waits for the client: unchanged means that the same work goes on

    @property
    def running(self) -> bool:
        """Whether a message is being worked on."""
        return self._busy

    async def run(self) -> None:
        """Talk until the client or the server ends it. Cancellation rolls back and ends it at once."""
        try:
            await self.ready()
            while self.state is not State.CLOSED:
                with trio.CancelScope() as self._scope:
                    await self._converse()
                if self._interrupt is not None:
                    interrupt, self._interrupt = self._interrupt, None
                    await self._interrupted(interrupt, self._scope.cancelled_caught)
        except ClientGone as gone:
            self._clock.end = End.ABANDONED
            self._log.debug("client gone", reason=str(gone))
        finally:
            self.state = State.CLOSED
            if self.replication is not None:
                self.replication.close()
            with trio.move_on_after(TERMINATE_S, shield=True):
                await self.executor.terminate()

    def interrupt(self, interrupt: Interrupt) -> None:
        """Called by other tasks. A CANCEL while nothing runs is forgotten, as in PostgreSQL."""
        if interrupt is Interrupt.SHUTDOWN and not self._waiting:
            self._stopping = True
            self.executor.on_stop = partial(self._interrupt_now, Interrupt.SHUTDOWN)
            if self.executor.waits_for_standbys:
                self._interrupt_now(Interrupt.SHUTDOWN)
            return
        if interrupt is Interrupt.CANCEL and not self._busy and self.state not in COPY_IN_STATES:
            return
        if interrupt is Interrupt.CANCEL and (handle := self.executor.on_cancel) is not None:
            handle()
            return
        self._interrupt_now(interrupt)

    def _interrupt_now(self, interrupt: Interrupt) -> None:
        """Interrupt at the next checkpoint, whatever the session is doing."""
        self._interrupt = max(interrupt, self._interrupt or interrupt)
        self._scope.cancel()

    # -- the loop ----------------------------------------------------------------------------------------------------

    async def _converse(self) -> None:
        """Work on messages until the session is closed or interrupted."""
        turn = 0
        while self.state is not State.CLOSED:
            if self._flush_due:
                await self.flush()
                if self._stopping:
                    self._interrupt_now(Interrupt.SHUTDOWN)
                    return
            try:
                message = self.connection.next_message()
            except ProtocolViolation as violation:
                await self._violated(violation)
                continue
            if message is NEED_DATA:
                turn = 0
                if (self._clogged or self._notifications.unread) and self._may_tell:
                    await self._tell_client()
                    continue
                await self._wait()
                if self._interrupt is not None:  # it came together with the bytes, and goes first
                    return
                continue
            handler, step = self._steps[type(message)]
            if handler is None:
                self._enter(step.after)
                continue
            self._step = step
            self._busy = True
            self._waits_since = None
            try:
                after = await handler(self, message)
            except ClientGone:
                raise
            except Exception as error:
                await self._failed(error, step.failed)
            else:
                self._busy = False
                if after is None:
                    after = step.after
                if after is not self.state:
                    self._enter(after)
                if len(self.out) > OUT_BYTES_MAX:  # a pipeline of many small requests for large answers
                    self._flush_due = True
            if self._interrupt is not None:
                return
            turn += 1
            if turn >= MESSAGES_PER_TURN:
                turn = 0
                await trio.lowlevel.checkpoint()

    async def _wait(self) -> None:
        """Wait for the client's next bytes."""
        if self._stopping:
            self._interrupt_now(Interrupt.SHUTDOWN)
        if self._waits_since is None:
            self._waits_since = trio.current_time()
        limit = self.executor.wait_limit(ready=self.state is State.READY, since=self._waits_since)
        self._waiting = True
        clock = self._clock
        if self.state is State.READY:
            clock.rest()
        clock.waits_for = CLIENT_READ
        data = await (self.link.receive() if limit is None else self._receive_within(*limit))
        self._waiting = False
        clock.waits_for = ""
        clock.work(self._in_transaction)
        self.statement_serial += 1
        if not data:
            raise ClientGone("the client closed the connection")
        self.connection.receive_data(data)

    async def _receive_within(self, seconds: float, last_words: SqlError) -> bytes:
        """The client's next bytes; if they do not come in time, the session ends with these words."""
        with trio.move_on_after(seconds):
            return await self.link.receive()
        self._last_words = last_words
        self._interrupt_now(Interrupt.TERMINATE)
        await trio.sleep_forever()  # that is, until the interrupt cancels it: at once

    def _enter(self, state: State) -> None:
        self.state = state
        self._steps = self._table[state]

    # -- failures and interrupts -------------------------------------------------------------------------------------

    async def _violated(self, violation: ProtocolViolation) -> None:
        """A message could not be decoded. In a state that ignores it, its body does not matter."""
        if violation.fatal:
            await self._failed(violation, State.CLOSED)
            return
        _, step = self._steps[violation.message_type]
        if step.action is Action.IGNORE:
            self._enter(step.after)
            return
        await self._failed(violation, step.failed)

    async def _failed(self, exception: Exception, state: State) -> None:
        """Report an error and go to the state after it."""
        self._busy = False
        self.statements.clear()
        self.copying = None
        error = from_exception(exception, self._log)
        self.audit.message(error)
        self.send_notices()
        self.out += response_bytes(error)
        try:
            with trio.CancelScope(shield=True):  # the scope may be cancelled already; the rollback must happen
                await self.executor.fail()
            self.send_notices()
        except Exception as second:
            self.out += response_bytes(from_exception(second, self._log), "FATAL")
            state = State.CLOSED
        if error.severity in FATAL_SEVERITIES:
            state = State.CLOSED
        if state is State.CLOSED:
            self._clock.end = End.FATAL
        self._enter(state)
        self._flush_due = True  # asyncpg waits for the error before it sends Sync
        if state is State.READY:
            await self.ready()
        elif state is State.CLOSED:
            self.link.send_now(self._take_out())

    async def _interrupted(self, interrupt: Interrupt, caught: bool) -> None:
        """Another task wanted something; the conversation stands still."""
        was_busy, self._busy, self._waiting = self._busy, False, False
        self._clock.waits_for = ""
        if interrupt is Interrupt.NOTIFY:
            return
        if interrupt is Interrupt.CANCEL:
            if caught and (was_busy or self.state in COPY_IN_STATES):
                # While a COPY waits for data no message is being worked on, but the statement is.
                step = self._step if was_busy else TRANSITIONS[self.state][CopyData]
                await self._failed(sqlstates.QueryCanceled("canceling statement due to user request"), step.failed)
            return
        self._enter(State.CLOSED)
        self._clock.end = _ENDS[interrupt] if self._last_words is None else End.FATAL
        if interrupt is not Interrupt.GONE:
            text = "terminating connection due to administrator command"
            error = self._last_words or sqlstates.AdminShutdown(text, severity="FATAL")
            self.audit.message(error)
            self.out += response_bytes(error, "FATAL")
            self.link.send_now(self._take_out())

    # -- answers -----------------------------------------------------------------------------------------------------

    async def ready(self) -> None:
        """Queue ReadyForQuery, after notifications and the settings that changed."""
        if self._notifications.unread and self.executor.status == b"I":
            self._busy = False  # the statement is over: a cancel request comes too late
            await self._queue_notifications()
        changed = self.executor.take_changed_settings()
        for name, value in changed.items():
            body = encode_string(name) + encode_string(value)
            self.out += b"S" + INT32.pack(len(body) + 4) + body
        status = self.executor.status
        self._in_transaction = status != b"I"
        if self.suspended and status == b"I":
            self.suspended.clear()
        self.out += _READY[status]
        self._flush_due = True

    def send_notices(self) -> None:
        """Queue the notices the executor has."""
        for notice in self.executor.take_notices():
            self.out += response_bytes(notice)

    async def _queue_notifications(self) -> None:
        """Queue the notifications there are, sending whenever there is a chunk."""
        while self._notifications.unread:
            self.out += encode(self._notifications.take(CHUNK_BYTES))
            if len(self.out) >= CHUNK_BYTES:
                await self.flush()

    @property
    def _may_tell(self) -> bool:
        """Whether notifications may be sent while the client is waited for: not within a transaction."""
        return self.state in _BETWEEN_TRANSACTIONS and self.executor.status == b"I"

    def _notified(self) -> None:
        """There are notifications. A session that works finds them when it is done."""
        if self._waiting and not self._clogged and self._may_tell:
            if self._herald is not None:
                self._herald.tell(self)
            else:
                self._interrupt_now(Interrupt.NOTIFY)

    def tell_idle_client(self) -> None:
        """Send notifications if the client is still being waited for. What does not go out at once the session waits with."""
        if not self._waiting or self._clogged or not self._may_tell or self._interrupt is not None:
            return
        try:
            sent = self.link.send_now(encode(self._notifications.take(CHUNK_BYTES)))
        except ClientGone:
            self._interrupt_now(Interrupt.GONE)
            return
        self._clogged = not sent
        if self._clogged or self._notifications.unread:
            self._interrupt_now(Interrupt.NOTIFY)

    async def _tell_client(self) -> None:
        """Send notifications, and wait while the client does not read them."""
        self._clogged = self._waiting = True
        await self._queue_notifications()
        await self.flush()
        self._clogged = self._waiting = False

    async def flush(self) -> None:
        """Send everything; waits while the client does not read."""
        self._flush_due = False
        if not self.link.post(self._take_out()):
            self._clock.waits_for = "ClientWrite"
            await self.link.drain()
            self._clock.waits_for = ""

    def _take_out(self) -> bytearray:
        out, self.out = self.out, bytearray()
        return out


# -- the rest of the handlers and the table ---------------------------------------------------------------------------


async def _on_replication_query(session: ClientSession, message: Query) -> State | None:
    assert session.replication is not None
    state = await session.replication.run(session, message)
    return await simple_query.on_query(session, message) if state is None else state


def _refused(what: str) -> Handler:
    """For what a replication connection does not understand."""

    async def on_message(session: ClientSession, message: Any) -> State | None:
        raise refuse_extended(what)

    return on_message


async def _on_terminate(session: ClientSession, message: Terminate) -> State | None:
    return None


async def _on_unknown(session: ClientSession, message: Any) -> State | None:
    raise ProtocolViolation(f"invalid frontend message type {message.tag[0]}", fatal=True)


async def _on_lost(session: ClientSession, message: Any) -> State | None:
    """PostgreSQL reports this message and then that it cannot go on."""
    kind = f"0x{message.tag[0]:02X}"
    session.out += response_bytes(sqlstates.ProtocolViolation(f"unexpected message type {kind} during COPY from stdin"))
    raise ProtocolViolation("terminating connection because protocol synchronization was lost", fatal=True)


_HANDLERS: dict[Any, Handler] = {
    Query: simple_query.on_query,
    FunctionCall: simple_query.on_function_call,
    Terminate: _on_terminate,
    Parse: extended_query.on_parse,
    Bind: extended_query.on_bind,
    Describe: extended_query.on_describe,
    Execute: extended_query.on_execute,
    Close: extended_query.on_close,
    Flush: extended_query.on_flush,
    Sync: extended_query.on_sync,
    CopyData: copy_flow.on_copy_data,
    CopyFail: copy_flow.on_copy_fail,
}

_COPY_DONE: dict[State, Handler] = {
    State.COPY_IN: simple_query.on_copy_done,
    State.COPY_IN_EXTENDED: extended_query.on_copy_done,
}

_REPLICATION_HANDLERS: dict[Any, Handler] = {
    Query: _on_replication_query,
    FunctionCall: _refused("fastpath function calls"),
    **dict.fromkeys((Parse, Bind, Describe, Execute, Close), _refused("extended query protocol")),
}

_ACTIONS: dict[Action, Callable[[State, Any], Handler | None]] = {
    Action.HANDLE: lambda state, kind: _COPY_DONE[state] if kind is CopyDone else _HANDLERS[kind],
    Action.IGNORE: lambda state, kind: None,
    Action.VIOLATION: lambda state, kind: _on_lost,
    Action.UNKNOWN: lambda state, kind: _on_unknown,
}

_TABLE: dict[State, dict[Any, tuple[Handler | None, Step]]] = {
    state: {kind: (_ACTIONS[step.action](state, kind), step) for kind, step in row.items()}
    for state, row in TRANSITIONS.items()
}
"""states.TRANSITIONS with the handler beside each step: one look-up for each message."""

_REPLICATION_TABLE: dict[State, dict[Any, tuple[Handler | None, Step]]] = {
    state: {kind: (handler and _REPLICATION_HANDLERS.get(kind, handler), step) for kind, (handler, step) in row.items()}
    for state, row in _TABLE.items()
}
"""The same for a replication connection."""
