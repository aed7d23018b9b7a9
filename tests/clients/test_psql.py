"""psql 18, and the psql of the system (15 on Debian 12): whole scripts, whose output was recorded from PostgreSQL 18.

With PGQUILL_CLIENTS_AGAINST=postgres18 and PGQUILL_RECORD=1 the tests write the recordings, tests/clients/psql/*.out.
"""

import difflib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.clients.database import Database

FOLDER = Path(__file__).with_name("psql")
LONG = "SELECT count(*) FROM generate_series(1, 30000000)"
SYSTEM_CANNOT = (r"\bind", r"\parse", r"\close_prepared", r"\startpipeline", r"\sendpipeline", r"\endpipeline", r"\watch",
                 r"\dconfig", r"\dX", r"\drds", r"\dP", r"\dO", r"\syncpipeline")
"""What an older psql has not or shows otherwise: left out of the scripts it runs."""


@pytest.fixture
def system_psql() -> str:
    """The psql of the system, if there is one of another version."""
    found = shutil.which("psql")
    if found is None:
        pytest.skip("there is no psql of the system")
    return found


def psql(program: str, database: Database, script: str, *options: str) -> str:
    """What psql prints for a script, in the order it happens."""
    environment = os.environ | {"LC_ALL": "C.UTF-8", "PGTZ": "UTC", "PSQLRC": "/dev/null", "PAGER": "cat"}
    done = subprocess.run([program, "-X", "-d", database.dsn(), *options], input=script, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    return done.stdout.replace(database.name, "DATABASE")


def assert_as_recorded(recording: Path, printed: str) -> None:
    if os.environ.get("PGQUILL_RECORD"):
        recording.write_text(printed)
    difference = difflib.unified_diff(recording.read_text().splitlines(), printed.splitlines(), "recorded", "printed", "", "", 1)
    assert "\n".join(difference) == ""


@pytest.mark.parametrize("name", ["describe", "errors", "session"])
def test_script_run_by_psql_18_prints_what_postgres_would(psql18: str, database: Database, name: str) -> None:
    script = (FOLDER / f"{name}.sql").read_text()
    assert_as_recorded(FOLDER / f"{name}.out", psql(psql18, database, script, "--echo-all"))


@pytest.mark.parametrize("name", ["describe", "errors", "session"])
def test_script_run_by_an_older_psql_prints_what_postgres_would(system_psql: str, database: Database, name: str) -> None:
    version = re.search(r"\d+", subprocess.run([system_psql, "--version"], capture_output=True, text=True, check=True).stdout)
    recording = FOLDER / f"{name}.psql{version[0] if version else ''}.out"
    if not recording.exists() and not os.environ.get("PGQUILL_RECORD"):
        pytest.skip(f"{recording.name} is not recorded")
    lines = (FOLDER / f"{name}.sql").read_text().splitlines(keepends=True)
    script = "".join(line for line in lines if not any(word in line for word in SYSTEM_CANNOT))
    assert_as_recorded(recording, psql(system_psql, database, script, "--echo-all"))


def test_list_of_databases_names_ours(psql18: str, database: Database) -> None:
    printed = psql(psql18, database, "\\l\n\\l DATABASE\n\\conninfo\n".replace("DATABASE", database.name), "-A", "-t")
    rows = [line.split("|") for line in printed.splitlines()]
    assert ["DATABASE", "postgres", "UTF8"] in [row[:3] for row in rows]
    assert {"postgres", "template1"} & {row[0] for row in rows}


def test_file_is_copied_in_and_out(psql18: str, database: Database, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.txt"
    source.write_text('id,name\n1,"a, b"\n2,\n')
    script = f"""CREATE TABLE c (id int, name text);
\\copy c FROM '{source}' WITH (FORMAT csv, HEADER)
\\copy c TO '{target}'
"""
    assert psql(psql18, database, script) == "CREATE TABLE\nCOPY 2\nCOPY 2\n"
    assert target.read_text() == "1\ta, b\n2\t\\N\n"


def test_interrupt_cancels_the_statement_and_psql_goes_on(psql18: str, database: Database) -> None:
    argv = [psql18, "-X", "-A", "-t", "-d", database.dsn()]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"SELECT pg_backend_pid();\n{LONG};\n")
        process.stdin.flush()
        pid = int(process.stdout.readline())
        with psycopg.connect(database.dsn(), autocommit=True) as observer:
            query = "SELECT state, query FROM pg_stat_activity WHERE pid = %s"
            while observer.execute(query, [pid]).fetchone() != ("active", f"{LONG};"):
                pass
        process.send_signal(signal.SIGINT)
        process.stdin.close()
        assert process.stdout.read() == "Cancel request sent\nERROR:  canceling statement due to user request\n"


def test_single_commands_and_exit_statuses(psql18: str, database: Database) -> None:
    def status(*options: str) -> int:
        return subprocess.run([psql18, "-X", "-q", "-d", database.dsn(), *options], capture_output=True, check=False).returncode

    assert status("-c", "SELECT 1") == 0
    assert status("-c", "SELECT nope") == 1
    assert status("-v", "ON_ERROR_STOP=1", "-1", "-c", "CREATE TABLE one (a int)", "-c", "SELECT nope") in (1, 3)
    with psycopg.connect(database.dsn()) as connection:
        assert connection.execute("SELECT to_regclass('one')").fetchone() == (None,)
