"""The calls of date/time functions whose results are recorded from PostgreSQL 18, as (settings, signature, arguments).

Arguments are texts of the parameter types; None is NULL. Each function meets a fixed sample of the product of its
parameters' values.
"""

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

from executor.facts import table

SETTINGS = ("UTC", "America/New_York")

POOLS: dict[str, list[str]] = {
    "date": [
        "2020-01-31",
        "2020-02-29",
        "1999-12-31",
        "0001-01-01",
        "0044-03-15 BC",
        "4714-11-24 BC",
        "5874897-12-31",
        "infinity",
        "-infinity",
        "12345-06-07",
        "2000-01-01",
        "2024-11-03",
        "294277-01-01",
    ],
    "time": ["00:00:00", "04:05:06.789", "23:59:59.999999", "24:00:00", "12:00:00"],
    "timetz": [
        "00:00:00+00",
        "04:05:06.789-07",
        "23:59:59.999999+05:30",
        "24:00:00-12",
        "06:35:06.789-04:30",
        "01:00:00+00:19:32",
    ],
    "timestamp": [
        "2020-01-31 00:00:00",
        "2020-02-29 04:05:06.789",
        "1999-12-31 23:59:59.999999",
        "0001-01-01 00:00:00",
        "infinity",
        "0044-03-15 12:00:00 BC",
        "4714-11-24 00:00:00 BC",
        "294276-12-31 23:59:59.999999",
        "-infinity",
        "2024-03-10 02:30:00",
        "2024-11-03 01:30:00",
        "2001-02-16 20:38:40.12",
        "12345-06-07 08:09:10",
        "2000-01-01 00:00:00",
        "2004-12-27 10:00:00",
    ],
    "timestamptz": [
        "2020-01-31 00:00:00+00",
        "2020-02-29 04:05:06.789+00",
        "1999-12-31 23:59:59.999999+00",
        "0001-01-02 00:00:00+00",
        "infinity",
        "-infinity",
        "0044-03-15 12:00:00+00 BC",
        "294276-12-31 23:59:59.999999+00",
        "2024-03-10 06:30:00+00",
        "2024-03-09 07:30:00+00",
        "2024-11-03 05:30:00+00",
        "2024-11-03 06:30:00+00",
        "1850-07-01 00:00:00+00",
        "12345-06-07 08:09:10+00",
        "2004-12-27 10:00:00+00",
    ],
    "interval": [
        "0",
        "1 day",
        "24:00:00",
        "1 mon",
        "30 days",
        "-1 mon +1 day -00:00:01",
        "1 year 2 mons 3 days 04:05:06.789",
        "infinity",
        "-infinity",
        "-1.5 hours",
        "100 years",
        "178956970 years",
        "2147483647 days",
        "2562047788:00:54.775807",
        "15 minutes",
        "1 mon -31 days",
        "-00:00:00.000001",
        "-13 mons",
        "27 hours 1 day -3 mons",
    ],
    "int4": ["0", "1", "-1", "5", "6", "31", "2147483647", "-2147483648"],
    "int8": ["0", "3"],
    "float8": [
        "0",
        "1",
        "-1.5",
        "0.333",
        "1e10",
        "NaN",
        "Infinity",
        "-Infinity",
        "2.5",
        "1e-7",
        "1284352323.123456",
        "-1e12",
        "1e20",
    ],
    "bool": ["t"],
}
UNITS = [
    "microseconds",
    "us",
    "milliseconds",
    "ms",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "decade",
    "century",
    "millennium",
    "julian",
    "isoyear",
    "dow",
    "isodow",
    "doy",
    "epoch",
    "timezone",
    "timezone_hour",
    "timezone_minute",
    "foo",
    "YEARS",
    "now",
    "millisecondsxyz",
    "m",
]
ZONES = ["UTC", "america/denver", "MSK", "EST", "EDT", "<+03>-03", "FOO5BAR", "nowhere", "Asia/Kolkata", "pst"]
ENORMOUS = "2562047788:00:54.775807"
"""PostgreSQL's 64-bit sums of a time of day and this wrap around."""
SAMPLE = 12
WIDE_SAMPLE = 24
FIELD_SAMPLE = 70
CLOCK = {
    "now()",
    "transaction_timestamp()",
    "statement_timestamp()",
    "clock_timestamp()",
    "timeofday()",
    "age(timestamp)",
    "age(timestamptz)",
    "timetz(time)",
    "timezone(text,timetz)",
    "timezone(timetz)",
}
FIRST_TEXT = {"date_part": UNITS, "extract": UNITS, "date_trunc": UNITS, "timezone": ZONES}
MAKE: dict[str, list[list[str]]] = {
    "timestamptz(date)": [[value] for value in POOLS["date"]],
    "interval(interval,int4)": [
        [value, str(typmod)]
        for value in POOLS["interval"]
        for typmod in (-1, 327679, 458751, 589823, 67698687, 201916415, 402653184, 470286337, 2147418114)
    ],
    "make_date(int4,int4,int4)": [
        ["2020", "2", "29"],
        ["2019", "2", "29"],
        ["-44", "3", "15"],
        ["0", "1", "1"],
        ["2020", "13", "1"],
        ["5874898", "6", "3"],
        ["-4714", "11", "24"],
        ["-4714", "11", "23"],
        ["99", "1", "1"],
        ["2020", "0", "1"],
    ],
    "make_time(int4,int4,float8)": [
        ["8", "15", "23.5"],
        ["24", "0", "0"],
        ["24", "0", "0.1"],
        ["-1", "0", "0"],
        ["10", "60", "0"],
        ["10", "55", "100.1"],
        ["10", "5", "60"],
        ["1", "2", "3.1234567"],
        ["1", "2", "NaN"],
        ["1", "2", "59.9999999"],
    ],
    "make_timestamp(int4,int4,int4,int4,int4,float8)": [
        ["2014", "12", "28", "6", "30", "45.887"],
        ["-44", "3", "15", "12", "30", "15"],
        ["0", "7", "15", "12", "30", "15"],
        ["2014", "2", "30", "0", "0", "0"],
        ["2014", "1", "1", "25", "0", "0"],
        ["294277", "1", "1", "0", "0", "0"],
        ["2014", "1", "1", "24", "0", "0"],
        ["2014", "1", "1", "0", "0", "-1"],
    ],
    "make_timestamptz(int4,int4,int4,int4,int4,float8)": [
        ["2014", "12", "10", "0", "0", "0"],
        ["2024", "3", "10", "2", "30", "0"],
        ["2024", "11", "3", "1", "30", "15.5"],
        ["294276", "12", "31", "23", "59", "59"],
    ],
    "make_timestamptz(int4,int4,int4,int4,int4,float8,text)": [
        ["2014", "12", "10", "0", "0", "0", zone]
        for zone in [
            "Europe/Prague",
            "+01:30",
            "-8",
            "+1530",
            "EST",
            "MSK",
            "nowhere",
            "8",
            "+16",
            "+5:60",
            "CEST",
            "FOO5BAR",
            "",
            "+foo",
        ]
    ],
    "make_interval(int4,int4,int4,int4,int4,int4,float8)": [
        ["0"] * 7,
        ["1", "2", "3", "4", "5", "6", "7.89"],
        ["-1", "2", "-3", "4", "-5", "6", "-7.89"],
        ["178956971", "0", "0", "0", "0", "0", "0"],
        ["0", "0", "306783379", "0", "0", "0", "0"],
        ["0", "2147483647", "0", "0", "0", "0", "0"],
        ["0", "0", "0", "2147483647", "0", "0", "0"],
        ["0", "0", "0", "0", "2147483647", "2147483647", "1e12"],
        ["0", "0", "0", "0", "0", "0", "NaN"],
        ["0", "0", "0", "0", "0", "0", "Infinity"],
        ["0", "0", "0", "0", "0", "0", "9223372036855"],
        ["0", "0", "0", "0", "0", "0", "0.0000005"],
    ],
}


def signatures() -> list[tuple[str, list[str]]]:
    """Every function of the family that is covered here, by name and parameter types."""
    names = dict(table("pg_type").select("oid", "typname"))
    family = {"date", "time", "timetz", "timestamp", "timestamptz", "interval"}
    found = []
    for name, arguments, result, kind, returns_set in table("pg_proc").select(
        "proname", "proargtypes", "prorettype", "prokind", "proretset"
    ):
        types = [names[oid] for oid in (json.loads(arguments) if isinstance(arguments, str) else arguments)]
        if not family & {*types, names[result]} or kind != "f" or returns_set:
            continue
        if any(
            word in name
            for word in (
                "hash",
                "recv",
                "send",
                "accum",
                "_avg",
                "_sum",
                "subdiff",
                "range",
                "sleep",
                "pg_",
                "uuid",
                "percentile",
                "to_",
            )
        ):
            continue
        if name.endswith(("_in", "_out")) or not {*types} <= {*POOLS, "text"}:
            continue
        found.append((name, types))
    return sorted(found)


def calls() -> Iterator[tuple[str, str, list[str | None]]]:
    """(time zone, signature, arguments) of functions."""
    for name, types in signatures():
        signature = f"{name}({','.join(types)})"
        if signature in CLOCK:
            continue
        zoned = "timestamptz" in types or "text" in types or name.startswith("make_")
        for call in MAKE.get(signature) or sample(signature, name, types):
            if ENORMOUS in call and name.startswith(("time", "interval_pl_time", "overlaps")):
                continue
            for zone in SETTINGS if zoned else SETTINGS[1:]:
                yield zone, signature, list(call)
    yield from templates()


def sample(signature: str, name: str, types: list[str]) -> list[list[str]]:
    """A fixed choice from the product of the parameters' values."""
    pools = [POOLS.get(kind, ZONES) for kind in types]
    if types and types[0] == "text":
        pools[0] = FIRST_TEXT[name]
    found = [list(call) for call in itertools.product(*pools)]
    limit = FIELD_SAMPLE if pools and pools[0] is UNITS else WIDE_SAMPLE if {"text", "interval"} & {*types} else SAMPLE
    return random.Random(signature).sample(found, limit) if len(found) > limit else found


def templates() -> Iterator[tuple[str, str, list[str | None]]]:
    """to_char, to_date, to_timestamp."""
    text = Path(__file__).with_name("datetime_templates.txt").read_text()
    printing, _, reading = text.partition("[read]\n")
    for template in printing.splitlines()[1:]:
        for kind, values in (
            ("timestamp", POOLS["timestamp"][:8]),
            ("timestamptz", POOLS["timestamptz"][1:12:2]),
            ("interval", [*POOLS["interval"][4:10], "-1 year", "12 years", "1000 years 3 mons"]),
        ):
            for value in values:
                for piece in template.split(" ") if kind == "interval" and value != "-1 year" else [template]:
                    yield SETTINGS[1], f"to_char({kind},text)", [value, piece]
    for line in reading.splitlines():
        source, _, template = line.partition("|")
        for name in ("to_date", "to_timestamp"):
            yield SETTINGS[1], f"{name}(text,text)", [source, template]


def series() -> Iterator[tuple[str, str, list[str | None]]]:
    """generate_series."""
    zone, name = SETTINGS[1], "generate_series"
    for kind in ("timestamp", "timestamptz"):
        signature = f"{name}({kind},{kind},interval)"
        yield zone, signature, ["2024-03-09 07:30:00+00", "2024-03-12 07:30:00+00", "1 day"]
        yield zone, signature, ["2024-11-02 00:00:00+00", "2024-11-05 00:00:00+00", "12:00"]
        yield zone, signature, ["2020-03-31", "2019-10-01", "-1 month"]
        yield zone, signature, ["2020-03-31", "2020-01-01", "1 month"]
        yield zone, signature, ["2020-01-01", "2020-01-01", "1 us"]
        yield zone, signature, ["2020-01-01", "2020-01-02", "0"]
        yield zone, signature, ["2020-01-01", "2020-01-02", "infinity"]
        yield zone, signature, ["2020-01-01", "2020-03-02", "1 mon -30 days"]
    with_zone = f"{name}(timestamptz,timestamptz,interval,text)"
    yield "UTC", with_zone, ["2021-10-31 00:00:00+02", "2021-11-01 05:00:00+01", "1 day", "Europe/Warsaw"]
    yield "UTC", with_zone, ["2021-10-31 00:00:00+02", "2021-11-01 05:00:00+01", "1 day", "nowhere"]


def aggregates() -> Iterator[tuple[str, list[str | None]]]:
    """(signature, values)."""
    for kind in ("date", "time", "timetz", "timestamp", "timestamptz", "interval"):
        for name in ("max", "min"):
            yield f"{name}({kind})", [*POOLS[kind], None]
            yield f"{name}({kind})", [None]
    for name in ("max", "min", "sum", "avg"):
        yield f"{name}(interval)", ["1 mon", "30 days", "720 hours", "1 day", None]
        yield f"{name}(interval)", ["1 day", "1 mon", "3 hours", "-1.5 hours"]
    for name in ("sum", "avg"):
        yield f"{name}(interval)", [None]
        yield f"{name}(interval)", ["1 day", "infinity", "1 mon"]
        yield f"{name}(interval)", ["-infinity", "infinity"]
        yield f"{name}(interval)", ["2147483647 days", "1 day"]
        yield f"{name}(interval)", ["-13 mons", "0", "1 us"]
