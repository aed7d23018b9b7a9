"""tsvector and tsquery: what other programs may have written, and binary values that no client should send."""

import pytest

import executor.parse  # noqa: F401  (it raises Python's limit of recursion, as in the server)
from executor.errors import SqlError
from executor.types.base import Env
from executor.types.oids import TSQUERY, TSVECTOR
from executor.types.registry import codec

ENV = Env()


@pytest.mark.parametrize("text", [
    "a", "'b' 'a'", "'a' ", " 'a'", "'a'  'b'", "'a':2,1", "'a':1,1", "'a':01", "'a':1D", "'a':", "'a' b", "'a'b'", "'a\\b'",
    "'a':16384", "'a'\n", "'a':1, 'b'",
])
def test_stored_text_that_is_not_the_stored_form_of_a_vector_is_refused(text: str) -> None:
    with pytest.raises(SqlError) as raised:
        codec(TSVECTOR).text_encoder(-1, ENV)(text)
    assert raised.value.sqlstate == "22P02"


@pytest.mark.parametrize("text", ["a", "'a' &", "'a'&'b'", "('a')", "'a':ba", "'a' & 'b' ", "x y"])
def test_stored_text_that_is_not_the_stored_form_of_a_query_is_refused(text: str) -> None:
    with pytest.raises(SqlError) as raised:
        codec(TSQUERY).text_encoder(-1, ENV)(text)
    assert raised.value.sqlstate == "22P02"


def test_query_keeps_its_tree_though_the_print_does_not_show_it() -> None:
    kind = codec(TSQUERY)
    stored = kind.parse("a & (b & c)", -1, ENV)
    assert stored == "'a' & ( 'b' & 'c' )"
    assert kind.text_encoder(-1, ENV)(stored) == b"'a' & 'b' & 'c'"


def test_empty_words_of_binary_values_are_kept() -> None:
    vector, query = codec(TSVECTOR), codec(TSQUERY)
    for kind, data in ((vector, "00000001000000"), (query, "0000000101000000")):
        stored = kind.receive(bytes.fromhex(data), -1, ENV)
        assert stored == "''"
        assert kind.binary_encoder(-1, ENV)(stored).hex() == data


@pytest.mark.parametrize(("oid", "data", "sqlstate"), [
    (TSVECTOR, "", "08P01"), (TSVECTOR, "ffffffff", "XX000"), (TSVECTOR, "000000016100", "08P01"),
    (TSVECTOR, "0000000161", "08P01"),
    (TSVECTOR, "00000001610000020002", "08P01"), (TSVECTOR, "000000016100000200020001", "XX000"),
    (TSVECTOR, "00000001610002ff", "XX000"), (TSVECTOR, "0000000000", "22P03"), (TSVECTOR, "00000001ff000000", "22021"),
    (TSQUERY, "", "08P01"), (TSQUERY, "ffffffff", "XX000"), (TSQUERY, "0000000103", "XX000"), (TSQUERY, "000000010201", "XX000"),
    (TSQUERY, "000000020209", "XX000"), (TSQUERY, "000000020202010000610000", "XX000"), (TSQUERY, "0000000101100061", "08P01"),
    (TSQUERY, "000000010110006100", "XX000"), (TSQUERY, "000000020100006100010000620000", "XX000"),
    (TSQUERY, "00000001010000610000", "22P03"),
    (TSQUERY, "0000000201000061000100006200", "XX000"), (TSQUERY, "0000000202020100006100", "XX000"),
])
def test_malformed_binary_value_is_refused(oid: int, data: str, sqlstate: str) -> None:
    with pytest.raises(SqlError) as raised:
        codec(oid).receive(bytes.fromhex(data), -1, ENV)
    assert raised.value.sqlstate == sqlstate


def test_query_of_thousands_of_words_is_read_and_printed() -> None:
    text = " & ".join(["'a'"] * 5000)
    kind = codec(TSQUERY)
    stored = kind.parse(text, -1, ENV)
    assert kind.text_encoder(-1, ENV)(stored) == text.encode()
    assert kind.compare is not None and kind.compare(str(stored), str(kind.parse(text + " & b", -1, ENV))) < 0
