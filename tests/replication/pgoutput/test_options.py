"""Options of pgoutput. SQLSTATEs and messages as PostgreSQL 18.6 gave them."""

import pytest

from replication.output import PluginError
from replication.pgoutput.options import Streaming, parse_options, split_identifiers

BASE = {"proto_version": "1", "publication_names": "p"}


def test_least_options_leave_the_rest_off() -> None:
    options = parse_options(BASE)
    assert (options.version, options.publications) == (1, ("p",))
    assert (options.binary, options.messages, options.streaming, options.no_origin) == (False, False, Streaming.OFF, False)


def test_all_options_are_taken() -> None:
    options = parse_options({
        "proto_version": "4", "publication_names": 'A,"B""c" , d', "binary": "TRUE", "messages": "on", "streaming": "Parallel",
        "two_phase": "off", "origin": "NONE",
    })
    assert options.publications == ("a", 'B"c', "d")
    assert (options.binary, options.messages, options.streaming, options.no_origin) == (True, True, Streaming.PARALLEL, True)


def test_options_without_a_value_are_on() -> None:
    options = parse_options(BASE | {"proto_version": "2", "binary": None, "messages": None, "streaming": None})
    assert (options.binary, options.messages, options.streaming) == (True, True, Streaming.ON)


@pytest.mark.parametrize(
    ("options", "sqlstate", "message"),
    [
        ({}, "22023", 'option "proto_version" missing'),
        ({"proto_version": "1"}, "22023", 'option "publication_names" missing'),
        ({"proto_version": "5"}, "22023", 'option "publication_names" missing'),
        ({"publication_names": "x"}, "22023", 'option "proto_version" missing'),
        (BASE | {"proto_version": "0"}, "0A000", "client sent proto_version=0 but server only supports protocol 1 or higher"),
        (BASE | {"proto_version": ""}, "0A000", "client sent proto_version=0 but server only supports protocol 1 or higher"),
        (BASE | {"proto_version": "5"}, "0A000", "client sent proto_version=5 but server only supports protocol 4 or lower"),
        (BASE | {"proto_version": "4294967295"}, "0A000",
         "client sent proto_version=-1 but server only supports protocol 4 or lower"),
        (BASE | {"proto_version": "3000000000"}, "0A000",
         "client sent proto_version=-1294967296 but server only supports protocol 4 or lower"),
        (BASE | {"proto_version": "-1"}, "22023", 'proto_version "-1" out of range'),
        (BASE | {"proto_version": "4294967296"}, "22023", 'proto_version "4294967296" out of range'),
        (BASE | {"proto_version": "abc"}, "22023", "invalid proto_version"),
        (BASE | {"proto_version": "1x"}, "22023", "invalid proto_version"),
        (BASE | {"proto_version": "1 "}, "22023", "invalid proto_version"),
        (BASE | {"publication_names": "a,,b"}, "42602", "invalid publication_names syntax"),
        (BASE | {"publication_names": "a,"}, "42602", "invalid publication_names syntax"),
        (BASE | {"publication_names": '"a'}, "42602", "invalid publication_names syntax"),
        (BASE | {"binary": "1"}, "42601", "binary requires a Boolean value"),
        (BASE | {"messages": "x"}, "42601", "messages requires a Boolean value"),
        (BASE | {"two_phase": "x"}, "42601", "two_phase requires a Boolean value"),
        (BASE | {"streaming": "1"}, "42601", 'streaming requires a Boolean value or "parallel"'),
        (BASE | {"streaming": "on"}, "22023", "requested proto_version=1 does not support streaming, need 2 or higher"),
        (BASE | {"proto_version": "2", "streaming": "parallel"}, "22023",
         "requested proto_version=2 does not support parallel streaming, need 4 or higher"),
        (BASE | {"proto_version": "2", "two_phase": "on"}, "22023",
         "requested proto_version=2 does not support two-phase commit, need 3 or higher"),
        (BASE | {"origin": "x"}, "22023", 'unrecognized origin value: "x"'),
        (BASE | {"foo": "bar"}, "XX000", "unrecognized pgoutput option: foo"),
        ({"foo": "bar"}, "XX000", "unrecognized pgoutput option: foo"),
        ([*BASE.items(), ("binary", "on"), ("binary", "off")], "42601", "conflicting or redundant options"),
        ([*BASE.items(), ("proto_version", "1")], "42601", "conflicting or redundant options"),
    ],
)
def test_wrong_options_are_refused_as_postgresql_does(options: dict[str, str], sqlstate: str, message: str) -> None:
    with pytest.raises(PluginError) as caught:
        parse_options(options)
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)


def test_two_phase_is_not_supported() -> None:
    with pytest.raises(PluginError) as caught:
        parse_options(BASE | {"proto_version": "3", "two_phase": "on"})
    assert caught.value.sqlstate == "0A000"


def test_version_may_have_blanks_before_it() -> None:
    assert parse_options(BASE | {"proto_version": " +1"}).version == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("  ", []), ("a", ["a"]), ('"A b",C', ["A b", "c"]), ('"a,b"', ["a,b"]), ('""', None), (",a", None), ("a b", None),
     ("é" * 40, ["é" * 31])],
)
def test_lists_of_names_are_split_as_in_search_path(text: str, expected: list[str] | None) -> None:
    assert split_identifiers(text) == expected
