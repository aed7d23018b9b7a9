import importlib.util
from pathlib import Path

import apsw
import msgspec
import pytest

from executor.catalog import load as catalog_load
from executor.catalog.model import Catalog, Index, IndexColumn, Relation
from executor.facts.lookup import types_by_oid
from storage.database import Database
from storage.statement import Isolation
from tests.executor.catalog.plain_file import load, made, store


def relation(catalog: Catalog, name: str, schema: str = "public") -> Relation:
    return catalog.relations_by_name[schema, name]


def shape(found: Relation) -> list[tuple[str, str]]:
    return [(column.name, types_by_oid()[column.type].name) for column in found.columns]


def test_integer_primary_key_is_the_rowid_and_filled_by_sqlite() -> None:
    table = relation(load(made("CREATE TABLE t(id INTEGER PRIMARY KEY, rowid TEXT)")), "t")
    column = table.by_name["id"]
    assert (table.rowid_column, table.rowid, column.not_null, column.sqlite_default) == (1, "_rowid_", True, True)
    assert table.primary_key is not None
    assert (table.primary_key.name, table.indexes[0].sqlite_name) == ("t_pkey", "")


def test_other_keys_are_not_the_rowid() -> None:
    catalog = load(made("CREATE TABLE a(id INT PRIMARY KEY)", "CREATE TABLE b(x INTEGER PRIMARY KEY) WITHOUT ROWID",
                        "CREATE TABLE c(id INTEGER PRIMARY KEY DESC)"))
    assert [relation(catalog, name).rowid_column for name in "abc"] == [0, 0, 0]
    assert relation(catalog, "b").rowid == ""
    assert relation(catalog, "a").indexes[0].sqlite_name == "sqlite_autoindex_a_1"


def test_unnamed_constraints_get_postgres_names() -> None:
    table = relation(load(made(
        "CREATE TABLE p(id INTEGER PRIMARY KEY)",
        "CREATE TABLE t(a INT NOT NULL UNIQUE CHECK (a > 0) CHECK (a < 9), b INT REFERENCES p, c INT REFERENCES p(id),"
        " UNIQUE (b, c), CHECK (b > c), CONSTRAINT t_a_check CHECK (a <> 5))")), "t")
    assert sorted((c.kind, c.name) for c in table.constraints) == [
        ("c", "t_a_check"), ("c", "t_a_check1"), ("c", "t_a_check2"), ("c", "t_check"), ("f", "t_b_fkey"),
        ("f", "t_c_fkey"), ("n", "t_a_not_null"), ("u", "t_a_key"), ("u", "t_b_c_key")]


def test_foreign_key_without_columns_points_to_the_primary_key() -> None:
    catalog = load(made("CREATE TABLE p(x, y, PRIMARY KEY (y, x))", "CREATE TABLE t(a, b, CONSTRAINT k FOREIGN KEY "
                        "(a, b) REFERENCES P ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED)"))
    key, parent = relation(catalog, "t").constraint("k"), relation(catalog, "p")
    assert key is not None
    assert (key.referenced, key.referenced_columns, key.on_delete, key.on_update, key.deferrable, key.deferred) == (
        parent.oid, (2, 1), "c", "n", True, True)
    assert key.index == parent.indexes[0].oid


def test_names_that_differ_in_the_case_of_other_than_ascii_letters_are_different() -> None:
    catalog = load(made('CREATE TABLE "Ä"(x INTEGER PRIMARY KEY, "É" TEXT COLLATE NOCASE, "é" INT UNIQUE)',
                        'CREATE TABLE "ä"(y INTEGER PRIMARY KEY)', 'CREATE TABLE t(a REFERENCES "Ä", b REFERENCES "ä")'))
    large, small = relation(catalog, "Ä"), relation(catalog, "ä")
    keys = {c.columns: c.referenced for c in relation(catalog, "t").constraints}
    assert keys == {(1,): large.oid, (2,): small.oid}
    assert [column.sqlite_collation for column in large.columns] == ["", "NOCASE", ""]
    assert [c.columns for c in large.constraints if c.kind == "u"] == [(3,)]


def test_foreign_key_to_a_missing_table_is_left_out() -> None:
    table = relation(load(made("CREATE TABLE t(a REFERENCES nowhere(x))")), "t")
    assert table.constraints == ()


def test_indexes_keep_expressions_order_and_predicate() -> None:
    table = relation(load(made("CREATE TABLE t(a TEXT, b)",
                               "CREATE UNIQUE INDEX i ON t(lower(a) DESC, b COLLATE nocase) WHERE b IS NOT NULL")), "t")
    (index,) = table.indexes
    assert (index.name, index.unique, index.predicate) == ("i", True, "b IS NOT NULL")
    assert [(k.column, k.expression, k.descending, k.collation) for k in index.columns] == [
        (0, "lower(a)", True, ""), (2, "", False, "nocase")]


def test_generated_columns_and_defaults_are_left_to_sqlite() -> None:
    table = relation(load(made("CREATE TABLE t(a INT DEFAULT 5, b AS (a + 1), c AS (a * 2) STORED, d DEFAULT NULL, "
                               "e TEXT DEFAULT \"x'y\")")), "t")
    assert [(c.default, c.generated, c.sqlite_default) for c in table.columns] == [
        ("5", "", True), ("a + 1", "v", True), ("a * 2", "s", True), (None, "", False), ("'x''y'", "", True)]


def test_broken_view_is_left_out_and_others_are_there() -> None:
    catalog = load(made("CREATE TABLE t(a DECIMAL(5,2))", "CREATE VIEW good AS SELECT a, 1 FROM t",
                        "CREATE VIEW bad AS SELECT * FROM gone"))
    assert {r.name for r in catalog.relations} == {"t", "good"}
    assert (relation(catalog, "good").kind, shape(relation(catalog, "good"))) == (
        "v", [("a", "numeric"), ("1", "text")])


def test_virtual_table_shows_its_plain_columns() -> None:
    catalog = load(made("CREATE VIRTUAL TABLE f USING fts5(title, body)"))
    assert shape(relation(catalog, "f")) == [("title", "text"), ("body", "text")]
    assert relation(catalog, "f_data").kind == "r"


def test_hidden_tables_are_not_there() -> None:
    catalog = load(made("CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)", "CREATE TABLE pgquill_slot(x)"))
    assert [r.name for r in catalog.relations] == ["t"]


def test_oids_stay_when_a_table_is_added_before() -> None:
    database = made("CREATE TABLE b(x UNIQUE)", "CREATE TABLE c(x)")
    first = load(database)
    database.execute("DROP TABLE c; CREATE TABLE a(x UNIQUE); CREATE TABLE d(x)")
    second = load(database, first)
    assert relation(second, "b") == relation(first, "b")
    oids = [oid for r in second.relations for oid in (r.oid, r.row_type, r.array_type)]
    assert len(set(oids)) == len(oids)


def recorded(database: apsw.Connection) -> Catalog:
    """The catalog after its only table was changed by DDL: recorded, its columns int4 and varchar(10)."""
    empty = load(database)
    (table,) = empty.relations
    columns = (msgspec.structs.replace(table.columns[0], type=23),
               msgspec.structs.replace(table.columns[1], type=1043, typmod=14, number=5))
    changed = msgspec.structs.replace(empty, next_oid=16390, relations=(
        msgspec.structs.replace(table, oid=16384, row_type=16386, array_type=16385, made_elsewhere=False,
                                columns=columns, constraints=(), indexes=()),))
    store(database, empty, changed)
    return load(database)


def test_table_altered_by_another_program_keeps_what_still_matches() -> None:
    database = made("CREATE TABLE t(a INT, b TEXT)")
    before = recorded(database)
    database.execute("ALTER TABLE t ADD COLUMN c BOOLEAN; ALTER TABLE t DROP COLUMN a")
    after = relation(load(database, before), "t")
    assert [(c.name, c.number, c.type, c.typmod) for c in after.columns] == [("b", 5, 1043, 14), ("c", 6, 16, -1)]
    assert (after.oid, after.made_elsewhere) == (16384, False)


def test_index_made_by_another_program_appears_on_a_recorded_table() -> None:
    database = made("CREATE TABLE t(a INT, b TEXT)")
    before = recorded(database)
    database.execute("CREATE INDEX ib ON t(b)")
    table = relation(load(database, before), "t")
    assert [(i.name, i.table, i.columns[0].column) for i in table.indexes] == [("ib", 16384, 5)]
    assert msgspec.structs.replace(table, indexes=()) == relation(before, "t")


def test_recorded_index_without_counterpart_in_the_file_stays() -> None:
    database = made("CREATE TABLE t(a INT, b TEXT)")
    before = recorded(database)
    index = Index(oid=16388, name="ie", table=16384, columns=(IndexColumn(expression="upper(b)"),))
    after = msgspec.structs.replace(before, relations=(
        msgspec.structs.replace(before.relations[0], indexes=(index,)),))
    store(database, before, after)
    database.execute("CREATE INDEX ib ON t(b)")
    assert [i.name for i in relation(load(database), "t").indexes] == ["ib", "ie"]
    database.execute("ALTER TABLE t ADD COLUMN c")
    assert [i.name for i in relation(load(database), "t").indexes] == ["ib", "ie"]


def test_recorded_table_dropped_by_another_program_is_gone() -> None:
    database = made("CREATE TABLE t(a INT, b TEXT)")
    recorded(database)
    database.execute("DROP TABLE t")
    assert load(database).relations == ()


def test_recorded_name_used_again_forgets_the_dropped_table() -> None:
    database = made("CREATE TABLE t(a INT, b TEXT)")
    recorded(database)
    database.execute("DROP TABLE t")
    empty = load(database)
    database.execute("CREATE TABLE t(z INTEGER PRIMARY KEY)")
    new = Relation(oid=16391, schema="public", name="t", sqlite_name="t")
    store(database, empty, msgspec.structs.replace(empty, relations=(new,), next_oid=16392))
    assert [r.oid for r in load(database).relations] == [16391]


@pytest.mark.trio
async def test_load_reads_through_storage_and_skips_what_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b REFERENCES t(a)); CREATE VIEW v AS SELECT a FROM t;"
                  "CREATE VIEW bad AS SELECT * FROM gone")
    expected = load(other)
    other.close()
    database = Database.open(str(path))
    transaction = database.transaction(isolation=Isolation.REPEATABLE_READ, context=None)
    catalog = await catalog_load.load(transaction)
    await transaction.rollback()
    await database.close()
    assert [r.name for r in catalog.relations] == ["t", "v"]
    assert catalog == expected


def proj_db() -> Path:
    spec = importlib.util.find_spec("pyproj")
    folder = next(iter(spec.submodule_search_locations or ()), None) if spec else None
    path = Path(folder or "/nowhere") / "proj_dir/share/proj/proj.db"
    if not path.exists():
        pytest.skip("pyproj, which carries proj.db, is not installed")
    return path


def test_proj_db_is_read_whole() -> None:
    database = apsw.Connection(f"file:{proj_db()}?mode=ro&immutable=1",
                               flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    catalog = load(database)
    expected = database.execute("SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') "
                                "AND name NOT LIKE 'sqlite%'").fetchone()
    assert expected == (len(catalog.relations),)
    crs = relation(catalog, "geodetic_crs")
    assert crs.primary_key is not None
    assert [crs.by_number[n].name for n in crs.primary_key.columns] == ["auth_name", "code"]
    assert {c.kind for c in crs.constraints} >= {"p", "c", "f", "n"}
    for table in catalog.relations:
        names = [c.name for c in table.constraints]
        assert len(set(names)) == len(names), table.name
    assert load(database, catalog) == catalog
