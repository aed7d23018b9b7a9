"""What `pgquill standby` decides before it serves, and how it waits."""

from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from pgwire.messages.error import ErrorResponse
from replication.client import ConnectionLost, ServerError
from replication.follower import RETRY_S, Timing
from replication.login import CannotLogIn
from replication.standby_start import CannotFollow, check_slot, default_slot, persist, prepare, read_primary


class Log:
    """Takes what is logged."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def warning(self, event: str, **words: Any) -> None:
        self.said.append(str(words.get("reason")))

    info = error = warning


TIMING = Timing(lambda: 1.0)


def test_pauses_grow_to_the_longest_and_differ() -> None:
    assert [TIMING.pause(tries) for tries in (0, 1, 2)] == [0.05, 0.1, 0.2]
    assert TIMING.pause(7) == TIMING.pause(1000) == RETRY_S
    assert Timing(lambda: 0.0).pause(1000) == RETRY_S / 2


@pytest.mark.trio
async def test_primary_that_cannot_be_reached_is_waited_for(autojump_clock: trio.testing.MockClock) -> None:
    failures: list[Exception] = [ConnectionLost("refused"), ConnectionLost("refused"), ServerError(
        ErrorResponse("FATAL", "57P03", "the database system is starting up"))]

    async def job() -> int:
        if failures:
            raise failures.pop(0)
        return 5

    log = Log()
    assert await persist(job, TIMING, log) == 5
    assert log.said == ["refused", "FATAL: the database system is starting up"]  # each once
    assert trio.current_time() > 0.3


@pytest.mark.trio
@pytest.mark.parametrize("error", [
    CannotLogIn("no password supplied"), ServerError(ErrorResponse("FATAL", "28P01", "password authentication failed")),
    ServerError(ErrorResponse("FATAL", "3D000", 'database "x" does not exist'))])
async def test_primary_that_says_no_is_not_waited_for(error: Exception) -> None:
    async def job() -> None:
        raise error

    with pytest.raises(CannotFollow, match="the primary: "):
        await persist(job, TIMING, Log())


@pytest.mark.trio
async def test_path_that_cannot_be_a_copy_is_refused(tmp_path: Path) -> None:
    info = read_primary("postgresql://u@localhost/app")
    with pytest.raises(CannotFollow, match="is a folder"):
        await prepare(tmp_path, info, None, TIMING, lambda *_: None, Log())
    with pytest.raises(CannotFollow, match="does not exist"):
        await prepare(tmp_path / "no" / "copy.db", info, None, TIMING, lambda *_: None, Log())


def test_connection_string_that_is_wrong_is_told() -> None:
    with pytest.raises(CannotFollow, match='--primary: invalid connection option "hots"'):
        read_primary("hots=a")
    assert read_primary("host=a").words["application_name"] == "pgquill_standby"
    assert read_primary("host=a application_name=b").words["application_name"] == "b"


def test_slot_has_a_name_that_postgresql_accepts() -> None:
    assert check_slot(default_slot(Path("/srv/Ä copy-1.db"))).endswith("copy_1")
    assert len(default_slot(Path("x" * 100))) <= 63
    for name in ("", "A", "a-b", "x" * 64):
        with pytest.raises(CannotFollow, match="--slot"):
            check_slot(name)
