"""uuid: stored as TEXT, 32 lower-case hexadecimal digits in the standard grouping, which sort as the bytes do."""

import re

from executor.types.base import Codec, Env, Stored, binary_length, constant, declared, invalid_syntax, misfit
from executor.types.oids import UUID

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# uuid_in: optional braces, a hyphen allowed after every four digits.
_ACCEPTED = re.compile(r"[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}")


def uuid_from_hex(digits: str) -> str:
    """The stored form of 32 lower-case hexadecimal digits."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def parse_uuid(text: str) -> str:
    """uuid_in; 22P02 for anything else than its formats."""
    if _CANONICAL.fullmatch(text):
        return text
    inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    if not _ACCEPTED.fullmatch(inner):
        raise invalid_syntax("uuid", text)
    return uuid_from_hex(inner.replace("-", "").lower())


def _canonical(value: Stored) -> str:
    """The stored form, also of what other programs store: 16 bytes, or the digits in another form."""
    if isinstance(value, str):
        return value if len(value) == 36 and _CANONICAL.fullmatch(value) else parse_uuid(value)
    if isinstance(value, bytes) and len(value) == 16:
        return uuid_from_hex(value.hex())
    raise misfit("uuid", value)


def uuid_bytes(value: Stored) -> bytes:
    """The 16 bytes of a stored uuid."""
    return bytes.fromhex(_canonical(value).replace("-", ""))


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    return uuid_from_hex(binary_length(data, 16).hex())


CODECS = (
    Codec(UUID, lambda text, typmod, env: parse_uuid(text), constant(lambda value: _canonical(value).encode()),
          _receive, constant(uuid_bytes), declared("uuid TEXT")),
)
