"""FOR UPDATE and the like with several sessions: which rows are locked, who waits, who is told that he would have to.

Each expectation was checked against PostgreSQL 18.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.clients.sessions import Waiting, until_it_waits
from tests.executor.session_scripts import check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("locking"))
    yield started
    started.stop()


class Sessions:
    """Three sessions in autocommit, and one more that looks on."""

    def __init__(self, dsn: str, stack: ExitStack) -> None:
        self.a, self.b, self.c, self.observer = (
            stack.enter_context(psycopg.connect(dsn, autocommit=True)) for _ in range(4))

    def wait(self, session: Connection, sql: str) -> Waiting:
        """Run a query in a thread; returns when it waits for a lock. `done()` gives its rows."""
        waiting = Waiting(lambda: rows(session, sql))
        until_it_waits(self.observer, session.info.backend_pid)
        return waiting


def rows(session: Connection, sql: str, *parameters: Any) -> list[Any]:
    """The rows of a query; those of one column as values."""
    found = session.execute(sql, parameters or None).fetchall()
    return [row[0] for row in found] if found and len(found[0]) == 1 else found


@pytest.fixture
def s(server: PgquillServer) -> Iterator[Sessions]:
    """A table `jobs` of five new jobs, and what belongs to them."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS locking")
        admin.execute("CREATE DATABASE locking")
    with ExitStack() as stack:
        sessions = Sessions(server.dsn("locking"), stack)
        sessions.a.execute("CREATE TABLE jobs (id int PRIMARY KEY, state text NOT NULL, queue int)")
        sessions.a.execute("INSERT INTO jobs SELECT g, 'new', g % 2 FROM generate_series(1, 5) g")
        sessions.a.execute("CREATE TABLE notes (id int PRIMARY KEY, job int)")
        sessions.a.execute("INSERT INTO notes VALUES (10, 1), (20, 2)")
        yield sessions


NEXT = "SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
QUEUES = {
    "scalar subquery": f"UPDATE jobs SET state = 'run' WHERE id = ({NEXT}) RETURNING id",
    "in subquery": f"UPDATE jobs SET state = 'run' WHERE id IN ({NEXT}) RETURNING id",
    "with": f"WITH next AS ({NEXT}) UPDATE jobs SET state = 'run' FROM next WHERE jobs.id = next.id RETURNING jobs.id",
    "with materialized": f"WITH next AS MATERIALIZED ({NEXT}) UPDATE jobs SET state = 'run' FROM next "
                         "WHERE jobs.id = next.id RETURNING next.id",
    "using": f"DELETE FROM jobs USING ({NEXT}) next WHERE jobs.id = next.id RETURNING jobs.id",
    "array": f"UPDATE jobs SET state = 'run' WHERE id = ANY (ARRAY({NEXT})) RETURNING id",
    "select": NEXT,
    "select from a subquery": f"SELECT * FROM ({NEXT}) next",
    "select from with": f"WITH next AS ({NEXT}) SELECT * FROM next",
    "insert": f"INSERT INTO notes SELECT id, 0 FROM ({NEXT}) next RETURNING id",
    "insert of a locking query": f"INSERT INTO notes {NEXT} RETURNING id",
}  # fmt: skip


@pytest.mark.parametrize("take", QUEUES.values(), ids=QUEUES)
def test_job_queue_gives_each_worker_another_job(s: Sessions, take: str) -> None:
    for number, worker in enumerate((s.a, s.b, s.c), 1):
        worker.execute("BEGIN")
        assert rows(worker, take) == [number]
    s.b.execute("ROLLBACK")
    s.b.execute("BEGIN")
    assert rows(s.b, take) == [2]


def test_skip_locked_counts_limit_and_offset_after_leaving_out(s: Sessions) -> None:
    s.a.execute("BEGIN")
    assert rows(s.a, "SELECT id FROM jobs WHERE id IN (1, 3) FOR UPDATE") == [1, 3]
    s.b.execute("BEGIN")
    assert rows(s.b, "SELECT id FROM jobs ORDER BY id LIMIT %s OFFSET %s FOR UPDATE SKIP LOCKED", 1, 1) == [4]
    # The row that OFFSET leaves out is locked as well.
    assert rows(s.c, "SELECT id FROM jobs ORDER BY id FOR UPDATE SKIP LOCKED") == [5]


def test_skip_locked_looks_at_more_rows_if_many_are_locked(s: Sessions) -> None:
    s.a.execute("INSERT INTO jobs SELECT g, 'new', 0 FROM generate_series(6, 400) g")
    s.a.execute("BEGIN")
    assert len(rows(s.a, "SELECT id FROM jobs ORDER BY id LIMIT 300 FOR UPDATE")) == 300
    assert rows(s.b, "SELECT id FROM jobs ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED") == [301, 302]
    assert len(rows(s.b, "SELECT id FROM jobs ORDER BY id LIMIT 200 FOR UPDATE SKIP LOCKED")) == 100


def test_limit_leaves_the_rows_after_it_unlocked(s: Sessions) -> None:
    s.a.execute("BEGIN")
    assert rows(s.a, "SELECT id FROM jobs ORDER BY id LIMIT 2 FOR UPDATE") == [1, 2]
    assert rows(s.b, "SELECT id FROM jobs WHERE id >= 3 FOR UPDATE NOWAIT") == [3, 4, 5]


def test_exists_locks_one_row(s: Sessions) -> None:
    s.a.execute("BEGIN")
    assert rows(s.a, "SELECT EXISTS (SELECT FROM jobs WHERE id >= 2 ORDER BY id FOR UPDATE)") == [True]
    assert rows(s.b, "SELECT id FROM jobs FOR UPDATE SKIP LOCKED") == [1, 3, 4, 5]


def test_nowait_names_the_relation_of_the_locked_row(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM notes WHERE id = 10 FOR UPDATE")
    with pytest.raises(errors.LockNotAvailable, match='could not obtain lock on row in relation "notes"'):
        s.b.execute("SELECT * FROM jobs j JOIN notes n ON n.job = j.id FOR UPDATE NOWAIT")


def test_each_table_has_its_own_strength_and_wait(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM notes WHERE id = 10 FOR SHARE")
    s.b.execute("BEGIN")
    both = "SELECT j.id FROM jobs j JOIN notes n ON n.job = j.id ORDER BY 1"
    assert rows(s.b, f"{both} FOR UPDATE OF j NOWAIT FOR SHARE OF n") == [1, 2]
    assert rows(s.c, f"{both} FOR UPDATE OF n SKIP LOCKED") == []
    with pytest.raises(errors.LockNotAvailable, match='relation "jobs"'):
        s.c.execute(f"{both} FOR UPDATE OF j NOWAIT FOR UPDATE OF n SKIP LOCKED")


STRENGTHS = ("KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE")


@pytest.mark.parametrize("held", range(4))
@pytest.mark.parametrize("wanted", range(4))
def test_strengths_stand_against_each_other_as_in_postgresql(s: Sessions, held: int, wanted: int) -> None:
    s.a.execute("BEGIN")
    s.a.execute(f"SELECT FROM jobs WHERE id = 1 FOR {STRENGTHS[held]}")
    free = rows(s.b, f"SELECT id FROM jobs WHERE id = 1 FOR {STRENGTHS[wanted]} SKIP LOCKED") == [1]
    assert free is (held + wanted < 3 or {held, wanted} == {1})


def test_waiter_sees_the_row_as_it_was_left(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")
    waiting = s.wait(s.b, "SELECT id, state FROM jobs WHERE state = 'new' ORDER BY id LIMIT 2 FOR UPDATE")
    s.a.execute("UPDATE jobs SET state = 'run' WHERE id = 1")
    s.a.execute("COMMIT")
    assert waiting.done() == [(2, "new"), (3, "new")]


def test_waiter_for_a_row_that_is_deleted_goes_on_without_it(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 2 FOR UPDATE")
    waiting = s.wait(s.b, "SELECT id FROM jobs ORDER BY id FOR UPDATE")
    s.a.execute("DELETE FROM jobs WHERE id = 2")
    s.a.execute("COMMIT")
    assert waiting.done() == [1, 3, 4, 5]


def test_waiting_keeps_the_locks_taken_before(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 3 FOR UPDATE")
    s.b.execute("BEGIN")
    waiting = s.wait(s.b, "SELECT id FROM jobs ORDER BY id FOR UPDATE")
    assert rows(s.c, "SELECT id FROM jobs ORDER BY id FOR UPDATE SKIP LOCKED") == [4, 5]
    s.a.execute("COMMIT")
    assert waiting.done() == [1, 2, 3, 4, 5]


def test_waiting_subquery_of_an_update_runs_again(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")
    take = "UPDATE jobs SET state = 'mine' WHERE id = (SELECT min(id) FROM (SELECT id FROM jobs WHERE state = 'new' " \
           "FOR UPDATE) free) RETURNING id"
    waiting = s.wait(s.b, take)
    s.a.execute("UPDATE jobs SET state = 'run' WHERE id = 1")
    s.a.execute("COMMIT")
    assert waiting.done() == [2]


def test_two_that_wait_for_each_other_are_a_deadlock(s: Sessions) -> None:
    for session, number in ((s.a, 1), (s.b, 2)):
        session.execute("BEGIN")
        session.execute("SELECT FROM jobs WHERE id = %s FOR UPDATE", [number])
    waiting = s.wait(s.a, "SELECT id FROM jobs WHERE id = 2 FOR UPDATE")
    failed = []
    try:
        s.b.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")
    except errors.DeadlockDetected:
        failed.append("b")
        s.b.execute("ROLLBACK")
    try:
        waiting.done()
    except errors.DeadlockDetected:
        failed.append("a")
    assert len(failed) == 1


@pytest.mark.parametrize(("first", "second", "meets"), [
    ("UPDATE jobs SET state = 'run' WHERE id = 1", "INSERT INTO jobs VALUES (1, 'x') ON CONFLICT DO NOTHING", "a change"),
    ("DELETE FROM jobs WHERE id = 1", "INSERT INTO jobs VALUES (1, 'x') ON CONFLICT (id) DO NOTHING RETURNING id", "a change"),
    ("UPDATE jobs SET id = 9 WHERE id = 1", "INSERT INTO jobs SELECT 1, 'x' ON CONFLICT DO NOTHING", "a change"),
    ("INSERT INTO jobs VALUES (9, 'x')", "INSERT INTO jobs VALUES (9, 'x') ON CONFLICT DO NOTHING", "a change"),
    ("SELECT FROM jobs WHERE id = 1 FOR UPDATE", "INSERT INTO jobs VALUES (1, 'x') ON CONFLICT DO NOTHING", "nothing"),
    ("DELETE FROM jobs WHERE id = 2", "INSERT INTO jobs VALUES (1, 'x') ON CONFLICT DO NOTHING", "nothing"),
    ("UPDATE jobs SET state = 'run' WHERE id = 1", "INSERT INTO jobs VALUES (1, 'x')", "a change"),
    ("DELETE FROM jobs WHERE id = 1", "INSERT INTO jobs VALUES (8, 'x'), (1, 'x'), (2, 'x')", "a change"),
    ("DELETE FROM jobs WHERE id = 1", "INSERT INTO jobs VALUES (8, 'x'), (2, 'x'), (1, 'x')", "a duplicate"),
    ("DELETE FROM jobs WHERE id = 2", "INSERT INTO jobs VALUES (8, 'x'), (1, 'x'), (2, 'x')", "a duplicate"),
    ("DELETE FROM jobs WHERE id = 2", "INSERT INTO jobs VALUES (1, 'x')", "a duplicate"),
    ("DELETE FROM jobs WHERE id = 1", "UPDATE jobs SET id = 1 WHERE id = 2", "a change"),
    ("DELETE FROM jobs WHERE id = 2", "UPDATE jobs SET id = 1 WHERE id = 2", "a change"),
    ("SELECT FROM jobs WHERE id = 1 FOR UPDATE", "INSERT INTO jobs VALUES (1, 'x')", "a duplicate"),
])
def test_unique_value_waits_only_for_whoever_changes_the_row_that_has_it(s: Sessions, first: str, second: str,
                                                                         meets: str) -> None:
    s.a.execute("BEGIN")
    s.a.execute(first.encode())
    s.b.execute("SET lock_timeout = 50")
    expected = {"a change": errors.LockNotAvailable, "a duplicate": errors.UniqueViolation}
    if meets in expected:
        with pytest.raises(expected[meets]):
            s.b.execute(second.encode())
    else:
        assert s.b.execute(second.encode()).rowcount == 0


def test_do_nothing_does_something_once_the_row_in_its_way_is_gone(s: Sessions) -> None:
    s.a.execute("BEGIN; DELETE FROM jobs WHERE id = 1")
    waiting = s.wait(s.b, "INSERT INTO jobs VALUES (1, 'again') ON CONFLICT DO NOTHING RETURNING state")
    s.a.execute("COMMIT")
    assert waiting.done() == ["again"]
    s.a.execute("BEGIN; DELETE FROM jobs WHERE id = 2")
    waiting = s.wait(s.b, "INSERT INTO jobs VALUES (2, 'again') ON CONFLICT DO NOTHING RETURNING state")
    s.a.execute("ROLLBACK")
    assert waiting.done() == []
    s.c.execute("UPDATE jobs SET state = 'free' WHERE id = 2")  # who only waited has not locked it


MERGE = ("MERGE INTO jobs USING (VALUES (9), (1)) v(id) ON jobs.id = v.id WHEN MATCHED THEN UPDATE SET state = 'met' "
         "WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'made') RETURNING jobs.id")


def test_insert_of_a_merge_is_a_duplicate_of_a_row_that_came_meanwhile(s: Sessions) -> None:
    s.a.execute("BEGIN; INSERT INTO jobs VALUES (9, 'a')")
    waiting = s.wait(s.b, MERGE)
    s.a.execute("COMMIT")
    with pytest.raises(errors.UniqueViolation, match="jobs_pkey"):
        waiting.done()
    assert rows(s.b, "SELECT state FROM jobs WHERE id IN (1, 9) ORDER BY id") == ["new", "a"]


def test_insert_of_a_merge_goes_on_when_the_row_in_its_way_does_not_come(s: Sessions) -> None:
    s.a.execute("BEGIN; INSERT INTO jobs VALUES (9, 'a')")
    waiting = s.wait(s.b, MERGE)
    s.a.execute("ROLLBACK")
    assert sorted(waiting.done()) == [1, 9]
    assert rows(s.b, "SELECT state FROM jobs WHERE id IN (1, 9) ORDER BY id") == ["met", "made"]


def test_deadlock_over_the_turn_to_write_is_told_too(s: Sessions) -> None:
    s.a.execute("SET deadlock_timeout = '1h'; BEGIN; CREATE TABLE made (i int)")  # keeps its turn to write
    s.b.execute("SET deadlock_timeout = '10ms'; BEGIN; SELECT FROM jobs WHERE id = 1 FOR UPDATE")
    waiting = s.wait(s.a, "SELECT id FROM jobs WHERE id = 1 FOR UPDATE")
    with pytest.raises(errors.DeadlockDetected) as raised:
        s.b.execute("UPDATE jobs SET state = 'run' WHERE id = 2")
    s.b.execute("ROLLBACK")
    assert waiting.done() == [1]
    a, b = s.a.info.backend_pid, s.b.info.backend_pid
    assert raised.value.diag.message_detail == (
        f"Process {b} waits for the turn to write; blocked by process {a}.\n"
        f'Process {a} waits for AccessExclusiveLock on row 1 of table "jobs"; blocked by process {b}.')


def test_lock_timeout_ends_the_waiting(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")
    s.b.execute("SET lock_timeout = 10")
    with pytest.raises(errors.LockNotAvailable, match="canceling statement due to lock timeout"):
        s.b.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")


def test_locks_go_with_their_savepoint(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")
    s.a.execute("SAVEPOINT later")
    s.a.execute("SELECT FROM jobs WHERE id <= 2 FOR UPDATE")
    assert rows(s.b, "SELECT id FROM jobs FOR UPDATE SKIP LOCKED") == [3, 4, 5]
    s.a.execute("ROLLBACK TO later")
    assert rows(s.b, "SELECT id FROM jobs FOR UPDATE SKIP LOCKED") == [2, 3, 4, 5]


def test_locks_of_a_statement_alone_end_with_it(s: Sessions) -> None:
    assert rows(s.a, "SELECT id FROM jobs FOR UPDATE") == [1, 2, 3, 4, 5]
    assert rows(s.b, "SELECT id FROM jobs FOR UPDATE NOWAIT") == [1, 2, 3, 4, 5]


def test_locks_end_with_their_session(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs FOR UPDATE")
    waiting = s.wait(s.b, "SELECT id FROM jobs FOR UPDATE")
    s.a.close()
    assert waiting.done() == [1, 2, 3, 4, 5]


def test_views_and_subqueries_are_locked_through(s: Sessions) -> None:
    s.a.execute("CREATE VIEW odd AS SELECT id, state FROM jobs WHERE queue = 1")
    s.a.execute("BEGIN")
    assert rows(s.a, "SELECT o.id FROM (SELECT * FROM odd) o WHERE o.id < 4 ORDER BY 1 FOR UPDATE") == [1, 3]
    assert rows(s.b, "SELECT id FROM (SELECT * FROM jobs ORDER BY id LIMIT 2) j FOR UPDATE SKIP LOCKED") == [2, 4]
    assert rows(s.b, "SELECT id FROM odd FOR UPDATE SKIP LOCKED") == [5]


def test_cursor_and_portal_give_locked_rows_piece_by_piece(s: Sessions) -> None:
    with s.a.transaction():
        s.a.execute("DECLARE c CURSOR FOR SELECT id, state FROM jobs ORDER BY id FOR UPDATE")
        assert rows(s.a, "FETCH 2 FROM c") == [(1, "new"), (2, "new")]
        assert rows(s.b, "SELECT id FROM jobs WHERE id <= 2 FOR UPDATE SKIP LOCKED") == []
        assert rows(s.a, "FETCH ALL FROM c") == [(3, "new"), (4, "new"), (5, "new")]
    with s.a.transaction(), s.a.cursor("named") as cursor:
        cursor.itersize = 2
        cursor.execute("SELECT id FROM jobs WHERE id > %s ORDER BY id FOR SHARE", [1])
        assert [row[0] for row in cursor] == [2, 3, 4, 5]


def test_prepared_statement_takes_limit_as_parameter(s: Sessions) -> None:
    sql = "SELECT id FROM jobs ORDER BY id LIMIT %s FOR UPDATE"
    for limit, expected in ((2, [1, 2]), (None, [1, 2, 3, 4, 5]), (0, [])):
        assert [row[0] for row in s.a.execute(sql, [limit], prepare=True).fetchall()] == expected
    with pytest.raises(errors.InvalidRowCountInLimitClause):
        s.a.execute(sql, [-1], prepare=True)


def test_large_table_is_locked_row_by_row(s: Sessions) -> None:
    s.a.execute("INSERT INTO notes SELECT g, g FROM generate_series(100, 3000) g")
    s.a.execute("BEGIN")
    assert len(rows(s.a, "SELECT id FROM notes WHERE id > 50 ORDER BY job DESC FOR UPDATE")) == 2901
    assert rows(s.b, "SELECT id FROM notes FOR UPDATE SKIP LOCKED") == [10, 20]


def test_lateral_queues_give_each_worker_other_jobs(s: Sessions) -> None:
    sql = """SELECT q.n, j.id FROM (VALUES (0), (1)) q (n), LATERAL (
        SELECT id FROM jobs WHERE queue = q.n AND state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) j ORDER BY 1"""
    for worker, expected in ((s.a, [(0, 2), (1, 1)]), (s.b, [(0, 4), (1, 3)]), (s.c, [(1, 5)])):
        worker.execute("BEGIN")
        assert rows(worker, sql) == expected


def test_subquery_that_uses_the_statement_around_it_waits(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 2 FOR UPDATE")
    sql = "SELECT n.id, (SELECT j.state FROM jobs j WHERE j.id = n.job FOR SHARE) FROM notes n ORDER BY 1"
    waiting = s.wait(s.b, sql)
    s.a.execute("UPDATE jobs SET state = 'run' WHERE id = 2")
    s.a.execute("COMMIT")
    assert waiting.done() == [(10, "new"), (20, "run")]
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 2 FOR UPDATE")
    waiting = s.wait(s.b, """UPDATE notes n SET job = 7 WHERE (
        SELECT state FROM jobs j WHERE j.id = n.job FOR UPDATE) = 'new' RETURNING id""")
    s.a.execute("COMMIT")
    assert waiting.done() == [10]
    with pytest.raises(errors.LockNotAvailable, match='relation "jobs"'), s.a.transaction():
        s.a.execute("SELECT FROM jobs WHERE id = 2 FOR UPDATE")
        s.b.execute(sql.replace("SHARE", "SHARE NOWAIT"))


def test_sharers_of_a_row_do_not_queue_behind_who_wants_it_alone(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 1 FOR SHARE")
    waiting = s.wait(s.b, "SELECT id FROM jobs WHERE id = 1 FOR UPDATE")
    assert rows(s.c, "SELECT id FROM jobs WHERE id = 1 FOR SHARE NOWAIT") == [1]
    s.a.execute("COMMIT")
    assert waiting.done() == [1]


def test_repeatable_read_refuses_to_lock_a_row_changed_since_its_snapshot(s: Sessions) -> None:
    s.a.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    s.a.execute("SELECT FROM notes")
    s.b.execute("UPDATE jobs SET state = 'run' WHERE id = 1")
    assert rows(s.a, "SELECT id, state FROM jobs WHERE id = 2 FOR UPDATE") == [(2, "new")]
    with pytest.raises(errors.SerializationFailure, match="could not serialize access due to concurrent update"):
        s.a.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")


def test_statement_that_fails_in_a_block_gives_its_locks_back(s: Sessions) -> None:
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs WHERE id = 1 FOR UPDATE")
    s.a.execute("SAVEPOINT later")
    s.a.execute("SELECT FROM jobs WHERE id = 2 FOR UPDATE")
    with pytest.raises(errors.DivisionByZero):
        s.a.execute("SELECT 1 / 0")
    assert rows(s.b, "SELECT id FROM jobs WHERE id <= 2 FOR UPDATE SKIP LOCKED") == [2]
    s.a.execute("ROLLBACK TO later")
    with pytest.raises(errors.DivisionByZero):
        s.a.execute("SELECT 1 / 0")
    s.a.execute("ROLLBACK")
    s.a.execute("BEGIN")
    s.a.execute("SELECT FROM jobs FOR UPDATE")
    with pytest.raises(errors.DivisionByZero):
        s.a.execute("SELECT 1 / 0")
    assert rows(s.b, "SELECT id FROM jobs FOR UPDATE NOWAIT") == [1, 2, 3, 4, 5]


def test_table_without_row_numbers_is_locked_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "made.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID")
        made.execute("INSERT INTO t VALUES ('a', 1), ('b', 2)")
    server = PgquillServer(path)
    with ExitStack() as stack:
        stack.callback(server.stop)
        s = Sessions(server.dsn(), stack)
        s.a.execute("BEGIN")
        assert rows(s.a, "SELECT n FROM t WHERE k = 'a' FOR UPDATE") == [1]
        assert rows(s.b, "SELECT n FROM t FOR UPDATE SKIP LOCKED") == []
        with pytest.raises(errors.LockNotAvailable, match='relation "t"'):
            s.b.execute("SELECT n FROM t WHERE k = 'b' FOR SHARE NOWAIT")
        waiting = s.wait(s.b, "UPDATE t SET n = n + 1 WHERE k = 'a' RETURNING n")
        s.a.execute("UPDATE t SET n = 5 WHERE k = 'a'")
        s.a.execute("COMMIT")
        assert waiting.done() == [6]


@pytest.mark.parametrize("name", ["row_locks"])
def test_script_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)


def test_sequence_saved_by_a_commit_that_waited_is_not_behind_what_others_took_meanwhile(
        s: Sessions, server: PgquillServer) -> None:
    s.c.execute("CREATE SEQUENCE numbers")
    s.a.execute("BEGIN")
    assert rows(s.a, "SELECT nextval('numbers')") == [1]
    s.b.execute("BEGIN")
    s.b.execute("CREATE TABLE b_writes (i int)")  # DDL keeps the turn to write
    waiting = Waiting(s.a.commit)
    until_it_waits(s.observer, s.a.info.backend_pid)
    assert rows(s.b, "SELECT nextval('numbers') FROM generate_series(1, 4)") == [2, 3, 4, 5]
    s.b.execute("COMMIT")
    waiting.done()
    with closing(sqlite3.connect(Path(server.path) / "locking.db")) as file:
        assert file.execute("SELECT last_value FROM pgquill_sequence").fetchall() == [(5,)]
