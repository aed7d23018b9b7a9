"""Tables that another program made with generated columns: SQLite computes those; where pgquill would have to, it is 0A000."""

from collections.abc import Iterator
from typing import Any

import apsw
import psycopg
import pytest

from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
Connection = psycopg.Connection[Any]

MADE_ELSEWHERE = """
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT UNIQUE CHECK (length(b) < 5), up TEXT GENERATED ALWAYS AS (upper(b)) STORED,
               twice INT AS (a * 2), year AS (strftime('%Y', b || '-01-01')));
INSERT INTO t(a, b) VALUES (1, 'x'), (2, 'y');
CREATE TABLE source(a INT, b TEXT);
INSERT INTO source VALUES (1, 'one'), (7, 'new');
CREATE TABLE shared(a INTEGER PRIMARY KEY, b TEXT, up TEXT AS (upper(b)) STORED, twice INT AS (a * 2) STORED);
INSERT INTO shared(a, b) VALUES (1, 'x'), (2, 'y');
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    path = tmp_path_factory.mktemp("generated") / "made.db"
    raw = apsw.Connection(str(path))
    raw.execute(MADE_ELSEWHERE)
    raw.close()
    found = PgquillServer(path)
    yield found
    found.stop()


@pytest.fixture
def connection(server: PgquillServer) -> Iterator[Connection]:
    """In a transaction that is rolled back."""
    with psycopg.connect(server.dsn()) as found:
        yield found
        found.rollback()


@pytest.mark.parametrize(("statement", "rows"), [
    ("INSERT INTO t(b) VALUES ('z') RETURNING *", [(3, "z", "Z", 6, None)]),
    ("INSERT INTO t VALUES (9, '2026') RETURNING *", [(9, "2026", "2026", 18, "2026")]),
    ("INSERT INTO t(b, up) VALUES ('m', DEFAULT) RETURNING up", [("M",)]),
    ("INSERT INTO t(a, b) SELECT a + 10, b FROM source RETURNING up, twice", [("ONE", 22), ("NEW", 34)]),
    ("INSERT INTO t(a, b) VALUES (1, 'q') ON CONFLICT (a) DO UPDATE SET b = excluded.up || '!' RETURNING b, up", [("Q!", "Q!")]),
    ("INSERT INTO t(a, b) VALUES (1, 'q') ON CONFLICT DO NOTHING RETURNING up", []),
    ("UPDATE t SET b = 'k', a = 5 WHERE a = 1 RETURNING up, twice", [("K", 10)]),
    ("UPDATE t SET up = DEFAULT RETURNING up", [("X",), ("Y",)]),
    ("UPDATE t SET b = source.b FROM source WHERE t.a = source.a RETURNING up", [("ONE",)]),
    ("WITH changed AS (UPDATE t SET b = 'w' WHERE a = 2 RETURNING up) SELECT * FROM changed", [("W",)]),
    ("DELETE FROM t WHERE a = 2 RETURNING *", [(2, "y", "Y", 4, None)]),
])  # fmt: skip
def test_sqlite_computes_what_is_generated(connection: Connection, statement: str, rows: list[tuple[Any, ...]]) -> None:
    assert connection.execute(statement.encode()).fetchall() == rows
    assert connection.execute("SELECT count(*) FROM t WHERE up <> upper(b) OR twice <> a * 2").fetchone() == (0,)


def test_copy_and_merge_leave_generated_columns_to_sqlite(connection: Connection) -> None:
    with connection.cursor().copy("COPY t(b) FROM STDIN") as copy:
        copy.write_row(("copy",))
    connection.execute("MERGE INTO t USING source ON t.a = source.a WHEN MATCHED THEN UPDATE SET b = source.b"
                       " WHEN NOT MATCHED THEN INSERT (a, b) VALUES (source.a, source.b)")
    assert connection.execute("SELECT a, up, twice FROM t ORDER BY a").fetchall() == [
        (1, "ONE", 2), (2, "Y", 4), (3, "COPY", 6), (7, "NEW", 14)]


@pytest.mark.parametrize(("statement", "sqlstate"), [
    ("INSERT INTO t(a, b, up) VALUES (9, 'q', 'w')", "428C9"), ("UPDATE t SET up = 'v'", "428C9"),
    ("INSERT INTO t(b) VALUES ('too long')", "23514"), ("UPDATE t SET b = 'too long'", "23514"),
    ("UPDATE t SET b = 'x' WHERE a = 2", "23505"),
    ("UPDATE t SET b = 'p' WHERE a = 1 RETURNING old.up, new.up", "0A000"),
    ("INSERT INTO only_x(b) VALUES ('x1')", "0A000"), ("INSERT INTO watched(b) VALUES ('w')", "0A000"),
    ("UPDATE watched SET b = 'w'", "0A000"),
])  # fmt: skip
def test_what_is_wrong_or_needs_the_values_beforehand_is_refused(connection: Connection, statement: str, sqlstate: str) -> None:
    if "only_x" in statement:
        connection.execute("CREATE VIEW only_x AS SELECT * FROM t WHERE up LIKE 'X%' WITH CHECK OPTION")
    if "watched" in statement:
        connection.execute("CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'")
        connection.execute("CREATE TRIGGER watching BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION watch()")
        statement = statement.replace("watched", "t")
    before = connection.execute("SELECT * FROM t").fetchall()
    with pytest.raises(psycopg.Error) as refused, connection.transaction():
        connection.execute(statement.encode())
    assert refused.value.sqlstate == sqlstate
    assert connection.execute("SELECT * FROM t").fetchall() == before


def test_two_writers_and_a_rollback(server: PgquillServer) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as one, psycopg.connect(server.dsn(), autocommit=True) as two:
        one.execute("BEGIN")
        one.execute("UPDATE shared SET b = 'mine' WHERE a = 1")
        two.execute("BEGIN")
        two.execute("UPDATE shared SET b = 'hers' WHERE a = 2")
        one.execute("SAVEPOINT s")
        one.execute("UPDATE shared SET b = 'gone', a = 9 WHERE a = 1")
        two.execute("INSERT INTO shared(a, b) VALUES (3, 'new')")
        one.execute("ROLLBACK TO s")
        two.execute("COMMIT")
        one.execute("COMMIT")
        assert two.execute("SELECT * FROM shared ORDER BY a").fetchall() == [
            (1, "mine", "MINE", 2), (2, "hers", "HERS", 4), (3, "new", "NEW", 6)]
