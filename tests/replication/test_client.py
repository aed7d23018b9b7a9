"""The client of other servers: against PostgreSQL 18, against our own server with each kind of login, against broken servers."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import trio

from pgwire.certificates import make
from pgwire.connection import Connection
from pgwire.messages.copy import CopyBothResponse, CopyData
from pgwire.messages.startup import AUTHENTICATION_OK, Authentication, ReadyForQuery
from replication.client import CannotConnect, Client, ConnectionLost, ServerError, connect
from replication.conninfo import parse
from replication.login import CannotLogIn
from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18

pytestmark = pytest.mark.trio


async def opened(text: str, *, replication: str = "") -> Client:
    with trio.fail_after(30):
        return await connect(parse(text), replication=replication)


# --- PostgreSQL -----------------------------------------------------------------------------------------------------------


async def test_results_come_as_text_with_their_columns(postgres18: Postgres18) -> None:
    client = await opened(postgres18.url())
    first, second, third = await client.simple_query("SELECT 1 AS a, NULL::text; SELECT 2 WHERE false; SET work_mem = '4MB'")
    assert (first.columns, first.type_oids, first.rows, first.tag) == (("a", "text"), (23, 25), (("1", None),), "SELECT 1")
    assert (second.rows, second.tag) == ((), "SELECT 0")
    assert (third.columns, third.tag) == ((), "SET")
    assert first.one() == {"a": "1", "text": None}
    assert client.parameters["server_encoding"] == "UTF8"
    await client.close()


async def test_connection_goes_on_after_an_error(postgres18: Postgres18) -> None:
    client = await opened(postgres18.url())
    with pytest.raises(ServerError) as found:
        await client.simple_query("SELECT 1; SELECT 1/0; SELECT 2")
    assert (found.value.sqlstate, found.value.severity, found.value.message) == ("22012", "ERROR", "division by zero")
    with pytest.raises(ServerError) as found:
        await client.simple_query("SELECT nothing FROM pg_clas")
    assert found.value.sqlstate == "42P01"
    assert (await client.simple_query("SELECT 5"))[0].rows == (("5",),)
    await client.close()


async def test_data_is_copied_out_and_in(postgres18: Postgres18) -> None:
    client = await opened(postgres18.url())
    await client.simple_query("CREATE TEMP TABLE t(a int, b text)")

    async def rows() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"{number}\tä{number}\n".encode()

    (result,) = await client.copy_in("COPY t FROM STDIN", rows())
    assert result.tag == "COPY 3"
    async with client.copy_out("COPY t TO STDOUT") as stream:
        assert [piece async for piece in stream] == [b"0\t\xc3\xa40\n", b"1\t\xc3\xa41\n", b"2\t\xc3\xa42\n"]
        assert stream.results[-1].tag == "COPY 3"
    assert (await client.simple_query("SELECT count(*) FROM t"))[0].rows == (("3",),)
    await client.close()


async def test_copy_that_fails_in_the_middle_says_so(postgres18: Postgres18) -> None:
    client = await opened(postgres18.url())
    with pytest.raises(ServerError, match="division by zero"):
        async with client.copy_out("COPY (SELECT 1/(3-i) FROM generate_series(1, 5) i) TO STDOUT") as stream:
            async for _ in stream:
                pass
    assert (await client.simple_query("SELECT 5"))[0].rows == (("5",),)
    await client.close()


async def test_copy_that_was_not_expected_is_ended(postgres18: Postgres18) -> None:
    client = await opened(postgres18.url())
    await client.simple_query("CREATE TEMP TABLE t(a int)")
    with pytest.raises(ServerError, match="COPY was not expected here"):
        await client.simple_query("COPY t FROM STDIN")
    await client.simple_query("COPY t TO STDOUT")
    assert (await client.simple_query("SELECT 5"))[0].rows == (("5",),)
    with pytest.raises(ConnectionLost, match="instead of"):
        async with client.copy_out("COPY t FROM STDIN"):
            pass


async def test_replication_commands_are_answered(postgres18: Postgres18) -> None:
    client = await opened(postgres18.url(), replication="database")
    facts = (await client.simple_query("IDENTIFY_SYSTEM"))[0].one()
    assert facts["dbname"] == "postgres"
    assert int(facts["systemid"] or 0) > 1 << 60
    with pytest.raises(ServerError) as found:
        async with client.copy_both("START_REPLICATION SLOT nothing LOGICAL 0/0"):
            pass
    assert found.value.sqlstate in ("42704", "55000")
    assert (await client.simple_query("SELECT 5"))[0].rows == (("5",),)
    await client.close()


async def test_statement_is_cancelled(postgres18: Postgres18) -> None:
    client = await opened(postgres18.url())
    async with trio.open_nursery() as nursery:
        async def cancel() -> None:
            with psycopg.connect(postgres18.dsn(), autocommit=True) as other:
                while not other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active'",
                                        (client.process_id,)).fetchall():
                    await trio.lowlevel.checkpoint()
            await client.cancel()

        nursery.start_soon(cancel)
        with pytest.raises(ServerError, match="canceling statement due to user request"):
            await client.simple_query("SELECT pg_sleep(60)")
    await client.close()


@pytest.mark.parametrize(("attributes", "found"), [("any", True), ("read-write", True), ("primary", True), ("read-only", False),
                                                  ("standby", False), ("prefer-standby", True)])
async def test_server_is_chosen_by_what_it_is(postgres18: Postgres18, attributes: str, found: bool) -> None:
    text = f"{postgres18.dsn()} target_session_attrs={attributes}"
    if found:
        await (await opened(text)).close()
        return
    with pytest.raises(CannotConnect, match=f"session is not {attributes}"):
        await opened(text)


async def test_role_that_is_unknown_is_an_error_of_the_server(postgres18: Postgres18) -> None:
    with pytest.raises(ServerError) as found:
        await opened(f"host={postgres18.host} port={postgres18.port} user=nobody dbname=postgres")
    assert (found.value.severity, found.value.sqlstate) == ("FATAL", "28000")


async def test_server_without_tls_is_taken_or_not(postgres18: Postgres18) -> None:
    await (await opened(f"{postgres18.dsn()} sslmode=prefer")).close()
    with pytest.raises(CannotConnect, match="server does not support SSL, but SSL was required"):
        await opened(f"{postgres18.dsn()} sslmode=require")


# --- logins -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PgquillServer, Path]]:
    folder = tmp_path_factory.mktemp("guarded")
    make(folder, "server", "localhost", hosts=["localhost", "127.0.0.1"])
    make(folder, "cert", "cert")
    (folder / "hba.conf").write_text(
        "host all scram all scram-sha-256\nhost all clear all password\nhost all md5 all md5\nhostssl all cert all cert\n"
        "local all all trust\nhost all postgres 127.0.0.1/32 trust\n")
    files = {"--tls-cert": "server.crt", "--tls-key": "server.key", "--tls-ca": "ca.crt", "--hba": "hba.conf"}
    options = [word for option, name in files.items() for word in (option, str(folder / name))]
    server = PgquillServer(folder / "guarded.db", *options)
    with psycopg.connect(f"host=127.0.0.1 port={server.port} user=postgres dbname=guarded", autocommit=True) as connection:
        for role in ("scram", "clear"):
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'p,=ä'")  # type: ignore[call-overload]
        connection.execute("CREATE ROLE cert LOGIN")
        connection.execute("SET password_encryption = md5")
        connection.execute("CREATE ROLE md5 LOGIN PASSWORD 'p,=ä'")
    yield server, folder
    server.stop()


SECRET = "password='p,=ä'"


@pytest.mark.parametrize(("words", "version"), [
    (f"user=scram {SECRET} sslmode=disable", False), (f"user=scram {SECRET} sslmode=require channel_binding=require", True),
    (f"user=scram {SECRET} sslmode=verify-full sslrootcert=F/ca.crt channel_binding=disable", True),
    (f"user=scram {SECRET} sslmode=require sslnegotiation=direct", True), (f"user=scram {SECRET} sslmode=allow", False),
    (f"user=scram {SECRET}", True), (f"user=clear {SECRET} sslmode=prefer", True), (f"user=md5 {SECRET} sslmode=disable", False),
    ("user=cert sslmode=verify-ca sslrootcert=F/ca.crt sslcert=F/cert.crt sslkey=F/cert.key", True)])
async def test_role_logs_in(guarded: tuple[PgquillServer, Path], words: str, version: bool) -> None:
    server, folder = guarded
    words = words.replace("F/", f"{folder}/")
    client = await opened(f"host=localhost hostaddr=127.0.0.1 port={server.port} dbname=guarded {words}")
    (result,) = await client.simple_query("SELECT ssl, current_user FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    assert result.rows == (("t" if version else "f", words.split()[0].removeprefix("user=")),)
    await client.close()


@pytest.mark.parametrize(("words", "error", "said"), [
    ("user=scram password=wrong", ServerError, "password authentication failed"),
    ("user=scram", CannotLogIn, "no password supplied"),
    (f"user=clear {SECRET} channel_binding=require sslmode=require", CannotLogIn, "channel binding required but not supported"),
    (f"user=scram {SECRET} channel_binding=require sslmode=disable", CannotLogIn, "channel binding is required"),
    ("user=postgres channel_binding=require sslmode=require", CannotLogIn, "channel binding required, but server authenticated"),
    (f"user=scram {SECRET} sslmode=verify-full sslrootcert=/nowhere", CannotConnect, "root certificate file"),
    (f"user=scram {SECRET} sslmode=verify-full", CannotConnect, "root certificate file"),
    (f"user=scram {SECRET} sslcert=/nowhere", CannotConnect, "could not open certificate file")])
async def test_login_that_is_wrong_is_refused(guarded: tuple[PgquillServer, Path], words: str, error: type[Exception],
                                             said: str) -> None:
    server, _ = guarded
    with pytest.raises((error, CannotConnect), match=said):
        await opened(f"host=localhost hostaddr=127.0.0.1 port={server.port} dbname=guarded {words}")


async def test_certificate_for_another_name_is_not_believed(guarded: tuple[PgquillServer, Path]) -> None:
    server, folder = guarded
    with pytest.raises(CannotConnect, match=r"certificate is not believed: .*other\.example"):
        await opened(f"host=other.example hostaddr=127.0.0.1 port={server.port} dbname=guarded user=scram {SECRET} "
                     f"sslmode=verify-full sslrootcert={folder}/ca.crt")


# --- broken servers -----------------------------------------------------------------------------------------------------------


async def serve_bytes(nursery: trio.Nursery, *answers: bytes) -> int:
    """A server that gives one answer to each thing that it is told, and hangs up; its port."""
    async def handler(stream: trio.SocketStream) -> None:
        for answer in answers:
            await stream.receive_some()
            await stream.send_all(answer)
        await stream.aclose()

    listeners = await nursery.start(partial(trio.serve_tcp, handler, 0, host="127.0.0.1"))
    return int(listeners[0].socket.getsockname()[1])


codec = Connection()
WELCOME = codec.send(AUTHENTICATION_OK) + codec.send(ReadyForQuery(b"I"))


@pytest.mark.parametrize(("answer", "error", "said"), [
    (b"", ConnectionLost, "server closed the connection unexpectedly"),
    (b"E", ConnectionLost, "server closed the connection unexpectedly"),
    (b"HTTP/1.1 400 Bad Request", ConnectionLost, "does not speak the protocol"),
    (codec.send(ReadyForQuery(b"I")), ConnectionLost, "did not expect a client to log in"),
    (codec.send(Authentication(7)), CannotLogIn, "GSSAPI is not supported"),
    (codec.send(Authentication(99)), CannotLogIn, "number 99 is not supported"),
    (codec.send(Authentication(12, b"v=x")), CannotLogIn, "that was not begun"),
    (codec.send(Authentication(11, b"r=x")), CannotLogIn, "that was not begun"),
    (codec.send(Authentication(10, b"OTHER\0\0")), CannotLogIn, "none of the server's SASL")])
async def test_server_that_cannot_be_understood_is_left(nursery: trio.Nursery, answer: bytes, error: type[Exception],
                                                       said: str) -> None:
    port = await serve_bytes(nursery, answer)
    with pytest.raises((error, CannotConnect), match=said):
        await opened(f"host=127.0.0.1 port={port} user=u sslmode=disable")
    nursery.cancel_scope.cancel()


async def test_server_that_hangs_up_in_a_stream_is_lost(nursery: trio.Nursery) -> None:
    both = codec.send(CopyBothResponse(0, ())) + codec.send(CopyData(b"one"))
    port = await serve_bytes(nursery, WELCOME, both + codec.send(CopyData(b"two"))[:-1])
    client = await opened(f"host=127.0.0.1 port={port} user=u sslmode=disable")
    with pytest.raises(ConnectionLost, match="closed the connection unexpectedly"):
        async with client.copy_both("START_REPLICATION") as stream:
            assert await stream.receive() == b"one"
            await stream.receive()
    assert client.is_closed
    nursery.cancel_scope.cancel()


async def test_silent_server_is_given_up(nursery: trio.Nursery, autojump_clock: trio.testing.MockClock) -> None:
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    port = listener.socket.getsockname()[1]
    with pytest.raises(CannotConnect, match="timeout expired"):
        await connect(parse(f"host=127.0.0.1 port={port} user=u sslmode=disable connect_timeout=3"))
    await listener.aclose()


async def test_second_host_is_tried_when_the_first_refuses(postgres18: Postgres18) -> None:
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    refused = listener.socket.getsockname()[1]
    await listener.aclose()
    client = await opened(f"host=127.0.0.1,{postgres18.host} port={refused},{postgres18.port} user=postgres")
    assert client.host.port == postgres18.port
    await client.close()
    with pytest.raises(CannotConnect, match=r"port \d+ failed: Connection refused"):
        await opened(f"host=127.0.0.1 port={refused} user=u")
