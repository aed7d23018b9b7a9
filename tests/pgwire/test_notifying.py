"""When notifications are sent, over a session with the small engine, and what a client that does not read holds up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
import trio
from trio.testing import wait_all_tasks_blocked

from executor import sqlstates
from pgwire.connection import Connection
from pgwire.messages.error import ErrorResponse
from pgwire.messages.extended import Parse, Sync
from pgwire.messages.result import CommandComplete
from pgwire.messages.simple import NotificationResponse, Query
from pgwire.messages.startup import ReadyForQuery
from pgwire.notifying import Herald
from pgwire.session import ClientSession, Interrupt
from tests.pgwire.fake_engine import FakeEngine, FakeNotification, FakeSession
from tests.pgwire.wire_client import MemoryLink, WireClient, memory_pair

pytestmark = pytest.mark.trio


class StuckLink:
    """A link whose client does not read: what is sent queues up until `read`."""

    def __init__(self, link: MemoryLink) -> None:
        self._link = link
        self.receive = link.receive
        self.stuck = False
        self.queued = bytearray()
        self._free = trio.Event()

    def send_now(self, data: bytes | bytearray) -> bool:
        if not self.stuck:
            return self._link.send_now(data)
        self.queued += data
        return False

    post = send_now

    async def drain(self) -> None:
        if self.stuck:
            await self._free.wait()

    def read(self) -> None:
        self.stuck = False
        self._link.send_now(self.queued)
        self._free.set()


class Talk:
    def __init__(self, client: WireClient, link: StuckLink, executor: FakeSession, session: ClientSession) -> None:
        self.client, self.link, self.executor, self.session = client, link, executor, session

    def notify(self, *payloads: str) -> None:
        """As the executor does it."""
        quiet = not self.executor.notifications.unread
        self.executor.notifications.unread += [FakeNotification(payload) for payload in payloads]
        if quiet:
            self.executor.notifications.wake()

    async def heard(self, count: int) -> list[str]:
        """So many notifications, and nothing else."""
        messages = [await self.client.next() for _ in range(count)]
        assert {type(message) for message in messages} == {NotificationResponse}
        return [message.payload for message in messages]

    async def ask(self, *messages: Any) -> list[Any]:
        await self.client.send(*messages)
        return await self.client.until(ReadyForQuery)


@asynccontextmanager
async def talking(*, herald: bool = True) -> AsyncIterator[Talk]:
    executor = await FakeEngine().connect("app", "tester", {})
    client, memory = memory_pair()
    link = StuckLink(memory)
    connection = Connection()
    connection.authenticated()
    teller = Herald()
    session = ClientSession(connection, link, executor, structlog.get_logger(), teller if herald else None)

    async def run() -> None:
        await session.run()
        await memory.close()

    async with trio.open_nursery() as nursery, trio.open_nursery() as service:
        service.start_soon(teller.run)
        nursery.start_soon(run)
        await client.until(ReadyForQuery)
        await wait_all_tasks_blocked()
        yield Talk(client, link, executor, session)
        await client.stream.aclose()
        service.cancel_scope.cancel()


def kinds(messages: list[Any]) -> list[str]:
    return [type(message).__name__ for message in messages]


@pytest.mark.parametrize("herald", [True, False])
async def test_idle_client_is_told_at_once(herald: bool) -> None:
    async with talking(herald=herald) as talk:
        talk.notify("a", "b", "c")
        assert await talk.heard(3) == ["a", "b", "c"]
        talk.notify("d")
        assert await talk.heard(1) == ["d"]
        assert kinds(await talk.ask(Query("select 1")))[-1] == "ReadyForQuery"


async def test_client_in_a_block_is_told_at_its_end_before_ready() -> None:
    async with talking() as talk:
        await talk.ask(Query("begin"))
        talk.notify("a", "b", "c")
        await wait_all_tasks_blocked()
        assert kinds(await talk.ask(Query("select 1"))) == ["RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"]
        ended = await talk.ask(Query("commit"))
        assert kinds(ended) == ["CommandComplete", *["NotificationResponse"] * 3, "ReadyForQuery"]


async def test_client_in_the_middle_of_a_pipeline_is_told_at_sync() -> None:
    async with talking() as talk:
        await talk.client.send(Parse("", "select 1"))
        await wait_all_tasks_blocked()
        talk.notify("a")
        await wait_all_tasks_blocked()
        assert kinds(await talk.ask(Sync())) == ["ParseComplete", "NotificationResponse", "ReadyForQuery"]


async def test_client_after_an_error_in_a_pipeline_is_told_while_it_is_waited_for() -> None:
    async with talking() as talk:
        await talk.client.send(Parse("", "nonsense"))
        assert isinstance(await talk.client.next(), ErrorResponse)
        await wait_all_tasks_blocked()
        talk.notify("a")
        assert await talk.heard(1) == ["a"]
        assert kinds(await talk.ask(Sync())) == ["ReadyForQuery"]


async def test_failed_statement_is_followed_by_notifications() -> None:
    async with talking() as talk:
        await talk.ask(Query("begin"))
        talk.notify("a")
        talk.executor.status = b"I"
        assert kinds(await talk.ask(Query("select 1/0"))) == ["ErrorResponse", "NotificationResponse", "ReadyForQuery"]


async def test_client_that_does_not_read_is_sent_no_more_until_it_does() -> None:
    async with talking() as talk:
        talk.link.stuck = True
        talk.notify("1", "2", "3", "4", "5")
        await wait_all_tasks_blocked()
        queued = len(talk.link.queued)
        talk.notify("6")
        talk.executor.notifications.wake()
        await wait_all_tasks_blocked()
        assert len(talk.link.queued) == queued
        assert talk.executor.notifications.unread
        talk.link.read()
        assert await talk.heard(6) == ["1", "2", "3", "4", "5", "6"]
        assert kinds(await talk.ask(Query("select 1")))[-1] == "ReadyForQuery"


@pytest.mark.parametrize("interrupt", [Interrupt.TERMINATE, Interrupt.SHUTDOWN])
async def test_session_whose_client_does_not_read_can_be_ended(interrupt: Interrupt) -> None:
    async with talking() as talk:
        talk.link.stuck = True
        talk.notify("1", "2", "3", "4", "5")
        await wait_all_tasks_blocked()
        talk.session.interrupt(Interrupt.CANCEL)  # forgotten: nothing runs
        talk.session.interrupt(interrupt)
        await wait_all_tasks_blocked()
        assert talk.executor.calls == ["terminate"]
        assert b"57P01" in talk.link.queued


async def test_cancel_after_the_statement_is_complete_comes_too_late() -> None:
    async with talking() as talk:
        talk.notify(*map(str, range(3)))
        await talk.heard(3)
        await talk.ask(Query("begin"))
        talk.notify("x" * 200_000, "y")
        talk.link.stuck = True
        await talk.client.send(Query("commit"))
        await wait_all_tasks_blocked()
        talk.session.interrupt(Interrupt.CANCEL)
        await wait_all_tasks_blocked()
        talk.link.read()
        assert kinds(await talk.client.until(ReadyForQuery)) == [
            "CommandComplete", "NotificationResponse", "NotificationResponse", "ReadyForQuery"]


async def test_client_that_is_gone_ends_the_session() -> None:
    async with talking() as talk:
        await talk.client.stream.aclose()
        talk.notify("a")
        await wait_all_tasks_blocked()
        assert talk.executor.calls == ["terminate"]


async def test_notification_and_query_at_the_same_time_are_both_answered() -> None:
    async with talking() as talk:
        for number in range(20):
            await talk.client.send(Query("select 1"))
            talk.notify(str(number))
            messages = await talk.client.until(ReadyForQuery)
            assert [m.payload for m in messages if isinstance(m, NotificationResponse)] == [str(number)]
            assert sum(isinstance(m, CommandComplete) for m in messages) == 1


async def test_failed_sync_is_followed_by_notifications() -> None:
    async with talking() as talk:
        await talk.ask(Query("begin"))
        talk.notify("a")
        talk.executor.fail_sync = sqlstates.ForeignKeyViolation("violates foreign key constraint")
        talk.executor.status = b"I"
        assert kinds(await talk.ask(Sync())) == ["ErrorResponse", "NotificationResponse", "ReadyForQuery"]
