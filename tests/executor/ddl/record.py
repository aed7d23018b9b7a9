"""Records what PostgreSQL answers to the scripts in scripts/: `python -m tests.executor.ddl.record "host=..."`.

For each statement: its tag or its error (SQLSTATE, message, detail, hint) and the notices; then pg_catalog's rows.
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg

SCRIPTS = Path(__file__).parent / "scripts"
DATA_SCRIPTS = Path(__file__).parent / "data_scripts"
STATE = {
    "columns": """
        SELECT n.nspname, c.relname, c.relkind, a.attnum, a.attname, a.atttypid::int, a.atttypmod, a.attnotnull,
               a.attidentity, a.attgenerated
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid >= 16384 AND c.relkind IN ('r', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
          AND n.nspname NOT LIKE 'pg_temp%' ORDER BY 1, 2, 4""",
    "constraints": """
        SELECT n.nspname, c.relname, k.conname, k.contype, k.conkey, k.condeferrable, k.condeferred, k.convalidated,
               k.conenforced, r.relname, k.confkey, k.confupdtype, k.confdeltype
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_class r ON r.oid = k.confrelid WHERE c.oid >= 16384 ORDER BY 1, 2, 3""",
    "indexes": """
        SELECT n.nspname, c.relname, i.relname, x.indisunique, x.indisprimary, x.indnullsnotdistinct, x.indkey::text,
               x.indnkeyatts, m.amname, i.reloptions, x.indpred IS NOT NULL
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = i.relam
        WHERE c.oid >= 16384 AND n.nspname !~ '^pg_toast' ORDER BY 1, 2, 3""",
    "sequences": """
        SELECT n.nspname, c.relname, s.seqtypid::int, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
               s.seqcycle, d.refobjid::regclass::text, d.refobjsubid
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
          AND d.refobjsubid > 0 ORDER BY 1, 2""",
    "schemas": """
        SELECT nspname FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_' OR nspname = 'public' ORDER BY 1""",
    "comments": """
        SELECT d.classoid::regclass::text, d.objsubid, d.description FROM pg_description d
        WHERE d.objoid >= 16384 OR d.objoid = 2200 AND d.description = 'schema' ORDER BY 1, 2, 3""",
}


def statements(path: Path) -> list[str]:
    """One a line."""
    return [line.rstrip(";") for line in path.read_text().splitlines() if line]


def record(connection: psycopg.Connection[Any], path: Path) -> dict[str, Any]:
    """Run a script and take down every answer."""
    notices: list[list[str]] = []
    connection.add_notice_handler(
        lambda d: notices.append([d.sqlstate or "", d.message_primary or "", d.message_detail or ""]))
    answers = []
    for text in statements(path):
        notices.clear()
        try:
            cursor = connection.execute(text)
            answer: Any = [list(map(str, row)) for row in cursor] if cursor.description else cursor.statusmessage
        except psycopg.Error as error:
            diag = error.diag
            answer = [diag.sqlstate, diag.message_primary, diag.message_detail, diag.message_hint]
        answers.append({"sql": text, "answer": answer, "notices": list(notices)})
    return {"answers": answers, "state": {name: connection.execute(sql).fetchall() for name, sql in STATE.items()}}


def main(conninfo: str) -> None:
    """Record every script in a database of its own."""
    with psycopg.connect(conninfo, autocommit=True, dbname="postgres") as admin:
        for path in sorted([*SCRIPTS.glob("*.sql"), *DATA_SCRIPTS.glob("*.sql")]):
            admin.execute("DROP DATABASE IF EXISTS ddl_record")
            admin.execute("CREATE DATABASE ddl_record TEMPLATE template0")
            with psycopg.connect(conninfo, autocommit=True, dbname="ddl_record") as connection:
                found = record(connection, path)
            path.with_suffix(".json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        admin.execute("DROP DATABASE ddl_record")


if __name__ == "__main__":
    main(sys.argv[1])
