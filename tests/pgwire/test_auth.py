"""The methods, message by message."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
import scramp

from executor.errors import SqlError
from executor.roles.login import Login
from executor.roles.verifier import make_verifier
from pgwire import auth
from pgwire.access.identity_maps import parse_mapping
from pgwire.access.rules import METHODS as RULE_METHODS
from pgwire.access.tokens import Line, Token
from pgwire.admission import _counting
from pgwire.auth import Candidate, Tell, Work
from pgwire.messages.body import INT32
from pgwire.messages.startup import Authentication, AuthenticationResponse

SCRAM_VERIFIER = make_verifier("secret", "me")
MD5_VERIFIER = make_verifier("secret", "me", encryption="md5")


def run(candidate: Candidate, *answers: bytes) -> tuple[list[Any], str | None]:
    """What the server says, and who the client has proved to be."""
    exchange = auth.run(candidate)
    waiting = list(answers)
    said: list[Any] = []
    try:
        question = next(exchange)
        while True:
            if isinstance(question, Work):
                question = exchange.send(question.call())
                continue
            said.append(question)
            answer = None if isinstance(question, Tell) else AuthenticationResponse(waiting.pop(0))
            question = exchange.send(answer)
    except StopIteration as done:
        return said, done.value


def refused(candidate: Candidate, *answers: bytes) -> tuple[str, str]:
    with pytest.raises(SqlError) as caught:
        run(candidate, *answers)
    assert caught.value.severity == "FATAL"
    return caught.value.sqlstate, caught.value.message


def first(mechanism: str, text: bytes) -> bytes:
    return mechanism.encode() + b"\0" + INT32.pack(len(text)) + text


FAILED = ("28P01", 'password authentication failed for user "me"')


def test_every_method_of_rules_is_there() -> None:
    assert {*auth.METHODS, "reject"} == set(RULE_METHODS)


def test_trust_asks_nothing_and_knows_nobody() -> None:
    assert run(Candidate("me", "trust")) == ([], None)


@pytest.mark.parametrize("verifier", [SCRAM_VERIFIER, MD5_VERIFIER])
def test_password_lets_in_who_knows_it(verifier: str) -> None:
    candidate = Candidate("me", "password", verifier=verifier)
    assert run(candidate, b"secret\0") == ([Authentication(3)], "me")
    assert refused(candidate, b"wrong\0") == FAILED


def test_password_of_nobody_is_hashed_all_the_same() -> None:
    exchange = auth.run(Candidate("me", "password", secret=b"x"))
    next(exchange)
    work = exchange.send(AuthenticationResponse(b"secret\0"))
    assert isinstance(work, Work)
    with pytest.raises(SqlError, match="password authentication failed"):
        exchange.send(work.call())


@pytest.mark.parametrize(("packet", "expected"), [
    (b"\0", ("28P01", "empty password returned by client")),
    (b"secret", ("08P01", "invalid password packet size")),
    (b"sec\0ret\0", ("08P01", "invalid password packet size")),
    (b"", ("08P01", "invalid password packet size")),
    (b"\xff\0", ("22021", 'invalid byte sequence for encoding "UTF8"')),
])
def test_password_packet_that_is_wrong_is_fatal(packet: bytes, expected: tuple[str, str]) -> None:
    assert refused(Candidate("me", "password", verifier=SCRAM_VERIFIER), packet) == expected


def scram(candidate: Candidate, password: str = "secret") -> str | None:
    exchange = auth.run(candidate)
    client = scramp.ScramClient(["SCRAM-SHA-256"], "me", password)
    offer = next(exchange)
    assert offer.method == 10
    challenge = exchange.send(AuthenticationResponse(first("SCRAM-SHA-256", client.get_client_first().encode())))
    client.set_server_first(challenge.data.decode())
    last = exchange.send(AuthenticationResponse(client.get_client_final().encode()))
    client.set_server_final(last.message.data.decode())
    with pytest.raises(StopIteration) as done:
        exchange.send(None)
    return done.value.value


def test_scram_lets_in_who_knows_the_password() -> None:
    assert scram(Candidate("me", "scram-sha-256", verifier=SCRAM_VERIFIER)) == "me"


@pytest.mark.parametrize("verifier", [None, MD5_VERIFIER, SCRAM_VERIFIER])
def test_scram_refuses_others_in_the_same_words(verifier: str | None) -> None:
    with pytest.raises(SqlError) as caught:
        scram(Candidate("me", "scram-sha-256", verifier=verifier), "secret" if verifier != SCRAM_VERIFIER else "wrong")
    assert (caught.value.sqlstate, caught.value.message) == FAILED


def test_scram_offers_channel_binding_first_and_only_under_tls() -> None:
    offers = [next(auth.run(Candidate("me", "scram-sha-256", channel_binding=binding))).data for binding in (None, b"hash")]
    assert offers == [b"SCRAM-SHA-256\0\0", b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"]


@pytest.mark.parametrize(("answer", "said"), [
    (first("SCRAM-SHA-1", b"n,,n=,r=a"), "client selected an invalid SASL authentication mechanism"),
    (first("SCRAM-SHA-256-PLUS", b"n,,n=,r=a"), "client selected an invalid SASL authentication mechanism"),
    (b"SCRAM-SHA-256", "malformed SCRAM message"),
    (b"SCRAM-SHA-256\0\0\0", "malformed SCRAM message"),
    (b"SCRAM-SHA-256\0" + INT32.pack(99) + b"n,,n=,r=a", "malformed SCRAM message"),
])
def test_sasl_answer_that_is_wrong_is_fatal(answer: bytes, said: str) -> None:
    assert refused(Candidate("me", "scram-sha-256"), answer) == ("08P01", said)


def test_scram_without_an_initial_response_is_asked_for_one() -> None:
    exchange = auth.run(Candidate("me", "scram-sha-256", verifier=SCRAM_VERIFIER))
    next(exchange)
    assert exchange.send(AuthenticationResponse(b"SCRAM-SHA-256\0" + INT32.pack(-1))) == Authentication(11)
    assert exchange.send(AuthenticationResponse(b"n,,n=,r=abc")).data.startswith(b"r=abc")


def test_md5_challenges_who_has_such_a_verifier() -> None:
    exchange = auth.run(Candidate("me", "md5", verifier=MD5_VERIFIER))
    salt = next(exchange).data
    response = "md5" + hashlib.md5(hashlib.md5(b"secretme").hexdigest().encode() + salt).hexdigest()
    with pytest.raises(StopIteration) as done:
        exchange.send(AuthenticationResponse(response.encode() + b"\0"))
    assert done.value.value == "me"
    assert refused(Candidate("me", "md5", verifier=MD5_VERIFIER), response.encode() + b"\0") == FAILED


@pytest.mark.parametrize("verifier", [None, SCRAM_VERIFIER])
def test_md5_is_scram_for_everybody_else(verifier: str | None) -> None:
    assert next(auth.run(Candidate("me", "md5", verifier=verifier))).method == 10


def mapping(*words: str) -> Any:
    return parse_mapping(Line("f", 1, tuple((Token(word),) for word in words)))


def test_peer_needs_the_same_name_or_a_map() -> None:
    assert run(Candidate("me", "peer", system_user="me")) == ([], "me")
    assert refused(Candidate("me", "peer", system_user="root")) == ("28000", 'Peer authentication failed for user "me"')
    assert refused(Candidate("me", "peer")) == ("28000", 'Peer authentication failed for user "me"')
    mapped = Candidate("me", "peer", options={"map": "m"}, mappings=[mapping("m", "root", "me")], system_user="root")
    assert run(mapped) == ([], "root")


ALICE = ("alice", "CN=alice,O=us")


def test_certificate_must_be_there_and_fit() -> None:
    wanted = {"clientcert": "verify-full"}
    assert run(Candidate("alice", "cert", options=wanted, certificate=ALICE)) == ([], "CN=alice,O=us")
    assert refused(Candidate("alice", "cert", options=wanted)) == ("28000", "connection requires a valid client certificate")
    assert refused(Candidate("bob", "cert", options=wanted, certificate=ALICE)) == (
        "28000", 'certificate authentication failed for user "bob"')
    assert refused(Candidate("ali", "cert", options=wanted, certificate=("ali\0ce", ""))) == (
        "28000", 'certificate authentication failed for user "ali"')


def test_certificate_beside_a_password_fails_like_a_password() -> None:
    wanted = {"clientcert": "verify-full"}
    candidate = Candidate("me", "password", verifier=SCRAM_VERIFIER, options=wanted, certificate=ALICE)
    assert refused(candidate, b"secret\0") == FAILED
    only_signed = Candidate("me", "password", verifier=SCRAM_VERIFIER, options={"clientcert": "verify-ca"}, certificate=ALICE)
    assert run(only_signed, b"secret\0")[1] == "me"


def test_whole_name_of_a_certificate_counts_where_the_rule_says_so() -> None:
    options = {"clientcert": "verify-full", "clientname": "DN", "map": "m"}
    candidate = Candidate("me", "cert", options=options, certificate=ALICE, mappings=[mapping("m", "CN=alice,O=us", "me")])
    assert run(candidate)[1] == "CN=alice,O=us"


def test_expired_password_counts_as_none() -> None:
    past = Login(name="me", verifier="v", valid_until=datetime(2000, 1, 1, tzinfo=UTC))
    assert [_counting(None), _counting(past), _counting(Login(name="me", verifier="v"))] == [None, None, "v"]


@pytest.mark.parametrize(("rejected", "database", "said"), [
    (False, "db", 'no pg_hba.conf entry for host "h", user "me", database "db", no encryption'),
    (True, "db", 'pg_hba.conf rejects connection for host "h", user "me", database "db", no encryption'),
    (False, None, 'no pg_hba.conf entry for replication connection from host "h", user "me", no encryption'),
    (True, None, 'pg_hba.conf rejects replication connection for host "h", user "me", no encryption'),
])
def test_refusal_says_what_postgresql_says(rejected: bool, database: str | None, said: str) -> None:
    error = auth.refusal(Candidate("me", "reject"), host="h", database=database, rejected=rejected)
    assert (error.sqlstate, error.message) == ("28000", said)
