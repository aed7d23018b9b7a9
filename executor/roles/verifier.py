"""Password verifiers as PostgreSQL keeps them: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`, or `md5` and 32 digits.

Source: PostgreSQL's scram-common and RFC 5802, 7677; sql-createrole.html.
"""

import hashlib
import hmac
import os
import stringprep
import unicodedata
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import NamedTuple

from executor.sqlstates import ProgramLimitExceeded

SCRAM, MD5 = "scram-sha-256", "md5"
"""The values of password_encryption."""
MECHANISM = "SCRAM-SHA-256"
SALT_BYTES = 16
KEY_BYTES = 32
VERIFIER_BYTES_MAX = 512
_HEX = frozenset("0123456789abcdef")


class ScramSecret(NamedTuple):
    """What a SCRAM verifier says."""

    iterations: int
    salt: bytes
    stored_key: bytes
    server_key: bytes


def scram_secret(verifier: str) -> ScramSecret | None:
    """The parts of a SCRAM verifier; None if it is not one."""
    mechanism, _, rest = verifier.partition("$")
    head, dollar, keys = rest.partition("$")
    count, colon, salt = head.partition(":")
    stored, second, server = keys.partition(":")
    if mechanism != MECHANISM or not (dollar and colon and second) or not (count.isascii() and count.isdigit()):
        return None
    try:
        found = ScramSecret(int(count), *(b64decode(part, validate=True) for part in (salt, stored, server)))
    except (Base64Error, ValueError):
        return None
    return found if len(found.stored_key) == KEY_BYTES == len(found.server_key) else None


def is_md5(verifier: str) -> bool:
    """Whether a text is an MD5 verifier."""
    return len(verifier) == 35 and verifier.startswith("md5") and _HEX.issuperset(verifier[3:])


def is_verifier(text: str) -> bool:
    """Whether a text given as a password is kept as it is."""
    return is_md5(text) or scram_secret(text) is not None


def make_verifier(password: str, role: str, *, encryption: str = SCRAM, iterations: int = 4096,
                  salt: bytes | None = None) -> str:
    """What is kept of a password (54000 for a verifier that is too long). A verifier is kept as it is.

    encryption: password_encryption. salt: for tests.
    """
    if is_verifier(password):
        found = password
    elif encryption == MD5:
        return _md5(password, role)
    else:
        found = _scram(password, iterations, os.urandom(SALT_BYTES) if salt is None else salt)
    if len(found.encode()) > VERIFIER_BYTES_MAX:
        raise ProgramLimitExceeded(
            "encrypted password is too long",
            detail=f"Encrypted passwords must be no longer than {VERIFIER_BYTES_MAX} bytes.")
    return found


def password_fits(password: str, verifier: str, role: str) -> bool:
    """Whether a password is the one that a verifier was made of. Takes as long for a wrong one as for the right one."""
    secret = scram_secret(verifier)
    if secret is not None:
        key = _server_key(_salted(password, secret.iterations, secret.salt))
        return hmac.compare_digest(key, secret.server_key)
    if is_md5(verifier):
        return hmac.compare_digest(_md5(password, role), verifier)
    return False


def prepared(password: str) -> str:
    """A password after SASLprep (RFC 4013); as it is where that refuses it, as PostgreSQL does."""
    if password.isascii():
        return password
    mapped = "".join(" " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c))
    found = unicodedata.normalize("NFKC", mapped)
    if not found or any(stringprep.in_table_a1(c) or any(refuses(c) for refuses in _PROHIBITED) for c in found):
        return password
    if any(map(stringprep.in_table_d1, found)):
        ends_right = stringprep.in_table_d1(found[0]) and stringprep.in_table_d1(found[-1])
        if not ends_right or any(map(stringprep.in_table_d2, found)):
            return password
    return found


_PROHIBITED = (
    stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4,
    stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9,
)


def _md5(password: str, role: str) -> str:
    # PostgreSQL's old form; kept for clients that cannot do better, and only when it is asked for.
    return "md5" + hashlib.md5((password + role).encode(), usedforsecurity=False).hexdigest()


def _salted(password: str, iterations: int, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, iterations)


def _server_key(salted: bytes) -> bytes:
    return hmac.digest(salted, b"Server Key", "sha256")


def _scram(password: str, iterations: int, salt: bytes) -> str:
    salted = _salted(password, iterations, salt)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    texts = (b64encode(part).decode() for part in (salt, stored, _server_key(salted)))
    return "{}${}:{}${}:{}".format(MECHANISM, iterations, *texts)
