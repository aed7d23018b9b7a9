"""The state machine of a connection after start-up, as a table: what each state does with each message of a client.

A Step says what to do with the message, the state after it went well, the state after it failed, and the state while
the client sends COPY data if the statement turns out to be a COPY FROM STDIN. pgwire.session reads the table and
nothing else decides about states; the README's table is made from it by `table_markdown`.
"""

import enum
from dataclasses import dataclass
from typing import Any

from pgwire.connection import FRONTEND
from pgwire.messages.copy import CopyData, CopyDone, CopyFail
from pgwire.messages.extended import Bind, Close, Describe, Execute, Flush, Parse, Sync
from pgwire.messages.simple import FunctionCall, Query, Terminate
from pgwire.messages.startup import AuthenticationResponse


class State(enum.Enum):
    """What the session waits for."""

    READY = "ready"  # the next query or pipeline
    EXTENDED = "extended"  # inside a pipeline: more of it, or Sync
    SKIP_TO_SYNC = "skip to Sync"  # after an error in a pipeline
    COPY_IN = "copy in"  # COPY data, for a simple query
    COPY_IN_EXTENDED = "copy in, extended"  # COPY data, for Execute
    CLOSED = "closed"


class Action(enum.Enum):
    """What to do with a message."""

    HANDLE = "handle"  # the session's handler for this message
    IGNORE = "ignore"
    VIOLATION = "violation"  # PostgreSQL loses synchronization here: FATAL 08P01
    UNKNOWN = "unknown"  # not a message of this phase at all: FATAL 08P01


@dataclass(frozen=True, slots=True)
class Step:
    """One cell of the table."""

    action: Action
    after: State
    failed: State = State.CLOSED
    copy_in: State | None = None


def _handle(after: State, failed: State, copy_in: State | None = None) -> Step:
    return Step(Action.HANDLE, after, failed, copy_in)


_CLOSE = Step(Action.HANDLE, State.CLOSED)
_UNKNOWN = Step(Action.UNKNOWN, State.CLOSED)
_PIPELINE = _handle(State.EXTENDED, State.SKIP_TO_SYNC)
_IGNORE_READY = Step(Action.IGNORE, State.READY)
_SKIP = Step(Action.IGNORE, State.SKIP_TO_SYNC, State.SKIP_TO_SYNC)
_LOST = Step(Action.VIOLATION, State.CLOSED)

_BETWEEN_QUERIES: dict[Any, Step] = {
    Query: _handle(State.READY, State.READY, State.COPY_IN),
    FunctionCall: _handle(State.READY, State.READY),
    Parse: _PIPELINE,
    Bind: _PIPELINE,
    Describe: _PIPELINE,
    Execute: _handle(State.EXTENDED, State.SKIP_TO_SYNC, State.COPY_IN_EXTENDED),
    Close: _PIPELINE,
    Sync: _handle(State.READY, State.READY),
    Terminate: _CLOSE,
    AuthenticationResponse: _UNKNOWN,
}

TRANSITIONS: dict[State, dict[Any, Step]] = {
    State.READY: {
        **_BETWEEN_QUERIES,
        Flush: _handle(State.READY, State.SKIP_TO_SYNC),
        # A client may still be sending for a COPY that failed.
        CopyData: _IGNORE_READY,
        CopyDone: _IGNORE_READY,
        CopyFail: _IGNORE_READY,
    },
    State.EXTENDED: {
        **_BETWEEN_QUERIES,
        Flush: _PIPELINE,
        CopyData: Step(Action.IGNORE, State.EXTENDED, State.SKIP_TO_SYNC),
        CopyDone: Step(Action.IGNORE, State.EXTENDED, State.SKIP_TO_SYNC),
        CopyFail: Step(Action.IGNORE, State.EXTENDED, State.SKIP_TO_SYNC),
    },
    State.SKIP_TO_SYNC: {
        **dict.fromkeys((Query, FunctionCall, Parse, Bind, Describe, Execute, Close, Flush), _SKIP),
        **dict.fromkeys((CopyData, CopyDone, CopyFail), _SKIP),
        Sync: _handle(State.READY, State.READY),
        Terminate: _CLOSE,
        AuthenticationResponse: _UNKNOWN,
    },
    State.COPY_IN: {
        **dict.fromkeys((Query, FunctionCall, Parse, Bind, Describe, Execute, Close, Terminate), _LOST),
        CopyData: _handle(State.COPY_IN, State.READY),
        CopyDone: _handle(State.READY, State.READY, State.COPY_IN),  # the text may go on with another COPY
        CopyFail: _handle(State.READY, State.READY),
        Flush: Step(Action.IGNORE, State.COPY_IN, State.READY),
        Sync: Step(Action.IGNORE, State.COPY_IN, State.READY),
        AuthenticationResponse: _UNKNOWN,
    },
    State.COPY_IN_EXTENDED: {
        **dict.fromkeys((Query, FunctionCall, Parse, Bind, Describe, Execute, Close, Terminate), _LOST),
        CopyData: _handle(State.COPY_IN_EXTENDED, State.SKIP_TO_SYNC),
        CopyDone: _PIPELINE,
        CopyFail: _PIPELINE,
        Flush: Step(Action.IGNORE, State.COPY_IN_EXTENDED, State.SKIP_TO_SYNC),
        Sync: Step(Action.IGNORE, State.COPY_IN_EXTENDED, State.SKIP_TO_SYNC),
        AuthenticationResponse: _UNKNOWN,
    },
    State.CLOSED: dict.fromkeys(FRONTEND.values(), Step(Action.IGNORE, State.CLOSED)),
}

COPY_IN_STATES = frozenset({State.COPY_IN, State.COPY_IN_EXTENDED})


def table_markdown() -> str:
    """The table for the README: a row per message, a column per state."""
    states = [state for state in State if state is not State.CLOSED]
    lines = ["| message | " + " | ".join(state.value for state in states) + " |", "|---" * (len(states) + 1) + "|"]
    for message in FRONTEND.values():
        cells = " | ".join(_cell(TRANSITIONS[state][message]) for state in states)
        lines.append(f"| {message.__name__} | {cells} |")
    return "\n".join(lines)


def _cell(step: Step) -> str:
    if step.action in (Action.VIOLATION, Action.UNKNOWN):
        return "FATAL 08P01"
    if step.action is Action.IGNORE:
        return "ignored"
    copy_in = f", COPY: {step.copy_in.value}" if step.copy_in else ""
    failed = f"; failed: {step.failed.value}" if step.failed not in (step.after, State.CLOSED) else ""
    return f"{step.after.value}{copy_in}{failed}"
