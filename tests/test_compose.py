"""docker-compose.yml and Dockerfile are tested without Docker: what they would run is run here as a process."""

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.pgquill_server import COMMAND, ROOT, command_environment, needs_engine, ready_pattern
from tests.processes import ServerProcess, free_port

VOLUME = "/data"
PORT_INSIDE = "5432"
SECRETS = "/run/secrets/"
PASSWORDS = {"postgres_password": "a password", "replication_password": "another one"}


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return document


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, rest) in order, with continued lines joined and comments dropped."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n", "", text)).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def last(instruction: str) -> str:
    return [rest for word, rest in dockerfile() if word == instruction][-1]


def image_environment() -> dict[str, str]:
    """What ENV sets, less PATH, which names folders of the image."""
    pairs = (word.partition("=") for word in shlex.split(last("ENV")))
    return {name: value for name, _, value in pairs if name != "PATH"}


def as_process(words: list[str], folder: Path, port: int, primary: int | None = None) -> list[str]:
    """The command of the container on this machine: its volume, its port and its network mapped to ours."""
    places = {PORT_INSIDE: str(port), "0.0.0.0": "127.0.0.1"}  # the container has a network of its own
    return [places.get(word, word.replace(VOLUME, str(folder)).replace(f"primary:{PORT_INSIDE}", f"127.0.0.1:{primary}"))
            for word in words]


def start(name: str, folder: Path, primary: int | None = None) -> tuple[ServerProcess, int]:
    """Run a service as a process, with its volume in a folder of its name."""
    assert json.loads(last("ENTRYPOINT")) == ["pgquill"]
    service = compose()["services"][name]
    volume = folder / name
    volume.mkdir(exist_ok=True)
    port = free_port()
    argv = [*COMMAND, *as_process(service["command"], volume, port, primary)]
    environment = command_environment() | image_environment() | {
        variable: secret(folder, value) for variable, value in service["environment"].items()}
    return ServerProcess(argv, ready=ready_pattern(port), env=environment), port


def secret(folder: Path, path: str) -> str:
    """The file on this machine that the container has as a secret."""
    assert path.startswith(SECRETS)
    file = folder / path.removeprefix(SECRETS)
    file.write_text(f"{PASSWORDS[file.name]}\n")
    return str(file)


def healthy(service: dict[str, Any], port: int) -> bool:
    """Run the health check of a service."""
    _, _, *check = service["healthcheck"]["test"]
    words = [word.replace(PORT_INSIDE, str(port)) for word in check]
    return subprocess.run([sys.executable, *words], check=False, capture_output=True).returncode == 0


def test_compose_file_publishes_on_loopback_and_keeps_data_in_named_volumes() -> None:
    document = compose()
    services = document["services"]
    assert list(services) == ["primary", "standby1", "standby2"]
    assert [service["ports"] for service in services.values()] == [
        [f"127.0.0.1:{port}:{PORT_INSIDE}"] for port in (5432, 5433, 5434)]
    assert [service["volumes"] for service in services.values()] == [[f"{name}:{VOLUME}"] for name in document["volumes"]]
    for service in services.values():
        assert "test" in service["healthcheck"]
        assert service["restart"] == "unless-stopped"


def test_standbys_wait_for_a_healthy_primary_and_have_slots_of_their_own() -> None:
    services = compose()["services"]
    for name in ("standby1", "standby2"):
        assert services[name]["depends_on"] == {"primary": {"condition": "service_healthy"}}
        command = services[name]["command"]
        assert command[command.index("--slot") + 1] == name


def test_compose_gives_passwords_as_secrets() -> None:
    document = compose()
    assert {name: each["file"] for name, each in document["secrets"].items()} == {
        "postgres_password": "postgres_password.txt", "replication_password": "replication_password.txt"}
    for service in document["services"].values():
        used = [value for value in service["environment"].values() if value.startswith(SECRETS)]
        assert [value.removeprefix(SECRETS) for value in used] == service["secrets"]
        assert not any("PASSWORD" in name and not name.endswith("_FILE") for name in service["environment"])
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {each["file"] for each in document["secrets"].values()} <= set(ignored)


@needs_engine
def test_image_without_a_password_refuses_to_serve_the_network(tmp_path: Path) -> None:
    words = [*json.loads(last("ENTRYPOINT"))[1:], *json.loads(last("CMD"))]
    argv = [*COMMAND, *(word.replace(VOLUME, str(tmp_path)).replace(PORT_INSIDE, "0") for word in words)]
    done = subprocess.run(argv, env=command_environment() | image_environment(), capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 1
    assert "without a role with a password" in done.stderr


def test_image_runs_as_an_ordinary_user_on_the_same_command_and_health_check_as_compose() -> None:
    service = compose()["services"]["primary"]
    assert last("USER") not in ("root", "0")
    assert json.loads(last("CMD")) == service["command"]
    health = last("HEALTHCHECK")
    assert ["CMD", *json.loads(health[health.index("[") :])] == service["healthcheck"]["test"]


def test_image_copies_every_folder_of_the_product() -> None:
    copied = {rest.split()[0] for word, rest in dockerfile() if word == "COPY" and len(rest.split()) == 2}
    assert {"pgwire", "executor", "storage", "replication"} <= copied
    # Needed to listen on the container's network without TLS.
    assert image_environment()["PGQUILL_ALLOW_INSECURE_NETWORK"] == "1"


@needs_engine
def test_compose_commands_run_as_processes_serve_their_files_and_are_healthy(tmp_path: Path) -> None:
    services = compose()["services"]
    running: list[ServerProcess] = []
    ports: list[int] = []
    try:
        for name in services:
            server, port = start(name, tmp_path, ports[0] if ports else None)
            running.append(server)
            ports.append(port)
            assert healthy(services[name], port)
        hosts = f"host={','.join(['127.0.0.1'] * 3)} port={','.join(map(str, ports))} user=postgres dbname=app"
        password = PASSWORDS["postgres_password"]
        with psycopg.connect(hosts, password=password, require_auth="scram-sha-256", target_session_attrs="read-write",
                             autocommit=True) as connection:
            assert connection.info.port == ports[0]
            connection.execute("CREATE TABLE t(x int)")
            connection.execute("INSERT INTO t VALUES (7)")
            row = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
            assert row is not None
        for port in ports[1:]:
            with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=app", password=password,
                                 autocommit=True) as connection:
                while connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", row).fetchone() != (True,):
                    assert all(server.running for server in running)
                assert connection.execute("SELECT x, pg_is_in_recovery() FROM t").fetchone() == (7, True)
        with psycopg.connect(hosts, password=password, target_session_attrs="prefer-standby") as connection:
            assert connection.info.port in ports[1:]
    finally:
        statuses = [server.stop(signal.SIGTERM) for server in reversed(running)]
    assert statuses == [0, 0, 0], [server.output() for server in running]
    for name in services:
        assert (tmp_path / name / "app.db").exists()


def test_health_check_without_a_server_fails() -> None:
    for service in compose()["services"].values():
        assert not healthy(service, free_port())
