"""Exchanges of the authentication methods: whatever a client answers that does not know the password, it is not let in."""

from base64 import b64encode
from random import Random

from executor.errors import SqlError
from executor.roles.verifier import make_verifier
from pgwire import auth
from pgwire.messages.body import INT32
from pgwire.messages.startup import AuthenticationResponse
from pgwire.scram import PLAIN, PLUS
from tests.fuzz.mutate import mutated

VERIFIERS = (make_verifier("the password", "ann", iterations=1), make_verifier("the password", "ann", encryption="md5"), None)
CERTIFICATE_HASH = b"\x05" * 32
PROOF_BYTES = 32
REFUSALS = frozenset({"08P01", "0A000", "22021", "28000", "28P01"})


def login(random: Random) -> int:
    """The seed of a client."""
    return random.getrandbits(64)


def check_login(seed: int) -> None:
    """One login by somebody who guesses."""
    random = Random(seed)
    binding = random.choice((None, CERTIFICATE_HASH))
    candidate = auth.Candidate(
        "ann", random.choice(("scram-sha-256", "md5", "password")), verifier=random.choice(VERIFIERS),
        encrypted=binding is not None, channel_binding=binding, secret=b"secret", iterations=1)
    exchange = auth.run(candidate)
    try:
        question = next(exchange)
        while True:
            if isinstance(question, auth.Tell):
                raise AssertionError("the server has told somebody that it knows the password, too")
            question = exchange.send(question.call() if isinstance(question, auth.Work)
                                     else AuthenticationResponse(_answer(random, question.data)))
    except SqlError as refused:
        if refused.sqlstate not in REFUSALS:
            raise
    except StopIteration:
        raise AssertionError("let in") from None


def _answer(random: Random, asked: bytes) -> bytes:
    """What a client says that keeps to the protocol more or less."""
    if asked.startswith(b"SCRAM"):
        mechanism = random.choice((PLAIN, PLUS)) if random.random() < 0.5 else PLUS if PLUS.encode() in asked else PLAIN
        flag = b"p=tls-server-end-point" if mechanism == PLUS else random.choice((b"n", b"y"))
        first = flag + b",,n=,r=clientnonceclientnonce"
        data = mechanism.encode() + b"\0" + INT32.pack(len(first)) + first
    elif asked.startswith(b"r="):
        nonce = asked[2:].partition(b",")[0]
        channel = b64encode(random.choice((b"n,,", b"y,,", b"p=tls-server-end-point,," + CERTIFICATE_HASH)))
        data = b"c=" + channel + b",r=" + nonce + b",p=" + b64encode(random.randbytes(PROOF_BYTES))
    else:
        data = random.choice((b"a guess\0", b"md5" + b"0" * 32 + b"\0"))
    return mutated(random, data) if random.random() < 0.5 else data
