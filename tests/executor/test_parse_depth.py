"""Texts that would overflow the parser's stack are 54001; what only looks deep is not."""

from collections.abc import Callable

import pytest

from executor.errors import SqlError
from executor.parse import LONG_TEXT_BYTES, parse
from executor.sqlstates import StatementTooComplex

DEEP: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: "select " + "(" * n + "1" + ")" * n,
    "plus": lambda n: "select 1" + "+1" * n,
    "concat": lambda n: "select 'a'" + "||'a'" * n,
    "not": lambda n: "select " + "not " * n + "true",
    "cast": lambda n: "select 1" + "::int" * n,
    "is null": lambda n: "select 1" + " is null" * n,
    "isnull": lambda n: "select 1" + " isnull" * n,
    "collate": lambda n: "select 'a'" + ' collate "C"' * n,
    "at time zone": lambda n: "select now()" + " at time zone 'UTC'" * n,
    "subscript": lambda n: "select a" + "[1]" * n,
    "between": lambda n: "select 1" + " between 0 and 1 is null" * n,
    "case": lambda n: "select " + "case when true and true then " * n + "1" + " end" * n,
    "subquery": lambda n: "select " + "(select " * n + "1" + ")" * n,
    "array": lambda n: "select " + "array[" * n + "1" + "]" * n,
    "union": lambda n: "select 1" + " union select 1" * n,
    "union of rows": lambda n: "select 1,1" + " union all select 1,1" * n,
    "except": lambda n: "select 1" + " except select 1" * n,
    "join": lambda n: "select 1 from a" + " cross join a" * n,
    "join with conditions": lambda n: "select 1 from a" + " join a on true and true" * n,
    "chains in brackets": lambda n: "select " + ("(1" + "+1" * 300 + "+") * (n // 300) + "1" + ")" * (n // 300),
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_text_is_54001(name: str) -> None:
    with pytest.raises(StatementTooComplex):
        parse(DEEP[name](100_000))


@pytest.mark.parametrize("name", DEEP)
def test_deepest_short_text_is_an_error_or_parsed(name: str) -> None:
    make = DEEP[name]
    n = LONG_TEXT_BYTES
    while len(make(n)) > LONG_TEXT_BYTES:
        n = n * 9 // 10
    try:
        parse(make(n))
    except SqlError as error:
        assert error.sqlstate in ("54001", "42601")  # noqa: PT017  (either is right)


FLAT: dict[str, Callable[[int], str]] = {
    "values": lambda n: "values (1)" + ",(1)" * n,
    "in": lambda n: "select 1 in (1" + ",1" * n + ")",
    "and": lambda n: "select 1 where true" + " and a = 1" * n,
    "or": lambda n: "select 1 where a between 1 and 2" + " or a between 1 and 2" * n,
    "case": lambda n: "select case" + " when a = 1 and b then c + 1" * n + " end",
    "chains beside calls": lambda n: "select " + ("f(1" + "+1" * 300 + ",1+") * (n // 300) + "1" + ")" * (n // 300),
    "statements": lambda n: "select 1 + 1;" * n,
}


@pytest.mark.parametrize("name", FLAT)
def test_long_list_is_parsed(name: str) -> None:
    assert parse(FLAT[name](20_000))


def test_nested_comments_without_end_are_54001() -> None:
    with pytest.raises(StatementTooComplex):
        parse("select 1 " + "/*" * 100_000 + "*/" * 100_000)


def test_many_plain_comments_are_accepted() -> None:
    assert parse("select 1 " + "/* a */ " * 20_000)
