"""Records what PostgreSQL 18 says about datetime_inputs.txt into datetime_goldens.json. Run by hand:

    python tests/executor/types/record_datetime.py "host=127.0.0.1 port=5518 user=postgres dbname=..."

Each entry: {"now": when it was recorded (a time without a zone takes that day's offset),
"settings": [DateStyle, DateOrder, TimeZone, IntervalStyle], "values": rows}, a row being [type OID, typmod, input text,
text output, binary output as hex] or [type OID, typmod, input text, SQLSTATE, message, hint].
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

HERE = Path(__file__).parent
INPUTS = HERE / "datetime_inputs.txt"
OUTPUT = HERE / "datetime_goldens.json"
NAMES = {
    "date": "date",
    "time": "time",
    "timetz": "time with time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "interval": "interval",
}
OIDS = {"date": 1082, "time": 1083, "timetz": 1266, "timestamp": 1114, "timestamptz": 1184, "interval": 1186}
SETTINGS = [
    ("ISO", "MDY", "UTC", "postgres"),
    ("ISO", "DMY", "America/Los_Angeles", "sql_standard"),
    ("Postgres", "YMD", "Europe/Berlin", "postgres_verbose"),
    ("Postgres", "DMY", "Asia/Kolkata", "iso_8601"),
    ("SQL", "DMY", "UTC", "sql_standard"),
    ("German", "DMY", "<+03>-03", "postgres_verbose"),
]
TYPMODS = {
    "time": [0],
    "timetz": [3],
    "timestamp": [0, 3],
    "timestamptz": [1],
    "interval": [327679, 458751, 589823, 67698687, 201916415, 402653184, 470286337, 2147418115],
}
SUFFIXES = {
    327679: "year",
    458751: "year to month",
    589823: "day",
    67698687: "day to hour",
    201916415: "day to minute",
    402653184: "minute to second(0)",
    470286337: "day to second(1)",
    2147418115: "(3)",
}


def inputs() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in INPUTS.read_text().splitlines():
        if line.startswith("[") and line.endswith("]"):
            names = line[1:-1].split()
        elif not line.startswith("#"):
            for name in names:
                found.setdefault(name, []).append(line)
    return found


def sql_type(name: str, typmod: int) -> str:
    if name == "interval":
        return f"interval {SUFFIXES[typmod]}" if typmod in SUFFIXES else "interval"
    base, _, rest = NAMES[name].partition(" ")
    return f"{base}({typmod}) {rest}" if typmod >= 0 else NAMES[name]


def main(dsn: str) -> None:
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("SET TimeZone = 'UTC'")
    now = connection.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')").fetchone()
    goldens = []
    for number, (style, order, zone, interval_style) in enumerate(SETTINGS):
        connection.execute(f"SET DateStyle = '{style}, {order}'")
        connection.execute(f"SET TimeZone = '{zone}'")
        connection.execute(f"SET IntervalStyle = '{interval_style}'")
        rows = []
        for name, texts in inputs().items():
            for typmod in [-1, *(TYPMODS.get(name, []) if number < 2 else [])]:
                rows += [record(connection, name, typmod, text) for text in texts]
        goldens.append({"now": now, "settings": [style, order, zone, interval_style], "values": rows})
    OUTPUT.write_text("[\n" + ",\n".join(entry(golden) for golden in goldens) + "\n]\n")


def entry(golden: dict[str, Any]) -> str:
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in golden["values"])
    head = json.dumps({"now": golden["now"][0], "settings": golden["settings"]})
    return f'{head[:-1]}, "values": [\n{rows}\n]}}'


def record(connection: psycopg.Connection, name: str, typmod: int, text: str) -> list[Any]:
    send = f"{name}_send"
    try:
        # A literal, not a parameter: only then does the input function see the type modifier.
        value = sql.SQL("SELECT v::text, encode({}(v), 'hex') FROM (SELECT CAST({} AS {}) AS v) t").format(
            sql.SQL(send), sql.Literal(text), sql.SQL(sql_type(name, typmod))
        )
        found = connection.execute(value).fetchone()
    except psycopg.Error as error:
        return [OIDS[name], typmod, text, error.diag.sqlstate, error.diag.message_primary, error.diag.message_hint]
    assert found is not None
    return [OIDS[name], typmod, text, *found]


if __name__ == "__main__":
    main(sys.argv[1])
