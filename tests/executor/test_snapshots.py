"""pg_export_snapshot and SET TRANSACTION SNAPSHOT over the wire. What is refused, and how, was asked of PostgreSQL 18."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from tests.executor.session_scripts import fresh
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

RR, SERIALIZABLE = "BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN ISOLATION LEVEL SERIALIZABLE"
Connection = psycopg.Connection[tuple[object, ...]]
Pair = tuple[Connection, Connection]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("snapshots"))
    yield started
    started.stop()


@pytest.fixture
def pair(server: PgquillServer, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two sessions, and table t with one row."""
    where = fresh(server, re.sub(r"\W", "_", request.node.name)[:60].lower())
    with psycopg.connect(where, autocommit=True) as first, psycopg.connect(where, autocommit=True) as second:
        first.execute("CREATE TABLE t (a int)")
        first.execute("INSERT INTO t VALUES (1)")
        yield first, second


def export(session: Connection, begin: str) -> str:
    session.execute(begin)
    found = session.execute("SELECT pg_export_snapshot()").fetchone()
    assert found is not None
    return str(found[0])


def refused(session: Connection, *statements: str) -> tuple[str | None, str | None]:
    """The SQLSTATE and the message of the last statement's error."""
    try:
        for statement in statements[:-1]:
            session.execute(statement)
        with pytest.raises(psycopg.Error) as caught:
            session.execute(statements[-1])
    finally:
        session.execute("ROLLBACK")
    return caught.value.sqlstate, caught.value.diag.message_primary


def count(session: Connection) -> object:
    found = session.execute("SELECT count(*) FROM t").fetchone()
    assert found is not None
    return found[0]


@pytest.mark.parametrize("begin", ["BEGIN", RR], ids=["committed", "repeatable"])
def test_import_sees_what_was_there_at_the_export(pair: Pair, begin: str) -> None:
    exporter, importer = pair
    name = export(exporter, begin)
    assert re.fullmatch(r"[0-9A-F]{8}-[0-9A-F]{8}-1", name)
    importer.execute("INSERT INTO t VALUES (2)")
    importer.execute(RR)
    importer.execute(f"SET TRANSACTION SNAPSHOT '{name}'")
    assert count(importer) == 1
    importer.execute("COMMIT")
    assert count(importer) == 2


def test_uncommitted_rows_of_the_exporter_are_not_exported(pair: Pair) -> None:
    exporter, importer = pair
    exporter.execute("BEGIN")
    exporter.execute("INSERT INTO t VALUES (2)")
    found = exporter.execute("SELECT pg_export_snapshot()").fetchone()
    assert found is not None
    importer.execute(RR)
    importer.execute(f"SET TRANSACTION SNAPSHOT '{found[0]}'")
    assert count(importer) == 1
    exporter.execute("COMMIT")
    assert count(importer) == 1


def test_imports_are_refused_as_in_postgresql(pair: Pair) -> None:
    exporter, importer = pair
    name = export(exporter, "BEGIN")
    take = f"SET TRANSACTION SNAPSHOT '{name}'"
    late = ("25001", "SET TRANSACTION SNAPSHOT must be called before any query")
    level = ("0A000", "a snapshot-importing transaction must have isolation level SERIALIZABLE or REPEATABLE READ")
    assert refused(importer, RR, "SELECT 1", take) == late
    assert refused(importer, RR, "SAVEPOINT a", take) == late
    assert refused(importer, RR, take, take) == late
    assert refused(importer, "BEGIN", take) == refused(importer, take) == level
    assert refused(importer, RR, "SET TRANSACTION SNAPSHOT '../x'") == ("22023", 'invalid snapshot identifier: "../x"')
    assert refused(importer, RR, "SET TRANSACTION SNAPSHOT '1-2-3'") == ("42704", 'snapshot "1-2-3" does not exist')
    assert refused(importer, SERIALIZABLE, take) == (
        "0A000", "a serializable transaction cannot import a snapshot from a non-serializable transaction")
    exporter.execute("COMMIT")
    assert refused(importer, RR, take) == ("42704", f'snapshot "{name}" does not exist')
    assert refused(exporter, "BEGIN", "SAVEPOINT a", "SELECT pg_export_snapshot()") == (
        "25001", "cannot export a snapshot from a subtransaction")


def test_serializable_imports_are_refused_as_in_postgresql(pair: Pair) -> None:
    exporter, importer = pair
    name = export(exporter, f"{SERIALIZABLE} READ ONLY")
    assert refused(importer, SERIALIZABLE, f"SET TRANSACTION SNAPSHOT '{name}'") == (
        "0A000", "a non-read-only serializable transaction cannot import a snapshot from a read-only transaction")
    importer.execute(f"{SERIALIZABLE} READ ONLY")
    importer.execute(f"SET TRANSACTION SNAPSHOT '{name}'")
    assert count(importer) == 1
    importer.execute("COMMIT")
    assert refused(importer, f"{SERIALIZABLE} READ ONLY DEFERRABLE", f"SET TRANSACTION SNAPSHOT '{name}'") == (
        "0A000", "a snapshot-importing transaction must not be READ ONLY DEFERRABLE")


def test_snapshot_of_another_database_is_refused(pair: Pair, server: PgquillServer) -> None:
    name = export(pair[0], "BEGIN")
    with psycopg.connect(fresh(server, "elsewhere"), autocommit=True) as importer:
        assert refused(importer, RR, f"SET TRANSACTION SNAPSHOT '{name}'") == (
            "0A000", "cannot import a snapshot from a different database")
