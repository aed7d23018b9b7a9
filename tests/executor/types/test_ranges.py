"""Stored ranges: what other programs may have written, and equality by stored form."""

import pytest

from executor.errors import SqlError
from executor.facts.lookup import types_by_oid
from executor.lower.expressions import EQUAL_AS_STORED
from executor.types import oids
from executor.types.base import Env
from executor.types.registry import FAMILIES, codec


@pytest.mark.parametrize(("oid", "text"), [
    (oids.INT4RANGE, "[1,5]"), (oids.INT4RANGE, "[5,1)"), (oids.INT4RANGE, "x"), (oids.INT4RANGE, "[a,b)"),
    (oids.DATERANGE, "[2020-01-01, 2020-02-01)"), (oids.TSRANGE, "[2020-01-01 00:00:00,)"),
    (oids.INT4MULTIRANGE, "{[5,6),[1,2)}"), (oids.INT4MULTIRANGE, "{[1,2),[2,3)}"), (oids.INT4MULTIRANGE, "[1,2)"),
])
def test_stored_text_that_is_not_the_stored_form_is_refused(oid: int, text: str) -> None:
    with pytest.raises(SqlError) as raised:
        codec(oid).text_encoder(-1, Env())(text)
    assert raised.value.sqlstate == "22P02"


def test_types_equal_as_stored_are_those_whose_codecs_say_so() -> None:
    every = [oid for members in FAMILIES.values() for oid in members if types_by_oid()[oid].kind != "p"]
    assert {oid for oid in every if codec(oid).equal_as_stored} == EQUAL_AS_STORED
