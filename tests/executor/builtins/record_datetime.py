"""Records what PostgreSQL 18 gives for the calls of datetime_cases into datetime_goldens.json. Run by hand:

    python tests/executor/builtins/record_datetime.py "host=127.0.0.1 port=5518 user=postgres dbname=..."

Rows: [time zone, signature, argument texts, result type OID, result], with a list as the result of a set and
{"sqlstate", "message", "detail", "hint"} for an error. For an aggregate the arguments are the values it runs over.
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from executor.facts.lookup import functions_by_oid
from tests.executor.builtins.datetime_cases import aggregates, calls, series

OUTPUT = Path(__file__).with_name("datetime_goldens.json")
KINDS = {function.signature: function.result for function in functions_by_oid().values()}


def literal(text: str | None, kind: str) -> sql.Composable:
    return sql.SQL("{}::{}").format(sql.Literal(text), sql.SQL(kind))


def expression(signature: str, arguments: list[str | None]) -> sql.Composable:
    name, _, types = signature.removesuffix(")").partition("(")
    texts = [literal(text, kind) for text, kind in zip(arguments, types.split(",") if types else [], strict=True)]
    return sql.SQL("pg_catalog.{}({})").format(sql.Identifier(name), sql.SQL(", ").join(texts))


def run(connection: psycopg.Connection, query: sql.Composable) -> Any:
    try:
        return [row[0] for row in connection.execute(query).fetchall()]
    except psycopg.Error as error:
        found = error.diag
        return {
            "sqlstate": found.sqlstate,
            "message": found.message_primary,
            "detail": found.message_detail,
            "hint": found.message_hint,
        }


def main(dsn: str) -> None:
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("SET DateStyle = 'ISO, MDY'")
    connection.execute("SET IntervalStyle = 'postgres'")
    goldens: list[Any] = []
    for zone, signature, arguments in calls():
        connection.execute(sql.SQL("SET TimeZone = {}").format(sql.Literal(zone)))
        found = run(connection, sql.SQL("SELECT ({})::text").format(expression(signature, arguments)))
        goldens.append([zone, signature, arguments, KINDS[signature], found if isinstance(found, dict) else found[0]])
    for zone, signature, arguments in series():
        connection.execute(sql.SQL("SET TimeZone = {}").format(sql.Literal(zone)))
        found = run(connection, sql.SQL("SELECT v::text FROM {} v").format(expression(signature, arguments)))
        goldens.append([zone, signature, arguments, KINDS[signature], found])
    for signature, values in aggregates():
        name, _, kind = signature.removesuffix(")").partition("(")
        rows = sql.SQL(", ").join(sql.SQL("({})").format(literal(value, kind)) for value in values)
        query = sql.SQL("SELECT {}(x)::text FROM (VALUES {}) v (x)").format(sql.SQL(name), rows)
        found = run(connection, query)
        goldens.append(["UTC", signature, values, KINDS[signature], found if isinstance(found, dict) else found[0]])
    OUTPUT.write_text("[\n" + ",\n".join(json.dumps(golden, ensure_ascii=False) for golden in goldens) + "\n]\n")
    print(len(goldens), "goldens")


if __name__ == "__main__":
    main(sys.argv[1])
