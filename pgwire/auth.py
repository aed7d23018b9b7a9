"""Who the client is: authentication methods, sans-IO, in a table.

A method is a generator: it yields what the server says, is sent what the client answers, returns when the client has
proved to be the user, and raises SqlError (28P01, 28000) when not. pgwire.handshake runs it.
"""

from collections.abc import Callable, Generator

from pgwire.messages.startup import Authentication, AuthenticationResponse

Exchange = Generator[Authentication, AuthenticationResponse, None]


def trust(user: str) -> Exchange:
    """Believe the client. Only for connections from this machine."""
    yield from ()


METHODS: dict[str, Callable[[str], Exchange]] = {"trust": trust}
"""Name, as in pg_hba.conf -> method."""


def choose_method(user: str, database: str) -> str:
    """The name of the method for this connection. There are no passwords yet, and the server listens only locally."""
    return "trust"
