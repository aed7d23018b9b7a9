"""Finds clients that disappear while their statement runs, so that it can be cancelled and rolled back."""

import trio

from pgwire.session import ClientSession, Interrupt
from pgwire.socket_link import SocketLink

WATCH_INTERVAL_S = 0.1
"""How often statements that run for long are looked at, in seconds."""


class WatchedLink:
    """A SocketLink that wakes the watch when something arrives."""

    def __init__(self, link: SocketLink, watch: "Watch") -> None:
        self.send_now = link.send_now
        self.drain = link.drain
        self._receive = link.receive
        self._watch = watch

    async def receive(self) -> bytes:
        """Some bytes."""
        data = await self._receive()
        if self._watch.asleep:
            self._watch.wake()
        return data


class Watch:
    """Finds clients that disappeared while their statement runs, with one task for the whole server.

    It looks every WATCH_INTERVAL_S while some session works, sleeps otherwise, and asks the kernel only about sessions
    that do the same work as at the last look: a short statement costs nothing.
    """

    def __init__(self) -> None:
        self.asleep = False
        self._alarm = trio.Event()
        self._sessions: dict[ClientSession, SocketLink] = {}
        self._seen: dict[ClientSession, int] = {}

    def add(self, session: ClientSession, link: SocketLink | None) -> None:
        """Watch this session's client; a session without a socket is left alone."""
        if link is not None:
            self._sessions[session] = link

    def remove(self, session: ClientSession) -> None:
        """The session is over."""
        self._sessions.pop(session, None)

    def wake(self) -> None:
        """Somebody got something to do."""
        self.asleep = False
        self._alarm.set()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await trio.sleep(WATCH_INTERVAL_S)
            if not self._look():
                self._alarm = trio.Event()
                self.asleep = True
                await self._alarm.wait()

    def _look(self) -> bool:
        """Interrupt sessions whose clients are gone. Whether anybody works."""
        seen, self._seen = self._seen, {}
        for session, link in tuple(self._sessions.items()):
            if not session.running:
                continue
            self._seen[session] = session.statement_serial
            if seen.get(session) == session.statement_serial and link.peer_closed():
                session.interrupt(Interrupt.GONE)
        return bool(self._seen)
