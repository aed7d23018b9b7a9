"""What decides about a connection: built-in rules, the roles, and what unknown users are challenged with."""

import socket
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from executor.errors import SqlError
from executor.roles.login import Login
from executor.roles.verifier import make_verifier
from pgwire.access.policy import NETWORK_TRUST, NETWORK_WITHOUT_TLS
from pgwire.admission import Admission, Policies
from pgwire.connection import NEED_DATA, Connection
from pgwire.messages.body import INT32
from pgwire.messages.startup import PROTOCOL_3_0, AuthenticationResponse, StartupMessage
from pgwire.socket_link import SocketLink
from pgwire.startup_options import StartupOptions
from tests.pgquill_server import PgquillServer, ServePgquill, needs_engine
from tests.pgwire.fake_engine import FakeEngine

ALICE = Login(name="alice", verifier=make_verifier("secret", "alice"))


class Place:
    """Where a connection comes from."""

    peer_user_id = None

    def __init__(self, address: str | None, tls: Any = None) -> None:
        self.address, self.tls = address, tls


class Encrypted:
    binding, certificate = b"hash", None


def options(user: str = "alice", **more: str) -> StartupOptions:
    return StartupOptions(StartupMessage(PROTOCOL_3_0, (("user", user), *more.items())))


async def method(admission: Admission, place: Place, user: str = "alice", **more: str) -> str:
    try:
        return (await admission.candidate(options(user, **more), place)).method  # type: ignore[arg-type]
    except SqlError as error:
        return error.message


LOOPBACK, LOOPBACK_6, UNIX, FAR = Place("127.0.0.1"), Place("::1"), Place(None), Place("192.0.2.7")
FAR_ENCRYPTED = Place("192.0.2.7", Encrypted())
NO_ENTRY = 'no pg_hba.conf entry for host "192.0.2.7", user "alice", database "alice", no encryption'


@pytest.mark.trio
@pytest.mark.parametrize(("network", "password", "expected"), [
    ("", False, ["trust", "trust", "trust", NO_ENTRY, NO_ENTRY.replace("no encryption", "SSL encryption")]),
    ("", True, ["scram-sha-256", "scram-sha-256", "scram-sha-256", NO_ENTRY, "scram-sha-256"]),
    (NETWORK_WITHOUT_TLS, False, ["trust", "trust", "trust", NO_ENTRY, NO_ENTRY.replace("no encryption", "SSL encryption")]),
    (NETWORK_WITHOUT_TLS, True, ["scram-sha-256"] * 5),
    (NETWORK_TRUST, False, ["trust"] * 5),
    (NETWORK_TRUST, True, ["trust"] * 5),
])
async def test_built_in_rules_ask_for_passwords_as_soon_as_there_is_one(
        network: str, password: bool, expected: list[str]) -> None:
    engine = FakeEngine()
    admission = Admission(engine, Policies(network=network))
    if password:
        engine.logins = {"alice": ALICE}
    places = (LOOPBACK, LOOPBACK_6, UNIX, FAR, FAR_ENCRYPTED)
    assert [await method(admission, place) for place in places] == expected


@pytest.mark.trio
async def test_physical_replication_needs_a_rule_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "hba.conf"
    path.write_text("host all all 127.0.0.0/8 trust\n")
    admission = Admission(FakeEngine(), Policies(path))
    said = 'no pg_hba.conf entry for replication connection from host "127.0.0.1", user "alice", no encryption'
    assert await method(admission, LOOPBACK, replication="true") == said
    assert await method(admission, LOOPBACK, replication="database") == "trust"
    assert await method(Admission(FakeEngine(), Policies()), LOOPBACK, replication="true") == "trust"


@pytest.mark.trio
async def test_unknown_user_is_a_candidate_like_any_other() -> None:
    engine = FakeEngine()
    engine.logins = {"alice": ALICE}
    candidate = await Admission(engine, Policies()).candidate(options("bob"), LOOPBACK)  # type: ignore[arg-type]
    assert (candidate.method, candidate.login, candidate.verifier) == ("scram-sha-256", None, None)
    assert len(candidate.secret) == 32


def test_reload_logs_what_is_bad_line_by_line(tmp_path: Path) -> None:
    import structlog

    path = tmp_path / "hba.conf"
    path.write_text("local all all trust\n")
    admission = Admission(FakeEngine(), Policies(path))
    path.write_text("local\nhost\n")
    with capture_logs() as logs:
        admission.reload(structlog.get_logger())
    errors = [entry for entry in logs if entry["log_level"] == "error"]
    assert [entry["reason"].partition(", line ")[2] for entry in errors] == [
        "1: end-of-line before database specification", "2: end-of-line before database specification"]


def test_user_at_the_other_end_of_a_unix_socket_is_known() -> None:
    import os

    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert SocketLink(ours, "").peer_user_id == os.geteuid()


def challenge(server: PgquillServer, user: str) -> bytes:
    """The salt and the iterations that a user is challenged with."""
    connection = Connection(client=True)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        def next_message() -> Any:
            while (message := connection.next_message()) is NEED_DATA:
                connection.receive_data(client.recv(4096))
            return message

        client.sendall(connection.send(StartupMessage(PROTOCOL_3_0, (("user", user),))))
        assert next_message().method == 10
        first = b"n,,n=,r=abc"
        client.sendall(connection.send(AuthenticationResponse(b"SCRAM-SHA-256\0" + INT32.pack(len(first)) + first)))
        return bytes(next_message().data.partition(b",")[2])


@needs_engine
def test_challenge_of_a_user_is_the_same_after_a_restart_whether_there_is_one_or_not(
        tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    found = []
    for _ in range(2):
        server = serve_pgquill(tmp_path / "app.db", env={"POSTGRES_PASSWORD": "secret"})
        found.append({user: challenge(server, user) for user in ("postgres", "ghost", "other")})
        server.stop()
    assert found[0] == found[1]
    assert len({*found[0].values()}) == 3
    assert {len(value) for value in found[0].values()} == {len(found[0]["postgres"])}
