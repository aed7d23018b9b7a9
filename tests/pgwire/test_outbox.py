"""Answers that are posted: together, in order, whole, and also when their client does not read."""

import socket
from collections.abc import AsyncIterator, Iterator

import pytest
import trio
from pytest_trio import trio_fixture

from pgwire import outbox
from pgwire.outbox import Outbox
from pgwire.socket_link import POST_BYTES_MAX, SocketLink

pytestmark = pytest.mark.trio

Pair = tuple[SocketLink, socket.socket]


@trio_fixture
async def posts() -> AsyncIterator[Outbox]:
    """An outbox; trio asks it at the end of each pass."""
    made = Outbox()
    trio.lowlevel.add_instrument(made)
    yield made
    trio.lowlevel.remove_instrument(made)


@trio_fixture
def pair(posts: Outbox) -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        yield SocketLink(ours, outbox=posts), theirs


def read(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 20)
    except BlockingIOError:
        return b""


async def test_small_answer_waits_for_the_end_of_the_pass(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "HOLD_S", 60.0)
    link, client = pair
    assert link.post(b"one ")
    assert link.post(b"two")
    assert read(client) == b""
    await trio.lowlevel.checkpoint()
    assert read(client) == b"one two"


async def test_answer_that_has_waited_long_enough_goes_when_another_is_posted(
        pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "HOLD_S", -1.0)
    link, client = pair
    assert link.post(b"late")
    assert read(client) == b"late"


async def test_large_answer_goes_at_once_behind_what_was_posted(pair: Pair) -> None:
    link, client = pair
    large = b"x" * POST_BYTES_MAX
    link.post(b"first ")
    assert link.post(large)
    assert read(client) == b"first " + large


async def test_what_is_sent_at_once_stays_behind_what_was_posted(pair: Pair) -> None:
    link, client = pair
    link.post(b"posted ")
    link.send_now(b"sent")
    assert read(client) == b"posted sent"
    await trio.lowlevel.checkpoint()
    assert read(client) == b""


async def test_answer_of_a_client_that_reads_late_arrives_though_nobody_waits_for_it(pair: Pair) -> None:
    link, client = pair
    filling = 0
    while link.send_now(b"x" * 4096):
        filling += 4096
    await_filled = filling + 4096
    got = bytearray()
    assert not link.post(b"the answer")  # the socket is full: the session waits, as with send_now
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link.drain)
            nursery.start_soon(link.drain)  # a session that is interrupted may find another one at it
            while len(got) < await_filled + len(b"the answer"):
                await trio.lowlevel.wait_readable(client)
                got += read(client)
    assert got.endswith(b"xthe answer")


async def test_posted_answer_that_the_socket_does_not_take_whole_goes_on_its_way_by_itself(
        pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    link, client = pair
    size = 0
    with trio.fail_after(10):
        while True:  # until a post at the end of a pass finds the socket full
            posted = link.post(b"y" * 4000)
            size += 4000
            if not posted:
                break
            await trio.lowlevel.checkpoint()
        got = bytearray()
        while len(got) < size:
            await trio.lowlevel.wait_readable(client)
            got += read(client)
    assert bytes(got) == b"y" * size


async def test_client_that_is_gone_is_found_by_the_next_receive(pair: Pair) -> None:
    link, client = pair
    link.post(b"nobody reads this")
    client.close()
    await trio.lowlevel.checkpoint()
    assert await link.receive() == b""


async def test_close_sends_what_was_posted(pair: Pair) -> None:
    link, client = pair
    link.post(b"last words")
    link.close()
    assert read(client) == b"last words"
