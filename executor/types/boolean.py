"""bool: stored as INTEGER 0 or 1."""

from executor.types.base import Codec, Env, Stored, binary_length, constant, declared, invalid_syntax, misfit
from executor.types.oids import BOOL

# Every spelling parse_bool takes: each of the words, and each prefix of one that means it alone.
_WORDS = {
    **dict.fromkeys(("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"), 1),
    **dict.fromkeys(("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"), 0),
}
_SPACE = " \t\n\v\f\r"


def parse_bool(text: str, typmod: int, env: Env) -> Stored:
    """boolin: 22P02 for anything but the words of the manual, their prefixes, 1 and 0."""
    value = _WORDS.get(text)
    if value is None:
        value = _WORDS.get(text.strip(_SPACE).lower()) if text.isascii() else None
        if value is None:
            raise invalid_syntax("boolean", text)
    return value


def _encode_text(value: Stored) -> bytes:
    if value == 1:
        return b"t"
    if value == 0:
        return b"f"
    raise misfit("boolean", value)


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    return int(binary_length(data, 1)[0] != 0)


def _encode_binary(value: Stored) -> bytes:
    if value == 1:
        return b"\1"
    if value == 0:
        return b"\0"
    raise misfit("boolean", value)


CODECS = (
    Codec(BOOL, parse_bool, constant(_encode_text), _receive, constant(_encode_binary), declared("boolean")),
)
