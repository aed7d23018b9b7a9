"""Programs that follow a log: pg_recvlogical 18 and 15, psycopg2, pg-logical-replication for node. Slots begin with `rp_`."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.clients.database import Database
from tests.postgres18 import Unavailable, find_programs

FOLLOW = Path(__file__).with_name("node") / "follow.js"
OLDER = Path("/usr/lib/postgresql/15/bin/pg_recvlogical")
TIMEOUT_S = 60
Connection = psycopg.Connection[Any]

CHANGES = """
INSERT INTO t VALUES (1, 'one', '{"a": 1}'), (2, 'it''s', NULL);
UPDATE t SET v = 'uno' WHERE id = 1;
UPDATE t SET id = 3 WHERE id = 2;
DELETE FROM t WHERE id = 3;
TRUNCATE t;
INSERT INTO t VALUES (0, repeat('x', 3), '[1.50]');
"""
LINES = """\
BEGIN
table public.t: INSERT: id[integer]:1 v[text]:'one' j[jsonb]:'{"a": 1}'
table public.t: INSERT: id[integer]:2 v[text]:'it''s' j[jsonb]:null
COMMIT
BEGIN
table public.t: UPDATE: id[integer]:1 v[text]:'uno' j[jsonb]:'{"a": 1}'
COMMIT
BEGIN
table public.t: UPDATE: old-key: id[integer]:2 new-tuple: id[integer]:3 v[text]:'it''s' j[jsonb]:null
COMMIT
BEGIN
table public.t: DELETE: id[integer]:3
COMMIT
BEGIN
table public.t: TRUNCATE: (no-flags)
COMMIT
BEGIN
table public.t: INSERT: id[integer]:0 v[text]:'xxx' j[jsonb]:'[1.50]'
COMMIT
""".splitlines()
"""What test_decoding of PostgreSQL 18 says of it."""


def programs() -> list[Path]:
    """pg_recvlogical of PostgreSQL 18, and of 15."""
    found = [OLDER] if OLDER.exists() else []
    try:
        newer = find_programs() / "pg_recvlogical"
    except Unavailable:
        return found
    return [newer, *found] if newer.exists() else found


def do(connection: Connection, text: str) -> None:
    for statement in filter(None, map(str.strip, text.split(";"))):
        connection.execute(statement)


def slot_facts(connection: Connection, name: str) -> tuple[Any, ...] | None:
    return connection.execute(
        "SELECT active, confirmed_flush_lsn = pg_current_wal_lsn() FROM pg_replication_slots WHERE slot_name = %s",
        (name,)).fetchone()


@pytest.fixture
def filled(connection: Connection) -> Iterator[Connection]:
    """A connection to a database with a table t; its slots are dropped at the end."""
    connection.execute("CREATE TABLE t (id int PRIMARY KEY, v text, j jsonb)")
    yield connection
    connection.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'rp\\_%'")


def receive(program: Path, database: Database, *words: str) -> str:
    argv = [str(program), "-d", database.dsn(), "--slot", "rp_a", "--no-loop", *words]
    done = subprocess.run(argv, capture_output=True, encoding="latin-1", check=False, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def end_of_log(connection: Connection) -> str:
    found = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
    assert found is not None
    return str(found[0])


@pytest.mark.parametrize("program", programs(), ids=["18", "15"][: len(programs())])
def test_pg_recvlogical_makes_follows_and_drops_a_slot(program: Path, database: Database, filled: Connection) -> None:
    receive(program, database, "--create-slot", "--plugin", "test_decoding")
    do(filled, CHANGES)
    options = ("--start", "-f", "-", "-o", "include-xids=0", "-o", "skip-empty-xacts=1", "--endpos", end_of_log(filled))
    assert receive(program, database, *options).splitlines() == LINES
    assert slot_facts(filled, "rp_a") == (False, True)
    filled.execute("INSERT INTO t VALUES (4)")
    again = receive(program, database, *options[:-1], end_of_log(filled)).splitlines()
    assert again == ["BEGIN", "table public.t: INSERT: id[integer]:4 v[text]:null j[jsonb]:null", "COMMIT"]
    receive(program, database, "--drop-slot")
    assert slot_facts(filled, "rp_a") is None


@pytest.mark.parametrize("program", programs(), ids=["18", "15"][: len(programs())])
def test_pg_recvlogical_follows_a_publication(program: Path, database: Database, filled: Connection) -> None:
    filled.execute("CREATE PUBLICATION p FOR TABLE t")
    receive(program, database, "--create-slot", "--plugin", "pgoutput")
    filled.execute("INSERT INTO t VALUES (1, 'one')")
    said = receive(program, database, "--start", "-f", "-", "-o", "proto_version=1", "-o", "publication_names=p",
                   "--endpos", end_of_log(filled))
    told = r"B.*\nR.*public\x00t\x00d\x00\x03.*\nI.*N\x00\x03t\x00\x00\x00\x011t\x00\x00\x00\x03onen\nC.*\n"
    assert re.fullmatch(told, said, re.S)
    receive(program, database, "--drop-slot")


def test_psycopg2_reads_and_confirms(database: Database, filled: Connection) -> None:
    extras = pytest.importorskip("psycopg2.extras")
    psycopg2 = pytest.importorskip("psycopg2")
    follower = psycopg2.connect(database.dsn(), connection_factory=extras.LogicalReplicationConnection)
    cursor = follower.cursor()
    cursor.create_replication_slot("rp_a", output_plugin="test_decoding")
    cursor.start_replication(slot_name="rp_a", decode=True, options={"include-xids": "0", "skip-empty-xacts": "1"})
    do(filled, CHANGES)
    lines: list[str] = []

    class Enough(Exception):
        pass

    def take(message: Any) -> None:
        lines.append(message.payload)
        message.cursor.send_feedback(flush_lsn=message.data_start, force=True)
        if len(lines) == len(LINES):
            raise Enough

    with pytest.raises(Enough):
        cursor.consume_stream(take)
    assert lines == LINES
    with pytest.raises(psycopg.errors.ObjectInUse):
        filled.execute("SELECT pg_drop_replication_slot('rp_a')")
    follower.close()
    filled.execute("SELECT pg_drop_replication_slot('rp_a') FROM (SELECT pg_sleep(0.2)) AS s")


def test_two_followers_of_one_slot_are_refused(database: Database, filled: Connection) -> None:
    extras = pytest.importorskip("psycopg2.extras")
    psycopg2 = pytest.importorskip("psycopg2")
    first, second = (psycopg2.connect(database.dsn(), connection_factory=extras.LogicalReplicationConnection) for _ in range(2))
    first.cursor().create_replication_slot("rp_a", output_plugin="test_decoding")
    running = first.cursor()
    running.start_replication(slot_name="rp_a")
    with pytest.raises(psycopg2.errors.ObjectInUse, match=r'replication slot "rp_a" is active for PID \d+'):
        second.cursor().start_replication(slot_name="rp_a")
    found = filled.execute("SELECT state, application_name FROM pg_stat_replication").fetchall()
    assert len(found) == 1
    filled.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'rp_a'")
    with pytest.raises(psycopg2.Error, match="terminating connection due to administrator command"):
        running.consume_stream(lambda message: None)
    first.close(), second.close()


def test_node_follows_a_publication(database: Database, filled: Connection) -> None:
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    environment = dict(os.environ)
    if folder := os.environ.get("PGQUILL_NODE_MODULES"):
        environment["NODE_PATH"] = folder
    if subprocess.run([program, "-e", "require('pg-logical-replication')"], env=environment, capture_output=True,
                      check=False).returncode:
        pytest.skip("node has no module pg-logical-replication")
    filled.execute("CREATE PUBLICATION p FOR TABLE t")
    filled.execute("SELECT pg_create_logical_replication_slot('rp_a', 'pgoutput')")
    do(filled, CHANGES)
    done = subprocess.run([program, str(FOLLOW), database.url(), "rp_a", "p"], env=environment, capture_output=True, text=True,
                          check=False, timeout=TIMEOUT_S)
    assert (done.returncode, done.stdout.splitlines()) == (0, [
        'insert {"id":1,"v":"one","j":{"a":1}}', 'insert {"id":2,"v":"it\'s","j":null}',
        'update null {"id":1,"v":"uno","j":{"a":1}}', 'update {"id":2} {"id":3,"v":"it\'s","j":null}',
        'delete {"id":3}', "truncate t", 'insert {"id":0,"v":"xxx","j":[1.5]}']), done.stderr
