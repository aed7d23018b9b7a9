from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from replication.decoded import Column
from replication.printing import format_time, internal_type, plain_type, quote_identifier


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("a_1$", "a_1$"), ("A", '"A"'), ("1a", '"1a"'), ("select", '"select"'), ("name", "name"), ("int", '"int"'), ("é", '"é"'),
     ('a"b', '"a""b"'), ("", '""'), ("a\n", '"a\n"')],
)
def test_identifiers_are_quoted_as_quote_ident_does(name: str, quoted: str) -> None:
    assert quote_identifier(name) == quoted


@pytest.mark.parametrize(
    ("oid", "printed", "plain", "internal"),
    [(1043, "character varying(10)", "character varying", "varchar"), (1042, "character(2)", "character", "bpchar"),
     (1185, "timestamp(3) with time zone[]", "timestamp with time zone[]", "_timestamptz"),
     (1700, "numeric(5,2)", "numeric", "numeric"),
     (1186, "interval day to second(3)", "interval", "interval"), (18, '"char"', '"char"', "char"),
     (23, "integer", "integer", "int4"),
     (1007, "integer[]", "integer[]", "_int4"), (2950, "uuid", "uuid", "uuid")],
)
def test_types_are_named_without_modifier(oid: int, printed: str, plain: str, internal: str) -> None:
    column = Column("c", oid, 5, printed, False)
    assert (plain_type(column), internal_type(column)) == (plain, internal)


@pytest.mark.parametrize(
    ("microseconds", "zone", "printed"),
    [(0, UTC, "1970-01-01 00:00:00+00"), (1_700_000_000_120_000, UTC, "2023-11-14 22:13:20.12+00"),
     (1_700_000_000_000_001, ZoneInfo("America/St_Johns"), "2023-11-14 18:43:20.000001-03:30"),
     (0, timezone(-timedelta(hours=1, minutes=2, seconds=3)), "1969-12-31 22:57:57-01:02:03")],
)
def test_times_are_printed_as_timestamptz(microseconds: int, zone: timezone, printed: str) -> None:
    assert format_time(microseconds, zone) == printed
