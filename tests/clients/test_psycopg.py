"""psycopg, sync and async: cursors, pipelines, COPY, notices, transactions, prepared statements, errors, cancel."""

import asyncio
import threading
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row, dict_row, namedtuple_row

from tests.clients.database import Database

Connection = psycopg.Connection[Any]
LONG = "SELECT count(*) FROM generate_series(1, 30000000)"


@pytest.fixture
def numbers(connection: Connection) -> Connection:
    """A table `number` with 1..1000."""
    connection.execute("CREATE TABLE number (n int PRIMARY KEY, square bigint NOT NULL)")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO number VALUES (%s, %s)", [(n, n * n) for n in range(1, 1001)])
    return connection


# --- rows ---------------------------------------------------------------------------------------------------------


def test_row_factories_get_the_names_of_columns(connection: Connection) -> None:
    query = "SELECT 1 AS a, 'x' AS b"
    with connection.cursor(row_factory=dict_row) as as_dict:
        assert as_dict.execute(query).fetchone() == {"a": 1, "b": "x"}
    with connection.cursor(row_factory=namedtuple_row) as as_tuple:
        assert as_tuple.execute(query).fetchone()._asdict() == {"a": 1, "b": "x"}  # type: ignore[union-attr]
    with connection.cursor(row_factory=class_row(dict)) as as_class:
        assert as_class.execute(query).fetchone() == {"a": 1, "b": "x"}


def test_row_count_and_status_message_follow_the_statement(numbers: Connection) -> None:
    cursor = numbers.execute("UPDATE number SET square = 0 WHERE n <= 10")
    assert (cursor.rowcount, cursor.statusmessage) == (10, "UPDATE 10")
    cursor = numbers.execute("DELETE FROM number WHERE n > 990 RETURNING n")
    assert (cursor.rowcount, cursor.statusmessage, len(cursor.fetchall())) == (10, "DELETE 10", 10)
    cursor = numbers.execute("INSERT INTO number VALUES (2000, 1), (2001, 1)")
    assert (cursor.rowcount, cursor.statusmessage) == (2, "INSERT 0 2")
    assert numbers.execute("SELECT * FROM number WHERE n < 0").statusmessage == "SELECT 0"


def test_several_statements_without_parameters_give_several_results(connection: Connection) -> None:
    cursor = connection.execute("SELECT 1; SELECT 2, 3; CREATE TABLE several (a int)")
    assert cursor.fetchall() == [(1,)]
    assert cursor.nextset() and cursor.fetchall() == [(2, 3)]
    assert cursor.nextset() and cursor.statusmessage == "CREATE TABLE"
    assert cursor.nextset() is None


def test_stream_gives_rows_one_by_one(numbers: Connection) -> None:
    with numbers.cursor() as cursor:
        assert sum(row[0] for row in cursor.stream("SELECT n FROM number")) == 500500


def test_executemany_with_returning_gives_a_result_for_each(connection: Connection) -> None:
    connection.execute("CREATE TABLE many (id serial PRIMARY KEY, v text)")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO many (v) VALUES (%s) RETURNING id, v", [("a",), ("b",), ("c",)], returning=True)
        found = [cursor.fetchone()]
        while cursor.nextset():
            found.append(cursor.fetchone())
        assert (found, cursor.rowcount) == ([(1, "a"), (2, "b"), (3, "c")], 1)


# --- server-side cursors --------------------------------------------------------------------------------------------


def test_named_cursor_fetches_in_parts(numbers: Connection) -> None:
    with numbers.transaction(), numbers.cursor("parts") as cursor:
        cursor.execute("SELECT n FROM number ORDER BY n")
        assert cursor.fetchone() == (1,)
        assert cursor.fetchmany(3) == [(2,), (3,), (4,)]
        cursor.itersize = 100
        assert sum(1 for _ in cursor) == 996
        assert cursor.fetchone() is None


def test_named_cursor_that_scrolls_moves_both_ways(numbers: Connection) -> None:
    with numbers.transaction(), numbers.cursor("scrolls", scrollable=True) as cursor:
        cursor.execute("SELECT n FROM number ORDER BY n")
        cursor.scroll(10)
        assert cursor.fetchone() == (11,)
        cursor.scroll(-5)
        assert cursor.fetchone() == (7,)
        cursor.scroll(999, mode="absolute")
        assert cursor.fetchone() == (1000,)
        cursor.scroll(0, mode="absolute")
        assert cursor.fetchmany(2) == [(1,), (2,)]


def test_named_cursor_that_does_not_scroll_refuses_to_go_back(numbers: Connection) -> None:
    with pytest.raises(errors.ObjectNotInPrerequisiteState), numbers.transaction():
        with numbers.cursor("forward", scrollable=False) as cursor:
            cursor.execute("SELECT n FROM number ORDER BY n")
            cursor.fetchmany(5)
            cursor.scroll(-2)


def test_named_cursor_with_hold_outlives_its_transaction(numbers: Connection) -> None:
    numbers.autocommit = False
    cursor = numbers.cursor("held", withhold=True)
    cursor.execute("SELECT n FROM number ORDER BY n")
    assert cursor.fetchone() == (1,)
    numbers.commit()
    numbers.execute("DELETE FROM number")
    assert cursor.fetchmany(2) == [(2,), (3,)]
    cursor.close()
    numbers.rollback()
    assert numbers.execute("SELECT count(*) FROM number").fetchone() == (1000,)


def test_named_cursor_sees_the_rows_of_its_beginning(numbers: Connection) -> None:
    with numbers.transaction(), numbers.cursor("snapshot") as cursor:
        cursor.execute("SELECT count(*) OVER (), n FROM number ORDER BY n")
        numbers.execute("DELETE FROM number WHERE n > 500")
        assert cursor.fetchone() == (1000, 1)


def test_named_cursor_with_parameters_and_binary_rows(numbers: Connection) -> None:
    with numbers.transaction(), numbers.cursor("parameters", binary=True) as cursor:
        cursor.execute("SELECT n, square FROM number WHERE n > %s ORDER BY n", [998])
        assert cursor.fetchall() == [(999, 998001), (1000, 1000000)]


# --- pipelines ------------------------------------------------------------------------------------------------------


def test_pipeline_gives_all_results_in_order(numbers: Connection) -> None:
    with numbers.pipeline():
        cursors = [numbers.execute("SELECT square FROM number WHERE n = %s", [n]) for n in range(1, 51)]
        assert [c.fetchone() for c in cursors] == [(n * n,) for n in range(1, 51)]


def test_pipeline_after_an_error_aborts_the_rest_and_goes_on_after_sync(connection: Connection) -> None:
    connection.execute("CREATE TABLE piped (a int PRIMARY KEY)")
    with pytest.raises(errors.UniqueViolation), connection.pipeline():
        connection.execute("INSERT INTO piped VALUES (1)")
        connection.execute("INSERT INTO piped VALUES (1)")
        connection.execute("INSERT INTO piped VALUES (2)")
    # Without a transaction block, all up to Sync is one implicit transaction.
    assert connection.execute("SELECT count(*) FROM piped").fetchone() == (0,)
    with connection.pipeline() as pipeline:
        first = connection.execute("INSERT INTO piped VALUES (1)")
        pipeline.sync()
        second = connection.execute("SELECT a FROM piped")
        assert (first.rowcount, second.fetchall()) == (1, [(1,)])


def test_pipeline_with_transaction_blocks(connection: Connection) -> None:
    connection.execute("CREATE TABLE block (a int PRIMARY KEY)")
    with connection.pipeline():
        with connection.transaction():
            connection.execute("INSERT INTO block VALUES (1)")
        with pytest.raises(errors.UniqueViolation), connection.transaction():
            connection.execute("INSERT INTO block VALUES (2)")
            connection.execute("INSERT INTO block VALUES (1)")
    assert connection.execute("SELECT a FROM block").fetchall() == [(1,)]


# --- COPY -----------------------------------------------------------------------------------------------------------


def test_copy_in_and_out_as_text(connection: Connection) -> None:
    connection.execute("CREATE TABLE copied (id int, name text, at date)")
    rows = [(1, "a\tb", "2024-01-01"), (2, None, None), (3, "\\N", "2024-02-29"), (4, "ü\n", None)]
    with connection.cursor() as cursor, cursor.copy("COPY copied (id, name, at) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    with connection.cursor() as cursor, cursor.copy("COPY copied TO STDOUT") as copy:
        copy.set_types(["int4", "text", "text"])
        assert list(copy.rows()) == rows


def test_copy_in_and_out_as_binary(connection: Connection) -> None:
    connection.execute("CREATE TABLE binary_copy (id bigint, name text, ok boolean)")
    with connection.cursor() as cursor:
        with cursor.copy("COPY binary_copy FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "text", "bool"])
            copy.write_row((1, "ü", True))
            copy.write_row((2, None, False))
        with cursor.copy("COPY (SELECT * FROM binary_copy ORDER BY id DESC) TO STDOUT (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "text", "bool"])
            assert list(copy.rows()) == [(2, None, False), (1, "ü", True)]


def test_copy_csv_out_of_a_query(connection: Connection) -> None:
    query = "COPY (SELECT 1 AS a, 'x,\"y\"' AS b, NULL AS c) TO STDOUT (FORMAT csv, HEADER)"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        assert b"".join(copy).decode() == 'a,b,c\n1,"x,""y""",\n'


def test_copy_in_that_fails_leaves_nothing_and_the_session_usable(connection: Connection) -> None:
    connection.execute("CREATE TABLE strict_copy (id int PRIMARY KEY)")
    with pytest.raises(errors.InvalidTextRepresentation) as caught:
        with connection.cursor() as cursor, cursor.copy("COPY strict_copy FROM STDIN") as copy:
            copy.write("1\nx\n")
    assert caught.value.diag.context == 'COPY strict_copy, line 2, column id: "x"'
    with pytest.raises(ZeroDivisionError):
        with connection.cursor() as cursor, cursor.copy("COPY strict_copy FROM STDIN") as copy:
            copy.write("1\n")
            raise ZeroDivisionError
    assert connection.execute("SELECT count(*) FROM strict_copy").fetchone() == (0,)


# --- transactions ---------------------------------------------------------------------------------------------------


def test_transaction_contexts_commit_and_roll_back(connection: Connection) -> None:
    connection.execute("CREATE TABLE nested (a int)")
    with connection.transaction():
        connection.execute("INSERT INTO nested VALUES (1)")
        with pytest.raises(ZeroDivisionError), connection.transaction():
            connection.execute("INSERT INTO nested VALUES (2)")
            raise ZeroDivisionError
        with connection.transaction():
            connection.execute("INSERT INTO nested VALUES (3)")
        with connection.transaction() as undone:
            connection.execute("INSERT INTO nested VALUES (4)")
            raise psycopg.Rollback(undone)
    assert connection.execute("SELECT a FROM nested ORDER BY a").fetchall() == [(1,), (3,)]


def test_transaction_status_is_reported(connection: Connection) -> None:
    info = connection.info
    assert info.transaction_status == TransactionStatus.IDLE
    connection.execute("BEGIN")
    assert info.transaction_status == TransactionStatus.INTRANS
    with pytest.raises(errors.DivisionByZero):
        connection.execute("SELECT 1/0")
    assert info.transaction_status == TransactionStatus.INERROR
    with pytest.raises(errors.InFailedSqlTransaction):
        connection.execute("SELECT 1")
    assert connection.execute("COMMIT").statusmessage == "ROLLBACK"
    assert info.transaction_status == TransactionStatus.IDLE


def test_connection_without_autocommit_loses_what_was_not_committed(database: Database) -> None:
    with psycopg.connect(database.dsn()) as connection:
        connection.execute("CREATE TABLE kept (a int)")
        connection.commit()
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.rollback()
        connection.execute("INSERT INTO kept VALUES (2)")
    with psycopg.connect(database.dsn()) as connection:
        assert connection.execute("SELECT a FROM kept").fetchall() == [(2,)]


def test_transaction_characteristics_are_set(database: Database) -> None:
    with psycopg.connect(database.dsn()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        connection.read_only = True
        assert connection.execute("SHOW transaction_isolation").fetchone() == ("serializable",)
        with pytest.raises(errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE refused (a int)")


def test_savepoint_after_an_error_makes_the_block_usable(connection: Connection) -> None:
    connection.execute("CREATE TABLE saved (a int PRIMARY KEY)")
    with connection.transaction():
        connection.execute("INSERT INTO saved VALUES (1)")
        for value in (1, 2):
            try:
                with connection.transaction():
                    connection.execute("INSERT INTO saved VALUES (%s)", [value])
            except errors.UniqueViolation:
                continue
    assert connection.execute("SELECT a FROM saved ORDER BY a").fetchall() == [(1,), (2,)]


# --- prepared statements --------------------------------------------------------------------------------------------


def test_statement_run_often_is_prepared_and_listed(numbers: Connection) -> None:
    numbers.prepare_threshold = 2
    for n in range(6):
        numbers.execute("SELECT square FROM number WHERE n = %s", [n])
    found = numbers.execute("SELECT statement, parameter_types::text, from_sql FROM pg_prepared_statements"
                            " WHERE statement LIKE 'SELECT%'").fetchall()
    assert found == [("SELECT square FROM number WHERE n = $1", "{smallint}", False)]


def test_prepared_statement_after_ddl_sees_the_new_table(connection: Connection) -> None:
    connection.execute("CREATE TABLE changing (a int)")
    connection.execute("INSERT INTO changing VALUES (1)")
    query = "SELECT a FROM changing WHERE a = %s"
    assert connection.execute(query, [1], prepare=True).fetchall() == [(1,)]
    connection.execute("ALTER TABLE changing ADD COLUMN b text DEFAULT 'x'")
    assert connection.execute(query, [1], prepare=True).fetchall() == [(1,)]
    connection.execute("DROP TABLE changing")
    with pytest.raises(errors.UndefinedTable):
        connection.execute(query, [1], prepare=True)


def test_prepared_statement_whose_result_changes_fails_as_in_postgres(
    connection: Connection, database: Database
) -> None:
    connection.execute("CREATE TABLE widening (a int)")
    assert connection.execute("SELECT * FROM widening", prepare=True).fetchall() == []
    with psycopg.connect(database.dsn(), autocommit=True) as other:  # psycopg forgets its own after an ALTER
        other.execute("ALTER TABLE widening ADD COLUMN b text")
    with pytest.raises(errors.FeatureNotSupported, match="cached plan must not change result type"):
        connection.execute("SELECT * FROM widening", prepare=True)


def test_sql_prepare_execute_deallocate(connection: Connection) -> None:
    connection.execute("PREPARE plus (int, int) AS SELECT $1 + $2")
    assert connection.execute("EXECUTE plus (2, 3)").fetchone() == (5,)
    connection.execute("DEALLOCATE plus")
    with pytest.raises(errors.InvalidSqlStatementName):
        connection.execute("EXECUTE plus (2, 3)")


# --- notices and errors ---------------------------------------------------------------------------------------------


def test_notices_arrive_with_their_fields(connection: Connection) -> None:
    heard: list[tuple[str | None, str | None, str | None]] = []
    connection.add_notice_handler(lambda diag: heard.append((diag.severity, diag.sqlstate, diag.message_primary)))
    connection.execute("DROP TABLE IF EXISTS no_such_table")
    connection.execute("CREATE TABLE IF NOT EXISTS here (a int)")
    connection.execute("CREATE TABLE IF NOT EXISTS here (a int)")
    connection.execute("ROLLBACK")
    assert heard == [
        ("NOTICE", "00000", 'table "no_such_table" does not exist, skipping'),
        ("NOTICE", "42P07", 'relation "here" already exists, skipping'),
        ("WARNING", "25P01", "there is no transaction in progress"),
    ]


def failure(connection: Connection, statement: str, parameters: list[Any] | None = None) -> dict[str, Any]:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(statement, parameters)
    diag = caught.value.diag
    names = ("sqlstate", "message_primary", "message_detail", "message_hint", "statement_position", "schema_name",
             "table_name", "column_name", "constraint_name", "datatype_name")
    return {name: value for name in names if (value := getattr(diag, name)) is not None}


def test_error_of_a_constraint_names_table_column_and_constraint(connection: Connection) -> None:
    connection.execute("CREATE TABLE parent (id int PRIMARY KEY, age int CHECK (age > 0), name text NOT NULL UNIQUE)")
    connection.execute("CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent)")
    connection.execute("INSERT INTO parent VALUES (1, 1, 'a')")
    place = {"schema_name": "public", "table_name": "parent"}
    assert failure(connection, "INSERT INTO parent VALUES (1, 1, 'b')") == place | {
        "sqlstate": "23505", "message_primary": 'duplicate key value violates unique constraint "parent_pkey"',
        "message_detail": "Key (id)=(1) already exists.", "constraint_name": "parent_pkey"}
    assert failure(connection, "INSERT INTO parent VALUES (2, 1, 'a')") == place | {
        "sqlstate": "23505", "message_primary": 'duplicate key value violates unique constraint "parent_name_key"',
        "message_detail": "Key (name)=(a) already exists.", "constraint_name": "parent_name_key"}
    assert failure(connection, "INSERT INTO parent VALUES (2, 0, 'b')") == place | {
        "sqlstate": "23514", "message_detail": "Failing row contains (2, 0, b).", "constraint_name": "parent_age_check",
        "message_primary": 'new row for relation "parent" violates check constraint "parent_age_check"'}
    assert failure(connection, "INSERT INTO parent VALUES (2, 1, NULL)") == place | {
        "sqlstate": "23502", "message_detail": "Failing row contains (2, 1, null).", "column_name": "name",
        "message_primary": 'null value in column "name" of relation "parent" violates not-null constraint'}
    assert failure(connection, "INSERT INTO child VALUES (1, 9)") == {
        "sqlstate": "23503", "schema_name": "public", "table_name": "child", "constraint_name": "child_parent_id_fkey",
        "message_detail": 'Key (parent_id)=(9) is not present in table "parent".',
        "message_primary": 'insert or update on table "child" violates foreign key constraint "child_parent_id_fkey"'}
    connection.execute("INSERT INTO child VALUES (1, 1)")
    assert failure(connection, "DELETE FROM parent") == {
        "sqlstate": "23503", "schema_name": "public", "table_name": "child", "constraint_name": "child_parent_id_fkey",
        "message_detail": 'Key (id)=(1) is still referenced from table "child".',
        "message_primary": 'update or delete on table "parent" violates foreign key constraint "child_parent_id_fkey" '
                           'on table "child"'}


@pytest.mark.parametrize(("statement", "expected"), [
    ("SELEC 1", {"sqlstate": "42601", "message_primary": 'syntax error at or near "SELEC"', "statement_position": "1"}),
    ("SELECT a FROM b", {"sqlstate": "42P01", "message_primary": 'relation "b" does not exist',
                         "statement_position": "15"}),
    ("SELECT ü, x", {"sqlstate": "42703", "message_primary": 'column "ü" does not exist', "statement_position": "8"}),
    ("SELECT 'ü', 1 + 'x'", {"sqlstate": "22P02", "message_primary": 'invalid input syntax for type integer: "x"',
                             "statement_position": "17"}),
    ("SELECT 1 + true", {
        "sqlstate": "42883", "message_primary": "operator does not exist: integer + boolean", "statement_position": "10",
        "message_hint": "No operator matches the given name and argument types. You might need to add explicit type casts."}),
    ("SELECT 2147483647 + 1", {"sqlstate": "22003", "message_primary": "integer out of range"}),
    ("SELECT nextval('nothing')", {"sqlstate": "42P01", "message_primary": 'relation "nothing" does not exist',
                                   "statement_position": "16"}),
])
def test_error_of_a_statement_has_code_message_hint_and_position(
    connection: Connection, statement: str, expected: dict[str, str]
) -> None:
    assert failure(connection, statement) == expected


def test_error_while_rows_are_streamed_keeps_the_session_usable(numbers: Connection) -> None:
    with pytest.raises(errors.DivisionByZero), numbers.cursor() as cursor:
        for _ in cursor.stream("SELECT 1 / (900 - n) FROM number ORDER BY n"):
            pass
    assert numbers.execute("SELECT 1").fetchone() == (1,)


# --- cancel and timeouts --------------------------------------------------------------------------------------------


def test_cancel_ends_a_long_statement_and_only_that(connection: Connection, database: Database) -> None:
    caught: list[BaseException] = []

    def run() -> None:
        try:
            connection.execute(LONG)
        except psycopg.Error as error:
            caught.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    with psycopg.connect(database.dsn(), autocommit=True) as observer:
        wait_until(observer, "SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND pid = %s",
                   connection.info.backend_pid)
    connection.cancel_safe()
    worker.join(20)
    assert [type(error) for error in caught] == [errors.QueryCanceled]
    assert str(caught[0]) == "canceling statement due to user request"
    assert connection.execute("SELECT 1").fetchone() == (1,)


def wait_until(observer: Connection, condition: str, *parameters: Any) -> None:
    """Ask until the server says yes; each question is a round trip, so nothing is slept through."""
    for _ in range(20_000):
        row = observer.execute(condition, parameters).fetchone()
        if row is not None and row[0]:
            return
    raise AssertionError(f"never true: {condition}")


def test_statement_timeout_ends_a_long_statement(connection: Connection) -> None:
    connection.execute("SET statement_timeout = '50ms'")
    with pytest.raises(errors.QueryCanceled, match="canceling statement due to statement timeout"):
        connection.execute(LONG)
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_backend_is_terminated_by_another(connection: Connection, database: Database) -> None:
    with psycopg.connect(database.dsn(), autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid]).fetchone() == (True,)
    with pytest.raises(errors.AdminShutdown):
        connection.execute("SELECT 1")
    assert connection.closed


# --- asynchronous ---------------------------------------------------------------------------------------------------


def test_async_connections_run_statements_side_by_side(database: Database) -> None:
    async def one(number: int) -> int:
        async with await psycopg.AsyncConnection.connect(database.dsn()) as connection:
            async with connection.cursor() as cursor:
                await cursor.execute("INSERT INTO side (a) VALUES (%s) RETURNING a", [number])
                row = await cursor.fetchone()
                assert row is not None
                return int(row[0])

    async def main() -> list[int]:
        async with await psycopg.AsyncConnection.connect(database.dsn(), autocommit=True) as connection:
            await connection.execute("CREATE TABLE side (a int)")
            done = await asyncio.gather(*(one(n) for n in range(10)))
            async with connection.cursor(name="async_cursor", withhold=True) as cursor:
                await cursor.execute("SELECT a FROM side ORDER BY a")
                assert [row[0] async for row in cursor] == list(range(10))
            return done

    assert asyncio.run(main()) == list(range(10))


def test_async_pipeline_and_copy(database: Database) -> None:
    async def main() -> list[Any]:
        async with await psycopg.AsyncConnection.connect(database.dsn(), autocommit=True) as connection:
            await connection.execute("CREATE TABLE flow (a int, b text)")
            async with connection.cursor() as cursor, cursor.copy("COPY flow FROM STDIN") as copy:
                for n in range(100):
                    await copy.write_row((n, f"row {n}"))
            async with connection.pipeline():
                cursors = [await connection.execute("SELECT b FROM flow WHERE a = %s", [n]) for n in (5, 50)]
                return [await c.fetchone() for c in cursors]

    assert asyncio.run(main()) == [("row 5",), ("row 50",)]
