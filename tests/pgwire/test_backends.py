"""The places for connections, and what is said when there is none."""

import pytest
import trio

from executor.sqlstates import TooManyConnections
from pgwire.backends import Backends
from pgwire.messages.startup import PROTOCOL_3_0

RESERVED = "FATAL: remaining connection slots are reserved for roles with"


def fill(backends: Backends, **who: bool) -> tuple[int, str]:
    """How many get a place, and what the next one is told."""
    count = 0
    while True:
        try:
            backends.open(PROTOCOL_3_0, **who)
        except TooManyConnections as error:
            return count, f"{error.severity}: {error.message}"
        count += 1


@pytest.mark.parametrize(("who", "count", "message"), [
    ({"superuser": True}, 10, "FATAL: sorry, too many clients already"),
    ({"superuser": False, "may_use_reserved": True}, 7, f"{RESERVED} the SUPERUSER attribute"),
    ({"superuser": False}, 5, f'{RESERVED} privileges of the "pg_use_reserved_connections" role'),
], ids=["superuser", "trusted", "plain"])
def test_places_last_as_long_as_they_are_not_reserved(who: dict[str, bool], count: int, message: str) -> None:
    async def main() -> None:
        assert fill(Backends(10, superuser_reserved=3, reserved=2), **who) == (count, message)

    trio.run(main)


def test_plain_role_is_told_of_superusers_when_only_their_places_are_left() -> None:
    async def main() -> None:
        backends = Backends(10, superuser_reserved=3, reserved=2)
        for _ in range(7):
            backends.open(PROTOCOL_3_0)
        assert fill(backends, superuser=False) == (0, f"{RESERVED} the SUPERUSER attribute")
        assert fill(backends) == (3, "FATAL: sorry, too many clients already")
        assert fill(backends, superuser=False) == (0, "FATAL: sorry, too many clients already")

    trio.run(main)


def test_place_that_is_given_back_can_be_had_again() -> None:
    async def main() -> None:
        backends = Backends(1)
        backends.close(backends.open(PROTOCOL_3_0))
        assert fill(backends)[0] == 1

    trio.run(main)
