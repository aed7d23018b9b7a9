"""TLS over a real socket: how it begins, what must not, what is known of it, and how certificates are renewed."""

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from pgwire.admission import Admission, Policies
from pgwire.certificates import make
from pgwire.messages.error import ErrorResponse
from pgwire.messages.simple import Query
from pgwire.messages.startup import GSSENCRequest, ReadyForQuery, SSLRequest, StartupMessage
from pgwire.tls import BadTls, Tls, TlsSettings
from tests.pgwire.serving_fixture import Serving, serving
from tests.pgwire.wire_client import WireClient

pytestmark = pytest.mark.trio


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tls")
    make(found, "server", "localhost", hosts=["localhost"])
    make(found, "alice", "alice")
    return found


@pytest.fixture
def tls(folder: Path) -> Tls:
    return Tls(TlsSettings(str(folder / "server.crt"), str(folder / "server.key"), str(folder / "ca.crt")))


@pytest.fixture
def context(folder: Path) -> ssl.SSLContext:
    found = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    found.set_alpn_protocols(["postgresql"])
    return found


@asynccontextmanager
async def encrypted(tls: Tls) -> AsyncIterator[Serving]:
    async with serving() as running:
        running.server.admission = Admission(running.engine, Policies(), tls)
        yield running


async def over_tls(server: Serving, context: ssl.SSLContext, *, direct: bool = False) -> WireClient:
    plain = await server.client()
    if not direct:
        await plain.send(SSLRequest())
        assert await plain.receive_raw(1) == b"S"
    stream = trio.SSLStream(plain.stream, context, server_hostname="localhost", https_compatible=True)
    await stream.do_handshake()
    return WireClient(stream)


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_conversation_goes_on_within_tls(
        tls: Tls, context: ssl.SSLContext, direct: bool, version: ssl.TLSVersion) -> None:
    context.minimum_version = context.maximum_version = version
    async with encrypted(tls) as server:
        client = await over_tls(server, context, direct=direct)
        await client.start()
        for count in (1, 100_000):
            await client.send(Query(f"select generate_series(1, {count})"))
            assert len(await client.until(ReadyForQuery)) == count + 3


async def test_request_after_gss_was_refused_is_answered(tls: Tls, context: ssl.SSLContext) -> None:
    async with encrypted(tls) as server:
        client = await server.client()
        await client.send(GSSENCRequest())
        assert await client.receive_raw(1) == b"N"
        await client.send(SSLRequest())
        assert await client.receive_raw(1) == b"S"


@pytest.mark.parametrize("request_again", [SSLRequest(), GSSENCRequest()])
async def test_request_within_tls_is_refused(tls: Tls, context: ssl.SSLContext, request_again: Any) -> None:
    async with encrypted(tls) as server:
        client = await over_tls(server, context)
        await client.send(request_again)
        assert [message.sqlstate for message in await client.until_closed()] == ["0A000"]


async def test_bytes_sent_before_the_handshake_are_refused(tls: Tls) -> None:
    async with encrypted(tls) as server:
        client = await server.client()
        await client.send(SSLRequest(), StartupMessage(3 << 16, (("user", "me"),)))
        (said,) = await client.until_closed()
        assert isinstance(said, ErrorResponse)
        assert (said.sqlstate, said.message) == ("08P01", "received unencrypted data after SSL request")


async def test_direct_tls_without_alpn_is_refused(tls: Tls, folder: Path) -> None:
    bare = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    async with encrypted(tls) as server:
        client = await over_tls(server, bare, direct=True)
        assert [message.message for message in await client.until_closed()] == [
            "received direct SSL connection request without ALPN protocol negotiation extension"]


async def test_garbage_instead_of_a_handshake_ends_only_its_connection(tls: Tls, context: ssl.SSLContext) -> None:
    async with encrypted(tls) as server:
        for garbage in (b"\x16\x03\x01\x00\x05hello", b"\x16" + bytes(4000)):
            client = await server.client()
            await client.send_raw(garbage)
            with pytest.raises(Exception):  # noqa: B017, PT011  (an alert is no message of ours)
                while True:
                    await client.receive_raw(1)
        await (await over_tls(server, context)).start()


async def test_without_tls_the_answer_is_no(context: ssl.SSLContext) -> None:
    async with serving() as server:
        client = await server.client()
        await client.send(SSLRequest())
        assert await client.receive_raw(1) == b"N"
        await client.start()


async def test_unix_sockets_are_not_encrypted(tls: Tls) -> None:
    ours, theirs = socket.socketpair()
    async with encrypted(tls) as server:
        assert server.server._connections is not None
        server.server._connections.start_soon(server.server._connection, theirs, "")
        stream = trio.socket.from_stdlib_socket(ours)
        await stream.send(bytes.fromhex("0000000804d2162f"))
        assert await stream.recv(1) == b"N"
        stream.close()


async def test_certificate_of_the_client_is_known(tls: Tls, context: ssl.SSLContext, folder: Path) -> None:
    context.load_cert_chain(str(folder / "alice.crt"), str(folder / "alice.key"))
    seen = []
    async with encrypted(tls) as server:
        connect = server.engine.connect

        async def noting(database: str, user: str, options: dict[str, str], client: Any = None) -> Any:
            seen.append(client.tls)
            return await connect(database, user, options, client)

        server.engine.connect = noting  # type: ignore[method-assign]
        await (await over_tls(server, context)).start()
    (facts,) = seen
    assert facts.certificate == ("alice", "CN=alice")
    assert (facts.client[0], facts.client[2]) == ("/CN=alice", "/CN=pgquill development CA")
    assert (facts.version, facts.cipher[1]) == ("TLSv1.3", 256)
    assert facts.binding == tls.binding


async def test_reload_serves_the_new_certificate_and_leaves_sessions_alone(folder: Path, tmp_path: Path) -> None:
    def install(source: Path) -> None:
        for name in ("server.crt", "server.key", "ca.crt"):
            (tmp_path / name).write_bytes((source / name).read_bytes())
        (tmp_path / "server.key").chmod(0o600)

    install(folder)
    other = tmp_path / "other"
    make(other, "server", "localhost", hosts=["localhost"])
    tls = Tls(TlsSettings(str(tmp_path / "server.crt"), str(tmp_path / "server.key")))
    contexts = [ssl.create_default_context(cafile=str(place / "ca.crt")) for place in (folder, other)]
    async with encrypted(tls) as server:
        client = await over_tls(server, contexts[0])
        await client.start()
        install(other)
        tls.reload()
        await (await over_tls(server, contexts[1])).start()
        (tmp_path / "server.crt").write_text("no certificate")
        with pytest.raises(BadTls):
            tls.reload()
        await (await over_tls(server, contexts[1])).start()
        await client.send(Query("select 1"))
        await client.until(ReadyForQuery)
