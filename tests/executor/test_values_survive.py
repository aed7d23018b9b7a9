"""Values survive storage: what a table gives back is what the same literal gives without one, in text and binary, before
and after an index, VACUUM, a restart, and a copy of the file that the sqlite3 shell made."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.pq import Format

from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine

HARD: dict[str, list[str]] = {
    "bool": ["t", "f"],
    "int2": ["-32768", "32767", "0"],
    "int4": ["-2147483648", "2147483647", "-1"],
    "int8": ["-9223372036854775808", "9223372036854775807", "9007199254740993"],
    "oid": ["0", "4294967295"],
    "float4": ["NaN", "Infinity", "-Infinity", "3.4028235e+38", "1e-45", "0.1", "16777217"],
    "float8": ["NaN", "Infinity", "-Infinity", "1.7976931348623157e+308", "2.2250738585072014e-308", "0.1", "9007199254740993",
               "1e15", "1e16"],
    "numeric": ["NaN", "Infinity", "-Infinity", "0.00", "1.10", "-0.000000000000000000000000000001", "9" * 60 + "." + "1" * 60,
                "1e1000", "123456789012345678901234567890", "10.0", "100"],
    "numeric(12,2)": ["9999999999.99", "-0.01", "0", "NaN", "1.005"],
    "numeric(40,20)": ["12345678901234567890.12345678901234567890", "-0.00000000000000000001", "1"],
    "numeric(5,-2)": ["1250", "49", "-99949"],
    "text": ["", " ", "NULL", "null", "1e5", "0x10", "007", "\u00e4\u65e5\U0001f600", "a'b\"c\\d", "tab\tnewline\n", "x" * 5000],
    "varchar(5)": ["abcde", "  a  ", "12"],
    "char(5)": ["a", "ab   ", "", "\u00e9\u00e9"],
    "name": ["a", "n" * 63],
    '"char"': ["a", ""],
    "bytea": ["\\x", "\\x00", "\\xdeadbeef", "\\x" + "00ff" * 200],
    "date": ["2000-02-29", "0001-01-01", "0044-03-15 BC", "4713-01-01 BC", "5874897-12-31", "infinity", "-infinity"],
    "time": ["00:00:00", "24:00:00", "23:59:59.999999"],
    "time(0)": ["23:59:59.5", "01:02:03.4"],
    "timetz": ["00:00:00+15:59", "24:00:00-15:59", "12:34:56.789+05:30"],
    "timestamp": ["2000-01-01 00:00:00.000001", "4713-01-01 00:00:00 BC", "294276-12-31 23:59:59.999999", "infinity",
                  "-infinity"],
    "timestamptz": ["2024-03-10 02:30:00-08", "0001-01-01 00:00:00+00", "294276-12-31 23:59:59.999999+00", "-infinity"],
    "interval": ["1 mon 29 days 23:59:59.999999", "-178000000 years", "0", "-1 day +00:00:00.000001", "infinity", "-infinity"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"],
    "json": ['{"b": 1, "a": 1, "b": 2}', " 1e2 ", '"\\u00e4\\n"', "[]", "null"],
    "jsonb": ['{"b": 1, "a": 1.10, "b": 2}', "1e2", '"\\u00e4\\n"', "[]", "null", "123456789012345678901234567890.5", '{"": {}}'],
    "jsonpath": ["$.a[*] ? (@ > 1)", "strict $"],
    "bit(3)": ["101", "000"],
    "varbit": ["", "1", "10" * 100],
    "inet": ["0.0.0.0/0", "255.255.255.255", "::1", "fe80::1/64"],
    "cidr": ["10.0.0.0/8", "::/0"],
    "macaddr": ["08:00:2b:01:02:03"],
    "macaddr8": ["08:00:2b:01:02:03:04:05"],
    "money": ["-92233720368547758.08", "92233720368547758.07", "0.01"],
    "int4range": ["empty", "[1,5]", "(,)", "[,3)"],
    "numrange": ["[1.0,1.00]", "(1.5,NaN)", "empty"],
    "tstzrange": ["[2020-01-01 00:00:00+00,infinity)", "(,2020-01-01 00:00:00+00)"],
    "int4multirange": ["{}", "{[1,3),[5,7)}", "{(,)}"],
    "int4[]": ["{}", "{1,NULL,3}", "{{1,2},{3,4}}", "[2:3]={7,8}"],
    "text[]": ["{}", '{"",NULL,"null","a,b","\\"q\\"","{}"}', "{\u00e4}"],
    "numeric[]": ["{1.10,NaN,1e50}"],
    "timestamptz[]": ["{infinity,\"2020-01-01 00:00:00+00\"}"],
    "point": ["(1e-300,-0.1)", "(NaN,Infinity)"],
    "box": ["(1,2),(3,4)"],
    "polygon": ["((0,0),(1,1),(2,0))"],
    "circle": ["<(1,2),3>"],
    "tsvector": ["", "'a b':1A,2 c", "x"],
    "tsquery": ["a & !(b | c:*A) <-> d"],
    "pg_lsn": ["0/0", "16/B374D848"],
    "tid": ["(0,1)", "(4294967295,65535)"],
    "regtype": ["integer", "text[]"],
}
"""Type -> literals at its limits, or that SQLite's column affinities would change. (Not a subnormal float8: the shell dumps
that as 0.)"""
Answers = list[tuple[bytes | None, bytes | None]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("survive")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[PgquillServer]:
    started = PgquillServer(folder / "values.db")
    with psycopg.connect(started.dsn(), autocommit=True) as connection:
        connection.execute("SET lc_monetary = 'C'")
        for number, (kind, values) in enumerate(HARD.items()):
            connection.execute(f"CREATE TABLE v{number} (id int PRIMARY KEY, v {kind})".encode())
            for i, value in enumerate(values):
                connection.execute(f"INSERT INTO v{number} VALUES ({i}, {_literal(value)})".encode())
    yield started
    started.stop()


def _literal(value: str) -> str:
    return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _both(connection: psycopg.Connection[tuple[object, ...]], query: str) -> Answers:
    """The first column of each row, as text and as binary."""
    found = []
    for form in (Format.TEXT, Format.BINARY):
        result = connection.pgconn.exec_params(query.encode(), None, result_format=form)
        assert not result.error_message, (query, result.error_message)
        found.append([result.get_value(row, 0) for row in range(result.ntuples)])
    return list(zip(*found, strict=True))


def _computed(connection: psycopg.Connection[tuple[object, ...]], kind: str) -> Answers:
    """What the literals are without a table."""
    return [answer for value in HARD[kind] for answer in _both(connection, f"SELECT CAST({_literal(value)} AS {kind})")]


def _stored(connection: psycopg.Connection[tuple[object, ...]], number: int) -> Answers:
    return _both(connection, f"SELECT v FROM v{number} ORDER BY id")


@pytest.mark.parametrize("kind", HARD)
def test_stored_value_is_the_literal(server: PgquillServer, kind: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        assert _stored(connection, list(HARD).index(kind)) == _computed(connection, kind)


INDEXED = [kind for kind in HARD if kind not in ("json", "jsonpath", "point", "box", "polygon", "circle")]
"""Types with a default btree operator class."""


@pytest.mark.parametrize("kind", INDEXED)
def test_value_is_found_through_an_index(server: PgquillServer, kind: str) -> None:
    number = list(HARD).index(kind)
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE INDEX IF NOT EXISTS i{number} ON v{number} (v)".encode())
        plain = _both(connection, f"SELECT count(*) FROM v{number} a, v{number} b WHERE a.v = b.v AND a.id <= b.id")
        for i, value in enumerate(HARD[kind]):
            found = connection.execute(
                f"SELECT count(*) FROM v{number} WHERE v = CAST({_literal(value)} AS {kind}) AND id = {i}".encode()).fetchone()
            assert found == (1,), value
        connection.execute(f"DROP INDEX i{number}".encode())
        assert _both(connection, f"SELECT count(*) FROM v{number} a, v{number} b WHERE a.v = b.v AND a.id <= b.id") == plain


def test_all_values_survive_vacuum_restart_and_the_sqlite3_shell(server: PgquillServer, folder: Path) -> None:
    shell = shutil.which("sqlite3")
    if shell is None:
        pytest.skip("the sqlite3 shell is not installed")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        before = {kind: _stored(connection, number) for number, kind in enumerate(HARD)}
        connection.execute("VACUUM")
        assert {kind: _stored(connection, number) for number, kind in enumerate(HARD)} == before
    copied = folder / "copied.db"
    dump = subprocess.run([shell, str(folder / "values.db"), ".dump"], capture_output=True, check=True).stdout
    subprocess.run([shell, str(copied)], input=dump, capture_output=True, check=True)
    other = PgquillServer(copied)
    try:
        with psycopg.connect(other.dsn(), autocommit=True) as connection:
            assert {kind: _stored(connection, number) for number, kind in enumerate(HARD)} == before
    finally:
        other.stop()


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
ANY = st.tuples(st.integers(-(1 << 63), (1 << 63) - 1), st.decimals(allow_nan=False, allow_infinity=True), TEXTS,
                st.floats(), st.binary(max_size=20), st.lists(TEXTS, max_size=4))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY)
def test_any_values_come_back(server: PgquillServer, values: tuple[object, ...]) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE t (i int8, n numeric, s text, f float8, b bytea, a text[])")
        connection.execute("INSERT INTO t VALUES (%s, %s, %s, %s, %s, %s)", values)
        stored = connection.execute("SELECT * FROM t").fetchone()
        computed = connection.execute(
            "SELECT %s::int8, %s::numeric, %s::text, %s::float8, %s::bytea, %s::text[]", values).fetchone()
        assert repr(stored) == repr(computed)
