"""Who the client is: authentication methods, sans-IO, in a table.

A method is a generator: it yields what the server says, is sent what the client answers, returns who the client has proved to
be (None: nobody has asked), and raises SqlError (28P01, 28000) when it failed. It may also yield Work, which takes long enough
to be done elsewhere, and is sent its result, or Tell, for which nothing is sent. pgwire.handshake runs it.
Source: auth-methods.html.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from executor import sqlstates
from executor.errors import SqlError
from executor.roles.login import Login
from executor.roles.verifier import is_md5, password_fits, scram_secret
from pgwire.access.identity_maps import Mapping, may_be
from pgwire.access.rules import METHODS as RULE_METHODS
from pgwire.messages.body import INT32
from pgwire.messages.startup import Authentication, AuthenticationResponse
from pgwire.scram import PLAIN, PLUS, ScramServer, malformed, mock_secret

CLEARTEXT, MD5, SASL, SASL_CONTINUE, SASL_FINAL = 3, 5, 10, 11, 12
"""Numbers of Authentication messages."""


@dataclass(frozen=True, slots=True)
class Work:
    """A call that takes long: hashing a password."""

    call: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Tell:
    """Something that is said together with AuthenticationOk, and not answered."""

    message: Authentication


Exchange = Generator[Authentication | Work | Tell, Any, str | None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who wants in, and what is known about it without asking.

    verifier: of the password, None if there is none that counts (no such role, no password, expired).
    channel_binding: the hash of our certificate, under TLS. certificate: of the client, verified: (common name, distinguished
    name). system_user: who is at the other end of a Unix socket. secret, iterations: for mock exchanges.
    """

    user: str
    method: str
    login: Login | None = None
    verifier: str | None = None
    options: dict[str, str] | None = None
    mappings: Sequence[Mapping] = ()
    encrypted: bool = False
    channel_binding: bytes | None = None
    certificate: tuple[str, str] | None = None
    system_user: str | None = None
    secret: bytes = b""
    iterations: int = 4096

    def option(self, name: str) -> str | None:
        """An option of the rule."""
        return (self.options or {}).get(name)

    def mapped(self, system: str) -> bool:
        """Whether somebody with this name elsewhere may be this user."""
        return may_be(self.mappings, self.option("map"), system, self.user, self.login)


_SAID = {"scram-sha-256": "password", "md5": "password", "password": "password", "trust": '"trust"', "peer": "Peer",
         "cert": "certificate"}


def failed(candidate: Candidate) -> SqlError:
    """What a client is told that did not prove who it is; no more than PostgreSQL tells."""
    message = f'{_SAID[candidate.method]} authentication failed for user "{candidate.user}"'
    if _SAID[candidate.method] == "password":
        return sqlstates.InvalidPassword(message, severity="FATAL")
    return sqlstates.InvalidAuthorizationSpecification(message, severity="FATAL")


def trust(candidate: Candidate) -> Exchange:
    """Believe the client."""
    yield from ()
    return None


def password(candidate: Candidate) -> Exchange:
    """Ask for the password itself. Somebody who has none is kept as busy as others."""
    given = _password_of((yield Authentication(CLEARTEXT)))
    if not given:
        raise sqlstates.InvalidPassword("empty password returned by client", severity="FATAL")
    verifier = candidate.verifier or _decoy(candidate)
    fits = yield Work(lambda: password_fits(given, verifier, candidate.user))
    if not fits or candidate.verifier is None:
        raise failed(candidate)
    return candidate.user


def _decoy(candidate: Candidate) -> str:
    """A verifier that costs as much as a real one."""
    from base64 import b64encode

    mock = mock_secret(candidate.user, candidate.secret, candidate.iterations)
    salt, stored, server = (b64encode(part).decode() for part in mock[1:])
    return f"{PLAIN}${mock.iterations}:{salt}${stored}:{server}"


def scram(candidate: Candidate) -> Exchange:
    """SCRAM-SHA-256, bound to the TLS channel where the client can."""
    offered = [PLUS, PLAIN] if candidate.channel_binding is not None else [PLAIN]
    names = b"".join(name.encode() + b"\0" for name in offered) + b"\0"
    mechanism, first = _initial_response((yield Authentication(SASL, names)))
    if mechanism not in offered:
        raise sqlstates.ProtocolViolation("client selected an invalid SASL authentication mechanism", severity="FATAL")
    if first is None:
        first = (yield Authentication(SASL_CONTINUE)).data
    real = scram_secret(candidate.verifier) if candidate.verifier is not None else None
    secret = real or mock_secret(candidate.user, candidate.secret, candidate.iterations)
    exchange = ScramServer(secret, plus=mechanism == PLUS, channel_binding=candidate.channel_binding)
    answer = yield Authentication(SASL_CONTINUE, exchange.challenge(first))
    final = exchange.finish(answer.data)
    if final is None or real is None:
        raise failed(candidate)
    yield Tell(Authentication(SASL_FINAL, final))
    return candidate.user


def _initial_response(answer: AuthenticationResponse) -> tuple[str, bytes | None]:
    """SASLInitialResponse: the mechanism, and what the client begins with."""
    name, zero, rest = answer.data.partition(b"\0")
    if not zero or len(rest) < 4:
        raise malformed("The message is too short.")
    (length,) = INT32.unpack_from(rest)
    if length == -1 and len(rest) == 4:
        return name.decode("utf-8", "replace"), None
    if length != len(rest) - 4:
        raise malformed("Message length does not match input length.")
    return name.decode("utf-8", "replace"), rest[4:]


def md5(candidate: Candidate) -> Exchange:
    """A challenge for an MD5 verifier; SCRAM for anybody else, as in PostgreSQL."""
    verifier = candidate.verifier
    if verifier is None or not is_md5(verifier):
        return (yield from scram(candidate))
    salt = secrets.token_bytes(4)
    given = _password_of((yield Authentication(MD5, salt)))
    expected = "md5" + hashlib.md5(verifier[3:].encode() + salt, usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise failed(candidate)
    return candidate.user


def _password_of(answer: AuthenticationResponse) -> str:
    """PasswordMessage: one string."""
    if not answer.data or answer.data.find(b"\0") != len(answer.data) - 1:
        raise sqlstates.ProtocolViolation("invalid password packet size", severity="FATAL")
    try:
        return answer.data[:-1].decode()
    except UnicodeDecodeError:
        raise sqlstates.CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8"', severity="FATAL") from None


def cert(candidate: Candidate) -> Exchange:
    """The client's certificate is enough; check_certificate has looked at its name."""
    yield from ()
    assert candidate.certificate is not None
    return candidate.certificate[1]


def peer(candidate: Candidate) -> Exchange:
    """Ask the operating system who is at the other end."""
    yield from ()
    if candidate.system_user is None or not candidate.mapped(candidate.system_user):
        raise failed(candidate)
    return candidate.system_user


METHODS: dict[str, Callable[[Candidate], Exchange]] = {
    "trust": trust, "scram-sha-256": scram, "md5": md5, "password": password, "cert": cert, "peer": peer,
}
"""Name, as in pg_hba.conf -> method. `reject` is none: see refuse."""

assert set(METHODS) | {"reject"} == set(RULE_METHODS)


def run(candidate: Candidate) -> Exchange:
    """The rule's method, and what the rule asks of the client's certificate."""
    wanted = candidate.option("clientcert")
    if wanted is not None and candidate.certificate is None:
        raise sqlstates.InvalidAuthorizationSpecification("connection requires a valid client certificate", severity="FATAL")
    found = yield from METHODS[candidate.method](candidate)
    if wanted == "verify-full":
        check_certificate(candidate)
    return found


def check_certificate(candidate: Candidate) -> None:
    """Whether the certificate was made for this user (28000; 28P01 where the method is about passwords)."""
    assert candidate.certificate is not None
    common, distinguished = candidate.certificate
    name = distinguished if candidate.option("clientname") == "DN" else common
    if not name or "\0" in name or not candidate.mapped(name):
        raise failed(candidate)


def refusal(candidate: Candidate, *, host: str, database: str | None, rejected: bool) -> SqlError:
    """What somebody is told whom no rule lets in. host: an address or [local]; database: None for replication."""
    told = "SSL encryption" if candidate.encrypted else "no encryption"
    about = f'"{host}", user "{candidate.user}", ' + ("" if database is None else f'database "{database}", ') + told
    message = f"{_REFUSALS[rejected, database is None]} {about}"
    return sqlstates.InvalidAuthorizationSpecification(message, severity="FATAL")


_REFUSALS = {
    (False, False): "no pg_hba.conf entry for host", (True, False): "pg_hba.conf rejects connection for host",
    (False, True): "no pg_hba.conf entry for replication connection from host",
    (True, True): "pg_hba.conf rejects replication connection for host",
}
"""(rejected, replication) -> how the message begins."""
