"""Record what PostgreSQL's output plugins say of some statements: tests/replication/streams/*.json.

    python -m tools.record_streams postgresql://postgres@127.0.0.1:5518/postgres

The server needs wal_level = logical. Each script in tests/replication/streams (*.sql) is run in a database of its own: what is
before the line `-- start` makes the tables and the publication, what is after it is streamed. Recorded are the facts of the
tables (types by OID and modifier, columns by table), and for each of STREAMS its rows: (position, xid, payload), the payload of
pgoutput in hexadecimal digits. Statements are separated by a semicolon at the end of a line.
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "replication" / "streams"
DATABASE = "codecs_streams"
SLOTS = {"pgoutput": "codecs_streams_pgoutput", "test_decoding": "codecs_streams_test_decoding"}
PUBLICATION = "codecs_publication"
BLOCKS = {"debug_logical_replication_streaming": "immediate"}


def pgoutput(version: int, settings: dict[str, str] | None = None, **options: str) -> dict[str, Any]:
    """One stream of pgoutput."""
    given = {"proto_version": str(version), "publication_names": PUBLICATION, **options}
    return {"plugin": "pgoutput", "options": given, "settings": settings or {}}


def text(settings: dict[str, str] | None = None, **options: str) -> dict[str, Any]:
    """One stream of test_decoding."""
    given = {name.replace("_", "-"): value for name, value in options.items()}
    return {"plugin": "test_decoding", "options": given, "settings": settings or {}}


STREAMS = [
    pgoutput(1, messages="on"), pgoutput(1), pgoutput(1, origin="none", messages="on"), pgoutput(1, binary="on"),
    pgoutput(2, messages="on"), pgoutput(3, messages="on"), pgoutput(4, messages="on"),
    pgoutput(2, BLOCKS, streaming="on", messages="on"), pgoutput(4, BLOCKS, streaming="parallel", binary="on"),
    text(), text(include_xids="0", include_timestamp="1"), text(skip_empty_xacts="1"), text(only_local="1"),
    text(BLOCKS, stream_changes="1"), text(BLOCKS, stream_changes="1", include_xids="0", skip_empty_xacts="1"),
    text(include_rewrites="1", skip_empty_xacts="1"),
]

TYPES = """
select distinct a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), n.nspname, t.typname, t.typbasetype, t.typtypmod
from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_namespace n on n.oid = t.typnamespace
where a.attrelid >= 16384 and a.attnum > 0 and not a.attisdropped order by 1, 2
"""
BASES = """
select t.oid, n.nspname, t.typname, format_type(t.oid, %s) from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.oid = %s
"""


def statements(script: str) -> tuple[list[str], list[str]]:
    """(before the start, after it)."""
    before, _, after = script.partition("-- start\n")
    return [[part.strip() for part in half.split(";\n") if part.strip()] for half in (before, after)]  # type: ignore[return-value]


def types(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """"oid:modifier" -> (printed, schema, name, what a domain is made of)."""
    found = {}
    for oid, typmod, printed, schema, name, base, base_typmod in connection.execute(TYPES).fetchall():
        made_of = connection.execute(BASES, (base_typmod, base)).fetchone() if base else None
        found[f"{oid}:{typmod}"] = [printed, schema, name, made_of]
    return found


def record(server: str, path: Path) -> dict[str, Any]:
    """Run one script and read all streams."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"drop database if exists {DATABASE}")
        admin.execute(f"create database {DATABASE}")
        try:
            return record_in(make_conninfo(server, dbname=DATABASE), path)
        finally:
            admin.execute(f"drop database {DATABASE}")


def record_in(server: str, path: Path) -> dict[str, Any]:
    """The same in a database that is there."""
    before, after = statements(path.read_text(encoding="utf-8"))
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in before:
            connection.execute(statement)
        for plugin, slot in SLOTS.items():
            connection.execute("select pg_create_logical_replication_slot(%s, %s)", (slot, plugin))
        try:
            with psycopg.connect(server, autocommit=True) as writer:
                for statement in after:
                    writer.execute(statement)
            return {"types": types(connection), "streams": [read(server, stream) for stream in STREAMS]}
        finally:
            for slot in SLOTS.values():
                connection.execute("select pg_drop_replication_slot(%s)", (slot,))


def read(server: str, stream: dict[str, Any]) -> dict[str, Any]:
    """One stream with its rows."""
    binary = stream["plugin"] == "pgoutput"
    function = "pg_logical_slot_peek_binary_changes" if binary else "pg_logical_slot_peek_changes"
    options = [word for pair in stream["options"].items() for word in pair]
    with psycopg.connect(server, autocommit=True) as connection:
        for name, value in {"timezone": "UTC", **stream["settings"]}.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        rows = connection.execute(
            f"select lsn::text, xid::text, data from {function}(%s, null, null, variadic %s)", (SLOTS[stream["plugin"]], options)
        ).fetchall()
    return stream | {"rows": [[lsn, int(xid), bytes(data).hex() if binary else data] for lsn, xid, data in rows]}


def main() -> None:
    """Record all scripts, or those that are named."""
    server, *names = sys.argv[1:]
    for path in sorted(FOLDER.glob("*.sql")):
        if not names or path.stem in names:
            recorded = record(server, path)
            lines = ",\n".join(json.dumps(stream, ensure_ascii=False) for stream in recorded["streams"])
            text_of_types = json.dumps(recorded["types"], ensure_ascii=False)
            path.with_suffix(".json").write_text(f'{{"types": {text_of_types},\n"streams": [\n{lines}\n]}}\n', encoding="utf-8")
            print(path.stem, [len(stream["rows"]) for stream in recorded["streams"]])


if __name__ == "__main__":
    main()
