"""Records what PostgreSQL 18 does with the cases of this folder: python -m tests.executor.copy.record "CONNINFO".

The database needs no tables of its own; encoding UTF8.
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg

from tests.executor.copy.cases import FROM_CASES, TABLES, TO_CASES, options_statement

FOLDER = Path(__file__).parent


def fields(error: psycopg.Error) -> dict[str, Any]:
    """What is compared of an error."""
    found = error.diag
    return {
        "sqlstate": found.sqlstate, "message": found.message_primary, "detail": found.message_detail,
        "hint": found.message_hint, "where": found.context,
    }  # fmt: skip


def texts(cursor: psycopg.Cursor[Any]) -> list[list[str | None]]:
    """The rows of a result as the server printed them."""
    result = cursor.pgresult
    assert result is not None
    values = [[result.get_value(i, j) for j in range(result.nfields)] for i in range(result.ntuples)]
    return [[None if value is None else value.decode() for value in row] for row in values]


def record_options(connection: psycopg.Connection[Any]) -> list[list[Any]]:
    """(statement, error or None) for each line of option_cases.txt."""
    connection.execute(TABLES["options"].encode())
    found = []
    for case in (FOLDER / "option_cases.txt").read_text(encoding="utf-8").splitlines():
        answer: dict[str, Any] | None = None
        try:
            with connection.cursor() as cursor, cursor.copy(options_statement(case).encode()) as copy:
                if not case.startswith("from"):
                    list(copy)
                elif "binary" in case:
                    copy.write(b"PGCOPY\n\xff\r\n\0" + b"\0" * 8 + b"\xff\xff")
        except psycopg.Error as error:
            answer = fields(error) | {"position": error.diag.statement_position}
        found.append([case, answer])
    return found


def record_from(connection: psycopg.Connection[Any]) -> list[list[Any]]:
    """(table, options, data as Latin-1, rows or error, notices) for each case of FROM_CASES."""
    notices: list[list[str | None]] = []
    connection.add_notice_handler(lambda n: notices.append([n.message_primary, n.context]))
    found = []
    for table, options, data in FROM_CASES:
        connection.execute("drop table if exists t")
        connection.execute("drop sequence if exists s")
        connection.execute(TABLES[table].encode())
        notices.clear()
        answer: Any
        try:
            with connection.cursor() as cursor:
                with cursor.copy(f"COPY {options}".encode()) as copy:
                    copy.write(data)
                tag = cursor.statusmessage
            answer = {"rows": texts(connection.execute("select * from t", prepare=False)), "tag": tag}
        except psycopg.Error as error:
            answer = fields(error)
        found.append([table, options, data.decode("latin-1"), answer, notices[:]])
    return found


def record_to(connection: psycopg.Connection[Any]) -> list[list[Any]]:
    """(values, options, chunks as Latin-1) for each case of TO_CASES."""
    found = []
    for query, options in TO_CASES:
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY ({query}) TO STDOUT {options}".encode()) as copy:
                chunks = [bytes(chunk).decode("latin-1") for chunk in copy]
            found.append([query, options, chunks, cursor.statusmessage])
    return found


def main(conninfo: str) -> None:
    """Write goldens.json."""
    with psycopg.connect(
        conninfo, autocommit=True, options="-c timezone=UTC -c client_min_messages=notice"
    ) as connection:
        parts = {"options": record_options(connection), "from": record_from(connection), "to": record_to(connection)}
    body = ",\n".join(
        f'"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows) + "\n]"
        for name, rows in parts.items()
    )
    (FOLDER / "goldens.json").write_text("{\n" + body + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
