"""The commands of an operator, and what a server makes of them, with the real engine and real processes."""

import os
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.pgquill_server import COMMAND, ServePgquill, command_environment, needs_engine

pytestmark = needs_engine


def run(*words: str, given: str = "", env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = command_environment() | (env or {})
    argv = [*COMMAND, *words]
    return subprocess.run(argv, env=environment, input=given, capture_output=True, text=True, check=False, timeout=60)


def refused(words: list[str], given: str = "") -> str:
    done = run(*words, given=given)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_role_that_was_made_before_can_log_in_and_nobody_else(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    path = tmp_path / "app.db"
    done = run("role", "create", "alice", str(path), "--superuser", given="secret\n")
    assert (done.returncode, done.stdout) == (0, "role alice created\n")
    server = serve_pgquill(path)
    dsn = f"host=127.0.0.1 port={server.port} dbname=app"
    with psycopg.connect(f"{dsn} user=alice", password="secret", require_auth="scram-sha-256") as connection:
        query = "SELECT rolsuper, rolcreatedb, rolpassword ~ '^SCRAM-SHA-256' FROM pg_authid WHERE rolname = 'alice'"
        assert connection.execute(query).fetchone() == (True, True, True)
    for user in ("alice", "bob", "postgres"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"{dsn} user={user}", password="wrong")


def test_role_made_while_the_server_runs_counts_at_once(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    server = serve_pgquill(tmp_path / "app.db")
    psycopg.connect(server.dsn()).close()
    assert run("role", "create", "bob", str(tmp_path / "app.db"), given="secret").returncode == 0
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(server.dsn())
    psycopg.connect(f"{server.dsn()} user=bob", password="secret").close()
    assert run("role", "password", "bob", str(tmp_path / "app.db"), given="other").returncode == 0
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"{server.dsn()} user=bob", password="secret")
    psycopg.connect(f"{server.dsn()} user=bob", password="other").close()


def test_role_command_says_why_not(tmp_path: Path) -> None:
    path = str(tmp_path / "app.db")
    assert run("role", "create", "a", path, "--no-password", "--connection-limit", "2").returncode == 0
    assert refused(["role", "create", "a", path, "--no-password"]) == 'pgquill: role "a" already exists\n'
    assert refused(["role", "create", "pg_x", path, "--no-password"]).startswith('pgquill: role name "pg_x" is reserved')
    assert "an empty password is no password" in refused(["role", "create", "b", path])
    assert refused(["role", "password", "b", path], "x") == 'pgquill: role "b" does not exist\n'
    assert "the folder does not exist" in refused(["role", "create", "b", str(tmp_path / "no" / "app.db"), "--no-password"])


def test_network_is_served_after_doing_what_the_refusal_says(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    path = tmp_path / "app.db"
    refusal = run("serve", str(path), "--host", "0.0.0.0", "--port", "0").stderr
    assert "pgquill certificate --host" in refusal
    assert f"pgquill role create NAME {path} --superuser" in refusal
    assert run("certificate", "--out", str(tmp_path), "--host", "db.example.com").returncode == 0
    assert run("role", "create", "me", str(path), "--superuser", given="secret").returncode == 0
    server = serve_pgquill(path, "--host", "0.0.0.0", "--tls-cert", str(tmp_path / "server.crt"), "--tls-key",
                           str(tmp_path / "server.key"))
    dsn = f"host=db.example.com hostaddr=127.0.0.1 port={server.port} dbname=app user=me sslmode=verify-full"
    with psycopg.connect(f"{dsn} channel_binding=require sslrootcert={tmp_path / 'ca.crt'}", password="secret") as connection:
        assert connection.execute("SELECT system_user").fetchone() == ("scram-sha-256:me",)


def test_certificate_command_writes_nothing_over(tmp_path: Path) -> None:
    assert run("certificate", "--client", "alice", "--out", str(tmp_path)).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alice.crt", "alice.key", "ca.crt", "ca.key"]
    assert "is there already" in refused(["certificate", "--client", "alice", "--out", str(tmp_path)])
    assert run("certificate", "--client", "alice", "--host", "x", "--out", str(tmp_path)).returncode == 2


@pytest.mark.parametrize(("environ", "user", "database"), [
    ({"POSTGRES_PASSWORD": "secret"}, "postgres", "postgres"),
    ({"POSTGRES_PASSWORD": "secret", "POSTGRES_USER": "boss", "POSTGRES_DB": "shop"}, "boss", "shop"),
])
def test_variables_make_the_first_role_and_its_database(
        tmp_path: Path, serve_pgquill: ServePgquill, environ: dict[str, str], user: str, database: str) -> None:
    server = serve_pgquill(tmp_path, env=environ)
    dsn = f"host=127.0.0.1 port={server.port} dbname={database} user={user}"
    with psycopg.connect(dsn, password="secret", autocommit=True) as connection:
        assert connection.execute("SHOW is_superuser").fetchone() == ("on",)
        connection.execute(f"ALTER ROLE {user} PASSWORD 'changed'".encode())
    server.stop()
    again = serve_pgquill(tmp_path, env=environ)  # the variables count at the first start only
    psycopg.connect(f"host=127.0.0.1 port={again.port} dbname={database} user={user}", password="changed").close()


def test_database_variable_for_a_single_file_is_refused(tmp_path: Path) -> None:
    done = run("serve", str(tmp_path / "app.db"), "--port", "0", env={"POSTGRES_PASSWORD": "x", "POSTGRES_DB": "shop"})
    assert done.returncode == 1
    assert "POSTGRES_DB=shop, but a served file has one database, named app" in done.stderr


def test_bad_rules_are_told_with_their_lines_and_the_server_does_not_start(tmp_path: Path) -> None:
    rules = tmp_path / "hba.conf"
    rules.write_text("local all all trust\nhost all all\nhost all all all ldap\n")
    done = run("serve", str(tmp_path / "app.db"), "--port", "0", "--hba", str(rules))
    assert done.returncode == 1
    assert done.stderr == (
        f"pgquill: {rules}, line 2: end-of-line before IP address specification\n"
        f'{rules}, line 3: invalid authentication method "ldap": not supported by this build\n')


@pytest.mark.parametrize("way", ["signal", "function"])
def test_reload_reads_rules_again_and_keeps_the_old_ones_when_they_are_bad(
        tmp_path: Path, serve_pgquill: ServePgquill, way: str) -> None:
    rules = tmp_path / "hba.conf"
    rules.write_text("host all all 127.0.0.1/32 trust\n")
    server = serve_pgquill(tmp_path / "app.db", "--hba", str(rules))
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        def reload(text: str, said: str) -> None:
            rules.write_text(text)
            if way == "signal":
                os.kill(server.process.pid, signal.SIGHUP)
            else:
                assert connection.execute("SELECT pg_reload_conf()").fetchone() == (True,)
            server.process.wait_for(said)

        reload("host all all 127.0.0.1/32 reject\n", "event=reloaded what=rules")
        with pytest.raises(psycopg.OperationalError, match="rejects connection"):
            psycopg.connect(server.dsn())
        reload("host all\n", "not reloaded")
        query = "SELECT line_number, error FROM pg_hba_file_rules"
        assert connection.execute(query).fetchall() == [(1, "end-of-line before role specification")]
        with pytest.raises(psycopg.OperationalError, match="rejects connection"):
            psycopg.connect(server.dsn())
