"""A file made by others: proj.db of the package pyproj, served, queried, and changed by the sqlite3 shell meanwhile."""

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
Connection = psycopg.Connection[Any]

QUERIES = [
    "SELECT count(*) AS n FROM crs_view",
    "SELECT auth_name, code, name FROM crs_view WHERE name LIKE '%Vienna%' OR name LIKE '%Wien%' ORDER BY auth_name, code",
    "SELECT type, count(*) AS n FROM crs_view GROUP BY type ORDER BY n DESC, type",
    "SELECT name, semi_major_axis, inv_flattening FROM ellipsoid ORDER BY semi_major_axis DESC, name LIMIT 10",
    "SELECT auth_name, count(*) AS n FROM projected_crs GROUP BY auth_name HAVING count(*) > 10 ORDER BY 1",
    "SELECT e.name, south_lat, north_lat, west_lon, east_lon FROM extent e "
    "WHERE north_lat - south_lat < 0.5 AND deprecated = {false}"
    " ORDER BY e.auth_name, e.code LIMIT 20",
    "SELECT p.name, g.name AS base FROM projected_crs p JOIN geodetic_crs g ON g.auth_name = p.geodetic_crs_auth_name"
    " AND g.code = p.geodetic_crs_code WHERE p.code = '31287'",
    "SELECT name FROM prime_meridian WHERE longitude BETWEEN 2 AND 20 ORDER BY longitude, name",
    "SELECT u.type, min(conv_factor) AS lo, max(conv_factor) AS hi FROM unit_of_measure u GROUP BY u.type ORDER BY u.type",
    "SELECT name, CASE WHEN ellipsoid_code = '7030' THEN 'WGS 84' ELSE ellipsoid_code END AS e FROM geodetic_datum"
    " WHERE auth_name = 'EPSG' ORDER BY code LIMIT 25",
    "SELECT DISTINCT source_crs_auth_name FROM coordinate_operation_view WHERE source_crs_auth_name IS NOT NULL ORDER BY 1",
    "WITH used AS (SELECT datum_auth_name AS a, datum_code AS c, count(*) AS n FROM geodetic_crs WHERE datum_code IS NOT NULL"
    " GROUP BY 1, 2) SELECT d.name, n FROM used JOIN geodetic_datum d ON d.auth_name = a AND d.code = c"
    " ORDER BY n DESC, d.name LIMIT 10",
    "SELECT (SELECT count(*) FROM usage WHERE object_table_name = t.object_table_name) AS n, t.object_table_name"
    " FROM (SELECT DISTINCT object_table_name FROM usage) AS t ORDER BY 2",
    "SELECT authority_name, key FROM (SELECT 'x' AS authority_name, key, value FROM metadata) m WHERE key LIKE '%.VERSION'"
    " ORDER BY key",
    "SELECT a.code FROM extent a LEFT JOIN usage u ON u.extent_auth_name = a.auth_name AND u.extent_code = a.code"
    " WHERE u.extent_code IS NULL ORDER BY a.auth_name, a.code LIMIT 15",
]


def proj_db() -> Path:
    spec = importlib.util.find_spec("pyproj")
    folder = spec.submodule_search_locations[0] if spec and spec.submodule_search_locations else None
    path = Path(folder or "/nowhere") / "proj_dir/share/proj/proj.db"
    if not path.exists():
        pytest.skip("pyproj, which carries proj.db, is not installed")
    return path


def shell(path: Path, sql: str, *options: str) -> str:
    """What the sqlite3 shell prints."""
    program = shutil.which("sqlite3")
    if program is None:
        pytest.skip("there is no sqlite3 shell")
    done = subprocess.run([program, *options, str(path), sql], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of_shell(path: Path, sql: str) -> list[dict[str, Any]]:
    printed = shell(path, sql, "-json")
    found: list[dict[str, Any]] = json.loads(printed) if printed.strip() else []
    return found


def schema(path: Path) -> str:
    return shell(path, "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid")


class Served:
    """The copied file, its server and a connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.before = schema(path)
        self.server = PgquillServer(path)
        self.connection = psycopg.connect(self.server.dsn(), autocommit=True)

    def close(self) -> None:
        self.connection.close()
        self.server.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("proj") / "proj.db"
    shutil.copyfile(proj_db(), path)
    path.chmod(0o644)
    found = Served(path)
    yield found
    found.close()


@pytest.mark.parametrize("query", QUERIES)
def test_query_gives_what_the_sqlite_shell_gives(served: Served, query: str) -> None:
    with served.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        found = cursor.execute(query.format(false="false")).fetchall()  # type: ignore[call-overload]
    expected = rows_of_shell(served.path, query.format(false="0"))
    assert expected, "the query must find something"
    for row, wanted in zip(found, expected, strict=True):  # a column of text shows what it holds as text
        assert row == {name: str(v) if isinstance(row[name], str) and v is not None else v for name, v in wanted.items()}


def test_every_table_and_view_can_be_read_and_counted(served: Served) -> None:
    names = [row["name"] for row in rows_of_shell(
        served.path, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")]
    assert len(names) > 40
    for name in names:
        count = served.connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
        assert count == (rows_of_shell(served.path, f'SELECT count(*) AS n FROM "{name}"')[0]["n"],), name
        served.connection.execute(f'SELECT * FROM "{name}" LIMIT 50').fetchall()


def test_tables_keys_and_views_are_in_the_catalogs(served: Served) -> None:
    query = "SELECT table_type, count(*) FROM information_schema.tables WHERE table_schema = 'public' GROUP BY 1"
    kinds = {"table": "BASE TABLE", "view": "VIEW"}
    expected = {kinds[row["type"]]: row["n"] for row in rows_of_shell(
        served.path, "SELECT type, count(*) AS n FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE"
                     " 'sqlite_%' GROUP BY type")}
    assert dict(served.connection.execute(query).fetchall()) == expected
    keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'projected_crs'::regclass"
    count = rows_of_shell(served.path, "SELECT count(DISTINCT id) AS n FROM pragma_foreign_key_list('projected_crs')")
    assert served.connection.execute(keys).fetchone() == (count[0]["n"],)


def test_rows_written_by_the_sqlite_shell_are_seen_at_once(served: Served) -> None:
    query = "SELECT value FROM metadata WHERE key = 'written.elsewhere'"
    assert served.connection.execute(query).fetchall() == []
    for value in ("one", "two"):
        shell(served.path, f"INSERT OR REPLACE INTO metadata (key, value) VALUES ('written.elsewhere', '{value}')")
        assert served.connection.execute(query).fetchall() == [(value,)]


def test_rows_written_by_a_client_are_seen_by_the_sqlite_shell(served: Served) -> None:
    served.connection.execute("INSERT INTO metadata (key, value) VALUES ('written.by.client', %s)", ["ü"])
    assert rows_of_shell(served.path, "SELECT value FROM metadata WHERE key = 'written.by.client'") == [{"value": "ü"}]
    served.connection.execute("DELETE FROM metadata WHERE key LIKE 'written.%'")
    assert shell(served.path, "SELECT count(*) FROM metadata WHERE key LIKE 'written.%'") == "0\n"


def test_column_added_by_the_sqlite_shell_is_seen_at_once(tmp_path: Path) -> None:
    path = tmp_path / "small.db"
    shell(path, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO note (text) VALUES ('a')")
    found = Served(path)
    try:
        assert found.connection.execute("SELECT * FROM note").fetchall() == [(1, "a")]
        shell(path, "ALTER TABLE note ADD COLUMN stars INTEGER DEFAULT 3; CREATE TABLE other (x REAL)")
        assert found.connection.execute("SELECT * FROM note").fetchall() == [(1, "a", 3)]
        assert found.connection.execute("SELECT count(*) FROM other").fetchone() == (0,)
    finally:
        found.close()


def test_file_after_serving_has_the_schema_it_had_and_is_sound(served: Served) -> None:
    assert served.before.count("\n") > 80
    assert schema(served.path) == served.before
    assert shell(served.path, "PRAGMA integrity_check") == "ok\n"
    assert shell(served.path, "PRAGMA foreign_key_check") == shell(proj_db(), "PRAGMA foreign_key_check", "-readonly")
