"""Notifications to clients: what is sent, and the task that brings them to sessions that wait for their clients.

A session that is busy tells its client itself, before ReadyForQuery. For one that is idle its own task is not even woken:
the herald sends, which costs a tenth of that. Only if the client does not read does the session's task have to wait.
"""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

import trio

from pgwire.contract import Notification
from pgwire.messages.body import frame
from pgwire.messages.simple import NotificationResponse

if TYPE_CHECKING:
    from pgwire.session import ClientSession

SESSIONS_PER_TURN = 64
"""After so many sessions, let other tasks run."""


def encode(notifications: Iterable[Notification]) -> bytes:
    """The messages; each is made once, however many sessions are told."""
    return b"".join([notification.wire or _make(notification) for notification in notifications])


def _make(notification: Notification) -> bytes:
    message = NotificationResponse(notification.process_id, notification.channel, notification.payload)
    notification.wire = frame(message.tag, message.encode_body())
    return notification.wire


class Herald:
    """Tells clients of idle sessions, with one task for the whole server."""

    def __init__(self) -> None:
        self._due: dict[ClientSession, None] = {}
        self._alarm = trio.Event()

    def tell(self, session: "ClientSession") -> None:
        """There is something for this session's client."""
        self._due[session] = None
        self._alarm.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._alarm.wait()
            self._alarm = trio.Event()
            due, self._due = self._due, {}
            sessions = iter(due)
            while turn := list(islice(sessions, SESSIONS_PER_TURN)):
                for session in turn:
                    session.tell_idle_client()
                await trio.lowlevel.checkpoint()
