"""Records what PostgreSQL answers to sessions.txt: python -m tests.executor.settings.record_sessions "CONNINFO".

Each session (separated by ---) runs in a connection of its own with TimeZone UTC.
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg

FOLDER = Path(__file__).parent


def sessions() -> list[list[str]]:
    """The statements of each session."""
    parts = (FOLDER / "sessions.txt").read_text(encoding="utf-8").split("---\n")
    return [part.splitlines() for part in parts]


def answer(connection: psycopg.Connection[Any], statement: str) -> dict[str, str | None]:
    """The one value or tag of a statement, or its error."""
    notices: list[str] = []
    connection.add_notice_handler(lambda notice: notices.append(f"{notice.sqlstate} {notice.message_primary}"))
    try:
        cursor = connection.execute(statement.encode())
    except psycopg.Error as error:
        diagnostic = error.diag
        return {"sqlstate": diagnostic.sqlstate, "message": diagnostic.message_primary,
                "detail": diagnostic.message_detail, "hint": diagnostic.message_hint}
    found = {"value": cursor.fetchone()[0]} if cursor.description else {"tag": cursor.statusmessage}
    return found | ({"notice": notices[0]} if notices else {})


def record(conninfo: str) -> list[list[Any]]:
    """(statement, answer) of every session."""
    found = []
    for session in sessions():
        with psycopg.connect(conninfo, autocommit=True, options="-c timezone=UTC") as connection:
            found.append([[statement, answer(connection, statement)] for statement in session])
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.rollback()
    return found


if __name__ == "__main__":
    lines = [json.dumps(session, ensure_ascii=False) for session in record(sys.argv[1])]
    (FOLDER / "sessions.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
