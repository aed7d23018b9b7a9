"""The client's side of SCRAM against our server's, and against servers that lie."""

import base64
import hashlib

import pytest

from executor.roles.verifier import make_verifier, prepared, scram_secret
from pgwire.scram import ScramServer
from replication.scram_client import BadServer, ScramClient, normalized

HASH = hashlib.sha256(b"a certificate").digest()
CHALLENGE = "r=clientserver,s=" + base64.b64encode(b"0123456789abcdef").decode() + ",i=4096"


def server(password: str, binding: bytes | None, *, plus: bool) -> ScramServer:
    secret = scram_secret(make_verifier(password, "me", salt=b"0123456789abcdef"))
    assert secret is not None
    return ScramServer(secret, plus=plus, channel_binding=binding, nonce="server")


@pytest.mark.parametrize("plus", [False, True])
@pytest.mark.parametrize("password", ["secret", "p,=ä", "ﬁ\u00a0\u00ad", "\x07", "א1", ""])
def test_both_sides_believe_each_other_with_the_right_password(password: str, plus: bool) -> None:
    binding = HASH if plus else None
    ours, theirs = ScramClient(password, binding=binding, plus=plus), server(password, binding, plus=plus)
    answer = theirs.finish(ours.answer(theirs.challenge(ours.first())))
    assert answer is not None
    ours.verify(answer)


def test_wrong_password_is_not_believed() -> None:
    ours, theirs = ScramClient("wrong", binding=None, plus=False), server("secret", None, plus=False)
    assert theirs.finish(ours.answer(theirs.challenge(ours.first()))) is None


def test_client_that_could_bind_says_so() -> None:
    assert ScramClient("x", binding=HASH, plus=False, nonce="n").first() == b"y,,n=,r=n"
    assert ScramClient("x", binding=None, plus=False, nonce="n").first() == b"n,,n=,r=n"
    assert ScramClient("x", binding=HASH, plus=True, nonce="n").first() == b"p=tls-server-end-point,,n=,r=n"


@pytest.mark.parametrize("challenge", [
    b"", b"r=clientserver", CHALLENGE.replace("client", "other").encode(), CHALLENGE.replace("clientserver", "client").encode(),
    CHALLENGE.replace("4096", "0").encode(), CHALLENGE.replace("4096", "-1").encode(),
    CHALLENGE.replace("4096", "9" * 9).encode(),
    CHALLENGE.replace("s=", "s=*").encode(), b"m=x," + CHALLENGE.encode(), b"\xff", CHALLENGE.replace("r=", "r").encode()])
def test_challenge_that_is_wrong_is_refused(challenge: bytes) -> None:
    with pytest.raises(BadServer):
        ScramClient("secret", binding=None, plus=False, nonce="client").answer(challenge)


@pytest.mark.parametrize("final", [b"", b"e=other-error", b"v=", b"v=AAAA", b"v=*", b"x"])
def test_server_that_does_not_know_the_password_is_not_believed(final: bytes) -> None:
    ours = ScramClient("secret", binding=None, plus=False, nonce="client")
    ours.answer(CHALLENGE.encode())
    with pytest.raises(BadServer):
        ours.verify(final)


def test_server_that_skips_the_exchange_is_not_believed() -> None:
    with pytest.raises(BadServer):
        ScramClient("secret", binding=None, plus=False).verify(b"v=")


def test_password_is_prepared_as_saslprep_says() -> None:
    assert normalized("ﬁ\u00a0\u00ad") == b"fi "
    assert normalized("\x07") == b"\x07"  # refused by it, and taken as it is


@pytest.mark.parametrize("characters", [range(0x600), range(0x1E00, 0x2200), range(0x3000, 0x3400), range(0x2F800, 0x2FA20)])
def test_both_sides_prepare_a_password_alike(characters: range) -> None:
    """Also the five CJK compatibility characters whose meaning Unicode has corrected since SASLprep was written."""
    assert [c for c in characters if normalized(f"a{chr(c)}") != prepared(f"a{chr(c)}").encode()] == []
