"""Integers that the goldens do not reach."""

import pytest

from executor.errors import SqlError
from executor.types.base import Env
from executor.types.oids import INT4, OID
from executor.types.registry import codec


def test_negative_oid_from_a_cast_of_integer_wraps_around() -> None:
    assert codec(OID).text_encoder(-1, Env())(-1) == b"4294967295"
    assert codec(OID).binary_encoder(-1, Env())(-1) == b"\xff\xff\xff\xff"


@pytest.mark.parametrize("value", ["x", 1.5, b"1"])
def test_stored_value_of_another_kind_is_refused(value: str | float | bytes) -> None:
    with pytest.raises(SqlError, match="does not fit type integer"):
        codec(INT4).text_encoder(-1, Env())(value)


@pytest.mark.parametrize(("body", "sqlstate"), [(b"\0\0\0", "08P01"), (b"\0" * 5, "22P03")])
def test_binary_integer_of_wrong_length_is_refused(body: bytes, sqlstate: str) -> None:
    with pytest.raises(SqlError) as raised:
        codec(INT4).receive(body, -1, Env())
    assert raised.value.sqlstate == sqlstate
