"""inet and cidr: stored as TEXT in PostgreSQL's print ("10.1.2.3/8", "::1"), ordered by network, then mask, then host.

PostgreSQL's input is its own: abbreviated IPv4 networks (10.1/16), octets with leading zeros, and for cidr the masks of
the old network classes. IPv6 is printed with an IPv4 tail only for ::a.b.c.d and ::ffff:a.b.c.d.
"""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

from executor.sqlstates import InvalidBinaryRepresentation, InvalidTextRepresentation
from executor.types.base import Codec, Encoder, Env, Stored, constant, declared, invalid_syntax, misfit
from executor.types.oids import CIDR, INET

_FAMILIES = {4: 2, 6: 3}  # as the binary format numbers them
WIDTHS = {4: 32, 6: 128}
_V4 = re.compile(r"[0-9]+(?:\.[0-9]+){0,3}\Z")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_CLASSES = ((240, 32), (224, 8), (192, 24), (128, 16), (0, 8))
"""First octet from -> bits of its class."""
_MULTICAST, _MULTICAST_BITS = 224, 4


class Network(NamedTuple):
    """An address with its mask; version 4 or 6."""

    version: int
    mask: int
    address: int

    @property
    def host_bits(self) -> int:
        """What is right of the mask."""
        return self.address & ((1 << (WIDTHS[self.version] - self.mask)) - 1)


def _mask(text: str, width: int) -> int | None:
    """The number after the slash; None if it is not one. IPv6 allows no leading zero."""
    if not text.isascii() or not text.isdigit() or int(text) > width or (width == 128 and text != str(int(text))):
        return None
    return int(text)


def _octets(text: str, classes: bool) -> list[int] | None:
    """The octets that are written: decimal numbers, or (in cidr) hexadecimal digits after 0x, the last perhaps alone."""
    if classes and _HEXADECIMAL.fullmatch(text):
        return list(bytes.fromhex(text[2:] + "0" * (len(text) % 2)))
    octets = [int(part) for part in text.split(".")] if _V4.match(text) else [256]
    return octets if max(octets) < 256 else None


def _v4(text: str, mask_text: str | None, classes: bool) -> Network | None:
    octets = _octets(text, classes)
    if octets is None or len(octets) > 4:
        return None
    given = 8 * len(octets)
    mask: int | None
    if mask_text is not None:
        mask = _mask(mask_text, 32)
        if mask is None or (mask > given and not classes):
            return None
    elif classes:
        mask = max(next(bits for first, bits in _CLASSES if octets[0] >= first), given)
        mask = _MULTICAST_BITS if octets[0] == _MULTICAST and mask == 8 else mask
    elif given == 32:
        mask = 32
    else:
        return None
    return Network(4, mask, int.from_bytes(bytes(octets + [0] * (4 - len(octets)))))


def _v6(text: str, mask_text: str | None) -> Network | None:
    mask = 128 if mask_text is None else _mask(mask_text, 128)
    if mask is None or "%" in text:
        return None
    try:
        return Network(6, mask, int(IPv6Address(text)))
    except AddressValueError:
        return None


@lru_cache(4096)
def read(text: str, kind: str) -> Network:
    """The value of inet or cidr text (22P02)."""
    address, slash, mask = text.partition("/")
    mask_text = mask if slash else None
    found = _v6(address, mask_text) if ":" in address else _v4(address, mask_text, kind == "cidr")
    if found is None:
        raise invalid_syntax(kind, text)
    if kind == "cidr" and found.host_bits:
        raise InvalidTextRepresentation(f'invalid cidr value: "{text}"',
                                        detail="Value has bits set to right of mask.")
    return found


def _v6_text(address: int) -> str:
    words = [address >> shift & 0xFFFF for shift in range(112, -1, -16)]
    dotted = ".".join(str(address >> shift & 0xFF) for shift in (24, 16, 8, 0))
    if not any(words[:6]) and words[6]:
        return f"::{dotted}"
    if not any(words[:5]) and words[5] == 0xFFFF:
        return f"::ffff:{dotted}"
    return str(IPv6Address(address))


def write(value: Network, kind: str) -> str:
    """PostgreSQL's print: inet leaves the mask of a single host out."""
    if value.version == 4:
        text = ".".join(str(octet) for octet in value.address.to_bytes(4))
    else:
        text = _v6_text(value.address)
    return text if kind == "inet" and value.mask == WIDTHS[value.version] else f"{text}/{value.mask}"


def compare_network(a: str, b: str) -> int:
    """The collation pg_inet: IPv4 before IPv6, by the bits both masks cover, then mask, then address."""
    first, second = read(a, "inet"), read(b, "inet")
    width = WIDTHS[first.version]
    if first.version == second.version:
        shift = width - min(first.mask, second.mask)
        left, right = ((v.address >> shift, v.mask, v.address) for v in (first, second))
    else:
        left, right = (first.version, 0, 0), (second.version, 0, 0)
    return (left > right) - (left < right)


def _binary(kind: str) -> Encoder:
    def encode(value: Stored) -> bytes:
        if not isinstance(value, str):
            raise misfit(kind, value)
        found = read(value, kind)
        body = found.address.to_bytes(WIDTHS[found.version] // 8)
        return bytes((_FAMILIES[found.version], found.mask, int(kind == "cidr"), len(body))) + body
    return encode


def _receive(data: bytes, kind: str) -> str:
    """family, bits, is_cidr (ignored), length, address (22P03)."""
    version = next((v for v, number in _FAMILIES.items() if data[:1] == bytes((number,))), 0)
    if not version or len(data) < 4:
        raise InvalidBinaryRepresentation(f'invalid address family in external "{kind}" value')
    if data[1] > WIDTHS[version]:
        raise InvalidBinaryRepresentation(f'invalid bits in external "{kind}" value')
    if data[3] * 8 != WIDTHS[version] or len(data) != 4 + data[3]:
        raise InvalidBinaryRepresentation(f'invalid length in external "{kind}" value')
    found = Network(version, data[1], int.from_bytes(data[4:]))
    if kind == "cidr" and found.host_bits:
        raise InvalidBinaryRepresentation('invalid external "cidr" value',
                                          detail="Value has bits set to right of mask.")
    return write(found, kind)


def _text(value: Stored) -> bytes:
    if isinstance(value, str):
        return value.encode()
    raise misfit("cidr", value)


def inet_of_cidr(text: str) -> str:
    """A stored cidr as a stored inet: the mask of a single host is left out."""
    return write(read(text, "inet"), "inet") if text[-3:] in ("/32", "128") else text


def _inet_text(value: Stored) -> bytes:
    if isinstance(value, str):
        return inet_of_cidr(value).encode()
    raise misfit("inet", value)


def _codec(oid: int, kind: str) -> Codec:
    def parse(text: str, typmod: int, env: Env) -> Stored:
        return write(read(text, kind), kind)

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return _receive(data, kind)

    encoder = _inet_text if kind == "inet" else _text
    return Codec(oid, parse, constant(encoder), receive, constant(_binary(kind)), declared(f"{kind} TEXT"), "pg_inet",
                 compare_network, equal_as_stored=True)


CODECS = (_codec(INET, "inet"), _codec(CIDR, "cidr"))
