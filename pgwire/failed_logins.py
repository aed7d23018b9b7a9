"""Who guesses passwords has to wait: after some failed logins from an address, further ones are judged one after the other,
with a pause between them that doubles with each failure.

    failures          up to FREE    6       7       8      ...    12 and more
    pause, seconds    0             0.25    0.5     1             10

Nobody is locked out for long: who knows the password waits for his turn like the others, and only when WAITING_MAX of the
same address are waiting is a login refused without being judged. The right password forgives the failures of its user, not
those of others: whoever has one account does not get free tries for the next. An address is forgotten FORGET_S after its last
failure. It is the /64 network of an IPv6 address, since that is what one machine has. Loopback and Unix sockets are addresses
like any other: the programs of one machine do not trust each other either, and a container's clients may all come from one
address. The table holds ADDRESSES_MAX; the one that failed longest ago goes first.
"""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache

import trio

from executor.errors import SqlError
from executor.sqlstates import InvalidAuthorizationSpecification, InvalidPassword, TooManyConnections

FREE = 5
PAUSE_S = 0.25
PAUSE_MAX_S = 10.0
WAITING_MAX = 5
FORGET_S = 600.0
ADDRESSES_MAX = 10_000
USERS_MAX = 20
"""Of so many users of one address the failures are known one by one."""

FAILED = (InvalidPassword, InvalidAuthorizationSpecification)
LOCAL = "local"


@dataclass(slots=True)
class _Address:
    """Failures by user, when the last one was, and when the next login may be judged (trio's clock)."""

    failures: dict[str, int] = field(default_factory=dict)
    last: float = 0.0
    turn: float = 0.0
    waiting: int = 0

    def pause_s(self) -> float:
        excess = sum(self.failures.values()) - FREE
        return 0.0 if excess <= 0 else min(PAUSE_MAX_S, PAUSE_S * 2.0 ** (min(excess, 60) - 1))


class FailedLogins:
    """The failed logins of one server."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, _Address] = OrderedDict()

    def __len__(self) -> int:
        return len(self._addresses)

    async def turn(self, address: str | None) -> None:
        """Wait until a login from this address may be judged. Raises: 53300 when too many are waiting already."""
        found = self._addresses.get(network(address)) if self._addresses else None
        if found is None:
            return
        now = trio.current_time()
        if now - found.last > FORGET_S and not found.waiting:
            del self._addresses[network(address)]
            return
        pause = found.pause_s()
        if not pause:
            return
        if found.waiting >= WAITING_MAX:
            raise TooManyConnections("too many failed logins from this address", severity="FATAL",
                                     hint="Try again later, with the right password.")
        found.turn = max(now, found.turn + pause, found.last + pause)
        found.waiting += 1
        try:
            await trio.sleep_until(found.turn)
        finally:
            found.waiting -= 1

    def failed(self, address: str | None, user: str, error: SqlError) -> None:
        """A login was refused. Only what says that somebody is not who he claims to be counts."""
        if not isinstance(error, FAILED):
            return
        name = network(address)
        found = self._addresses.setdefault(name, _Address())
        self._addresses.move_to_end(name)
        known = user if user in found.failures or len(found.failures) < USERS_MAX else ""
        found.failures[known] = found.failures.get(known, 0) + 1
        found.last = trio.current_time()
        while len(self._addresses) > ADDRESSES_MAX:
            self._addresses.popitem(last=False)

    def succeeded(self, address: str | None, user: str) -> None:
        """Somebody has proved to be this user."""
        if not self._addresses:
            return
        found = self._addresses.get(network(address))
        if found is not None and found.failures.pop(user, 0) and not found.failures and not found.waiting:
            del self._addresses[network(address)]


@lru_cache(1024)
def network(address: str | None) -> str:
    """What counts as one address."""
    if address is None:
        return LOCAL
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped is not None else str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
