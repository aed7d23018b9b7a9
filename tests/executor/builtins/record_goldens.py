"""Records what PostgreSQL 18 gives for the calls in cases/*.txt and for the examples of all rows into goldens.json.

    python tests/executor/builtins/record_goldens.py "host=127.0.0.1 port=5518 user=postgres dbname=..."

The database must have locale provider builtin, locale C.UTF-8. A line of a case file is a signature of pg_proc, a
colon, and calls separated by " | ", each a list of SQL expressions separated by commas; for an aggregate the calls are
the rows it runs over. Lines that start with # are comments. Each golden is
[signature, [[type OID, text], ...] (aggregate: a list of these), result type OID, result], with a list as the result of
a set-returning function and {"sqlstate", "message", "detail", "hint"} for an error.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import pq

from executor.builtins.families import FAMILIES
from executor.builtins.registry import family
from executor.facts.lookup import Function, functions_by_oid

HERE = Path(__file__).parent
OUTPUT = HERE / "goldens.json"
EXAMPLES = HERE / "examples.json"
OTHERS = re.compile(
    r"input_check|xml.*|aggregate_hypothetical|datetime.*|interval|catalog.*|privileges|sequences|session.*|sizes|text_search|zones")
"""Families whose examples need a session, a catalog or a clock; they have tests of their own."""
PSEUDO = re.compile(r"_?any.*|record")


def split(text: str, separator: str) -> list[str]:
    """Split at separators outside of quotes and brackets."""
    parts, depth, quoted, start, at = [], 0, False, 0, 0
    while at < len(text):
        character = text[at]
        if character == "'":
            quoted = not quoted
        elif not quoted and character in "([{":
            depth += 1
        elif not quoted and character in ")]}":
            depth -= 1
        elif not quoted and depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at].strip())
            start = at + len(separator)
        at += 1
    last = text[start:].strip()
    return [*parts, last] if last or parts else []


class Recorder:
    def __init__(self, dsn: str) -> None:
        self.link = psycopg.connect(dsn, autocommit=True).pgconn
        self.functions = {function.signature: function for function in functions_by_oid().values()}

    def run(self, sql: str) -> list[list[str | None]] | dict[str, str | None]:
        result = self.link.exec_(sql.encode())
        if result.status == pq.ExecStatus.TUPLES_OK:
            return [[None if (v := result.get_value(r, c)) is None else v.decode() for c in range(result.nfields)]
                    for r in range(result.ntuples)]
        names = {"sqlstate": "SQLSTATE", "message": "MESSAGE_PRIMARY", "detail": "MESSAGE_DETAIL",
            "hint": "MESSAGE_HINT"}
        values = {n: result.error_field(getattr(pq.DiagnosticField, f)) for n, f in names.items()}
        return {name: value.decode() if value else None for name, value in values.items()}

    def arguments(self, function: Function, texts: list[str]) -> list[tuple[str, int, str | None]]:
        """(SQL, type OID, text form) of each argument."""
        declared = function.signature.partition("(")[2].removesuffix(")").split(",")
        found = []
        for number, text in enumerate(texts):
            name = declared[min(number, len(declared) - 1)]
            quoted = f'"{name}"' if name in ("char", "bit") else name
            sql = text if PSEUDO.fullmatch(name) else f"({text})::{quoted}"
            rows = self.run(f"SELECT pg_typeof({sql})::oid, {sql}")
            assert isinstance(rows, list), (function.signature, text, rows)
            oid = int(rows[0][0] or 0)
            found.append((sql, 25 if oid == 705 else oid, rows[0][1]))
        return found

    def call(self, function: Function, texts: list[str]) -> list[Any]:
        arguments = self.arguments(function, texts)
        if function.variadic and not function.signature.endswith("any)"):
            arguments[-1] = ("VARIADIC " + arguments[-1][0], *arguments[-1][1:])
        sql = f'pg_catalog."{function.name}"({", ".join(sql for sql, _, _ in arguments)})'
        typed = [[oid, text] for _, oid, text in arguments]
        if function.returns_set:
            rows = self.run(f"SELECT * FROM {sql}")
            oid = self.run(f"SELECT pg_typeof({sql})::oid LIMIT 1")
            result: Any = rows if isinstance(rows, dict) else [row[0] if len(row) == 1 else row for row in rows]
            return [function.signature, typed, int(oid[0][0] or 0) if isinstance(oid, list) and oid else 0, result]
        rows = self.run(f"SELECT {sql}")
        oid = self.run(f"SELECT pg_typeof({sql})::oid")
        return [function.signature, typed, int(oid[0][0] or 0) if isinstance(oid, list) else function.result,
                rows[0][0] if isinstance(rows, list) else rows]

    def aggregate(self, function: Function, calls: list[list[str]]) -> list[Any]:
        rows = [self.arguments(function, texts) for texts in calls]
        width = len(function.arguments)
        names = ", ".join(f"c{i}" for i in range(width))
        values = ", ".join(f"({number}, {', '.join(sql for sql, _, _ in row)})" for number, row in enumerate(rows))
        sql = f'pg_catalog."{function.name}"({names} ORDER BY n) FROM (VALUES {values}) v (n, {names})'
        if len(calls) == 1 and calls[0] == ["EMPTY"]:
            raise ValueError("an empty set is written as a row WHERE false in a test of its own")
        result = self.run(f"SELECT {sql}")
        oid = self.run(f"SELECT pg_typeof({sql.replace(' FROM', ')::oid FROM', 1)}")
        assert not isinstance(oid, dict) or isinstance(result, dict), (sql, oid)
        return [function.signature, [[[oid, text] for _, oid, text in row] for row in rows],
                int(oid[0][0] or 0) if isinstance(oid, list) else function.result,
                    result[0][0] if isinstance(result, list) else result]

    def example(self, sql: str, expected: str | None) -> str | None:
        """A complaint if PostgreSQL does not give what the example says."""
        rows = self.run(f"SELECT {sql}")
        found = f"ERROR {rows['sqlstate']}" if isinstance(rows, dict) else rows[0][0] if rows else "(no row)"
        return None if found == expected else f"{sql}: {found!r}, not {expected!r}"


def main(dsn: str) -> None:
    recorder = Recorder(dsn)
    goldens: list[Any] = []
    complaints: list[str] = []
    for path in sorted((HERE / "cases").glob("*.txt")):
        for line in path.read_text().splitlines():
            if not line or line.startswith("#"):
                continue
            signature, _, calls = line.partition("): ")
            function = recorder.functions[signature + ")"]
            parsed = [split(call, ", ") for call in split(calls, " | ")] if calls != "()" else [[]]
            if function.kind == "a":
                goldens.append(recorder.aggregate(function, parsed))
            else:
                goldens += [recorder.call(function, texts) for texts in parsed]
    for row in (row for name in FAMILIES if not OTHERS.match(name) for row in family(name).values()):
        if row.example is None:
            continue
        complaint = recorder.example(*row.example)
        if complaint:
            complaints.append(f"{row.signature}: {complaint}")
        function = recorder.functions[row.signature]
        match = re.fullmatch(rf'"?{re.escape(function.name)}"?\((.*)\)', row.example[0], re.DOTALL)
        plain = function.kind == "f" and not function.returns_set and not function.variadic
        if match and plain and not complaint:
            goldens.append(recorder.call(function, split(match[1], ", ")))
    OUTPUT.write_text("[\n" + ",\n".join(json.dumps(golden, ensure_ascii=False) for golden in goldens) + "\n]\n")
    print(f"{len(goldens)} goldens")
    print("\n".join(complaints))


if __name__ == "__main__":
    main(sys.argv[1])
