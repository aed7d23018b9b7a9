"""Scripts of several sessions, run against a server; what PostgreSQL 18 answered stands beside them as JSON.

A line is `N: text`: session N sends the text as one simple query. A line `N: \\q` ends the session; after ` <<< ` come
the lines for COPY FROM STDIN, with | between them. Recorded with
`python -m tests.executor.session_scripts "host=... user=..." [NAME ...]`.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import pq

from tests.pgquill_server import PgquillServer

SCRIPTS = Path(__file__).parent / "session_scripts"
FIELDS = {
    "sqlstate": pq.DiagnosticField.SQLSTATE, "message": pq.DiagnosticField.MESSAGE_PRIMARY,
    "detail": pq.DiagnosticField.MESSAGE_DETAIL, "hint": pq.DiagnosticField.MESSAGE_HINT,
    "context": pq.DiagnosticField.CONTEXT, "schema": pq.DiagnosticField.SCHEMA_NAME,
    "table": pq.DiagnosticField.TABLE_NAME, "column": pq.DiagnosticField.COLUMN_NAME,
    "constraint": pq.DiagnosticField.CONSTRAINT_NAME,
}  # fmt: skip


def lines(path: Path) -> list[tuple[str, str]]:
    """(session, text) of each line."""
    return [(line.partition(": ")[0], line.partition(": ")[2]) for line in path.read_text().splitlines() if line]


class Sessions:
    """The sessions of one script, each connected when it is first named."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self.open: dict[str, psycopg.Connection[Any]] = {}

    def run(self, name: str, text: str) -> Any:
        """The answers to one query: of each statement its rows or tag, or the error that ended them."""
        if text == r"\q":
            self.open.pop(name).close()
            return None
        if name not in self.open:
            self.open[name] = psycopg.connect(self.conninfo, autocommit=True)
        connection = self.open[name].pgconn
        query, _, data = text.partition(" <<< ")
        connection.send_query(query.encode())
        found = []
        while (result := connection.get_result()) is not None:
            if result.status == pq.ExecStatus.COPY_IN:
                connection.put_copy_data("".join(f"{line}\n" for line in data.split("|")).encode())
                connection.put_copy_end()
            elif result.status == pq.ExecStatus.COPY_OUT:
                found.append([bytes(data).decode() for data in copied(connection)])
            else:
                found.append(answer(result))
        return found

    def close(self) -> None:
        """End them all."""
        for connection in self.open.values():
            connection.close()


def copied(connection: Any) -> Iterator[Any]:
    """The pieces of a COPY TO STDOUT."""
    while (piece := connection.get_copy_data(0))[0] > 0:
        yield piece[1]


def answer(result: Any) -> Any:
    """One result as JSON."""
    if result.status == pq.ExecStatus.FATAL_ERROR:
        fields = {name: result.error_field(field) for name, field in FIELDS.items()}
        return {name: cell(value) for name, value in fields.items() if value is not None}
    if result.status == pq.ExecStatus.TUPLES_OK:
        return [[cell(result.get_value(i, j)) for j in range(result.nfields)] for i in range(result.ntuples)]
    return result.command_status.decode()


def cell(value: bytes | None) -> str | None:
    """A value's text. Which number a session's temporary schema has is chance."""
    return None if value is None else re.sub(r"pg_temp_\d+", "pg_temp_N", value.decode())


def replay(conninfo: str, path: Path) -> list[list[Any]]:
    """[session, text, answers] of each line."""
    sessions = Sessions(conninfo)
    try:
        return [[name, text, sessions.run(name, text)] for name, text in lines(path)]
    finally:
        sessions.close()


def recorded(path: Path) -> list[list[Any]]:
    """What PostgreSQL answered."""
    found: list[list[Any]] = json.loads(path.with_suffix(".json").read_text())
    assert [tuple(item[:2]) for item in found] == lines(path), f"record {path.name} again"
    return found


def fresh(server: PgquillServer, name: str) -> str:
    """The conninfo of a new database."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    return server.dsn(name)


def check_script(server: PgquillServer, name: str) -> None:
    """Assert that a script in a database of its own is answered as PostgreSQL answered it."""
    path = SCRIPTS / f"{name}.sql"
    for found, expected in zip(replay(fresh(server, f"{name}_script"), path), recorded(path), strict=True):
        assert found == expected


def main(conninfo: str, *names: str) -> None:
    """Record the scripts named, or all, each in a database of its own."""
    with psycopg.connect(conninfo, autocommit=True, dbname="postgres") as admin:
        for path in sorted(SCRIPTS.glob("*.sql")):
            if names and path.stem not in names:
                continue
            admin.execute("DROP DATABASE IF EXISTS session_record")
            admin.execute("CREATE DATABASE session_record TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'")
            found = replay(f"{conninfo} dbname=session_record", path)
            body = ",\n".join(json.dumps(item, ensure_ascii=False) for item in found)
            path.with_suffix(".json").write_text(f"[\n{body}\n]\n")
        admin.execute("DROP DATABASE session_record WITH (FORCE)")


if __name__ == "__main__":
    main(*sys.argv[1:])
