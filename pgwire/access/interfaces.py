"""The addresses of this machine with their networks, for `samehost` and `samenet`. Linux only: there is no portable way to ask.

Where it cannot be asked, no address is this machine's own: a rule with these words then lets nobody in.
"""

import ipaddress
import socket
import struct
import sys
from pathlib import Path

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface

_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B
_IPV6 = Path("/proc/net/if_inet6")


def networks_of_this_machine() -> list[Interface]:
    """Every address with its network. Asked anew each time, since they change."""
    if not sys.platform.startswith("linux"):
        return []
    return [*_ipv4(), *_ipv6()]


def _ipv4() -> list[Interface]:
    import fcntl  # not on every system

    found: list[Interface] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                address, mask = (socket.inet_ntoa(fcntl.ioctl(asking, code, request)[20:24])
                                 for code in (_SIOCGIFADDR, _SIOCGIFNETMASK))
            except OSError:  # it has no such address
                continue
            found.append(ipaddress.IPv4Interface(f"{address}/{mask}"))
    return found


def _ipv6() -> list[Interface]:
    """Lines of: address in 32 digits, index, length of the prefix, scope, flags (all hexadecimal), name."""
    try:
        lines = _IPV6.read_text().splitlines()
    except OSError:
        return []
    found: list[Interface] = []
    for line in lines:
        digits, _, length, *_ = line.split()
        found.append(ipaddress.IPv6Interface((int(digits, 16), int(length, 16))))
    return found
