import pytest
import trio
from trio.testing import MockClock

from executor.sqlstates import InvalidPassword, TooManyConnections, UndefinedDatabase
from pgwire import failed_logins
from pgwire.failed_logins import FREE, PAUSE_MAX_S, PAUSE_S, WAITING_MAX, FailedLogins, network

pytestmark = pytest.mark.trio

WRONG = InvalidPassword("wrong")


async def waited(logins: FailedLogins, address: str | None = "192.0.2.1") -> float:
    begin = trio.current_time()
    await logins.turn(address)
    return trio.current_time() - begin


def fail(logins: FailedLogins, times: int, address: str | None = "192.0.2.1", user: str = "a") -> None:
    for _ in range(times):
        logins.failed(address, user, WRONG)


async def test_first_failures_cost_nothing(autojump_clock: MockClock) -> None:
    logins = FailedLogins()
    fail(logins, FREE)
    assert await waited(logins) == 0


async def test_pause_doubles_with_each_failure_up_to_its_maximum(autojump_clock: MockClock) -> None:
    logins = FailedLogins()
    fail(logins, FREE)
    found = []
    for _ in range(8):
        fail(logins, 1)
        found.append(await waited(logins))
    assert found == pytest.approx([PAUSE_S * 2**n for n in range(6)] + [PAUSE_MAX_S] * 2)


async def test_other_addresses_do_not_wait(autojump_clock: MockClock) -> None:
    logins = FailedLogins()
    fail(logins, 50)
    assert await waited(logins, "192.0.2.2") == 0
    assert await waited(logins, None) == 0


async def test_parallel_logins_are_judged_one_after_the_other_and_too_many_are_refused(autojump_clock: MockClock) -> None:
    logins = FailedLogins()
    fail(logins, FREE + 1)
    found: list[float] = []
    refused = []

    async def log_in() -> None:
        try:
            found.append(await waited(logins))
        except TooManyConnections as error:
            refused.append(error)

    async with trio.open_nursery() as nursery:
        for _ in range(WAITING_MAX + 3):
            nursery.start_soon(log_in)
    assert found == pytest.approx([PAUSE_S * n for n in range(1, WAITING_MAX + 1)])
    assert [error.severity for error in refused] == ["FATAL"] * 3


async def test_success_forgives_the_failures_of_its_user_alone(autojump_clock: MockClock) -> None:
    logins = FailedLogins()
    fail(logins, FREE + 3, user="a")
    logins.succeeded("192.0.2.1", "b")
    assert await waited(logins) > 0
    logins.succeeded("192.0.2.1", "a")
    assert await waited(logins) == 0
    assert len(logins) == 0


async def test_address_is_forgotten_after_a_while(autojump_clock: MockClock) -> None:
    logins = FailedLogins()
    fail(logins, 50)
    await trio.sleep(failed_logins.FORGET_S + 1)
    assert await waited(logins) == 0
    assert len(logins) == 0


async def test_other_errors_are_no_failed_logins(autojump_clock: MockClock) -> None:
    logins = FailedLogins()
    for _ in range(50):
        logins.failed("192.0.2.1", "a", UndefinedDatabase("no"))
    assert await waited(logins) == 0


async def test_table_and_the_users_of_an_address_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failed_logins, "ADDRESSES_MAX", 10)
    logins = FailedLogins()
    for number in range(100):
        fail(logins, 1, f"192.0.2.{number}", "a")
    assert len(logins) == 10
    for number in range(1000):
        fail(logins, 1, "192.0.2.99", f"user{number}")
    assert len(logins._addresses["192.0.2.99"].failures) <= failed_logins.USERS_MAX + 1


@pytest.mark.parametrize(("address", "expected"), [
    (None, "local"), ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("odd", "odd"),
])
async def test_network_of_an_address(address: str | None, expected: str) -> None:
    assert network(address) == expected
