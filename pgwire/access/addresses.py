"""The address field of a rule: a network, a keyword, or a mask in the next field.

Host names are refused: a name would be looked up for each new connection, by whoever controls the answers.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass

from pgwire.access.interfaces import networks_of_this_machine
from pgwire.access.tokens import Field

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadAddress(Exception):
    """What is wrong, in PostgreSQL's words where it has some."""


@dataclass(frozen=True, slots=True)
class Address:
    """Who a rule is about. shown, netmask: columns of pg_hba_file_rules."""

    shown: str
    netmask: str | None
    covers: Callable[[IPAddress], bool]


def parse(fields: list[Field]) -> Address:
    """Take the address, and the mask that may follow it, from the front of the fields. Raises BadAddress."""
    field = fields.pop(0)
    if len(field) > 1:
        raise BadAddress("multiple values specified for host address")
    token = field[0]
    for keyword, covers in _KEYWORDS.items():
        if token.is_keyword(keyword):
            return Address(keyword, None, covers)
    if token.quoted and token.text in _KEYWORDS:
        raise BadAddress(_names_refused(token.text))
    text, slash, bits = token.text.partition("/")
    address = _numeric(text)
    if address is None:
        if slash:
            raise BadAddress(f'specifying both host name and CIDR mask is invalid: "{token.text}"')
        raise BadAddress(_names_refused(text))
    if slash:
        if not (bits.isascii() and bits.isdigit() and int(bits) <= address.max_prefixlen):
            raise BadAddress(f'invalid CIDR mask in address "{token.text}"')
        mask: IPAddress = ipaddress.ip_network((address, int(bits)), strict=False).netmask
    else:
        mask = _mask(fields, address)
    value = int(mask)
    wanted = int(address) & value

    def covers_masked(other: IPAddress) -> bool:
        return other.version == address.version and int(other) & value == wanted

    return Address(str(address), str(mask), covers_masked)


def _mask(fields: list[Field], address: IPAddress) -> IPAddress:
    """The mask in a field of its own; it need not be a prefix."""
    if not fields:
        raise BadAddress("end-of-line before netmask specification")
    field = fields.pop(0)
    if len(field) > 1:
        raise BadAddress("multiple values specified for netmask")
    mask = _numeric(field[0].text)
    if mask is None:
        raise BadAddress(f'invalid IP mask "{field[0].text}": Name or service not known')
    if mask.version != address.version:
        raise BadAddress("IP address and mask do not match")
    return mask


def _numeric(text: str) -> IPAddress | None:
    """An address in numbers, in all the forms the system's own functions know; a zone is dropped, as PostgreSQL does."""
    try:
        found = socket.getaddrinfo(text, None, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return ipaddress.ip_address(str(found[0][4][0]).partition("%")[0])


def _names_refused(name: str) -> str:
    return f'host names are not supported by pgquill: "{name}" (give its address, as in 192.0.2.7/32)'


def _is_own_host(other: IPAddress) -> bool:
    return any(other == network.ip for network in networks_of_this_machine())


def _is_own_network(other: IPAddress) -> bool:
    return any(other in network.network for network in networks_of_this_machine() if network.version == other.version)


_KEYWORDS: dict[str, Callable[[IPAddress], bool]] = {
    "all": lambda other: True, "samehost": _is_own_host, "samenet": _is_own_network,
}
