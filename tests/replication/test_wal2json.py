"""What the recorded streams do not show of wal2json, by its manual and its messages."""

import json
from typing import Any

import msgspec
import pytest

from replication import decoded
from replication.decoded import Column, Identity, Relation
from replication.plugins import PluginError, open_plugin
from tests.replication.examples import LOCAL, TABLE, transaction

NUMBERS = Relation(1, "public", "n", Identity.DEFAULT, tuple(
    Column(name, oid, -1, printed, name == "a", is_pk=name == "a")
    for name, oid, printed in (("a", 23, "integer"), ("b", 701, "double precision"), ("c", 1700, "numeric"), ("d", 16, "boolean"))
))
ROW = (b"1", b"NaN", b"-1.50", b"f")


def say(one: decoded.Transaction, **options: str | None) -> list[str]:
    given = {name.replace("_", "-"): value for name, value in options.items()}
    return [output.data.decode() for output in open_plugin("wal2json", given).transaction(one)]


def change(**options: str) -> Any:
    return json.loads(say(transaction(decoded.Insert(NUMBERS, ROW)), **options)[0])["change"][0]


def test_numbers_json_does_not_have_are_null_or_strings() -> None:
    assert change()["columnvalues"] == [1, None, -1.5, False]
    assert change(numeric_data_types_as_string="1")["columnvalues"] == ["1", "NaN", "-1.50", False]
    told = say(transaction(decoded.Insert(NUMBERS, ROW)), format_version="2", numeric_data_types_as_string="on")
    assert [column["value"] for column in json.loads(told[1])["columns"]] == ["1", "NaN", "-1.50", False]


def test_positions_are_told_if_asked_for() -> None:
    assert json.loads(say(transaction(), include_lsn="1")[0]) == {"nextlsn": "0/1028", "change": []}
    told = say(transaction(LOCAL), include_lsn="1", format_version="2")
    assert [json.loads(text)["lsn"] for text in told] == ["0/1000"] * 3
    assert [json.loads(text).get("nextlsn") for text in told] == ["0/1028", None, "0/1028"]


def test_format_version_without_a_value_is_the_newest() -> None:
    assert say(transaction(), format_version=None) == ['{"action":"B"}', '{"action":"C"}']


def test_row_without_an_identity_is_left_out() -> None:
    keyless = msgspec.structs.replace(TABLE, identity=Identity.NOTHING)
    one = transaction(decoded.Delete(keyless, None), decoded.Update(keyless, None, (b"1", b"x")))
    assert say(one) == ['{"change":[]}']
    assert say(one, format_version="2", include_transaction="0") == []


def test_patterns_escape_what_has_a_meaning() -> None:
    odd = msgspec.structs.replace(TABLE, schema="a.b", name="c, *")
    one = transaction(decoded.Insert(odd, (b"1", b"x")), LOCAL)
    assert [json.loads(text)["table"] for text in say(one, format_version="2", include_transaction="0",
                                                      add_tables=r"a\.b.c\,\ \*")] == ["c, *"]
    assert [json.loads(text)["table"] for text in say(one, format_version="2", include_transaction="0",
                                                      filter_tables=r"a\.b.*")] == ["t"]


def test_content_of_a_message_ends_at_a_zero_byte() -> None:
    told = say(transaction(decoded.Message("p", b"a\0b", True, 5)), format_version="2", include_transaction="0")
    assert told == ['{"action":"M","transactional":true,"prefix":"p","content":"a"}']


def test_origin_without_a_number_is_refused_rather_than_told_as_local() -> None:
    with pytest.raises(PluginError) as caught:
        say(transaction(LOCAL, origin=decoded.Origin("o", 1)), include_origin="1")
    assert caught.value.sqlstate == "0A000"


@pytest.mark.parametrize(
    ("name", "value", "sqlstate", "message"),
    [
        ("include-unchanged-toast", "1", "42602", 'parameter "include-unchanged-toast" was deprecated'),
        ("format-version", "x", "22023", 'could not parse value "x" for parameter "format-version"'),
        ("format-version", "3", "0A000", "client sent format_version=3 but we only support format 2 or lower"),
        ("format-version", "0", "0A000", "client sent format_version=0 but we only support format 1 or higher"),
        ("actions", "insert,merge", "22023", 'could not parse value "merge" for parameter "actions"'),
        ("actions", "insert,,delete", "42602", 'could not parse value "insert,,delete" for parameter "actions"'),
        ("filter-tables", "noschema", "42602", 'could not parse value "noschema" for parameter "filter-tables"'),
        ("add-tables", "a.b c.d", "42602", 'could not parse value "a.b c.d" for parameter "add-tables"'),
        ("add-msg-prefixes", "a,", "42602", 'could not parse value "a," for parameter "add-msg-prefixes"'),
    ],
)
def test_wrong_option_is_refused_as_wal2json_does(name: str, value: str, sqlstate: str, message: str) -> None:
    with pytest.raises(PluginError) as caught:
        open_plugin("wal2json", {name: value})
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)
