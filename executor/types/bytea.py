r"""bytea: stored as BLOB. Text input is hex (\x00ff) or escape format, output as bytea_output says."""

import re

from executor.sqlstates import InvalidParameterValue, InvalidTextRepresentation
from executor.types.base import Codec, Encoder, Env, Stored, constant, declared, misfit
from executor.types.oids import BYTEA

_ESCAPE = re.compile(rb"\\(?:\\|([0-3][0-7][0-7]))?")
_HEX_PAIRS = re.compile(r"(?:[0-9a-fA-F]{2}|[ \t\n\r])*")
_PRINTED = re.compile(rb"[^\x20-\x7e]|\\")


def hex_decode(text: str) -> bytes:
    """Bytes of hexadecimal digit pairs, white space between pairs allowed; 22023 otherwise."""
    try:
        return bytes.fromhex(text) if _HEX_PAIRS.fullmatch(text) else _hex_error(text)
    except ValueError:
        return _hex_error(text)


def _hex_error(text: str) -> bytes:
    second = False
    for character in text:
        if character in " \t\n\r" and not second:
            continue
        if character not in "0123456789abcdefABCDEF":
            raise InvalidParameterValue(f'invalid hexadecimal digit: "{character}"')
        second = not second
    raise InvalidParameterValue("invalid hexadecimal data: odd number of digits")


def parse_bytea(text: str) -> bytes:
    """byteain: 22P02 for a wrong escape, 22023 for wrong hexadecimal digits."""
    if text.startswith("\\x"):
        return hex_decode(text[2:])
    return escape_decode(text)


def escape_decode(text: str) -> bytes:
    """The bytes of text in escape format; 22P02 for a wrong escape."""
    data = text.encode()
    if b"\\" not in data:
        return data

    def replace(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes((int(match[1], 8),))
        if len(match[0]) == 2:
            return b"\\"
        raise InvalidTextRepresentation("invalid input syntax for type bytea")

    return _ESCAPE.sub(replace, data)


def escape_text(data: bytes) -> str:
    r"""The escape format: a backslash doubled, bytes that do not print as \ooo."""
    return _PRINTED.sub(lambda m: b"\\\\" if m[0] == b"\\" else b"\\%03o" % m[0][0], data).decode()


def bytes_of(value: Stored) -> bytes:
    """The bytes of what a bytea column holds; other programs may have put text there."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    raise misfit("bytea", value)


def _text_encoder(typmod: int, env: Env) -> Encoder:
    if env.bytea_output == "hex":
        return lambda value: b"\\x" + bytes_of(value).hex().encode()
    return lambda value: escape_text(bytes_of(value)).encode()


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    return bytes(data)


CODECS = (
    Codec(BYTEA, lambda text, typmod, env: parse_bytea(text), _text_encoder, _receive, constant(bytes_of),
          declared("bytea BLOB")),
)
