"""The server's side of SCRAM against the library scramp as the client, and against what PostgreSQL says to broken ones."""

import base64
import hashlib

import pytest
import scramp

from executor.errors import SqlError
from executor.roles.verifier import make_verifier, scram_secret
from pgwire.scram import BINDING, PLAIN, PLUS, ScramServer, mock_secret

HASH = hashlib.sha256(b"a certificate").digest()
SALT = b"0123456789abcdef"
VERIFIER = make_verifier("secret", "me", salt=SALT)


def server(*, plus: bool = False, binding: bytes | None = None, verifier: str = VERIFIER) -> ScramServer:
    secret = scram_secret(verifier)
    assert secret is not None
    return ScramServer(secret, plus=plus, channel_binding=binding, nonce="server")


def client(password: str = "secret", binding: bytes | None = None) -> scramp.ScramClient:
    return scramp.ScramClient([PLAIN, PLUS], "me", password, channel_binding=(BINDING, binding) if binding else None)


def converse(ours: ScramServer, theirs: scramp.ScramClient) -> bool:
    theirs.set_server_first(ours.challenge(theirs.get_client_first().encode()).decode())
    last = ours.finish(theirs.get_client_final().encode())
    if last is not None:
        theirs.set_server_final(last.decode())
    return last is not None


def test_right_password_is_proved_to_both_sides() -> None:
    assert converse(server(), client())


def test_wrong_password_is_not() -> None:
    assert not converse(server(), client("wrong"))


@pytest.mark.parametrize("password", ["pa\u00ad ss\u2163", "p\u00e4ssword", "IX\u2168"])
def test_passwords_are_prepared_as_clients_prepare_them(password: str) -> None:
    assert converse(server(verifier=make_verifier(password, "me")), client(password))


def test_bound_exchange_needs_the_same_certificate_on_both_sides() -> None:
    assert converse(server(plus=True, binding=HASH), client(binding=HASH))
    with pytest.raises(SqlError, match="SCRAM channel binding check failed") as caught:
        converse(server(plus=True, binding=HASH), client(binding=hashlib.sha256(b"between us").digest()))
    assert caught.value.sqlstate == "28000"


def test_client_that_was_told_there_is_no_channel_binding_is_warned() -> None:
    with pytest.raises(SqlError, match="SCRAM channel binding negotiation error") as caught:
        server(binding=HASH).challenge(b"y,,n=,r=abc")
    assert (caught.value.sqlstate, caught.value.severity) == ("28000", "FATAL")


def test_user_name_of_the_message_does_not_matter() -> None:
    assert server().challenge(b"n,,n=,r=abc") == b"r=abcserver,s=" + base64.b64encode(SALT) + b",i=4096"


def test_few_iterations_are_the_verifiers_choice() -> None:
    verifier = make_verifier("secret", "me", iterations=1, salt=SALT)
    assert server(verifier=verifier).challenge(b"n,,n=x,r=abc").endswith(b",i=1")


@pytest.mark.parametrize(("message", "sqlstate", "said"), [
    (b"", "08P01", "malformed SCRAM message"),
    (b"n", "08P01", "malformed SCRAM message"),
    (b"n,,n=,r=a\0", "08P01", "malformed SCRAM message"),
    (b"n,,\xff", "08P01", "malformed SCRAM message"),
    (b"x,,n=,r=abc", "08P01", "malformed SCRAM message"),
    (b"n,a=me,n=,r=abc", "0A000", "client uses authorization identity, but it is not supported"),
    (b"n,b,n=,r=abc", "08P01", "malformed SCRAM message"),
    (b"n,,m=1,n=,r=abc", "0A000", "client requires an unsupported SCRAM extension"),
    (b"n,,r=abc", "08P01", "malformed SCRAM message"),
    (b"n,,n=", "08P01", "malformed SCRAM message"),
    (b"n,,n=,r=a b", "08P01", "non-printable characters in SCRAM nonce"),
    (b"n,,n=,r=", "08P01", "non-printable characters in SCRAM nonce"),
    (b"p=tls-server-end-point,,n=,r=abc", "08P01", "malformed SCRAM message"),
])
def test_broken_first_message_is_fatal(message: bytes, sqlstate: str, said: str) -> None:
    with pytest.raises(SqlError, match=said) as caught:
        server().challenge(message)
    assert (caught.value.sqlstate, caught.value.severity) == (sqlstate, "FATAL")


@pytest.mark.parametrize(("message", "said"), [
    (b"n,,n=,r=abc", "malformed SCRAM message"),
    (b"y,,n=,r=abc", "malformed SCRAM message"),
    (b"p=tls-unique,,n=,r=abc", 'unsupported SCRAM channel-binding type "tls-unique"'),
])
def test_bound_mechanism_without_its_binding_is_fatal(message: bytes, said: str) -> None:
    with pytest.raises(SqlError, match=said):
        server(plus=True, binding=HASH).challenge(message)


PROOF = base64.b64encode(bytes(32))


@pytest.mark.parametrize(("message", "said"), [
    (b"c=biws,r=abcserver", "malformed SCRAM message"),
    (b"c=biws,r=abcserver,p=short", "malformed SCRAM message"),
    (b"c=biws,r=abcserver,p=!", "malformed SCRAM message"),
    (b"c=eSws,r=abcserver,p=" + PROOF, "unexpected SCRAM channel-binding attribute"),
    (b"c=biws,r=abcother,p=" + PROOF, "invalid SCRAM response"),
    (b"r=abcserver,c=biws,p=" + PROOF, "malformed SCRAM message"),
])
def test_broken_last_message_is_fatal(message: bytes, said: str) -> None:
    ours = server()
    ours.challenge(b"n,,n=,r=abc")
    with pytest.raises(SqlError, match=said) as caught:
        ours.finish(message)
    assert (caught.value.sqlstate, caught.value.severity) == ("08P01", "FATAL")


def test_proof_that_does_not_fit_is_no_error() -> None:
    ours = server()
    ours.challenge(b"n,,n=,r=abc")
    assert ours.finish(b"c=biws,r=abcserver,p=" + PROOF) is None


def test_mock_challenge_is_stable_for_a_user_and_different_for_others() -> None:
    one, again, other = mock_secret("a", b"x", 4096), mock_secret("a", b"x", 4096), mock_secret("b", b"x", 4096)
    assert one.salt == again.salt != other.salt
    assert mock_secret("a", b"y", 4096).salt != one.salt
    assert one.stored_key != again.stored_key
    assert len(one.salt) == len(SALT)
