"""Printing of floats under extra_float_digits, and reading back."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.types.base import Env
from executor.types.float import float4_from_text, float4_text, float8_from_text, float8_text
from executor.types.oids import FLOAT4, FLOAT8
from executor.types.registry import codec


@given(st.floats(allow_nan=False))
def test_float8_text_reads_back_as_the_same_value(value: float) -> None:
    assert float8_from_text(float8_text(value)) == value


@given(st.integers(0, (1 << 32) - 1))
def test_float4_text_reads_back_as_the_same_value(bits: int) -> None:
    value = struct.unpack("!f", bits.to_bytes(4, "big"))[0]
    if value == value:
        assert float4_from_text(float4_text(value)) == value


@pytest.mark.parametrize(("oid", "digits", "value", "text"), [
    (FLOAT8, 0, 0.1, "0.1"), (FLOAT8, 0, 1 / 3, "0.333333333333333"), (FLOAT8, -12, 1234.5, "1.23e+03"),
    (FLOAT8, -15, 1234.5, "1e+03"), (FLOAT4, 0, 16777216.0, "1.67772e+07"), (FLOAT8, 3, 1 / 3, "0.3333333333333333"),
])
def test_float_text_follows_extra_float_digits(oid: int, digits: int, value: float, text: str) -> None:
    assert codec(oid).text_encoder(-1, Env(extra_float_digits=digits))(value).decode() == text


def test_bytea_text_follows_bytea_output() -> None:
    assert codec(17).text_encoder(-1, Env(bytea_output="escape"))(b"a\\\x00\xff") == b"a\\\\\\000\\377"
