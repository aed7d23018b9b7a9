"""`pgquill backup`, `restore` and `verify` as processes, and pg_basebackup as a client of the server."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.pgquill_server import COMMAND, PgquillServer, command_environment
from tests.postgres18 import Postgres18, Unavailable, find_programs

ROWS = 20_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    server = PgquillServer(tmp_path_factory.mktemp("served") / "app.db")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t(id int PRIMARY KEY, v text, n numeric CHECK (n > 0))")
        connection.execute("INSERT INTO t SELECT i, repeat('x', 100), i::numeric / 7 FROM generate_series(1, 20000) i")
        connection.execute("CREATE INDEX ON t (lower(v), n)")
    yield server
    server.stop()


def pgquill(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, words)], env=command_environment(), capture_output=True, text=True, check=False,
                          timeout=100)


def count(path: Path) -> int:
    server = PgquillServer(path)
    try:
        with psycopg.connect(server.dsn()) as connection:
            row = connection.execute("SELECT count(*) FROM t WHERE n > 0").fetchone()
            assert row is not None
            return int(row[0])
    finally:
        server.stop()


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize("form", ["monday", "monday.tar.gz"])
def test_served_file_is_backed_up_verified_and_restored(server: PgquillServer, tmp_path: Path, form: str) -> None:
    made = pgquill("backup", server.path, tmp_path / form)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith(f"{tmp_path / form}: ") and "of app.db, up to 0/" in made.stdout
    verified = pgquill("verify", tmp_path / form)
    assert (verified.returncode, verified.stderr) == (0, "") and verified.stdout.endswith("of app.db sound\n")
    restored = pgquill("restore", tmp_path / form, tmp_path / "again.db")
    assert (restored.returncode, restored.stderr) == (0, "")
    assert restored.stdout.splitlines()[1] == f"  pgquill serve {tmp_path / 'again.db'}"
    assert names(tmp_path) == {form, "again.db"}
    assert count(tmp_path / "again.db") == ROWS


@pytest.mark.parametrize(("words", "message"), [
    (("restore", "missing", "again.db"), "there is no such backup"),
    (("verify", "missing"), "there is no such backup"),
    (("backup", "missing.db", "monday"), "there is no such file or folder"),
])
def test_failure_is_one_line_and_status_one(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    done = pgquill(words[0], *(tmp_path / word for word in words[1:]))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("pgquill: ") and message in done.stderr and done.stderr.count("\n") == 1
    assert names(tmp_path) == set()


@pytest.mark.parametrize("rate", ["1", "x", "2000M", "-5k", ""])
def test_rate_that_is_none_is_refused(server: PgquillServer, tmp_path: Path, rate: str) -> None:
    done = pgquill("backup", server.path, tmp_path / "monday", "--max-rate", rate)
    assert done.returncode == 2
    assert "--max-rate" in done.stderr
    assert names(tmp_path) == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_backup_that_is_stopped_leaves_nothing(server: PgquillServer, tmp_path: Path, number: signal.Signals) -> None:
    argv = [*COMMAND, "backup", str(server.path), str(tmp_path / "monday.tar"), "--max-rate", "100k"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(argv, env=command_environment(), text=True, **streams) as process:
        while not any(".partial-" in name for name in names(tmp_path)):
            assert process.poll() is None
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)
    assert (process.returncode, output) == (130, "pgquill: interrupted; nothing was left\n")
    assert names(tmp_path) == set()
    assert {name for name in names(Path(server.path).parent) if ".backup-" in name} == set()


# --- over the network -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["monday", "monday.tar.gz"])
def test_server_is_backed_up_over_the_network(server: PgquillServer, tmp_path: Path, form: str) -> None:
    made = pgquill("backup", server.url(), tmp_path / form, "--max-rate", "100M", "--label", "it's monday")
    assert (made.returncode, made.stderr) == (0, "")
    assert pgquill("verify", tmp_path / form).returncode == 0
    restored = pgquill("restore", tmp_path / form, tmp_path / "again.db")
    assert (restored.returncode, restored.stderr) == (0, "")
    assert names(tmp_path) == {form, "again.db"}
    assert count(tmp_path / "again.db") == ROWS


def test_role_needs_the_attribute_replication(tmp_path: Path) -> None:
    server = PgquillServer(tmp_path / "app.db")
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE ROLE clerk LOGIN")
            connection.execute("CREATE ROLE copier LOGIN REPLICATION")
        url = server.url()
        refused = pgquill("backup", url.replace("postgres@", "clerk@"), tmp_path / "monday")
        assert refused.returncode == 1
        assert "permission denied to start WAL sender" in refused.stderr
        assert not (tmp_path / "monday").exists()
        made = pgquill("backup", url.replace("postgres@", "copier@"), tmp_path / "monday")
        assert (made.returncode, made.stderr) == (0, "")
    finally:
        server.stop()


def test_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = pgquill("backup", "postgresql://u:secret@127.0.0.1:1/x", tmp_path / "monday")
    assert done.returncode == 1
    assert "refused" in done.stderr and "secret" not in done.stderr and done.stderr.count("\n") == 1
    assert names(tmp_path) == set()


def test_server_that_dies_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    server = PgquillServer(folder / "app.db")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT i, repeat('x', 1000) FROM generate_series(1, 3000) i")
    argv = [*COMMAND, "backup", server.url(), str(tmp_path / "monday"), "--max-rate", "500k"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(argv, env=command_environment(), text=True, **streams) as process:
        while not any(".partial-" in name for name in names(tmp_path)):
            assert process.poll() is None
        server.kill()
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output.startswith("pgquill: ") and output.count("\n") == 1, output
    assert names(tmp_path) == {"served"}
    server = PgquillServer(folder / "app.db")
    assert pgquill("backup", server.url(), tmp_path / "monday").returncode == 0
    server.stop()
    assert {name for name in names(folder) if ".backup-" in name} == set()


def test_postgresql_itself_is_refused(postgres18: Postgres18, tmp_path: Path) -> None:
    done = pgquill("backup", f"postgresql://postgres@{postgres18.host}:{postgres18.port}/postgres", tmp_path / "monday")
    assert done.returncode == 1
    assert "not one of pgquill" in done.stderr
    assert names(tmp_path) == set()


# --- PostgreSQL's own program -----------------------------------------------------------------------------------------


def program(name: str) -> Path:
    try:
        found = find_programs() / name
    except Unavailable as error:
        pytest.skip(str(error))
    if not found.exists():
        pytest.skip(f"{name} is not installed")
    return found


def pg_basebackup(server: PgquillServer, target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [program("pg_basebackup"), "-h", server.host, "-p", str(server.port), "-U", server.user, "-w", "-D", target, *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=100, env={**os.environ, "LC_ALL": "C"})


@pytest.mark.parametrize("words", [("-X", "none"), ("-X", "fetch", "-P", "-c", "fast"), ("-X", "none", "-Ft"),
                                   ("-X", "none", "-Ft", "-z"), ("-X", "none", "-Ft", "--compress", "server-gzip:1"),
                                   ("-X", "none", "--manifest-checksums", "sha512", "-r", "30M"),
                                   ("-X", "none", "--manifest-force-encode")])
def test_pg_basebackup_makes_a_backup_that_is_restored(server: PgquillServer, tmp_path: Path, words: tuple[str, ...]) -> None:
    made = pg_basebackup(server, tmp_path / "monday", *words)
    assert made.returncode == 0, made.stderr
    verified = pgquill("verify", tmp_path / "monday")
    assert (verified.returncode, verified.stderr) == (0, "")
    restored = pgquill("restore", tmp_path / "monday", tmp_path / "again.db")
    assert restored.returncode == 0, restored.stderr


def test_pg_verifybackup_is_content(server: PgquillServer, tmp_path: Path) -> None:
    assert pg_basebackup(server, tmp_path / "theirs", "-X", "none").returncode == 0
    assert pgquill("backup", server.path, tmp_path / "ours").returncode == 0
    for folder in ("theirs", "ours"):
        argv = [program("pg_verifybackup"), "-n", "-Fp", tmp_path / folder]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
        assert (done.returncode, done.stdout) == (0, "backup successfully verified\n"), done.stderr


@pytest.mark.parametrize(("words", "message"), [
    (("-X", "none", "--manifest-checksums", "crc32c"), "CRC32C as the checksum of a manifest is not supported"),
    (("-X", "stream"), "physical replication slots are not supported"),
    (("-X", "none", "-t", "server:/tmp/x"), 'unrecognized target: "server"'),
])
def test_what_pg_basebackup_cannot_have_is_refused(
    server: PgquillServer, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    made = pg_basebackup(server, tmp_path / "monday", *words) if "-t" not in words else subprocess.run(
        [program("pg_basebackup"), "-h", server.host, "-p", str(server.port), "-U", server.user, *words], capture_output=True,
        text=True, check=False, timeout=100)
    assert made.returncode == 1
    assert message in made.stderr
    assert not (tmp_path / "monday").exists()


def test_folder_of_databases_comes_with_its_roles(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    folder.mkdir()
    server = PgquillServer(folder)
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE shop")
            connection.execute("CREATE ROLE clerk LOGIN")
        made = pg_basebackup(server, tmp_path / "monday", "-X", "none")
        assert made.returncode == 0, made.stderr
    finally:
        server.stop()
    shutil.rmtree(folder)
    restored = pgquill("restore", tmp_path / "monday", tmp_path / "again")
    assert restored.returncode == 0, restored.stderr
    assert names(tmp_path / "again") == {"postgres.db", "shop.db", "pgquill_global.db"}
