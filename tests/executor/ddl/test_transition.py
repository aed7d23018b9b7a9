"""What ALTER TABLE does in SQLite: edits of the text in place, or a rebuild, and that rows survive both."""

from executor.catalog.model import Column, Constraint, Relation
from executor.ddl.objects import put_relation
from executor.ddl.schema_edit import REBUILD
from tests.executor.ddl.session import Session


def rebuilt(session: Session, text: str) -> bool:
    session.sql.clear()
    session.run(text)
    return any(REBUILD in sql for sql in session.sql)


def prepared() -> Session:
    session = Session()
    session.run("CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 1, b varchar(5)); CREATE INDEX ON t (a)")
    session.connection.execute("INSERT INTO t VALUES (1, 10, 'x'), (7, 20, 'y')")
    return session


def test_changes_of_constraints_and_defaults_edit_the_text() -> None:
    session = prepared()
    for text in (
        "ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER a DROP NOT NULL",
        "ALTER TABLE t ALTER a SET DEFAULT 5",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t ALTER a TYPE bigint", "ALTER TABLE t ALTER b TYPE text",
        "ALTER TABLE t ADD COLUMN n int DEFAULT 3",
        "ALTER TABLE t ADD UNIQUE (b)", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES t NOT VALID",
    ):  # fmt: skip
        assert not rebuilt(session, text), text
    assert session.rows("SELECT * FROM t") == [(1, 10, "x", 3), (7, 20, "y", 3)]


def test_default_of_an_added_column_is_changed_by_a_rebuild() -> None:
    session = prepared()
    session.run("ALTER TABLE t ADD COLUMN n int DEFAULT 3")
    assert rebuilt(session, "ALTER TABLE t ALTER n SET DEFAULT 4")
    assert session.rows("SELECT n FROM t") == [(3,), (3,)]
    assert not rebuilt(session, "ALTER TABLE t ALTER n SET DEFAULT 5")


def test_changes_of_rows_rebuild_and_keep_rowids_and_indexes() -> None:
    session = prepared()
    session.run("ALTER TABLE t DROP CONSTRAINT t_pkey")
    session.connection.execute("UPDATE t SET rowid = rowid + 100")
    for text in ("ALTER TABLE t ALTER a TYPE text USING a::text", "ALTER TABLE t DROP COLUMN b"):
        assert rebuilt(session, text), text
    assert session.rows("SELECT rowid, * FROM t") == [(101, 1, "10"), (107, 7, "20")]
    assert session.rows("SELECT name FROM sqlite_schema WHERE type = 'index'") == [("t_a_idx",)]


def test_primary_key_of_one_integer_becomes_the_rowid_and_back() -> None:
    session = Session()
    session.run("CREATE TABLE t (a int, b text PRIMARY KEY)")
    session.connection.execute("INSERT INTO t VALUES (42, 'x')")
    session.run("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a)")
    assert session.rows("SELECT rowid FROM t") == [(42,)]
    assert session.table("t").rowid_column == 1
    assert "INTEGER PRIMARY KEY" in session.text("t")


def test_attnums_are_never_used_again() -> None:
    session = prepared()
    session.run("ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN c int")
    assert [c.number for c in session.table("t").columns] == [1, 2, 4]


def test_serial_column_numbers_the_rows_there_are() -> None:
    session = prepared()
    session.run("ALTER TABLE t ADD COLUMN s serial")
    assert session.rows("SELECT s FROM t ORDER BY id") == [(1,), (2,)]
    assert session.rows("SELECT last_value, is_called FROM pgquill_sequence") == [(2, 1)]


def elsewhere() -> Session:
    """A table as another program made it and executor.catalog.elsewhere describes it."""
    session = prepared()
    sql = "CREATE TABLE other(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE CHECK (name GLOB 'x*'))"
    session.connection.execute(sql)
    session.connection.execute("INSERT INTO other VALUES (1, 'xy')")
    oid = session.catalog.next_oid + 100
    relation = Relation(
        oid=oid, schema="public", name="other", sqlite_name="other", sqlite_sql=sql, made_elsewhere=True,
        rowid_column=1,
        columns=(Column(name="id", number=1, type=20, not_null=True, affinity="INTEGER"),
                 Column(name="name", number=2, type=25, affinity="TEXT")),
        constraints=(Constraint(oid=oid + 1, name="other_check", kind="c", columns=(2,), expression="name GLOB 'x*'"),))
    session.catalog = put_relation(session.catalog, relation)
    return session


def test_table_of_another_program_keeps_its_own_text() -> None:
    session = elsewhere()
    session.run(
        "ALTER TABLE other ADD COLUMN n int DEFAULT 3; ALTER TABLE other RENAME COLUMN name TO title; "
        "ALTER TABLE other RENAME TO mine; CREATE INDEX ON mine (title); ALTER TABLE mine ADD UNIQUE (n); "
        "ALTER TABLE mine ALTER n SET DEFAULT 4; ALTER TABLE mine ADD COLUMN gone text; "
        "ALTER TABLE mine DROP COLUMN gone")
    assert session.rows("SELECT * FROM mine") == [(1, "xy", 3)]
    assert "AUTOINCREMENT" in session.text("mine")
    assert "COLLATE NOCASE CHECK (\"title\" GLOB 'x*')" in session.text("mine")
    assert not session.table("mine").made_elsewhere


def test_table_of_another_program_is_not_rewritten() -> None:
    session = elsewhere()
    for text in ("ALTER TABLE other ALTER name TYPE int USING 1", "ALTER TABLE other ADD CHECK (id > 0)",
                 "ALTER TABLE other ALTER name SET NOT NULL", "ALTER TABLE other ADD COLUMN d int DEFAULT length('a')"):
        assert session.error(text)[0] == "0A000", text


def test_other_programs_can_write_a_table_with_numeric_and_char() -> None:
    session = Session()
    session.run("CREATE TABLE t (n numeric UNIQUE, c char(4), p numeric(10, 2))")
    assert session.text("t") == (
        'CREATE TABLE "t"("n" numeric TEXT COLLATE decimal, "c" char(4) COLLATE RTRIM, "p" NUMERIC(10,2), '
        'CONSTRAINT "t_n_key" UNIQUE("n"))')
