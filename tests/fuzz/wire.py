"""The sans-IO layers: start-up packets and messages. Whatever comes is a message, NEED_DATA or a ProtocolViolation, and the same
however the bytes are cut."""

from random import Random
from typing import Any

from executor.errors import SqlError
from pgwire.connection import NEED_DATA, Connection, Phase
from pgwire.messages.body import ProtocolViolation
from pgwire.messages.startup import StartupMessage
from pgwire.startup_options import StartupOptions
from tests.fuzz.conversations import STARTUPS, messages
from tests.fuzz.mutate import mutated, split


def startup(random: Random) -> list[bytes]:
    """A start-up packet, or something like one."""
    data = random.choice(STARTUPS)
    if random.random() < 0.3:
        data += random.choice(STARTUPS)
    return split(random, mutated(random, data) if random.random() < 0.9 else random.randbytes(random.randint(0, 60)))


def conversation(random: Random) -> list[bytes]:
    """Messages after start-up."""
    data = messages(random)
    return split(random, mutated(random, data) if random.random() < 0.9 else random.randbytes(random.randint(0, 60)))


def authentication(random: Random) -> list[bytes]:
    """What answers an authentication request."""
    data = b"p\0\0\0\x0csecret\0\0" if random.random() < 0.5 else b"p\0\0\0\x2eSCRAM-SHA-256\0\0\0\0\x18n,,n=,r=abcdefghijklmnop"
    return split(random, mutated(random, data))


def _seen(connection: Connection, pieces: list[bytes]) -> list[Any]:
    """What a connection makes of the pieces."""
    found: list[Any] = []
    for piece in pieces:
        connection.receive_data(piece)
        while True:
            try:
                message = connection.next_message()
            except ProtocolViolation as violation:
                found.append((violation.fatal, violation.sqlstate, violation.message))
                continue
            if message is NEED_DATA:
                break
            found.append(message)
            if connection.phase is Phase.AUTHENTICATION and isinstance(message, StartupMessage):
                try:
                    StartupOptions(message)
                except SqlError as error:
                    found.append(error.sqlstate)
    return found


def _check(pieces: list[bytes], phase: Phase) -> None:
    seen = []
    for given in (pieces, [b"".join(pieces)], [bytes((byte,)) for piece in pieces for byte in piece][:4096]):
        connection = Connection()
        connection.phase = phase
        seen.append(_seen(connection, given))
    assert seen[0] == seen[1], "the cuts make a difference"
    if sum(map(len, pieces)) <= 4096:
        assert seen[0] == seen[2], "the cuts make a difference"


def check_startup(pieces: list[bytes]) -> None:
    """As a server that was just connected to."""
    _check(pieces, Phase.STARTUP)


def check_conversation(pieces: list[bytes]) -> None:
    """As a server after authentication."""
    _check(pieces, Phase.MESSAGES)


def check_authentication(pieces: list[bytes]) -> None:
    """As a server that waits for a password."""
    _check(pieces, Phase.AUTHENTICATION)
