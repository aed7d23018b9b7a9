"""Conversations that are right, as bytes: what the fuzzer changes."""

from collections.abc import Sequence
from random import Random
from typing import Any

from pgwire.connection import Connection
from pgwire.messages.copy import CopyData, CopyDone, CopyFail
from pgwire.messages.extended import Bind, Close, Describe, Execute, Flush, Parse, Sync
from pgwire.messages.simple import FunctionCall, Query, Terminate
from pgwire.messages.startup import (
    PROTOCOL_3_0,
    PROTOCOL_3_2,
    AuthenticationResponse,
    CancelRequest,
    GSSENCRequest,
    SSLRequest,
    StartupMessage,
)

_FRAMING = Connection(client=True)


def encoded(*messages: Any) -> bytes:
    """Messages and packets, framed."""
    return b"".join(map(_FRAMING.send, messages))


STARTUPS: Sequence[bytes] = tuple(encoded(*packets) for packets in (
    (StartupMessage(PROTOCOL_3_0, (("user", "tester"),)),),
    (StartupMessage(PROTOCOL_3_2, (("user", "tester"), ("database", "postgres"), ("application_name", "f\u00fczz"))),),
    (StartupMessage(PROTOCOL_3_0, (("user", "tester"), ("options", "-c search_path=a,b --datestyle=ISO"),
                                   ("client_encoding", "UTF8"))),),
    (StartupMessage(PROTOCOL_3_0, (("user", "tester"), ("replication", "database"))),),
    (StartupMessage(3 << 16 | 99, (("user", "tester"), ("_pq_.odd", "1"))),),
    (StartupMessage(2 << 16, ()),),
    (SSLRequest(),), (GSSENCRequest(),), (SSLRequest(), GSSENCRequest()), (CancelRequest(1, b"abcd"),),
    (CancelRequest(2**31 - 1, b"x" * 256),),
))  # fmt: skip

QUERIES = (
    "select 1", "select 2; select 3", "", ";", "select 1/0", "begin", "commit", "rollback", "select $1::int", "copy t from stdin",
    "copy (select generate_series(1, 3)) to stdout", "create temp table t(a int)", "insert into t values (1)",
    "set application_name = 'x'", "select null", "selec", "savepoint a", "declare c cursor for select 1", "fetch all from c",
    "listen a", "notify a, 'b'", "select repeat('x', 100000)", "select generate_series(1, 500)", "deallocate all",
)  # fmt: skip


def _message(random: Random) -> Any:
    name, query = random.choice(("", "a", "b\u00e4")), random.choice(QUERIES)
    return random.choice((
        lambda: Query(query),
        lambda: Parse(name, query, random.choice(((), (23,), (0, 25), (4_000_000_000,)))),
        lambda: Bind(name, random.choice(("", "a")), random.choice(((), (0,), (1,), (7,))),
                     random.choice(((), (b"1",), (None,), (b"\0\0\0\x05",), (b"1", b"2"))),
                     random.choice(((), (0,), (1,), (1, 0)))),
        lambda: Describe(random.choice((b"S", b"P")), name),
        lambda: Execute(name, random.choice((0, 1, 2, -1, 2**31 - 1))),
        lambda: Close(random.choice((b"S", b"P")), name),
        Sync, Sync, Sync, Flush, CopyDone,
        lambda: CopyData(random.choice((b"1\n", b"\\.\n", b"x\ty\n", b"", b"\\"))),
        lambda: CopyFail("no"),
        lambda: FunctionCall(1299, (), (random.randbytes(3),), 0),
        lambda: AuthenticationResponse(random.randbytes(10)),
        Terminate,
    ))()  # fmt: skip


def messages(random: Random) -> bytes:
    """Some messages as they may follow after start-up."""
    return encoded(*(_message(random) for _ in range(random.randint(1, 8))))
