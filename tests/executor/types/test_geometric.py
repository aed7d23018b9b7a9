"""Stored geometric values: what another SQLite program may have written, parts of values, rounding on output."""

import pytest

from executor.builtins.geometric_parts import part_getter, part_setter
from executor.errors import SqlError
from executor.types import oids
from executor.types.base import Env, Stored
from executor.types.geometric import LOADERS, dump
from executor.types.registry import codec


def printed(oid: int, value: Stored, digits: int = 1) -> str:
    return codec(oid).text_encoder(-1, Env(extra_float_digits=digits))(value).decode()


@pytest.mark.parametrize(("oid", "value", "text"), [
    (oids.POINT, "1.50, 2", "(1.5,2)"), (oids.BOX, "((0,0),(2,3))", "(2,3),(0,0)"), (oids.PATH, "1,2,3,4", "((1,2),(3,4))"),
    (oids.CIRCLE, "1,2,3", "<(1,2),3>"), (oids.LSEG, "1,2,3,4", "[(1,2),(3,4)]"), (oids.PATH, " [(1,2)]", "[(1,2)]"),
])  # fmt: skip
def test_value_in_another_notation_prints_canonically(oid: int, value: str, text: str) -> None:
    assert printed(oid, value) == text
    assert codec(oid).binary_encoder(-1, Env())(value) == codec(oid).binary_encoder(-1, Env())(text)


@pytest.mark.parametrize("value", ["", "(1)", "(1,2", "x", 5, 1.5, b"(1,2)"])
def test_value_that_is_no_point_is_an_error(value: Stored) -> None:
    with pytest.raises(SqlError, match="does not fit type point"):
        printed(oids.POINT, value)


@pytest.mark.parametrize("digits", [-15, -1, 0])
def test_output_is_rounded_by_extra_float_digits(digits: int) -> None:
    assert printed(oids.POINT, "(0.30000000000000004,NaN)", digits) == "(0.3,NaN)"


@pytest.mark.parametrize("text", ["(1e+300,-0)", "(NaN,Infinity)", "(0.1,1e-07)"])
def test_stored_form_survives_reading_and_writing(text: str) -> None:
    assert dump(LOADERS["point"](text)) == text


def test_subscript_outside_of_the_value_is_null() -> None:
    get = part_getter(oids.LSEG)
    assert get("[(1,2),(3,4)]", 1) == "(3,4)"
    assert [get("[(1,2),(3,4)]", *at) for at in ((2,), (-1,), (0, 1))] == [None] * 3


def test_corner_assigned_to_a_box_stays_in_its_place() -> None:
    changed = part_setter(oids.BOX)("(3,4),(1,2)", "(9,9)", 1)
    assert changed == "(3,4),(9,9)"
    assert printed(oids.BOX, changed) == "(3,4),(9,9)"
