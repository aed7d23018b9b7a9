"""Finds clients that disappear while their statement runs, so that it can be cancelled and rolled back."""

import trio

from pgwire.link import Link
from pgwire.session import ClientSession, Interrupt
from pgwire.socket_link import SocketLink

WATCH_INTERVAL_S = 0.1
"""How often statements that run for long are looked at, in seconds."""


class Lateness:
    """How late the event loop comes back to who waits for it: what one session's work costs all others. In seconds."""

    __slots__ = ("last_s", "looks", "max_s", "sum_s")

    def __init__(self) -> None:
        self.last_s = self.max_s = self.sum_s = 0.0
        self.looks = 0

    def note(self, seconds: float) -> None:
        """One look."""
        self.last_s = seconds = max(0.0, seconds)
        self.max_s = max(self.max_s, seconds)
        self.sum_s += seconds
        self.looks += 1

    @property
    def average_s(self) -> float:
        """Over all looks."""
        return self.sum_s / self.looks if self.looks else 0.0


class WatchedLink:
    """A SocketLink that wakes the watch when something arrives."""

    def __init__(self, link: SocketLink, watch: "Watch") -> None:
        self._watch = watch
        self.replace(link)

    def replace(self, link: Link) -> None:
        """From now on talk through this one: TLS has begun."""
        self.send_now = link.send_now
        self.post = link.post
        self.drain = link.drain
        self._receive = link.receive

    async def receive(self) -> bytes:
        """Some bytes."""
        data = await self._receive()
        if self._watch.asleep:
            self._watch.wake()
        return data


class Watch:
    """Finds clients that disappeared while their statement runs, with one task for the whole server.

    It looks every WATCH_INTERVAL_S while some session works, sleeps otherwise, and asks the kernel only about sessions
    that do the same work as at the last look: a short statement costs nothing. A session that has set
    client_connection_check_interval is asked about no more often than that.
    """

    def __init__(self) -> None:
        self.asleep = False
        self.lateness = Lateness()
        self._alarm = trio.Event()
        self._sessions: dict[ClientSession, SocketLink] = {}
        self._seen: dict[ClientSession, tuple[int, float]] = {}

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
            due = trio.current_time() + WATCH_INTERVAL_S
            await trio.sleep_until(due)
            self.lateness.note(trio.current_time() - due)
            if not self._look():
                self._alarm = trio.Event()
                self.asleep = True
                await self._alarm.wait()

    def _look(self) -> bool:
        """Interrupt sessions whose clients are gone. Whether anybody works."""
        seen, self._seen = self._seen, {}
        now = trio.current_time()
        for session, link in self._sessions.items():
            if not session.running:
                continue
            serial, since = seen.get(session, (-1, 0.0))
            if serial != session.statement_serial:
                since = now
            elif now - since >= link.check_interval_s:
                since = now
                if link.peer_closed():
                    session.interrupt(Interrupt.GONE)
            self._seen[session] = session.statement_serial, since
        return bool(self._seen)
