"""Scripts with publications, and what pgoutput says of them: PostgreSQL's and ours as the same lines.

A script is SQL, one statement a line; it makes publications of its own. `-- TELL p, q` begins another consumer, of these
publications, which is told of everything after the line BEGIN HERE. Recorded from PostgreSQL 18 with
`python -m tests.replication.published "host=... user=postgres" [NAME ...]`; the database it makes is dropped again.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg

from replication.decoded import Message
from replication.decoding import Decoder
from replication.pgoutput import messages
from replication.pgoutput.fields import Row
from replication.pgoutput.messages import AnyMessage, Relation
from replication.pgoutput.reader import StreamReader
from replication.plugins import open_plugin
from tests.replication.decoding import bench

FOLDER = Path(__file__).parent / "published"
NAMES = sorted(path.stem for path in FOLDER.glob("*.sql"))
FIRST_MADE = 10000
"""Types below this OID are the same everywhere."""
HERE, TELL = "-- BEGIN HERE", "-- TELL "
Told = dict[str, list[str]]
"""Publications, as the script names them -> what their consumer is told."""


class Script:
    """statements: before and after the place where telling begins. consumers: lists of publications."""

    def __init__(self, name: str) -> None:
        lines = [line for line in (FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines() if line.strip()]
        at = lines.index(HERE)
        self.consumers = [line.removeprefix(TELL) for line in lines if line.startswith(TELL)]
        self.before, self.after = ([line for line in part if not line.startswith("--")] for part in (lines[:at], lines[at:]))


def options(publications: str, version: int = 1) -> dict[str, str]:
    return {"proto_version": str(version), "publication_names": publications, "messages": "off"}


def said(payloads: Iterable[bytes]) -> Iterator[str]:
    """Messages as lines, without what differs from server to server; what a table is, before it is first used so."""
    reader = StreamReader()
    known: dict[int, Relation] = {}
    for payload in payloads:
        message = reader.read(payload)
        for oid in _tables(message):
            relation = reader.relation(oid)
            if known.get(oid) != relation:
                known[oid] = relation
                types = [c.type_oid if c.type_oid < FIRST_MADE else "made" for c in relation.columns]
                columns = ", ".join(f"{c.name}{'*' * c.is_key} {t} {c.typmod}"
                                    for c, t in zip(relation.columns, types, strict=True))
                yield f"relation {relation.schema}.{relation.name} {relation.identity.value} ({columns})"
        line = _line(reader, message)
        if line:
            yield line


def _tables(message: AnyMessage) -> tuple[int, ...]:
    if isinstance(message, messages.Truncate):
        return message.oids
    return (message.oid,) if isinstance(message, messages.Insert | messages.Update | messages.Delete) else ()


def _line(reader: StreamReader, message: AnyMessage) -> str:
    if isinstance(message, messages.Insert):
        return f"insert {reader.relation(message.oid).name} {_row(message.new)}"
    if isinstance(message, messages.Update):
        old = "" if message.old is None else f"{'key' if message.is_key else 'old'} {_row(message.old)} -> "
        return f"update {reader.relation(message.oid).name} {old}{_row(message.new)}"
    if isinstance(message, messages.Delete):
        return f"delete {reader.relation(message.oid).name} {'key' if message.is_key else 'old'} {_row(message.old)}"
    if isinstance(message, messages.Truncate):
        flags = " cascade" * message.cascade + " restart" * message.restart_identity
        return f"truncate {', '.join(sorted(reader.relation(oid).name for oid in message.oids))}{flags}"
    return "commit" if isinstance(message, messages.Commit) else ""


def _row(row: Row) -> str:
    return "(" + ", ".join("NULL" if value is None else value.decode() for value in row.values) + ")"


def of_postgresql(conninfo: str, name: str) -> Told:
    """What PostgreSQL says of a script."""
    script, database, slot = Script(name), f"pub_rec_{name}", f"pub_rec_{name}"
    found: Told = {}
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database}".encode())
        with psycopg.connect(conninfo, dbname=database, autocommit=True) as connection:
            for statement in script.before:
                connection.execute(statement.encode())
            for number, _ in enumerate(script.consumers):
                connection.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (f"{slot}_{number}",))
            for statement in script.after:
                connection.execute(statement.encode())
            for number, publications in enumerate(script.consumers):
                flat = [part for pair in options(publications).items() for part in pair]
                rows = connection.execute("SELECT data FROM pg_logical_slot_get_binary_changes(%s, NULL, NULL, VARIADIC %s)",
                                          (f"{slot}_{number}", flat), binary=True).fetchall()
                found[publications] = list(said(bytes(data) for (data,) in rows))
                connection.execute("SELECT pg_drop_replication_slot(%s)", (f"{slot}_{number}",))
        admin.execute(f"DROP DATABASE {database}".encode())
    return found


async def of_pgquill(name: str) -> Told:
    """What pgquill says of it."""
    script = Script(name)
    found: Told = {}
    async with bench() as server:
        for statement in script.before:
            await server.run(statement)
        start = server.wal.written
        for statement in script.after:
            await server.run(statement)
        for publications in script.consumers:
            plugin = open_plugin("pgoutput", options(publications))
            decoder = Decoder(server.wal, server.engine.publishing("postgres"), plugin, start)
            payloads = []
            while items := await decoder.next():
                for item in items:
                    outputs = plugin.message(item) if isinstance(item, Message) else plugin.transaction(item)
                    payloads += [output.data for output in outputs]
            found[publications] = list(said(payloads))
    return found


def recorded(name: str) -> Told:
    """What PostgreSQL said when it was asked."""
    found: Told = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    for chosen in sys.argv[2:] or NAMES:
        text = json.dumps(of_postgresql(sys.argv[1], chosen), indent=1, ensure_ascii=False)
        (FOLDER / f"{chosen}.json").write_text(text + "\n", encoding="utf-8")
