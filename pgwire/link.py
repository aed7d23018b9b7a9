"""What a session may do with its socket. pgwire.server has the real one; tests use one over memory streams."""

from typing import Protocol


class ClientGone(Exception):
    """The client closed the connection or it broke; nothing can be sent any more."""


class Link(Protocol):
    """A connection as a session sees it. Sending is in two steps so that what does not block costs no waiting.

    Cancelling `receive` or `drain` loses nothing: what was not sent stays queued and goes first next time. So a
    statement can be cancelled in the middle of its rows and the client still reads whole messages.
    """

    async def receive(self) -> bytes:
        """Some bytes; b"" when the client has closed. Raises ClientGone."""

    def send_now(self, data: bytes | bytearray) -> bool:
        """Send what can be sent without waiting, queue the rest. True when nothing is queued. Raises ClientGone."""

    def post(self, data: bytes | bytearray) -> bool:
        """Like send_now, but what is small may be kept until the other sessions have run. Raises ClientGone."""

    async def drain(self) -> None:
        """Wait until nothing is queued. Raises ClientGone."""
