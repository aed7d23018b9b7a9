"""macaddr and macaddr8: stored as TEXT, pairs of lower-case hexadecimal digits with colons, which sort as the bytes do."""

import re
from collections.abc import Callable

from executor.sqlstates import NumericValueOutOfRange, ProtocolViolation
from executor.types.base import Codec, Env, Stored, binary_length, constant, declared, invalid_syntax, misfit
from executor.types.oids import MACADDR, MACADDR8

MACADDR_BYTES, MACADDR8_BYTES = 6, 8
_SPACE = " \t\n\v\f\r"
_FILLING = b"\xff\xfe"
"""What stands in the middle of a macaddr8 made from a macaddr."""

_ANY = r"\s*([0-9a-fA-F]++)"
_PAIR = r"\s*([0-9a-fA-F]{1,2}+)"
_FORMS = tuple(re.compile(pattern.replace("N", _ANY).replace("P", _PAIR) + r"\s*", re.ASCII) for pattern in (
    "N:N:N:N:N:N", "N-N-N-N-N-N", "PPP:PPP", "PPP-PPP", r"PP\.PP\.PP", "PP-PP-PP", "PPPPPP"))


def macaddr_text(data: bytes) -> str:
    """The stored form of an address's bytes."""
    return data.hex(":")


def macaddr_bytes(text: Stored) -> bytes:
    """The bytes of a stored address."""
    if isinstance(text, str):
        try:
            return bytes.fromhex(text.replace(":", ""))
        except ValueError:
            pass
    raise misfit("macaddr", text)


def read_macaddr(text: str) -> bytes:
    """macaddr_in: six numbers in one of seven layouts (22P02, 22003 for a number above ff)."""
    match = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
    if match is None:
        raise invalid_syntax("macaddr", text)
    numbers = [int(number, 16) for number in match.groups()]
    if max(numbers) > 255:
        raise NumericValueOutOfRange(f'invalid octet value in "macaddr" value: "{text}"')
    return bytes(numbers)


def read_macaddr8(text: str) -> bytes:
    """macaddr8_in: six or eight pairs of digits, with one kind of separator between any of them (22P02)."""
    rest, spacer = text.lstrip(_SPACE), ""
    data = bytearray()
    while len(rest) > 1:  # a single character at the end is not looked at, as in PostgreSQL
        pair = rest[:2]
        if not re.fullmatch("[0-9a-fA-F]{2}", pair) or len(data) == MACADDR8_BYTES:
            raise invalid_syntax("macaddr8", text)
        data.append(int(pair, 16))
        rest = rest[2:]
        if rest[:1] in (":", "-", "."):
            if spacer and spacer != rest[0]:
                raise invalid_syntax("macaddr8", text)
            spacer, rest = rest[0], rest[1:]
        if len(data) in (MACADDR_BYTES, MACADDR8_BYTES) and rest[:1] in tuple(_SPACE):
            rest = rest.lstrip(_SPACE)
            if rest:
                raise invalid_syntax("macaddr8", text)
    if len(data) == MACADDR_BYTES:
        return widened(bytes(data))
    if len(data) != MACADDR8_BYTES:
        raise invalid_syntax("macaddr8", text)
    return bytes(data)


def widened(data: bytes) -> bytes:
    """The macaddr8 of a macaddr."""
    return data[:3] + _FILLING + data[3:]


def narrowed(data: bytes) -> bytes:
    """The macaddr of a macaddr8 (22003 unless its middle is ff:fe)."""
    if data[3:5] != _FILLING:
        raise NumericValueOutOfRange(
            "macaddr8 data out of range to convert to macaddr",
            hint="Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example "
                 "xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.")
    return data[:3] + data[5:]


def _receive_macaddr(data: bytes) -> bytes:
    return binary_length(data, MACADDR_BYTES)


def _receive_macaddr8(data: bytes) -> bytes:
    if len(data) == MACADDR_BYTES:
        return widened(data)
    if len(data) < MACADDR_BYTES:
        raise ProtocolViolation("insufficient data left in message")
    return binary_length(data, MACADDR8_BYTES)


def _codec(oid: int, name: str, read: Callable[[str], bytes], take: Callable[[bytes], bytes]) -> Codec:
    def parse(text: str, typmod: int, env: Env) -> Stored:
        return macaddr_text(read(text))

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return macaddr_text(take(data))

    return Codec(oid, parse, constant(lambda value: macaddr_text(macaddr_bytes(value)).encode()), receive,
                 constant(macaddr_bytes), declared(f"{name} TEXT"))


CODECS = (
    _codec(MACADDR, "macaddr", read_macaddr, _receive_macaddr),
    _codec(MACADDR8, "macaddr8", read_macaddr8, _receive_macaddr8),
)
