"""Ask a running PostgreSQL how it prints the expressions and views of this folder, and write recorded.json.

    python -m tests.executor.deparse.record "host=127.0.0.1 port=5432 user=postgres dbname=scratch"

The database should be empty; nothing stays in it.
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    """The lines of a file that are not comments."""
    return [line for line in (HERE / name).read_text().splitlines() if line and not line.startswith("--")]


def definition(connection: psycopg.Connection, sql: str) -> list[str] | None:
    """[plain, pretty] text of a view with this query; None if PostgreSQL refuses it."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"CREATE VIEW recorded AS {sql}")  # type: ignore[call-overload]
            row = connection.execute(
                "SELECT pg_get_viewdef('recorded'::regclass), pg_get_viewdef('recorded'::regclass, true)").fetchone()
            assert row is not None
            return list(row)
    except psycopg.Error as error:
        print(f"{sql}\n    {error}", file=sys.stderr)
        return None


def tables(connection: psycopg.Connection) -> list[list[Any]]:
    """[schema, name, kind, [[column, type OID, typmod] ...], query of a view] of every relation and sequence."""
    return [list(row) for row in connection.execute(
        "SELECT n.nspname, c.relname, c.relkind::text,"
        " (SELECT coalesce(json_agg(json_build_array(attname, atttypid::int, atttypmod) ORDER BY attnum), '[]')"
        "  FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0),"
        " CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) ELSE '' END"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname IN ('public', 'other') AND c.relkind IN ('r', 'v', 'S') ORDER BY c.oid")]


def main(conninfo: str) -> None:
    """Record everything."""
    with psycopg.connect(conninfo, autocommit=True) as connection, connection.transaction(force_rollback=True):
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute((HERE / "schema.sql").read_text())  # type: ignore[call-overload]
        relations = tables(connection)
        found = {
            "expressions": {e: definition(connection, f"SELECT {e} AS x FROM q") for e in lines("expressions.sql")},
            "views": {v: definition(connection, v) for v in lines("views.sql")},
        }
    for texts in found.values():
        for sql in [sql for sql, text in texts.items() if text is None]:
            del texts[sql]
    everything = {"relations": relations, **found}
    (HERE / "recorded.json").write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
