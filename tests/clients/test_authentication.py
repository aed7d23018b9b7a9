"""Who gets in, and what the others are told, through real clients: PostgreSQL 18's answers (authentication/answers.json)."""

import getpass
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from tests.clients.authentication.cases import ANSWERS, HERE, Case, cases, log_in, make_certificates, states
from tests.clients.test_node import node  # noqa: F401  (a fixture)
from tests.pgquill_server import PgquillServer

RECORDED = json.loads(ANSWERS.read_text(encoding="utf-8"))
JDBC = Path("/usr/share/java/postgresql.jar")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[PgquillServer]:
    """A server with the rules, maps and roles of the cases."""
    people = certificates / "people"
    server = PgquillServer(
        tmp_path_factory.mktemp("guarded"), "--tls-cert", str(people / "server.crt"), "--tls-key", str(people / "server.key"),
        "--tls-ca", str(people / "ca.crt"), "--hba", str(HERE / "hba.conf"), "--ident", str(HERE / "ident.conf"),
        "--log-level", "error")
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute((HERE / "roles.sql").read_bytes())
    yield server
    server.stop()


def test_recorded_cases_are_those_there_are() -> None:
    assert list(RECORDED["libpq"]) == [case.name for case in cases()]


@pytest.mark.slow
def test_libpq_is_told_what_postgresql_tells(guarded: PgquillServer, certificates: Path) -> None:
    found = {case.name: log_in(case, guarded.port, certificates) for case in cases()}
    assert {name: answer for name, answer in found.items() if answer != RECORDED["libpq"][name]} == {}


def test_asyncpg_gets_the_sqlstates_of_postgresql(guarded: PgquillServer, certificates: Path) -> None:
    found = states(guarded.port, certificates)
    assert {name: state for name, state in found.items() if state != RECORDED["asyncpg"][name]} == {}


@pytest.mark.parametrize(("options", "expected"), [
    ("sslmode=disable", "scr|f"),
    ("sslmode=require channel_binding=require", "scr|t"),
    ("sslmode=verify-full sslrootcert=CERTS/people/ca.crt channel_binding=require", "scr|t"),
    ("sslmode=verify-full sslrootcert=CERTS/strangers/ca.crt", "certificate verify failed"),
    ("sslmode=disable channel_binding=require", "channel binding required"),
])
def test_psql_of_the_system_logs_in_as_asked(guarded: PgquillServer, certificates: Path, options: str, expected: str) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("psql is not installed")
    words = f"host=localhost hostaddr=127.0.0.1 port={guarded.port} user=scr dbname=postgres password=secret "
    query = "SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    done = subprocess.run([psql, "-XAtc", query, words + options.replace("CERTS", str(certificates))], capture_output=True,
                          text=True, check=False, timeout=60)
    if "SSL support is not compiled in" in done.stderr:
        pytest.skip("this psql knows no TLS")
    assert expected in done.stdout + done.stderr


def test_psql_18_logs_in_with_scram(guarded: PgquillServer, psql18: str) -> None:
    done = [subprocess.run([psql18, "-XAtc", "SELECT system_user", f"{guarded.dsn('postgres')} user=scr password={password}"],
                           capture_output=True, text=True, check=False, timeout=60) for password in ("secret", "wrong")]
    assert [each.returncode for each in done] == [0, 2]
    assert done[0].stdout == "scram-sha-256:scr\n"
    assert 'FATAL:  password authentication failed for user "scr"' in done[1].stderr


def test_node_postgres_logs_in(
        node: tuple[str, dict[str, str]], guarded: PgquillServer, certificates: Path) -> None:  # noqa: F811
    program, environment = node
    base = {"host": "localhost", "port": guarded.port, "database": "postgres", "password": "secret"}
    authority = {"caFile": str(certificates / "people/ca.crt")}
    alice = {"certFile": str(certificates / "people/alice.crt"), "keyFile": str(certificates / "people/alice.key")}
    configurations = [
        base | {"user": "scr"},
        base | {"user": "scr", "ssl": authority, "enableChannelBinding": True},
        base | {"user": "certmap", "ssl": authority | alice},
        base | {"user": "pw"}, base | {"user": "m5"},
        base | {"user": "scr", "password": "wrong"}, base | {"user": "scrghost"}, base | {"user": "rej"},
        base | {"user": "certonly", "ssl": authority},
        base | {"user": "scr", "ssl": {"caFile": str(certificates / "strangers/ca.crt")}},
    ]
    done = subprocess.run([program, str(HERE / "login.js"), json.dumps(configurations)], env=environment, capture_output=True,
                          text=True, check=False, timeout=60)
    *answers, last = done.stdout.splitlines()
    assert answers == ["scr false", "scr true", "certmap true", "pw false", "m5 false", "28P01", "28P01", "28000", "28000"], \
        done.stderr
    assert last in ("SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE")


@pytest.fixture(scope="session")
def java() -> str:
    program = shutil.which("java")
    if program is None:
        pytest.skip("java is not installed")
    if not JDBC.exists():
        pytest.skip(f"{JDBC} is not there: apt-get install libpostgresql-jdbc-java")
    return program


def test_pgjdbc_logs_in(java: str, guarded: PgquillServer, certificates: Path, tmp_path: Path) -> None:
    people = certificates / "people"
    key = tmp_path / "alice.pk8"  # the driver reads PKCS #8 in DER
    pem = load_pem_private_key((people / "alice.key").read_bytes(), None)
    key.write_bytes(pem.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    base = f"jdbc:postgresql://localhost:{guarded.port}/postgres?"
    verified = f"sslmode=verify-full&sslrootcert={people / 'ca.crt'}&"
    urls = [base + rest for rest in (
        "user=scr&password=secret&sslmode=disable",
        f"{verified}user=scr&password=secret",
        f"{verified}user=certmap&sslcert={people / 'alice.crt'}&sslkey={key}",
        "user=pw&password=secret&sslmode=disable",
        "user=scr&password=wrong&sslmode=disable",
        "user=scrghost&password=secret&sslmode=disable",
        "user=rej&password=secret&sslmode=disable",
        "user=scr&password=secret&sslmode=verify-full&sslrootcert=" + str(certificates / "strangers/ca.crt"),
    )]
    done = subprocess.run([java, "-cp", str(JDBC), str(HERE / "Login.java"), *urls], capture_output=True, text=True, check=False,
                          timeout=120, env=dict(os.environ))
    assert done.stdout.splitlines() == [
        "scr false", "scr true", "certmap true", "pw false", "28P01", "28P01", "28000", "08006"], done.stderr


def test_peer_lets_in_who_is_that_user_on_this_machine(tmp_path: Path) -> None:
    me = getpass.getuser()
    rules = tmp_path / "hba.conf"
    rules.write_text("local all mapped peer map=m\nlocal all all peer\nhost all all 127.0.0.1/32 trust\n")
    names = tmp_path / "ident.conf"
    names.write_text(f"m {me} mapped\n")
    server = PgquillServer(tmp_path / "app.db", "--hba", str(rules), "--ident", str(names), "--socket-dir", str(tmp_path))
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f'CREATE ROLE mapped LOGIN; CREATE ROLE other LOGIN; CREATE ROLE "{me}" LOGIN'.encode())
        here = f"host={tmp_path} port={server.port} dbname=app user="
        for user in (me, "mapped"):
            with psycopg.connect(here + user) as connection:
                assert connection.execute("SELECT current_user::text, system_user").fetchone() == (user, f"peer:{me}")
        with pytest.raises(psycopg.OperationalError, match='Peer authentication failed for user "other"'):
            psycopg.connect(here + "other")
    finally:
        server.stop()


def test_case_names_are_distinct() -> None:
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names)
    assert Case("a", "b").name == "a b password=secret in postgres"
