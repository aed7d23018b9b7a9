import ipaddress
from typing import Any

import pytest

from executor.roles.login import Login
from pgwire.access import addresses
from pgwire.access.interfaces import networks_of_this_machine
from pgwire.access.policy import Policy, _rule
from pgwire.access.rules import Arrival
from pgwire.access.tokens import Field, Line, Token, _Reader

MEMBER = Login(name="me", member_of=frozenset({"me", "staff"}))


def fields(text: str) -> tuple[Field, ...]:
    from pathlib import Path

    reader, found = _Reader(text), []
    while (field := reader.field(Path(), 0)) is not None:
        found.append(field)
    return tuple(found)


def rules(*lines: str) -> Policy:
    return Policy(tuple(_rule(Line("f", number, fields(line))) for number, line in enumerate(lines, 1)))


def arrival(**changes: Any) -> Arrival:
    address = changes.pop("address", "10.1.2.3")
    values = {"encrypted": False, "user": "me", "database": "app", "login": MEMBER} | changes
    return Arrival(None if address is None else ipaddress.ip_address(address), **values)


def applies(line: str, **changes: Any) -> bool:
    policy = rules(line)
    assert policy.problems == []
    return policy.rule_for(arrival(**changes)) is not None


@pytest.mark.parametrize(("line", "changes", "expected"), [
    ("local all all trust", {"address": None}, True),
    ("local all all trust", {}, False),
    ("host all all all trust", {"address": None}, False),
    ("host all all all trust", {"encrypted": True}, True),
    ("hostssl all all all trust", {}, False),
    ("hostssl all all all trust", {"encrypted": True}, True),
    ("hostnossl all all all trust", {"encrypted": True}, False),
    ("hostnogssenc all all all trust", {}, True),
    ("host all all 10.0.0.0/8 trust", {}, True),
    ("host all all 10.1.2.3 255.255.255.255 trust", {}, True),
    ("host all all 10.9.9.3 255.0.0.255 trust", {}, True),
    ("host all all 10.1.2.4/32 trust", {}, False),
    ("host all all 10.255.255.255/8 trust", {}, True),
    ("host all all 0.0.0.0/0 trust", {"address": "::1"}, False),
    ("host all all ::/0 trust", {"address": "2001:db8::1"}, True),
    ("host all all ::/0 trust", {}, False),
    ("host app all all trust", {}, True),
    ("host other,app all all trust", {}, True),
    ("host other all all trust", {}, False),
    ('host "all" all all trust', {}, False),
    ('host "all" all all trust', {"database": "all"}, True),
    ("host sameuser all all trust", {}, False),
    ("host sameuser all all trust", {"database": "me"}, True),
    ("host samerole all all trust", {"database": "staff"}, True),
    ("host samerole all all trust", {}, False),
    ("host /^a.p$ all all trust", {}, True),
    ("host /^b all all trust", {}, False),
    ("host all +staff all trust", {}, True),
    ("host all +other all trust", {}, False),
    ('host all "+staff" all trust', {}, False),
    ("host all +staff all trust", {"login": None}, False),
    ("host all /^m all trust", {}, True),
    ("host all you,me all trust", {}, True),
    ("host all all all trust", {"replication": True}, False),
    ("host replication all all trust", {"replication": True}, True),
    ("host replication all all trust", {"database": "replication"}, False),
    ('host "replication" all all trust', {"database": "replication"}, True),
])
def test_rule_is_about_what_it_says(line: str, changes: dict[str, Any], expected: bool) -> None:
    assert applies(line, **changes) == expected


def test_first_rule_that_fits_decides() -> None:
    policy = rules("host all you all trust", "host all me 10.0.0.0/8 reject", "host all all all scram-sha-256")
    found = [policy.rule_for(arrival(**changes)) for changes in ({}, {"user": "him"}, {"address": None})]
    assert [rule and rule.method for rule in found] == ["reject", "scram-sha-256", None]


def test_own_addresses_are_samehost_and_their_networks_samenet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "networks_of_this_machine", lambda: [ipaddress.IPv4Interface("10.1.2.9/16")])
    lines = ("host all all samehost trust", "host all all samenet trust")
    assert [applies(line) for line in lines] == [False, True]
    assert [applies(line, address="10.1.2.9") for line in lines] == [True, True]
    assert [applies(line, address="10.2.0.1") for line in lines] == [False, False]


def test_loopback_is_an_address_of_this_machine() -> None:
    import sys

    expected = [True] if sys.platform.startswith("linux") else []
    assert [interface.ip.is_loopback for interface in networks_of_this_machine() if str(interface.ip) == "127.0.0.1"] == expected


@pytest.mark.parametrize("name", ["db.example.com", ".example.com", '"all"'])
def test_host_names_are_refused_by_name(name: str) -> None:
    problems = rules(f"host all all {name} trust").problems
    assert ["host names are not supported by pgquill" in problem for problem in problems] == [True]


@pytest.mark.parametrize("method", ["gss", "sspi", "ident", "pam", "bsd", "ldap", "radius", "oauth"])
def test_methods_of_postgresql_that_are_not_there_are_refused_by_name(method: str) -> None:
    assert rules(f"host all all all {method}").problems == [
        f'f, line 1: invalid authentication method "{method}": not supported by this build']


@pytest.mark.parametrize(("text", "expected"), [
    ("a b", [["a"], ["b"]]), ("a, b c", [["a", "b"], ["c"]]), ('"a b",c', [["a b", "c"]]), ('a"b"c', [["abc"]]),
    ('"a""b"', [['a"b']]), ("a#b", [["a"]]), ('"#"', [["#"]]), ('""', [[""]]), (",,a", [["a"]]), ('"open', [["open"]]),
])
def test_line_is_cut_into_fields(text: str, expected: list[list[str]]) -> None:
    assert [[token.text for token in field] for field in fields(text)] == expected


def test_quoted_word_is_no_keyword() -> None:
    assert [Token("all").is_keyword("all"), Token("all", quoted=True).is_keyword("all")] == [True, False]
