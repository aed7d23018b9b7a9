"""What is fuzzed: how an input is made, how it is checked, and its share of the inputs of a run."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz import login, sessions, values, wire

Check = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Target:
    """opened: an asynchronous context with the check; it is opened anew every `renew` inputs."""

    name: str
    make: Callable[[Random], Any]
    opened: Callable[[], AbstractAsyncContextManager[Check]]
    share: float
    renew: int = 1_000_000_000


def _plain(check: Callable[[Any], None]) -> Callable[[], AbstractAsyncContextManager[Check]]:
    @asynccontextmanager
    async def opened() -> Any:
        async def run(given: Any) -> None:
            check(given)

        yield run

    return opened


@asynccontextmanager
async def _with_small_engine() -> Any:
    from tests.pgwire.fake_engine import FakeEngine

    yield sessions.SessionRunner(FakeEngine(), real=False).check


@asynccontextmanager
async def _with_engine() -> Any:
    from executor.engine import Engine

    engine = await Engine.open(":memory:")
    try:
        yield sessions.SessionRunner(engine, real=True).check
    finally:
        await engine.close()


TARGETS = {target.name: target for target in (
    Target("startup", wire.startup, _plain(wire.check_startup), 0.22),
    Target("authentication", wire.authentication, _plain(wire.check_authentication), 0.1),
    Target("login", login.login, _plain(login.check_login), 0.1),
    Target("message", wire.conversation, _plain(wire.check_conversation), 0.33),
    Target("value", values.value, _plain(values.check_value), 0.25),
    Target("dialogue", sessions.session, _with_small_engine, 0.08),
    Target("session", sessions.session, _with_engine, 0.01, renew=5000),
    Target("statement", sessions.statement, _with_engine, 0.01, renew=1000),
)}  # fmt: skip
"""dialogue: pgwire alone, behind it a small engine; session: the whole server."""


def input_of(target: Target, seed: int, number: int) -> Any:
    """The input with this number."""
    return target.make(Random(f"{seed} {target.name} {number}"))


class FuzzFailure(Exception):
    """An input that must not do what it did."""

    def __init__(self, target: Target, seed: int, number: int, given: Any) -> None:
        super().__init__(f"--only {target.name} --seed {seed} --at {number}: {given!r}")


async def run(target: Target, seed: int, numbers: range, advance: Callable[[int], None] = lambda count: None) -> None:
    """Check these inputs. Raises FuzzFailure, caused by what happened."""
    for first in range(numbers.start, numbers.stop, target.renew):
        async with target.opened() as check:
            for number in range(first, min(first + target.renew, numbers.stop)):
                given = input_of(target, seed, number)
                try:
                    await check(given)
                except Exception as error:
                    raise FuzzFailure(target, seed, number, given) from error
                advance(1)
