"""SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the client's side, sans-IO. Sources: RFC 5802, 5929, 7677; sasl-authentication.html.

    exchange = ScramClient(password, binding=..., plus=...)
    exchange.first()                 the first message
    exchange.answer(server_first)    the second
    exchange.verify(server_final)    raises BadServer if the server does not know the password's verifier
"""

import hashlib
import hmac
import secrets
import stringprep
import unicodedata
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
BINDING = "tls-server-end-point"
NONCE_BYTES = 18
ITERATIONS_MAX = 1_000_000
"""A server that asks for more would only keep us busy."""
_PROHIBITED = (
    stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4,
    stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9,
)


class BadServer(Exception):
    """The server does not follow SCRAM, or is not who it should be."""


class ScramClient:
    """One exchange."""

    def __init__(self, password: str, *, binding: bytes | None, plus: bool, nonce: str | None = None) -> None:
        """binding: the hash of the server's certificate; None without TLS or where it is not wanted. plus: the mechanism."""
        self._password = normalized(password)
        self._plus = plus
        self._binding = binding
        self._nonce = nonce or b64encode(secrets.token_bytes(NONCE_BYTES)).decode()
        self._flag = f"p={BINDING}" if plus else "y" if binding is not None else "n"
        self._first_bare = f"n=,r={self._nonce}"
        self._server_signature = b""

    def first(self) -> bytes:
        """client-first-message. The user's name is the one of the StartupMessage."""
        return f"{self._flag},,{self._first_bare}".encode()

    def answer(self, server_first: bytes) -> bytes:
        """client-final-message. Raises: BadServer."""
        text = _decoded(server_first)
        attributes = dict(_pairs(text))
        if "m" in attributes or not attributes.keys() >= {"r", "s", "i"}:
            raise BadServer("malformed SCRAM message (the server's challenge)")
        nonce, iterations = attributes["r"], attributes["i"]
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise BadServer("invalid SCRAM response (nonce mismatch)")
        if not iterations.isdecimal() or not 0 < int(iterations) <= ITERATIONS_MAX:
            raise BadServer("malformed SCRAM message (invalid iteration count)")
        try:
            salt = b64decode(attributes["s"], validate=True)
        except Base64Error:
            raise BadServer("malformed SCRAM message (invalid salt)") from None
        header = f"{self._flag},,".encode() + (self._binding or b"" if self._plus else b"")
        without_proof = f"c={b64encode(header).decode()},r={nonce}"
        message = f"{self._first_bare},{text},{without_proof}".encode()
        salted = hashlib.pbkdf2_hmac("sha256", self._password, salt, int(iterations))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self._server_signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
        return f"{without_proof},p={b64encode(proof).decode()}".encode()

    def verify(self, server_final: bytes) -> None:
        """Believe the server or not. Raises: BadServer."""
        attributes = dict(_pairs(_decoded(server_final)))
        if "e" in attributes:
            raise BadServer(f"error received from server in SCRAM exchange: {attributes['e']}")
        try:
            given = b64decode(attributes.get("v", ""), validate=True)
        except Base64Error:
            given = b""
        if not self._server_signature or not hmac.compare_digest(given, self._server_signature):
            raise BadServer("incorrect server signature")


def normalized(password: str) -> bytes:
    """The password as SASLprep makes it, or as it is where SASLprep refuses it (as PostgreSQL does)."""
    mapped = "".join(" " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c))
    found = unicodedata.normalize("NFKC", mapped)
    refused = not found or any(stringprep.in_table_a1(c) or any(refuses(c) for refuses in _PROHIBITED) for c in found)
    if not refused and any(map(stringprep.in_table_d1, found)):
        refused = not (stringprep.in_table_d1(found[0]) and stringprep.in_table_d1(found[-1])) or any(
            map(stringprep.in_table_d2, found))
    return (password if refused else found).encode()


def _decoded(message: bytes) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError:
        raise BadServer("malformed SCRAM message (not UTF-8)") from None


def _pairs(text: str) -> list[tuple[str, str]]:
    found = [part.partition("=") for part in text.split(",")]
    if any(len(name) != 1 or not equals for name, equals, _ in found):
        raise BadServer("malformed SCRAM message (an attribute is missing)")
    return [(name, value) for name, _, value in found]
