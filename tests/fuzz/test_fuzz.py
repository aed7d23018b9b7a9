"""A small part of what `python -m tests.fuzz` does, the same every time, and what it has found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.errors import SqlError
from executor.sqlstates import FeatureNotSupported, ProgramLimitExceeded
from executor.types.base import Env
from executor.types.registry import codec
from pgwire.connection import Phase
from tests.fuzz.targets import TARGETS, run
from tests.fuzz.wire import _check
from tests.pgquill_server import needs_engine

INPUTS = {"startup": 2000, "authentication": 1000, "login": 1000, "message": 2000, "value": 2000, "dialogue": 300,
          "session": 100, "statement": 100}


@needs_engine
@pytest.mark.trio
@pytest.mark.parametrize("name", TARGETS)
async def test_target_survives_seeded_inputs(name: str) -> None:
    await run(TARGETS[name], 0, range(INPUTS[name]))


@given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from((Phase.STARTUP, Phase.AUTHENTICATION, Phase.MESSAGES)))
@settings(max_examples=200, deadline=None)
def test_garbage_is_a_message_or_a_violation_however_it_is_cut(pieces: list[bytes], phase: Phase) -> None:
    _check(pieces, phase)


# --- found by fuzzing ---------------------------------------------------------------------------------------------------


def test_binary_array_with_billions_of_dimensions_takes_no_memory() -> None:
    with pytest.raises(ProgramLimitExceeded):
        codec(1007).receive(b"\x7f\xff\xff\xff\0\0\0\0\0\0\0\x17", -1, Env())


def test_binary_array_whose_upper_bound_is_no_integer_is_54000() -> None:
    body = b"\0\0\0\1\0\0\0\0\0\0\0\x17\0\0\0\2\x7f\xff\xff\xff" + 2 * b"\0\0\0\4\0\0\0\1"
    with pytest.raises(ProgramLimitExceeded):
        codec(1007).receive(body, -1, Env())


@pytest.mark.parametrize("oid", [5069, 3220])
def test_binary_value_beyond_sqlite_integers_is_0a000(oid: int) -> None:
    with pytest.raises(FeatureNotSupported):
        codec(oid).receive(b"\xff" * 8, -1, Env())


def test_number_with_more_digits_than_any_numeric_is_no_internal_error() -> None:
    with pytest.raises(SqlError):
        codec(1700).parse("9" * 200_000, -1, Env())
    with pytest.raises(SqlError):
        codec(1700).parse("0x" + "f" * 600_000, -1, Env())
