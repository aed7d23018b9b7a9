"""Small answers wait until every session that can run has run, and then go out one after the other.

Waking a client that sleeps costs many times what a send to one that is awake costs: with answers sent between statements,
each would wake it anew. Nothing waits longer than HOLD_S while others work, and a loop that has nothing else to do sends at once.
"""

from time import perf_counter
from typing import Protocol

import trio

HOLD_S = 0.001
"""How long an answer may wait for the others of its pass through the loop."""


class Sender(Protocol):
    """Who has posted something."""

    def push(self) -> None:
        """Send what was posted. Never waits and never raises."""


class Outbox(trio.abc.Instrument):
    """The links of one server that have something to send at the end of the loop's pass: trio calls it before it sleeps."""

    def __init__(self) -> None:
        self._senders: list[Sender] = []
        self._since = 0.0

    def add(self, sender: Sender) -> None:
        """Push this one at the end of the pass."""
        now = perf_counter()
        if not self._senders:
            self._since = now
        self._senders.append(sender)
        if now - self._since > HOLD_S:
            self.push()

    def push(self) -> None:
        """Send everything now."""
        if self._senders:
            senders, self._senders = self._senders, []
            for sender in senders:
                sender.push()

    def before_io_wait(self, timeout: float) -> None:
        """All tasks have run as far as they could."""
        self.push()
