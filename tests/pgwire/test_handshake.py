import pytest

from executor.sqlstates import InvalidPassword
from pgwire import auth
from pgwire.messages.error import ErrorResponse
from pgwire.messages.extended import Sync
from pgwire.messages.startup import PROTOCOL_3_0, Authentication, AuthenticationResponse, ReadyForQuery, StartupMessage
from tests.pgwire.serving_fixture import serving

pytestmark = pytest.mark.trio

CLEARTEXT = Authentication(3)


def password(candidate: auth.Candidate) -> auth.Exchange:
    answer = yield CLEARTEXT
    if answer.data != b"secret\0":
        raise InvalidPassword(f'password authentication failed for user "{candidate.user}"')
    return candidate.user


@pytest.fixture
def ask_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(auth.METHODS, "trust", password)


@pytest.mark.usefixtures("ask_password")
async def test_method_with_a_question_lets_in_who_answers_it() -> None:
    async with serving() as server:
        client = await server.client()
        await client.send(StartupMessage(PROTOCOL_3_0, (("user", "me"),)))
        assert await client.next() == CLEARTEXT
        await client.send(AuthenticationResponse(b"secret\0"))
        assert isinstance((await client.until(ReadyForQuery))[-1], ReadyForQuery)


@pytest.mark.usefixtures("ask_password")
async def test_wrong_answer_is_fatal() -> None:
    async with serving() as server:
        client = await server.client()
        await client.send(StartupMessage(PROTOCOL_3_0, (("user", "me"),)), AuthenticationResponse(b"wrong\0"))
        said = (await client.until_closed())[-1]
        assert (said.severity, said.sqlstate) == ("FATAL", "28P01")
        assert len(server.server.backends) == 0


@pytest.mark.usefixtures("ask_password")
async def test_message_other_than_the_answer_is_fatal() -> None:
    async with serving() as server:
        client = await server.client()
        await client.send(StartupMessage(PROTOCOL_3_0, (("user", "me"),)), Sync())
        said = (await client.until_closed())[-1]
        assert isinstance(said, ErrorResponse)
        assert said.message == f"expected password response, got message type {ord('S')}"


async def test_replication_connection_is_0a000() -> None:
    async with serving() as server:
        client = await server.client()
        await client.send(StartupMessage(PROTOCOL_3_0, (("user", "me"), ("replication", "database"))))
        assert [message.sqlstate for message in await client.until_closed()] == ["0A000"]
