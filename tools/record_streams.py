"""Record what PostgreSQL's output plugins say of some statements: tests/replication/streams/*.json.

    python -m tools.record_streams postgresql://postgres@127.0.0.1:5518/postgres
    python -m tools.record_streams postgresql://postgres@127.0.0.1:5615/postgres wal2json

The second form, for a server that has it installed, records the plugin wal2json instead: tests/replication/wal2json_streams.

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
WAL2JSON_FOLDER = FOLDER.with_name("wal2json_streams")
DATABASE = "codecs_streams"
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

def json_text(**options: str) -> dict[str, Any]:
    """One stream of wal2json."""
    return text(None, **options) | {"plugin": "wal2json"}


COLUMNS = dict.fromkeys(
    ("include_types", "include_type_oids", "include_column_positions", "include_not_null", "include_pk"), "1"
)
HEADS = {"include_xids": "1", "include_timestamp": "1", "include_origin": "1", "include_lsn": "1"}
V2 = {"format_version": "2"}
WAL2JSON_STREAMS = [
    pgoutput(1, messages="on"),
    json_text(), json_text(pretty_print="1"), json_text(write_in_chunks="1"), json_text(write_in_chunks="1", pretty_print="1"),
    json_text(pretty_print="1", **COLUMNS, **HEADS), json_text(**COLUMNS, include_default="1"), json_text(include_typmod="0"),
    json_text(include_types="0", include_not_null="1", include_schemas="0"),
    json_text(include_domain_data_type="1", include_type_oids="1"), json_text(include_domain_data_type="1", include_typmod="0"),
    json_text(include_types="0", include_pk="1", pretty_print="1"),
    json_text(**V2), json_text(**V2, **COLUMNS), json_text(**V2, include_xids="1", include_timestamp="1", include_origin="1"),
    json_text(**V2, include_default="1", include_schemas="0"), json_text(**V2, include_types="0", include_typmod="0"),
    json_text(**V2, include_transaction="0"), json_text(**V2, include_domain_data_type="1"),
    json_text(actions="insert,delete"), json_text(**V2, actions="update, truncate"), json_text(**V2, filter_origins="1"),
    json_text(filter_tables="*.whole,Odd\\ Schema.*"), json_text(**V2, add_tables="public.plain, *.whole"),
    json_text(**V2, add_tables=""), json_text(filter_tables="public.*", add_tables="*.plain"),
    json_text(add_msg_prefixes="in,other"), json_text(**V2, filter_msg_prefixes="in,other"),
    json_text(**V2, filter_msg_prefixes="in", add_msg_prefixes="in,out"),
]

TYPES = """
select distinct a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), n.nspname, t.typname, t.typbasetype, t.typtypmod
from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_namespace n on n.oid = t.typnamespace
where a.attrelid >= 16384 and a.attnum > 0 and not a.attisdropped order by 1, 2
"""
COLUMN_FACTS = """
select n.nspname, c.relname, a.attname, a.attnum, a.attnotnull, coalesce(a.attnum = any (i.indkey), false),
       pg_get_expr(d.adbin, d.adrelid)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_index i on i.indrelid = c.oid and i.indisprimary left join pg_attrdef d on (d.adrelid, d.adnum) = (c.oid, a.attnum)
where c.oid >= 16384 and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped order by 1, 2, 4
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


def record(server: str, path: Path, streams: list[dict[str, Any]]) -> dict[str, Any]:
    """Run one script and read all streams."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"drop database if exists {DATABASE}")
        admin.execute(f"create database {DATABASE}")
        try:
            return record_in(make_conninfo(server, dbname=DATABASE), path, streams)
        finally:
            admin.execute(f"drop database {DATABASE}")


def record_in(server: str, path: Path, streams: list[dict[str, Any]]) -> dict[str, Any]:
    """The same in a database that is there."""
    before, after = statements(path.read_text(encoding="utf-8"))
    plugins = {stream["plugin"] for stream in streams}
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in before:
            connection.execute(statement)
        for plugin in plugins:
            connection.execute("select pg_create_logical_replication_slot(%s, %s)", (slot_of(plugin), plugin))
        try:
            with psycopg.connect(server, autocommit=True) as writer:
                for statement in after:
                    writer.execute(statement)
            columns = connection.execute(COLUMN_FACTS).fetchall()
            return {"types": types(connection), "columns": columns, "streams": [read(server, stream) for stream in streams]}
        finally:
            for plugin in plugins:
                connection.execute("select pg_drop_replication_slot(%s)", (slot_of(plugin),))


def slot_of(plugin: str) -> str:
    """The slot a plugin is read by."""
    return f"codecs_streams_{plugin}"


def read(server: str, stream: dict[str, Any]) -> dict[str, Any]:
    """One stream with its rows."""
    binary = stream["plugin"] == "pgoutput"
    function = "pg_logical_slot_peek_binary_changes" if binary else "pg_logical_slot_peek_changes"
    options = [word for pair in stream["options"].items() for word in pair]
    with psycopg.connect(server, autocommit=True) as connection:
        for name, value in {"timezone": "UTC", **stream["settings"]}.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        query = f"select lsn::text, xid::text, data from {function}(%s, null, null, variadic %s)"
        rows = connection.execute(query, (slot_of(stream["plugin"]), options)).fetchall()
    return stream | {"rows": [[lsn, int(xid), bytes(data).hex() if binary else data] for lsn, xid, data in rows]}


def main() -> None:
    """Record all scripts."""
    server, *what = sys.argv[1:]
    streams, folder = (WAL2JSON_STREAMS, WAL2JSON_FOLDER) if what else (STREAMS, FOLDER)
    for path in sorted(FOLDER.glob("*.sql")):
        recorded = record(server, path, streams)
        lines = ",\n".join(json.dumps(stream, ensure_ascii=False) for stream in recorded["streams"])
        facts = "".join(f'"{name}": {json.dumps(recorded[name], ensure_ascii=False)},\n' for name in ("types", "columns"))
        (folder / f"{path.stem}.json").write_text(f'{{{facts}"streams": [\n{lines}\n]}}\n', encoding="utf-8")
        print(path.stem, [len(stream["rows"]) for stream in recorded["streams"]])


if __name__ == "__main__":
    main()
