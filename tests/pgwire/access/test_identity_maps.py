import pytest

from executor.roles.login import Login
from pgwire.access.identity_maps import Mapping, may_be, parse_mapping
from pgwire.access.tokens import Line
from tests.pgwire.access.test_rules import fields

LOGIN = Login(name="joe", member_of=frozenset({"joe", "staff"}))


def mappings(*lines: str) -> list[Mapping]:
    return [parse_mapping(Line("f", number, fields(line))) for number, line in enumerate(lines, 1)]


@pytest.mark.parametrize(("line", "system", "expected"), [
    ("m joe@example.com joe", "joe@example.com", True),
    ("m joe@example.com joe", "Joe@example.com", False),
    ("other joe@example.com joe", "joe@example.com", False),
    (r"m /^(.*)@example\.com$ \1", "joe@example.com", True),
    (r"m /^(.*)@example\.com$ \1", "jim@example.com", False),
    (r"m /^(.*)@example\.com$ \1", "joe@example.org", False),
    (r"m /^j(.)e$ j\1e", "joe", True),
    (r"m /^j.e$ \1", "joe", False),
    (r"m /^(x)?.*$ \1", "joe", False),
    ("m x all", "x", True),
    ('m x "all"', "x", False),
    ("m x +staff", "x", True),
    ("m x +others", "x", False),
    ("m x /^jo", "x", True),
    ("m x /^ja", "x", False),
    ("m /x joe", "axb", True),
])
def test_map_lets_in_who_it_names(line: str, system: str, expected: bool) -> None:
    assert may_be(mappings(line), "m", system, "joe", LOGIN) == expected


def test_name_that_was_found_is_no_keyword() -> None:
    found = mappings(r"m /^(.*)@x$ \1")
    assert not may_be(found, "m", "all@x", "joe", LOGIN)
    assert not may_be(found, "m", "+staff@x", "joe", LOGIN)


def test_any_line_of_the_map_will_do() -> None:
    assert may_be(mappings("m a jim", "m a joe"), "m", "a", "joe", LOGIN)


def test_without_a_map_names_must_be_the_same() -> None:
    assert [may_be([], None, name, "joe", LOGIN) for name in ("joe", "Joe", "jim")] == [True, False, False]
