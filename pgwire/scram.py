"""SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the server's side, sans-IO. Sources: RFC 5802, 5929, 7677; sasl-authentication.html.

    exchange = ScramServer(secret, channel_binding=..., plus=...)
    first = exchange.challenge(client_first)
    final = exchange.finish(client_final)         None: the proof is wrong

A client without a password is led through the same exchange with a secret nobody knows (`mock_secret`), and fails at its end.

Not made with the library scramp, which the tests use as a client: its server refuses the empty user name that libpq sends, and
verifiers with fewer than 4096 iterations, which PostgreSQL allows.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from executor import sqlstates
from executor.errors import SqlError
from executor.roles.verifier import KEY_BYTES, SALT_BYTES, ScramSecret

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
BINDING = "tls-server-end-point"
NONCE_BYTES = 18


def mock_secret(user: str, server_secret: bytes, iterations: int) -> ScramSecret:
    """What somebody without a password is challenged with: the same at every try, so that it looks like a stored salt.

    No proof fits it: its keys are random, and new each time.
    """
    salt = hmac.digest(server_secret, user.encode(), "sha256")[:SALT_BYTES]
    return ScramSecret(iterations, salt, secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))


def malformed(detail: str) -> SqlError:
    """What a client is told that does not speak SCRAM."""
    return sqlstates.ProtocolViolation("malformed SCRAM message", detail=detail, severity="FATAL")


class ScramServer:
    """One exchange. Errors of the protocol are SqlError (08P01, 0A000, 28000), and fatal."""

    def __init__(self, secret: ScramSecret, *, plus: bool, channel_binding: bytes | None, nonce: str | None = None) -> None:
        """plus: the mechanism chosen. channel_binding: the hash of the server's certificate, None without TLS."""
        self._secret = secret
        self._plus = plus
        self._binding = channel_binding
        self._server_nonce = nonce or b64encode(secrets.token_bytes(NONCE_BYTES)).decode()
        self._nonce = self._flag = self._first_bare = self._server_first = ""

    def challenge(self, client_first: bytes) -> bytes:
        """The server's first message, for the client's."""
        text = _decoded(client_first)
        flag, comma, rest = text.partition(",")
        if not comma:
            raise malformed("Comma expected, but found end of message.")
        self._check_flag(flag)
        if rest.startswith("a="):
            raise sqlstates.FeatureNotSupported("client uses authorization identity, but it is not supported",
                                                severity="FATAL")
        if not rest.startswith(","):
            raise malformed(f'Unexpected attribute "{rest[:1]}" in client-first-message.')
        self._first_bare = rest[1:]
        if self._first_bare.startswith("m="):
            raise sqlstates.FeatureNotSupported("client requires an unsupported SCRAM extension", severity="FATAL")
        attributes = self._first_bare.split(",")
        _value(attributes, 0, "n")  # the user name is the one of the StartupMessage, whatever is said here
        client_nonce = _value(attributes, 1, "r")
        if not client_nonce or not all("!" <= character <= "~" for character in client_nonce):
            raise sqlstates.ProtocolViolation("non-printable characters in SCRAM nonce", severity="FATAL")
        self._nonce = client_nonce + self._server_nonce
        salt = b64encode(self._secret.salt).decode()
        self._server_first = f"r={self._nonce},s={salt},i={self._secret.iterations}"
        return self._server_first.encode()

    def _check_flag(self, flag: str) -> None:
        """What the client says about channel binding must fit the mechanism, and the server: else somebody is between us."""
        self._flag = flag
        kind, equals, name = flag.partition("=")
        if kind == "p" and equals:
            if not self._plus:
                raise malformed("The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes "
                                "channel binding data.")
            if name != BINDING:
                raise sqlstates.ProtocolViolation(f'unsupported SCRAM channel-binding type "{name}"', severity="FATAL")
            return
        if flag not in ("n", "y"):
            raise malformed(f'Unexpected channel-binding flag "{flag[:1]}".')
        if self._plus:
            raise malformed("The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding "
                            "data.")
        if flag == "y" and self._binding is not None:
            raise sqlstates.InvalidAuthorizationSpecification(
                "SCRAM channel binding negotiation error", severity="FATAL",
                detail="The client supports SCRAM channel binding but thinks the server does not.  However, this server does "
                       "support channel binding.")

    def finish(self, client_final: bytes) -> bytes | None:
        """The server's last message, or None when the client does not know the password."""
        text = _decoded(client_final)
        without_proof, comma, proof_text = text.rpartition(",p=")
        if not comma:
            raise malformed("Malformed proof in client-final-message.")
        attributes = without_proof.split(",")
        self._check_binding(_value(attributes, 0, "c"))
        if _value(attributes, 1, "r") != self._nonce:
            raise sqlstates.ProtocolViolation("invalid SCRAM response", detail="Nonce does not match.", severity="FATAL")
        proof = _base64(proof_text)
        if proof is None or len(proof) != KEY_BYTES:
            raise malformed("Malformed proof in client-final-message.")
        signed = f"{self._first_bare},{self._server_first},{without_proof}".encode()
        signature = hmac.digest(self._secret.stored_key, signed, "sha256")
        client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
        if not hmac.compare_digest(hashlib.sha256(client_key).digest(), self._secret.stored_key):
            return None
        return b"v=" + b64encode(hmac.digest(self._secret.server_key, signed, "sha256"))

    def _check_binding(self, given: str) -> None:
        if self._plus:
            assert self._binding is not None
            if given != b64encode(f"{self._flag},,".encode() + self._binding).decode():
                raise sqlstates.InvalidAuthorizationSpecification("SCRAM channel binding check failed", severity="FATAL")
        elif given != b64encode(f"{self._flag},,".encode()).decode():
            raise sqlstates.ProtocolViolation("unexpected SCRAM channel-binding attribute in client-final-message",
                                              severity="FATAL")


def _decoded(message: bytes) -> str:
    if not message:
        raise malformed("The message is empty.")
    if b"\0" in message:
        raise malformed("Message length does not match input length.")
    try:
        return message.decode()
    except UnicodeDecodeError:
        raise malformed("The message is not UTF-8.") from None


def _value(attributes: list[str], at: int, name: str) -> str:
    if at >= len(attributes) or not attributes[at].startswith(f"{name}="):
        found = attributes[at][:1] if at < len(attributes) else ""
        raise malformed(f'Expected attribute "{name}" but found "{found}".')
    return attributes[at][2:]


def _base64(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None
