"""bit and bit varying: stored as TEXT of the digits 0 and 1, which SQLite orders as PostgreSQL does: by bits from the
left, and a string that begins another comes first."""

import re
from collections.abc import Callable
from struct import Struct

from executor.sqlstates import (
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    ProtocolViolation,
    StringDataLengthMismatch,
    StringDataRightTruncation,
)
from executor.types.base import Codec, Env, Stored, constant, misfit
from executor.types.oids import BIT, VARBIT

_NOT_BINARY = re.compile("[^01]")
_NOT_HEXADECIMAL = re.compile("[^0-9a-fA-F]")
_DIGITS = re.compile("[01]*")
_LENGTH = Struct("!i")


def digits_of(text: str) -> str:
    """The bits that text of bit_in means: 101, b101 or xFF (22P02)."""
    kind = text[:1].lower()
    digits = text[1:] if kind in ("b", "x") else text
    if kind == "x":
        if wrong := _NOT_HEXADECIMAL.search(digits):
            raise InvalidTextRepresentation(f'"{wrong[0]}" is not a valid hexadecimal digit')
        return format(int(digits, 16), f"0{4 * len(digits)}b") if digits else ""
    if wrong := _NOT_BINARY.search(digits):
        raise InvalidTextRepresentation(f'"{wrong[0]}" is not a valid binary digit')
    return digits


def fit_bit(bits: str, length: int, explicit: bool = False) -> str:
    """Bits for bit(length): cut or padded by an explicit cast, else 22026. A length below 1 is none."""
    if length < 1 or len(bits) == length:
        return bits
    if not explicit:
        raise StringDataLengthMismatch(f"bit string length {len(bits)} does not match type bit({length})")
    return bits[:length].ljust(length, "0")


def fit_varbit(bits: str, length: int, explicit: bool = False) -> str:
    """Bits for bit varying(length): cut by an explicit cast, else 22001."""
    if length < 1 or len(bits) <= length:
        return bits
    if not explicit:
        raise StringDataRightTruncation(f"bit string too long for type bit varying({length})")
    return bits[:length]


def bytes_of(bits: str) -> bytes:
    """The bits from the left, eight a byte, the last byte filled with zeros."""
    count = (len(bits) + 7) // 8
    return int(bits.ljust(count * 8, "0"), 2).to_bytes(count) if bits else b""


def _checked(value: Stored) -> str:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return value
    raise misfit("bit", value)


def _encode_text(value: Stored) -> bytes:
    return _checked(value).encode()


def _encode_binary(value: Stored) -> bytes:
    bits = _checked(value)
    return _LENGTH.pack(len(bits)) + bytes_of(bits)


def _bits_of_binary(data: bytes) -> str:
    if len(data) < _LENGTH.size:
        raise ProtocolViolation("insufficient data left in message")
    (length,) = _LENGTH.unpack_from(data)
    body = data[_LENGTH.size :]
    if length < 0:
        raise InvalidBinaryRepresentation("invalid length in external bit string")
    if len(body) < (length + 7) // 8:
        raise ProtocolViolation("insufficient data left in message")
    if len(body) > (length + 7) // 8:
        raise InvalidBinaryRepresentation("incorrect binary data format")
    return format(int.from_bytes(body), f"0{len(body) * 8}b")[:length] if length else ""


def _declare(name: str) -> Callable[[int], str]:
    return lambda typmod: f"{name} TEXT({typmod})" if typmod > 0 else f"{name} TEXT"


def _codec(oid: int, name: str, fit: Callable[[str, int], str]) -> Codec:
    def parse(text: str, typmod: int, env: Env) -> Stored:
        return fit(digits_of(text), typmod)

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return fit(_bits_of_binary(data), typmod)

    return Codec(oid, parse, constant(_encode_text), receive, constant(_encode_binary), _declare(name))


CODECS = (_codec(BIT, "bit", fit_bit), _codec(VARBIT, "varbit", fit_varbit))
